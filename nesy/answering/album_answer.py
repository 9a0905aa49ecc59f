"""A question about pictures that were analyzed together -> what the checked lists say, and what the model says."""

import re
from collections.abc import Sequence
from typing import Literal

from pydantic import Field

from nesy.analysis import Album
from nesy.analysis.rounds import Frozen
from nesy.answering.album_differences import Difference, differences
from nesy.answering.album_question import AlbumQuestion
from nesy.answering.listed_answer import answered_by_list, listed
from nesy.answering.question_loop import speak
from nesy.checking import Rules, check_together
from nesy.errors import InputError
from nesy.image import Image
from nesy.loop.dialogue import Dialogue
from nesy.loop.together import able, rules_together
from nesy.ontology import Ontology
from nesy.scene import Count, read_json
from nesy.scene.html_table import html_table
from nesy.turns import ModelInfo, Request, Usage
from nesy.verdict import Finding

_PLACES = (
    *("first", "second", "third", "fourth", "fifth", "sixth"),
    *("seventh", "eighth", "ninth", "tenth", "eleventh", "twelfth"),
)
_CARDINALS = "zero one two three four five six seven eight nine ten eleven twelve"
_NUMBERS = {
    **{word: number for number, word in enumerate(_CARDINALS.split())},
    **dict.fromkeys(("no", "none", "nobody", "nothing"), 0),
}


class AlbumAnswer(Frozen):
    """A question about several pictures, and its answer, as `nesy.album_answer/1`.

    >>> import nesy
    >>> from nesy.models.scripted import ScriptedModel
    >>> dog, cup = '{"entities": [{"id": "dog_1"}]}', '{"entities": [{"id": "cup_1"}]}'
    >>> model = ScriptedModel([cup, dog, '{"p2_dog_1": "new"}', '{"answer": "the second"}'])
    >>> pictures = ["examples/images/tea.png", "examples/images/dog.png"]
    >>> answer: AlbumAnswer = nesy.Pipeline(model).ask_together(pictures, "In which picture is the dog?")
    >>> answer.answer, answer.reasons, answer.said, answer.agrees
    ('picture 2', ('p2_dog_1',), 'the second', True)
    """

    schema_: Literal["nesy.album_answer/1"] = Field(default="nesy.album_answer/1", alias="schema")
    model: ModelInfo
    """Who described the pictures and was asked."""
    question: str
    """As it was asked."""
    kind: Literal["in_which", "how_many", "difference", "same", "other"]
    """What it asks; `other`: what no list can answer."""
    answer: str
    """What the checked lists say; of another question, what the model says."""
    listed: bool
    """Whether the answer is that of the lists."""
    reasons: tuple[str, ...] = ()
    """The claims that it rests on, each by its picture: `p2_dog_1`, `p2_r1`, or `s1` of what is the same."""
    differences: tuple[Difference, ...] = Field(default=(), exclude_if=lambda some: not some)
    """What differs, where that was asked."""
    said: str | None = None
    """What the model answered in the end, shown all pictures; None where it was not asked or could not be read."""
    first_said: str | None = None
    """What it answered first, where it was asked again."""
    agrees: bool | None = None
    """Whether the model's answer is that of the lists; None where the two cannot be compared."""
    findings: tuple[Finding, ...] = ()
    """What rules across pictures say of a number that the model gave."""
    usage: Usage
    """Of the questions alone."""
    album: Album
    """What the answer rests on."""

    @property
    def consistent(self) -> bool:
        """Whether the album is, and the model does not say otherwise."""
        return self.album.consistent and self.agrees is not False

    def _repr_html_(self) -> str:
        """Return the answer with what it rests on, for a notebook."""
        said = "" if self.said is None else f"; the model says {self.said}"
        return html_table(f"{self.question} — {self.answer}{said}", ("rests on",), [(one,) for one in self.reasons])

    def to_json(self, indent: int | None = None) -> str:
        """Return the answer as `nesy.album_answer/1` JSON, without fields that are not set.

        Args:
            indent: spaces a level; None puts all on one line.
        """
        return self.model_dump_json(by_alias=True, exclude_none=True, indent=indent)

    @classmethod
    def from_json(cls, text: str | bytes, source: str = "answer") -> "AlbumAnswer":
        """Read `nesy.album_answer/1` JSON.

        Raises:
            InputError: it is no JSON or no answer; names `source`, the field and what is wrong with it.
        """
        return read_json(cls, text, source)


