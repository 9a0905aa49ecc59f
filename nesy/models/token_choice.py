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

    @property
    def draws(self) -> bool:
        """Whether tokens are drawn, in place of the likeliest."""
        return self._draw is not None

    def take(self, token: int, probability: float, *, usable: bool) -> None:
        """Go on with a token.

        Args:
            token: its id.
            probability: that it has among those that the grammar allows.
            usable: whether its score is a number; that of NaN is the largest of all to argmax.

        Raises:
            ModelError: the scores are not numbers, or the vocabulary cannot write what the grammar demands.
        """
        if not usable or not self.matcher.accept_token(token):
            raise ModelError("the model gave no usable score for any token that the reply's grammar allows")
        self.new_tokens += 1
        self.done = self.new_tokens >= self._most
        if token in self._stop and self.matcher.is_terminated():
            self.done = True
            return
        self.ids.append(token)
        self.probabilities.append(min(1.0, probability))

    def drawn(self, logits: torch.Tensor, likeliest: int) -> int:
        """Return the next token: the likeliest, or one that is drawn  # logits: float32 (vocab,)."""
        if self._draw is None or not bool(logits[likeliest].isfinite()):
            return likeliest
        shares = (logits / self._draw.temperature).softmax(-1).cpu()
        return int(torch.multinomial(shares, 1, generator=self._chance))


def write_on(answers: Sequence[Answer], logits: torch.Tensor) -> None:
    """Choose the next token of each answer; ModelError as `Answer.take` raises it.

    What a step chose comes from the device in one piece: every piece more would make the host wait once more.

    Args:
        answers: none of them done, all of one vocabulary.
        logits: float32, one row an answer; changed in place  # (answers, vocab).
    """
    allowed = xgrammar.allocate_token_bitmask(len(answers), answers[0].vocab_size)
    for place, answer in enumerate(answers):
        answer.matcher.fill_next_token_bitmask(allowed, place)
    xgrammar.apply_token_bitmask_inplace(logits, allowed.to(logits.device))
    chosen = logits.argmax(-1)
    if any(answer.draws for answer in answers):
        rows = zip(answers, logits, chosen.tolist(), strict=True)
        chosen = torch.tensor([answer.drawn(row, best) for answer, row, best in rows], device=logits.device)
    at = chosen[:, None]
    told = torch.cat([at, logits.softmax(-1).gather(1, at), logits.gather(1, at).isfinite()], 1).double().tolist()
    for answer, (token, probability, usable) in zip(answers, told, strict=True):
        answer.take(int(token), probability, usable=bool(usable))
