"""A timeline and the true one -> frame-wise and interval-wise scores, identity switches, flickers. Pure functions.

Frame by frame an entity is paired with a true one as in a single picture (`metrics.pair`). A track stands for the true
track that most of its sightings are paired with. An interval is right if it says the same of the same true tracks as a
true one that it overlaps by at least half (intersection over union of their times), each true interval once. An
identity switch is a frame in which a true thing is found as another track than where it was found last (IDSW of
K. Bernardin and R. Stiefelhagen, Evaluating Multiple Object Tracking Performance, 2008).
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from nesy.errors import InputError
from nesy.experiments.scoring.metrics import Tally, pair, right_claims, tally, total
from nesy.ontology import Ontology
from nesy.video.oddities import FLICKERS, short_name
from nesy.video.temporal_check import check_over_time
from nesy.video.timeline import TimedPartState, TimedRelation, Timeline, TimelineFrame

LEAST_OVERLAP = 0.5
_SAME_TIME_S = 0.001


@dataclass(frozen=True)
class TimelineScores:
    """What one timeline comes to, or several together.

    >>> TimelineScores(Tally(1, 2, 1), Tally(1, 1, 1), Tally(), 0.8, 1, switches=0, flickers=2, once=1).mean_overlap
    0.8
    """

    relations: Tally
    """Of relations, frame by frame."""
    part_states: Tally
    """Of part states, frame by frame."""
    intervals: Tally
    """Of relations with their intervals."""
    overlap: float
    """Sum over the true intervals of the largest intersection over union with one that says the same; 0 where none."""
    true_intervals: int
    """How many relations with their intervals are true."""
    switches: int
    """Identity switches of tracks."""
    flickers: int
    """How often a relation or part state stops and begins again at once."""
    once: int
    """How many are said of one frame alone."""

    @property
    def mean_overlap(self) -> float:
        """Mean intersection over union of the true intervals, in [0, 1]; 1 where nothing is true."""
        return self.overlap / self.true_intervals if self.true_intervals else 1.0

    def __add__(self, other: "TimelineScores") -> "TimelineScores":
        return TimelineScores(
            self.relations + other.relations,
            self.part_states + other.part_states,
            self.intervals + other.intervals,
            self.overlap + other.overlap,
            self.true_intervals + other.true_intervals,
            self.switches + other.switches,
            self.flickers + other.flickers,
            self.once + other.once,
        )


def score_timeline(said: Timeline, truth: Timeline, ontology: Ontology | None = None) -> TimelineScores:
    """Compare a timeline with the true one.

    >>> from nesy.video.drawn_clip import draw_clip
    >>> truth = draw_clip(seed=0, index=0, frames=8).truth
    >>> score_timeline(truth, truth).mean_overlap
    1.0

    Args:
        said: of some frames of the clip.
        truth: of all of them.
        ontology: says which words mean the same; the shipped one if None.

    Raises:
        InputError: a frame of `said` is shown at a time at which the truth has none.
    """
    known = ontology or Ontology.default()
    true_frames = _at_the_same_times(said, truth)
    tallies = total(tally(one.scene, true.scene, known) for one, true in zip(said.frames, true_frames, strict=True))
    pairs = [pair(one.scene, true.scene, ontology=known) for one, true in zip(said.frames, true_frames, strict=True)]
    found = _tracks_found(said, truth, pairs, true_frames)
    intervals, overlap, true_number = _intervals(said, truth, _meant(found), known)
    rules = Counter(short_name(finding.rule) for finding in check_over_time(said, ontology=known))
    return TimelineScores(
        relations=tallies["relations"],
        part_states=tallies["part_states"],
        intervals=intervals,
        overlap=overlap,
        true_intervals=true_number,
        switches=_switches(found),
        flickers=sum(rules[name] for name in FLICKERS),
        once=rules["SaidOnce"],
    )


def right_lost(before: Timeline, after: Timeline, truth: Timeline) -> tuple[int, int]:
    """Return how many right claims of `before` are gone in `after`, and how many there were; frame by frame."""
    lost = there = 0
    for one, now, true in zip(before.frames, after.frames, _at_the_same_times(before, truth), strict=True):
        right = right_claims(one.scene, true.scene)
        there += len(right)
        lost += len(right - right_claims(now.scene, true.scene))
    return lost, there


def _at_the_same_times(said: Timeline, truth: Timeline) -> list[TimelineFrame]:
    found = []
    for frame in said.frames:
        true = min(truth.frames, key=lambda one: abs(one.time_s - frame.time_s))
        if abs(true.time_s - frame.time_s) > _SAME_TIME_S:
            raise InputError(f"{said.name}: the truth has no frame at {frame.time_s} s")
        found.append(true)
    return found


Found = Mapping[str, Sequence[str]]
"""True track -> the tracks it is found as, frame by frame."""


def _tracks_found(
    said: Timeline, truth: Timeline, pairs: Sequence[Mapping[str, str]], true_frames: Sequence[TimelineFrame]
) -> Found:
    own = {(one.frame, one.entity): track.id for track in said.tracks for one in track.sightings}
    true = {(one.frame, one.entity): track.id for track in truth.tracks for one in track.sightings}
    found: dict[str, list[str]] = defaultdict(list)
    for frame, (paired, true_frame) in enumerate(zip(pairs, true_frames, strict=True)):
        for mine, theirs in paired.items():
            if (frame, mine) in own and (true_frame.index, theirs) in true:
                found[true[true_frame.index, theirs]].append(own[frame, mine])
    return found


def _switches(found: Found) -> int:
    return sum(one != after for tracks in found.values() for one, after in pairwise(tracks))


def _meant(found: Found) -> dict[str, str]:
    """Return track -> the true track that it is mostly."""
    votes: dict[str, Counter[str]] = defaultdict(Counter)
    for true, tracks in found.items():
        for track in tracks:
            votes[track][true] += 1
    return {track: min(counted, key=lambda one: (-counted[one], one)) for track, counted in votes.items()}


def _intervals(said: Timeline, truth: Timeline, meant: Mapping[str, str], known: Ontology) -> tuple[Tally, float, int]:
    """Return the tally of intervals, the sum of the overlaps, and how many are true."""
    mine: dict[tuple[str, ...], list[TimedRelation]] = defaultdict(list)
    theirs: dict[tuple[str, ...], list[TimedRelation]] = defaultdict(list)
    for one in said.relations:
        mine[_words(one, known, meant)].append(one)
    for one in truth.relations:
        theirs[_words(one, known, {track.id: track.id for track in truth.tracks})].append(one)
    right, overlap = 0, 0.0
    for words, spans in theirs.items():
        rows = [(overlap_of(a, b), n, m) for n, a in enumerate(spans) for m, b in enumerate(mine.get(words, ()))]
        overlap += sum(max((row[0] for row in rows if row[1] == n), default=0.0) for n in range(len(spans)))
        taken: set[tuple[str, int]] = set()
        for share, n, m in sorted(rows, key=lambda row: (-row[0], row[1], row[2])):
            if share >= LEAST_OVERLAP and not {("true", n), ("said", m)} & taken:
                taken |= {("true", n), ("said", m)}
                right += 1
    return Tally(right, len(said.relations), len(truth.relations)), overlap, len(truth.relations)


def overlap_of(one: TimedRelation | TimedPartState, other: TimedRelation | TimedPartState) -> float:
    """Return the intersection over union of two intervals, in [0, 1]."""
    shared = min(one.end_s, other.end_s) - max(one.start_s, other.start_s)
    whole = max(one.end_s, other.end_s) - min(one.start_s, other.start_s)
    return max(0.0, shared) / whole if whole > 0 else 1.0


def _words(relation: TimedRelation, known: Ontology, names: Mapping[str, str]) -> tuple[str, ...]:
    ends = (names.get(end, f"?{end}") for end in (relation.subject, relation.object))
    subject, target = ends
    return subject, known.canonical("predicate", relation.predicate), target


def summed(scores: Iterable[TimelineScores]) -> TimelineScores:
    """Add up the scores of several clips.

    >>> summed([]).switches
    0
    """
    none = Tally()
    return sum(scores, TimelineScores(none, none, none, 0.0, 0, 0, 0, 0))
