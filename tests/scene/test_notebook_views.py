"""What a notebook shows of scenes, verdicts, analyses and answers: small, safe tables; frames, graphs and plots."""

import io
import re
from html.parser import HTMLParser
from typing import Any
from xml.etree import ElementTree

import networkx
import PIL.Image
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nesy
from nesy.answering.answer import AnswerClaim, AnswerTurn
from nesy.models.scripted import ScriptedModel
from nesy.scene.html_table import MOST_ROWS, html_table
from nesy.scene.matplotlib_figure import style, written
from nesy.turns import Usage
from tests.commands import python

TEA = """{"entities": [{"id": "cup_1", "category": "cup", "box": [0.1, 0.1, 0.5, 0.5], "confidence": 0.9},
    {"id": "dining_table_1", "category": "dining table", "box": [0, 0.4, 1, 1]}],
    "relations": [{"id": "r1", "subject": "cup_1", "predicate": "on", "object": "cup_1"},
    {"id": "r2", "subject": "cup_1", "predicate": "on", "object": "dining_table_1"}]}"""
TEA_PICTURE = "examples/images/tea.png"


@pytest.fixture(scope="module")
def analysis() -> nesy.Analysis:
    return nesy.Pipeline(ScriptedModel([TEA, '{"1": "withdraw"}'])).analyze(TEA_PICTURE)


@pytest.fixture(scope="module")
def answered(analysis: nesy.Analysis) -> nesy.Answered:
    claims = (
        AnswerClaim(id="a1", kind="relation", subject="cup_1", predicate="on", object="<b>dog</b>"),
        AnswerClaim(id="a2", kind="exists", subject="cup_1", support=("cup_1",)),
    )
    return nesy.Answered(
        image=analysis.image,
        model=analysis.model,
        question="What is the cup on?",
        kind="which",
        answer="a dog",
        claims=claims,
        findings=analysis.rounds[0].verdict.findings,
        consistent=False,
        checked=True,
        kept_turn=0,
        turns=(AnswerTurn(index=0, prompt="?", reply="a dog", answer="a dog", usage=Usage()),),
        stop_reason="unchanged",
        analysis=analysis,
        usage=Usage(),
    )


