"""Captions and the true objects of their images -> CHAIR: how often they name an object that is not there.

CHAIRi is the share of mentions that are hallucinated, CHAIRs the share of captions with such a mention.

Source: Rohrbach et al., Object Hallucination in Image Captioning, EMNLP 2018.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict

from nesy.errors import InputError
from nesy.experiments.rules.mapping import loose_words
from nesy.interchange.json_rows import reading, rows
from nesy.ontology import Ontology
from nesy.ontology.concepts import HEAD
from nesy.ontology.morphology import noun_bases
from nesy.scene import term

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

LONGEST = 3
"""Words in the longest run that is looked up; `hair dryer` goes before `hair`."""
_NOUNS = frozenset({"NOUN", "PROPN"})
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")

Lookup = Callable[[Sequence["Token"]], str | None]
"""Tokens -> the category that they name together."""


@dataclass(frozen=True)
class Mention:
    """A place in a text that names an object of a category."""

    category: str
    """As a term: `dining_table`."""
    span: tuple[int, int]
    """Characters [start, end)."""


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Chair(_Frozen):
    """CHAIR of some captions."""

    captions: int
    mentions: int
    hallucinated_mentions: int
    hallucinated_captions: int
    chair_i: float
    """Percent of the mentions."""
    chair_s: float
    """Percent of the captions."""
    wrong: dict[str, int]
    """Category -> hallucinated mentions, the commonest first."""


def nouns(ontology: Ontology) -> Lookup:
    """Read a run that ends in a noun by the ontology; an orange shirt is no orange, and who is seated is no seat."""

    def find(run: Sequence["Token"]) -> str | None:
        return _category(run, ontology) if run[-1].pos_ in _NOUNS else None

    return find


def as_counted(ontology: Ontology) -> Lookup:
    """Read words as the published counts do, where these differ from a reader.

    The names of the categories and the loose words of CHAIR's list count in any part of speech (an orange shirt is an
    orange), and loose words by their lemma as well (who is seated is a seat, hence a chair). Our other words are nouns.
    A seat in a text with a toilet is that of the toilet.
    """
    loose, by_noun = {word: category for category, word in loose_words(ontology.graph)}, nouns(ontology)

    def find(run: Sequence["Token"]) -> str | None:
        word = _joined(run)
        forms = (word, *noun_bases(word), *([run[0].lemma_.lower()] if len(run) == 1 else []))
        if "seat" in forms and any(token.lower_ == "toilet" for token in run[0].doc):
            return None
        found = next((loose[form] for form in forms if form in loose), None)
        return found or next((form for form in forms if form in ontology.categories), None) or by_noun(run)

    return find


def as_listed(path: Path) -> Lookup:
    """Read words by CHAIR's published list alone, singular or plural: what our mapping is compared with.

    Raises:
        InputError: the file cannot be read.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}); --data names the folder of the sets") from None
    listed: dict[str, str] = {}
    for words in ([term(word) for word in line.split(",") if word.strip()] for line in lines):
        for word in words:
            listed.setdefault(word, words[0])

    def find(run: Sequence["Token"]) -> str | None:
        word = _joined(run)
        return next((listed[form] for form in (word, *noun_bases(word)) if form in listed), None)

    return find


def mentions(doc: "Doc", lookup: Lookup) -> Iterator[Mention]:
    """Yield every mention of an object in a text: the longest known run of at most three words, left to right."""
    tokens, at = [token for token in doc if not token.is_space], 0
    while at < len(tokens):
        for length in range(LONGEST, 0, -1):
            run = tokens[at : at + length]
            if len(run) < length or run[0].pos_ == "DET" or not all(map(_is_word, run)):
                continue
            found = lookup(run)
            if found is not None:
                yield Mention(found, (run[0].idx, run[-1].idx + len(run[-1])))
                at += length
                break
        else:
            at += 1


def score(captions: Iterable[tuple[Sequence[str], frozenset[str]]]) -> Chair:
    """Return CHAIR of captions.

    Args:
        captions: (categories mentioned, with repeats; the true ones) of each.

    >>> found = score([(["cat", "cat", "dog"], frozenset({"cat"})), (["cat"], frozenset({"cat"}))])
    >>> found.chair_i, found.chair_s
    (25.0, 50.0)
    """
    number, named, bad, wrong = 0, 0, 0, Counter[str]()
    for mentioned, true in captions:
        absent = [category for category in mentioned if category not in true]
        number, named, bad = number + 1, named + len(mentioned), bad + bool(absent)
        wrong.update(absent)
    return Chair(
        captions=number,
        mentions=named,
        hallucinated_mentions=wrong.total(),
        hallucinated_captions=bad,
        chair_i=round(100 * wrong.total() / named, 2) if named else 0.0,
        chair_s=round(100 * bad / number, 2) if number else 0.0,
        wrong=dict(wrong.most_common()),
    )


