"""The kinds of input by name; each loads what it reads with when it is opened."""

from importlib import import_module

from lab.fuzz.case import Make

KINDS = {
    "replies": "replies.open_replies",
    "scenes": "file_kinds.open_scenes",
    "rules": "knowledge_files.open_rules",
    "ontologies": "knowledge_files.open_ontologies",
    "queries": "queries.open_queries",
    "analyses": "file_kinds.open_analyses",
    "texts": "texts.open_texts",
}
TIMES = {"replies": 10}
"""How many times as many inputs as of the others: they take the least time, and come from whom nobody knows."""


def opened(kind: str) -> Make:
    """Load what a kind of input needs, and return what makes its inputs."""
    module, name = KINDS[kind].split(".")
    make: Make = getattr(import_module(f"lab.fuzz.{module}"), name)()
    return make
