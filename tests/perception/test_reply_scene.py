"""Reading a scene out of a reply: a table of malformed replies, and what must hold for any text at all."""

import json

import PIL.Image
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nesy.errors import ReplyError
from nesy.image import Image
from nesy.perception.reply import ParsedScene, parse_scene
from nesy.perception.reply_format import write_scene
from nesy.scene import Count, Entity, PartState, Relation, Scene
from nesy.turns import Reply, Token
from tests.steps import steps

IMAGE = Image.from_pixels(PIL.Image.new("RGB", (8, 8)))
PERSON = '{"id":"person_1","box":[0.10,0.20,0.40,0.90],"attributes":["red"]}'
HORSE = '{"id":"horse_1","box":[0.10,0.20,0.40,0.90],"attributes":[]}'
RIDE = '{"subject":"person_1","predicate":"ride","object":"horse_1"}'
SIT = '{"entity":"person_1","part":"hip","state":"sit on","object":"horse_1"}'
COUNT = '{"category":"person","value":1}'


def whole(
    entities: str = f"{PERSON},{HORSE}", part_states: str = SIT, relations: str = RIDE, counts: str = COUNT
) -> str:
    return f'{{"entities":[{entities}],"part_states":[{part_states}],"relations":[{relations}],"counts":[{counts}]}}'


def read(text: str) -> ParsedScene:
    return parse_scene(Reply(text=text), IMAGE)


def claims(text: str) -> str:
    """Return the ids of everything that was read, in order."""
    return " ".join(claim.id for claim in read(text).scene.claims())


EVERYTHING = "person_1 horse_1 p1 r1 n1"
NO_P, NO_R, NO_N = "person_1 horse_1 r1 n1", "person_1 horse_1 p1 n1", "person_1 horse_1 p1 r1"


def test_a_whole_reply_is_read_whole() -> None:
    parsed = read(whole())
    assert parsed.problems == ()
    assert parsed.scene.image == IMAGE.info
    assert parsed.scene.entities[0] == Entity(
        id="person_1", category="person", box=(0.1, 0.2, 0.4, 0.9), attributes=("red",)
    )
    assert parsed.scene.part_states == (
        PartState(id="p1", entity="person_1", part="hip", state="sit on", object="horse_1"),
    )
    assert parsed.scene.relations == (Relation(id="r1", subject="person_1", predicate="ride", object="horse_1"),)
    assert parsed.scene.counts == (Count(id="n1", category="person", value=1),)


