"""Comparing what engines give."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from twintrack.engines import Engine

EngineOf = Callable[[str], Engine]
"""Gives an engine for the name of a model of tests/data, or for the text of equations."""


def assert_same(
    found: dict[str, np.ndarray], expected: dict[str, np.ndarray], tolerance: float = 1e-9
) -> None:
    """Compare every variable on its own scale."""
    assert found.keys() == expected.keys()
    for name, values in expected.items():
        scale = max(np.nanmax(np.abs(values)), 1e-12)
        assert found[name].shape == values.shape, name
        np.testing.assert_allclose(found[name] / scale, values / scale, rtol=0, atol=tolerance, err_msg=name)
