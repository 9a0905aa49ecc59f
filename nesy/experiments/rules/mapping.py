"""Published word lists -> how many of their words the ontology knows, and by which step (`nesy concepts`)."""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from rdflib import RDF, RDFS, Graph

from nesy.errors import InputError
from nesy.experiments.rules.mapping_record import ListRecord, MappingRecord, MentionsRecord, SynonymsRecord
from nesy.interchange.json_rows import rows
from nesy.ontology import Ontology
from nesy.ontology.concepts import BROAD, HEAD, NARROWER, WIDER, WORD, Concept
from nesy.ontology.namespaces import NESY
from nesy.scene import term

STEPS = ("word", "same meaning", "narrower", "wider", "head noun", "wider class", "unknown")
"""How a word is known: as a word of the ontology; exactly, by synonym, spelling or form; then as in `Concept`."""


def step_of(concept: Concept | None) -> str:
    """Return which of STEPS found a concept.

    >>> step_of(None)
    'unknown'
    """
    if concept is None:
        return "unknown"
    if concept.exact and concept.score > BROAD:
        return "word" if concept.score == WORD else "same meaning"
    return {NARROWER: "narrower", WIDER: "wider", HEAD: "head noun", BROAD: "wider class"}[concept.score]


@dataclass(frozen=True)
class Coverage:
    """How the words of one list are known."""

    name: str
    kind: str
    steps: dict[str, tuple[str, ...]]
    """Step -> the words it finds, in the order of the list; every step is there."""
    uses: dict[str, int]
    """Step -> how often its words are used; each word once where the list does not say."""

    @property
    def words(self) -> int:
        """How many words the list has."""
        return sum(len(found) for found in self.steps.values())

    def record(self) -> ListRecord:
        """Return counts, and the words that are not known."""
        return ListRecord(
            list=self.name,
            kind=self.kind,
            words=self.words,
            found={step: len(found) for step, found in self.steps.items()},
            uses=self.uses,
            unknown=self.steps["unknown"],
        )


@dataclass(frozen=True)
class Synonyms:
    """How the synonym list of CHAIR fares, word by word against the class it counts for."""

    words: int
    right: dict[str, int]
    """Step -> words found to name their class, exactly or as a kind of it."""
    above: tuple[str, ...]
    """Words found in a class above theirs only (`word (class)`), and not left out by hand."""
    wrong: tuple[str, ...]
    """Words found elsewhere, and not left out by hand."""
    unknown: tuple[str, ...]
    """Words not found, and not left out by hand."""
    left_out: dict[str, str]
    """Words left out by hand (`word (class)`) -> the reason."""

    def record(self) -> SynonymsRecord:
        """Return counts and lists."""
        return SynonymsRecord(
            words=self.words,
            right=sum(self.right.values()),
            share=round(sum(self.right.values()) / self.words, 4) if self.words else 1.0,
            by_step=self.right,
            above=self.above,
            wrong=self.wrong,
            unknown=self.unknown,
            left_out=self.left_out,
        )


@dataclass(frozen=True)
class Mentions:
    """Categories found in captions by looking every word up, against those that CHAIR's own program found there."""

    captions: int
    both: int
    """Pairs of caption and category that both find."""
    only_here: dict[str, int]
    """Category -> captions in which only nesy finds it, the commonest first."""
    only_there: dict[str, int]
    """Category -> captions in which only CHAIR finds it."""

    @property
    def precision(self) -> float:
        """Share of the categories found here that CHAIR finds too, in [0, 1]."""
        found = self.both + sum(self.only_here.values())
        return self.both / found if found else 1.0

    @property
    def recall(self) -> float:
        """Share of CHAIR's categories that are found here, in [0, 1]."""
        stored = self.both + sum(self.only_there.values())
        return self.both / stored if stored else 1.0

    def record(self) -> MentionsRecord:
        """Return counts and shares."""
        return MentionsRecord(
            captions=self.captions,
            both=self.both,
            precision=round(self.precision, 4),
            recall=round(self.recall, 4),
            only_here=self.only_here,
            only_there=self.only_there,
        )


@dataclass(frozen=True)
class MappingReport:
    """The coverage of every list."""

    synonyms: Synonyms
    mentions: Mentions
    lists: tuple[Coverage, ...]

    def to_json(self, indent: int | None = None) -> str:
        """Return the report as `nesy.mapping/1`."""
        whole = MappingRecord(
            synonyms=self.synonyms.record(),
            mentions=self.mentions.record(),
            lists=tuple(one.record() for one in self.lists),
        )
        return json.dumps(whole.model_dump(by_alias=True), ensure_ascii=False, indent=indent)


def measure(folder: Path, ontology: Ontology | None = None) -> MappingReport:
    """Map every word of the lists in `folder`.

    Raises:
        InputError: a list is missing or is not what it should be.
    """
    known = ontology or Ontology.default()
    return MappingReport(
        _synonyms(folder / "chair_synonyms" / "synonyms.txt", known),
        _mentions(folder / "chair300" / "chair300.jsonl", known),
        tuple(_covered(name, kind, words, known) for name, kind, words in _lists(folder)),
    )


def _covered(name: str, kind: str, words: Counter[str], ontology: Ontology) -> Coverage:
    steps: dict[str, list[str]] = {step: [] for step in STEPS}
    uses = dict.fromkeys(STEPS, 0)
    for word, used in words.items():
        found = next((c for c in map(partial(ontology.concept, kind), _spellings(word)) if c is not None), None)
        steps[step_of(found)].append(word)
        uses[step_of(found)] += used
    return Coverage(name, kind, {step: tuple(found) for step, found in steps.items()}, uses)


