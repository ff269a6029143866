"""The form of the files that speak of the structure of the model: loops and mechanisms."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from twintrack.inputs.schema_kinds import Bilingual, Number, RawSetting, StrictSchema, Text, Year, refused

Sign = Literal["+", "-"]
"""Of a link: both move the same way, or opposite ways. Of a loop: reinforcing, or balancing."""


class LoopState(StrictSchema):
    """Where the signs of a loop's links hold: a run of the model and a year of it."""

    strategy: Text = "baseline"
    scenario: Text = "central"
    year: Year
    world: dict[str, RawSetting] = Field(default_factory=dict)
    """World parameters set on top of the scenario."""
    levers: dict[str, RawSetting] = Field(default_factory=dict)
    """Levers set on top of the strategy."""


class Cycle(StrictSchema):
    """A closed chain of variables, each a cause of the next, the last one of the first."""

    id: Text
    sign: Sign
    variables: Annotated[tuple[Text, ...], Field(min_length=2)]
    """Variables, or elements such as "knowledge[home,scale,basic]"."""
    signs: tuple[Sign, ...]
    """Of the link from each variable to the next."""


class LoopEntry(StrictSchema):
    """A feedback loop, or several that work on or against each other."""

    id: Text
    title: Bilingual
    sign: Sign | None = None
    variables: tuple[Text, ...] = ()
    signs: tuple[Sign, ...] = ()
    parts: tuple[Cycle, ...] = ()
    """The loops of an entry that has several; it then has no sign, variables and signs of its own."""
    strengthened_by: Bilingual
    weakened_by: Bilingual
    reading: Bilingual
    state: LoopState

    @model_validator(mode="after")
    def _has_a_cycle(self) -> LoopEntry:
        alone = self.sign is not None and len(self.variables) > 1
        empty = self.sign is None and not self.variables and not self.signs
        if (alone and not self.parts) or (empty and self.parts):
            return self
        raise refused("needs either its own sign, variables and signs, or parts that have them")

    @property
    def cycles(self) -> tuple[Cycle, ...]:
        """The closed chains: the entry itself, or its parts."""
        if self.sign is None:
            return self.parts
        return (Cycle(id=self.id, sign=self.sign, variables=self.variables, signs=self.signs),)


class LoopsFile(StrictSchema):
    """model/loops.yaml."""

    loops: tuple[LoopEntry, ...]


class Mechanism(StrictSchema):
    """A row of model/mechanisms.csv: a claim of the literature, and where the model has it."""

    id: Text
    """Two capitals, one pair for each sector, and two digits."""
    seed: tuple[Text, ...]
    """Keys of the sources that make the claim."""
    sector: Text
    claim_en: Text
    variables: tuple[Text, ...]
    """The variables of the model that carry it."""
    lever: tuple[Text, ...]
    """The levers that act through it."""
    outcome: str
    """The outcome that these levers move, named only with levers."""
    scenario: str
    """The outside world in which they do; the central one when empty."""
    world: dict[str, Number]
    """World parameters that must be set for it, on top of the scenario."""
    cut: str
    """What switches its link off: constants and values, or the ends of a lever.

    Levers that stand elsewhere than in the baseline meanwhile are in it too.
    """
    felt_outcome: str
    """The outcome that the cut moves in most worlds."""
    felt_effect: Number | None
    """How far it does in the median world, in spreads of the outcome between worlds."""
    felt_share: Number | None
    """Share of worlds in which it does visibly."""
    status: Literal["felt", "weak", "nil", "out"]
    """How far the cut is felt, as measured: in half of all worlds, in some, in hardly any; `out` has none."""
    reason: str
    """Why it is out; or what is to be said of its cut."""


class MechanismsFile(StrictSchema):
    """model/mechanisms.csv, read as rows."""

    mechanisms: tuple[Mechanism, ...]
