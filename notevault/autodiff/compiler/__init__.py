"""From a traced function to readable numpy source.

tracing.py     function -> graph, with names        program.py     graph -> program: folding, common parts
simplify.py    the table of rewrites                expressions.py how numbers are written in Python
scalars.py     source for single numbers            arrays.py      source for arrays, in places found beforehand
functions.py   compile: trace, write, keep          training.py    a whole training step in one function
"""

from notevault.autodiff.compiler.functions import Compiled, compile

__all__ = ["Compiled", "compile"]
