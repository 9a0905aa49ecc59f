"""Scene: what is claimed of one image (entities, part states, relations, counts), as `nesy.scene/1`."""

from nesy.scene.claim import (
    Claim,
    Confidence,
    Count,
    Entity,
    Id,
    ImageInfo,
    Label,
    PartState,
    Relation,
    Spans,
    attribute_id,
    in_full,
    in_words,
    named,
    term,
)
from nesy.scene.joint_names import joint_entities, joint_names, picture_of
from nesy.scene.json_reading import one_line, read_json
from nesy.scene.scene import Scene

__all__ = [
    "Claim",
    "Confidence",
    "Count",
    "Entity",
    "Id",
    "ImageInfo",
    "Label",
    "PartState",
    "Relation",
    "Scene",
    "Spans",
    "attribute_id",
    "in_full",
    "in_words",
    "joint_entities",
    "joint_names",
    "named",
    "one_line",
    "picture_of",
    "read_json",
    "term",
]
