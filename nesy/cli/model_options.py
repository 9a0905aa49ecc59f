"""The options that say which model answers, where it computes, and how it is spoken to."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from nesy.errors import InputError
from nesy.settings import PerceptionSettings

ModelOption = Annotated[
    str | None,
    typer.Option(
        "--model",
        "-m",
        metavar="M",
        help="embedded, witness, a hub id, a folder, replay:FILE or http://HOST/v1#NAME; `nesy models` lists them.",
        show_default="LLaVA-OneVision, sized by the GPU",
    ),
]


class Description(StrEnum):
    """What a model is asked to describe an image in."""

    JSON = "json"
    PROSE = "prose"
    SENTENCES = "sentences"
    GROUNDED = "grounded"


class Dtype(StrEnum):
    """In which numbers a model computes."""

    AUTO = "auto"
    BFLOAT16 = "bfloat16"
    FLOAT16 = "float16"
    FLOAT32 = "float32"


class Attention(StrEnum):
    """By which implementation of attention."""

    SDPA = "sdpa"
    FLASH = "flash_attention_2"
    EAGER = "eager"


class Bits(StrEnum):
    """To how many bits weights are rounded."""

    EIGHT = "8bit"
    FOUR = "4bit"


DescribeOption = Annotated[
    Description | None,
    typer.Option(
        "--describe",
        help="How the image is described: JSON; prose; sentences, then boxes; or what things that --witness sees do.",
        show_default="json",
    ),
]
ProfileOption = Annotated[
    str | None,
    typer.Option(
        "--profile",
        metavar="NAME|FILE",
        help="How the model writes boxes: a name that `nesy models --profiles` lists, or a TOML file of your own.",
        show_default="that of its family",
    ),
]
DeviceOption = Annotated[
    str | None,
    typer.Option("--device", metavar="D", help="auto, cpu, cuda, cuda:N or mps.", show_default="auto"),
]
DtypeOption = Annotated[
    Dtype | None, typer.Option("--dtype", help="bfloat16 on a GPU, float32 on a CPU.", show_default="auto")
]
AttentionOption = Annotated[
    Attention | None, typer.Option("--attention", help="transformers' implementation.", show_default="sdpa")
]
QuantizeOption = Annotated[
    Bits | None,
    typer.Option("--quantize", help="Round the weights as they are loaded (bitsandbytes); needs nesy[gpu]."),
]
AdapterOption = Annotated[
    Path | None,
    typer.Option("--adapter", metavar="DIR", help="A LoRA adapter (peft), merged into the weights; needs nesy[gpu]."),
]

TimeoutOption = Annotated[
    float | None,
    typer.Option(
        "--timeout",
        metavar="S",
        help="How long one reply of a server may take, in seconds.",
        show_default=f"{PerceptionSettings().timeout_s:g}",
    ),
]
ConcurrencyOption = Annotated[
    int,
    typer.Option(
        "--concurrency",
        metavar="N",
        min=1,
        max=256,
        help="Requests that a server has in flight at most: of several pictures, and of looks at one.",
    ),
]


def perception(
    model: str | None,
    describe: Description | None = None,
    profile: str | None = None,
    device: str | None = None,
    dtype: Dtype | None = None,
    attention: Attention | None = None,
    quantize: Bits | None = None,
    adapter: Path | None = None,
    timeout: float | None = None,
) -> dict[str, Any]:
    """Return what these options set, by the keys that `effective` takes; None: not given.

    Raises:
        InputError: one of them would change nothing for the model that is named.
    """
    from nesy.models.openai_server import is_server
    from nesy.models.registry import refuse_without_weights

    local = {"device": device, "dtype": dtype, "attention": attention, "quantize": quantize, "adapter": adapter}
    refuse_without_weights(model, local if is_server(model) else {**local, "profile": profile})
    if timeout is not None and not is_server(model):
        raise InputError("--timeout is for the replies of a server, and --model names none")
    return {
        "perception__describe": describe and describe.value,
        "perception__profile": profile,
        "perception__device": device,
        "perception__dtype": dtype and dtype.value,
        "perception__attention": attention and attention.value,
        "perception__quantize": quantize and quantize.value,
        "perception__adapter": None if adapter is None else str(adapter),
        "perception__timeout_s": timeout,
    }
