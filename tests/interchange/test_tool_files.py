"""Files of CVAT, FiftyOne, networkx, tables and RDF as others write them, and what in them cannot be used."""

import csv
import io
import json
import tempfile
from pathlib import Path

import networkx
import pandas
import pyarrow.parquet
import pyoxigraph
import pytest
from rdflib import Dataset, Graph
from typer.testing import CliRunner

import nesy
from nesy.cli.app import app
from nesy.errors import InputError
from nesy.interchange import Lost, rdf_files, read, write
from nesy.interchange.tables import TABLE_COLUMNS
from nesy.scene import Scene, in_words
from tests.interchange.tool_scenes import ODD_SCENE, SCENE

CVAT = """<?xml version="1.0" encoding="utf-8"?>
<annotations><version>1.1</version><meta><task><name>x</name></task></meta>
  <image id="0" name="set/ride.jpg" width="200" height="100" subset="Train">
    <box label="person" source="manual" occluded="1" xtl="20" ytl="10.5" xbr="260.0" ybr="90" z_order="0" group_id="3">
      <attribute name="colour">red</attribute><attribute name="sitting">true</attribute>
      <attribute name="blurred">false</attribute><attribute name="age">30</attribute>
      <attribute name="relations">ride -&gt; horse_1
gone -&gt; cup_9</attribute>
    </box>
    <box label="horse" occluded="0" xtl="0" ytl="0" xbr="40" ybr="20" rotation="90" z_order="0"/>
    <polygon label="grass" points="1,2;3,4;5,6" z_order="0"/>
    <tag label="outdoor" source="manual"/>
  </image>
</annotations>"""

FIFTYONE = {
    "samples": [
        {
            "_id": {"$oid": "6b0b443f9e207781799f6fff"},
            "filepath": "/data/pictures/ride.jpg",
            "tags": ["train"],
            "metadata": {"_cls": "ImageMetadata", "width": 640, "height": 480, "mime_type": "image/jpeg"},
            "_media_type": "image",
            "ground_truth": {
                "_cls": "Detections",
                "detections": [
                    {
                        "_id": {"$oid": "6b0b443f9e207781799f7000"},
                        "_cls": "Detection",
                        "attributes": {
                            "colour": {"_cls": "CategoricalAttribute", "value": "red"},
                            "occluded": {"_cls": "BooleanAttribute", "value": True},
                            "size": {"_cls": "NumericAttribute", "value": 3.5},
                        },
                        "tags": [],
                        "label": "person",
                        "bounding_box": [0.5, 0.25, 0.75, 0.5],
                        "confidence": 0.5,
                        "iscrowd": 0,
                    }
                ],
            },
            "predictions": {"_cls": "Detections", "detections": []},
            "scene": {"_cls": "Classification", "label": "outdoor"},
        }
    ]
}


def read_back(tmp_path: Path, text: str, name: str, form: str | None = None) -> tuple[list[Scene], dict[str, int]]:
    file = tmp_path / name
    file.write_text(text, encoding="utf-8")
    lost: list[Lost] = []
    return list(read(file, form, lost.append)), {one.what: one.count for one in lost}


def test_cvat_as_cvat_writes_it(tmp_path: Path) -> None:
    (scene,), lost = read_back(tmp_path, CVAT, "annotations.xml")
    assert scene.image is not None and (scene.image.name, scene.image.width_px) == ("set/ride.jpg", 200)
    person, horse = scene.entities
    assert person.box == (0.1, 0.105, 1.0, 0.9) and person.attributes == ("red", "sitting", "occluded")
    assert horse.box == (0.05, 0.0, 0.15, 0.3)
    assert [in_words(one) for one in scene.relations] == ["person_1 ride horse_1"]
    assert lost == {
        "groups of shapes": 1,
        "boxes cut at the edge of the picture": 2,
        "numbers (age)": 1,
        "turned boxes, of which the upright box around them is kept": 1,
        "shapes of type polygon": 1,
        "tags of pictures": 1,
        "claims towards what is not there": 1,
    }


