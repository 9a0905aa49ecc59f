"""Looks at parts of a picture: where their boxes lie in the whole, and what the looks say together."""

import numpy as np
import PIL.Image
import pytest

from nesy.witness.detector import CATEGORIES, Candidates
from nesy.witness.overlap import pairwise_iou, without_overlap
from nesy.witness.views import View, sightings, views_of


def test_boxes_of_a_part_lie_where_they_are_in_the_picture() -> None:
    boxes = np.array([[0.0, 0.0, 0.5, 1.0]], dtype=np.float32)
    assert View((0.5, 0.0, 1.0, 1.0)).in_picture(boxes).tolist() == [[0.5, 0.0, 0.75, 1.0]]
    assert View((0.5, 0.0, 1.0, 1.0), mirrored=True).in_picture(boxes).tolist() == [[0.75, 0.0, 1.0, 1.0]]


@pytest.mark.parametrize("size", [(640, 480), (480, 640), (1, 1), (10_000, 50), (3, 2)])
def test_the_looks_cover_the_picture_and_none_is_empty(size: tuple[int, int]) -> None:
    picture = PIL.Image.new("RGB", size)
    for view in views_of(size):
        assert min(view.pixels(picture).size) >= 1
        assert all(0 <= edge <= 1 for edge in view.window)
    assert views_of(size)[0] == View()


def look_for(score: float):
    """Return a look that tells of one cup in the left half where the picture is red at all."""

    def look(pixels: PIL.Image.Image) -> Candidates:
        place = np.argwhere(np.asarray(pixels)[..., 0] > 200)
        scores = np.zeros((1, len(CATEGORIES)), dtype=np.float32)
        if not len(place):
            return Candidates(np.zeros((1, 4), dtype=np.float32), scores)
        (top, left), (bottom, right) = place.min(axis=0), place.max(axis=0) + 1
        sides = np.array([*pixels.size, *pixels.size], dtype=np.float32)
        scores[0, CATEGORIES.index("cup")] = score
        return Candidates(np.array([[left, top, right, bottom]], dtype=np.float32) / sides, scores)

    return look


@pytest.mark.parametrize("left", [20, 200, 560])
def test_one_thing_is_told_once_with_its_mean_score_wherever_it_is(left: int) -> None:
    picture = PIL.Image.new("RGB", (640, 480))
    picture.paste((255, 0, 0), (left, 200, left + 60, 280))
    (seen,) = sightings(picture, look_for(score=0.6), 0.3)
    assert CATEGORIES[seen.category] == "cup" and seen.score == pytest.approx(0.6)
    assert seen.box == pytest.approx((left / 640, 200 / 480, (left + 60) / 640, 280 / 480), abs=1e-3)


def test_what_is_less_sure_than_asked_is_not_told() -> None:
    picture = PIL.Image.new("RGB", (640, 480), (255, 0, 0))
    assert sightings(picture, look_for(score=0.25), 0.3) == ()


def test_of_boxes_that_overlap_the_surest_stays() -> None:
    boxes = np.array([[0, 0, 1, 1], [0, 0, 1, 0.9], [0, 0, 0.1, 0.1], [0.5, 0.5, 0.5, 0.5]], dtype=np.float32)
    scores = np.array([0.5, 0.9, 0.2, 0.1], dtype=np.float32)
    assert without_overlap(boxes, scores, 0.5).tolist() == [1, 2, 3]
    assert pairwise_iou(boxes[:1], boxes)[0].tolist() == pytest.approx([1.0, 0.9, 0.01, 0.0])
    assert without_overlap(boxes[:0], scores[:0], 0.5).tolist() == []
