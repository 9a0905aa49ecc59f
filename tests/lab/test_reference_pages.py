"""The tables of formats and commands are those of the code; no format is missing, and every field has a meaning."""

import re
from pathlib import Path
from typing import get_args

import pytest
from pydantic import BaseModel

from lab.reference_pages import BESIDE, FORMATS, PAGES, UNNAMED, all_models, field_meanings, refreshed

ROOT = Path(__file__).resolve().parents[2]


def models() -> list[type[BaseModel]]:
    first = [*FORMATS.values(), *UNNAMED.values(), *(one for _, some in BESIDE.values() for one in some)]
    return sorted({inner for model in first for inner in all_models(model)}, key=lambda one: one.__qualname__)


@pytest.mark.parametrize("page", PAGES)
def test_the_page_is_what_the_code_says(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    assert refreshed(page, text) == text, "make reference"


def test_every_format_of_the_package_is_told() -> None:
    sources = [path.read_text(encoding="utf-8") for path in (ROOT / "nesy").rglob("*.py")]
    named = {name for source in sources for name in re.findall(r"nesy\.[a-z_]+/\d+", source)}
    assert named == set(FORMATS)
    fields = {name: model.model_fields["schema_"] for name, model in FORMATS.items()}
    assert all(name in (field.default, *get_args(field.annotation)) for name, field in fields.items())


@pytest.mark.parametrize("model", models(), ids=lambda model: f"{model.__module__}.{model.__name__}")
def test_every_field_says_what_it_means(model: type[BaseModel]) -> None:
    assert set(field_meanings(model)) >= set(model.model_fields)


def test_every_command_is_told() -> None:
    from nesy.cli.app import app

    text = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
    for command in app.registered_commands:
        assert command.callback is not None
        assert re.search(rf"^## nesy {command.name or command.callback.__name__}$", text, re.MULTILINE)
    assert len(re.findall(r"^### nesy rules ", text, re.MULTILINE)) == len(
        app.registered_groups[0].typer_instance.registered_commands
    )