def test_samples_as_fiftyone_writes_them(tmp_path: Path) -> None:
    (scene,), lost = read_back(tmp_path, json.dumps(FIFTYONE), "samples.json")
    assert scene.image is not None and (scene.image.name, scene.image.height_px) == ("ride.jpg", 480)
    (person,) = scene.entities
    assert (person.id, person.box, person.confidence) == ("person_1", (0.5, 0.25, 1.0, 0.75), 0.5)
    assert person.attributes == ("red", "occluded")
    assert lost == {
        "labels in fields of type Detections": 1,
        "labels in fields of type Classification": 1,
        "attributes that are no words": 1,
        "fields of labels that a scene has no place for": 1,
        "boxes cut at the edge of the picture": 1,
    }


@pytest.mark.parametrize("ending", ["graphml", "gexf", "node-link.json"])
def test_what_networkx_writes_of_one_scene_is_read(tmp_path: Path, ending: str) -> None:
    graph, file = SCENE.to_networkx(), tmp_path / f"scene.{ending}"
    writers = {"graphml": networkx.write_graphml, "gexf": networkx.write_gexf}
    if ending in writers:
        writers[ending](graph, file)
    else:
        file.write_text(json.dumps(networkx.node_link_data(graph, edges="links")))
    lost: list[Lost] = []
    (scene,) = read(file, lost=lost.append)
    assert scene.entities == SCENE.entities and scene.relations == SCENE.relations
    assert scene.part_states == SCENE.part_states
    assert [one.count for one in lost] == ([1] if ending != "gexf" else [])


@pytest.mark.parametrize("ending", ["graphml", "gexf", "node-link.json"])
def test_networkx_reads_what_we_write(tmp_path: Path, ending: str) -> None:
    file = tmp_path / f"scenes.{ending}"
    write([SCENE, ODD_SCENE], file)
    readers = {"graphml": networkx.read_graphml, "gexf": networkx.read_gexf}
    graph = (
        readers[ending](file)
        if ending in readers
        else networkx.node_link_graph(json.loads(file.read_text()), edges="edges")
    )
    assert graph.nodes["1/person_1"]["category"] == "person" and graph.nodes["2"]["picture"] == ODD_SCENE.image.name
    edges = {(start, end, data["predicate"]) for start, end, data in graph.edges(data=True)}
    assert ("1/person_1", "1/horse_1", "ride") in edges and ("2/a.b-c", "2/ñ", "-> & <on>") in edges


def test_pandas_reads_the_tables(tmp_path: Path) -> None:
    write([SCENE, ODD_SCENE], tmp_path / "claims.csv")
    write([SCENE, ODD_SCENE], tmp_path / "claims.parquet")
    assert pyarrow.parquet.read_schema(tmp_path / "claims.parquet").names == list(TABLE_COLUMNS)
    for table in (pandas.read_csv(tmp_path / "claims.csv"), pandas.read_parquet(tmp_path / "claims.parquet")):
        first = table[table["scene"] == 1].reset_index(drop=True)
        wanted = SCENE.to_frame()
        assert list(first["text"]) == list(wanted["text"]) and list(first["image"].unique()) == ["ride 1.png"]
        pandas.testing.assert_frame_equal(first[["left", "confidence"]], wanted[["left", "confidence"]])


def test_a_frame_of_pandas_is_a_table(tmp_path: Path) -> None:
    SCENE.to_frame().to_csv(tmp_path / "frame.csv")
    SCENE.to_frame().to_parquet(tmp_path / "frame.parquet")
    for file in ("frame.csv", "frame.parquet"):
        (scene,) = read(tmp_path / file)
        assert scene == SCENE.model_copy(update={"image": None})


@pytest.mark.parametrize(("ending", "syntax"), [("ttl", "turtle"), ("nt", "nt"), ("jsonld", "json-ld")])
def test_rdflib_and_oxigraph_read_the_same_triples(tmp_path: Path, ending: str, syntax: str) -> None:
    file = tmp_path / f"scenes.{ending}"
    write([SCENE, ODD_SCENE], file)
    graph = Graph().parse(file, format=syntax)
    forms = {"turtle": pyoxigraph.RdfFormat.TURTLE, "nt": pyoxigraph.RdfFormat.N_TRIPLES}
    if syntax in forms:
        assert len(graph) == len({*pyoxigraph.parse(path=str(file), format=forms[syntax])})
    assert len(graph) == sum(len(scene.to_rdf()) - _header(scene) for scene in (SCENE, ODD_SCENE))


