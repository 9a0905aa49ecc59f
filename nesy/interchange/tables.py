"""A flat table of claims, one a row, as CSV or Parquet: the columns of `Scene.to_frame`, and the scene of a row."""

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

from nesy.errors import InputError
from nesy.interchange.claim_rows import CLAIM_COLUMNS, NUMBERS, Row, claim_row, filled, scene_of, whole
from nesy.interchange.losses import Lost
from nesy.interchange.parquet_files import FirstRow, columns, pyarrow, rows
from nesy.scene import Scene

PICTURE_COLUMNS = {"image": "name", "width_px": "width_px", "height_px": "height_px", "sha256": "sha256"}
"""Column -> field of `ImageInfo`."""
TABLE_COLUMNS = ("scene", *PICTURE_COLUMNS, *CLAIM_COLUMNS)
_WHOLE = ("scene", "width_px", "height_px", "value")
_AT_ONCE = 10_000
"""Rows of Parquet that are held together."""
NAMELESS = "pictures of which nothing is known"
_LONGEST = 1 << 24
"""Characters of one field of CSV."""


def write_csv(scenes: Iterable[Scene], path: Path) -> Sequence[Lost]:
    """Write a row a claim; a scene without any has a row that says nothing but which picture it is of."""
    nameless = 0
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, TABLE_COLUMNS)
        writer.writeheader()
        for number, scene in enumerate(scenes, start=1):
            nameless += scene.image is not None and not any(scene.image.model_dump().values())
            for row in _told(number, scene):
                writer.writerow(
                    {name: repr(value) if isinstance(value, float) else value for name, value in row.items()}
                )
    return (Lost(NAMELESS, nameless),) if nameless else ()


def write_parquet(scenes: Iterable[Scene], path: Path) -> Sequence[Lost]:
    """Write the same table as Parquet.

    Raises:
        InputError: pyarrow is not installed.
    """
    arrow, parquet = pyarrow()
    schema = arrow.schema([(name, _type(arrow, name)) for name in TABLE_COLUMNS])
    with parquet.ParquetWriter(path, schema) as out:
        held: list[dict[str, Any]] = []
        for number, scene in enumerate(scenes, start=1):
            held += _told(number, scene)
            if len(held) >= _AT_ONCE:
                out.write_table(arrow.Table.from_pylist(held, schema))
                held = []
        out.write_table(arrow.Table.from_pylist(held, schema))
    return ()


def _told(number: int, scene: Scene) -> Iterator[dict[str, Any]]:
    image = {} if scene.image is None else scene.image.model_dump()
    of = {"scene": number, **{column: image.get(field) for column, field in PICTURE_COLUMNS.items()}}
    told = [{**of, **claim_row(claim)} for claim in scene.claims()]
    yield from told or [{**dict.fromkeys(TABLE_COLUMNS), **of}]


def read_csv(path: Path) -> Iterator[Scene | Lost]:
    """Yield the scenes of a table; see `read_parquet`.

    Raises:
        InputError: it is no table of claims; names the line.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            before = csv.field_size_limit(_LONGEST)
            try:
                reader = csv.DictReader(stream, strict=True)
                yield from _scenes(path, reader.fieldnames or (), _lines(path, reader))
            finally:
                csv.field_size_limit(before)
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: not UTF-8 text (byte {error.start}); save it as UTF-8") from None
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror or error})") from None
    except csv.Error as error:
        raise InputError(f"{path}: is no CSV ({error})") from None


def _lines(path: Path, reader: "csv.DictReader[str]") -> Iterator[tuple[str, Row]]:
    for row in reader:
        place = f"{path}:{reader.line_num}"
        if None in row or None in row.values():
            raise InputError(f"{place}: has {'more' if None in row else 'fewer'} fields than the first line has names")
        yield place, row


def read_parquet(path: Path) -> Iterator[Scene | Lost]:
    """Yield the scenes of a table: rows in a row belong together that have the same `scene`, else the same `image`.

    Raises:
        InputError: it is no table of claims, names the row; or pyarrow is not installed.
    """
    yield from _scenes(path, columns(path), rows(path, _AT_ONCE))


def fits_parquet(start: object) -> bool:
    """Tell whether the first row of a Parquet file is a claim's."""
    return isinstance(start, FirstRow) and {"kind", "id"} <= start.keys()


def _scenes(path: Path, names: Iterable[str], placed: Iterator[tuple[str, Row]]) -> Iterator[Scene | Lost]:
    have = tuple(names)
    if not {"kind", "id"} <= {*have}:
        shown = ", ".join(name[:30] for name in have[:8])
        raise InputError(f"{path}: is no table of claims: it has no columns id and kind, but {shown or 'none'}")
    unknown = [
        name for name in have if name not in TABLE_COLUMNS and name not in ("", "Unnamed: 0", "__index_level_0__")
    ]
    if unknown:
        yield Lost(
            f"columns that a scene has no place for ({', '.join(name[:30] for name in unknown[:8])})", len(unknown)
        )
    by = "scene" if "scene" in have else "image"
    seen: set[Any] = set()
    for key, group in groupby(placed, key=lambda one: one[1].get(by)):
        held = list(group)
        place = held[0][0]
        if key in seen:
            raise InputError(f"{place}: the rows of {by} {key} do not stand together; sort the table by {by}")
        seen.add(key)
        image = _image(held[0][1], place)
        for where, row in held:
            if _image(row, where) != image:
                raise InputError(f"{where}: names another picture than the first row of its scene")
        yield scene_of(held, image, place)


def _image(row: Row, place: str) -> Mapping[str, Any] | None:
    said = {field: row.get(column) for column, field in PICTURE_COLUMNS.items()}
    found = filled({**said, **{side: whole(said, side, place) for side in ("width_px", "height_px")}})
    known = bool(found) or (said["name"] == "" and _is_typed(row))
    return {"name": "", **found} if known else None


def _is_typed(row: Row) -> bool:
    """Tell whether an empty text is no missing value: in Parquet, where a number is a number."""
    return isinstance(row.get("scene"), int)


def _type(arrow: Any, name: str) -> Any:
    if name in _WHOLE:
        return arrow.int64()
    return arrow.float64() if name in NUMBERS else arrow.string()
