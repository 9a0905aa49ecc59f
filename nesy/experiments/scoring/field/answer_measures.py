"""Answers to a benchmark's questions beside its labels -> the figures of the measures that are taken of answers."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from nesy.errors import InputError
from nesy.experiments.scoring.field.amber import Described, amber_scores, amber_words
from nesy.experiments.scoring.field.answer_rows import ANSWERS, LABELS, Joined, Row
from nesy.experiments.scoring.field.chair_captions import base_words, chair, class_of, classes_named
from nesy.experiments.scoring.field.metrics_table import MetricRow, MetricsTable, metrics_table
from nesy.experiments.scoring.field.reefknot import TASKS, reefknot_scores
from nesy.experiments.scoring.field.yes_no import (
    Reader,
    YesNo,
    YesNoScores,
    harmonic_mean,
    read_anywhere,
    read_first_word,
    read_pope,
    yes_no_scores,
)
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


def _polled(pairs: Pairs, positive: YesNo = "yes", read: Reader = read_pope) -> YesNoScores:
    return yes_no_scores(((said.text(ANSWERS), _label(true)) for said, true in pairs), positive, read)


def _rows(metric: str, scores: YesNoScores, figures: Mapping[str, float | None], *, neither: bool = True) -> Rows:
    count = scores.questions
    told: dict[str, float | None] = {"neither yes nor no": scores.neither / max(1, count)} if neither else {}
    for name, value in {**figures, **told}.items():
        yield MetricRow(metric=metric, name=name, value=value if count else None, images=count, made=count, true=count)


def _pope(metric: str) -> Callable[[Pairs, Ontology], Rows]:
    def rows(pairs: Pairs, ontology: Ontology) -> Rows:  # noqa: ARG001 - no words are compared
        found = _polled(pairs)
        return _rows(metric, found, {**_of_positive(found), "yes rate": found.yes_rate})

    return rows


def _of_positive(found: YesNoScores) -> dict[str, float | None]:
    return {"accuracy": found.accuracy, "precision": found.precision, "recall": found.recall, "F1": found.f1}


def _dashb(pairs: Pairs, ontology: Ontology) -> Rows:  # noqa: ARG001 - no words are compared
    found = _polled(pairs, read=read_anywhere)
    there = found.recall if found.positive else None
    absent = found.specificity if found.negative else None
    both = None if there is None or absent is None else harmonic_mean(there, absent)
    return _rows("dash-b", found, {"accuracy": found.accuracy, "TPR": there, "TNR": absent, "harmonic mean": both})


def _amber(pairs: Pairs, ontology: Ontology) -> Rows:
    """Of rows with lists of objects what is named is measured, of the others yes and no."""
    told = [pair for pair in pairs if isinstance(pair[1].fields.get("truth"), list)]
    asked = [pair for pair in pairs if not isinstance(pair[1].fields.get("truth"), list)]
    described = amber_scores(_described(told), _same(ontology), amber_words()) if told else None
    polled = _polled(asked, "no", read_first_word) if asked else None
    if described is not None:
        true = sum(len(_listed(row, "truth")) for _, row in told)
        counts = {"images": described.descriptions, "made": described.named, "true": true}
        shares = {"CHAIR": described.chair, "Cover": described.cover, "Hal": described.hal, "Cog": described.cog}
        for name, value in shares.items():
            yield MetricRow(metric="amber", name=name, value=value, **counts)
    if polled is not None:
        yield from _rows("amber", polled, _of_positive(polled))
        yield from _by_dimension(asked)
    if described is not None and polled is not None and described.chair is not None:
        value = (1 - described.chair + polled.f1) / 2
        every = len(pairs)
        yield MetricRow(metric="amber", name="AMBER score", value=value, images=every, made=every, true=every)


def _by_dimension(asked: Pairs) -> Rows:
    """Yield AMBER's figures of each dimension that its labels name; those of attributes together, and apart."""
    kinds = [str(true.fields.get("type", "")) for _, true in asked]
    for name, those in DIMENSIONS.items():
        of_it = [pair for pair, kind in zip(asked, kinds, strict=True) if kind in those]
        if of_it and len(of_it) < len(asked):
            found = _polled(of_it, "no", read_first_word)
            figures = {f"{figure}, {name}": value for figure, value in _of_positive(found).items()}
            yield from _rows("amber", found, figures, neither=False)


def _chair(pairs: Pairs, ontology: Ontology) -> Rows:  # noqa: ARG001 - CHAIR has a list of words
    from nesy.language.annotator import load

    true = [frozenset(map(_class, *_true_objects(row))) for _, row in pairs]
    docs = load().pipe(said.text(ANSWERS) for said, _ in pairs)
    found = chair(zip((classes_named(base_words(doc)) for doc in docs), true, strict=True))
    for name, value in (("CHAIRi", found.chair_i), ("CHAIRs", found.chair_s), ("recall", found.recall)):
        yield MetricRow(
            metric="chair-captions", name=name, value=value, images=found.captions, made=found.named, true=found.true
        )


