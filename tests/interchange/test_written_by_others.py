"""Graphs of Gephi and yEd, RDF and Parquet of other libraries, and rows of R1-SGG as `datasets` keeps them."""

import io
import json
from pathlib import Path
from typing import Any

import networkx
import PIL.Image
import pyarrow
import pyarrow.parquet
import pyoxigraph
import pytest
from rdflib import Graph

from nesy.errors import InputError
from nesy.interchange import Lost, content, read, write
from nesy.interchange.formats import of_source
from nesy.scene import Scene, in_words
from tests.interchange.tool_scenes import ODD_SCENE, SCENE


def scenes(path: Path, form: str | None = None) -> tuple[list[Scene], dict[str, int]]:
    lost: list[Lost] = []
    return list(read(path, form, lost.append)), {one.what: one.count for one in lost}


def said(path: Path) -> list[str]:
    ((scene,), _) = scenes(path)
    return [in_words(one) for one in scene.claims()]


# --- graphs ---

UNDIRECTED = "edges without a direction, which are read from source to target"
NODES = '<node id="b" label="horse"/><node id="a" label="person"/>'


def gexf(address: str, edge: str = "", default: str = "directed") -> str:
    edges = f'<edges><edge source="a" target="b" label="ride" {edge}/></edges>'
    graph = f'<graph defaultedgetype="{default}"><nodes>{NODES}</nodes>{edges}</graph>'
    return f'<gexf xmlns="{address}" version="1.3">{graph}</gexf>'


@pytest.mark.parametrize(
    "address",
    ["http://gexf.net/1.3", "http://www.gexf.net/1.3", "http://www.gexf.net/1.2draft", "http://www.gexf.net/1.1draft"],
)
def test_gexf_of_any_version_has_words_in_its_labels(address: str, tmp_path: Path) -> None:
    (tmp_path / "g.gexf").write_text(gexf(address))
    assert said(tmp_path / "g.gexf") == ["b is a horse", "a is a person", "a ride b"]


@pytest.mark.parametrize(("edge", "default"), [('type="undirected"', "directed"), ("", "undirected")])
def test_an_edge_without_a_direction_keeps_the_order_of_its_ends_and_is_told(
    edge: str, default: str, tmp_path: Path
) -> None:
    (tmp_path / "g.gexf").write_text(gexf("http://gexf.net/1.3", edge, default))
    (scene,), lost = scenes(tmp_path / "g.gexf")
    assert in_words(scene.relations[0]) == "a ride b" and lost == {UNDIRECTED: 1}


def test_graphml_and_node_link_without_directions_keep_the_order_of_ends(tmp_path: Path) -> None:
    graph = networkx.Graph()
    graph.add_node("horse_1", category="horse")
    graph.add_node("person_1", category="person")
    graph.add_edge("person_1", "horse_1", predicate="ride")
    networkx.write_graphml_xml(graph, tmp_path / "g.graphml")
    text = (tmp_path / "g.graphml").read_text()
    turned = text.replace('source="horse_1" target="person_1"', 'source="person_1" target="horse_1"')
    (tmp_path / "g.graphml").write_text(turned)
    link = {"source": "person_1", "target": "horse_1", "predicate": "ride"}
    data = {**networkx.node_link_data(graph, edges="links"), "links": [link]}
    (tmp_path / "g.json").write_text(json.dumps(data))
    for name in ("g.graphml", "g.json"):
        (scene,), lost = scenes(tmp_path / name)
        assert in_words(scene.relations[0]) == "person_1 ride horse_1" and lost == {UNDIRECTED: 1}


def test_a_graph_drawn_in_yed_is_read_by_its_labels(tmp_path: Path) -> None:
    def node(name: str, label: str) -> str:
        shape = (
            f'<y:ShapeNode><y:Geometry x="1.0" y="2.0"/><y:NodeLabel>{label}</y:NodeLabel><y:Shape type="rectangle"/>'
        )
        return f'<node id="{name}"><data key="d6">{shape}</y:ShapeNode></data></node>'

    line = '<y:PolyLineEdge><y:Path sx="0.0"/><y:EdgeLabel>ride</y:EdgeLabel></y:PolyLineEdge>'
    (tmp_path / "y.graphml").write_text(
        '<graphml xmlns="http://graphml.graphdrawing.org/xmlns" xmlns:y="http://www.yworks.com/xml/graphml">'
        '<key for="node" id="d6" yfiles.type="nodegraphics"/><key for="edge" id="d10" yfiles.type="edgegraphics"/>'
        f'<graph edgedefault="directed" id="G">{node("n0", "person")}{node("n1", "horse")}'
        f'<edge id="e0" source="n0" target="n1"><data key="d10">{line}</data></edge></graph></graphml>'
    )
    (scene,), lost = scenes(tmp_path / "y.graphml")
    assert [in_words(one) for one in scene.claims()] == ["n0 is a person", "n1 is a horse", "n0 ride n1"]
    assert lost == {"`x` of nodes": 2, "`y` of nodes": 2, "`shape_type` of nodes": 2}


