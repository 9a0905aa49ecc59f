"""The one table of the field's measures (`nesy.metrics/1`): what, how much, of how many pictures and claims."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from nesy.errors import InputError

_DIGITS = 6


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class MetricRow(_Frozen):
    """One figure.

    >>> MetricRow(metric="sgdet", name="R@50", value=0.25, images=4, made=9, true=8).value
    0.25
    """

    metric: str
    """Whose it is: a name that `--metrics` takes."""
    name: str
    """As the field calls it: `R@50`."""
    value: float | None
    """A share in [0, 1]; None where there is nothing to take it of."""
    before: float | None = Field(default=None, exclude_if=lambda value: value is None)
    """The same of the first description, where `value` is of the last."""
    images: int
    """Pictures, or questions, that it is taken of."""
    made: int
    """Claims, or answers, that were compared."""
    true: int
    """Claims that are true, or questions with a label."""


class MetricsTable(_Frozen):
    """What was measured, on what, ranked by what.

    >>> row = MetricRow(metric="chair", name="CHAIRi", value=0, images=1, made=2, true=2)
    >>> table: MetricsTable = metrics_table([row])
    >>> print(table.to_text())
    metric  measure   value  images    made    true
    chair   CHAIRi   0.0000       1       2       2
    """

    schema_: Literal["nesy.metrics/1"] = Field(default="nesy.metrics/1", alias="schema")
    rows: tuple[MetricRow, ...]
    """The figures, metric by metric."""
    ranked_by: str | None = None
    """By what claims stand in their order, in words; None where no measure ranks."""
    notes: dict[str, str] = {}
    """Metric -> what to know of how it is counted."""
    told: str = ""
    """What was compared, in one line."""

    def to_json(self, indent: int | None = None) -> str:
        """Return the table as JSON.

        Args:
            indent: spaces a level; None puts all on one line.
        """
        return self.model_dump_json(by_alias=True, indent=indent)

    def to_text(self) -> str:
        """Return the table in columns, with what was compared above it and the notes below."""
        both = any(row.before is not None for row in self.rows)
        head = [*(["before", "after"] if both else ["value"]), "images", "made", "true"]
        wide, wider = (max([len(text), *map(len, column)]) for text, column in self._names())
        lines = [self.told] if self.told else []
        if self.ranked_by is not None:
            lines.append(f"ranked by {self.ranked_by}")
        lines.append(f"{'metric':{wide}}  {'measure':{wider}}" + "".join(f"{name:>8}" for name in head))
        for row in self.rows:
            figures = [_share(row.before), _share(row.value)] if both else [_share(row.value)]
            counts = [str(row.images), str(row.made), str(row.true)]
            lines.append(
                f"{row.metric:{wide}}  {row.name:{wider}}" + "".join(f"{cell:>8}" for cell in (*figures, *counts))
            )
        return "\n".join([*lines, *(f"{name}: {note}" for name, note in self.notes.items())])

    def _names(self) -> tuple[tuple[str, list[str]], tuple[str, list[str]]]:
        return ("metric", [row.metric for row in self.rows]), ("measure", [row.name for row in self.rows])


def metrics_table(
    rows: Iterable[MetricRow], ranked_by: str | None = None, notes: Mapping[str, str] | None = None, told: str = ""
) -> MetricsTable:
    """Put figures together, rounded to six digits."""
    rounded = (
        row.model_copy(update={"value": None if row.value is None else round(row.value, _DIGITS)}) for row in rows
    )
    return MetricsTable(rows=tuple(rounded), ranked_by=ranked_by, notes=dict(notes or {}), told=told)


def beside(before: MetricsTable, after: MetricsTable) -> MetricsTable:
    """Return the later table with the figures of the earlier one beside its own."""
    earlier = {(row.metric, row.name): row.value for row in before.rows}
    rows = (row.model_copy(update={"before": earlier.get((row.metric, row.name))}) for row in after.rows)
    return after.model_copy(update={"rows": tuple(rows)})


def chosen(
    given: str, known: Sequence[str], others: Mapping[str, Sequence[str]], every: Sequence[str] | None = None
) -> tuple[str, ...]:
    """Return the metrics that a list of names means, each once.

    >>> chosen("SGG, hico-det", ("sgdet", "hico"), {})
    ('sgdet', 'hico')

    Args:
        given: names, with commas between them.
        known: that can be taken here.
        others: metrics that cannot, by what they take.
        every: what `all` means; None: all that are known.

    Raises:
        InputError: a name is unknown, or its metric takes something else; tells the names that there are.
    """
    names = [name.strip() for name in given.split(",") if name.strip()]
    told = f"there are: {', '.join(known)}, all"
    if not names:
        raise InputError(f"--metrics {given!r}: no metric in it; {told}")
    meant = {plain(name): name for name in known}
    elsewhere = {plain(name): (name, what) for what, some in others.items() for name in some}
    found: list[str] = []
    for name in names:
        asked = plain(name)
        if asked == "all":
            found += known if every is None else every
        elif asked in meant:
            found.append(meant[asked])
        elif asked in elsewhere:
            other, what = elsewhere[asked]
            raise InputError(f"--metrics {name}: {other} is taken of {what}; here {told}")
        else:
            raise InputError(f"--metrics {name}: unknown; {told}")
    return tuple(dict.fromkeys(found))


_ALIASES = {"sgg": "sgdet", "hicodet": "hico", "boxes": "coco"}


def plain(name: str) -> str:
    """Return a name as names are compared: without capitals and dashes, by the shorter one where there are two.

    >>> plain("Tri-HE"), plain("HICO-DET")
    ('trihe', 'hico')
    """
    bare = name.strip().lower().replace("-", "").replace("_", "")
    return _ALIASES.get(bare, bare)


def _share(value: float | None) -> str:
    return "none" if value is None else f"{value:.4f}"
