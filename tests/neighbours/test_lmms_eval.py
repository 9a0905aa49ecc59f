"""lmms-eval runs nesy as a model, on tasks of ours, and asks `nesy serve` by its own client; on drawn pictures."""

import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from nesy import Pipeline
from nesy.server import Limits
from tests.neighbours.neighbour import program
from tests.served import served

ROOT = Path(__file__).resolve().parents[2]
TASKS = ROOT / "examples/lmms_eval/nesy_lmms_eval/tasks"
RIDE, TEA = ROOT / "examples/images/ride.png", ROOT / "examples/images/tea.png"
YES_NO = "Please answer yes or no."


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Write a tiny subset in the form of each benchmark, and return the variables that name it."""
    out = tmp_path_factory.mktemp("data")
    put(out / "vg/VG_100K/1.jpg", RIDE)
    put(out / "vg/VG_100K_2/2.jpg", TEA)
    asked = [("1", "Is the person riding bicycle in this photo?", "yes"), ("2", "Is there a horse?", "no")]
    rows = [{"image_id": i, "query_prompt": f"{text} {YES_NO}", "label": label} for i, text, label in asked]
    lines(out / "reefknot/YESNO.jsonl", [*rows, {**rows[0], "image_id": "77"}])
    choices = "What is the relation with person and bicycle in this photo? A. riding B. eating, please choose."
    lines(out / "reefknot/Multichoice.jsonl", [{"image_id": "1", "query_prompt": choices, "label": "A"}])
    put(out / "dash/neg/coco/horse/a.png", RIDE)
    put(out / "dash/pos/coco/bicycle/b.png", RIDE)
    (out / "dash/dash_benchmark_neg.json").write_text('{"coco": {"horse": ["a.png"]}}')
    (out / "dash/dash_benchmark_pos.json").write_text('{"coco": {"bicycle": ["b.png"]}}')
    put(out / "coco/val2014/c.jpg", RIDE)
    pope = {"question_id": 1, "image": "c.jpg", "text": "Is there a bicycle in the image?", "label": "yes"}
    for which in ("random", "popular", "adversarial"):
        lines(out / f"repope/coco_repope_{which}.json", [pope])
    put(out / "gqa/8.jpg", RIDE)
    put(out / "gqa/9.jpg", RIDE)
    about = {
        "instance": [{"question": "Describe the image.", "answer": "", "triplet": []}],
        "triplets": ["(bicycle, riding, person)"],
        "all_object": ["person", "bicycle", "foot", "hip", "hand"],
        "object": [],
    }
    (out / "tri-he.json").write_text(json.dumps({"8": {**about, "triplets": [], "all_object": ["boat"]}, "9": about}))
    return {
        "NESY_REEFKNOT": f"{out}/reefknot",
        "NESY_VG": f"{out}/vg",
        "NESY_DASH_B": f"{out}/dash",
        "NESY_REPOPE": f"{out}/repope",
        "NESY_COCO_VAL2014": f"{out}/coco",
        "NESY_TRI_HE": f"{out}/tri-he.json",
        "NESY_GQA": f"{out}/gqa",
        "HF_HOME": f"{out}/hf",
    }


def put(place: Path, picture: Path) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(picture, place)


def lines(place: Path, rows: list[dict[str, object]]) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text("".join(json.dumps(row) + "\n" for row in rows))


def evaluated(model: str, given: str, tasks: str, data: Mapping[str, str], out: Path) -> dict[str, dict[str, float]]:
    """Run lmms-eval, and return its results: task -> measure -> value."""
    done = started(model, given, tasks, data, out)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    (found,) = out.rglob("*results.json")
    results = json.loads(found.read_text())["results"]
    return {
        task: {name.partition(",")[0]: value for name, value in told.items() if isinstance(value, (int, float))}
        for task, told in results.items()
    }


def started(
    model: str, given: str, tasks: str, data: Mapping[str, str], out: Path
) -> "subprocess.CompletedProcess[str]":
    command = [program("lmms_eval"), "-m", "lmms_eval", "--model", model, "--model_args", given, "--tasks", tasks]
    options = ["--include_path", TASKS, "--limit", "4", "--batch_size", "1", "--output_path", out]
    env = {**os.environ, **data, "HF_HUB_OFFLINE": "1", "OPENAI_API_KEY": "none", "PYTHONPATH": str(ROOT)}
    return subprocess.run([*map(str, (*command, *options))], capture_output=True, text=True, env=env, check=False)


def test_it_runs_nesy_on_all_tasks(data: dict[str, str], tmp_path: Path) -> None:
    tasks = (
        "nesy_reefknot_yes_no,nesy_reefknot_choice,nesy_dash_b,nesy_repope_random,nesy_repope_popular,"
        "nesy_repope_adversarial,nesy_tri_he"
    )
    found = evaluated("nesy", "model=embedded", tasks, data, tmp_path)
    assert set(found) == set(tasks.split(","))
    for task in ("nesy_reefknot_yes_no", "nesy_dash_b", "nesy_repope_random"):
        assert found[task]["accuracy"] == 1.0 and found[task]["unclear"] == 0.0, (task, found[task])
    # Of one picture a boat is all that is known, so all that is said of it is unknown; of the other nearly nothing.
    assert 0.5 <= found["nesy_tri_he"]["unknown_things"] < 0.75


def test_its_own_client_asks_our_server(data: dict[str, str], tmp_path: Path) -> None:
    program("lmms_eval")
    with served(Pipeline("embedded").model, Limits()) as server:
        given = f"model_version=nesy,base_url={server.url}/v1,timeout=600,num_cpus=2"
        found = evaluated("async_openai", given, "nesy_reefknot_yes_no,nesy_dash_b", data, tmp_path)
    assert {task: told["accuracy"] for task, told in found.items()} == dict.fromkeys(found, 1.0)
    assert len(found) == 2


def test_data_that_is_not_named_is_told(data: dict[str, str], tmp_path: Path) -> None:
    done = started("nesy", "model=embedded", "nesy_dash_b", {**data, "NESY_DASH_B": ""}, tmp_path)
    assert "NESY_DASH_B is not set" in done.stdout + done.stderr, "lmms-eval itself ends with 0"
    assert not list(tmp_path.rglob("*results.json"))