# --- RDF ---


def of_scene(tmp_path: Path) -> Graph:
    write([SCENE], tmp_path / "scene.ttl")
    return Graph().parse(tmp_path / "scene.ttl")


def test_json_ld_is_told_and_read_in_every_form(tmp_path: Path) -> None:
    graph = of_scene(tmp_path)
    nodes = json.loads(graph.serialize(format="json-ld"))
    ours = "https://w3id.org/nesy/ontology#"
    forms: dict[str, Any] = {
        "nodes written out": nodes,
        "a graph": {"@graph": nodes},
        "graphs": [{"@graph": nodes}],
        "no context": {"@context": None, "@graph": nodes},
        "another prefix": json.loads(graph.serialize(format="json-ld", context={"foo": ours})),
        "a vocabulary": json.loads(graph.serialize(format="json-ld", context={"@vocab": ours})),
    }
    for what, data in forms.items():
        (tmp_path / "a.json").write_text(json.dumps(data))
        assert of_source(tmp_path / "a.json").name == "json-ld", what
        assert scenes(tmp_path / "a.json")[0] == [SCENE], what


@pytest.mark.parametrize(
    "context",
    [
        "https://schema.org/",
        ["https://schema.org/", {}],
        "context.jsonld",
        {"x": {"@id": "http://x/", "@context": "https://schema.org/"}},
        {"@import": "https://schema.org/"},
    ],
)
def test_no_context_is_fetched(context: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []
    monkeypatch.setattr("urllib.request.OpenerDirector.open", lambda _self, address, *_: asked.append(address))
    (tmp_path / "a.json").write_text(json.dumps({"@context": context, "@graph": [{"@id": "http://x/1"}]}))
    with pytest.raises(InputError, match="lies elsewhere and nothing is fetched") as told:
        scenes(tmp_path / "a.json")
    assert asked == [] and "\n" not in str(told.value)


def test_oxigraph_writes_what_is_read(tmp_path: Path) -> None:
    write([SCENE, ODD_SCENE], tmp_path / "scenes.trig")
    store = pyoxigraph.Store()
    store.load(path=str(tmp_path / "scenes.trig"))
    kinds = {"trig": pyoxigraph.RdfFormat.TRIG, "nq": pyoxigraph.RdfFormat.N_QUADS}
    kinds |= {"jsonld": pyoxigraph.RdfFormat.JSON_LD}
    for ending, kind in kinds.items():
        (tmp_path / f"theirs.{ending}").write_bytes(store.dump(format=kind) or b"")
        assert scenes(tmp_path / f"theirs.{ending}")[0] == [SCENE, ODD_SCENE], ending


def test_turtle_in_jenas_manner(tmp_path: Path) -> None:
    lines = of_scene(tmp_path).serialize(format="turtle").splitlines()
    jena = [one.replace("@prefix", "PREFIX").removesuffix(" .") if "@prefix" in one else one for one in lines]
    (tmp_path / "jena.ttl").write_text("BASE <http://example.org/>\n" + "\n".join(jena))
    assert scenes(tmp_path / "jena.ttl")[0] == [SCENE]


# --- Parquet ---


def test_parquet_whoever_wrote_it(tmp_path: Path) -> None:
    """As polars (large texts, categories), pandas (categories), DuckDB (decimals) and others lay the same table out."""
    source = tmp_path / "scenes.parquet"
    write([SCENE, ODD_SCENE], source)
    table = pyarrow.parquet.read_table(source)
    texts = [field.name for field in table.schema if field.type == pyarrow.string()]

    def cast(kind: Any, names: list[str] = texts) -> Any:
        fields = [(one.name, kind if one.name in names else one.type) for one in table.schema]
        return table.cast(pyarrow.schema(fields))

    written = {
        "large": (cast(pyarrow.large_string()), {}),
        "views": (cast(pyarrow.string_view()), {}),
        "categories": (table.set_column(6, "kind", table["kind"].dictionary_encode()), {}),
        "small numbers": (cast(pyarrow.int16(), ["scene", "width_px", "height_px"]), {}),
        "row groups": (table, {"row_group_size": 2, "compression": "zstd"}),
        "nulls": (table.set_column(22, "spans", pyarrow.nulls(len(table))), {}),
        "one more": (table.append_column("note", pyarrow.array([{"a": [1]}] * len(table))), {}),
    }
    whole = scenes(source)[0]
    for what, (changed, options) in written.items():
        pyarrow.parquet.write_table(changed, tmp_path / "a.parquet", **options)
        found, lost = scenes(tmp_path / "a.parquet")
        without = what == "nulls"
        assert [len(list(one.claims())) for one in found] == [len(list(one.claims())) for one in whole], what
        assert without or found == whole, what
        assert lost == ({"columns that a scene has no place for (note)": 1} if what == "one more" else {}), what


def r1_rows(tmp_path: Path, picture: bytes) -> Path:
    objects = [{"id": "person.1", "bbox": [16, 12, 32, 48]}, {"id": "horse.1", "bbox": [0, 0, 64, 48]}]
    relationships = [{"subject": "person.1", "predicate": "riding", "object": "horse.1"}]
    row = {
        "image_id": "2343729",
        "image": {"bytes": picture, "path": None},
        "prompt_open": "Describe",
        "objects": json.dumps(objects),
        "relationships": json.dumps(relationships),
    }
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist([row]), tmp_path / "train-00000-of-00001.parquet")
    return tmp_path / "train-00000-of-00001.parquet"


