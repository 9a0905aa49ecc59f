"""The curriculum in several processes, each on its rows of every batch: on a CPU they wait less than threads do."""

import tempfile
from pathlib import Path
from typing import Any

import torch
import torch.distributed
import torch.multiprocessing
from transformers import LlavaOnevisionForConditionalGeneration

from lab.training.curriculum import Stage, run


def run_in(
    processes: int, out: Path, stages: tuple[Stage, ...], **options: Any
) -> LlavaOnevisionForConditionalGeneration:
    """Run the stages as `curriculum.run` does, in that many processes of one thread each; 1: in this one."""
    if processes > 1:
        with tempfile.TemporaryDirectory() as folder:
            meeting = Path(folder) / "meeting"
            multiprocessing: Any = torch.multiprocessing
            multiprocessing.spawn(_one, (processes, meeting, out, stages, options), nprocs=processes)
    return run(out, stages, **options)  # with the stages done it only loads the last


def _one(
    rank: int, processes: int, meeting: Path, out: Path, stages: tuple[Stage, ...], options: dict[str, Any]
) -> None:
    torch.set_num_threads(1)
    torch.distributed.init_process_group("gloo", f"file://{meeting}", rank=rank, world_size=processes)
    try:
        run(out, stages, **options)
    finally:
        torch.distributed.destroy_process_group()
