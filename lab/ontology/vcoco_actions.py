"""V-COCO's table of actions (CSV) -> ontologies/vcoco.ttl: actions, roles, what fills them, HICO's nearest verb."""

from pathlib import Path

from lab.ontology.turtle_text import VCOCO, header, nesy, rows
from nesy.ontology.namespaces import class_name, local_name
from nesy.scene import term

_SCHEMA_ROLES = {"agent": "agent", "obj": "object", "instr": "instrument"}
"""Roles of schema.org's Action."""
_EXACT, _CLOSE = "skos:exactMatch", "skos:closeMatch"
_VERBS: dict[tuple[str, str], tuple[str, str]] = {
    ("hold", "obj"): (_EXACT, "hold"),
    ("sit", "instr"): (_CLOSE, "sit_on"),  # a toilet, a suitcase, a chair: on it or at it
    ("ride", "instr"): (_EXACT, "ride"),
    ("hit", "obj"): (_EXACT, "hit"),
    ("hit", "instr"): (_CLOSE, "swing"),
    ("eat", "obj"): (_EXACT, "eat"),
    ("jump", "instr"): (_CLOSE, "jump"),  # HICO jumps bicycles and horses too
    ("lay", "instr"): (_EXACT, "lie_on"),
    ("talk_on_phone", "instr"): (_EXACT, "talk_on"),
    ("carry", "obj"): (_EXACT, "carry"),
    ("throw", "obj"): (_EXACT, "throw"),
    ("catch", "obj"): (_EXACT, "catch"),
    ("cut", "instr"): (_EXACT, "cut_with"),
    ("cut", "obj"): (_EXACT, "cut"),
    ("work_on_computer", "instr"): (_CLOSE, "type_on"),
    ("ski", "instr"): (_CLOSE, "ride"),
    ("surf", "instr"): (_CLOSE, "ride"),
    ("skateboard", "instr"): (_CLOSE, "ride"),
    ("snowboard", "instr"): (_CLOSE, "ride"),
    ("drink", "instr"): (_EXACT, "drink_with"),
    ("kick", "obj"): (_EXACT, "kick"),
    ("point", "instr"): (_CLOSE, "point"),  # V-COCO points at things and with things
    ("read", "obj"): (_EXACT, "read"),
}
"""HICO's verb between the agent and what fills the role. None for: eat with a fork (HICO has no verb), look (an eye
passing over a thing is not watching it), and the four actions without an object."""


def vcoco(tables: Path) -> str:
    """Return the 26 actions of V-COCO, an agent for each, and 25 more roles."""
    table = rows(tables / "vcoco_actions.csv")
    out = [
        header(
            "vcoco",
            "The 26 actions of V-COCO and their roles: who does it (agent), to what (obj), with what (instr), and what "
            "V-COCO lets fill them. The matches with HICO's verbs, between agent and filler, are ours.",
            VCOCO,
            of="V-COCO",
        )
    ]
    numbers = {row["action"]: row["action_index"] for row in table}
    for action, number in numbers.items():
        name = f"vcoco_{local_name(action)}"
        out.append(
            f'{nesy(name)} a nesy:VcocoAction ; skos:prefLabel "{term(action).replace("_", " ")}"@en ;'
            f' skos:notation "{number}"^^nesy:vcocoActionFrom0 .\n' + _role(action, "agent", ["Person"])
        )
        for row in table:
            if row["action"] == action and row["role"] != "agent":
                named = row["include_objects_declared"]
                out.append(_role(action, row["role"], ["Thing"] if named == "any" else map(class_name, named.split())))
    return "\n".join(out) + "\n"


def _role(action: str, role: str, fillers: "list[str] | map[str]") -> str:
    match = _VERBS.get((action, role))
    name = nesy(f"vcoco_{local_name(action)}_{role}")
    return (
        f'{name} a nesy:VcocoRole ; nesy:ofAction {nesy(f"vcoco_{local_name(action)}")} ; nesy:roleName "{role}" ;\n'
        f"    nesy:takes {', '.join(map(nesy, fillers))} ;"
        + (f" {match[0]} {nesy(match[1])} ;" if match else "")
        + f" skos:closeMatch <https://schema.org/{_SCHEMA_ROLES[role]}> ."
    )
