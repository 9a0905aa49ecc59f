"""The pydantic models, commands and formats -> the tables of docs/formats.md, docs/cli.md and docs/interchange.md.

`python -m lab.reference_pages` writes them between the marks of the pages; what a table says of a field is the string
below the field in the source, and what it says of an option is the option's own help.
"""

import ast
import inspect
import json
import re
import sys
import textwrap
from collections.abc import Iterator, Mapping
from enum import Enum
from functools import cache
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import typer
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from lab.pages import insert
from nesy.analysis import Album, Analysis
from nesy.analysis.life import Life
from nesy.answering.album_answer import AlbumAnswer
from nesy.answering.answer import Answered
from nesy.batch.run_card import BatchCard
from nesy.batch.run_lines import Entry, Failure
from nesy.batch.summary import BatchSummary
from nesy.cli.app import app
from nesy.cli.check import ErrorRecord
from nesy.cli.inventory import LintReport
from nesy.experiments.arms.traces import First, RunCard, Trace
from nesy.experiments.datasets.published import PUBLISHED
from nesy.experiments.judging.judge_report import JudgeReport
from nesy.experiments.judging.judgements import PairJudgement
from nesy.experiments.mutation.mutation import MutationReport
from nesy.experiments.rules.coverage import Coverage
from nesy.experiments.rules.mapping_record import MappingRecord
from nesy.experiments.rules.support import Measured
from nesy.experiments.scoring.evaluation_report import Report
from nesy.experiments.scoring.field.metrics_table import MetricsTable
from nesy.experiments.scoring.scene_pairs import SceneScores
from nesy.geometry import Box
from nesy.interchange import FORMATS as INTERCHANGE
from nesy.models.replay import RecordedReply
from nesy.observations import Keypoint, Observations
from nesy.perception.calibration import Calibration
from nesy.scene import Scene
from nesy.verdict import GroundedVerdict, Verdict
from nesy.video.clip_answer import ClipAnswer
from nesy.video.timeline import Timeline
from nesy.video.video_analysis import VideoAnalysis

FORMATS: Mapping[str, type[BaseModel]] = {
    "nesy.scene/1": Scene,
    "nesy.verdict/1": Verdict,
    "nesy.observations/1": Observations,
    "nesy.analysis/1": Analysis,
    "nesy.timeline/1": Timeline,
    "nesy.video/1": VideoAnalysis,
    "nesy.album/1": Album,
    "nesy.life/1": Life,
    "nesy.answer/1": Answered,
    "nesy.album_answer/1": AlbumAnswer,
    "nesy.clip_answer/1": ClipAnswer,
    "nesy.scores/1": SceneScores,
    "nesy.evaluation/1": Report,
    "nesy.metrics/1": MetricsTable,
    "nesy.judgements/1": PairJudgement,
    "nesy.judge_report/1": JudgeReport,
    "nesy.error/1": ErrorRecord,
    "nesy.lint/1": LintReport,
    "nesy.run/1": RunCard,
    "nesy.batch/1": BatchCard,
    "nesy.batch_summary/1": BatchSummary,
    "nesy.coverage/1": Coverage,
    "nesy.mutation/1": MutationReport,
    "nesy.mapping/1": MappingRecord,
    "nesy.measured/1": Measured,
    "nesy.calibration/1": Calibration,
    "nesy.calibration/2": Calibration,
}
"""Every format that carries a schema name, and what reads or writes it, in the order of the page."""
BESIDE: Mapping[str, tuple[str, tuple[type[BaseModel], ...]]] = {
    "nesy.calibration/2": ("Its fields are those of `/1` above, and it has a `key`.", ()),
    "nesy.verdict/1": ("With `--evidence`:", (GroundedVerdict,)),
    "nesy.batch/1": (
        "`run.json` holds this; the lines of `index.jsonl` and `errors.jsonl` beside it:",
        (Entry, Failure),
    ),
    "nesy.run/1": ("`run.json` holds this; the lines of `round0.jsonl` and `arms.jsonl` beside it:", (First, Trace)),
}
"""Schema -> what else is written under its name or beside it, after a sentence."""
UNNAMED: Mapping[str, type[BaseModel]] = {"Recorded replies": RecordedReply}
"""Formats without a schema name."""
PAGES = {
    "docs/formats.md": "formats",
    "docs/cli.md": "commands",
    "docs/interchange.md": "interchange",
    "docs/evaluation.md": "data sets",
}
_PLAIN = {str: "text", int: "integer", float: "number", bool: "true or false", NoneType: "null", Path: "text"}


