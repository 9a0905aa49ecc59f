"""Shell completion as docs/completion.md tells it: installed in an empty home, then asked as the Tab key asks."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "completion.md"
BASH = shutil.which("bash")
COMMAND = Path(sys.executable).parent / "nesy"

pytestmark = pytest.mark.skipif(BASH is None or not COMMAND.exists(), reason="needs bash and the installed command")


def bash(script: str, home: Path) -> str:
    assert BASH is not None
    path = f"{COMMAND.parent}{os.pathsep}{os.environ['PATH']}"
    told = subprocess.run(
        [BASH, "--norc", "-c", f"{script}\n:"],  # a second command, so that bash stays the parent of the first
        env={**os.environ, "HOME": str(home), "PATH": path},
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stderr == ""
    return told.stdout


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a home in which completion was installed, by bash, as the document says."""
    folder = tmp_path_factory.mktemp("home")
    assert "nesy --install-completion" in DOCUMENT.read_text(encoding="utf-8")
    assert "completion installed in" in bash("nesy --install-completion", folder)
    return folder


def test_what_is_installed_is_where_the_document_says(home: Path) -> None:
    document = DOCUMENT.read_text(encoding="utf-8")
    assert sorted(str(path.relative_to(home)) for path in home.rglob("*") if path.is_file()) == [
        ".bash_completions/nesy.sh",
        ".bashrc",
    ]
    assert "`~/.bash_completions/nesy.sh`" in document and "`~/.bashrc`" in document
    assert ".bash_completions/nesy.sh" in (home / ".bashrc").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("an", {"analyze"}),
        ("rules sh", {"show"}),
        ("analyze --form", {"--format"}),
        ("analyze --format ''", {"text", "json", "turtle", "trig"}),
        ("analyze pic", set()),  # nothing of ours, so the shell offers files
    ],
)
def test_tab_offers(typed: str, offered: set[str], home: Path) -> None:
    words = f"COMP_WORDS=(nesy {typed}); COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1)); _nesy_completion nesy"
    told = bash(f'source ~/.bashrc; {words}; printf "%s\\n" "${{COMPREPLY[@]}}"', home)
    assert set(told.split()) == offered


def test_the_script_can_be_printed(home: Path) -> None:
    printed = bash("nesy --show-completion", home)
    assert printed.strip() == (home / ".bash_completions" / "nesy.sh").read_text(encoding="utf-8").strip()
