"""FACTUAL's captions and the annotation pipeline in, the scene parser's weights and tables out."""

from __future__ import annotations

import json
import random
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor, nn

from lab.training.language.caption_graphs import Caption, captions
from lab.training.language.scene_examples import Example, align_captions, examples, learn_forms, variants
from lab.training.language.scene_network import SceneNetwork, Sizes
from lab.training.language.wordnet import wordnet
from nesy.language.annotator import read
from nesy.language.normal_form import NormalForms
from nesy.language.scene_features import COLUMNS, Hashes, look_up
from nesy.language.scene_parser import read_parser

if TYPE_CHECKING:
    from spacy.language import Language


@dataclass(frozen=True)
class SceneSchedule:
    """How the scene parser is learned.

    Args:
        epochs: passes over the captions and the texts made of them.
        batch: tokens in a batch.
        rate: the highest learning rate of Adam; it rises over the first 300 steps and falls to nothing.
        dropout: of inputs and between layers.
        forget: how often the form and the lemma of a word are hidden, so that its endings, its tags and its place must
            do: seldom in most sentences, often in the share named last (unlike captions, descriptions are full of words
            that were never seen).
        share: made-up texts for each caption.
        seed: of everything drawn.
    """

    epochs: int = 6
    batch: int = 800
    rate: float = 2e-3
    dropout: float = 0.33
    forget: tuple[float, float, float] = (0.05, 0.5, 0.35)
    share: float = 0.5
    seed: int = 1


@dataclass(frozen=True)
class _Batch:
    rows: Tensor
    heads: Tensor
    lengths: Tensor
    roles: Tensor
    arcs: Tensor


def _known(found: Sequence[Example], least: int = 2) -> tuple[Hashes, ...]:
    """Return for each column the sorted hashes seen so often."""
    columns = []
    for column in range(len(COLUMNS)):
        values, counts = np.unique(np.concatenate([e.piece.hashes[:, column] for e in found]), return_counts=True)
        columns.append(values[counts >= least])
    return tuple(columns)


def _numbered(found: Sequence[Example], least: int) -> tuple[list[str], list[str]]:
    """Return the roles and arc labels that occur so often, the empty one first."""
    roles = Counter(role for e in found for role in e.roles if role)
    labels = Counter(label for e in found for label in e.arcs.values())
    return (
        ["", *sorted(role for role, count in roles.items() if count >= least)],
        ["", *sorted(label for label, count in labels.items() if count >= least)],
    )


class _Feed:
    """Turns examples into batches of tensors."""

    def __init__(
        self, found: Sequence[Example], known: tuple[Hashes, ...], roles: list[str], labels: list[str]
    ) -> None:
        role_number = {role: index for index, role in enumerate(roles)}
        label_number = {label: index for index, label in enumerate(labels)}
        self.rows = [look_up(e.piece.hashes, known) for e in found]
        self.heads = [e.piece.heads for e in found]
        self.roles = [np.array([role_number.get(role, 0) for role in e.roles]) for e in found]
        self.arcs = [
            [(i, j, label_number[label]) for (i, j), label in e.arcs.items() if label in label_number] for e in found
        ]

    def batches(self, tokens: int, draw: random.Random) -> Iterator[_Batch]:
        """Yield every example once, examples of about the same length together."""
        order = sorted(range(len(self.rows)), key=lambda index: len(self.rows[index]) + draw.random() * 3)
        groups: list[list[int]] = [[]]
        for index in order:
            if (len(groups[-1]) + 1) * len(self.rows[index]) > tokens and groups[-1]:
                groups.append([])
            groups[-1].append(index)
        draw.shuffle(groups)
        for group in groups:
            yield self._batch(group)

    def _batch(self, group: list[int]) -> _Batch:
        lengths = torch.tensor([len(self.rows[index]) for index in group])
        longest = int(lengths.max())
        rows = np.zeros((len(group), longest, len(COLUMNS)), dtype=np.int64)
        heads = np.zeros((len(group), longest), dtype=np.int64)
        roles = np.full((len(group), longest), -100, dtype=np.int64)
        arcs = np.full((len(group), longest, longest), -100, dtype=np.int64)
        for at, index in enumerate(group):
            count = len(self.rows[index])
            rows[at, :count] = self.rows[index]
            heads[at, :count] = self.heads[index]
            roles[at, :count] = self.roles[index]
            arcs[at, :count, :count] = 0
            for i, j, label in self.arcs[index]:
                arcs[at, i, j] = label
        return _Batch(
            torch.from_numpy(rows), torch.from_numpy(heads), lengths, torch.from_numpy(roles), torch.from_numpy(arcs)
        )


def write_parser(
    folder: Path,
    network: SceneNetwork,
    known: tuple[Hashes, ...],
    roles: list[str],
    labels: list[str],
    forms: NormalForms,
) -> None:
    """Write scene.npz and scene.json, each in one move: a reader never meets half a file."""
    folder.mkdir(parents=True, exist_ok=True)
    arrays: dict[str, Any] = network.arrays() | {
        f"known.{name}": table for name, table in zip(COLUMNS, known, strict=True)
    }
    with (folder / "scene.npz.new").open("wb") as file:
        np.savez_compressed(file, **arrays)
    described = {"roles": roles, "labels": labels, "phrases": forms.phrases, "words": forms.words}
    text = json.dumps(described, ensure_ascii=False, sort_keys=True, indent=0)
    (folder / "scene.json.new").write_text(text + "\n", encoding="utf-8")
    for name in ("scene.npz", "scene.json"):
        (folder / f"{name}.new").replace(folder / name)


