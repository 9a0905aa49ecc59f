"""The script that is made for a GPU, tried on a CPU with a tiny model."""

import json
from pathlib import Path

import pytest

from lab import gpu_speed
from lab.gpu_table import NOT_MEASURED, Speed, gpu_text, table
from nesy.models import untrained


@pytest.fixture(scope="module")
def tiny() -> Speed:
    with pytest.MonkeyPatch.context() as patch:
        stack = untrained.Stack(32, 64, 1, 4, 4)
        shape = untrained.Shape(stack, untrained.Stack(32, 64, 1, 4, 2), vocabulary=2048, tied=True)
        patch.setattr(untrained, "SHAPES", {"tiny": shape})
        patch.setattr(gpu_speed, "_COPIED_BYTES", dict.fromkeys(("cpu", "cuda"), 1 << 20))
        return gpu_speed.measure("tiny", tokens=4, again=1)


def test_everything_is_measured(tiny: Speed) -> None:
    assert tiny.prompt_tokens > 2929
    assert min(tiny.first_token_s, tiny.later_token_s, tiny.constrained_ms, tiny.free_ms, tiny.floor_ms) > 0
    assert tiny.sooner > 1
    assert (tiny.static_ms is None) == (tiny.peak_gib is None)


def test_the_bytes_of_a_token_are_those_of_the_decoder() -> None:
    loaded = untrained.untrained("small")
    text = loaded.model.config.get_text_config()
    layer = 4 * (2 * text.hidden_size**2 + 2 * text.hidden_size * 128 + 3 * text.hidden_size * text.intermediate_size)
    weights = text.num_hidden_layers * layer + 4 * text.vocab_size * text.hidden_size
    assert gpu_speed._decoder_bytes(loaded) == pytest.approx(weights, rel=0.01)
    assert gpu_speed._cache_bytes(loaded, 10) == 2 * 4 * 4 * 32 * 4 * 10


def test_the_page_tells_what_was_measured_and_what_was_not(tiny: Speed, tmp_path: Path) -> None:
    record = {"measured": [tiny.model_dump()], "not_run": {"7b": "a GPU is needed, and there is none"}}
    path = tmp_path / "gpu.json"
    path.write_text(json.dumps(record), encoding="utf-8")
    text = gpu_text(path)
    assert text == table(record) and "| tiny (" in text and "Not run: 7b (a GPU is needed" in text
    assert gpu_text(tmp_path / "none.json") == NOT_MEASURED
