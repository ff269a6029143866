"""Everything that speaks for or against the model, section by section, as numbers that JSON can hold.

A section that was computed before for the same model, history, posterior and code, and for the same files of
the content where it depends on more, is taken from the cache folder, so that a validation that is broken off
goes on where it stood.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, is_dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from twintrack.calibration.conflicts import conflicting
from twintrack.calibration.cost_growth import cost_growth_summary
from twintrack.calibration.counted_once import counted_once
from twintrack.calibration.field_tests import (
    FIELD_TEST_ROOMS,
    WITHOUT_FIELD_TESTS,
    field_tests_of,
    has_field_tests,
)
from twintrack.calibration.first_places import REPORT, compared_strategies, first_places
from twintrack.calibration.fit import coverage, fits, missed
from twintrack.calibration.holdout import (
    HELD_OUT_FROM,
    SeriesPrediction,
    before_years,
    teachers,
    without_each_series,
)
from twintrack.calibration.identify import identify
from twintrack.calibration.members import foreseen, learnable
from twintrack.calibration.planting import looked_at, planted_study
from twintrack.calibration.predictive import Sample, predict, predict_by_prior
from twintrack.calibration.projection import project
from twintrack.calibration.publish import sample_of
from twintrack.calibration.ranking import rank
from twintrack.calibration.recovery import recover
from twintrack.calibration.sampler import Settings
from twintrack.calibration.strands import unit_of
from twintrack.calibration.target import Target, prepare_target
from twintrack.errors import Fault, InputError
from twintrack.inputs.history import LEARNT_UNTIL
from twintrack.inputs.validation import FaultList, unknown
from twintrack.runs.workers import Tell, worker_faults
from twintrack.stored import stored
from twintrack.worlds.basis import POWER, basis_of
from twintrack.worlds.drawing import found_posterior

if TYPE_CHECKING:
    from twintrack.core import Core
    from twintrack.worlds.posterior import Posterior

Section = dict[str, Any]

HOLDOUT = Settings(members=2048, rounds=2, last_rounds=6)
"""How a posterior is sampled that is only looked at once: half as long as the published one, and smaller."""

YEARS = Settings(rounds=2, last_rounds=6)

_OF_THE_PAST = ("lookahead", "planted", "fit", "identification", "years", "series", "recovery")
"""Sections that depend on nothing but what history was held against and the posterior; all others are
computed again when any file of the content changes, a strategy for example."""

_OF_THE_PRIOR = ("lookahead", "planted", "family")
"""Sections that learn for themselves and need no posterior."""


@dataclass(frozen=True)
class Validation:
    """What is validated, and how.

    Attributes:
        model: The model, with a posterior that belongs to it.
        seed: Seed of all draws.
        workers: Processes; by default one for each processor core.
        power: Power of the likelihood by which forecasts from past origins weigh worlds, a judgement.
        tell: Called with what a user should know.
        show: Called with what is being computed.
    """

    model: Core
    seed: int = 1
    workers: int | None = None
    power: float = POWER
    tell: Tell = lambda _: None
    show: Callable[[str], None] = lambda _: None

    @cached_property
    def posterior(self) -> Posterior:
        """The worlds that ensembles draw from. Raises InputError when there are none for this model."""
        found = found_posterior(self.model)
        if found.posterior is None:
            raise InputError(Fault("model/posterior.parquet", f"{found.reason}; run `twintrack calibrate`"))
        return found.posterior

    @cached_property
    def target(self) -> Target:
        """What was learnt from."""
        return prepare_target(self.model)

    @cached_property
    def past(self) -> Target:
        """The same, with runs that end alike whatever was observed."""
        return prepare_target(self.model, LEARNT_UNTIL + 1)

    @cached_property
    def sample(self) -> Sample:
        """The posterior's worlds."""
        return sample_of(self.posterior, self.target)

    def section(self, name: str) -> Section:
        """Compute one section of SECTIONS, or take it from the cache folder."""
        of_the_past = name in _OF_THE_PAST
        content = asdict(basis_of(self.model)) if of_the_past else content_digest(self.model)
        learnt = self.power if name in _OF_THE_PRIOR else self.posterior.described()
        described = json.dumps([name, learnt, self.seed, content])

        def make() -> Section:
            self.show(name)
            section: Section = plain({**SECTIONS, **APART}[name](self))
            return section

        rooms = FIELD_TEST_ROOMS if name == "field_tests" else ("calibration",)
        return stored("validation", described, rooms, dict, make)


