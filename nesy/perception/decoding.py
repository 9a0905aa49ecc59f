"""Prompt ids and a grammar -> tokens, greedy or drawn, with their probabilities; an image's KV cache is kept."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
import xgrammar
from transformers import DynamicCache

from nesy.errors import ModelError


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


@dataclass(frozen=True)
class Generated:
    """Tokens under a grammar, without the stop token, and what they cost."""

    ids: tuple[int, ...]
    probabilities: tuple[float, ...]
    """Of each token among those that the grammar allows, in [0, 1]."""
    cached_tokens: int
    new_tokens: int
    """Tokens generated, the stop token included."""


@dataclass(frozen=True)
class Draw:
    """How tokens are drawn in place of the likeliest: from the probabilities at a temperature, by a seed."""

    temperature: float
    seed: int


class CachedDecoder:
    """Decodes turns about images; whatever prefix two turns share is computed once.

    The cache holds the last turn: its image, its words and the tokens it was answered with. The next turn keeps the
    longest common prefix, so a correction forks from the image without a second look at the pixels.
    """

    def __init__(self, model: Any, stop_ids: Sequence[int]) -> None:
        self._model = model
        self._device: torch.device = model.device
        self._stop = frozenset(stop_ids)
        self._image_key = ""
        self._second_key = ""
        self._ids: list[int] = []
        """The ids whose keys and values are in the cache, no more and no fewer."""
        self._cache: DynamicCache | None = None

    @torch.inference_mode()
    def generate(
        self, prompt: Prompt, grammar: xgrammar.CompiledGrammar, most: int, draw: Draw | None = None
    ) -> Generated:
        """Generate at most `most` tokens that `grammar` allows: the likeliest at each step, or by a draw.

        Raises:
            ModelError: the model's scores are not numbers, or its vocabulary cannot write what the grammar demands.
        """
        matcher = xgrammar.GrammarMatcher(grammar)
        chance = torch.Generator().manual_seed(draw.seed) if draw else None  # on the CPU: the same on every device
        allowed = xgrammar.allocate_token_bitmask(1, grammar.tokenizer_info.vocab_size)
        logits, cached = self._prefill(prompt)
        chosen: list[int] = []
        probabilities: list[float] = []
        new_tokens = 0
        while new_tokens < most:
            if new_tokens:
                logits = self._forward([chosen[-1]])
            matcher.fill_next_token_bitmask(allowed)
            xgrammar.apply_token_bitmask_inplace(logits, allowed.to(logits.device))
            token = int(logits[0].argmax())
            if draw is not None and bool(logits[0, token].isfinite()):
                shares = (logits[0] / draw.temperature).softmax(-1).cpu()
                token = int(torch.multinomial(shares, 1, generator=chance))
            # A score of NaN is the largest of all to argmax.
            if not bool(logits[0, token].isfinite()) or not matcher.accept_token(token):
                raise ModelError("the model gave no usable score for any token that the reply's grammar allows")
            new_tokens += 1
            if token in self._stop and matcher.is_terminated():
                break
            chosen.append(token)
            probabilities.append(min(1.0, float(logits[0].softmax(-1)[token])))
        return Generated(tuple(chosen), tuple(probabilities), cached, new_tokens)

    def forget(self) -> None:
        """Drop the cache."""
        self._image_key, self._second_key, self._ids, self._cache = "", "", [], None

    def _prefill(self, prompt: Prompt) -> tuple[torch.Tensor, int]:
        """Bring the cache to the whole prompt; return the last logits and how many tokens were there already."""
        kept = self._common(prompt)
        if kept < prompt.image_end or self._cache is None:
            self.forget()
            self._cache = DynamicCache(config=self._model.config)
            # Pixels are fed picture by picture: side by side the processor would give each fewer tokens.
            first = len(prompt.ids) if prompt.second is None else prompt.image_end
            logits = self._forward(prompt.ids[:first], **prompt.vision())
            if prompt.second is not None:
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

    def _common(self, prompt: Prompt) -> int:
        """Return how many leading tokens can stay in the cache: never all, for the last one must be fed again."""
        if self._cache is None or prompt.image_key != self._image_key or any(self._cache.is_sliding):
            return 0
        kept = 0
        for ours, theirs in zip(self._ids, prompt.ids[:-1], strict=False):
            if ours != theirs:
                break
            kept += 1
        second = prompt.second
        if second is not None and (second.key != self._second_key or kept < second.end):
            return min(kept, second.start)  # image tokens are alike whatever they show
        return kept

    def _forward(self, ids: Sequence[int], **vision: torch.Tensor) -> torch.Tensor:
        """Feed `ids` behind the cache; return the logits of the last  # (1, vocab), float32."""
        image_key, before = self._image_key, self._ids
        self._image_key, self._ids = "", []  # an interrupted step must not leave a cache that looks whole
        output = self._model(
            input_ids=torch.tensor([list(ids)], device=self._device),
            attention_mask=torch.ones((1, len(before) + len(ids)), dtype=torch.long, device=self._device),
            past_key_values=self._cache,
            use_cache=True,
            logits_to_keep=1,
            **vision,
        )
        self._image_key, self._ids = image_key, [*before, *ids]
        logits: torch.Tensor = output.logits[:, -1].float()
        return logits
