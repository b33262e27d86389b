"""Whether an answer says what a thing is: not its kind alone, not praise, not what somebody does with it."""

from __future__ import annotations

import re

from notevault.study.cards.candidate import Candidate
from notevault.study.cards.gates.words import content_words, shares_stem, words

_ARTICLE = re.compile(r"^(?:an?|the|any|when|where|how)\b", re.IGNORECASE)
_LINKING = frozenset({"of", "that", "which", "whose", "where", "for", "used", "between"})
_RELATIVE = re.compile(r"\b(?:that|which|who|whose|where|when|if|how)\b")
_FINITE = re.compile(
    r"\b(?:is|are|was|were|be|can|could|may|might|must|should|will|would|has|have|had|does|do|helps?|allows?|makes?|uses?"
    r"|provides?|needs?|requires?|ensures?|enables?|leads?|focus(?:es)?|becomes?|remains?|\w+ly \w+s)\b",
    re.IGNORECASE,
)
_VERB_AND_OBJECT = re.compile(
    r"\b(?!(?:its|this|as|is|was|has|class|process|loss|bias|less|plus|minus|across|versus|whereas)\b)\w{3,}[^s\W]s "
    r"(?:the|an?|its|their|that|how|whether|each|all|both|every|some|towards?|at|techniques)\b"
)
"""`inflates the`: a word in -s before an article is a verb far more often than a noun."""
_THIRD_PERSON = frozenset(
    f"{verb}s" for verb in (
        *("employ", "consist", "lie", "refer", "suggest", "indicate", "control", "compute", "inflate", "suffer"),
        *("contain", "represent", "occur", "depend", "serve", "tend", "act", "exist", "arise", "involve", "describe"),
        *("denote", "improve", "reduce", "increase", "decrease", "prevent", "learn", "take", "give", "go", "determine"),
    )
)  # fmt: skip

_STRONG_CLAUSE = re.compile(
    r"\b(?:that|which|who|whose|where|when|while|how|whether|by \w+ing|used (?:\w+ ){0,6}?(?:to|for) (?!its|their)\w+"
    r"|(?:designed|built|intended|meant|obtained|trained|developed|required|created) (?:\w+ly )?(?:to|for|by|from|at)"
    r"|consist\w*|compris\w*|contain\w*|combin\w*|to (?!the\b|an?\b|be\b|its\b|data\b|\w+s\b)\w+)\b"
)
"""What tells a thing from the others of its kind."""
_WEAK_CLAUSE = re.compile(
    r"\b(?:represent\w*|allow\w*|derived|based on|built on|inspired by|instead of|rather than|without|given by"
    r"|divided by|with (?:an?|its|no|several)|between|due to|focusing|using|not (?!only)|compared|relative to|in an?"
    r"|on an?|at the|in terms)\b"
)
_PRAISE_CLAUSE = re.compile(
    r"\b(?:(?:that|which) (?:is|are|has been) (?:\w+ly )?(?:used (?:in|for (?:its|their))|known for|popular)"
    r"|used in\b(?![^.,]*\b(?:to|for|that|which|where) \w+)|known for"
    r"|(?:that|which) is designed for (?:speed|performance)"
    r"|offering|providing|because of)\b.*"
    r"|, (?:particularly|especially|including|such as|similar to|making|influencing|widely|commonly|often)\b.*"
)
"""What follows one of these says where a thing is used and how good it is, not what it is."""
_PRAISE = re.compile(
    r"\b(?:powerful|popular|important|crucial|critical|key|fundamental|essential|integral|vital|widely[ -]used"
    r"|significant|central|versatile|cornerstone|foundation|backbone|basic|simplest|best|easiest|primary|main|advanced"
    r"|modern|emerging|classic|flip side|core|accessible|lots of|metric|ensembl\w+)\b",
    re.IGNORECASE,
)
_SUPERLATIVE = re.compile(
    r"^(?:(?:One of )?[Tt]he (?:\w+ )?(?:most|simplest|best|easiest|first|primary|main|core)|One of)\b"
)
_PRAISED_PART = re.compile(
    r"^(?:An?|The) (?:\w+ )?(?:key|crucial|critical|central|core|integral|essential|fundamental|vital|important|main"
    r"|major|significant|basic) (?:\w+ )?(?:part|component|aspect|element|role|piece|step|feature|concept|problem)\b"
)
_KIND_ALONE = re.compile(
    r"^(?:An?|The|One of the|Any) (?:(?!(?:of|in|for|with|to|from|on) )[\w-]+ ){0,4}?"
    r"(?:part|component|aspect|element|role|piece|category|class|type|kind"
    r"|form|branch|field|area|subset|subfield|family|concept|principle|problem|approach|technique|tool|step|challenge"
    r"|feature|method|process|architecture|model|estimate|extension|variant|practice|manifestation|implementation)s?\b",
)
_ENOUGH_WORDS = 3
_CIRCULAR = re.compile(
    r"^(?:The|An?) (?:process|act|practice|way|method|task|technique|decision|ability) (?:of|for|to) "
    r"(?:doing |the )?(\w+)"
)
_LONG_NAME = 3


