"""The form of model/history/series.yaml: what was observed, and which variable of the model it speaks of."""

from __future__ import annotations

from typing import Literal

from pydantic import model_validator

from twintrack.inputs.schema_kinds import Bilingual, Positive, StrictSchema, Text, Unit, Year, refused

Reading = Literal["at", "mean", "total"]
"""What of the model an observation is compared with: its value at the date, linear between saved values; its
mean over the window that begins at the date; or the flow added up from `since` to the date."""

Scale = Literal["log", "linear", "logit"]
"""The scale on which errors are alike everywhere: log for what is positive, logit for shares."""


Course = Literal["count", "maximum", "record"]
"""Why the numbers of a series never fall: each counts all there has been since a start; or is the largest so
far, which may stand still; or is a record, written down only because it is above all before it."""


class SeriesEntry(StrictSchema):
    """One series; its numbers stand in the .csv of the same name."""

    title: Bilingual
    variable: Text
    """A variable of the model, or an element such as "accelerator_stock[home,world_chips]"."""
    reading: Reading
    window: Positive | None = None
    """Years of a mean; one year when it is not given."""
    since: Year | None = None
    """Decimal year from which a total counts."""
    scale: Scale
    unit: Unit
    """Of the numbers in the .csv."""
    factor: Positive = 1.0
    """Observed units for one unit of the model."""
    factor_unit: Unit = "1"
    """Of the factor: the unit of the variable (times Year for a total) times this one is the unit above."""
    factor_reason: str = ""
    error: Positive
    """Standard deviation of the error of measurement on the scale, where a number has no interval."""
    discrepancy: Positive
    """Scale of the half-normal prior of the standard deviation, on the scale, by which even the right model
    misses what is counted: definitions differ, and equations are simple."""
    bound: Literal["upper"] | None = None
    """Of a number that can only say what the model must not exceed."""
    course: Course | None = None
    """Of numbers that never fall: forecasts leave no room below the last of them. A total needs none."""
    definition: Bilingual
    """What exactly is counted, and why it stands for the variable."""
    not_used: Bilingual | None = None
    """Figures of other definitions that are left out, and why."""

    @model_validator(mode="after")
    def _keys_fit_together(self) -> SeriesEntry:
        wrong = self._reading_fault() or self._factor_fault()
        if not wrong and self.discrepancy < self.error:
            wrong = f"has a discrepancy, {self.discrepancy:g}, below its error of measurement, {self.error:g}"
        if wrong:
            raise refused(wrong)
        return self

    def _reading_fault(self) -> str:
        if self.window is not None and self.reading != "mean":
            return f'has a window, which is for reading: mean, not "{self.reading}"; take it out'
        if (self.since is not None) != (self.reading == "total"):
            return "needs since, the year from which it counts, for reading: total, and only there"
        return ""

    def _factor_fault(self) -> str:
        if (self.factor != 1 or self.factor_unit != "1") and not self.factor_reason:
            return "has a factor but no factor_reason; say where it comes from"
        return ""


class HistoryFile(StrictSchema):
    """model/history/series.yaml."""

    series: dict[str, SeriesEntry]
