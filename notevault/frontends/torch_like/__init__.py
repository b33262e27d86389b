"""PyTorch as notes use it, over the engine: only inside the session of a checked block, and only where it is missing.

tensor.py      the tensor                           library.py     the modules `torch`, `torch.nn`, …
operations/    what is computed with tensors        recording/     the tape and the way back
nn/            networks                             training/      optimisers, schedules, data

dtypes.py, number_types.py   number types and how they mix    places.py        shapes and devices
printing.py                  as PyTorch shows tensors         class_names.py   where it defines its classes
stated.py                    exceptions that PyTorch raises too
"""
