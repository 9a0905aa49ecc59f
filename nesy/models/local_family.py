"""Which models of the hub the local back end can use, and what else there is; loads nothing."""

from nesy.assets.weights import Family
from nesy.perception.profile import profiles

MODELS = Family(
    name="vision-language model",
    types=tuple(name for profile in profiles().values() for name in profile.types),
    example="llava-hf/llava-onevision-qwen2-0.5b-ov-hf",
    otherwise="of another family that transformers knows with --profile FILE.toml, or by a server, "
    "with --model http://HOST/v1#NAME",
)
ANY = Family(name="model", types=(), example=MODELS.example)
"""For those who give a profile of their own: transformers tells whether it knows the class."""
# The shipped model is none of them: who asks for a model of the hub has photographs, which that one cannot read.
WAYS = (
    "name a local folder with `--model PATH`, or a server that has a model with `--model http://HOST/v1#NAME`; the "
    "shipped model (`--model embedded`) reads drawn scenes alone, no photographs; `--model witness` sees photographs "
    "with two small networks that are shipped, and names what is plain"
)
"""What else can be done where weights cannot be had."""