def _true_objects(row: Row) -> tuple[list[str], list[str]]:
    name = next((name for name in OBJECTS if name in row.fields), None)
    if name is None:
        raise InputError(f"{row.place}: one of {', '.join(OBJECTS)} is missing: the classes of COCO that are there")
    words = _listed(row, name)
    return words, [row.place] * len(words)


def _class(word: str, place: str) -> str:
    """Return the class of COCO that a word of a label is."""
    plain = word.strip().lower().replace("_", " ")
    if plain not in class_of():
        raise InputError(f"{place}: {word!r:.40} is no class of COCO, nor a word of CHAIR's list for one")
    return class_of()[plain]


def _reefknot(pairs: Pairs, ontology: Ontology) -> Rows:
    """Yield the rates of all answers, and of those about each type of relation where the labels tell it."""
    names = ("relation_type",)
    kinds = dict.fromkeys(true.text(names) for _, true in pairs if true.fields.get("relation_type") is not None)
    yield from _reefknot_rows(pairs, ontology, "")
    for kind in kinds if len(kinds) > 1 else ():
        of_it = [pair for pair in pairs if pair[1].fields.get("relation_type") == kind]
        yield from _reefknot_rows(of_it, ontology, f", {kind}")


def _reefknot_rows(pairs: Pairs, ontology: Ontology, after: str) -> Rows:
    def meaning(words: str) -> str:
        return ontology.canonical("predicate", words) if words else ""

    found = reefknot_scores(((said.text(ANSWERS), true.text(LABELS)) for said, true in pairs), meaning)
    counts = {f"hallucination rate, {task}{after}": found.answers[task] for task in TASKS if task in found.answers}
    values = {f"hallucination rate, {task}{after}": rate for task, rate in found.rates.items()}
    choices = found.answers.get("multiple choice", 0)
    if choices and not after:
        values["choices without a letter first"] = found.unlettered / choices
        counts["choices without a letter first"] = choices
    values[f"Rscore{after}"], counts[f"Rscore{after}"] = found.rscore, len(pairs)
    for name, value in values.items():
        count = counts[name]
        yield MetricRow(metric="reefknot", name=name, value=value, images=count, made=count, true=count)


def _same(ontology: Ontology) -> Callable[[str, str], bool]:
    def same(one: str, other: str) -> bool:
        return ontology.canonical("category", one) == ontology.canonical("category", other)

    return same


def _described(pairs: Pairs) -> list[Described]:
    """Return the objects of AMBER's vocabulary and of the lists that each description names."""
    from nesy.experiments.faithfulness.chair import mentions
    from nesy.language.annotator import load

    lists = [(_listed(true, "truth"), _listed(true, "hallu")) for _, true in pairs]
    known = amber_words().vocabulary | {term(word) for of_one in lists for some in of_one for word in some}

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


OBJECTS = ("truth", "objects", "gt_words")
"""Names of the field of true objects, the first that a row has."""
_POPE = "an answer is no where its first sentence has No, no or not, else yes"
DIMENSIONS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "existence": ("discriminative-hallucination",),
        "attribute": (
            "discriminative-attribute-state",
            "discriminative-attribute-number",
            "discriminative-attribute-action",
        ),
        "state": ("discriminative-attribute-state",),
        "number": ("discriminative-attribute-number",),
        "action": ("discriminative-attribute-action",),
        "relation": ("discriminative-relation", "relation"),
    }
)
"""Dimension of AMBER -> the types of its questions."""
ANSWER_MEASURES: Mapping[str, AnswerMeasure] = MappingProxyType(
    {
        "pope": AnswerMeasure(_pope("pope"), f"yes is positive; {_POPE}"),
        "repope": AnswerMeasure(_pope("repope"), f"POPE on RePOPE's labels; of the others nothing counts; {_POPE}"),
        "dash-b": AnswerMeasure(
            _dashb, "TPR: of what is there; TNR: of what is not; an answer is yes where yes is in it, no where no is"
        ),
        "amber": AnswerMeasure(
            _amber, "no is positive, by the first word; words of one meaning are one, where AMBER compares vectors"
        ),
        "chair-captions": AnswerMeasure(
            _chair, "of the classes of COCO that captions name, by CHAIR's list of words, each by its lemma"
        ),
        "reefknot": AnswerMeasure(
            _reefknot, "a free answer is right where it says the label or its meaning; no model of entailment judges"
        ),
    }
)
"""Name of a metric -> how it is taken of answers."""
