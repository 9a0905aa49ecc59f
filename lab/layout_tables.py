"""What `lab.layout_fit` measured -> the tables of its page."""

from collections.abc import Sequence
from statistics import mean
from typing import Any


def layout_text(record: dict[str, Any]) -> str:
    """Return the tables: V-COCO's actions, HICO-DET's verbs, photographs."""
    return "\n\n".join([
        _actions(record["actions"], record), _verbs(record["hicodet"]), _photographs(record["photographs"])
    ])  # fmt: skip


def calibration_error_of_all(rows: Sequence[dict[str, Any]], name: str = "ece") -> float:
    """Return the mean calibration error over all pairs, each action weighed by its pairs."""
    return float(sum(row[name] * row["pairs"] for row in rows) / sum(row["pairs"] for row in rows))


def _actions(rows: Sequence[dict[str, Any]], record: dict[str, Any]) -> str:
    lines = [
        f"### V-COCO: {record['pairs']:,} pairs of {record['pictures']:,} pictures, {record['folds']} folds by picture",
        "",
        "| action | our verbs | pairs | done | AUROC of category | AUROC | stretched | calibration error | person |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        asked = row["things_of_one"]
        person = f"{row['right_person']} of {asked} (by chance {row['right_by_chance']:.0f})" if asked else ""
        verbs = ", ".join(f"`{verb}`" for verb in row["verbs"])
        figures = [row[name] for name in ("auroc_of_category", "auroc", "auroc_stretched", "ece")]
        cells = [row["action"], verbs, f"{row['pairs']:,}", f"{row['true']:,}", *(f"{n:.3f}" for n in figures), person]
        lines.append(f"| {' | '.join(cells)} |")
    asked, right = sum(row["things_of_one"] for row in rows), sum(row["right_person"] for row in rows)
    means = [mean(row[name] for row in rows) for name in ("auroc_of_category", "auroc", "auroc_stretched", "ece")]
    lines.append(
        f"| **mean of {len(rows)}** | | | | {means[0]:.3f} | **{means[1]:.3f}** | {means[2]:.3f} | **{means[3]:.3f}** "
        f"| {right / asked:.1%} |"
    )
    lines += ["", f"Calibration error over all pairs, action by action: {calibration_error_of_all(rows):.3f}."]
    return "\n".join(lines)


def _verbs(rows: Sequence[dict[str, Any]]) -> str:
    shared = [row for row in rows if "of_table" in row]
    lines = [
        "### HICO-DET's verbs (nothing of it is shipped)",
        "",
        "| verb | pairs | done | AUROC of category | AUROC, fitted here | pairs known to the table | its AUROC |",
        "|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        table = row.get("of_table")
        known = f"{table['pairs']:,} | {table['auroc']:.3f}" if table else " | "
        lines.append(
            f"| `{row['verb']}` | {row['pairs']:,} | {row['true']:,} | {row['auroc_of_category']:.3f} "
            f"| {row['auroc']:.3f} | {known} |"
        )
    lines.append(
        f"| **mean of {len(rows)}** | | | {mean(row['auroc_of_category'] for row in rows):.3f} "
        f"| {mean(row['auroc'] for row in rows):.3f} | | |"
    )
    lines.append(
        f"| **mean of the {len(shared)} shared** | | | {mean(row['auroc_of_category'] for row in shared):.3f} "
        f"| {mean(row['auroc'] for row in shared):.3f} | | **{mean(row['of_table']['auroc'] for row in shared):.3f}** |"
    )
    return "\n".join(lines)


def _photographs(found: dict[str, Any]) -> str:
    false = found["known"] - found["true"]
    return (
        "### Photographs, with the true boxes\n\n"
        "| statements with two boxes | known to the table | true | false | AUROC | mean chance of true | of false |\n"
        "|---|---|---|---|---|---|---|\n"
        f"| {found['statements']} | {found['known']} | {found['true']} | {false} | **{found['auroc']:.3f}** "
        f"| {found['mean_of_true']:.2f} | {found['mean_of_false']:.2f} |"
    )
