"""`nesy ask`: an image and a question in, a checked answer out."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from nesy.cli.analyze import ModelOption
from nesy.cli.console import result
from nesy.cli.parse import LanguageOption
from nesy.cli.settings_options import (
    ConfigOption,
    OffOption,
    OnlyOption,
    OntologyOption,
    RulesOption,
    SetOption,
    effective,
)
from nesy.settings import CorrectionSettings


class AnswerFormat(StrEnum):
    """How `ask` prints an answer."""

    TEXT = "text"
    JSON = "json"


def ask(
    image: Annotated[Path, typer.Argument(metavar="IMAGE", help="A picture file.", show_default=False)],
    question: Annotated[str, typer.Argument(metavar="QUESTION", help="What to ask of it.", show_default=False)],
    model: ModelOption = None,
    rounds: Annotated[
        int | None,
        typer.Option(
            min=0,
            max=10,
            metavar="N",
            help="Further looks, at the scene and at the answer alike.",
            show_default=str(CorrectionSettings().rounds),
        ),
    ] = None,
    rules: RulesOption = None,
    off: OffOption = None,
    only: OnlyOption = False,
    ontology: OntologyOption = None,
    config: ConfigOption = None,
    set_: SetOption = None,
    language: LanguageOption = None,
    no_check: Annotated[
        bool, typer.Option("--no-check", help="Print the bare model's answer; nothing is described or checked.")
    ] = False,
    form: Annotated[AnswerFormat, typer.Option("--format")] = AnswerFormat.TEXT,
) -> None:
    """Answer a question about an image; the answer is checked, and asked for again where it cannot be true."""
    from nesy.image import Image
    from nesy.language.question_parser import read_question
    from nesy.pipeline import Pipeline

    settings = effective(
        config,
        set_,
        ontology=ontology,
        rules=rules,
        off=off,
        only=only,
        correction__rounds=rounds,
        language__code=language,
    )
    pipeline = Pipeline(model, settings)
    # A question that cannot be asked is told before a model is loaded.
    read_question(question, pipeline.ontology, settings.language.code)
    picture = Image.open(image)
    if not no_check:
        _ = pipeline.rules  # a broken rule file likewise
    answered = pipeline.ask(picture, question, checked=not no_check)
    if form is AnswerFormat.JSON:
        result(answered.to_json(indent=2))
    else:
        from nesy.rendering.answer_account import answer_account

        result(answer_account(answered))
    raise typer.Exit(0 if answered.consistent else 1)
