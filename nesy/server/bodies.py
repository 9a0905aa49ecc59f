"""The body of a request -> JSON, or a picture with the fields beside it; what cannot be used is refused in one line."""

import base64
import binascii
import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import PurePosixPath
from typing import Any, NoReturn, TypeVar

import PIL.Image
from fastapi import Request
from pydantic import BaseModel, ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException

from nesy.errors import UNSEEN, InputError
from nesy.image import Image
from nesy.scene.json_reading import one_line
from nesy.server.refusal import Refusal

Model = TypeVar("Model", bound=BaseModel)

JSON = "application/json"
LINES = ("application/x-ndjson", "application/jsonl", "application/jsonlines", "application/x-jsonlines")
_RAW = ("application/octet-stream", "binary/octet-stream")
_DATA_URL = re.compile(r"data:(?P<kind>[\w.+/-]*)(;[\w.+-]+=[^;,]*)*(?P<base64>;base64)?,", re.IGNORECASE | re.ASCII)
_EXPECTED = "a data URL is expected (data:image/png;base64,...)"
_MOST_FIELDS = 20
_MOST_NAME = 200
_MOST_TEXT = 100_000
RECORDS = ("scene", "analysis")
"""What may be sent beside a picture and is a record of nesy: in a form a file of this name, in JSON an object."""


@dataclass(frozen=True)
class Upload:
    """A picture as it was sent, not yet decoded, and what came beside it."""

    data: bytes = field(repr=False)
    name: str = "image"
    fields: Mapping[str, str] = field(default_factory=dict)
    records: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    """JSON that is not read yet, by its name of `RECORDS`."""

    def record(self, name: str) -> bytes:
        """Return a record.

        Raises:
            Refusal: there is none of that name (400).
        """
        if name not in self.records:
            raise Refusal(400, f"{name}: a file of that name (in JSON, an object) is expected", "invalid_value", name)
        return self.records[name]


