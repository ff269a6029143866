"""What history says about the decision: who is first, by how much, and what decides."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import median

from twintrack.calibration.first_places import first_places_csv
from twintrack.formats import MISSING, share, signed
from twintrack.pages.blocks import Block, Cell, Claim, Fact, Facts, Fold, Row, Section, Table
from twintrack.pages.validation.contests import contests, decision
from twintrack.pages.validation.view import Computed, ValidationView, number

CSV = "first_places.csv"
BEST_SHOWN = 0.005
"""A strategy that is best in fewer worlds before and after learning is not among those listed."""
STRONGEST = ("outcome", "parameter", "correlation")
"""English headings of the table of the strongest parameters among the tests of the field."""


def blocks(view: ValidationView) -> list[Block]:
    """Give the contests of the compared strategies, and all strategies by their means behind a fold."""
    outcomes = _outcomes(view)
    turned = any(item["turns"] for item in outcomes)
    why = _why(view, turned)
    folded = [
        _ranks(view),
        _best(view),
        *([_turns(view)] if turned else []),
        _contests(view),
        *why[1:],
        _means(view),
    ]
    return [
        *decision(view),
        _ordered(view),
        *why[:1],
        *([Facts([Fact(view.texts("provenance_data"), [CSV], "link")])] if contests(view) else []),
        Fold(view.texts("ranking_fold", strategies=len(outcomes[0]["places"])), folded),
    ]


def _ordered(view: ValidationView) -> Claim:
    """Say whether learning turns the order of means of all strategies."""
    outcomes = _outcomes(view)
    turned = [item for item in outcomes if item["turns"]]
    first = [item["places"][0]["strategy"] for item in outcomes]
    before = [min(item["places"], key=lambda place: place["rank_prior"])["strategy"] for item in outcomes]
    return view.claim(
        "ranking_turned" if turned else "ranking_none",
        "ranking",
        outcomes=len(outcomes),
        turned=len(turned),
        pairs=sum(len(item["turns"]) for item in outcomes),
        kept=sum(one == other for one, other in zip(first, before, strict=True)),
        correlation=number(min(item["correlation"] for item in outcomes)),
        strategies=len(outcomes[0]["places"]),
    )


def _outcomes(view: ValidationView) -> Sequence[Computed]:
    found: Sequence[Computed] = view["ranking"]["outcomes"]
    return found


def _ranks(view: ValidationView) -> Table:
    """A row for each strategy, a column for each outcome: rank before and after learning."""
    places = [{place["strategy"]: place for place in item["places"]} for item in _outcomes(view)]
    order = sorted(places[0], key=lambda name: sum(one[name]["rank_posterior"] for one in places))
    rows: list[Row] = [[view.strategy(name), *(_change(view, one[name]) for one in places)] for name in order]
    head = [*view.head("strategy"), *(_heading(view, item) for item in _outcomes(view))]
    year = f"{_outcomes(view)[0]['year']:g}"
    return view.table(
        "ranks_table", head, rows, "ranking", style="dense ranks", note="ranks_note", values={"year": year}
    )


def _change(view: ValidationView, place: Computed) -> Cell:
    before, after = place["rank_prior"], place["rank_posterior"]
    if before == after:
        return Cell(str(after))
    return Cell(f"{before} → {after}", tone="good" if after < before else "poor")


def _best(view: ValidationView) -> Table:
    """Strategies that are best somewhere: share of worlds before and after learning."""
    places = [{place["strategy"]: place for place in item["places"]} for item in _outcomes(view)]
    shown = [
        name
        for name in places[0]
        if any(max(one[name]["best_prior"], one[name]["best_posterior"]) >= BEST_SHOWN for one in places)
    ]
    rows: list[Row] = [
        [
            view.strategy(name),
            *(_shares(one[name]) for one in places),
        ]
        for name in shown
    ]
    head = [*view.head("strategy"), *(_heading(view, item) for item in _outcomes(view))]
    year = f"{_outcomes(view)[0]['year']:g}"
    return view.table("best_table", head, rows, "ranking", style="dense ranks", values={"year": year})


def _means(view: ValidationView) -> Table:
    """Everything by outcome and strategy."""
    rows: list[Row] = [
        [
            view.outcome(item["outcome"]),
            view.strategy(place["strategy"]),
            str(place["rank_prior"]),
            str(place["rank_posterior"]),
            number(place["prior"]),
            number(place["posterior"]),
            share(place["best_prior"]),
            share(place["best_posterior"]),
        ]
        for item in _outcomes(view)
        for place in item["places"]
    ]
    keys = ("outcome", "strategy", "rank_prior", "rank_posterior", "mean_prior", "mean_posterior")
    head = view.head(*keys, "best_prior", "best_posterior")
    return view.table("means_table", head, rows, "ranking", style="plain means", folded=True)


def _turns(view: ValidationView) -> Table:
    """Pairs whose order changes, and the parameters that explain it."""
    rows: list[Row] = [
        [
            view.outcome(item["outcome"]),
            f"{view.strategy(turn['first'])} / {view.strategy(turn['second'])}",
            f"{share(turn['prior'])} → {share(turn['posterior'])}",
            signed(turn["shift"], ".3g"),
            share(turn["explained"]),
            "; ".join(f"{view.parameter(name)} ({signed(part, '.3g')})" for name, part in turn["parts"]),
        ]
        for item in _outcomes(view)
        for turn in item["turns"]
    ]
    head = view.head("outcome", "pair", "first_better", "shift", "explained_share", "parts")
    return view.table("turns_table", head, rows, "ranking", style="prose", note="turns_note")


def _contests(view: ValidationView) -> Table:
    """What decides between the two best of each outcome, and whether history speaks of it."""
    contests = [(item, item["contest"]) for item in _outcomes(view)]
    rows: list[Row] = [
        [
            view.outcome(item["outcome"]),
            f"{view.strategy(contest['first'])} / {view.strategy(contest['second'])}",
            f"{share(contest['prior'])} → {share(contest['posterior'])}",
            share(contest["explained"]),
            share(contest["as_before"]),
            "; ".join(f"{view.parameter(name)} ({share(part)})" for name, part in contest["parts"]),
        ]
        for item, contest in contests
    ]
    head = view.head("outcome", "pair", "first_better", "linear", "open_part", "deciding")
    return view.table("contests_table", head, rows, "ranking", style="prose", note="contests_note")


def _why(view: ValidationView, turned: bool) -> list[Block]:
    """Set the parameters that move outcomes most against those that history says nothing about."""
    strongest = _strongest(view)
    if not strongest:
        return []
    before = set(view["identification"]["as_before"])
    names = {name for found in strongest.values() for name in found}
    open_ones = len(names & before)
    parameters = view["identification"]["parameters"]
    mostly = open_ones / len(names) >= 0.5
    key = "why_open" if mostly else "why_learnt"
    sections = "identification,field_tests"
    texts = view.texts
    narrower = [item["contraction"] for item in parameters if item["name"] in names]
    told = texts(
        key,
        narrower=share(max(median(narrower), 0.0)),
        strongest=len(names),
        open=view.count(open_ones, len(names)),
        all=share(len(before) / len(parameters)),
    )
    lead = texts("why_turned" if turned else "why_not_turned")
    rows: list[Row] = [
        [
            view.outcome(outcome),
            str(len(found)),
            view.count(sum(name in before for name in found), len(found)),
            texts.join([view.parameter(name) for name in found if name in before]),
        ]
        for outcome, found in strongest.items()
    ]
    head = view.head("outcome", "strongest", "of_these_before", "which")
    table = view.table("strongest_table", head, rows, sections, style="prose")
    return [Claim(key, texts("sentence_gap").join((lead, told)), view.basis(sections)), table]


def _strongest(view: ValidationView) -> Mapping[str, list[str]]:
    """Give the parameters that each outcome hangs most on, from the test of sensitivity."""
    outcomes = {item["outcome"] for item in _outcomes(view)}
    found: dict[str, list[str]] = {}
    for test in view.tests():
        for table in test["tables"]:
            if tuple(column["en"] for column in table["columns"]) == STRONGEST:
                for outcome, parameter, _ in table["rows"]:
                    if outcome in outcomes:
                        found.setdefault(outcome, []).append(parameter)
    return found


def _heading(view: ValidationView, item: Computed) -> Cell:
    return Cell(view.outcome(item["outcome"]), view.texts(f"better_{item['better']}"))


def _shares(place: Computed) -> Cell:
    """Write how often a strategy is best before and after learning; once where both look the same."""
    before, after = share(place["best_prior"]), share(place["best_posterior"])
    if max(place["best_prior"], place["best_posterior"]) == 0:
        return Cell(MISSING)
    return Cell(after if before == after else f"{before} → {after}")


SECTION = Section(
    "ranking", 25, blocks, files={CSV: lambda view: first_places_csv(view["ranking"].get("contests", ()))}
)
