"""Answers about relations in three forms (yes or no, one of four, free) -> Reefknot's rates and their mean, Rscore.

The hallucination rate of a form is the share of its answers that are wrong; Rscore is the mean over the forms of what
is left of 1. An answer of yes or no is read by whether `yes` is in it, a choice by its first letter. The paper holds a
free answer against the label by a model of textual entailment; here it is right if it says the label, or a word that
means the same, so the third rate is an upper bound of theirs and not to be set beside it.

Source: Zheng et al., Reefknot, Findings of ACL 2025; `utils.py` (both readings) and `R_score.py` (the mean) of
JackChen-seu/Reefknot.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

from nesy.experiments.scoring.field.yes_no import read_yes_or_no

Task = Literal["yes/no", "multiple choice", "free"]
TASKS: tuple[Task, ...] = ("yes/no", "multiple choice", "free")
_LETTERS = frozenset("ABCD")
_WORD = re.compile(r"[a-z]+")


@dataclass(frozen=True)
class Reefknot:
    """Rates in [0, 1], of the forms that were asked."""

    answers: dict[Task, int]
    rates: dict[Task, float]
    """Share of the answers that are wrong."""
    rscore: float
    unlettered: int = 0
    """Choices that begin with none of the letters A to D: they are wrong."""


def task_of(label: str) -> Task:
    """Return the form of a question by its label.

    >>> task_of("No"), task_of("C"), task_of("sitting on")
    ('yes/no', 'multiple choice', 'free')
    """
    told = label.strip().strip(".()").lower()
    if told in ("yes", "no"):
        return "yes/no"
    return "multiple choice" if told in ("a", "b", "c", "d") else "free"


def is_right(answer: str, label: str, meaning: Callable[[str], str] = str.strip) -> bool:
    """Tell whether an answer is right.

    >>> is_right("b. riding", "B"), is_right("A", "B"), is_right("The man is riding it.", "riding")
    (True, False, True)
    >>> is_right("The answer is (C).", "C")  # its first letter is T
    False

    Args:
        answer: what was said.
        label: the true answer.
        meaning: a word or phrase -> what it means, for free answers.
    """
    match task_of(label):
        case "yes/no":
            return read_yes_or_no(answer) == label.strip().strip(".").lower()
        case "multiple choice":
            return answer.strip()[:1].upper() == label.strip().strip(".()").upper()
        case _:
            said, wanted = _words(answer), _words(label)
            places = range(len(said) - len(wanted) + 1)
            within = any(said[at : at + len(wanted)] == wanted for at in places)
            return within or meaning(" ".join(said)) == meaning(" ".join(wanted))


def reefknot_scores(answers: Iterable[tuple[str, str]], meaning: Callable[[str], str] = str.strip) -> Reefknot:
    """Score answers.

    >>> found = reefknot_scores([("Yes", "yes"), ("No", "yes"), ("A", "A"), ("on it", "under")])
    >>> found.rates["yes/no"], found.rates["multiple choice"], found.rates["free"], found.rscore
    (0.5, 0.0, 1.0, 0.5)

    Args:
        answers: (what was answered, the true answer) of each question.
        meaning: a word or phrase -> what it means, for free answers.
    """
    by_task: dict[Task, list[bool]] = {}
    unlettered = 0
    for said, true in answers:
        unlettered += task_of(true) == "multiple choice" and said.strip()[:1].upper() not in _LETTERS
        by_task.setdefault(task_of(true), []).append(is_right(said, true, meaning))
    rates = {task: 1 - sum(by_task[task]) / len(by_task[task]) for task in TASKS if task in by_task}
    rscore = sum(1 - rate for rate in rates.values()) / len(rates) if rates else 0.0
    return Reefknot({task: len(by_task[task]) for task in rates}, rates, rscore, unlettered)


def _words(text: str) -> list[str]:
    return _WORD.findall(text.lower())
