"""What a diagram shows: the variables of a sector in views of readable size, with their links and pipes."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import combinations, pairwise
from typing import TYPE_CHECKING

from twintrack.pages.model.flows import Flow, FlowMap, read_flows, reads_time
from twintrack.pages.model.polarity import Polarity
from twintrack.runs.single import run_strategy

if TYPE_CHECKING:
    from twintrack.core import Core
    from twintrack.equations.structure import Expr

OWN = ("stock", "flow", "auxiliary")
"""Kinds of items that are variables of the view itself; the others are its inputs."""
FEW = 4
"""Variables that are too few for a view of their own."""
MOMENTS = 9
"""Times of the central run at which signs are looked at."""


@dataclass(frozen=True)
class Item:
    """One name in a diagram.

    Kinds: stock, flow and auxiliary are the view's own; net is a flow without a name; lever and shadow are
    inputs from elsewhere, of which each effect has its own copy; pipe is a flow that is shown elsewhere too.
    """

    key: str
    kind: str
    variable: str


@dataclass(frozen=True)
class Link:
    """The item `target` is computed from `source`; `sign` is "+", "-", "±", or "" for no effect.

    `weight` says how thick the line is, between 0 and 1.
    """

    source: str
    target: str
    sign: str
    weight: float = 0.0


@dataclass(frozen=True)
class Pipe:
    """The item `valve` drains the stock `source` and fills the stock `target`; "" is a cloud.

    `both`: a flow without a name that can run either way.
    """

    valve: str
    source: str
    target: str
    both: bool = False


@dataclass
class View:
    """A picture: some variables of one sector, and all they are computed from."""

    sector: str
    own: tuple[str, ...]
    items: dict[str, Item] = field(default_factory=dict)
    links: list[Link] = field(default_factory=list)
    pipes: list[Pipe] = field(default_factory=list)

    @property
    def stocks(self) -> tuple[str, ...]:
        """The view's stocks, in the order of the file."""
        return tuple(name for name in self.own if self.items[name].kind == "stock")

    @property
    def inputs(self) -> dict[str, tuple[str, ...]]:
        """For each item the copies of its inputs from elsewhere, in the order of its equation."""
        found: dict[str, list[str]] = {}
        for link in self.links:
            if self.items[link.source].kind not in OWN:
                found.setdefault(link.target, []).append(link.source)
        return {target: tuple(sources) for target, sources in found.items()}

    def detached(self, links: Collection[Link]) -> View:
        """Give the view with links that begin at a copy of their cause instead of at the cause."""
        items = dict(self.items)
        changed = []
        for link in self.links:
            if link in links:
                key = f"{link.source}>{link.target}"
                items[key] = Item(key, "shadow", self.items[link.source].variable)
                link = replace(link, source=key)
            changed.append(link)
        return View(self.sector, self.own, items, changed, self.pipes)

    def components(self) -> list[list[str]]:
        """Split the items into those that hang together."""
        near: dict[str, list[str]] = {key: [] for key in self.items}
        pairs = [(link.source, link.target) for link in self.links]
        pairs += [(pipe.valve, end) for pipe in self.pipes for end in (pipe.source, pipe.target) if end]
        for one, other in pairs:
            near[one].append(other)
            near[other].append(one)
        found: list[list[str]] = []
        seen: set[str] = set()
        for key in near:
            pending, group = [key], set[str]()
            while pending:
                item = pending.pop()
                if item not in seen:
                    seen.add(item)
                    group.add(item)
                    pending.extend(near[item])
            if group:
                found.append([item for item in near if item in group])
        return found


