"""The modules in which PyTorch defines its classes: `print(type(model))` shows them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

_LAYERS: Mapping[str, str] = {
    "linear": "Linear Bilinear Identity",
    "sparse": "Embedding",
    "dropout": "Dropout Dropout1d Dropout2d",
    "flatten": "Flatten Unflatten",
    "activation": (
        "Softmax LogSoftmax Softmin ReLU ReLU6 Sigmoid Tanh LeakyReLU ELU CELU SELU GELU SiLU Mish Softplus Softsign "
        "Hardtanh Hardsigmoid Hardswish Tanhshrink Threshold LogSigmoid GLU PReLU MultiheadAttention"
    ),
    "distance": "CosineSimilarity PairwiseDistance",
    "loss": (
        "MSELoss L1Loss CrossEntropyLoss NLLLoss BCELoss BCEWithLogitsLoss HuberLoss SmoothL1Loss KLDivLoss "
        "TripletMarginLoss CosineEmbeddingLoss MarginRankingLoss HingeEmbeddingLoss SoftMarginLoss MultiMarginLoss "
        "GaussianNLLLoss PoissonNLLLoss"
    ),
    "conv": "Conv1d Conv2d ConvTranspose1d ConvTranspose2d",
    "upsampling": "Upsample",
    "padding": "ZeroPad2d",
    "pooling": (
        "MaxPool1d MaxPool2d AvgPool1d AvgPool2d AdaptiveMaxPool1d AdaptiveMaxPool2d AdaptiveAvgPool1d "
        "AdaptiveAvgPool2d"
    ),
    "normalization": "LayerNorm RMSNorm GroupNorm",
    "batchnorm": "BatchNorm1d BatchNorm2d",
    "rnn": "RNN LSTM GRU RNNCell LSTMCell GRUCell",
    "module": "Module",
    "container": "Sequential ModuleList ModuleDict ParameterList",
}
"""The classes of each file of `torch.nn.modules`."""

_OTHERS: Mapping[str, str] = {
    "torch.nn.parameter": "Parameter",
    "torch.optim.optimizer": "Optimizer",
    "torch.optim.lr_scheduler": (
        "StepLR MultiStepLR ExponentialLR LambdaLR MultiplicativeLR LinearLR ConstantLR PolynomialLR CosineAnnealingLR "
        "CosineAnnealingWarmRestarts OneCycleLR SequentialLR ReduceLROnPlateau"
    ),
    **{
        f"torch.optim.{name.lower()}": name
        for name in "SGD Adam AdamW RMSprop Adagrad Adadelta Adamax NAdam RAdam LBFGS".split()
    },
    "torch.utils.data.dataset": "Dataset TensorDataset Subset ConcatDataset",
    "torch.utils.data.dataloader": "DataLoader",
    "torch.autograd.function": "Function",
}

MODULES: Mapping[str, str] = {
    name: module
    for module, names in {**{f"torch.nn.modules.{file}": names for file, names in _LAYERS.items()}, **_OTHERS}.items()
    for name in names.split()
}
"""The module of each class."""


def name_modules(classes: Iterable[tuple[str, Any]]) -> None:
    """Let the classes say that they come from PyTorch's modules."""
    for name, found in classes:
        if isinstance(found, type) and name in MODULES and found.__name__ == name:
            found.__module__ = MODULES[name]
