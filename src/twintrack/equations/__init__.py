"""The equations of a model file as typed data: `load_equations` reads, `Equations` holds."""

from __future__ import annotations

from twintrack.equations.structure import Equations, TimeGrid, Variable
from twintrack.equations.translate import load_equations

__all__ = ["Equations", "TimeGrid", "Variable", "load_equations"]
