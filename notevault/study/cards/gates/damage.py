"""Damage: an empty side, markup left over, a sentence that is broken or not finished."""

from __future__ import annotations

import re

from notevault.study.cards.candidate import Candidate
from notevault.study.cards.gates.words import FORMULA, GAP, WORD, words
from notevault.study.model import CardKind

_BROKEN_PROMPT = re.compile(
    r" ,\s*\?|,\?$|, (?:refer to|used for)\?|\bhow (?:is|are) (?:to|in|for|with|if|when|this|it)\b", re.IGNORECASE
)
_BROKEN_ANSWER = re.compile(
    r"\.\.$|\w& |[a-z]{3}\.[A-Z]|^An? an? | a (?:[ai]|e(?!u)|o(?!ne))[a-z]{3}"
    r"|^A (?!uni|use|usu|uti|one|eu|ubi|u\b|U[A-Z])[aeiouAEIO][a-z]"
    r"|^An (?![aeiouAEIOU]|[A-Z]{2}|h(?:our|onest|eir)|[A-Z]\b)|\w  ?,\w|, (?:it|they) \w+s\b"
)
_UNFINISHED = re.compile(
    r"\b(?:such as|including|like|or more|and|or|of|the|an?|with|for|to|in|by|than|from|as|that|which)[.)]?$"
)
_TWO_SENTENCES = re.compile(r"(?<!\betc)(?<!\bvs)(?:[a-z)]{2}|\s[a-z])\. \w|, however\b")
_SECOND_VERB = re.compile(r"\band (?:should|can|will|must|may|is|are|has|have)\b")
_RAW_LATEX = re.compile(r"\\[a-zA-Z]{2,}|\(\(")
_OLD_GAP = re.compile(r"\{\{c\d+:(?!:)")


def says_nothing(candidate: Candidate) -> str | None:
    """A side of the card is empty."""
    if not candidate.prompt.strip():
        return "the question is empty"
    if any(not WORD.search(gap) and "$" not in gap for gap in GAP.findall(candidate.prompt)):
        return "a gap is empty"
    if candidate.kind is CardKind.CLOZE and len(words(GAP.sub("", candidate.prompt))) < 2:
        return "there is no sentence around the gap"
    if candidate.kind is not CardKind.CLOZE and not WORD.search(candidate.answer) and "$" not in candidate.answer:
        return "the answer is empty"
    return None


def is_broken(candidate: Candidate) -> str | None:
    """Dollars, brackets or emphasis that do not pair."""
    for text in (candidate.prompt, candidate.answer):
        if text.count("$") % 2:
            return "a `$` has no partner"
        bare = FORMULA.sub("", text)
        if any(bare.count(left) != bare.count(right) for left, right in ("()", "[]", "{}")):
            return "a bracket has no partner"
        if (
            "**" in bare
            or "](" in text
            or re.search(r"(?<!\w)\[[^\]$]+\](?![\w(])", bare)
            or "==" in bare
            or bare.count("`") % 2
            or _OLD_GAP.search(text)
        ):
            return "markup is left over"
    return None


def is_garbled(candidate: Candidate) -> str | None:
    """A slip of the pen, or of the extraction: nobody would say this sentence."""
    broken = _BROKEN_PROMPT.search(candidate.prompt) or _BROKEN_ANSWER.search(candidate.answer)
    if broken:
        return f"garbled: “{broken[0]}”"
    if match := _RAW_LATEX.search(FORMULA.sub("", f"{candidate.prompt} {candidate.answer}")):
        return f"a formula without dollars: “{match[0]}”"
    if any(gap.count("(") != gap.count(")") for gap in GAP.findall(candidate.prompt)):
        return "a gap cuts through brackets"
    return None


def goes_on(candidate: Candidate) -> str | None:
    """The sentence is not finished: a list or a formula follows; or a second one has slipped in."""
    text = (candidate.prompt if candidate.kind is CardKind.CLOZE else candidate.answer).rstrip()
    if text.endswith((":", ",", ";", "–", "—", "->")):
        return "the sentence goes on after a colon"
    if candidate.rule in {"definition", "term", "highlight"} and (match := _UNFINISHED.search(text)):
        return f"the sentence breaks off after “{match[0]}”"
    if candidate.prompt.endswith("used for?") and _SECOND_VERB.search(text):
        return "the answer holds two sentences"
    if candidate.rule == "definition" and _TWO_SENTENCES.search(text):
        return "the answer holds two sentences"
    return None
