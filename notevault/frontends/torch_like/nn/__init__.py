"""`torch.nn` and `torch.nn.functional`.

module.py      nn.Module, Parameter             containers.py   modules in a row, in a list and by name
functional.py  functions: activations, layers   wrapped.py      ... as layers
layers.py      linear, embedding, dropout, …    initial.py      how parameters start
losses.py, margin_losses.py                     windows.py, window_layers.py   convolutions, pooling
recurrent.py, attention.py, normalization_layers.py             parameter_tools.py   nn.utils
"""