def validate(validation: Validation, only: Iterable[str] | None = None) -> dict[str, Section]:
    """Compute sections, by default all of them; without the model's own field tests all others.

    Raises InputError for names and settings that are wrong, and for field tests that are not at hand.
    """
    names = list(SECTIONS) if only is None else list(only)
    faults = FaultList(
        Fault("section", unknown("section", name, [*SECTIONS, *APART]))
        for name in names
        if name not in SECTIONS and name not in APART
    )
    if "field_tests" in names and not has_field_tests(validation.model.content):
        names.remove("field_tests")
        if only is None:
            validation.tell(WITHOUT_FIELD_TESTS)
        else:
            faults.append(Fault("field_tests", WITHOUT_FIELD_TESTS))
    faults += worker_faults(validation.workers)
    if not 0 < validation.power <= 1:
        faults.append(Fault("power", f"the power must be above 0 and at most 1, not {validation.power:g}"))
    faults.raise_any()
    return {name: validation.section(name) for name in names}


def content_digest(model: Core) -> str:
    """Give the SHA-256 of all files of model/, of the strategies and of the report that compares some.

    Strategies of the current folder are included.
    """
    digest = hashlib.sha256()
    report = model.content / REPORT
    if report.is_file():
        digest.update(hashlib.sha256(report.read_bytes()).digest())
    for folder in (model.content / "model", *model.inputs.strategies.folders):
        for path in sorted(folder.rglob("*")):
            if path.is_file() and not _hidden(path.relative_to(folder)):
                digest.update(f"{path.relative_to(folder)}\0".encode())
                digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _hidden(path: Path) -> bool:
    return any(part.startswith((".", "__pycache__")) for part in path.parts)


def plain(value: Any) -> Any:
    """Give dataclasses, tuples and what NumPy has as what JSON can hold; what is not finite as None."""
    if is_dataclass(value) and not isinstance(value, type):
        return plain(asdict(value))
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, np.ndarray | np.generic):
        return plain(value.tolist())
    return None if isinstance(value, float) and not np.isfinite(value) else value


def _lookahead(asked: Validation) -> Section:
    return looked_at(asked.past, asked.seed, asked.workers, asked.tell, asked.show, asked.power)


def _planted(asked: Validation) -> Section:
    return planted_study(asked.past, asked.seed, asked.workers, asked.tell, asked.show, asked.power)


def _family(asked: Validation) -> Section:
    return {
        name: foreseen(
            asked.model,
            name,
            asked.seed,
            asked.workers,
            power=asked.power,
            tell=asked.tell,
            show=asked.show,
        )
        for name in learnable(asked.model)
    }


def _calibration(asked: Validation) -> Section:
    about = asked.posterior.about
    return {
        "seed": about.seed,
        "worlds": len(asked.posterior.frame),
        **asdict(about.basis),
        "settings": dict(about.settings),
        **about.summary,
    }


def _fit(asked: Validation) -> Section:
    target = asked.target
    prior = predict_by_prior(target, len(asked.sample.walks), (asked.seed, 9), (asked.seed, 10))
    posterior = predict(target, target, asked.sample, (asked.seed, 11))
    found = fits(target.observed, prior, posterior, missed(target.likelihood, posterior.said))
    counted = [item for item in found if not item.bound]
    return {
        "series": found,
        "said": coverage([(item.inside_said, len(item.points)) for item in counted]),
        "expected": coverage([(item.inside_expected, len(item.points)) for item in counted]),
        "published": coverage([(item.inside_published, len(item.points)) for item in counted]),
        "bounds": [item.name for item in found if item.bound],
        "conflicts": conflicting(target.observed.history),
    }