def answered_by_album(question: AlbumQuestion, album: Album, ontology: Ontology) -> AlbumAnswer:
    """Answer a question from the checked lists alone.

    Raises:
        InputError: no list can answer it.
    """
    if question.kind == "other":
        raise InputError(
            f"{question.text!r}: no list can answer this of several pictures; ask in which picture something is, "
            "how many there are in all, what is the same, or what differs; or ask the pictures with --together"
        )
    answer, reasons, found = _of_lists(question, album, ontology)
    return AlbumAnswer(
        model=album.together.model,
        question=question.text,
        kind=question.kind,
        answer=answer,
        listed=True,
        reasons=reasons,
        differences=found,
        usage=Usage(),
        album=album,
    )


def ask_album(dialogue: Dialogue, images: Sequence[Image], question: AlbumQuestion, album: Album) -> AlbumAnswer:
    """Answer a question from the checked lists, and ask the model as well, once more where the two disagree.

    The model is shown all pictures. Its number of things in all is held against the rules across pictures, and where it
    names other pictures than the lists it is told what they say. The answer is that of the lists; of a question that no
    list can answer it is the model's, unchecked.

    Raises:
        InputError, KnowledgeError: as `rules_together`.
        ModelError: the model cannot answer, or takes no turns about so many pictures.
    """
    able(dialogue.model, len(images))
    ontology = dialogue.ontology
    rules = rules_together(dialogue.settings, ontology)
    by_list = None if question.kind == "other" else answered_by_album(question, album, ontology)
    request = Request(
        image=images[0],
        others=tuple(images[1:]),
        kind="ask",
        question=question.text,
        entities=album.together.scene.entities,
    )
    first = speak(dialogue, request)
    said, usage = None if first.answer is None else first.answer.answer, first.usage
    if by_list is None:
        return AlbumAnswer(
            model=dialogue.info,
            question=question.text,
            kind="other",
            answer=said or "",
            listed=False,
            said=said,
            usage=usage,
            album=album,
        )
    agrees, findings = _compared(question, by_list, said, rules, ontology)
    asked_first = None
    if agrees is False and dialogue.settings.correction.rounds:
        notes = tuple(one.message for one in findings) or (f"The list of what is seen says: {by_list.answer}.",)
        again = speak(dialogue, request.model_copy(update={"round": 1, "notes": notes}))
        usage += again.usage
        if again.answer is not None:
            asked_first, said = said, again.answer.answer
            agrees, findings = _compared(question, by_list, said, rules, ontology)
    return by_list.model_copy(
        update={
            "model": dialogue.info,
            "said": said,
            "first_said": asked_first,
            "agrees": agrees,
            "findings": findings,
            "usage": usage,
        }
    )


