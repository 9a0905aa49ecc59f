"""Tables of COCO, HICO, HAKE and V-COCO -> the generated files of ontologies/; run by tools/build_ontology.py."""
