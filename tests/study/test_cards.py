"""Cards: each rule finds what it should, each gate has its reason."""

from __future__ import annotations

from pathlib import Path

import pytest

from notevault.checks.check import check_vault
from notevault.checks.model import Report
from notevault.frontends.claims import Outcome
from notevault.study.cards import make_cards
from notevault.study.model import Card, CardKind, Rejection
from notevault.vault.read import read_vault

NOTHING = Report((), (), ())
FILLER = "Some more prose stands here, so that the note is not a stub of only a few words.\n\n"


def studied(tmp_path: Path, text: str, name: str = "Momentum.md") -> tuple[tuple[Card, ...], tuple[Rejection, ...]]:
    (tmp_path / name).write_text(FILLER + text, encoding="utf-8")
    return make_cards(read_vault(tmp_path), NOTHING)


@pytest.mark.parametrize(
    ("text", "rule", "prompt", "answer"),
    [
        (
            "Momentum is a method that adds a fraction of the last step.",
            "definition", "What is Momentum?", "A method that adds a fraction of the last step.",
        ),
        (
            "A **heavy ball** is a picture of the method in which a ball rolls.",
            "definition", "Momentum: What is a heavy ball?", "A picture of the method in which a ball rolls.",
        ),
        (
            "Momentum is used to damp the steps across a narrow valley.",
            "definition", "What is Momentum used for?", "To damp the steps across a narrow valley.",
        ),
        (
            "The velocity is given by:\n\n$$\nv = \\beta v + g\n$$",
            "formula", "Momentum: How is the velocity given?", "$$v = \\beta v + g$$",
        ),
        (
            "For a rate $\\eta$, and a step $t$, the velocity is computed as\n\n$$v_t = \\eta g_t$$",
            "formula", "Momentum: For a rate $\\eta$, and a step $t$, how is the velocity computed?",
            "$$v_t = \\eta g_t$$",
        ),
        (
            "- **Velocity**: the running sum of the gradients. It starts at zero.",
            "term", "Momentum: what does “Velocity” mean?", "The running sum of the gradients.",
        ),
        (
            "It goes back to stochastic gradient descent (SGD).",
            "abbreviation", "What does SGD stand for?", "Stochastic gradient descent",
        ),
        (
            "## Why does momentum help?\n\nSteps across a valley cancel, and steps along the valley add up.",
            "question", "Why does momentum help?", "Steps across a valley cancel, and steps along the valley add up.",
        ),
        (
            "| symbol | meaning |\n|---|---|\n| $\\beta$ | the fraction that is kept |",
            "table", "Momentum: what does $\\beta$ mean?", "The fraction that is kept",
        ),
        (
            "| dimension | meaning |\n|---|---|\n| Physical | what the body feels in a step |",
            "table", "Momentum: what does the dimension “Physical” mean?", "What the body feels in a step",
        ),
        (
            "- **Grain**: The grain of a step refers to the level of detail of its sums.",
            "term", "Momentum: what does “Grain” mean?", "The level of detail of its sums.",
        ),
        (
            "Damping is fast.\n\n**Damping** means techniques that make the steps shorter.",
            "definition", "Momentum: What does Damping refer to?", "Techniques that make the steps shorter.",
        ),
        (
            "The velocity is given by:\n\n$$v = \\beta g$$\n\nwhere:\n\n- $\\beta$ is the rate;\n- $g$ is the slope.",
            "formula", "Momentum: How is the velocity given?",
            "$$v = \\beta g$$\n\nwhere $\\beta$ is the rate; $g$ is the slope",
        ),
        (
            "## Q3. Why does momentum help?\n\nSteps along the valley add up.",
            "question", "Why does momentum help?", "Steps along the valley add up.",
        ),
        (
            "Each true positive (TP) counts.",
            "abbreviation", "In Momentum: what does TP stand for?", "True positive",
        ),
        (
            "There are stochastic weight averages (SWAs) of many runs.",
            "abbreviation", "What does SWA stand for?", "Stochastic weight average",
        ),
        ("What is kept?::The velocity", "handwritten", "What is kept?", "The velocity"),
        ("Q: What is kept?\nA: The velocity", "handwritten", "What is kept?", "The velocity"),
        ("The ball is {{c1::heavy}}.", "handwritten", "The ball is {{c1::heavy}}.", ""),
        (
            "In optimisation Momentum keeps a ==decaying sum== of all the gradients so far.",
            "highlight", "In optimisation Momentum keeps a {{c1::decaying sum}} of all the gradients so far.", "",
        ),
    ],
)  # fmt: skip
def test_a_rule_finds_its_card(tmp_path: Path, text: str, rule: str, prompt: str, answer: str) -> None:
    cards, rejections = studied(tmp_path, text)
    assert [(card.rule, card.prompt, card.answer) for card in cards] == [(rule, prompt, answer)], rejections


