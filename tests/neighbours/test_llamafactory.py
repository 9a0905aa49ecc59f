"""LLaMA-Factory reads our turns and pairs by its own loader, with their pictures, and makes tokens of them."""

import json
from pathlib import Path
from typing import Any

import pytest

from nesy.cli import main
from tests.corrected import analysed, of_file, saved
from tests.neighbours.neighbour import run
from tests.tiny import save_llava

_READ = """
import importlib.machinery, json, os, sys, types
os.environ["DISABLE_VERSION_CHECK"] = "1"  # it is read by the versions of .venv, not by those it asks for
sound = types.ModuleType("torchaudio")  # asked for by its import alone; there is no sound here
sound.__spec__ = importlib.machinery.ModuleSpec("torchaudio", None)
sys.modules["torchaudio"] = sound
from transformers import AutoProcessor, Seq2SeqTrainingArguments
from llamafactory.data import get_dataset, get_template_and_fix_tokenizer
from llamafactory.data.loader import _get_merged_dataset
from llamafactory.hparams import DataArguments, ModelArguments

folder = sys.argv[1]
training = Seq2SeqTrainingArguments(output_dir=folder + "/out", report_to=[], use_cpu=True)
model = ModelArguments(model_name_or_path="none", cache_dir=folder + "/cache")
processor = AutoProcessor.from_pretrained(folder + "/model")
read = {}
for name, stage in (("turns", "sft"), ("pairs", "rm")):
    pictures = folder + "/pictures"
    data = DataArguments(dataset=name, dataset_dir=folder, media_dir=pictures, template="llava", cutoff_len=8192)
    rows = _get_merged_dataset([name], model, data, training, stage)
    template = get_template_and_fix_tokenizer(processor.tokenizer, data)
    made = get_dataset(template, model, data, training, stage, processor.tokenizer, processor)["train_dataset"]
    told = [{key: row[key] for key in ("_prompt", "_response", "_images")} for row in rows]
    read[name] = {"rows": told, "columns": made.column_names, "tokens": len(made)}
print("READ" + json.dumps(read))
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two corrected pictures, exported in both of its forms, and a tiny model."""
    made = tmp_path_factory.mktemp("factory")
    colours = ("red", "blue")
    analyses = [of_file(analysed(), saved(made / "pictures", f"{one}.png", one)) for one in colours]
    (made / "run.jsonl").write_text("".join(one.to_json() + "\n" for one in analyses), encoding="utf-8")
    for form, name in (("sharegpt", "turns.json"), ("ranking", "pairs.jsonl")):
        line = ["export", made / "run.jsonl", "--format", form, "-o", made / name, "--images", made / "pictures"]
        assert main([*map(str, line)]) == 0
    save_llava(made / "model")
    return made


@pytest.fixture(scope="module")
def read(folder: Path) -> dict[str, Any]:
    """What LLaMA-Factory made of both."""
    found = json.loads(run("llamafactory", _READ, folder).rpartition("READ")[2].splitlines()[0])
    assert isinstance(found, dict)
    return found


def test_turns_are_read_with_their_pictures(folder: Path, read: dict[str, Any]) -> None:
    found, rows = read["turns"], json.loads((folder / "turns.json").read_text(encoding="utf-8"))
    assert found["tokens"] == len(rows) == 6 and {"input_ids", "labels", "images"} <= set(found["columns"])
    for told, row in zip(found["rows"], rows, strict=True):
        assert [*told["_prompt"], *told["_response"]] == row["messages"]
        assert told["_images"] == [str(folder / "pictures" / row["images"][0])]


def test_pairs_are_read_with_their_pictures(folder: Path, read: dict[str, Any]) -> None:
    rows = [json.loads(line) for line in (folder / "pairs.jsonl").read_text(encoding="utf-8").splitlines()]
    found = read["pairs"]
    assert found["tokens"] == len(rows) == 4
    assert {"chosen_input_ids", "rejected_input_ids", "images"} <= set(found["columns"])
    for told, row in zip(found["rows"], rows, strict=True):
        assert told["_prompt"] == row["messages"] and told["_response"] == [row["chosen"], row["rejected"]]
        assert told["_images"] == [str(folder / "pictures" / row["images"][0])]
