"""An annotated document in, its mentions, attributes and links out: a small recurrent network with biaffine arcs.

Every token gets a role (does it head an object, an attribute, a predicate?) and every pair of tokens an arc label; see
`lab.training.language.alignment` for what the labels mean. The network was trained with torch and runs on numpy.

Source: biaffine scores of arcs, Dozat and Manning, ICLR 2017; a graph instead of a tree, Dozat and Manning, ACL 2018.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from threadpoolctl import ThreadpoolController

from nesy.language.annotator import model_folder
from nesy.language.mentions import Attribute, Link, Mention, MentionGraph
from nesy.language.normal_form import NormalForms
from nesy.language.scene_features import COLUMNS, Hashes, Integers, Piece, look_up, pieces

if TYPE_CHECKING:
    from spacy.tokens import Doc

Floats = npt.NDArray[np.float32]

FARTHEST = 12
"""Distances between tokens are told apart up to this."""
AT_ONCE = 64
"""Pieces that the network runs over at once: enough to keep the matrices large, few enough for any memory."""


@dataclass(frozen=True)
class Scores:
    """What the network says of a piece of text.

    Args:
        roles: (tokens, roles).
        arcs: (tokens, tokens, labels): from the first token to the second.
    """

    roles: Floats
    arcs: Floats


@dataclass(frozen=True)
class SceneParser:
    """The trained network with its vocabulary.

    Args:
        weights: name -> array, as `lab.training.language.scene_network` names them.
        known: for each of COLUMNS the sorted hashes that have a row.
        roles: the roles' letters by index: "", "O", "A", "P", "AO" ...
        labels: the arcs' labels by index; the first is "" (no arc).
        forms: normal forms of phrases and words.
    """

    weights: Mapping[str, Floats]
    known: tuple[Hashes, ...]
    roles: tuple[str, ...]
    labels: tuple[str, ...]
    forms: NormalForms

    @functools.cached_property
    def names(self) -> tuple[frozenset[str], ...]:
        """The names in each label: an arc may have several, as "subj+obj"."""
        return tuple(frozenset(label.split("+")) for label in self.labels)

    def scores(self, piece: Piece) -> Scores:
        """Run the network over a piece of text."""
        return self.scores_of((piece,))[0]

    def scores_of(self, batch: Sequence[Piece]) -> list[Scores]:
        """Run the network over some pieces at once, in the time of the longest; what stands beside it changes none.

        On one thread: the products are small, and threads that wait for each other cost the processor more than they
        do for it.

        Returns:
            The scores of each piece, in order.
        """
        with one_thread():
            return self._scores_of(batch)

    def _scores_of(self, batch: Sequence[Piece]) -> list[Scores]:
        weights = self.weights
        rows = [look_up(piece.hashes, self.known) for piece in batch]
        lengths = np.array([len(one) for one in rows])
        every = np.concatenate(rows)
        state = np.concatenate(
            [weights[f"embed.{name}"][every[:, column]] for column, name in enumerate(COLUMNS)], axis=1
        )
        for layer in (0, 1):
            state = self._recurrent(state, lengths, layer)
        roles = state @ weights["roles.weight"].T + weights["roles.bias"]
        ones = np.ones((len(state), 1), dtype=np.float32)
        dependent = np.concatenate([_relu(state @ weights["dep.weight"].T + weights["dep.bias"]), ones], axis=1)
        head = np.concatenate([_relu(state @ weights["head.weight"].T + weights["head.bias"]), ones], axis=1)
        half = dependent @ weights["biaffine"]  # (labels, tokens, width)
        found = []
        ends = np.cumsum(lengths)
        for piece, row, start, end in zip(batch, rows, ends - lengths, ends, strict=True):
            arcs = (half[:, start:end] @ head[start:end].T).transpose(1, 2, 0)
            found.append(Scores(roles[start:end], self._with_syntax(arcs, piece, row[:, COLUMNS.index("DEP")])))
        return found

    def _with_syntax(self, arcs: Floats, piece: Piece, syntax: Integers) -> Floats:
        """Add to the scores of arcs what the distance and the syntax say."""
        places = np.arange(len(syntax))
        near = np.clip(places[None] - places[:, None], -FARTHEST, FARTHEST) + FARTHEST
        arcs = arcs + self.weights["distance"][near]
        arcs[places, piece.heads] += self.weights["up"][syntax]
        arcs[piece.heads, places] += self.weights["down"][syntax]
        return arcs

    def _recurrent(self, inputs: Floats, lengths: Integers, layer: int) -> Floats:
        """Run one bidirectional LSTM layer; torch's order of gates.

        Args:
            inputs: (tokens of all pieces, in).
            lengths: of the pieces, in tokens.
            layer: 0 or 1.

        Returns:
            (tokens, 2 * hidden).
        """
        weights = self.weights
        names = [f"l{layer}{direction}" for direction in ("", "_reverse")]
        gates = np.stack([inputs @ weights[f"lstm.weight_ih_{n}"].T + weights[f"lstm.bias_{n}"] for n in names])
        recurrent = np.stack([weights[f"lstm.weight_hh_{n}"].T for n in names])
        width = recurrent.shape[1]
        longest_first = np.argsort(-lengths, kind="stable")
        sizes = lengths[longest_first]
        first = (np.cumsum(lengths) - lengths)[longest_first]
        hidden = np.zeros((2, len(lengths), width), dtype=np.float32)
        cell = np.zeros_like(hidden)
        out = np.empty((2, len(inputs), width), dtype=np.float32)
        ways = np.array([[0], [1]])
        for step in range(int(sizes[0])):
            going = int(np.count_nonzero(sizes > step))  # the shorter pieces have ended
            at = np.stack([first[:going] + step, first[:going] + sizes[:going] - 1 - step])
            now = gates[ways, at] + hidden[:, :going] @ recurrent  # (2, pieces, 4 * hidden)
            squashed = 1 / (1 + np.exp(-now))
            cell = squashed[..., width : 2 * width] * cell[:, :going] + squashed[..., :width] * np.tanh(
                now[..., 2 * width : 3 * width]
            )
            hidden = squashed[..., 3 * width :] * np.tanh(cell)
            out[ways, at] = hidden
        return np.concatenate([out[0], out[1]], axis=1)

    def parse(self, docs: Sequence[Doc]) -> list[MentionGraph]:
        """Return what each document names, sentence by sentence; `AT_ONCE` sentences are run at once."""
        found: list[tuple[list[Mention], list[Attribute], list[Link]]] = [([], [], []) for _ in docs]
        todo = ((number, piece) for number, doc in enumerate(docs) for piece in pieces(doc))
        while batch := list(islice(todo, AT_ONCE)):
            all_scores = self.scores_of([piece for _, piece in batch])
            for (number, piece), scores in zip(batch, all_scores, strict=True):
                self._read(docs[number], piece, scores, *found[number])
        return [MentionGraph(tuple(mentions), tuple(attributes), tuple(links)) for mentions, attributes, links in found]

    def _read(
        self,
        doc: Doc,
        piece: Piece,
        scores: Scores,
        mentions: list[Mention],
        attributes: list[Attribute],
        links: list[Link],
    ) -> None:
        roles = [self.roles[index] for index in scores.roles.argmax(axis=1)]
        objects = [index for index, role in enumerate(roles) if "O" in role]
        if not objects:
            return
        best = scores.arcs.argmax(axis=2)
        # for each token those with an arc to it, and the arc's names
        arcs: list[dict[int, frozenset[str]]] = [{} for _ in roles]
        for token, head in np.argwhere(best).tolist():
            arcs[head][token] = self.names[best[token, head]]

        def said(head: int, label: str) -> tuple[int, ...]:
            more = [i for i, names in arcs[head].items() if i != head and label in names]
            return tuple(piece.start + i for i in sorted([*more, head]))

        def arc(token: int, head: int, label: str) -> bool:
            return label in arcs[head].get(token, ())

        def ends(candidates: list[int], score: Floats, chosen: list[bool]) -> list[int]:
            """Those that the network chose, else the likeliest one."""
            found = [c for c, yes in zip(candidates, chosen, strict=True) if yes]
            return found or [candidates[int(score.argmax())]]

        where = {}
        for head in objects:
            where[head] = len(mentions)
            tokens = tuple(i for i in said(head, "name") if i <= piece.start + head)
            mentions.append(Mention(tokens, self.forms.label(doc, tokens, "O")))
        score = {label: scores.arcs[:, :, self.labels.index(label)] for label in ("attr", "subj", "obj")}
        for head, role in enumerate(roles):
            if "A" in role:
                others = [o for o in objects if o != head]
                if others:
                    tokens = said(head, "amore")
                    label = self.forms.label(doc, tokens, "A")
                    chosen = [arc(head, o, "attr") for o in others]
                    things = ends(others, score["attr"][head, others], chosen)
                    attributes.extend(Attribute(where[thing], label, tokens) for thing in things)
            if "P" in role:
                others = [o for o in objects if o != head]
                if len(others) < 2:
                    continue
                tokens = said(head, "pmore")
                label = self.forms.label(doc, tokens, "P")
                is_subject = [arc(o, head, "subj") for o in others]
                is_object = [arc(o, head, "obj") for o in others]
                subjects = ends(others, score["subj"][others, head], is_subject)
                things = ends(others, score["obj"][others, head], is_object)
                for subject in subjects:
                    links.extend(Link(where[subject], label, where[t], tokens) for t in things if t != subject)
        for subject in objects:
            for thing in objects:
                implied = self.labels[best[subject, thing]]
                if subject != thing and implied.startswith("="):
                    links.append(Link(where[subject], implied[1:], where[thing], ()))


@functools.cache
def _threads() -> ThreadpoolController:
    return ThreadpoolController()  # looks for the libraries once; to look each time would take longer than the network


def one_thread() -> AbstractContextManager[object]:
    """Return what keeps numpy's products on one thread while it is entered."""
    return _threads().limit(limits=1, user_api="blas")  # type: ignore[no-any-return]


