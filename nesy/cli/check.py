"""`nesy check` and `nesy repair`: scenes in, verdicts or consistent scenes out."""

import json
from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer
from pydantic import BaseModel, ConfigDict, Field
from rich.text import Text

from nesy.cli import engine_options as engines
from nesy.cli.console import fail, growing, result
from nesy.cli.evidence_option import (
    ClosedOption,
    EvidenceOption,
    Item,
    WitnessOption,
    beside,
    closed_words,
    judged,
)
from nesy.cli.input_files import SceneText, read_scenes
from nesy.cli.scene_sources import scenes_of
from nesy.cli.settings_options import (
    ConfigOption,
    OffOption,
    OnlyOption,
    OntologyOption,
    RulesOption,
    SetOption,
    effective,
    ontology_of,
    rules_of,
)
from nesy.errors import InputError
from nesy.rendering.plain import on_one_line
from nesy.settings import CheckingSettings

if TYPE_CHECKING:
    from nesy.checking import Rules
    from nesy.ontology import Ontology
    from nesy.pipeline import Pipeline
    from nesy.verdict import Verdict

ScenesArgument = Annotated[
    list[str],
    typer.Argument(
        metavar="FILE...",
        help="One scene or analysis (.json), many (.jsonl, one a line), or - for standard input; of an analysis its "
        "final scene is taken. Several, a folder of .jsonl files, a quoted pattern, a run; with --engine ray addresses "
        "too (s3://BUCKET/x.jsonl).",
        show_default=False,
    ),
]
SceneArgument = Annotated[
    Path,
    typer.Argument(
        metavar="FILE",
        help="One scene or analysis (.json), many (.jsonl, one a line), or - for standard input; of an analysis its "
        "final scene is taken.",
        show_default=False,
    ),
]


class VerdictFormat(StrEnum):
    """How `check` prints a verdict."""

    TEXT = "text"
    JSON = "json"
    TURTLE = "turtle"


def check(
    files: ScenesArgument,
    rules: RulesOption = None,
    off: OffOption = None,
    only: OnlyOption = False,
    ontology: OntologyOption = None,
    config: ConfigOption = None,
    set_: SetOption = None,
    evidence: EvidenceOption = None,
    closed: ClosedOption = "none",
    witness: WitnessOption = "embedded",
    form: Annotated[
        VerdictFormat | None,
        typer.Option("--format", help="Text for one scene and JSON for many, unless said.", show_default=False),
    ] = None,
    engine: engines.EngineOption = engines.Engine.LOCAL,
    ray_address: engines.RayAddressOption = None,
    workers: engines.WorkersOption = None,
) -> None:
    """Check scenes against the rules, and against evidence."""
    from nesy.checking import in_chunks

    cluster = engines.cluster_of(engine, ray_address, workers)
    settings = effective(config, set_, ontology=ontology, rules=rules, off=off, only=only)
    found = scenes_of(files, addresses=cluster is not None)
    pack, known = rules_of(settings), ontology_of(settings)
    chosen = form or (VerdictFormat.JSON if found.many else VerdictFormat.TEXT)
    if evidence and chosen is VerdictFormat.TURTLE:
        raise InputError("--evidence: what it says of the claims is told as text or json, not as turtle")
    words = closed_words(closed)
    work = partial(_checked, form=chosen, many=found.many, closed=words)
    items = beside(found, evidence or (), witness)
    if cluster is None:
        done = in_chunks(partial(work, rules=pack, ontology=known, settings=settings.checking), items)
    else:
        from nesy import distributed
        from nesy.pipeline import Pipeline

        done = distributed.in_chunks(partial(_checked_there, work), items, Pipeline(None, settings), cluster=cluster)
    raise typer.Exit(_printed(done, found.size, "Checking"))


@dataclass(frozen=True)
class _Outcome:
    """What a scene has come to."""

    shown: str | Text | None
    """What goes to standard output."""
    error: str
    code: int
    size: int
    """Of the text that was read, in bytes."""


def _checked(
    items: Sequence[Item],
    rules: "Rules",
    ontology: "Ontology",
    settings: CheckingSettings,
    form: VerdictFormat,
    many: bool,
    closed: frozenset[str],
) -> list[_Outcome]:
    """Check some scenes. A line that is no scene gets an error record in its place; the others go on."""

    def shown(item: Item) -> tuple[str | Text, int]:
        verdict = judged(item, rules, closed, ontology, settings)
        return _written(verdict, form, item[0].source if many else None), 0 if verdict.status == "consistent" else 1

    as_json = form is VerdictFormat.JSON
    return [_outcome(item[0], partial(shown, item), many=many, as_json=as_json) for item in items]


def _checked_there(work: Callable[..., list[_Outcome]], pipeline: "Pipeline", items: Sequence[Item]) -> list[_Outcome]:
    """Check some scenes on another machine, with the rules that the pipeline has there."""
    return work(items, rules=pipeline.rules, ontology=pipeline.ontology, settings=pipeline.settings.checking)


