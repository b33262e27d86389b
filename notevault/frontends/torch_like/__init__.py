"""PyTorch as notes use it, over the engine: only inside the session of a checked block, and only where it is missing.

dtypes.py     number types and how they mix        printing.py   tensors shown as PyTorch shows them
tensor.py     the tensor, its operators            methods.py    the operations, one table
creation.py   tensor, zeros, arange, random        backward.py   backward, grad, no_grad
module.py     nn.Module, Parameter, containers     layers.py     the layers
functional.py nn.functional                        losses.py     the losses
optim.py      optimisers                           library.py    the modules `torch`, `torch.nn`, …
"""
