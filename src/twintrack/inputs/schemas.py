"""The form of each file: which keys, of which type. Unknown keys are refused, values are frozen."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated, Any, Literal, get_args

from pydantic import (
    BeforeValidator,
    Field,
    model_validator,
)

from twintrack.inputs.schema_kinds import (
    Number,
    Positive,
    RawSetting,
    StrictSchema,
    Text,
    TextOrNumber,
    Unit,
    Words,
    Year,
    refused,
)
from twintrack.inputs.settings import described


class _Ranged(StrictSchema):
    range: tuple[Number, Number]
    """Lowest and highest value."""

    @model_validator(mode="after")
    def _range_rises(self) -> _Ranged:
        if not self.low < self.high:
            ends = f"[{self.low:g}, {self.high:g}]"
            raise refused(f"has a range that does not rise from the lowest to the highest value: {ends}")
        return self

    @property
    def low(self) -> float:
        """The lowest value, in the entry's unit."""
        return self.range[0]

    @property
    def high(self) -> float:
        """The highest value, in the entry's unit."""
        return self.range[1]


class LeverEntry(_Ranged):
    """What planners can set."""

    title: Words
    unit: Unit
    baseline: Number
    """Value without any new policy; equals the model file's."""
    kind: Literal["share", "money", "index", "years"]
    running_cost: TextOrNumber = ""
    """What holding the lever costs."""
    adjustment_years: Number = 0.0
    """Years until institutions have followed the lever."""
    effort: Words | None = None
    """What it takes to move the lever."""
    source: Text
    """Keys of sources.yaml, "assumption", or words."""

    @model_validator(mode="after")
    def _baseline_is_in_range(self) -> LeverEntry:
        wrong = self.fault_of(self.baseline)
        if wrong:
            raise refused(f"has a baseline that {wrong}")
        return self

    def fault_of(self, value: float) -> str:
        """Say what is wrong with a value, "" when nothing is."""
        if self.low <= value <= self.high:
            return ""
        return f"must be from {self.low:g} to {self.high:g} (unit: {self.unit}), not {value:g}"


class LeverGroupEntry(StrictSchema):
    """Levers that one decision moves."""

    title: Words
    levers: Annotated[tuple[Text, ...], Field(min_length=1)]
    """Their names."""


class LeversFile(StrictSchema):
    """model/levers.yaml."""

    policy_start: Year
    """Decimal year in which a lever given as one number begins to move."""
    ramp_years: Annotated[Number, Field(ge=0)]
    """Years that it then takes to get there."""
    groups: dict[str, LeverGroupEntry] = Field(default_factory=dict)
    """Where there are any, each lever is in one of them."""
    levers: dict[str, LeverEntry]


class WorldEntry(_Ranged):
    """What nobody controls."""

    title: Words
    unit: Unit
    value: Number
    """Central value; equals the model file's."""
    distribution: Literal["uniform", "loguniform", "triangular", "lognormal", "fixed"]
    """How worlds are drawn from the range.

    Triangular peaks at the central value; lognormal has it as the median before its tails are cut at the ends
    of the range; fixed is never drawn.
    """
    spread: Number | None = None
    """Standard deviation of the natural logarithm; given with lognormal, and only there."""
    source: Text
    """Keys of sources.yaml, "assumption", or words."""
    confidence: Literal["high", "medium", "low", "assumption"]
    sector: str = ""
    reason: str = ""
    """Why the range is as wide as it is; needed where the source says "assumption"."""

    @model_validator(mode="after")
    def _distribution_is_whole(self) -> WorldEntry:
        wrong = "; and ".join(self._faults())
        if wrong:
            raise refused(wrong)
        return self

    def _faults(self) -> Iterator[str]:
        if not self.low <= self.value <= self.high:
            yield f"has a value, {self.value:g}, outside its range {self.low:g} to {self.high:g}"
        if self.distribution in ("loguniform", "lognormal") and self.low <= 0:
            yield f"has a {self.distribution} distribution, which needs a range above zero"
        if self.distribution == "lognormal" and self.spread is None:
            yield "has a lognormal distribution and no spread; write the standard deviation of its logarithm"
        if self.distribution != "lognormal" and self.spread is not None:
            yield f"has a spread, which a {self.distribution} distribution has no use for; take it away"
        if self.spread is not None and self.spread <= 0:
            yield f"has a spread that must be above 0, not {self.spread:g}"