# name: (reply, ids that are read, a piece of the problem reported; "" when nothing is amiss)
MALFORMED = {
    "code fence": (f"```json\n{whole()}\n```", EVERYTHING, ""),
    "text before": (f"Sure! Here it is: {whole()}", EVERYTHING, ""),
    "text behind": (f"{whole()}\nI hope this helps.", EVERYTHING, ""),
    "braces in the text before": (f"The {{scene}} is: {whole()}", EVERYTHING, "no JSON at character"),
    "an object before": (f'{{"thought":"hm"}} {whole()}', EVERYTHING, ""),
    "two scenes": (whole() + whole(entities=PERSON, part_states="", relations=""), EVERYTHING, "with its 2 claims"),
    "a template first": (whole("", "", "", "") + "\n" + whole(), EVERYTHING, "at character 0, was left out with its 0"),
    "a draft first": (whole(entities=PERSON, part_states="", relations="") + whole(), EVERYTHING, "with its 2 claims"),
    "a broken draft first": (whole(entities=PERSON)[:-40] + " no: " + whole(), EVERYTHING, "was left out"),
    "as much twice": (whole().replace("red", "blue") + whole(), EVERYTHING, "at character 0, was left out"),
    "one object a line": (f'{{"entities":[]}}\n{{"counts":[]}}\n{whole()}', EVERYTHING, "at character 16, was"),
    "thirty objects first": ('{"a":1}' * 30 + whole(), EVERYTHING, ""),
    "a row that begins with an object": (
        whole(entities=f'{PERSON},{{"box":{{"left":0}},"id":"cup_1"}},{HORSE}'),
        "person_1 cup_1 horse_1 p1 r1 n1", "box dropped"
    ),
    "a row that begins with objects": (
        whole(entities=f'{PERSON},{HORSE},{{"attributes":[{{"colour":"red"}}],"id":"cup_1"}}'),
        "person_1 horse_1 cup_1 p1 r1 n1", "is no label"
    ),
    "a row with an object for a word": (
        whole(relations=f'{{"predicate":{{}},"subject":"horse_1","object":"person_1"}},{RIDE}'), EVERYTHING, "expected"
    ),
    "a row with an object for an id": (
        whole(entities=f'{PERSON},{{"id":{{}},"box":[0,0,1,1],"attributes":[]}},{HORSE}'), EVERYTHING, "is no id"
    ),
    "scenes in a list": (f'{{"scenes":[{whole("", "", "", "")},{whole()}]}}', EVERYTHING, "another object begins"),
    "thoughts first": (f"<think>{whole(f'{PERSON},{HORSE},{HORSE}'.replace('horse_1', 'cup_1', 1))}</think>{whole()}",
                       EVERYTHING, "at character 7, was left out"),
    "nothing but thoughts": (f"<think>{whole()}</think> That is all.", EVERYTHING, ""),
    "a comment of a line": (whole().replace("[", "[ // the things\n", 1), EVERYTHING, ""),
    "a comment behind a row": (whole().replace("},", "}, # he is {red\n", 1), EVERYTHING, ""),
    "a comment before a comma": (whole().replace("},", "} /* a \n \"person */ ,", 1), EVERYTHING, ""),
    "a comment that never ends": (whole().replace("},", "}, /* he", 1), EVERYTHING, "no JSON at character"),
    "a comment on the only line": (whole().replace("},", "}, // he is {red ", 1), EVERYTHING, "no JSON at character"),
    "a comment between two lists": (whole().replace("],\"part", "], # all \"part"), EVERYTHING, "no JSON at character"),
    "a comment before the last bracket": (whole()[:-1] + "// done }", EVERYTHING, "no JSON at character"),
    "a comment that never ends in a row": (whole().replace('[]}', '[] /* none }'), "person_1 n1", "a row was dropped"),
    "words between rows": (whole().replace("},", "} and ", 1), EVERYTHING, "no JSON at character"),
    "an ellipsis at the end of a list": (whole().replace("],\"part", ",...],\"part"), EVERYTHING, "no JSON at"),
    "a list without its end": (whole().replace("],\"part", ",\"part"), EVERYTHING, "the list has no end"),
    "a bracket too many": (whole().replace("],\"part", "]],\"part"), EVERYTHING, "no JSON at character"),
    "a row without its end": (whole(f"{HORSE[:-1]},{PERSON},{HORSE}"), EVERYTHING, "a row was dropped"),
    "a box without its end": (whole(f"{HORSE.replace('0.90]', '0.90')},{PERSON},{HORSE}"), EVERYTHING, "a row was"),
    "a string without its end": (whole(f'{{"id":"cup_1,"box":[0,0,1,1]}},{PERSON},{HORSE}'), EVERYTHING, "a row was"),
    "a quote in a string": (whole(f'{{"id":"the "big" cup"}},{PERSON},{HORSE}'), EVERYTHING, "a row was dropped"),
    "an array of scenes": (f"[{whole()},{whole('', '', '', '')}]", EVERYTHING, "was left out with its 0 claims"),
    "two fences": (f"```json\n{whole('', '', '', '')}\n```\nor\n```\n{whole()}\n```", EVERYTHING, "with its 0"),
    "lists in two objects": (f'{{"entities":[{PERSON}]}}\n{{"relations":[{RIDE}]}}', "person_1", "with its 1 claims"),
    "a row behind the scene": (f"{whole()}{RIDE}", EVERYTHING, "stands in no list of a scene; dropped"),
    "a list twice": (whole()[:-1] + f',"relations":[{RIDE},{RIDE}]}}', EVERYTHING, "2 of the other left out"),
    "no comment in a string": (whole(relations=RIDE.replace("ride", "r//i#d/*e*/")), EVERYTHING, ""),
    "wrapped": (f'{{"scene":{whole()}}}', EVERYTHING, ""),
    "byte order mark": ("\ufeff" + whole(), EVERYTHING, ""),
    "indented": (json.dumps(json.loads(whole()), indent=4), EVERYTHING, ""),
    "python literal": (str(json.loads(whole())), EVERYTHING, ""),
    "trailing comma in a list": (whole(relations=f"{RIDE},"), EVERYTHING, ""),
    "trailing comma in an object": (whole().replace("0.90]", "0.90],", 1).replace(",,", ","), EVERYTHING, ""),
    "trailing comma at the end": (whole()[:-1] + ",}", EVERYTHING, ""),
    "missing comma between rows": (whole(entities=f"{PERSON}\n{HORSE}"), EVERYTHING, ""),
    "keys without quotes": (whole().replace('"id"', "id"), EVERYTHING, ""),
    "cut in a relation": (whole()[: whole().index('"predicate":"ri')], "person_1 horse_1 p1", "a row was dropped"),
    "cut behind a row": (whole()[: whole().index("],\"counts")], NO_N, "ends in the middle"),
    "cut in a key": (whole()[: whole().index('ations":[')], "person_1 horse_1 p1", "ends in the middle of a string"),
    "cut in an attribute": (f'{{"entities":[{PERSON},{HORSE[:-3]}"gre', "person_1", "a row was dropped"),
    "cut without its last bracket": (whole()[:-1], EVERYTHING, "ends in the middle"),
    "a broken row between good ones": (whole(entities=f'{PERSON},{{"id":,}},{HORSE}'), EVERYTHING, "a row was dropped"),
    "one list missing": (whole().replace('"counts"', '"remarks"'), NO_N, "counts: missing"),
    "a list that is none": (whole().replace(f"[{COUNT}]", '"many"'), NO_N, "a list was expected"),
    "a row that is none": (whole(relations=f'"ride",{RIDE},null,7,[]'), EVERYTHING, "an object was expected"),
    "a key twice": (whole()[:-1] + ',"relations":[]}', EVERYTHING, "appears twice"),
    "an unknown key": (whole()[:-1] + ',"mood":"calm"}', EVERYTHING, "unknown key 'mood'"),
    "an unknown key in a row": (whole(relations=RIDE[:-1] + ',"sure":1}'), EVERYTHING, "unknown key 'sure'"),
    "an id twice": (whole(entities=f"{PERSON},{HORSE},{PERSON.replace('red', 'blue')}"), EVERYTHING, "used before"),
    "an entity twice": (whole(entities=f"{PERSON},{HORSE},{PERSON}"), EVERYTHING, "merged"),
    "a relation twice": (whole(relations=f"{RIDE},{RIDE}"), EVERYTHING, "says r1 again"),
    "a part state twice": (whole(part_states=f"{SIT},{SIT.replace('sit on', 'SIT_ON')}"), EVERYTHING, "says p1 again"),
    "a count twice": (whole(counts=f"{COUNT},{COUNT}"), EVERYTHING, "says n1 again"),
    "an unknown subject": (whole(relations=RIDE.replace("person_1", "dog_1")), NO_R, "'dog_1' is no"),
    "an unknown object": (whole(relations=RIDE.replace("horse_1", "x_1")), NO_R, "'x_1' is no"),
    "an unknown part owner": (whole(part_states=SIT.replace("person_1", "y_1")), NO_P, "'y_1' is no"),
    "an unknown part object": (whole(part_states=SIT.replace("horse_1", "z_1")), NO_P, "'z_1' is no"),
    "a part object of null": (whole(part_states=SIT.replace('"horse_1"', "null")), EVERYTHING, ""),
    "a relation without a predicate": (whole(relations=RIDE.replace("predicate", "verb")), NO_R, "a label expected"),
    "a blank predicate": (whole(relations=RIDE.replace("ride", " _ ")), NO_R, "a label expected"),
    "an endless label": (whole(relations=RIDE.replace("ride", "ri" * 200)), NO_R, "a label expected"),
    "half a surrogate pair": (whole(relations=RIDE.replace("ride", "\\ud83d")), NO_R, "a label expected"),
    "blanks in an id": (whole().replace("horse_1", "rocking horse_1"), "person_1 rocking_horse_1 p1 r1 n1", ""),
    "an id of a number": (
        whole(f'{PERSON},{{"id":7,"category":"horse"}}', "", RIDE.replace('"horse_1"', "7")), "person_1 7 r1 n1", ""
    ),
    "an id without a category": (whole(f'{PERSON},{HORSE},{{"id":"_7"}}'), EVERYTHING, "names no category"),
    "an id that is none": (whole(f'{PERSON},{HORSE},{{"id":"<x>"}},{{"id":true}}'), EVERYTHING, "is no id"),
    "no id but a category": (whole(f'{{"category":"person"}},{PERSON},{HORSE}'), f"person_2 {EVERYTHING}", ""),
    "neither id nor category": (whole(f'{{"box":[0,0,1,1]}},{PERSON},{HORSE}'), EVERYTHING, "it has no id"),
    "no category": (whole(f'{{"id":"a_1","category":[]}},{PERSON},{HORSE}'), EVERYTHING, "a label expected"),
    "ids as of claims": (whole(f'{PERSON},{HORSE},{{"id":"r1"}},{{"id":"p1"}}'), "person_1 horse_1 r1 p1 p2 r2 n1", ""),
    "a negative count": (whole(counts=COUNT.replace("1}", "-1}")), NO_N, "0 to 10000 expected"),
    "half a count": (whole(counts=COUNT.replace("1}", "1.5}")), NO_N, "0 to 10000 expected"),
    "a count of 2.0": (whole(counts=COUNT.replace("1}", "2.0}")), EVERYTHING, ""),
    "a count in words": (whole(counts=COUNT.replace("1}", '"one"}')), NO_N, "0 to 10000 expected"),
    "a count of true": (whole(counts=COUNT.replace("1}", "true}")), NO_N, "0 to 10000 expected"),
    "a huge count": (whole(counts=COUNT.replace("1}", "9" * 5000 + "}")), NO_N, "0 to 10000 expected"),
    "a count of NaN": (whole(counts=COUNT.replace("1}", "NaN}")), NO_N, "0 to 10000 expected"),
    "another count of the category": (whole(counts=f'{COUNT},{COUNT.replace("1}", "2}")}'), EVERYTHING + " n2", ""),
    "attributes as one word": (whole().replace('["red"]', '"red"'), EVERYTHING, ""),
    "an attribute that is none": (whole().replace('["red"]', '["red",4,null]'), EVERYTHING, "is no label"),
    "a confidence that is none": (whole(counts=COUNT[:-1] + ',"confidence":NaN}'), EVERYTHING, "'confidence' ignored"),
    "strings like comments": (
        whole(entities=f'{PERSON},{HORSE.replace("[]", chr(91) + chr(34) + "http://a #b /* c" + chr(34) + chr(93))}'),
        EVERYTHING, "",
    ),
    "lists of nothing": (whole("", "", "", ""), "", ""),
}  # fmt: skip


