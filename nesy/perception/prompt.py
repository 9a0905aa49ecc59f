"""Request -> the words of one user turn. The image comes first, so its KV cache serves every turn.

Two styles: `full` tells a general model the format and the vocabulary; `compact` is what the embedded
model was trained on, which knows both.
"""

import re
from collections.abc import Callable, Mapping
from typing import Literal

from nesy.errors import UNSEEN, ModelError
from nesy.perception.reply_format import write_box, write_scene
from nesy.settings.templates import fill
from nesy.turns import Request

Style = Literal["full", "compact"]

DESCRIBE = "Describe the scene."
"""The whole user turn of a description in the compact style; training learns on it."""

NO_MARKS = "leave out --marks, or name another model with --model"
"""What mends it where a model has not learnt to read a marked picture."""

NO_PROSE = "leave out --describe prose, or name another model with --model"
"""Likewise where it has not learnt to describe in sentences."""

COMPACT_TURNS = ("describe", "correct", "ask", "verify")
"""The kinds of turns that there is a compact style of."""

_FORMAT = """\
List what you see as JSON with exactly these keys:
{"entities":[{"id":"person_1","box":[0.10,0.20,0.40,0.90],"attributes":["red"]}],
"part_states":[{"entity":"person_1","part":"hip","state":"sit on","object":"horse_1"}],
"relations":[{"subject":"person_1","predicate":"ride","object":"horse_1"}],
"counts":[{"category":"person","value":1}]}
Name every entity by its category and a number: person_1, person_2, dining_table_1. Go from left to right.
Boxes are [left, top, right, bottom] as shares of the image, 0.00 to 1.00.
Body parts: foot, leg, hip, hand, arm, head. Their states are short verb phrases: sit on, hold, tread on, inspect.
Predicates are verbs (ride, hold, sit_on, drink_with, read) or positions (on, under, left_of).
Count every category. Write only what you can see; leave a list empty rather than guess."""

_PROSE = """\
Describe what you see in this image in plain English sentences, no lists and no JSON.
Name every person, animal and thing, and say how many there are. Say what each person and animal does, and to what;
what the hands, feet and heads do; and where things are: on, under, beside, behind, left or right of each other.
Give colours where you can see them. Write only what you can see."""

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


def clean(text: str) -> str:
    """Return text fit for one line of a prompt: what nobody sees, and runs of blanks, become one blank."""
    return _BLANK.sub(" ", text).strip()


def render(request: Request, style: Style) -> str:
    """Return the user turn's text for `request`, without the image and without any template markup.

    Raises:
        ModelError: there is no compact style of such a turn.
    """
    if style == "compact" and request.kind not in COMPACT_TURNS:
        raise ModelError(f"there is no compact prompt to {request.kind}", "use a model of the full style")
    if style == "compact" and request.form == "prose":
        raise ModelError("there is no compact prompt for a description in sentences", NO_PROSE)
    if style == "compact" and request.marked is not None:
        raise ModelError("there is no compact prompt with a second, marked picture", NO_MARKS)
    if request.template and style == "full":
        lines = [fill(request.template, _values(request))]
    else:
        lines = _again(request) if request.drafts else _TURNS[request.kind](request, style)
    if request.complaint:
        wanted = "yes or no" if request.kind == "verify" else "the JSON" if request.form == "json" else "sentences"
        lines.append(f"Your last answer could not be read: {clean(request.complaint)}. Answer with {wanted} alone.")
    return "\n".join(lines)


def _describe(request: Request, style: Style) -> list[str]:
    if request.form == "prose":
        return [_PROSE]
    if style == "compact":
        return [DESCRIBE]
    told = [f"{kind}: {', '.join(map(clean, words))}." for kind, words in request.words]
    return ["Describe the scene in this image.", _FORMAT, *(["Words to use where they fit:", *told] if told else [])]


def _correct(request: Request, style: Style) -> list[str]:
    lines = ["Somebody else described this image, and a reviewer noted:"] if style == "full" else ["Note:"]
    lines += [clean(note) for note in request.notes]
    if request.marks:
        lines.append("The second picture is the same image with numbered boxes: the marks that are named here.")
    lines.append("\n".join(_listed(request, style)))
    if style == "full":
        lines.append("The note may be mistaken. Look at the image again and answer for each numbered claim:")
    lines += _numbered(request)
    if style == "full":
        lines.append(_patch_format(request))
    return lines


