"""The language that texts and questions are read in: one setting, one parameter, one option, one error."""

import json
from pathlib import Path

import PIL.Image
import pytest

import nesy
from nesy.cli import main
from nesy.language.question_parser import read_question
from nesy.ontology import Ontology
from nesy.question import Question
from nesy.settings import LANGUAGES
from tests.loop_scenes import ScriptedModel

TOLD = "no model for the language 'de'; nesy ships: en"
SEEN = '{"entities":[{"id":"horse_1","box":[0.1,0.1,0.9,0.9],"attributes":[]}]}'


def test_the_default_is_english_and_survives_json() -> None:
    assert nesy.Settings().language.code == "en"
    assert nesy.parse("A man rides a horse.") == nesy.parse("A man rides a horse.", language="en")
    read = nesy.Settings.model_validate_json(nesy.Settings().model_dump_json())
    assert read == nesy.Settings()
    older = {key: part for key, part in json.loads(read.model_dump_json()).items() if key != "language"}
    assert nesy.Settings.model_validate(older) == read


@pytest.mark.parametrize("language", ["de", "", "EN", "../en", "en\n"])
def test_a_language_that_is_not_shipped_is_one_error_everywhere(language: str) -> None:
    told = f"no model for the language {language!r}; nesy ships: {', '.join(LANGUAGES)}"
    for asked in (
        lambda: nesy.LanguageSettings(code=language),
        lambda: nesy.Settings.model_validate({"language": {"code": language}}),
        lambda: nesy.parse("ein Mann", language=language),
        lambda: next(nesy.parse_many(["ein Mann"], language=language)),
        lambda: read_question("Was ist das?", Ontology.default(), language),
    ):
        with pytest.raises(nesy.InputError) as raised:
            asked()
        assert str(raised.value) == told


@pytest.mark.parametrize("command", [["parse", "ein Mann"], ["ask", "a.png", "Was ist das?", "--model", "embedded"]])
def test_the_option_says_the_same(
    command: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    PIL.Image.new("RGB", (64, 48), "white").save("a.png")
    assert main([*command, "--language", "de"]) == 2
    assert capsys.readouterr().err == f"error: {TOLD}\n"


def test_a_question_is_read_in_the_language_of_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []

    def reading(text: str, ontology: Ontology, language: str) -> Question:
        read.append(language)
        return read_question(text, ontology)

    monkeypatch.setattr("nesy.pipeline.read_question", reading)
    monkeypatch.setattr("nesy.settings.LANGUAGES", ("en", "xx"))  # as if a model of another were there
    image = nesy.Image.from_pixels(PIL.Image.new("RGB", (64, 48), "white"), name="a.png")
    for language in ("en", "xx"):
        settings = nesy.Settings(language=nesy.LanguageSettings(code=language))
        nesy.Pipeline(ScriptedModel(SEEN, '{"answer":"yes","because":[]}'), settings).ask(image, "Is there a horse?")
    assert read == ["en", "xx"]
