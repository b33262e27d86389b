"""Whether a printed text is what a note says: lenient in white space and in how numbers are written, else strict."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation

_NUMPY_SCALAR = re.compile(r"\bnp\.(?:float|int|uint|complex|bool|str)\w*\(([^()]*)\)|\bnp\.(True|False)_")
_NUMBER = re.compile(r"[-+]?(?:\d[\d_]*+(?:\.\d*+)?|\.\d++)(?:[eE][-+]?\d++)?")
_TOKEN = re.compile(
    r"(?P<number>(?<![\w.])[-+]?(?:\d++(?:\.\d*+)?|\.\d++)(?:[eE][-+]?\d++)?(?!\w))|(?P<word>\w++)|(?P<other>[^\w\s])"
)
_ELLIPSIS = "..."
_FULL_PRECISION = 15
_SINGLE_PRECISION = 7
_NOISE = Decimal("1e-13")
_VALUE_WORDS = frozenset(
    {
        "True", "False", "None", "nan", "NaN", "inf", "Infinity", "tensor", "array", "Array", "Matrix", "dtype",
        "device", "cpu", "float32", "float64", "int32", "int64", "requires_grad", "grad_fn", "set", "frozenset", "dict",
        "list", "tuple", "Size", "torch", "np", "j",
    }
)  # fmt: skip
_TRUTH = frozenset({"True", "False"})
_STRING = re.compile(r"""'[^'\n]*'|"[^"\n]*\"""")


def _tokens(text: str) -> list[tuple[str, str]]:
    plain = _NUMPY_SCALAR.sub(lambda match: match[1] or match[2], text)
    tokens = [(match.lastgroup or "", match[0]) for match in _TOKEN.finditer(plain)]
    return [token for token in tokens if token[1] not in {",", "'", '"'}]


def _decimals(text: str) -> int:
    mantissa = re.split("[eE]", text)[0]
    return len(mantissa.partition(".")[2])


def _numbers_agree(stated: str, actual: str) -> bool:
    """Whether `stated` is `actual`, rounded or cut off at the digits that are stated."""
    try:
        said, found = Decimal(stated), Decimal(actual)
    except InvalidOperation:
        return False
    if said == found:
        return True
    decimals = _decimals(stated)
    if "." not in stated and "e" not in stated.lower():
        return abs(said - found) <= abs(said) * _NOISE  # 100 * 1.1
    exponent = int(re.split("[eE]", stated)[1]) if "e" in stated.lower() else 0
    unit = Decimal(10) ** (exponent - decimals)
    if len(re.sub(r"\D", "", stated)) >= _FULL_PRECISION:
        unit = abs(said) * _NOISE  # the last digits of a float depend on the library
    if len(re.sub(r"\D", "", stated).lstrip("0")) >= _SINGLE_PRECISION:
        unit = max(unit, abs(said) * Decimal("1e-6"))  # and those of a float32, as PyTorch and jax have them
    rounded = abs(said - found) <= unit / 2
    cut_off = abs(found) - abs(said) < unit and abs(found) >= abs(said) and (found < 0) == (said < 0)
    return rounded or (cut_off and decimals > 0)


def agrees(stated: str, actual: str) -> bool:
    """Whether `actual` is what `stated` says; `...` in it stands for anything.

    >>> agrees("0.33", "0.3333333"), agrees("[1, 2]", "[1 2]\\n"), agrees("3.0", "np.float64(3.0)")
    (True, True, True)
    >>> agrees("6", "8"), agrees("0.34", "0.3333333"), agrees("ab", "a b")
    (False, False, False)
    """
    want, have = _tokens(stated.replace("…", _ELLIPSIS)), _tokens(actual)
    if _ELLIPSIS in stated or "…" in stated:
        return _matches_with_gaps(stated.replace("…", _ELLIPSIS), have)
    if _agree(want, have):
        return True
    is_set = stated.lstrip().startswith("{") and ":" not in stated
    return is_set and _agree(sorted(want), sorted(have))  # a set has no order


def _agree(want: list[tuple[str, str]], have: list[tuple[str, str]]) -> bool:
    if len(want) != len(have):
        return False
    return all(
        said == found or (kind == other == "number" and _numbers_agree(said, found))
        for (kind, said), (other, found) in zip(want, have, strict=True)
    )


def _matches_with_gaps(stated: str, have: list[tuple[str, str]]) -> bool:
    parts = [_tokens(part) for part in stated.split(_ELLIPSIS)]
    first, last = parts[0], parts[-1]
    if len(first) + len(last) > len(have):
        return False
    if not _agree(first, have[: len(first)]) or not _agree(last, have[len(have) - len(last) :]):
        return False
    position, end = len(first), len(have) - len(last)
    for part in parts[1:-1]:
        places = range(position, end - len(part) + 1)
        found = next((place for place in places if _agree(part, have[place : place + len(part)])), None)
        if found is None:
            return False
        position = found + len(part)
    return True


def same_entries(stated: str, actual: str) -> bool:
    """Whether both are one flat dictionary, with its entries in another order.

    >>> same_entries("{'a': 2, 'b': 1}", "{'b': 1, 'a': 2}"), same_entries("{'a': 1, 'b': 2}", "{'b': 1, 'a': 2}")
    (True, False)
    """

    def entries(text: str) -> list[list[tuple[str, str]]] | None:
        tokens = _tokens(text)
        inside = [token for token in tokens if token[1] not in {"{", "}", ":"}]
        marks = [text for _kind, text in tokens if text in {"{", "}", ":"}]
        flat = marks == ["{", *[":"] * (len(inside) // 2), "}"] and len(inside) % 2 == 0
        return sorted([*pair] for pair in zip(inside[::2], inside[1::2], strict=True)) if flat else None

    found = entries(stated)
    return found is not None and found == entries(actual)


def looks_like_a_value(text: str) -> bool:
    """Whether `text` can only be the written form of a value, and no remark about one.

    >>> [looks_like_a_value(text) for text in ("tensor([2., 4.])", "(2, 3)", "'a b'", "a list", "3 rows", "n", "x: 1")]
    [True, True, True, False, False, False, False]
    """
    rest = _STRING.sub(" ", text)
    if not rest.strip():
        return bool(text.strip())
    if not _NUMBER.search(rest) and not re.search(r"\b(?:True|False|None|nan|inf)\b|[\[({][\s,:]*[\])}]", rest):
        return False
    words = re.findall(r"[^\W\d]\w*", _NUMBER.sub(" ", rest))
    return all(word in _VALUE_WORDS for word in words) and not re.search(r"[^\w\s.,:;()\[\]{}+*/=<>-]", rest)


def same_kind(stated: str, actual: str) -> bool:
    """Whether both are values of one form: the same brackets and words, with numbers and strings in between.

    >>> same_kind("[1, 2]", "[1, 3]"), same_kind("True", "False"), same_kind("1", "hello"), same_kind("(2)", "[2]")
    (True, True, False, False)
    """

    def form(text: str) -> list[str]:
        tokens = _tokens(_STRING.sub('""', text))
        return [kind if kind == "number" else "truth" if found in _TRUTH else found for kind, found in tokens]

    return form(stated) == form(actual)