def _header(scene: Scene) -> int:
    """The triples by which a document of one scene declares what it names."""
    return len(nesy.scene_document(scene)) - len(nesy.graph.to_rdf(scene))


@pytest.mark.parametrize(("ending", "syntax"), [("trig", "trig"), ("nq", "nquads")])
def test_each_scene_has_a_graph_of_its_own(tmp_path: Path, ending: str, syntax: str) -> None:
    file = tmp_path / f"scenes.{ending}"
    write([SCENE, ODD_SCENE], file)
    form = {"trig": pyoxigraph.RdfFormat.TRIG, "nquads": pyoxigraph.RdfFormat.N_QUADS}[syntax]
    graphs = {str(quad.graph_name.value) for quad in pyoxigraph.parse(path=str(file), format=form)}
    assert graphs == {"https://w3id.org/nesy/scene/1", "https://w3id.org/nesy/scene/2"}


def test_ten_scenes_stay_in_order(tmp_path: Path) -> None:
    many = [Scene.from_json(f'{{"image": {{"name": "{n}.png"}}, "entities": []}}') for n in range(12)]
    for ending in ("ttl", "nq"):
        write(many, tmp_path / f"many.{ending}")
        assert list(read(tmp_path / f"many.{ending}")) == many


def test_of_an_analysis_the_final_scene_is_read(tmp_path: Path) -> None:
    from nesy.models.scripted import ScriptedModel

    said = '{"entities": [{"category": "person", "box": [0, 0, 1, 1]}], "counts": []}'
    analysis = nesy.Pipeline(ScriptedModel(lambda request: said)).analyze("examples/images/suitcase.png")
    file = tmp_path / "analysis.trig"
    file.write_text(analysis.to_rdf("trig"), encoding="utf-8")
    lost: list[Lost] = []
    assert [[one.category for one in scene.entities] for scene in read(file, lost=lost.append)] == [["person"]]
    assert [one.what for one in lost] == ["scenes of rounds, beside the final ones"]


def test_the_shipped_context_is_known_and_no_other_is_fetched(tmp_path: Path) -> None:
    write([SCENE], tmp_path / "scene.jsonld")
    data = json.loads((tmp_path / "scene.jsonld").read_text())
    assert data["@context"] == rdf_files.context()
    (scene,), lost = read_back(tmp_path, json.dumps({**data, "@context": rdf_files.CONTEXT}), "named.jsonld")
    assert scene == SCENE and not lost
    for remote in ("https://example.org/c.jsonld", ["file:///etc/passwd"], {"@import": "http://127.0.0.1/"}):
        with pytest.raises(InputError, match="lies elsewhere and nothing is fetched"):
            read_back(tmp_path, json.dumps({**data, "@context": remote}), "remote.jsonld")
    inside = {
        **data,
        "@context": {**data["@context"], "entity": {"@id": "nesy:entity", "@context": "https://example.org"}},
    }
    with pytest.raises(InputError, match="lies elsewhere and nothing is fetched"):
        read_back(tmp_path, json.dumps(inside), "inside.jsonld")


