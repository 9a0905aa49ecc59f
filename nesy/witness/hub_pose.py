"""A pose network of the hub: people with boxes -> their 17 joints."""

from collections.abc import Sequence
from functools import cached_property

import numpy as np
import torch
from transformers import AutoImageProcessor, VitPoseForPoseEstimation

from nesy.assets.weights import Family
from nesy.errors import ModelError, first_line
from nesy.geometry import share
from nesy.image import Image
from nesy.observations import KEYPOINTS, Keypoints, Person, Thing
from nesy.witness.hub_weights import Loaded, files_of, load, on_device

POSES = Family(name="pose network", types=("vitpose",), example="usyd-community/vitpose-base-simple")
_COCO_EXPERT = 0
"""Of a network with experts for several data sets: that for COCO's joints."""


class PoseNetwork:
    """ViTPose (Xu et al., ViTPose, 2022): it looks at the box of each person.

    Args:
        name: a hub id, or a folder.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._files, self._revision = files_of(name, POSES)

    @cached_property
    def loaded(self) -> Loaded:
        """The network, loaded when it first looks."""
        return load(self._name, self._files, self._revision, VitPoseForPoseEstimation, AutoImageProcessor)

    def people(self, image: Image, persons: Sequence[Thing], witness: str) -> tuple[Person, ...]:
        """Return the people with their joints, in order.

        Args:
            image: the picture.
            persons: where they are.
            witness: name of who saw them.

        Raises:
            ModelError: the network cannot look at them, or has other joints than COCO's 17.
        """
        width, height = image.size_px
        scale = np.array([width, height, width, height], dtype=np.float64)
        corners = np.array([thing.box for thing in persons], dtype=np.float64).reshape(-1, 4) * scale
        boxes = np.concatenate([corners[:, :2], corners[:, 2:] - corners[:, :2]], axis=1)  # left, top, width, height
        seen = np.asarray((boxes[:, 2:] > 0).all(axis=1))
        if not seen.any():
            return ()
        parts = self.loaded
        try:
            inputs = on_device(parts, parts.processor(image.pixels, boxes=[boxes[seen]], return_tensors="pt"))
            if parts.network.config.backbone_config.num_experts > 1:
                inputs["dataset_index"] = torch.full((int(seen.sum()),), _COCO_EXPERT, device=parts.device)
            with torch.inference_mode():
                outputs = parts.network(**inputs)
            (found,) = parts.processor.post_process_pose_estimation(outputs, boxes=[boxes[seen]])
        except (ValueError, RuntimeError, IndexError) as error:
            raise ModelError(f"{self._name}: it cannot look at {image.name} ({first_line(error)})") from error
        looked_at = [thing for thing, there in zip(persons, seen, strict=True) if there]
        return tuple(
            Person(box=thing.box, score=thing.score, keypoints=self._joints(one, width, height), witness=witness)
            for thing, one in zip(looked_at, found, strict=True)
        )

    def _joints(self, found: dict[str, torch.Tensor], width: int, height: int) -> Keypoints:
        """Return the joints of one person; `keypoints`: (17, 2) in pixels, `scores`: (17,)."""
        if len(found["keypoints"]) != len(KEYPOINTS):
            raise ModelError(f"{self._name}: {len(found['keypoints'])} joints; a network of COCO's 17 is needed")
        rows = zip(KEYPOINTS, found["keypoints"].float().tolist(), found["scores"].float().tolist(), strict=True)
        return Keypoints.model_validate(
            {name: (share(x / width), share(y / height), share(score)) for name, (x, y), score in rows}
        )