def formats_text() -> str:
    """Return the tables of every format, one section a format."""
    told: set[type[BaseModel]] = set()
    parts = []
    for schema, model in FORMATS.items():
        parts += [f"## {schema} {{ #{_slug(schema)} }}", _told(model)]
        parts += list(_tables((model,), told))
        if schema in BESIDE:
            sentence, models = BESIDE[schema]
            parts += [sentence, *_tables(models, told)]
    for name, model in UNNAMED.items():
        parts += [f"## {name}", _told(model), *_tables((model,), told)]
    return "\n\n".join(parts)


def _tables(first: tuple[type[BaseModel], ...], told: set[type[BaseModel]]) -> Iterator[str]:
    """Yield the table of each model and of those that its fields hold, each model once on the page."""
    waiting = list(first)
    while waiting:
        model = waiting.pop(0)
        if model in told:
            continue
        told.add(model)
        yield f"### {model.__name__} {{ #{_anchor(model)} }}"
        if model not in first or len(first) > 1:
            yield _told(model)
        yield _table(model)
        yield from _values(model)
        held = [inner for field in model.model_fields.values() for inner in _models(field.annotation)]
        waiting = [*held, *waiting]


def _table(model: type[BaseModel]) -> str:
    meanings = field_meanings(model)
    rows = ["| field | type | default | meaning |", "|---|---|---|---|"]
    for name, field in model.model_fields.items():
        shown = field.alias or name
        kind = _cell(_kind(_whole(field)))
        rows.append(f"| `{shown}` | {kind} | {_default(field)} | {_cell(meanings.get(name, ''))} |")
    return "\n".join(rows)


@cache
def field_meanings(model: type[BaseModel]) -> Mapping[str, str]:
    """Return what the source says of each field of a model: the string below it, else the description of its type."""
    found = {name: field.description for name, field in model.model_fields.items() if field.description}
    if "schema_" in model.model_fields:
        found["schema_"] = "The name of the format."
    for base in reversed(model.__mro__):
        if not issubclass(base, BaseModel) or base is BaseModel:
            continue
        (tree,) = ast.parse(textwrap.dedent(inspect.getsource(base))).body
        assert isinstance(tree, ast.ClassDef)
        for node, below in zip(tree.body, tree.body[1:], strict=False):
            if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and isinstance(below, ast.Expr):
                text = ast.literal_eval(below.value) if isinstance(below.value, ast.Constant) else None
                if isinstance(text, str):
                    found[node.target.id] = _one_line(text)
    return found


def _values(model: type[BaseModel]) -> Iterator[str]:
    """Yield what each value of a field means, where the source says so beside the values."""
    for name, field in model.model_fields.items():
        values = get_args(field.annotation) if get_origin(field.annotation) is Literal else ()
        meant = _commented().get(values, {})
        if len(values) > 1 and meant:
            yield "\n".join([f"`{name}` is one of:", "", *(f"- `{value}`: {why}" for value, why in meant.items())])


