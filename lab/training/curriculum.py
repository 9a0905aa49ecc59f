"""The curriculum: tower, projector alignment, descriptions, instructions -> weights, with a log and checkpoints.

0. `tower`     the tower alone, from dense labels (SigLIP's part, which OneVision takes from elsewhere)
1. `align`     projector and decoder, tower frozen, on descriptions
2. `describe`  the full model on descriptions
3. `dialogue`  the full model on descriptions, answers to corrections and to questions, and statements to be looked at
Hidden matrices learn by Muon (Jordan et al., 2024), everything else by AdamW; warm-up, then cosine or linear decay.
"""

import json
import math
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
import torch.distributed
from torch import nn
from torch.nn import functional
from transformers import LlavaOnevisionForConditionalGeneration

from lab.training import model as architecture
from lab.training.batches import IGNORED, Batch, Drawn, Turn, normalised, stream
from lab.training.dense_labels import fact_names
from lab.training.embedded_tokenizer import build as build_tokenizer
from lab.training.model import Sizes
from lab.training.tower import DenseHead


@dataclass(frozen=True)
class Stage:
    """One stage: how many steps of how many samples, how fast, and what learns."""

    name: str
    steps: int
    batch: int = 32
    muon: float = 0.02
    adamw: float = 2e-3
    warmup: int = 100
    final: float = 0.02
    """The learning rate at the end, as a share of its peak."""
    freeze_tower: bool = False
    corrections: float = 0.0
    """The share of samples that are correction turns."""
    questions: float = 0.0
    """The share of samples that are question turns."""
    verified: float = 0.0
    """The share of samples that are statements to be looked at; what is left are descriptions."""


STAGES = (
    Stage("tower", 6000),
    Stage("align", 400, freeze_tower=True),
    Stage("describe", 4500, muon=0.015, adamw=1.5e-3, final=0.36),
    # It goes on at the rate at which the descriptions end: what they learn last they learn beside the other turns.
    Stage("dialogue", 2500, muon=0.007, adamw=7e-4, warmup=50, corrections=0.1, questions=0.15, verified=0.3),
)


def optimizers(modules: list[nn.Module], stage: Stage) -> list[torch.optim.Optimizer]:
    """Return Muon for the matrices inside layers, AdamW for embeddings, heads, norms and biases."""
    named = [(name, p) for module in modules for name, p in module.named_parameters() if p.requires_grad]
    hidden = [p for name, p in named if p.ndim == 2 and "layers." in name]
    chosen = {id(p) for p in hidden}
    rest = list({id(p): p for _, p in named if id(p) not in chosen}.values())
    made: list[torch.optim.Optimizer] = [torch.optim.AdamW(rest, lr=stage.adamw, betas=(0.9, 0.98), weight_decay=0.05)]
    if hidden:
        made.append(torch.optim.Muon(hidden, lr=stage.muon, weight_decay=0.05, adjust_lr_fn="original"))
    for optimizer in made:
        for group in optimizer.param_groups:
            group["peak"] = group["lr"]
    return made


def rate(step: int, stage: Stage) -> float:
    """Return the share of the peak learning rate at `step`: linear warm-up, then cosine to `final`."""
    if step < stage.warmup:
        return (step + 1) / stage.warmup
    done = (step - stage.warmup) / max(1, stage.steps - stage.warmup)
    return stage.final + (1 - stage.final) * 0.5 * (1 + math.cos(math.pi * min(1.0, done)))


def tower_features(model: LlavaOnevisionForConditionalGeneration, pictures: torch.Tensor) -> torch.Tensor:
    """Return the tower's features as the projector gets them. (batch, cells, width)."""
    states = model.model.vision_tower(normalised(pictures), output_hidden_states=True).hidden_states
    features: torch.Tensor = states[model.config.vision_feature_layer]
    return features


