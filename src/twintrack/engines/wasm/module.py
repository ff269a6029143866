"""A model as a WebAssembly module, with the description of where its inputs and outputs lie in memory."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from twintrack.engines.base import Inputs, check_inputs, default_outputs, needed_data
from twintrack.engines.layout import Layout
from twintrack.engines.llvm.engine import NativeEngine
from twintrack.engines.llvm.source import Source, source
from twintrack.engines.llvm.target import WASM, Target
from twintrack.engines.scalar.lowering import scalar_program
from twintrack.engines.wasm.compiling import wasm_module
from twintrack.engines.wasm.digest import digest_of_run
from twintrack.equations import Equations
from twintrack.equations.structure import RUN_NUMBER, Array, Variable
from twintrack.errors import Fault, InputError
from twintrack.folders import renewed_folder

FORMAT = 1
"""The version of the description, which `engine.js` checks."""
_ENGINE = Path(__file__).with_name("engine.js")
_WHAT = "compiled model"


@dataclass(frozen=True)
class Module:
    """A compiled model: its code, and its description as plain data for JSON."""

    code: bytes
    description: dict[str, Any]

    def write(self, folder: Path) -> list[Path]:
        """Write `model.wasm`, `model.json` and `engine.js`; give their paths.

        Raises InputError when they cannot be written, or one of the same name is none of this program.
        """
        told = json.dumps(self.description, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        files = {"model.wasm": self.code, "model.json": told.encode(), "engine.js": _ENGINE.read_bytes()}
        try:
            with renewed_folder(folder, _WHAT, shared=True, obsolete=files.__contains__) as fresh:
                for name, data in files.items():
                    (fresh / name).write_bytes(data)
        except OSError as error:
            raise InputError(Fault(str(folder), f"cannot be written: {error.strerror}")) from error
        return [folder / name for name in files]


def module_of(
    equations: Equations,
    outputs: Sequence[str] | None = None,
    series: Sequence[str] = (),
    constants: Sequence[str] | None = None,
    moved: Mapping[str, float] | None = None,
) -> Module:
    """Compile a model whose constants can be set.

    Those that decide how many stages a delay has stay as they are, as other code would be needed.

    Args:
        equations: The model.
        outputs: Names of variables; by default all but lookups.
        series: Constants that get a value at every time; data variables without numbers always do, where
            an output follows from them.
        constants: Constants that can be set; by default all. The fewer, the smaller and quicker the code.
        moved: See `compiled`.

    Raises:
        InputError: A name is unknown, or cannot be set.
    """
    grid, deciding = equations.time, NativeEngine(equations).sizes.deciding()
    free = equations.defaults.keys() - deciding - {*equations.empty}
    faults = [
        Fault(place, f"{name} {'sets the length of a delay' if name in deciding else 'is no constant'}")
        for place, names, known in (
            ("series", series, free.union(equations.empty)),
            ("constants", constants or (), free),
        )
        for name in names
        if name not in known
    ]
    if faults:
        raise InputError(faults)
    chosen = [name for name in equations.defaults if name in (free if constants is None else constants)]
    chosen = [name for name in chosen if name != RUN_NUMBER]
    along = {name: equations.defaults[name] for name in series if name in free}
    wanted = default_outputs(equations) if outputs is None else outputs
    along |= {name: np.array(np.nan) for name in needed_data(equations, wanted, ())}
    inputs = check_inputs(
        equations,
        {name: equations.defaults[name] for name in chosen if name not in series},
        {
            name: np.broadcast_to(value, (grid.steps + 1, *equations.variables[name].shape))
            for name, value in along.items()
        },
        outputs,
        1,
        grid,
    )
    return compiled(equations, inputs, moved=moved)


def compiled(
    equations: Equations,
    inputs: Inputs,
    varying: Iterable[str] = (),
    moved: Mapping[str, float] | None = None,
    target: Target = WASM,
) -> Module:
    """Compile a model; its inputs are those given, and the values given are their defaults.

    `inputs` hold one run. A constant may differ from run to run, a series is the same in all runs of a call;
    those in `varying` may differ. With `moved`, numbers for some inputs by label, the description holds the
    digest of what the module gives for them, by which whoever runs it can check itself; where an input has no
    numbers there is none.

    Raises InputError for what a module cannot give.
    """
    engine = NativeEngine(equations)
    faults = [Fault(name, "moves to second values, and is no output") for name in inputs.second]
    faults = [fault for fault in faults if fault.where in inputs.outputs]
    if equations.ending:
        faults.append(Fault("FINAL TIME", "changes while the model runs, which a module cannot follow"))
    if faults:
        raise InputError(faults)
    given, (wanted, _) = engine.layouts(inputs, varying), engine.known(inputs)
    program = scalar_program(equations, given, wanted, inputs.grid, engine.sizes.find(inputs))
    written = source(program, equations.tables, given, inputs.grid, target)
    linked = wasm_module(written.text)
    shapes = {name: equations.variables[name].shape for name in wanted}
    described = _Description(equations, inputs, written, shapes)
    layout = {
        "constant": given.constants.width,
        "series": given.shared.width,
        "varying": given.series.width,
        "moving": described.moving.width,
        "still": described.still.width,
        "work": written.work,
        "fixed": written.fixed,
        "shared": written.shared,
        "lanes": target.lanes,
        "block": target.block,
        "free": linked.free,
    }
    numbers = given.constants.places.get(RUN_NUMBER)
    if numbers is not None:
        layout["run_number"] = numbers[0]
    inputs_told = [
        *(described.constant(name, at) for name, at in _spans(given.constants) if name != RUN_NUMBER),
        *(described.series("series", name, place, given.second) for name, place in _spans(given.shared)),
        *(described.series("varying", name, place, given.second) for name, place in _spans(given.series)),
    ]
    outputs = [described.output(name) for name in inputs.outputs]
    description: dict[str, Any] = {
        "format": FORMAT,
        "model": {"file": Path(equations.path).name, "hash": equations.hash},
        "time": described.time(),
        "layout": layout,
        "inputs": inputs_told,
        "outputs": outputs,
    }
    if moved is not None and not any(np.isnan(values).any() for values in _values(inputs)):
        names = [told["name"] for told in outputs if told["kind"] in ("moving", "still")]
        digest = digest_of_run(equations, inputs, given, written, moved, names)
        description["check"] = {"moved": dict(moved), "digest": digest}
    return Module(linked.module, description)


def _values(inputs: Inputs) -> Iterator[Array]:
    yield from (*inputs.constants.values(), *inputs.series.values(), *inputs.second.values())


def _spans(layout: Layout) -> list[tuple[str, int]]:
    return [(name, start) for name, (start, _) in layout.places.items()]


class _Description:
    """Says where each input and output lies, by the layouts with which native code packs them."""

    def __init__(
        self, equations: Equations, inputs: Inputs, written: Source, shapes: dict[str, tuple[int, ...]]
    ) -> None:
        self.equations = equations
        self.inputs = inputs
        self.moving = Layout({name: shapes[name] for name in written.moving})
        self.still = Layout({name: shapes[name] for name in written.still})

    def time(self) -> dict[str, Any]:
        """Describe the clock: times of all steps, or what they follow from, and the `rows` that are saved."""
        grid = self.inputs.grid
        return {
            "initial": grid.initial,
            "step": grid.step,
            "steps": grid.steps,
            **({"times": grid.times.tolist()} if grid.lengths else {}),
            "rows": grid.saved_index.tolist(),
            "saved": grid.saved.tolist(),
            "units": self.equations.variables["time_step"].units,
        }

    def constant(self, name: str, place: int) -> dict[str, Any]:
        """Describe a constant by its place and its default."""
        return self._input("constant", name, place, self.inputs.constants[name])

    def series(self, kind: str, name: str, place: int, second: Mapping[str, str]) -> dict[str, Any]:
        """Describe a series; what does not change with time is told once. Second values name the first."""
        first = next((one for one, other in second.items() if other == name), None)
        values = self.inputs.series[name] if first is None else self.inputs.second[first]
        if (values == values[:1]).all() or np.isnan(values).all():
            values = values[:1]
        told = self._input(kind, first or name, place, values)
        if first is None:
            return told
        labels = [f"{label}'" for label in told["labels"]]
        return {**told, "name": name, "title": f"{told['title']}'", "labels": labels, "second_of": first}

    def output(self, name: str) -> dict[str, Any]:
        """Describe an output: where it lies among those that move, or keep still, or what it is."""
        told = _told(self.equations.variables[name])
        for kind, layout in (("moving", self.moving), ("still", self.still)):
            if name in layout.places:
                return {**told, "kind": kind, "place": layout.places[name][0]}
        if name in self.inputs.constants or name in self.inputs.series:
            return {**told, "kind": "input"}
        default = self.inputs.grid.controls.get(name, self.equations.defaults.get(name))
        return {**told, "kind": "fixed", "values": _numbers(np.asarray(default, np.float64))}

    def _input(self, kind: str, name: str, place: int, values: Array) -> dict[str, Any]:
        variable = self.equations.variables[name]
        limits = [*variable.limits, None, None, None][:3]
        return {**_told(variable), "kind": kind, "place": place, "limits": limits, "values": _numbers(values)}


def _told(variable: Variable) -> dict[str, Any]:
    return {
        "name": variable.name,
        "title": variable.title,
        "labels": variable.titles,
        "units": variable.units,
        "group": variable.group,
        "documentation": variable.documentation,
    }


def _numbers(values: Array) -> list[float | str | None]:
    """Give numbers in C order as JSON has them: null for no number, text for what is infinite."""
    flat = np.ravel(values).tolist()
    return [None if v != v else str(v).replace("inf", "Infinity") if abs(v) == np.inf else v for v in flat]
