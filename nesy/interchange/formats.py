"""The table of formats: what each is called, how its files are told, who reads and writes it.

A format is one module beside this one and one row of `FORMATS`; what a row holds is a `Format`.

No module of a format imports a large library (pandas, rdflib, networkx) outside its functions.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType

from nesy.errors import InputError
from nesy.interchange import (
    action_genome,
    coco,
    coco_labels,
    cvat,
    fiftyone,
    graphs,
    hoi_annotations,
    hoi_pairs,
    label_studio,
    labelling_config,
    open_images,
    pair_rows,
    photograph_rows,
    psg,
    r1_sgg,
    rdf_files,
    scene_files,
    sssom,
    tables,
    vcoco_folder,
    vg150,
    visual_genome,
    vrd_folder,
)
from nesy.interchange.content import first_value, start_of
from nesy.interchange.format import Format
from nesy.interchange.interactions import LISTED_THINGS, PAIRED, UNSIZED_PAIRS, UNSIZED_THINGS

FORMATS: Mapping[str, Format] = MappingProxyType(
    {
        one.name: one
        for one in (
            Format(
                "scene",
                "scenes of nesy, nesy.scene/1, one in a file (of an analysis its final scene)",
                (".scene.json", ".json"),
                scene_files.read,
                scene_files.write_one,
                fits=scene_files.fits,
            ),
            Format(
                "scenes",
                "scenes of nesy, nesy.scene/1, one a line",
                (".scenes.jsonl", ".jsonl", ".ndjson"),
                scene_files.read,
                scene_files.write_lines,
                fits=scene_files.fits,
            ),
            Format(
                "coco",
                "COCO with relations (PSG-coco, VG150-coco, IndoorVG-coco), or without; panoptic COCO",
                (".coco.json", ".json"),
                coco.read,
                coco.write,
                str(coco.HOLDS),
                fits=coco.fits,
                read_sized=coco.read,
                labels=coco_labels.labels,
            ),
            Format(
                "psg",
                "panoptic scene graphs of OpenPSG, without their masks",
                (".psg.json", ".json"),
                psg.read,
                psg.write,
                str(psg.HOLDS),
                fits=psg.fits,
                labels=lambda path, _: psg.labels(path),
            ),
            Format(
                "r1-sgg",
                "rows of R1-SGG, their objects and relationships as JSON texts; Parquet is read",
                (".r1.jsonl", ".jsonl", ".json"),
                r1_sgg.read,
                r1_sgg.write,
                f"{r1_sgg.HOLDS}, ids but for `person_2`",
                fits=r1_sgg.fits,
                read_sized=r1_sgg.read,
            ),
            Format(
                "vg",
                "Visual Genome, a row an image (scene_graphs.json)",
                (".vg.json", ".vg.jsonl", ".json", ".jsonl"),
                visual_genome.read,
                visual_genome.write,
                str(visual_genome.HOLDS),
                fits=visual_genome.fits,
                read_sized=visual_genome.read,
            ),
            Format(
                "vg-folder",
                "Visual Genome as published: objects, attributes, relationships and image_data",
                (),
                visual_genome.read_folder,
                visual_genome.write_folder,
                str(visual_genome.HOLDS),
                fits=visual_genome.fits_folder,
                folder=True,
                read_sized=visual_genome.read_folder,
            ),
            Format(
                "hico",
                "HICO-DET as instances_train2015.json: boxes_h, boxes_o, object, verb, hoi",
                (".hico.json", ".json"),
                hoi_pairs.read_hico,
                hoi_pairs.write_hico,
                f"{PAIRED}, what is none of its 600 interactions",
                fits=hoi_pairs.fits_hico,
            ),
            Format(
                "hico-qpic",
                "HICO-DET as trainval_hico.json of PPDM and QPIC: annotations, hoi_annotation",
                (".json",),
                hoi_annotations.read_hico,
                hoi_annotations.write_hico,
                f"{UNSIZED_THINGS}, other words than its 80 objects and 117 verbs",
                fits=hoi_annotations.fits_hico,
                read_sized=hoi_annotations.read_hico,
            ),
            Format(
                "vcoco",
                "V-COCO as published: a folder of vcoco*.json and COCO's instances*.json",
                (),
                vcoco_folder.read,
                vcoco_folder.write,
                f"{LISTED_THINGS}, relations that are none of its actions",
                fits=vcoco_folder.fits,
                folder=True,
                labels=lambda path, _: vcoco_folder.labels(path),
            ),
            Format(
                "vcoco-pairs",
                "V-COCO as instances_vcoco_trainval.json: boxes_h, boxes_o, actions, objects",
                (".json",),
                hoi_pairs.read_vcoco,
                hoi_pairs.write_vcoco,
                f"{UNSIZED_PAIRS}, what is none of its 24 actions with an object",
                fits=hoi_pairs.fits_vcoco,
                read_sized=hoi_pairs.read_vcoco,
            ),
            Format(
                "vcoco-qpic",
                "V-COCO as trainval_vcoco.json of QPIC: annotations, hoi_annotation",
                (".json",),
                hoi_annotations.read_vcoco,
                hoi_annotations.write_vcoco,
                f"{UNSIZED_THINGS}, other words than its 80 objects and its actions",
                fits=hoi_annotations.fits_vcoco,
                read_sized=hoi_annotations.read_vcoco,
            ),
            Format(
                "vrd",
                "VRD as published: a folder of annotations*.json, objects.json and predicates.json",
                (),
                vrd_folder.read,
                vrd_folder.write,
                f"{UNSIZED_PAIRS}, two scenes of one picture",
                fits=vrd_folder.fits,
                folder=True,
                read_sized=vrd_folder.read,
                labels=vrd_folder.labels,
            ),
            Format(
                "vg150",
                "VG150 as published: a folder of VG-SGG*.h5, VG-SGG-dicts*.json and image_data.json; needs nesy[vg150]",
                (),
                vg150.read,
                None,
                fits=vg150.fits,
                folder=True,
                labels=lambda path, _: vg150.labels(path),
            ),
            Format(
                "open-images",
                "Open Images: a folder of CSV files: relationships (vrd) or boxes (bbox), and class descriptions",
                (),
                open_images.read,
                None,
                fits=open_images.fits,
                folder=True,
                labels=lambda path, _: open_images.labels(path),
            ),
            Format(
                "action-genome",
                "Action Genome: a folder of object_bbox_and_relationship.pkl and person_bbox.pkl",
                (),
                action_genome.read,
                None,
                fits=action_genome.fits,
                folder=True,
                read_sized=action_genome.read,
                labels=action_genome.labels,
            ),
            Format(
                "photographs",
                "photographs with hand-made truth, a row each (truth.jsonl)",
                (".jsonl",),
                photograph_rows.read,
                None,
                fits=photograph_rows.fits,
                labels=lambda path, _: photograph_rows.labels(path),
            ),
            Format(
                "pairs",
                "labelled pairs of boxes, an image a line",
                (".pairs.jsonl", ".jsonl"),
                pair_rows.read,
                pair_rows.write,
                str(PAIRED),
                fits=pair_rows.fits,
                read_sized=pair_rows.read,
            ),
            Format(
                "label-studio",
                "tasks of Label Studio: predictions to import, and exports (JSON) to read",
                (".label-studio.json", ".json"),
                label_studio.read,
                label_studio.write,
                "scenes that name no picture, entities without a box, part states and counts whose words make no line, "
                "ids and confidences of claims about entities, confidences of boxes, places in a text",
                fits=label_studio.fits,
            ),
            Format(
                "label-studio-config",
                "the labelling configuration of Label Studio (XML) for the words of scenes",
                (".label-studio.xml",),
                None,
                labelling_config.write,
                "everything but words",
            ),
            Format(
                "fiftyone",
                "samples.json of FiftyOne",
                ("samples.json", ".json"),
                fiftyone.read,
                fiftyone.write,
                "scenes that name no picture, boxes turned inside out",
                fits=fiftyone.fits,
            ),
            Format(
                "cvat",
                "CVAT for images 1.1 (XML), and for video 1.1, read only",
                (".cvat.xml", ".xml"),
                cvat.read,
                cvat.write,
                "scenes that name no picture, boxes of pictures of unknown size, part states and relations whose words "
                "make no line, ids and confidences of claims about entities, confidences of boxes, sums of picture "
                "files, places in a text, control characters",
                fits=cvat.fits,
            ),
            Format(
                "graphml",
                "a graph of networkx as GraphML",
                (".graphml",),
                graphs.read_graphml,
                graphs.write_graphml,
                "control characters",
            ),
            Format(
                "gexf",
                "a graph of networkx as GEXF, which Gephi opens",
                (".gexf",),
                graphs.read_gexf,
                graphs.write_gexf,
                "control characters",
            ),
            Format(
                "node-link",
                "a graph of networkx as node-link JSON",
                (".node-link.json", ".json"),
                graphs.read_node_link,
                graphs.write_node_link,
                fits=graphs.fits_node_link,
            ),
            Format("csv", "a table of claims, one a row", (".csv",), tables.read_csv, tables.write_csv),
            Format(
                "parquet",
                "the same table as Parquet (needs `nesy[parquet]`)",
                (".parquet",),
                tables.read_parquet,
                tables.write_parquet,
                fits=tables.fits_parquet,
            ),
            Format(
                "turtle", "one RDF graph as Turtle", (".ttl", ".turtle"), rdf_files.read_turtle, rdf_files.write_turtle
            ),
            Format(
                "ntriples", "one RDF graph as N-Triples", (".nt",), rdf_files.read_ntriples, rdf_files.write_ntriples
            ),
            Format(
                "trig",
                "RDF as TriG, a named graph a scene (of an analysis its final scene)",
                (".trig",),
                rdf_files.read_trig,
                rdf_files.write_trig,
            ),
            Format("nquads", "the same as N-Quads", (".nq", ".nquads"), rdf_files.read_nquads, rdf_files.write_nquads),
            Format(
                "json-ld",
                "RDF as JSON-LD, with a context that is shipped",
                (".jsonld", ".json"),
                rdf_files.read_json_ld,
                rdf_files.write_json_ld,
                fits=rdf_files.fits_json_ld,
            ),
            Format(
                "sssom",
                "the words of scenes and the concepts that they name, as SSSOM",
                (".sssom.tsv", ".tsv"),
                None,
                sssom.write,
                "everything but words",
            ),
        )
    }
)
"""By name, in the order of the list of formats; of several that fit a file the first is taken."""


def named(name: str) -> Format:
    """Return the format of a name.

    Raises:
        InputError: there is none; tells those there are.
    """
    if name not in FORMATS:
        raise InputError(f"no format {name!r}; there are: {', '.join(FORMATS)}")
    return FORMATS[name]


def of_source(path: Path) -> Format:
    """Return the format in which a file or folder is to be read, by its ending and, where that is not enough, content.

    Raises:
        InputError: it is none of those that can be read, or may be several; `--from` then says which.
    """
    readable = [one for one in FORMATS.values() if one.read is not None and one.folder == path.is_dir()]
    ended = _longest(path, readable)
    if len(ended) == 1 and (ended[0].fits is None or len(_ending(path, ended[0])) > len(path.suffix)):
        return ended[0]
    start = start_of(path)
    for among in (ended, readable):
        for one in among:
            if one.fits is not None and one.fits(start):
                return one
    unsure = [one for one in ended if one.fits is None]
    if len(unsure) == 1 or len(ended) == 1:  # who reads it tells best what is wrong with it
        return (unsure or ended)[0]
    if isinstance(start, str) and start.lstrip("\ufeff \t\r\n").startswith(("{", "[")):
        first_value(path)  # what is meant to be JSON and is none is told as that
    raise InputError(f"{path}: not clear in which format it is; --from says it, one of: {_names(readable)}")


def told_by_content(value: object) -> Format | None:
    """Return the format of another tool that a JSON value is of, if it is of one."""
    others = [one for one in FORMATS.values() if ".json" in one.endings and one.name != "scene"]
    return next((one for one in others if one.fits is not None and one.fits(value)), None)


def of_target(path: Path) -> Format:
    """Return the format in which a file is to be written, by its ending; of several the first of the list.

    Raises:
        InputError: no format that can be written has this ending; `--to` then says which.
    """
    writable = [one for one in FORMATS.values() if one.write is not None]
    ended = _longest(path, writable)
    if not ended:
        raise InputError(f"{path}: its ending tells no format; --to says it, one of: {_names(writable)}")
    return ended[0]


def _longest(path: Path, formats: Iterable[Format]) -> list[Format]:
    """Return the formats whose ending a name has, and of them those of the longest such ending."""
    found = [(len(_ending(path, one)), one) for one in formats]
    most = max((length for length, _ in found), default=0)
    return [one for length, one in found if length == most > 0]


def _ending(path: Path, of: Format) -> str:
    return max((one for one in of.endings if path.name.lower().endswith(one)), key=len, default="")


def _names(formats: Iterable[Format]) -> str:
    return ", ".join(one.name for one in formats)
