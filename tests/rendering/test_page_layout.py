"""Where the panel goes: little of the page stays empty, whatever the shape of the image; nothing is cut off."""

import PIL.Image
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nesy.image import Image
from nesy.rendering.page_layout import MOST_SIDE_PX, best_layout
from nesy.rendering.palette import PAPER, category_colours
from nesy.rendering.panel import Row, rows
from nesy.rendering.panel_sheet import Sheet, sheet_of
from nesy.rendering.picture import annotated
from tests.rendering.test_rendering import an_analysis

WORDS = st.sampled_from(["person_1", "is", "remarkably", "near", "x" * 70])
TEXTS = st.lists(WORDS, min_size=1, max_size=12).map(" ".join)
ROWS = st.lists(
    st.builds(Row, TEXTS, st.sampled_from(["heading", "claim", "note", "gone"]), right=st.sampled_from(["", "100%"])),
    min_size=1,
    max_size=40,
)
HEAD = [Row("picture.png", "title"), Row("model", "note"), Row("STILL INCONSISTENT", "status", right="3 rounds")]


def told(entities: int) -> list[Row]:
    return rows(an_analysis(entities=entities), category_colours(["bicycle"]))


@pytest.mark.parametrize(
    ("size", "entities", "below", "most"),
    [
        ((2000, 400), 5, True, 0.12),
        ((2000, 400), 30, True, 0.12),
        ((384, 192), 10, True, 0.12),
        ((4000, 300), 3, True, 0.4),  # so narrow that the names have room above and below it
        ((1600, 900), 8, False, 0.15),
        ((1200, 800), 36, True, 0.12),
        ((640, 480), 5, False, 0.2),
        ((480, 640), 5, False, 0.25),
        ((64, 64), 2, False, 0.25),
        ((400, 2000), 4, False, 0.4),
        ((400, 2000), 36, False, 0.25),
    ],
)
def test_the_panel_goes_where_little_stays_empty(
    size: tuple[int, int], entities: int, below: bool, most: float
) -> None:
    layout = best_layout(size, told(entities))
    assert (layout.below, layout.empty <= most) == (below, True), layout.empty
    assert max(layout.picture_px) <= MOST_SIDE_PX


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 3000), st.integers(1, 3000), ROWS)
def test_the_panel_never_lies_on_the_picture(width: int, height: int, more: list[Row]) -> None:
    layout = best_layout((width, height), HEAD + more)
    (page, high), room, sheet = layout.size_px, layout.room_px, layout.sheet.size_px
    assert layout.picture_px <= room and 0 <= layout.empty < 1
    if layout.below:
        assert page >= max(room[0], sheet[0]) and high == room[1] + sheet[1]
    else:
        assert page == room[0] + sheet[0] and high >= max(room[1], sheet[1])


@settings(max_examples=25, deadline=None)
@given(ROWS, st.integers(320, 620), st.integers(1, 4))
def test_all_words_stand_in_the_columns_in_their_order(more: list[Row], column_px: int, columns: int) -> None:
    sheet = sheet_of(HEAD + more, column_px, columns)
    assert len(sheet.columns) <= columns
    laid = [entry for column in sheet.columns for entry in column]
    assert [row for row, _ in laid] == HEAD + more
    for row, lines in laid:
        if row.style != "status":
            assert "".join("".join(lines).split()) == "".join(row.text.split())
    for column in sheet.columns[:-1]:
        assert column[-1][0].style != "heading", "a heading stands at the foot of a column"


def test_columns_are_about_equally_high() -> None:
    for columns in (2, 3, 4):
        sheet = sheet_of(told(30), 400, columns)
        assert len(sheet.columns) == columns
        assert max(sheet.heights) < 1.35 * sum(sheet.heights) / columns


def margins_are_blank(sheet: Sheet) -> bool:
    picture, (width, height) = sheet.drawn(), sheet.size_px
    strips = [(n * sheet.column_px, 0, n * sheet.column_px + 12, height) for n in range(len(sheet.columns))]
    strips += [(0, height - 8, width, height), (width - 12, 0, width, height)]
    return all(picture.crop(strip).getextrema() == tuple((side, side) for side in PAPER) for strip in strips)


@pytest.mark.parametrize("column_px", [320, 360, 460])
def test_no_text_is_cut_off_or_runs_into_the_next_column(column_px: int) -> None:
    long = [Row(f"{'person_' * 30}1 {'near ' * 30}", "claim", right="100%"), Row("y" * 300, "gone")]
    badge = Row("STILL INCONSISTENT", "status", right="12 rounds, stopped: rounds exhausted by its answers")
    for columns in (1, 2, 3):
        assert margins_are_blank(sheet_of([*HEAD[:2], badge, *told(6)[3:], *long], column_px, columns))


@pytest.mark.parametrize("size", [(2000, 400), (400, 2000), (640, 480)])
def test_the_page_is_drawn_as_it_is_laid_out(size: tuple[int, int]) -> None:
    analysis = an_analysis(size=size)
    page = annotated(Image.from_pixels(PIL.Image.new("RGB", size, (9, 99, 9))), analysis)
    layout = best_layout(size, rows(analysis, category_colours(["bicycle"])))
    assert page.size == layout.size_px
    corner = (0, layout.room_px[1]) if layout.below else (layout.room_px[0], 0)
    panel = page.crop((*corner, corner[0] + layout.sheet.size_px[0], corner[1] + layout.sheet.size_px[1]))
    assert panel.tobytes() == layout.sheet.drawn().tobytes()
