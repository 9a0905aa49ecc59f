"""The loop over HTTP: an OpenAI-compatible server whose answers are checked."""

from typing import TYPE_CHECKING

from nesy.errors import InputError
from nesy.server.service_limits import Access, Limits

if TYPE_CHECKING:
    from pathlib import Path

    from fastapi import FastAPI

    from nesy.pipeline import Pipeline

__all__ = ["Access", "Limits", "app"]


def app(
    pipeline: "Pipeline",
    limits: Limits | None = None,
    access: Access | None = None,
    gold: "str | Path | None" = None,
) -> "FastAPI":
    """Return the application of a pipeline, for any server of ASGI; `nesy serve` runs it.

    The model is loaded when the application starts; until then it answers 503.

    Args:
        pipeline: whose model, rules and settings answer.
        limits: on size, time and number of requests.
        access: who may ask; by default anybody whom the server lets in.
        gold: a folder in which scenes that a person has judged may be saved; by default nowhere.

    Raises:
        InputError: FastAPI is not installed, or `gold` cannot be used.
    """
    try:
        from nesy.server.application import application
        from nesy.server.gold_folder import GoldFolder
    except ModuleNotFoundError as error:
        raise missing(error) from None
    kept = None if gold is None else GoldFolder(gold)
    return application(pipeline, limits or Limits(), access or Access(), gold=kept)


def missing(error: ModuleNotFoundError) -> Exception:
    """Return what is told where a package that serves is not installed; any other error as it is."""
    if (error.name or "").partition(".")[0] in ("fastapi", "starlette", "uvicorn", "python_multipart", "multipart"):
        return InputError("`nesy serve` needs FastAPI and uvicorn: pip install 'nesy[serve]'")
    return error
