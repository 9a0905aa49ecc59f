"""Tables of COCO, HICO, HAKE and V-COCO (CSV, JSON) -> the generated files of ontologies/.

Usage: python -m lab.ontology TABLES [ONTOLOGIES]. TABLES holds coco80_objects.csv, hico_verbs.csv,
hico_hois.csv, body_parts.json and pasta_states.csv, as published by the HAKE project (MIT); vcoco_actions.csv of
V-COCO (MIT); and the counts derived_*.csv over the labels of HICO-DET's training part.
"""

import sys
from pathlib import Path

from lab.ontology.activities import activities
from lab.ontology.expectations import expectations
from lab.ontology.hico import body, interactions, objects
from lab.ontology.vcoco_actions import vcoco


def main(arguments: list[str]) -> int:
    """Write the files; return the exit code."""
    if not 1 <= len(arguments) <= 2:
        sys.stderr.write(f"{__doc__}\n")
        return 2
    tables = Path(arguments[0])
    target = Path(arguments[1]) if len(arguments) == 2 else Path(__file__).resolve().parents[2] / "ontologies"
    for build in (objects, interactions, body, activities, vcoco, expectations):
        path = target / f"{build.__name__}.ttl"
        path.write_text(build(tables), encoding="utf-8")
        sys.stdout.write(f"{path}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
