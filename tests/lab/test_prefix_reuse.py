"""How soon a later turn begins: the picture's tokens are the real ones, and both ways say the same."""

import json
from pathlib import Path
from types import MappingProxyType

import pytest

from lab import prefix_reuse
from nesy.errors import ModelError
from nesy.models import untrained
from nesy.models.untrained import Shape, Stack

TINY = Shape(Stack(32, 32, 1, 2, 2), Stack(32, 64, 2, 4, 2), vocabulary=2048, tied=True)


@pytest.fixture(scope="module")
def tiny() -> prefix_reuse.Measured:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(untrained, "SHAPES", MappingProxyType({"tiny": TINY}))
        return prefix_reuse.measure("tiny", again=2, checked=6)


def test_a_later_turn_feeds_its_own_words_and_says_the_same(tiny: prefix_reuse.Measured) -> None:
    assert tiny.visual_tokens == 2929, "a picture of 640 x 480 has not the tokens it has with the real sizes"
    assert [turn.turn for turn in tiny.turns] == list(prefix_reuse.turns(prefix_reuse.picture()))
    for turn in tiny.turns:
        assert turn.same_tokens
        assert 0 < turn.own_tokens < turn.prompt_tokens - tiny.visual_tokens + 1
        assert turn.reused_s > 0 and turn.afresh_s > 0


def test_the_table_tells_what_was_run_and_what_was_not(tiny: prefix_reuse.Measured, tmp_path: Path) -> None:
    other = tiny.model_copy(update={"turns": tuple(t.model_copy(update={"same_tokens": False}) for t in tiny.turns)})
    record = {"measured": [tiny.model_dump(), other.model_dump()], "not_run": {"7b": "a GPU is needed"}}
    path = tmp_path / "prefix.json"
    path.write_text(json.dumps(record), encoding="utf-8")
    text = prefix_reuse.prefix_text(path)
    assert len(text.splitlines()) == 2 + 2 * len(tiny.turns) + 2
    assert text.count("| yes |") == text.count("| NO |") == len(tiny.turns)
    assert text.endswith("Not run: 7b (a GPU is needed).")
    assert prefix_reuse.prefix_text(tmp_path / "none.json") == prefix_reuse.NOT_MEASURED


@pytest.mark.parametrize(
    ("here", "shape", "why"),
    [
        (untrained.Device("cpu", "a processor", None), "0.5b", None),
        (untrained.Device("cpu", "a processor", None), "7b", "there is none"),
        (untrained.Device("cuda", "a card", 24 * 1024**3), "7b", "a card has less"),
        (untrained.Device("cuda", "a card", 79 * 1024**3), "7b", None),
    ],
)
def test_what_cannot_run_here_is_told(
    monkeypatch: pytest.MonkeyPatch, here: untrained.Device, shape: str, why: str | None
) -> None:
    monkeypatch.setattr(untrained, "device", lambda: here)
    told = prefix_reuse.why_not(shape)
    assert told is None if why is None else told is not None and why in told


def test_an_unknown_shape_is_refused() -> None:
    with pytest.raises(ModelError, match=r"'9b'; one of small, 0\.5b, 7b"):
        untrained.untrained("9b")
    assert set(prefix_reuse.NEEDS_BYTES) == set(untrained.SHAPES)


def test_sizes_that_were_measured_before_stay_beside_new_ones() -> None:
    before = {"measured": [{"shape": "0.5b", "n": 1}], "not_run": {"7b": "no GPU", "small": "no time"}}
    record = {"command": "x", "measured": [{"shape": "small", "n": 2}], "not_run": {"0.5b": "no memory now"}}
    assert prefix_reuse.beside(record, before) == {
        "command": "x",
        "measured": [{"shape": "small", "n": 2}, {"shape": "0.5b", "n": 1}],
        "not_run": {"7b": "no GPU"},
    }
    again = {"command": "y", "measured": [{"shape": "0.5b", "n": 3}], "not_run": {}}
    assert prefix_reuse.beside(again, before)["measured"] == [{"shape": "0.5b", "n": 3}]
