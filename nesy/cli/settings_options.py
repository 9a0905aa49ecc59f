"""`--config`, `--set` and `--ontology` of every command that settings bear on, and `nesy config`, which prints them."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nesy.cli.console import result
from nesy.settings import Settings
from nesy.settings.layers import layered

if TYPE_CHECKING:
    from nesy.checking import Rules
    from nesy.ontology import Ontology

ConfigOption = Annotated[
    Path | None,
    typer.Option("--config", metavar="FILE", help="Settings in TOML; `nesy config` prints all there are."),
]
SetOption = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="KEY=VALUE",
        help="A setting, such as correction.ask=warning, before that of --config; may be repeated.",
    ),
]
OntologyOption = Annotated[
    list[Path] | None,
    typer.Option(
        "--ontology",
        metavar="FILE",
        help="An ontology file beside the shipped ones (Turtle, RDF/XML, N-Triples, JSON-LD); may be repeated.",
    ),
]
WitnessOption = Annotated[
    str | None,
    typer.Option(
        "--witness",
        metavar="W",
        help="Who looks beside the model: embedded, rapidocr, a detector, several joined by commas; or none.",
        show_default="none",
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


def effective(
    config: Path | None,
    assignments: list[str] | None,
    *,
    ontology: list[Path] | None = None,
    rules: list[Path] | None = None,
    off: list[str] | None = None,
    only: bool = False,
    **flags: object,
) -> Settings:
    """Return the settings of a command: what a flag says before --set, --set before --config, that before the defaults.

    Args:
        config: of --config.
        assignments: of --set.
        ontology: of --ontology, as the next three of their options; None or empty: not given.
        rules: of --rules.
        off: of --off.
        only: of --only-rules.
        flags: those of the command alone, by `section__name`; None: not given.

    Raises:
        InputError: a file cannot be read, a key is unknown or a value is of a wrong kind.
    """
    given = {
        "ontology": [str(path) for path in ontology or ()] or None,
        "checking.rules": [str(path) for path in rules or ()] or None,
        "checking.off": off or None,
        "checking.shipped": False if only else None,
        **{name.replace("__", "."): value for name, value in flags.items()},
    }
    return layered(Settings, config, assignments or (), given)


def rules_of(settings: Settings) -> "Rules":
    """Return the rules that settings choose.

    Raises:
        InputError: they name a rule or a file that is not there.
        KnowledgeError: a rule file cannot be used.
    """
    from nesy.checking import Rules

    chosen = settings.checking
    language, known = settings.language.code, ontology_of(settings)
    return Rules.load(chosen.rules, chosen.off, chosen.severity, chosen.shipped, language, known)


def ontology_of(settings: Settings) -> "Ontology":
    """Return the shipped ontology with the files of the settings.

    Raises:
        KnowledgeError: one of them cannot be used.
    """
    from nesy.ontology import Ontology

    return Ontology.with_own(*settings.ontology)


class ConfigFormat(StrEnum):
    """How `config` prints the settings."""

    TOML = "toml"
    JSON = "json"


def config(
    config: ConfigOption = None,
    set_: SetOption = None,
    ontology: OntologyOption = None,
    rules: RulesOption = None,
    off: OffOption = None,
    only: OnlyOption = False,
    form: Annotated[ConfigFormat, typer.Option("--format", help="TOML, which --config reads back, or JSON.")] = (
        ConfigFormat.TOML
    ),
) -> None:
    """Print the settings as they are in effect, each below what it means."""
    found = effective(config, set_, ontology=ontology, rules=rules, off=off, only=only)
    result(found.to_toml() if form is ConfigFormat.TOML else found.model_dump_json(indent=2))
