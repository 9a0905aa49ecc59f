"""`nesy calibrate`: what the words, the looks and a witness are worth for one model, fitted on labelled pictures."""

from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from nesy.cli.console import progress, result
from nesy.cli.evaluate import ReportFormat
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
    TimeoutOption,
    perception,
)
from nesy.cli.out_option import ForceOption, writable
from nesy.cli.settings_options import ConfigOption, OntologyOption, SetOption, WitnessOption, effective


def calibrate(
    folder: Annotated[
        Path,
        typer.Argument(
            metavar="DIR",
            help="Pictures with scenes.jsonl (nesy.scene/1), truth.jsonl, or COCO JSON with relations.",
            show_default=False,
        ),
    ],
    model: ModelOption = None,
    witness: WitnessOption = None,
    limit: Annotated[int | None, typer.Option(min=1, metavar="N", help="Only the first N pictures.")] = None,
    seed: Annotated[int, typer.Option(min=0, help="Of the statements, and of the parts the pictures fall into.")] = 0,
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="Write the calibration there as well.")] = None,
    force: ForceOption = False,
    form: Annotated[ReportFormat, typer.Option("--format", help="A table, or JSON.")] = ReportFormat.TEXT,
    describe: DescribeOption = None,
    profile: ProfileOption = None,
    device: DeviceOption = None,
    dtype: DtypeOption = None,
    attention: AttentionOption = None,
    quantize: QuantizeOption = None,
    adapter: AdapterOption = None,
    timeout: TimeoutOption = None,
    concurrency: ConcurrencyOption = 1,
    ontology: OntologyOption = None,
    config: ConfigOption = None,
    set_: SetOption = None,
) -> None:
    """Fit what a model's words and looks, and a witness beside them, are worth; `nesy analyze` finds it by the model.

    It holds for the model, weights, engine, probabilities and prompts that it was fitted for; for others it is refused.
    """
    from nesy.experiments.calibrating.calibrate import calibrate as measure

    asked = perception(model, describe, profile, device, dtype, attention, quantize, adapter, timeout)
    settings = effective(config, set_, ontology=ontology, witness=witness, **asked)
    writable(out, force=force)
    watch = partial(progress, what="calibrating")
    report = measure(
        model, folder, settings=settings, limit=limit, seed=seed, out=out, watch=watch, concurrency=concurrency
    )
    result(report.to_json(indent=2) if form is ReportFormat.JSON else report.to_text())
