"""How values cross the border: messages with their length to the worker, lines with a nonce out of the jail."""

from __future__ import annotations

import json
import os
import struct
from collections.abc import Callable, Iterator
from typing import IO, Any

FRAME = "frame"
RESULT = "result"
_LARGEST_MESSAGE = 256 << 20


def send(stream: IO[bytes], message: object) -> None:
    """Write one message of JSON data."""
    data = json.dumps(message).encode()
    stream.write(struct.pack("=I", len(data)) + data)
    stream.flush()


def receive(stream: IO[bytes]) -> Any:
    """Read one message; raises EOFError when the other side is gone."""
    head = stream.read(4)
    size = struct.unpack("=I", head)[0] if len(head) == 4 else 0
    if not 0 < size <= _LARGEST_MESSAGE:
        raise EOFError
    data = stream.read(size)
    if len(data) < size:
        raise EOFError
    return json.loads(data)


def emitter(fd: int, nonce: str, kind: str) -> Callable[[object], None]:
    """A function that writes JSON data to `fd` as one line that begins with the nonce and the kind."""
    write, dumps = os.write, json.dumps  # bound now: the code that runs in between may replace them

    def emit(value: object) -> None:
        data = f"\n{nonce} {kind} {dumps(value)}\n".encode()
        while data:
            data = data[write(fd, data) :]

    return emit


def read_lines(data: bytes, nonce: str) -> Iterator[tuple[str, Any]]:
    """The (kind, value) of every line that carries the nonce; lines without it, or that are no JSON, are passed over.

    >>> list(read_lines(b'{"forged": 1}\\n7f frame {"a": 1}\\n7f result [', "7f"))
    [('frame', {'a': 1})]
    """
    for line in data.split(b"\n"):
        mark, _, rest = line.partition(b" ")
        if mark != nonce.encode():
            continue
        kind, _, text = rest.partition(b" ")
        try:
            yield kind.decode(), json.loads(text)
        except (ValueError, RecursionError):
            continue  # forged or cut off: the same as not sent
