"""A piece of a run as JSON Lines -> the same as Parquet, whole or not at all; and its analyses read back by row."""

import json
import os
from collections.abc import Iterator
from functools import cache
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nesy.batch.run_lines import Entry
from nesy.errors import InputError

if TYPE_CHECKING:
    import pyarrow.parquet

_GROUP = 64
"""Analyses that are packed, and unpacked, together."""
_COUNTS = ("rounds", "claims", "withdrawn", "edits")


def need_parquet() -> None:
    """Make sure that Parquet can be written.

    Raises:
        InputError: pyarrow is not there.
    """
    try:
        import pyarrow.parquet  # noqa: F401
    except ImportError:
        raise InputError("Parquet needs pyarrow: pip install 'nesy[parquet]'; jsonl needs nothing") from None


def pack(lines: Path, packed: Path) -> None:
    """Write a piece as Parquet: a row an analysis, with its columns to be asked for, its scene and itself as JSON.

    Args:
        lines: the piece as JSON Lines, whole lines alone; it is removed when `packed` is there.
        packed: where it goes.

    Raises:
        InputError: pyarrow is not there, or it cannot be written.
    """
    need_parquet()
    from pyarrow import Table, parquet

    draft = packed.with_name(packed.name + ".tmp")
    try:
        with lines.open("rb") as stream, parquet.ParquetWriter(draft, _schema(), compression="zstd") as writer:
            row = 0
            while some := list(islice(stream, _GROUP)):
                rows = [_row(line, row + place) for place, line in enumerate(some)]
                writer.write_table(Table.from_pylist(rows, schema=_schema()))
                row += len(some)
        with draft.open("rb+") as written:
            os.fsync(written.fileno())
        draft.replace(packed)
        lines.unlink()
    except OSError as error:
        raise InputError(f"{packed}: cannot be written ({error.strerror or error})") from None


@cache
def _schema() -> Any:
    import pyarrow as pa

    texts = [(name, pa.string()) for name in ("name", "sha256", "status", "stop_reason")]
    counts = [(name, pa.int32()) for name in _COUNTS]
    return pa.schema([*texts, ("consistent", pa.bool_()), *counts, ("scene", pa.string()), ("analysis", pa.string())])


def _row(line: bytes, row: int) -> dict[str, object]:
    text = line.decode("utf-8", "replace").rstrip("\n")
    analysis = json.loads(text)
    told = Entry.of(analysis, "", row, 0).model_dump(exclude={"piece", "row", "offset", "same_as"})
    return {**told, "scene": json.dumps(analysis["scene"], ensure_ascii=False), "analysis": text}


def rows_in(packed: Path) -> int:
    """Return how many analyses a piece holds.

    Raises:
        InputError: it is no Parquet, or pyarrow is not there.
    """
    with _opened(packed) as opened:
        return int(opened.metadata.num_rows)


def rows_of(packed: Path) -> Iterator[bytes]:
    """Yield the analyses of a piece as lines of JSON, some at a time.

    Raises:
        InputError: as `rows_in`.
    """
    with _opened(packed) as opened:
        for some in opened.iter_batches(batch_size=_GROUP, columns=["analysis"]):
            yield from (str(text).encode() for text in some.column(0).to_pylist())


class PackedPiece:
    """A piece whose analyses are taken by their rows; those packed together are unpacked once for neighbours."""

    def __init__(self, packed: Path) -> None:
        self._file = _opened(packed)
        self._group, self._held = -1, list[str]()

    def row(self, row: int) -> bytes:
        """Return the analysis of a row as a line of JSON."""
        group, place = divmod(row, _GROUP)
        if group != self._group:
            self._held = self._file.read_row_group(group, columns=["analysis"]).column(0).to_pylist()
            self._group = group
        return self._held[place].encode()

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def _opened(packed: Path) -> "pyarrow.parquet.ParquetFile":
    need_parquet()
    import pyarrow
    from pyarrow import parquet

    try:
        return parquet.ParquetFile(packed)
    except (OSError, pyarrow.ArrowException) as error:
        raise InputError(f"{packed}: is no Parquet file, or damaged ({str(error).splitlines()[0]})") from None
