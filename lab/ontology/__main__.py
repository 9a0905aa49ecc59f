"""Tables of COCO, HICO, HAKE and V-COCO (CSV, JSON), and a dictionary -> the generated files of ontologies/.

Usage: python -m lab.ontology TABLES [ONTOLOGIES]. TABLES holds coco80_objects.csv, hico_verbs.csv,
hico_hois.csv, body_parts.json and pasta_states.csv, as published by the HAKE project (MIT); vcoco_actions.csv of
V-COCO (MIT); and the counts derived_*.csv over the labels of HICO-DET's training part. The dictionary of word forms is
that of LemmInflect (MIT).
"""

import sys
from pathlib import Path

from lab.ontology.activities import activities
from lab.ontology.expectations import expectations
from lab.ontology.hico import body, interactions, objects
from lab.ontology.vcoco_actions import vcoco
from lab.ontology.word_forms import word_forms


def main(arguments: list[str]) -> int:
    """Write the files; return the exit code."""
    if not 1 <= len(arguments) <= 2:
        sys.stderr.write(f"{__doc__}\n")
        return 2
    tables = Path(arguments[0])
    target = Path(arguments[1]) if len(arguments) == 2 else Path(__file__).resolve().parents[2] / "ontologies"
    for build in (objects, interactions, body, activities, vcoco, expectations):
        _write(target / f"{build.__name__}.ttl", build(tables))
    _write(target / "word_forms.tsv", word_forms())
    return 0


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")
    sys.stdout.write(f"{path}\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
