"""results/rules.json and results/mutation.json -> what docs/results/rules.md says, in Markdown."""

from typing import Any

_SETS = {"vrd": "VRD", "hicodet": "HICO-DET", "vcoco": "V-COCO", "vsr": "VSR (true captions)"}
_KINDS = {
    "swap": "subject and object swapped",
    "opposite": "an opposite relation added",
    "category": "an object that the verb does not allow",
    "part": "a part state on a part that cannot",
    "no_interaction": "no interaction beside one",
    "count": "a count off by one",
    "box": "a box moved against its claim",
}


def evidence_text(rules: dict[str, Any], mutation: dict[str, Any]) -> str:
    """Return the tables and the sentences between them.

    Args:
        rules: what `make evidence` wrote to results/rules.json.
        mutation: what it wrote to results/mutation.json.
    """
    return "\n\n".join([_alarms(rules["alarms"]), _recall(rules["recall"]), _mutants(mutation["result"])])


def _alarms(alarms: dict[str, Any]) -> str:
    rows = [
        "| ground truth | graphs | with a violation | with a warning | with an info | worst violation rule |",
        "|---|---|---|---|---|---|",
    ]
    for one in alarms["sets"]:
        hard = [rule for rule in one["rules"] if rule["severity"] == "violation"]
        worst = max(hard, key=lambda rule: rule["rate"])
        name = worst["rule"].rsplit("#", 1)[-1]
        told = f"{name} {worst['rate']:.2%}" if worst["fired"] else "none fires"
        flagged, graphs = one["flagged"], one["graphs"]
        shares = (f"{flagged[grade] / graphs:.2%}" for grade in ("violation", "warning", "info"))
        rows.append(f"| {_SETS[one['dataset']]} | {graphs} | {' | '.join(shares)} | {told} |")
    return "\n".join(rows)


def _recall(recall: dict[str, Any]) -> str:
    sets = list(dict.fromkeys(one["dataset"] for one in recall["kinds"]))
    found = {(one["kind"], one["dataset"]): one for one in recall["kinds"]}
    rows = [
        f"| seeded error | {' | '.join(_SETS[name].split(' (')[0] for name in sets)} |",
        "|---" * (len(sets) + 1) + "|",
    ]
    for kind, told in _KINDS.items():
        cells = [found[kind, name] for name in sets]
        shown = (f"{one['found'] / one['seeded']:.1%} of {one['seeded']}" if one["seeded"] else "–" for one in cells)
        rows.append(f"| {told} | {' | '.join(shown)} |")
    pairs = recall["captions"]
    opposite, same = pairs["false_opposite_ontology"], pairs["true_all"]
    rows.append(
        f"\nFound in all: {recall['found']} of {recall['seeded']} ({recall['recall']:.1%}), "
        f"{recall['violations']} of them by a violation; one error in each graph, {recall['limit']} graphs of a set "
        f"and kind where there are as many. Of VSR's pairs of a true and a false caption with opposite relations "
        f"{opposite['flagged']} of {opposite['pairs']} are told apart as contradictory; of two true ones "
        f"{same['flagged']} of {same['pairs']} are."
    )
    return "\n".join(rows)


def _mutants(result: dict[str, Any]) -> str:
    explained = sum(one["reason"] is not None for one in result["survivors"])
    return (
        f"Mutation score of the golden cases: {result['killed']} of {result['mutants']} mutants of "
        f"{len(result['rules'])} rules are noticed ({result['score']:.1%}; {result['golden']} golden cases, "
        f"{result['sampled']} drawn scenes); of the other {len(result['survivors'])}, {explained} are listed with the "
        "reason why no scene tells them from their rule."
    )
