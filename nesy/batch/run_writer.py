"""The one who writes a run: takes what became of each picture, from however many workers, and adds it to the folder.

What is added has been handed to the operating system before the next is taken, so that the end of the process, at any
moment, loses nothing of it; once a second, and at the end of each piece, it is on the disk, for a power cut. A piece is
written before the index speaks of it.
"""

import os
import sys
import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Literal, NamedTuple, Self

from nesy.analysis import StopReason
from nesy.batch.line_file import LineFile, replace
from nesy.batch.parquet_pieces import need_parquet, pack
from nesy.batch.run_card import BatchCard, difference, joined
from nesy.batch.run_folder import (
    CARD,
    ERRORS,
    INDEX,
    LINES,
    PACKED,
    PIECES,
    entries,
    failures,
    index_is_sound,
    is_run,
    piece_file,
    piece_name,
    piece_numbers,
    read_card,
)
from nesy.batch.run_lines import Analyzed, Entry, Failure, Outcome
from nesy.errors import InputError

PIECE_ROWS, PIECE_BYTES = 1_000, 1 << 26
"""A piece ends after so many analyses, or so many bytes."""
_SYNC_S = 1.0
_LOCK = ".lock"


class _Known(NamedTuple):
    """What is held in memory of an analyzed picture: its entry, as small as it can be."""

    name: str
    sha256: bytes
    piece: str
    row: int
    offset: int
    status: Literal["consistent", "inconsistent", "unknown"]
    stop_reason: StopReason
    rounds: int
    claims: int
    withdrawn: int
    edits: int

    @classmethod
    def of(cls, entry: Entry) -> Self:
        """Keep an entry; texts that are the same for many are held once."""
        return cls(
            entry.name,
            bytes.fromhex(entry.sha256),
            sys.intern(entry.piece),
            entry.row,
            entry.offset,
            entry.status,
            entry.stop_reason,
            entry.rounds,
            entry.claims,
            entry.withdrawn,
            entry.edits,
        )

    def as_same(self, name: str) -> Entry:
        """Return the entry of another picture of the same bytes."""
        told = self._asdict() | {"name": name, "same_as": self.name, "sha256": self.sha256.hex()}
        return Entry(**told, consistent=self.status == "consistent")


