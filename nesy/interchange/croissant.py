"""A folder of scenes (`scenes.jsonl`, and their pictures in `images/`) -> its Croissant metadata, as JSON-LD.

Croissant 1.0 (https://docs.mlcommons.org/croissant/docs/croissant-spec.html), with its vocabulary for responsible AI
(RAI). Records are those of `scenes.jsonl`, field by field; pictures are a record set of their own, which a scene names
by file.
"""

import hashlib
import json
import logging
import mimetypes
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from nesy.encoding import read_text
from nesy.errors import InputError
from nesy.interchange.licences import licence_address
from nesy.scene import Scene

if TYPE_CHECKING:
    import mlcroissant

NEEDS = "pip install 'nesy[croissant]'"
FILE = "croissant.json"
SCENES, PICTURES = "scenes.jsonl", "images"
RAI = {
    "dataCollection": "data_collection",
    "dataCollectionType": "data_collection_type",
    "dataCollectionRawData": "data_collection_raw_data",
    "dataCollectionTimeframe": "data_collection_timeframe",
    "dataCollectionMissingData": "data_collection_missing_data",
    "dataPreprocessingProtocol": "data_preprocessing_protocol",
    "dataAnnotationProtocol": "data_annotation_protocol",
    "dataAnnotationPlatform": "data_annotation_platform",
    "dataAnnotationAnalysis": "data_annotation_analysis",
    "annotatorDemographics": "annotator_demographics",
    "machineAnnotationTools": "machine_annotation_tools",
    "dataBiases": "data_biases",
    "dataUseCases": "data_use_cases",
    "dataLimitations": "data_limitations",
    "dataSocialImpact": "data_social_impact",
    "personalSensitiveInformation": "personal_sensitive_information",
    "dataReleaseMaintenancePlan": "data_release_maintenance_plan",
}
"""What the vocabulary for responsible AI calls a property -> what mlcroissant calls it."""
_TEXT, _NUMBER, _WHOLE, _PICTURE = "TEXT", "FLOAT", "INTEGER", "IMAGE_OBJECT"
"""Types, by their names in mlcroissant."""
_CLAIMS: Mapping[str, tuple[tuple[str, str, bool, str], ...]] = {
    "entities": (
        ("id", _TEXT, False, "What claims refer to it by."),
        ("category", _TEXT, False, "What it is."),
        ("box", _NUMBER, True, "Left, top, right, bottom, as shares of the upright picture, origin top left."),
        ("attributes", _TEXT, True, "What is said of it in a word each."),
    ),
    "part_states": (
        ("id", _TEXT, False, "Of the claim."),
        ("entity", _TEXT, False, "Id of the entity whose body part it is."),
        ("part", _TEXT, False, "The body part."),
        ("state", _TEXT, False, "What it does or is."),
        ("object", _TEXT, False, "Id of the entity that the state is towards, if any."),
    ),
    "relations": (
        ("id", _TEXT, False, "Of the claim."),
        ("subject", _TEXT, False, "Id of the entity that does something, or is somewhere."),
        ("predicate", _TEXT, False, "A verb or a position."),
        ("object", _TEXT, False, "Id of the entity that it is done to, or that it is placed by."),
    ),
    "counts": (
        ("id", _TEXT, False, "Of the claim."),
        ("category", _TEXT, False, "What is counted."),
        ("value", _WHOLE, False, "How many there are."),
    ),
}
"""Kind of claims -> its fields: name, type, whether several, meaning."""
_SURE = (
    ("confidence", _NUMBER, False, "Of the claim, from 0 to 1, where it is known."),
    ("box_confidence", _NUMBER, False, "Of the box, likewise."),
)
"""Fields that are told only where a claim has them."""
_ABOUT = {
    "entities": "The things of the picture.",
    "part_states": "What body parts do.",
    "relations": "What things do to each other, and where they are.",
    "counts": "How many there are of a category.",
}
_IMAGE = (
    ("name", _TEXT, "Name of the picture's file."),
    ("width_px", _WHOLE, "Width of the upright picture, in pixels."),
    ("height_px", _WHOLE, "Height of the upright picture, in pixels."),
    ("sha256", _TEXT, "SHA-256 sum of the file."),
)


@dataclass(frozen=True)
class About:
    """What people say of a data set, beside what its files tell."""

    licence: str
    """An identifier of SPDX, or an address."""
    name: str | None = None
    """None takes that of the folder."""
    description: str | None = None
    """None tells what the files hold."""
    cite: str | None = None
    """How it is to be cited, best as BibTeX."""
    creators: tuple[str, ...] = ()
    """Who made it."""
    url: str | None = None
    """Where it is told about."""
    published: str | None = None
    """The day, as 2026-01-31."""
    version: str = "1.0.0"
    """Major, minor, patch."""
    rai: Mapping[str, str] = field(default_factory=dict)
    """Property of `RAI` -> what is said."""


