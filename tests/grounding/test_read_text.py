"""What is said to be written, against what was read: supported, silent, and contradicted in that very box alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nesy.geometry import Box
from nesy.grounding.read_text import alike, judge_text
from nesy.observations import TextLine

SIGN: Box = (0.4, 0.1, 0.6, 0.3)


def line(text: str, score: float = 0.98, box: Box = (0.42, 0.15, 0.58, 0.25)) -> TextLine:
    return TextLine(text=text, box=box, score=score, witness="w")


@pytest.mark.parametrize(
    ("said", "read", "status"),
    [
        ("STOP", [line("Stop!")], "supported"),
        ("STOP", [], "unknown"),
        ("STOP", [line("EXIT")], "unknown"),
        ("MAIN STREET", [line("MAIN"), line("STREET")], "supported"),
        ("STREET", [line("MAIN STREET")], "supported"),
        ("AIR FRANCE", [line("AIRFRANCE")], "supported"),
        ("SAVORY", [line("SAORY", 0.8)], "supported"),
        ("SAVORY", [line("SAORY", 0.95)], "unknown"),  # read clearly, and otherwise
        ("13", [line("18", 0.8)], "unknown"),
        ("13", [line("1318")], "unknown"),
        ("13", [line("no. 13")], "supported"),
        ("O", [line("STOP")], "unknown"),
        ("TOP", [line("STOP")], "unknown"),
        ("...", [line("STOP")], "unknown"),
    ],
)
def test_what_was_read_supports_what_it_says(said: str, read: list[TextLine], status: str) -> None:
    for box in (None, SIGN) if status != "unknown" else (None,):
        assert judge_text(said, box, read).status == status


@pytest.mark.parametrize(
    ("read", "status"),
    [
        ([line("EXIT")], "contradicted"),
        ([line("EXIT", 0.8)], "unknown"),  # not clear
        ([line("EX")], "unknown"),  # no text
        ([line("EXIT", box=(0.42, 0.15, 0.47, 0.18))], "unknown"),  # a small part of what is written there
        ([line("EXIT", box=(0.0, 0.0, 0.2, 0.2))], "unknown"),  # elsewhere
        ([line("EXIT"), line("STOB", 0.6)], "unknown"),
        ([line("SHOP")], "unknown"),  # much alike
    ],
)
def test_only_another_text_in_that_very_box_contradicts(read: list[TextLine], status: str) -> None:
    opinion = judge_text("STOP", SIGN, read)
    assert opinion.status == status
    assert status != "contradicted" or (opinion.chance or 0) < 0.1


@given(st.text(max_size=12), st.lists(st.text(min_size=1, max_size=12).map(line), max_size=5))
def test_no_text_breaks_it_and_nowhere_is_never_contradicted(said: str, read: list[TextLine]) -> None:
    opinion = judge_text(said, None, read)
    assert opinion.status in ("supported", "unknown")
    assert opinion.chance is None or 0 <= opinion.chance <= 1


@given(st.text("ab1", max_size=6), st.text("ab1", max_size=6))
def test_likeness_is_a_share(one: str, other: str) -> None:
    assert 0 <= alike(one, other) <= 1
    assert alike(one, one) == (1 if one else 0)
