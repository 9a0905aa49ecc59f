"""LLaVA-OneVision's sizes with random weights -> how fast they answer on a GPU, beside what its memory allows.

`make gpu` (`python -m lab.gpu_speed`) takes a few minutes on a GPU and writes results/gpu.json with the card's name. It
measures, in bfloat16, about one picture of 640 x 480: the first token; that of a later turn, from the kept image; the
time of a token under a grammar, without one, and with a static cache in a CUDA graph; the peak of memory. Every token
reads all weights of the decoder and its cache once, so the memory's bandwidth, measured in the same run, is the floor.
On a CPU `--shapes small` tries the script itself; nothing is written then, unless --out names a file.
"""

import argparse
import json
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

import torch

from lab.gpu_table import RESULTS, Speed, table
from lab.prefix_reuse import picture, turns, why_not
from nesy.experiments.commit import commit
from nesy.models import untrained
from nesy.models.loader import Loaded
from nesy.models.local_model import LocalModel
from nesy.turns import ModelInfo, Request

COMMAND = "python -m lab.gpu_speed"
_AGAIN = 5
_TOKENS = 128
_COPIED_BYTES = {"cuda": 4 << 30, "cpu": 256 << 20, "mps": 256 << 20}


def measure(shape: str, tokens: int = _TOKENS, again: int = _AGAIN) -> Speed:
    """Build a model of a size and time it.

    Args:
        shape: a name of `nesy.models.untrained.SHAPES`.
        tokens: that are written for the time of one.
        again: runs of each kind; the median counts.
    """
    loaded = untrained.untrained(shape)
    here = untrained.device()
    if here.kind == "cuda":
        untrained.in_bfloat16(loaded)
        torch.cuda.reset_peak_memory_stats()
    info, image = ModelInfo(id=f"untrained {shape}"), picture()
    first, later = Request(image=image, kind="describe"), turns(image)["correct"]
    beginning = LocalModel(loaded, info, most_tokens=1)
    beginning.reply(first)  # what is compiled and loaded once does not count
    fresh = [_timed(loaded, lambda: beginning.reply(first), beginning.forget) for _ in range(again)]
    kept = [_timed(loaded, lambda: beginning.reply(later), lambda: beginning.reply(first)) for _ in range(again)]
    prompt = beginning.reply(first).usage.prompt_tokens
    bandwidth = _bandwidth(loaded, here.kind)
    read = _decoder_bytes(loaded) + _cache_bytes(loaded, prompt + tokens // 2)
    free = [_free(loaded, beginning, tokens) for _ in range(again)]
    held = [_constrained(loaded, info, tokens) for _ in range(again)]
    return Speed(
        shape=shape,
        parameters=untrained.parameters(loaded),
        device=here.name,
        dtype=str(loaded.model.dtype).removeprefix("torch."),
        prompt_tokens=prompt,
        first_token_s=round(statistics.median(fresh), 5),
        later_token_s=round(statistics.median(kept), 5),
        bandwidth_gb_s=round(bandwidth / 1e9, 1),
        floor_ms=round(1000 * read / bandwidth, 4),
        constrained_ms=round(1000 * statistics.median(held), 4),
        free_ms=round(1000 * statistics.median(free), 4),
        static_ms=round(1000 * _static(loaded, beginning, tokens), 4) if here.kind == "cuda" else None,
        peak_gib=round(torch.cuda.max_memory_allocated() / 2**30, 2) if here.kind == "cuda" else None,
    )


def _timed(loaded: Loaded, run: Callable[[], object], before: Callable[[], object] = lambda: None) -> float:
    before()
    untrained.finish(loaded)
    start = time.perf_counter()
    run()
    untrained.finish(loaded)
    return time.perf_counter() - start


def _bandwidth(loaded: Loaded, kind: str) -> float:
    """Return bytes a second that the memory reads and writes, by the best of several copies."""
    source = torch.zeros(_COPIED_BYTES[kind], dtype=torch.uint8, device=loaded.model.device)
    target = torch.empty_like(source)
    best = min(_timed(loaded, lambda: target.copy_(source)) for _ in range(8))
    return 2 * source.numel() / best


def _decoder_bytes(loaded: Loaded) -> int:
    """Return the bytes that every token reads: all of the decoder, and the output layer."""
    inner = loaded.model.model.language_model
    embedded = {id(inner.get_input_embeddings().weight)}
    read = {id(p): p for p in inner.parameters() if id(p) not in embedded}
    read |= {id(p): p for p in loaded.model.get_output_embeddings().parameters()}
    return sum(int(p.nbytes) for p in read.values())


def _cache_bytes(loaded: Loaded, tokens: int) -> int:
    text = loaded.model.config.get_text_config()
    heads = text.num_key_value_heads * (text.hidden_size // text.num_attention_heads)
    return int(2 * text.num_hidden_layers * heads * loaded.model.dtype.itemsize * tokens)


def _constrained(loaded: Loaded, info: ModelInfo, tokens: int) -> float:
    """Return seconds of a token of a description under its grammar; random weights may end it early."""
    many, one = LocalModel(loaded, info, most_tokens=tokens + 1), LocalModel(loaded, info, most_tokens=1)
    request = Request(image=picture(), kind="describe")
    for model in (many, one):
        model.reply(request)  # the image is kept
    long, short = _timed(loaded, lambda: many.reply(request)), _timed(loaded, lambda: one.reply(request))
    written = many.reply(request).usage.new_tokens
    return (long - short) / max(1, written - 1)


@torch.inference_mode()
def _free(loaded: Loaded, model: LocalModel, tokens: int) -> float:
    """Return seconds of a token by the decoder's own steps, the likeliest each, without a grammar."""
    prompt = model._prompts.of_one(picture(), "Describe.")
    decoder = model._decoder
    logits, _ = decoder._prefill(prompt)

    def written(logits: torch.Tensor = logits) -> None:
        for _ in range(tokens):
            logits = decoder._forward([int(logits.argmax())])

    return _timed(loaded, written) / tokens


@torch.inference_mode()
def _static(loaded: Loaded, model: LocalModel, tokens: int) -> float:
    """Return seconds of a token by transformers' `generate` with a static cache, which it runs as a CUDA graph."""
    prompt = model._prompts.of_one(picture(), "Describe.")
    ids = torch.tensor([list(prompt.ids)], device=loaded.model.device)
    vision = prompt.vision()

    def generated(count: int) -> None:
        loaded.model.generate(
            input_ids=ids,
            attention_mask=torch.ones_like(ids),
            **vision,
            min_new_tokens=count,
            max_new_tokens=count,
            do_sample=False,
            cache_implementation="static",
        )

    for count in (8, tokens + 8):
        generated(count)  # compiled and captured
    long, short = _timed(loaded, lambda: generated(tokens + 8)), _timed(loaded, lambda: generated(8))
    return (long - short) / tokens


def main() -> None:
    """Measure, print, and write where there is a GPU."""
    parser = argparse.ArgumentParser(prog=COMMAND, description=__doc__)
    parser.add_argument("--shapes", nargs="+", choices=("small", "0.5b", "7b"), default=("0.5b", "7b"))
    parser.add_argument("--tokens", type=int, default=_TOKENS, help="that are written for the time of one")
    parser.add_argument("--out", type=Path, help=f"default on a GPU: {RESULTS}")
    given = parser.parse_args()
    reasons = {shape: why for shape in given.shapes if (why := why_not(shape)) is not None}
    measured = []
    for shape in given.shapes:
        if shape not in reasons:
            measured.append(measure(shape, given.tokens).model_dump(mode="json"))
            torch.cuda.empty_cache()
    record = {"command": COMMAND, "commit": commit(), "measured": measured, "not_run": reasons}
    sys.stdout.write(table(record) + "\n")
    out = given.out or (RESULTS if untrained.device().kind == "cuda" else None)
    if out is not None:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