class Tags(HTMLParser):
    """Collects tags, attributes and text."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.text = ""

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_data(self, data: str) -> None:
        self.text += data + "\n"


def read(html: str) -> Tags:
    tags = Tags()
    tags.feed(html)
    tags.close()
    return tags


PLAIN = {"table", "caption", "thead", "tbody", "tr", "th", "td", "p"}


@given(st.text(max_size=60), st.lists(st.tuples(st.text(max_size=60), st.text(max_size=60)), max_size=4))
def test_no_text_is_ever_markup(caption: str, rows: list[tuple[str, str]]) -> None:
    found = read(html_table(caption, ("a", "b"), rows))
    assert found.tags <= PLAIN and found.attributes <= {"scope", "colspan"}
    assert not re.search("[\u202a-\u202e\u2066-\u2069\x00]", found.text)


def test_a_long_table_is_cut_and_the_rest_counted() -> None:
    html = html_table("many", ("a",), [("x",)] * (MOST_ROWS + 7))
    assert html.count("<td>x</td>") == MOST_ROWS and "and 7 more" in html


def test_an_analysis_shows_claims_and_what_was_withdrawn_and_why(analysis: nesy.Analysis) -> None:
    found = read(analysis._repr_html_())
    assert found.tags <= PLAIN
    assert "cup_1 on dining_table_1" in found.text and "Withdrawn" in found.text and "model, round 1" in found.text
    assert analysis.withdrawn[0].reason in found.text
    red = analysis.scene.entities[0].model_copy(update={"attributes": ("red",)})
    scene = analysis.scene.model_copy(update={"entities": (red, *analysis.scene.entities[1:])})
    assert ", red" in read(analysis.model_copy(update={"scene": scene})._repr_html_()).text


def test_a_scene_and_a_verdict_show_their_claims_and_findings(analysis: nesy.Analysis) -> None:
    first = analysis.rounds[0]
    assert "90%" in read(nesy.Scene.from_json(TEA)._repr_html_()).text
    assert first.verdict.violations[0].message in read(first.verdict._repr_html_()).text
    evil = nesy.Scene.from_json('{"entities": [{"id": "a", "category": "</td><script>alert(1)</script>"}]}')
    assert read(evil._repr_html_()).tags <= PLAIN


def test_an_answer_shows_what_it_claims_and_what_speaks_against_it(answered: nesy.Answered) -> None:
    found = read(answered._repr_html_())
    assert found.tags <= PLAIN and "cup_1 on <b>dog</b>" in found.text
    assert "What is the cup on?" in found.text and answered.findings[0].message in found.text
    assert [claim.id for claim in answered.claims] == answered.to_frame()["id"].tolist()
    graph = answered.to_networkx()
    assert graph.number_of_edges() == 2
    networkx.write_graphml(graph, io.BytesIO())


def test_a_verdict_is_a_frame_and_a_graph(analysis: nesy.Analysis) -> None:
    verdict = analysis.rounds[0].verdict
    frame = verdict.to_frame()
    assert frame["rule"].tolist() == [one.rule for one in verdict.findings]
    graph = verdict.to_networkx()
    for place, one in enumerate(verdict.findings, start=1):
        assert set(graph.successors(f"finding_{place}")) == set(one.claims)
    networkx.write_graphml(graph, io.BytesIO())
    assert len(nesy.Verdict(consistent=True).to_networkx()) == 0


def test_an_album_is_a_frame_and_a_table() -> None:
    cup = '{"entities": [{"id": "cup_1"}]}'
    model = ScriptedModel([cup, cup, '{"p2_cup_1": "p1_cup_1"}'])
    album = nesy.Pipeline(model).analyze_together([TEA_PICTURE, "examples/images/dog.png"])
    assert album.to_frame()[["picture", "id"]].values.tolist() == [[1, "cup_1"], [2, "cup_1"]]
    assert "p2_cup_1" in read(album._repr_html_()).text and read(album._repr_html_()).tags <= PLAIN


def test_plots_draw_what_is_there_and_what_is_gone(analysis: nesy.Analysis, answered: nesy.Answered) -> None:
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("agg")
    from matplotlib.figure import Figure

    def words(ax: Any) -> list[str]:
        return [text.get_text() for text in ax.texts if text.get_text()]

    picture = PIL.Image.new("RGB", (40, 30), "wheat")
    for image in (None, nesy.Image.open(TEA_PICTURE), picture):
        ax = Figure().subplots()
        assert analysis.plot(image, ax) is ax
        assert words(ax) == ["cup_1", "dining_table_1", "on"]
    assert answered.plot(ax=Figure().subplots()).get_title().startswith("What is the cup on?")
    bars = analysis.rounds[0].verdict.plot(Figure().subplots())
    assert sum(bar.get_width() for bar in bars.patches) == len(analysis.rounds[0].verdict.findings)
    formula = TEA.replace('"predicate": "on"', '"predicate": "$x_{"')
    ax = nesy.Scene.from_json(formula).plot(ax=Figure().subplots())
    ax.figure.savefig(io.BytesIO())  # no word is read as a formula


def test_a_plot_of_its_own_holds_its_names_and_its_legend_lies_over_no_bar(analysis: nesy.Analysis) -> None:
    pytest.importorskip("matplotlib").use("agg")
    from matplotlib import pyplot

    field = analysis.rounds[0].verdict.plot()
    field.figure.canvas.draw()
    for name in field.get_yticklabels():
        assert field.figure.bbox.x0 <= name.get_window_extent().x0
    legend = field.get_legend().get_window_extent()
    assert all(not legend.overlaps(bar.get_window_extent()) for bar in field.patches)
    pyplot.close(field.figure)


def test_withdrawn_things_are_drawn_as_gone(analysis: nesy.Analysis) -> None:
    pytest.importorskip("matplotlib")
    from matplotlib.figure import Figure

    lost = analysis.model_copy(
        update={
            "scene": analysis.scene.without(frozenset({"r2"})),
            "withdrawn": (
                *analysis.withdrawn,
                nesy.Withdrawal(claim="r2", round=1, by="model", reason="", was=relation()),
            ),
        }
    )
    told = [text.get_text() for text in lost.plot(ax=Figure().subplots()).texts]
    assert "on (gone)" in told


def relation() -> nesy.Relation:
    return nesy.Relation(id="r2", subject="cup_1", predicate="on", object="dining_table_1")


def test_without_matplotlib_one_line_names_what_mends_it() -> None:
    code = (
        "import sys; sys.modules['matplotlib'] = None; sys.modules['matplotlib.pyplot'] = None\n"
        "import nesy\n"
        "try: nesy.Scene(entities=()).plot()\n"
        "except nesy.InputError as error: print(error)"
    )
    assert (
        python("-c", code).stdout.decode().strip()
        == "matplotlib is not installed; `pip install 'nesy[plot]'` mends that"
    )


def test_nothing_is_loaded_before_it_is_wanted() -> None:
    code = "import sys, nesy; nesy.Scene(entities=())._repr_html_(); print('matplotlib' in sys.modules)"
    assert python("-c", code).stdout.decode().strip() == "False"


def test_a_claim_that_is_called_like_a_finding_stays_a_claim() -> None:
    claims = ("finding_1", "finding__2", "\x00b")
    finding = nesy.Finding(
        rule="https://example.org/rules#Odd", name="odd", severity="warning", focus="b", claims=claims, message="Odd."
    )
    graph = nesy.Verdict(consistent=True, findings=(finding, finding)).to_networkx()
    kinds = [told["kind"] for _, told in graph.nodes(data=True)]
    assert sorted(kinds) == ["claim"] * 3 + ["finding"] * 2 and graph.number_of_edges() == 6
    data = io.BytesIO()
    networkx.write_graphml(graph, data)
    assert networkx.read_graphml(io.BytesIO(data.getvalue())).number_of_nodes() == 5


@pytest.mark.parametrize(
    "odd", ["\x00\x1b[31m\u202e", "</svg><script>", "a\n\tb", "\ufffe", "x" * 190, "$\\frac{", "猫"]
)
def test_what_is_drawn_is_text_of_a_file_that_can_be_read(odd: str) -> None:
    pyplot = pytest.importorskip("matplotlib.pyplot")
    things = [nesy.Entity(id=name, category="cup", box=(0, 0, 0.5, 0.5)) for name in "ab"]
    scene = nesy.Scene(
        entities=things, relations=[nesy.Relation(id="r1", subject="a", predicate=f"on {odd}", object="b")]
    )
    found = nesy.Finding(rule="https://example.org/r#a", name=odd, severity="info", focus="a", claims=(), message="!")
    with style():
        for drawn in (scene.plot(), nesy.Verdict(consistent=True, findings=(found,)).plot()):
            root = ElementTree.fromstring(written(drawn.figure, "svg", "odd"))
            told = "".join(root.itertext())
            assert not re.search("[\x00\x1b\u202e\ufffe]", told)
            assert not [one for one in root.iter() if one.tag.endswith("script")]
            pyplot.close(drawn.figure)
