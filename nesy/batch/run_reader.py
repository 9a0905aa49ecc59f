"""The folder of a run, or several -> its analyses, read one by one as they are wanted, or by name."""

import json
from collections.abc import Iterator, Sequence
from contextlib import closing
from functools import cached_property
from pathlib import Path
from typing import BinaryIO, NamedTuple

from nesy.analysis import Analysis
from nesy.batch.parquet_pieces import PackedPiece
from nesy.batch.run_card import BatchCard, difference
from nesy.batch.run_folder import CARD, PACKED, entries, failures, piece_file, read_card
from nesy.batch.run_lines import Entry, Failure
from nesy.errors import InputError


class _Place(NamedTuple):
    """Where an analysis stands."""

    folder: int
    piece: str
    row: int
    offset: int
    own: bool
    """Whether it is of this very picture, and not of another of the same bytes."""


class Run:
    """The analyses of one run, or of several that are parts of one: each picture's once, in the order of the record.

    Of a run that was killed, and of one that is being written, it holds all that is whole; nothing is changed.

    >>> import tempfile
    >>> import nesy
    >>> from nesy.models.scripted import ScriptedModel
    >>> pipeline = nesy.Pipeline(ScriptedModel(lambda request: '{"entities": [{"id": "cup_1"}]}'))
    >>> from nesy.batch import analyze
    >>> with tempfile.TemporaryDirectory() as out:
    ...     _ = analyze("examples/images/r*.png", out, pipeline)
    ...     run = nesy.Run(out)
    ...     len(run), run["ride.png"].consistent, [entry.claims for entry in run.entries()], list(run.failures())
    (3, True, [1, 1, 1], [])

    Args:
        folders: of runs; a folder that is none may hold them.

    Raises:
        InputError: a folder is no run and holds none, or the runs are of another model, other settings or rules.
    """

    def __init__(self, *folders: str | Path) -> None:
        self.folders: tuple[Path, ...] = tuple(run for folder in folders for run in _runs_in(Path(folder)))
        """Of the runs, in order."""
        if not self.folders:
            raise InputError("no run is named; the folder of one would be right")
        self.cards: tuple[BatchCard, ...] = tuple(map(read_card, self.folders))
        """What each of them is of."""
        for folder, card in zip(self.folders, self.cards, strict=True):
            alike = card.model_copy(update={"shard": self.cards[0].shard, "records": self.cards[0].records})
            if differs := difference(self.cards[0], alike):
                raise InputError(
                    f"{folder}: is of {differs}, seen from {self.folders[0]}; they are no parts of one run"
                )

    def __iter__(self) -> Iterator[Analysis]:
        """Yield the analyses, one at a time.

        Raises:
            InputError: a piece is damaged; names file and line.
        """
        for where, text in self.lines():
            yield Analysis.from_json(text, source=where)

    def __len__(self) -> int:
        return len(self._places)

    def __contains__(self, name: object) -> bool:
        return name in self._places

    def __getitem__(self, name: str) -> Analysis:
        """Return the analysis of a picture.

        Raises:
            InputError: there is none of this name, or its piece is damaged.
        """
        where, text = self.line(name)
        return Analysis.from_json(text, source=where)

    def names(self) -> Iterator[str]:
        """Yield the names of the pictures, in order.

        Raises:
            InputError: a piece is damaged; names file and line.
        """
        return iter(self._places)

    def entries(self) -> Iterator[Entry]:
        """Yield what the index says of each picture: where its analysis stands, and what came out.

        Raises:
            InputError: a piece is damaged; names file and line.
        """
        for number, folder in enumerate(self.folders):
            for entry in entries(folder):
                if self._places.get(entry.name) == _place_of(entry, number):
                    yield entry

    def failures(self) -> Iterator[Failure]:
        """Yield the pictures that have no analysis, and why.

        Raises:
            InputError: a line of `errors.jsonl` is damaged; names file and line.
        """
        last = {one.name: one for folder in self.folders for one in failures(folder)}
        return (one for one in last.values() if one.name not in self._places)

    def lines(self) -> Iterator[tuple[str, bytes]]:
        """Yield where each analysis stands, file and line, and its text: `nesy.analysis/1` on one line.

        Raises:
            InputError: a piece is damaged; names the file.
        """
        with closing(_Pieces(self.folders)) as pieces:
            for name, place in self._places.items():
                yield pieces.line(name, place)

    def line(self, name: str) -> tuple[str, bytes]:
        """Return where the analysis of a picture stands, file and line, and its text.

        Raises:
            InputError: there is none of this name, or its piece is damaged.
        """
        if name not in self._places:
            raise InputError(f"{self.folders[0]}: holds no analysis of {name}; it has {len(self):,}")
        with closing(_Pieces(self.folders)) as pieces:
            return pieces.line(name, self._places[name])

    @cached_property
    def _places(self) -> dict[str, _Place]:
        """Name of every picture -> where its analysis stands; of two the later."""
        found: dict[str, _Place] = {}
        for number, folder in enumerate(self.folders):
            for entry in entries(folder):
                found.pop(entry.name, None)
                found[entry.name] = _place_of(entry, number)
        return found


class _Pieces:
    """Reads analyses at their places; the piece last read stays open for its neighbours, until all is closed."""

    def __init__(self, folders: tuple[Path, ...]) -> None:
        self._folders = folders
        self._path: Path | None = None
        self._lines: BinaryIO | None = None
        self._packed: PackedPiece | None = None

    def line(self, name: str, place: _Place) -> tuple[str, bytes]:
        """Return where an analysis stands, file and line, and its text; InputError where it cannot be read."""
        path = piece_file(self._folders[place.folder], place.piece)
        try:
            text = self._text(path, place)
        except OSError as error:
            raise InputError(f"{path}: cannot be read ({error.strerror})") from None
        if not place.own:
            analysis = json.loads(text)
            analysis["image"]["name"] = name
            text = json.dumps(analysis, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
        return f"{path}:{place.row + 1}", text

    def _text(self, path: Path, place: _Place) -> bytes:
        if path != self._path:
            self.close()
            if path.suffix == PACKED:
                self._packed = PackedPiece(path)
            else:
                self._lines = path.open("rb")
            self._path = path
        if self._packed is not None:
            return self._packed.row(place.row)
        assert self._lines is not None
        self._lines.seek(place.offset)
        return self._lines.readline().rstrip(b"\n")

    def close(self) -> None:
        """Close the piece that is open."""
        for piece in (self._lines, self._packed):
            if piece is not None:
                piece.close()
        self._path = self._lines = self._packed = None


def read_run(*folders: str | Path) -> Run:
    """Read the run that `nesy analyze FOLDER --out RUN` wrote, or the parts of one.

    >>> import nesy
    >>> nesy.read_run("examples")
    Traceback (most recent call last):
    nesy.errors.InputError: examples: no run, for it has no run.json; `nesy analyze FOLDER --out RUN` makes one

    Args:
        folders: of runs (`--shard 1/4`, `--shard 2/4` ...); a folder that is none may hold them.

    Raises:
        InputError: a folder is no run and holds none, or the runs are of another model, other settings or rules.
    """
    return Run(*folders)


def _runs_in(folder: Path) -> Sequence[Path]:
    if not (folder / CARD).exists() and folder.is_dir():
        inside = sorted(one.parent for one in folder.glob(f"*/{CARD}"))
        if inside:
            return inside
    return [folder]


def _place_of(entry: Entry, folder: int) -> _Place:
    return _Place(folder, entry.piece, entry.row, entry.offset, own=entry.same_as is None)
