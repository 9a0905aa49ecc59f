"""What came out of a run, in numbers: `nesy.batch_summary/1`."""

from typing import Annotated, Literal

from pydantic import Field

from nesy.batch.run_lines import Frozen

Number = Annotated[int, Field(ge=0)]


class BatchSummary(Frozen):
    """The pictures of a run by what came out, and what the last command took.

    >>> summary = BatchSummary(
    ...     out="RUN", images=10, now=4, consistent=8, inconsistent=1, unknown=0, failed=1, unreadable=1, same=0,
    ...     repaired=3, withdrawn=5, seconds=2.0)
    >>> summary.images_per_second, summary.exit_code
    (2.0, 2)
    """

    schema_: Literal["nesy.batch_summary/1"] = Field(default="nesy.batch_summary/1", alias="schema")
    out: str
    """The folder of the run."""
    images: Number
    """Pictures on record in the run: analyzed, or failed."""
    now: Number
    """Of these, how many were put on record by this command; the others were there."""
    consistent: Number
    """Analyses whose final scene is consistent."""
    inconsistent: Number
    """Analyses whose final scene breaks a rule still."""
    unknown: Number
    """Analyses of whose final scene nothing can be concluded."""
    failed: Number
    """Pictures without an analysis; `errors.jsonl` says why."""
    unreadable: Number
    """Of these, those that could not be read; of the others the model failed."""
    same: Number
    """Pictures of the same bytes as another, which were not analyzed again."""
    repaired: Number
    """Analyses whose scene the repair changed."""
    withdrawn: Number
    """Claims that were given up, by the model or by the repair."""
    seconds: Annotated[float, Field(ge=0)]
    """What this command took, without the loading of the model, in seconds."""

    @property
    def images_per_second(self) -> float:
        """Pictures that this command put on record, a second."""
        return self.now / self.seconds if self.seconds else 0.0

    @property
    def exit_code(self) -> int:
        """The worst there is: 0 all consistent, 1 not all, 2 a picture could not be read, 3 the model failed."""
        if self.failed > self.unreadable:
            return 3
        return 2 if self.unreadable else 1 if self.inconsistent or self.unknown else 0

    def to_json(self, indent: int | None = None) -> str:
        """Return it as JSON.

        Args:
            indent: spaces a level; None puts all on one line.
        """
        return self.model_dump_json(by_alias=True, indent=indent)

    def to_text(self) -> str:
        """Return it in three lines."""
        ends = [f"{self.consistent:,} consistent", f"{self.inconsistent:,} inconsistent"]
        more = ((self.unknown, "unknown"), (self.failed, "failed (errors.jsonl)"))
        ends += [f"{number:,} {what}" for number, what in more if number]
        same = f", {self.same:,} the same as another" if self.same else ""
        return (
            f"{self.images:,} images{same}: {', '.join(ends)}\n"
            f"{self.repaired:,} repaired, {self.withdrawn:,} claims withdrawn\n"
            f"{self.out}: {self.now:,} images in {self.seconds:.1f} s, {self.images_per_second:.1f} a second"
        )
