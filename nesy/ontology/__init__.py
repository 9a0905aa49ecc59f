"""Names -> concepts: what nesy knows of categories, verbs, parts and states, read from the files of ontologies/."""

from nesy.ontology.ontology import NO_INTERACTION, Ontology

__all__ = ["NO_INTERACTION", "Ontology"]
