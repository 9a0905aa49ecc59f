"""`nesy export`: files of analyses in, rows of four formats out, whole or not at all."""

import json
import shutil
from io import BytesIO, TextIOWrapper
from pathlib import Path
from typing import Any

import pytest

from nesy.batch import analyze
from nesy.cli import main
from nesy.interchange.row_origin import FIELD
from nesy.models.scripted import ScriptedModel
from nesy.pipeline import Pipeline
from tests.corrected import PERSON, analysed, of_file, saved


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    """Three analyses of pictures, two of them corrected, and a command line beside them."""
    monkeypatch.chdir(tmp_path)
    pictures = [saved(Path("pictures", "one"), "a.png"), saved(Path("pictures", "two"), "a.png", "red")]
    pictures.append(saved(Path("pictures"), "c.png", "blue"))
    analyses = [of_file(analysed(), pictures[0]), of_file(analysed(), pictures[1])]
    analyses.append(of_file(analysed({"entities": [PERSON]}), pictures[2]))
    Path("run.jsonl").write_text("".join(one.to_json() + "\n" for one in analyses), encoding="utf-8")

    def command(line: str) -> tuple[int, str]:
        code = main(line.split())
        out, err = capsys.readouterr()
        assert out == ""
        return code, err

    return command


def rows(file: str) -> list[dict[str, Any]]:
    text = Path(file).read_text(encoding="utf-8")
    found = json.loads(text) if file.endswith(".json") else [json.loads(line) for line in text.splitlines()]
    assert isinstance(found, list)
    return found


# --- formats ---


