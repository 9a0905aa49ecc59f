"""The pictures of a data set and what is known of them -> a folder as the arms take it, with links to the pictures."""

from pathlib import Path

from nesy.errors import InputError
from nesy.experiments.datasets.truths import PictureFiles, Truths
from nesy.experiments.scoring.evaluation import there


def linked(truths: Truths, images: Path | None, limit: int | None, at: Path) -> Path:
    """Make a folder of `images/` and `scenes.jsonl` and return it; the pictures stay where they are.

    Args:
        truths: of the data set.
        images: folder of the pictures; None: that of the annotations.
        limit: only the first so many pictures that are there.
        at: an empty folder, in which it is made.

    Raises:
        InputError: none of the pictures is there, or two of them have one name in different folders.
    """
    files = PictureFiles(images if images is not None else truths.beside)
    found, _ = there(truths, files, limit)
    folder = at / truths.name
    (folder / "images").mkdir(parents=True)
    with (folder / "scenes.jsonl").open("w", encoding="utf-8", newline="\n") as scenes:
        for labels in truths.sized(files.size):
            image = labels.scene.image
            if image is None or image.name not in found:
                continue
            file = found[image.name].resolve()
            link = folder / "images" / Path(image.name).name
            if link.is_symlink():
                raise InputError(f"{truths.path}: two pictures are called {link.name}; the arms tell them apart by it")
            link.symlink_to(file)
            scenes.write(labels.scene.to_json() + "\n")
    return folder
