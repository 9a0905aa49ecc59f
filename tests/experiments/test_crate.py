"""The crate of a run, read by the rocrate library: who ran what on which files, and what came out."""

import hashlib
import shutil
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path

import pytest

from nesy import InputError
from nesy.cli import main
from nesy.experiments import Traces, write_crate

rocrate = pytest.importorskip("rocrate.rocrate")
BEGAN, ENDED = datetime(2026, 1, 31, 9, tzinfo=UTC), datetime(2026, 1, 31, 10, tzinfo=UTC)
ORCID = "https://orcid.org/0000-0002-1825-0097"


@pytest.fixture
def run(tmp_path: Path) -> Path:
    folder = tmp_path / "run"
    shutil.copytree("examples/recorded/hard", folder)
    return folder


def action_of(folder: Path):
    (action,) = rocrate.ROCrate(folder).get_by_type("CreateAction")
    return action


def test_it_tells_who_ran_what_and_when(run):
    path = write_crate(run, began=BEGAN, ended=ENDED, agent=f"Ada Lovelace <{ORCID}>", licence="CC-BY-4.0")
    assert path == run / "ro-crate-metadata.json"
    crate, action = rocrate.ROCrate(run), action_of(run)
    assert action["instrument"]["name"] == "nesy"
    assert action["instrument"]["softwareVersion"].startswith(metadata.version("nesy"))
    assert (action["startTime"], action["endTime"]) == ("2026-01-31T09:00:00+00:00", "2026-01-31T10:00:00+00:00")
    assert (action["agent"].id, action["agent"]["name"]) == (ORCID, "Ada Lovelace")
    assert crate.root_dataset["license"].id == "https://spdx.org/licenses/CC-BY-4.0"
    assert crate.root_dataset["conformsTo"].id == "https://w3id.org/ro/wfrun/process/0.5"


def test_its_files_are_there_with_their_sums(run):
    write_crate(run)
    action = action_of(run)
    results = {one.id: one for one in action["result"]}
    assert set(results) == {"run.json", "round0.jsonl", "arms.jsonl"}
    for name, one in (*results.items(), ("scenes.jsonl", rocrate.ROCrate(run).get("scenes.jsonl"))):
        data = (run / name).read_bytes()
        assert one["sha256"] == hashlib.sha256(data).hexdigest() and one["contentSize"] == str(len(data))


def test_its_inputs_are_the_pictures_the_model_and_every_setting(run):
    write_crate(run)
    card, inputs = Traces(run).card(), action_of(run)["object"]
    pictures = {one["name"]: one["sha256"] for one in inputs if "ImageObject" in one.type}
    assert pictures == {one.image.name: one.image.sha256 for one in Traces(run).truths()}  # type: ignore[union-attr]
    (model,) = (one for one in inputs if one.id == "#model")
    assert (model["name"], model["sha256"]) == (card.model.id, card.model.weights_sha256)
    settings = {one["name"]: one["value"] for one in inputs if one.type == "PropertyValue"}
    assert settings["correction.rounds"] == card.settings.correction.rounds and settings["seed"] == card.seed


def test_the_same_run_gives_the_same_text(run):
    first = write_crate(run, began=BEGAN, ended=ENDED).read_bytes()
    assert write_crate(run, began=BEGAN, ended=ENDED).read_bytes() == first


def test_what_is_not_known_is_not_told(run):
    write_crate(run)
    action = action_of(run)
    assert "startTime" not in action.properties() and "agent" not in action.properties()
    assert rocrate.ROCrate(run).root_dataset["license"]["name"] == "No licence stated"


def test_the_command_writes_it_for_a_run_that_is_scored_again(run, capsys):
    assert main(["evaluate", "--replay", str(run), "--crate", "--agent", "Ada", "--format", "json"]) == 0
    assert "ro-crate-metadata.json: written" in capsys.readouterr().err
    assert {one.id for one in action_of(run)["result"]} >= {"report.json", "arms.jsonl"}
    assert action_of(run)["agent"]["name"] == "Ada"


@pytest.mark.parametrize(
    ("more", "told"),
    [({"agent": "<>"}, "--agent '<>'"), ({"agent": "Ada <me>"}, "--agent"), ({"licence": "CC BY"}, "SPDX")],
)
def test_what_is_no_agent_and_no_licence_is_told(run, more, told):
    with pytest.raises(InputError, match=told):
        write_crate(run, **more)
    assert not (run / "ro-crate-metadata.json").exists()


@pytest.mark.parametrize(
    "line",
    [
        "evaluate examples --crate",
        "evaluate --replay examples/recorded/hard --agent Ada",
        "evaluate --replay examples --crate",
    ],
)
def test_a_crate_without_a_run_is_refused(line, capsys):
    assert main(line.split()) == 2
    assert capsys.readouterr().err.count("\n") == 1
