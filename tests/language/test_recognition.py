"""Text in a language that nesy ships no model of is told as such; English with names, loanwords, typos is English."""

import json
import logging
from pathlib import Path

import pytest

import nesy
from nesy.cli import main
from nesy.language.recognition import foreign
from tests.language.golden_texts import golden, in_short

FOREIGN = {
    "German": ["Ein Mann reitet auf einem Pferd am Strand.", "Zwei Hunde liegen auf dem Sofa.", "Der Hund schläft.",
               "ein roter Ball", "EINE FRAU MIT HUT", "Das Bild zeigt eine Küche mit Herd."],
    "French": ["Un homme monte à cheval sur la plage.", "Deux chiens dorment sur le canapé.", "Le chat dort.",
               "une pizza sur la table", "L'image montre une cuisine avec un réfrigérateur."],
    "Spanish": ["Un hombre monta a caballo en la playa.", "Dos perros duermen en el sofá.", "perro rojo",
                "una mesa con platos", "Hay dos coches."],
    "Italian": ["Un uomo cavalca un cavallo sulla spiaggia.", "Due cani dormono sul divano.", "gatto nero"],
    "Portuguese": ["Um homem monta um cavalo na praia.", "Dois cachorros dormem no sofá.",
                   "A imagem mostra uma cozinha."],
    "Dutch": ["Een man rijdt op een paard op het strand.", "De man zit op de bank in het park.", "De hond slaapt."],
    "Polish": ["Mężczyzna jedzie na koniu po plaży.", "Dwa psy śpią na kanapie."],
    "Turkish": ["Bir adam sahilde ata biniyor.", "Kadın kırmızı bir şapka takıyor."],
    "Swedish": ["En man rider på en häst på stranden.", "Två hundar sover på soffan."],
    "Finnish": ["Mies ratsastaa hevosella rannalla."],
    "Czech": ["Muž jede na koni po pláži."],
    "Hungarian": ["Egy férfi lovagol a tengerparton."],
    "Indonesian": ["Seorang pria menunggang kuda di pantai."],
    "Vietnamese": ["Một người đàn ông cưỡi ngựa trên bãi biển."],
    "Chinese": ["一个男人在海滩上骑马。", "两只狗在沙发上睡觉"],
    "Japanese": ["男の人が馬に乗っています。", "ソファで犬が寝ている"],
    "Korean": ["한 남자가 해변에서 말을 타고 있다."],
    "Russian": ["Мужчина едет на лошади по пляжу."],
    "Arabic": ["رجل يركب حصانا على الشاطئ."],
    "Hindi": ["एक आदमी समुद्र तट पर घोड़े की सवारी कर रहा है।"],
    "Greek": ["Ένας άντρας ιππεύει ένα άλογο."],
    "Hebrew": ["גבר רוכב על סוס בחוף."],
    "Thai": ["ชายคนหนึ่งขี่ม้าบนชายหาด"],
}  # fmt: skip


@pytest.mark.parametrize("name", FOREIGN)
def test_another_language_is_told(name: str) -> None:
    assert {text: foreign(text) for text in FOREIGN[name]} == dict.fromkeys(FOREIGN[name], name)


ENGLISH = [
    "red pizza", "man surfing", "taco on plate", "dog", "hot dog", "person bicycle car", "teh dog adn teh cat",
    "a mna ridng a hrose", "A MAN RIDING A HORSE", "astrolabe", "theodolite sextant", "a gizmo", "umbrella_1",
    "A man eats spaghetti alla carbonara near the Piazza della Repubblica.", "The Eiffel Tower in Paris",
    "Fushimi Inari Taisha", "A plate of crème brûlée and café au lait.", "El Capitan", "Las Vegas strip",
    "Tom and Anna",     "Juan plays el guitarron",
    "A Volkswagen Käfer parked in München.", 'A sign reads "Le Petit Chat".', "dice, die",
    'a sign that says "Zutritt verboten"', "croissant baguette espresso", "bus number 4646 en route", "Coca Cola can",
    "chihuahua in sombrero", "woman w/ umbrella",
]  # fmt: skip


@pytest.mark.parametrize("text", ENGLISH)
def test_english_stays_english(text: str) -> None:
    assert foreign(text) is None


def test_no_golden_text_is_foreign() -> None:
    assert [one.text for one in golden() if foreign(one.text)] == []


@pytest.mark.parametrize(
    "text", ["Ein Hund liegt auf dem Sofa.", "* ein Hund\n* eine Katze", "男の人が馬に乗っています。"]
)
def test_it_is_one_error(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(nesy.InputError, match=r"seems to be in .*; nesy reads: en"):
        nesy.parse(text)
    assert main(["parse", text]) == 2
    out, err = capsys.readouterr()
    assert out == "" and err.startswith("error: the text seems to be in ") and err.count("\n") == 1


def test_a_line_in_another_language_leaves_the_others(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    texts = ["A dog sleeps on a sofa.", "Un perro duerme en el sofá.", "A cat."]
    (tmp_path / "a.jsonl").write_text("\n".join(json.dumps({"text": text}) for text in texts), encoding="utf-8")
    assert main(["parse", "--file", str(tmp_path / "a.jsonl")]) == 2
    records = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [one["schema"] for one in records] == ["nesy.scene/1", "nesy.error/1", "nesy.scene/1"]
    assert "Spanish" in records[1]["error"]


@pytest.mark.parametrize(
    "text",
    [
        "A man rides a horse. Ein Mann reitet auf einem Pferd.",
        "A man rides a horse.\nUn homme monte à cheval sur la plage.",
        "一个男人在海滩上骑马。 A man rides a horse.",
    ],
)
def test_a_sentence_in_another_language_says_nothing(text: str, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        scene = nesy.parse(text)
    assert in_short(scene) == {"man_1", "horse_1", "man_1 ride horse_1"}
    assert [text[slice(*scene.relations[0].spans[0])]] == ["rides"]
    assert [one.getMessage().partition(" to be in ")[0] for one in caplog.records] == [
        "warning: 1 of 2 sentences seems"
    ]
