"""results/repair.json and results/repair_check.json -> what docs/results/repair.md says, in Markdown."""

from typing import Any


def repair_text(repairs: dict[str, Any], confirmed: dict[str, Any]) -> str:
    """Return the table and the sentences below it.

    Args:
        repairs: what `python -m lab.repair_scores` wrote.
        confirmed: what `python -m lab.repair_check` wrote.
    """
    head = (
        "| drawn scenes with | repaired | consistent | provably the cheapest | the false claim goes "
        "| the same without confidences | right claims lost | precision, recall, F1 before | after "
        "| inventions, of these true | processor ms (p50, p95) | without the checks |"
    )
    rows = [head, "|---" * 12 + "|"]
    for name, one in repairs["sets"].items():
        shares = (one["false_claim_goes"][kind] for kind in ("weighted", "unweighted"))
        cells = [
            name,
            str(one["repaired"]),
            *(f"{one[key] / one['repaired']:.1%}" for key in ("consistent", "optimal")),
            *(f"{share['share']:.1%} of {share['conflicts']}" for share in shares),
            f"{one['true_lost'] / one['true_claims']:.1%}",
            *(
                ", ".join(f"{one[when][key]:.3f}" for key in ("precision", "recall", "f1"))
                for when in ("before", "after")
            ),
            f"{one['invented']}, {one['invented_right']}",
            *(f"{one[key]['p50']:.1f}, {one[key]['p95']:.1f}" for key in ("whole_ms", "own_ms")),
        ]
        rows.append(f"| {' | '.join(cells)} |")
    true, false = (" to ".join(f"{bound:g}" for bound in repairs["confidences"][kind]) for kind in ("true", "false"))
    sets = confirmed["sets"].values()
    kinds = len(sets) // 2
    compared, equal = (sum(one[key] for one in sets) for key in ("compared", "equal"))
    rows.append(
        f"\nConfidences are drawn from {true} for what is true and {false} for what is false; counted are the "
        f"conflicts in which the false claim is believed less. clingo, with the rules written a second time, found the "
        f"same least cost on {equal} of {compared} scenes of {kinds} kinds, each without inventions and with them. "
        "Precision, recall and F1 are of all claims but counts."
    )
    return "\n".join(rows)
