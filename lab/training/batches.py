"""Drawn scenes -> training batches: pixels, token ids and labels, made by a worker process while the model learns."""

import itertools
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from random import Random

import numpy as np
import PIL.Image
import torch
from torch.utils.data import DataLoader, IterableDataset
from transformers import PreTrainedTokenizerFast

from lab.training.dense_labels import Dense, dense_labels
from lab.training.embedded_tokenizer import IMAGE, START, STOP
from lab.training.model import Sizes
from lab.training.question_turns import question_turns
from lab.training.verify_turns import verify_turns
from nesy.image import Image
from nesy.ontology import Ontology
from nesy.perception.prompt import DESCRIBE
from nesy.perception.reply_format import write_scene
from nesy.scene import Entity, Scene
from nesy.synthetic import draw

IGNORED = -100
Sample = tuple[np.ndarray, "Row", Scene, float]
"""Pixels (views, 3, size, size), the turns about them, what is drawn, what a token counts."""
SHORT = 4.0
"""What a token of a correction or a look counts: their answers are words, those of descriptions are hundreds."""


@dataclass(frozen=True)
class Turn:
    """One user turn about one drawn picture, and the answer to learn."""

    seed: int
    index: int
    prompt: str
    answer: str


def views(image: PIL.Image.Image, size_px: int) -> np.ndarray:
    """Return what the tower sees of a picture, as the image processor makes it (bicubic, PIL).

    Returns uint8 (views, 3, size_px, size_px): of a square picture the base view alone, as its one AnyRes tile is the
    same; of a picture twice as wide as high the base view, which is squeezed, and the two tiles.
    """
    side = (size_px, size_px)
    shown = [image.resize(side, PIL.Image.Resampling.BICUBIC)]
    if image.width == 2 * image.height:
        wide = image.resize((2 * size_px, size_px), PIL.Image.Resampling.BICUBIC)
        shown += [wide.crop((left, 0, left + size_px, size_px)) for left in (0, size_px)]
    elif image.width != image.height:
        raise ValueError(f"a picture of {image.width} x {image.height} px is neither square nor twice as wide as high")
    return np.stack([np.array(view, dtype=np.uint8).transpose(2, 0, 1) for view in shown])


def normalised(batch: torch.Tensor) -> torch.Tensor:
    """Return uint8 pixels as SigLIP sees them: (value / 255 - 0.5) / 0.5."""
    return batch.float().div_(127.5).sub_(1.0)


@dataclass(frozen=True)
class Row:
    """Turns about one picture, in one sequence: ids, labels (IGNORED where nothing is learnt), and turn numbers.

    The picture's tokens are turn 0; every turn after it sees them and itself, and stands where it would stand alone.
    """

    ids: list[int]
    labels: list[int]
    turns: list[int]


def encode(tokenizer: PreTrainedTokenizerFast, told: Sequence[tuple[str, str]], visual: int) -> Row:
    """Return turns of (prompt, answer) about one picture as a row; the answers alone are learnt.

    At run time each turn is forked from the picture's tokens, and so it is learnt: the picture's tokens, the larger
    part, are shared, and no turn sees another.
    """
    vocabulary = tokenizer.get_vocab()
    image, start, stop = vocabulary[IMAGE], vocabulary[START], vocabulary[STOP]

    def words(text: str) -> list[int]:
        return list(tokenizer(text, add_special_tokens=False, split_special_tokens=True)["input_ids"])

    ids = [start, *words("user\n"), *[image] * visual]
    labels, turns = [IGNORED] * len(ids), [0] * len(ids)
    for number, (prompt, answer) in enumerate(told, 1):
        asked = [*words("\n" + prompt), stop, *words("\n"), start, *words("assistant\n")]
        said = [*words(answer), stop]
        ids += [*asked, *said]
        labels += [*[IGNORED] * len(asked), *said]
        turns += [number] * (len(asked) + len(said))
    return Row(ids, labels, turns)


