"""Files that the user has -> rows of the tasks, and the scores of answers. Nothing is fetched, and nothing copied.

Each task reads the folder or file that a variable of the environment names, in the form that its authors publish:

- NESY_REEFKNOT: `YESNO.jsonl` and `Multichoice.jsonl`, github.com/JackChen-seu/Reefknot; NESY_VG: the
  pictures of Visual Genome, `ID.jpg` in it or in `VG_100K` and `VG_100K_2`
- NESY_DASH_B: the folder `images`, github.com/YanNeu/DASH-B
- NESY_REPOPE: the folder `annotations`, github.com/YanNeu/RePOPE; NESY_COCO_VAL2014: the pictures
- NESY_TRI_HE: `tri-he.json`, github.com/wujunjie1998/Tri-HE; NESY_GQA: the pictures of GQA, `ID.jpg`
"""

import json
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import PIL.Image
from datasets import Dataset

Row = dict[str, Any]


def reefknot_yes_no(_given: Dataset) -> Dataset:
    """Return the questions of yes and no about relations."""
    return _dataset(_reefknot("YESNO.jsonl"))


def reefknot_choice(_given: Dataset) -> Dataset:
    """Return the questions with four answers to choose from."""
    return _dataset(_reefknot("Multichoice.jsonl"))


def dash_b(_given: Dataset) -> Dataset:
    """Return the questions of DASH-B: whether a thing is seen that is easily taken for seen."""
    return _dataset(_dash_b(_folder("NESY_DASH_B")))


def repope_random(_given: Dataset) -> Dataset:
    """Return the questions about things drawn at random."""
    return _dataset(_repope("random"))


def repope_popular(_given: Dataset) -> Dataset:
    """Return the questions about things that are frequent."""
    return _dataset(_repope("popular"))


def repope_adversarial(_given: Dataset) -> Dataset:
    """Return the questions about things that go with what is seen."""
    return _dataset(_repope("adversarial"))


def tri_he(_given: Dataset) -> Dataset:
    """Return the questions of Tri-HE, each with what is known of its picture."""
    return _dataset(_tri_he(_named("NESY_TRI_HE")))


def pictures(row: Row) -> list[PIL.Image.Image]:
    """Return the picture of a row."""
    with PIL.Image.open(row["picture"]) as opened:
        return [opened.convert("RGB")]


def question(row: Row) -> str:
    """Return what is asked."""
    return str(row["question"])


def yes_no_scores(row: Row, answers: Sequence[Any]) -> dict[str, tuple[str, str]]:
    """Return the true answer and the one given, for each measure to count."""
    pair = row["answer"], spoken_yes_no(_text(answers[0]))
    return dict.fromkeys(("accuracy", "precision", "recall", "f1", "yes_ratio", "unclear"), pair)


def choice_scores(row: Row, answers: Sequence[Any]) -> dict[str, float]:
    """Return whether the letter, or the words, of the right choice were given."""
    return {"accuracy": float(spoken_choice(_text(answers[0]), row["question"]) == row["answer"])}


def tri_he_scores(row: Row, answers: Sequence[Any]) -> dict[str, Any]:
    """Return the things that the answer names, and those of them that nothing known of the picture names.

    That is the part of the benchmark that needs no judge: relations are judged by a language model there, and the
    samples of lmms-eval (`--log_samples`) hold what such a judge is given.
    """
    named, unknown = things_named(_text(answers[0]), json.loads(row["known"]))
    return {"unknown_things": (unknown, named), "answers_with_unknown_things": float(unknown > 0)}


def things_named(text: str, known: Sequence[str]) -> tuple[int, int]:
    """Return how many things a text names, and how many of them no known thing is or could be called."""
    import nesy

    try:
        scene = nesy.parse(text)
    except nesy.InputError:
        return 0, 0
    there = [nesy.Entity(id=f"known_{n}", category=word) for n, word in enumerate(dict.fromkeys(known))]
    entities = nesy.Scene(entities=scene.entities)
    judged = nesy.ground(entities, nesy.Scene(entities=there)) if entities.entities else ()
    ids = {entity.id for entity in entities.entities}
    things = [one for one in judged if one.claim in ids]
    return len(things), sum(one.status != "supported" for one in things)


def spoken_yes_no(text: str) -> str:
    """Return the first yes or no of an answer; empty where there is none."""
    found = re.search(r"\b(yes|no|not|none|isn't|aren't|doesn't)\b", text.lower())
    return "" if found is None else "yes" if found[1] == "yes" else "no"


def spoken_choice(text: str, asked: str) -> str:
    """Return the letter of an answer: the letter itself, or that of the choice whose words it has."""
    letter = re.match(r"\W*(?:the answer is\s+|answer:?\s*|option\s+)?\(?([A-D])\b(?!')", text.strip(), re.IGNORECASE)
    if letter is not None and (len(text.split()) == 1 or re.match(r"\W*\(?[A-Da-d][).:,\s]", text.strip() + " ")):
        return letter[1].upper()
    choices = re.findall(r"\b([A-D])\. (.*?)(?=\s+[B-D]\. |,? please choose|$)", asked)
    said = [key for key, words in choices if re.search(rf"\b{re.escape(words)}\b", text, re.IGNORECASE)]
    return said[0] if len(said) == 1 else ""