def croissant(folder: str | Path, about: About) -> str:
    """Return the Croissant metadata of a folder of scenes, the same for the same files.

    Args:
        folder: holds `scenes.jsonl`, and its pictures in `images/`, where it has them.
        about: what is said of it.

    Raises:
        InputError: a line is no scene, a picture is missing, something in `about` is not as Croissant has it, or
            mlcroissant is not installed.
    """
    try:
        import mlcroissant
    except ImportError:
        raise InputError(f"Croissant is written by mlcroissant, which is not installed: {NEEDS}") from None
    folder = Path(folder)
    scenes = _read(folder / SCENES)
    pictures = _pictures(folder, scenes)
    _checked(about)
    said = {RAI[name]: text for name, text in {**_drawn(folder), **about.rai}.items()}
    log = logging.getLogger("absl")
    level = log.level
    log.setLevel(logging.ERROR)  # of what is recommended and left out it warns at length
    try:
        metadata = mlcroissant.Metadata(
            name=about.name or folder.resolve().name,
            description=about.description or _told(scenes),
            license=[licence_address(about.licence)],
            cite_as=about.cite,
            creators=[mlcroissant.Organization(name=name) for name in about.creators],
            url=about.url,
            date_published=about.published,
            version=about.version,
            distribution=_distribution(folder, pictures),
            record_sets=_record_sets(scenes, pictures),
            **said,
        )
        return json.dumps(metadata.to_json(), ensure_ascii=False, indent=2, default=str) + "\n"
    except (mlcroissant.ValidationError, ValueError) as error:
        raise InputError(f"{folder}: no valid Croissant: {_on_one_line(error)}") from None
    finally:
        log.setLevel(level)


def _checked(about: About) -> None:
    """Make sure that what people say is as Croissant has it.

    Raises:
        InputError: a property, the day, the version or the address is not.
    """
    unknown = [name for name in about.rai if name not in RAI]
    if unknown:
        raise InputError(f"{unknown[0]!r} is no property of the RAI vocabulary; one of {', '.join(RAI)}")
    if not re.fullmatch(r"\d+\.\d+\.\d+", about.version):
        raise InputError(f"version {about.version!r}: major, minor and patch are expected, as 1.0.0")
    if about.url is not None and not re.fullmatch(r"https?://[^\s<>\"]+", about.url):
        raise InputError(f"url {about.url!r}: an address (https://...) is expected")
    try:
        date.fromisoformat(about.published or "2026-01-01")
    except ValueError:
        raise InputError(f"date {about.published!r}: a day is expected, as 2026-01-31") from None


def _read(path: Path) -> list[Scene]:
    lines = [(number, line) for number, line in enumerate(read_text(path).split("\n"), 1) if line.strip()]
    if not lines:
        raise InputError(f"{path}: empty; one scene a line is expected")
    return [Scene.from_json(line, source=f"{path}:{number}") for number, line in lines]


def _pictures(folder: Path, scenes: Sequence[Scene]) -> list[str]:
    """Return the names of the pictures below `images/`; none where there is no such folder."""
    if not (folder / PICTURES).is_dir():
        return []
    names = sorted({scene.image.name for scene in scenes if scene.image is not None})
    missing = [name for name in names if not (folder / PICTURES / name).is_file()]
    if missing:
        raise InputError(
            f"{folder / PICTURES}: holds no {missing[0]}, which {SCENES} names"
            + (f" ({len(missing) - 1} more are missing)" if len(missing) > 1 else "")
        )
    return names


def _told(scenes: Sequence[Scene]) -> str:
    """Say what the files hold, in a sentence or two."""
    numbers = Counter({kind: sum(len(getattr(scene, kind)) for scene in scenes) for kind in _CLAIMS})
    categories = Counter(entity.category for scene in scenes for entity in scene.entities)
    most = sorted(categories.items(), key=lambda one: (-one[1], one[0]))[:10]
    claims = ", ".join(f"{numbers[kind]} {kind.replace('_', ' ')}" for kind in _CLAIMS)
    named = ", ".join(f"{name} ({number})" for name, number in most)
    told = f"Scene graphs (nesy.scene/1) of {len(scenes)} pictures: {claims}."
    return told + (f" {len(categories)} categories, mostly {named}." if most else "")


def _drawn(folder: Path) -> dict[str, str]:
    """Return what is known of a folder of `nesy synth`; nothing of any other."""
    path = folder / "split.json"
    if not path.is_file():
        return {}
    try:
        split = json.loads(read_text(path))
        drawn = f"split {split['split']}, seed {split['seed']}, {split['n']} pictures"
    except (ValueError, KeyError, TypeError):
        raise InputError(f"{path}: is not as `nesy synth` writes it") from None
    return {
        "dataCollection": f"Drawn by a program, `nesy synth`: {drawn}. The same numbers draw the same pictures.",
        "dataCollectionType": "Synthetic",
        "dataAnnotationProtocol": "None: the scenes are what the pictures were drawn from, so they are exact.",
        "dataLimitations": "Plain drawings of few kinds of things; what holds on them need not hold on photographs.",
        "personalSensitiveInformation": "None: the people are drawn.",
    }


