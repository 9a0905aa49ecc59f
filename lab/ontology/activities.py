"""HICO's verbs and AVA's atomic actions -> ontologies/activities.ttl: 116 activities with an object, 40 more."""

from pathlib import Path

from lab.ontology.turtle_text import AVA, HAKE, header, nesy, rows
from nesy.ontology.namespaces import local_name
from nesy.scene import term

_NONE, _PERSON, _OBJECT = "none", "person", "object"
_HUMAN_ONLY: tuple[tuple[int, str, str], ...] = (
    (1, "bend", _NONE),
    (2, "crawl", _NONE),
    (3, "crouch", _NONE),
    (4, "dance", _NONE),
    (5, "fall down", _NONE),
    (6, "get up", _NONE),
    (9, "martial art", _NONE),
    (13, "swim", _NONE),
    (19, "chop", _OBJECT),
    (20, "climb", _OBJECT),
    (21, "clink glasses", _OBJECT),
    (22, "close", _OBJECT),
    (25, "dig", _NONE),
    (26, "dress", _OBJECT),
    (30, "enter", _OBJECT),
    (32, "extract", _OBJECT),
    (33, "fish", _NONE),
    (37, "listen", _NONE),
    (40, "play board game", _OBJECT),
    (41, "play musical instrument", _OBJECT),
    (42, "play with pet", _OBJECT),
    (44, "press", _OBJECT),
    (47, "put down", _OBJECT),
    (52, "shoot", _OBJECT),
    (53, "shovel", _OBJECT),
    (54, "smoke", _OBJECT),
    (56, "take photo", _OBJECT),
    (59, "touch", _OBJECT),
    (62, "work on computer", _OBJECT),
    (63, "write", _OBJECT),
    (64, "fight", _PERSON),
    (65, "give to", _PERSON),
    (66, "grab", _PERSON),
    (67, "clap hands", _NONE),
    (68, "shake hands", _PERSON),
    (74, "listen to", _PERSON),
    (75, "play with kids", _PERSON),
    (77, "sing", _NONE),
    (78, "take from", _PERSON),
    (79, "talk to", _PERSON),
)
"""AVA's number, our word, what it needs besides the one who does it: those of AVA's 80 without a verb in HICO."""


def activities(tables: Path) -> str:
    """Return the 156 activities: each real verb of HICO, and what people do with nobody or nothing of COCO's 80."""
    out = [
        header(
            "activities",
            "What people do: the 116 verbs of HICO, each done to an object, and 40 of AVA's 80 atomic visual actions "
            "(Gu et al., CVPR 2018; labels CC BY 4.0) without a verb in HICO. The words are ours, the numbers AVA's.",
            HAKE,
            AVA,
            of="HICO and a list of its own",
        )
    ]
    for row in rows(tables / "hico_verbs.csv"):
        verb = local_name(row["verb"])
        if verb != "no_interaction":
            name = nesy(f"activity_{verb}")
            out.append(f'{name} a nesy:Activity ; nesy:ofVerb {nesy(verb)} ; nesy:partner "{_OBJECT}" .')
    out.append("\n# Those that need no object of COCO.")
    out += [
        f'{nesy(f"activity_{local_name(word)}")} a nesy:Activity ; nesy:partner "{partner}" ;\n'
        f'    skos:prefLabel "{word}"@en ; nesy:term "{term(word)}" ; skos:notation "{number}"^^nesy:avaAction ;'
        f" dcterms:source <{AVA}> ."
        for number, word, partner in _HUMAN_ONLY
    ]
    return "\n".join(out) + "\n"
