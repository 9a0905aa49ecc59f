"""The table of docs/datasets.md is what was measured: the same records, and the pace of two workers and of one."""

import json
from pathlib import Path

import pytest

from lab.distributed_speed import PAGE, PARTS, PICTURES, RESULTS, Clock, refreshed

ROOT = Path(__file__).resolve().parents[2]
LEAST = 1.7
"""So many times the pace of one worker is expected of two that wait; who computes shares the processors with others."""


def test_the_page_is_what_was_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    text = PAGE.read_text(encoding="utf-8")
    assert refreshed(text) == text
    found = json.loads(RESULTS.read_text(encoding="utf-8"))
    assert found["killed"]["same"] and found["killed"]["pictures"] == PICTURES and found["killed"]["killed"] == 1
    assert len(found["paces"]) == 3
    assert all(pace["times"] > 1 for pace in found["paces"].values())
    (waited,) = (pace["times"] for what, pace in found["paces"].items() if "waited for" in what)
    assert waited >= LEAST


def test_the_pace_is_the_median_of_the_parts_after_the_first(monkeypatch: pytest.MonkeyPatch) -> None:
    times = iter([100.0, 101.0, 102.0, 104.0, 105.0, 106.0, 116.0, 117.0])
    monkeypatch.setattr("time.perf_counter", lambda: next(times))
    clock = Clock()
    for done in range(1, 2 * (PARTS + 1) + 1):
        clock.watch(done)
    assert clock.pace() == pytest.approx(2 / 3)  # 3, 2 and 11 seconds for two each
