"""Tiny files in the shapes in which data sets are published, typed from what their loaders ask for."""

import json
import pickle
from pathlib import Path
from typing import Any

import numpy as np

FRAME = "001YG.mp4/000089.png"


def psg(folder: Path) -> Path:
    """Three images, of which the second is for testing, and the third has a crowd of bicycles."""
    thing = {"bbox": [64, 48, 320, 240], "bbox_mode": 0, "category_id": 0}
    field = {"bbox": [0, 240, 640, 480], "bbox_mode": 0, "category_id": 2}
    segment = {"id": 1, "iscrowd": 0, "isthing": 1, "area": 9}
    rows = [
        {
            "file_name": f"val2017/00000000000{number}.jpg", "width": 640, "height": 480, "image_id": str(number),
            "pan_seg_file_name": f"panoptic_val2017/{number}.png", "annotations": [thing, field],
            "segments_info": [{**segment, "category_id": 0}, {**segment, "category_id": 2}], "relations": [[0, 1, 1]],
        }
        for number in (1, 2, 3)
    ]  # fmt: skip
    rows[2]["segments_info"].append({**segment, "category_id": 1, "iscrowd": 1})
    data = {
        "data": rows,
        "thing_classes": ["person", "bicycle"],
        "stuff_classes": ["grass-merged"],
        "predicate_classes": ["beside", "standing on"],
        "test_image_ids": ["2"],
    }
    return _json(folder / "psg.json", data)


def vg150(folder: Path, **changes: Any) -> Path:
    """Three images: a man on a horse for training, nothing at all, and a black cat under a table for testing."""
    h5py = __import__("h5py")
    folder.mkdir(parents=True, exist_ok=True)
    tables: dict[str, Any] = {
        "labels": [[1], [2], [3], [4]],
        # the middle, width and height, of 800 x 600 made 1024 x 768
        "boxes_1024": [[256, 256, 256, 384], [256, 512, 512, 256], [512, 600, 128, 64], [512, 384, 1024, 768]],
        "attributes": [[0, 0], [0, 0], [1, 0], [0, 0]],
        "relationships": [[0, 1], [0, 1], [2, 3]],
        "predicates": [[1], [1], [2]],
        "img_to_first_box": [0, -1, 2],
        "img_to_last_box": [1, -1, 3],
        "img_to_first_rel": [0, -1, 2],
        "img_to_last_rel": [1, -1, 2],
        "split": [0, 0, 2],
        **changes,
    }
    with h5py.File(folder / "VG-SGG-with-attri.h5", "w") as file:
        for name, table in tables.items():
            if isinstance(table, list):
                file[name] = np.array(table, dtype=np.int32)
            elif table is not None:
                file[name] = table
    words = {
        "idx_to_label": {"1": "man", "2": "horse", "3": "cat", "4": "table"},
        "idx_to_predicate": {"1": "riding", "2": "under"},
        "idx_to_attribute": {"1": "black"},
    }
    _json(folder / "VG-SGG-dicts-with-attri.json", words)
    sizes = {"width": 800, "height": 600}
    _json(folder / "image_data.json", [{"image_id": number, "url": "", **sizes} for number in (1, 2, 1592, 3)])
    return folder