def does_not_define(candidate: Candidate) -> str | None:
    """What stands after a term has to say what the term is, not what somebody does with it."""
    if candidate.rule != "term":
        return None
    head = _RELATIVE.split(re.sub(r"\([^)]*\)", "", candidate.answer), maxsplit=1)[0]
    is_phrase = _ARTICLE.match(head) and _LINKING & {word.casefold() for word in candidate.answer.split()[:8]}
    about_itself = re.match(rf"(?:an?|the) {re.escape(candidate.subject)}\b", head, re.IGNORECASE)
    if not is_phrase or about_itself or is_clause(head):
        return "what follows does not say what the term is"
    return None


def is_clause(text: str) -> bool:
    """Whether `text` has a finite verb.

    >>> is_clause("The presence of noise inflates the variance"), is_clause("The sum of squares")
    (True, False)
    """
    third_person = _THIRD_PERSON & {word.casefold() for word in words(text)}
    return bool(_FINITE.search(text) or _VERB_AND_OBJECT.search(text) or third_person)


def names_only_its_kind(candidate: Candidate) -> str | None:
    """ "A powerful approach", "a metric for regression": true of many things."""
    if candidate.rule not in {"definition", "term"} or _is_use(candidate):
        return None
    answer = _PRAISE_CLAUSE.sub("", candidate.answer)
    head = _STRONG_CLAUSE.split(answer, maxsplit=1)[0]
    is_strong = head != answer
    if match := _SUPERLATIVE.match(answer) or _PRAISED_PART.match(answer):
        return f"praise or rank, not a definition: “{match[0]}”"
    if (match := _PRAISE.search(head)) and not is_strong:
        return f"praise, not a definition: “{match[0]}”"
    if is_strong or _WEAK_CLAUSE.search(answer):
        return None
    if match := _KIND_ALONE.match(answer):
        rest = answer[match.end() :]
        if len(content_words(rest)) <= _ENOUGH_WORDS or not re.match(r" (?:of|for) \w+ing\b", rest):
            return f"only the kind of thing: “{match[0]}”"
    least = _ENOUGH_WORDS + (candidate.rule == "definition")
    return "only the kind of thing" if len(content_words(answer)) < least else None


def _is_use(candidate: Candidate) -> bool:
    return candidate.prompt.endswith(("used for?", "stand for?"))


def is_circular(candidate: Candidate) -> str | None:
    """ "Translation is the process of doing translation"."""
    match = _CIRCULAR.match(candidate.answer)
    subject = content_words(candidate.subject)
    said = set(content_words(candidate.answer))
    if candidate.rule == "definition" and len(subject) >= _LONG_NAME and said.issuperset(subject):
        return "circular: the answer holds the whole name"
    if candidate.rule == "definition" and match and any(shares_stem(match[1].casefold(), word) for word in subject):
        return f"circular: “{match[0]}”"
    return None
