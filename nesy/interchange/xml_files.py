"""XML of other people: read without a document type, so without entities; and scenes as XML can hold them."""

import re
import xml.etree.ElementTree as ElementTree
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.parsers import expat

from nesy.errors import InputError
from nesy.scene import Scene

_UNFIT = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What no text of XML 1.0 may hold (section 2.2), and the carriage return, which readers turn into a line feed."""

UNFIT = "characters that XML cannot hold"


def fitting(scene: Scene, lost: Counter[str]) -> Scene:
    """Return a scene with U+FFFD for every character that XML cannot hold, and count these.

    >>> from nesy.scene import Entity
    >>> lost: Counter[str] = Counter()
    >>> fitting(Scene(entities=(Entity(id="x", category="cup" + chr(0)),)), lost).entities[0].category
    'cup�'
    >>> lost[UNFIT]
    1
    """
    before = lost[UNFIT]
    data = _fitting(scene.model_dump(), lost)
    return scene if lost[UNFIT] == before else Scene.model_validate(data)


def _fitting(value: Any, lost: Counter[str]) -> Any:
    if isinstance(value, str):
        fit, count = _UNFIT.subn("\N{REPLACEMENT CHARACTER}", value)
        lost[UNFIT] += count
        return fit
    if isinstance(value, dict):
        return {name: _fitting(one, lost) for name, one in value.items()}
    return [_fitting(one, lost) for one in value] if isinstance(value, tuple) else value


def refuse_document_type(path: Path) -> None:
    """Look at a file up to its first element: a document type, which declares entities and names files, is refused.

    Raises:
        InputError: it has one, cannot be read, or is no XML.
    """
    parser = expat.ParserCreate()

    def refuse(name: str, *_: object) -> None:
        raise InputError(
            f"{path}:{parser.CurrentLineNumber}: has a document type ({name}); no entities are read, take it out"
        )

    def stop(*_: object) -> None:
        raise _RootError

    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler = stop
    try:
        with path.open("rb") as stream:
            parser.ParseFile(stream)
    except _RootError:
        return
    except expat.ExpatError as error:
        raise InputError(f"{path}:{error.lineno}: is no XML ({expat.ErrorString(error.code)})") from None
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror or error})") from None
    except (ValueError, LookupError) as error:
        raise InputError(f"{path}: is no XML ({error})") from None


class _RootError(Exception):
    pass


def elements(path: Path, wanted: frozenset[str], root: str) -> Iterator[ElementTree.Element]:
    """Yield the wanted children of the outermost element, one after the other, each let go when the next is asked for.

    Args:
        path: the file.
        wanted: their tags.
        root: the tag that the outermost element must have.

    Raises:
        InputError: the file is no XML, has a document type, or another outermost element.
    """
    refuse_document_type(path)
    depth, outermost = 0, None
    try:
        for event, element in ElementTree.iterparse(path, events=("start", "end")):
            if event == "start":
                depth += 1
                if depth == 1:
                    outermost = element
                    if element.tag != root:
                        raise InputError(f"{path}: its outermost element is <{element.tag}>; <{root}> would be right")
                continue
            depth -= 1
            if depth == 1 and outermost is not None:
                if element.tag in wanted:
                    yield element
                outermost.clear()
    except ElementTree.ParseError as error:
        raise InputError(f"{path}:{error.position[0]}: is no XML ({expat.ErrorString(error.code)})") from None
    except (OSError, ValueError, LookupError) as error:
        raise InputError(f"{path}: cannot be read ({error})") from None
