"""Which models of the hub the local back end can use, and what else there is; loads nothing."""

from nesy.assets.weights import Family

LLAVA = Family(
    name="LLaVA-family model",
    types=("llava_onevision", "llava", "llava_next"),
    example="llava-hf/llava-onevision-qwen2-0.5b-ov-hf",
    otherwise="any other model by a server, with --model http://HOST/v1#NAME",
)
# The shipped model is none of them: who asks for a model of the hub has photographs, which that one cannot read.
WAYS = (
    "name a local folder with `--model PATH`, or a server that has a model with `--model http://HOST/v1#NAME`; the "
    "shipped model (`--model embedded`) reads drawn scenes alone, no photographs; `--model witness` sees photographs "
    "with two small networks that are shipped, and names what is plain"
)
"""What else can be done where weights cannot be had."""
