"""What a training loop takes besides the network.

optim.py, more_optimisers.py   optimisers     schedulers.py   learning rates that change
data.py                        batches        saving.py       torch.save and torch.load
"""