@cache
def _commented() -> Mapping[tuple[str, ...], Mapping[str, str]]:
    """Return the lists of values that have a comment behind each, in the modules of the formats: values -> comments."""
    models = [*FORMATS.values(), *UNNAMED.values(), *(one for _, some in BESIDE.values() for one in some)]
    seen = {inner for model in models for inner in all_models(model)}
    found = {}
    for module in {model.__module__ for model in seen}:
        source = inspect.getsource(sys.modules[module])
        for block in re.findall(r"^\w+ = Literal\[\n(.*?)^\]", source, re.MULTILINE | re.DOTALL):
            lines = re.findall(r'^ +"([^"]+)",  # (.+)$', block, re.MULTILINE)
            if len(lines) == len(block.splitlines()):
                found[tuple(value for value, _ in lines)] = dict(lines)
    return found


def all_models(model: type[BaseModel]) -> set[type[BaseModel]]:
    """Return a model and all that its fields hold."""
    found, waiting = {model}, [model]
    while waiting:
        fields = waiting.pop().model_fields.values()
        waiting += [inner for field in fields for inner in _models(field.annotation) if inner not in found]
        found.update(waiting)
    return found


def _whole(field: FieldInfo) -> Any:
    """Return a field's annotation with what pydantic took out of it."""
    return Annotated[field.annotation, *field.metadata] if field.metadata else field.annotation


def _kind(annotation: Any) -> str:
    """Say what JSON holds for an annotation."""
    if annotation == Box:
        return "[left, top, right, bottom], each 0 to 1"
    if annotation == Keypoint:
        return "[x, y, score], each 0 to 1"
    origin, inner = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        limits = ", ".join(_limits(inner[1:]))
        return _kind(inner[0]) + (f" ({limits})" if limits else "")
    if origin is Literal:
        return " or ".join(f"`{json.dumps(value)}`" for value in inner)
    if origin in (Union, UnionType):
        return " or ".join(_kind(one) for one in inner)
    if origin in (tuple, list):
        if (len(inner) == 2 and inner[1] is Ellipsis) or origin is list:
            return f"list of {_kind(inner[0])}"
        return f"[{', '.join(_kind(one) for one in inner)}]"
    if origin is not None and issubclass(origin, Mapping):
        return f"object: {_kind(inner[0])} → {_kind(inner[1])}"
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return f"[{annotation.__name__}](#{_anchor(annotation)})"
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return " or ".join(f"`{json.dumps(one.value)}`" for one in annotation)
    if annotation in _PLAIN:
        return _PLAIN[annotation]
    if annotation is Any or annotation is object:
        return "anything"
    raise TypeError(f"formats.md: nobody has said how {annotation!r} is shown")


def _limits(metadata: tuple[Any, ...]) -> Iterator[str]:
    for one in metadata:
        if isinstance(one, FieldInfo):
            yield from _limits(tuple(one.metadata))
        for name, words in (("ge", "at least"), ("gt", "above"), ("le", "at most"), ("max_length", "at most")):
            bound = getattr(one, name, None)
            if bound is not None:
                yield f"{words} {bound:g}" + (" characters" if name == "max_length" else "")
        if getattr(one, "min_length", None):
            yield f"{one.min_length} or more"
        if getattr(one, "pattern", None):
            yield f"as `{one.pattern}`"


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    if field.default_factory_takes_validated_data:
        return "by the fields above"
    value = field.get_default(call_default_factory=True, validated_data={})
    if value is None:
        return "left out"
    if isinstance(value, BaseModel):
        return "all defaults"
    return f"`{json.dumps(value)}`"


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from _models(inner)


def _anchor(model: type[BaseModel]) -> str:
    return f"{model.__module__.rsplit('.', 1)[-1]}-{model.__name__}".lower().replace("_", "-")


def _slug(schema: str) -> str:
    return schema.replace(".", "-").replace("/", "-")


def commands_text() -> str:
    """Return every command with its arguments and options, in the order of `nesy --help`."""
    return "\n\n".join(_command("nesy", typer.main.get_command(app)))


