"""Where ontologies/, rules/ and the embedded model lie: inside the wheel, or beside nesy/ in a checkout."""

from pathlib import Path

from nesy.errors import KnowledgeError

_PACKAGE = Path(__file__).resolve().parent.parent


def _folder(name: str) -> Path:
    for place in (_PACKAGE / "_data" / name, _PACKAGE.parent / name):
        if place.is_dir():
            return place
    raise KnowledgeError(f"the folder {name!r} is missing from this installation of nesy; install it again")


def ontologies() -> Path:
    """Return the folder of the shipped ontology files (*.ttl)."""
    return _folder("ontologies")


def rules() -> Path:
    """Return the folder of the shipped rule files (*.ttl)."""
    return _folder("rules")


def checkup_photograph() -> Path:
    """Return the photograph in which `nesy doctor --model` looks for things; see examples/photographs/LICENCES.md.

    Raises:
        KnowledgeError: this installation lacks it.
    """
    for place in (_PACKAGE / "_data" / "photographs", _PACKAGE.parent / "examples" / "photographs"):
        if (place / "coffee.jpg").is_file():
            return place / "coffee.jpg"
    raise KnowledgeError("the photograph of `nesy doctor` is missing from this installation; install nesy again")


def embedded_model() -> Path:
    """Return the folder of the embedded model (config.json, model.safetensors, tokenizer.json ...)."""
    return _PACKAGE / "models" / "embedded"