def _relu(values: Floats) -> Floats:
    return np.maximum(values, 0)


def read_parser(folder: Path) -> SceneParser:
    """Read the weights and tables that `lab.training.language` wrote.

    Args:
        folder: with scene.npz (half precision) and scene.json.
    """
    described = json.loads((folder / "scene.json").read_text(encoding="utf-8"))
    with np.load(folder / "scene.npz") as arrays:
        weights = {name: arrays[name] for name in arrays.files}
    known = tuple(weights.pop(f"known.{name}") for name in COLUMNS)
    return SceneParser(
        {name: array.astype(np.float32) for name, array in weights.items()},
        known,
        tuple(described["roles"]),
        tuple(described["labels"]),
        NormalForms(described["phrases"], described["words"]),
    )


@functools.cache
def scene_parser(language: str = "en") -> SceneParser:
    """Return the shipped parser of a language, loaded once.

    Raises:
        InputError: for a language that nesy does not ship.
    """
    return read_parser(model_folder(language))


def mention_graph(doc: Doc) -> MentionGraph:
    """Return the objects, attributes and relations that a document of `nesy.language.annotator.load` names.

    The document's own annotation (pos_, lemma_, dep_, head: Universal Dependencies) is read and left as it is.

    Source: the conventions of FACTUAL (Li et al., Findings of ACL 2023).
    """
    return mention_graphs([doc])[0]


def mention_graphs(docs: Sequence[Doc]) -> list[MentionGraph]:
    """Return what each of some documents of one language names, as `mention_graph` does, in less time."""
    return scene_parser(docs[0].lang_).parse(docs) if docs else []