def test_three_colons_make_a_card_that_asks_both_ways(tmp_path: Path) -> None:
    (card,), _ = studied(tmp_path, "reverse mode:::one pass for each output")
    assert card.kind is CardKind.REVERSED


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Momentum is a method with a picture of it above.", "not self-contained: “above”"),
        ("Momentum is a thing I read about in a book last year.", "personal: “I”"),
        ("Momentum is a method; see https://example.org for more of it.", "holds a link or a picture: “https://”"),
        ("Momentum is a method with three parts:", "the sentence goes on after a colon"),
        ("Momentum is a thing.", "the answer has only 2 words"),
        ("Momentum is the momentum of the momentum.", "the answer only repeats the question"),
        ("Momentum is a " + "very " * 50 + "long story.", "the answer has 53 words"),
        ("Momentum is a method with $\\beta which has no end.", "a `$` has no partner"),
        ("Momentum is a TODO of mine for the next term.", "an open point: “TODO”"),
        ("- **Purpose**: the damping of steps that go across.", "“Purpose” is a label, not a term"),
        ("- **Tuning**: choose the rate first.", "an instruction, not a fact: “choose”"),
        ("- **Speed**: the method makes good progress.", "what follows does not say what the term is"),
        ("Momentum is kept in a ==slowly and steadily fading tail== of sums.", "the gap has 5 words"),
        ("Momentum is kept in the tail ==of all sums== that went before.", "the gap holds no term"),
        ("Momentum is a powerful approach of our field.", "personal: “our”"),
        ("Momentum is a powerful approach for large models.", "praise, not a definition: “powerful”"),
        ("Momentum is a category of optimiser technology.", "only the kind of thing: “A category”"),
        ("Momentum is a technique in the field of optimisation.", "only the kind of thing: “A technique”"),
        ("Momentum is the most basic of all optimisers there.", "praise or rank, not a definition: “The most”"),
        ("Momentum is a metric for large regression models.", "praise, not a definition: “metric”"),
        ("Momentum is the process of doing momentum steps by computer.", "circular: “The process of doing momentum”"),
        ("Momentum is a algorithmic idea that keeps old steps.", "garbled: “A al”"),
        ("Momentum is the core that carries models like Alpha& Beta.", "garbled: “a& ”"),
        ("Momentum is a method that keeps sums.Nesterov wrote it down.", "garbled: “ums.N”"),
        ("Momentum is a method that keeps sums, steps, and more..", "garbled: “..”"),
        ("Momentum is a method that is used in tools such as", "the sentence breaks off after “such as”"),
        ("Momentum is the number of such actions in a unit of time.", "not self-contained: “such actions”"),
        ("Momentum is a method that keeps sums. and it adds them.", "the answer holds two sentences"),
        ("- **Rate**: the small number that is (1 \\times 10^{-8}).", "a formula without dollars: “\\times”"),
        (
            "Momentum is a fundamental component of optimisers that keeps sums.",
            "praise or rank, not a definition: “A fundamental component”",
        ),
        ("Momentum is used for keeping old steps and should decay.", "the answer holds two sentences"),
        ("- **Plus Gains**: the gains of a year that are left.", "“Plus Gains” is no term: “Plus”"),
        ("- **Speed and Range**: the length of a step that is left.", "“Speed and Range” is no term: “and”"),
        ("- **Activities**: the things that are done in a phase.", "“Activities” is a label, not a term"),
        ("- **Decay**: The decay of a rate determines the end of it.", "what follows does not say what the term is"),
        ("- **Bias**: The presence of noise inflates the size of steps.", "what follows does not say what the term is"),
        ("- **Epoch**: The notation 3/4 that is used for a run.", "bound to its note: “The notation”"),
        (
            "- **Phase**: the part of a year that is warm.\n- **Phase**: the part of a year that is cold.",
            "“Phase” stands for several things in the note",
        ),
        ("| name | purpose |\n|---|---|\n| max_depth | Maximum tree depth |", "the answer only repeats the question"),
        ("Steps like these ==combining several old steps== keep Momentum alive for long.", "the gap holds no term"),
        ("## What would this change in a run?\n\nThe steps get longer.", "asks about something in the note: “this”"),
        ("The ball rolls down into the ==deep valley== of the landscape.", "the sentence does not name its topic"),
    ],
)
def test_a_gate_has_its_reason(tmp_path: Path, text: str, reason: str) -> None:
    cards, rejections = studied(tmp_path, text)
    assert cards == ()
    assert reason in [rejection.reason for rejection in rejections]


@pytest.mark.parametrize(
    "text",
    ["Use `std::vector` here.", "```\na::b\n```", "Note: this is important", "See [[A::B]] for it", "a == b, c == d"],
)
def test_what_is_no_card_makes_no_card(tmp_path: Path, text: str) -> None:
    assert studied(tmp_path, text)[0] == ()


