"""A graph of scalar operations in which equal ones are one node, and literals are computed at once.

Each node knows whether its value changes with time and whether it differs from run to run: what does neither,
or only one of the two, is computed outside the innermost loop.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from twintrack.equations.operations import LOGICAL, OPERATIONS, Turn

LITERAL = "literal"
ARGUMENT = "argument"
"""The leaf of a loop's own graph: what the loop is given."""
MOVING_LEAVES = frozenset({"time", "state", "series", "series_next", "shared_series", "shared_series_next"})
"""Leaves that change while the model runs; `next` are values at the end of a step."""
RUN_LEAVES = frozenset({"state", "series", "series_next", "series_start", "constant"})
"""Leaves that may differ from run to run."""
LEAVES = MOVING_LEAVES | RUN_LEAVES | {"shared_series_start"}
FUSED = {"add": "add_product", "subtract": "subtract_product", "from": "product_less"}
"""Sums and differences with a product: c + a*b, c - a*b, a*b - c for the arguments a, b, c."""
FOLDED = frozenset(
    {"add", "subtract", "multiply", "divide", "negative", "abs", "max", "min", "exp", "ln", "sqrt", "trunc"}
)
"""Operations on literals that are carried out at once."""


@dataclass(frozen=True)
class Scalar:
    """One operation on numbers of earlier nodes, or a leaf.

    `value` is that of a literal; `place` tells which input, state or lookup table is meant.
    """

    op: str
    args: tuple[int, ...] = ()
    value: float = 0.0
    place: int = 0

    @property
    def logical(self) -> bool:
        """Whether the value is a truth value."""
        return self.op in LOGICAL


@dataclass(frozen=True)
class Loop:
    """Operations that are done `count` times: what comes out of them goes in again the next time.

    In `graph`, its operations, the leaf `ARGUMENT` number k is the k-th argument of the node that loops. The
    first arguments are those that `following` changes; `result` is computed from the last of them.
    """

    graph: ScalarGraph
    count: int
    following: tuple[int, ...]
    result: int