def _identification(asked: Validation) -> Section:
    found = identify(asked.target, asked.sample.scores)
    return {**asdict(found), "as_before": found.as_before}


def _years(asked: Validation) -> Section:
    found = before_years(asked.target, YEARS, asked.seed, asked.workers, asked.tell)
    return {"from": HELD_OUT_FROM, "settings": YEARS, **_scored(found)}


def _series(asked: Validation) -> Section:
    target = asked.target
    found, spreads = without_each_series(target, HOLDOUT, asked.seed, asked.workers, asked.tell, asked.show)
    told = teachers(target, asked.sample.scores, spreads)
    return {"settings": HOLDOUT, **_scored(found), "teachers": told}


def _scored(found: list[SeriesPrediction]) -> Section:
    """Count how often learning predicts better than its rivals; bounds are shown, not counted."""
    counted = [item for item in found if not item.bound]
    naive = [item for item in counted if item.error_naive is not None]
    return {
        "series": found,
        "said": coverage([(item.inside_said, len(item.points)) for item in counted]),
        "expected": coverage([(item.inside_expected, len(item.points)) for item in counted]),
        "compared": len(counted),
        "beats_prior": [item.name for item in counted if item.error < item.error_prior],
        "beats_prior_crps": [item.name for item in counted if item.crps < item.crps_prior],
        "compared_naive": len(naive),
        "beats_naive": [
            item.name for item in naive if item.error_naive is not None and item.error < item.error_naive
        ],
    }


def _recovery(asked: Validation) -> Section:
    described = json.dumps(asdict(basis_of(asked.model)))
    return asdict(recover(asked.target, described, asked.seed, asked.workers, asked.tell, asked.show))


def _projection(asked: Validation) -> Section:
    return {"series": project(asked.target, asked.sample, asked.seed)}


def _ranking(asked: Validation) -> Section:
    scores = asked.sample.scores
    strategies = compared_strategies(asked.model)
    return {
        "outcomes": rank(asked.model, asked.target, scores, asked.seed),
        "compared": strategies,
        "contests": first_places(asked.model, asked.target, scores, asked.seed, strategies),
    }


def _cost_growth(asked: Validation) -> Section:
    inputs = asked.model.inputs
    found = cost_growth_summary(inputs.frontier_runs, inputs.frontier_definitions)
    return {**found, "counted": counted_once(asked.target, asked.sample.scores, asked.seed)}


def _field_tests(asked: Validation) -> Section:
    observed = {item.name: item for item in asked.target.observed.series}
    fit = {
        item["name"]: {
            "scale": observed[item["name"]].series.scale,
            "unit": observed[item["name"]].series.unit,
            "size": unit_of(observed[item["name"]]),
            "error": item["error"],
            "theil": item["theil"],
            "coverage": item["inside_said"] / len(item["points"]),
        }
        for item in asked.section("fit")["series"]
        if not item["bound"]
    }
    tests = field_tests_of(asked.model.content, fit)
    return {"tests": [test(asked.model) for test in tests.values()]}


SECTIONS: dict[str, Callable[[Validation], Section]] = {
    "lookahead": _lookahead,
    "calibration": _calibration,
    "fit": _fit,
    "identification": _identification,
    "years": _years,
    "series": _series,
    "recovery": _recovery,
    "projection": _projection,
    "ranking": _ranking,
    "cost_growth": _cost_growth,
    "field_tests": _field_tests,
}
"""What a validation is made of, in the order of its page."""

APART: dict[str, Callable[[Validation], Section]] = {"planted": _planted, "family": _family}
"""What is made only when it is asked for by name: a study of many minutes, and other countries, each learnt
from its own history and predicted blind, which the page shows as one of the tests of the field."""
