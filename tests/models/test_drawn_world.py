"""The embedded model keeps to the words of its drawn world, and says where a picture is none of that world."""

import importlib.util
import json
from itertools import islice
from pathlib import Path
from random import Random

import numpy as np
import PIL.Image
import PIL.ImageFilter
import pytest
import xgrammar
from xgrammar.testing import _is_grammar_accept_string

from lab.picture_kinds import RESULTS, drawing_variants, photograph_variants
from lab.training import drawn_words
from nesy import Analysis, Image, Pipeline, assets
from nesy.cli.app import main
from nesy.errors import InputError
from nesy.models import picture_kind
from nesy.models.local_family import WAYS
from nesy.models.picture_kind import is_drawn
from nesy.perception.grammar import answer_grammar, scene_grammar
from nesy.perception.reply_format import write_answer, write_scene
from nesy.perception.vocabulary import Vocabulary, read_vocabulary
from nesy.rendering.account import account
from nesy.rendering.panel import rows
from nesy.scene import Entity, Scene
from nesy.synthetic import draw
from nesy.synthetic.drawing import SPLITS
from nesy.synthetic.question_set import every_kind

FOLDER = assets.embedded_model()
ROOT = Path(__file__).resolve().parents[2]
PHOTOGRAPHS = ROOT.parent / "shared" / "data" / "photographs" / "images"
ROW = '{"id":"person_1","box":[0.10,0.20,1.00,0.90],"attributes":["red"]}'


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    return read_vocabulary(FOLDER / "vocabulary.json")


def shaded(seed: int, width_px: int = 240, height_px: int = 160) -> Image:
    """A picture with shades everywhere, as a photograph has them: soft blobs of light in all colours, and grain."""
    rng = np.random.default_rng(seed)
    rough = PIL.Image.fromarray(rng.integers(0, 256, (6, 9, 3), dtype=np.uint8))
    soft = np.asarray(rough.resize((width_px, height_px), PIL.Image.Resampling.BICUBIC), dtype=np.float64)
    grain = rng.normal(0, 6, soft.shape)
    return Image.from_pixels(PIL.Image.fromarray((soft + grain).clip(0, 255).astype(np.uint8)), f"shaded_{seed}.png")


def real_photographs() -> list[Path]:
    found = importlib.util.find_spec("sklearn")
    shipped = [] if found is None or found.origin is None else sorted(Path(found.origin).parent.glob("**/images/*.jpg"))
    return [*shipped, *(sorted(PHOTOGRAPHS.glob("*.jpg")) if PHOTOGRAPHS.is_dir() else ())]


def test_the_vocabulary_is_that_of_the_drawn_world(vocabulary: Vocabulary) -> None:
    assert (FOLDER / "vocabulary.json").read_text(encoding="utf-8") == drawn_words.written()
    assert len(vocabulary.categories) == 26


@pytest.mark.parametrize("split", SPLITS)
def test_its_grammar_takes_every_drawing_and_every_answer_about_it(split: str, vocabulary: Vocabulary) -> None:
    grammar = xgrammar.Grammar.from_ebnf(scene_grammar(vocabulary))
    for index in range(20):
        scene = draw(4, index, split).scene
        assert _is_grammar_accept_string(grammar, write_scene(scene))
    answers = xgrammar.Grammar.from_ebnf(answer_grammar(scene.entities, vocabulary))
    for asked in islice(every_kind(scene, Random(split)), 12):
        assert _is_grammar_accept_string(answers, write_answer(asked.answer, asked.because))