class ChairReport(_Frozen):
    """CHAIR by the stored object lists of chair300, and by ours."""

    stored: Chair
    """From the published lists of mentions."""
    counted: Chair
    """Our mapping, words counted as the published lists do."""
    listed: Chair
    """CHAIR's list of words alone."""
    nouns: Chair
    """Our mapping of nouns only: what a reader would call an object."""
    mention_precision: float
    """Share of our counted mentions that the stored lists have too."""
    mention_recall: float
    """Share of the stored mentions that we find."""
    models: dict[str, dict[str, Chair]]
    """Five models of pope_captions, `brief` and `short`: model -> reading (counted, listed, nouns) -> CHAIR."""

    @property
    def gap(self) -> tuple[float, float]:
        """Return by how many points our counted CHAIRi and CHAIRs differ from the stored ones."""
        return self.counted.chair_i - self.stored.chair_i, self.counted.chair_s - self.stored.chair_s


def measure_chair(folder: Path, models: bool = True) -> ChairReport:
    """Measure CHAIR on chair300, and on the captions of pope_captions whose images chair300 has.

    Args:
        folder: of all data sets.
        models: whether pope_captions is read.

    Raises:
        InputError: a file cannot be used.
    """
    ontology, path = Ontology.default(), folder / "chair300" / "chair300.jsonl"
    lookups = {
        "counted": as_counted(ontology),
        "listed": as_listed(folder / "chair_synonyms" / "synonyms.txt"),
        "nouns": nouns(ontology),
    }
    true: dict[str, frozenset[str]] = {}
    texts, stored = [], []
    for place, row in rows(path):
        with reading(place):
            true[row["coco_id"]] = frozenset(term(word) for word in row["gt_words"])
            texts.append((row["coco_id"], row["text"]))
            stored.append([term(word) for word in row["generated_words"]])
    ours = _read(texts, lookups)
    both = sum((Counter(a) & Counter(b)).total() for a, b in zip(ours["counted"], stored, strict=True))
    gold = [true[image] for image, _ in texts]
    scored = {name: score(zip(found, gold, strict=True)) for name, found in ours.items()}
    return ChairReport(
        stored=score(zip(stored, gold, strict=True)),
        **scored,
        mention_precision=round(both / max(1, sum(map(len, ours["counted"]))), 4),
        mention_recall=round(both / max(1, sum(map(len, stored))), 4),
        models=_of_models(folder / "pope_captions" / "captions.jsonl", true, lookups) if models else {},
    )


def _of_models(
    path: Path, true: Mapping[str, frozenset[str]], lookups: Mapping[str, Lookup]
) -> dict[str, dict[str, Chair]]:
    texts: dict[str, list[tuple[str, str]]] = {}
    for place, row in rows(path):
        with reading(place):
            if row["coco_id"] in true:
                for length in ("brief", "short"):
                    for model, text in row[length].items():
                        texts.setdefault(f"{model}, {length}", []).append((row["coco_id"], text))
    scored: dict[str, dict[str, Chair]] = {}
    for model, found in sorted(texts.items()):
        gold = [true[image] for image, _ in found]
        scored[model] = {n: score(zip(read, gold, strict=True)) for n, read in _read(found, lookups).items()}
    return scored


def _read(texts: Sequence[tuple[str, str]], lookups: Mapping[str, Lookup]) -> dict[str, list[list[str]]]:
    """Return, for every reading, the categories that each text mentions, with repeats."""
    from nesy.language.annotator import load

    docs = list(load().pipe(text for _, text in texts))
    return {
        name: [[mention.category for mention in mentions(doc, lookup)] for doc in docs]
        for name, lookup in lookups.items()
    }


def _is_word(token: "Token") -> bool:
    """Tell whether a token is a word of its own; the man of man-made is none."""
    after = token.doc[token.i + 1] if token.i + 1 < len(token.doc) else None
    hyphenated = after is not None and not token.whitespace_ and after.text == "-"
    return _WORD.fullmatch(token.lower_) is not None and not hyphenated


def _joined(run: Sequence["Token"]) -> str:
    return "_".join(token.lower_ for token in run)


def _category(run: Sequence["Token"], ontology: Ontology) -> str | None:
    """Return the category of a run that is a word for it as a whole; a head noun alone is found as a shorter run."""
    concept = ontology.concept("category", _joined(run))
    if concept is None or concept.score <= HEAD or concept.term not in ontology.categories:
        return None
    return concept.term
