"""From the bytes of a file to the text of a note."""

from __future__ import annotations

from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from dataclasses import dataclass

BYTE_ORDER_MARK = "\ufeff"


@dataclass(frozen=True, slots=True)
class Decoded:
    """A text, and whether the bytes were UTF-8, so that encoding `text` gives the same bytes back."""

    text: str
    faithful: bool


def decode(data: bytes) -> Decoded:
    """The text of `data`, for any bytes: what is not UTF-8 becomes U+FFFD, and a UTF-16 mark is obeyed.

    >>> decode(b"caf\\xc3\\xa9")
    Decoded(text='café', faithful=True)
    >>> decode(b"caf\\xe9")
    Decoded(text='caf�', faithful=False)
    """
    try:
        return Decoded(data.decode("utf-8"), faithful=True)
    except UnicodeDecodeError:
        encoding = "utf-16" if data.startswith((BOM_UTF16_LE, BOM_UTF16_BE)) else "utf-8"
        return Decoded(data.decode(encoding, errors="replace"), faithful=False)
