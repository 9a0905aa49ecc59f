"""GraphML and GEXF of Gephi, yEd and others -> what networkx reads, with the direction in which edges are written."""

import xml.etree.ElementTree as ElementTree
from io import BytesIO
from pathlib import Path

from nesy.interchange.xml_files import refuse_document_type

_GEXF = "{http://www.gexf.net/1.2draft}"
"""The name under which networkx reads GEXF; files of 1.1 to 1.3 have others, and differ in nothing that is read."""


def directed(path: Path) -> tuple[BytesIO, int]:
    """Return the XML with all edges directed from source to target, and how many were without a direction.

    networkx knows the ends of an edge without a direction, and no more which of the two stood first.

    Raises:
        InputError: it is no XML, or has a document type.
        ElementTree.ParseError: it is broken further down.
    """
    refuse_document_type(path)
    root = ElementTree.parse(path).getroot()
    undirected, default = 0, True
    for element in root.iter():
        kind = element.tag.rpartition("}")[2]
        if "gexf.net/" in element.tag and "viz" not in element.tag:
            element.tag = _GEXF + kind
        if kind == "graph":
            default = "undirected" not in (element.get("edgedefault"), element.get("defaultedgetype"))
            for name in ("edgedefault", "defaultedgetype"):
                if name in element.attrib:
                    element.set(name, "directed")
        elif kind == "edge":
            told = element.attrib.pop("directed", None) or element.attrib.pop("type", None)
            undirected += not default if told is None else told in ("false", "undirected")
    return BytesIO(ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)), undirected
