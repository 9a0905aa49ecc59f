"""A page of Markdown -> its blocks of code, and a place to run them in: Python, shell lines, files, JSON and Turtle.

What a fence says of its block:

- `python`: run in the page's own namespace, one block after the other. With `>>>` it is a doctest.
- `sh`: every line is run; it may fail with exit code 0 or 1 alone, what is still inconsistent being a result.
- `console`: lines that begin with `$ ` are run, and what they print is compared with the lines below; `...` stands for
  anything. `$ echo $?` prints the exit code of the line before.
- any language with `title="NAME"`: the block is written to that file, where the other blocks of the page find it.
- `json`: read; with a `schema` it is read as that format. `turtle`: read. `text`: only shown.

A comment on the line before a fence, `<!-- not run: REASON -->`, keeps a block from being run.
"""

import contextlib
import doctest
import io
import json
import re
import shlex
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nesy.cli import main

ROOT = Path(__file__).resolve().parent.parent
PAGES = (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md")))
_BLOCK = re.compile(
    r"^(?:(?P<indent> *)<!-- not run: (?P<reason>[^\n]+?) -->\n)?"
    r"^(?P<fence> *```)(?P<language>[a-z]+)(?P<rest>[^\n]*)\n(?P<code>.*?)^ *```$",
    re.DOTALL | re.MULTILINE,
)
_TITLE = re.compile(r'title="([^"]+)"')
_SHOWN = ("text", "diff", "sparql", "make")


@dataclass(frozen=True)
class Block:
    """One fenced block of a page."""

    page: Path
    line: int
    language: str
    title: str
    code: str
    not_run: str

    @property
    def place(self) -> str:
        """The page and the line of the fence."""
        return f"{self.page.relative_to(ROOT)}:{self.line}"


def blocks(page: Path) -> list[Block]:
    """Return the blocks of a page that name a language, in order."""
    text = page.read_text(encoding="utf-8")
    found = []
    for match in _BLOCK.finditer(text):
        title = _TITLE.search(match["rest"])
        line = text[: match.start("fence")].count("\n") + 1
        code = match["code"]
        margin = len(match["fence"]) - 3
        if margin:
            code = "\n".join(line[margin:] for line in code.splitlines()) + "\n"
        found.append(Block(page, line, match["language"], title[1] if title else "", code, match["reason"] or ""))
    return found


@dataclass
class Runner:
    """A folder of its own for the blocks of one page, with the examples in it."""

    folder: Path
    names: dict[str, Any] = field(default_factory=lambda: {"__name__": "page"})
    code: int = 0
    """Of the last command."""

    def __post_init__(self) -> None:
        (self.folder / "examples").symlink_to(ROOT / "examples")

    def run(self, block: Block) -> None:
        """Run one block; AssertionError tells what it did that the page does not say."""
        if block.title:
            path = self.folder / block.title
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(block.code, encoding="utf-8")
        with contextlib.chdir(self.folder):
            match block.language:
                case "python":
                    self._python(block)
                case "sh":
                    for line in _commands(block.code):
                        printed = self._shell(line)
                        assert self.code in (0, 1), f"{block.place}: {line}: exit code {self.code}: {printed}"
                case "console":
                    self._console(block)
                case "json":
                    _read_json(block)
                case "turtle":
                    _read_turtle(block)
                case _:
                    assert block.title or block.language in _SHOWN, f"{block.place}: nobody runs {block.language}"

    def _python(self, block: Block) -> None:
        if ">>>" not in block.code:
            exec(compile("\n" * block.line + block.code, block.place, "exec"), self.names)
            return
        example = doctest.DocTestParser().get_doctest(block.code, self.names, block.place, block.place, block.line)
        told: list[str] = []
        runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE)
        result = runner.run(example, clear_globs=False, out=told.append)
        assert result.failed == 0, "".join(told)
        self.names.update(example.globs)

    def _console(self, block: Block) -> None:
        for command, expected in _dialogue(block):
            printed = _trimmed(self._shell(command))
            same = doctest.OutputChecker().check_output(expected, printed, doctest.ELLIPSIS)
            assert same, f"{block.place}: $ {command}\nthe page says:\n{expected}\nbut it is:\n{printed}"

    def _shell(self, line: str) -> str:
        """Run commands joined by `|`, `&&`, `;` and `>`, in this process; return what they print on both streams."""
        printed, piped, joined = "", "", ""
        for words, joint, target in _pipeline(line):
            if joined == "&&" and self.code:
                break
            out, notices = self._command(words, piped if joined == "|" else "")
            piped = out
            if target:
                Path(target).write_text(out, encoding="utf-8")
                out = ""
            printed += notices + ("" if joint == "|" else out)
            joined = joint
        return printed

    def _command(self, words: list[str], given: str) -> tuple[str, str]:
        """Return what one command prints on standard output and on standard error."""
        match words:
            case ["echo", "$?"]:
                return f"{self.code}\n", ""
            case ["cat", *names]:
                return "".join(Path(name).read_text(encoding="utf-8") for name in names), ""
            case ["ls", *names]:
                found = [sorted(path.name for path in Path(name).iterdir()) for name in names or ["."]]
                return "".join(f"{name}\n" for some in found for name in some if not name.startswith(".")), ""
            case ["cp", source, target]:
                shutil.copy(source, target)
                return "", ""
            case ["mkdir", "-p", *names]:
                for name in names:
                    Path(name).mkdir(parents=True, exist_ok=True)
                return "", ""
            case ["nesy", *arguments]:
                return self._nesy(arguments, given)
        raise AssertionError(f"the pages' shell does not know {words[0]!r}")

    def _nesy(self, arguments: list[str], given: str) -> tuple[str, str]:
        expanded = [found for word in arguments for found in sorted(map(str, _matching(word))) or [word]]
        out, notices = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for _ in range(2))
        stdin, sys.stdin = sys.stdin, io.TextIOWrapper(io.BytesIO(given.encode()), encoding="utf-8")
        try:
            with contextlib.redirect_stdout(out), contextlib.redirect_stderr(notices):
                self.code = main(expanded)
        finally:
            sys.stdin = stdin
        for stream in (out, notices):
            stream.flush()
        return tuple(stream.buffer.getvalue().decode() for stream in (out, notices))  # type: ignore[attr-defined]


