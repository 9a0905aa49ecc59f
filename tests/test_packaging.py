"""The wheel and the sdist: complete, the same from both ways, and of use far from the checkout."""

import email
import hashlib
import json
import os
import re
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
MOST_BYTES = 40_000_000
APACHE_2 = "cfc7749b96f63bd31c3c42b5c471bf756814053e847c10f3eb003417bc523d30"
"""SHA-256 of the text of the licence as the Apache Software Foundation publishes it."""
LICENCES = (
    "LICENSE",
    "NOTICE",
    "ontologies/NOTICE.md",
    "nesy/language/model/README.md",
    "nesy/witness/model/README.md",
)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Build the sdist, a wheel from the checkout and a wheel from the sdist, without a network."""
    out = tmp_path_factory.mktemp("dist")
    places = {"direct": ("--wheel", ROOT), "sdist": ("--sdist", ROOT)}
    for name, (kind, source) in places.items():
        _build(kind, source, out / name)
    (sdist,) = (out / "sdist").glob("*.tar.gz")
    unpacked = out / "unpacked"
    subprocess.run([sys.executable, "-m", "tarfile", "-e", str(sdist), str(unpacked)], check=True)
    (source,) = unpacked.iterdir()
    _build("--wheel", source, out / "again")
    (direct,), (again,) = (out / "direct").glob("*.whl"), (out / "again").glob("*.whl")
    return {"sdist": sdist, "direct": direct, "again": again}


def _build(kind: str, source: Path, out: Path) -> None:
    command = [sys.executable, "-m", "build", "--no-isolation", kind, "--outdir", str(out), str(source)]
    told = subprocess.run(command, capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stdout + told.stderr


def contents(wheel: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_the_wheel_holds_what_the_package_needs(built: dict[str, Path]) -> None:
    files = contents(built["direct"])
    for folder in ("ontologies", "rules"):
        shipped = {path.name for path in (ROOT / folder).iterdir() if path.suffix in (".ttl", ".tsv", ".md")}
        assert shipped
        assert {name.rsplit("/", 1)[-1] for name in files if name.startswith(f"nesy/_data/{folder}/")} >= shipped
    package = {
        str(path.relative_to(ROOT))
        for path in (ROOT / "nesy").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert package <= files.keys()
    assert not [name for name in files if name.startswith(("tests", "examples", "lab", "docs"))]
    assert built["direct"].stat().st_size < MOST_BYTES
    assert any(name.endswith("entry_points.txt") and b"nesy = nesy.cli:main" in data for name, data in files.items())


def test_the_licence_is_the_whole_standard_text() -> None:
    assert hashlib.sha256((ROOT / "LICENSE").read_bytes()).hexdigest() == APACHE_2


def test_the_wheel_carries_the_licence_and_the_notices(built: dict[str, Path]) -> None:
    files = contents(built["direct"])
    (metadata,) = (email.message_from_bytes(data) for name, data in files.items() if name.endswith("/METADATA"))
    assert metadata["License-Expression"] == "Apache-2.0"
    assert sorted(metadata.get_all("License-File", [])) == sorted(LICENCES)
    (folder,) = {name.split("/")[0] for name in files if name.endswith("/METADATA")}
    for name in LICENCES:
        assert files[f"{folder}/licenses/{name}"] == (ROOT / name).read_bytes()


def test_the_notice_names_files_that_are_there_and_every_source() -> None:
    notice = (ROOT / "NOTICE").read_text(encoding="utf-8")
    places = re.findall(r"(?<![\w./])(?:nesy|ontologies|rules)/[\w/.]*\w/?", notice)
    assert {"ontologies/NOTICE.md", "nesy/language/model/README.md"} <= set(places)
    assert [place for place in places if not place.startswith("nesy/_data") and not (ROOT / place).exists()] == []
    vocabulary = (ROOT / "ontologies" / "NOTICE.md").read_text(encoding="utf-8")
    model = (ROOT / "nesy" / "language" / "model" / "README.md").read_text(encoding="utf-8")
    copyrights = re.findall(r"^Copyright \(c\) .+$", vocabulary, re.MULTILINE)
    assert copyrights
    for line in copyrights:
        assert line.removesuffix(" (Regents)") in notice
    sources = re.findall(r"^## (\S+)$", vocabulary, re.MULTILINE) + re.findall(r"github\.com/([\w-]+/[\w-]+)", model)
    for source in sources:
        assert source in notice, f"NOTICE does not name {source}"


def test_the_sdist_holds_what_a_reader_of_the_sources_needs(built: dict[str, Path]) -> None:
    with tarfile.open(built["sdist"]) as archive:
        names = {name.split("/", 1)[1] for name in archive.getnames() if "/" in name}
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wanted = settings["tool"]["hatch"]["build"]["targets"]["sdist"]["include"]
    assert {*LICENCES, "CITATION.cff", "README.md", "CHANGELOG.md"} <= names
    for pattern in wanted:
        for path in ROOT.glob(pattern.lstrip("/")):
            place = path.relative_to(ROOT).as_posix()
            assert any(name == place or name.startswith(f"{place}/") for name in names), f"{place} is not in the sdist"
    assert not [name for name in names if name.startswith((".venv", "out/", "runs/"))]


def test_the_sdist_builds_the_same_wheel(built: dict[str, Path]) -> None:
    direct, again = contents(built["direct"]), contents(built["again"])
    assert direct.keys() == again.keys()
    assert [name for name in direct if direct[name] != again[name]] == []


def test_the_wheel_works_from_another_folder(built: dict[str, Path], tmp_path: Path) -> None:
    with zipfile.ZipFile(built["direct"]) as archive:
        archive.extractall(tmp_path / "site")
    (tmp_path / "work").mkdir()
    scene = {
        "entities": [{"id": "cup_1", "category": "cup"}, {"id": "dining_table_1", "category": "dining table"}],
        "relations": [
            {"subject": "cup_1", "predicate": "on", "object": "dining_table_1"},
            {"subject": "dining_table_1", "predicate": "on", "object": "cup_1"},
        ],
    }
    (tmp_path / "work" / "scene.json").write_text(json.dumps(scene))
    environment = {**os.environ, "PYTHONPATH": str(tmp_path / "site")}

    def run(*command: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, *command],
            cwd=tmp_path / "work",
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )

    where = run("-c", "import nesy.assets as a; print(a.__file__, a.ontologies(), a.rules(), a.embedded_model())")
    assert where.returncode == 0, where.stderr
    assert all(place.startswith(str(tmp_path / "site")) for place in where.stdout.split())
    told = run("-m", "nesy", "check", "scene.json", "--format", "json")
    assert (told.returncode, told.stderr) == (1, "")
    assert json.loads(told.stdout)["findings"]
