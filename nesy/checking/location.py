"""A rule file and an IRI in it -> where the rule stands, for error messages: path, line, IRI."""

import re
from pathlib import Path

from nesy.encoding import read_text
from nesy.errors import InputError


def rule_at(path: Path, iri: str) -> str:
    """Return `PATH: line N: rule IRI`; without the line where the file does not spell the IRI.

    The line is the first that names the rule, in full or by prefix (`my:Rule`).
    """
    try:
        lines = read_text(path).splitlines()
    except InputError:  # the rules were read from a graph; there is no such file
        lines = []
    local = re.escape(re.split(r"[#/:]", iri)[-1])
    spelled = re.compile(rf"<{re.escape(iri)}>|(?<![\w?$])[\w-]*:{local}(?![\w-])")
    for number, line in enumerate(lines, start=1):
        if spelled.search(line.split(" #", 1)[0]) and not line.lstrip().startswith("#"):
            return f"{path}: line {number}: rule {iri}"
    return f"{path}: rule {iri}"
