"""CITATION.cff: a reader's tool can parse it, and it says what pyproject.toml says."""

import tomllib
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent
# The keys of the Citation File Format 1.2.0.
KEYS = set(
    "abstract authors cff-version commit contact date-released doi identifiers keywords license license-url message"
    " preferred-citation references repository repository-artifact repository-code title type url version".split()
)


@pytest.fixture(scope="module")
def citation() -> dict[str, Any]:
    read = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert isinstance(read, dict)
    return read


@pytest.fixture(scope="module")
def project() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def test_it_has_what_the_format_asks_for(citation: dict[str, Any]) -> None:
    assert {"cff-version", "message", "title", "authors"} <= citation.keys() <= KEYS
    assert citation["cff-version"] == "1.2.0"
    assert citation["type"] == "software"
    for key in ("message", "title", "abstract", "version", "license"):
        assert isinstance(citation[key], str) and citation[key].strip()  # a version read as a number is an error


def test_it_agrees_with_the_project(citation: dict[str, Any], project: dict[str, Any]) -> None:
    assert citation["version"] == project["version"] == metadata.version("nesy")
    assert citation["license"] == project["license"]
    assert citation["authors"] == project["authors"]
    assert citation["keywords"] == project["keywords"]
    assert citation["title"].startswith(f"{project['name']}: ")


def test_the_address_is_the_namespace_of_the_code(project: dict[str, Any]) -> None:
    from nesy.ontology.namespaces import VOCABULARY

    assert project["urls"]["Vocabulary"] == str(VOCABULARY).rstrip("#")