def _distribution(folder: Path, pictures: Sequence[str]) -> "list[mlcroissant.FileObject | mlcroissant.FileSet]":
    import mlcroissant

    data = (folder / SCENES).read_bytes()
    found: list[mlcroissant.FileObject | mlcroissant.FileSet] = [
        mlcroissant.FileObject(
            id=SCENES,
            name=SCENES,
            description="One scene a line, nesy.scene/1.",
            content_url=SCENES,
            content_size=f"{len(data)} B",
            encoding_formats=["application/jsonlines"],
            sha256=hashlib.sha256(data).hexdigest(),
        )
    ]
    if pictures:
        endings = sorted({PurePosixPath(name).suffix for name in pictures})
        types = sorted({mimetypes.guess_type(name)[0] or "application/octet-stream" for name in pictures})
        found.append(
            mlcroissant.FileSet(
                id=PICTURES,
                name=PICTURES,
                description="The pictures, whose sums the scenes have.",
                includes=[f"{PICTURES}/*{ending}" for ending in endings],
                encoding_formats=types,
            )
        )
    return found


def _record_sets(scenes: Sequence[Scene], pictures: Sequence[str]) -> "list[mlcroissant.RecordSet]":
    import mlcroissant

    found = [
        mlcroissant.RecordSet(
            id="scenes",
            name="scenes",
            description="What is in each picture.",
            fields=[*_image_fields(scenes, pictures), *_claim_fields(scenes)],
        )
    ]
    if pictures:
        told = (("name", _TEXT, "filename", "Name of the file."), ("content", _PICTURE, "content", "Its pixels."))
        found.append(
            mlcroissant.RecordSet(
                id="pictures",
                name="pictures",
                description="The pictures, by the names that the scenes have.",
                fields=[
                    mlcroissant.Field(
                        id=f"pictures/{name}",
                        name=name,
                        description=meaning,
                        data_types=_type(kind),
                        source=mlcroissant.Source(
                            file_set=PICTURES, extract=mlcroissant.Extract(file_property=_file_property(part))
                        ),
                    )
                    for name, kind, part, meaning in told
                ],
            )
        )
    return found


def _type(name: str) -> Any:
    from mlcroissant import DataType

    return getattr(DataType, name)


def _file_property(name: str) -> Any:
    from mlcroissant import FileProperty

    return FileProperty[name]


def _image_fields(scenes: Sequence[Scene], pictures: Sequence[str]) -> "Iterator[mlcroissant.Field]":
    """Yield the field of the picture, where the scenes name one."""
    import mlcroissant

    if all(scene.image is None for scene in scenes):
        return
    yield mlcroissant.Field(
        id="scenes/image",
        name="image",
        description="Which picture it is of.",
        sub_fields=[
            mlcroissant.Field(
                id=f"scenes/image/{name}",
                name=name,
                description=meaning,
                data_types=_type(kind),
                source=_column("image", name),
                **({"references": mlcroissant.Source(field="pictures/name")} if name == "name" and pictures else {}),
            )
            for name, kind, meaning in _IMAGE
        ],
    )


def _claim_fields(scenes: Sequence[Scene]) -> "Iterator[mlcroissant.Field]":
    """Yield a field for each kind of claims that a line has; one that no line has would be a column that is missing."""
    import mlcroissant

    for kind in (kind for kind in _CLAIMS if any(kind in scene.model_fields_set for scene in scenes)):
        claims = [claim for scene in scenes for claim in getattr(scene, kind)]
        sure = [told for told in _SURE if any(getattr(claim, told[0], None) is not None for claim in claims)]
        fields = (*_CLAIMS[kind], *sure)
        yield mlcroissant.Field(
            id=f"scenes/{kind}",
            name=kind,
            description=_ABOUT[kind],
            repeated=True,
            sub_fields=[
                mlcroissant.Field(
                    id=f"scenes/{kind}/{name}",
                    name=name,
                    description=meaning,
                    data_types=_type(of),
                    repeated=several,
                    source=_column(kind, name),
                )
                for name, of, several, meaning in fields
            ],
        )


def _column(column: str, name: str) -> "mlcroissant.Source":
    import mlcroissant

    return mlcroissant.Source(
        file_object=SCENES,
        extract=mlcroissant.Extract(column=column),
        transforms=[mlcroissant.Transform(json_path=name)],
    )


def _on_one_line(error: Exception) -> str:
    """Return what mlcroissant says, a list of several lines, on one."""
    lines = [line.strip().removeprefix("-").strip() for line in str(error).splitlines()]
    return "; ".join(line for line in lines if line and not line.startswith("Found the following"))