def test_llava_rows_have_the_documented_shape(run: Any) -> None:
    """As haotian-liu/LLaVA has it in docs/Finetune_Custom_Data.md: the human begins, and with `<image>`."""
    assert run("export run.jsonl --format llava -o llava.json --images pictures") == (0, "8 rows to llava.json\n")
    found = rows("llava.json")
    assert len({row["id"] for row in found}) == len(found)
    for row in found:
        assert Path("pictures", row["image"]).is_file()
        speakers = [turn["from"] for turn in row["conversations"]]
        assert speakers == ["human", "gpt"] * (len(speakers) // 2)
        texts = [turn["value"] for turn in row["conversations"]]
        assert texts[0].startswith("<image>\n") and "".join(texts).count("<image>") == 1 and all(texts)


def test_sharegpt_rows_have_as_many_pictures_as_the_text_names(run: Any) -> None:
    assert run("export run.jsonl --format sharegpt -o lessons.json")[0] == 0
    for row in rows("lessons.json"):
        texts = "".join(message["content"] for message in row["messages"])
        assert texts.count("<image>") == len(row["images"]) == 1
        assert [message["role"] for message in row["messages"]][:2] == ["user", "assistant"]


def test_the_pairs_of_both_loaders_say_the_same(run: Any) -> None:
    code, err = run("export run.jsonl --format dpo -o pairs.json")
    assert (code, err) == (0, "4 rows to pairs.json; 1 not corrected\n")
    assert run("export run.jsonl --format ranking -o ranking.json")[0] == 0
    for one, other in zip(rows("pairs.json"), rows("ranking.json"), strict=True):
        assert one["chosen"] == [other["chosen"]] and one["rejected"] == [other["rejected"]]
        assert "<image>\n" + one["prompt"][0]["content"] == other["messages"][0]["content"]
        assert one["images"] == other["images"] == ["a.png"] and one["reason"] == other["reason"] != ""
        assert "<image>" not in one["prompt"][0]["content"]  # TRL puts the picture there itself


def test_every_row_says_where_it_comes_from(run: Any) -> None:
    run("export run.jsonl --format llava -o llava.jsonl")
    for row in rows("llava.jsonl"):
        told = row[FIELD]
        assert len(told["image_sha256"]) == 64 and told["model"] == "scripted"
        assert (told["claims"] == "") == (row["image"] == "c.png")
        assert all(isinstance(value, str) for value in told.values())


def test_lines_and_an_array_hold_the_same_rows_and_a_second_run_the_same_bytes(run: Any) -> None:
    for name in ("a.json", "a.jsonl", "b.jsonl"):
        run(f"export run.jsonl --format llava -o {name} --seed 5")
    assert rows("a.json") == rows("a.jsonl") and Path("a.jsonl").read_bytes() == Path("b.jsonl").read_bytes()


def test_a_limit_draws_rows_by_the_seed_and_keeps_their_order(run: Any) -> None:
    run("export run.jsonl --format llava -o all.jsonl")
    drawn = set()
    for seed in range(6):
        assert run(f"export run.jsonl --format llava -o few.jsonl --force --limit 3 --seed {seed}")[0] == 0
        every, few = ([row["id"] for row in rows(name)] for name in ("all.jsonl", "few.jsonl"))
        assert few == [name for name in every if name in few] and len(few) == 3
        drawn.add(tuple(few))
    assert len(drawn) > 1


# --- runs ---


def test_a_folder_of_analyses_and_the_pieces_of_a_run_are_read(run: Any) -> None:
    lines = Path("run.jsonl").read_text().splitlines(keepends=True)
    Path("single").mkdir()
    for place, line in enumerate(lines):
        Path("single", f"{place}.analysis.json").write_text(line)
    Path("batch", "analyses").mkdir(parents=True)
    Path("batch", "analyses", "part-00000.jsonl").write_text(lines[0] + '{"schema":"nesy.error/1","error":"x"}\n')
    Path("batch", "analyses", "part-00001.jsonl").write_text(lines[1] + lines[2] + lines[0][:300])
    Path("batch", "analyses", "part-00002.jsonl").write_text("")
    for name in ("run.jsonl", "single", "batch"):
        told = "; 1 could not be analyzed; 1 cut off" if name == "batch" else ""
        assert run(f"export {name} --format llava -o {name}.json") == (0, f"8 rows to {name}.json{told}\n")
    assert rows("run.jsonl.json") == rows("single.json") == rows("batch.json")


def test_analyses_come_by_standard_input_too(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", TextIOWrapper(BytesIO(Path("run.jsonl").read_bytes())))
    assert run("export - --format dpo -o p.jsonl")[0] == 0 and len(rows("p.jsonl")) == 4


def test_without_a_file_rows_go_to_standard_output_when_all_are_there(
    run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def printed(line: str) -> tuple[int, str, bytes]:
        stream = BytesIO()
        monkeypatch.setattr("sys.stdout", TextIOWrapper(stream))
        code, err = run(line)
        return code, err, stream.getvalue()

    assert run("export run.jsonl --format dpo -o pairs.jsonl")[0] == 0
    for line in ("export run.jsonl --format dpo", "export run.jsonl --format dpo -o -"):
        told = "4 rows to standard output; 1 not corrected\n"
        assert printed(line) == (0, told, Path("pairs.jsonl").read_bytes())
    told = "error: standard output: not written, for no row is left (3 not corrected)\n"
    assert printed("export run.jsonl --format dpo --only repaired") == (2, told, b"")


@pytest.mark.parametrize("records", ["jsonl", "parquet"])
def test_a_run_over_a_data_set_is_read_by_its_record(run: Any, records: Any) -> None:
    """However its pieces are written; also several that are parts of one."""
    for number, name in ((1, "a"), (2, "b")):
        model = ScriptedModel(lambda _: json.dumps({"entities": [PERSON]}))
        analyze("pictures", Path("runs", name), Pipeline(model), shard=f"{number}/2", records=records)
    code, err = run("export runs --format llava --turns scene -o rows.jsonl")
    assert code == 0 and err.startswith("3 rows")


# --- pictures ---


def test_of_two_pictures_of_one_name_the_sum_tells_which_is_meant(run: Any) -> None:
    run("export run.jsonl --format dpo -o pairs.jsonl --images pictures")
    assert {row["images"][0] for row in rows("pairs.jsonl")} == {"one/a.png", "two/a.png"}


def test_pictures_are_copied_where_that_is_asked_for(run: Any) -> None:
    assert run("export run.jsonl --format dpo -o out/pairs.jsonl --images pictures --copy")[0] == 0
    for row in rows("out/pairs.jsonl"):
        assert Path("out", row["images"][0]).read_bytes() == Path("pictures", row["images"][0][7:]).read_bytes()
    assert not Path("out", "images", "c.png").exists()
    assert sorted(file.name for file in Path("out").iterdir()) == ["images", "pairs.jsonl"]
    assert run("export run.jsonl --format dpo -o out/more.jsonl --images pictures --copy")[0] == 2
    shutil.rmtree("out/images")
    assert run("export run.jsonl --format dpo -o out/more.jsonl --images pictures --copy")[0] == 0


def test_a_name_that_leads_elsewhere_is_cut_down(run: Any) -> None:
    analysis = analysed(name="../../etc/a.png")
    Path("one.json").write_text(analysis.to_json(), encoding="utf-8")
    run("export one.json --format dpo -o pairs.jsonl")
    assert rows("pairs.jsonl")[0]["images"] == ["a.png"]


# --- LLaMA-Factory's list of data sets ---


def test_the_entry_of_a_data_set_stands_beside_those_of_others(run: Any) -> None:
    Path("out").mkdir()
    Path("out", "dataset_info.json").write_text('{"mine": {"file_name": "mine.json"}}')
    run("export run.jsonl --format sharegpt -o out/lessons.json")
    run("export run.jsonl --format ranking -o out/pairs.jsonl")
    known = json.loads(Path("out", "dataset_info.json").read_text())
    assert list(known) == ["mine", "lessons", "pairs"] and known["pairs"]["ranking"] is True
    assert known["lessons"]["columns"] == {"messages": "messages", "images": "images"}
    code, err = run("export run.jsonl --format sharegpt -o out/pairs.json")
    assert code == 2 and "has an entry 'pairs' already" in err and not Path("out", "pairs.json").exists()
    Path("out", "dataset_info.json").write_text("[]")
    assert run("export run.jsonl --format sharegpt -o out/new.json")[0] == 2 and not Path("out", "new.json").exists()


# --- bad input ---


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("export scene.json --format dpo -o p.json", "scene.json: this is nesy.scene/1; an analysis"),
        ("export empty.jsonl --format dpo -o p.json", "empty.jsonl: empty"),
        ("export none.jsonl --format dpo -o p.json", "none.jsonl: no such file"),
        ("export pictures --format dpo -o p.json", "pictures: holds no analyses"),
        ("export no_rounds.json --format dpo -o p.json", "no_rounds.json: rounds: "),
        ("export broken.jsonl --format llava -o p.json", "broken.jsonl:2: "),
        ("export run.jsonl --format dpo -o p.txt", ".json or .jsonl would be right"),
        ("export run.jsonl --format dpo -o pictures.json", "pictures.json: a folder has this name"),
        ("export run.jsonl --format dpo -o there.json", "there.json: is there already; --force overwrites it"),
        ("export run.jsonl --format dpo -o p.json --images nowhere", "nowhere: no such folder"),
        ("export run.jsonl --format dpo -o p.json --images pictures/one", "holds no a.png with the sum"),
        ("export run.jsonl --format dpo -o p.json --copy", "--copy needs --images DIR"),
        ("export run.jsonl --format dpo --copy --images pictures", "beside the file of rows; --out names it"),
        ("export run.jsonl --format ranking", "beside their file; --out names it"),
        ("export run.jsonl --format dpo -o p.json --turns questions", "of pairs, and no question"),
        ("export run.jsonl --format dpo -o p.json --profile qwen", "no profile 'qwen'"),
        ("export run.jsonl --format dpo -o p.json --only repaired", "no row is left (3 not corrected)"),
        ("export run.jsonl --format dpo -o there.json/p.json", "there.json"),
        ("export run.jsonl --format dpo -o p.json --min-confidence 2", "less than or equal to 1"),
        ("export run.jsonl --format dpo -o p.json --min-confidence nan", "'--min-confidence'"),
        ("export run.jsonl --format coco -o p.json", "coco"),
    ],
)
def test_what_cannot_be_used_is_one_line_and_nothing_is_written(run: Any, line: str, told: str) -> None:
    one = analysed()
    Path("scene.json").write_text(one.scene.to_json())
    Path("empty.jsonl").write_text("\n")
    Path("no_rounds.json").write_text(json.dumps({**json.loads(one.to_json()), "rounds": []}))
    Path("broken.jsonl").write_text(one.to_json() + '\n{"schema": "nesy.analysis/1"}\n')
    Path("there.json").write_text("mine")
    Path("pictures.json").mkdir()
    before = {file: file.stat().st_mtime_ns for file in Path().rglob("*")}
    code, err = run(line)
    assert code == 2 and err.startswith("error: ") and err.count("\n") == 1 and told in err
    assert {file: file.stat().st_mtime_ns for file in Path().rglob("*") if file != Path()} == before


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="no folder here in which nobody may write")
def test_a_folder_that_cannot_be_written_to_is_told(run: Any) -> None:
    code, err = run("export run.jsonl --format dpo -o /proc/p.json")
    assert code == 2 and "/proc" in err and err.count("\n") == 1


def test_force_replaces_what_is_there(run: Any) -> None:
    Path("p.jsonl").write_text("mine")
    assert run("export run.jsonl --format dpo -o p.jsonl --force")[0] == 0 and len(rows("p.jsonl")) == 4
