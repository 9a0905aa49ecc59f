"""`nesy rules coverage` and `nesy rules mutate`: what scenes exercise of the rules, and which mistakes tests notice."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nesy.cli.console import notice, progress, result, table
from nesy.cli.input_files import read_scenes
from nesy.cli.inventory import FormatOption, ListFormat, rules
from nesy.cli.out_option import ForceOption, OutFileOption, deliver, writable
from nesy.cli.settings_options import (
    ConfigOption,
    OffOption,
    OnlyOption,
    OntologyOption,
    RulesOption,
    SetOption,
    effective,
)

if TYPE_CHECKING:
    from nesy.experiments.mutation.mutation import MutationReport
    from nesy.experiments.rules.coverage import Coverage, Touched, Words
    from nesy.scene import Scene


@rules.command("coverage")
def coverage(
    file: Annotated[
        Path, typer.Argument(metavar="FILE.jsonl", help="Scenes, one a line; - for standard input.", show_default=False)
    ],
    rules: RulesOption = None,
    off: OffOption = None,
    only: OnlyOption = False,
    ontology: OntologyOption = None,
    config: ConfigOption = None,
    set_: SetOption = None,
    vocabulary: Annotated[
        bool, typer.Option(help="Also try every interaction and part state on the rules (half a minute).")
    ] = True,
    form: FormatOption = ListFormat.TEXT,
    out: OutFileOption = None,
    force: ForceOption = False,
) -> None:
    """Tell which rules a set of scenes reaches, breaks and clears, and which words no rule looks at."""
    writable(out, force=force)
    from nesy.experiments import Selection, measure_coverage

    chosen = Selection.of(effective(config, set_, ontology=ontology, rules=rules, off=off, only=only))
    watch = partial(progress, what="Covering")
    found = measure_coverage(_scenes(file), watch=watch, vocabulary=vocabulary, selection=chosen)
    if out is not None:
        deliver(found.to_json(indent=1), out)
    elif form is ListFormat.JSON:
        result(found.to_json(indent=2))
    else:
        _tell_coverage(found)


@rules.command("mutate")
def mutate(
    file: Annotated[
        Path | None,
        typer.Argument(metavar="[FILE.jsonl]", help="Scenes to try mutants on beside the golden cases."),
    ] = None,
    rule: Annotated[
        list[str] | None, typer.Option(metavar="RULE", help="Only this rule; may be repeated.", show_default="all")
    ] = None,
    rules: RulesOption = None,
    off: OffOption = None,
    only: OnlyOption = False,
    ontology: OntologyOption = None,
    config: ConfigOption = None,
    set_: SetOption = None,
    golden: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Golden cases, a folder a rule.", show_default="tests/rules of the checkout"),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Of the drawn scenes, where no FILE is given.")] = 0,
    form: FormatOption = ListFormat.TEXT,
    out: OutFileOption = None,
    force: ForceOption = False,
) -> None:
    """Change each rule a little, again and again, and tell which changes no test would notice."""
    writable(out, force=force)
    from nesy.experiments import Selection, golden_cases, measure_mutation
    from nesy.experiments.mutation.mutation import golden_folder

    chosen = Selection.of(effective(config, set_, ontology=ontology, rules=rules, off=off, only=only))
    folder = golden or golden_folder()
    if folder is None:
        notice("no golden cases in this installation (they are in tests/rules of a checkout; --golden DIR names them)")
    report = measure_mutation(
        golden_cases(folder) if folder else (),
        None if file is None else _scenes(file),
        rule or (),
        seed=seed,
        watch=partial(progress, what="Mutating"),
        selection=chosen,
    )
    if out is not None:
        deliver(report.to_json(indent=1), out)
    elif form is ListFormat.JSON:
        result(report.to_json(indent=2))
    else:
        _tell_mutation(report)


def _scenes(file: Path) -> "list[Scene]":
    return [text.scene() for text in read_scenes(file).scenes]


def _short(iri: str) -> str:
    return iri.rsplit("#", 1)[-1].rsplit("/", 1)[-1]


def _tell_coverage(found: "Coverage") -> None:
    rows = [
        (one.topic, _short(one.rule), one.severity, str(one.reached), str(one.fired), str(one.cleared))
        for one in found.rules
    ]
    result(table(("topic", "rule", "severity", "reached", "fired", "cleared"), rows))
    reached = sum(one.reached > 0 for one in found.rules)
    fired = sum(one.fired > 0 for one in found.rules)
    result(f"{found.scenes} scenes reach {reached} of {len(found.rules)} rules and break {fired}")
    for kind, words in (("predicate", found.verbs), ("category", found.categories), ("body part", found.parts)):
        result("")
        result(table((kind, "claims", "looked at", "with a finding"), _rows(words)))
    result("")
    result(_listed("human-object interactions", found.interactions))
    result(_listed("part states", found.part_states))


def _rows(words: "dict[str, Touched]") -> list[tuple[str, str, str, str]]:
    by_number = sorted(words.items(), key=lambda item: (-item[1].seen, item[0]))
    return [(name, str(one.seen), str(one.reached), str(one.found)) for name, one in by_number]


def _listed(what: str, words: "Words") -> str:
    told = f"{len(words.seen)} of {words.total} {what} occur in the scenes"
    if not words.rules:
        return told
    if words.untouched:
        return f"{told}; no rule looks at {len(words.untouched)}: {', '.join(words.untouched)}"
    return f"{told}; each is looked at by at least {min(words.rules.values(), default=0)} rules"


def _tell_mutation(report: "MutationReport") -> None:
    rows = [
        (_short(one.rule), str(one.mutants), str(one.killed), str(one.by_own_cases), str(one.mutants - one.killed))
        for one in report.rules
    ]
    result(table(("rule", "mutants", "killed", "by its own cases", "survived"), rows))
    if report.survivors:
        result("")
        told = [(_short(s.rule), s.operator, s.change, s.reason or "no reason given") for s in report.survivors]
        result(table(("survivor of", "operator", "change", "reason"), told))
    result("")
    result(
        f"{report.killed} of {report.mutants} mutants killed: {report.score:.1%}; "
        f"without the survivors that have a reason: {report.adjusted:.1%} (target {report.target:.0%}); "
        f"{report.invalid} discarded as invalid"
    )
    result(
        ", ".join(f"{number} by {name}" for name, number in report.killed_by.items())
        + f"; tried on {report.golden} golden cases and {report.sampled} "
        + ("scenes of the file" if report.seed is None else f"drawn scenes (seed {report.seed})")
    )