@pytest.mark.parametrize("name", MALFORMED)
def test_malformed(name: str) -> None:
    text, ids, problem = MALFORMED[name]
    assert claims(text) == ids
    problems = read(text).problems
    if problem:
        assert any(problem in line for line in problems), problems
    else:
        assert problems == ()


CUTS = [whole()[: whole().index(piece) + 8] for piece in (PERSON, HORSE, SIT, RIDE, COUNT)]


@pytest.mark.parametrize("text", CUTS[1:])
def test_a_cut_is_told_once(text: str) -> None:
    problems = read(text).problems
    assert sum("the reply ends in the middle" in line for line in problems) == 1, problems
    assert sum("dropped" in line for line in problems) == 1, problems


@given(st.integers(0, 4), st.integers(0, 4), st.integers(0, 4), st.data())
def test_what_is_written_is_read_or_told(things: int, rides: int, strangers: int, data: st.DataObject) -> None:
    """Claims that are read and those that are told to be dropped are those that were written."""
    rows = [f'{{"subject":"person_1","predicate":"v{n}","object":"person_1"}}' for n in range(rides)]
    rows += [RIDE.replace("horse_1", "x_1").replace("ride", f"w{n}") for n in range(strangers)]
    entities = [PERSON, *(f'{{"id":"cup_{n}"}}' for n in range(1, things + 1))]
    blank = st.sampled_from(["", " ", "\n", "/* a */", "// {b\n", "# 'c\n", ",", " and "])
    lists = [", ".join(one + data.draw(blank) for one in given) for given in (entities, rows)]
    parsed = read(whole(lists[0], "", lists[1], ""))
    told = sum("dropped" in line for line in parsed.problems)
    assert len(list(parsed.scene.claims())) + told == len(entities) + len(rows)


