"""The loop over HTTP: an OpenAI-compatible server whose answers are checked."""

from typing import TYPE_CHECKING

from nesy.errors import InputError
from nesy.server.service_limits import Access, Limits

if TYPE_CHECKING:
    from fastapi import FastAPI

    from nesy.pipeline import Pipeline

__all__ = ["Access", "Limits", "app"]


def app(pipeline: "Pipeline", limits: Limits | None = None, access: Access | None = None) -> "FastAPI":
    """Return the application of a pipeline, for any server of ASGI; `nesy serve` runs it.

    The model is loaded when the application starts; until then it answers 503.

    Args:
        pipeline: whose model, rules and settings answer.
        limits: on size, time and number of requests.
        access: who may ask; by default anybody whom the server lets in.

    Raises:
        InputError: FastAPI is not installed.
    """
    try:
        from nesy.server.application import application
    except ModuleNotFoundError as error:
        raise missing(error) from None
    return application(pipeline, limits or Limits(), access or Access())


def missing(error: ModuleNotFoundError) -> Exception:
    """Return what is told where a package that serves is not installed; any other error as it is."""
    if (error.name or "").partition(".")[0] in ("fastapi", "starlette", "uvicorn", "python_multipart", "multipart"):
        return InputError("`nesy serve` needs FastAPI and uvicorn: pip install 'nesy[serve]'")
    return error
