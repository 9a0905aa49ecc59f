"""Bad input at the command line: one clear line on standard error, the right exit code, nothing half-written."""

import json
from pathlib import Path

import PIL.Image
import pytest

from nesy.cli import main
from tests.test_image import png_header

GOOD_SCENE = '{"entities":[{"id":"cup_1","category":"cup"}]}'
ENTITIES = '"entities":[{"id":"cup_1","category":"cup"},{"id":"dog_1","category":"dog"}]'

# name of the case: (arguments, exit code, what the line on standard error says)
CASES: dict[str, tuple[str, int, str]] = {
    "no command": ("", 2, "no command given"),
    "unknown command": ("frobnicate", 2, "No such command 'frobnicate'"),
    "no image": ("analyze", 2, "Missing argument 'IMAGE...'"),
    "too many rounds": ("analyze good.png --rounds 11", 2, "--rounds"),
    "rounds in words": ("analyze good.png --rounds two", 2, "--rounds"),
    "unknown format": ("analyze good.png --format yaml", 2, "--format"),
    "unknown option": ("analyze good.png --colour", 2, "--colour"),
    "unknown model": ("analyze good.png --model nosuch", 2, "unknown model 'nosuch'"),
    "hub model without weights": ("analyze good.png --model llava-hf/none-here", 3, "--model embedded"),
    "replay of no file": ("analyze good.png --model replay:none.jsonl", 2, "none.jsonl"),
    "replay of nonsense": ("analyze good.png --model replay:text.txt", 2, "text.txt"),
    "replay that is used up": ("analyze good.png --model replay:empty.jsonl", 3, "no reply left"),
    "missing image": ("analyze none.png --model replay:empty.jsonl", 2, "none.png: no such file"),
    "empty image": ("analyze empty.png --model replay:empty.jsonl", 2, "empty.png: the file is empty"),
    "truncated image": ("analyze cut.png --model replay:empty.jsonl", 2, "cut.png: the image is damaged or truncated"),
    "decompression bomb": ("analyze bomb.png --model replay:empty.jsonl", 2, "bomb.png: more pixels than the limit"),
    "text for an image": ("analyze text.jpg --model replay:empty.jsonl", 2, "text.jpg: not an image"),
    "list without a run": ("analyze text.txt --model replay:empty.jsonl", 2, "--out RUN is missing: text.txt is a"),
    "folder for an image": ("analyze . --model replay:empty.jsonl", 2, "--out RUN is missing: . is a data set"),
    "image to perceive": ("perceive none.png --model replay:empty.jsonl", 2, "none.png: no such file"),
    "image to overwrite": ("analyze good.png --model replay:empty.jsonl --out .", 2, "would overwrite the image"),
    "file for --out": ("analyze good.png --model replay:empty.jsonl --out text.txt", 2, "--out text.txt: cannot be"),
    "--out below a file": ("analyze good.png --model replay:empty.jsonl --out text.txt/x", 2, "cannot be written"),
    "a name too long with an ending": (
        f"analyze {'n' * 245}.png --model replay:empty.jsonl --out o",
        2,
        ".analysis.json: cannot be written (File name too long)",
    ),
    "missing scene": ("check none.json", 2, "none.json: no such file"),
    "folder for a scene": ("check .", 2, "no scene in it"),
    "empty scene": ("check empty.json", 2, "empty.json: empty"),
    "no JSON": ("check text.txt", 2, "text.txt: Invalid JSON"),
    "no UTF-8": ("check latin.json", 2, "latin.json: "),
    "no object": ("check list.json", 2, "list.json: "),
    "deep JSON": ("check deep.json", 2, "deep.json: "),
    "COCO to check": (
        "check coco.json",
        2,
        "panoptic COCO); `nesy convert coco.json - --to scenes` makes scenes of it",
    ),
    "tasks to repair": ("repair tasks.json", 2, "tasks.json: this is label-studio ("),
    "unknown key": ("check key.json", 2, "key.json: entitys: unknown key"),
    "box outside": ("check box.json", 2, "box.json: entities.0.box.2: "),
    "dangling id": ("check dangling.json", 2, "dangling.json: relations.0.object names 'cat_1'"),
    "a key twice": ("check keys.json", 2, "keys.json: the key 'entities' stands twice in one object"),
    "a key twice in a row": ("repair row.json", 2, "row.json: the key 'category' stands twice"),
    "duplicate id": ("check twice.json", 2, "twice.json: duplicate id 'cup_1'"),
    "blank label": ("check blank.json", 2, "blank.json: entities.0.category: a label must not be blank"),
    "a time between pictures": ("analyze good.png -m witness --every 2", 2, "--every 2: belongs to clips"),
    "a time between pictures of a set": ("analyze . -m witness --every 2 --out run", 2, "--every 2: belongs to clips"),
    "a time in a question": ("ask good.png What? -m witness --every 2", 2, "--every 2: belongs to clips"),
    "a picture as a clip": ("analyze good.png -m witness --video", 2, "good.png: a picture by itself; --video takes"),
    "folders together": ("analyze . . -m witness --together --video", 2, "--video takes folders for clips"),
    "side by side together": (
        "analyze good.png good.png -m http://127.0.0.1:1/v1#m --together --concurrency 2",
        2,
        "--concurrency 2: --together asks about its pictures one after the other",
    ),
    "nothing to overwrite": ("analyze good.png -m witness --force", 2, "--force: goes with --out DIR"),
    **{
        f"{option} of {model[:6]}": (
            f"{command} -m {model} --{option} {value}",
            2,
            f"--{option} is for a model that is loaded here, and --model names a {what}",
        )
        for command in ("analyze good.png", "serve")
        for model, what in (("http://127.0.0.1:1/v1#m", "server"), ("witness", "model without weights"))
        for option, value in (("device", "cpu"), ("dtype", "float16"), ("attention", "eager"), ("quantize", "4bit"))
    },
    "profile of a witness": (
        "analyze good.png -m witness --profile qwen",
        2,
        "--profile is for a model that is loaded",
    ),
    "patience with a model of this machine": (
        "analyze good.png -m embedded --timeout 9",
        2,
        "--timeout is for the replies of a server",
    ),
    "missing rules": ("check good.json --rules none.ttl", 2, "none.ttl"),
    "rules with a Turtle error": ("check good.json --rules turtle.ttl", 2, "turtle.ttl"),
    "rules with a SHACL error": ("check good.json --rules shacl.ttl", 2, "shacl.ttl"),
    "rules before a model": ("analyze good.png --rules turtle.ttl --model llava-hf/none-here", 2, "turtle.ttl"),
    "scene to repair": ("repair none.json", 2, "none.json: no such file"),
    "folder to repair": ("repair .", 2, ".: no run, for it has no run.json"),
    "empty scene to repair": ("repair empty.json", 2, "empty.json: empty"),
    "empty scenes to repair": ("repair empty.jsonl", 2, "empty.jsonl: empty"),
    "unknown key to repair": ("repair key.json", 2, "key.json: entitys: unknown key"),
    "no rule command": ("rules", 2, "nesy rules list"),
    "unknown rule": ("rules show NoSuchRule", 2, "no rule 'NoSuchRule'"),
    "no scenes drawn": ("synth --n 0 --out drawn", 2, "--n"),
    "unknown split": ("synth --n 1 --split easy --out drawn", 2, "--split"),
    "nowhere to draw": ("synth --n 1 --out text.txt", 2, "--out text.txt: cannot be"),
}

