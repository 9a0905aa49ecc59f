"""Prompt ids and grammars -> tokens, greedy or drawn, with their probabilities; an image's KV cache is kept and forked.

The cache holds the last turn: its image, its words and the tokens it was answered with. The next turn keeps the longest
common prefix, so a correction forks from the image without a second look at the pixels. Several turns about one image
are answered in one batch: their common prefix is computed once and copied for each.
"""

import copy
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import torch
import xgrammar
from transformers import DynamicCache

from nesy.models.loader import Cache
from nesy.models.token_choice import Answer, Draw, write_on

MOST_ROWS = 16
"""Turns of one batch."""
MOST_BATCH_BYTES = 2 * 1024**3
"""Of the keys and values of one batch; a batch is made narrower where its rows are long."""


@dataclass(frozen=True)
class SecondPicture:
    """Where the tokens of a further picture stand in a prompt, and its pixels."""

    key: str
    start: int
    """Index of its first token; all of them follow without a gap."""
    end: int
    """One past its last token."""
    vision: Callable[[], dict[str, torch.Tensor]]


@dataclass(frozen=True)
class Prompt:
    """The ids of one turn. `vision()` gives the pixels and is only called when they are not in the cache."""

    ids: Sequence[int]
    image_key: str
    image_end: int
    """One past the last token of the first picture."""
    vision: Callable[[], dict[str, torch.Tensor]]
    second: SecondPicture | None = None
    types: tuple[str, tuple[int, ...]] | None = None
    """For classes that are told which tokens are a picture's: under which name, and 1 for these, 0 for the others."""


@dataclass(frozen=True)
class Turn:
    """A prompt and how it is to be answered."""

    prompt: Prompt
    grammar: xgrammar.CompiledGrammar
    most: int
    """Tokens of the answer at most, the stop token included; at least 1."""
    draw: Draw | None = None


@dataclass(frozen=True)
class Generated:
    """Tokens under a grammar, without the stop token, and what they cost."""

    ids: tuple[int, ...]
    probabilities: tuple[float, ...]
    """Of each token among those that the grammar allows, in [0, 1]."""
    cached_tokens: int
    new_tokens: int
    """Tokens generated, the stop token included."""


