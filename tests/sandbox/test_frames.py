"""What comes out of a jail is read with suspicion."""

from __future__ import annotations

import io

import pytest

from notevault.sandbox.frames import read_lines, receive, send

NONCE = "0123456789abcdef"


@pytest.mark.parametrize(
    "forged",
    [
        b'{"status": "ok"}',
        b"wrong-nonce result 1",
        NONCE.encode() + b" result " + b"[" * 100_000,
        NONCE.encode() + b" result {",
        NONCE.encode() + b" result " + b"9" * 5000,
        NONCE.encode() + b"\xff result 1",
        b"\x00" * 100,
    ],
)
def test_a_line_that_is_no_frame_is_passed_over(forged: bytes) -> None:
    genuine = f"\n{NONCE} result 7\n".encode()
    assert list(read_lines(forged + genuine, NONCE)) == [("result", 7)]


def test_a_message_comes_back_as_it_was_sent() -> None:
    stream = io.BytesIO()
    send(stream, {"text": "é", "list": [1, None]})
    stream.seek(0)
    assert receive(stream) == {"text": "é", "list": [1, None]}


@pytest.mark.parametrize("data", [b"", b"\x01", b"\x00\x00\x00\x00", b"\xff\xff\xff\xffxx", b"\x09\x00\x00\x00{}"])
def test_a_message_that_is_cut_off_is_the_end(data: bytes) -> None:
    with pytest.raises(EOFError):
        receive(io.BytesIO(data))
