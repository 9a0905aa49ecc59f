"""The library of SSSOM reads our table of words, and finds nothing to report."""

from pathlib import Path

from nesy.interchange import write
from nesy.interchange.sssom import all_words, sssom
from nesy.ontology import Ontology
from tests.interchange.tool_scenes import ODD_SCENE, SCENE
from tests.neighbours.neighbour import finish, program, run

_ASK = """
import sys
from sssom.parsers import parse_sssom_table
found = parse_sssom_table(sys.argv[1])
print(len(found.df), *sorted(set(found.df.predicate_id)))
"""


def test_every_word_of_the_ontology_is_valid(tmp_path: Path) -> None:
    words = all_words(Ontology.default())
    (tmp_path / "all.sssom.tsv").write_text(sssom(words, Ontology.default()), encoding="utf-8")
    finish([program("sssom", "sssom"), "validate", tmp_path / "all.sssom.tsv"])
    told = run("sssom", _ASK, tmp_path / "all.sssom.tsv").split()
    assert told == [str(len(words)), "skos:broadMatch", "skos:exactMatch", "skos:narrowMatch"]


def test_words_that_break_things_are_valid(tmp_path: Path) -> None:
    write([SCENE, ODD_SCENE], tmp_path / "odd.sssom.tsv")
    finish([program("sssom", "sssom"), "validate", tmp_path / "odd.sssom.tsv"])
