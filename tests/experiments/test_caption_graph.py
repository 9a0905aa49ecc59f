"""A scene by names, as annotators write it: sets by their plural and number, counts of 0 left out."""

from nesy.experiments.scoring.caption_graph import told_graph
from nesy.scene import Scene


def test_a_set_has_its_plural_and_its_number() -> None:
    text = "Two men ride a red bike. There is no dog."
    men = {"category": "man", "spans": [[4, 7]]}
    scene = Scene.model_validate(
        {
            "entities": [
                {"id": "man_1", **men},
                {"id": "man_2", **men},
                {"id": "bike_1", "category": "bike", "attributes": ["red"], "spans": [[19, 23]]},
                {"id": "tree_1", "category": "tree"},
            ],
            "relations": [{"subject": f"man_{n}", "predicate": "ride", "object": "bike_1"} for n in (1, 2)],
            "counts": [{"category": "dog", "value": 0}],
        }
    )
    assert told_graph(scene, text) == {
        ("men", "is", "2"),
        ("men", "ride", "bike"),
        ("bike", "is", "red"),
        ("tree",),
    }
