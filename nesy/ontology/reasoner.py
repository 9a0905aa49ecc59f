"""Ontology triples -> an owlready2 world of them, and what HermiT says: consistent or not, classes without members."""

import os
import shutil
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from rdflib import OWL, RDF, RDFS, Graph, URIRef

from nesy.errors import KnowledgeError

if TYPE_CHECKING:
    import owlready2

_IRI = "https://w3id.org/nesy/ontology"


@dataclass(frozen=True)
class ReasoningReport:
    """What the reasoner found; class IRIs sorted."""

    consistent: bool
    unsatisfiable: tuple[str, ...]
    classes: int
    """How many named classes were checked."""


def find_java() -> str:
    """Return the path of a Java runtime: of JAVA_HOME, else of PATH.

    Raises:
        KnowledgeError: there is none.
    """
    home = os.environ.get("JAVA_HOME")
    if home and (found := shutil.which("java", path=str(Path(home) / "bin"))):
        return found
    if found := shutil.which("java"):
        return found
    where = f"JAVA_HOME is {home!r}, which holds no bin/java, and" if home else "JAVA_HOME is not set and"
    raise KnowledgeError(
        f"the OWL reasoner HermiT needs a Java runtime: {where} no java is on PATH; "
        "install one, for example with `apt-get install default-jre-headless`"
    )


def owl_world(graph: Graph) -> "owlready2.World":
    """Load the triples of `graph`, without headers of files and imports, into a new owlready2 world, in memory."""
    import owlready2

    plain = Graph(bind_namespaces="none")
    for triple in graph:
        if triple[2] in (OWL.Ontology, RDF.langString) or triple[1] == OWL.imports:  # imports would be fetched
            continue
        if not _is_header(graph, triple[0]):
            plain.add(triple)
    for one, other in graph.subject_objects(OWL.equivalentClass):  # which says it; owlready2 warns of circles
        plain.remove((one, RDFS.subClassOf, other))
        plain.remove((other, RDFS.subClassOf, one))
    world = owlready2.World()
    world.get_ontology(_IRI).load(fileobj=BytesIO(plain.serialize(format="nt", encoding="utf-8")))
    return world


def reason(graph: Graph) -> ReasoningReport:
    """Classify `graph` with HermiT (owlready2 starts a Java process: about a second).

    Raises:
        KnowledgeError: no Java runtime, or the reasoner refuses the ontology (its own words in the message).
    """
    java = find_java()
    import owlready2

    owlready2.JAVA_EXE = java
    world = owl_world(graph)
    classes = len(list(world.classes()))
    try:
        with world.get_ontology(_IRI):
            owlready2.sync_reasoner_hermit(world, debug=0)
    except owlready2.OwlReadyInconsistentOntologyError:
        return ReasoningReport(consistent=False, unsatisfiable=(), classes=classes)
    except owlready2.OwlReadyJavaError as error:
        words = " ".join(str(error).split())
        raise KnowledgeError(f"HermiT cannot read the ontology: {words[:300]}") from None
    impossible = sorted(str(c.iri) for c in world.inconsistent_classes() if c is not owlready2.Nothing)
    return ReasoningReport(consistent=not impossible, unsatisfiable=tuple(impossible), classes=classes)


def _is_header(graph: Graph, node: object) -> bool:
    return isinstance(node, URIRef) and (node, RDF.type, OWL.Ontology) in graph