def _patch_format(request: Request) -> str:
    numbers = ",".join(f'"{c.number}":"..."' for c in request.claims)
    return f"Answer as JSON, one of the words in brackets for each number: {{{numbers}}}"


def _numbered(request: Request) -> list[str]:
    return [f"{c.number}. {clean(c.text)} ({', '.join(clean(a) for a in c.answers)})" for c in request.claims]


def _again(request: Request) -> list[str]:
    """Show earlier descriptions and ask for a better one, for what is wrong in one, or which of two is better."""
    if request.kind == "decide":
        first, second = (clean(write_scene(draft)) for draft in request.drafts)
        return [
            "Two descriptions of this image.",
            f"First: {first}",
            f"Second: {second}",
            "Which of the two fits the image better?",
            'Answer as JSON: {"better":"first"} or {"better":"second"}',
        ]
    lines = ["Somebody else described this image:", clean(write_scene(request.drafts[0]))]
    if request.kind == "critique":
        return [
            *lines,
            "Compare the description with the image. What in it is wrong?",
            'Answer as JSON, one sentence for each fault, an empty list if there is none: {"notes":["..."]}',
        ]
    if request.notes:
        lines += ["A reviewer noted:", *(clean(note) for note in request.notes), "The note may be mistaken."]
    return [*lines, "Look at the image again and describe the scene.", _FORMAT]


def _ask(request: Request, style: Style) -> list[str]:
    """The list and the format come before the question: they are the same for every question about an image."""
    lines = _listed(request, style)
    question = clean(request.question)
    if style == "compact":
        return [*lines, f"Question: {question}", *(f"Note: {clean(note)}" for note in request.notes)]
    told = ["Things in this image:", *lines] if lines else []
    told += [_ANSWER_FORMAT if lines else _BARE_FORMAT, f"Question: {question}"]
    if request.notes:
        told.append("Somebody else answered this question, and a reviewer noted:")
        told += [clean(note) for note in request.notes]
        told.append("The note may be mistaken. Look at the image again and answer the question.")
    return told


def _verify(request: Request, style: Style) -> list[str]:
    """Ask about one statement, and tell nothing that was said before, nor what speaks for it or against it."""
    lines, statement = _listed(request, style), clean(request.question)
    if style == "compact":
        return [*lines, f"{statement}: {'wrong' if request.negated else 'true'}?"]
    told = ["Things in this image, each with its box (left, top, right, bottom, as shares of the image):", *lines]
    return [
        *(told if lines else []),
        f"A statement about this image: {statement}",
        f"Look at the image alone. Is the statement {'wrong' if request.negated else 'true'}?",
        "Answer with yes or no alone.",
    ]


def _values(request: Request) -> dict[str, str]:
    """Return what the placeholders of a template stand for in a turn."""
    things = _listed(request, "full")
    formats = {
        "describe": _FORMAT,
        "correct": _patch_format(request),
        "ask": _ANSWER_FORMAT if things else _BARE_FORMAT,
    }
    return {
        **{kind: ", ".join(map(clean, words)) for kind, words in request.words},
        "things": "\n".join(things),
        "notes": "\n".join(clean(note) for note in request.notes),
        "claims": "\n".join(_numbered(request)),
        "statement": clean(request.question),
        "question": clean(request.question),
        "whether": "wrong" if request.negated else "true",
        "format": formats.get(request.kind, ""),
    }


def _listed(request: Request, style: Style) -> list[str]:
    """Return one line for each entity that the turn is about."""
    marks = {name: f" (mark {number})" for name, number in request.marks.items()}
    named = [
        clean(e.id) + marks.get(e.id, "") + (f" is a {clean(e.category)}" if style == "full" else "")
        for e in request.entities
    ]
    at = " at " if style == "full" else " "
    return [
        name + (f"{at}{write_box(e.box)}" if e.box is not None else "")
        for name, e in zip(named, request.entities, strict=True)
    ]


_TURNS: Mapping[str, Callable[[Request, Style], list[str]]] = {
    "describe": _describe,
    "correct": _correct,
    "ask": _ask,
    "verify": _verify,
}
