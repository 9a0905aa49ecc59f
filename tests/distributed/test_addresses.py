"""Addresses of files: which there are, what stands behind a path, and who does not answer."""

from pathlib import Path
from threading import Event
from types import SimpleNamespace

import pytest
from pyarrow import ArrowException
from pyarrow.fs import FileInfo, FileType, LocalFileSystem

from nesy.distributed import addresses
from nesy.distributed.addresses import listed
from nesy.errors import InputError
from tests.runs import write

ENDINGS = (".jsonl", ".ndjson")


def test_files_folders_and_patterns_and_what_stands_behind_them(tmp_path: Path, monkeypatch) -> None:
    write(tmp_path, {"in/b.jsonl": b"{}", "in/a.jsonl": b"{}", "in/x.txt": b"", "in/sub/c.jsonl": b"{}"})
    asked: list[str] = []

    def place(address: str) -> tuple[LocalFileSystem, str]:
        asked.append(address)
        return LocalFileSystem(), f"{tmp_path}/{address.removeprefix('s3://').partition('?')[0]}"

    monkeypatch.setattr(addresses, "_place", place)
    for query in ("", "?region=eu-west-1&scheme=http"):
        both = [f"s3://in/a.jsonl{query}", f"s3://in/b.jsonl{query}"]
        for named in ("s3://in", "s3://in/", "s3://in/*.jsonl", "s3://in/?.jsonl"):
            assert listed(named + query, ENDINGS) == both
        assert listed(f"s3://in/x.txt{query}", ENDINGS) == [f"s3://in/x.txt{query}"]
    assert {address.partition("?")[2] for address in asked} == {"", "region=eu-west-1&scheme=http"}


def test_who_does_not_answer_is_told_and_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    ends = Event()

    def never(_paths: object) -> list[FileInfo]:
        ends.wait()
        return [FileInfo("x", type=FileType.File)]

    monkeypatch.setattr(addresses, "_place", lambda _address: (SimpleNamespace(get_file_info=never), "x"))
    monkeypatch.setattr(addresses, "_PATIENCE_S", 0.0)
    try:
        with pytest.raises(InputError, match="gs://b/x: does not answer within 0 s"):
            listed("gs://b/x", ENDINGS)
    finally:
        ends.set()


def test_what_a_file_system_cannot_do_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_paths: object) -> list[FileInfo]:
        raise ArrowException("Unknown error: no token\nSee the logger")

    monkeypatch.setattr(addresses, "_place", lambda _address: (SimpleNamespace(get_file_info=refuse), "x"))
    with pytest.raises(InputError, match=r"^abfs://c@a/x: cannot be read \(Unknown error: no token\)$"):
        listed("abfs://c@a/x", ENDINGS)
