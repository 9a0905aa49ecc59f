"""Answers to questions of yes and no, and the true ones -> accuracy, precision, recall, F1 and the share of yes.

How an answer in free words is read is part of a benchmark, and each reads its own way:

- POPE (Li et al., EMNLP 2023; `evaluate.py` of AoiDragon/POPE) counts a yes as positive. Up to the first full stop and
  without commas an answer is no, if one of its words is `No`, `no` or `not` to the letter, else yes. RePOPE (Neuhaus
  and Hein, 2025) is POPE with labels put right and unclear questions left out.
- DASH-B (Augustin et al., ICCV 2025; `src/eval_utils.py` of YanNeu/DASH-B): yes where `yes` is anywhere in it, else no
  where `no` is, else it is wrong. It tells accuracy, recall on what is there (TPR) and on what is not (TNR), and the
  harmonic mean of the two.
- AMBER (Wang et al., 2023; `inference.py` of junyangwang0410/AMBER) counts a no as positive, since what is asked for is
  made up. It takes the answers `Yes` and `No` to the letter; here the first word is read, which is the same for those.
  An answer that begins with neither is wrong, and no answer of no.
- Reefknot (Zheng et al., Findings of ACL 2025; `utils.py` of JackChen-seu/Reefknot): yes where `yes` is anywhere in it,
  else no.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

YesNo = Literal["yes", "no"]
Reader = Callable[[str], YesNo | None]
"""An answer -> what it says; None where it says neither."""
_POPE_NO = frozenset({"No", "no", "not"})
_FIRST = re.compile(r"\W*(yes|no)\b", re.IGNORECASE)


def read_pope(answer: str) -> YesNo:
    """Read an answer as POPE's evaluation does: one that does not say no is a yes.

    >>> read_pope("No, there is no dog."), read_pope("Yes. It is not small."), read_pope("A dog is there")
    ('no', 'yes', 'yes')
    """
    first = answer.split(".", maxsplit=1)[0].replace(",", "")
    return "no" if _POPE_NO & set(first.split(" ")) else "yes"


def read_anywhere(answer: str) -> YesNo | None:
    """Read an answer as DASH-B's evaluation does: by the letters, a yes before a no.

    >>> read_anywhere("There is no dog."), read_anywhere("No. Yes, one!"), read_anywhere("A dog")
    ('no', 'yes', None)
    """
    lower = answer.lower()
    return "yes" if "yes" in lower else "no" if "no" in lower else None


def read_first_word(answer: str) -> YesNo | None:
    """Read an answer by its first word, as AMBER's are cut down to Yes and No.

    >>> read_first_word("No, there is none."), read_first_word("yes"), read_first_word("There is no dog.")
    ('no', 'yes', None)
    """
    found = _FIRST.match(answer)
    return None if found is None else "yes" if found[1].lower() == "yes" else "no"


def read_yes_or_no(answer: str) -> YesNo:
    """Read an answer as Reefknot's evaluation does: what does not say yes is a no.

    >>> read_yes_or_no("Yes, he is."), read_yes_or_no("He sits on it.")
    ('yes', 'no')
    """
    return "yes" if "yes" in answer.lower() else "no"


@dataclass(frozen=True)
class YesNoScores:
    """Counts, with one of the two answers as positive; shares are in [0, 1], 0 where there is nothing to share."""

    right_positive: int = 0
    right_negative: int = 0
    answered: int = 0
    """Answers that are positive."""
    positive: int = 0
    """Questions whose true answer is."""
    negative: int = 0
    """Questions whose true answer is not."""
    yes: int = 0
    """Answers that are yes."""
    neither: int = 0
    """Answers without the word yes that are not read as no: POPE counts them as yes, DASH-B and AMBER as wrong."""

    @property
    def questions(self) -> int:
        """How many were answered."""
        return self.positive + self.negative

    @property
    def accuracy(self) -> float:
        """Share of right answers."""
        return _share(self.right_positive + self.right_negative, self.questions)

    @property
    def precision(self) -> float:
        """Share of the positive answers that are right."""
        return _share(self.right_positive, self.answered)

    @property
    def recall(self) -> float:
        """Share of what is positive that was answered so: TPR."""
        return _share(self.right_positive, self.positive)

    @property
    def specificity(self) -> float:
        """Share of what is negative that was answered so: TNR."""
        return _share(self.right_negative, self.negative)

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        return harmonic_mean(self.precision, self.recall)

    @property
    def yes_rate(self) -> float:
        """Share of the answers that are yes."""
        return _share(self.yes, self.questions)


def yes_no_scores(
    answers: Iterable[tuple[str, YesNo]], positive: YesNo = "yes", read: Reader = read_pope
) -> YesNoScores:
    """Score answers in free words.

    >>> found = yes_no_scores([("Yes.", "yes"), ("yes", "no"), ("No", "no"), ("no", "yes"), ("yes", "yes")])
    >>> found.accuracy, round(found.precision, 3), found.yes_rate
    (0.6, 0.667, 0.6)

    Args:
        answers: (what was answered, the true answer) of each question.
        positive: the answer that precision and recall are of.
        read: what an answer says.
    """
    made = [(read(said), true, said) for said, true in answers]
    return YesNoScores(
        right_positive=sum(one == true == positive for one, true, _ in made),
        right_negative=sum(one == true != positive for one, true, _ in made),
        answered=sum(one == positive for one, _, _ in made),
        positive=sum(true == positive for _, true, _ in made),
        negative=sum(true != positive for _, true, _ in made),
        yes=sum(one == "yes" for one, _, _ in made),
        neither=sum(one != "no" and "yes" not in said.lower() for one, _, said in made),
    )


def harmonic_mean(one: float, other: float) -> float:
    """Return 2 / (1/one + 1/other); 0 where one of them is 0.

    >>> harmonic_mean(0.5, 1.0), harmonic_mean(0.0, 0.0)
    (0.6666666666666666, 0.0)
    """
    return 2 * one * other / (one + other) if one + other else 0.0


def _share(part: int, of: int) -> float:
    return part / of if of else 0.0
