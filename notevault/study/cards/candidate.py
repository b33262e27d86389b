"""A possible card, before the gates, and the note that it comes from."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from notevault.checks.model import Claim
from notevault.diagnostics import Span
from notevault.notes.model import Block, BlockKind, Note
from notevault.study.cards.sentences import Sentence, sentences
from notevault.study.model import CardKind

_ARTICLE = re.compile(r"^(?:an?|the)\s+", re.IGNORECASE)
_BRACKETED = re.compile(r"\s*\([^)]*\)")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A question and its answer in Markdown; `subject` is what is asked about, in the note's words.

    `given` marks a card that the author wrote as one: only the gates against damage apply to it.
    """

    rule: str
    kind: CardKind
    prompt: str
    answer: str
    span: Span
    subject: str = ""
    given: bool = False


@dataclass(frozen=True)
class Source:
    """A note as the rules see it: the claims that were judged in it, and what abbreviations mean in its vault."""

    note: Note
    claims: tuple[Claim, ...] = ()
    expansions: Mapping[str, frozenset[str]] = field(default_factory=dict)

    @cached_property
    def own_names(self) -> frozenset[str]:
        """The note's title and aliases, normalised; `Factor Analysis (FA)` counts with and without its brackets."""
        given = [self.note.title, *self.note.aliases]
        given += [_BRACKETED.sub("", name) for name in given]
        given += re.findall(r"\(([^)]+)\)", self.note.title)
        return frozenset(normalised(name) for name in given if name.strip())

    @cached_property
    def prose(self) -> tuple[Block, ...]:
        """The paragraphs outside callouts and quotes."""
        return tuple(b for b in self.note.blocks if b.kind is BlockKind.PARAGRAPH and not b.quoted)

    def sentences(self) -> Iterator[tuple[Block, Sentence]]:
        """Every sentence of the prose with its paragraph."""
        for block in self.prose:
            for sentence in sentences(block.text):
                yield block, sentence

    def is_own_name(self, phrase: str) -> bool:
        """Whether `phrase` is the note's title or an alias, singular or plural, with or without an article."""
        return normalised(_BRACKETED.sub("", phrase)) in self.own_names or normalised(phrase) in self.own_names

    def span_of(self, block: Block, sentence: Sentence) -> Span:
        """Where the sentence stands in the note; the block's span where quote marks or indents cut through it."""
        start = self.note.text.find(sentence.text, block.span.start, block.span.end)
        if start < 0:
            return block.span
        return self.note.source.span(start, start + len(sentence.text))

    def with_context(self, question: str, subject: str = "") -> str:
        """The question, preceded by the note's title unless the question names it."""
        if any(name in normalised(question) for name in self.own_names) or self.is_own_name(subject):
            return question[0].upper() + question[1:]
        return f"{self.note.title}: {question}"


def capitalised(text: str) -> str:
    """`text` with a capital letter where it begins with a plain word; formulas and code stay.

    >>> capitalised("the mean"), capitalised("$x$ over n"), capitalised("pandas.DataFrame of rows")
    ('The mean', '$x$ over n', 'pandas.DataFrame of rows')
    """
    return text[0].upper() + text[1:] if re.match(r"[a-z][a-z’'-]*(?:[ ,;]|$)", text) else text


def normalised(phrase: str) -> str:
    """`phrase` for comparison: no article, no case, no hyphens, no plural.

    >>> normalised("The Partial-Derivatives"), normalised("loss")
    ('partial derivative', 'loss')
    """
    words = re.sub(r"[\s_\-–]+", " ", _ARTICLE.sub("", phrase.strip(" *_`=.,:;"))).casefold()
    if len(words) > 3 and words.endswith("s") and not words.endswith(("ss", "us", "is")):
        words = words[:-1]
    return words
