"""`torch.utils.data`: datasets, and batches made of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from notevault.frontends import chance
from notevault.frontends.imitation import Answering
from notevault.frontends.torch_like.operations.creation import FUNCTIONS as CREATION
from notevault.frontends.torch_like.operations.methods import FUNCTIONS
from notevault.frontends.torch_like.tensor import Tensor
from notevault.frontends.unsupported import UnsupportedError


class Dataset:
    """The base: examples by number."""

    def __getitem__(self, index: Any) -> Any:
        raise NotImplementedError("Subclasses of Dataset should implement __getitem__.")

    def __add__(self, other: Dataset) -> ConcatDataset:
        return ConcatDataset([self, other])

    def __class_getitem__(cls, item: Any) -> Any:
        return cls


class TensorDataset(Dataset):
    """Tensors side by side."""

    def __init__(self, *tensors: Tensor) -> None:
        if any(len(x) != len(tensors[0]) for x in tensors):
            raise AssertionError("Size mismatch between tensors")
        self.tensors = tensors

    def __getitem__(self, index: Any) -> tuple[Tensor, ...]:
        return tuple(x[index] for x in self.tensors)

    def __len__(self) -> int:
        return len(self.tensors[0])


class Subset(Dataset):
    """Some of the examples."""

    def __init__(self, dataset: Any, indices: Sequence[int]) -> None:
        self.dataset, self.indices = dataset, indices

    def __getitem__(self, index: Any) -> Any:
        return self.dataset[self.indices[index]]

    def __len__(self) -> int:
        return len(self.indices)


class ConcatDataset(Dataset):
    """One dataset after the other."""

    def __init__(self, datasets: Sequence[Any]) -> None:
        self.datasets = list(datasets)

    def __getitem__(self, index: int) -> Any:
        for dataset in self.datasets:
            if index < len(dataset):
                return dataset[index]
            index -= len(dataset)
        raise IndexError("index out of range")

    def __len__(self) -> int:
        return sum(len(dataset) for dataset in self.datasets)


def random_split(dataset: Any, lengths: Sequence[float], generator: Any = None) -> list[Subset]:
    """Parts of given lengths or shares, drawn at random."""
    counts = list(lengths)
    if abs(sum(counts) - 1) < 1e-9:
        counts = [int(len(dataset) * share) for share in lengths]
        for k in range(len(dataset) - int(sum(counts))):
            counts[k % len(counts)] += 1
    if sum(counts) != len(dataset):
        raise ValueError("Sum of input lengths does not equal the length of the input dataset!")
    order = chance.generator().permutation(len(dataset)).tolist()
    edges = np.cumsum([0, *counts]).astype(int).tolist()
    return [Subset(dataset, order[a:b]) for a, b in pairwise(edges)]


def default_collate(batch: Sequence[Any]) -> Any:
    """Examples stacked into a batch, part by part."""
    first = batch[0]
    if isinstance(first, Tensor):
        return FUNCTIONS["stack"](list(batch))
    if isinstance(first, np.ndarray):
        return CREATION["as_tensor"](np.stack(batch))
    if isinstance(first, float):
        return CREATION["tensor"](list(batch), dtype=CREATION["tensor"](np.float64(0)).dtype)
    if isinstance(first, int | np.generic):
        return CREATION["tensor"](list(batch))
    if isinstance(first, str):
        return list(batch)
    if isinstance(first, Mapping):
        return {key: default_collate([example[key] for example in batch]) for key in first}
    if isinstance(first, tuple | list):
        return [default_collate(parts) for parts in zip(*batch, strict=True)]
    raise TypeError(f"default_collate: batch must contain tensors, numbers, dicts or lists; found {type(first)}")


class DataLoader(metaclass=Answering):
    """Batches of a dataset, in its order or shuffled."""

    def __init__(  # noqa: PLR0917 - PyTorch's signature
        self, dataset: Any, batch_size: int | None = 1, shuffle: bool | None = False, sampler: Any = None,
        batch_sampler: Any = None, num_workers: int = 0, collate_fn: Callable[..., Any] | None = None,
        pin_memory: bool = False, drop_last: bool = False, generator: Any = None,
    ) -> None:  # fmt: skip
        if batch_sampler is not None or batch_size is None:
            raise UnsupportedError("torch.utils.data.DataLoader(batch_sampler)")
        self.dataset, self.batch_size, self.drop_last = dataset, batch_size, drop_last
        self._shuffle, self._sampler, self.collate_fn = bool(shuffle), sampler, collate_fn or default_collate

    def __len__(self) -> int:
        full, rest = divmod(len(self.dataset), self.batch_size)
        return full + (rest > 0 and not self.drop_last)

    def __iter__(self) -> Iterator[Any]:
        numbers: Any = range(len(self.dataset)) if self._sampler is None else self._sampler
        if self._shuffle:
            numbers = chance.generator().permutation(len(self.dataset)).tolist()
        batch: list[Any] = []
        for number in numbers:
            batch.append(self.dataset[number])
            if len(batch) == self.batch_size:
                yield self.collate_fn(batch)
                batch = []
        if batch and not self.drop_last:
            yield self.collate_fn(batch)


DATA: Mapping[str, Any] = {
    "Dataset": Dataset, "TensorDataset": TensorDataset, "Subset": Subset, "ConcatDataset": ConcatDataset,
    "DataLoader": DataLoader, "random_split": random_split, "default_collate": default_collate,
}  # fmt: skip
