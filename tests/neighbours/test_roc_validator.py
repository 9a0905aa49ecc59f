"""The validator of RO-Crate finds that the crate of a run is a Process Run Crate."""

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from nesy.experiments import write_crate
from tests.neighbours.neighbour import run

_VALIDATE = """
import json, sys
from pathlib import Path
import requests
import rocrate
from rocrate_validator import models, services
from rocrate_validator.utils.http import HttpRequester

# What the two contexts say of the words of a crate, from what is installed: nothing is fetched.
words = json.loads((Path(rocrate.__file__).parent / "data" / "ro-crate.jsonld").read_text())["@context"]
sums = {name: "https://w3id.org/ro/terms/workflow-run#" + name for name in ("md5", "sha1", "sha256", "sha512")}
shelf = {"https://w3id.org/ro/crate/1.1/context": words, "https://w3id.org/ro/terms/workflow-run/context": sums}

class Shelf:
    def get(self, url, *_, **__):
        found = requests.Response()
        found.url, found.status_code = url, 200 if url in shelf else 404
        found.headers["Content-Type"] = "application/ld+json"
        found._content = json.dumps({"@context": shelf.get(url, {})}).encode()
        return found
    head = get
    def close(self): ...

HttpRequester.__initialize_session__ = lambda self, *_, **__: setattr(self, "session", Shelf())
settings = services.ValidationSettings(
    rocrate_uri=sys.argv[1],
    profile_identifier="process-run-crate-0.5",
    requirement_severity=models.Severity[sys.argv[2]],
)
found = services.validate(settings)
print("READ" + json.dumps([issue.check.identifier + " " + issue.message for issue in found.get_issues()]))
"""


def issues(folder: Path, severity: str) -> list[str]:
    found = json.loads(run("roc-validator", _VALIDATE, folder, severity).rpartition("READ")[2].splitlines()[0])
    assert isinstance(found, list)
    return found


@pytest.fixture
def crate(tmp_path: Path) -> Path:
    shutil.copytree("examples/recorded/hard", tmp_path / "run")
    ended = datetime(2026, 1, 31, 10, tzinfo=UTC)
    agent = "Ada <https://orcid.org/0000-0002-1825-0097>"
    return write_crate(tmp_path / "run", began=ended, ended=ended, agent=agent, licence="CC-BY-4.0").parent


def test_nothing_that_is_required_is_missing(crate: Path) -> None:
    assert issues(crate, "REQUIRED") == []


def test_of_what_is_recommended_only_organizations_are_missing(crate: Path) -> None:
    found = issues(crate, "RECOMMENDED")
    assert all("organization" in one.lower() for one in found), found


def test_a_crate_that_is_none_is_found(crate: Path) -> None:
    path = crate / "ro-crate-metadata.json"
    told = json.loads(path.read_text(encoding="utf-8"))
    for entity in told["@graph"]:
        if entity["@type"] == "CreateAction":
            del entity["instrument"]
    path.write_text(json.dumps(told), encoding="utf-8")
    assert issues(crate, "REQUIRED") != []
