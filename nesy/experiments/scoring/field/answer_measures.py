"""Answers to a benchmark's questions beside its labels -> the figures of the measures that are taken of answers."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from nesy.errors import InputError
from nesy.experiments.scoring.field.amber import Described, amber_scores
from nesy.experiments.scoring.field.answer_rows import ANSWERS, LABELS, Joined, Row
from nesy.experiments.scoring.field.metrics_table import MetricRow, MetricsTable, metrics_table
from nesy.experiments.scoring.field.reefknot import TASKS, reefknot_scores
from nesy.experiments.scoring.field.yes_no import YesNo, YesNoScores, yes_no_scores
from nesy.ontology import Ontology
from nesy.ontology.morphology import noun_bases
from nesy.scene import term

if TYPE_CHECKING:
    from spacy.tokens import Token

Rows = Iterable[MetricRow]
Pairs = Sequence[tuple[Row, Row]]


@dataclass(frozen=True)
class AnswerMeasure:
    """A metric that `--metrics` names."""

    rows: Callable[[Pairs, Ontology], Rows]
    note: str


def measured_answers(found: Joined, metrics: Sequence[str], ontology: Ontology) -> MetricsTable:
    """Return the table of these metrics.

    Args:
        found: answers with their labels.
        metrics: names of `ANSWER_MEASURES`.
        ontology: says which words mean the same.

    Raises:
        InputError: a row lacks what a metric reads.
    """
    rows = [row for name in metrics for row in ANSWER_MEASURES[name].rows(found.pairs, ontology)]
    told = f"{len(found.pairs)} answers with a label; values are shares in [0, 1]"
    return metrics_table(rows, None, {name: ANSWER_MEASURES[name].note for name in metrics}, told)


def _label(row: Row) -> YesNo:
    said = row.text(LABELS).strip().strip(".").lower()
    if said == "yes":
        return "yes"
    if said == "no":
        return "no"
    raise InputError(f"{row.place}: the label yes or no is expected, got {said!r:.40}")


def _polled(pairs: Pairs, positive: YesNo = "yes") -> YesNoScores:
    return yes_no_scores(((said.text(ANSWERS), _label(true)) for said, true in pairs), positive)


def _rows(metric: str, scores: YesNoScores, figures: Mapping[str, float]) -> Rows:
    count = scores.questions
    for name, value in {**figures, "neither yes nor no": scores.neither / max(1, count)}.items():
        yield MetricRow(metric=metric, name=name, value=value if count else None, images=count, made=count, true=count)


def _pope(metric: str) -> Callable[[Pairs, Ontology], Rows]:
    def rows(pairs: Pairs, ontology: Ontology) -> Rows:  # noqa: ARG001 - no words are compared
        found = _polled(pairs)
        figures = {
            "accuracy": found.accuracy,
            "precision": found.precision,
            "recall": found.recall,
            "F1": found.f1,
            "yes rate": found.yes_rate,
        }
        return _rows(metric, found, figures)

    return rows


def _dashb(pairs: Pairs, ontology: Ontology) -> Rows:  # noqa: ARG001 - no words are compared
    found = _polled(pairs)
    return _rows("dash-b", found, {"accuracy": found.accuracy, "TPR": found.recall, "TNR": found.specificity})


def _amber(pairs: Pairs, ontology: Ontology) -> Rows:
    """Of rows with lists of objects what is named is measured, of the others yes and no."""
    told = [pair for pair in pairs if isinstance(pair[1].fields.get("truth"), list)]
    asked = [pair for pair in pairs if pair not in told]
    if told:
        described = _described(told)
        found = amber_scores(described, _same(ontology))
        true = sum(len(one.there) for one in described)
        for name, value in (("CHAIR", found.chair), ("Cover", found.cover), ("Hal", found.hal), ("Cog", found.cog)):
            yield MetricRow(
                metric="amber", name=name, value=value, images=found.descriptions, made=found.named, true=true
            )
    if asked:
        polled = _polled(asked, "no")
        figures = {
            "accuracy": polled.accuracy,
            "precision": polled.precision,
            "recall": polled.recall,
            "F1": polled.f1,
        }
        yield from _rows("amber", polled, figures)


def _reefknot(pairs: Pairs, ontology: Ontology) -> Rows:
    def meaning(words: str) -> str:
        return ontology.canonical("predicate", words) if words else ""

    found = reefknot_scores(((said.text(ANSWERS), true.text(LABELS)) for said, true in pairs), meaning)
    for task in TASKS:
        if task in found.answers:
            count = found.answers[task]
            yield MetricRow(
                metric="reefknot",
                name=f"hallucination rate, {task}",
                value=found.rates[task],
                images=count,
                made=count,
                true=count,
            )
    every = len(pairs)
    yield MetricRow(metric="reefknot", name="Rscore", value=found.rscore, images=every, made=every, true=every)


def _same(ontology: Ontology) -> Callable[[str, str], bool]:
    def same(one: str, other: str) -> bool:
        return ontology.canonical("category", one) == ontology.canonical("category", other)

    return same


def _described(pairs: Pairs) -> list[Described]:
    """Return the objects of AMBER's lists that each description names; its vocabulary is all lists together."""
    from nesy.experiments.faithfulness.chair import mentions
    from nesy.language.annotator import load

    lists = [(_listed(true, "truth"), _listed(true, "hallu")) for _, true in pairs]
    known = {term(word) for of_one in lists for some in of_one for word in some}

    def find(run: Sequence["Token"]) -> str | None:
        word = "_".join(token.lower_ for token in run)
        nouns = run[-1].pos_ in ("NOUN", "PROPN")
        return next((form for form in (word, *noun_bases(word)) if form in known), None) if nouns else None

    docs = load().pipe(said.text(ANSWERS) for said, _ in pairs)
    return [
        Described(tuple(one.category for one in mentions(doc, find)), tuple(map(term, there)), tuple(map(term, likely)))
        for doc, (there, likely) in zip(docs, lists, strict=True)
    ]


def _listed(row: Row, field: str) -> list[str]:
    value = row.fields.get(field, [])
    if not isinstance(value, list) or not all(isinstance(word, str) and word.strip() for word in value):
        raise InputError(f"{row.place}: {field}: a list of words is expected, got {value!r:.60}")
    return value


_POPE = "an answer is no where its first sentence says no or not, else yes"
ANSWER_MEASURES: Mapping[str, AnswerMeasure] = MappingProxyType(
    {
        "pope": AnswerMeasure(_pope("pope"), f"yes is positive; {_POPE}"),
        "repope": AnswerMeasure(_pope("repope"), f"POPE on RePOPE's labels; of the others nothing counts; {_POPE}"),
        "dash-b": AnswerMeasure(_dashb, f"TPR: of what is there; TNR: of what is not; {_POPE}"),
        "amber": AnswerMeasure(_amber, "no is positive; words of one meaning are one, where AMBER compares vectors"),
        "reefknot": AnswerMeasure(
            _reefknot, "a free answer is right where it says the label or its meaning; no model of entailment judges"
        ),
    }
)
"""Name of a metric -> how it is taken of answers."""
