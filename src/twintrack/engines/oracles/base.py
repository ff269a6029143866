"""What the engines made of other people's programs share: they compute one run at a time."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence

from numpy.typing import ArrayLike

from twintrack.engines.base import Blend, Inputs, check_inputs
from twintrack.equations import Equations
from twintrack.equations.structure import Array
from twintrack.errors import Fault, InputError


class Oracle(ABC):
    """Base of such engines. They are `BlendingEngine`s, and check others that share no code with them."""

    equations: Equations

    def run(
        self,
        constants: Mapping[str, ArrayLike],
        series: Mapping[str, ArrayLike],
        outputs: Sequence[str] | None = None,
        *,
        runs: int = 1,
        time_step: float | None = None,
        blend: Blend | None = None,
    ) -> dict[str, Array]:
        """Run the model; see `BlendingEngine.run`. Raises InputError when `runs` is not 1."""
        if runs != 1:
            raise InputError(Fault("runs", "this engine computes one run at a time; take another"))
        grid = self.equations.time.with_step(time_step)
        return self._run(check_inputs(self.equations, constants, series, outputs, runs, grid, blend))

    @abstractmethod
    def _run(self, inputs: Inputs) -> dict[str, Array]:
        """Run the model on checked inputs."""
