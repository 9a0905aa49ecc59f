"""A pipeline in a box: files travel by content, and come out as they were."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from nesy.batch.run_card import card_of
from nesy.distributed.luggage import packed, unpacked
from nesy.errors import InputError
from nesy.models.scripted import ScriptedModel
from nesy.pipeline import Pipeline
from nesy.settings import CheckingSettings, Settings
from tests.rule_texts import rule, write
from tests.runs import CUP
from tests.runs import write as write_pictures

SCRIPT = f"""
import nesy
import nesy.experiments
from nesy.loop.run import Hooks

class Own:
    info = nesy.ModelInfo(id="own")
    def reply(self, request):
        assert nesy.experiments.__name__ == "nesy.experiments"
        return nesy.Reply(text='{CUP}', prompt="")

hooks = Hooks(round_finished=lambda round: nesy.check(round.scene))
"""

pytest.importorskip("ray", reason="Ray is not installed (nesy[ray])")


@pytest.fixture
def there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "there"
    folder.mkdir()
    monkeypatch.chdir(folder)
    (folder / "rules").mkdir()
    write(folder / "rules", rule("sh:nodeKind sh:Literal"))
    (folder / "replies.jsonl").write_text(json.dumps({"image": "a.png", "text": CUP}))
    return folder


def test_files_that_are_not_seen_come_along_and_the_card_is_the_same(there: Path, monkeypatch) -> None:
    settings = Settings(checking=CheckingSettings(rules=("rules",)))
    sent = Pipeline("replay:replies.jsonl", settings)
    card, data = card_of(sent, (), None, "jsonl"), packed(sent)
    shutil.rmtree(there / "rules")
    (there / "replies.jsonl").write_text("another")
    found = unpacked(data)
    assert found.settings == settings and found.pipeline.settings != settings
    again = card_of(found.pipeline, (), None, "jsonl")
    assert again.model_copy(update={"settings": settings}) == card
    moved = found.pipeline.settings.checking.rules[0]
    assert moved != "rules" and found.as_sent(f"{moved}/mine.ttl: odd") == "rules/mine.ttl: odd"


def test_files_that_are_seen_stay_where_they_are(there: Path) -> None:
    settings = Settings(checking=CheckingSettings(rules=("rules",)))
    found = unpacked(packed(Pipeline("replay:replies.jsonl", settings)))
    assert found.pipeline.settings == settings and found.moved == {}
    assert found.pipeline.given[0] == "replay:replies.jsonl"


def test_a_model_of_ones_own_travels_as_what_it_is(there: Path) -> None:
    found = unpacked(packed(Pipeline(ScriptedModel(lambda _request: CUP))))
    assert found.pipeline.model_info.id == "scripted"


def test_a_model_that_a_script_or_a_notebook_defines_travels_with_what_it_uses(there: Path) -> None:
    """As in `__main__`: it is sent by value, with the package itself among what its names stand for."""
    names: dict[str, Any] = {"__name__": "__main__"}
    exec(SCRIPT, names)
    found = unpacked(packed(Pipeline(names["Own"](), hooks=names["hooks"]))).pipeline
    write_pictures(there, {"a.png": 1})
    assert found.analyze("a.png").scene.entities[0].id == "cup_1"


def test_what_cannot_be_read_is_one_line(there: Path) -> None:
    with pytest.raises(InputError, match=r"none.jsonl: cannot be read \(No such file or directory\)"):
        packed(Pipeline("replay:none.jsonl"))
