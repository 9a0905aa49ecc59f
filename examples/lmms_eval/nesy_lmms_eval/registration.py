"""What lmms-eval is told of the model; it is imported when it is asked for."""

from lmms_eval.models.registry_v2 import ModelManifest


def manifest() -> ModelManifest:
    """Return the model's name and where its class is."""
    return ModelManifest(model_id="nesy", simple_class_path="nesy_lmms_eval.model.Nesy")
