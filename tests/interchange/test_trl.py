"""Pairs as TRL takes them: loaded by datasets, in its conversational format, and trained on for one step."""

import json
from pathlib import Path

import pytest

from nesy.cli import main
from tests.corrected import analysed, of_file, saved
from tests.tiny import save_llava

trl = pytest.importorskip("trl")
datasets = pytest.importorskip("datasets")

TEMPLATE = (
    "{% for m in messages %}{{ m['role'] }}:{% for c in m['content'] %}"
    "{% if c['type'] == 'image' %}<image>\n{% else %}{{ c['text'] }}{% endif %}"
    "{% endfor %}</s>{% endfor %}{% if add_generation_prompt %}assistant:{% endif %}"
)


@pytest.fixture(scope="module")
def pairs(tmp_path_factory):
    """The pairs of two pictures, read by datasets with their pictures."""
    folder = tmp_path_factory.mktemp("pairs")
    analyses = [of_file(analysed(), saved(folder / "pictures", f"{colour}.png", colour)) for colour in ("red", "blue")]
    (folder / "run.jsonl").write_text("".join(one.to_json() + "\n" for one in analyses), encoding="utf-8")
    out = folder / "pairs.jsonl"
    assert main(["export", str(folder / "run.jsonl"), "--format", "dpo", "-o", str(out), "--images", str(folder)]) == 0
    read = datasets.load_dataset("json", data_files=str(out), split="train", cache_dir=str(folder / "cache"))
    return read.map(lambda row: {"images": [str(folder / name) for name in row["images"]]}).cast_column(
        "images", datasets.List(datasets.Image())
    )


def test_rows_are_conversations_with_pictures(pairs):
    from trl.data_utils import is_conversational, prepare_multimodal_messages

    assert len(pairs) == 4
    for row in pairs:
        assert is_conversational(row)
        first = prepare_multimodal_messages(row["prompt"], images=row["images"])[0]["content"]
        assert [part["type"] for part in first] == ["image", "text"] and first[0]["image"].size == (64, 48)
        assert row["chosen"][0]["role"] == row["rejected"][0]["role"] == "assistant"
        assert row["chosen"] != row["rejected"] and row["reason"] and json.loads(json.dumps(row["provenance"]))


@pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::UserWarning", "ignore::DeprecationWarning")
def test_a_tiny_model_is_trained_on_them(pairs, tmp_path: Path):
    from transformers import AutoProcessor, LlavaForConditionalGeneration

    folder = save_llava(tmp_path / "model")
    processor = AutoProcessor.from_pretrained(folder)
    processor.chat_template = TEMPLATE
    trainer = trl.DPOTrainer(
        model=LlavaForConditionalGeneration.from_pretrained(folder),
        args=trl.DPOConfig(
            output_dir=str(tmp_path / "trained"), max_steps=1, per_device_train_batch_size=2, max_length=None,
            report_to=[], save_strategy="no", use_cpu=True, bf16=False, disable_tqdm=True,
        ),
        train_dataset=pairs,
        processing_class=processor,
    )  # fmt: skip
    done = trainer.train()
    assert done.global_step == 1 and done.training_loss == pytest.approx(0.693, abs=0.01)  # both sides as likely: ln 2
