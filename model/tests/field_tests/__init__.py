"""The twelve tests of a system-dynamics model (Sterman 2000, "Business Dynamics", chapter 21, table 21-4).

Each test measures this model, compares with limits set before, and gives evidence; its status follows from
the measures. They name variables, strategies and files of this model, so they live beside it and are in no
wheel. What tests of any model share is in `twintrack.calibration.field_results`.
"""

from __future__ import annotations

from field_tests.registry import FIELD_TESTS, field_tests

__all__ = ["FIELD_TESTS", "field_tests"]
