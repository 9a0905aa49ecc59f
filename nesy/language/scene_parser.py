"""An annotated document in, its mentions, attributes and links out: a small recurrent network with biaffine arcs.

Every token gets a role (does it head an object, an attribute, a predicate?) and every pair of tokens an arc label; see
`nesy.training.language.alignment` for what the labels mean. The network was trained with torch and runs on numpy.

Source: biaffine scores of arcs, Dozat and Manning, ICLR 2017; a graph instead of a tree, Dozat and Manning, ACL 2018.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from nesy.language.mentions import Attribute, Link, Mention, MentionGraph
from nesy.language.normal_form import NormalForms
from nesy.language.pipeline import model_folder
from nesy.language.scene_features import COLUMNS, Hashes, Piece, look_up, pieces

if TYPE_CHECKING:
    from spacy.tokens import Doc

Floats = npt.NDArray[np.float32]

FARTHEST = 12
"""Distances between tokens are told apart up to this."""


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
        weights: name -> array, as `nesy.training.language.scene_network` names them.
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

    def scores(self, piece: Piece) -> Scores:
        """Run the network over a piece of text."""
        weights = self.weights
        rows = look_up(piece.hashes, self.known)
        state = np.concatenate(
            [weights[f"embed.{name}"][rows[:, column]] for column, name in enumerate(COLUMNS)], axis=1
        )
        for layer in (0, 1):
            state = self._recurrent(state, layer)
        roles = state @ weights["roles.weight"].T + weights["roles.bias"]
        length = len(state)
        ones = np.ones((length, 1), dtype=np.float32)
        dependent = np.concatenate([_relu(state @ weights["dep.weight"].T + weights["dep.bias"]), ones], axis=1)
        head = np.concatenate([_relu(state @ weights["head.weight"].T + weights["head.bias"]), ones], axis=1)
        biaffine = weights["biaffine"]  # (labels, width, width)
        arcs = (dependent @ biaffine @ head.T).transpose(1, 2, 0)
        places = np.arange(length)
        arcs = arcs + weights["distance"][np.clip(places[None] - places[:, None], -FARTHEST, FARTHEST) + FARTHEST]
        syntax = rows[:, COLUMNS.index("DEP")]
        arcs[places, piece.heads] += weights["up"][syntax]
        arcs[piece.heads, places] += weights["down"][syntax]
        return Scores(roles, arcs)

    def _recurrent(self, inputs: Floats, layer: int) -> Floats:
        """Run one bidirectional LSTM layer: (tokens, in) -> (tokens, 2 * hidden); torch's order of gates."""
        weights = self.weights
        both = []
        for direction in ("", "_reverse"):
            name = f"l{layer}{direction}"
            gates = inputs @ weights[f"lstm.weight_ih_{name}"].T + weights[f"lstm.bias_{name}"]
            both.append(gates if not direction else gates[::-1])
        stacked = np.stack(both)  # (2, tokens, 4 * hidden)
        recurrent = np.stack([weights[f"lstm.weight_hh_l{layer}{d}"].T for d in ("", "_reverse")])
        width = recurrent.shape[1]
        hidden = np.zeros((2, 1, width), dtype=np.float32)
        cell = np.zeros((2, width), dtype=np.float32)
        out = np.empty((2, len(inputs), width), dtype=np.float32)
        for step in range(len(inputs)):
            gates = stacked[:, step] + (hidden @ recurrent)[:, 0]
            squashed = 1 / (1 + np.exp(-gates))
            cell = squashed[:, width : 2 * width] * cell + squashed[:, :width] * np.tanh(
                gates[:, 2 * width : 3 * width]
            )
            hidden = (squashed[:, 3 * width :] * np.tanh(cell))[:, None]
            out[:, step] = hidden[:, 0]
        return np.concatenate([out[0], out[1, ::-1]], axis=1)

    def parse(self, doc: Doc) -> MentionGraph:
        """Return what the document names, sentence by sentence."""
        mentions: list[Mention] = []
        attributes: list[Attribute] = []
        links: list[Link] = []
        for piece in pieces(doc):
            self._read(doc, piece, mentions, attributes, links)
        return MentionGraph(tuple(mentions), tuple(attributes), tuple(links))

    def _read(
        self, doc: Doc, piece: Piece, mentions: list[Mention], attributes: list[Attribute], links: list[Link]
    ) -> None:
        scores = self.scores(piece)
        roles = [self.roles[index] for index in scores.roles.argmax(axis=1)]
        objects = [index for index, role in enumerate(roles) if "O" in role]
        if not objects:
            return
        best = scores.arcs.argmax(axis=2)
        names = np.array(self.labels)[best]

        def said(head: int, label: str) -> tuple[int, ...]:
            more = [i for i in range(len(roles)) if i != head and label in names[i, head].split("+")]
            return tuple(piece.start + i for i in sorted([*more, head]))

        def ends(candidates: list[int], score: Floats, chosen: list[bool]) -> list[int]:
            """Those that the network chose, else the likeliest one."""
            found = [c for c, yes in zip(candidates, chosen, strict=True) if yes]
            return found or [candidates[int(score.argmax())]]

        where = {}
        for head in objects:
            where[head] = len(mentions)
            tokens = tuple(i for i in said(head, "name") if i <= piece.start + head)
            mentions.append(Mention(tokens, self.forms.label(doc, tokens, "O")))
        score = {label: scores.arcs[:, :, index] for index, label in enumerate(self.labels)}
        for head, role in enumerate(roles):
            if "A" in role:
                others = [o for o in objects if o != head]
                if others:
                    tokens = said(head, "amore")
                    label = self.forms.label(doc, tokens, "A")
                    chosen = ["attr" in names[head, o].split("+") for o in others]
                    things = ends(others, score["attr"][head, others], chosen)
                    attributes.extend(Attribute(where[thing], label, tokens) for thing in things)
            if "P" in role:
                others = [o for o in objects if o != head]
                if len(others) < 2:
                    continue
                tokens = said(head, "pmore")
                label = self.forms.label(doc, tokens, "P")
                is_subject = ["subj" in names[o, head].split("+") for o in others]
                is_object = ["obj" in names[o, head].split("+") for o in others]
                subjects = ends(others, score["subj"][others, head], is_subject)
                things = ends(others, score["obj"][others, head], is_object)
                for subject in subjects:
                    links.extend(Link(where[subject], label, where[t], tokens) for t in things if t != subject)
        for subject in objects:
            for thing in objects:
                implied = names[subject, thing]
                if subject != thing and implied.startswith("="):
                    links.append(Link(where[subject], implied[1:], where[thing], ()))


def _relu(values: Floats) -> Floats:
    return np.maximum(values, 0)


def read_parser(folder: Path) -> SceneParser:
    """Read the weights and tables that `nesy.training.language` wrote.

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
