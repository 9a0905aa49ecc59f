"""results/asking.json, results/calibration.json -> what docs/results/ tells of questions and of looks."""

from collections.abc import Mapping
from typing import Any

_HEADS = (
    "questions",
    "n",
    "right, asked alone",
    "right at first, with the list of things",
    "right after the check",
    "wrong made right",
    "right made wrong",
    "wrong answers objected to",
    "right answers objected to",
)


def asking_text(asked: Mapping[str, Any]) -> str:
    """Return the questions with exact answers as a Markdown table."""
    rows = {"all": asked["all"], **asked["splits"], "false premise": asked["false_premise"]}
    lines = ["| " + " | ".join(_HEADS) + " |", "|" + "---|" * len(_HEADS)]
    lines += [_row(name, counts) for name, counts in rows.items() if counts["questions"]]
    return "\n".join(lines)


def _row(name: str, counts: Mapping[str, Any]) -> str:
    right = counts["questions"] - counts["wrong_before"]
    cells = (
        name,
        str(counts["questions"]),
        f"{counts['accuracy_bare']:.1%}",
        f"{counts['accuracy_before']:.1%}",
        f"{counts['accuracy_after']:.1%}",
        str(counts["wrong_to_right"]),
        str(counts["right_to_wrong"]),
        f"{counts['objected_to_when_wrong']} of {counts['wrong_before']}",
        f"{counts['objected_to_when_right']} of {right}",
    )
    return "| " + " | ".join(cells) + " |"


def calibration_text(measured: Mapping[str, Any]) -> str:
    """Return what the yes and no of the embedded model are worth, and below what its words are, kind by kind."""
    kinds = ", ".join(f"{_KINDS[kind]} {area:.3f}" for kind, area in measured["auroc_by_kind"].items())
    use = "they weigh in the loop" if measured["usable"] else "they do not weigh in the loop"
    told = (
        f"On {measured['measured_on']:,} statements about held-out `{measured['split']}` drawings (seed "
        f"{measured['seed']}; as many again to fit on), the two polarities together tell true from false with AUROC "
        f"{measured['auroc']:.3f} ({kinds}); `true?` alone with {measured['auroc_of_true']:.3f}, `wrong?` alone with "
        f"{measured['auroc_of_wrong']:.3f}. Expected calibration error ({measured['bins']} bins): "
        f"{measured['ece_before']:.3f} before, {measured['ece_after']:.3f} after Platt scaling; {use}."
    )
    lines = ["| " + " | ".join(_WORDS_HEADS) + " |", "|" + "---|" * len(_WORDS_HEADS)]
    for kind, words in measured["own_words"].items():
        both = measured["together"].get(kind, {})
        areas = (words["auroc_of_confidence"], words["auroc"], both.get("auroc_of_looks"), both.get("auroc"))
        cells: tuple[str, ...] = (
            _OWN_KINDS[kind],
            str(words["measured_on"]),
            str(words["measured_on"] - words["true"]),
        )
        cells += tuple("" if area is None else f"{area:.3f}" for area in areas)
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join((told, "", *lines))


_WORDS_HEADS = (
    "claims of its own descriptions",
    "n",
    "wrong",
    "AUROC of the raw confidence",
    "of the words, calibrated (an entity: its box as well)",
    "of a blind look",
    "of both",
)
_OWN_KINDS = {"entity": "entities", "partstate": "part states", "relation": "relations", "count": "counts"}
_KINDS = {"Count": "counts", "Entity": "categories", "PartState": "part states", "Relation": "relations"}
