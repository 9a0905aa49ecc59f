"""FiftyOne's own importers read our files: all but the storing, which takes a MongoDB."""

import json
from pathlib import Path

import pytest
from PIL import Image

from nesy.interchange import write
from tests.interchange.tool_scenes import ODD_SCENE, SCENE
from tests.neighbours.neighbour import run

_ASK = """
import json, sys
import fiftyone as fo
from fiftyone.utils.data.importers import FiftyOneDatasetImporter
importer = FiftyOneDatasetImporter(sys.argv[1])
assert importer._is_legacy_format_data(), "samples without a schema"
importer = importer._to_legacy_importer()
found = []
with importer:
    for sample in importer:
        placed = [(one.label, one.bounding_box, one.confidence, one.words) for one in sample.entities.detections]
        found.append((sample.filename, sample.metadata.width, placed, sample.relations, sample.media_type))
print(json.dumps(found))
"""


def test_samples_are_loaded(tmp_path: Path) -> None:
    write([SCENE, ODD_SCENE], tmp_path / "samples.json")
    first, second = json.loads(run("fiftyone", _ASK, tmp_path))
    assert first == [
        "ride 1.png",
        64,
        [
            ["person", pytest.approx([0.1, 0.2, 0.3, 0.7]), 0.5, ["tall", "red"]],
            ["horse", [0.25, 0.25, 0.625, 0.75], 0.75, []],
        ],
        [{"id": "r1", "subject": "person_1", "predicate": "ride", "object": "horse_1"}],
        "image",
    ]
    assert [one[0] for one in second[2]] == [one.category for one in ODD_SCENE.entities]


_ASK_COCO = """
import json, sys
from fiftyone.utils.coco import COCODetectionDatasetImporter
importer = COCODetectionDatasetImporter(data_path=sys.argv[1], labels_path=sys.argv[2], extra_attrs=True)
found = []
with importer:
    for path, metadata, labels in importer:
        boxes = [] if labels is None else [(one.label, one.bounding_box) for one in labels["detections"].detections]
        found.append((path, metadata.width, boxes))
print(json.dumps(found))
"""


def test_coco_with_relations_is_loaded(tmp_path: Path) -> None:
    assert SCENE.image is not None
    (tmp_path / "data").mkdir()
    Image.new("RGB", (64, 48)).save(tmp_path / "data" / SCENE.image.name)
    write([SCENE], tmp_path / "labels.coco.json")
    ((path, width, boxes),) = json.loads(run("fiftyone", _ASK_COCO, tmp_path / "data", tmp_path / "labels.coco.json"))
    assert (Path(path).name, width) == (SCENE.image.name, 64)
    assert boxes == [
        ["person", pytest.approx([0.1, 0.2, 0.3, 0.7])],
        ["horse", pytest.approx([0.25, 0.25, 0.625, 0.75])],
    ]
