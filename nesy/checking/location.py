"""A rule file and an IRI in it -> where the rule stands, for error messages: path, line, IRI."""

from pathlib import Path

from nesy.checking.lint.turtle_places import Places


def rule_at(path: Path, iri: str, kind: str = "rule") -> str:
    """Return `PATH: line N: rule IRI`; without the line where the file does not spell the IRI.

    The line is that in which a statement about the rule begins, in full or by prefix (`my:Rule`).

    Args:
        kind: what it is called: `rule`, or `inference`.
    """
    lines = Places.of_file(path).subjects(str(iri))  # an IRI of rdflib is never equal to a text
    return f"{path}: line {lines[0]}: {kind} {iri}" if lines else f"{path}: {kind} {iri}"
