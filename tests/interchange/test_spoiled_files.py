"""Valid files with any value anywhere replaced: they are read, or refused in one line; nothing else comes out."""

import copy
import json
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from nesy.errors import InputError
from nesy.interchange import FORMATS, read, write
from nesy.scene import Scene

RIDE = Scene.model_validate(
    {
        "image": {"name": "COCO_7.jpg", "width_px": 640, "height_px": 480},
        "entities": [
            {"category": "person", "box": [0.1, 0.1, 0.5, 0.5], "attributes": ["red"], "confidence": 0.5},
            {"category": "horse", "box": [0.2, 0.2, 0.9, 0.9]},
        ],
        "relations": [{"subject": "person_1", "predicate": "ride", "object": "horse_1"}],
    }
)
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-3, 700)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=3,
)


def written() -> dict[str, dict[str, Any]]:
    """Every format's file of one scene, as JSON; of a folder each file by its name."""
    found = {}
    with tempfile.TemporaryDirectory() as place:
        for name, one in FORMATS.items():
            if one.write is None or one.read is None or not (one.folder or ".json" in one.endings[-1]):
                continue
            file = Path(place, name + (one.endings[-1] if one.endings else ""))
            write([RIDE], file, name)
            files = sorted(file.iterdir()) if one.folder else [file]
            found[name] = {path.name: json.loads(path.read_text()) for path in files}
    return found


WRITTEN = written()


def places(value: object, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The way to every value within a value."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [at, *(way for key, inner in items for way in places(inner, (*at, key)))]


@settings(max_examples=60)
@given(st.data())
def test_a_spoiled_file_is_read_or_refused(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(WRITTEN)))
    files = copy.deepcopy(WRITTEN[name])
    file = data.draw(st.sampled_from(sorted(files)))
    way, value = data.draw(st.sampled_from(places(files[file]))), data.draw(JSON)
    holder: Any = files
    for key in (file, *way)[:-1]:
        holder = holder[key]
    if data.draw(st.booleans()) or not way or isinstance(holder, list):
        holder[(file, *way)[-1]] = value
    else:
        del holder[way[-1]]
    with tempfile.TemporaryDirectory() as place:
        for path, content in files.items():
            Path(place, path).write_text(json.dumps(content))
        try:
            found = list(read(place if FORMATS[name].folder else Path(place, file), name, lambda _: None))
        except InputError as error:
            assert "\n" not in str(error) and place in str(error)
        else:
            assert all(isinstance(one, Scene) for one in found)
