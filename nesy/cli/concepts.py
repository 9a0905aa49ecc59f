"""`nesy concepts`: what a word names, and how much of published word lists the ontology knows."""

import dataclasses
import json
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from nesy.cli.alarms import DataOption
from nesy.cli.console import result, table
from nesy.cli.inventory import FormatOption, ListFormat
from nesy.cli.out_option import ForceOption, deliver, writable
from nesy.cli.settings_options import ConfigOption, OntologyOption, SetOption, effective, ontology_of

if TYPE_CHECKING:
    from nesy.experiments.rules.mapping import MappingReport
    from nesy.ontology import Ontology


class Kind(StrEnum):
    """What a label is a label of."""

    CATEGORY = "category"
    PREDICATE = "predicate"
    PART = "part"
    STATE = "state"
    ATTRIBUTE = "attribute"


def concepts(
    words: Annotated[
        list[str] | None, typer.Argument(metavar="[WORD]...", help="Words to look up.", show_default="the word lists")
    ] = None,
    kind: Annotated[Kind, typer.Option(help="What the words are used as.")] = Kind.CATEGORY,
    data: DataOption = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--sssom",
            metavar="FILE",
            help="Write the words, or all that the ontology lists, as an SSSOM table.",
            show_default=False,
        ),
    ] = None,
    force: ForceOption = False,
    form: FormatOption = ListFormat.TEXT,
    ontology: OntologyOption = None,
    config: ConfigOption = None,
    set_: SetOption = None,
) -> None:
    """Show what words name in the ontology; without a word, how much of published word lists it knows."""
    known = ontology_of(effective(config, set_, ontology=ontology))
    if out is not None:
        _write(out, [(kind.value, word) for word in words or ()], known, force)
        return
    if words:
        _show(words, kind, form, known)
        return
    from nesy.experiments.datasets import data_folder
    from nesy.experiments.rules.mapping import measure

    report = measure(data_folder(data), known)
    if form is ListFormat.JSON:
        result(report.to_json(indent=2))
    else:
        _show_report(report)


def _write(path: Path, words: list[tuple[str, str]], ontology: "Ontology", force: bool) -> None:
    from nesy.interchange import sssom

    writable(path, force=force)
    deliver(sssom.sssom(words or sssom.all_words(ontology), ontology), path)


def _show(words: list[str], kind: Kind, form: ListFormat, ontology: "Ontology") -> None:
    found = [(word, ontology.concept(kind.value, word)) for word in words]
    if form is ListFormat.JSON:
        rows = [{"word": w, "concept": None if c is None else dataclasses.asdict(c)} for w, c in found]
        result(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    lines = [
        (w, "unknown", "", "", "") if c is None else (w, c.term, "yes" if c.exact else "no", f"{c.score:.2f}", c.reason)
        for w, c in found
    ]
    result(table(("word", "concept", "exact", "score", "reason"), lines))


def _show_report(report: "MappingReport") -> None:
    from nesy.experiments.rules.mapping import STEPS

    rows = [
        (one.name, str(one.words), *(str(len(one.steps[step])) for step in STEPS), ", ".join(one.steps["unknown"]))
        for one in report.lists
    ]
    result(table(("list", "words", *STEPS, "unknown words"), rows))
    seen, chair = report.mentions, report.synonyms
    right = sum(chair.right.values())
    told = Text(f"\nCHAIR's synonyms: {right} of {chair.words} words name the class they are listed under\n")
    for step, number in chair.right.items():
        told.append(f"{number:>6}  {step}\n")
    for what, listed in (("above it", chair.above), ("elsewhere", chair.wrong), ("unknown", chair.unknown)):
        told.append(f"{len(listed):>6}  {what}{': ' if listed else ''}{', '.join(listed)}\n")
    told.append(f"{len(chair.left_out):>6}  left out by hand\n")
    told.append(f"{seen.captions} captions of chair300: precision {seen.precision:.3f}, recall {seen.recall:.3f} ")
    told.append("against the categories that CHAIR finds in them\n")
    result(told)
    result(table(("left out", "why"), list(chair.left_out.items())))