def media_type(request: Request) -> str:
    """Return the media type of a body, without its parameters; empty where none is given."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


async def json_object(request: Request) -> dict[str, Any]:
    """Read a body as a JSON object.

    Raises:
        Refusal: it is of another type (415), no JSON or no object (400), or too large (413).
    """
    kind = media_type(request)
    if kind != JSON and not kind.endswith("+json"):
        raise Refusal(415, f"a body of type application/json is expected, got {shown(kind) or 'none'}", "wrong_type")
    value = await run_in_threadpool(read_json, await request.body(), "the body")
    if not isinstance(value, dict):
        raise Refusal(400, "the body is no JSON object", "invalid_json")
    return value


def read_json(data: bytes, where: str) -> Any:
    """Read strict JSON: no NaN, no Infinity, no key twice in one object.

    Raises:
        Refusal: it is none.
    """
    try:
        return json.loads(data, object_pairs_hook=_each_key_once, parse_constant=_no_number, parse_float=_finite)
    except RecursionError:
        raise Refusal(400, f"{where} is nested too deep", "invalid_json") from None
    except UnicodeDecodeError:
        raise Refusal(400, f"{where} is no text in UTF-8", "invalid_json") from None
    except ValueError as error:
        raise Refusal(400, f"{where} is no JSON: {shown(str(error))}", "invalid_json") from None


def read_as(kind: type[Model], value: Mapping[str, Any]) -> Model:
    """Read a JSON object as a `kind`.

    Raises:
        Refusal: it is none; names the field (400).
    """
    try:
        return kind.model_validate(value)
    except ValidationError as error:
        place = ".".join(map(str, error.errors(include_url=False, include_context=False)[0]["loc"]))
        raise Refusal(400, shown(one_line(error)), "invalid_value", shown(place) or None) from None


async def upload(request: Request) -> Upload:
    """Read a picture: of multipart/form-data the first file, of JSON `image` (base64, or a data URL), else the body.

    Raises:
        Refusal: there is no picture, or several; the type is another (415); it is too large (413).
    """
    kind = media_type(request)
    if kind == "multipart/form-data":
        return await _of_form(request)
    if kind == JSON:
        body = await json_object(request)
        image = body.get("image")
        if not isinstance(image, str):
            raise Refusal(400, "image: a picture in base64, or a data URL, is expected", "invalid_value", "image")
        data = await run_in_threadpool(picture_data, image, "image", bare=True)
        records = {key: json.dumps(body.pop(key)).encode() for key in RECORDS if isinstance(body.get(key), dict)}
        fields = {key: _text(key, value) for key, value in body.items() if key != "image"}
        return Upload(data, _name(body.get("name")), fields, records)
    if kind.startswith("image/") or kind in _RAW:
        data = await request.body()
        if not data:
            raise Refusal(400, "the body is empty; a picture is expected", "invalid_value")
        return Upload(data, _name(request.query_params.get("name")), dict(request.query_params))
    expected = "multipart/form-data, application/json or image/* is expected"
    raise Refusal(415, f"{expected}, got {shown(kind) or 'none'}", "wrong_type")


def picture_data(url: str, where: str, *, bare: bool = False) -> bytes:
    """Return the bytes of a data URL (RFC 2397).

    Args:
        url: `data:image/png;base64,...`.
        where: its place in the body.
        bare: whether base64 alone may stand there, too.

    Raises:
        Refusal: it is none. Nothing is fetched: an address of a picture is refused, too.
    """
    start = url[:200].lstrip()
    matched = _DATA_URL.match(url.lstrip()[:500])
    if matched is None:
        if re.match(r"[a-z][a-z0-9+.-]*:", start, re.IGNORECASE):
            raise Refusal(
                400,
                f"{where}: {_EXPECTED}; this server fetches no pictures, and reads no files",
                "unsupported_image_url",
                where,
            )
        if not bare:
            raise Refusal(400, f"{where}: {_EXPECTED}", "invalid_image", where)
        payload = url
    elif not matched["base64"]:
        raise Refusal(
            400, f"{where}: a data URL in base64 is expected (data:image/png;base64,...)", "invalid_image", where
        )
    else:
        payload = url.lstrip()[matched.end() :]
    try:
        data = base64.b64decode(re.sub(r"\s+", "", payload.replace("%2B", "+").replace("%2F", "/")), validate=True)
    except (binascii.Error, ValueError):
        raise Refusal(400, f"{where}: this is no base64", "invalid_image", where) from None
    if not data:
        raise Refusal(400, f"{where}: the picture is empty", "invalid_image", where)
    return data


def decoded(data: bytes, name: str, most_pixels: int) -> Image:
    """Decode a picture.

    Raises:
        InputError: it is none, or has too many pixels.
    """
    _refuse_large(data, name, most_pixels)
    try:
        return Image.from_bytes(data, name)
    except InputError as error:
        # Pillow names the object that it read from, and its place in memory.
        raise InputError(re.sub(r"<[^>]*\bat 0x[0-9a-f]+>", "the picture", str(error))) from None


def shown(text: str) -> str:
    """Return a text of the request as a message can hold it: on one line, and short."""
    return re.sub(f"[{UNSEEN}]+", " ", text[:400]).strip()


def _refuse_large(data: bytes, name: str, most_pixels: int) -> None:
    """Refuse a picture by what its header says, before it is decoded; what is no picture is told by who decodes it."""
    try:
        with PIL.Image.open(BytesIO(data)) as opened:
            width, height = opened.size
    except PIL.Image.DecompressionBombError:
        raise InputError(f"{name}: more pixels than the limit of {most_pixels}") from None
    except (OSError, SyntaxError, ValueError, EOFError, LookupError, TypeError, ArithmeticError):
        return
    if width * height > most_pixels:
        raise InputError(f"{name}: {width}x{height} pixels is more than the limit of {most_pixels}")


async def _of_form(request: Request) -> Upload:
    try:
        form = await request.form(max_files=2 + len(RECORDS), max_fields=_MOST_FIELDS, max_part_size=_MOST_TEXT)
    except HTTPException as error:  # what starlette makes of a broken form
        raise Refusal(400, f"the form cannot be read: {shown(str(error.detail))}", "invalid_form") from None
    try:
        sent = [(key, value) for key, value in form.multi_items() if isinstance(value, UploadFile)]
        files = [value for key, value in sent if key not in RECORDS]
        if len(files) != 1:
            raise Refusal(400, f"one file is expected, a picture; got {len(files)}", "invalid_value", "file")
        records = {key: await value.read() for key, value in sent if key in RECORDS}
        data = await files[0].read()
        if not data:
            raise Refusal(400, "the file is empty; a picture is expected", "invalid_value", "file")
        fields = {key: value for key, value in form.multi_items() if isinstance(value, str)}
        return Upload(data, _name(fields.get("name") or files[0].filename), fields, records)
    finally:
        await form.close()


def _name(given: object) -> str:
    """Return a name for a picture: the last part of what the client calls it, of printable signs alone."""
    if not isinstance(given, str):
        return "image"
    return shown(PurePosixPath(given.replace("\\", "/")).name)[:_MOST_NAME] or "image"


def _text(key: str, value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if not isinstance(value, (str, int, float)):
        raise Refusal(400, f"{shown(key)}: a text is expected", "invalid_value", shown(key))
    return str(value)


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number in JSON")


def _each_key_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        raise ValueError(f"the key {next(key for key in keys if keys.count(key) > 1)!r} stands twice in one object")
    return found


def _finite(digits: str) -> float:
    value = float(digits)
    if not math.isfinite(value):
        raise ValueError("a number is too large")
    return value
