"""Pairs, what a judge gave them and what our own check says of them -> one report (`nesy.judge_report/1`)."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from nesy.experiments.judging.answer_pairs import AnswerPair, AnswerPairs
from nesy.experiments.judging.biases import (
    PairMarks,
    length_bias,
    position_bias,
    position_marks,
    relative_score,
)
from nesy.experiments.judging.checked_answers import Checked
from nesy.experiments.judging.judgements import ORDERS, Order, PairJudgement
from nesy.experiments.statistics.resampling import Interval
from nesy.perception.review import ASPECTS

_WORD = re.compile(r"\w+")
_Side = Literal["reference", "candidate"]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Agreement(_Frozen):
    """Whether the judge prefers the answer of which a larger share of the claims passes our own check."""

    check: Literal["supported", "consistent", "both"]
    """What counts: borne out by evidence, or objected to by no rule; `both`: one in some pairs, one in others."""
    agreed: int
    """Pairs in which the judge and the check prefer the same answer."""
    compared: int
    """Pairs in which both prefer one."""
    ties: int
    """The other pairs: the marks or the shares are equal, or an answer makes no claim."""
    share: float | None
    """Of the pairs that were compared; None where there is none."""


class JudgeReport(_Frozen):
    """What a judge says of two answerers, and how far to trust it.

    Points are of the relative score: 100 is the reference.
    """

    schema_: Literal["nesy.judge_report/1"] = Field(default="nesy.judge_report/1", alias="schema")
    judge: str
    """Which model judged."""
    reference: str
    """What the reference is called."""
    candidate: str
    """What the candidate is called."""
    pairs: int
    """Of the file."""
    judged: int
    """Pairs with marks in both orders; all figures are of these."""
    without_marks: int
    """Replies that held no marks, of two a pair; their pairs do not count."""
    asked: int
    """Replies in all."""
    relative_score: Interval | None
    """100 times the candidate's marks over the reference's."""
    by_aspect: dict[str, float]
    """Helpfulness, relevance, accuracy, detail -> the relative score of it alone."""
    by_order: dict[str, float]
    """Which answer was first -> the relative score in that order alone."""
    position_bias: Interval | None
    """What coming first is worth, in points."""
    position_marks: float | None
    """The same in marks of 10."""
    length_bias: Interval | None
    """What a doubling of the length is worth, in points; None where it cannot be told."""
    agreement: Agreement
    """Of the judge with the check of the claims."""

    def to_json(self, indent: int | None = None) -> str:
        """Return the report as JSON.

        Args:
            indent: spaces a level; None puts all on one line.
        """
        return self.model_dump_json(by_alias=True, indent=indent)

    def to_text(self) -> str:
        """Return the report in lines."""
        who = f"{self.judge} judged {self.candidate} against {self.reference}"
        how_many = f"{self.judged} of {self.pairs} pairs in both orders"
        lines = [f"{who}: {how_many}, {self.without_marks} of {self.asked} replies without marks"]
        lines.append(f"{'relative score':24}{_told(self.relative_score)}")
        lines += [f"{'  ' + name:24}{value:8.1f}" for name, value in (*self.by_aspect.items(), *self.by_order.items())]
        lines += [
            f"{'position bias':24}{_told(self.position_bias)}"
            + ("" if self.position_marks is None else f", {self.position_marks:+.2f} marks for coming first"),
            f"{'length bias':24}{_told(self.length_bias, 'cannot be told from these lengths')}, for twice the words",
        ]
        agreed = self.agreement
        checked = {"both": "supported or consistent"}.get(agreed.check, agreed.check)
        which = f"with the answer of which more claims are {checked}"
        told = (
            f"    cannot be told {which}: {agreed.ties} ties alone"
            if agreed.share is None
            else f"{100 * agreed.share:8.1f} of {agreed.compared} pairs {which}; {agreed.ties} ties"
        )
        lines.append(f"{'agreement, percent':24}{told}")
        return "\n".join(lines)


def _told(found: Interval | None, otherwise: str = "none") -> str:
    if found is None:
        return f"    {otherwise}"
    return f"{found.value:8.1f}  ({found.low:.1f} to {found.high:.1f})"


def report_on(
    pairs: AnswerPairs, judgements: Iterable[PairJudgement], checked: Sequence[Checked], judge: str, seed: int = 0
) -> JudgeReport:
    """Put together what is known of the pairs.

    Args:
        pairs: what was judged.
        judgements: of these pairs, in any order; those of other pairs do not count.
        checked: the claims of both answers of each pair.
        judge: who judged.
        seed: of the bootstrap.
    """
    by_pair: dict[str, dict[Order, PairJudgement]] = {}
    for one in judgements:
        by_pair.setdefault(one.key, {})[one.order] = one
    given = [by_pair.get(pair.key, {}) for pair in pairs.pairs]
    whole = [at for at, found in enumerate(given) if len(found) == 2 and not any(one.problem for one in found.values())]
    marks = [_marks(pairs.pairs[at], given[at], checked[at]) for at in whole]
    return JudgeReport(
        judge=judge,
        reference=pairs.names[0],
        candidate=pairs.names[1],
        pairs=len(pairs.pairs),
        judged=len(whole),
        without_marks=sum(bool(one.problem) for found in given for one in found.values()),
        asked=sum(len(found) for found in given),
        relative_score=relative_score(marks, seed),
        by_aspect=_by_aspect([given[at] for at in whole]),
        by_order=_by_order(marks),
        position_bias=position_bias(marks, seed),
        position_marks=_rounded(position_marks(marks)),
        length_bias=length_bias(marks, seed),
        agreement=_agreement(marks, [checked[at] for at in whole]),
    )


def _marks(pair: AnswerPair, given: Mapping[Order, PairJudgement], checked: Checked) -> PairMarks:
    first, second = ((_mean(given[order], "reference"), _mean(given[order], "candidate")) for order in ORDERS)
    words = (len(_WORD.findall(pair.reference)), len(_WORD.findall(pair.candidate)))
    return PairMarks(first, second, words, (checked[0].claims, checked[1].claims))


def _mean(one: PairJudgement, side: _Side) -> float:
    marks = one.reference if side == "reference" else one.candidate
    assert marks is not None, "pairs without marks are left out"
    return sum(marks) / len(marks)


def _by_aspect(given: Sequence[Mapping[Order, PairJudgement]]) -> dict[str, float]:
    found = {}
    for at, aspect in enumerate(ASPECTS):
        ours, theirs = (
            sum(marks[at] for one in given for judgement in one.values() if (marks := _of(judgement, side)))
            for side in ("candidate", "reference")
        )
        if theirs:
            found[aspect] = round(100 * ours / theirs, 2)
    return found


def _of(one: PairJudgement, side: str) -> tuple[int, ...] | None:
    return one.candidate if side == "candidate" else one.reference


def _by_order(marks: Sequence[PairMarks]) -> dict[str, float]:
    if not marks:
        return {}
    orders = [pair.reference_first for pair in marks], [pair.candidate_first for pair in marks]
    return {
        name: round(100 * sum(pair[1] for pair in of_one) / sum(pair[0] for pair in of_one), 2)
        for name, of_one in zip(ORDERS, orders, strict=True)
    }


def _agreement(marks: Sequence[PairMarks], checked: Sequence[Checked]) -> Agreement:
    agreed = compared = 0
    for pair, (reference, candidate) in zip(marks, checked, strict=True):
        liked = pair.means[1] - pair.means[0]
        shares = reference.share, candidate.share
        if liked == 0 or shares[0] is None or shares[1] is None or shares[0] == shares[1]:
            continue
        compared += 1
        agreed += (liked > 0) is (shares[1] > shares[0])
    checks = {one.check for both in checked for one in both}
    return Agreement(
        check="both" if len(checks) == 2 else next(iter(checks), "consistent"),
        agreed=agreed,
        compared=compared,
        ties=len(marks) - compared,
        share=round(agreed / compared, 4) if compared else None,
    )


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
