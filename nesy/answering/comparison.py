"""What an answer states, and the scene -> the answer's claims and where the scene contradicts them.

A contradiction is a finding like a rule's, under an IRI of its own. The list of things is taken for whole: an answer
that names another contradicts it. That of relations is not, since no description holds them all: what is not listed
is unknown and no more than a warning, unless the list has another answer to the very question. What the relations of
the same two things exclude, the rules say (`nesy.answering.question_loop.judged`).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from nesy.answering.answer import AnswerClaim
from nesy.answering.claims import Stated
from nesy.grounding.read_text import alike, judge_text, reading_of, said_text
from nesy.observations import TextLine
from nesy.ontology import Ontology
from nesy.ontology.reference import fits, placed, same_predicate, supporting, values_of, wholly_beside
from nesy.question import Thing
from nesy.scene import Scene, in_words
from nesy.verdict import Finding, Severity
from nesy.witness.text_lines import letters

ANSWERS = "https://w3id.org/nesy/answers#"
"""Namespace of what can be wrong with an answer; these are no rules of a file."""

NAMES = {
    "AbsentThing": "the answer names what is not listed",
    "NotListed": "the answer states a relation that is not listed",
    "ReasonNotListed": "a reason is not listed",
    "Denied": "the answer denies what is listed",
    "OtherValue": "the answer gives another value than the list",
    "OtherNumber": "the answer gives another number than the list",
    "OtherTime": "the answer gives another time than the timeline",
    "OtherOrder": "the answer gives another order than the timeline",
    "OtherText": "the answer gives another text than what was read or is listed",
}
_MOST_SHOWN = 3
"""Listed claims that one sentence names."""


@dataclass(frozen=True)
class Compared:
    """An answer's claims in order, `a1`, `a2` ..., and the findings about them."""

    claims: tuple[AnswerClaim, ...]
    findings: tuple[Finding, ...]


def compare(
    answer: str, stated: Sequence[Stated], scene: Scene, ontology: Ontology, read: Sequence[TextLine] | None = None
) -> Compared:
    """Return each statement as a claim about the scene's entities, and what the scene says against it.

    Of several entities that the words may mean, those are taken of which the scene says it. `no` about one certain
    thing (`the man`) of which there are several contradicts the scene only where it holds for all of them.

    Args:
        answer: as the model gave it, for the sentences.
        stated: what it claims.
        scene: that it is held against.
        ontology: of its words.
        read: the lines that were read in the picture; None: nobody read.
    """
    taken = {claim.id for claim in scene.claims()}
    ids = (f"a{n}" for n in range(1, 10_000) if f"a{n}" not in taken)
    reasons = {(s.subjects[0], s.objects[0]) for s in stated if s.source == "because"}
    comparison = _Comparison(answer, scene, ontology, reasons, read or ())
    claims: list[AnswerClaim] = []
    findings: list[Finding] = []
    for one, claim_id in zip(stated, ids, strict=False):
        claim, found = getattr(comparison, f"_{one.kind}")(one, claim_id)
        if any(claim.same_as(other) for other in claims):
            continue  # a reason that says the answer again
        claims.append(claim)
        findings += found
    return Compared(tuple(claims), tuple(findings))


