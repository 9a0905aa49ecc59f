"""`/gold` and the folder behind it: pictures and their true scenes, whole or not at all, for `nesy evaluate`."""

import json
import stat
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import nesy
from nesy.cli import main
from nesy.errors import InputError
from nesy.experiments.scoring.folder import read_truths
from nesy.server import Access, gold_folder
from nesy.server.gold_folder import GoldFolder, file_name
from tests.served import Served, TalkingModel, data_url, png, served

SCENE = {"schema": "nesy.scene/1", "entities": [{"id": "cup_1", "category": "cup"}]}
ODD = {**SCENE, "relations": [{"subject": "cup_1", "predicate": "on", "object": "cup_1"}]}


def save(server: Served, scene: object = SCENE, picture: bytes | None = None, name: str = "cup.png", **more):
    files = {"file": (name, png() if picture is None else picture), "scene": ("scene.json", json.dumps(scene))}
    return server.post("/gold", files=files, **more)


def names(folder: Path) -> list[str]:
    return sorted(one.name for one in (folder / "images").iterdir())


@pytest.fixture(scope="module")
def untouched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Served, Path]]:
    """A server whose folder nothing is put into."""
    folder = tmp_path_factory.mktemp("gold")
    with served(gold=folder) as server:
        yield server, folder


def test_a_scene_is_saved_and_read_back(tmp_path: Path) -> None:
    with served(gold=tmp_path / "deep" / "gold") as server:
        answer = save(server, {**SCENE, "image": {"name": "/etc/other.png"}})
        assert answer.status_code == 201
        told = answer.json()
        assert (told["image"], told["rows"], told["claims"], told["replaced"]) == ("cup.png", 1, 1, False)
        assert told["verdict"]["consistent"] is True
        assert save(server, ODD, png("red")).json()["verdict"]["consistent"] is False  # told, and saved all the same
    first, second = read_truths(tmp_path / "deep" / "gold")
    assert nesy.check(first).consistent and not nesy.check(second).consistent
    image = nesy.Image.open(tmp_path / "deep" / "gold" / "images" / "cup.png")
    assert first.image == image.info and second.image.name != "cup.png"


def test_json_holds_both_too(tmp_path: Path) -> None:
    with served(gold=tmp_path) as server:
        answer = server.post("/gold", json={"image": data_url(), "name": "a.png", "scene": SCENE})
    assert answer.status_code == 201 and names(tmp_path) == ["a.png"]


def test_of_a_picture_the_later_scene_stays_in_its_place(tmp_path: Path) -> None:
    with served(gold=tmp_path) as server:
        for colour in ("white", "red", "blue"):
            save(server, picture=png(colour), name=f"{colour}.png")
        told = save(server, {**SCENE, "entities": []}, png("red"), "again.png").json()
        assert told["replaced"] and told["rows"] == 3 and told["image"] == "red.png"
    assert names(tmp_path) == ["blue.png", "red.png", "white.png"]
    assert [len(scene.entities) for scene in read_truths(tmp_path)] == [1, 0, 1]


def test_the_folder_is_one_that_evaluate_takes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    replies = tmp_path / "replies.jsonl"
    reply = {"kind": "describe", "text": json.dumps({"entities": [{"id": "cup_1"}]})}
    rows = [{"image": "cup.png", **reply}, {"image": "none.png", **reply}]
    replies.write_text("".join(json.dumps(row) + "\n" for row in rows))
    with served(gold=tmp_path / "gold") as server:
        save(server)
        save(server, {**SCENE, "entities": []}, png("red"), "none.png")  # everything was rejected
    assert main(["evaluate", str(tmp_path / "gold"), "--model", f"replay:{replies}"]) == 0
    assert "2 images" in capsys.readouterr().out


def test_what_is_there_already_stays_byte_for_byte(tmp_path: Path) -> None:
    row = b'{"entities": [ ], "image": {"name": "old.png"}}\r\n'
    (tmp_path / "scenes.jsonl").write_bytes(row + b"\n")
    with served(gold=tmp_path) as server:
        assert save(server).json()["rows"] == 2
    assert (tmp_path / "scenes.jsonl").read_bytes().startswith(row)


def test_a_row_without_a_sum_is_known_by_its_file(tmp_path: Path) -> None:
    (tmp_path / "images").mkdir()
    (tmp_path / "images" / "own.png").write_bytes(png())
    (tmp_path / "scenes.jsonl").write_text('{"entities": [], "image": {"name": "own.png"}}')  # and no end of the line
    with served(gold=tmp_path) as server:
        told = save(server).json()
        assert (told["image"], told["replaced"], told["rows"]) == ("own.png", True, 1)
        assert save(server, picture=png("red")).json()["rows"] == 2
    assert len(read_truths(tmp_path)) == 2


