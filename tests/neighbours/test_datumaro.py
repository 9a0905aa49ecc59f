"""Datumaro, which CVAT's own converters are made of, reads our XML, and we read what it writes."""

import json
from pathlib import Path

import pytest
from PIL import Image

from nesy.interchange import read, write
from tests.interchange.tool_scenes import ODD_SCENE, SCENE
from tests.neighbours.neighbour import run

_ASK = """
import json, sys
from datumaro.components.annotation import AnnotationType
from datumaro.components.dataset import Dataset
data = Dataset.import_from(sys.argv[1], "cvat")
labels = [one.name for one in data.categories()[AnnotationType.label].items]
found = {}
for item in data:
    found[item.id] = [
        (one.type.name, labels[one.label], list(getattr(one, "points", [])), dict(one.attributes))
        for one in item.annotations
    ]
print(json.dumps(found))
data.export(sys.argv[2], "cvat", save_media=True)
"""


def test_boxes_and_tags_there_and_back(tmp_path: Path) -> None:
    ours, theirs = tmp_path / "ours", tmp_path / "theirs"
    (ours / "images").mkdir(parents=True)
    for scene in (SCENE, ODD_SCENE):
        assert scene.image is not None
        Image.new("RGB", (64, 48)).save(ours / "images" / scene.image.name)
    write([SCENE, ODD_SCENE], ours / "annotations.xml", "cvat")
    told = json.loads(run("datumaro", _ASK, ours, theirs))
    person, horse, count = told["ride 1"]
    assert person[:3] == ["bbox", "person", pytest.approx([6.4, 9.6, 25.6, 43.2])]
    assert person[3]["relations"] == "ride -> horse_1" and person[3]["attributes"] == "tall, red"
    assert horse[:2] == ["bbox", "horse"] and count[:2] == ["label", "person"] and float(count[3]["count"]) == 1
    odd = told["größe 日本 & <b>"]
    assert [one[1] for one in odd] == [one.category for one in ODD_SCENE.entities] and odd[1][3]["occluded"] is True
    (file,) = theirs.glob("*.xml")
    back = {scene.image.name: scene for scene in read(file, "cvat", lambda lost: None) if scene.image is not None}
    for scene in (SCENE, ODD_SCENE):
        assert scene.image is not None
        again = back[scene.image.name]
        assert {one.category for one in again.entities} == {one.category for one in scene.entities}
        assert [one.box for one in again.entities] == [pytest.approx(one.box, abs=0.001) for one in scene.entities]