def decoder_inputs(model: LlavaOnevisionForConditionalGeneration, batch: Batch) -> torch.Tensor:
    """Return the decoder's input embeddings. (batch, tokens, width).

    A square picture's AnyRes tile equals its base view, so the tower sees each view once and the packing that the
    model itself does (base, then the tiles as one field with a newline after each row) is done here.
    """
    views = batch.pixels.shape[1]
    features = model.model.multi_modal_projector(tower_features(model, batch.pixels.flatten(0, 1)))
    side = math.isqrt(features.shape[1])
    features = features.view(len(batch.pixels), views, side, side, -1)
    base, tiles = features[:, 0], features[:, 1:] if views > 1 else features
    field = tiles.permute(0, 2, 1, 3, 4).flatten(2, 3)  # (batch, rows, columns of all tiles, width)
    newline = model.model.image_newline.to(field.dtype).expand(len(field), side, 1, -1)
    packed = torch.cat([base.flatten(1, 2), torch.cat([field, newline], dim=2).flatten(1, 2)], dim=1)
    embeddings = model.model.language_model.embed_tokens(batch.ids)
    where = (batch.ids == model.config.image_token_id).unsqueeze(-1).expand_as(embeddings)
    joined: torch.Tensor = embeddings.masked_scatter(where, packed.to(embeddings.dtype))
    return joined