# name: (box as written, a piece of the problem reported)
BOXES = {
    "swapped left and right": ("[0.4,0.2,0.1,0.9]", "inside out"),
    "swapped top and bottom": ("[0.1,0.9,0.4,0.2]", "inside out"),
    "percent": ("[10,20,40,90]", "pixels or percent"),
    "thousandths": ("[100,200,400,900]", "pixels or percent"),
    "pixels": ("[12,640,320,1080]", "pixels or percent"),
    "negative": ("[-0.1,0.2,0.4,0.9]", "not within 0 to 1"),
    "three numbers": ("[0.1,0.2,0.4]", "four numbers expected"),
    "five numbers": ("[0.1,0.2,0.4,0.9,1]", "four numbers expected"),
    "words": ('["left","top","right","bottom"]', "four numbers expected"),
    "numbers in quotes": ('["0.1","0.2","0.4","0.9"]', "four numbers expected"),
    "an object": ('{"x":0.1,"y":0.2,"w":0.3,"h":0.7}', "four numbers expected"),
    "nested": ("[[0.1,0.2],[0.4,0.9]]", "four numbers expected"),
    "infinite": ("[0.1,0.2,Infinity,0.9]", "four numbers expected"),
    "beyond every float": ("[0.1,0.2,1e999,0.9]", "four numbers expected"),
    "not a number": ("[NaN,0.2,0.4,0.9]", "four numbers expected"),
    "booleans": ("[false,false,true,true]", "four numbers expected"),
    "a string": ('"0.1 0.2 0.4 0.9"', "four numbers expected"),
}


