"""Logits of answers in the making -> their next tokens, each under its own grammar and by its own chance."""

from collections.abc import Sequence, Set
from dataclasses import dataclass

import torch
import xgrammar

from nesy.errors import ModelError


@dataclass(frozen=True)
class Draw:
    """How tokens are drawn in place of the likeliest: from the probabilities at a temperature, by a seed."""

    temperature: float
    seed: int


class Answer:
    """One answer while it is written: the state of its grammar, its chance, and its tokens so far."""

    def __init__(self, grammar: xgrammar.CompiledGrammar, most: int, draw: Draw | None, stop: Set[int]) -> None:
        """Begin an answer of at most `most` tokens.

        Args:
            grammar: what the answer must be.
            most: bound of the answer in tokens, the stop token included; at least 1.
            draw: how tokens are drawn; None takes the likeliest.
            stop: ids that end an answer.
        """
        self.matcher = xgrammar.GrammarMatcher(grammar)
        self.vocab_size: int = grammar.tokenizer_info.vocab_size
        self.ids: list[int] = []
        """The tokens, without the stop token."""
        self.probabilities: list[float] = []
        """Of each token among those that the grammar allows, in [0, 1]."""
        self.new_tokens = 0
        """Tokens generated, the stop token included."""
        self.done = False
        self._most = most
        self._draw = draw
        # On the CPU: the same on every device. An answer has a generator of its own, so that what is drawn beside it
        # changes nothing.
        self._chance = torch.Generator().manual_seed(draw.seed) if draw else None
        self._stop = stop

    def take(self, logits: torch.Tensor) -> None:
        """Choose the next token.

        Args:
            logits: float32, those of forbidden tokens at minus infinity  # (vocab,).

        Raises:
            ModelError: the scores are not numbers, or the vocabulary cannot write what the grammar demands.
        """
        token = int(logits.argmax())
        if self._draw is not None and bool(logits[token].isfinite()):
            shares = (logits / self._draw.temperature).softmax(-1).cpu()
            token = int(torch.multinomial(shares, 1, generator=self._chance))
        # A score of NaN is the largest of all to argmax.
        if not bool(logits[token].isfinite()) or not self.matcher.accept_token(token):
            raise ModelError("the model gave no usable score for any token that the reply's grammar allows")
        self.new_tokens += 1
        self.done = self.new_tokens >= self._most
        if token in self._stop and self.matcher.is_terminated():
            self.done = True
            return
        self.ids.append(token)
        self.probabilities.append(min(1.0, float(logits.softmax(-1)[token])))


def write_on(answers: Sequence[Answer], logits: torch.Tensor) -> None:
    """Choose the next token of each answer; ModelError as `Answer.take` raises it.

    Args:
        answers: none of them done, all of one vocabulary.
        logits: float32, one row an answer; changed in place  # (answers, vocab).
    """
    allowed = xgrammar.allocate_token_bitmask(len(answers), answers[0].vocab_size)
    for place, answer in enumerate(answers):
        answer.matcher.fill_next_token_bitmask(allowed, place)
    xgrammar.apply_token_bitmask_inplace(logits, allowed.to(logits.device))
    for answer, row in zip(answers, logits, strict=True):
        answer.take(row)