@pytest.mark.parametrize(
    ("entities", "states", "relations", "counts"),
    [
        (ROW.replace("person_1", "couchcouchcouch_1"), "", "", ""),
        (ROW.replace("person_1", "zebra_1"), "", "", ""),  # a word of the ontology, but not of the drawn world
        (ROW.replace("person_1", "withdraw_1"), "", "", ""),
        (ROW.replace('"red"', '"redred"'), "", "", ""),
        (ROW.replace('"red"', '"pink"'), "", "", ""),
        (ROW, '{"entity":"person_1","part":"wurst","state":"hold"}', "", ""),
        (ROW, '{"entity":"person_1","part":"hip","state":"drink with"}', "", ""),
        (ROW, '{"entity":"person_1","part":"hip","state":"sit onsit on"}', "", ""),
        (ROW, "", '{"subject":"person_1","predicate":"withdrawwithdraw","object":"person_1"}', ""),
        (ROW, "", '{"subject":"person_1","predicate":"juggle","object":"person_1"}', ""),
        (ROW, "", '{"subject":"person_1","predicate":"hold","object":"thing_1"}', ""),
        (ROW, "", "", '{"category":"couchcouch","value":1}'),
    ],
)
def test_its_grammar_takes_no_other_word(
    entities: str, states: str, relations: str, counts: str, vocabulary: Vocabulary
) -> None:
    text = f'{{"entities":[{entities}],"part_states":[{states}],"relations":[{relations}],"counts":[{counts}]}}'
    assert not _is_grammar_accept_string(xgrammar.Grammar.from_ebnf(scene_grammar(vocabulary)), text)
    assert _is_grammar_accept_string(xgrammar.Grammar.from_ebnf(scene_grammar()), text)


@pytest.mark.parametrize("answer", ["couchcouchcouch", "withdraw", "a zebra", "", " red", "red " * 12 + "red"])
def test_answers_are_made_of_its_words(answer: str, vocabulary: Vocabulary) -> None:
    grammar = xgrammar.Grammar.from_ebnf(answer_grammar([Entity(id="cup_1", category="cup")], vocabulary))
    assert not _is_grammar_accept_string(grammar, write_answer(answer))
    assert _is_grammar_accept_string(grammar, write_answer("a red cup"))


def test_a_vocabulary_that_cannot_be_used_is_told_in_one_line(tmp_path: Path) -> None:
    path = tmp_path / "vocabulary.json"
    good = json.loads((FOLDER / "vocabulary.json").read_text(encoding="utf-8"))
    for text in ("{", json.dumps(good | {"categories": []}), json.dumps(good | {"attributes": ['"']}), json.dumps([])):
        path.write_text(text, encoding="utf-8")
        with pytest.raises(InputError, match=r"vocabulary\.json") as raised:
            read_vocabulary(path)
        assert "\n" not in str(raised.value)
    with pytest.raises(InputError, match=r"nothing\.json"):
        read_vocabulary(tmp_path / "nothing.json")


def test_drawings_are_known_as_drawings() -> None:
    looked = mistaken = 0
    for split in SPLITS:
        for index in range(4):
            for _variant, picture in drawing_variants(draw(88, index, split).image, Random(index)):
                looked += 1
                mistaken += not is_drawn(Image.from_pixels(picture))
    assert mistaken <= 0.011 * looked, f"{mistaken} of {looked}"


def test_examples_are_drawings_and_a_blank_page_is_no_photograph() -> None:
    for path in sorted((ROOT / "examples" / "images").glob("*.png")):
        assert is_drawn(Image.open(path)), path.name
    assert is_drawn(Image.from_pixels(PIL.Image.new("RGB", (64, 48), "white")))


def test_shades_are_no_drawing() -> None:
    for seed in range(4):
        for variant, picture in islice(photograph_variants(shaded(seed).pixels, Random(seed)), 2):
            assert not is_drawn(Image.from_pixels(picture)), (seed, variant)
    blurred = shaded(1).pixels.filter(PIL.ImageFilter.GaussianBlur(2))
    for picture in (blurred, blurred.convert("L").convert("RGB"), blurred.resize((1, 300)), blurred.resize((300, 1))):
        is_drawn(Image.from_pixels(picture))  # no shape breaks it
    assert not is_drawn(Image.from_pixels(blurred))


@pytest.mark.skipif(not real_photographs(), reason="neither scikit-learn nor ../shared/data/photographs is here")
def test_real_photographs_are_no_drawings() -> None:
    found = real_photographs()[:20:2]
    taken = [path.name for path in found if is_drawn(Image.open(path))]
    assert not taken


