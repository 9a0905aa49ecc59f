"""Batches of token features in, scores of roles and arcs out: the torch form of `nesy.language.scene_parser`."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from nesy.language.scene_features import COLUMNS
from nesy.language.scene_parser import FARTHEST


@dataclass(frozen=True)
class Sizes:
    """Widths of the network's parts; `embed` has one width for each column of the features."""

    embed: tuple[int, ...] = (96, 48, 32, 8, 24, 24)
    hidden: int = 144
    arc: int = 80


class SceneNetwork(nn.Module):
    """Embeddings, two bidirectional LSTM layers, a linear layer for roles and a biaffine one for arcs.

    Args:
        rows: how many known values each column has; row 0 is for the unknown.
        roles: how many roles there are.
        labels: how many arc labels there are, "no arc" among them.
        sizes: widths.
        dropout: of inputs and between layers.
    """

    def __init__(self, rows: tuple[int, ...], roles: int, labels: int, sizes: Sizes, dropout: float) -> None:
        super().__init__()
        self.embed = nn.ModuleDict(
            {
                name: nn.Embedding(count + 1, width)
                for name, count, width in zip(COLUMNS, rows, sizes.embed, strict=True)
            }
        )
        for table in self.embed.values():
            assert isinstance(table, nn.Embedding)
            nn.init.normal_(table.weight, std=0.3)
        self.lstm = nn.LSTM(
            sum(sizes.embed), sizes.hidden, num_layers=2, bidirectional=True, batch_first=True, dropout=dropout
        )
        self.drop = nn.Dropout(dropout)
        self.roles = nn.Linear(2 * sizes.hidden, roles)
        self.dep = nn.Linear(2 * sizes.hidden, sizes.arc)
        self.head = nn.Linear(2 * sizes.hidden, sizes.arc)
        self.biaffine = nn.Parameter(torch.randn(labels, sizes.arc + 1, sizes.arc + 1) * 0.02)
        self.distance = nn.Parameter(torch.zeros(2 * FARTHEST + 1, labels))
        syntax = rows[COLUMNS.index("DEP")] + 1
        self.up = nn.Parameter(torch.zeros(syntax, labels))
        self.down = nn.Parameter(torch.zeros(syntax, labels))

    def forward(self, rows: Tensor, heads: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        """Score a batch.

        Args:
            rows: (batch, tokens, columns), rows of the tables.
            heads: (batch, tokens), index of each token's syntactic head.
            lengths: (batch,).

        Returns:
            Roles (batch, tokens, roles) and arcs (batch, tokens, tokens, labels).
        """
        parts = [self.embed[name](rows[..., column]) for column, name in enumerate(COLUMNS)]
        state = self.drop(torch.cat(parts, dim=-1))
        packed = nn.utils.rnn.pack_padded_sequence(state, lengths, batch_first=True, enforce_sorted=False)
        state, _ = nn.utils.rnn.pad_packed_sequence(self.lstm(packed)[0], batch_first=True)
        state = self.drop(state)
        dependent = nn.functional.pad(self.drop(torch.relu(self.dep(state))), (0, 1), value=1.0)
        head = nn.functional.pad(self.drop(torch.relu(self.head(state))), (0, 1), value=1.0)
        arcs = torch.einsum("bix,lxy,bjy->bijl", dependent, self.biaffine, head)
        count = state.shape[1]
        places = torch.arange(count)
        apart = (places[None] - places[:, None]).clamp(-FARTHEST, FARTHEST) + FARTHEST
        arcs = arcs + self.distance[apart]
        syntax = rows[..., COLUMNS.index("DEP")]
        is_head = nn.functional.one_hot(heads, count).unsqueeze(-1)  # (batch, tokens, heads, 1)
        arcs = arcs + is_head * self.up[syntax].unsqueeze(2) + is_head.transpose(1, 2) * self.down[syntax].unsqueeze(1)
        return self.roles(state), arcs

    def arrays(self) -> dict[str, np.ndarray]:
        """Return the weights by the names that `nesy.language.scene_parser` reads, in half precision."""
        found: dict[str, Tensor] = {}
        for name, value in self.state_dict().items():
            if name.startswith("lstm.bias_hh"):
                continue  # the two biases of torch are only ever added
            if name.startswith("lstm.bias_ih_"):
                value = value + self.state_dict()[name.replace("_ih_", "_hh_")]
                name = name.replace("_ih_", "_")
            found[name.removesuffix(".weight") if name.startswith("embed.") else name] = value
        return {name: value.detach().numpy().astype(np.float16) for name, value in found.items()}
