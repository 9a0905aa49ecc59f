"""Stage 0: the tower learns to see, from dense labels at every patch.

OneVision starts from a SigLIP tower that has already seen many images; drawn scenes have exact labels, so ours
learns from those. The head is thrown away afterwards: only the tower goes on.
"""

import torch
from torch import nn
from torch.nn import functional

from lab.training.dense_labels import CATEGORIES, COLOUR_NAMES, Dense


class DenseHead(nn.Module):
    """Patch features -> what is there. features: (batch, cells, width)."""

    def __init__(self, width: int, grid: int, n_facts: int) -> None:
        super().__init__()
        kinds = len(CATEGORIES)
        self.grid = grid
        self.present = nn.Linear(width, kinds)
        self.inside = nn.Linear(width, kinds)
        self.box = nn.Linear(width, kinds * 4)
        self.colour = nn.Linear(width, kinds * len(COLOUR_NAMES))
        self.facts = nn.Linear(width, n_facts)
        nn.init.constant_(self.present.bias, -4.0)
        nn.init.constant_(self.inside.bias, -3.0)
        nn.init.constant_(self.facts.bias, -5.0)

    def loss(self, features: torch.Tensor, dense: Dense) -> tuple[torch.Tensor, dict[str, float]]:
        """Return the loss per entity, and its parts; `f1` is that of presence per patch and category."""
        batch, cells, _ = features.shape
        positive = dense.present > 0
        count = positive.sum().clamp(min=1)

        def told(logits: torch.Tensor, truth: torch.Tensor) -> torch.Tensor:
            return functional.binary_cross_entropy_with_logits(logits.float(), truth, reduction="sum") / count

        rows = torch.arange(cells)
        middle = torch.stack([rows % self.grid, rows // self.grid], -1).float().add(0.5).div(self.grid)
        boxes = middle.repeat(1, 2)[None, :, None] + self.box(features).float().view(batch, cells, -1, 4)
        colours = self.colour(features).float().view(batch, cells, len(CATEGORIES), -1)
        logits = self.present(features)
        parts = {
            "present": told(logits, dense.present),
            "inside": 0.1 * told(self.inside(features), dense.inside),
            "box": 8.0 * functional.l1_loss(boxes[positive], dense.box[positive], reduction="sum") / count,
            "colour": 0.5 * functional.cross_entropy(colours[positive], dense.colour[positive]),
            "facts": told(self.facts(features), dense.facts),
        }
        loss = torch.stack(list(parts.values())).sum()
        with torch.no_grad():
            guess = logits > 0
            f1 = 2 * (guess & positive).sum() / (guess.sum() + positive.sum()).clamp(min=1)
        return loss, {name: float(value.detach()) for name, value in parts.items()} | {"f1": float(f1)}
