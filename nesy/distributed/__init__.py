"""A data set of pictures, or files of scenes, over the machines of a Ray cluster (`nesy[ray]`)."""

from typing import TYPE_CHECKING

import lazy_loader

if TYPE_CHECKING:
    from nesy.distributed.cluster import Cluster
    from nesy.distributed.distributed_analysis import analyze
    from nesy.distributed.side_stages import checked, parsed
    from nesy.distributed.stage_chunks import in_chunks

__all__ = ["Cluster", "analyze", "checked", "in_chunks", "parsed"]

# Each is loaded when it is first used: processes that hand things on need little of it.
__getattr__, __dir__, _listed = lazy_loader.attach(
    __name__,
    submod_attrs={
        "cluster": ["Cluster"],
        "distributed_analysis": ["analyze"],
        "side_stages": ["checked", "parsed"],
        "stage_chunks": ["in_chunks"],
    },
)