BOMB = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>'
TABLE = "id,kind,category,left,top,right,bottom,value,subject,predicate,object,scene\n"
GRAPH = '<graphml xmlns="http://graphml.graphdrawing.org/xmlns">'
SAMPLE = '{"samples": [{"filepath": "a.jpg", "ground_truth": {"_cls": "Detections", "detections": [%s]}}]}'
PREFIX = "@prefix nesy: <https://w3id.org/nesy/ontology#> . "


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("a.cvat.xml", BOMB + "<annotations/>", "a.cvat.xml:1: has a document type (x); no entities are read"),
        ("a.cvat.xml", '<!DOCTYPE annotations SYSTEM "file:///etc/passwd"><annotations/>', "has a document type"),
        ("a.cvat.xml", "<annotations>", "a.cvat.xml:1: is no XML (no element found)"),
        ("a.cvat.xml", "<other><image/></other>", "its outermost element is <other>; <annotations> would be right"),
        ("a.cvat.xml", "<annotations><track id='3'><box/></track></annotations>", "track 3: frame is ''; a whole"),
        ("a.cvat.xml", CVAT.replace('xtl="20"', 'xtl="nan"'), "image 0: xtl is 'nan'; a number would be right"),
        ("a.cvat.xml", CVAT.replace('xtl="20"', ""), "image 0: xtl is None; a number would be right"),
        ("a.cvat.xml", CVAT.replace('xtl="20"', 'xtl="270"'), "is turned inside out"),
        ("a.cvat.xml", CVAT.replace('width="200"', 'width="0"'), "image 0: width is '0'; a number of pixels above 0"),
        ("a.cvat.xml", CVAT.replace(' width="200" height="100"', ""), "image 0: has boxes in pixels, and no width"),
        ("a.cvat.xml", CVAT.replace("ride -&gt; horse_1", "ride horse"), "'ride horse' is no relation"),
        ("a.cvat.xml", CVAT.replace('label="person"', 'label=""'), "category: a label must not be blank"),
        ("a.graphml", BOMB + GRAPH + "</graphml>", "a.graphml:1: has a document type"),
        ("a.graphml", "no xml", "a.graphml:1: is no XML (syntax error)"),
        ("a.graphml", GRAPH + "</graphml>", "is not GraphML"),
        (
            "a.graphml",
            GRAPH + '<graph edgedefault="directed"><node id="x"/></graph></graphml>',
            "node x: entities.0.category",
        ),
        ("a.gexf", BOMB + "<gexf/>", "a.gexf:1: has a document type"),
        ("a.gexf", "<gexf/>", "is not GEXF"),
        (
            "a.node-link.json",
            '{"nodes": [{"id": 1}], "edges": [{"source": 1, "target": [2]}]}',
            "relations.0.object: an id is 1 to 100 letters",
        ),
        ("a.node-link.json", '{"nodes": [{"id": "1", "scene": "x"}], "edges": []}', "node 1: scene is 'x'; a number"),
        ("a.node-link.json", "[]", "has no nodes and edges"),
        ("a.csv", "a,b\n1,2\n", "is no table of claims: it has no columns id and kind, but a, b"),
        ("a.csv", TABLE + "c,cup\n", "a.csv:2: has fewer fields than the first line has names"),
        ("a.csv", TABLE + "c,thing,cup,,,,,,,,,1\n", "a.csv:2: kind is 'thing'; one of entity, part_state, relation"),
        ("a.csv", TABLE + "c,entity,cup,nan,0,1,1,,,,,1\n", "a.csv:2: left is 'nan'; a number would be right"),
        (
            "a.csv",
            TABLE + "c,entity,cup,5,0,1,1,,,,,1\n",
            "a.csv:2: entities.0.box.0: Input should be less than or equal to 1",
        ),
        ("a.csv", TABLE + "n,count,cup,,,,,2.5,,,,1\n", "a.csv:2: value is '2.5'; a whole number would be right"),
        (
            "a.csv",
            TABLE + "c,entity,cup,,,,,,,,,1\nr,relation,,,,,,,c,on,t,1\n",
            "a.csv:2: relations.0.object names 't'",
        ),
        (
            "a.csv",
            TABLE + "c,entity,cup,,,,,,,,,1\nc,entity,cup,,,,,,,,,2\nd,entity,cup,,,,,,,,,1\n",
            "a.csv:4: the rows of scene 1 do not stand together",
        ),
        ("a.csv", TABLE + "c,entity,\0\u202ecup,9,,,,,,,,1\n", "a.csv:2: entities.0.box"),
        ("a.parquet", "PAR1 no", "is no Parquet"),
        ("a.samples.json", "[]", "holds no samples"),
        ("a.samples.json", '{"samples": [3]}', "sample 1: is 3; an object would be right"),
        ("a.samples.json", '{"samples": [{}]}', "sample 1: filepath is None; the path of a picture would be right"),
        (
            "a.samples.json",
            SAMPLE % '{"label": "cup", "bounding_box": [0, 0, 1]}',
            "sample 1: bounding_box: List should have at least 4",
        ),
        (
            "a.samples.json",
            SAMPLE % '{"label": "cup", "bounding_box": [0, 0, -1, 1]}',
            "sample 1: the box [0.0, 0.0, -1.0, 1.0] is turned inside out",
        ),
        (
            "a.samples.json",
            SAMPLE % '{"label": "cup", "bounding_box": [0, 0, "1", 1]}',
            "bounding_box.2: Input should be a valid number",
        ),
        ("a.samples.json", SAMPLE % '{"label": 3}', "sample 1: label: Input should be a valid string, got 3"),
        ("a.ttl", "a b", "a.ttl:1: is not Turtle"),
        ("a.ttl", PREFIX + "<a> nesy:id 'x' .", "holds no scene, a node of type nesy:Scene"),
        ("a.ttl", PREFIX + "<a> a nesy:Scene; nesy:hasEntity <b> . <b> nesy:id 'x' .", "entities.0.category"),
        (
            "a.ttl",
            PREFIX + "<a> a nesy:Scene; nesy:hasCount [nesy:value '1E999999999'^^nesy:decimal] .",
            "is a number of too many digits",
        ),
        ("a.nq", "<a> <b> .", "is not N-Quads"),
        ("a.trig", "{", "is not TriG"),
        ("a.jsonld", "{", "is no JSON"),
        ("a.jsonld", '{"@id": [3], "name": "x"}', "says nothing: its context"),
        ("a.jsonld", '{"@context": {"a": {"@id": 7}}, "a": 1}', "is not JSON-LD"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_one_line_with_the_place(tmp_path: Path, name: str, text: str, told: str) -> None:
    with pytest.raises(InputError) as caught:
        read_back(tmp_path, text, name)
    message = str(caught.value)
    assert told in message and str(tmp_path / name) in message
    assert not set(message) & set("\n\0\u202e")


def test_a_deep_file_is_refused(tmp_path: Path) -> None:
    for name, text in (("a.jsonld", "[" * 100_000), ("a.samples.json", '{"samples":' * 100_000)):
        with pytest.raises(InputError, match="nested deeper"):
            read_back(tmp_path, text, name)


def test_many_elements_are_let_go(tmp_path: Path) -> None:
    image = '<image id="{0}" name="{0}.jpg" width="9" height="9"><tag label="x"/></image>'
    text = "<annotations>" + "".join(image.format(number) for number in range(2000)) + "</annotations>"
    scenes, lost = read_back(tmp_path, text, "many.cvat.xml")
    assert len(scenes) == 2000 and lost == {"tags of pictures": 2000}


def test_words_and_concepts_as_sssom(tmp_path: Path) -> None:
    scene = Scene.from_json("""{
        "entities": [{"category": "bikes"}, {"category": "puppy"}, {"category": "blork \\u0000"}],
        "relations": [{"subject": "puppy_1", "predicate": "near", "object": "bikes_1"}]}""")
    lost = write([scene, scene], tmp_path / "words.sssom.tsv")
    assert [(one.what, one.count) for one in lost] == [("characters that no line of a table can hold", 1)]
    lines = (tmp_path / "words.sssom.tsv").read_text().splitlines()
    rows = list(csv.DictReader(io.StringIO("\n".join(line for line in lines if line[0] != "#")), delimiter="\t"))
    found = {row["subject_label"]: (row["predicate_id"], row["object_id"], row["confidence"]) for row in rows}
    assert found == {
        "bikes": ("skos:exactMatch", "nesy:Bicycle", "0.95"),
        "puppy": ("skos:broadMatch", "nesy:Dog", "0.9"),
        "blork": ("skos:exactMatch", "sssom:NoTermFound", ""),
        "near": ("skos:exactMatch", "nesy:near", "1"),
    }
    assert lines[0].startswith("#") and any(line.startswith("#mapping_set_id: ") for line in lines)


def test_the_command_writes_all_words(tmp_path: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        done = CliRunner().invoke(app, ["concepts", "--sssom", f"{folder}/all.sssom.tsv"])
        assert done.exit_code == 0, done.output
        text = Path(folder, "all.sssom.tsv").read_text()
    assert "label:bike\tbike\tcategory\tskos:exactMatch\tnesy:Bicycle" in text and text.count("\n") > 1000


def test_a_dataset_is_read_by_rdflib(tmp_path: Path) -> None:
    write([SCENE], tmp_path / "scene.jsonld")
    assert len(Dataset().parse(tmp_path / "scene.jsonld", format="json-ld")) > 20
