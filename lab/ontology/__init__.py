"""Published tables of labels -> the generated files of ontologies/ (`python -m lab.ontology`)."""