FILES: dict[str, str | bytes] = {
    "good.json": GOOD_SCENE,
    "text.txt": "hello, I am neither a scene nor a picture\n",
    "text.jpg": "hello, I am neither a scene nor a picture\n",
    "empty.png": b"",
    "empty.json": " \n",
    "empty.jsonl": "\n",
    "bomb.png": png_header(100_000, 100_000),
    "latin.json": GOOD_SCENE.replace("cup", "caf\xe9").encode("latin-1"),
    "list.json": "[]",
    "deep.json": "[" * 100_000,
    "key.json": '{"entitys":[],"entities":[]}',
    "coco.json": '{"images":[],"annotations":[],"categories":[]}',
    "tasks.json": '[{"data":{"image":"a.jpg"},"annotations":[]}]',
    "box.json": '{"entities":[{"id":"cup_1","category":"cup","box":[0.1,0.2,1.5,0.4]}]}',
    "dangling.json": f'{{{ENTITIES},"relations":[{{"subject":"cup_1","predicate":"on","object":"cat_1"}}]}}',
    "keys.json": '{"entities":[{"id":"cup_1","category":"cup"}],"entities":[]}',
    "row.json": '{"entities":[{"id":"cup_1","category":"cup","category":"dog"}]}',
    "twice.json": '{"entities":[{"id":"cup_1","category":"cup"},{"id":"cup_1","category":"cup"}]}',
    "blank.json": '{"entities":[{"id":"cup_1","category":" "}]}',
    "turtle.ttl": "@prefix ex: <https://example.org/> .\nex:a ex:b \n",
    "shacl.ttl": (
        "@prefix sh: <http://www.w3.org/ns/shacl#> .\n@prefix ex: <https://example.org/> .\n"
        'ex:R a sh:NodeShape ; sh:targetClass ex:X ; sh:name "n" ; sh:message "m" ;\n'
        '  sh:sparql [ sh:select "SELECT WHERE oops" ] .\n'
    ),
}


