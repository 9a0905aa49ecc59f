"""`nesy rules`, `nesy models` and `nesy doctor`: what there is to use."""

import dataclasses
import json
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer
from pydantic import BaseModel, ConfigDict, Field
from rich.text import Text

from nesy.cli.command import App, Group
from nesy.cli.console import result, table
from nesy.cli.model_options import (
    AdapterOption,
    AttentionOption,
    DeviceOption,
    DtypeOption,
    ModelOption,
    ProfileOption,
    QuantizeOption,
    perception,
)
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
from nesy.settings import Settings

if TYPE_CHECKING:
    from nesy.checking import Rule, Rules
    from nesy.checking.lint.mistake import Mistake
    from nesy.settings import Settings

rules = App(cls=Group, name="rules", help="The rules that scenes are checked against.", no_args_is_help=False)


class ListFormat(StrEnum):
    """How a list is printed."""

    TEXT = "text"
    JSON = "json"


FormatOption = Annotated[ListFormat, typer.Option("--format", help="A table, or JSON.")]


@rules.command("list")
def list_rules(
    rules: RulesOption = None,
    off: OffOption = None,
    only: OnlyOption = False,
    ontology: OntologyOption = None,
    config: ConfigOption = None,
    set_: SetOption = None,
    video: Annotated[bool, typer.Option("--video", help="List the rules of clips, over time.")] = False,
    together: Annotated[bool, typer.Option("--together", help="List the rules across several pictures.")] = False,
    form: FormatOption = ListFormat.TEXT,
) -> None:
    """List the rules, shipped and added."""
    settings = effective(config, set_, ontology=ontology, rules=rules, off=off, only=only)
    found = _over_time(settings) if video else _across_pictures(settings) if together else rules_of(settings)
    if form is ListFormat.JSON:
        result(json.dumps([_record(rule, found) for rule in found], ensure_ascii=False, indent=2))
        return
    columns = ["rule", "severity", "name"]
    rows = [[_short(rule.iri), ", ".join((rule.severity, *rule.within)), rule.name] for rule in found]
    if found.uncompiled:
        columns.append("engine")
        rows = [[*row, _engine(rule, found)] for row, rule in zip(rows, found, strict=True)]
    result(table(columns, rows))


@rules.command("show")
def show_rule(
    rule: Annotated[str, typer.Argument(metavar="RULE", help="A rule's IRI, or its last part.", show_default=False)],
    rules: RulesOption = None,
    ontology: OntologyOption = None,
    config: ConfigOption = None,
    set_: SetOption = None,
    form: FormatOption = ListFormat.TEXT,
) -> None:
    """Show one rule: what it says, why, and where it comes from."""
    settings = effective(config, set_, ontology=ontology, rules=rules)
    packs = (rules_of(settings), _over_time(settings), _across_pictures(settings))
    found = next((pack for pack in packs if any(rule in (one.iri, _short(one.iri)) for one in pack)), packs[0])
    matching = [one for one in found if rule in (one.iri, _short(one.iri))]
    if not matching:
        known = ", ".join(_short(one.iri) for one in found)
        raise InputError(f"no rule {rule!r}; there are: {known}")
    if form is ListFormat.JSON:
        result(json.dumps(_record(matching[0], found), ensure_ascii=False, indent=2))
        return
    told = Text()
    for key, value in _record(matching[0], found).items():
        shown = value if isinstance(value, str) else _in_words(value)
        told.append(f"{key:<10}", style="bold").append(on_one_line(shown) + "\n")
    result(told)


@rules.command("lint")
def lint_rules(
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE...", help="Rule files or folders (Turtle).", show_default=False)
    ],
    only: Annotated[bool, typer.Option("--only-rules", help="Read them without the shipped rules beside.")] = False,
    ontology: OntologyOption = None,
    config: ConfigOption = None,
    set_: SetOption = None,
    form: FormatOption = ListFormat.TEXT,
) -> None:
    """Tell all that is wrong with rule files, one mistake a line, without checking anything."""
    from nesy.checking.rules import lint

    settings = effective(config, set_, ontology=ontology)
    found = lint([str(path) for path in files], not only, ontology_of(settings), settings.language.code)
    wrong = sum(one.grave for one in found)
    if form is ListFormat.JSON:
        report = LintReport(clean=not wrong, mistakes=tuple(map(_mistake, found)))
        result(report.model_dump_json(by_alias=True, indent=2))
    else:
        for one in found:
            result(on_one_line(f"{'error' if one.grave else 'warning'}: {one}"))
        if not wrong:
            result("no mistake" + (f", {len(found)} warnings" if found else ""))
    raise typer.Exit(2 if wrong else 0)


