"""What each format holds of a scene: the scene that comes back, and what is counted as lost."""

from collections import Counter
from collections.abc import Callable, Mapping

from nesy.interchange import coco, cvat, fiftyone, label_studio, psg, r1_sgg, visual_genome
from nesy.interchange.closed_words import VCOCO_ROLES, categories, vcoco_role, verbs
from nesy.interchange.holding import Holds, narrowed
from nesy.interchange.instances import numbered
from nesy.interchange.interactions import LISTED_THINGS, UNSIZED_THINGS
from nesy.interchange.tables import NAMELESS
from nesy.interchange.xml_files import fitting
from nesy.scene import Relation, Scene, term

Held = Callable[[Scene], tuple[Scene | None, Counter[str]]]


def plainly(holds: Holds) -> Held:
    return lambda scene: narrowed(scene, holds)


def in_words(holds: Holds, predicate: Callable[[str, str], str | None], *, closed: bool) -> Held:
    """Of interactions: relations of a person to a category of COCO in a listed word, in the spelling of the list."""

    def held(scene: Scene) -> tuple[Scene | None, Counter[str]]:
        kept, lost = narrowed(scene, holds)
        if kept is None:
            return None, lost
        known = {one.id: categories().number(one.category) for one in kept.entities}
        people = {one.id for one in kept.entities if term(one.category) == "person"}
        of = {one.id: one.category for one in kept.entities}
        relations = []
        for one in kept.relations:
            word = predicate(one.predicate, of[one.object])
            if one.subject not in people:
                lost["relations of what is no person"] += 1
            elif known[one.object] is None:
                lost["relations to what is no category of COCO"] += 1
            elif word is None:
                lost["relations whose predicate is not listed"] += 1
            else:
                relations.append((one.subject, word, one.object))
        entities = kept.entities
        if closed:
            entities = tuple(one for one in entities if known[one.id] is not None)
            lost["entities of no category of COCO"] += len(kept.entities) - len(entities)
            entities = tuple(one.model_copy(update={"category": categories().word(known[one.id])}) for one in entities)
        ids = dict(zip((e.id for e in entities), numbered(e.category for e in entities), strict=True))
        told = [{"subject": ids[s], "predicate": p, "object": ids[o]} for s, p, o in relations]
        things = [one.model_copy(update={"id": ids[one.id]}) for one in entities]
        return Scene.model_validate({"image": kept.image, "entities": things, "relations": told}), +lost

    return held


def hico(predicate: str, _category: str) -> str | None:
    number = verbs().number(predicate)
    return None if number is None else verbs().word(number)


def vcoco(predicate: str, category: str) -> str | None:
    number = vcoco_role(predicate, category)
    return None if number is None else VCOCO_ROLES[number].predicate


def by_action(scene: Scene) -> Scene:
    """Return the scene with its relations in the order of V-COCO's lists, which are of one action each."""
    categories, people = {one.id: one.category for one in scene.entities}, [one.id for one in scene.entities]
    actions = list(dict.fromkeys(one.action for one in VCOCO_ROLES))

    def place(one: Relation) -> tuple[int, int]:
        number = vcoco_role(one.predicate, categories[one.object])
        return actions.index(VCOCO_ROLES[number or 0].action), people.index(one.subject)

    told = sorted(scene.relations, key=place)
    relations = tuple(one.model_copy(update={"id": f"r{number}"}) for number, one in enumerate(told, 1))
    return scene.model_copy(update={"relations": relations})


def with_people(hold: Held) -> Held:
    def held(scene: Scene) -> tuple[Scene | None, Counter[str]]:
        kept, lost = hold(scene)
        if kept is None:
            return kept, lost
        if any(term(one.category) == "person" for one in kept.entities):
            return by_action(kept), lost
        return None, +(lost + Counter({"scenes without a person": 1, "entities of such scenes": len(kept.entities)}))

    return held


def everything(scene: Scene) -> tuple[Scene, Counter[str]]:
    return scene, Counter()


def in_xml(scene: Scene) -> tuple[Scene, Counter[str]]:
    lost: Counter[str] = Counter()
    return fitting(scene, lost), lost


def in_csv(scene: Scene) -> tuple[Scene, Counter[str]]:
    """An empty name is no name."""
    if scene.image is None or any(scene.image.model_dump().values()):
        return scene, Counter()
    return scene.model_copy(update={"image": None}), Counter({NAMELESS: 1})


OF_TOOLS: Mapping[str, Held] = {
    "label-studio": label_studio.held,
    "cvat": cvat.held,
    "fiftyone": fiftyone.held,
    "graphml": in_xml,
    "gexf": in_xml,
    "csv": in_csv,
    **dict.fromkeys(("node-link", "parquet", "turtle", "ntriples", "trig", "nquads", "json-ld"), everything),
}
HOLDINGS: Mapping[str, Held] = {
    "scenes": everything,
    "coco": plainly(coco.HOLDS),
    "psg": plainly(psg.HOLDS),
    "vg": plainly(visual_genome.HOLDS),
    "vg-folder": plainly(visual_genome.HOLDS),
    "r1-sgg": r1_sgg.held,
    "hico-qpic": in_words(UNSIZED_THINGS, hico, closed=True),
    "vcoco-qpic": in_words(UNSIZED_THINGS, vcoco, closed=True),
    "vcoco": with_people(in_words(LISTED_THINGS, vcoco, closed=False)),
    **OF_TOOLS,
}