def accuracy(pairs: Sequence[tuple[str, str]]) -> float:
    """Return the share of right answers; one that is neither yes nor no is wrong."""
    return _share(sum(true == said for true, said in pairs), len(pairs))


def precision(pairs: Sequence[tuple[str, str]]) -> float:
    """Return the share of right ones among the answers yes."""
    return _share(pairs.count(("yes", "yes")), sum(said == "yes" for _, said in pairs))


def recall(pairs: Sequence[tuple[str, str]]) -> float:
    """Return the share of what is there that was answered yes."""
    return _share(pairs.count(("yes", "yes")), sum(true == "yes" for true, _ in pairs))


def f1(pairs: Sequence[tuple[str, str]]) -> float:
    """Return the harmonic mean of precision and recall."""
    sure, found = precision(pairs), recall(pairs)
    return _share(2 * sure * found, sure + found)


def yes_ratio(pairs: Sequence[tuple[str, str]]) -> float:
    """Return how often yes was answered."""
    return _share(sum(said == "yes" for _, said in pairs), len(pairs))


def unclear(pairs: Sequence[tuple[str, str]]) -> float:
    """Return how often neither yes nor no was answered."""
    return _share(sum(not said for _, said in pairs), len(pairs))


def share_of_things(counts: Sequence[tuple[int, int]]) -> float:
    """Return the share of things named that are not known."""
    return _share(sum(unknown for unknown, _ in counts), sum(named for _, named in counts))


def _reefknot(name: str) -> Iterator[Row]:
    file = _folder("NESY_REEFKNOT") / name
    if not file.is_file():
        raise FileNotFoundError(f"NESY_REEFKNOT={file.parent}: holds no {name}")
    places = _places(_folder("NESY_VG"), "VG_100K", "VG_100K_2")
    for row in _lines(file):
        label = str(row["label"]).strip()
        answer = label.upper() if len(label) == 1 else label.lower()
        yield _row(places, f"{row['image_id']}.jpg", row["query_prompt"], answer, kind=row.get("relation_type", ""))


def _dash_b(folder: Path) -> Iterator[Row]:
    for file, place, answer in (("neg", "neg", "no"), ("pos", "pos", "yes")):
        for source, things in _json(folder / f"dash_benchmark_{file}.json").items():
            for thing, names in things.items():
                asked = f"Can you see a {thing} in this image? Please answer only with yes or no."
                for name in names:
                    yield _row((folder / place / source / thing,), name, asked, answer, kind=source)


def _repope(which: str) -> Iterator[Row]:
    places = _places(_folder("NESY_COCO_VAL2014"), "val2014")
    for row in _lines(_folder("NESY_REPOPE") / f"coco_repope_{which}.json"):
        yield _row(places, row["image"], row["text"], str(row["label"]).lower(), kind=which)


def _tri_he(file: Path) -> Iterator[Row]:
    places = _places(_folder("NESY_GQA"), "images")
    for image, about in _json(file).items():
        ends = (part for triplet in about["triplets"] for part in _ends(triplet))
        known = list(dict.fromkeys(word.strip().lower() for word in (*about["all_object"], *about["object"], *ends)))
        for asked in about["instance"]:
            row = _row(places, f"{image}.jpg", asked["question"], asked["answer"], kind="")
            yield row | {"known": json.dumps([word for word in known if word])}


def _ends(triplet: str) -> tuple[str, ...]:
    """Return both ends of `(lamp, turned on, room)`; the published order of the two varies."""
    parts = [part.strip() for part in triplet.strip().strip("()").split(",")]
    return (parts[0], parts[-1]) if len(parts) >= 3 else ()


def _row(places: Iterable[Path], picture: str, asked: str, answer: str, kind: str) -> Row:
    found = next((place / picture for place in places if (place / picture).is_file()), None)
    return {"picture": None if found is None else str(found), "question": asked, "answer": answer, "kind": kind}


def _dataset(rows: Iterator[Row]) -> Dataset:
    """Return the rows whose pictures are there; how many are not is told."""
    found = list(rows)
    there = [row for row in found if row["picture"] is not None]
    if not there:
        raise FileNotFoundError(f"none of the {len(found)} pictures is there; do the variables name the right folders?")
    if len(there) < len(found):
        print(f"nesy: {len(found) - len(there)} of {len(found)} questions have no picture here, and are left out")
    return Dataset.from_list(there)


def _places(folder: Path, *below: str) -> tuple[Path, ...]:
    return (folder, *(folder / name for name in below))


def _named(variable: str) -> Path:
    given = os.environ.get(variable, "")
    if not given:
        raise KeyError(f"{variable} is not set; it names data that you have (nothing is fetched)")
    path = Path(given).expanduser()
    if not path.exists():
        raise FileNotFoundError(f"{variable}={given}: there is no such file or folder")
    return path


def _folder(variable: str) -> Path:
    path = _named(variable)
    if not path.is_dir():
        raise NotADirectoryError(f"{variable}={path}: a folder is expected")
    return path


def _json(file: Path) -> Any:
    return json.loads(file.read_text(encoding="utf-8"))


def _lines(file: Path) -> Iterator[Row]:
    for line in file.read_text(encoding="utf-8").splitlines():
        if line.strip():
            yield json.loads(line)


def _text(answer: Any) -> str:
    return str(getattr(answer, "text", answer))


def _share(part: float, whole: float) -> float:
    return part / whole if whole else 0.0
