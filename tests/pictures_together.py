"""Pictures of one colour, and a script that describes them and says which things are the same; for tests."""

import json
from collections.abc import Mapping, Sequence

import PIL.Image

from nesy.image import Image
from nesy.models.scripted import ScriptedModel
from nesy.turns import Reply, Request, Token

COLOURS = (
    "red",
    "blue",
    "green",
    "black",
    "white",
    "yellow",
    "purple",
    "pink",
    "brown",
    "gray",
    "orange",
    "cyan",
    "lime",
)


def picture(number: int, size: tuple[int, int] = (64, 48), mode: str = "RGB", name: str = "") -> Image:
    """Return the picture of a number, from 1, each of another colour."""
    pixels = PIL.Image.new("RGB", size, COLOURS[number - 1]).convert(mode)
    return Image.from_pixels(pixels, name or f"{number}.png")


def things(*told: str) -> str:
    """Return a description of things: `dog_1`, or `dog_1 brown` with what it is like."""
    rows = []
    for place, one in enumerate(told):
        name, *like = one.split(" ")
        left = 0.1 + 0.8 * place / len(told)
        rows.append({"id": name, "box": [round(left, 2), 0.1, round(left + 0.1, 2), 0.6], "attributes": like})
    return json.dumps({"entities": rows})


def script(
    described: Sequence[str],
    same: Mapping[str, str | tuple[str, float]] | None = None,
    withdrawn: Sequence[str] = (),
    answers: Sequence[str] = (),
) -> ScriptedModel:
    """Return a model that describes picture N by its Nth text, and says of things what they are the same as.

    Args:
        described: of each picture, in order.
        same: thing -> the earlier one, alone or with the probability of the answer; any other is new.
        withdrawn: claims in words that are withdrawn when asked about; the others are kept.
        answers: to questions, in order.
    """
    told, left, asked_first = dict(same or {}), list(answers), iter(described)
    texts: dict[str, str] = {}

    def reply(request: Request) -> str | Reply:
        if request.kind == "describe":
            if request.image.sha256 not in texts:
                texts[request.image.sha256] = next(asked_first)
            return texts[request.image.sha256]
        if request.kind == "ask":
            return json.dumps({"answer": left.pop(0), "because": []})
        if request.kind == "correct":
            return json.dumps({str(c.number): "withdraw" if c.text in withdrawn else "keep" for c in request.claims})
        tokens = [Token(text="{", probability=1.0)]
        for place, entity in enumerate(request.entities):
            answer = told.get(entity.id, "new")
            name, sure = (answer, 1.0) if isinstance(answer, str) else answer
            comma = "," if place else ""
            tokens += [
                Token(text=f'{comma}"{entity.id}":"', probability=1.0),
                Token(text=name, probability=sure),
                Token(text='"', probability=1.0),
            ]
        tokens.append(Token(text="}", probability=1.0))
        return Reply(text="".join(token.text for token in tokens), tokens=tuple(tokens))

    return ScriptedModel(reply)
