"""The gates: each gives the reason why a candidate is no good card, or None.

A good card asks for one fact, can be understood without the note beside it, and has an answer that is short enough to
say and not given away by the question (Wozniak, "Twenty rules of formulating knowledge", 1999).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from importlib.resources import files

from notevault.study.cards.candidate import Candidate, normalised
from notevault.study.model import CardKind

Gate = Callable[[Candidate], str | None]


def _word_list(name: str) -> frozenset[str]:
    """The words of a data file beside this one, one a line."""
    return frozenset(files("notevault.study.cards").joinpath(name).read_text(encoding="utf-8").split())


MAX_ANSWER_WORDS = 40
MAX_PROMPT_WORDS = 45
MAX_GAP_WORDS = 4

_FORMULA = re.compile(r"\$\$.+?\$\$|\$[^$]+\$", re.DOTALL)
_GAP = re.compile(r"\{\{c\d+::(.*?)\}\}")
_WORD = re.compile(r"[\w'’-]+")
_POINTING = re.compile(
    r"\b(?:above|below|aforementioned|the following|as follows|shown here|see (?:also|the)|this (?:image|figure|diagram"
    r"|section|note|page|video|article|table|example|chapter|book|repo|script|file|approach|method|process|can|is|means)"
    r"|these (?:\w+ )?(?:are|can)|the (?:image|figure|diagram|left|right) (?:above|below|shows)"
    r"|previous (?:section|example)|for example|for instance|each of these|in this case|the (?:former|latter)|here,)",
    re.IGNORECASE,
)
_ORPHAN_START = re.compile(
    r"^(?:it|its|this|that|these|those|they|their|them|he|she|his|her|such|here|there|so|but|and|or|also|thus|hence|"
    r"therefore|however|then|additionally|furthermore|moreover|otherwise|instead|similarly|both|another|not|e\.g|i\.e)\b",
    re.IGNORECASE,
)
_PERSONAL = re.compile(r"\b(?:I|I'm|I’m|me|my|mine|our|we'll|let's)\b")
_LINK = re.compile(r"https?://|www\.|\.(?:png|jpe?g|gif|svg|pdf|webp)\b|!\[|\]\(", re.IGNORECASE)
_ARTICLE = re.compile(r"^(?:an?|the|any|when|where|how)\b", re.IGNORECASE)
_LINKING = frozenset({"of", "that", "which", "whose", "where", "for", "used", "between"})
_RELATIVE = re.compile(r"\b(?:that|which|who|whose|where|when|if|how)\b")
_FINITE = re.compile(
    r"\b(?:is|are|was|were|be|can|could|may|might|must|should|will|would|has|have|had|does|do|helps?|allows?|makes?|uses?"
    r"|provides?|needs?|requires?|ensures?|enables?|leads?|focus(?:es)?|becomes?|remains?|\w+ly \w+s)\b",
    re.IGNORECASE,
)
_PARTICULAR = re.compile(
    r"\.(?:py|ipynb|md)\b|\b(?:example|use case|vs|versus|project|script|setup|interview|how|why|what|questions?"
    r"|cheat ?sheet|template|notes?|course|summary|case study)\b",
    re.IGNORECASE,
)
_CONTEXT = re.compile(r"^[^:?]{2,60}: ")
_NO_TERM = re.compile(
    r"^(?:an?|the|by|to|for|with|in|on|of|at|as|from|after|before|during|using|especially|but|and|or|not|is|are|more|most|very|all|some|each|only|one|two"
    r"|many|how|why|what|when)\b|\b(?:and|or|of|the|a|to|but|by|with|in|for|especially)$|^\w+ly\b|\d$|[.:;,]$",
    re.IGNORECASE,
)
_TASK = re.compile(r"\b(?:todo|tbd|fixme|wip)\b|\?\?", re.IGNORECASE)
_GENERIC = _word_list("labels.txt")
_IMPERATIVE = _word_list("imperatives.txt")


def words(text: str) -> list[str]:
    """The words of `text`; a formula counts as one."""
    return _WORD.findall(_FORMULA.sub(" formula ", text))


def says_nothing(candidate: Candidate) -> str | None:
    """A side of the card is empty."""
    if not candidate.prompt.strip():
        return "the question is empty"
    if candidate.kind is not CardKind.CLOZE and not _WORD.search(candidate.answer) and "$" not in candidate.answer:
        return "the answer is empty"
    return None


def is_broken(candidate: Candidate) -> str | None:
    """Dollars, brackets or emphasis that do not pair."""
    for text in (candidate.prompt, candidate.answer):
        if text.count("$") % 2:
            return "a `$` has no partner"
        bare = _FORMULA.sub("", text)
        if any(bare.count(left) != bare.count(right) for left, right in ("()", "[]", "{}")):
            return "a bracket has no partner"
        if (
            "**" in bare
            or "](" in text
            or re.search(r"(?<!\w)\[[^\]$]+\](?![\w(])", bare)
            or "==" in bare
            or bare.count("`") % 2
        ):
            return "markup is left over"
    return None


def points_elsewhere(candidate: Candidate) -> str | None:
    """Words that can be understood only beside the text around them."""
    text = f"{candidate.prompt} {candidate.answer}"
    if match := _POINTING.search(text):
        return f"not self-contained: “{match[0]}”"
    first = candidate.prompt if candidate.kind is CardKind.CLOZE else candidate.answer
    spoken = _CONTEXT.sub("", first) if candidate.kind is CardKind.CLOZE else first
    if match := _ORPHAN_START.match(spoken.replace("{{c1::", "")):
        return f"not self-contained: begins with “{match[0]}”"
    if match := _ORPHAN_START.match(candidate.subject):
        return f"not self-contained: asks about “{match[0]}”"
    return None


def is_generic(candidate: Candidate) -> str | None:
    """A label such as Purpose or Example is not a thing to ask about."""
    name = normalised(candidate.subject)
    if candidate.rule in {"term", "table", "definition"} and (
        name in _GENERIC or normalised(name + "s") in _GENERIC or all(word in _GENERIC for word in name.split())
    ):
        return f"“{candidate.subject}” is a label, not a term"
    return None


def does_not_define(candidate: Candidate) -> str | None:
    """What stands after a term has to say what the term is, not what somebody does with it."""
    if candidate.rule != "term":
        return None
    head = _RELATIVE.split(re.sub(r"\([^)]*\)", "", candidate.answer), maxsplit=1)[0]
    is_phrase = _ARTICLE.match(head) and _LINKING & {word.casefold() for word in candidate.answer.split()[:8]}
    if not is_phrase or _FINITE.search(head):
        return "what follows does not say what the term is"
    return None


def depends_on_its_note(candidate: Candidate) -> str | None:
    """A term of a script, an example or a comparison means something only there."""
    context, _, _ = candidate.prompt.partition(": ")
    if candidate.rule not in {"term", "table", "highlight"} or context == candidate.prompt:
        return None
    if match := _PARTICULAR.search(context):
        return f"it is about a particular thing: “{match[0]}”"
    return "its context is a long title" if len(context.split()) > 5 else None


def hides_no_term(candidate: Candidate) -> str | None:
    """A gap has to hold a term, in a sentence that names the note's topic."""
    if candidate.kind is not CardKind.CLOZE:
        return None
    if _CONTEXT.match(candidate.prompt):
        return "the sentence does not name its topic"
    if any(_NO_TERM.search(gap.strip()) for gap in _GAP.findall(candidate.prompt)):
        return "the gap holds no term"
    return None


