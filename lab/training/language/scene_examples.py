"""Captions with graphs in, annotated sentences with a role for every token and a label for every arc out."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lab.training.language.alignment import Aligner, Target, substitutes
from lab.training.language.caption_graphs import Caption
from lab.training.language.wordnet import WordNet
from nesy.language.normal_form import NormalForms, plain, surface
from nesy.language.scene_features import Piece, pieces

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

# Words of a text that stand for no word of a graph, however often the two are left over together.
_EMPTY = frozenset(
    {"a", "an", "the", ",", ".", ";", ":", "-", "`", "``", "''", '"'}
    | {"and", "is", "are", "was", "be", "to", "that", "this", "it", "its"}
)
_OPENINGS = ("there is", "the image shows", "we can see", "the photo depicts", "in the picture ,", "you can see")
_LINKS = (", and", ", while", "and", ",", ";", ", with")


@dataclass(frozen=True)
class Example:
    """A piece of text with what the network has to say of it.

    Args:
        piece: the features.
        roles: per token.
        arcs: (token, head) -> label, indices within the piece.
    """

    piece: Piece
    roles: tuple[str, ...]
    arcs: dict[tuple[int, int], str]


@dataclass(frozen=True)
class Aligned:
    """A caption, its tokens in lower case, and where its graph stands in them."""

    caption: Caption
    tokens: tuple[str, ...]
    target: Target


def make_aligner(
    words: WordNet, texts: Sequence[Sequence[str]], graphs: Sequence[frozenset[tuple[str, ...]]]
) -> Aligner:
    """Return an aligner that knows what these captions' annotators put for which words.

    Args:
        words: knows the base forms of words.
        texts: the tokens of each caption, lower case.
        graphs: its tuples.
    """
    plainly = Aligner(words)
    pairs = (plainly.left_over(tokens, graph) for tokens, graph in zip(texts, graphs, strict=True))
    found = substitutes((missing, free - _EMPTY) for missing, free in pairs)
    aligner = Aligner(words, found)
    unsaid: Counter[str] = Counter()
    for tokens, graph in zip(texts, graphs, strict=True):
        unsaid.update(
            t[1] for t in graph if len(t) == 3 and t[1] != "is" and not aligner.spans(t[1], tokens, 6, strict=True)
        )
    return Aligner(words, found, frozenset(predicate for predicate, count in unsaid.items() if count >= 8))


def align_captions(nlp: Language, words: WordNet, captions: Sequence[Caption]) -> list[Aligned]:
    """Return the captions whose whole graph is found in their words."""
    texts = [tuple(token.lower_ for token in nlp.make_doc(_tidy(caption.text))) for caption in captions]
    aligner = make_aligner(words, texts, [caption.tuples for caption in captions])
    found = []
    for caption, tokens in zip(captions, texts, strict=True):
        target = aligner.align(tokens, caption.tuples)
        if target is not None and target.whole:
            found.append(Aligned(caption, tokens, target))
    return found


def _tidy(text: str) -> str:
    return " ".join(text.split())


def variants(aligned: Sequence[Aligned], seed: int, share: float) -> list[tuple[str, list[tuple[int, Aligned]]]]:
    """Return texts made of captions: each as it is, and again as a sentence or as a part of a longer one.

    Args:
        aligned: the captions.
        seed: of the draw.
        share: how many made-up texts for each caption.

    Returns:
        (text, [(index of the caption's first token in it, caption)]); the indices hold if tokens stay as they are.
    """
    draw = random.Random(seed)
    made = [(_tidy(one.caption.text), [(0, one)]) for one in aligned]
    for _ in range(round(share * len(aligned))):
        words: list[str] = []
        parts: list[tuple[int, Aligned]] = []
        count = draw.choice((1, 1, 2, 2, 3))
        if draw.random() < 0.3:
            words.extend(draw.choice(_OPENINGS).split())
        for index in range(count):
            one = draw.choice(aligned)
            tokens = one.tokens
            if index:
                words.extend(draw.choice(_LINKS).split())
            parts.append((len(words), one))
            words.extend(tokens[:-1] if tokens[-1] == "." else tokens)
        text = " ".join(words)
        if draw.random() < 0.8:
            text = text[0].upper() + text[1:]
        if draw.random() < 0.8:
            text += "." if words[-1].isalpha() else " ."
        made.append((text, parts))
    return made


def examples(nlp: Language, texts: Iterable[tuple[str, list[tuple[int, Aligned]]]]) -> list[Example]:
    """Annotate the texts and put the captions' targets on them; texts that tokenize otherwise are left out."""
    found = []
    for doc, parts in nlp.pipe(texts, as_tuples=True, batch_size=256):
        roles = [""] * len(doc)
        arcs: dict[tuple[int, int], str] = {}
        lower = [token.lower_ for token in doc]
        if any(not _same(lower, start, one.tokens) for start, one in parts):
            continue
        for start, one in parts:
            for index, role in enumerate(one.target.roles):
                if start + index < len(doc):
                    roles[start + index] = role
            arcs |= {(start + i, start + j): label for (i, j), label in one.target.arcs.items()}
        for piece in pieces(doc):
            first, stop = piece.start, piece.start + len(piece.hashes)
            inside = {
                (i - first, j - first): label
                for (i, j), label in arcs.items()
                if first <= i < stop and first <= j < stop
            }
            found.append(Example(piece, tuple(roles[first:stop]), inside))
    return found


def _same(lower: list[str], start: int, tokens: tuple[str, ...]) -> bool:
    words = tokens[:-1] if tokens[-1] == "." else tokens
    return tuple(lower[start : start + len(words)]) == words


def learn_forms(aligned: Sequence[Aligned], docs: Sequence[Doc], least: int = 2) -> NormalForms:
    """Learn how annotators write phrases; only what the rule for unknown words gets wrong is kept.

    Args:
        aligned: the captions.
        docs: the same captions, annotated.
        least: how often a form must be seen.
    """
    words: dict[str, dict[str, Counter[str]]] = {role: defaultdict(Counter) for role in "OAP"}
    phrases: dict[str, dict[str, Counter[str]]] = {role: defaultdict(Counter) for role in "OAP"}
    for one, doc in zip(aligned, docs, strict=True):
        for (role, span), label in one.target.forms.items():
            phrases[role][surface(doc, span)][label] += 1
            parts = label.split()
            if len(parts) == len(span):
                for index, part in zip(span, parts, strict=True):
                    words[role][doc[index].lower_][part] += 1
    chosen: dict[str, dict[str, str]] = {role: {} for role in "OAP"}
    for one, doc in zip(aligned, docs, strict=True):
        for role, span in one.target.forms:
            for index in span:
                counts = words[role].get(doc[index].lower_)
                if counts:
                    form, count = counts.most_common(1)[0]
                    # The base form of a verb is sure when it was seen once: WordNet confirmed it.
                    if count >= (1 if role == "P" else least) and form != plain(doc[index], role):
                        chosen[role][doc[index].lower_] = form
    forms = NormalForms({role: {} for role in "OAP"}, chosen)
    whole: dict[str, dict[str, str]] = {role: {} for role in "OAP"}
    for one, doc in zip(aligned, docs, strict=True):
        for role, span in one.target.forms:
            written = surface(doc, span)
            form, count = phrases[role][written].most_common(1)[0]
            if count >= least and form != forms.composed(doc, span, role):
                whole[role][written] = form
    return NormalForms(whole, chosen)
