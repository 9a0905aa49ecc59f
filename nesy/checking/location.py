"""A rule file and an IRI in it -> where the rule stands, for error messages: path, line, IRI."""

from pathlib import Path

from nesy.checking.lint.turtle_places import Places


def rule_at(path: Path, iri: str) -> str:
    """Return `PATH: line N: rule IRI`; without the line where the file does not spell the IRI.

    The line is that in which a statement about the rule begins, in full or by prefix (`my:Rule`).
    """
    lines = Places.of_file(path).subjects(str(iri))  # an IRI of rdflib is never equal to a text
    return f"{path}: line {lines[0]}: rule {iri}" if lines else f"{path}: rule {iri}"
