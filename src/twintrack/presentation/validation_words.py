"""The sentences of the page on validation: chosen by what the numbers say, and filled with them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from twintrack.calibration.agreement import AGREED
from twintrack.calibration.identify import LEARNT, MOVED
from twintrack.presentation.formats import share, signed
from twintrack.presentation.validation_view import (
    Block,
    Claim,
    Section,
    View,
    against,
    number,
)

RECOVERED = 0.03
"""How far the share of recovered truths may be from nine in ten to be called as it should be."""
EVIDENCE = 1.0
"""Standard deviation of the logarithm of the evidence from which on populations are said to differ."""
PERSISTENT = 0.3
"""Autocorrelation of residuals from which on they are said to persist."""
STATUSES = ("passed", "passed in part", "not passed", "not done")
LIMITS = ("same_years", "definitions", "structure", "policy", "future", "judgement")


@dataclass(frozen=True)
class Words:
    """Gives the paragraphs of each section in the language of a view."""

    view: View

    def answer(self) -> list[Block]:
        """Why should I believe this? In a few sentences, the last one on what not to use it for."""
        view = self.view
        learnt, fit, years = view["calibration"], view["fit"], view["years"]
        identified = view["identification"]
        return [
            view.claim(
                "answer_learnt",
                "calibration",
                observations=learnt["observations"],
                series=learnt["series"],
                parameters=learnt["parameters"],
                runs=f"{learnt['runs']:,}",
                worlds=f"{learnt['worlds']:,}",
            ),
            Claim(self._covered("answer_coverage", fit), view.command("fit")),
            view.claim(
                "answer_skill",
                "years",
                year=f"{years['from']:g}",
                prior=len(years["beats_prior"]),
                compared=years["compared"],
                naive=len(years["beats_naive"]),
                compared_naive=years["compared_naive"],
                expected=self.view.count(years["expected"]["inside"], years["expected"]["points"]),
            ),
            self._recovered(),
            view.claim(
                "answer_identified",
                "identification",
                before=self.view.count(len(identified["as_before"]), len(identified["parameters"])),
                parameters=len(identified["parameters"]),
            ),
            *self._tested(),
            view.remark("answer_not_for"),
        ]

    def _tested(self) -> list[Block]:
        """Count the tests of the field by status, where there are any."""
        tests = self.view.tests()
        if not tests:
            return []
        counts = {status.replace(" ", "_"): count for status, count in statuses_of(tests).items()}
        return [self.view.claim("answer_tests", "field_tests", tests=len(tests), **counts)]

    def observed(self) -> list[Block]:
        """What was observed."""
        learnt, bounds = self.view["calibration"], self.view["fit"]["bounds"]
        intro = self.view.claim(
            "observed_intro",
            "fit",
            series=learnt["series"],
            observations=learnt["observations"],
            counted=self.view["fit"]["said"]["points"],
        )
        told = self.view.claim("observed_bounds", "fit", names=self.view.series_list(bounds))
        return [intro, *([told] if bounds else [])]

    def learning(self) -> list[Block]:
        """How it was learnt."""
        view, about = self.view, self.view["calibration"]
        stages = about["stages"]
        members = about["settings"]["settings"]["members"]
        distinct = [last["distinct"] for *_, last in stages]
        sd = about["log_evidence_sd"]
        agrees = about["largest_deviation"] <= AGREED
        return [
            view.claim(
                "learning_how",
                "calibration",
                populations=len(stages),
                members=f"{members:,}",
                stages=_range([len(population) for population in stages]),
                runs=f"{about['runs']:,}",
                unknowns=about["unknowns"],
                parameters=about["parameters"],
            ),
            view.claim(
                "learning_kish",
                "calibration",
                worlds=f"{about['worlds']:,}",
                distinct=_range(distinct),
                members=f"{members:,}",
            ),
            view.claim(
                "learning_evidence_agree" if sd < EVIDENCE else "learning_evidence_differ",
                "calibration",
                values=view.texts.join([number(value) for value in about["log_evidence"]]),
                sd=number(sd),
                limit=number(EVIDENCE),
            ),
            view.claim(
                "learning_agreement_within" if agrees else "learning_agreement_beyond",
                "calibration",
                largest=number(about["largest_deviation"]),
                limit=number(AGREED),
                compared=len(about["agreement"]),
            ),
            self._recovered(),
            self._even(),
        ]

    def fit(self) -> list[Block]:
        """How well it fits."""
        view, fit = self.view, self.view["fit"]
        counted = [item for item in fit["series"] if not item["bound"]]
        worse = [item["name"] for item in counted if item["error"] >= item["error_prior"]]
        parts = [(item, max(_THEIL, key=item["theil"].__getitem__)) for item in counted if item["theil"]]
        biased = [item["name"] for item, largest in parts if largest == "bias"]
        correlated = [item for item in counted if item["autocorrelation"] is not None]
        persistent = [item["name"] for item in correlated if item["autocorrelation"] > PERSISTENT]
        missed = [item["name"] for item in counted if item["inside_expected"] < 0.9 * len(item["points"])]
        bounds = [
            view.claim("fit_bound", "fit", name=view.series(item["name"]), below=share(item["below"]))
            for item in fit["series"]
            if item["bound"]
        ]
        return [
            Claim(self._covered("fit_coverage", fit), view.command("fit")),
            view.claim(
                "fit_published",
                "fit",
                published=self.view.count(fit["published"]["inside"], fit["published"]["points"]),
            ),
            self._listed("fit_missed", missed, len(counted), "fit"),
            self._listed("fit_worse", worse, len(counted), "fit"),
            self._listed("fit_biased", biased, len(parts), "fit"),
            self._listed("fit_persistent", persistent, len(correlated), "fit", limit=number(PERSISTENT)),
            *bounds,
        ]

    def years(self) -> list[Block]:
        """Whether the later years were predicted."""
        years = self.view["years"]
        values = {"year": f"{years['from']:g}", "members": f"{years['settings']['members']:,}"}
        return [
            self.view.claim("years_how", "years", points=years["said"]["points"], **values),
            Claim(self._covered("years_coverage", years), self.view.command("years")),
            *self._beaten("years"),
            self.view.remark("years_caveat"),
        ]

    def left_out(self) -> list[Block]:
        """Whether the other series tell what one shows."""
        section = self.view["series"]
        return [
            self.view.claim("series_how", "series", members=f"{section['settings']['members']:,}"),
            Claim(
                self._covered("years_coverage", section),
                self.view.command("series"),
            ),
            *self._beaten("series"),
        ]

    def identified(self) -> list[Block]:
        """What history says about parameters."""
        found = self.view["identification"]
        parameters = len(found["parameters"])
        return [
            self.view.claim(
                "identified_informed",
                "identification",
                informed=found["informed"],
                observations=found["observations"],
                parameters=parameters,
            ),
            self.view.claim(
                "identified_before",
                "identification",
                before=self.view.count(len(found["as_before"]), parameters),
                parameters=parameters,
                learnt=share(LEARNT),
                moved=number(MOVED),
            ),
        ]

    def cost_growth(self) -> list[Block]:
        """What 2.4 means and how sure it is."""
        section = self.view["cost_growth"]
        trend, variants = section["variants"]["published"], section["variants"]
        growth = [variant["growth"] for variant in variants.values()]
        last = section["envelope_by_year"][-1]
        found: list[Block] = [
            self.view.claim(
                "cost_published",
                "cost_growth",
                runs=trend["runs"],
                growth=number(trend["growth"]),
                interval=_ends(trend["growth_90"]),
                robust=_ends(trend["growth_95_robust"]),
                explained=share(trend["r_squared"]),
            ),
            self.view.claim(
                "cost_variants",
                "cost_growth",
                variants=len(variants),
                low=number(min(growth)),
                high=number(max(growth)),
            ),
            self.view.claim(
                "cost_envelope",
                "cost_growth",
                factor=number(section["envelope"]["factor"]),
                year=last["year"],
                share=share(last["share"]),
            ),
        ]
        return [*found, *self._prior_of_growth()]

    def _prior_of_growth(self) -> list[Block]:
        prior = self.view["cost_growth"]["prior"]
        after = {item["name"]: item for item in self.view["identification"]["parameters"]}
        item = after.get("cost_growth_factor")
        found: list[Block] = []
        if prior is not None:
            values = {key: number(prior[key]) for key in ("sampling", "definitions", "spread")}
            found.append(self.view.claim("cost_prior", "cost_growth", **values))
        if item is not None:
            key = "cost_posterior_before" if item["as_before"] else "cost_posterior"
            values = {
                "median": number(item["median"]),
                "interval": _ends((item["low"], item["high"])),
                "contraction": share(item["contraction"]),
            }
            found.append(self.view.claim(key, "identification", **values))
        return found

    def projection(self) -> list[Block]:
        """What is expected of the years after the last observation."""
        years = sorted({item["year"] for item in self.view["projection"]["series"]})
        names = self.view.texts.join([str(year) for year in years])
        return [self.view.claim("projection_intro", "projection", years=names)]

    def limits(self) -> list[str]:
        """What the page does not show."""
        recovery = self.view["recovery"]
        narrow = recovery["told_inside"] < 0.9 - RECOVERED
        return [self.view.texts(f"limits_{key}") for key in (*(["narrow"] if narrow else []), *LIMITS)]

    def _covered(self, key: str, section: Section) -> str:
        """Tell the coverage twice, and judge it."""
        parts = (self._coverage(key, section), self._judged(section))
        return self.view.texts("sentence_gap").join(parts)

    def _coverage(self, key: str, section: Section) -> str:
        said, expected = section["said"], section["expected"]
        return self.view.texts(
            key,
            points=said["points"],
            said=self.view.count(said["inside"], said["points"]),
            expected=self.view.count(expected["inside"], expected["points"]),
            said_interval=f"{share(said['low'])} – {share(said['high'])}",
            expected_interval=f"{share(expected['low'])} – {share(expected['high'])}",
        )

    def _judged(self, section: Section) -> str:
        """Say of both bands whether they hold nine in ten, as far as so few series can tell."""
        words = {
            key: self.view.texts(f"{key}_{against(section[key]['low'], section[key]['high'])}")
            for key in ("said", "expected")
        }
        return self.view.texts("band_judged", **words)

    def _recovered(self) -> Claim:
        recovery = self.view["recovery"]
        inside = recovery["told_inside"]
        key = against(inside - RECOVERED, inside + RECOVERED)
        keys = {"low": "recovery_low", "right": "recovery_right", "high": "recovery_high"}
        return self.view.claim(
            keys[key],
            "recovery",
            truths=recovery["truths"],
            inside=share(inside),
            told=f"{recovery['told']:,}",
            all=share(recovery["inside"]),
        )

    def _even(self) -> Claim:
        recovery = self.view["recovery"]
        even = recovery["evenness"] <= recovery["chance"]
        return self.view.claim(
            "recovery_even" if even else "recovery_uneven",
            "recovery",
            evenness=number(recovery["evenness"]),
            chance=number(recovery["chance"]),
            correlation=number(recovery["correlation"]),
        )

    def _beaten(self, name: str) -> list[Block]:
        """Say where predictions beat their rivals and where they do not."""
        section = self.view[name]
        counted = [item for item in section["series"] if not item["bound"]]
        scored = [item["name"] for item in counted if item["name"] not in section["beats_prior_crps"]]
        worse = [item["name"] for item in counted if item["name"] not in section["beats_prior"]]
        naive = [
            item["name"]
            for item in counted
            if item["error_naive"] is not None and item["name"] not in section["beats_naive"]
        ]
        found: list[Block] = [
            self._listed("beats_prior", worse, section["compared"], name),
            self._listed("beats_prior_score", scored, section["compared"], name),
        ]
        if section["compared_naive"]:
            found.append(self._listed("beats_naive", naive, section["compared_naive"], name))
        return found

    def _listed(self, key: str, names: Sequence[str], whole: int, section: str, **values: object) -> Claim:
        """Fill the text `key` with names of series, or `key`_none where there are none."""
        chosen = key if names else f"{key}_none"
        return self.view.claim(
            chosen,
            section,
            count=len(names),
            others=whole - len(names),
            whole=whole,
            names=self.view.series_list(names),
            **values,
        )


def statuses_of(tests: Iterable[Section]) -> dict[str, int]:
    """Count tests of the field by status, in the order of STATUSES."""
    counts = Counter(test["status"] for test in tests)
    return {status: counts[status] for status in STATUSES}


_THEIL = ("bias", "variation", "covariation")


def _range(values: Sequence[int]) -> str:
    low, high = min(values), max(values)
    return f"{low:,}" if low == high else f"{low:,} – {high:,}"


def _ends(interval: Sequence[float]) -> str:
    return f"{number(interval[0])} – {number(interval[1])}"


def shifted(value: float) -> str:
    """Write a change in standard deviations with its sign."""
    return signed(value, ".2f")
