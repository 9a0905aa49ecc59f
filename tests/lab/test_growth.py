"""What is timed for its growth, in the small; times themselves are no matter of a test."""

import pytest

from lab import growth


def test_everything_is_timed_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LETTERS", "TOKENS", "ROWS", "ANALYSES", "LAST"):
        monkeypatch.setattr(growth, name, 3)
    rows = list(growth.measured())
    assert len(rows) == len(growth.TEXTS) + len(growth.RUNS) + len(growth.REPLIES) + 1
    assert len({what for what, *_ in rows}) == len(rows)
    assert all(len(times) == 2 and min(times) >= 0 for _, *times in rows)