def test_rows_of_r1_sgg_in_parquet_have_the_size_of_their_picture(tmp_path: Path) -> None:
    data = io.BytesIO()
    PIL.Image.new("RGB", (64, 48)).save(data, "JPEG")
    file = r1_rows(tmp_path, data.getvalue())
    assert of_source(file).name == "r1-sgg"
    (scene,), lost = scenes(file)
    assert scene.image is not None and scene.image.model_dump(exclude_none=True) == {
        "name": "2343729.jpg",
        "width_px": 64,
        "height_px": 48,
    }
    assert scene.entities[0].box == (0.25, 0.25, 0.5, 1.0) and in_words(scene.relations[0]) == "person_1 riding horse_1"
    assert lost == {"`image` of rows": 1, "`prompt_open` of rows": 1}
    with pytest.raises(InputError, match="row 1: image: is no picture that can be read"):
        scenes(r1_rows(tmp_path, b"no picture"))


def test_parquet_of_something_else_is_told_as_that(tmp_path: Path) -> None:
    pyarrow.parquet.write_table(pyarrow.table({"a": [1]}), tmp_path / "a.parquet")
    with pytest.raises(InputError, match=r"is no table of claims: it has no columns id and kind, but a"):
        scenes(tmp_path / "a.parquet")
    (tmp_path / "a.ndjson").write_text('{"kind": "entity", "id": "x"}\n')
    with pytest.raises(InputError, match=r"a.ndjson:1: entities: Field required"):
        scenes(tmp_path / "a.ndjson")


# --- once ---


def test_a_file_is_parsed_once_to_tell_its_format_and_to_be_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    times: list[str] = []
    real = content.parsed

    def parsed(text: str | bytes, where: str) -> Any:
        times.append(where)
        return real(text, where)

    monkeypatch.setattr(content, "parsed", parsed)
    file = tmp_path / "a.json"
    write([SCENE], file, "psg")
    for _ in range(2):
        times.clear()
        assert of_source(file).name == of_source(file).name == "psg"
        (scene,), _lost = scenes(file)
        assert len(times) == 1 and scene.relations
    of_source(file)
    write([SCENE.model_copy(update={"relations": ()})], file, "psg", overwrite=True)
    assert scenes(file)[0][0].relations == (), "what was changed meanwhile is read anew"


# --- CVAT and Label Studio ---

TRACKS = """<annotations><version>1.1</version><meta><task><mode>interpolation</mode>
  <original_size><width>200</width><height>100</height></original_size></task></meta>
  <track id="0" label="person" source="manual">
    <box frame="0" keyframe="1" outside="0" occluded="0" xtl="20" ytl="10" xbr="60" ybr="90" z_order="0">
      <attribute name="relations">ride -&gt; horse_1</attribute></box>
    <box frame="1" keyframe="0" outside="0" occluded="1" xtl="30" ytl="10" xbr="70" ybr="90" z_order="0">
      <attribute name="relations">ride -&gt; horse_1</attribute></box>
    <box frame="2" keyframe="1" outside="1" occluded="0" xtl="30" ytl="10" xbr="70" ybr="90" z_order="0"/>
  </track>
  <track id="1" label="person"><box frame="3" outside="0" xtl="0" ytl="0" xbr="9" ybr="9"/></track>
  <track id="2" label="horse"><box frame="1" keyframe="1" outside="0" xtl="0" ytl="0" xbr="50" ybr="50"/>
    <polygon frame="1" outside="0" points="1,2;3,4;5,6"/></track>
</annotations>"""