def _command(path: str, command: Any) -> Iterator[str]:
    level = "#" * (path.count(" ") + 1)
    if path != "nesy":
        yield f"{level} {path}"
        yield _paragraphs(command.help)
    rows = [_parameter(one) for one in command.params if not one.hidden]
    if not hasattr(command, "commands"):
        given = [one for one in command.params if one.param_type_name == "argument"]
        names = [(one.metavar or one.name.upper()).replace("[", "").replace("]", "") for one in given]
        arguments = [name if one.required else f"[{name}]" for name, one in zip(names, given, strict=True)]
        yield f"Usage: `{' '.join([path, *arguments, '[OPTIONS]'])}`"
    if rows:
        yield "\n".join(["| argument or option | default | meaning |", "|---|---|---|", *rows])
    for name, inner in getattr(command, "commands", {}).items():
        yield from _command(f"{path} {name}", inner)


def _parameter(one: Any) -> str:
    if one.param_type_name == "argument":
        name = f"`{one.metavar or one.name.upper()}`"
    else:
        value = "" if one.is_flag else f" {one.metavar or _value(one)}"
        name = ", ".join(f"`{opt}{value}`" for opt in (*one.opts, *one.secondary_opts))
    default = one.default.value if isinstance(one.default, Enum) else one.default
    if isinstance(one.show_default, str):
        shown = one.show_default
    elif one.required:
        shown = "required"
    else:
        shown = "" if default in (None, False) else f"`{default}`"
    choices = _choices(one)
    told = " ".join(filter(None, (one.help, f"One of: {choices}." if choices else "")))
    return f"| {_cell(name)} | {_cell(shown)} | {_cell(told)} |"


def _value(one: Any) -> str:
    annotation = one.type_descriptor.annotation
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return "WORD"
    return {int: "N", float: "X", Path: "PATH"}.get(annotation, "TEXT")


def _choices(one: Any) -> str:
    annotation = one.type_descriptor.annotation
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return ", ".join(f"`{choice.value}`" for choice in annotation)
    return ""


def interchange_text() -> str:
    """Return what `nesy convert` reads and writes, in the order of `nesy formats`."""
    rows = ["| format | endings | | what it is | what it cannot hold |", "|---|---|---|---|---|"]
    for one in INTERCHANGE.values():
        endings = ", ".join(f"`{ending}`" for ending in one.endings) or "a folder"
        cells = (f"`{one.name}`", endings, one.directions, one.title, one.cannot_hold or "nothing")
        rows.append(f"| {' | '.join(map(_cell, cells))} |")
    return "\n".join(rows)


def data_sets_text() -> str:
    """Return the data sets of `nesy evaluate`."""
    rows = ["| `--dataset` | its files | from | what it lists in full | licence |", "|---|---|---|---|---|"]
    for one in PUBLISHED.values():
        cells = (f"`{one.name}`: {one.title}", one.files, one.source, one.lists, one.licence)
        rows.append(f"| {' | '.join(map(_cell, cells))} |")
    return "\n".join(rows)


def _told(model: type[BaseModel]) -> str:
    """Return what the docstring of a model says before its example."""
    return _one_line((model.__doc__ or "").partition(">>>")[0])


def _paragraphs(text: str | None) -> str:
    return "\n\n".join(_one_line(part) for part in inspect.cleandoc(text or "").split("\n\n"))


def _one_line(text: str | None) -> str:
    return " ".join((text or "").split())


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def refreshed(page: str, text: str) -> str:
    """Return a page of `PAGES` with its generated part as the code has it now."""
    parts = {
        "formats": formats_text,
        "commands": commands_text,
        "interchange": interchange_text,
        "data sets": data_sets_text,
    }
    written = parts[PAGES[page]]()
    return insert(text, PAGES[page], written, page)


def main() -> None:
    """Write the pages."""
    for page in PAGES:
        path = Path(page)
        path.write_text(refreshed(page, path.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
