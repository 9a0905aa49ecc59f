"""Answers to questions of yes and no, and the true ones -> accuracy, precision, recall, F1 and the share of yes.

POPE (Li et al., EMNLP 2023) counts a yes as positive and reads an answer by its first sentence: with `no` or `not` in
it the answer is no, else yes. RePOPE (Neuhaus and Hein, 2025) is POPE with labels put right and unclear questions
left out: the same measure on its labels. DASH-B (Augustin et al., ICCV 2025) tells accuracy, and recall on what is
there (TPR) and on what is not (TNR). AMBER (Wang et al., 2023) counts a no as positive: what is asked for is made up.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from nesy.experiments.scoring.detection import Detection

YesNo = Literal["yes", "no"]
_WORD = re.compile(r"[a-z']+")
_NO = frozenset({"no", "not"})


def read_yes_no(answer: str) -> YesNo:
    """Read an answer as POPE's evaluation does: no, where its first sentence says `no` or `not`, else yes.

    >>> read_yes_no("No, there is no dog."), read_yes_no("Yes. It is not small."), read_yes_no("A dog is there")
    ('no', 'yes', 'yes')
    """
    return "no" if _NO & set(_words(answer)) else "yes"


def says_either(answer: str) -> bool:
    """Tell whether an answer says yes or no at all; POPE counts one that does not as yes.

    >>> says_either("Yes."), says_either("It is a dog."), says_either("There is not.")
    (True, False, True)
    """
    return bool((_NO | {"yes"}) & set(_words(answer)))


def _words(answer: str) -> list[str]:
    return _WORD.findall(answer.partition(".")[0].lower())


@dataclass(frozen=True)
class YesNoScores:
    """Counts, with one of the two answers as positive; shares are in [0, 1]."""

    counts: Detection
    """Flagged: the positive was answered; wrong: it is the true answer."""
    yes: int
    """Answers that are yes."""
    neither: int = 0
    """Answers that say neither; counted as yes."""

    @property
    def questions(self) -> int:
        """How many were answered."""
        return self.counts.items

    @property
    def accuracy(self) -> float:
        """Share of right answers."""
        return (self.counts.right + self.counts.passed) / max(1, self.questions)

    @property
    def precision(self) -> float:
        """Share of the positive answers that are right; 0 where there is none, as in POPE's evaluation."""
        made = self.counts.right + self.counts.false
        return self.counts.right / made if made else 0.0

    @property
    def recall(self) -> float:
        """Share of what is positive that was answered so: TPR."""
        true = self.counts.right + self.counts.missed
        return self.counts.right / true if true else 0.0

    @property
    def specificity(self) -> float:
        """Share of what is negative that was answered so: TNR."""
        true = self.counts.passed + self.counts.false
        return self.counts.passed / true if true else 0.0

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0

    @property
    def yes_rate(self) -> float:
        """Share of the answers that are yes."""
        return self.yes / max(1, self.questions)


def yes_no_scores(answers: Iterable[tuple[str, YesNo]], positive: YesNo = "yes") -> YesNoScores:
    """Score answers in free words.

    >>> found = yes_no_scores([("Yes.", "yes"), ("yes", "no"), ("No", "no"), ("no", "yes"), ("yes", "yes")])
    >>> found.accuracy, round(found.precision, 3), found.yes_rate
    (0.6, 0.667, 0.6)

    Args:
        answers: (what was answered, the true answer) of each question.
        positive: the answer that precision and recall are of.
    """
    counts, yes, neither = Detection(), 0, 0
    for said, true in answers:
        read = read_yes_no(said)
        counts += Detection.of(read == positive, true == positive)
        yes += read == "yes"
        neither += not says_either(said)
    return YesNoScores(counts, yes, neither)
