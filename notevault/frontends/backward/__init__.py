"""What is wrong with a claimed gradient of arrays: candidates computed on the tape, compared at several points.

points.py    the leaves moved, and whether two tensors agree everywhere     wording.py   nodes in the note's own names
whole.py     transposed, sign, factor, sum for mean                         paths.py     a path left out or turned round
units.py     wrong local derivatives, factors of the chain                  lines.py     the smallest change of the line
explain.py   the searches in order, from the smallest change to the largest
"""
