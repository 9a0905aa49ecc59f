"""One of several texts is chosen by language, whatever order they come in."""

from hypothesis import given
from hypothesis import strategies as st
from rdflib import Literal

from nesy.ontology.languages import in_language

TAGS = st.sampled_from([None, "en", "en-GB", "EN", "de", "de-AT", "fr", "pt-BR"])
TEXTS = st.lists(st.tuples(st.text("abc", min_size=1, max_size=3), TAGS), max_size=6)


@given(TEXTS, st.sampled_from(["en", "de", "fr", "it"]), st.randoms())
def test_the_order_of_languages_holds_whatever_the_order_of_texts(
    told: list[tuple[str, str | None]], language: str, random: object
) -> None:
    texts = [Literal(text, lang=tag) for text, tag in told]
    chosen = in_language(texts, language)
    random.shuffle(texts)  # type: ignore[attr-defined]
    assert in_language(texts, language) == chosen

    def of(code: str) -> list[str]:
        return [text for text, tag in told if (tag or "").lower().partition("-")[0] == code]

    candidates = of(language) or of("en") or [text for text, tag in told if tag is None] or [text for text, _ in told]
    assert chosen in (candidates or [""])