@pytest.mark.parametrize("name", BOXES)
def test_a_box_that_is_none_is_dropped_and_not_guessed(name: str) -> None:
    written, problem = BOXES[name]
    parsed = read(whole(entities=f'{{"id":"person_1","box":{written}}},{HORSE}'))
    assert parsed.scene.entities[0].box is None
    assert [problem in line and line.startswith("entities[0]: box dropped") for line in parsed.problems] == [True]
    assert len(list(parsed.scene.claims())) == 5


@pytest.mark.parametrize(
    ("given", "category"),
    [
        ('{"id":"dining_table_2"}', "dining_table"),
        ('{"id":"person"}', "person"),
        ('{"id":"tv-3"}', "tv"),
        ('{"id":"tv12"}', "tv"),
        ('{"id":"Person_1"}', "Person"),
        ('{"id":"x1","category":"hot dog"}', "hot dog"),
        ('{"id":"猫_1"}', "猫"),
    ],
)
def test_category(given: str, category: str) -> None:
    assert read(f'{{"entities":[{given}]}}').scene.entities[0].category == category


# name: text that holds no scene
NONE = {
    "empty": "",
    "blank": " \n\t",
    "prose": "A person rides a horse.",
    "null": "null",
    "a number": "3",
    "a list": "[1,2]",
    "an empty object": "{}",
    "another object": '{"answer":"yes"}',
    "a patch": '{"1":"keep"}',
    "known keys without lists": '{"entities":"none","relations":null}',
    "words where things belong": '{"entities":["person","horse"],"relations":[]}',
    "an object where a list belongs": '{"entities":{"person_1":{}},"relations":[]}',
    "relations without things": f'{{"entities":[],"relations":[{RIDE}]}}',
    "rows in no list": f"{PERSON}\n{RIDE}",
    "cut before the first row ends": '{"entities":[{"id":"person_1","box":[0.1',
    "cut at once": '{"entities":[',
    "an open brace": "{",
    "a million braces": "{" * 1_000_000,
    "a million brackets": '{"entities":' + "[" * 1_000_000,
    "deep objects": '{"a":' * 200_000,
    "deep and closed": '{"a":' * 3000 + "1" + "}" * 3000,
    "a million letters": "x" * 1_000_000,
    "an endless string": '{"entities":"' + "x" * 1_000_000,
    "backslashes": '{"' + "\\" * 1_000_000,
    "a huge number": '{"entities":' + "9" * 1_000_000 + "}",
    "NUL": "\x00" * 1000,
}


