"""Rule files of a few lines."""

from pathlib import Path

HEAD = """@prefix : <http://example.org/r#> . @prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix nesy: <https://w3id.org/nesy/ontology#> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> . @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
<http://example.org/r> a owl:Ontology ; sh:declare
    [ sh:prefix "nesy" ; sh:namespace "https://w3id.org/nesy/ontology#" ] .
:Good a sh:NodeShape ; sh:targetClass nesy:Person ; sh:message "good" ; sh:severity sh:Info ;
    sh:property [ sh:path nesy:ride ; sh:maxCount 9 ] .
"""
FIRST = HEAD.count("\n") + 1
"""The line in which a text begins that is written behind HEAD."""


def rule(
    body: str, message: str = '"no"', severity: str = "sh:Info", target: str = "sh:targetClass nesy:Scene ;"
) -> str:
    """One rule in Turtle; its constraints begin in the second line."""
    return f":R a sh:NodeShape ; {target} sh:message {message} ; sh:severity {severity} ;\n{body} ."


def asking(query: str, message: str = '"no"') -> str:
    """A rule with one query, which begins in the third line."""
    return rule(f'sh:sparql [ sh:prefixes <http://example.org/r> ; sh:select """\n{query}""" ]', message)


def write(folder: Path, text: str, name: str = "mine.ttl") -> Path:
    """Write a rule file: HEAD and this text."""
    path = folder / name
    path.write_text(HEAD + text, encoding="utf-8")
    return path
