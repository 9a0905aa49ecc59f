"""Reply -> Scene, Patch or answer, with a list of all that was dropped on the way; ReplyError when it is none."""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Generic, TypeVar

from nesy.errors import ReplyError
from nesy.image import Image
from nesy.perception.confidence import Probabilities
from nesy.perception.grammar import MAX_ANSWER
from nesy.perception.json_text import MAX_CHARS, Fields, Leaf, Node, Rows, objects
from nesy.perception.json_values import id_of, label_of, shown
from nesy.perception.problems import Problems
from nesy.perception.prompt import clean
from nesy.perception.prose import answer_of
from nesy.perception.reply_format import MAX_REASONS
from nesy.perception.scene_reader import LISTS, ROW_KEYS, SceneReader, written
from nesy.perception.thought import after_thought
from nesy.scene import Entity, Scene, term
from nesy.turns import NumberedClaim, Reply

T = TypeVar("T")


@dataclass(frozen=True)
class ParsedScene:
    """The scene that a reply tells, and every part of the reply that did not make it into the scene."""

    scene: Scene
    problems: tuple[str, ...] = ()


@dataclass(frozen=True)
class Patch:
    """The answer to each numbered claim (`keep` where the reply gave none), and what could not be read."""

    answers: Mapping[int, str]
    confidences: Mapping[int, float | None]
    problems: tuple[str, ...] = ()


@dataclass(frozen=True)
class SpokenAnswer:
    """The answer to a question, the triples that it rests on, and what could not be read."""

    answer: str
    because: tuple[tuple[str, str, str], ...] = ()
    """(subject id, predicate, object id) each, of the entities that were shown."""
    confidence: float | None = None
    """Of the answer's words, in [0, 1]; None without tokens."""
    problems: tuple[str, ...] = ()


def parse_scene(reply: Reply, image: Image, given: Sequence[Entity] = ()) -> ParsedScene:
    """Read a scene out of a reply's text; rows that cannot be used are dropped and reported.

    Args:
        reply: what the model said.
        image: what it was shown.
        given: entities that it may name without listing them.

    Raises:
        ReplyError: no JSON object in the text holds a list of entities, part states, relations or counts, or the
            object is damaged and no entity could be saved.
    """
    problems = Problems(reply)
    probabilities = Probabilities(reply, problems)

    def read(found: Fields, own: Problems) -> _Reading[Scene] | None:
        for candidate in _with_its_objects(found):
            if any(isinstance(candidate.items.get(name), Rows) for name in LISTS):
                if candidate is not found:
                    own.extend(candidate.lost)
                scene = SceneReader(own, probabilities, reply.boxes).read(candidate, image, given)
                claims, rows = len(list(scene.claims())), written(candidate)
                # Nothing was saved of what was written: it is no answer, rather than an empty scene.
                lost = (rows and not claims) or (not scene.entities and _damaged(found, candidate))
                return _Reading(None if lost else scene, claims, rows, found.start)
        if found.items.keys() & ROW_KEYS:
            own.add(
                f"an object at character {found.start} stands in no list of a scene; dropped: {_begins(reply, found)}"
            )
        return None

    scene = _richest(reply, read, problems, "claims")
    if scene is None:
        raise ReplyError(
            reply.text,
            (*problems.listed(), f"no scene in the reply: one JSON object with {', '.join(LISTS)} was expected"),
        )
    return ParsedScene(scene, problems.listed())


def parse_patch(reply: Reply, claims: Sequence[NumberedClaim]) -> Patch:
    """Read the answers to `claims` out of a reply's text; what is no admissible answer counts as `keep`.

    Raises:
        ReplyError: no JSON object in the text has a claim's number as a key.
    """
    problems = Problems(reply)
    probabilities = Probabilities(reply, problems)
    wanted = {claim.number: claim for claim in claims}

    def read(found: Fields, own: Problems) -> _Reading[Patch] | None:
        for candidate in _with_its_objects(found):
            if any(_claim_number(key) is not None for key in candidate.items) or not (wanted or candidate.items):
                if candidate is not found:
                    own.extend(candidate.lost)
                patch, answered = _read_patch(candidate, wanted, own, probabilities)
                return _Reading(patch, answered, answered, found.start)
        return None

    patch = _richest(reply, read, problems, "answers")
    if patch is None:
        raise ReplyError(
            reply.text, (*problems.listed(), 'no patch in the reply: one JSON object such as {"1":"keep"} was expected')
        )
    return replace(patch, problems=problems.listed())


def parse_critique(reply: Reply) -> tuple[str, ...]:
    """Read the faults that a critique names; ReplyError when no JSON object in the text has a list of `notes`."""
    for found in objects(reply.text):
        notes = found.items.get("notes")
        if isinstance(notes, Rows):
            said = [label_of(note) for note in notes.items]
            return tuple(note for note in said if note is not None)
    raise ReplyError(reply.text, ('no critique in the reply: one JSON object such as {"notes":["..."]} was expected',))