@pytest.mark.parametrize("name", NONE)
def test_no_scene(name: str) -> None:
    with pytest.raises(ReplyError) as caught:
        steps(lambda: read(NONE[name]), most=100_000)  # a step for each of a million characters is too much
    assert caught.value.raw == NONE[name]
    assert "no scene in the reply" in caught.value.problems[-1]


RUBBISH = {
    "repeated rows": lambda n: '{"entities":[' + f"{PERSON}," * n,
    "deep rows": lambda n: '{"entities":[' + '{"id":"a_1","x":[[[' * n,
    "broken rows": lambda n: '{"entities":[' + PERSON + "," + '{"id":,}' * n,
    "dangling rows": lambda n: whole(relations=",".join(f'{{"subject":"a_{i}"}}' for i in range(n))),
    "comments without an end": lambda n: '{"entities":[' + PERSON + "," + "{/*}," * n,
    "comments of the last line": lambda n: '{"entities":[' + PERSON + "," + '{"id"://},' * n,
    "open objects and an endless list": lambda n: '{"a":' * 20 + "[" + "0," * n,
    "objects and an endless list": lambda n: '{"a":1},{"b":[' * 12 + "0," * n,
    "many objects": lambda n: "{}" * 4 * n,
    "alternating": lambda n: '{"a":[{"b":[' * 3 * n,
}


@pytest.mark.parametrize("name", RUBBISH)
def test_the_work_grows_with_the_length_of_rubbish(name: str) -> None:
    """Four times the text takes less than six times the steps."""

    def read_rubbish(text: str) -> None:
        try:
            parsed = read(text)
        except ReplyError as error:
            assert len(error.problems) <= 102
        else:
            assert 0 < len(parsed.problems) <= 101

    short, long = (RUBBISH[name](rows) for rows in (1_500, 6_000))
    assert steps(lambda: read_rubbish(long)) < 6 * steps(lambda: read_rubbish(short))


def test_whatever_is_beyond_the_bound_is_counted() -> None:
    parsed = read(whole(relations=",".join(f'{{"subject":"a_{i}"}}' for i in range(150))))
    assert parsed.problems[-1].startswith("and ")
    assert "further problems" in parsed.problems[-1]