class WorldFile(StrictSchema):
    """model/world.yaml."""

    parameters: dict[str, WorldEntry]


class OutcomeWords(StrictSchema):
    """How sentences speak of an outcome."""

    name: Words
    """Inside a sentence: "distance to the frontier"."""
    gains: Words
    """What a choice does that makes it better: "brings the frontier nearer"."""
    loses: Words
    """What a choice does that makes it worse: "falls back from the frontier"."""
    better: Words
    """How the better of two stands: "nearer"."""
    worse: Words
    """How the worse of two stands: "farther"."""
    amount: Words | None = None
    """What a share is a share of, with {value} for the percentage: "{value} of would-be users put off"."""

    @model_validator(mode="after")
    def _amount_has_a_value(self) -> OutcomeWords:
        if self.amount and any(text.count("{value}") != 1 for text in (self.amount.en, self.amount.zh)):
            raise refused("has an amount that does not name {value} once in each language")
        return self


class OutcomeEntry(StrictSchema):
    """What planners compare."""

    title: Words
    unit: Unit
    better: Literal["lower", "higher", "neutral"]
    format: str = ".3g"
    """How numbers are shown, in Python's format language."""
    target_source: Text = "assumption"
    """Who set the targets: a key of model/sources.yaml, or "assumption" for a judgement."""
    target: dict[Year, Number] = Field(default_factory=dict)
    """What it is to reach in a year, in its unit: at least where higher is better, at most where lower is."""
    meaning: Words | None = None
    """What it is, in a sentence for readers who know no equations."""
    told: OutcomeWords | None = None
    """How sentences speak of it; by its title where nothing is said."""

    @model_validator(mode="after")
    def _target_has_a_direction(self) -> OutcomeEntry:
        if self.target and self.better == "neutral":
            raise refused("has a target, but is better neither higher nor lower")
        return self

    @model_validator(mode="after")
    def _format_works(self) -> OutcomeEntry:
        if re.search(r"\d{3}", self.format):
            raise refused(
                f'has a format "{self.format}" that writes hundreds of signs; write for example ".1f"'
            )
        try:
            format(1.0, self.format)
        except ValueError:
            wrong = f'has a format "{self.format}" that does not format numbers; write for example ".1f"'
            raise refused(wrong) from None
        return self


class StatisticEntry(OutcomeEntry):
    """An outcome that only many worlds have: either a quantile, or the share of worlds above a number."""

    of: Text
    """The outcome that it is taken of."""
    quantile: Annotated[Number, Field(ge=0, le=1)] | None = None
    """Share of worlds that lie below it."""
    above: Number | None = None
    """The statistic is the share of worlds in which the outcome lies above this number, in its unit."""

    @model_validator(mode="after")
    def _one_kind(self) -> StatisticEntry:
        if (self.quantile is None) == (self.above is None):
            found = "neither" if self.above is None else "both"
            raise refused(f'must have either "quantile" or "above", not {found}')
        return self


class OutcomesFile(StrictSchema):
    """model/outcomes.yaml."""

    outcomes: dict[str, OutcomeEntry]
    context: dict[str, OutcomeEntry] = Field(default_factory=dict)
    """Further variables that reports show beside the outcomes: parts of them, and the outside world."""
    statistics: dict[str, StatisticEntry] = Field(default_factory=dict)
    """Outcomes of an ensemble, which a single run does not have."""
    headline: tuple[str, ...]
    """The outcomes that are shown first."""


class Citation(StrictSchema):
    """Where a number or mechanism comes from."""

    title: Text
    authors: Text
    year: int
    link: str = ""


class SourcesFile(StrictSchema):
    """model/sources.yaml."""

    sources: dict[str, Citation]


class Ground(StrictSchema):
    """What a value stands on."""

    source: Text
    """Keys of sources.yaml, "assumption", or words."""
    reason: Text
    """Why this value."""


