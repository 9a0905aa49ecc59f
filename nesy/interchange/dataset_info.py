"""The entry of dataset_info.json by which LLaMA-Factory finds a file and its columns (its data/README.md)."""

import json
from pathlib import Path
from typing import Any

from nesy.encoding import read_text
from nesy.errors import InputError

NAME = "dataset_info.json"
"""The file beside the data, one for all data sets of a folder."""


def with_entry(folder: Path, file: str, *, ranking: bool, force: bool) -> tuple[str, str]:
    """Return the name of the data set, and the text of dataset_info.json with its entry; other entries stay.

    Args:
        folder: where the file of rows goes.
        file: its name, which without its suffix is that of the data set.
        ranking: whether the rows are pairs.
        force: whether an entry of this name may be replaced.

    Raises:
        InputError: what is there is no JSON object, or has an entry of this name for another file.
    """
    path, name = folder / NAME, Path(file).stem
    known: dict[str, Any] = {}
    if path.exists():
        try:
            known = json.loads(read_text(path))
        except (ValueError, RecursionError) as error:
            raise InputError(f"{path}: no JSON ({error}); mend it or move it away") from None
        if not isinstance(known, dict):
            raise InputError(f"{path}: an object with an entry a data set is expected; mend it or move it away")
    if name in known and not force:
        raise InputError(
            f"{path}: has an entry {name!r} already; --force replaces it, another name of the file adds one"
        )
    known[name] = entry(file, ranking=ranking)
    return name, json.dumps(known, ensure_ascii=False, indent=2) + "\n"


def entry(file: str, *, ranking: bool) -> dict[str, Any]:
    """Return the entry of a file of rows."""
    pair = {"chosen": "chosen", "rejected": "rejected"} if ranking else {}
    return {
        "file_name": file,
        "formatting": "sharegpt",
        **({"ranking": True} if ranking else {}),
        "columns": {"messages": "messages", **pair, "images": "images"},
        "tags": {"role_tag": "role", "content_tag": "content", "user_tag": "user", "assistant_tag": "assistant"},
    }
