"""`nesy report`: analyses in; one page out, a file by itself that shows what was claimed, doubted and withdrawn."""

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nesy.cli.console import growing, notice, write_all
from nesy.cli.out_option import ForceOption, writable
from nesy.errors import InputError

if TYPE_CHECKING:
    from nesy.cli.recorded_pictures import Recorded, Records
    from nesy.rendering.report.page import Record

_USUAL_LIMIT = 500
"""Pictures of a page, unless more are wanted: a browser holds them all."""
_KB = 1000


class _Sizes:
    """How many pictures a page shows, and what they take of it, in bytes."""

    def __init__(self) -> None:
        self.records = self.pixels = self.all = 0
        self.missing: Counter[str] = Counter()
        """Why pictures are shown without their pixels -> how many."""

    def told(self, out: Path) -> str:
        """Say so in one line."""
        each, pixels = (total / max(1, self.records) / _KB for total in (self.all, self.pixels))
        return (
            f"{out}: {_pictures(self.records)}, {self.all / _KB:,.0f} KB: {each:,.0f} KB a picture, {pixels:,.0f} of "
            "them its pixels"
        )


def _pictures(number: int) -> str:
    return f"{number:,} {'picture' if number == 1 else 'pictures'}"


def report(
    records: Annotated[
        list[Path],
        typer.Argument(
            metavar="RUN|ANALYSIS...",
            help="A run, a folder of *.analysis.json or *.video.json, a file of analyses (.json, .jsonl), or a folder "
            "of `nesy evaluate --runs`.",
            show_default=False,
        ),
    ],
    out: Annotated[Path, typer.Option("--out", "-o", metavar="FILE", help="The page: .html.", show_default=False)],
    images: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Where the pictures lie.", show_default="near their records"),
    ] = None,
    limit: Annotated[
        int,
        typer.Option(min=1, metavar="N", help="Only the N pictures that changed most, then those doubted most."),
    ] = _USUAL_LIMIT,
    side: Annotated[
        int, typer.Option(min=64, max=4096, metavar="PX", help="A larger picture is reduced to this longer side.")
    ] = 960,
    arm: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Of a folder of traces: which arm.", show_default="full, or the last"),
    ] = None,
    title: Annotated[
        str | None, typer.Option(metavar="TEXT", help="The heading of the page.", show_default="what is read")
    ] = None,
    force: ForceOption = False,
) -> None:
    """Write one page that shows pictures with what was claimed, who objected, and what was withdrawn and why.

    It is a file by itself, for any browser: no network, no server. A record whose picture is not at hand is shown
    without its pixels.
    """
    if out.suffix.lower() not in (".html", ".htm"):
        raise InputError(f"--out {out}: the page is HTML; the ending .html would be right")
    writable(out, force=force)
    _refuse_itself(out, records)
    from nesy.cli.recorded_pictures import Records

    read = Records(records, images, arm)
    sizes = _Sizes()
    heading = title or f"Report of {', '.join(path.name or str(path) for path in records[:3])}"
    write_all(out.parent, {out.name: _page(read, heading, limit, side, sizes)})
    sizes.all = out.stat().st_size
    notice(sizes.told(out))
    for why, number in sizes.missing.items():
        notice(f"{_pictures(number)} without pixels: {why}")
    for note in read.notes:
        notice(note)


def _refuse_itself(out: Path, records: list[Path]) -> None:
    """Refuse a page that would take the place of what it tells of."""
    for path in records:
        if out.exists() and path.exists() and out.samefile(path):
            raise InputError(f"--out {out}: is what the report is of; another name would be right")


def _page(read: "Records", title: str, limit: int, side: int, sizes: _Sizes) -> Iterator[bytes]:
    """Yield the page. All is read before it, to know what changed most; no more than one record is held.

    Raises:
        InputError: there is no analysis at all.
    """
    from nesy.rendering.report.page import Record, page

    with growing("reading", None) as advance:
        weights = list(_weights(read, advance))
    if not weights:
        raise InputError("no analysis to report of")
    wanted = set(sorted(range(len(weights)), key=weights.__getitem__, reverse=True)[:limit])

    def shown() -> Iterator[Record]:
        with growing("reporting", len(wanted)) as advance:
            for place, one in enumerate(read):
                if place in wanted:
                    yield _record(one, side, sizes)
                    advance(1)
        if len(wanted) < len(weights):
            read.notes.append(
                f"Shown are {len(wanted):,} of {len(weights):,} pictures: those that changed most, then those doubted "
                "most. --limit N shows more."
            )

    for piece in page(shown(), title, read.notes):
        yield piece.encode("utf-8", "replace")


def _weights(read: "Records", advance: Callable[[int], None]) -> Iterator[tuple[int, int]]:
    from nesy.analysis.life import every_life
    from nesy.rendering.report.case_view import cases, weight

    for one in read:
        yield weight(cases(every_life(one.analysis)))
        advance(1)


def _record(one: "Recorded", side: int, sizes: _Sizes) -> "Record":
    from nesy.rendering.report.embedded_picture import embedded
    from nesy.rendering.report.page import Record
    from nesy.rendering.report.record_view import record_view

    picture, missing = one.picture()
    sizes.records += 1
    if picture is None:
        sizes.missing[missing] += 1
        return Record(record_view(one.analysis), None, missing)
    pixels = embedded(picture.pixels, side)
    sizes.pixels += len(pixels)
    return Record(record_view(one.analysis, picture.size_px), pixels)
