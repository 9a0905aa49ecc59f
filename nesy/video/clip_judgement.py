"""An answer about a clip + its timeline -> what the answer claims, and what speaks against it.

What an answer says of things is compared as for a picture, with all that the frames in question claim taken together.
What it says of times is held against the spells that the timeline lists: a moment that is off by no more than the
longest pause between two frames is taken for the same. The rules are asked of each of these frames: a relation that no
frame lists is objected to where it breaks them in every frame that shows both things.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from nesy.answering.answer import AnswerClaim
from nesy.answering.claims import statements
from nesy.answering.comparison import ANSWERS, NAMES, Compared, compare
from nesy.answering.listed_answer import listed
from nesy.answering.question_loop import judged
from nesy.ontology import Ontology
from nesy.perception.reply import SpokenAnswer
from nesy.scene import Relation, Scene
from nesy.verdict import Finding, Severity, Verdict
from nesy.video.clip_answer import claim_of
from nesy.video.clip_question import ClipQuestion
from nesy.video.said_times import Span, said_spans, says_never, shared
from nesy.video.spells import Spell, frame_scenes, merged, together_s
from nesy.video.timeline import Timeline
from nesy.video.timeline_answer import Listed, of_timeline, when_words

_LITTLE = 0.5
"""Spans of which the answer's and the timeline's share less than this are told to differ."""


@dataclass(frozen=True)
class Judge:
    """Says of answers to one question what they claim, and what speaks against it."""

    question: ClipQuestion
    timeline: Timeline
    check: Callable[[Scene], Verdict]
    """What the rules say of one frame."""
    ontology: Ontology

    def listed(self) -> Listed | None:
        """Return what the timeline says of the question; None where no list can answer it."""
        if not self.question.listable:
            return None
        return of_timeline(self.question, self.timeline, frame_scenes(self.timeline), self.ontology)

    def __call__(self, answer: SpokenAnswer) -> Compared:
        """Return what an answer claims and what speaks against it."""
        found, scenes = self.listed(), frame_scenes(self.timeline)
        match self.question.kind:
            case "when" | "how_long" | "how_often" if found is not None:
                return self._with_reasons(self._of_times(answer, found), answer, scenes)
            case "order" | "always" if found is not None:
                return self._with_reasons(self._yes_or_no(answer, found), answer, scenes)
            case _:
                compared = self._of_things(answer, found, scenes)
                return compared if found is None else self._in_order(compared, found)

    # --- what there is, and is done ---

    def _of_things(self, answer: SpokenAnswer, found: Listed | None, scenes: Sequence[Scene]) -> Compared:
        frames = found.frames if found is not None and found.frames else frozenset(range(len(scenes)))
        if not frames:
            return Compared((), ())

        def check(joined: Scene) -> Verdict:
            return self._in_every(joined, [scenes[place] for place in sorted(frames)])

        compared = judged(self.question.asked, answer, merged(scenes, frames), check, self.ontology)
        # Seen at once; over time one thing may have been taken for several.
        most = max(self._counted(scenes[place]) for place in frames)
        kept = [one for one in compared.findings if not self._may_be(one, compared, most)]
        return Compared(compared.claims, tuple(kept))

    def _counted(self, scene: Scene) -> int:
        asked = self.question.asked
        return len({one.id for one, _ in listed(asked, scene, self.ontology)}) if asked.kind == "how_many" else 0

    def _may_be(self, finding: Finding, compared: Compared, most: int) -> bool:
        """Tell whether a number that differs from that of the tracks is at least as many as are seen at once."""
        claim = next((one for one in compared.claims if one.id == finding.focus), None)
        if claim is None or claim.kind != "count" or finding.rule != f"{ANSWERS}OtherNumber":
            return False
        tracks = len({one for one in finding.claims if one != claim.id})
        return most <= int(claim.object) <= tracks

    def _in_every(self, joined: Scene, frames: Sequence[Scene]) -> Verdict:
        """Return what the rules say of relations that an answer adds, where they say it in every frame with both."""
        known = {relation.id for frame in frames for relation in frame.relations}
        objections: list[Finding] = []
        for relation in joined.relations:
            if relation.id not in known:
                objections += self._objections(relation, frames)
        return Verdict(consistent=not objections, findings=tuple(objections))

    def _objections(self, relation: Relation, frames: Sequence[Scene]) -> tuple[Finding, ...]:
        first: tuple[Finding, ...] = ()
        for frame in frames:
            if not {relation.subject, relation.object} <= {entity.id for entity in frame.entities}:
                continue
            added = frame.model_copy(update={"relations": (*frame.relations, relation)})
            found = tuple(
                one for one in self.check(added).findings if relation.id in one.claims and one.severity == "violation"
            )
            if not found:
                return ()  # it can be so in this frame
            first = first or found
        return first

    def _in_order(self, compared: Compared, found: Listed) -> Compared:
        """Object to what is listed, but not as the first, the last, or next to what the question names."""
        right = {claim for one in found.spells for claim in one.claims}
        if self.question.kind not in ("first", "last", "after", "before") or not right:
            return compared
        objections = []
        for claim in compared.claims:
            if claim.source == "answer" and claim.holds and claim.support and not right & set(claim.support):
                place = {"first": "first", "last": "last", "after": "next", "before": "just before"}
                right_one = f"{found.answer} ({when_words(found.spells)})"
                message = f"The answer says {claim.text}; listed {place[self.question.kind]} is: {right_one}."
                objections.append(self._finding("OtherOrder", "violation", claim, found.spells, message))
        return Compared(compared.claims, (*compared.findings, *objections))

    # --- times ---

    def _of_times(self, answer: SpokenAnswer, found: Listed) -> Compared:
        text, some = answer.answer, found.spells
        base = self._things_are_there(answer)
        if base.findings:
            return base
        if self.question.kind == "when" and says_never(text):
            claim = self._claim(some, (), holds=False)
            message = f"The answer says {text}, but listed is: {self._words(some)}."
            return Compared((claim,), (self._finding("Denied", "violation", claim, some, message),) if some else ())
        told = said_spans(text, self.timeline.duration_s)
        if not told:
            return Compared((), ())
        if self.question.kind == "when":
            return self._when(text, told, some)
        return self._how_much(text, told[0][1] - told[0][0] or told[0][0], some)

    def _when(self, text: str, told: tuple[Span, ...], some: tuple[Spell, ...]) -> Compared:
        claim = self._claim(some, told)
        if not some:
            message = f"The answer says {text}; listed is: never."
            return Compared((claim,), (self._finding("NotListed", "warning", claim, (), message),))
        slack = self._slack()
        if self.question.edge:
            starts = self.question.edge == "start"
            edges = [one.start_s if starts else one.end_s for one in some]
            edges += [] if starts else [self.timeline.frames[one.frames[-1]].time_s for one in some]
            near = any(abs(edge - moment) <= slack for edge in edges for span in told for moment in span)
            off = [] if near else list(told)
        else:
            off = [(a, b) for a, b in told if all(b < one.start_s - slack or a > one.end_s + slack for one in some)]
        message = f"The answer says {text}; listed is: {self._words(some)}."
        if off:
            return Compared((claim,), (self._finding("OtherTime", "violation", claim, some, message),))
        ranges = tuple(span for span in told if span[1] > span[0])
        spans = tuple((one.start_s, one.end_s) for one in some)
        if ranges and not self.question.edge and shared(ranges, spans) < _LITTLE:
            return Compared((claim,), (self._finding("OtherTime", "warning", claim, some, message),))
        return Compared((claim,), ())

    def _how_much(self, text: str, number: float, some: tuple[Spell, ...]) -> Compared:
        often = self.question.kind == "how_often"
        told = float(len(some)) if often else together_s(some)
        claim = self._claim(some, ())
        if abs(number - told) <= (0.0 if often else 2 * self._slack()):
            return Compared((claim,), ())
        grade: Severity = "violation" if some else "warning"
        unit = "" if often else " s"
        message = f"The answer says {text}; listed is {told:g}{unit}: {self._words(some)}."
        return Compared(
            (claim,), (self._finding("OtherNumber" if often else "OtherTime", grade, claim, some, message),)
        )

    def _slack(self) -> float:
        """Return by how much a moment may be off: what is between two frames is not seen."""
        frames = range(len(self.timeline.frames))
        return max((self.timeline.until_s(place) - self.timeline.frames[place].time_s for place in frames), default=0.0)

    # --- yes and no ---

    def _yes_or_no(self, answer: SpokenAnswer, found: Listed) -> Compared:
        base = self._things_are_there(answer)
        first = re.match(r"\W*(yes|no)\b", answer.answer.lower())
        if base.findings or first is None or not found.known:
            return base
        said = first[1]
        claim = self._claim(found.spells, (), holds=said == "yes")
        if said == found.answer:
            return Compared((claim,), ())
        message = f"The answer says {answer.answer}; listed is {found.answer}: {self._words(found.spells)}."
        unlisted = said == "yes" and not found.spells
        grade: Severity = "warning" if self.question.kind == "always" or unlisted else "violation"
        name = "OtherOrder" if self.question.kind == "order" else "Denied" if said == "no" else "NotListed"
        return Compared((claim,), (self._finding(name, grade, claim, found.spells, message),))

    # --- parts of these ---

    def _things_are_there(self, answer: SpokenAnswer) -> Compared:
        """Object to an answer that has something done by or to a thing that the timeline does not list."""
        if says_never(answer.answer) or answer.answer.lower().startswith("no"):
            return Compared((), ())
        whole = merged(frame_scenes(self.timeline), frozenset(range(len(self.timeline.frames))))
        yes = SpokenAnswer(answer="yes")
        compared = compare("yes", statements(self.question.asked, yes, whole, self.ontology), whole, self.ontology)
        absent = tuple(one for one in compared.findings if one.rule == f"{ANSWERS}AbsentThing")
        return Compared(compared.claims if absent else (), absent)

    def _with_reasons(self, compared: Compared, answer: SpokenAnswer, scenes: Sequence[Scene]) -> Compared:
        """Add the reasons of an answer, compared with all frames together."""
        whole = merged(scenes, frozenset(range(len(scenes)))) if scenes else Scene(entities=())
        stated = [
            one for one in statements(self.question.asked, answer, whole, self.ontology) if one.source == "because"
        ]
        if not stated:
            return compared
        reasons = compare(answer.answer, stated, whole, self.ontology)
        renamed = {one.id: f"a{len(compared.claims) + place}" for place, one in enumerate(reasons.claims, start=1)}
        claims = [one.model_copy(update={"id": renamed[one.id]}) for one in reasons.claims]
        findings = [
            one.model_copy(
                update={
                    "focus": renamed.get(one.focus, one.focus),
                    "claims": tuple(sorted(renamed.get(claim, claim) for claim in one.claims)),
                }
            )
            for one in reasons.findings
        ]
        return Compared((*compared.claims, *claims), (*compared.findings, *findings))

    def _claim(self, some: Sequence[Spell], told: tuple[Span, ...], *, holds: bool = True) -> AnswerClaim:
        asked = self.question.asked
        if some:
            claim = claim_of(some[0], "a1", self.question)
            support = tuple(dict.fromkeys(claim for one in some for claim in one.claims)) if holds else ()
            return claim.model_copy(update={"support": support, "spans_s": told, "holds": holds})
        subject = asked.subject.words if asked.subject is not None else "something"
        if asked.predicate:
            target = asked.object.words if asked.object is not None else "something"
            return AnswerClaim(
                id="a1", kind="relation", subject=subject, predicate=asked.predicate, object=target, holds=holds,
                spans_s=told,
            )  # fmt: skip
        return AnswerClaim(id="a1", kind="exists", subject=subject, holds=holds, spans_s=told)

    def _words(self, some: Sequence[Spell]) -> str:
        return "; ".join(claim_of(one, "a1", self.question).text for one in some[:3]) or "never"

    def _finding(self, name: str, grade: Severity, claim: AnswerClaim, some: Sequence[Spell], message: str) -> Finding:
        told = {one for spell in some for one in spell.claims}
        return Finding(
            rule=ANSWERS + name,
            name=NAMES[name],
            severity=grade,
            focus=claim.id,
            claims=tuple(sorted({claim.id, *told})),
            message=message,
        )