class CachedDecoder:
    """Decodes turns about images; whatever prefix two turns share is computed once."""

    def __init__(self, model: Any, stop_ids: Sequence[int], cache: Cache = "fork") -> None:
        """Take a model, the tokens that end an answer, and what of a turn's cache can serve the next."""
        self._model = model
        self._device: torch.device = model.device
        self._stop = frozenset(stop_ids)
        self._image_key = ""
        self._second_key = ""
        self._ids: list[int] = []
        """The ids whose keys and values are in the cache, no more and no fewer."""
        self._cache: DynamicCache | None = None
        slides = any(DynamicCache(config=model.config).is_sliding)
        # A layer that forgets what is far behind can be neither cut back nor forked.
        self.cache: Cache = "none" if slides else cache
        """What of a turn's keys and values serves the next."""

    @torch.inference_mode()
    def generate(self, turn: Turn) -> Generated:
        """Generate tokens that the grammar of `turn` allows: the likeliest at each step, or by a draw.

        Raises:
            ModelError: the model's scores are not numbers, or its vocabulary cannot write what the grammar demands.
        """
        answer = self._begun(turn)
        logits, cached = self._prefill(turn.prompt)
        while not answer.done:
            if answer.ids:
                logits = self._forward([answer.ids[-1]])
            write_on([answer], logits)
        return _generated(answer, cached)

    @torch.inference_mode()
    def generate_many(self, turns: Sequence[Turn]) -> list[Generated]:
        """Generate for several turns about one image what `generate` would for each, in batches; raises as it does.

        Of a batch the first turn pays for the common prefix; to the others it counts as cached.
        """
        # Turns of like length stand beside each other, so that little of a batch is padding.
        places = sorted(range(len(turns)), key=lambda place: len(turns[place].prompt.ids))
        made: dict[int, Generated] = {}
        while places:
            batch = self._batch([turns[place] for place in places])
            made |= zip(places, batch, strict=False)
            del places[: len(batch)]
        return [made[place] for place in range(len(turns))]

    def forget(self) -> None:
        """Drop the cache."""
        self._image_key, self._second_key, self._ids, self._cache = "", "", [], None

    def _batch(self, turns: Sequence[Turn]) -> list[Generated]:
        """Generate for the first so many turns, at least one, that a batch may hold."""
        first = turns[0].prompt
        shared = _shared([turn.prompt for turn in turns[:MOST_ROWS]])
        two_pictures = any(turn.prompt.second for turn in turns[:MOST_ROWS])
        if len(turns) == 1 or shared < first.image_end or self.cache != "fork" or two_pictures:
            return [self.generate(turns[0])]
        _, cached = self._prefill(replace(first, ids=first.ids[:shared]))
        rows = turns[: self._rows(shared, turns[:MOST_ROWS])]
        if len(rows) == 1:
            return [replace(self.generate(turns[0]), cached_tokens=cached)]
        answers = [self._begun(turn) for turn in rows]
        for answer_s, logits in self._forked(shared, rows, answers):
            write_on(answer_s, logits)
        return [_generated(answer, shared if place else cached) for place, answer in enumerate(answers)]

    def _forked(
        self, shared: int, turns: Sequence[Turn], answers: Sequence[Answer]
    ) -> Iterator[tuple[Sequence[Answer], torch.Tensor]]:
        """Yield the answers that are not done and their next logits, step by step; what was yielded must be written on.

        Prompts are padded on the left, between the shared prefix and their own words, and the padding is masked: so the
        last column holds the last token of each, and every token keeps the position it has alone.
        """
        # The shared keys and values are copied, not viewed: each row goes on to write behind them, and the kept cache
        # must still be that of the picture when the next turn comes.
        own = [list(turn.prompt.ids[shared:]) for turn in turns]
        width = max(map(len, own))
        cache = copy.deepcopy(self._cache)
        assert cache is not None
        cache.batch_repeat_interleave(len(own))
        padding = torch.tensor([width - len(ids) for ids in own])[:, None]
        columns = torch.arange(width)[None]
        ids = torch.tensor([[row[0]] * (width - len(row)) + row for row in own], device=self._device)
        places = (shared + columns - padding).clamp(min=0).to(self._device)
        seen = torch.cat([torch.ones(len(own), shared), columns >= padding], 1).long().to(self._device)
        while answers:
            # A token's place in the cache and its position differ by its row's padding, so positions are given: left to
            # itself the model would count the padding, and the row would not be what it is alone.
            output = self._model(
                input_ids=ids,
                attention_mask=seen,
                position_ids=places,
                past_key_values=cache,
                use_cache=True,
                logits_to_keep=1,
            )
            yield answers, output.logits[:, -1].float()
            left = [row for row, answer in enumerate(answers) if not answer.done]
            if len(left) < len(answers):
                # Rows that are done leave the batch: the rest is computed as narrow as it can be.
                answers = [answers[row] for row in left]
                kept = torch.tensor(left, dtype=torch.long, device=self._device)
                places, seen = places[kept], seen[kept]
                if left:
                    cache.batch_select_indices(kept)
            ids = torch.tensor([[answer.ids[-1]] for answer in answers], device=self._device)
            places = places[:, -1:] + 1
            seen = torch.cat([seen, seen.new_ones(len(answers), 1)], 1)

    def _rows(self, shared: int, turns: Sequence[Turn]) -> int:
        """Return how many of the turns one batch holds at most, at least one; the cache holds `shared` tokens."""
        assert self._cache is not None  # it was just filled
        layers: Any = self._cache.layers
        held = sum(int(part.nbytes) for layer in layers for part in (layer.keys, layer.values))
        longest = max(len(turn.prompt.ids) for turn in turns) + max(turn.most for turn in turns)
        return min(len(turns), max(1, MOST_BATCH_BYTES * shared // (held * longest)))

    def _begun(self, turn: Turn) -> Answer:
        return Answer(turn.grammar, turn.most, turn.draw, self._stop)

    def _prefill(self, prompt: Prompt) -> tuple[torch.Tensor, int]:
        """Bring the cache to the whole prompt; return the last logits and how many tokens were there already."""
        kept = self._common(prompt)
        if kept < prompt.image_end or self._cache is None:
            self.forget()
            self._cache = DynamicCache(config=self._model.config)
            # Pixels are fed picture by picture: side by side the processor would give each fewer tokens.
            first = prompt.image_end if prompt.second is not None and self.cache == "fork" else len(prompt.ids)
            vision = prompt.vision()
            if prompt.second is not None and self.cache != "fork":  # positions are told for all pictures at once
                vision = _joined(vision, prompt.second.vision())
            logits = self._forward(prompt.ids[:first], **vision, **self._types(prompt, first))
            if prompt.second is not None:
                if first < len(prompt.ids):
                    logits = self._forward(prompt.ids[first:], **prompt.second.vision())
                self._second_key = prompt.second.key
            self._image_key = prompt.image_key
            return logits, 0
        surplus = len(self._ids) - kept
        self._image_key = ""  # until ids and cache agree again
        if surplus:
            self._cache.crop(-surplus)  # transformers counts tokens to remove, as a negative number
        self._ids = self._ids[:kept]
        self._image_key = prompt.image_key
        second = prompt.second
        seen = second is None or kept >= second.end
        logits = self._forward(prompt.ids[kept:], **({} if second is None or seen else second.vision()))
        self._second_key = "" if second is None else second.key
        return logits, kept

    def _types(self, prompt: Prompt, first: int) -> dict[str, torch.Tensor]:
        """Return which of the first tokens are a picture's, for a class that is told so."""
        if prompt.types is None:
            return {}
        name, types = prompt.types
        return {name: torch.tensor([types[:first]], device=self._device)}

    def _common(self, prompt: Prompt) -> int:
        """Return how many leading tokens can stay in the cache: never all, for the last one must be fed again."""
        if self._cache is None or prompt.image_key != self._image_key or self.cache == "none":
            return 0
        kept = 0
        for ours, theirs in zip(self._ids, prompt.ids[:-1], strict=False):
            if ours != theirs:
                break
            kept += 1
        second = prompt.second
        if second is not None and (second.key != self._second_key or kept < second.end):
            # Image tokens are alike whatever they show.
            return min(kept, second.start) if self.cache == "fork" else 0
        return kept

    def _forward(self, ids: Sequence[int], **vision: torch.Tensor) -> torch.Tensor:
        """Feed `ids` behind the cache; return the logits of the last  # (1, vocab), float32."""
        image_key, before = self._image_key, self._ids
        self._image_key, self._ids = "", []  # an interrupted step must not leave a cache that looks whole
        output = self._model(  # without a mask: a class of several axes would take its length for that of the ids
            input_ids=torch.tensor([list(ids)], device=self._device),
            past_key_values=self._cache,
            use_cache=True,
            logits_to_keep=1,
            **vision,
        )
        self._image_key, self._ids = image_key, [*before, *ids]
        logits: torch.Tensor = output.logits[:, -1].float()
        return logits


def _joined(one: dict[str, torch.Tensor], other: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """Return the inputs of two pictures as those of one prompt."""
    return {name: torch.cat([value, other[name]]) for name, value in one.items()}


def _generated(answer: Answer, cached_tokens: int) -> Generated:
    return Generated(tuple(answer.ids), tuple(answer.probabilities), cached_tokens, answer.new_tokens)


def _shared(prompts: Sequence[Prompt]) -> int:
    """Return how many leading tokens all the prompts share, never the whole of one: each must be fed a token."""
    most = min(len(prompt.ids) for prompt in prompts) - 1
    columns = zip(*(prompt.ids[:most] for prompt in prompts), strict=True)
    return next((place for place, ids in enumerate(columns) if len(set(ids)) > 1), most)
