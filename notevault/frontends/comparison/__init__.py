"""Whether two expressions are equal, decided at points.

identity.py   the three answers                    comparing.py  point by point over the real numbers
rational.py   exactly, modulo a prime              sampling.py   the points
numbers.py    the number systems                   precision.py  as many digits as a computation loses
cases.py      which branches have occurred
"""