def _spellings(name: str) -> Iterator[str]:
    """Yield a class name, and what COCO's panoptic names mean by it: `wall-brick` -> brick wall, `sky-other-merged`."""
    yield name
    plain = "-".join(part for part in name.split("-") if part not in ("merged", "other", "stuff"))
    if "-" in name:
        yield plain
        yield " ".join(reversed(plain.split("-")))


def _lists(folder: Path) -> Iterator[tuple[str, str, Counter[str]]]:
    """Yield name, kind and words of each list."""
    vrd = _json(folder / "vrd" / "vocab.json")
    vg150 = _json(folder / "vg150_psg_vocab" / "VG-SGG-dicts-with-attri.json")
    psg = _json(folder / "vg150_psg_vocab" / "psg_categories.json")
    chair = [row for _, row in rows(folder / "chair300" / "chair300.jsonl")]
    vsr = [row for part in ("train", "dev") for _, row in rows(folder / "vsr" / f"random_{part}.jsonl")]

    def used(counts: str, names: str) -> dict[str, int]:
        return {word: vg150[counts][word] for word in vg150[names]}

    sources: tuple[tuple[str, str, Callable[[], Iterable[str] | dict[str, int]]], ...] = (
        ("vrd objects", "category", lambda: vrd["objects"]),
        ("vrd predicates", "predicate", lambda: vrd["predicates"]),
        ("vg150 objects", "category", lambda: used("object_count", "label_to_idx")),
        (
            "vg150 predicates",
            "predicate",
            lambda: {word: vg150["predicate_count"][word] for word in vg150["predicate_to_idx"]},
        ),
        ("psg objects", "category", lambda: [*psg["thing_classes"], *psg["stuff_classes"]]),
        ("psg predicates", "predicate", lambda: psg["predicate_classes"]),
        ("vsr relations", "predicate", lambda: [row["relation"] for row in vsr]),
        ("chair300 true objects", "category", lambda: [word for row in chair for word in row["gt_words"]]),
    )
    for name, kind, words in sources:
        try:
            yield name, kind, Counter(words())
        except (KeyError, TypeError) as error:
            raise InputError(f"{folder}: the list of {name} lacks {error}; it is not the published file") from None


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}); name the folder with --data DIR") from None
    except UnicodeDecodeError:
        raise InputError(f"{path}: not UTF-8 text") from None


def _json(path: Path) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads(_text(path))
    except json.JSONDecodeError as error:
        raise InputError(f"{path}: line {error.lineno}: not JSON ({error.msg})") from None
    return found


def _synonyms(path: Path, ontology: Ontology) -> Synonyms:
    """Map CHAIR's list: a class and its words in each line, separated by commas."""
    loose = loose_words(ontology.graph)
    right = dict.fromkeys(STEPS[:-1], 0)
    above, wrong, unknown, left_out = [], [], [], {}
    lines = [[word.strip() for word in line.split(",") if word.strip()] for line in _text(path).splitlines()]
    pairs = dict.fromkeys((line[0], word) for line in lines if line for word in line)
    for category, word in pairs:
        told = f"{word} ({category})"
        found, goal = ontology.concept("category", word), ontology.iri("category", category)
        if (term(category), term(word)) in loose:
            left_out[told] = loose[term(category), term(word)]
        elif found is None:
            unknown.append(told)
        elif found.iri == goal:
            right[step_of(found)] += 1
        elif goal is not None and found.iri in ontology.graph.transitive_objects(goal, RDFS.subClassOf):
            above.append(told)
        else:
            wrong.append(told)
    return Synonyms(len(pairs), right, tuple(above), tuple(wrong), tuple(unknown), left_out)


def _mentions(path: Path, ontology: Ontology) -> Mentions:
    both, here, there = 0, Counter[str](), Counter[str]()
    read = [row for _, row in rows(path)]
    for row in read:
        try:
            found, stored = mentioned(row["text"], ontology), {term(word) for word in row["generated_words"]}
        except (KeyError, TypeError) as error:
            raise InputError(f"{path}: a row lacks {error}; it is not the published file") from None
        both += len(found & stored)
        here.update(sorted(found - stored))
        there.update(sorted(stored - found))
    return Mentions(len(read), both, dict(here.most_common()), dict(there.most_common()))


def mentioned(text: str, ontology: Ontology) -> frozenset[str]:
    """Return the categories that `text` names: the longest known run of at most three words counts, left to right.

    No grammar is looked at: an orange shirt counts as an orange, as it does for CHAIR.

    >>> sorted(mentioned("Two puppies near a teddy bear.", Ontology.default()))
    ['dog', 'teddy_bear']
    """
    words = re.findall(r"[a-z]+(?:['-][a-z]+)*|[^\sa-z]", text.lower())
    found, at = set(), 0
    while at < len(words):
        for length in (3, 2, 1):
            concept = ontology.concept("category", " ".join(words[at : at + length]))
            if concept is not None and step_of(concept) != "head noun":
                found.add(concept.term)
                at += length
                break
        else:
            at += 1
    return frozenset(found & ontology.categories)


def loose_words(graph: Graph) -> dict[tuple[str, str], str]:
    """Return (category, word) -> why it is left out, of every nesy:LooseWord."""
    found = {}
    for node in graph.subjects(RDF.type, NESY.LooseWord):
        category = graph.value(graph.value(node, NESY.ofCategory), NESY.term)
        found[str(category), term(str(graph.value(node, NESY.label)))] = str(graph.value(node, NESY.reason))
    return found