def train_scene_parser(data: Path, out: Path, model: Path, schedule: SceneSchedule, limit: int | None = None) -> None:
    """Train on FACTUAL's train captions less the held-out images, log to `out`/scene.jsonl, write to `model`.

    A run that was stopped goes on after its last whole epoch.

    Args:
        data: the folder of all data sets; factual/ in it is read.
        out: the folder of checkpoints.
        model: the folder of the language's weights; ud/ in it must be there.
        schedule: how long and how fast.
        limit: use only the first so many captions (for a trial).
    """
    torch.manual_seed(schedule.seed)
    draw = random.Random(schedule.seed)
    out.mkdir(parents=True, exist_ok=True)
    nlp = read(model / "ud")
    factual = data / "factual"
    given = list(captions(factual / "random_train.csv"))[:limit]
    kept = [caption for caption in given if not caption.held_out]
    measured = [caption for caption in given if caption.held_out][:1000]
    aligned = align_captions(nlp, wordnet(factual), kept)
    texts = variants(aligned, schedule.seed, schedule.share)
    forms = learn_forms(aligned, list(nlp.pipe((text for text, _ in texts[: len(aligned)]), batch_size=256)))
    found = examples(nlp, texts)
    known = _known(found)
    roles, labels = _numbered(found, least=8)
    feed = _Feed(found, known, roles, labels)
    _log(
        out, {"captions": len(kept), "aligned": len(aligned), "examples": len(found), "labels": labels, "roles": roles}
    )
    network = SceneNetwork(tuple(map(len, known)), len(roles), len(labels), Sizes(), schedule.dropout)
    optimizer = torch.optim.AdamW(network.parameters(), lr=schedule.rate, betas=(0.9, 0.95), weight_decay=0.01)
    steps = schedule.epochs * sum(1 for _ in feed.batches(schedule.batch, random.Random(0)))
    rates = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda s: min(1.0, (s + 1) / 300) * max(0.0, 1 - s / steps) ** 0.7
    )
    averaged = torch.optim.swa_utils.AveragedModel(network, avg_fn=_follow)
    things: dict[str, Any] = {"network": network, "averaged": averaged, "optimizer": optimizer, "rates": rates}
    first = 0
    saved = out / "scene.pt"
    if saved.exists():
        state = torch.load(saved, weights_only=True)
        first = state["epoch"]
        for name, thing in things.items():
            thing.load_state_dict(state[name])
        draw.seed(schedule.seed + first)
    started = time.time()
    for epoch in range(first, schedule.epochs):
        network.train()
        losses = [
            _step(network, batch, optimizer, schedule, averaged, rates) for batch in feed.batches(schedule.batch, draw)
        ]
        torch.save({"epoch": epoch + 1} | {name: thing.state_dict() for name, thing in things.items()}, saved)
        best = averaged.module
        assert isinstance(best, SceneNetwork)
        write_parser(out / "scene", best, known, roles, labels, forms)
        row = {"epoch": epoch + 1, "s": round(time.time() - started), "loss": round(float(np.mean(losses)), 4)}
        _log(out, row | _measure(nlp, out / "scene", measured))
        write_parser(model, best, known, roles, labels, forms)
    _log(out, {"schedule": asdict(schedule)})


def _follow(mean: Tensor, new: Tensor, count: Tensor | int) -> Tensor:
    """Move the averaged weights towards the new ones: fast at first, then over about 700 steps."""
    step = float(count)
    return mean + (new - mean) * max(0.0015, 1 / (2 + step / 4))


def _step(
    network: SceneNetwork,
    batch: _Batch,
    optimizer: torch.optim.Optimizer,
    schedule: SceneSchedule,
    averaged: torch.optim.swa_utils.AveragedModel,
    rates: torch.optim.lr_scheduler.LambdaLR,
) -> float:
    rows = batch.rows.clone()
    seldom, often, share = schedule.forget
    rate = torch.where(torch.rand(len(rows)) < share, often, seldom)
    hidden = torch.rand(rows.shape[:2]) < rate[:, None]
    rows[..., :2][hidden] = 0  # NORM and LEMMA
    roles, arcs = network(rows, batch.heads, batch.lengths)
    tokens = int(batch.lengths.sum())
    loss = nn.functional.cross_entropy(roles.flatten(0, 1), batch.roles.flatten(), reduction="sum")
    loss = loss + nn.functional.cross_entropy(arcs.flatten(0, 2), batch.arcs.flatten(), reduction="sum")
    loss = loss / tokens
    optimizer.zero_grad()
    torch.autograd.backward(loss)
    nn.utils.clip_grad_norm_(network.parameters(), 2.0)
    optimizer.step()
    rates.step()
    averaged.update_parameters(network)
    return float(loss.detach())


def _measure(nlp: Language, folder: Path, captions: Sequence[Caption]) -> dict[str, float]:
    """Return the share of held-out captions whose graph comes out exactly, and of their tuples that are found."""
    parser = read_parser(folder)
    exact = right = said = wanted = 0
    docs = list(nlp.pipe(" ".join(c.text.split()) for c in captions))
    for caption, found in zip(captions, parser.parse(docs), strict=True):
        graph = found.tuples()
        exact += graph == caption.tuples
        right += len(graph & caption.tuples)
        said += len(graph)
        wanted += len(caption.tuples)
    return {"exact": round(exact / max(1, len(captions)), 4), "tuples_f1": round(2 * right / max(1, said + wanted), 4)}


def _log(out: Path, row: Mapping[str, object]) -> None:
    with (out / "scene.jsonl").open("a", encoding="utf-8") as log:
        log.write(json.dumps(row) + "\n")