def _matching(word: str) -> list[Path]:
    """Return the files that a word with `*` names, as a shell does; none where it is no such word."""
    return list(Path().glob(word)) if re.fullmatch(r"[\w./*-]*\*[\w./*-]*", word) else []


def _commands(code: str) -> Iterator[str]:
    """Yield the commands of a block: a line that ends in a backslash goes on, one with an open quote too."""
    held = ""
    for line in code.splitlines():
        if not held and (not line.strip() or line.startswith("#")):
            continue
        held += line.removesuffix("\\") + ("" if line.endswith("\\") else "\n")
        if not line.endswith("\\") and _closed(held):
            yield held.strip()
            held = ""
    assert not held, f"a command that does not end: {held}"


def _closed(text: str) -> bool:
    try:
        shlex.split(text, comments=True)
    except ValueError:
        return False
    return True


def _dialogue(block: Block) -> Iterator[tuple[str, str]]:
    """Yield each command of a block with what it prints."""
    assert block.code.startswith("$ "), f"{block.place}: a console begins with a command"
    for part in re.split(r"^\$ ", block.code, flags=re.MULTILINE)[1:]:
        lines = part.splitlines()
        for number in range(1, len(lines) + 1):
            command = "\n".join(lines[:number])
            if not lines[number - 1].endswith("\\") and _closed(command):
                yield command.replace("\\\n", ""), _trimmed("\n".join(lines[number:]) + "\n")
                break
        else:
            raise AssertionError(f"{block.place}: a command that does not end: {part}")


def _trimmed(text: str) -> str:
    """Return a text without blanks at the ends of its lines and without empty lines at its end."""
    return "\n".join(line.rstrip() for line in text.splitlines()).rstrip("\n") + "\n"


def _pipeline(line: str) -> list[tuple[list[str], str, str]]:
    """Split a line into commands, each with what joins it to the next, and the file its output goes to."""
    lexer = shlex.shlex(line, posix=True, punctuation_chars="|&;>")
    lexer.whitespace_split = True
    lexer.commenters = "#"
    found: list[tuple[list[str], str, str]] = []
    words: list[str] = []
    target = ""
    tokens = iter(lexer)
    for token in tokens:
        if token in ("|", "&&", ";"):
            found.append((words, token, target))
            words, target = [], ""
        elif token == ">":
            target = next(tokens)
        else:
            words.append(token)
    return [*found, (words, "", target)]


def _read_json(block: Block) -> None:
    from lab.reference_pages import FORMATS

    read = json.loads(block.code)
    if isinstance(read, dict) and "schema" in read:
        FORMATS[read["schema"]].model_validate_json(block.code)


def _read_turtle(block: Block) -> None:
    from rdflib import Graph

    assert len(Graph().parse(data=block.code, format="turtle")), f"{block.place}: no triple"
