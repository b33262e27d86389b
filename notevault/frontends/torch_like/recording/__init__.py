"""What connects a tensor with the tape of the engine.

tape.py      recording, leaves, hooks            backward.py   y.backward(), torch.autograd.grad
grad_fn.py   the names of the steps              function.py   steps of the note's own
saved.py     numbers that backward still needs   views.py      tensors that share their numbers
switches.py  no_grad and its like                functional_derivatives.py   torch.func, gradcheck
"""