@dataclass(frozen=True)
class Batch:
    """pixels: uint8 (batch, views, 3, size, size); ids, labels and turns: (batch, tokens), padding is of turn -1."""

    pixels: torch.Tensor
    ids: torch.Tensor
    labels: torch.Tensor
    turns: torch.Tensor
    scenes: tuple[Scene, ...]
    weights: torch.Tensor
    """What each row's tokens count in the loss. (batch,)"""
    dense: Dense | None = None

    def rows(self, first: int, step: int) -> "Batch":
        """Return every `step`-th row from `first` on."""
        some = slice(first, None, step)
        return Batch(
            self.pixels[some],
            self.ids[some],
            self.labels[some],
            self.turns[some],
            self.scenes[some],
            self.weights[some],
            self.dense and self.dense.rows(first, step),
        )


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
        rng = np.random.default_rng(self.seed)
        ontology = Ontology.default() if self.asked or self.verified else None
        while True:
            chance = rng.random() if self.turns or ontology else 1.0
            if self.turns and chance < self.share:
                turn = self.turns[taken % len(self.turns)]
                taken += 1
                drawing = draw(turn.seed, turn.index)
                told, weight = [(turn.prompt, turn.answer)], SHORT
            else:
                drawing, weight = draw(self.seed, index), 1.0
                if ontology is not None and chance > 1 - self.asked:
                    image = Image.from_pixels(drawing.image)
                    own = Random(f"nesy question {self.seed} {index}")
                    told = question_turns(drawing, image, own, ontology)
                elif ontology is not None and chance > 1 - self.asked - self.verified:
                    own = Random(f"nesy statement {self.seed} {index}")
                    told, weight = verify_turns(drawing, Image.from_pixels(drawing.image), own, ontology), SHORT
                else:
                    told = [(DESCRIBE, write_scene(drawing.scene))]
                index += 1
            seen = views(drawing.image, self.sizes.image_px)
            tokens = self.sizes.visual_tokens(max(1, len(seen) - 1))
            yield seen, encode(self.tokenizer, told, tokens), drawing.scene, weight

    def _single_views(self) -> Iterator[Sample]:
        """Yield one view of each picture, with what is true of it: what the tower learns from."""
        rng = np.random.default_rng(self.seed)
        for index in itertools.count(self.first):
            drawing = draw(self.seed, index)
            seen = views(drawing.image, self.sizes.image_px)
            chosen = int(rng.integers(len(seen)))
            scene = drawing.scene if chosen == 0 else half(drawing.scene, right=chosen == 2)
            yield seen[chosen : chosen + 1], Row([self.tokenizer.pad_token_id], [IGNORED], [0]), scene, 1.0

    def __iter__(self) -> Iterator[Batch]:
        samples = self._single_views() if self.dense else self._samples()
        order = np.random.default_rng(self.seed)
        # Pictures of one shape go together, and eight batches at a time are sorted by length: little padding.
        pools: dict[int, list[Sample]] = {}
        for sample in samples:
            pool = pools.setdefault(len(sample[0]), [])
            pool.append(sample)
            if len(pool) < self.batch * 8:
                continue
            pool.sort(key=lambda sample: len(sample[1].ids))
            for k in order.permutation(8):
                batch = collate(pool[k * self.batch : (k + 1) * self.batch], self.tokenizer.pad_token_id)
                yield replace(batch, dense=dense_labels(batch.scenes, self.sizes.grid)) if self.dense else batch
            pool.clear()


def half(scene: Scene, *, right: bool) -> Scene:
    """Return what is true of the left or right half of a picture: what has its middle there, boxes cut to the half."""
    shift = 1.0 if right else 0.0
    kept: dict[str, Entity] = {}
    for entity in scene.entities:
        if entity.box is None:
            raise ValueError(f"{entity.id} has no box; drawn scenes have one for every entity")
        left, top, end, bottom = entity.box
        if shift <= left + end < shift + 1.0:
            box = (max(0.0, 2 * left - shift), top, min(1.0, 2 * end - shift), bottom)
            kept[entity.id] = entity.model_copy(update={"box": box})
    return Scene(
        entities=tuple(kept.values()),
        part_states=tuple(p for p in scene.part_states if p.entity in kept and p.object in kept),
        relations=tuple(r for r in scene.relations if r.subject in kept and r.object in kept),
    )


def collate(samples: list[Sample], pad: int) -> Batch:
    """Pad to the right; only answers are learnt."""
    longest = max(len(row.ids) for _, row, *_ in samples)

    def padded(values: list[int], with_what: int) -> list[int]:
        return values + [with_what] * (longest - len(values))

    return Batch(
        torch.from_numpy(np.stack([pixels for pixels, *_ in samples])),
        torch.tensor([padded(row.ids, pad) for _, row, *_ in samples]),
        torch.tensor([padded(row.labels, IGNORED) for _, row, *_ in samples]),
        torch.tensor([padded(row.turns, -1) for _, row, *_ in samples]),
        tuple(scene for *_, scene, _ in samples),
        torch.tensor([weight for *_, weight in samples]),
    )


def stream(dataset: Drawn) -> Iterator[Batch]:
    """Return the batches of `dataset`, drawn by one worker process ahead of the model."""
    # A fork has the libraries already; one that is spawned, as all are in a process that was spawned itself, first
    # imports them for five seconds.
    way = "fork" if sys.platform == "linux" else None
    loader: DataLoader[Batch] = DataLoader(
        dataset, batch_size=None, num_workers=1, prefetch_factor=4, multiprocessing_context=way
    )
    return iter(loader)
