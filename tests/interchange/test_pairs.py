"""Formats that hold pairs of boxes alone: what stands in a relation comes back, box by box."""

import json
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nesy.interchange import FORMATS, read, write
from nesy.interchange.closed_words import interactions, verbs
from nesy.scene import Scene, term

SIDE = 1000
OPEN = ("vrd", "pairs")
LISTED = ("vcoco-pairs", "hico")


@st.composite
def related(draw: st.DrawFn) -> Scene:
    """A picture of people and things that do not overlap, and relations between them, some said twice."""
    things = [
        "person",
        "person",
        *draw(st.lists(st.sampled_from(["horse", "skis", "dining table", "gnome"]), max_size=3)),
    ]
    size = SIDE // len(things)
    entities = [
        {"id": f"e{n}", "category": word, "box": [n * size / SIDE, 0.1, (n + 1) * size / SIDE, 0.9]}
        for n, word in enumerate(things)
    ]
    some = st.sampled_from([one["id"] for one in entities])
    relation = st.fixed_dictionaries(
        {"subject": some, "predicate": st.sampled_from(["ride", "hold", "sit_on", "left of", "race"]), "object": some}
    )
    return Scene.model_validate(
        {
            "image": {"name": f"COCO_{draw(st.integers(0, 10**6))}.jpg", "width_px": SIDE, "height_px": SIDE},
            "entities": entities,
            "relations": draw(st.lists(relation, max_size=6)),
        }
    )


def triples(scene: Scene, *, placed: bool = True) -> set[object]:
    """What a scene says of which boxes."""
    ends = {one.id: (term(one.category), one.box if placed else None) for one in scene.entities}
    return {(ends[one.subject], term(one.predicate), ends[one.object]) for one in scene.relations}


@pytest.mark.parametrize("name", [*OPEN, *LISTED])
@settings(max_examples=20)
@given(told=related())
def test_pairs_come_back(name: str, told: Scene) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "there" + next(iter(FORMATS[name].endings), ""))
        lost = {one.what: one.count for one in write([told], file, name)}
        back = next(read(file, name, lost=lambda _: None))
    held = triples(told, placed=name in ("pairs", "hico"))
    if name == "hico":
        held = {one for one in held if one[0][0] == "person" and (one[1], one[2][0]) in interactions()}
    elif name == "vcoco-pairs":
        held = {
            one
            for one in held
            if one[0][0] == "person" and one[1] in ("ride", "hold", "sit_on") and one[2][0] != "gnome"
        }
    assert triples(back, placed=name in ("pairs", "hico")) == held
    gone = sum(count for what, count in lost.items() if what.startswith("relations"))
    assert len(told.relations) - gone >= len(back.relations)
    assert len(told.entities) == len(back.entities) + sum(n for what, n in lost.items() if what.startswith("entities"))


def test_hico_is_numbered_as_published(tmp_path: Path) -> None:
    """Interaction 139 (from 0) is `ride horse`, verb 76 `ride`, object 17 `horse`: instances_test2015.json, image 1."""
    box = {"category": "person", "box": [0.1, 0.1, 0.5, 0.5]}, {"category": "horse", "box": [0.2, 0.2, 0.9, 0.9]}
    scene = Scene.model_validate(
        {
            "image": {"name": "HICO_test2015_00000002.jpg", "width_px": 640, "height_px": 480},
            "entities": box,
            "relations": [{"subject": "person_1", "predicate": "ride", "object": "horse_1"}],
        }
    )
    assert write([scene], tmp_path / "h.hico.json") == ()
    data = json.loads((tmp_path / "h.hico.json").read_text())
    (row,) = data["annotation"]
    assert (row["hoi"], row["verb"], row["object"]) == ([139], [76], [17])
    assert row["boxes_h"] == [[65, 49, 320, 240]]
    assert data["correspondence"][139] == [139, 17, 76] and len(data["correspondence"]) == 600
    assert (data["verbs"][76], data["objects"][17], len(data["verbs"]), len(data["objects"])) == (
        "ride",
        "horse",
        117,
        80,
    )
    assert data["filenames"] == [scene.image.name] and data["size"] == [[640, 480]] and data["empty"] == []


def test_every_verb_and_interaction_has_its_number() -> None:
    assert sorted(verbs().words) == list(range(1, 118))
    assert sorted(interactions().values()) == list(range(1, 601))


def test_boxes_of_hico_that_were_drawn_anew_are_one_thing(tmp_path: Path) -> None:
    row = {
        "boxes_h": [[320.0, 306.0, 359.0, 349.0], [321.0, 306.0, 360.0, 350.0]],
        "boxes_o": [[148.0, 345.0, 376.0, 414.0], [148.0, 345.0, 376.0, 414.0]],
        "hoi": [0, 1],
        "object": [0, 0],
        "verb": [0, 1],
    }
    empty = {"boxes_h": [], "boxes_o": [], "hoi": [], "object": [], "verb": []}
    file = {
        "annotation": [row, empty],
        "filenames": ["HICO_1.jpg", "HICO_2.jpg"],
        "size": [[640, 480], [480, 640]],
        "objects": ["bench"],
        "verbs": ["lie_on", "sit_on"],
        "correspondence": [[0, 0, 0], [1, 0, 1]],
        "empty": [1],
    }
    (tmp_path / "i.json").write_text(json.dumps(file))
    lost: list[object] = []
    bench, nothing = read(tmp_path / "i.json", lost=lost.append)
    assert [one.category for one in bench.entities] == ["person", "bench"]
    assert bench.entities[0].box == pytest.approx((319 / 640, 305 / 480, 359 / 640, 349 / 480), abs=1e-6)
    assert [one.predicate for one in bench.relations] == ["lie_on", "sit_on"]
    assert nothing.entities == () and nothing.image.height_px == 640
    assert [str(one) for one in lost] == ["boxes of one thing that was boxed anew, merged: 1"]