def test_tracks_of_cvat_are_things_over_frames(tmp_path: Path) -> None:
    (tmp_path / "annotations.xml").write_text(TRACKS)
    found, lost = scenes(tmp_path / "annotations.xml")
    assert [one.image.name for one in found if one.image] == [f"frame_00000{n}.png" for n in (0, 1, 3)]
    assert [[one.id for one in scene.entities] for scene in found] == [
        ["person_1"],
        ["person_1", "horse_1"],
        ["person_2"],
    ]
    assert found[1].entities[0].box == (0.15, 0.1, 0.35, 0.9) and found[1].entities[0].attributes == ("occluded",)
    assert [in_words(one) for scene in found for one in scene.relations] == ["person_1 ride horse_1"]
    assert lost == {"claims towards what is not there": 1, "shapes of type polygon": 1}
    for old, new, what in (
        ("<original_size>", "<no_size>", "no_size"),
        ('frame="3"', 'frame="x"', "track 1: frame is 'x'; a whole number would be right"),
    ):
        text = TRACKS.replace(old, new).replace(
            "</original_size>", "</no_size>" if what == "no_size" else "</original_size>"
        )
        (tmp_path / "annotations.xml").write_text(text)
        with pytest.raises(InputError, match="no width and height" if what == "no_size" else what):
            scenes(tmp_path / "annotations.xml")


def shape(x: float, **words: list[str]) -> dict[str, Any]:
    place = {"x": x, "y": 10, "width": 20, "height": 20, "rotation": 0}
    return {**place, **words, "original_width": 200, "original_height": 100}


def test_json_min_of_label_studio(tmp_path: Path) -> None:
    row = {
        "id": 1,
        "image": "/data/upload/1/0a1b2c3d-ride.jpg",
        "attributes": [shape(30, choices=["brown"])],
        "things": [shape(10, rectanglelabels=["person"]), shape(30, rectanglelabels=["horse"])],
        "counts": ["1 horse"],
        "annotator": 1,
        "annotation_id": 9,
        "created_at": "2026-01-01",
        "updated_at": "2026-01-01",
        "lead_time": 3.2,
    }
    first = {**row, "annotation_id": 8, "things": [], "attributes": []}
    (tmp_path / "min.json").write_text(json.dumps([first, row]))
    (scene,), lost = scenes(tmp_path / "min.json")
    assert scene.image is not None and (scene.image.name, scene.image.width_px) == ("ride.jpg", 200)
    assert [(one.category, one.box, one.attributes) for one in scene.entities] == [
        ("person", (0.1, 0.1, 0.3, 0.3), ()),
        ("horse", (0.3, 0.1, 0.5, 0.3), ("brown",)),
    ]
    assert [in_words(one) for one in scene.counts] == ["1 horse"]
    assert lost == {
        "annotations of the same task beside the one taken": 1,
        "tasks of which JSON-MIN tells no relations and no ids": 1,
    }


def test_of_several_annotators_one_is_taken_and_what_is_null_is_empty(tmp_path: Path) -> None:
    def drawn(word: str, **more: object) -> dict[str, Any]:
        region = {"id": "a", "type": "rectanglelabels", "to_name": "image", "value": shape(10, rectanglelabels=[word])}
        return {"completed_by": {"id": 1, "email": "a@example.org"}, "result": [region], **more}

    task = {"id": 1, "data": {"image": "a.jpg"}, "predictions": None, "drafts": None}
    cases: list[tuple[list[dict[str, Any]], str]] = [
        ([drawn("person"), drawn("dog")], "dog"),
        ([drawn("person", ground_truth=True), drawn("dog", ground_truth=None)], "person"),
        ([drawn("person"), drawn("dog", was_cancelled=True)], "person"),
    ]
    for annotations, word in cases:
        (tmp_path / "l.json").write_text(json.dumps([{**task, "annotations": annotations}]))
        (scene,), lost = scenes(tmp_path / "l.json")
        assert [one.category for one in scene.entities] == [word]
        cancelled = any(one.get("was_cancelled") for one in annotations)
        assert lost == ({} if cancelled else {"annotations of the same task beside the one taken": 1})
    (tmp_path / "l.json").write_text(json.dumps([{**task, "annotations": [{"result": None}]}]))
    assert scenes(tmp_path / "l.json")[0][0].entities == ()