def parse_decision(reply: Reply) -> int:
    """Read which of two descriptions is better, 0 or 1; ReplyError when no JSON object in the text says so."""
    for found in objects(reply.text):
        better = found.items.get("better")
        if isinstance(better, Leaf) and better.value in ("first", "second"):
            return ("first", "second").index(better.value)
    raise ReplyError(reply.text, ('no decision in the reply: {"better":"first"} or {"better":"second"} was expected',))


def parse_answer(reply: Reply, entities: Collection[str]) -> SpokenAnswer:
    """Read the answer to a question out of a reply's text; reasons that cannot be used are dropped and reported.

    Args:
        entities: the ids that reasons may name.

    Raises:
        ReplyError: no JSON object in the text has an `answer` of words.
    """
    problems = Problems(reply)
    probabilities = Probabilities(reply, problems)

    def read(found: Fields, own: Problems) -> _Reading[SpokenAnswer] | None:
        for candidate in _with_its_objects(found):
            node = candidate.items.get("answer")
            words = _words(node)
            if words is None or not isinstance(node, Leaf):
                continue
            for key in candidate.items:
                if key not in ("answer", "because"):
                    own.add(f"unknown key {key[:60]!r} ignored")
            if len(words) > MAX_ANSWER:
                own.add(f"the answer has {len(words)} characters; the first {MAX_ANSWER} are read")
            because = _reasons(candidate.items.get("because"), entities, own)
            sure = probabilities.of([(node.start, node.end)])
            spoken = SpokenAnswer(words[:MAX_ANSWER].strip(), because, sure)
            return _Reading(spoken, len(because), len(because), found.start)
        return None

    answer = _richest(reply, read, problems, "reasons")
    if answer is None:
        raise ReplyError(
            reply.text,
            (
                *problems.listed(),
                'no answer in the reply: one JSON object such as {"answer":"yes","because":[]} was expected',
            ),
        )
    return replace(answer, problems=problems.listed())


def parse_spoken(reply: Reply) -> SpokenAnswer:
    """Read an answer that a model gave in words of its own, in place of the form; it rests on no triples.

    Raises:
        ReplyError: the reply is a refusal, babble, damaged JSON, or holds no words.
    """
    found = answer_of(reply.text)
    if found is None:
        raise ReplyError(reply.text, ("no answer in the reply: a few words were expected",))
    problems = Problems(reply)
    sure = Probabilities(reply, problems).of([found])
    words = clean(reply.text[slice(*found)])
    problems.add(ANSWER_IS_PROSE)
    if len(words) > MAX_ANSWER:
        problems.add(f"the answer has {len(words)} characters; the first {MAX_ANSWER} are read")
    return SpokenAnswer(words[:MAX_ANSWER].strip(), (), sure, problems.listed())


ANSWER_IS_PROSE = "the reply is no JSON: its words were read as the answer, which rests on no reasons"


def parse_verified(reply: Reply) -> float:
    """Read how likely it is, by a reply of yes or no, that the answer is yes: in [0, 1].

    The probability of the word is that of its tokens among those that the grammar allowed; where there are no tokens,
    the word decides: 1 or 0. A server's `{"answer":"yes"}` is read as well.

    Raises:
        ReplyError: the reply does not begin with yes or no, or its probabilities are none.
    """
    text = reply.text[:MAX_CHARS]
    found = _YES_OR_NO.match(text, after_thought(text))
    if found is None:
        raise ReplyError(reply.text, ("neither yes nor no in the reply: one of the two was expected",))
    problems = Problems(reply)
    probabilities = Probabilities(reply, problems)
    sure = probabilities.of([found.span(1)])
    if sure is None and probabilities.given:
        raise ReplyError(reply.text, problems.listed())
    sure = 1.0 if sure is None else sure
    return sure if found[1].lower() == "yes" else 1.0 - sure


_YES_OR_NO = re.compile(r"\W*+(?:answer\W++)?(yes|no)\b", re.IGNORECASE)


@dataclass(frozen=True)
class _Reading(Generic[T]):
    """What one object of a reply says, how much of it could be read and how much there is, and where it stands.

    The value is None where nothing could be read of what is written.
    """

    value: T | None
    size: int
    written: int
    start: int


