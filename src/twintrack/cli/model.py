"""`twintrack model`: what can be done with the model itself."""

from __future__ import annotations

import click

from twintrack.cli.model_docs import docs_command
from twintrack.cli.model_flatten import flatten_command
from twintrack.cli.model_graph import graph_command
from twintrack.cli.model_loops import loops_command
from twintrack.cli.model_simulate import simulate_command
from twintrack.cli.model_units import units_command
from twintrack.cli.model_wasm import wasm_command
from twintrack.cli.model_web import web_command


@click.group("model", short_help="Check units, draw, document, flatten, simulate or compile a model.")
def model_group() -> None:
    """Look at the model itself: units, diagrams, pages, a form without subscripts. Run any other model."""


for _command in (
    docs_command,
    graph_command,
    loops_command,
    flatten_command,
    simulate_command,
    units_command,
    wasm_command,
    web_command,
):
    model_group.add_command(_command)
