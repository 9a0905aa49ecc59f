"""Result files of the rules -> tables for a notebook (pandas): coverage, false alarms, seeded errors, mutants."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from nesy.errors import InputError
from nesy.experiments.mutation.mutation import MutationReport
from nesy.experiments.rules.coverage import Coverage, Words
from nesy.scene import one_line

if TYPE_CHECKING:
    from pandas import DataFrame


def read_result(path: Path) -> dict[str, Any]:
    """Read one file of results/.

    Raises:
        InputError: it is missing or no JSON object; says which command writes it.
    """
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(f"{path}: cannot be read ({error}); `make evidence` writes it") from None
    if not isinstance(found, dict):
        raise InputError(f"{path}: no JSON object; `make evidence` writes it")
    return found


def read_coverage(path: Path) -> Coverage:
    """Read results/coverage.json; InputError as for `read_result`."""
    try:
        return Coverage.model_validate(read_result(path).get("result"))
    except ValidationError as error:
        raise InputError(f"{path}: {one_line(error)}; `make evidence` writes it anew") from None


def read_mutation(path: Path) -> MutationReport:
    """Read results/mutation.json; InputError as for `read_result`."""
    try:
        return MutationReport.model_validate(read_result(path).get("result"))
    except ValidationError as error:
        raise InputError(f"{path}: {one_line(error)}; `make evidence` writes it anew") from None


def topics(coverage: Coverage) -> "DataFrame":
    """Return a row a topic: its rules, how many of them some scene reached, broke and cleared."""
    import pandas as pd

    rows = [
        {
            "topic": topic,
            "rules": len(rules),
            "reached": sum(rule.reached > 0 for rule in rules),
            "broken somewhere": sum(rule.fired > 0 for rule in rules),
            "cleared somewhere": sum(rule.cleared > 0 for rule in rules),
            "never reached": ", ".join(_short(rule.rule) for rule in rules if not rule.reached),
        }
        for topic in sorted({rule.topic for rule in coverage.rules})
        for rules in [[rule for rule in coverage.rules if rule.topic == topic]]
    ]
    return pd.DataFrame(rows).set_index("topic")


def claims_looked_at(coverage: Coverage, most: int) -> "DataFrame":
    """Return a row a topic and a column a predicate, those with the most claims first: the claims that rules looked at.

    Args:
        coverage: of the rules by scenes.
        most: how many predicates.
    """
    import pandas as pd

    table = pd.DataFrame(coverage.topics).T.fillna(0).astype(int)
    # Of equal sums the first by name, so that the same numbers give the same table.
    return table[table.sum().sort_index().sort_values(ascending=False, kind="stable").index[:most]]


def rules_reached(record: dict[str, Any]) -> "DataFrame":
    """Return a row a topic and a column a set of scenes: how many rules some scene of the set reaches.

    Args:
        record: results/coverage.json, see `read_result`.
    """
    import pandas as pd

    rules: dict[str, int] = {}
    for rule in record["result"]["rules"]:
        rules[rule["topic"]] = rules.get(rule["topic"], 0) + 1
    rows = {
        f"{topic} ({count} rules)": {name: found.get(topic, 0) for name, found in record["rules_reached"].items()}
        for topic, count in sorted(rules.items())
    }
    return pd.DataFrame(rows).T


def vocabulary(coverage: Coverage) -> "DataFrame":
    """Return a row for the interactions and one for the part states: how many are seen, and how many rules look."""
    import pandas as pd

    listed: dict[str, Words] = {
        "human-object interactions": coverage.interactions,
        "part states": coverage.part_states,
    }
    rows = [
        {
            "words": name,
            "in the vocabulary": words.total,
            "seen in the scenes": len(words.seen),
            "that no rule looks at": len(words.untouched),
            "rules that look, fewest": min(words.rules.values(), default=0),
            "rules that look, most": max(words.rules.values(), default=0),
        }
        for name, words in listed.items()
    ]
    return pd.DataFrame(rows).set_index("words")


def alarm_sets(record: dict[str, Any]) -> "DataFrame":
    """Return a row a data set: its graphs, how many are flagged at each severity, and whether that is within limits.

    Args:
        record: results/rules.json, see `read_result`.
    """
    import pandas as pd

    alarms = record["alarms"]
    rows = [
        {
            "data set": one["dataset"],
            "graphs": one["graphs"],
            **{f"with a {severity}": count for severity, count in one["flagged"].items()},
            "share with a violation": f"{one['rate']:.2%}",
            "limit": f"{alarms['graph_limit']:.0%}",
            "within it": "yes" if one["passes"] else "NO",
        }
        for one in alarms["sets"]
    ]
    return pd.DataFrame(rows).set_index("data set")


def alarm_rules(record: dict[str, Any], severity: str = "violation") -> "DataFrame":
    """Return a row a rule of one severity: support and false alarms on each data set, the most alarming first.

    Args:
        record: results/rules.json, see `read_result`.
        severity: `violation`, `warning` or `info`.
    """
    import pandas as pd

    rows: dict[str, dict[str, str]] = {}
    worst: dict[str, float] = {}
    for one in record["alarms"]["sets"]:
        for rule in one["rules"]:
            if rule["severity"] != severity:
                continue
            name = _short(rule["rule"])
            rows.setdefault(name, {"says": rule["name"]})[one["dataset"]] = (
                f"{rule['fired']} of {rule['reached']} ({rule['rate']:.2%})" if rule["reached"] else "not reached"
            )
            worst[name] = max(worst.get(name, 0.0), rule["rate"])
    ordered = sorted(rows, key=lambda name: (-worst[name], name))
    return pd.DataFrame([rows[name] for name in ordered], index=pd.Index(ordered, name="rule"))


def recall(record: dict[str, Any]) -> "DataFrame":
    """Return a row a kind of seeded error, a column a data set: the share that is found.

    Args:
        record: results/rules.json, see `read_result`.
    """
    import pandas as pd

    rows: dict[str, dict[str, str]] = {}
    for kind in record["recall"]["kinds"]:
        told = f"{kind['recall']:.1%} of {kind['seeded']}" if kind["seeded"] else "does not apply"
        rows.setdefault(kind["kind"], {})[kind["dataset"]] = told
    return pd.DataFrame(list(rows.values()), index=pd.Index(list(rows), name="seeded error"))


def operators(report: MutationReport) -> "DataFrame":
    """Return a row a mutation operator: mutants made, killed, and the share."""
    import pandas as pd

    rows = [
        {"operator": name, **counts, "share killed": f"{counts['killed'] / counts['mutants']:.1%}"}
        for name, counts in report.operators.items()
    ]
    return pd.DataFrame(rows).set_index("operator")


def survivors(report: MutationReport) -> "DataFrame":
    """Return a row a mutant that nothing noticed, with the reason where one is known."""
    import pandas as pd

    rows = [(_short(s.rule), s.operator, s.change, s.reason or "none given") for s in report.survivors]
    return pd.DataFrame(rows, columns=["rule", "operator", "change", "reason"])


def _short(iri: str) -> str:
    return iri.rsplit("#", 1)[-1].rsplit("/", 1)[-1]
