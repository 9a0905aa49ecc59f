"""The body of a check -> scenes with what they are held against, and their verdicts."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from threading import Event, Lock
from typing import Any

from nesy.errors import InputError
from nesy.grounding import check_against
from nesy.grounding.sight import Source
from nesy.observations import Observations
from nesy.pipeline import Pipeline
from nesy.scene import Scene
from nesy.server.attended_model import Stopped
from nesy.server.bodies import read_json
from nesy.server.refusal import Refusal
from nesy.server.sent_analysis import sent_analysis
from nesy.verdict import Verdict

_WHAT = ("scene", "evidence", "closed")
_MOST_LINES = 10_000


@dataclass(frozen=True)
class ToCheck:
    """A scene, and what it is held against."""

    scene: Scene
    evidence: tuple[Source, ...] = ()
    closed: frozenset[str] = frozenset()

    def verdict(self, pipeline: Pipeline) -> Verdict:
        """Return what rules and evidence say of it."""
        if not self.evidence:
            return pipeline.check(self.scene)
        return check_against(
            self.scene, self.evidence, closed=self.closed, ontology=pipeline.ontology, rules=pipeline.rules
        )


def read_check(value: object, where: str, categories: Callable[[], frozenset[str]]) -> ToCheck:
    """Read a scene or an analysis; or `{"scene": ..., "evidence": [...], "closed": "coco" | [words]}`.

    Args:
        value: JSON.
        where: its place, for messages.
        categories: gives the words of `coco`.

    Raises:
        InputError: it is neither; names the field.
    """
    if not isinstance(value, Mapping):
        raise InputError(f'{where}: a scene ({{"entities": [...]}}) is expected')
    if "scene" not in value or value.get("schema") == "nesy.analysis/1":
        return ToCheck(_scene(value, where))
    if other := sorted(set(value) - set(_WHAT)):
        raise InputError(f"{where}: {other[0]}: unknown key; {', '.join(_WHAT)} are known")
    given = value.get("evidence") or []
    evidence = given if isinstance(given, list) else [given]
    sources = tuple(_source(one, f"{where}: evidence.{place}") for place, one in enumerate(evidence))
    return ToCheck(_scene(value["scene"], f"{where}: scene"), sources, _closed(value.get("closed"), where, categories))


def lines_checked(pipeline: Pipeline, data: bytes, floor: Lock, stopped: Event) -> bytes:
    """Check a scene a line; in the place of a line that is no scene stands `nesy.error/1`, and the others go on.

    Args:
        pipeline: whose rules are asked.
        data: JSON Lines.
        floor: is taken for each line, so that others get their turn between them.
        stopped: set when nobody waits any more.

    Raises:
        Refusal: there are no lines, or too many (400).
        Stopped: nobody waits any more.
    """
    lines = [(number, line) for number, line in enumerate(data.split(b"\n"), start=1) if line.strip()]
    if not lines:
        raise Refusal(400, "the body is empty; a scene in each line is expected", "invalid_value")
    if len(lines) > _MOST_LINES:
        raise Refusal(400, f"{len(lines)} lines; at most {_MOST_LINES} are checked at once", "invalid_value")
    return b"".join(_checked(pipeline, number, line, floor, stopped) for number, line in lines)


def checked(pipeline: Pipeline, value: object, floor: Lock) -> str:
    """Check one scene; return `nesy.verdict/1`.

    Raises:
        InputError: as `read_check`.
    """
    with floor:
        return read_check(value, "the body", lambda: pipeline.ontology.categories).verdict(pipeline).to_json()


def _checked(pipeline: Pipeline, number: int, line: bytes, floor: Lock, stopped: Event) -> bytes:
    if stopped.is_set():
        raise Stopped
    where = f"line {number}"
    try:
        with floor:
            asked = read_check(read_json(line, where), where, lambda: pipeline.ontology.categories)
            return asked.verdict(pipeline).to_json().encode() + b"\n"
    except (InputError, Refusal) as error:
        record = {"schema": "nesy.error/1", "line": number, "error": str(error)}
        return json.dumps(record, ensure_ascii=False).encode("utf-8", "replace") + b"\n"


def _scene(value: Any, where: str) -> Scene:
    schema = value.get("schema") if isinstance(value, Mapping) else None
    if schema == "nesy.analysis/1":
        return sent_analysis(value, where).scene
    text = _text(value, where)
    if isinstance(schema, str) and schema.startswith("nesy.") and not schema.startswith("nesy.scene/"):
        raise InputError(f"{where}: this is {schema}; a scene or an analysis would be right")
    return Scene.from_json(text, source=where)


def _source(value: Any, where: str) -> Source:
    if isinstance(value, Mapping) and (value.get("schema") == "nesy.observations/1" or "witnesses" in value):
        return Observations.from_json(_text(value, where), source=where)
    return _scene(value, where)


def _text(value: Any, where: str) -> str:
    try:
        return json.dumps(value)
    except RecursionError:
        raise InputError(f"{where}: nested too deep") from None


def _closed(value: object, where: str, categories: Callable[[], frozenset[str]]) -> frozenset[str]:
    if value in (None, "none"):
        return frozenset()
    if value == "coco":
        return categories()
    words = list(_words(value))
    if not words:
        raise InputError(f"{where}: closed: coco, none or a list of words is expected")
    return frozenset(words)


def _words(value: object) -> Iterator[str]:
    for word in value if isinstance(value, list) else ():
        if isinstance(word, str) and word.strip():
            yield word.strip()
