"""`nesy check` and `nesy repair`: scenes in, verdicts or consistent scenes out."""

import json
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from nesy.cli.console import fail, growing, progress, result
from nesy.cli.grounding import ClosedOption, EvidenceOption, Item, beside, closed_words, judged
from nesy.cli.reading import SceneFile, SceneText, read_scenes
from nesy.errors import InputError
from nesy.finding import Verdict
from nesy.rendering.plain import on_one_line
from nesy.scene import Scene

if TYPE_CHECKING:
    from nesy.checking import Rules

SceneArgument = Annotated[
    Path,
    typer.Argument(
        metavar="FILE",
        help="One scene (.json), many (.jsonl, one a line), or - for standard input.",
        show_default=False,
    ),
]
RulesOption = Annotated[
    list[Path] | None,
    typer.Option("--rules", metavar="PATH", help="A further rule file or folder (Turtle); may be repeated."),
]
OnlyOption = Annotated[
    bool, typer.Option("--only-rules", help="Take the rules of --rules alone, without the shipped ones.")
]
OffOption = Annotated[
    list[str] | None,
    typer.Option("--off", metavar="RULE", help="A rule that is not checked (IRI or its last part); may be repeated."),
]


def rule_pack(rules: list[Path] | None, off: list[str] | None, only: bool) -> "Rules":
    """Return the rules that the options choose."""
    from nesy.checking import Rules

    return Rules.load(tuple(str(path) for path in rules or ()), off=tuple(off or ()), shipped=not only)


class VerdictFormat(StrEnum):
    """How `check` prints a verdict."""

    TEXT = "text"
    JSON = "json"
    TURTLE = "turtle"


def check(
    file: SceneArgument,
    rules: RulesOption = None,
    off: OffOption = None,
    only: OnlyOption = False,
    evidence: EvidenceOption = None,
    closed: ClosedOption = "none",
    form: Annotated[
        VerdictFormat | None,
        typer.Option("--format", help="Text for one scene and JSON for many, unless said.", show_default=False),
    ] = None,
) -> None:
    """Check scenes against the rules, and against evidence."""
    from nesy.checking import in_chunks

    found = read_scenes(file)
    pack = rule_pack(rules, off, only)
    chosen = form or (VerdictFormat.JSON if found.many else VerdictFormat.TEXT)
    if evidence and chosen is VerdictFormat.TURTLE:
        raise InputError("--evidence: what it says of the claims is told as text or json, not as turtle")
    work = partial(_checked, rules=pack, form=chosen, many=found.many, closed=closed_words(closed))
    worst = 0
    items = beside(found, evidence or ())
    with growing("Checking", found.size) as advance, closing(in_chunks(work, items)) as chunks:
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
    raise typer.Exit(worst)


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
    items: Sequence[Item], rules: "Rules", form: VerdictFormat, many: bool, closed: frozenset[str]
) -> list[_Outcome]:
    """Check some scenes. A line that is no scene gets an error record in its place; the others go on."""
    found = []
    for item in items:
        text = item[0]
        try:
            verdict = judged(item, rules, closed)
        except InputError as error:
            if not many:
                raise
            record = error_record(text, error) if form is VerdictFormat.JSON else None
            found.append(_Outcome(record, str(error), 2, len(text.text)))
            continue
        shown = _written(verdict, form, text.source if many else None)
        found.append(_Outcome(shown, "", 0 if verdict.consistent else 1, len(text.text)))
    return found


def error_record(text: SceneText, error: InputError) -> str:
    """Return what stands in the place of a verdict for a line that is no scene: `nesy.error/1`."""
    return json.dumps({"schema": "nesy.error/1", "line": text.line, "error": str(error)}, ensure_ascii=False)


def repair(file: SceneArgument, rules: RulesOption = None, off: OffOption = None, only: OnlyOption = False) -> None:
    """Print the cheapest consistent scene, with the edits that lead to it, as JSON."""
    from nesy.checking import check as judge
    from nesy.checking import prepare
    from nesy.repair import repair as mend

    found = read_scenes(file)
    pack = rule_pack(rules, off, only).grave  # what is no violation needs no repair

    def answer(scene: Scene, _source: str) -> tuple[str | Text, bool]:
        repaired = mend(
            scene,
            lambda candidate: judge(candidate, pack),
            violations_of=lambda candidate: prepare(candidate, None, pack).findings(pack),
            reach=pack.reach,
        )
        record: dict[str, object] = {
            "scene": json.loads(repaired.scene.to_json()),
            "edits": [edit.model_dump(mode="json", exclude_none=True) for edit in repaired.edits],
            "optimal": repaired.optimal,
            "cost": repaired.cost,
            "ties": repaired.ties,
            "consistent": repaired.verdict.consistent,
        }
        if repaired.unrepairable:
            record["left"] = [finding.model_dump(mode="json") for finding in repaired.unrepairable]
        return json.dumps(record, ensure_ascii=False, indent=None if found.many else 2), repaired.verdict.consistent

    raise typer.Exit(_each(found, answer, as_json=True))


def _each(found: SceneFile, answer: Callable[[Scene, str], tuple[str | Text, bool]], *, as_json: bool) -> int:
    """Print the answer for every scene in order, and return the worst exit code.

    A line that is no scene gets an error record in its place; the others go on.
    """
    worst = 0
    for text in progress(list(found.scenes), "Repairing"):
        try:
            scene = text.scene()
        except InputError as error:
            if not found.many:
                raise
            worst = 2
            fail(str(error), worst)
            if as_json:
                result(error_record(text, error))
            continue
        shown, consistent = answer(scene, text.source)
        worst = max(worst, 0 if consistent else 1)
        result(shown)
    return worst


def _written(verdict: Verdict, form: VerdictFormat, source: str | None) -> str | Text:
    """Write a verdict; `source` names the scene where there are many."""
    if form is VerdictFormat.JSON:
        return verdict.to_json(indent=None if source else 2)
    if form is VerdictFormat.TURTLE:
        from nesy.graph.build import BASE
        from nesy.rendering.turtle import verdict_turtle

        # Ids are unique within one scene: each line of many gets a place of its own for them.
        return verdict_turtle(verdict, BASE if source is None else f"{BASE.rstrip('#')}/{source.rsplit(':', 1)[-1]}#")
    from nesy.rendering.account import verdict_account

    told = verdict_account(verdict)
    return Text(on_one_line(source) + ": ").append_text(told) if source else told