@pytest.mark.parametrize(
    ("sent", "says"),
    [
        ({"files": {"file": ("cup.png", b"no picture"), "scene": json.dumps(SCENE).encode()}}, "not an image"),
        ({"files": {"file": ("cup.png", png())}}, "scene: a file"),
        ({"files": {"file": ("cup.png", png()), "scene": b"{"}}, "scene is no JSON"),
        ({"files": {"file": ("cup.png", png()), "scene": b"[" * 50_000}}, "nested too deep"),
        ({"files": {"file": ("cup.png", png()), "scene": b"[]"}}, "scene"),
        ({"files": {"file": ("cup.png", png()), "scene": b'{"entities": [{"id": "../x", "category": "cup"}]}'}}, "id"),
        ({"files": {"scene": json.dumps(SCENE).encode()}}, "one file is expected"),
        ({"json": {"image": data_url(), "scene": "text"}}, "scene: a file"),
        ({"json": {"image": data_url(), "scene": {"entities": [], "relations": [
            {"subject": "a", "predicate": "on", "object": "b"}]}}}, "no entity"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_changes_nothing(untouched: tuple[Served, Path], sent: dict, says: str) -> None:
    server, folder = untouched
    answer = server.post("/gold", **sent)
    assert answer.status_code == 400 and says in answer.json()["error"]["message"]
    assert not names(folder) and not (folder / "scenes.jsonl").exists()


def test_nothing_is_saved_where_it_was_not_said(untouched: tuple[Served, Path]) -> None:
    with served() as server:
        assert save(server).status_code == 404
        assert "/gold" not in server.get("/openapi.json").json()["paths"]
    assert "/gold" in untouched[0].get("/openapi.json").json()["paths"]


def test_neither_without_the_token_nor_for_pages_of_others(tmp_path: Path) -> None:
    with served(gold=tmp_path, access=Access(token="s3cret")) as server:
        assert save(server).status_code == 401
        mine = {"Authorization": "Bearer s3cret"}
        for origin in ("https://evil.example", "null"):
            assert save(server, headers={**mine, "Origin": origin}).status_code == 403
        assert not names(tmp_path)
        assert save(server, headers={**mine, "Origin": server.url}).status_code == 201


def test_a_full_disk_leaves_the_folder_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written = gold_folder.replace

    def full(path: Path, lines) -> None:
        if path.name == "scenes.jsonl":
            raise InputError(f"{path}: cannot be written (No space left on device)")
        written(path, lines)

    with served(gold=tmp_path) as server:
        save(server)
        before = (tmp_path / "scenes.jsonl").read_bytes()
        monkeypatch.setattr(gold_folder, "replace", full)
        answer = save(server, picture=png("red"))
        assert answer.status_code == 500 and str(tmp_path) not in answer.text
        assert (tmp_path / "scenes.jsonl").read_bytes() == before
        monkeypatch.undo()
        assert save(server, picture=png("red")).json()["rows"] == 2
    assert not list(tmp_path.rglob("*.tmp"))


def test_many_at_once_lose_nothing(tmp_path: Path) -> None:
    """Of one process and of several: each folder object has a lock of its own, and the file's is shared."""
    colours = [f"#0000{number:02x}" for number in range(12)]
    folders = [GoldFolder(tmp_path) for _ in range(3)]

    def one(number: int) -> None:
        data = png(colours[number])
        folders[number % 3].save(data, nesy.Image.from_bytes(data, "same.png"), nesy.Scene.from_json(json.dumps(SCENE)))

    threads = [threading.Thread(target=one, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    scenes = read_truths(tmp_path)
    assert len({scene.image.name for scene in scenes}) == 12 == len(names(tmp_path))
    for scene in scenes:
        assert nesy.Image.open(tmp_path / "images" / scene.image.name).sha256 == scene.image.sha256


def test_a_folder_that_cannot_be_used_is_told_at_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="--gold"):
        GoldFolder(tmp_path / "file" / "gold")
    (tmp_path / "scenes.jsonl").write_text('{"entities": []}\nno scene\n')
    assert main(["serve", "--model", "embedded", "--port", "0", "--gold", str(tmp_path)]) == 2
    told = capsys.readouterr().err
    assert "scenes.jsonl, line 2" in told and told.count("\n") == 1


@given(st.text(max_size=300))
def test_every_name_becomes_one_of_the_folder(name: str) -> None:
    made = file_name(name, png())
    stem = made.removesuffix(".png")
    assert made.isascii() and made.endswith(".png") and len(made) < 100
    assert stem and Path(made).name == made and not made.startswith((".", "-")) and " " not in made
    assert file_name(made, png()) == made


def test_a_picture_goes_beside_what_has_its_name(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.write_bytes(b"precious")
    folder = GoldFolder(tmp_path / "gold")
    (folder.folder / "images" / "cup.png").symlink_to(outside)
    image = nesy.Image.from_bytes(png(), "cup.png")
    saved = folder.save(png(), image, nesy.Scene.from_json(json.dumps(SCENE)))
    assert saved.image == f"cup-{image.sha256[:16]}.png" and outside.read_bytes() == b"precious"
    assert stat.S_ISREG((folder.folder / "images" / saved.image).lstat().st_mode)


def test_no_file_of_others_is_written_on_the_way(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.write_bytes(b"precious")
    folder = GoldFolder(tmp_path / "gold")
    (folder.folder / "scenes.jsonl.tmp").symlink_to(outside)
    (folder.folder / "images" / "cup.png.tmp").write_bytes(b"precious too")
    folder.save(png(), nesy.Image.from_bytes(png(), "cup.png"), nesy.Scene.from_json(json.dumps(SCENE)))
    assert outside.read_bytes() == b"precious"
    assert (folder.folder / "scenes.jsonl.tmp").is_symlink()
    assert (folder.folder / "images" / "cup.png.tmp").read_bytes() == b"precious too"
    assert len(list(folder.folder.rglob("*"))) == 6  # these two, the folder of pictures, lock, scenes and picture


def test_the_analysis_of_a_picture_is_not_made_once_more(tmp_path: Path) -> None:
    model = TalkingModel()
    with served(model) as server:
        analysis = server.post("/analyze", files={"f": png()}).content
        begun = len(model.requests)
        files = {"file": png(), "analysis": analysis}
        answer = server.post("/ask", files=files, data={"question": "Is there a cup?"})
        assert answer.json()["answer"] == "yes" and model.kinds[begun:] == ["ask"]
        other = server.post("/ask", files={**files, "file": png("red")}, data={"question": "Is there a cup?"})
        assert other.status_code == 400 and "another picture" in other.json()["error"]["message"]


@pytest.mark.parametrize("path", ["/ask", "/view", "/report", "/check"])
def test_no_record_makes_the_server_read_a_file(untouched: tuple[Served, Path], tmp_path: Path, path: str) -> None:
    server, _ = untouched
    (tmp_path / "secret").write_text("a secret {format}")
    analysis = json.loads(server.post("/analyze", files={"f": png()}).content)
    prompts = [{"describe": str(tmp_path / name)} for name in ("secret", "missing")]
    odd = [{**analysis, "settings": {**analysis["settings"], "prompts": one}} for one in prompts]
    if path != "/check":  # which makes nothing of it but its scene
        odd.append({**analysis, "ontology": [{"path": str(tmp_path / "secret"), "sha256": "0"}]})
    for record in odd:
        sent = {"files": {"file": png(), "analysis": json.dumps(record)}, "data": {"question": "Is there a cup?"}}
        answer = server.post(path, **({"json": record} if path == "/check" else sent))
        assert answer.status_code == 400, answer.text
        told = answer.json()["error"]["message"]
        assert ("reads no files" in told or "not have that file" in told) and "secret" not in told


def test_a_view_and_a_report_of_an_analysis(untouched: tuple[Served, Path]) -> None:
    server, _ = untouched
    analysis = server.post("/analyze", files={"file": ("cup.png", png())}).content
    files = {"file": ("cup.png", png()), "analysis": analysis}
    shown = server.post("/view", files=files).json()
    assert shown["view"]["name"] == "cup.png" and shown["picture"].startswith("data:image/")
    assert [case["outcome"] for case in shown["view"]["cases"]] == ["withdrawn"]
    report = server.post("/report", files=files)
    assert report.headers["content-disposition"] == "attachment" and "<!doctype html>" in report.text
    for path in ("/view", "/report"):
        assert server.post(path, files={"file": png()}).status_code == 400
        assert server.post(path, files={**files, "file": png("red")}).status_code == 400
        assert server.post(path, files={**files, "analysis": b"{}"}).status_code == 400
