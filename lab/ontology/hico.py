"""Tables of COCO, HICO and HAKE words (CSV, JSON) -> ontologies/{objects,interactions,body}.ttl."""

import json
from pathlib import Path

from lab.ontology.turtle_text import COCO, HAKE, disjoint, header, nesy, rows
from nesy.ontology.namespaces import class_name, local_name
from nesy.scene import term

_READABLE = {
    "outdoor": "street furniture",
    "sports": "sports equipment",
    "kitchen": "kitchenware",
    "electronic": "electronics",
    "indoor": "indoor object",
}
"""Plain names for COCO's supercategories whose own name is an adjective."""
_VESSELS_AND_SEATS = {"kitchen", "furniture", "indoor", "outdoor"}
"""Supercategories in which one thing may fairly carry two names (cup or wine glass, couch or bed): not disjoint."""


def objects(tables: Path) -> str:
    """Return the 80 COCO categories under their supercategories, with every index order in use."""
    table = rows(tables / "coco80_objects.csv")
    groups: dict[str, list[str]] = {}
    for row in table:
        groups.setdefault(row["supercategory"], []).append(class_name(row["name"]))
    out = [
        header(
            "objects",
            "The 80 COCO object categories under 12 supercategories. Notations: COCO order (1 to 80), COCO ids "
            "(1 to 90, with gaps), HICO alphabetical order (1 to 80), and both 80-orders counted from 0.",
            COCO,
        )
    ]
    for group in groups:
        name = class_name(group)
        out.append(
            f"nesy:{name} a owl:Class ; rdfs:subClassOf nesy:Thing ;\n"
            f'    skos:prefLabel "{_READABLE.get(group, group)}"@en ; nesy:supercategory true .'
        )
    for row in table:
        name, group = class_name(row["name"]), class_name(row["supercategory"])
        parent = "" if name == group else f" rdfs:subClassOf nesy:{group} ;"
        coco, hico = int(row["coco80_index"]), int(row["hico_index"])
        label = "" if name == group else f' skos:prefLabel "{row["name"]}"@en ;'
        out.append(
            f'nesy:{name} a owl:Class ;{parent}{label} nesy:term "{term(row["name"])}" ;\n'
            f'    skos:notation "{coco}"^^nesy:coco80, "{row["coco91_id"]}"^^nesy:coco91, "{hico}"^^nesy:hico80,\n'
            f'        "{coco - 1}"^^nesy:coco80From0, "{hico - 1}"^^nesy:hico80From0 .'
        )
    out.append("\n# Nothing belongs to two supercategories.\n" + disjoint(f"nesy:{class_name(g)}" for g in groups))
    out.append("# Siblings that cannot be confused for one another by name.")
    out += [
        disjoint(f"nesy:{name}" for name in members)
        for group, members in groups.items()
        if len(members) > 1 and group not in _VESSELS_AND_SEATS
    ]
    return "\n".join(out)


def interactions(tables: Path) -> str:
    """Return the 117 HICO verbs as object properties and the 600 interactions as affordance data."""
    out = [
        header(
            "interactions",
            "The 117 HICO verbs and the 600 human-object interactions (520 real, 80 no_interaction) as data: "
            "what people were seen to do with a category, not all that can be done with it.",
            HAKE,
        )
    ]
    for row in rows(tables / "hico_verbs.csv"):
        verb = term(row["verb"])
        parent = "nesy:relates" if verb == "no_interaction" else "nesy:interacts"
        out.append(
            f"{nesy(local_name(verb))} a owl:ObjectProperty ; rdfs:subPropertyOf {parent} ;\n"
            f'    skos:prefLabel "{verb.replace("_", " ")}"@en ; nesy:term "{verb}" ;'
            f' skos:notation "{row["hico_verb_index"]}"^^nesy:hicoVerb .'
        )
    hois = rows(tables / "hico_hois.csv")
    out.append("")
    for row in hois:
        verb, name = local_name(row["verb"]), class_name(row["object"])
        out.append(
            f"{nesy(f'{verb}_{name}')} a nesy:Affordance ; nesy:ofVerb {nesy(verb)} ; nesy:ofCategory nesy:{name} ;"
            f' skos:notation "{row["hoi_id"]}"^^nesy:hicoInteraction .'
        )
    afforded: dict[str, list[str]] = {}
    for row in hois:
        if row["is_no_interaction"] == "0":
            afforded.setdefault(class_name(row["object"]), []).append(nesy(local_name(row["verb"])))
    out.append("\n# The same, short: what a category affords.")
    out += [f"nesy:{name} nesy:affords {', '.join(verbs)} ." for name, verbs in sorted(afforded.items())]
    return "\n".join(out) + "\n"


def body(tables: Path) -> str:
    """Return the 10 body parts, the 6 they merge to, and the states of each (76 of HAKE, 93 with whole-body ones)."""
    parts = json.loads((tables / "body_parts.json").read_text(encoding="utf-8"))
    out = [
        header(
            "body",
            "Body parts and their states. HAKE's parts are regions around joints, not anatomy.",
            HAKE,
        )
    ]
    out += [
        f'nesy:part_{name} a owl:NamedIndividual, nesy:BodyPart ; skos:prefLabel "{name}"@en ; nesy:term "{name}" .'
        for name in parts["parts6_in_pasta_order"]
    ]
    for part in parts["parts10"]:
        name = part["name"]
        if name == part["part6"]:
            out.append(f'nesy:part_{name} skos:notation "{part["index"]}"^^nesy:hakePart .')
            continue
        out.append(
            f"nesy:part_{name} a owl:NamedIndividual, nesy:BodyPart ; skos:broader nesy:part_{part['part6']} ;\n"
            f'    skos:prefLabel "{name.replace("_", " ")}"@en ; nesy:term "{name}" ;'
            f' skos:notation "{part["index"]}"^^nesy:hakePart .'
        )
    table = rows(tables / "pasta_states.csv")
    for state in dict.fromkeys(row["state"] for row in table):
        label = term(state).replace("_", " ")
        out.append(
            f"{nesy('state_' + local_name(state))} a owl:NamedIndividual, nesy:State ;"
            f' skos:prefLabel "{label}"@en ; nesy:term "{term(state)}" .'
        )
    for row in table:
        notations = [f'"{row["index93"]}"^^nesy:hake93From0'] + (
            [f'"{row["index76"]}"^^nesy:hake76From0'] if row["index76"] else []
        )
        part, state = row["part"], local_name(row["state"])
        out.append(
            f"{nesy(f'{part}_{state}')} a owl:NamedIndividual, nesy:PartStateType ; nesy:ofPart nesy:part_{part} ;\n"
            f"    nesy:ofState {nesy('state_' + state)} ; skos:notation {', '.join(notations)} ."
        )
    return "\n".join(out) + "\n"
