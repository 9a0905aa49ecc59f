"""The `nesy` command: its subcommands, and what an error becomes (one line and an exit code)."""

import logging
import sys
from collections.abc import Sequence
from importlib import metadata
from io import TextIOWrapper
from typing import Annotated

import typer
from typer.exceptions import TyperException

import nesy.cli.coverage  # noqa: F401  adds its commands to `nesy rules`
from nesy.cli import (
    alarms,
    analyze,
    ask,
    calibrate,
    check,
    concepts,
    convert,
    croissant,
    evaluate,
    explain,
    export,
    inventory,
    judge,
    parse,
    query,
    report,
    score,
    serve,
    settings_options,
    synth,
    witness,
)
from nesy.cli.command import App, Group
from nesy.cli.console import fail, result
from nesy.errors import InputError, KnowledgeError, ModelError, ReplyError

_EPILOG = "Exit codes: 0 consistent, 1 inconsistent or unknown, 2 usage or input, 3 the model failed."

app = App(
    cls=Group,
    name="nesy",
    help="Describe images as scene graphs, check them against an ontology and rules, and have the model look again.",
    epilog=_EPILOG,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command(no_args_is_help=False)(analyze.analyze)
app.command()(analyze.perceive)
app.command()(ask.ask)
app.command()(explain.explain)
app.command()(check.check)
app.command()(check.repair)
app.command()(parse.parse)
app.command()(query.query)
app.command()(convert.convert)
app.command()(convert.formats)
app.command()(synth.synth)
app.command()(evaluate.evaluate)
app.command()(report.report)
app.command()(export.export)
app.command()(croissant.croissant)
app.command()(calibrate.calibrate)
app.command()(score.score)
app.command()(judge.judge)
app.command()(serve.serve)
app.command()(witness.witness)
app.command()(alarms.dataset)
app.add_typer(inventory.rules)
app.command()(inventory.models)
app.command()(inventory.doctor)
app.command()(concepts.concepts)
app.command()(settings_options.config)


def _print_version(wanted: bool) -> None:
    if wanted:
        result(f"nesy {metadata.version('nesy')}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def _root(
    context: typer.Context,
    _version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and leave.")
    ] = False,
) -> None:
    if context.invoked_subcommand is None:
        raise InputError("no command given; `nesy --help` lists them")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code; errors of the user, the rules or the model become one line."""
    logging.getLogger("rdflib").setLevel(logging.CRITICAL)  # of a number that is none it prints a traceback
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a terminal without Unicode shows escapes, no traceback
    try:
        code = app(args=arguments, prog_name="nesy", standalone_mode=False)
    except TyperException as error:
        return fail(error.format_message(), 2)
    except (InputError, KnowledgeError) as error:
        return fail(str(error), 2)
    except (ModelError, ReplyError) as error:
        return fail(str(error), 3)
    except MemoryError:
        return fail("the memory of this machine, or of this process, does not hold what was given", 2)
    except typer.Abort:
        return fail("interrupted", 130)
    return code if isinstance(code, int) else 0
