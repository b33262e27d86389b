"""Sympy expressions as steps that any number system can run, on the engine and back.

steps.py        a program: one list of steps         building.py      equal steps are one step
flattening.py   from an expression to steps          programs.py      ... with sums, indexed names, matrices
sums.py         sums, products, indexed names        matrices.py      matrices by their entries
sizes.py        sizes that are names                 parts.py         steps with the operators of numbers
engine.py       expressions on the engine and back   differentiating.py  the engine differentiates steps
raising.py      engine operations as sympy's         raising_arrays.py   ... on arrays, entry by entry
expressions.py  expressions as JSON and back
"""
