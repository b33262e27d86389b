"""jax: `jax.numpy` and the transforms, on arrays that print as jax prints them.

array.py the array · functions.py jax.numpy · transforms.py grad and its family, vmap · control.py jax.lax, loops and
branches · trees.py jax.tree · activations.py jax.nn · library.py the tables of names
"""

from notevault.frontends.other_libraries.jax.library import modules

__all__ = ["modules"]