class ErrorRecord(BaseModel):
    """What stands in the place of a verdict or a scene for a line that could not be read."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    schema_: Literal["nesy.error/1"] = Field(default="nesy.error/1", alias="schema")
    line: int
    """Number of the line in its file, from 1."""
    error: str
    """What is wrong with it, in one line, with the file, the line and the field."""


def error_record(text: SceneText, error: InputError) -> str:
    """Return what stands in the place of a verdict for a line that is no scene: `nesy.error/1`."""
    return json.dumps(ErrorRecord(line=text.line, error=str(error)).model_dump(by_alias=True), ensure_ascii=False)


def repair(
    file: SceneArgument,
    rules: RulesOption = None,
    off: OffOption = None,
    only: OnlyOption = False,
    invent: Annotated[
        bool, typer.Option("--invent", help="Let a claim come to say what nobody said, in place of being withdrawn.")
    ] = False,
    ontology: OntologyOption = None,
    config: ConfigOption = None,
    set_: SetOption = None,
) -> None:
    """Print the cheapest consistent scene, with the edits that lead to it, as JSON."""
    from nesy.checking import in_chunks

    settings = effective(
        config, set_, ontology=ontology, rules=rules, off=off, only=only, repair__invent=invent or None
    )
    found = read_scenes(file)
    pack = rules_of(settings).grave  # what is no violation needs no repair
    known = ontology_of(settings)
    work = partial(_repaired, rules=pack, ontology=known, invent=settings.repair.invent, many=found.many)
    raise typer.Exit(_printed(in_chunks(work, found.scenes), found.size, "Repairing"))


def _repaired(
    texts: Sequence[SceneText], rules: "Rules", ontology: "Ontology", invent: bool, many: bool
) -> list[_Outcome]:
    """Repair some scenes. A line that is no scene gets an error record in its place; the others go on."""
    from nesy.repair import repair as mend

    def mended(text: SceneText) -> tuple[str, int]:
        repaired = mend(text.scene(), rules, ontology, invent=invent)
        record: dict[str, object] = {
            "scene": json.loads(repaired.scene.to_json()),
            "edits": [edit.model_dump(mode="json", exclude_none=True) for edit in repaired.edits],
            "optimal": repaired.optimal,
            "cost": repaired.cost,
            "ties": repaired.ties,
            "consistent": repaired.verdict.status == "consistent",
            "status": repaired.verdict.status,
        }
        if repaired.verdict.why_unknown:
            record["why_unknown"] = repaired.verdict.why_unknown
        if repaired.unrepairable:
            record["left"] = [finding.model_dump(mode="json") for finding in repaired.unrepairable]
        shown = json.dumps(record, ensure_ascii=False, indent=None if many else 2)
        return shown, 0 if repaired.verdict.status == "consistent" else 1

    return [_outcome(text, partial(mended, text), many=many, as_json=True) for text in texts]


def _outcome(text: SceneText, answer: Callable[[], tuple[str | Text, int]], *, many: bool, as_json: bool) -> _Outcome:
    """Return what a scene comes to; for a line that is no scene, the error and, in JSON, a record of it."""
    try:
        shown, code = answer()
    except InputError as error:
        if not many:
            raise
        return _Outcome(error_record(text, error) if as_json else None, str(error), 2, len(text.text))
    return _Outcome(shown, "", code, len(text.text))


def _printed(done: Generator[list[_Outcome], None, None], size: int | None, what: str) -> int:
    """Print what scenes come to, in order and as they are read, and return the worst exit code.

    Args:
        done: what chunks of them come to; it is closed.
        size: of all of them in bytes, for the progress bar.
    """
    worst = 0
    with growing(what, size) as advance, closing(done) as chunks:
        for outcomes in chunks:
            for outcome in outcomes:
                if outcome.error:
                    fail(outcome.error, 2)
            shown = [outcome.shown for outcome in outcomes if outcome.shown is not None]
            if all(isinstance(one, str) for one in shown):
                shown = ["\n".join(map(str, shown))] if shown else []
            for one in shown:
                result(one)
            worst = max(worst, *(outcome.code for outcome in outcomes))
            advance(sum(outcome.size for outcome in outcomes))
    return worst


def _written(verdict: "Verdict", form: VerdictFormat, source: str | None) -> str | Text:
    """Write a verdict; `source` names the scene where there are many."""
    if form is VerdictFormat.JSON:
        return verdict.to_json(indent=None if source else 2)
    if form is VerdictFormat.TURTLE:
        from nesy.graph.scene_triples import BASE
        from nesy.graph.shacl_report import verdict_turtle

        # Ids are unique within one scene: each line of many gets a place of its own for them.
        return verdict_turtle(verdict, BASE if source is None else f"{BASE.rstrip('#')}/{source.rsplit(':', 1)[-1]}#")
    from nesy.rendering.account import verdict_account

    told = verdict_account(verdict)
    return Text(on_one_line(source) + ": ").append_text(told) if source else told
