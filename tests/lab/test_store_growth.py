"""The table of docs/store.md is what was measured, and a small measurement has all that stands in it."""

import json
from pathlib import Path

import pytest

from lab.store_growth import PAGE, PLANS, RESULTS, measured, refreshed

ROOT = Path(__file__).resolve().parents[2]


def test_the_page_is_what_was_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    text = PAGE.read_text(encoding="utf-8")
    assert refreshed(text) == text
    found = json.loads(RESULTS.read_text(encoding="utf-8"))
    assert {how: one["analyses"] for how, one in found.items()} == PLANS
    for how, one in found.items():
        assert one["memory_mib"] < 1024, how


def test_a_small_measurement_measures_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lab.store_growth.DRAWN", 4)
    found = {how: measured(how, 6) for how in PLANS}
    assert all(one["analyses"] == 6 and one["disk_kib"] > 0 for one in found.values())
    assert found["add"].keys() == found["add_many"].keys()
