"""An analysis and the id of a claim -> its life, event by event, and the sentences that tell it (`nesy.life/1`).

A claim is followed by its id. Where a loop asks for the whole description again, an id may come to stand for something
else; the life says so, as a change.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from itertools import chain
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from nesy.analysis.events import (
    CHANGES,
    Answered,
    Asked,
    Changed,
    Doubted,
    Ended,
    Event,
    LeftOut,
    LookedAt,
    Objected,
    Repaired,
    Said,
    SetBack,
    Spared,
    Withdrawn,
    sentence,
)
from nesy.analysis.history import History
from nesy.analysis.rounds import Edit, Round
from nesy.errors import InputError
from nesy.scene import Claim, Entity, PartState, Relation, in_words
from nesy.verdict import Finding, Verdict


class Life(BaseModel):
    """What became of one claim, event by event in order; `str()` tells it in sentences, one a line.

    >>> import nesy
    >>> from nesy.models.scripted import ScriptedModel
    >>> described = '''{"entities": [{"id": "cup_1"}],
    ...     "relations": [{"subject": "cup_1", "predicate": "on", "object": "cup_1"}]}'''
    >>> model = ScriptedModel([described, '{"1": "withdraw"}'])
    >>> life: Life = nesy.Pipeline(model).analyze("examples/images/tea.png").explain("r1")
    >>> life.changed, len(life.events)
    (True, 6)
    >>> life.sentences[-1]
    'In the end it is not in the scene.'
    """

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    schema_: Literal["nesy.life/1"] = Field(default="nesy.life/1", alias="schema")
    claim: str
    """Its id."""
    events: tuple[Event, ...]
    """What happened to it, in order; `what` tells the kinds apart."""

    @property
    def changed(self) -> bool:
        """Whether the claim was changed, withdrawn or left out on the way, also where that was not kept."""
        return any(isinstance(event, CHANGES) for event in self.events)

    @property
    def sentences(self) -> tuple[str, ...]:
        """The life in plain sentences."""
        told = [sentence(event) for event in self.events]
        if not any(isinstance(event, Objected) for event in self.events):
            told.insert(-1, "No rule ever objected to it.")
        return tuple(told)

    def __str__(self) -> str:
        return "\n".join((self.claim, *(f"  {told}" for told in self.sentences)))

    def to_json(self, indent: int | None = None) -> str:
        """Return the life as `nesy.life/1` JSON, without fields that are not set.

        Args:
            indent: spaces a level; None puts all on one line.
        """
        return self.model_dump_json(by_alias=True, exclude_none=True, indent=indent)


def life(analysis: History, claim: str) -> Life:
    """Return the life of a claim, or of an entity, by its id.

    Raises:
        InputError: no round of the analysis has such a claim; names those that are spelt alike.
    """
    known = claim_ids(analysis)
    if claim not in known:
        near = get_close_matches(claim, known, n=3, cutoff=0.5) or known[:5]
        told = f"; near: {', '.join(near)}" if near else ", which has none"
        raise InputError(f"no claim {claim!r} in the analysis of {analysis.image.name}{told}")
    return Life(claim=claim, events=tuple(_events(_Found(analysis), claim)))


def every_life(analysis: History) -> Iterator[Life]:
    """Yield the life of every claim, in the order in which they were said."""
    found = _Found(analysis)
    for claim in claim_ids(analysis):
        yield Life(claim=claim, events=tuple(_events(found, claim)))


def lives(analysis: History) -> tuple[Life, ...]:
    """Return the lives of the claims that did not stay as they were said, in the order in which they were said."""
    return tuple(one for one in every_life(analysis) if one.changed)


def claim_ids(analysis: History) -> list[str]:
    """Return the id of every claim that any round makes, in the order in which they were first made."""
    scenes = (turn.scene for turn in analysis.rounds)
    return list(dict.fromkeys(claim.id for scene in (*scenes, analysis.scene) for claim in scene.claims()))


class _Found:
    """What an analysis says of each claim, looked up once for all lives that are told of it."""

    def __init__(self, analysis: History) -> None:
        self.analysis = analysis
        self.scenes = [{claim.id: claim for claim in turn.scene.claims()} for turn in analysis.rounds]
        self.end = {claim.id: claim for claim in analysis.scene.claims()}
        self.findings = [_by_claim(turn.verdict) for turn in analysis.rounds]
        self.last_findings = _by_claim(analysis.verdict)
        self.asked = [{asked.claim for asked in turn.asked} for turn in analysis.rounds]
        self.naming: dict[str, list[Claim]] = defaultdict(list)
        """Id of an entity -> the claims that named it when they were first said."""
        seen: set[tuple[str, str]] = set()
        for claim in chain.from_iterable(turn.scene.claims() for turn in analysis.rounds):
            for entity in dict.fromkeys(_named(claim)):
                if (claim.id, entity) not in seen:
                    seen.add((claim.id, entity))
                    self.naming[entity].append(claim)


def _by_claim(verdict: Verdict) -> dict[str, list[Finding]]:
    found: dict[str, list[Finding]] = defaultdict(list)
    for finding in verdict.findings:
        for claim in dict.fromkeys(finding.claims):
            found[claim].append(finding)
    return found


def _events(found: _Found, claim: str) -> Iterator[Event]:
    analysis = found.analysis
    before: Claim | None = None
    objections: set[tuple[str, str]] = set()
    for turn in analysis.rounds:
        now = found.scenes[turn.index].get(claim)
        if claim in found.asked[turn.index]:
            yield from _asked(turn, claim)
        yield from _moved(turn, before, now, claim)
        if now is not None:
            for objected in _objected(turn, found.findings[turn.index].get(claim, ()), objections):
                objections.add((objected.rule, objected.sentence))
                if not (objected.again and turn.kind == "verify"):  # nobody has been told of it yet
                    yield objected
        before = now
    kept = found.scenes[analysis.kept_round].get(claim)
    if _told(kept) != _told(before):
        yield SetBack(to_round=analysis.kept_round, words=_told(kept))
    yield from (_repaired(edit) for edit in analysis.edits if edit.claim == claim)
    yield _ended(found, claim)


def _asked(turn: Round, claim: str) -> Iterator[Event]:
    for asked in turn.asked:
        if asked.claim != claim:
            continue
        doubted = turn.kind == "verify"
        if doubted:
            yield Doubted(round=turn.index, belief=asked.belief)
        else:
            words, answers = asked.text, asked.answers
            yield Asked(
                round=turn.index, number=asked.number, words=words, answers=answers, notes=turn.notes_about(claim)
            )
        for looked in turn.evidence:
            if looked.claim == claim:
                alone, chance = looked.true is not None, looked.chance
                yield LookedAt(round=turn.index, words=looked.statement, chance=chance, alone=alone)
        if doubted:
            if claim in turn.refused:
                yield Spared(round=turn.index)
            continue
        if not turn.readable:
            yield Answered(round=turn.index)
        for said in turn.answers:
            if said.number == asked.number:
                kept = said.answer == "keep"
                yield Answered(
                    round=turn.index,
                    answer=said.answer,
                    confidence=said.confidence,
                    taken=None if kept else claim not in turn.refused,
                )


def _moved(turn: Round, before: Claim | None, now: Claim | None, claim: str) -> Iterator[Event]:
    was, is_now = _told(before), _told(now)
    if was is None and is_now is not None:
        yield Said(round=turn.index, words=is_now, confidence=_sure(now))
    elif was is not None and is_now is not None and was != is_now:
        yield Changed(round=turn.index, kind=turn.kind, was=was, now=is_now, confidence=_sure(now))
    elif was is not None and is_now is None:
        gone = next((gone for gone in turn.withdrawn if gone.claim == claim), None)
        if gone is None:
            yield LeftOut(round=turn.index, kind=turn.kind, was=was)
        else:
            yield Withdrawn(round=turn.index, was=was, reason=gone.reason)


def _objected(turn: Round, findings: Iterable[Finding], before: set[tuple[str, str]]) -> Iterator[Objected]:
    for finding in findings:
        yield Objected(
            round=turn.index,
            rule=finding.rule,
            name=finding.name,
            severity=finding.severity,
            sentence=finding.message,
            again=(finding.rule, finding.message) in before,
        )


def _repaired(edit: Edit) -> Repaired:
    return Repaired(
        op=edit.op,
        was=in_words(edit.was),
        now=None if edit.now is None else in_words(edit.now),
        reason=edit.reason,
        cost=edit.cost,
        rule=edit.rule,
        attribute=edit.attribute,
        invented=edit.invented,
    )


def _ended(found: _Found, claim: str) -> Ended:
    stands = found.end.get(claim)
    return Ended(
        words=_told(stands),
        confidence=_sure(stands),
        objections=_names(found.last_findings.get(claim, ())) if stands is not None else (),
        unsettled=tuple(_unsettled(found, claim)),
    )


def _names(findings: Iterable[Finding]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(f"{finding.name} ({finding.severity})" for finding in findings))


def _unsettled(found: _Found, entity: str) -> Iterator[str]:
    """Yield the ids of claims about an entity that do not end as they were first said."""
    for said in found.naming.get(entity, ()):
        if _told(found.end.get(said.id)) != _told(said):
            yield said.id


def _named(claim: Claim) -> tuple[str, ...]:
    match claim:
        case Relation():
            return claim.subject, claim.object
        case PartState():
            return (claim.entity,) if claim.object is None else (claim.entity, claim.object)
        case _:
            return ()


def _sure(claim: Claim | None) -> float | None:
    return None if claim is None else claim.confidence


def _told(claim: Claim | None) -> str | None:
    """Say all that a claim says: of an entity its attributes and its box too."""
    if not isinstance(claim, Entity):
        return None if claim is None else in_words(claim)
    worn = "".join(f", {attribute}" for attribute in claim.attributes)
    at = "" if claim.box is None else f" at [{' '.join(f'{side:.2f}' for side in claim.box)}]"
    return in_words(claim) + worn + at
