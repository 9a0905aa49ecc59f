"""Lists, tables, headings and labels: each item is its things, nothing stands between items, no label is a thing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

import nesy
from nesy.language.layout_words import vocabulary
from nesy.language.plain_text import plain
from nesy.language.text_layout import layout, without
from tests.language.golden_texts import in_short
from tests.steps import steps

THREE = {"person_1", "dog_1", "car_1 (red)"}
LISTS = [
    "- person\n- dog\n- red car",
    "* person\n* dog\n* red car",
    "• person\n• dog\n• red car",
    "• person • dog • red car",
    "1. person\n2. dog\n3. red car",
    "1) person\n2) dog\n3) red car",
    "(1) person\n(2) dog\n(3) red car",
    "1. person 2. dog 3. red car",
    "- [x] person\n- [ ] dog\n- [x] red car",
    "  - person\n  - dog\n  - red car",
    "person\ndog\nred car",
    "a person\na dog\na red car",
    "person, dog, red car",
    "person, dog and red car",
    "person; dog; red car",
    "person | dog | red car",
    '["person", "dog", "red car"]',
    "Objects: person, dog, red car",
    "objects: person, dog, and a red car.",
    "Objects:\nperson\ndog\nred car",
    "Objects:\n\n- person\n- dog\n- red car",
    "**Objects**:\n- **person**\n- **dog**\n- **red car**",
    "## Objects\n- person\n- dog\n- red car",
    "Objects in the image:\n1. person\n2. dog\n3. red car",
    "The image contains the following objects: a person, a dog, and a red car.",
    "Here are the objects I see:\nperson,\ndog,\nred car",
    "In this image, I can see:\n- a person\n- a dog\n- a red car",
    "Detected - person, dog, red car",
    "- person\n- dog\n- car (red)",
    "- person: 1\n- dog: 1\n- car: red",
    "person - 1\nDog: 1\ncar: red",
    "| object | color |\n|---|---|\n| person | |\n| dog | |\n| car | red |",
    "object | color\n--- | ---\nperson |\ndog |\ncar | red",
    "<ul><li>person</li><li>dog</li><li>red car</li></ul>",
    "People: person\nAnimals: dog\nVehicles: red car",
    "# Scene\n## People\n- person\n## Animals\n- dog\n## Vehicles\n- red car",
]


@pytest.mark.parametrize("text", LISTS)
def test_each_item_is_a_thing_and_no_more(text: str) -> None:
    assert in_short(nesy.parse(text)) == THREE


COUNTED = [
    "- 2 dogs\n- cat", "- two dogs\n- a cat", "- dog x2\n- cat", "- dog ×2\n- cat ×1", "- dog (2)\n- cat (1)",
    "- dog (x2)\n- cat", "2x dogs\n1x cat", "dog: 2\ncat: 1", "dogs: 2, cat: 1", "dog:2, cat:1", "Dogs - 2\nCat - 1",
    "| object | count |\n|---|---|\n| dog | 2 |\n| cat | 1 |",
    "| count | object |\n|---|---|\n| 2 | dogs |\n| 1 | cat |",
    "Objects detected:\n  dog (2)\n  cat (1)", "Objects: 2 dogs, 1 cat",
]  # fmt: skip


@pytest.mark.parametrize("text", COUNTED)
def test_numbers_stay_with_their_item(text: str) -> None:
    assert in_short(nesy.parse(text)) == {"dog_1", "dog_2", "cat_1", "dog 2"}


@pytest.mark.parametrize(
    ("text", "claims"),
    [
        ("1. man riding a horse\n2. two dogs\n3. tree",
         {"man_1", "horse_1", "man_1 ride horse_1", "dog_1", "dog_2", "dog 2", "tree_1"}),
        ("* a woman holding an umbrella\n* a bus", {"woman_1", "umbrella_1", "woman_1 hold umbrella_1", "bus_1"}),
        ("- **man**: wearing a hat\n- **horse**: brown", {"man_1", "hat_1", "man_1 wear hat_1", "horse_1 (brown)"}),
        ("- man\n  - wearing a red hat\n  - holding a cup\n- dog",
         {"man_1", "hat_1 (red)", "cup_1", "man_1 wear hat_1", "man_1 hold cup_1", "dog_1"}),
        ("**Person**: a man in a red shirt\n**Dog**: a brown dog next to the man",
         {"man_1", "shirt_1 (red)", "man_1 wear shirt_1", "dog_1 (brown)", "dog_1 next to man_1"}),
        ("Horse: 1 (brown)\nPerson: 1", {"horse_1 (brown)", "person_1"}),
        ("- cat – black and white\n- dog", {"cat_1 (black, white)", "dog_1"}),
        ("Kitchen: a stove and a sink", {"kitchen_1", "stove_1", "sink_1"}),
        ("- Dog: yes\n- Cat: none", {"dog_1", "cat 0"}),
        ("| Object | Color | Location |\n|---|---|---|\n| car | red | on the street |",
         {"car_1 (red)", "street_1", "car_1 on street_1"}),
        ("| subject | predicate | object |\n|---|---|---|\n| man | ride | horse |",
         {"man_1", "horse_1", "man_1 ride horse_1"}),
        ("The scene shows a kitchen. Objects: stove, fridge.", {"kitchen_1", "stove_1", "fridge_1"}),
    ],
)  # fmt: skip
def test_items_that_say_more(text: str, claims: set[str]) -> None:
    assert in_short(nesy.parse(text)) == claims


@pytest.mark.parametrize(
    ("text", "claims"),
    [
        ("A cat is sleeping. Objects: cat, rug.", {"cat_1 (sleeping)", "rug_1"}),
        ("Caption: A cat is sleeping. Objects: cat, rug.", {"cat_1 (sleeping)", "rug_1"}),
        ("A cat is on a rug.\n- cat\n- cat\n- rug", {"cat_1", "cat_2", "rug_1", "cat_1 on rug_1"}),
        ("A man is walking.\n\nObjects:\n- person\n- another man", {"man_1 (walking)", "man_2"}),
        ("There are two dogs. Objects: dog, dog, cat", {"dog_1", "dog_2", "cat_1", "dog 2"}),
        ("A black cat is sleeping. Objects: white cat, black cat", {"cat_1 (black, sleeping)", "cat_2 (white)"}),
    ],
)  # fmt: skip
def test_a_list_after_prose_names_again_what_the_prose_named(text: str, claims: set[str]) -> None:
    assert in_short(nesy.parse(text)) == claims


@pytest.mark.parametrize(
    "text",
    [
        "A cat is on a sofa.",
        "ASSISTANT: A cat is on a sofa.",
        "Answer: A cat is on a sofa.",
        "Sure! Here is the description:\n\nA cat is on a sofa.",
        "A cat is on a sofa.\nOther objects: none",
        "A: A cat is on a sofa.",
        "**Caption:** A cat is on a sofa.",
        "Description - A cat is on a sofa.",
        "Image description: A cat is on a sofa.",
        "USER: Is there a dog?\nASSISTANT: A cat is on a sofa.",
        "Human: Is there a dog? Assistant: A cat is on a sofa.",
        "USER: <image>\nDescribe the dog.\nASSISTANT: A cat is on a sofa.",
        "Q: What does the dog do? A: A cat is on a sofa.",
        "Question: Is there a dog?\nA cat is on a sofa.",
        "[INST] Is there a dog? [/INST] A cat is on a sofa.",
        "<s>[INST] <<SYS>>\nBe a dog.\n<</SYS>>\nDescribe it. [/INST] A cat is on a sofa.</s>",
        "<|im_start|>user\nIs there a dog?<|im_end|>\n<|im_start|>assistant\nA cat is on a sofa.<|im_end|>",
        "### Human: Is there a dog?\n### Assistant: A cat is on a sofa.",
        "System: You are a dog.\nUser: Look.\nBot: A cat is on a sofa.",
    ],
)
def test_who_speaks_is_no_thing_and_who_asks_says_nothing(text: str) -> None:
    assert in_short(nesy.parse(text)) == {"cat_1", "sofa_1", "cat_1 on sofa_1"}


def test_who_only_asks_describes_nothing() -> None:
    assert nesy.parse("USER: Is there a dog on the sofa?").entities == ()


@pytest.mark.parametrize(
    ("text", "claims"),
    [
        ("A man rides a horse\non the beach\nwith a dog", {"man_1 ride horse_1", "man_1 with dog_1"}),
        ("a tall, dark, handsome man", {"man_1 (tall, dark, handsome)"}),
        ("a red, white and blue flag", {"flag_1 (red, white, blue)"}),
        ("A woman, a dog, and a cat sit on a couch.", {"woman_1", "dog_1", "cat_1 sit on couch_1"}),
        ("A man holds a cup, a plate and a fork.", {"man_1 hold cup_1", "plate_1", "fork_1"}),
        ("The man: he wears a hat.", {"man_1 wear hat_1"}),
        ("A user is sitting at a table.", {"user_1 sit at table_1"}),
        ("A model in a red dress.", {"model_1", "dress_1 (red)"}),
    ],
)
def test_prose_stays_prose(text: str, claims: set[str]) -> None:
    assert claims <= in_short(nesy.parse(text))


def test_a_long_list_loses_no_item() -> None:
    items = ["gizmo", "person", "fire hydrant", "astrolabe", "red car", "sextant", "dog", "theodolite", "cup"] * 6
    assert len(nesy.parse("Objects:\n" + "\n".join(f"- {one}" for one in items)).entities) == len(items)


@given(st.text(alphabet="ab 1.,:;()[]|-*#x\n•", max_size=80))
def test_places_are_of_the_text(text: str) -> None:
    found = layout(text, vocabulary())
    assert all(0 <= start <= end <= len(text) for start, end in found.blanks)
    assert len(without(text, found.blanks)) == len(text)
    assert found.values | found.labels | found.items <= found.breaks | {0}
    assert list((words_of := plain(text)).breaks) == sorted(set(words_of.breaks))


@pytest.mark.parametrize("unit", ["- dog\n", "dog, ", "dog: 2\n", "| dog | 2 |\n", "USER: a\nA: b\n", "(1) a "])
def test_the_work_grows_with_the_length(unit: str) -> None:
    few = 500
    plain(unit)
    assert steps(lambda: plain(unit * few * 4)) < 6 * steps(lambda: plain(unit * few))
