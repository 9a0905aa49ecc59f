"""The words of scenes -> a labelling configuration of Label Studio with the controls that its predictions name.

Tags: Label Studio's documentation, "Image", "RectangleLabels", "Relations", "Choices", "TextArea".
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from xml.sax.saxutils import quoteattr

from nesy.errors import InputError
from nesy.interchange.label_studio import ATTRIBUTES, COUNTS, PART_STATES, PICTURE, THINGS
from nesy.interchange.losses import Lost, losses
from nesy.interchange.xml_files import fitting
from nesy.scene import Scene


def labelling_config(categories: Iterable[str], predicates: Iterable[str] = (), attributes: Iterable[str] = ()) -> str:
    """Return the XML to paste into Label Studio under Settings, Labeling Interface, Code.

    >>> print(labelling_config(["person", "horse"], ["ride"]))
    <View>
      <Image name="image" value="$image" zoomControl="true"/>
      <RectangleLabels name="things" toName="image">
        <Label value="person"/>
        <Label value="horse"/>
      </RectangleLabels>
      <Relations>
        <Relation value="ride"/>
      </Relations>
      <TextArea name="part_states" toName="image" perRegion="true" editable="true" placeholder="head: inspect"/>
      <TextArea name="counts" toName="image" editable="true" placeholder="3 person"/>
    </View>

    Args:
        categories: what things may be, each once.
        predicates: what an arrow between two of them may say.
        attributes: what may be chosen of a thing.

    Raises:
        InputError: there is no category, and so nothing to draw.
    """
    held = [list(dict.fromkeys(words)) for words in (categories, predicates, attributes)]
    if not held[0]:
        raise InputError("no category, so nothing could be drawn; scenes with things in them would be right")
    of_all = f'toName="{PICTURE}"'
    of_one = f'{of_all} perRegion="true"'
    return "\n".join(
        [
            "<View>",
            f'  <Image name="{PICTURE}" value="${PICTURE}" zoomControl="true"/>',
            *_group(f'RectangleLabels name="{THINGS}" {of_all}', "Label", held[0]),
            *_group("Relations", "Relation", held[1]),
            *_group(f'Choices name="{ATTRIBUTES}" {of_one} choice="multiple"', "Choice", held[2]),
            f'  <TextArea name="{PART_STATES}" {of_one} editable="true" placeholder="head: inspect"/>',
            f'  <TextArea name="{COUNTS}" {of_all} editable="true" placeholder="3 person"/>',
            "</View>",
        ]
    )


def write(scenes: Iterable[Scene], path: Path) -> Sequence[Lost]:
    """Write the configuration for the words of these scenes.

    Raises:
        InputError: they name no thing.
    """
    words: tuple[dict[str, None], ...] = ({}, {}, {})
    lost: Counter[str] = Counter()
    for scene in (fitting(scene, lost) for scene in scenes):
        for one in scene.entities:
            words[0][one.category] = None
            words[2].update(dict.fromkeys(one.attributes))
        words[1].update({relation.predicate: None for relation in scene.relations})
    path.write_text(labelling_config(*words) + "\n", encoding="utf-8", newline="\n")
    return losses(lost)


def _group(tag: str, each: str, words: Sequence[str]) -> list[str]:
    if not words:
        return []
    return [f"  <{tag}>", *(f"    <{each} value={quoteattr(word)}/>" for word in words), f"  </{tag.split()[0]}>"]
