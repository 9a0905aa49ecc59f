"""Encoding: UTF-8 and UTF-16 are read, with a mark and without; what is neither is refused with its place."""

import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import nesy
from nesy.cli import main
from nesy.encoding import decoded, read_text, utf8_lines
from nesy.errors import InputError, KnowledgeError
from nesy.ontology.turtle import read_turtle

ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32")
SCENE = '{"entities": [{"id": "cup_1", "category": "cup"}, {"id": "x", "category": "café"}]}'
TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0\ufeff"), max_size=200)


@given(TEXT)
@pytest.mark.parametrize("encoding", ENCODINGS)
def test_what_was_written_is_read(encoding: str, text: str) -> None:
    text = f"{{ {text}"  # as every file that is read here, it begins with two letters of ASCII
    assert decoded(text.encode(encoding), "file") == text


@given(TEXT)
@pytest.mark.parametrize("encoding", ENCODINGS)
def test_lines_are_those_of_the_text(encoding: str, text: str) -> None:
    text = f"{{}}\n{text}"
    stream = io.BytesIO(text.encode(encoding))
    assert b"".join(utf8_lines(stream, "file")) == text.encode()
    assert not stream.closed, "whoever opened it closes it"


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b'{"a": "caf\xe9"}', "scene.json: not UTF-8 text (byte 0xE9); it is probably Latin-1"),
        (b'{\n"a": "caf\xe9"}\n', "scene.json: line 2: not UTF-8 text (byte 0xE9)"),
        ("{}".encode("utf-16")[:-1], "scene.json: begins as UTF-16, but is none at byte 4"),
        (b"{}\n\x80", "line 2: not UTF-8"),
        (b"\x89PNG\r\n\x1a\n\0", "scene.json: a picture, no text"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF", "scene.json: a picture, no text"),
    ],
)
def test_what_is_neither_is_refused_with_its_place(data: bytes, told: str) -> None:
    with pytest.raises(InputError) as caught:
        decoded(data, "scene.json")
    assert told in str(caught.value)


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("name", ["scene.json", "scenes.jsonl"])
def test_a_scene_file_in_any_of_them(encoding: str, name: str, tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    (tmp_path / name).write_bytes((SCENE + "\r\n").encode(encoding))
    assert main(["check", str(tmp_path / name), "--format", "json"]) == 0
    assert "café" in capsys.readouterr().out


def test_a_line_that_is_no_text_spoils_itself_alone(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    (tmp_path / "scenes.jsonl").write_bytes(f"{SCENE}\n".encode() + f"{SCENE}\n".encode("latin-1") + SCENE.encode())
    assert main(["check", str(tmp_path / "scenes.jsonl"), "--format", "json"]) == 2
    told = capsys.readouterr().out.splitlines()
    assert len(told) == 3 and "not UTF-8 text (byte 0xE9)" in told[1]


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_rule_file_in_any_of_them(encoding: str, tmp_path: Path) -> None:
    shipped = Path("rules/attributes.ttl").read_text(encoding="utf-8")
    (tmp_path / "own.ttl").write_bytes(shipped.replace("#", "# é\n#", 1).encode(encoding))
    assert len(nesy.Rules.load([tmp_path / "own.ttl"], shipped=False)) > 0


def test_a_rule_file_in_latin_1_is_refused_as_such(tmp_path: Path) -> None:
    (tmp_path / "own.ttl").write_bytes("# caf\xe9\n".encode("latin-1"))
    with pytest.raises(KnowledgeError, match=r"own\.ttl: not UTF-8 text \(byte 0xE9\); it is probably Latin-1"):
        read_turtle(tmp_path / "own.ttl")


def test_a_text_in_utf_16(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    (tmp_path / "text.txt").write_bytes("A cup is on a table.".encode("utf-16"))
    assert main(["parse", "--file", str(tmp_path / "text.txt")]) == 0
    assert "cup_1" in capsys.readouterr().out


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    for path in (tmp_path / "none.txt", tmp_path, "a\0b"):
        with pytest.raises(InputError):
            read_text(path)


DRONE = """@prefix owl: <http://www.w3.org/2002/07/owl#> . @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
<https://example.org/o#Drone> a owl:Class ; rdfs:label "drone"@en , "Dröhne"@de ;
    rdfs:subClassOf <https://w3id.org/nesy/ontology#Vehicle> .
"""
OTHERS = {
    "own.ttl": (DRONE, ["check", "scene.json", "--ontology", "own.ttl"]),
    "own.toml": ('# é\n[correction]\nask = "warning"\n', ["check", "scene.json", "--config", "own.toml"]),
    "verify.txt": (
        "é {statement}: {whether}?",
        ["config", "--set", "prompts.verify=verify.txt"],
    ),
    "data.ttl": (DRONE, ["query", "data.ttl", "ASK { ?drone rdfs:label 'Dröhne'@de }"]),
    "data.nt": ('<urn:a> <urn:b> "é" .\n', ["query", "data.nt", "ASK { ?s ?p 'é' }"]),
    "texts.jsonl": ('{"text": "A cup is in a café."}\n', ["parse", "--file", "texts.jsonl"]),
}
"""Text files of every other kind, and the command that reads them."""


@pytest.mark.parametrize("encoding", (*ENCODINGS, "latin-1"))
@pytest.mark.parametrize("name", OTHERS)
def test_every_text_file_is_read_or_refused_with_the_true_reason(
    name: str, encoding: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    text, command = OTHERS[name]
    (tmp_path / name).write_bytes(text.encode(encoding))
    (tmp_path / "scene.json").write_text(SCENE, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    code = main(command)
    told = capsys.readouterr()
    if encoding == "latin-1":
        assert code == 2
        assert "not UTF-8 text (byte 0x" in told.err and "it is probably Latin-1" in told.err
    else:
        assert code == 0, told.err
