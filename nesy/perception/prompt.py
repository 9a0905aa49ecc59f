"""Request -> the words of one user turn. The image comes first, so its KV cache serves every turn.

Two styles: `full` tells a general model the format and the vocabulary; `compact` is what the embedded
model was trained on, which knows both.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from nesy.errors import UNSEEN, ModelError
from nesy.geometry import SHARES, BoxForm
from nesy.perception.reply_format import NEW, boxes_in, write_box, write_scene
from nesy.perception.review import review_words
from nesy.scene import Entity, picture_of
from nesy.settings.templates import fill
from nesy.turns import Request

Style = Literal["full", "compact"]

DESCRIBE = "Describe the scene."
"""The whole user turn of a description in the compact style; training learns on it."""

NO_MARKS = "leave out --marks, or name another model with --model"
"""What mends it where a model has not learnt to read a marked picture."""

NO_SEVERAL = "name another model with --model"
"""Likewise where it has not learnt turns about several pictures."""

NO_PROSE = "leave out --describe, or name another model with --model"
"""Likewise where it has not learnt to describe in sentences."""

COMPACT_TURNS = ("describe", "correct", "ask", "verify")
"""The kinds of turns that there is a compact style of."""

_FORMAT = """\
List what you see as JSON with exactly these keys:
{"entities":[{"id":"person_1",BOX"attributes":["red"]}],
"part_states":[{"entity":"person_1","part":"hip","state":"sit on","object":"horse_1"}],
"relations":[{"subject":"person_1","predicate":"ride","object":"horse_1"}],
"counts":[{"category":"person","value":1}]}
Name every entity by its category and a number: person_1, person_2, dining_table_1. Go from left to right.
BOXES
Body parts: foot, leg, hip, hand, arm, head. Their states are short verb phrases: sit on, hold, tread on, inspect.
Predicates are verbs (ride, hold, sit_on, drink_with, read) or positions (on, under, left_of).
Count every category. Write only what you can see; leave a list empty rather than guess."""
_EXAMPLE = (0.1, 0.2, 0.4, 0.9)
_EDGES = {"xyxy": ("left", "top", "right", "bottom"), "yxyx": ("top", "left", "bottom", "right")}

_PROSE = """\
Describe what you see in this image in plain English sentences, no lists and no JSON.
Name every person, animal and thing, and say how many there are. Say what each person and animal does, and to what;
what the hands, feet and heads do; and where things are: on, under, beside, behind, left or right of each other.
Give colours where you can see them. Write only what you can see."""

_GROUNDED = """\
Say what these things are like, what they do and where they are, as JSON with exactly these keys:
{"entities":[{"id":"person_1","attributes":["red"]}],
"part_states":[{"entity":"person_1","part":"hip","state":"sit on","object":"horse_1"}],
"relations":[{"subject":"person_1","predicate":"ride","object":"horse_1"}],
"counts":[{"category":"person","value":1}]}
Name these things by their ids, and no others.
Body parts: foot, leg, hip, hand, arm, head. Their states are short verb phrases: sit on, hold, tread on, inspect.
Predicates are verbs (ride, hold, sit_on, drink_with, read) or positions (on, under, left_of).
Write only what you can see; leave a list empty rather than guess."""

_ANSWER_FORMAT = """\
Answer the question below as JSON with exactly these keys:
{"answer":"a horse","because":[{"subject":"person_1","predicate":"ride","object":"horse_1"}]}
The answer is a few words: yes, no, a number, a thing, a place; nothing or nobody where nothing in the image fits.
The reasons are at most four facts that you can see and that the answer rests on, between things of the list above;
write [] where the answer rests on none."""
_BARE_FORMAT = """\
Answer the question below as JSON: {"answer":"a horse","because":[]}
The answer is a few words: yes, no, a number, a thing, a place; nothing or nobody where nothing in the image fits."""


_BLANK = re.compile(rf"[\s{UNSEEN}]+")


@dataclass(frozen=True)
class _How:
    """In which words and numbers a turn is told."""

    style: Style
    boxes: BoxForm | None


def clean(text: str) -> str:
    """Return text fit for one line of a prompt: what nobody sees, and runs of blanks, become one blank."""
    return _BLANK.sub(" ", text).strip()


def render(request: Request, style: Style, boxes: BoxForm | None = SHARES) -> str:
    """Return the user turn's text for `request`, without the image and without any template markup.

    Args:
        request: the turn.
        style: whether the model has to be told format and vocabulary.
        boxes: how the model writes boxes of this picture; None: not at all.

    Raises:
        ModelError: there is no compact style of such a turn.
    """
    if style == "compact" and request.kind not in COMPACT_TURNS:
        raise ModelError(f"there is no compact prompt to {request.kind}", "use a model of the full style")
    if style == "compact" and request.others:
        raise ModelError("there is no compact prompt about several pictures", NO_SEVERAL)
    if style == "compact" and request.form != "json":
        raise ModelError("there is no compact prompt for a description in sentences, or of given things", NO_PROSE)
    if style == "compact" and request.marked is not None:
        raise ModelError("there is no compact prompt with a second, marked picture", NO_MARKS)
    if request.others and boxes is not None and not _of_any_picture(boxes):
        boxes = None  # pixels of the first picture say nothing of the others
    how = _How(style, boxes)
    if request.template and how.style == "full":
        lines = [fill(request.template, _values(request, how))]
    else:
        lines = _again(request, how) if request.drafts else _TURNS[request.kind](request, how)
    if request.complaint:
        wanted = "yes or no" if request.kind == "verify" else "the JSON" if request.form == "json" else "sentences"
        lines.append(f"Your last answer could not be read: {clean(request.complaint)}. Answer with {wanted} alone.")
    return "\n".join(lines)


def _describe(request: Request, how: _How) -> list[str]:
    if request.form == "prose":
        return [_PROSE]
    if how.style == "compact":
        return [DESCRIBE]
    told = [f"{kind}: {', '.join(map(clean, words))}." for kind, words in request.words]
    if request.form == "grounded":
        wanted = ["Words to use where they fit:", *told] if told else []
        return [f"Things in this image{_boxed(how)}:", *_listed(request, how), _GROUNDED, *wanted]
    before = "; ".join(map(clean, request.before))
    return [
        "Describe the scene in this image.",
        _format(how.boxes),
        *(["Words to use where they fit:", *told] if told else []),
        *([f"A moment before it was so, and may have changed: {before}."] if before else []),
    ]


def _locate(request: Request, how: _How) -> list[str]:
    """Ask where the things are that a description in words named, by the words it named them in."""
    if how.style == "compact" or how.boxes is None:
        raise ModelError("there is no prompt to locate things for a model that writes no boxes")
    box = write_box(_EXAMPLE, how.boxes)
    example = ",".join(f'"{clean(entity.id)}":{box}' for entity in request.entities[:2])
    return [
        "You described this image:",
        clean(request.said),
        "In that description these things are meant:",
        *_listed(request, how),
        f"Where is each of them? Answer as JSON with each of these ids as a key: {{{example}}}",
        f"{_edges(how.boxes)} Write null for what you cannot see.",
    ]


def _identify(request: Request, how: _How) -> list[str]:
    """Ask which things of a picture are things of those before it, by the names they have there."""
    later = picture_of(request.entities[0].id)
    earlier = "picture 1" if later == 2 else "the earlier pictures"
    example = ",".join(f'"{clean(entity.id)}":"..."' for entity in request.entities[:2])
    return [
        _numbered_names(request),
        f"Things in {earlier}{_boxed(how)}:",
        *_told(request.known, {}, how, attributes=True),
        f"Things in picture {later}:",
        *_told(request.entities, {}, how, attributes=True),
        f"Look at the pictures. Which things of picture {later} are in {earlier} too: the very same person, animal or",
        "thing seen again, not one that is only like it?",
        f"Answer as JSON with each thing of picture {later} as a key: {{{example}}}",
        f'For each write the name of the same thing in {earlier}, or "{NEW}" where it is not there.',
    ]


def _correct(request: Request, how: _How) -> list[str]:
    image = _image(request)
    lines = [f"Somebody else described {image}, and a reviewer noted:"] if how.style == "full" else ["Note:"]
    lines += _notes(request, how)
    if request.marks:
        lines.append("The second picture is the same image with numbered boxes: the marks that are named here.")
    lines.append("\n".join(_listed(request, how)))
    if how.style == "full":
        again = image.split()[-1]
        lines.append(f"The note may be mistaken. Look at the {again} again and answer for each numbered claim:")
    lines += _numbered(request)
    if how.style == "full":
        lines.append(_patch_format(request))
    return lines


def _patch_format(request: Request) -> str:
    numbers = ",".join(f'"{c.number}":"..."' for c in request.claims)
    return f"Answer as JSON, one of the words in brackets for each number: {{{numbers}}}"


def _numbered(request: Request) -> list[str]:
    return [f"{c.number}. {clean(c.text)} ({', '.join(clean(a) for a in c.answers)})" for c in request.claims]


def _again(request: Request, how: _How) -> list[str]:
    """Show earlier descriptions and ask for a better one, for what is wrong in one, or which of two is better."""
    if request.kind == "decide":
        first, second = (clean(write_scene(draft, how.boxes)) for draft in request.drafts)
        return [
            "Two descriptions of this image.",
            f"First: {first}",
            f"Second: {second}",
            "Which of the two fits the image better?",
            'Answer as JSON: {"better":"first"} or {"better":"second"}',
        ]
    lines = ["Somebody else described this image:", clean(write_scene(request.drafts[0], how.boxes))]
    if request.kind == "critique":
        return [
            *lines,
            "Compare the description with the image. What in it is wrong?",
            'Answer as JSON, one sentence for each fault, an empty list if there is none: {"notes":["..."]}',
        ]
    if request.notes:
        lines += ["A reviewer noted:", *_notes(request, how), "The note may be mistaken."]
    return [*lines, "Look at the image again and describe the scene.", _format(how.boxes)]


def _ask(request: Request, how: _How) -> list[str]:
    """The list and the format come before the question: they are the same for every question about an image."""
    lines = _listed(request, how)
    question = clean(request.question)
    if how.style == "compact":
        return [*lines, f"Question: {question}", *(f"Note: {note}" for note in _notes(request, how))]
    told = [f"Things in {_image(request)}:", *lines] if lines else []
    if request.others:
        told.insert(0, _moments(request) if request.moments else _numbered_names(request))
    wanted = _ANSWER_FORMAT if lines else _BARE_FORMAT
    if request.moments:
        wanted = wanted.replace("a place;", "a place, a time in seconds;").replace("the image", "the clip")
    told += [wanted, f"Question: {question}"]
    if request.notes:
        told.append("Somebody else answered this question, and a reviewer noted:")
        told += _notes(request, how)
        again = _image(request).split()[-1]
        told.append(f"The note may be mistaken. Look at the {again} again and answer the question.")
    return told


def _verify(request: Request, how: _How) -> list[str]:
    """Ask about one statement, and tell nothing that was said before, nor what speaks for it or against it."""
    lines, statement = _listed(request, how), clean(request.question)
    if how.style == "compact":
        return [*lines, f"{statement}: {'wrong' if request.negated else 'true'}?"]
    told = [f"Things in this image{_boxed(how)}:", *lines]
    return [
        *(told if lines else []),
        f"A statement about this image: {statement}",
        f"Look at the image alone. Is the statement {'wrong' if request.negated else 'true'}?",
        "Answer with yes or no alone.",
    ]


def _judge(request: Request, how: _How) -> list[str]:  # noqa: ARG001 - nothing of it depends on boxes
    return [clean(line) for line in review_words(request)]


def _values(request: Request, how: _How) -> dict[str, str]:
    """Return what the placeholders of a template stand for in a turn."""
    things = _listed(request, how)
    formats = {
        "describe": _format(how.boxes),
        "correct": _patch_format(request),
        "ask": _ANSWER_FORMAT if things else _BARE_FORMAT,
    }
    return {
        **{kind: ", ".join(map(clean, words)) for kind, words in request.words},
        "things": "\n".join(things),
        "notes": "\n".join(_notes(request, how)),
        "claims": "\n".join(_numbered(request)),
        "statement": clean(request.question),
        "question": clean(request.question),
        "whether": "wrong" if request.negated else "true",
        "format": formats.get(request.kind, ""),
    }


def _listed(request: Request, how: _How) -> list[str]:
    """Return one line for each entity that the turn is about."""
    return _told(request.entities, request.marks, how, attributes=bool(request.others))


def _told(entities: Sequence[Entity], marks: Mapping[str, int], how: _How, *, attributes: bool) -> list[str]:
    """Return one line for each thing: its name, what it is, where, and, where that is wanted, what it is like."""
    lines = []
    for entity in entities:
        line = clean(entity.id) + (f" (mark {marks[entity.id]})" if entity.id in marks else "")
        line += f" is a {clean(entity.category)}" if how.style == "full" else ""
        if entity.box is not None and how.boxes is not None:
            line += f"{' at' if how.style == 'full' else ''} {write_box(entity.box, how.boxes)}"
        lines.append(line + "".join(f", {clean(said)}" for said in entity.attributes if attributes))
    return lines


def _numbered_names(request: Request) -> str:
    last = len(request.pictures)
    return f"These are {last} pictures. A name begins with the number of the picture: p{last}_ is of picture {last}."


def _moments(request: Request) -> str:
    shown = ", ".join(f"{at:g}" for at in request.moments)
    return f"This is a clip. Its {len(request.moments)} frames are shown at {shown} s."


def _image(request: Request) -> str:
    """Return how the picture is called in a sentence, or the pictures, or the clip."""
    if request.moments:
        return "this clip"
    return "these images" if request.others else "this image"


def _notes(request: Request, how: _How) -> list[str]:
    """Return the notes, what they say of boxes in the model's own form."""
    return [boxes_in(clean(note), how.boxes) for note in request.notes]


