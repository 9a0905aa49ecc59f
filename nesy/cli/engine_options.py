"""`--engine ray` and its options: over the machines of a cluster, or in the processes of this one."""

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from nesy.errors import InputError

if TYPE_CHECKING:
    from nesy.distributed import Cluster


class Engine(StrEnum):
    """Where the work is done."""

    LOCAL = "local"
    RAY = "ray"


EngineOption = Annotated[
    Engine, typer.Option("--engine", help="Where the work is done: here, or by workers of a Ray cluster (nesy[ray]).")
]
RayAddressOption = Annotated[
    str | None,
    typer.Option(
        "--ray-address",
        metavar="A",
        help="Of --engine ray: HOST:PORT of a cluster that runs, or auto on one of its machines.",
        show_default="RAY_ADDRESS, or this machine alone",
    ),
]
WorkersOption = Annotated[
    int | None,
    typer.Option(
        "--workers",
        metavar="N",
        min=1,
        help="Of --engine ray: how many there are, each with a model or a connection of its own.",
        show_default="as many as fit",
    ),
]
WorkerCpusOption = Annotated[
    float | None,
    typer.Option(
        "--worker-cpus",
        metavar="X",
        help="Of --engine ray: processors that each takes; less than 1 where a server is waited for.",
        show_default="1",
    ),
]
WorkerGpusOption = Annotated[
    float | None,
    typer.Option("--worker-gpus", metavar="X", help="Of --engine ray: GPUs that each takes.", show_default="0"),
]


def cluster_of(
    engine: Engine, address: str | None, workers: int | None, cpus: float | None = None, gpus: float | None = None
) -> "Cluster | None":
    """Return the cluster that the options name; None: none.

    Raises:
        InputError: an option belongs to the other engine, or a number is none that can be; or Ray is not installed.
    """
    told = {"--ray-address": address, "--workers": workers, "--worker-cpus": cpus, "--worker-gpus": gpus}
    if engine is Engine.LOCAL:
        given = next((name for name, value in told.items() if value is not None), None)
        if given is not None:
            raise InputError(f"{given}: goes with --engine ray")
        return None
    from nesy.distributed.cluster import Cluster, need_ray

    need_ray()
    return Cluster(address, workers, 1.0 if cpus is None else cpus, gpus or 0.0)
