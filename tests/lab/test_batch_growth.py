"""The table of docs/datasets.md is what was measured, memory did not grow, and a small measurement has all in it."""

import json
from pathlib import Path

import pytest

from lab.batch_growth import PAGE, PICTURES, PLANS, RESULTS, measured, refreshed

ROOT = Path(__file__).resolve().parents[2]
MOST_MIB = 40
"""So much more memory nine thousand pictures more may take: their names and sums, and what a heap does."""


def test_the_page_is_what_was_measured_and_memory_is_flat(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    text = PAGE.read_text(encoding="utf-8")
    assert refreshed(text) == text
    found = json.loads(RESULTS.read_text(encoding="utf-8"))
    assert found.keys() == PLANS.keys()
    for how, one in found.items():
        assert one["pictures"] == PICTURES
        assert one["memory_mib"] - one["memory_early_mib"] < MOST_MIB, how


def test_a_small_measurement_measures_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lab.batch_growth.DRAWN", 4)
    small = measured(2, 10)
    assert small["pictures"] == 10 and small["disk_kib"] > 0 and small["memory_early_mib"] <= small["memory_mib"]