def test_the_same_question_is_asked_once(tmp_path: Path) -> None:
    (tmp_path / "A.md").write_text("---\naliases: [Momentum]\n---\nMomentum is a heavy ball rolling down.\n\n" + FILLER)
    cards, rejections = studied(tmp_path, "Momentum is a method with a memory of its steps.")
    assert [card.note for card in cards] == ["A.md"]
    assert rejections[-1].reason == "the same question is asked in A.md"


@pytest.mark.parametrize(
    ("text", "cards"),
    [
        (
            "What is a dual?\n?\nThe problem of the multipliers.",
            [("What is a dual?", "The problem of the multipliers.")],
        ),
        (
            "What is a dual?::The problem of the multipliers.\nIt is strong under {{c1::Slater's}} condition here.",
            [
                ("It is strong under {{c1::Slater's}} condition here.", ""),
                ("What is a dual?", "The problem of the multipliers."),
            ],
        ),
    ],
)
def test_cards_in_one_paragraph_are_told_apart(tmp_path: Path, text: str, cards: list[tuple[str, str]]) -> None:
    made, rejections = studied(tmp_path, text)
    assert sorted((card.prompt, card.answer) for card in made) == cards, rejections


def test_questions_that_differ_in_a_formula_alone_are_two(tmp_path: Path) -> None:
    cards, rejections = studied(tmp_path, "slope of $x^2$::two times $x$\n\nslope of $x^3$::three times $x^2$")
    assert [card.prompt for card in cards] == ["slope of $x^2$", "slope of $x^3$"], rejections


def test_a_derivative_that_was_checked_at_an_example_is_not_asked(tmp_path: Path) -> None:
    sums = r"Let $J(w) = \sum_{i=1}^{n} (w_i - y_i)^2$. Then $\frac{\partial J}{\partial w_j} = 2 (w_j - y_j)$."
    (tmp_path / "Slopes.md").write_text(f"{FILLER}Let $f(x) = x^3$. Then $f'(x) = 3x^2$.\n\n{sums}\n", encoding="utf-8")
    vault = read_vault(tmp_path)
    report = check_vault(vault, run=False)
    assert [claim.verdict.outcome for claim in report.claims] == [Outcome.VERIFIED] * 2
    cards, _ = make_cards(vault, report)
    assert [card.answer for card in cards if card.rule == "derivative"] == ["$3 x^{2}$"]


def test_a_card_keeps_its_id_when_its_answer_is_corrected(tmp_path: Path) -> None:
    (before,), _ = studied(tmp_path, "Momentum is a method with a memory of its steps.")
    (after,), _ = studied(tmp_path, "Momentum is a method with a memory of all its steps.")
    assert before.id == after.id
    assert before.answer != after.answer


def test_the_span_of_a_card_is_its_sentence(tmp_path: Path) -> None:
    text = "First things first.\nMomentum is a method\nwith a memory of its steps."
    (card,), _ = studied(tmp_path, text)
    assert (FILLER + text)[card.span.start : card.span.end] == "Momentum is a method\nwith a memory of its steps."


def test_of_two_definitions_the_one_with_a_clause_is_kept(tmp_path: Path) -> None:
    text = "Momentum is a sum of old gradient steps.\n\nMomentum is a method that adds a fraction of the last step."
    cards, rejections = studied(tmp_path, text)
    assert [card.answer for card in cards] == ["A method that adds a fraction of the last step."]
    assert [rejection.reason for rejection in rejections] == ["the note says better what it is"]


def test_three_letters_need_a_field_where_the_vault_has_two_meanings(tmp_path: Path) -> None:
    (tmp_path / "A.md").write_text(FILLER + "A simple moving average (SMA) lags behind its data.\n", encoding="utf-8")
    cards, _ = studied(tmp_path, "Here a step of momentum averaging (SMA) is taken.")
    assert [card.prompt for card in cards] == [
        "In A: what does SMA stand for?",
        "In Momentum: what does SMA stand for?",
    ]


def test_an_everyday_abbreviation_is_asked_for_only_in_its_own_note(tmp_path: Path) -> None:
    text = "The field of machine learning (ML) uses it."
    assert studied(tmp_path, text)[0] == ()
    assert [card.prompt for card in studied(tmp_path, text, "Machine Learning.md")[0]] == ["What does ML stand for?"]


def test_the_question_keeps_an_article_that_the_note_uses(tmp_path: Path) -> None:
    text = "Greedy algorithm is a method that takes the best next step. Such a greedy algorithm is fast."
    (card,), _ = studied(tmp_path, text, "Greedy algorithm.md")
    assert card.prompt == "What is a greedy algorithm?"
