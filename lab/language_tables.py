"""results/language.json, faithfulness.json and unlisted.json -> what docs/results/text.md says, in Markdown."""

from typing import Any

_TEXTS = {
    "factual_held_out": "FACTUAL, images held out: mentions alone",
    "factual_held_out_scenes": "FACTUAL, images held out: `nesy.parse`",
    "factual_dev": "FACTUAL, random dev: mentions alone",
    "discosg_sentence_wise": "DiscoSG: mentions alone, sentence by sentence",
    "discosg_scenes": "DiscoSG: `nesy.parse`",
}
_POPE = {"llava15_7b": "LLaVA-1.5 7B", "llava15_13b": "LLaVA-1.5 13B"}


def language_text(language: dict[str, Any], faithfulness: dict[str, Any], unlisted: dict[str, Any]) -> str:
    """Return the tables and the sentences between them.

    Args:
        language: what `make language` wrote to results/language.json.
        faithfulness: what it wrote to results/faithfulness.json.
        unlisted: what it wrote to results/unlisted.json.
    """
    return "\n\n".join([_graphs(language), _annotation(language), _facts(faithfulness), _questions(unlisted)])


def _graphs(language: dict[str, Any]) -> str:
    rows = [
        "| text → graph | texts | set match | SPICE | objects F1 | attributes F1 | relations F1 |",
        "|---|---|---|---|---|---|---|",
    ]
    kinds = ("set_match", "spice", "objects_f1_synonyms", "attributes_f1_synonyms", "relations_f1_synonyms")
    for key, told in _TEXTS.items():
        one = language[key]
        rows.append(f"| {told} | {one['texts']:.0f} | {' | '.join(f'{one[kind]:.1f}' for kind in kinds)} |")
    return "\n".join(rows)


def _annotation(language: dict[str, Any]) -> str:
    tree, speed = language["annotation_ewt_test"], language["speed_one_core"]
    return (
        f"SPICE and F1 take synonyms for equal, set match is exact. The annotation on UD English EWT, test part: tag "
        f"{tree['tag']:.1f}, lemma {tree['lemma']:.1f}, UAS {tree['uas']:.1f}, LAS {tree['las']:.1f}. One core parses "
        f"{speed['scenes_per_s']:.0f} captions a second to scenes; the model takes {language['model_mb']:.1f} MB."
    )


def _facts(found: dict[str, Any]) -> str:
    judged, chair = found["faithscore"], found["chair"]
    whole, halves = judged["checked"], judged["halves"]
    alone = judged["boxes_alone"]
    apart = " and ".join(f"{half['precision']:.2f} / {half['recall']:.2f}" for half in halves)
    rows = [
        (
            f"Of {judged['facts']} facts in model answers that people have judged (FaithScore, "
            f"{judged['images']} images), those that are wrong are found "
            f"with precision {whole['precision']:.2f} at recall {whole['recall']:.2f} "
            f"(boxes and captions as evidence; {alone['precision']:.2f} / {alone['recall']:.2f} with boxes alone; two "
            f"halves of the images apart {apart}). The facts were seen while the checks were written, so this is no "
            f"held-out figure."
        ),
        (
            f"CHAIR of {chair['stored']['captions']} long captions (sentence / instance): "
            f"{chair['counted']['chair_s']:.1f} / {chair['counted']['chair_i']:.1f} by our mapping, "
            f"{chair['stored']['chair_s']:.1f} / {chair['stored']['chair_i']:.1f} as published with them; read as "
            f"nouns (an orange shirt is no fruit) {chair['nouns']['chair_s']:.1f} / {chair['nouns']['chair_i']:.1f}."
        ),
    ]
    table = [
        "| POPE, stored answers | F1 before | F1 after checking | answers turned | rightly |",
        "|---|---|---|---|---|",
    ]
    for model, settings in found["pope"]["whole"].items():
        table += [
            f"| {_POPE[model]}, {setting} | {one['f1_before']:.3f} | {one['f1_after']:.3f} | {one['turned']} "
            f"of {one['answers']} | {one['turned_right']} |"
            for setting, one in settings.items()
        ]
    table.append(
        f"\nEvidence is at hand for {found['pope']['with_evidence']} of the {found['pope']['images']} images, so few "
        f"answers can turn at all."
    )
    return "\n\n".join([*rows, "\n".join(table)])


def _questions(found: dict[str, Any]) -> str:
    told = (
        f"{found['questions']} questions about relations of drawn scenes, each answered once rightly and once wrongly, "
        f"against a list that lacks a share of the relations. *Violations* are asked about again by default, warnings "
        f'(not listed) with `ask="warning"`:'
    )
    head = (
        "| relations left out | right answers asked about: violations | warnings as well "
        "| wrong answers asked about: violations | warnings as well |"
    )
    rows = [told, "", head, "|---|---|---|---|---|"]
    for share, counted in found["left_out"].items():
        one, cells = counted["all"], []
        for answers in ("right", "wrong"):
            accused, doubted = one[f"{answers}_accused"], one[f"{answers}_doubted"]
            cells += [f"{n / one[answers]:.1%} of {one[answers]}" for n in (accused, accused + doubted)]
        rows.append(f"| {float(share):.0%} | {' | '.join(cells)} |")
    return "\n".join(rows)
