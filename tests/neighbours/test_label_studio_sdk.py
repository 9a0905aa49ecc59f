"""Label Studio's own library: our configuration and predictions are valid in its eyes."""

import json
from pathlib import Path

from nesy.interchange import write
from tests.interchange.tool_scenes import ODD_SCENE, SCENE
from tests.neighbours.neighbour import run

_ASK = """
import json, sys
from label_studio_sdk.label_interface import LabelInterface
config = LabelInterface(open(sys.argv[1]).read())
config.validate()
tasks = json.load(open(sys.argv[2]))
predictions = [one for task in tasks for one in task["predictions"]]
print(json.dumps({
    "tasks": [config.validate_task({"data": task["data"]}) for task in tasks],
    "predictions": [config.validate_prediction(one, True) for one in predictions],
    "annotations": [config.validate_annotation(one) for one in predictions],
    "labels": sorted(config.get_control("things").labels),
    "other": config.validate_prediction({"result": [{**predictions[0]["result"][0], "from_name": "nobody"}]}),
}))
"""


def test_configuration_tasks_and_predictions_are_valid(tmp_path: Path) -> None:
    tasks, config = tmp_path / "tasks.label-studio.json", tmp_path / "config.label-studio.xml"
    write([SCENE, ODD_SCENE], tasks)
    write([SCENE, ODD_SCENE], config)
    told = json.loads(run("label-studio-sdk", _ASK, config, tasks))
    assert told["tasks"] == [True, True]
    assert told["predictions"] == [[], []] and told["annotations"] == [True, True]
    assert told["labels"] == sorted({one.category for scene in (SCENE, ODD_SCENE) for one in scene.entities})
    assert told["other"] is False
