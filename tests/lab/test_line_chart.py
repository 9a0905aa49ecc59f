"""`lab.line_chart`: one look a line, the same picture each time, no panel without a point."""

from xml.etree import ElementTree

import pytest

from lab.line_chart import Panel, line_chart

SVG = "{http://www.w3.org/2000/svg}"
GAIN = Panel("Gain", "x", "y", {"a <b>": [(0, -0.1), (1, 0.2)], "c": [(0, 0.1)]}, frozenset({"a <b>"}))
HARM = Panel("Harm", "x", "%", {"c": [(0, 3.0), (1, 4.0)]})


def test_the_picture_names_its_lines_once_and_is_the_same_each_time() -> None:
    drawn = line_chart([GAIN, HARM], "A & B")
    assert drawn == line_chart([GAIN, HARM], "A & B")
    words = ["".join(one.itertext()) for one in ElementTree.fromstring(drawn).iter(f"{SVG}text")]
    assert words.count("a <b>") == words.count("c") == 1
    assert {"Gain", "Harm", "y", "%"} <= set(words)
    assert "<dc:date>" not in drawn


def test_a_panel_without_a_point_is_refused() -> None:
    with pytest.raises(ValueError, match="panel 'Harm' has no point"):
        line_chart([GAIN, Panel("Harm", "x", "y", {"c": []})], "t")
