"""How the bodies that routes read themselves are described in the interface (OpenAPI)."""

from collections.abc import Mapping, Sequence
from typing import Any

from nesy.server.bodies import JSON, LINES

_FILE = {"type": "string", "format": "binary"}
ANALYSIS = {"analysis": "nesy.analysis/1"}
"""A record that may be beside a picture, and what it is."""


def json_body(what: str) -> dict[str, Any]:
    """Return the description of a body that is an object of JSON."""
    return {"required": True, "content": {JSON: {"schema": {"type": "object", "description": what}}}}


CHECKED: Mapping[str, Any] = {
    "required": True,
    "content": {
        **json_body("nesy.scene/1 or nesy.analysis/1, or {scene, evidence, closed}")["content"],
        LINES[0]: {"schema": {"type": "string", "description": "such an object in each line"}},
    },
}


def picture_body(
    fields: Mapping[str, Any] | None = None,
    records: Mapping[str, str] | None = None,
    optional: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Return the description of a body that holds a picture.

    Args:
        fields: beside it, with their schemas; those without a `default` are required.
        records: that are required, with what they are: a file in a form, an object in JSON.
        optional: records that may be left out.
    """
    fields, needed, records = fields or {}, records or {}, {**(records or {}), **(optional or {})}
    required = [*(name for name, schema in fields.items() if "default" not in schema), *needed]
    named = {"name": {"type": "string"}, **fields}
    files = {one: {**_FILE, "description": what} for one, what in records.items()}
    objects = {one: {"type": "object", "description": what} for one, what in records.items()}
    image = {"type": "string", "description": "base64, or a data URL"}
    content = {
        "multipart/form-data": _object({"file": _FILE, **files, **named}, ["file", *required]),
        JSON: _object({"image": image, **objects, **named}, ["image", *required]),
    }
    if not needed:
        content["image/*"] = {"schema": _FILE}
    return {"required": True, "content": content}


def _object(properties: Mapping[str, Any], required: Sequence[str]) -> dict[str, Any]:
    return {"schema": {"type": "object", "properties": dict(properties), "required": list(required)}}