def _richest(
    reply: Reply, read: Callable[[Fields, Problems], _Reading[T] | None], problems: Problems, unit: str
) -> T | None:
    """Return what the richest readable object of a reply says; the others are noted, each in one line.

    A model writes a template or a draft first and its answer behind it: of objects that say as much the last one
    counts, and what stands in its thoughts (`<think>`) only where nothing stands behind them.
    """
    answer_from = after_thought(reply.text)
    readings: list[tuple[_Reading[T], Problems]] = []
    for found in objects(reply.text):
        own = Problems()
        own.extend(found.lost)
        reading = read(found, own)
        if reading is None:
            problems.extend(own.listed())
        else:
            readings.append((reading, own))
    usable = [one for one in readings if one[0].value is not None]
    if not usable:
        for _, own in readings:
            problems.extend(own.listed())
        return None
    chosen, own = max(usable, key=lambda one: (one[0].start >= answer_from, one[0].size, one[0].start))
    problems.extend(own.listed())
    for other, _ in readings:
        if other is not chosen:
            problems.add(
                f"another JSON object, at character {other.start}, was left out with its {other.written} {unit}"
            )
    return chosen.value


def _begins(reply: Reply, found: Fields) -> str:
    return repr(reply.text[found.start : found.start + 60])


def _with_its_objects(found: Fields) -> tuple[Fields, ...]:
    """Return an object and those that are values in it: a scene may be wrapped once."""
    return (found, *(node for node in found.items.values() if isinstance(node, Fields)))


def _words(node: Node | None) -> str | None:
    """Return an answer in words, a number or a boolean included; None when it is blank or none."""
    if not isinstance(node, Leaf) or node.value is None:
        return None
    if isinstance(node.value, bool):
        return "yes" if node.value else "no"
    words = clean(str(node.value)).encode("utf-8", "replace").decode()
    return words or None


def _reasons(node: Node | None, entities: Collection[str], problems: Problems) -> tuple[tuple[str, str, str], ...]:
    rows = node.items if isinstance(node, Rows) else []
    if node is not None and not isinstance(node, Rows):
        problems.add(f"because: a list was expected, got {shown(node)}")
    if isinstance(node, Rows):
        problems.extend([f"because: {line}" for line in node.lost])
    reasons: list[tuple[str, str, str]] = []
    for i, row in enumerate(rows[:MAX_REASONS]):
        items = row.items if isinstance(row, Fields) else {}
        subject, target = id_of(items.get("subject")), id_of(items.get("object"))
        predicate = label_of(items.get("predicate"))
        if subject is None or target is None or predicate is None:
            problems.add(f"because[{i}]: dropped, subject, predicate and object expected, got {shown(row)}")
        elif subject not in entities or target not in entities:
            stranger = subject if subject not in entities else target
            problems.add(f"because[{i}]: dropped, {stranger!r} is no entity that was shown")
        else:
            reasons.append((subject, term(predicate), target))
    if len(rows) > MAX_REASONS:
        problems.add(f"because: {len(rows)} reasons; only the first {MAX_REASONS} are read")
    return tuple(dict.fromkeys(reasons))


def _damaged(*objects_: Fields) -> bool:
    return any(
        found.lost or any(node.lost for node in found.items.values() if not isinstance(node, Leaf))
        for found in objects_
    )


def _read_patch(
    found: Fields, wanted: Mapping[int, NumberedClaim], problems: Problems, probabilities: Probabilities
) -> tuple[Patch, int]:
    """Return the patch, and how many of the claims were answered."""
    answers: dict[int, str] = {}
    confidences: dict[int, float | None] = {}
    for key, node in found.items.items():
        number = _claim_number(key)
        if number is None or number not in wanted:
            problems.add(f"{key[:60]!r} is no claim that was asked about; ignored")
            continue
        if number in answers:
            problems.add(f"claim {number} is answered twice; the first answer is kept")
            continue
        admissible = wanted[number].answers
        answer = _admissible(node, admissible)
        if answer is None or not isinstance(node, Leaf):
            problems.add(f"claim {number}: {shown(node)} is none of {', '.join(admissible)}")
            continue
        answers[number] = answer
        confidences[number] = probabilities.of([(node.start, node.end)])
    for number in wanted:
        if number not in answers:
            problems.add(f"claim {number} has no answer; it counts as keep")
    patch = Patch(
        answers=MappingProxyType({number: answers.get(number, "keep") for number in wanted}),
        confidences=MappingProxyType({number: confidences.get(number) for number in wanted}),
    )
    return patch, len(answers)


def _claim_number(key: str) -> int | None:
    match = re.fullmatch(r"\s*([0-9]{1,6})[.)]?\s*", key)
    return int(match[1]) if match else None


def _admissible(node: Node, answers: Sequence[str]) -> str | None:
    """Return the answer as it was offered: the same characters, or the same term (`sit on` for `sit_on`)."""
    if not isinstance(node, Leaf) or isinstance(node.value, bool) or not isinstance(node.value, (str, int)):
        return None
    given = str(node.value)
    if given in answers:
        return given
    same = [answer for answer in answers if term(answer) == term(given)]
    return same[0] if len(same) == 1 else None
