"""The measurement of clips: what it writes, and what its page says of it."""

from lab.video_scores import ARMS, measured, scripted, video_text
from nesy.experiments.arms.perceiver import Rates


def test_a_small_measurement_and_its_table() -> None:
    found = measured(scripted(Rates()), clips=2, frames=8, seed=3)
    assert set(found["arms"]) == set(ARMS) and found["clips"] == 2
    both = found["arms"]["questions and repair"]
    assert both["right"] > 0 and both["lost"] <= both["right"] and both["flickers"] <= found["one by one"]["flickers"]
    text = video_text({"models": {"scripted": found}})
    rows = [line for line in text.splitlines() if line.startswith("|")]
    assert len(rows) == 3 + len(ARMS) and len({row.count("|") for row in rows}) == 1
    assert f"{both['lost']} of {both['right']:,}" in text


def test_a_model_without_errors_gains_and_loses_nothing() -> None:
    perfect = Rates(hallucination=0, relation_error=0, format_error=0)
    found = measured(scripted(perfect), clips=1, frames=8, seed=3)
    assert found["one by one"] == {key: found["arms"]["questions and repair"][key] for key in found["one by one"]}
    assert found["one by one"]["relation_f1"] == 1.0 and found["arms"]["repair alone"]["edits"] == 0