class ScalarGraph:
    """Makes nodes and gives their numbers; a node comes after all that it needs."""

    def __init__(self, *, exact: bool = False) -> None:
        """`exact`: every product and quotient is rounded as NumPy rounds it."""
        self.exact = exact
        self.nodes: list[Scalar] = []
        self.moving: list[bool] = []
        """Whether each node changes with time."""
        self.by_run: list[bool] = []
        """Whether each node may differ from run to run."""
        self.loops: list[Loop] = []
        """What the nodes "repeat" do, by their `place`."""
        self._known: dict[tuple[object, ...], int] = {}

    def __getitem__(self, number: int) -> Scalar:
        return self.nodes[number]

    def literal(self, value: float) -> int:
        """Give the node of a number."""
        return self._node(LITERAL, (), float(value))

    def written(self, value: float) -> int:
        """Give the node of a number that is written in a formula.

        A zero written there makes no number of an infinite one. A constant of the model that is zero switches
        off what it is multiplied with, which is not computed then.
        """
        return self._node(LITERAL, (), float(value), place=1) if value == 0 else self.literal(value)

    def leaf(self, op: str, place: int = 0) -> int:
        """Give the node of the time, a state or an input."""
        return self._node(op, (), place=place)

    def copied(self, item: Scalar, args: tuple[int, ...]) -> int:
        """Give the node of an operation of another graph on arguments of this one, as it is."""
        return self._node(item.op, args, item.value, item.place)

    def fused(self, op: str, one: int, other: int, added: int) -> int:
        """Give the node of one of `FUSED`: a product rounded together with what is added."""
        return self._node(op, (one, other, added))

    def lookup(self, table: int, mode: str, x: int) -> int:
        """Give the node of a lookup's value at `x`."""
        return self._node(f"lookup_{mode}", (x,), place=table)

    def repeat(self, loop: Loop, *args: int) -> int:
        """Give the node of the result of a loop."""
        self.loops.append(loop)
        return self._node("repeat", args, place=len(self.loops) - 1)

    def iterate(self, count: int, start: Sequence[int], given: Sequence[int], turn: Turn) -> int:
        """Give the first of what is held after some turns of a loop; see `Builder`."""
        inner, args = ScalarGraph(exact=self.exact), list(start)
        held = [inner.leaf(ARGUMENT, place) for place in range(len(start))]
        carried = []
        for node in given:
            known = self.known(node)
            if known is None:
                args.append(node)
            carried.append(inner.leaf(ARGUMENT, len(args) - 1) if known is None else inner.literal(known))
        following = tuple(map(inner.number, turn(inner, held, carried)))
        return self.repeat(Loop(inner, count, following, held[0]), *args)

    def apply(self, op: str, *args: int) -> int:
        """Give the node of an operation, simplified where that changes nothing but rounding."""
        if op == "power":
            return self._power(*args)
        simple = self._folded(op, args)
        if simple is None:
            simple = self._neutral(op, args)
        return self._node(op, args) if simple is None else simple

    def number(self, node: int) -> int:
        """Give a node as a number: 1 or 0 for a truth value."""
        if not self.nodes[node].logical:
            return node
        return self.select(node, self.literal(1.0), self.literal(0.0))

    def truth(self, node: int) -> int:
        """Give a node as a truth value: whether it is not 0."""
        return node if self.nodes[node].logical else self._node("not_equal", (node, self.literal(0.0)))

    def select(self, condition: int, yes: int, no: int) -> int:
        """Give `yes` where a condition holds, else `no`."""
        known = self._known_truth(condition)
        if known is not None:
            return yes if known else no
        return yes if yes == no else self._node("select", (self.truth(condition), yes, no))

    def joined(self, op: str, one: int, other: int) -> int:
        """Give "and" or "or" of two truth values, or that of them which decides where the other is known."""
        for this, rest in ((one, other), (other, one)):
            known = self._known_truth(this)
            if known is not None:
                return rest if known == (op == "and") else this
        return self.apply(op, one, other)

    def known(self, node: int) -> float | None:
        """Give the number of a literal."""
        item = self.nodes[node]
        return item.value if item.op == LITERAL else None

    def _power(self, base: int, exponent: int) -> int:
        """Raise to a power as exp(y ln |x|).

        Zero, negative bases and whole exponents are treated as the library function treats them.
        """
        known = self.known(exponent)
        zero, one = self.literal(0.0), self.literal(1.0)
        whole = known is None or known.is_integer()
        positive = self.apply("abs", base) if whole else base
        size = self.apply("exp", self.apply("multiply", exponent, self.apply("ln_positive", positive)))
        rising = self.select(self.apply("equal", exponent, zero), one, self.literal(math.inf))
        at_zero = self.select(self.apply("greater", exponent, zero), zero, rising)
        negative = self._negative_power(size, exponent) if whole else self.literal(math.nan)
        below = self.select(self.apply("equal", base, zero), at_zero, negative)
        return self.select(self.apply("greater", base, zero), size, below)

    def _negative_power(self, size: int, exponent: int) -> int:
        """Give the power of a negative base, whose absolute value has the power `size`."""
        half = self.apply("multiply", exponent, self.literal(0.5))
        whole = self.apply("equal", exponent, self.apply("trunc", exponent))
        even = self.apply("equal", half, self.apply("trunc", half))
        signed = self.select(even, size, self.apply("negative", size))
        return self.select(whole, signed, self.literal(math.nan))

    def needed(self, targets: Iterable[int], given: Collection[int] = ()) -> list[int]:
        """Give all nodes that the targets need, depth first; those in `given` need nothing themselves."""
        done: dict[int, None] = {}
        for target in targets:
            pending: list[tuple[int, Iterator[int]]] = [(target, self._args(target, given))]
            while pending:
                node, rest = pending[-1]
                following = next((arg for arg in rest if arg not in done), None)
                if following is None:
                    done.setdefault(node)
                    pending.pop()
                else:
                    pending.append((following, self._args(following, given)))
        return list(done)

    def _args(self, node: int, given: Collection[int]) -> Iterator[int]:
        return iter(() if node in given else self.nodes[node].args)

    def _node(self, op: str, args: tuple[int, ...], value: float = 0.0, place: int = 0) -> int:
        # The text of the value tells -0.0 from 0.0, and finds NaN again.
        key = (op, args, repr(value), place)
        number = self._known.get(key)
        if number is None:
            number = self._known[key] = len(self.nodes)
            self.nodes.append(Scalar(op, args, value, place))
            self.moving.append(op in MOVING_LEAVES or any(self.moving[arg] for arg in args))
            self.by_run.append(op in RUN_LEAVES or any(self.by_run[arg] for arg in args))
        return number

    def _known_truth(self, node: int) -> bool | None:
        """Give the truth of a comparison of literals, or of a literal."""
        item = self.nodes[node]
        if item.op == LITERAL:
            return item.value != 0
        args = [self.nodes[arg] for arg in item.args]
        if item.logical and args and all(arg.op == LITERAL for arg in args):
            return bool(OPERATIONS[item.op](*(arg.value for arg in args)))
        return None

    def _folded(self, op: str, args: tuple[int, ...]) -> int | None:
        """Compute an operation on literals."""
        items = [self.nodes[arg] for arg in args]
        if op not in FOLDED or not all(item.op == LITERAL for item in items):
            return None
        with np.errstate(all="ignore"):
            return self.literal(float(OPERATIONS[op](*(item.value for item in items))))

    def _neutral(self, op: str, args: tuple[int, ...]) -> int | None:
        """Leave out what changes nothing, and make a division by what does not move a multiplication."""
        if op not in ("add", "subtract", "multiply", "divide"):
            return None
        one, other = (self.nodes[arg].value if self.nodes[arg].op == LITERAL else math.nan for arg in args)
        neutral = 0.0 if op in ("add", "subtract") else 1.0
        if other == neutral:
            return args[0]
        if one == neutral and op in ("add", "multiply"):
            return args[1]
        if op == "multiply" and 0.0 in (one, other):
            zero = args[0] if one == 0.0 else args[1]
            return self.literal(0.0) if not self.nodes[zero].place or all(map(self._finite, args)) else None
        if op == "divide" and not self.exact and self._fixed_more(args[1], args[0]):
            return self.apply("multiply", args[0], self.apply("divide", self.literal(1.0), args[1]))
        return None

    def _finite(self, node: int) -> bool:
        """Tell whether a node is known to be a finite number: zero times it is then nothing."""
        pending = [node]
        while pending:
            item = self.nodes[pending.pop()]
            if item.op == "select":
                pending += item.args[1:]
            elif item.op in ("max", "min", "abs", "negative", "trunc"):
                pending += item.args
            elif item.op == LITERAL:
                if not math.isfinite(item.value):
                    return False
            elif item.op != "time" and not item.op.startswith("lookup_interpolate"):
                return False
        return True

    def _fixed_more(self, one: int, other: int) -> bool:
        """Tell whether a node is computed less often than another."""
        return (not self.moving[one] and self.moving[other]) or (
            not self.by_run[one] and self.by_run[other] and self.moving[other] >= self.moving[one]
        )
