"""results/objections.json -> what docs/results/objections.md says, in Markdown."""

from typing import Any

MEANING = {
    "absent_class": "a class of which the evidence names every thing is not there",
    "absent_wide": "the same by a wider word: a *table* is no dining table",
    "absent_compound": "the same by the last noun of a compound: a *soccer ball*",
    "absent_sort": "the same of a whole sort: *vehicles*, *animals*, a *crowd*",
    "absent_word": "a closed word that is no class of the ontology is not there",
    "denied": "the evidence says that there is none",
    "present": "the text says that there is none, and the evidence names one",
    "other_kind": "another kind of the only one: a *duck*, not a swan",
    "worn_kind": "another kind of what one does once: a *helmet*, not a cap",
    "elsewhere": "the thing is boxed elsewhere only",
    "other_category": "another category is in that very box",
    "plural": "a plural, of which one is boxed",
    "count": "more than are boxed",
    "count_fewer": "fewer than are boxed, and than a caption counts",
    "count_some": "fewer than are boxed",
    "stated_count": "more than all captions count that count",
    "stated_count_some": "fewer than several captions count",
    "quantity": "too few for a word such as *several*",
    "too_many": "a thing beside another of its kind, of which one is boxed",
    "colour": "another colour, by several witnesses or of the only one",
    "colour_once": "another colour, by one witness",
    "posture": "another posture of a person",
    "posture_animal": "another posture of an animal",
    "state": "another state: *open*, *empty*, *wet*",
    "reversed": "the evidence tells it the other way round",
    "rule": "another rule is broken together with the evidence",
}
"""Kind of objection -> what it says."""


def objections_text(found: dict[str, Any]) -> str:
    """Return the tables and the sentences between them.

    Args:
        found: what `python -m lab.objection_scores` wrote.
    """
    return "\n\n".join([_kinds(found), _sets(found), _elsewhere(found)])


def _kinds(found: dict[str, Any]) -> str:
    rows = [
        (
            f"The chance that a claim is false to which such an objection is made, where {found['false_share']:.0%} of "
            "the claims are false: over all data sets that are fitted to, drawn towards that of its family."
        ),
        "",
        "| kind | what the evidence says | chance | 95 % | counts |",
        "|---|---|---|---|---|",
    ]
    for kind, one in sorted(found["kinds"].items(), key=lambda item: -item[1]["chance"]):
        seen = "never met" if one["low"] is None else f"{one['low']:.2f} to {one['high']:.2f}"
        rows.append(
            f"| `{kind}` | {MEANING[kind]} | {one['chance']:.2f} | {seen} | {'yes' if one['counts'] else 'left out'} |"
        )
    return "\n".join(rows)


def _sets(found: dict[str, Any]) -> str:
    rows = [
        "Kind by kind and set by set: objections to false and to true claims, of so many.",
        "",
        "| kind | data set | false claims met | true claims met | precision | 95 % |",
        "|---|---|---|---|---|---|",
    ]
    for kind in sorted(found["kinds"]):
        for name, kinds in found["sets"].items():
            if (one := kinds.get(kind)) is not None and one["right"] + one["false"]:
                low, high = one["interval"]
                rows.append(
                    f"| `{kind}` | {name} | {one['right']} of {one['false_claims']} | {one['false']} of "
                    f"{one['true_claims']} | {one['precision']:.2f} | {low:.2f} to {high:.2f} |"
                )
    return "\n".join(rows)


def _elsewhere(found: dict[str, Any]) -> str:
    rows = [
        (
            "What is not fitted to: the kinds that count by all other sets, on the one left out; and by one half of "
            "the images, on the other half."
        ),
        "",
        "| left out | objections | false claims met | true claims met | precision | 95 % | recall |",
        "|---|---|---|---|---|---|---|",
    ]
    named = {**found["left_out"], **{f"half {n}" + " of the images": one for n, one in enumerate(found["halves"], 1)}}
    for name, one in named.items():
        low, high = one["interval"]
        recall = "" if one["recall"] is None else f"{one['recall']:.2f}"
        rows.append(
            f"| {name} | {one['right'] + one['false']} | {one['right']} of {one['false_claims']} | {one['false']} of "
            f"{one['true_claims']} | {one['precision']:.2f} | {low:.2f} to {high:.2f} | {recall} |"
        )
    return "\n".join(rows)