class _Comparison:
    def __init__(
        self,
        answer: str,
        scene: Scene,
        ontology: Ontology,
        reasons: set[tuple[str, str]],
        read: Sequence[TextLine],
    ) -> None:
        self._answer, self._scene, self._ontology, self._reasons, self._read = answer, scene, ontology, reasons, read
        self._words = {claim.id: in_words(claim) for claim in scene.claims()}

    def _exists(self, one: Stated, claim_id: str) -> tuple[AnswerClaim, list[Finding]]:
        claim = AnswerClaim(
            id=claim_id,
            kind="exists",
            subject=one.subjects[0] if one.subjects and one.holds else one.subject.words,
            holds=one.holds,
            support=one.subjects if one.holds else (),
        )
        if one.holds and not one.subjects:
            return claim, [self._absent(one.subject, claim_id)]
        if not one.holds and one.subjects:
            return claim, [self._denied(claim_id, one.subjects)]
        return claim, []

    def _relation(self, one: Stated, claim_id: str) -> tuple[AnswerClaim, list[Finding]]:
        absent = next(
            (
                thing
                for thing, found in ((one.subject, one.subjects), (one.object, one.objects))
                if not found and (thing.label or thing.attributes)
            ),
            None,
        )
        pairs = [(s, o) for s in one.subjects for o in one.objects if s != o]
        support = {p: ids for p in pairs if (ids := self._support(p, one))}
        told: tuple[str, ...] = ()
        if one.holds:
            best = max(pairs, key=lambda p: (p in support, p in self._reasons, -pairs.index(p)), default=None)
            told = support.get(best, ()) if best is not None else ()
        else:
            best = None
        claim = AnswerClaim(
            id=claim_id,
            source=one.source,
            kind="relation",
            subject=best[0] if best else one.subjects[0] if one.subjects and one.holds else one.subject.words,
            predicate=one.predicate,
            object=best[1] if best else one.objects[0] if one.objects and one.holds else one.object.words,
            holds=one.holds,
            support=told,
        )
        if not one.holds:
            for_all = one.subject.definite and len(one.subjects) > 1
            denied = {s for s, _ in support}
            if support and not (for_all and len(denied) < len(one.subjects)):
                held = {i for ids in support.values() for i in ids}
                listed = [c.id for c in (*self._scene.relations, *self._scene.claims()) if c.id in held]
                return claim, [self._denied(claim_id, tuple(dict.fromkeys(listed)))]
            return claim, []
        if absent is not None:
            return claim, [self._absent(absent, claim_id)]
        if told or best is None or placed(*best[:1], one.predicate, best[1], self._scene, self._ontology):
            return claim, []  # which side a box is on is for the rules to say
        return claim, [self._not_listed(claim, one)]

    def _support(self, pair: tuple[str, str], one: Stated) -> tuple[str, ...]:
        found = supporting(pair[0], one.predicate, pair[1], self._scene, self._ontology)
        if (
            not one.holds
            and found == pair
            and not wholly_beside(pair[0], one.predicate, pair[1], self._scene, self._ontology)
        ):
            return ()  # middles alone contradict no denial
        return found

    def _attribute(self, one: Stated, claim_id: str) -> tuple[AnswerClaim, list[Finding]]:
        scene, ontology = self._scene, self._ontology
        entities = [scene.entity(i) for i in one.subjects]
        have = tuple(e.id for e in entities if fits(one.attribute, e, ontology))
        claim = AnswerClaim(
            id=claim_id,
            kind="attribute",
            subject=have[0] if have else one.subjects[0] if one.subjects else one.subject.words,
            object=one.attribute,
            holds=one.holds,
            support=have if one.holds else (),
        )
        if one.holds and not entities:
            return claim, [self._absent(one.subject, claim_id)]
        if one.holds and not have and all(fits(one.attribute, e, ontology) is False for e in entities):
            wanted = ontology.canonical("attribute", one.attribute)
            dimension = next(d for d, values in ontology.dimensions.items() if wanted in values)
            listed = ", ".join(
                f"{e.id} {' and '.join(values_of(dimension, e, ontology))}" for e in entities[:_MOST_SHOWN]
            )
            message = f"The answer says {claim.subject} is {one.attribute}; listed is {listed}."
            return claim, [self._found("OtherValue", "violation", claim_id, [e.id for e in entities], message)]
        if not one.holds and have and (len(have) == len(entities) or not one.subject.definite):
            return claim, [self._denied(claim_id, have, f"{have[0]} {one.attribute}")]
        return claim, []

    def _count(self, one: Stated, claim_id: str) -> tuple[AnswerClaim, list[Finding]]:
        counted = [
            s
            for s in one.subjects
            if not one.predicate or any(self._support((s, o), one) for o in one.objects if s != o)
        ]
        claim = AnswerClaim(
            id=claim_id,
            kind="count",
            subject=one.subject.words,
            predicate=one.predicate,
            object=str(one.number),
            support=tuple(counted) if len(counted) == one.number else (),
        )
        if len(counted) == one.number:
            return claim, []
        listed = f" ({', '.join(counted[:8])})" if counted else ""
        message = f"The answer says {one.number} {one.subject.words}; the list holds {len(counted)}{listed}."
        return claim, [self._found("OtherNumber", "violation", claim_id, counted, message)]

    def _text(self, one: Stated, claim_id: str) -> tuple[AnswerClaim, list[Finding]]:
        """Hold what is written against the lines that were read and the texts that are listed."""
        things = [self._scene.entity(i) for i in one.subjects]
        listed = {e.id: [t for a in e.attributes if (t := said_text(a)) is not None] for e in things}
        bearing = tuple(
            i for i, texts in listed.items() if any(alike(letters(one.attribute), letters(t)) == 1 for t in texts)
        )
        boxes = [e.box for e in things] or [None]
        readings = (reading_of(one.attribute, box, self._read) for box in boxes)
        read = tuple(reading for reading in readings if reading is not None)[:1]
        claim = AnswerClaim(
            id=claim_id,
            kind="text",
            subject=(bearing or one.subjects or (one.subject.words,))[0],
            object=one.attribute,
            holds=one.holds,
            support=bearing if one.holds else (),
            read=read if one.holds else (),
        )
        if not one.holds:
            told = [*(f"{i} says {one.attribute!r}" for i in bearing), *(f"read is {text!r}" for text in read)]
            return claim, [self._other_text(claim_id, bearing, told)] if told else []
        if bearing or read:
            return claim, []
        told = [f"{i} says {text!r}" for i, texts in listed.items() for text in texts]
        if all(judge_text(one.attribute, box, self._read).status == "contradicted" for box in boxes):
            told += [f"read is {line.text!r}" for line in self._read]
        return claim, [
            self._other_text(claim_id, tuple(i for i, texts in listed.items() if texts), told)
        ] if told else []

    def _other_text(self, claim_id: str, listed: Sequence[str], told: Sequence[str]) -> Finding:
        message = f"The answer says {self._answer}, but {'; '.join(told[:_MOST_SHOWN])}."
        return self._found("OtherText", "warning", claim_id, listed, message)

    def _absent(self, thing: Thing, claim_id: str) -> Finding:
        article = "an" if thing.words[:1] in "aeiou" else "a"
        message = f"The answer names {article} {thing.words}, but no {thing.words} is listed."
        return self._found("AbsentThing", "violation", claim_id, (), message)

    def _denied(self, claim_id: str, listed: Sequence[str], told: str = "") -> Finding:
        told = told or "; ".join(self._words[i] for i in listed[:_MOST_SHOWN])
        return self._found(
            "Denied", "violation", claim_id, listed, f"The answer says {self._answer}, but listed is: {told}."
        )

    def _not_listed(self, claim: AnswerClaim, one: Stated) -> Finding:
        same = [r for r in self._scene.relations if same_predicate(r.predicate, one.predicate, self._ontology)]
        of_subject = [r for r in same if r.subject in one.subjects]
        of_object = [r for r in same if r.object in one.objects]
        pair = (claim.subject, claim.object)
        near = {r.id for r in (*of_subject, *of_object)}
        rivals = [r.id for r in self._scene.relations if r.id in near or (r.subject, r.object) == pair]
        listed = "; ".join(self._words[i] for i in rivals[:_MOST_SHOWN]) or "nothing like it"
        name = "ReasonNotListed" if one.source == "because" else "NotListed"
        message = f"The answer says {claim.subject} {one.predicate} {claim.object}; listed is: {listed}."
        otherwise = {"subject": of_object, "object": of_subject, "": []}[one.hole]
        # Of a deed one answer is asked for, and the list has another; on a table there is room for many things.
        deed = self._ontology.canonical("predicate", one.predicate) not in self._ontology.spatial
        grade: Severity = "violation" if otherwise and deed else "warning" if one.source == "answer" else "info"
        return self._found(name, grade, claim.id, rivals, message)

    def _found(self, name: str, severity: Severity, claim_id: str, listed: Sequence[str], message: str) -> Finding:
        return Finding(
            rule=ANSWERS + name,
            name=NAMES[name],
            severity=severity,
            focus=claim_id,
            claims=tuple(sorted({claim_id, *listed})),
            message=message,
        )
