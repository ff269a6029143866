"""What names and functions of XMILE mean: references in modules and arrays, functions in Vensim's words."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import reduce
from typing import Any

from twintrack.equations.macros import rewritten
from twintrack.equations.naming import same_name
from twintrack.equations.xmile_text import ALL

_CLOCK = {"dt": "time_step", "starttime": "initial_time", "stoptime": "final_time"}
_NUMBERS = {"pi": 3.141592653589793, "inf": 1e308, "true": 1.0, "false": 0.0}
_REDUCERS = {
    "sum": "sum",
    "prod": "prod",
    "largest": "vmax",
    "smallest": "vmin",
    "mean": "mean",
    "arraysum": "sum",
    "arraymean": "mean",
    "size": "size",
}
_PAIRED = {"largest": "max", "smallest": "min"}
_CURVES = {"discrete": "lookup_backward", "extrapolate": "lookup_extrapolate"}
"""Functions that read lookups of other types than `continuous`."""
_NEVER = 1e30
"""A time after every run."""


def _call(name: str, *args: Any) -> Any:
    from pysd.translators.structures import abstract_expressions as trees

    return trees.CallStructure(trees.ReferenceStructure(name), tuple(args))


def _name(name: str, subscripts: Sequence[str] = ()) -> Any:
    from pysd.translators.structures import abstract_expressions as trees

    inside = trees.SubscriptsReferenceStructure(tuple(subscripts)) if subscripts else None
    return trees.ReferenceStructure(f'"{name}"' if "." in name else name, inside)


def _sums(sign: str, *args: Any) -> Any:
    from pysd.translators.structures import abstract_expressions as trees

    return trees.ArithmeticStructure([sign], args)


def _pulse(start: Any, magnitude: Any) -> Any:
    """A volume within one step from a time on."""
    step = _name("time_step")
    return _sums("*", _call("pulse", start, step), _sums("/", magnitude, step))


def _pulses(start: Any, interval: Any, magnitude: Any) -> Any:
    if interval == 0:
        return _pulse(start, magnitude)
    step = _name("time_step")
    return _sums("*", _call("pulse_train", start, interval, step, _NEVER), _sums("/", magnitude, step))


def _round(value: Any) -> Any:
    """The nearest whole number, halves away from zero."""
    up, down = _call("integer", _sums("+", value, 0.5)), _call("integer", _sums("-", value, 0.5))
    return _call("if_then_else", _logic(">=", value, 0.0), up, down)


def _logic(sign: str, *args: Any) -> Any:
    from pysd.translators.structures import abstract_expressions as trees

    return trees.LogicStructure([sign], args)


def _previous(value: Any, initial: Any) -> Any:
    from pysd.translators.structures import abstract_expressions as trees

    return trees.DelayFixedStructure(value, _name("time_step"), initial)


_FUNCTIONS: dict[tuple[str, int], Callable[..., Any]] = {
    ("log10", 1): lambda x: _call("log", x, 10.0),
    ("round", 1): _round,
    ("mod", 2): lambda x, y: _call("modulo", x, y),
    ("previous", 2): _previous,
    ("xpulse", 2): _pulse,
    ("xpulse_train", 3): _pulses,
    ("pulse", 1): lambda x: _sums("/", x, _name("time_step")),
    ("xramp", 2): lambda slope, start: _call("ramp", slope, start, _NEVER),
    ("ramp", 1): lambda slope: _call("ramp", slope, _name("initial_time"), _NEVER),
    ("random", 2): lambda low, high: _call("random_uniform", low, high, 0.0),
    ("random", 3): lambda low, high, seed: _call("random_uniform", low, high, seed),
    ("uniform", 2): lambda low, high: _call("random_uniform", low, high, 0.0),
    ("uniform", 3): lambda low, high, seed: _call("random_uniform", low, high, seed),
    ("normal", 2): lambda mean, sd: _call("random_normal", -_NEVER, _NEVER, mean, sd, 0.0),
    ("normal", 3): lambda mean, sd, seed: _call("random_normal", -_NEVER, _NEVER, mean, sd, seed),
    ("sqrt", 1): lambda x: _call("sqrt", x),
}
"""Functions that Vensim has not, or under another name, by their names in lower case and their arguments."""

_KNOWN = frozenset(name for name, _ in _FUNCTIONS)


class Meaning:
    """Gives the trees of one model or module in Vensim's words.

    `prefix` stands before the names of the module, `declared` are all variables with their ranges, `inputs`
    what is handed into the module, `curves` the types of lookups, `defaults` what macros take where they are
    given less.
    """

    def __init__(
        self,
        prefix: str,
        declared: Mapping[str, tuple[str, ...]],
        inputs: Mapping[str, str],
        curves: Mapping[str, str],
        defaults: Mapping[str, Sequence[Any]],
    ) -> None:
        self.prefix = prefix
        self.declared = declared
        self.inputs = inputs
        self.curves = curves
        self.defaults = defaults
        self._reducing = 0
        self._here: dict[str, str] = {}

    def at(self, name: str, tree: Any, dims: Sequence[str], left: Sequence[str]) -> Any:
        """Give the tree of an equation of a variable; `left` stands on its left for its ranges."""
        self._here = {same_name(dim): item for dim, item in zip(dims, left, strict=False)}
        found = self.of(tree)
        if not getattr(tree, "non_negative", False):
            return found
        # No more can flow out of such a stock within a step than is there.
        least = _sums("/", _sums("*", -1.0, _name(self._resolved(name), left)), _name("time_step"))
        return replace(found, flow=_call("max", found.flow, least))

    def of(self, tree: Any) -> Any:
        """Give a tree in Vensim's words. Raises ValueError for what has none."""
        return rewritten(tree, self._visit)

    def handed_in(self, name: str, dims: Sequence[str]) -> Any:
        """Give the reference to a variable of another model that is handed into a module."""
        return _name(name, dims)

    def _visit(self, node: Any) -> Any | None:
        kind = type(node).__name__
        if kind == "ReferenceStructure":
            return self._reference(node)
        if kind == "CallStructure":
            return self._called(node)
        return None

    def _resolved(self, written: str) -> str:
        """Give the whole name of a variable."""
        key = ".".join(same_name(part) for part in written.strip('"').split("."))
        if key.startswith("."):
            return key.lstrip(".")
        own = f"{self.prefix}{key}"
        return own if own in self.declared else key

    def _reference(self, node: Any) -> Any:
        name = self._resolved(node.reference)
        written = list(node.subscripts.subscripts) if node.subscripts else []
        dims = self.declared.get(name, ())
        if name not in self.declared and not written:
            if name in _NUMBERS:
                return _NUMBERS[name]
            return _name(_CLOCK.get(name, name))
        if not written:
            return _name(name, [self._marked(dim) for dim in dims])
        if len(written) != len(dims):
            message = f"{name} has {len(dims)} subscripts, {len(written)} are given"
            raise ValueError(message)
        return _name(
            name,
            [
                self._marked(dim) if item == ALL else self._element(item)
                for item, dim in zip(written, dims, strict=True)
            ],
        )

    def _marked(self, dim: str) -> str:
        return f"{dim}!" if self._reducing else self._element(dim)

    def _element(self, item: str) -> str:
        """Give what a subscript means in this equation: its element, where the left-hand side names one."""
        return self._here.get(same_name(item), item)

    def _called(self, node: Any) -> Any:
        name = same_name(node.function.reference)
        resolved = self._resolved(node.function.reference)
        if name in _REDUCERS and len(node.arguments) == 1:
            return self._reduced(_REDUCERS[name], node.arguments[0])
        if name in ("read_lookup", "lookupinv") and len(node.arguments) == 2:
            table = self._resolved(getattr(node.arguments[0], "reference", ""))
            arg = self.of(node.arguments[1])
            return (
                _call("lookup_invert", _name(table), arg)
                if name == "lookupinv"
                else self._looked_up(table, arg)
            )
        args = [self.of(arg) for arg in node.arguments]
        if name in _PAIRED:
            return reduce(lambda one, other: _call(_PAIRED[name], one, other), args)
        if resolved in self.curves:
            return self._looked_up(resolved, *args)
        if name in self.defaults:
            args += [value for value in self.defaults[name][len(args) :] if value is not None]
            return _call(name, *args)
        found = _FUNCTIONS.get((name, len(args)))
        if found is None and name in _KNOWN and name not in ("pulse", "ramp", "sqrt"):
            message = f"{name.upper()} takes another number of arguments than {len(args)}"
            raise ValueError(message)
        return found(*args) if found else _call(name, *args)

    def _looked_up(self, table: str, *args: Any) -> Any:
        from pysd.translators.structures import abstract_expressions as trees

        function = _CURVES.get(self.curves.get(table, ""))
        if function is not None:
            return _call(function, _name(table), *args)
        return trees.CallStructure(_name(table), args)

    def _reduced(self, name: str, arg: Any) -> Any:
        self._reducing += 1
        try:
            inner = self.of(arg)
        finally:
            self._reducing -= 1
        if name not in ("size", "mean"):
            return _call(name, inner)
        dims = _reduced_dims(inner)
        if not dims:
            message = f"{name.upper()} needs an array: name one, or mark subscripts with *"
            raise ValueError(message)
        sizes = [_call("elmcount", _name(dim)) for dim in dims]
        size = reduce(lambda one, other: _sums("*", one, other), sizes)
        return size if name == "size" else _sums("/", _call("sum", inner), size)


def _reduced_dims(tree: Any) -> list[str]:
    """Give the ranges that are marked in a tree."""
    found: dict[str, None] = {}

    def visit(node: Any) -> None:
        subscripts = getattr(node, "subscripts", None)
        if type(node).__name__ == "ReferenceStructure" and subscripts:
            found.update(dict.fromkeys(item[:-1] for item in subscripts.subscripts if item.endswith("!")))

    rewritten(tree, visit)
    return list(found)
