"""Why a loop stopped is told truly: what stays is counted beside it."""

import pytest

from nesy.rendering.account import told_only
from nesy.verdict import Finding, Severity


def found(severity: Severity) -> Finding:
    return Finding(rule="urn:r", name="r", severity=severity, focus="a", claims=("a",), message="No.")


@pytest.mark.parametrize(
    ("left", "told"),
    [
        ((), ""),
        (("warning",), "; 1 warning stays, told and not asked about"),
        (("info", "warning", "info"), "; 1 warning and 2 infos stay, told and not asked about"),
    ],
)
def test_what_stays_is_told(left: tuple[Severity, ...], told: str) -> None:
    assert told_only([found(severity) for severity in left]) == told
