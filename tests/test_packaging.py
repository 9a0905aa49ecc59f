"""The wheel and the sdist: complete, the same from both ways, and of use far from the checkout."""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
MOST_BYTES = 30_000_000


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Build the sdist, a wheel from the checkout and a wheel from the sdist, without a network."""
    out = tmp_path_factory.mktemp("dist")
    places = {"direct": ("--wheel", ROOT), "sdist": ("--sdist", ROOT)}
    for name, (kind, source) in places.items():
        _build(kind, source, out / name)
    (sdist,) = (out / "sdist").glob("*.tar.gz")
    unpacked = out / "unpacked"
    subprocess.run([sys.executable, "-m", "tarfile", "-e", str(sdist), str(unpacked)], check=True, timeout=100)
    (source,) = unpacked.iterdir()
    _build("--wheel", source, out / "again")
    (direct,), (again,) = (out / "direct").glob("*.whl"), (out / "again").glob("*.whl")
    return {"sdist": sdist, "direct": direct, "again": again}


def _build(kind: str, source: Path, out: Path) -> None:
    command = [sys.executable, "-m", "build", "--no-isolation", kind, "--outdir", str(out), str(source)]
    told = subprocess.run(command, capture_output=True, text=True, timeout=110, check=False)
    assert told.returncode == 0, told.stdout + told.stderr


def contents(wheel: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_the_wheel_holds_what_the_package_needs(built: dict[str, Path]) -> None:
    files = contents(built["direct"])
    for folder in ("ontologies", "rules"):
        shipped = {path.name for path in (ROOT / folder).glob("*.ttl")}
        assert shipped
        assert {name.rsplit("/", 1)[-1] for name in files if name.startswith(f"nesy/_data/{folder}/")} >= shipped
    package = {
        str(path.relative_to(ROOT))
        for path in (ROOT / "nesy").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert package <= files.keys()
    assert not [name for name in files if name.startswith(("tests", "examples"))]
    assert built["direct"].stat().st_size < MOST_BYTES
    assert any(name.endswith("entry_points.txt") and b"nesy = nesy.cli:main" in data for name, data in files.items())


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
            timeout=100,
            check=False,
        )

    where = run("-c", "import nesy.assets as a; print(a.__file__, a.ontologies(), a.rules(), a.embedded_model())")
    assert where.returncode == 0, where.stderr
    assert all(place.startswith(str(tmp_path / "site")) for place in where.stdout.split())
    told = run("-m", "nesy", "check", "scene.json", "--format", "json")
    assert (told.returncode, told.stderr) == (1, "")
    assert json.loads(told.stdout)["findings"]
