"""The measurement of identities on drawn pairs, small."""

import json
from pathlib import Path

import pytest

from lab.identity import main, measure


def test_a_model_without_errors_is_right_and_rules_only_help(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    exact = measure(6, 0, 0.0)
    assert exact["first"]["f1"] == exact["mended"]["f1"] == 1.0 and exact["pairs_asked_about"] == 0
    main(["--n", "6", "--out", str(tmp_path / "r.json")])
    rows = json.loads((tmp_path / "r.json").read_text())["rows"]
    assert all(row["consistent_in_the_end"] == 6 for row in rows)
    assert all(row["mended"]["precision"] >= row["first"]["precision"] for row in rows)
    assert capsys.readouterr().out.startswith("| mistaken |")
