"""numpy's functions on tensors: each is handed to the operation that it means.

protocol.py        the table, and what it registers    calls.py      in every way that numpy can be called
composed.py        those made of several operations    rearranging.py   those that move entries
linear_algebra.py  np.linalg                           fourier.py       np.fft
"""
