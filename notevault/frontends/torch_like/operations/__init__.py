"""Operations on tensors: names of `torch`, methods of a tensor, or both.

table.py       how an operation is entered       methods.py, operators.py   all of them, put onto the tensor
creation.py    from data, filled, at random      attributes.py    what a tensor says of itself
arithmetic.py, logic.py, rounding.py             corners.py       where PyTorch's derivatives are its own
reductions.py, statistics.py                     products.py, linear_algebra.py
shaping.py, selecting.py, indices.py             inplace.py, overlap.py    changes in place
"""