def test_the_weights_are_those_that_were_measured_and_good_enough() -> None:
    record = json.loads((ROOT / RESULTS).read_text(encoding="utf-8"))
    weights = {"bias": picture_kind.BIAS, "common": picture_kind.COMMON, "shades": picture_kind.SHADES}
    assert record["weights"] == weights
    photographs, *drawings = record["rows"]
    for kind in ("plain", "variants"):
        assert photographs[f"{kind}_drawn"] <= 0.05 * photographs[kind]
        assert sum(row[kind] - row[f"{kind}_drawn"] for row in drawings) <= 0.01 * sum(row[kind] for row in drawings)


@pytest.fixture(scope="module")
def pipeline() -> Pipeline:
    return Pipeline("embedded")


@pytest.fixture(scope="module")
def analysis(pipeline: Pipeline) -> Analysis:
    return pipeline.analyze(shaded(3))


def words(scene: Scene) -> set[str]:
    return {
        *(e.category for e in scene.entities),
        *(a for e in scene.entities for a in e.attributes),
        *(r.predicate for r in scene.relations),
    }


def test_a_picture_of_another_kind_is_described_once_and_nothing_is_concluded(
    analysis: Analysis, vocabulary: Vocabulary
) -> None:
    assert words(analysis.rounds[0].scene) <= {
        *vocabulary.categories,
        *vocabulary.attributes,
        *vocabulary.predicates,
    }
    assert (len(analysis.rounds), analysis.usage.calls, analysis.stop_reason) == (1, 1, "unfit_picture")
    assert (analysis.consistent, analysis.verdict.violations) == (False, ())
    assert analysis.verdict.status == "unknown"
    assert "no drawing" in analysis.verdict.why_unknown
    assert analysis.rounds[0].problems[0] == analysis.verdict.why_unknown
    assert Analysis.from_json(analysis.to_json()) == analysis


def test_no_form_of_it_says_consistent(analysis: Analysis) -> None:
    told = account(analysis).plain
    assert told.splitlines()[-1].startswith("unknown: the picture is no drawing")
    assert "\nconsistent:" not in told
    badge = next(row for row in rows(analysis, _colours(analysis)) if row.style == "status")
    assert badge.text == "UNKNOWN"
    assert "nesy:consistent true" not in analysis.to_rdf("trig")
    assert "unknown" in repr(analysis)


def _colours(analysis: Analysis) -> dict[str, tuple[int, int, int]]:
    return {entity.category: (0, 0, 0) for entity in analysis.scene.entities}


def test_a_drawing_is_judged_as_ever(pipeline: Pipeline) -> None:
    analysis = pipeline.analyze(ROOT / "examples" / "images" / "ride.png")
    assert (analysis.verdict.status, analysis.consistent, analysis.rounds[0].problems) == ("consistent", True, ())


@pytest.mark.parametrize("form", ["text", "json"])
def test_the_shell_says_so_in_one_line_and_by_its_exit_code(
    form: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shown = tmp_path / "cat.png"
    shaded(3).pixels.save(shown)
    assert main(["analyze", str(shown), "--model", "embedded", "--format", form]) == 1
    told = capsys.readouterr()
    assert [line for line in told.err.splitlines() if "no drawing" in line] == [told.err.strip()]
    if form == "json":
        record = json.loads(told.out)
        assert (record["consistent"], record["verdict"]["status"]) == (False, "unknown")
        assert main(["ask", str(shown), "What is the person riding?", "--model", "embedded", "--format", "json"]) == 1
        told = capsys.readouterr()
        assert "no drawing" in told.err
        assert "no drawing" in json.loads(told.out)["why_unknown"]


def test_who_lacks_weights_is_not_sent_to_the_model_for_drawings() -> None:
    assert "--model http://HOST/v1#NAME" in WAYS
    assert "no photographs" in WAYS and "--model witness" in WAYS
