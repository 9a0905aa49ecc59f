"""Pairs of VSR captions over the same two nouns -> how many are recognised as contradictory, and how many falsely."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from nesy.checking import check
from nesy.experiments.datasets.vsr import CaptionPair, pairs
from nesy.experiments.parallel import Watch, spread
from nesy.experiments.rules.alarms import share
from nesy.experiments.rules.contradictions import contradicts
from nesy.experiments.rules.selection import Selection
from nesy.scene import term

ANTONYMS: tuple[tuple[frozenset[str], frozenset[str], str], ...] = (
    (frozenset({"left of", "at the left side of"}), frozenset({"right of", "at the right side of"}), "changes"),
    (frozenset({"above", "over", "on", "on top of"}), frozenset({"below", "under", "beneath"}), "changes"),
    (frozenset({"in front of", "ahead of"}), frozenset({"behind"}), "changes"),
    (frozenset({"in", "inside", "within"}), frozenset({"outside", "out of"}), "unknown"),
    (frozenset({"in", "inside", "within"}), frozenset({"contains", "surrounding"}), "changes"),
    (
        frozenset({"near", "close to", "next to", "beside", "adjacent to", "by", "touching"}),
        frozenset({"far from", "far away from", "away from"}),
        "stays",
    ),
    (frozenset({"touching", "attached to", "connected to"}), frozenset({"detached from"}), "stays"),
    (frozenset({"facing"}), frozenset({"facing away from"}), "unknown"),
    (frozenset({"parallel to"}), frozenset({"perpendicular to"}), "stays"),
)
"""Relations of VSR that plain English holds for opposites, and what becomes of the side when the nouns change places.

Written down from the words alone, so that recall is not measured by the ontology's own list only.
"""


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Share(_Frozen):
    """How many pairs a finding names as contradictory, of how many.

    A finding of severity info does not count: it says of two captions that they are one.
    """

    pairs: int = 0
    flagged: int = 0
    violations: int = 0
    """Flagged at severity violation."""

    @property
    def rate(self) -> float:
        """Flagged over pairs, in [0, 1]."""
        return share(self.flagged, self.pairs)

    def __add__(self, other: "Share") -> "Share":
        return Share(
            pairs=self.pairs + other.pairs,
            flagged=self.flagged + other.flagged,
            violations=self.violations + other.violations,
        )


class CaptionRecall(_Frozen):
    """True captions beside false and beside true ones, over the same two nouns of one image.

    Captions do not tell instances apart, so both are taken to speak of the same two things; most false captions
    contradict no true one (on, and not behind), which is why the opposites are counted apart.
    """

    false_all: Share = Share()
    """A true and a false caption."""
    false_opposite_words: Share = Share()
    """Those that are opposites in plain English (`ANTONYMS`)."""
    false_opposite_ontology: Share = Share()
    """Those that exclude each other by the ontology's opposites, inverses and one-way relations."""
    true_all: Share = Share()
    """Two true captions: these should not be flagged, unless they speak of other instances or another viewpoint."""
    true_opposite_words: Share = Share()

    def __add__(self, other: "CaptionRecall") -> "CaptionRecall":
        return CaptionRecall(**{name: getattr(self, name) + getattr(other, name) for name in type(self).model_fields})


def measure_captions(
    folder: Path, selection: Selection, limit: int | None = None, watch: Watch = iter
) -> CaptionRecall:
    """Check every pair of captions as one scene; see `CaptionRecall`.

    Raises:
        InputError: the files of VSR cannot be used.
    """
    found = list(pairs(folder))[:limit]
    return sum(spread(partial(_checked, selection=selection), found, watch), CaptionRecall())


def opposite_words(pair: CaptionPair) -> bool:
    """Tell whether the two captions are opposites in plain English."""
    first, second, turned = pair.first.predicate, pair.second.predicate, is_turned(pair)
    for one, other, side in ANTONYMS:
        for these, those in ((one, other), (other, one)):
            if first not in these:
                continue
            if second in those and (not turned or side == "stays"):
                return True
            if second in these and turned and side == "changes":
                return True
    return False


def is_turned(pair: CaptionPair) -> bool:
    """Tell whether the second caption has the nouns the other way round."""
    return term(pair.first.subject) != term(pair.second.subject)


def _checked(chunk: Sequence[CaptionPair], selection: Selection) -> CaptionRecall:
    rules, ontology, counted = selection.rules(), selection.ontology(), CaptionRecall()
    for pair in chunk:
        findings = [
            finding
            for finding in check(pair.scene, rules, ontology).findings
            if {"r1", "r2"} <= set(finding.claims) and finding.severity != "info"
        ]
        one = Share(
            pairs=1, flagged=bool(findings), violations=any(finding.severity == "violation" for finding in findings)
        )
        none, by_words = Share(), opposite_words(pair)
        if pair.second.true:
            counted += CaptionRecall(true_all=one, true_opposite_words=one if by_words else none)
            continue
        by_ontology = contradicts(pair.first.predicate, pair.second.predicate, is_turned(pair), ontology)
        counted += CaptionRecall(
            false_all=one,
            false_opposite_words=one if by_words else none,
            false_opposite_ontology=one if by_ontology else none,
        )
    return counted