SCRAPS = (
    *('{"entities":[', PERSON, HORSE, RIDE, SIT, COUNT, '"relations":[', "{", "}", "[", "]", ",", ":", '"', "\\", "'"),
    *('"part_states":[', '"counts":[', '"id":"person_1"', "NaN", "-1e400", "0.10", "null", "\n", "```", "é", "\ud800"),
)


@given(st.one_of(st.text(), st.lists(st.sampled_from(SCRAPS), max_size=30).map("".join)))
def test_any_text_gives_a_scene_or_a_reply_error(text: str) -> None:
    try:
        parsed = read(text)
    except ReplyError as error:
        assert error.problems
        assert error.raw == text
    else:
        assert Scene.from_json(parsed.scene.to_json()) == parsed.scene


@given(st.integers(0, len(whole())), st.text(max_size=5))
def test_a_damaged_reply_gives_no_claim_that_was_not_there(at: int, noise: str) -> None:
    text = whole()[:at] + noise
    try:
        parsed = read(text)
    except ReplyError:
        return
    kept = {(type(c).__name__, c.id) for c in parsed.scene.claims()}
    if len(kept) < 5 and at < len(whole()):
        assert parsed.problems


LABELS = st.text(st.sampled_from('abcXYZ019_ ()-é"\\\n<>'), min_size=1, max_size=12).filter(lambda t: t.strip(" _\n"))
SHARES = st.integers(0, 100).map(lambda n: n / 100)


@st.composite
def scenes(draw: st.DrawFn) -> Scene:
    ids = draw(
        st.lists(st.from_regex(r"[a-z]{1,8}(_[a-z]{1,5})?_[1-9]", fullmatch=True), unique=True, min_size=1, max_size=5)
    )
    entities = []
    for entity_id in ids:
        x, y = sorted((draw(SHARES), draw(SHARES))), sorted((draw(SHARES), draw(SHARES)))
        box = draw(st.none() | st.just((x[0], y[0], x[1], y[1])))
        attributes = tuple(draw(st.lists(st.sampled_from(["red", "big", "a b"]), unique=True, max_size=2)))
        entities.append(Entity(id=entity_id, category=entity_id.rpartition("_")[0], box=box, attributes=attributes))
    one = st.sampled_from(ids)
    rows = draw(
        st.lists(st.tuples(one, LABELS, LABELS, st.none() | one), max_size=4, unique_by=lambda r: (r[0], r[1].lower()))
    )
    triples = draw(st.lists(st.tuples(one, LABELS, one), max_size=4, unique_by=lambda r: r[0]))
    numbers = draw(st.lists(st.tuples(LABELS, st.integers(0, 10_000)), max_size=3, unique_by=lambda r: r[1]))
    taken = {e.id for e in entities}
    fresh = {prefix: iter([f"{prefix}{n}" for n in range(1, 50) if f"{prefix}{n}" not in taken]) for prefix in "prn"}
    return Scene(
        entities=tuple(entities),
        part_states=tuple(
            PartState(id=f"p{n}", entity=e, part=f"{n} {p}", state=s, object=o)
            for n, (e, p, s, o) in enumerate(rows, 1)
        ),
        relations=tuple(Relation(id=next(fresh["r"]), subject=s, predicate=p, object=o) for s, p, o in triples),
        counts=tuple(Count(id=next(fresh["n"]), category=c, value=v) for c, v in numbers),
    )


@given(scenes())
def test_what_is_written_is_read_back(scene: Scene) -> None:
    parsed = read(write_scene(scene))
    assert parsed.problems == ()
    assert parsed.scene == scene.model_copy(update={"image": IMAGE.info})


