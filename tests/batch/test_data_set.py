"""Folders, patterns and lists -> the pictures that are there, in order, by stable names; what is not told clearly."""

import json
import os
import random
from pathlib import Path

import pytest

from nesy.batch.data_set import DataSet, is_data_set
from nesy.batch.picture_files import Picture
from nesy.batch.share import Share
from nesy.errors import InputError
from tests.runs import png, tar, write


def names(*sources: str | Path) -> list[str]:
    return [picture.name for picture in DataSet(sources)]


def fault(picture: Picture) -> str:
    with pytest.raises(InputError) as refused:
        picture.read()
    return str(refused.value)


# --- folders ---


def test_a_folder_is_gone_through_in_order_and_what_is_no_picture_is_passed_over(tmp_path: Path) -> None:
    files = dict.fromkeys(["b.png", "a/z.JPG", "a/b/c.jpeg", "c.webp", "a.tiff", ".hidden.png", ".git/x.png"], 1)
    write(tmp_path, {**files, "notes.txt": b"x", "data.json": b"{}", "clip.mp4": b"x", "no_suffix": b"x"})
    assert names(tmp_path) == ["a/b/c.jpeg", "a/z.JPG", "a.tiff", "b.png", "c.webp"]
    assert [picture.read() for picture in DataSet(tmp_path)] == [png(1)] * 5


def test_the_order_is_not_that_in_which_files_were_made(tmp_path: Path) -> None:
    made = [f"{number}.png" for number in range(20)]
    random.Random(1).shuffle(made)
    write(tmp_path, dict.fromkeys(made, 1))
    assert names(tmp_path) == sorted(made)


def test_links_are_followed_but_never_round_in_a_circle(tmp_path: Path) -> None:
    write(tmp_path, {"set/a.png": 1, "set/sub/b.png": 2, "else/c.png": 3})
    (tmp_path / "set" / "sub" / "up").symlink_to(tmp_path / "set")
    (tmp_path / "set" / "else").symlink_to(tmp_path / "else")
    (tmp_path / "set" / "gone.png").symlink_to(tmp_path / "nowhere.png")
    assert names(tmp_path / "set") == ["a.png", "else/c.png", "gone.png", "sub/b.png"]
    assert fault([*DataSet(tmp_path / "set")][2]).endswith("gone.png: no such file")


def test_of_several_folders_each_name_begins_with_its_folder(tmp_path: Path) -> None:
    write(tmp_path, {"one/a.png": 1, "two/a.png": 2, "x/one/a.png": 3})
    assert names(tmp_path / "one", tmp_path / "two") == ["one/a.png", "two/a.png"]
    with pytest.raises(InputError, match="two folders are called one"):
        names(tmp_path / "one", tmp_path / "x" / "one")


def test_a_folder_without_a_picture_is_told_and_so_is_what_it_holds_instead(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no picture in it \(.apng .avif"):
        DataSet(tmp_path)
    tar(tmp_path / "s.tar", [("a.png", 1)])
    with pytest.raises(InputError, match=r"name them: .*\*\.tar"):
        DataSet(tmp_path)


def test_a_name_that_is_no_text_is_a_name_still(tmp_path: Path) -> None:
    try:
        write(tmp_path, {os.fsdecode(b"caf\xe9.png"): 1})
    except OSError:
        pytest.skip("this file system knows UTF-8 alone")
    (picture,) = DataSet(tmp_path)
    assert picture.name == "caf\ufffd.png" and picture.read() == png(1)


def test_what_is_no_file_is_told_when_it_is_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.png")
    write(tmp_path, {"empty.png": b""})
    empty, pipe = DataSet(tmp_path)
    assert fault(empty).endswith("the file is empty") and fault(pipe).endswith("not a regular file")


# --- patterns ---


def test_names_of_a_pattern_are_below_what_is_fixed_of_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, {"set/a/1.png": 1, "set/b/2.png": 2, "set/b/c/3.png": 3, "set/b/no.txt": b"", "set/b/.h.png": 1})
    assert names(f"{tmp_path}/set/*/*") == ["a/1.png", "b/2.png"]
    assert names(f"{tmp_path}/set/**/*.png") == ["a/1.png", "b/2.png", "b/c/3.png"]
    assert names(f"{tmp_path}/set/{{b,a}}/?.png") == ["a/1.png", "b/2.png"]
    monkeypatch.chdir(tmp_path / "set")
    assert names("*/[12].png") == ["a/1.png", "b/2.png"]


def test_a_pattern_that_nothing_matches_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no picture and no tar file matches"):
        names(f"{tmp_path}/*.png")


def test_a_file_whose_name_looks_like_a_pattern_is_a_file(tmp_path: Path) -> None:
    write(tmp_path, {"photo[1].png": 1})
    assert not is_data_set(tmp_path / "photo[1].png")
    assert names(tmp_path / "photo[1].png") == ["photo[1].png"]


def test_a_pattern_may_be_of_shards(tmp_path: Path) -> None:
    for number in (0, 1):
        tar(tmp_path / f"s-{number}.tar", [("a.png", number)])
    assert names(f"{tmp_path}/s-*.tar") == names(f"{tmp_path}/s-{{0..1}}.tar") == ["s-0/a.png", "s-1/a.png"]
    assert DataSet(f"{tmp_path}/s-*.tar").count() is None


# --- lists ---


def test_paths_of_a_list_are_relative_to_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, {"set/a.png": 1, "set/sub/b.png": 2})
    lines = f"a.png\r\n\n./sub/b.png\n{tmp_path}/set/a.png\nmissing.png"
    write(tmp_path, {"set/list.txt": lines.encode("utf-16")})
    monkeypatch.chdir("/")
    first, second, third, missing = DataSet(tmp_path / "set" / "list.txt")
    assert [one.name for one in (first, second, third)] == ["a.png", "sub/b.png", f"{tmp_path}/set/a.png"]
    assert [one.read() for one in (first, second, third)] == [png(1), png(2), png(1)]
    assert fault(missing).endswith("missing.png: no such file")


