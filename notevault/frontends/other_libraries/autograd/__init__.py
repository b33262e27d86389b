"""autograd (HIPS): `grad` and its family, `autograd.numpy`, and what its extensions are written with.

tape.py         make_vjp and make_jvp: a function run on the engine's tape
spaces.py       VSpace: zeros, ones, bases and inner products of arrays and of containers of arrays
operators.py    grad, jacobian, hessian, ... : what notes call
primitives.py   primitive, defvjp, defjvp: operations with rules of one's own
checking.py     check_grads: derivatives against differences
numpy_names.py  autograd.numpy: numpy's names on tensors
graphs.py       const_graph; flattening.py, optimizers.py, fixed_points.py: autograd.misc
library.py      which module has which name
"""

from notevault.frontends.other_libraries.autograd.library import modules

__all__ = ["modules"]