def open_images(folder: Path) -> Path:
    """One picture for validation: a man who holds one of two guitars, a group of people, and no dog."""
    files = {
        "class-descriptions-boxable.csv": "/m/04yx4,Man\n/m/0342h,Guitar\n/m/01g317,Person\n/m/0bt9lr,Dog\n",
        "oidv6-attributes-description.csv": "/m/083vt,Wooden\n",
        "oidv6-relationships-description.csv": "holds,holds\n",
        "validation-annotations-bbox.csv": (
            "ImageID,Source,LabelName,Confidence,XMin,XMax,YMin,YMax,IsOccluded,IsTruncated,IsGroupOf,IsDepiction,"
            "IsInside\n"
            "00a1,xclick,/m/04yx4,1,0.1,0.5,0.1,0.9,0,0,0,0,0\n"
            "00a1,xclick,/m/0342h,1,0.2,0.4,0.4,0.7,0,0,0,0,0\n"
            "00a1,xclick,/m/0342h,1,0.7,0.9,0.4,0.7,0,0,0,0,0\n"
            "00a1,xclick,/m/01g317,1,0.5,1.0,0.0,0.3,0,0,1,0,0\n"
            "00b2,xclick,/m/0bt9lr,1,0.5,1.0,0.0,0.3,0,0,0,0,0\n"
        ),
        "oidv6-validation-annotations-vrd.csv": (
            "ImageID,LabelName1,LabelName2,XMin1,XMax1,YMin1,YMax1,XMin2,XMax2,YMin2,YMax2,RelationLabel\n"
            "00a1,/m/04yx4,/m/0342h,0.100000,0.5,0.1,0.9,0.2000001,0.4,0.4,0.7,holds\n"
            "00a1,/m/0342h,/m/083vt,0.2,0.4,0.4,0.7,0.2,0.4,0.4,0.7,is\n"
        ),
        "validation-annotations-human-imagelabels-boxable.csv": (
            "ImageID,Source,LabelName,Confidence\n"
            "00a1,verification,/m/0bt9lr,0\n00a1,verification,/m/04yx4,1\n00b2,verification,/m/04yx4,0\n"
        ),
    }
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def action_genome(folder: Path, protocol: int = 2, objects: Any = None, people: Any = None) -> Path:
    """One frame for testing: a person who holds a cup and does not look at it, by a table."""
    folder.mkdir(parents=True, exist_ok=True)
    metadata = {"tag": f"{FRAME}", "set": "test"}
    cup = {
        "class": "cup/glass/bottle", "bbox": (100.0, 50.0, 20.0, np.float64(40.0)), "visible": True,
        "attention_relationship": ["not_looking_at"], "spatial_relationship": ["in_front_of"],
        "contacting_relationship": ["holding"], "metadata": metadata,
    }  # fmt: skip
    unseen = {
        "class": "door", "bbox": None, "visible": False, "attention_relationship": None, "spatial_relationship": None,
        "contacting_relationship": None, "metadata": metadata,
    }  # fmt: skip
    table = {
        **cup, "class": "table", "bbox": (0, 150, 200, 50), "attention_relationship": ["unsure"],
        "contacting_relationship": ["not_contacting"], "spatial_relationship": ["on_the_side_of", "beneath"],
    }  # fmt: skip
    person = {
        "bbox": np.array([[20, 10, 120, 190]], dtype=np.float32), "bbox_score": np.array([0.9], dtype=np.float32),
        "bbox_size": (200, 200), "bbox_mode": "xyxy", "keypoints": np.zeros((1, 17, 3), dtype=np.float32, order="F"),
    }  # fmt: skip
    files = {
        "object_bbox_and_relationship.pkl": {FRAME: [cup, unseen, table]} if objects is None else objects,
        "person_bbox.pkl": {FRAME: person} if people is None else people,
    }
    for name, data in files.items():
        (folder / name).write_bytes(data if isinstance(data, bytes) else pickle.dumps(data, protocol))
    return folder


def coco(folder: Path, names: tuple[str, ...] = ("000000000001.jpg",)) -> Path:
    """Pictures of a person on a horse and a crowd of people, with categories of COCO."""
    images = [{"id": n, "file_name": name, "width": 200, "height": 100} for n, name in enumerate(names, 1)]
    annotations = [
        {"id": 10 * n + k, "image_id": n, "category_id": category, "bbox": box, "iscrowd": crowd, "area": 1}
        for n, _ in enumerate(names, 1)
        for k, (category, box, crowd) in enumerate(
            [(1, [20, 10, 60, 80], 0), (19, [20, 40, 100, 60], 0), (1, [150, 0, 50, 20], 1)]
        )
    ]
    categories = [{"id": 1, "name": "person"}, {"id": 19, "name": "horse"}, {"id": 18, "name": "dog"}]
    return _json(
        folder / "instances_val2017.json", {"images": images, "annotations": annotations, "categories": categories}
    )


def _json(path: Path, data: object) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(data), encoding="utf-8")
    return path
