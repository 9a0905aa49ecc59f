"""`nesy serve`: the loop over HTTP, as an OpenAI-compatible server."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from nesy.cli.console import leave, notice
from nesy.cli.model_options import (
    AdapterOption,
    AttentionOption,
    ConcurrencyOption,
    DescribeOption,
    DeviceOption,
    DtypeOption,
    ModelOption,
    ProfileOption,
    QuantizeOption,
    perception,
)
from nesy.cli.settings_options import (
    ConfigOption,
    OffOption,
    OnlyOption,
    OntologyOption,
    RulesOption,
    SetOption,
    WitnessOption,
    effective,
)
from nesy.errors import InputError
from nesy.settings import CorrectionSettings

_SHORT_TOKEN = 16


def serve(
    model: ModelOption = None,
    host: Annotated[
        str, typer.Option("--host", metavar="H", help="Where to listen; beyond this machine a token is required.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", metavar="P", min=0, max=65535, help="0 takes a free one.")] = 8000,
    token: Annotated[
        str | None,
        typer.Option(
            "--token",
            metavar="T",
            envvar="NESY_TOKEN",
            help="What a client has to send (Authorization: Bearer T); better in the variable than on the line.",
            show_default=False,
        ),
    ] = None,
    allow_origin: Annotated[
        list[str] | None,
        typer.Option("--allow-origin", metavar="URL", help="Pages of this origin may ask, too; may be repeated."),
    ] = None,
    timeout: Annotated[
        float, typer.Option("--timeout", metavar="S", min=1.0, max=86400.0, help="How long one request may take.")
    ] = 600.0,
    max_megabytes: Annotated[
        float, typer.Option("--max-megabytes", metavar="MB", min=0.01, max=1000.0, help="Of a request's body.")
    ] = 20.0,
    max_megapixels: Annotated[
        float, typer.Option("--max-megapixels", metavar="MP", min=0.01, max=100.0, help="Of a picture.")
    ] = 50.0,
    queue: Annotated[
        int, typer.Option("--queue", metavar="N", min=0, max=10_000, help="Requests that wait for their turn, at most.")
    ] = 16,
    gold: Annotated[
        Path | None,
        typer.Option(
            "--gold",
            metavar="DIR",
            help="Let scenes that a person has judged on the page be saved there; `nesy evaluate DIR` takes them.",
            show_default=False,
        ),
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", help="No line for each request.")] = False,
    rounds: Annotated[
        int | None,
        typer.Option(
            min=0,
            max=10,
            metavar="N",
            help="Corrective rounds after the first description.",
            show_default=str(CorrectionSettings().rounds),
        ),
    ] = None,
    describe: DescribeOption = None,
    profile: ProfileOption = None,
    device: DeviceOption = None,
    dtype: DtypeOption = None,
    attention: AttentionOption = None,
    quantize: QuantizeOption = None,
    adapter: AdapterOption = None,
    concurrency: ConcurrencyOption = 1,
    rules: RulesOption = None,
    off: OffOption = None,
    only: OnlyOption = False,
    witness: WitnessOption = None,
    ontology: OntologyOption = None,
    config: ConfigOption = None,
    set_: SetOption = None,
) -> None:
    """Serve checked answers over HTTP, as OpenAI's interface has it, analyses and verdicts, and a page to look at them.

    The page is at /, and /docs tells how programs ask. It ends by Ctrl-C or SIGTERM. Nothing is fetched that a
    request names.
    """
    from nesy.server import Limits, missing

    try:
        from nesy.server.gold_folder import GoldFolder
        from nesy.server.running import access_for, listening
        from nesy.server.running import serve as run
    except ModuleNotFoundError as error:
        raise missing(error) from None
    from nesy.models.side_by_side import refuse_threads
    from nesy.pipeline import Pipeline

    refuse_threads(model, concurrency)
    _refuse_odd(allow_origin or [])
    access = access_for(host, token, tuple(allow_origin or ()))
    if token is not None and len(token) < _SHORT_TOKEN:
        notice(
            f"nesy serve: the token has {len(token)} signs; {_SHORT_TOKEN} or more drawn by chance cannot be guessed"
        )
    settings = effective(
        config,
        set_,
        ontology=ontology,
        rules=rules,
        off=off,
        only=only,
        correction__rounds=rounds,
        witness=witness,
        **perception(model, describe, profile, device, dtype, attention, quantize, adapter, None),
    )
    if settings.perception.timeout_s > timeout:  # a reply that comes later is of no use to anybody
        asked = settings.perception.model_copy(update={"timeout_s": timeout})
        settings = settings.model_copy(update={"perception": asked})
    pipeline = Pipeline(model, settings)
    _ = pipeline.ontology, pipeline.rules  # a mistake in them is told before anything is loaded
    kept = None if gold is None else GoldFolder(gold)
    at = listening(host, port)
    address = f"http://{f'[{host}]' if ':' in host else host}:{at.getsockname()[1]}"
    if model is None:
        from nesy.models.registry import chosen_model

        notice(chosen_model(settings.perception))
    notice(f"nesy serve: {address} (loading the model; {address}/docs tells what can be asked)")
    limits = Limits(max_megabytes, max_megapixels, timeout, concurrency, queue)
    with at, _told(quiet=quiet):
        at_work = run(
            pipeline, at, limits, access, lambda: notice(f"nesy serve: ready ({pipeline.model_info.id})"), kept
        )
    notice("nesy serve: ended")
    if at_work:
        leave()


class _Notices(logging.Handler):
    """Writes what is logged as notices, a line each."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write one record; what failed in the server itself with where it did."""
        notice(f"nesy serve: {record.getMessage()}")
        if record.exc_info:
            for line in logging.Formatter().formatException(record.exc_info).splitlines():
                notice(f"  {line}")


@contextmanager
def _told(*, quiet: bool) -> Iterator[None]:
    """Have what the server logs told as notices."""
    log, access, notices = logging.getLogger("nesy.server"), logging.getLogger("nesy.server.access"), _Notices()
    before = log.propagate, log.level, access.level
    log.addHandler(notices)
    log.propagate = False
    log.setLevel(logging.INFO)
    access.setLevel(logging.WARNING if quiet else logging.INFO)
    try:
        yield
    finally:
        log.removeHandler(notices)
        log.propagate = before[0]
        log.setLevel(before[1])
        access.setLevel(before[2])


def _refuse_odd(origins: list[str]) -> None:
    for origin in origins:
        if not origin.startswith(("http://", "https://")) or origin.count("/") > 2:
            raise InputError(f"--allow-origin {origin}: scheme, host and port are expected, as in https://example.org")
