"""Other notations, lowered to the engine: sympy, numpy, torch-like code, LaTeX; and verdicts on what they claim.

symbolic/          sympy expressions as steps, on the engine    comparison/   whether two expressions are equal
watching/          a block while it runs: what it claims        backward/     what is wrong in a backward pass of arrays
latex/             formulas: parsing, claims, updates           torch_like/   PyTorch
other_libraries/   jax, autograd, micrograd, TensorFlow         imitation.py, imitations.py   how they are found

claims.py      claims and verdicts              gradients.py, derivation.py   the verdict on a claimed derivative
explain.py     what is wrong with it            matrix_mistakes.py            ... with that of a matrix
evidence.py    what a verdict rests on          misconceptions.py             local derivatives that people get wrong
infix.py       what a student types             straightline.py               arithmetic in source that is not run
observers.py   what watches a session           chance.py, unsupported.py     what imitations do not have
"""
