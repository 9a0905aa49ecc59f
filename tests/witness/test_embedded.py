"""The embedded witness: what it sees, what it does with pictures that show nothing, and with damaged files."""

import shutil
from pathlib import Path

import PIL.Image
import pytest

import nesy
from nesy.errors import InputError, ModelError
from nesy.observations import Observations
from nesy.witness.detector import CATEGORIES
from nesy.witness.embedded import DETECTOR, FOLDER, POSE, EmbeddedWitness
from nesy.witness.roster import load


def plain(size: tuple[int, int], colour: str = "black") -> nesy.Image:
    return nesy.Image.from_pixels(PIL.Image.new("RGB", size, colour), name="plain.png")


def test_it_knows_the_categories_of_the_ontology() -> None:
    assert set(CATEGORIES) == nesy.Ontology.load().categories
    assert load("embedded").info.categories == CATEGORIES


@pytest.mark.parametrize("size", [(1, 1), (10_000, 50), (50, 10_000)])
@pytest.mark.parametrize("colour", ["black", "white"])
def test_a_picture_that_shows_nothing_is_seen_as_nothing(size: tuple[int, int], colour: str) -> None:
    seen = load("embedded").observe(plain(size, colour))
    assert (seen.things, seen.people, seen.texts) == ((), (), ())
    assert seen.image is not None and (seen.image.width_px, seen.image.height_px) == size
    assert Observations.from_json(seen.to_json()) == seen


def test_the_same_picture_is_seen_the_same_way_by_path_and_by_pixels(tmp_path: Path) -> None:
    plain((64, 48)).pixels.save(tmp_path / "plain.png")
    by_path = nesy.witness(tmp_path / "plain.png")
    assert by_path == nesy.witness(str(tmp_path / "plain.png"), by="embedded")
    assert by_path.things == nesy.witness(plain((64, 48)), by=EmbeddedWitness(threads=1)).things
    assert by_path.image is not None and by_path.image.name == "plain.png"


def test_no_picture_and_no_witness_are_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "text.jpg").write_text("no picture")
    with pytest.raises(InputError, match=r"text\.jpg: not an image"):
        nesy.witness(tmp_path / "text.jpg")
    with pytest.raises(InputError, match=r"no such file"):
        nesy.witness(tmp_path / "absent.jpg")
    with pytest.raises(InputError, match=r"no witness 'eagle eyed'.*embedded"):
        nesy.witness(plain((8, 8)), by="eagle eyed")


@pytest.mark.parametrize("which", [DETECTOR[0], POSE[0]])
@pytest.mark.parametrize("harm", ["missing", "empty", "cut short", "one bit", "a folder"])
def test_a_missing_or_damaged_network_is_one_line(which: str, harm: str, tmp_path: Path) -> None:
    for name, _ in (DETECTOR, POSE):
        shutil.copy(FOLDER / name, tmp_path / name)
    file = tmp_path / which
    data = file.read_bytes()
    file.unlink()
    if harm == "a folder":
        file.mkdir()
    elif harm != "missing":
        middle = len(data) // 2
        flipped = data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :]
        file.write_bytes({"empty": b"", "cut short": data[:-100], "one bit": flipped}[harm])
    with pytest.raises(ModelError, match=rf"{which}: (damaged|cannot be read).*install nesy again") as told:
        EmbeddedWitness(tmp_path).observe(plain((32, 32)))
    assert "\n" not in str(told.value)


def test_the_sums_are_those_of_the_files() -> None:
    witness = EmbeddedWitness()
    assert [network.file.read()[:1] for network in (witness.detector, witness.pose)] == [b"\x08", b"\x08"]