class TestConfidence:
    TEXT = '{"entities":[{"id":"person_1","box":[0.10,0.20,0.40,0.90],"attributes":["red"]},{"id":"cat_1"}],"relations":[{"subject":"person_1","predicate":"hold","object":"cat_1"}],"counts":[{"category":"cat","value":1}]}'  # noqa: E501

    def parse(self, odds: dict[str, float], pieces: list[str]) -> Scene:
        """Give every listed piece of TEXT its probability; all other characters are certain."""
        tokens, at = [], 0
        for piece in pieces:
            start = self.TEXT.index(piece, at)
            tokens += [Token(text=c, probability=1.0) for c in self.TEXT[at:start]]
            tokens.append(Token(text=piece, probability=odds[piece]))
            at = start + len(piece)
        tokens += [Token(text=c, probability=1.0) for c in self.TEXT[at:]]
        return parse_scene(Reply(text=self.TEXT, tokens=tuple(tokens)), IMAGE).scene

    def test_none_without_tokens(self) -> None:
        assert {c.confidence for c in read(self.TEXT).scene.claims()} == {None}

    def test_only_the_label_counts(self) -> None:
        scene = self.parse({"0.10": 0.5, '"red"': 0.5, '"box"': 0.1}, ['"box"', "0.10", '"red"'])
        assert {c.confidence for c in scene.claims()} == {1.0}

    def test_an_entity_is_as_sure_as_its_category(self) -> None:
        scene = self.parse({"per": 0.5, "son": 0.5, "_1": 0.1}, ["per", "son", "_1"])
        assert scene.entities[0].confidence == 0.25
        assert scene.entities[1].confidence == 1.0

    def test_a_relation_takes_its_three_labels(self) -> None:
        scene = self.parse({'"person_1","pre': 0.5, "hold": 0.5, "at_1": 0.5}, ['"person_1","pre', "hold", "at_1"])
        assert scene.relations[0].confidence == 0.125

    def test_a_token_over_two_labels_counts_once(self) -> None:
        scene = self.parse({'old","object":"cat': 0.5}, ['old","object":"cat'])
        assert scene.relations[0].confidence == 0.5

    def test_a_count_takes_category_and_value(self) -> None:
        scene = self.parse({'"cat","value":1': 0.3}, ['"cat","value":1'])
        assert scene.counts[0].confidence == 0.3

    @pytest.mark.parametrize("odd", [float("nan"), float("inf"), float("-inf"), 5.0, -2.0, None])
    def test_a_probability_that_is_none_is_unknown_and_told(self, odd: float | None) -> None:
        first, rest = self.TEXT.split("person_1", 1)
        tokens = tuple(Token(text=t, probability=p) for t, p in ((first, 1.0), ("person_1", odd), (rest, 0.5)))
        parsed = parse_scene(Reply(text=self.TEXT, tokens=tokens), IMAGE)
        assert [entity.confidence for entity in parsed.scene.entities] == [None, 0.5]
        assert any("1 of 3 tokens have no probability" in line for line in parsed.problems)

    def test_what_the_back_end_could_not_use_is_told(self) -> None:
        assert parse_scene(Reply(text=self.TEXT, problems=("no tokens",)), IMAGE).problems[0] == "no tokens"

    def test_tokens_that_do_not_join_to_the_text_are_reported(self) -> None:
        parsed = parse_scene(Reply(text=self.TEXT, tokens=(Token(text="x", probability=0.5),)), IMAGE)
        assert {c.confidence for c in parsed.scene.claims()} == {None}
        assert any("do not join" in line for line in parsed.problems)

    @given(st.lists(st.floats(0.0, 1.0), min_size=len(TEXT), max_size=len(TEXT)))
    def test_always_a_share(self, odds: list[float]) -> None:
        tokens = tuple(Token(text=c, probability=p) for c, p in zip(self.TEXT, odds, strict=True))
        for claim in parse_scene(Reply(text=self.TEXT, tokens=tokens), IMAGE).scene.claims():
            assert claim.confidence is not None
            assert 0.0 <= claim.confidence <= 1.0
