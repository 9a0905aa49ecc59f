"""What a judge said of a pair in one order (`nesy.judgements/1`, a line each), and the file that they are kept in."""

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from nesy.encoding import read_text
from nesy.errors import InputError
from nesy.perception.review import HIGHEST, LOWEST, Marks
from nesy.scene import read_json
from nesy.turns import ModelInfo

Order = Literal["reference first", "candidate first"]
ORDERS: tuple[Order, Order] = ("reference first", "candidate first")


class PairJudgement(BaseModel):
    """The marks of two answers, shown in one order; none where the reply held none.

    >>> row = PairJudgement(key="0" * 16, id="1", order="reference first", judge=ModelInfo(id="m"), reply="7 8",
    ...     problem="no marks in the reply")
    >>> row.reference is None, row.order
    (True, 'reference first')
    """

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    schema_: Literal["nesy.judgements/1"] = Field(default="nesy.judgements/1", alias="schema")
    key: str
    """Of the pair: question, answers, name of the picture, context."""
    id: str
    """As the file of pairs has it."""
    order: Order
    """Which answer was shown first."""
    judge: ModelInfo
    """Who judged."""
    reference: Marks | None = None
    """Helpfulness, relevance, accuracy and detail, each from 1 to 10; None where the reply held no marks."""
    candidate: Marks | None = None
    """The same of the other answer."""
    reply: str
    """What the judge said."""
    problem: str = ""
    """Why there are no marks; empty where there are."""

    @model_validator(mode="after")
    def _marks_or_a_problem(self) -> "PairJudgement":
        if (self.reference is None) != (self.candidate is None) or (self.reference is None) != bool(self.problem):
            raise ValueError("a judgement has the marks of both answers, or a problem")
        for mark in (*(self.reference or ()), *(self.candidate or ())):
            if not LOWEST <= mark <= HIGHEST:
                raise ValueError(f"a mark is {LOWEST} to {HIGHEST}, got {mark}")
        return self


class JudgementFile:
    """A file that judgements are added to as they come; a run that was stopped goes on where it was."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._anew = False

    def begin(self, *, resume: bool, force: bool) -> tuple[PairJudgement, ...]:
        """Return the judgements that are there; a line that a kill cut off is dropped. A new file is begun by `add`.

        Raises:
            InputError: the file is there and neither to be gone on with nor overwritten, or a line is none of it.
        """
        if not self.path.parent.is_dir():
            raise InputError(f"--out {self.path}: the folder does not exist")
        if self.path.is_dir():
            raise InputError(f"--out {self.path}: is a folder; a file would be right")
        if not self.path.exists() or (force and not resume):
            self._anew = True
            return ()
        if not resume:
            raise InputError(f"{self.path}: is there already; --resume goes on with it, --force overwrites it")
        text = read_text(self.path)
        whole = text[: text.rfind("\n") + 1]
        lines = enumerate(whole.splitlines(), start=1)
        found = tuple(read_json(PairJudgement, line, f"{self.path}:{at}") for at, line in lines if line.strip())
        if whole != text:
            self._write(whole)
        return found

    def add(self, judgement: PairJudgement) -> None:
        """Add a line.

        Raises:
            InputError: the file cannot be written to.
        """
        line = judgement.model_dump_json(by_alias=True, exclude_none=True) + "\n"
        try:
            with self.path.open("w" if self._anew else "a", encoding="utf-8") as lines:
                lines.write(line)
        except OSError as error:
            raise InputError(f"{self.path}: cannot be written ({error.strerror})") from None
        self._anew = False

    def _write(self, text: str) -> None:
        try:
            self.path.write_text(text, encoding="utf-8")
        except OSError as error:
            raise InputError(f"--out {self.path}: cannot be written ({error.strerror})") from None
