"""A file of recorded replies -> a model that gives them again; and the writing of such a file.

The file is JSON Lines (or one JSON array of the same objects), one reply each, in the order of the conversation:
`{"image": "ride.png", "kind": "describe", "round": 0, "text": "{...}"}`.
`image` is the name of the picture file or the sha256 of its bytes; `kind` is that of the request (`describe`,
`correct`, `ask`, `verify`); `round` is the number of the round; `question` is what was asked (kind `ask`) or stated
(`verify`). These three may be left out when the order of an image's replies says enough: such a line answers whatever
is asked next. Optional: `prompt` (text), `tokens` (`[{"text": ..., "probability": ...}]`, texts joined are `text`), and
`usage` as in `nesy.analysis/1`. Several lines for the same image, kind and round are given in turn (a format-only retry
stays in its round).
"""

import json
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from nesy.encoding import decoded
from nesy.errors import InputError, ModelError
from nesy.geometry import SHARES, BoxForm
from nesy.perception.prompt import render
from nesy.scene import one_line
from nesy.turns import Kind, ModelInfo, Reply, Request, Token, Usage


class RecordedReply(BaseModel):
    """One reply of a recording, a line of the file that `--model replay:FILE` reads."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    image: str
    """Name of the picture file, or the SHA-256 sum of its bytes."""
    kind: Kind | None = None
    """That of the request; left out: whatever is asked next."""
    round: Annotated[int, Field(ge=0)] | None = None
    """Number of the round; left out: any."""
    question: str | None = None
    """What was asked (kind `ask`) or stated (kind `verify`); left out: anything."""
    text: str
    """What the model said."""
    prompt: str = ""
    """What it was given."""
    tokens: tuple[Token, ...] = ()
    """Their texts joined are `text`; none where the probabilities are not known."""
    usage: Usage = Usage(calls=1)
    """What the call cost."""
    boxes: BoxForm = Field(default=SHARES, exclude_if=lambda boxes: boxes == SHARES)
    """How it writes boxes of this picture; left out: as shares."""

    def answers(self, request: Request) -> bool:
        """Tell whether it is what was said to such a request."""
        return (
            self.image in (request.image.name, request.image.sha256)
            and self.kind in (None, request.kind)
            and self.round in (None, request.round)
            and self.question in (None, request.question)
        )


class ReplayModel:
    """Gives recorded replies, each once."""

    def __init__(self, path: Path) -> None:
        """Read the recording; InputError names the file, the line and the field."""
        self._path = path
        try:
            data = path.read_bytes()
        except OSError as error:
            raise InputError(f"{path}: cannot be read ({error.strerror})") from None
        self._left = list(_read(path, data))
        self.info = ModelInfo(id=f"replay:{path.name}", revision=sha256(data).hexdigest())

    def reply(self, request: Request) -> Reply:
        """Give the first reply left that fits; ModelError when the recording holds none."""
        for i, line in enumerate(self._left):
            if line.answers(request):
                del self._left[i]
                return Reply(
                    text=line.text,
                    prompt=line.prompt or render(request, "full"),
                    tokens=line.tokens,
                    usage=line.usage,
                    boxes=line.boxes,
                )
        raise ModelError(
            f"{self._path}: no reply left for {request.image.name}, round {request.round}, kind {request.kind}",
            "record the dialogue again with this image and these settings, or ask for fewer rounds (--rounds)",
        )


def record(path: str | Path, exchanges: Iterable[tuple[Request, Reply]]) -> None:
    """Write a dialogue as JSON Lines that ReplayModel gives again; images go by their sha256."""
    lines = [
        RecordedReply(
            image=request.image.sha256,
            kind=request.kind,
            round=request.round,
            question=request.question or None,
            text=reply.text,
            prompt=reply.prompt,
            tokens=reply.tokens,
            usage=reply.usage,
            boxes=reply.boxes,
        ).model_dump_json(exclude_none=True)
        for request, reply in exchanges
    ]
    Path(path).write_text("".join(line + "\n" for line in lines), encoding="utf-8")


def _read(path: Path, data: bytes) -> Iterable[RecordedReply]:
    text = decoded(data, str(path))
    if text.lstrip().startswith("["):
        try:
            rows = [(f"{path}[{i}]", json.dumps(row)) for i, row in enumerate(json.loads(text))]
        except (ValueError, RecursionError) as error:
            raise InputError(f"{path}: not a JSON array ({error})") from None
    else:
        rows = [(f"{path}:{n}", line) for n, line in enumerate(text.split("\n"), start=1) if line.strip()]
    for where, row in rows:
        try:
            yield RecordedReply.model_validate_json(row)
        except ValidationError as error:
            raise InputError(f"{where}: {one_line(error)}") from None
