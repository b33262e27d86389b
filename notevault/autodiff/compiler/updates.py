"""Updates of parameters in flat storage: an optimiser's lines, as source that works piece by piece."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from notevault.autodiff.compiler.arrays import Source
from notevault.autodiff.compiler.functions import load
from notevault.autodiff.optimizers import Optimizer
from notevault.autodiff.trees import leaves, leaves_like, rebuild

Array = np.ndarray[Any, np.dtype[Any]]

CHUNK = 131072
"""Elements that an update works on at a time. Adam on 109,386 float32 takes 115 us in one piece, 121 us in two, 134 us
in seven; on a million, pieces save up to a tenth where five arrays of them do not fit the cache, and cost as much
else."""

LARGE = 16384
"""Gradients of so many elements are read where they are; shorter ones are gathered, which costs less than the calls for
a piece of their own. To copy 100,000 float32 takes 25 us, a fifth of Adam on them."""


class FlatParameters:
    """Parameters as views of one flat array, in the form that was given."""

    def __init__(self, parameters: Any) -> None:
        start = [np.asarray(leaf) for leaf in leaves(parameters)]
        if not start:
            raise ValueError("there is no parameter to update")
        dtype = np.result_type(*start)
        dtype = dtype if dtype.kind in "fc" else np.dtype(np.float64)  # a step is no whole number
        self.flat = np.concatenate([leaf.reshape(-1) for leaf in start]).astype(dtype)
        self.parameters = views(self.flat, parameters)


def views(flat: Array, like: Any) -> Any:
    """Views of the flat array, in the shapes and the form of the tree."""
    parts, start = [], 0
    for leaf in leaves(like):
        stop = start + int(np.size(leaf))
        parts.append(flat[start:stop].reshape(np.shape(leaf)))
        start = stop
    return rebuild(like, parts)


class Updater(FlatParameters):
    """An optimiser for gradients that are computed elsewhere, by `value_and_grad` say.

    `parameters` changes in place at every call. Gradients of another form or shape than theirs are a ValueError.

    >>> from notevault.autodiff.optimizers import SGD
    >>> update = Updater({"w": np.array([1.0, 2.0])}, SGD(rate=0.5))
    >>> update({"w": np.array([1.0, 1.0])})
    >>> update.parameters
    {'w': array([0.5, 1.5])}
    """

    def __init__(self, parameters: Any, optimizer: Optimizer) -> None:
        super().__init__(parameters)
        self.steps = 0
        self._gathered = np.zeros_like(self.flat)
        self._places = leaves(views(self._gathered, parameters))
        self._pieces = list(_pieces([place.size for place in self._places]))
        source = Source()
        before, update = _lines(optimizer, self.flat.dtype, source)
        arrays = [self.flat, *(np.zeros_like(self.flat) for _ in optimizer.state)]
        source.bound["pieces"] = _cut(arrays, [(a, b) for a, b, _ in self._pieces])
        names = ", ".join(["p", *optimizer.state, "s"])
        loop = [f"for ({names}), g in zip(pieces, gradients, strict=True):", *(f"    {line}" for line in update)]
        body = (f"    {line}" for line in (*before, *loop))
        self.source = "\n".join([*source.head(), "def update(t, gradients):", *body, ""])
        self._run = load(self.source, "update", source.bound)

    def __call__(self, gradients: Any) -> None:
        given = [np.asarray(slope) for slope in leaves_like(gradients, self.parameters)]
        for place, slope in zip(self._places, given, strict=True):
            if place.shape != slope.shape:
                raise ValueError(f"a gradient of shape {slope.shape} for a parameter of shape {place.shape}")
            if place.size < LARGE:
                np.copyto(place, slope)
        self.steps += 1
        self._run(self.steps, [self._piece(given, *piece) for piece in self._pieces])

    def _piece(self, given: Sequence[Array], start: int, stop: int, leaf: tuple[int, int] | None) -> Array:
        if leaf is None:
            return self._gathered[start:stop]
        index, offset = leaf
        return given[index].reshape(-1)[start - offset : stop - offset]


def _pieces(sizes: Sequence[int]) -> Iterator[tuple[int, int, tuple[int, int] | None]]:
    """Where an update is cut: (start, stop) in the flat arrays, and the large leaf with its own start, if it is one.

    >>> list(_pieces([3, 20000, 5, 4]))
    [(0, 3, None), (3, 20003, (1, 3)), (20003, 20012, None)]
    """
    gathered = at = 0
    for index, size in enumerate(sizes):
        if size >= LARGE:
            yield from ((a, b, None) for a, b in _cuts(gathered, at))
            yield from ((a, b, (index, at)) for a, b in _cuts(at, at + size))
            gathered = at + size
        at += size
    yield from ((a, b, None) for a, b in _cuts(gathered, at))


def _cuts(start: int, stop: int) -> Iterator[tuple[int, int]]:
    """A stretch in pieces of about the same length, none longer than CHUNK."""
    count = -(-(stop - start) // CHUNK)
    return pairwise(start + (stop - start) * k // count for k in range(count + 1)) if count else iter(())


def _cut(arrays: Sequence[Array], pieces: Sequence[tuple[int, int]]) -> list[tuple[Array, ...]]:
    """For every piece its part of each array, and a place of its length to work in, which all share."""
    scratch = np.empty(max((b - a for a, b in pieces), default=0), arrays[0].dtype)
    return [(*(array[a:b] for array in arrays), scratch[: b - a]) for a, b in pieces]


def _lines(optimizer: Optimizer, dtype: np.dtype[Any], source: Source) -> tuple[list[str], list[str]]:
    """The optimiser's lines, those once a step and those for every piece, with its constants bound in the source."""
    for name, value in optimizer.constants.items():
        if any(re.search(rf"\b{name}\b", line) for line in (*optimizer.update, *optimizer.before)):
            source.bound[name] = np.array(value, dtype)
            kind = "" if dtype == np.float64 else f", dtype=np.{dtype.name}"
            source.space.append(source.numpy(f"{name} = np.array({value!r}{kind})"))
    return [source.numpy(line) for line in optimizer.before], [source.numpy(line) for line in optimizer.update]


def inline_update(optimizer: Optimizer, flat: Array, gradient: Array, source: Source) -> list[str]:
    """The lines of an update of one flat array, to stand in a function; a loop only where there are pieces."""
    before, update = _lines(optimizer, flat.dtype, source)
    arrays = {"p": flat, "g": gradient, **{name: np.zeros_like(flat) for name in optimizer.state}}
    pieces = _cut(list(arrays.values()), list(_cuts(0, flat.size)))
    names = [*arrays, "s"]
    if len(pieces) == 1:
        source.bound.update(zip(names, pieces[0], strict=True))
        return [*before, *update]
    source.bound["chunks"] = pieces
    return [*before, f"for {', '.join(names)} in chunks:", *(f"    {line}" for line in update)]
