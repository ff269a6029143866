"""Names in the tables of levers, world parameters and outcomes: whether the model has them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from twintrack.errors import Fault
from twintrack.inputs.model_names import name_fault
from twintrack.inputs.yaml_files import read_document

if TYPE_CHECKING:
    from twintrack.equations import Equations
    from twintrack.inputs.content import Content


def table_faults(content: Content, equations: Equations) -> Iterator[Fault]:
    """Say which levers, world parameters and outcomes are nothing that the model has, with their lines."""
    tables = (
        ("levers.yaml", "levers", content.levers.levers, True),
        ("world.yaml", "parameters", content.world, True),
        ("outcomes.yaml", "outcomes", content.outcomes.outcomes, False),
    )
    for file, table, names, constant in tables:
        wrong = {name: name_fault(name, equations, constant=constant) for name in names}
        for name, message in wrong.items():
            if message:
                yield Fault(read_document(content.root / "model" / file).where(table, name), message)