class Structure:
    """Stocks, flows and signed links of a model; makes the views of its sectors."""

    def __init__(self, flows: FlowMap, polarity: Polarity, levers: Collection[str]) -> None:
        self.equations = flows.equations
        self._flows = flows
        self._polarity = polarity
        self._levers = frozenset(levers)

    @property
    def sectors(self) -> list[str]:
        """Names of all groups of the model file that hold something that varies, in order."""
        names = dict.fromkeys(variable.group for variable in self.equations.variables.values())
        return [name for name in names if self.varying(name)]

    def varying(self, sector: str) -> list[str]:
        """Give the stocks, flows and auxiliaries of a sector that can change, in the order of the file."""
        variables = self.equations.variables.values()
        return [item.name for item in variables if item.group == sector and item.name in self._changing]

    @cached_property
    def _changing(self) -> set[str]:
        """Variables that can change in the course of a run: not those computed from constants alone.

        A lever can be moved, so what reads one can change too.
        """
        readers: dict[str, list[str]] = {}
        found: list[str] = []
        for name, variable in self.equations.variables.items():
            expressions = self._flows.expressions(name)
            if variable.kind == "stock" or any(reads_time(item, self.equations) for item in expressions):
                found.append(name)
            for cause in self._flows.causes(expressions) if variable.kind == "auxiliary" else ():
                readers.setdefault(cause, []).append(name)
        pending, seen = [*found, *self._levers], set(found)
        while pending:
            for reader in readers.get(pending.pop(), []):
                if reader not in seen:
                    seen.add(reader)
                    pending.append(reader)
        return seen

    def kind(self, name: str) -> str:
        """Give stock, flow, auxiliary, constant, lever, lookup or control."""
        if name in self._levers:
            return "lever"
        kind = self.equations.variables[name].kind
        return "flow" if kind == "auxiliary" and name in self._flows.names else kind

    def parts(self, sector: str, most: int) -> list[tuple[str, ...]]:
        """Split a sector into groups of at most `most` variables that have much to do with one another.

        Stocks stay with their flows, even where that makes a group larger. Groups are merged two at a time,
        those with the most links for their size first; what is then left in groups of FEW may exceed `most` a
        little.
        """
        names = self.varying(sector)
        groups = self._kept_together(names)
        links = [(cause, name) for name in names for cause in self._all_causes(name) if cause in names]
        for small, room in ((most, 0), (FEW, FEW)):
            while merged := _best_pair(groups, links, most + room, small):
                one, other = merged
                groups[one] |= groups.pop(other)
        return [tuple(name for name in names if name in group) for group in groups]

    def _all_causes(self, name: str) -> tuple[str, ...]:
        nameless = [
            flow for flow in self._flows.flows if not flow.variable and name in (flow.source, flow.target)
        ]
        expressions = [
            *self._flows.expressions(name),
            *(item for flow in nameless for item in flow.expressions),
        ]
        return self._flows.causes(tuple(expressions))

    def _kept_together(self, names: Sequence[str]) -> list[set[str]]:
        """Give one group for each chain of stocks with its flows, and one for each other variable."""
        groups = {name: {name} for name in names}
        for flow in self._flows.flows:
            joined = [end for end in (flow.variable, flow.source, flow.target) if end in groups]
            for one, other in pairwise(joined):
                if groups[one] is not groups[other]:
                    groups[one] |= groups[other]
                    for name in groups[other]:
                        groups[name] = groups[one]
        return list({id(group): group for group in groups.values()}.values())

    def view(self, sector: str, own: tuple[str, ...]) -> View:
        """Make the view of some variables of a sector."""
        view = View(sector, own)
        shown = set(own)
        ends = {end for flow in self._flows.flows for end in (flow.source, flow.target)} & shown
        piped = {flow.variable for flow in self._flows.flows if {flow.source, flow.target} & ends}
        for name in own:
            kind = self.kind(name)
            view.items[name] = Item(name, "auxiliary" if kind == "flow" and name not in piped else kind, name)
        for flow in self._flows.flows:
            if flow.source in shown or flow.target in shown:
                self._add_pipe(view, flow, shown)
        for name in own:
            self._add_links(view, name, self._flows.expressions(name))
        return view

    def _add_pipe(self, view: View, flow: Flow, shown: set[str]) -> None:
        source, target = (end if end in shown else "" for end in (flow.source, flow.target))
        key = flow.variable
        taken = any(pipe.valve == key for pipe in view.pipes)
        if not flow.variable or key not in shown or taken:
            key = f"{flow.variable}|{source}|{target}"
            view.items[key] = Item(key, "pipe" if flow.variable else "net", flow.variable)
        view.pipes.append(Pipe(key, source, target, flow.both_ways))
        if not flow.variable:
            self._add_links(view, key, flow.expressions)

    def _add_links(self, view: View, target: str, expressions: tuple[Expr, ...]) -> None:
        for cause in self._flows.causes(expressions):
            kind = self.kind(cause)
            if (cause not in self._changing and kind != "lever") or cause == target:
                continue
            source = cause
            if cause not in view.own:
                source = f"{cause}>{target}"
                view.items[source] = Item(source, "lever" if kind == "lever" else "shadow", cause)
            sign = self._polarity.sign(expressions, cause)
            view.links.append(Link(source, target, sign))


def _best_pair(
    groups: Sequence[set[str]], links: Iterable[tuple[str, str]], most: int, small: int
) -> tuple[int, int] | None:
    """Give the two groups that are best merged, at least one of them no larger than `small`."""
    member = {name: number for number, group in enumerate(groups) for name in group}
    shared: dict[tuple[int, int], int] = {}
    for one, other in links:
        pair = (min(member[one], member[other]), max(member[one], member[other]))
        shared[pair] = shared.get(pair, 0) + 1
    best, gain = None, -1.0
    for first, second in combinations(range(len(groups)), 2):
        sizes = (len(groups[first]), len(groups[second]))
        if sum(sizes) > most or min(sizes) > small:
            continue
        count = shared.get((first, second), 0)
        worth = count / math.sqrt(math.prod(sizes))
        if worth > gain:
            best, gain = (first, second), worth
    return best


def model_structure(model: Core) -> Structure:
    """Read the structure of a model; signs are those in its central run, at times spread over it."""
    equations = model.equations
    run = run_strategy(model, engine="numpy")
    step = max(1, (len(run.time) - 1) // (MOMENTS - 1))
    names = [variable.name for variable in equations.variables.values() if variable.kind != "lookup"]
    moments = {
        float(run.time[row]): {name: run[name][row] for name in names}
        for row in range(0, len(run.time), step)
    }
    return Structure(read_flows(equations), Polarity(equations, moments), model.levers.keys())