@pytest.fixture
def bad_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of files with all that can be wrong with them, and two good ones; the current one."""
    for name, content in FILES.items():
        (tmp_path / name).write_bytes(content.encode() if isinstance(content, str) else content)
    PIL.Image.effect_noise((64, 64), 50).save(tmp_path / "good.png")
    good = (tmp_path / "good.png").read_bytes()
    (tmp_path / "cut.png").write_bytes(good[: len(good) // 2])
    monkeypatch.chdir(tmp_path)
    return tmp_path


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("case", CASES)
def test_one_line_and_the_exit_code(case: str, bad_files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments, code, expected = CASES[case]
    before = contents(bad_files)
    assert main(arguments.split()) == code
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("error: ") and err.endswith("\n")
    assert len(err.splitlines()) == 1
    assert expected in err
    assert contents(bad_files) == before


def test_a_broken_line_costs_only_itself(bad_files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = [GOOD_SCENE, "{oops", "", GOOD_SCENE, '{"entities":[],"extra":1}', "\u001b[31m", GOOD_SCENE]
    (bad_files / "many.jsonl").write_text("\n".join(lines), encoding="utf-8")
    assert main(["check", "many.jsonl"]) == 2
    out, err = capsys.readouterr()
    records = [json.loads(line) for line in out.splitlines()]
    assert [sorted(record)[0] for record in records] == [
        "consistent",
        "error",
        "consistent",
        "error",
        "error",
        "consistent",
    ]
    assert records[1].keys() == {"schema", "line", "error"}
    assert (records[1]["schema"], records[1]["line"]) == ("nesy.error/1", 2)
    assert records[1]["error"].startswith("many.jsonl:2: ")
    assert "extra: unknown key" in records[3]["error"]
    assert [line.split(": ")[1] for line in err.splitlines()] == ["many.jsonl:2", "many.jsonl:5", "many.jsonl:6"]
    assert "\x1b" not in out + err


def test_the_others_go_on_after_a_bad_image(bad_files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    replies = [{"image": "good.png", "text": '{"entities":[{"id":"cup_1","box":[0,0,1,1],"attributes":[]}]}'}]
    (bad_files / "replies.jsonl").write_text("".join(json.dumps(reply) + "\n" for reply in replies))
    code = main("analyze none.png good.png cut.png --model replay:replies.jsonl --format json --out out".split())
    out, err = capsys.readouterr()
    assert code == 2
    assert [line.split(": ")[1] for line in err.splitlines()] == ["none.png", "cut.png"]
    assert json.loads(out)["image"]["name"] == "good.png"
    assert {path.name for path in (bad_files / "out").iterdir()} == {
        "good.analysis.json",
        "good.png",
        "good.trig",
        "good.ttl",
    }


def test_an_unreadable_reply_is_a_failed_model(bad_files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    replies = [{"image": "good.png", "text": "I cannot see anything.\nSorry."}] * 2
    (bad_files / "replies.jsonl").write_text("".join(json.dumps(reply) + "\n" for reply in replies))
    assert main("analyze good.png --model replay:replies.jsonl --out out".split()) == 3
    err = capsys.readouterr().err
    assert err.startswith("error: good.png: ") and len(err.splitlines()) == 1
    assert list((bad_files / "out").iterdir()) == []


def test_what_memory_does_not_hold_is_told(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Such as one line without an end."""

    def endless(*_: object, **__: object) -> None:
        raise MemoryError

    monkeypatch.setattr("nesy.cli.check.scenes_of", endless)
    assert main(["check", "one.json", "two.json"]) == 2
    assert capsys.readouterr().err.startswith("error: the memory of this machine")
