"""Drawn scenes -> training batches: pixels, token ids and labels, made by a worker process while the model learns."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from random import Random

import numpy as np
import PIL.Image
import torch
from torch.utils.data import DataLoader, IterableDataset
from transformers import PreTrainedTokenizerFast

from nesy.image import Image
from nesy.ontology import Ontology
from nesy.perception.prompt import DESCRIBE
from nesy.perception.wire import write_scene
from nesy.scene import Scene
from nesy.synthetic import draw
from nesy.training.dense import Dense, dense_labels
from nesy.training.model import Sizes
from nesy.training.questions import question_turns
from nesy.training.tokenizer import IMAGE, START, STOP
from nesy.training.verifying import verify_turns

IGNORED = -100
Sample = tuple[np.ndarray, list[int], list[int], Scene]
"""Pixels (3, size, size), ids, labels (IGNORED where nothing is learnt), and what is drawn."""


@dataclass(frozen=True)
class Turn:
    """One user turn about one drawn picture, and the answer to learn."""

    seed: int
    index: int
    prompt: str
    answer: str


def pixels(image: PIL.Image.Image, size_px: int) -> np.ndarray:
    """Resize as the image processor does (bicubic, PIL). Returns uint8 (3, size_px, size_px)."""
    small = image.resize((size_px, size_px), PIL.Image.Resampling.BICUBIC)
    return np.array(small, dtype=np.uint8).transpose(2, 0, 1)


def normalised(batch: torch.Tensor) -> torch.Tensor:
    """Return uint8 pixels as SigLIP sees them: (value / 255 - 0.5) / 0.5."""
    return batch.float().div_(127.5).sub_(1.0)


def encode(
    tokenizer: PreTrainedTokenizerFast, turns: Sequence[tuple[str, str]], visual: int
) -> tuple[list[int], list[int]]:
    """Return the ids of a dialogue of (prompt, answer) turns about one picture, and the labels: answers alone.

    At run time there is one turn. In training several questions may share a picture: its tokens are the larger part.
    """
    vocabulary = tokenizer.get_vocab()
    image, start, stop = vocabulary[IMAGE], vocabulary[START], vocabulary[STOP]

    def words(text: str) -> list[int]:
        return list(tokenizer(text, add_special_tokens=False, split_special_tokens=True)["input_ids"])

    ids: list[int] = []
    labels: list[int] = []
    for prompt, answer in turns:
        seen = [*words("\n"), start, *words("user\n")] if ids else [start, *words("user\n"), *[image] * visual]
        asked = [*seen, *words(prompt if ids else "\n" + prompt), stop, *words("\n"), start, *words("assistant\n")]
        said = [*words(answer), stop]
        ids += [*asked, *said]
        labels += [*[IGNORED] * len(asked), *said]
    return ids, labels


@dataclass(frozen=True)
class Batch:
    """pixels: uint8 (batch, 3, size, size); ids and labels: (batch, tokens); mask: (batch, tokens)."""

    pixels: torch.Tensor
    ids: torch.Tensor
    labels: torch.Tensor
    mask: torch.Tensor
    scenes: tuple[Scene, ...]
    dense: Dense | None = None


class Drawn(IterableDataset[Batch]):
    """Endless batches of ordinary scenes; every picture is drawn once.

    Args:
        turns: further turns (corrections) to mix in; None for descriptions alone.
        share: the share of samples taken from `turns`.
        asked: the share of samples that are questions, made as they are needed.
        verified: the share of samples that are statements to be looked at, made as they are needed.
        dense: whether batches carry dense labels for the tower.
    """

    def __init__(
        self,
        tokenizer: PreTrainedTokenizerFast,
        sizes: Sizes,
        *,
        seed: int,
        first: int,
        batch: int,
        turns: list[Turn] | None = None,
        share: float = 0.0,
        asked: float = 0.0,
        verified: float = 0.0,
        dense: bool = False,
    ) -> None:
        self.tokenizer, self.sizes, self.seed, self.first = tokenizer, sizes, seed, first
        self.batch, self.turns, self.share, self.asked, self.dense = batch, turns, share, asked, dense
        self.verified = verified

    def _samples(self) -> Iterator[Sample]:
        index, taken = self.first, 0
        visual = self.sizes.visual_tokens
        rng = np.random.default_rng(self.seed)
        ontology = Ontology.default() if self.asked or self.verified else None
        while True:
            chance = rng.random() if self.turns or ontology else 1.0
            if self.turns and chance < self.share:
                turn = self.turns[taken % len(self.turns)]
                taken += 1
                drawing = draw(turn.seed, turn.index)
                told = [(turn.prompt, turn.answer)]
            else:
                drawing = draw(self.seed, index)
                if ontology is not None and chance > 1 - self.asked:
                    image = Image.from_pixels(drawing.image)
                    own = Random(f"nesy question {self.seed} {index}")
                    told = question_turns(drawing, image, own, ontology)
                elif ontology is not None and chance > 1 - self.asked - self.verified:
                    own = Random(f"nesy statement {self.seed} {index}")
                    told = verify_turns(drawing, Image.from_pixels(drawing.image), own, ontology)
                else:
                    told = [(DESCRIBE, write_scene(drawing.scene))]
                index += 1
            ids, labels = encode(self.tokenizer, told, visual)
            yield pixels(drawing.image, self.sizes.image_px), ids, labels, drawing.scene

    def __iter__(self) -> Iterator[Batch]:
        samples = self._samples()
        while True:
            # Eight batches at a time are sorted by length, so that little padding is computed.
            pool = sorted((next(samples) for _ in range(self.batch * 8)), key=lambda s: len(s[1]))
            order = np.random.default_rng(len(pool[0][1])).permutation(8)
            for k in order:
                batch = collate(pool[k * self.batch : (k + 1) * self.batch], self.tokenizer.pad_token_id)
                yield replace(batch, dense=dense_labels(batch.scenes, self.sizes.grid)) if self.dense else batch


def collate(rows: list[Sample], pad: int) -> Batch:
    """Pad to the right; only answers are learnt."""
    longest = max(len(ids) for _, ids, _, _ in rows)
    ids = torch.full((len(rows), longest), pad)
    labels = torch.full((len(rows), longest), IGNORED)
    mask = torch.zeros((len(rows), longest), dtype=torch.long)
    for row, (_, tokens, learnt, _) in enumerate(rows):
        ids[row, : len(tokens)] = torch.tensor(tokens)
        labels[row, : len(tokens)] = torch.tensor(learnt)
        mask[row, : len(tokens)] = 1
    pictures = torch.from_numpy(np.stack([p for p, _, _, _ in rows]))
    return Batch(pictures, ids, labels, mask, tuple(scene for _, _, _, scene in rows))


def stream(dataset: Drawn) -> Iterator[Batch]:
    """Return the batches of `dataset`, drawn by one worker process ahead of the model."""
    loader: DataLoader[Batch] = DataLoader(dataset, batch_size=None, num_workers=1, prefetch_factor=4)
    return iter(loader)