def is_a_task(candidate: Candidate) -> str | None:
    """An instruction or an open point, not a fact."""
    if match := _TASK.search(f"{candidate.prompt} {candidate.answer}"):
        return f"an open point: “{match[0]}”"
    for text in (candidate.subject, candidate.answer):
        first = next(iter(words(text)), "").casefold()
        if candidate.rule == "term" and first in _IMPERATIVE:
            return f"an instruction, not a fact: “{first}”"
    return None


def is_personal(candidate: Candidate) -> str | None:
    """What the author says to himself."""
    match = _PERSONAL.search(f"{candidate.prompt} {candidate.answer}")
    return f"personal: “{match[0]}”" if match else None


def has_link(candidate: Candidate) -> str | None:
    """An address or a picture."""
    match = _LINK.search(f"{candidate.prompt} {candidate.answer}")
    return f"holds a link or a picture: “{match[0]}”" if match else None


def has_wrong_length(candidate: Candidate) -> str | None:
    """Too short to say something, or too long to be one fact."""
    if candidate.kind is CardKind.CLOZE:
        count = len(words(_GAP.sub(" gap ", candidate.prompt)))
        if count < 7:
            return "the sentence is too short to leave a gap in"
        if count > MAX_PROMPT_WORDS:
            return f"the sentence has {count} words"
        longest = max(len(words(gap)) for gap in _GAP.findall(candidate.prompt))
        return f"the gap has {longest} words" if longest > MAX_GAP_WORDS else None
    count = len(words(candidate.answer))
    if candidate.rule in {"definition", "term"} and count < 4:
        return f"the answer has only {count} words"
    return f"the answer has {count} words" if count > MAX_ANSWER_WORDS else None


def goes_on(candidate: Candidate) -> str | None:
    """The sentence is not finished: a list or a formula follows."""
    text = candidate.prompt if candidate.kind is CardKind.CLOZE else candidate.answer
    return "the sentence goes on after a colon" if text.rstrip().endswith((":", ",", ";", "–", "—", "->")) else None


def gives_itself_away(candidate: Candidate) -> str | None:
    """The answer only repeats the question."""
    if candidate.kind is CardKind.CLOZE or candidate.rule in {"formula", "derivative", "abbreviation"}:
        return None
    new = {word.casefold() for word in words(candidate.answer)} - {w.casefold() for w in words(candidate.prompt)}
    telling = {word for word in new if len(word) > 3 or "$" in candidate.answer}
    return "the answer only repeats the question" if candidate.rule != "table" and len(telling) < 2 else None


DAMAGE: tuple[Gate, ...] = (says_nothing, is_broken)
"""For every candidate."""

QUALITY: tuple[Gate, ...] = (
    has_link,
    is_a_task,
    is_personal,
    is_generic,
    points_elsewhere,
    goes_on,
    has_wrong_length,
    does_not_define,
    depends_on_its_note,
    hides_no_term,
    gives_itself_away,
)
"""For candidates that a rule has extracted; an author's own card is his own."""


def rejection(candidate: Candidate) -> str | None:
    """The first reason against the candidate, or None."""
    gates = DAMAGE if candidate.given else DAMAGE + QUALITY
    return next((reason for gate in gates if (reason := gate(candidate))), None)