def _of_lists(
    question: AlbumQuestion, album: Album, ontology: Ontology
) -> tuple[str, tuple[str, ...], tuple[Difference, ...]]:
    """Return the answer, the claims that it rests on, and what differs where that is asked."""
    if question.kind == "difference":
        found = differences(album, ontology)
        by_pictures: dict[tuple[int, ...], list[str]] = {}
        for one in found:
            by_pictures.setdefault(one.pictures, []).append(one.text)
        told = "; ".join(f"in {_pictures(some)} alone: {', '.join(texts)}" for some, texts in by_pictures.items())
        reasons = tuple(dict.fromkeys(claim for one in found for claim in one.claims))
        return told or "nothing that is listed differs", reasons, found
    if question.kind == "same":
        several = [names for names in album.groups if len(names) > 1]
        told = "; ".join(" = ".join(names) for names in several)
        return told or "nothing that is listed is in several pictures", tuple(s.id for s in album.identities), ()
    assert question.asked is not None, "what is asked of each picture"
    if question.kind == "how_many":
        of_name = {place: name for name, place in album.things.items()}
        counted = {
            of_name[number, entity.id]
            for number, picture in enumerate(album.pictures, start=1)
            for entity, _ in listed(question.asked, picture.scene, ontology)
        }
        groups = [names for names in album.groups if counted & set(names)]
        again = {one.id for one in album.identities for names in groups if {one.subject, one.object} <= set(names)}
        reasons = (*(name for names in groups for name in names if name in counted), *sorted(again))
        return str(len(groups)), reasons, ()
    shown, claims = [], []
    for number, picture in enumerate(album.pictures, start=1):
        answered = answered_by_list(question.asked, picture, ontology)
        if answered.answer == "yes":
            shown.append(number)
            claims += [f"p{number}_{claim}" for one in answered.claims for claim in one.support]
    return (_pictures(shown) if shown else "none of them"), tuple(dict.fromkeys(claims)), ()


def _compared(
    question: AlbumQuestion, by_list: AlbumAnswer, said: str | None, rules: Rules, ontology: Ontology
) -> tuple[bool | None, tuple[Finding, ...]]:
    """Return whether the model says what the lists say, and what rules across pictures say of its number."""
    if said is None or question.kind not in ("in_which", "how_many"):
        return None, ()
    if question.kind == "in_which":
        told, own = (_numbered(words, len(by_list.album.pictures)) for words in (said, by_list.answer))
        return (told - {0} == own - {0} if told else None), ()
    told = _numbers(said)
    if len(told) != 1:
        return None, ()
    (number,) = told
    return number == int(by_list.answer), _of_number(question, number, by_list.album, rules, ontology)


def _of_number(
    question: AlbumQuestion, number: int, album: Album, rules: Rules, ontology: Ontology
) -> tuple[Finding, ...]:
    """Return what the rules across pictures find in a number of things in all."""
    asked = question.asked
    if asked is None or asked.subject is None or asked.predicate or asked.subject.attributes:
        return ()  # the rules count what is of a category
    count = Count(id="n1", category=asked.subject.label, value=min(number, 10_000))
    scene = album.together.scene.model_copy(update={"counts": (count,)})
    return tuple(one for one in check_together(scene, rules, ontology).findings if "n1" in one.claims)


def _numbers(text: str) -> set[int]:
    """Return the numbers that a text names, in digits or words.

    >>> sorted(_numbers("there are two, or 3"))
    [2, 3]
    """
    words = re.findall(r"[a-z]+|\d+", text.lower())
    found = {int(word) for word in words if word.isdigit() and len(word) < 5}
    return found | {_NUMBERS[word] for word in words if word in _NUMBERS}


def _numbered(text: str, pictures: int) -> set[int]:
    """Return the pictures that a text names, none of them for a denial; empty also where it names no number.

    >>> [sorted(_numbered(text, 3)) for text in ("the second one", "images 1 and 3", "all of them", "the last", "none")]
    [[2], [1, 3], [1, 2, 3], [3], [0]]
    """
    words = re.findall(r"[a-z]+|\d+", text.lower())
    denied = {"none", "no", "not", "neither", "nothing", "nowhere"} & set(words)
    if not denied and {"all", "every", "each", "both"} & set(words):
        return set(range(1, pictures + 1))
    if "last" in words:
        return {pictures}
    by_place = [_PLACES.index(word) + 1 for word in words if word in _PLACES]
    found = set(by_place) or _numbers(text)  # `the second one` is no first
    return {0} if denied and not found - {0} else found


def _pictures(numbers: Sequence[int]) -> str:
    """Say pictures by their numbers.

    >>> _pictures([1]), _pictures([1, 2, 4])
    ('picture 1', 'pictures 1, 2 and 4')
    """
    if len(numbers) == 1:
        return f"picture {numbers[0]}"
    return f"pictures {', '.join(map(str, numbers[:-1]))} and {numbers[-1]}"
