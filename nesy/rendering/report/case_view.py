"""Lives of claims -> cases: each claim that was objected to or did not stay, who objected, what came of it and why."""

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from nesy.analysis.events import Changed, Doubted, Ended, LeftOut, LookedAt, Objected, Repaired, Said, Withdrawn
from nesy.analysis.life import Life

_ORDER = ("withdrawn", "changed", "left out", "stands")
_EVEN = 0.5
"""Words or a look that give a claim less than this speak against it."""


def cases(lives: Iterable[Life]) -> list[dict[str, Any]]:
    """Return the cases as plain values: those first whose claim did not stay, then those that still stand.

    What a rule says for information alone is no objection. `claims` holds id and words of each claim that it is about;
    `outcome` is `withdrawn`, `changed`, `left out` or `stands`; `by` is `model`, `repair` or empty.
    """
    found = [_case(one) for one in lives]
    told = [one for one in found if one["objections"] or one["outcome"] != "stands"]
    return sorted(_together(told), key=lambda one: (_ORDER.index(one["outcome"]), not one["objections"]))


def weight(told: Iterable[Mapping[str, Any]]) -> tuple[int, int]:
    """Return how many claims of these cases did not stay as they were said, and how many were objected to.

    Of two pictures the one of more weight comes first.
    """
    changed = doubted = 0
    for case in told:
        changed += case["outcome"] != "stands"
        doubted += len(case["claims"]) if case["objections"] else 0
    return changed, doubted


def _together(told: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Make one case of those that stand though the very same was said against them."""
    kept: list[dict[str, Any]] = []
    first: dict[str, dict[str, Any]] = {}
    for one in told:
        same = json.dumps((one["objections"], one["still"]))
        if one["outcome"] == "stands" and same in first:
            first[same]["claims"] += one["claims"]
            continue
        kept.append(one)
        if one["outcome"] == "stands":
            first[same] = one
    return kept


def _case(told: Life) -> dict[str, Any]:
    said = _without_box(next((event.words for event in told.events if isinstance(event, Said)), told.claim))
    end = next(event for event in told.events if isinstance(event, Ended))
    moved = [event for event in told.events if isinstance(event, (Changed, Withdrawn, LeftOut, Repaired))]
    last = moved[-1] if moved else None
    now = None if end.words is None else _without_box(end.words)
    if now is None:
        outcome = "left out" if isinstance(last, LeftOut) else "withdrawn"
    else:
        outcome = "stands" if now == said and not isinstance(last, Repaired) else "changed"
    spoken, reason = _objections(told), getattr(last, "reason", "")
    by = "" if outcome == "stands" or last is None else "repair" if isinstance(last, Repaired) else "model"
    return {
        "claims": [[told.claim, said]],
        "now": now if outcome == "changed" else None,
        "objections": spoken,
        "outcome": outcome,
        "by": by,
        "how": _how(last, outcome),
        "why": "" if outcome == "stands" or reason in {one["why"] for one in spoken} else reason,
        "still": [name for name in end.objections if not name.endswith("(info)")],
    }


def _without_box(words: str) -> str:
    """Return what a life says of an entity, without its box: that is drawn."""
    return re.sub(r" at \[[\d. ]+\]$", "", words)


def _how(last: Changed | Withdrawn | LeftOut | Repaired | None, outcome: str) -> str:
    """Say who did it, and when."""
    if outcome == "stands" or last is None:
        return "it stands as it was said"
    match last:
        case Repaired():
            done = "by the repair" + (", which nobody said" if last.invented else "")
            return done if last.attribute is None else f'{done}: no longer "{last.attribute}"'
        case Withdrawn():
            return f"by the model, when it looked again (round {last.round})"
        case _:
            return f"by the model (round {last.round})"


def _objections(told: Life) -> list[dict[str, Any]]:
    """Return who spoke against a claim, each once: rules, the model's own calibrated words, and looks."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    words, how = "", ""
    for event in told.events:
        match event:
            case Said():
                words = event.words
                continue
            case Changed():
                words = event.now
                continue
            case Objected() if event.severity != "info":
                who, why, how = event.name, event.sentence, event.severity
            case Doubted() if event.belief is None or event.belief < _EVEN:
                who, why, how = "the model's own words", _doubt(event), "doubt"
            case LookedAt() if event.alone and event.chance < _EVEN and words.startswith(event.words):
                who, how = "a second look", "doubt"
                why = f"looked at alone, it is true with a chance of {event.chance:.0%}"
            case _:
                continue
        found.setdefault((who, why), {"who": who, "why": why, "how": how, "round": event.round})
    return list(found.values())


def _doubt(event: Doubted) -> str:
    if event.belief is None:
        return "they told little belief in it"
    return f"said like this they are true in {event.belief:.0%} of the cases"
