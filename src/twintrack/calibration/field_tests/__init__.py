"""The twelve tests of a system-dynamics model (Sterman 2000, "Business Dynamics", chapter 21, table 21-4).

Each test measures, compares with limits set before, and gives evidence; its status follows from the measures.
"""

from __future__ import annotations

from twintrack.calibration.field_tests.forms import FieldTest, Measure, Status, Table, Words
from twintrack.calibration.field_tests.registry import FIELD_TESTS, run_field_tests

__all__ = ["FIELD_TESTS", "FieldTest", "Measure", "Status", "Table", "Words", "run_field_tests"]