class ScenarioFile(StrictSchema):
    """model/scenarios/NAME.yaml: an outside world."""

    title: Words
    description: Words | None = None
    world: dict[str, RawSetting]
    """World parameters that differ from their central values."""
    constants: dict[str, Number] = Field(default_factory=dict)
    """What else makes another country: other constants of the model, or variables that a number replaces."""
    public_money: Annotated[Number, Field(ge=0)] = 1.0
    """What every money lever of every strategy is multiplied with, at all times."""
    grounds: dict[str, Ground] = Field(default_factory=dict)
    """What values stand on, by name; where some are told, all must be."""
    ranges: dict[str, tuple[Number, Number]] = Field(default_factory=dict)
    """Lowest and highest value of what is to be learnt from the country's own history, by name."""
    shared: tuple[Text, ...] = ()
    """Series of model/history that speak of the leader or the world, and teach this country too."""
    draft: bool = False
    """Whether the country is a first draft, from which nothing is learnt yet."""


SwitchOutcome = Literal["frontier_gap_months", "scale_pace"]
"""What a strategy can wait for: the model watches these outcomes."""
NO_SWITCH = "none"
"""What stands for no switch."""


def _switch(value: Any) -> Any:
    if value is None:
        raise refused(f'must be indented lines ("to:", "when:", "ramp_years:"), or {NO_SWITCH}; it is empty')
    return None if value == NO_SWITCH else value


class SwitchWhen(StrictSchema):
    """When a strategy goes over to another one: at a date, or once an outcome has been low for some time."""

    outcome: SwitchOutcome | None = None
    """What is watched, from policy_start on."""
    below: Positive | None = None
    """The outcome must be below this, in its own unit."""
    for_years: Annotated[Number, Field(ge=0)] | None = None
    """How long it must have been below without a break; 1 when not given."""
    date: Year | None = None
    """The date from which on the levers move; it takes the place of all the others."""

    @model_validator(mode="after")
    def _one_of_both(self) -> SwitchWhen:
        state = (self.outcome, self.below)
        dated = self.date is not None
        if dated and (state != (None, None) or self.for_years is not None):
            raise refused('has both a date and an outcome; write either "date:", or "outcome:" and "below:"')
        if not dated and None in state:
            watched = " or ".join(get_args(SwitchOutcome))
            raise refused(f'needs a date, or "outcome:" ({watched}) and "below:" with a number')
        return self


class SwitchEntry(StrictSchema):
    """How a strategy goes over to another one. It never goes back."""

    to: Text
    """The strategy that it goes over to: a name, a .yaml file, or a mix; it must not switch itself."""
    levers: dict[str, RawSetting] = Field(default_factory=dict)
    """Levers set on top of the strategy that it goes over to."""
    when: SwitchWhen
    ramp_years: Annotated[Number, Field(ge=0)] | None = None
    """Years that the levers take to where the other strategy then stands; as for levers when not given."""


def _names(value: Any) -> Any:
    if isinstance(value, str):
        return (value,)
    if value is not None and not isinstance(value, list | tuple):
        raise refused(f"must be a name or a list of names, not {described(value)}")
    return value


_SomeNames = Annotated[tuple[Text, ...], Field(min_length=1)]


class StrategyFile(StrictSchema):
    """strategies/NAME.yaml: what is done with the levers over time."""

    title: Words | None = None
    description: Words | None = None
    extends: Annotated[_SomeNames | None, BeforeValidator(_names)] = None
    """The strategy that this one starts from, or a list of parts that are put together.

    Parts must not set one lever differently, unless this file sets it itself. The baseline when neither
    `extends` nor `mix` is given.
    """
    mix: Annotated[dict[str, Number], Field(min_length=1)] | None = None
    """Strategies with weights that sum to one: every lever follows the weighted mean of theirs."""
    levers: dict[str, RawSetting] = Field(default_factory=dict)
    """A number (reached from policy_start over ramp_years), or dates with numbers (linear between them)."""
    switch: Annotated[SwitchEntry | None, BeforeValidator(_switch)] = None
    """What it goes over to, and when; the levers hold until then. The parent's if not given; none: never."""
    budget: Literal["own", "equal", "equal_central"] | None = None
    """equal: money levers are scaled until the present value of public cost equals the baseline's, in each
    world by a factor of its own; equal_central: by one factor, with which it does so in the central world.

    The parent's when not given, or that of the members of a mix, which must then agree; own where none says.
    """
    unscaled: tuple[Text, ...] = ()
    """Money levers that an equal budget leaves as they are while it scales the others."""
    notes: str = ""
    references: tuple[str, ...] = ()
