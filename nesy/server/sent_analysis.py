"""`nesy.analysis/1` that a client sends -> an Analysis; a record that names files of this machine is refused unread."""

import json
from collections.abc import Mapping
from typing import Any

from nesy.analysis import Analysis
from nesy.errors import InputError
from nesy.image import Image
from nesy.server.bodies import Upload, read_json
from nesy.settings.templates import TEMPLATES, is_path


def sent_analysis(value: object, where: str, ontology: tuple[str, ...] | None = None) -> Analysis:
    """Read an analysis that a client sends.

    Args:
        value: JSON.
        where: its place, for messages.
        ontology: paths of the server's own ontology files, and the only ones that the analysis may name; None where
            nothing is made of it for which they would be read.

    Raises:
        InputError: it is none, or names a file.
    """
    _refuse_files(value, where, ontology)
    try:
        return Analysis.from_json(json.dumps(value), source=where)
    except RecursionError:
        raise InputError(f"{where}: nested too deep") from None


def analysis_beside(sent: Upload, image: Image, ontology: tuple[str, ...]) -> Analysis | None:
    """Return the analysis of a picture that was sent beside it, if one was.

    Args:
        sent: the picture, and what came with it.
        image: the picture, decoded.
        ontology: as `sent_analysis` takes it.

    Raises:
        InputError: it is no analysis, or one of another picture.
        Refusal: it is no JSON (400).
    """
    if "analysis" not in sent.records:
        return None
    analysis = sent_analysis(read_json(sent.record("analysis"), "analysis"), "analysis", ontology)
    if analysis.image.sha256 != image.sha256:
        raise InputError("analysis: it is of another picture than the one that was sent")
    return analysis


def _refuse_files(value: object, where: str, ontology: tuple[str, ...] | None = None) -> None:
    """Make sure that nothing in a record would be read as a file, now or when something is made of it.

    Settings read a prompt of one word as the path of a file; a record of them always holds the text itself.

    Raises:
        InputError: something would.
    """
    prompts = _at(_at(value, "settings"), "prompts")
    for kind in TEMPLATES:
        text = prompts.get(kind)
        if isinstance(text, str) and is_path(text):
            setting = f"settings.prompts.{kind}"
            raise InputError(f"{where}: {setting}: the text itself is expected; this server reads no files")
    files = _at(value).get("ontology")
    for place, file in enumerate(files if isinstance(files, list) else ()):
        if ontology is not None and _at(file).get("path") not in ontology:
            raise InputError(f"{where}: ontology.{place}: this server does not have that file")


def _at(value: object, key: str | None = None) -> Mapping[str, Any]:
    """Return an object, or what stands in it under a key; an empty one where there is none."""
    found = value if key is None else _at(value).get(key)
    return found if isinstance(found, Mapping) else {}
