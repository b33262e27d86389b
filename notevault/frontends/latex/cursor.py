"""A place in a list of tokens, with what every part of the reader needs: look, take, expect, take a group."""

from __future__ import annotations

from collections.abc import Sequence

from notevault.frontends.latex.grammar import OPENING
from notevault.frontends.latex.tokens import NotUnderstoodError, Token


class Cursor:
    """Moves over `tokens`; past their end stands a token of kind "end"."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        self.tokens = tokens
        self.place = 0
        last = tokens[-1].end if tokens else 0
        self._end = Token("end", "the end", last, last)

    def look(self, ahead: int = 0) -> Token:
        """The token `ahead` places further on."""
        place = self.place + ahead
        return self.tokens[place] if place < len(self.tokens) else self._end

    def take(self) -> Token:
        """The next token, which is then behind."""
        token = self.look()
        self.place += 1
        return token

    def at(self, *texts: str) -> bool:
        """Whether the next token is one of `texts`."""
        return self.look().text in texts and self.look().kind != "text"

    def skip(self, text: str) -> bool:
        """Takes the next token if it is `text`."""
        if self.at(text):
            self.place += 1
            return True
        return False

    def stop(self, why: str = "") -> NotUnderstoodError:
        """The error that names the next token."""
        token = self.look()
        return NotUnderstoodError(token.text, token.start, why)

    def expect(self, text: str) -> None:
        """Takes `text`, or stops."""
        if not self.skip(text):
            raise self.stop(f"{text} was expected")

    def argument(self) -> Sequence[Token]:
        """The tokens of a command's argument: what stands between braces, or one token."""
        if not self.at("{"):
            if self.look().kind == "end":
                raise self.stop()
            return [self.take()]
        return self.group()

    def first_of_argument(self) -> Sequence[Token]:
        r"""An argument as TeX takes it, of a number without braces its first digit: `\frac43` is four thirds.

        Not for powers and indices: who writes `x^10` means the tenth power.
        """
        token = self.look()
        if token.kind != "number" or len(token.text) == 1:
            return self.argument()
        if not token.text.isdigit() or len(token.text) != token.end - token.start:
            raise self.stop("where the argument ends is doubtful")
        rest = Token("number", token.text[1:], token.start + 1, token.end)
        self.tokens = [*self.tokens[: self.place], rest, *self.tokens[self.place + 1 :]]
        return [Token("number", token.text[0], token.start, token.start + 1)]

    def group(self) -> Sequence[Token]:
        """The tokens between the bracket that is next and the one that closes it."""
        opening = self.take()
        start = self.place
        closers = [OPENING[opening.text]]
        while closers:
            token = self.take()
            if token.kind == "end":
                raise NotUnderstoodError(opening.text, opening.start, "never closed")
            if token.kind == "text":
                continue
            if token.text == closers[-1]:
                closers.pop()
            elif token.text in OPENING:
                closers.append(OPENING[token.text])
            elif token.text in OPENING.values():
                raise NotUnderstoodError(token.text, token.start, "closes nothing")
        return self.tokens[start : self.place - 1]


def split(tokens: Sequence[Token], *separators: str) -> list[Sequence[Token]]:
    """The pieces of `tokens` between separators that stand outside all brackets and environments."""
    pieces: list[list[Token]] = [[]]
    depth = 0
    for token in tokens:
        depth += nesting(token)
        if depth == 0 and token.kind != "text" and token.text in separators:
            pieces.append([])
        else:
            pieces[-1].append(token)
    return list(pieces)


def nesting(token: Token) -> int:
    """How much deeper one is after `token`."""
    if token.kind == "text":
        return 0
    if token.text in OPENING or token.text.startswith("\\begin{"):
        return 1
    if token.text in OPENING.values() or token.text.startswith("\\end{"):
        return -1
    return 0
