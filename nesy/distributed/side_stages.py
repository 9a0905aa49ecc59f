"""The check and the text parser as stages of a Ray Dataset of one's own: rows in, rows with one or two columns more."""

from typing import Any

from nesy.distributed.cluster import need_ray
from nesy.distributed.luggage import packed, unpacked
from nesy.errors import InputError
from nesy.pipeline import Pipeline
from nesy.scene import Scene
from nesy.settings import Settings

_ROWS = 256
"""So many rows a task does at once."""


def checked(dataset: Any, settings: Settings | None = None, *, scene: str = "scene", verdict: str = "verdict") -> Any:
    """Return a Ray Dataset with what the rules say of the scene in each row; nothing is done before it is read.

    Args:
        dataset: its rows hold a scene (`nesy.scene/1`, JSON as text).
        settings: of these, rules and ontology, which travel by content; None takes the defaults.
        scene: name of that column.
        verdict: name of the new column (`nesy.verdict/1`, JSON); it is empty where the row is no scene, and the
            column `error` says why.

    Raises:
        InputError: Ray is not installed, or a file of the settings cannot be read.
    """
    return _stage(dataset, _checked, settings, source=scene, target=verdict)


def parsed(dataset: Any, settings: Settings | None = None, *, text: str = "text", scene: str = "scene") -> Any:
    """Return a Ray Dataset with the scene that the text in each row describes; nothing is done before it is read.

    Args:
        dataset: its rows hold a description in words.
        settings: of these, language and ontology; None takes the defaults.
        text: name of that column.
        scene: name of the new column (`nesy.scene/1`, JSON); it is empty where the row holds no words, and the
            column `error` says why.

    Raises:
        InputError: Ray is not installed, or a file of the settings cannot be read.
    """
    return _stage(dataset, _parsed, settings, source=text, target=scene)


def _stage(dataset: Any, work: Any, settings: Settings | None, *, source: str, target: str) -> Any:
    need_ray()
    columns = dataset.columns()
    if columns is not None and source not in columns:
        raise InputError(f"the rows of the data set have no column {source}; there are: {', '.join(columns)}")
    given = {"luggage": packed(Pipeline("embedded", settings)), "work": work, "source": source, "target": target}
    return dataset.map_batches(_filled, batch_size=_ROWS, batch_format="pandas", fn_kwargs=given)


def _filled(rows: Any, luggage: bytes, work: Any, source: str, target: str) -> Any:
    pipeline = unpacked(luggage).pipeline
    found = [_tried(work, pipeline, one) for one in rows[source]]
    return rows.assign(**{target: [value for value, _ in found], "error": [error for _, error in found]})


def _tried(work: Any, pipeline: Pipeline, given: object) -> tuple[str, str]:
    try:
        return work(pipeline, given), ""
    except InputError as error:
        return "", str(error)


def _checked(pipeline: Pipeline, given: object) -> str:
    return pipeline.check(Scene.from_json(_text(given))).to_json()


def _parsed(pipeline: Pipeline, given: object) -> str:
    from nesy.language.parsing import parse

    return parse(_text(given), pipeline.settings.language.code, pipeline.ontology).to_json()


def _text(given: object) -> str:
    if not isinstance(given, (str, bytes)):
        raise InputError(f"a text is expected, got {type(given).__name__}")
    return given if isinstance(given, str) else given.decode("utf-8", "replace")