def test_a_list_may_have_remarks_blanks_and_paths_of_windows(tmp_path: Path) -> None:
    write(tmp_path, {"set/a.png": 1, "set/sub/b c.png": 2, "set/#1.png": 3, "images/d.png": 4})
    write(tmp_path, {"list.txt": b"# of today\n  set/a.png \t\nset\\sub\\b c.png\n#x.png\n./set/#1.png\nd.png"})
    found = [*DataSet(tmp_path / "list.txt")]
    assert [one.name for one in found] == ["set/a.png", "set/sub/b c.png", "set/#1.png", "d.png"]
    assert [one.read() for one in found] == [png(1), png(2), png(3), png(4)]


def test_rows_name_their_picture_or_fail_by_their_line(tmp_path: Path) -> None:
    scene = {"schema": "nesy.scene/1", "image": {"name": "drawn.png"}, "entities": []}
    rows = [
        {"image": "a.png", "caption": "x"},
        {"image": {"name": "sub/b.png"}},
        scene,
        {"file_name": "a.png"},
        {"caption": "x"},
        {"image": 3},
        [],
        {"image": "https://example.org/a.png"},
        {"image": "\udc80\x00.png"},
    ]
    text = "\n".join(map(json.dumps, rows)) + "\n{broken\n"
    write(tmp_path, {"a.png": 1, "sub/b.png": 2, "images/drawn.png": 3, "rows.jsonl": text.encode()})
    found = [*DataSet(tmp_path / "rows.jsonl")]
    assert [one.read() for one in found[:4]] == [png(1), png(2), png(3), png(1)]
    assert [one.name for one in found[:4]] == ["a.png", "sub/b.png", "drawn.png", "a.png"]
    assert [one.name for one in (*found[4:8], found[9])] == [f"rows.jsonl:{line}" for line in (5, 6, 7, 8, 10)]
    told = [fault(one) for one in found[4:]]
    assert "rows.jsonl:5: names no picture" in told[0] and "nothing is fetched" in told[3] and "is no JSON" in told[5]


@pytest.mark.parametrize("name", ["none.txt", "none.jsonl", "none.tar", "none-{0..3}.tar", "none.tar.gz"])
def test_a_list_or_a_shard_that_is_not_there_is_told(tmp_path: Path, name: str) -> None:
    assert is_data_set(tmp_path / name)
    with pytest.raises(InputError, match=r"(?i)no such file"):
        DataSet(tmp_path / name)


def test_an_empty_list_and_a_list_that_is_a_picture_are_told(tmp_path: Path) -> None:
    write(tmp_path, {"empty.txt": b"\n\n", "folder.txt/x": b""})
    with pytest.raises(InputError, match=r"no picture in it"):
        DataSet(tmp_path / "empty.txt")
    with pytest.raises(InputError, match="no source of pictures"):
        DataSet([])


# --- counting ---


def test_a_set_and_its_shares_are_counted(tmp_path: Path) -> None:
    write(tmp_path, {f"{number}.png": 1 for number in range(30)})
    data = DataSet(tmp_path)
    assert data.count() == 30 == sum(data.count(Share(number, 4)) or 0 for number in range(1, 5))


@pytest.mark.parametrize(("name", "many"), [("a.png", False), ("a.txt", True), ("a.TAR", True), ("*.png", True)])
def test_what_is_taken_for_a_data_set(name: str, many: bool) -> None:
    assert is_data_set(name) is many
