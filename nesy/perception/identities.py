"""Reply -> which things of a picture are which of those before it, and how sure the model was; what is lost is told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from nesy.errors import ReplyError
from nesy.perception.confidence import Probabilities
from nesy.perception.json_text import Leaf, objects
from nesy.perception.json_values import id_of, shown
from nesy.perception.problems import Problems
from nesy.perception.reply_format import NEW
from nesy.scene import Entity, term
from nesy.turns import Reply


@dataclass(frozen=True)
class Identities:
    """Thing -> the known one that it is, of those that were seen before; how sure of each; what could not be used."""

    same: Mapping[str, str]
    confidences: Mapping[str, float | None]
    problems: tuple[str, ...] = ()


def parse_identities(reply: Reply, entities: Sequence[Entity], known: Sequence[Entity]) -> Identities:
    """Read which of `entities` is which of `known` out of a reply's text; what has no answer counts as new.

    Raises:
        ReplyError: no JSON object in the text has an entity's id as a key.
    """
    problems = Problems(reply)
    probabilities = Probabilities(reply, problems)
    ids, candidates = {entity.id for entity in entities}, {entity.id for entity in known}
    found = max(objects(reply.text), key=lambda one: len(ids & one.items.keys()), default=None)
    if found is None or not ids & found.items.keys():
        raise ReplyError(reply.text, ('one JSON object such as {"p2_cup_1":"p1_cup_1"} was expected',))
    problems.extend(found.lost)
    for key in found.items.keys() - ids:
        problems.add(f"{key[:60]!r} is no thing that was asked about; ignored")
    same: dict[str, str] = {}
    confidences: dict[str, float | None] = {}
    for entity in entities:
        node = found.items.get(entity.id)
        answer = id_of(node)
        if answer in candidates and isinstance(node, Leaf):
            same[entity.id] = answer
            confidences[entity.id] = probabilities.of([(node.start, node.end)])
        elif answer is None or term(answer) != NEW:
            problems.add(f"{entity.id}: {shown(node)} is no thing of an earlier picture; it counts as new")
    return Identities(same, confidences, problems.listed())
