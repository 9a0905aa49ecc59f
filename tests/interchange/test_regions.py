"""The box around what is segmented is that of pycocotools; what is no region is told."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pycocotools import mask

from nesy.interchange.regions import box_around

SIDES = st.integers(1, 9)


@given(SIDES, SIDES, st.data())
def test_runs_have_the_box_of_pycocotools(height: int, width: int, data: st.DataObject) -> None:
    drawn = data.draw(st.lists(st.booleans(), min_size=height * width, max_size=height * width))
    pixels = np.asfortranarray(np.array(drawn, dtype=np.uint8).reshape(height, width))
    packed = mask.encode(pixels)
    left, top, wide, high = mask.toBbox(packed)
    theirs = (left, top, left + wide, top + high) if any(drawn) else None
    assert box_around({"size": [height, width], "counts": packed["counts"].decode()}) == theirs
    flat = pixels.flatten(order="F").tolist()
    counts, last = [0], 0
    for pixel in flat:
        counts += [1] if pixel != last else []
        counts[-1] += pixel == last
        last = pixel
    assert box_around({"size": [height, width], "counts": counts}) == theirs


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 30)), min_size=3, max_size=6))
def test_polygons_reach_to_their_points_and_those_of_pycocotools_no_further(
    points: list[tuple[int, int]],
) -> None:
    """It paints them, and of a thin end no pixel is painted; published boxes go to the points."""
    flat = [float(side) for point in points for side in point]
    found = box_around([flat])
    assert found == (min(flat[::2]), min(flat[1::2]), max(flat[::2]), max(flat[1::2]))
    left, top, wide, high = mask.toBbox(mask.merge(mask.frPyObjects([flat], 40, 50)))
    if wide * high:
        assert found[0] - 1 <= left and found[1] - 1 <= top
        assert left + wide <= found[2] + 1 and top + high <= found[3] + 1


def test_a_rectangle_has_the_box_of_pycocotools() -> None:
    flat = [3.0, 2.0, 7.0, 2.0, 7.0, 5.0, 3.0, 5.0]
    left, top, wide, high = mask.toBbox(mask.merge(mask.frPyObjects([flat], 8, 10)))
    assert box_around([flat]) == (left, top, left + wide, top + high)


@pytest.mark.parametrize("empty", [None, [], {}, {"size": [2, 2], "counts": [4]}, {"size": [2, 2], "counts": "4"}])
def test_what_is_empty_has_no_box(empty: object) -> None:
    assert box_around(empty) is None


@pytest.mark.parametrize(
    "region",
    [
        "grass",
        [[1, 2, 3, 4]],
        [[1, 2, 3, 4, 5, 6, 7]],
        [[1, 2, 3, None, 5, 6]],
        [1, 2, 3, 4, 5, 6],
        {"size": [2, 2], "counts": [3]},
        {"size": [2, 2], "counts": [1, -1, 4]},
        {"size": [2, 2], "counts": [1, 1.5, 2]},
        {"size": [2], "counts": [4]},
        {"size": [0, 2], "counts": []},
        {"size": [2, 2], "counts": "T"},
        {"size": [2, 2], "counts": "T" * 40},
        {"size": [2, 2], "counts": "é"},
        {"size": [2, 2], "counts": [1 << 40, 1]},
    ],
)
def test_what_is_no_region_is_told(region: object) -> None:
    with pytest.raises((ValueError, TypeError), match="segmentation"):
        box_around(region)
