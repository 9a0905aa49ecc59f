"""What is taken of a page and how boxes lie over each other: found as by comparing all with all, with less work."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nesy.rendering import taken_room
from nesy.rendering.arrow_routes import Stacked
from nesy.rendering.label_placement import Page, around_box, overlap
from nesy.rendering.taken_room import Floats, Rect, TakenRoom

WITHIN = (0.0, 0.0, 640.0, 480.0)
# halves and wholes meet at their edges, others do not
places = st.one_of(st.integers(-40, 700).map(float), st.integers(-80, 1400).map(lambda n: n / 2), st.floats(-40, 700))
sizes = st.one_of(st.integers(1, 300).map(float), st.floats(0.5, 300))
rectangles = st.tuples(places, places, sizes, sizes).map(lambda c: (c[0], c[1], c[0] + c[2], c[1] + c[3]))


@given(st.lists(rectangles, max_size=40), st.lists(rectangles, min_size=1, max_size=20))
@settings(max_examples=150, deadline=None)
def test_free_is_what_nothing_taken_shares_room_with(taken: list[Rect], spots: list[Rect]) -> None:
    room = TakenRoom(WITHIN)
    for rect in taken:
        room.add(rect)
    given_spots = np.array(spots)
    shared = [sum(overlap(spot, rect) for rect in taken) for spot in spots]
    free = room.free(given_spots)
    assert free.tolist() == [one == 0 for one in shared]
    assert not (free & room.surely_on(given_spots)).any()
    assert room.shared(given_spots) == pytest.approx(shared)
    assert room.rects() == taken


@given(st.lists(rectangles, min_size=1, max_size=20), st.lists(st.tuples(places, places), min_size=1, max_size=20))
@settings(max_examples=150, deadline=None)
def test_boxes_over_a_point_are_counted(boxes: list[Rect], points: list[tuple[float, float]]) -> None:
    corners = [(box[0], box[1]) for box in boxes]  # on an edge is not in the box
    every = [*points, *corners, *((x + 1, y + 1) for x, y in corners)]
    found = Stacked(np.array(boxes)).on(np.array(every))
    assert found.tolist() == [sum(b[0] < x < b[2] and b[1] < y < b[3] for b in boxes) for x, y in every]


def test_a_label_is_compared_with_what_stands_near_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a page with four times the room, four times the labels take four times the comparisons, not sixteen."""
    compared = 0
    meeting = taken_room.meeting

    def counted(rects: Floats, spots: Floats) -> Floats:
        nonlocal compared
        found = meeting(rects, spots)
        compared += len(found) * len(spots)
        return found

    monkeypatch.setattr(taken_room, "meeting", counted)
    spent = []
    for side in (10, 20):
        compared = 0
        page = Page((0.0, 0.0, side * 60.0, side * 60.0))
        for place in range(side * side):
            x, y = (60.0 * one for one in divmod(place, side))
            for _ in range(2):  # the second finds the first in its way
                page.place((50.0, 24.0), around_box((x, y, x + 40, y + 40), (50.0, 24.0)))
        spent.append(compared)
    assert spent[1] < 6 * spent[0]
