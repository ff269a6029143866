"""Work in stages: what a stage has found is kept, so that broken-off work goes on where it stood."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from twintrack.core import Core
from twintrack.inputs.strategies import BASELINE
from twintrack.stored import stored
from twintrack.worlds.basis import basis_of
from twintrack.worlds.tables import table_digest

if TYPE_CHECKING:
    import pandas as pd

_Found = TypeVar("_Found")


@dataclass(frozen=True)
class Stages:
    """Stages of one work.

    Attributes:
        kind: Folder of the cache.
        described: All that the results depend on, beside the code.
        tell: Told the name of each stage as it begins.
    """

    kind: str
    described: str
    tell: Callable[[str], None]

    def run(self, name: str, expected: type[_Found], make: Callable[[], _Found]) -> _Found:
        """Give what a stage finds, of the type `expected`; what was found before is read."""
        self.tell(name)
        return self.kept(name, expected, make)

    def kept(self, name: str, expected: type[_Found], make: Callable[[], _Found]) -> _Found:
        """Do the same for a part of a stage, without telling."""
        return stored(self.kind, f"{name}\0{self.described}", ("decisions",), expected, make)


def stages_of(
    core: Core,
    kind: str,
    asked: object,
    strategies: Iterable[str],
    scenario: str,
    frame: pd.DataFrame,
    tell: Callable[[str], None],
) -> Stages:
    """Give stages of work on strategies under a scenario in worlds; `asked` is what else it depends on."""
    parts = (
        repr(asked),
        repr([core.strategy(name) for name in (BASELINE, *strategies)]),
        repr(core.scenario(scenario)),
        repr(basis_of(core)),
        repr([core.lever_table, core.outcomes]),
        table_digest((str(name), np.asarray(frame[name])) for name in frame),
    )
    return Stages(kind, "\0".join(parts), tell)