class LintMistake(BaseModel):
    """One mistake of a rule file, or what is worth a look."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    file: str
    """The rule file."""
    line: int | None
    """From 1; null where the file does not spell it."""
    level: Literal["error", "warning"]
    """An error makes the file be refused."""
    term: str | None
    """What is wrong, as the file writes it."""
    problem: str
    """Why, in words."""
    meant: str | None
    """What was probably meant."""


class LintReport(BaseModel):
    """What `nesy rules lint` says of rule files."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    schema_: Literal["nesy.lint/1"] = Field(default="nesy.lint/1", alias="schema")
    """The name of the format."""
    clean: bool
    """Whether the files can be loaded."""
    mistakes: tuple[LintMistake, ...]
    """By file and line."""


def _mistake(one: "Mistake") -> LintMistake:
    return LintMistake(
        file=str(one.path),
        line=one.line,
        level="error" if one.grave else "warning",
        term=one.term or None,
        problem=one.problem,
        meant=one.meant or None,
    )


@rules.callback(invoke_without_command=True)
def _rules_root(context: typer.Context) -> None:
    if context.invoked_subcommand is None:
        raise InputError("no command given; `nesy rules list` or `nesy rules show RULE`")


def models(
    profiles: Annotated[
        bool, typer.Option("--profiles", help="List how the families of models are spoken to, for --profile.")
    ] = False,
    form: FormatOption = ListFormat.TEXT,
) -> None:
    """List the models that can be used here."""
    if profiles:
        _profiles(form)
        return
    from nesy.models.registry import available_models

    found = available_models()
    if form is ListFormat.JSON:
        result(json.dumps([dataclasses.asdict(model) for model in found], ensure_ascii=False, indent=2))
        return
    rows = [(m.name, m.kind, "yes" if m.usable else "no", m.needs + (f" -> {m.mend}" if m.mend else "")) for m in found]
    result(table(("--model", "kind", "usable", "needs"), rows))


def _profiles(form: ListFormat) -> None:
    from nesy.perception.profile import profiles

    found = profiles().values()
    if form is ListFormat.JSON:
        result(json.dumps([profile.model_dump(mode="json") for profile in found], ensure_ascii=False, indent=2))
        return
    rows = [(p.name, p.about, str(p.pictures), "yes" if p.video else "no", ", ".join(p.types)) for p in found]
    result(table(("--profile", "boxes", "pictures", "video", "model_type"), rows))


def doctor(
    model: ModelOption = None,
    profile: ProfileOption = None,
    device: DeviceOption = None,
    dtype: DtypeOption = None,
    attention: AttentionOption = None,
    quantize: QuantizeOption = None,
    adapter: AdapterOption = None,
    config: ConfigOption = None,
    set_: SetOption = None,
    form: FormatOption = ListFormat.TEXT,
) -> None:
    """Tell what can be used here, and what is missing with the command that mends it.

    With --model that model is loaded and tried on a drawing and a photograph: how it writes boxes, how fast it is.
    """
    if model is None:
        from nesy.doctor import examine

        found = examine()
    else:
        from nesy.doctor.model_checkup import examine_model

        asked = perception(model, None, profile, device, dtype, attention, quantize, adapter)
        found = examine_model(model, effective(config, set_, **asked).perception)
    if form is ListFormat.JSON:
        result(json.dumps([dataclasses.asdict(checkup) for checkup in found], ensure_ascii=False, indent=2))
    else:
        rows = [(c.name, c.status, c.found + (f" -> {c.mend}" if c.mend else "")) for c in found]
        result(table(("what", "status", "found"), rows))
    raise typer.Exit(3 if any(c.status == "broken" for c in found) else 0)


def _over_time(settings: Settings) -> "Rules":
    from nesy.video.video_pipeline import rules_over_time

    return rules_over_time(settings, ontology_of(settings))


def _short(iri: str) -> str:
    return iri.rsplit("#", 1)[-1].rsplit("/", 1)[-1]


def _across_pictures(settings: "Settings") -> "Rules":
    from nesy.loop.together import rules_together

    return rules_together(settings, ontology_of(settings))


def _engine(rule: "Rule", rules: "Rules") -> str:
    """Say what runs a rule, and for what it is not the fastest: loops, or pySHACL, which knows all."""
    return f"pySHACL ({rules.uncompiled[rule.iri]})" if rule.iri in rules.uncompiled else "loops"


def _record(rule: "Rule", rules: "Rules") -> dict[str, Any]:
    from nesy.experiments.rules.support import measures

    fields = ("iri", "name", "severity", "message", "why", "source", "path")
    found = {name: measure.model_dump() for name, measure in measures(rule.iri).items()}
    return {
        **{field: str(getattr(rule, field)) for field in fields},
        **({"within": ", ".join(rule.within)} if rule.within else {}),
        "engine": _engine(rule, rules),
        "measured": found or None,
    }


def _in_words(measured: dict[str, dict[str, Any]] | None) -> str:
    """Say a rule's support and false alarms on ground truth in one line."""
    if measured is None:
        return "not measured"
    told = []
    for name, one in measured.items():
        fired = f"false alarm in {one['fired']} ({one['rate']:.2%})"
        told.append(f"{name}: reached in {one['reached']} of {one['graphs']} graphs, {fired}")
    return "; ".join(told)