def forks(turns: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Return which tokens each token sees, and where it stands, where turns are forked from one picture.

    A token sees what comes before it of the picture (turn 0) and of its own turn; each turn begins right after the
    picture.

    Args:
        turns: the turn of each token, in order; -1 for padding. (batch, tokens)

    Returns:
        bool (batch, 1, tokens, tokens), True where the one of the row sees the one of the column; and positions,
        (batch, tokens).
    """
    own = turns[:, :, None] == turns[:, None, :]
    seen = (own | (turns == 0)[:, None, :]).tril()
    return seen[:, None], seen.sum(-1) - 1


def hidden_states(model: LlavaOnevisionForConditionalGeneration, batch: Batch) -> torch.Tensor:
    """Return the decoder's last hidden states. (batch, tokens, width)."""
    forked: dict[str, torch.Tensor] = {}
    if int(batch.turns.max()) > 1:  # else plain causal attention does, which has the faster kernel
        forked["attention_mask"], forked["position_ids"] = forks(batch.turns)
    embeddings = decoder_inputs(model, batch)
    hidden: torch.Tensor = model.model.language_model(
        inputs_embeds=embeddings, use_cache=False, **forked
    ).last_hidden_state
    return hidden


def answer_loss(model: LlavaOnevisionForConditionalGeneration, batch: Batch) -> torch.Tensor:
    """Return the mean cross-entropy of the answers' tokens, each weighed as its row is."""
    hidden = hidden_states(model, batch)
    wanted = batch.labels[:, 1:]
    learnt = wanted != IGNORED
    losses = functional.cross_entropy(model.lm_head(hidden[:, :-1][learnt]).float(), wanted[learnt], reduction="none")
    weights = batch.weights[:, None].expand_as(wanted)[learnt]
    return (losses * weights).sum() / weights.sum()


def average(parameters: list[nn.Parameter]) -> None:
    """Replace every gradient by its mean over all processes."""
    learnt = [p.grad for p in parameters if p.grad is not None]
    flat = torch.cat([grad.flatten() for grad in learnt])
    torch.distributed.all_reduce(flat)
    flat /= torch.distributed.get_world_size()
    for grad, mean in zip(learnt, torch.split(flat, [grad.numel() for grad in learnt]), strict=True):
        grad.copy_(mean.view_as(grad))


def train(model: LlavaOnevisionForConditionalGeneration, stage: Stage, batches: Iterator[Batch], out: Path) -> None:
    """Run one stage; append to `out`/log.jsonl and save `out`/STAGE.pt every 500 steps and at the end.

    In a process group each process learns on its rows of every batch, and the first one writes.
    """
    together = torch.distributed.is_initialized()
    rank, processes = (torch.distributed.get_rank(), torch.distributed.get_world_size()) if together else (0, 1)
    model.train()
    tower = model.model.vision_tower
    for p in model.parameters():
        p.requires_grad_(True)
    for p in tower.parameters():
        p.requires_grad_(not stage.freeze_tower)
    embeddings: Any = tower.embeddings
    head = DenseHead(embeddings.embed_dim, math.isqrt(embeddings.num_patches), len(fact_names()))
    modules: list[nn.Module] = [tower, head] if stage.name == "tower" else [model]
    opts = optimizers(modules, stage)
    learning = [p for o in opts for g in o.param_groups for p in g["params"]]
    began, seen = time.monotonic(), 0
    sums: dict[str, float] = {}
    for step in range(stage.steps):
        whole = next(batches)
        batch = whole.rows(rank, processes)
        share = rate(step, stage)
        for group in (g for o in opts for g in o.param_groups):
            group["lr"] = group["peak"] * share
        with torch.autocast("cpu", dtype=torch.bfloat16):
            if stage.name == "tower":
                if batch.dense is None:
                    raise ValueError("the tower stage needs batches with dense labels")
                loss, parts = head.loss(tower_features(model, batch.pixels[:, 0]), batch.dense)
            else:
                loss = answer_loss(model, batch)
                parts = {}
        for o in opts:
            o.zero_grad()
        torch.autograd.backward(loss)
        if together:
            average(learning)
        nn.utils.clip_grad_norm_(learning, 1.0)
        for o in opts:
            o.step()
        seen += len(whole.scenes)
        for name, value in {"loss": float(loss.detach()), **parts}.items():
            sums[name] = sums.get(name, 0.0) + value
        if rank == 0 and (step % 100 == 99 or step == stage.steps - 1):
            every = step % 100 + 1
            seconds = time.monotonic() - began
            row = {"stage": stage.name, "step": step + 1, "samples": seen, "seconds": round(seconds, 1)}
            row |= {name: round(value / every, 4) for name, value in sums.items()}
            sums = {}
            with (out / "log.jsonl").open("a", encoding="utf-8") as log:
                log.write(json.dumps(row) + "\n")
        if rank == 0 and (step % 500 == 499 or step == stage.steps - 1):
            torch.save(model.state_dict(), out / f"{stage.name}.tmp")
            (out / f"{stage.name}.tmp").replace(out / f"{stage.name}.pt")


def run(
    out: Path,
    stages: tuple[Stage, ...] = STAGES,
    *,
    seed: int = 1,
    sizes: Sizes | None = None,
    turns: list[Turn] | None = None,
    start: Path | None = None,
) -> LlavaOnevisionForConditionalGeneration:
    """Run the stages one after the other; a stage whose checkpoint is in `out` is loaded instead of run.

    Args:
        turns: correction turns, for the stages that mix them in.
        start: a model's folder to start from, whose tokenizer is ours or an earlier one; None starts from nothing.
    """
    sizes = sizes or Sizes()
    out.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(seed)
    tokenizer = build_tokenizer()
    model = architecture.build(sizes, tokenizer)
    if start is not None:
        architecture.take_over(model, start)
    # The tower's few tokens are attended to fastest by plain matrix products, the decoder's many by the fused kernel.
    model.set_attn_implementation({"vision_config": "eager", "text_config": "sdpa"})
    before = [s.name for s in STAGES].index(stages[0].name) if start is not None and stages else 0
    first = sum(stage.steps * stage.batch for stage in STAGES[:before])  # pictures that the weights have seen
    for stage in stages:
        saved = out / f"{stage.name}.pt"
        done = out / f"{stage.name}.done"
        if done.exists():
            state = torch.load(saved, weights_only=True)
            if stage.name == "tower":
                state = {name: value for name, value in state.items() if ".vision_tower." in name}
            model.load_state_dict(state, strict=stage.name != "tower")
        else:
            drawn = Drawn(
                tokenizer,
                sizes,
                seed=seed,
                first=first,
                batch=stage.batch,
                turns=turns if stage.corrections else None,
                share=stage.corrections,
                asked=stage.questions,
                verified=stage.verified,
                dense=stage.name == "tower",
            )
            train(model, stage, stream(drawn), out)
            if torch.distributed.is_initialized():
                torch.distributed.barrier()  # nobody finds a stage done that others still work on
            done.write_text(json.dumps(asdict(stage)) + "\n", encoding="utf-8")
        first += stage.steps * stage.batch
    return model
