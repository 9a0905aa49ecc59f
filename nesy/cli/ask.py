"""`nesy ask`: an image and a question in, a checked answer out."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from nesy.cli.analyze import ModelOption
from nesy.cli.check import OffOption, OnlyOption, RulesOption
from nesy.cli.console import result
from nesy.cli.parse import LanguageOption
from nesy.settings import LANGUAGES, CheckingSettings, CorrectionSettings, LanguageSettings, Settings


class AnswerFormat(StrEnum):
    """How `ask` prints an answer."""

    TEXT = "text"
    JSON = "json"


def ask(
    image: Annotated[Path, typer.Argument(metavar="IMAGE", help="A picture file.", show_default=False)],
    question: Annotated[str, typer.Argument(metavar="QUESTION", help="What to ask of it.", show_default=False)],
    model: ModelOption = None,
    rounds: Annotated[
        int, typer.Option(min=0, max=10, metavar="N", help="Further looks, at the scene and at the answer alike.")
    ] = CorrectionSettings().rounds,
    rules: RulesOption = None,
    off: OffOption = None,
    only: OnlyOption = False,
    language: LanguageOption = LANGUAGES[0],
    no_check: Annotated[
        bool, typer.Option("--no-check", help="Print the bare model's answer; nothing is described or checked.")
    ] = False,
    form: Annotated[AnswerFormat, typer.Option("--format")] = AnswerFormat.TEXT,
) -> None:
    """Answer a question about an image; the answer is checked, and asked for again where it cannot be true."""
    from nesy.image import Image
    from nesy.language.question_parser import read_question
    from nesy.ontology import Ontology
    from nesy.pipeline import Pipeline

    settings = Settings(
        checking=CheckingSettings(
            rules=tuple(str(path) for path in rules or ()), off=tuple(off or ()), shipped=not only
        ),
        correction=CorrectionSettings(rounds=rounds),
        language=LanguageSettings(code=language),
    )
    read_question(
        question, Ontology.default(), language
    )  # a question that cannot be asked is told before a model is loaded
    picture = Image.open(image)
    pipeline = Pipeline(model, settings)
    if not no_check:
        _ = pipeline.rules  # a broken rule file likewise
    answered = pipeline.ask(picture, question, checked=not no_check)
    if form is AnswerFormat.JSON:
        result(answered.to_json(indent=2))
    else:
        from nesy.rendering.answer_account import answer_account

        result(answer_account(answered))
    raise typer.Exit(0 if answered.consistent else 1)
