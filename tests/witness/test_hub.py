"""Witnesses of the hub, on tiny networks of their real classes: what they see, what they are asked for, bad folders."""

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import PIL.Image
import pytest

import nesy.witness.hub_detectors as hub_detectors
from nesy.errors import InputError, ModelError, NesyError
from nesy.image import Image
from nesy.observations import KEYPOINTS
from nesy.witness.hub_detectors import ClosedDetector, OpenDetector, hub_detector, meant
from nesy.witness.hub_pose import PoseNetwork
from tests.witness.hub_networks import MAKERS, made, vitpose

CLOSED = ("rt_detr_v2", "d_fine", "detr", "yolos")
OPEN = ("owlv2", "grounding_dino")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of tiny networks, each made when a test first asks for it."""
    return tmp_path_factory.mktemp("networks")


@pytest.fixture
def picture() -> Image:
    return Image.from_pixels(PIL.Image.linear_gradient("L").resize((90, 60)).convert("RGB"), name="grey.png")


@pytest.fixture(autouse=True)
def everything_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Random weights are sure of nothing."""
    monkeypatch.setattr(hub_detectors, "LEAST_SCORE", dict.fromkeys(hub_detectors.LEAST_SCORE, 0.0))


def here(name: str, folder: Path) -> Path:
    return folder / name if (folder / name).exists() else made(name, folder)


@pytest.mark.parametrize("name", CLOSED)
def test_a_closed_detector_names_the_categories_of_its_configuration(name: str, folder: Path, picture: Image) -> None:
    witness = hub_detector(str(here(name, folder)))
    assert isinstance(witness, ClosedDetector)
    assert witness.info.categories == ("person", "dining table", "cup")  # N/A is none
    assert witness.info.weights_sha256 is not None
    seen = witness.observe(picture)
    assert seen.image == picture.info
    assert seen.things
    assert {thing.category for thing in seen.things} <= set(witness.info.categories)
    assert all(thing.box[0] < thing.box[2] and thing.box[1] < thing.box[3] for thing in seen.things)
    assert [thing.score for thing in seen.things] == sorted((thing.score for thing in seen.things), reverse=True)
    assert witness.observe(picture) == seen


@pytest.mark.parametrize("name", OPEN)
def test_an_open_detector_looks_for_the_words_it_is_given(name: str, folder: Path, picture: Image) -> None:
    witness = hub_detector(str(here(name, folder)))
    assert isinstance(witness, OpenDetector)
    assert len(witness.info.categories) == 80
    asked = witness.asked_for(["unicycle", "traffic_light", "cup", "unicycle", " "])
    assert asked.info.categories == ("unicycle", "traffic light", "cup")
    assert {thing.category for thing in asked.observe(picture).things} <= set(asked.info.categories)
    assert asked.asked_for([]).observe(picture).things == ()


class Asked:
    """A processor that keeps what it was asked for."""

    def __init__(self, processor: Any) -> None:
        self.processor = processor
        self.texts: list[list[str]] = []

    def __call__(self, **given: Any) -> Any:
        self.texts += given["text"]
        return self.processor(**given)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.processor, name)


def test_no_prompt_is_longer_than_a_text_encoder_reads(folder: Path, picture: Image) -> None:
    witness = hub_detector(str(here("grounding_dino", folder)))
    assert isinstance(witness, OpenDetector)
    asked = Asked(witness.loaded.processor)
    replace(witness, loaded=replace(witness.loaded, processor=asked)).observe(picture)
    assert [len(words) for words in asked.texts] == [40, 40]
    assert tuple(word for words in asked.texts for word in words) == witness.info.categories


@pytest.mark.parametrize(
    ("phrase", "word"),
    [
        ("cup", "cup"),
        ("traffic", "traffic light"),
        ("light", None),  # of two
        ("street light cup", "street light"),
        ("dog", None),
        ("", None),
        ("CUP", "cup"),
    ],
)
def test_a_phrase_means_a_word_only_where_that_is_plain(phrase: str, word: str | None) -> None:
    assert meant(phrase, ("cup", "traffic light", "street light")) == word


def test_a_pose_network_looks_at_the_people_that_a_detector_finds(folder: Path, picture: Image) -> None:
    poses = vitpose(folder / "poses")
    spec = f"{here('d_fine', folder)}+{poses}"
    seen = hub_detector(spec).observe(picture)
    persons = [thing for thing in seen.things if thing.category == "person"]
    assert persons
    assert [someone.box for someone in seen.people] == [thing.box for thing in persons]
    assert all(tuple(someone.keypoints.named()) == KEYPOINTS for someone in seen.people)
    assert {someone.witness for someone in seen.people} == {spec}


def test_other_joints_than_those_of_coco_are_refused(folder: Path, picture: Image) -> None:
    network = PoseNetwork(str(vitpose(folder / "twelve", joints=12)))
    persons = hub_detector(str(here("d_fine", folder))).observe(picture).things[:1]
    with pytest.raises(ModelError, match="12 joints"):
        network.people(picture, persons, "a")


def spoilt(folder: Path, tmp_path: Path, kind: str) -> Path:
    copy = tmp_path / kind
    shutil.copytree(here("yolos", folder), copy)
    config = copy / "config.json"
    match kind:
        case "pickled":
            (copy / "model.safetensors").rename(copy / "pytorch_model.bin")
        case "damaged":
            (copy / "model.safetensors").write_bytes(b"\0" * 64)
        case "of another family":
            config.write_text(json.dumps(json.loads(config.read_text()) | {"model_type": "bert"}))
        case "without names":
            names = {"id2label": {"0": "LABEL_0", "1": "LABEL_1", "2": "LABEL_2", "3": "LABEL_3"}, "label2id": {}}
            config.write_text(json.dumps(json.loads(config.read_text()) | names))
        case "without a processor":
            (copy / "preprocessor_config.json").unlink()
    return copy


@pytest.mark.parametrize(
    ("kind", "error", "why"),
    [
        ("pickled", ModelError, "pickled weights"),
        ("damaged", ModelError, "cannot be loaded"),
        ("of another family", InputError, "'bert' is no object detector"),
        ("without names", ModelError, "names no categories"),
        ("without a processor", ModelError, "cannot be loaded"),
    ],
)
def test_a_bad_folder_is_one_clear_line(
    kind: str, error: type[NesyError], why: str, folder: Path, tmp_path: Path
) -> None:
    with pytest.raises(error, match=why) as raised:
        hub_detector(str(spoilt(folder, tmp_path, kind)))
    assert "\n" not in str(raised.value)


def test_a_detector_is_no_pose_network_and_the_other_way_round(folder: Path) -> None:
    with pytest.raises(InputError, match="no pose network"):
        hub_detector(f"{here('yolos', folder)}+{here('yolos', folder)}")
    with pytest.raises(InputError, match="no object detector"):
        hub_detector(str(vitpose(folder / "alone")))


@pytest.mark.parametrize("size", [(1, 1), (1200, 3)])
@pytest.mark.parametrize("name", list(MAKERS))
def test_an_odd_picture_is_looked_at_or_refused_in_one_line(name: str, size: tuple[int, int], folder: Path) -> None:
    odd = Image.from_pixels(PIL.Image.new("RGB", size), name="odd.png")
    try:
        seen = hub_detector(str(here(name, folder))).observe(odd)
    except ModelError as error:
        assert "odd.png" in str(error) and "\n" not in str(error)
    else:
        assert seen.image == odd.info
