"""The equations of a model file as typed data: `load_equations` reads, `Equations` holds.

Also what equations mean: `functions` and `constructs` are the tables of all functions, `states` says how
states move on, `units` checks units. Nothing here computes a run, and nothing knows what a model is about.
"""

from __future__ import annotations

from twintrack.equations.clock import TimeGrid
from twintrack.equations.structure import Equations, Variable
from twintrack.equations.translate import load_equations

__all__ = ["Equations", "TimeGrid", "Variable", "load_equations"]
