"""Hypothesis strategy: any valid scene at all, with labels chosen to break things."""

from hypothesis import strategies as st

from nesy.scene import Scene

ODD = [
    'say "hi" <b>',
    "<image>",
    "two\nlines",
    "back\\slash {?x}",
    "\x00\x01\x0b\x1f\x7f\x85\u2028",
    "größe 日本 🚲",
    "%41",
    "'''",
    '"""\\',
]

unit = st.floats(0, 1, allow_nan=False)
confidence = st.none() | unit
label = st.sampled_from(["person", "dining table", "Ride", "sit on", "on", "hip", "red", "unicycle", *ODD]) | st.text(
    st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20
).filter(str.strip)
spans = st.sets(
    st.tuples(st.integers(0, 99), st.integers(1, 20)).map(lambda at: (at[0], at[0] + at[1])), max_size=2
).map(sorted)
ids = st.from_regex(r"\w[\w.\-]{0,8}", fullmatch=True)


@st.composite
def scenes(draw: st.DrawFn) -> Scene:
    """Any scene at all, with every optional field present or absent."""
    names = draw(st.lists(ids, min_size=1, max_size=9, unique=True))
    cut = draw(st.integers(1, len(names)))
    entities, rest = names[:cut], names[cut:]
    some = st.sampled_from(entities)
    rows: dict[str, list[dict[str, object]]] = {"part_states": [], "relations": [], "counts": []}
    for name in rest:
        kind = draw(st.sampled_from(sorted(rows)))
        row = {
            "part_states": {"entity": some, "part": label, "state": label, "object": st.none() | some},
            "relations": {"subject": some, "predicate": label, "object": some},
            "counts": {"category": label, "value": st.integers(0, 10_000)},
        }[kind]
        rows[kind].append(
            {"id": name, "confidence": draw(confidence), "spans": draw(spans), **{k: draw(v) for k, v in row.items()}}
        )
    image = st.fixed_dictionaries(
        {"name": st.text(st.characters(exclude_categories=["Cs"]), max_size=20)},
        optional={"width_px": st.integers(1, 9999), "sha256": st.just("0" * 64)},
    )
    return Scene.model_validate(
        {
            "image": draw(st.none() | image),
            "entities": [
                {
                    "id": name,
                    "category": draw(label),
                    "box": draw(st.none() | st.tuples(unit, unit, unit, unit)),
                    "attributes": draw(st.lists(label, max_size=3)),
                    "confidence": draw(confidence),
                    "spans": draw(spans),
                }
                for name in entities
            ],
            **rows,
        }
    )
