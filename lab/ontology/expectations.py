"""Counts over HICO-DET's labels (CSV) -> ontologies/expectations.ttl: supports, expected states, signatures."""

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from lab.ontology.curation import ODD_EXPECTATIONS, ODD_SIGNATURES
from lab.ontology.turtle_text import HAKE, decimal, header, kind_name, nesy, rows
from nesy.ontology.namespaces import class_name, local_name

_LEAST_PAIRS = 10
_LEAST_EXPECTED = 0.9
"""Share of the pairs with a verb that carry an expected state."""
_LEAST_TOGETHER = 0.75
"""Share of the pairs with a verb that carry its companion: verbs are labelled less completely than states."""
_LEAST_PRECISION = 0.8
"""Share of the pairs with a signature that carry its verb."""
_MOST_KINDS = 3
_ABOUT_SIGNATURES = """
# Exactly these part states towards one thing -> the verb. Support: pairs with both. Precision: that, over the labels of
# all verbs under the same states; a pair may carry several verbs, so it is a lower bound. Each label has part states of
# its own (a pair with two verbs counts twice), so the states seen in a picture may be more than a signature's;
# nesy:precisionWithMore is the share where more part states are allowed."""


def expectations(tables: Path) -> str:
    """Return what HICO-DET's training part leads one to expect, with numbers; rows that say what is not so left out.

    Raises:
        ValueError: a row to be left out is not in the tables, so that the list of them has gone stale.
    """
    out = [
        header(
            "expectations",
            "What the labels of HICO-DET's training part lead one to expect: how often an interaction was seen, the "
            "part states that mostly come with it, and the interaction that a set of part states mostly means. Labels "
            "are incomplete, so these may ask and suggest, never accuse. Counted by us; odd rows are left out by hand.",
            HAKE,
        ),
        *_affordances(tables),
        "\n# Part states that nine of ten pairs with the interaction carry. Support: pairs with both.",
        *_expected(tables),
        _ABOUT_SIGNATURES,
        *_signatures(tables),
        "\n# Verbs that three of four pairs with another verb carry too. Support: pairs with both.",
        *_companions(tables),
        "\n# What a part was ever seen in this state towards: not all that is possible.",
        *_seen_with(tables),
    ]
    return "\n".join(out) + "\n"


def _affordances(tables: Path) -> Iterator[str]:
    for row in rows(tables / "hico_hois.csv"):
        name = nesy(f"{local_name(row['verb'])}_{class_name(row['object'])}")
        rare = " ; nesy:rare true" if row["rare_lt10_train"] == "1" else ""
        yield f"{name} nesy:support {row['n_train_pairs_hake']}{rare} ."


def _about(row_kind: str, name: str, verb: str, category: str) -> str:
    return f"{nesy(name)} a nesy:{row_kind} ; nesy:ofVerb {nesy(local_name(verb))} ; nesy:ofCategory nesy:{category} ;"


def _expected(tables: Path) -> Iterator[str]:
    stale = set(ODD_EXPECTATIONS)
    for row in rows(tables / "derived_necessary_states_p90_n10.csv"):
        verb, category, state = row["verb"], row["object"], row["part_state"]
        stale.discard((verb, category, state))
        share, pairs = float(row["p_state_given_hoi"]), int(row["n_pairs_with_pasta"])
        if (verb, category, state) in ODD_EXPECTATIONS or share < _LEAST_EXPECTED or pairs < _LEAST_PAIRS:
            continue
        kind, name = kind_name(state), class_name(category)
        yield (
            _about("Expectation", f"expect_{local_name(verb)}_{name}_{kind}", verb, name)
            + f"\n    nesy:ofKind {nesy(kind)} ; nesy:support {row['count']} ; nesy:precision {decimal(share)} ."
        )
    _refuse(stale)


def _signatures(tables: Path) -> Iterator[str]:
    stale = set(ODD_SIGNATURES)
    table: dict[tuple[str, frozenset[str]], dict[str, int]] = defaultdict(dict)
    for row in rows(tables / "derived_hoi_rules_signatures.csv"):
        states = frozenset(row["antecedent_part_states"].split(" & ")) - {""}
        table[row["object"], states][row["verb"]] = int(row["support"])
    odd = {(verb, category, frozenset(states.split(" & "))) for verb, category, states in ODD_SIGNATURES}
    for (category, states), verbs in table.items():
        if not 1 <= len(states) <= _MOST_KINDS:
            continue
        for verb, support in verbs.items():
            precision = support / sum(verbs.values())
            if support < _LEAST_PAIRS or precision < _LEAST_PRECISION:
                continue
            if (verb, category, states) in odd:
                stale -= {row for row in stale if row[:2] == (verb, category) and set(row[2].split(" & ")) == states}
                continue
            wider = [counts for (other, more), counts in table.items() if other == category and more >= states]
            within = sum(counts.get(verb, 0) for counts in wider) / sum(sum(counts.values()) for counts in wider)
            kinds, name = sorted(kind_name(state) for state in states), class_name(category)
            yield (
                _about("Signature", f"signature_{name}_{'__'.join(kinds)}__{local_name(verb)}", verb, name)
                + f"\n    nesy:ofKind {', '.join(map(nesy, kinds))} ; nesy:kinds {len(kinds)} ;"
                f" nesy:support {support} ; nesy:precision {decimal(precision)} ;"
                f" nesy:precisionWithMore {decimal(within)} ."
            )
    _refuse(stale)


def _companions(tables: Path) -> Iterator[str]:
    for row in rows(tables / "derived_verb_cooccurrence_same_pair.csv"):
        share, category = float(row["p_b_given_a"]), class_name(row["object"])
        if share < _LEAST_TOGETHER or int(row["n_a"]) < _LEAST_PAIRS:
            continue
        first, second = row["verb_a"], row["verb_b"]
        yield (
            _about("Companion", f"companion_{category}_{local_name(first)}_{local_name(second)}", first, category)
            + f"\n    nesy:withVerb {nesy(local_name(second))} ; nesy:support {row['n_both']} ;"
            f" nesy:precision {decimal(share)} ."
        )


def _seen_with(tables: Path) -> Iterator[str]:
    categories: dict[str, set[str]] = defaultdict(set)
    for row in rows(tables / "derived_hoi_pasta_cooccurrence.csv"):
        if int(row["count"]) > 0:
            categories[kind_name(row["part_state"])].add(f"nesy:{class_name(row['object'])}")
    for kind, seen in categories.items():
        yield f"{nesy(kind)} nesy:seenWith {', '.join(sorted(seen))} ."


def _refuse(stale: set[tuple[str, str, str]]) -> None:
    if stale:
        raise ValueError(f"to be left out, but not among the rows that would be kept: {sorted(stale)}")