def _format(boxes: BoxForm | None) -> str:
    """Return how a description is written."""
    if boxes is None:
        return _FORMAT.replace("BOX", "", 1).replace("BOXES\n", "")
    return _FORMAT.replace("BOXES", _edges(boxes)).replace("BOX", f'"{boxes.key}":{write_box(_EXAMPLE, boxes)},', 1)


def _edges(boxes: BoxForm) -> str:
    """Say in a sentence how a box is written."""
    told = f"Boxes are [{', '.join(_EDGES[boxes.order])}] {_units(boxes)}"
    return told + (", 0.00 to 1.00." if boxes.size == SHARES.size else ".")


def _boxed(how: _How) -> str:
    """Say what stands beside the things that are listed, if boxes do."""
    if how.boxes is None:
        return ""
    return f", each with its box ({', '.join(_EDGES[how.boxes.order])}, {_units(how.boxes)})"


def _of_any_picture(boxes: BoxForm) -> bool:
    """Tell whether a box says the same in every picture: shares, or thousandths of the picture, and no pixels."""
    width, height = boxes.size
    shares = width == height and width in (1.0, 100.0, 1000.0)
    return shares and boxes.picture == (0.0, 0.0, width, height)


def _units(boxes: BoxForm) -> str:
    width, height = boxes.size
    if boxes.size == SHARES.size:
        return "as shares of the image"
    if _of_any_picture(boxes):
        return f"from 0 to {width:g} across the image and from 0 to {height:g} down"
    return f"in pixels of the image, which is {width:g} wide and {height:g} high"


_TURNS: Mapping[str, Callable[[Request, _How], list[str]]] = {
    "describe": _describe,
    "locate": _locate,
    "identify": _identify,
    "correct": _correct,
    "ask": _ask,
    "verify": _verify,
    "judge": _judge,
}
