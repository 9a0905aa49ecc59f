"""The lines of a run: what stands in its index of an analysis, and what of a picture that has none."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field

from nesy.analysis import Analysis, StopReason
from nesy.errors import InputError, ModelError, ReplyError

Sum = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class Frozen(BaseModel):
    """A value that nobody changes and that knows no other keys than its own."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Entry(Frozen):
    """A picture that is analyzed: where its analysis stands, and what came out. A line of `index.jsonl`."""

    name: str
    """The picture's own in the data set: its path below the folder, or shard and member."""
    sha256: Sum
    """SHA-256 sum of the picture's bytes, in hexadecimal digits."""
    piece: str
    """Name of the piece that holds its analysis, without its ending: `part-00000`."""
    row: Annotated[int, Field(ge=0)]
    """The analysis's place among those of the piece, from 0."""
    offset: Annotated[int, Field(ge=0)]
    """Where its line begins in the piece as JSON Lines, in bytes."""
    same_as: str | None = Field(default=None, exclude_if=lambda name: name is None)
    """Name of another picture of the same bytes, whose analysis this is; left out where it has its own."""
    status: Literal["consistent", "inconsistent", "unknown"]
    """That of the final verdict."""
    consistent: bool
    """Whether that is `consistent`."""
    stop_reason: StopReason
    """Why the loop ended."""
    rounds: Annotated[int, Field(ge=1)]
    """How many there were, the description among them."""
    claims: Annotated[int, Field(ge=0)]
    """Claims of the final scene."""
    withdrawn: Annotated[int, Field(ge=0)]
    """Claims that were given up."""
    edits: Annotated[int, Field(ge=0)]
    """What the repair changed."""

    def line(self) -> bytes:
        """Return it as a line of JSON."""
        return self.model_dump_json().encode("utf-8", "surrogatepass") + b"\n"

    @classmethod
    def of(cls, analysis: Mapping[str, Any], piece: str, row: int, offset: int) -> Self:
        """Return the entry of an analysis as read from JSON, at its place; KeyError or worse where it is none."""
        image, scene = analysis["image"], analysis["scene"]
        return cls(
            name=image["name"],
            sha256=image["sha256"],
            piece=piece,
            row=row,
            offset=offset,
            status=analysis["verdict"]["status"],
            consistent=analysis["consistent"],
            stop_reason=analysis["stop_reason"],
            rounds=len(analysis["rounds"]),
            claims=sum(len(scene.get(kind, ())) for kind in ("entities", "part_states", "relations", "counts")),
            withdrawn=len(analysis["withdrawn"]),
            edits=len(analysis["edits"]),
        )


class Failure(Frozen):
    """A picture that could not be analyzed, and why. A line of `errors.jsonl`."""

    name: str
    """The picture's own; of a row that names none, list and line; of what a broken tar file still held, the file."""
    sha256: Sum | None = None
    """SHA-256 sum of the picture's bytes, in hexadecimal digits; left out where they could not be read."""
    kind: Literal["InputError", "ModelError", "ReplyError"]
    """`InputError`: the picture cannot be read; `ModelError`: the model did not answer; `ReplyError`: its first reply
    is no scene."""
    error: str
    """In one line."""

    def line(self) -> bytes:
        """Return it as a line of JSON."""
        return self.model_dump_json(exclude_none=True).encode("utf-8", "surrogatepass") + b"\n"

    @classmethod
    def of(cls, name: str, sha256: str | None, error: InputError | ModelError | ReplyError) -> Self:
        """Return what an error comes to."""
        kind: Literal["InputError", "ModelError", "ReplyError"] = "InputError"
        if isinstance(error, (ModelError, ReplyError)):
            kind = "ModelError" if isinstance(error, ModelError) else "ReplyError"
        return cls(name=name, sha256=sha256, kind=kind, error=str(error))

    def of_same(self, name: str) -> Self:
        """Return the failure of another picture of the same bytes, told under its own name."""
        begins = f"{self.name}: "
        told = f"{name}: {self.error.removeprefix(begins)}" if self.error.startswith(begins) else self.error
        return self.model_copy(update={"name": name, "error": told})


@dataclass(frozen=True)
class Analyzed:
    """An analysis as it goes to the writer: text, which any process can send."""

    name: str
    """The picture's own in the data set."""
    line: bytes
    """`nesy.analysis/1`, without a break of line."""

    @classmethod
    def of(cls, analysis: Analysis) -> Self:
        """Write an analysis as a line."""
        return cls(analysis.image.name, analysis.to_json().encode("utf-8", "surrogatepass"))

    def entry(self, piece: str, row: int, offset: int) -> Entry:
        """Return what the index says of it at a place."""
        return Entry.of(json.loads(self.line), piece, row, offset)


@dataclass(frozen=True)
class Same:
    """A picture of the same bytes as one before it."""

    name: str
    sha256: str


Outcome = Analyzed | Same | Failure
"""What becomes of one picture."""