class RunWriter:
    """Writes a run, alone: while it is open, nobody else can.

    Raises:
        InputError: the folder holds a run and is not to go on, or one that differs, or something else; another process
            writes it; or it cannot be written.
    """

    def __init__(
        self,
        folder: str | Path,
        card: BatchCard,
        *,
        resume: bool = False,
        force: bool = False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Begin a run, or go on with one.

        Args:
            folder: of the run; made where it is not there.
            card: what the run is of.
            resume: whether a run that is there goes on.
            force: whether a run that is there is removed.
            clock: tells seconds; of how often the disk is waited for.

        Raises:
            InputError: as the class.
        """
        self.folder = Path(folder)
        if card.records == "parquet":
            need_parquet()
        self._clock, self._synced = clock, clock()
        self._lock = _locked(self.folder)
        with ExitStack() as undone:
            undone.callback(os.close, self._lock)
            self._begin(card, resume=resume, force=force)
            undone.pop_all()

    def _begin(self, card: BatchCard, *, resume: bool, force: bool) -> None:
        there = (self.folder / CARD).exists()
        if force and there and is_run(self.folder):
            _remove(self.folder)
            there = False
        if there:
            old = read_card(self.folder)
            if not resume:
                raise InputError(f"{self.folder}: holds a run already; --resume goes on with it, --force begins anew")
            if differs := difference(old, card):
                raise InputError(f"{self.folder}: holds a run with {differs}; take another folder")
            card = joined(old, card)
        elif piece_numbers(self.folder) or (self.folder / INDEX).exists():
            raise InputError(f"{self.folder}: holds pieces of a run and no {CARD}; take another folder")
        self.card = card
        _make(self.folder / PIECES)
        self._write_card()
        self._mend()
        self._known: dict[str, _Known] = {}
        self._first: dict[bytes, _Known] = {}
        self.tally: Counter[str] = Counter()
        for entry in entries(self.folder):
            self._note(entry)
        self.failed = {one.name: one for one in failures(self.folder) if one.name not in self._known}
        self._superseded = False
        self._index, self._errors = LineFile(self.folder / INDEX), LineFile(self.folder / ERRORS)
        self._number = max(piece_numbers(self.folder), default=-1)
        self._piece: LineFile | None = None
        self._rows = 0
        self._go_on_with_piece()

    def _mend(self) -> None:
        """Leave the folder as though nobody had been killed: whole lines, and an index that knows them."""
        for left in (*self.folder.glob("*.tmp"), *(self.folder / PIECES).glob("*.tmp")):
            left.unlink(missing_ok=True)
        for number in piece_numbers(self.folder):
            lines = self.folder / PIECES / f"{piece_name(number)}{LINES}"
            if piece_file(self.folder, piece_name(number)).suffix == PACKED:
                lines.unlink(missing_ok=True)  # it was killed before it could remove them
            else:
                LineFile(lines).close()
        if not index_is_sound(self.folder):
            replace(self.folder / INDEX, (entry.line() for entry in entries(self.folder)))
        if self.card.records == "parquet":
            for number in piece_numbers(self.folder):
                self._pack(number)

    def _go_on_with_piece(self) -> None:
        """Open the last piece, where it has room."""
        piece = piece_name(self._number)
        path = self.folder / PIECES / f"{piece}{LINES}"
        if self._number < 0 or not path.exists():
            return
        with path.open("rb") as lines:
            self._rows = sum(1 for _ in lines)
        if self._rows < PIECE_ROWS and path.stat().st_size < PIECE_BYTES:
            self._piece = LineFile(path)

    def has_analysis(self, name: str, sha256: str | None) -> bool:
        """Tell whether a picture of this name and these bytes is analyzed (None: they cannot be read)."""
        known = self._known.get(name)
        return known is not None and sha256 == known.sha256.hex()

    def has_failed(self, name: str, sha256: str | None) -> bool:
        """Tell whether a picture of this name and these bytes could not be analyzed (None: they could not be read)."""
        failed = self.failed.get(name)
        return failed is not None and failed.sha256 == sha256

    def knows(self, sha256: str) -> bool:
        """Tell whether there is an analysis of these bytes, under whatever name."""
        return bytes.fromhex(sha256) in self._first

    def add(self, outcome: Outcome) -> None:
        """Put on record what became of a picture.

        Raises:
            InputError: it cannot be written; what was there before is whole.
        """
        if isinstance(outcome, Failure):
            self._fail(outcome)
        elif isinstance(outcome, Analyzed):
            piece = self._piece_with_room()
            entry = outcome.entry(piece_name(self._number), self._rows, piece.size)
            piece.append(outcome.line + b"\n")
            self._rows += 1
            self._put(entry)
        else:
            self._put(self._first[bytes.fromhex(outcome.sha256)].as_same(outcome.name))
        if self._clock() - self._synced >= _SYNC_S:
            self.sync()

    def _put(self, entry: Entry) -> None:
        self._index.append(entry.line())
        self._note(entry)
        self._superseded |= self.failed.pop(entry.name, None) is not None

    def _fail(self, failure: Failure) -> None:
        if self.failed.get(failure.name) != failure:
            self._superseded |= failure.name in self.failed
            self._errors.append(failure.line())
            self.failed[failure.name] = failure

    def forgive(self, name: str) -> None:
        """Strike a failure that is one no more."""
        self._superseded |= self.failed.pop(name, None) is not None

    def _note(self, entry: Entry) -> None:
        """Keep in mind what an entry says; of two of one name the later holds."""
        now, before = _Known.of(entry), self._known.get(entry.name)
        if entry.same_as is None:
            self._first.setdefault(now.sha256, now)
        for one, by in ((before, -1), (now, 1)):
            if one is not None:
                self.tally[one.status] += by
                self.tally["withdrawn"] += by * one.withdrawn
                self.tally["repaired"] += by * (one.edits > 0)
        self._known[now.name] = now

    def _piece_with_room(self) -> LineFile:
        if self._piece is not None and (self._rows >= PIECE_ROWS or self._piece.size >= PIECE_BYTES):
            self._end_piece()
        if self._piece is None:
            self._number, self._rows = self._number + 1, 0
            self._piece = LineFile(self.folder / PIECES / f"{piece_name(self._number)}{LINES}")
        return self._piece

    def _end_piece(self) -> None:
        if self._piece is None:
            return
        self.sync()
        self._piece.close()
        self._piece = None
        if self.card.records == "parquet":
            self._pack(self._number)

    def _pack(self, number: int) -> None:
        lines = self.folder / PIECES / f"{piece_name(number)}{LINES}"
        if lines.exists():
            pack(lines, lines.with_suffix(PACKED))

    def sync(self) -> None:
        """Return when all is on the disk, the pieces before the index.

        Raises:
            InputError: it cannot be written.
        """
        for file in (self._piece, self._index, self._errors):
            if file is not None:
                file.sync()
        self._synced = self._clock()

    def note_pictures(self, many: int | None) -> None:
        """Put on record how many pictures the data set holds, or this share of it.

        Raises:
            InputError: it cannot be written.
        """
        self.card = self.card.model_copy(update={"pictures": many})
        self._write_card()

    def __len__(self) -> int:
        return len(self._known)

    def __contains__(self, name: object) -> bool:
        return name in self._known

    def same(self) -> int:
        """Return how many of the analyzed pictures have the bytes of another."""
        return len(self._known) - len({known.sha256 for known in self._known.values()})

    def close(self) -> None:
        """End well: all on the disk, failures that were answered struck, and the folder free for others.

        Raises:
            InputError: it cannot be written.
        """
        try:
            self._end_piece()
            self.sync()
            if self._superseded:
                replace(self.folder / ERRORS, (failure.line() for failure in self.failed.values()))
        finally:
            for file in (self._piece, self._index, self._errors):
                if file is not None:
                    file.close()
            os.close(self._lock)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _write_card(self) -> None:
        replace(self.folder / CARD, [self.card.model_dump_json(by_alias=True, indent=1).encode() + b"\n"])


def _locked(folder: Path) -> int:
    """Make the folder, and keep all others from writing it, until this process lets go of it or ends."""
    try:
        import fcntl
    except ImportError:
        raise InputError(
            f"{folder}: this system has no locks that end with a process (flock); a run needs them"
        ) from None
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = os.open(folder / _LOCK, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o666)
    except OSError as error:
        raise InputError(f"{folder}: cannot be written ({error.strerror})") from None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        raise InputError(
            f"{folder}: another process is writing this run; wait for it, or take another folder"
        ) from None
    except OSError as error:
        os.close(lock)
        raise InputError(f"{folder}: cannot be locked ({error.strerror})") from None
    return lock


def _make(folder: Path) -> None:
    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        raise InputError(f"{folder}: cannot be written ({error.strerror})") from None


def _remove(folder: Path) -> None:
    """Remove what a run has written, and nothing else; the card last, which says that it is one."""
    pieces = (
        folder / PIECES / f"{piece_name(number)}{end}" for number in piece_numbers(folder) for end in (LINES, PACKED)
    )
    try:
        for path in (folder / INDEX, folder / ERRORS, *pieces, folder / CARD):
            path.unlink(missing_ok=True)
    except OSError as error:
        raise InputError(f"{folder}: cannot be written ({error.strerror})") from None
