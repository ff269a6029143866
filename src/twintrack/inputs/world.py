"""The world: what nobody controls, and scenarios that make it another world."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from twintrack.errors import Fault, InputError
from twintrack.inputs.paths import DatedPath, TimePath
from twintrack.inputs.renamed import OldNames, Renamed
from twintrack.inputs.schema_kinds import Bilingual
from twintrack.inputs.schemas import Ground, ScenarioFile, WorldEntry, WorldFile
from twintrack.inputs.settings import Where, read_setting, setting_place
from twintrack.inputs.validation import FaultList, unknown, validated
from twintrack.inputs.yaml_files import Document, read_document, read_value, yaml_files

WorldValue = float | TimePath
"""One number for the whole time, or a path; a `DatedPath` leaves alone what holds before its first date."""


class WorldParameter(WorldEntry):
    """An uncertain parameter with its name: a constant of the model or an element of one."""

    name: str


@dataclass(frozen=True)
class Scenario:
    """An outside world, or another country in it: what differs from the central values.

    Attributes:
        name: Name of the file without its ending.
        title: In both languages.
        description: In both languages.
        world: Values of world parameters, and of the further `constants`.
        constants: Names in `world` that are no world parameters but other variables of the model.
        public_money: What every money lever is multiplied with.
        grounds: What values stand on, by name; empty where the file does not tell.
        ranges: Lowest and highest value of what a country's own history is to teach, by name.
        shared: Series of the first country's history that speak of the leader or the world.
        draft: Whether it is a first draft, from which nothing is learnt yet.
    """

    name: str
    title: Bilingual
    description: Bilingual | None
    world: Mapping[str, WorldValue]
    constants: frozenset[str] = frozenset()
    public_money: float = 1.0
    grounds: Mapping[str, Ground] = field(default_factory=dict)
    ranges: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    shared: tuple[str, ...] = ()
    draft: bool = False


def load_world(path: Path) -> dict[str, WorldParameter]:
    """Read model/world.yaml; raises InputError with all its faults."""
    entries = validated(read_document(path), WorldFile).parameters
    return {name: WorldParameter.model_construct(name=name, **dict(entry)) for name, entry in entries.items()}


def load_scenario(
    path: Path, parameters: Mapping[str, WorldParameter], renamed: Renamed | None = None
) -> Scenario:
    """Read model/scenarios/NAME.yaml; raises InputError with all its faults.

    Values may lie outside a parameter's range: the range is what is thought likely, a scenario may be another
    world. Before the first date of a dated value the central value holds, in an ensemble that of each world.
    Names of before are taken as `renamed` says.
    """
    faults = FaultList()
    document = (renamed or Renamed()).scenario(read_document(path), faults)
    hints = dict.fromkeys(parameters, 'it is a world parameter: write it under "world:", indented')
    file, world = None, {}
    with faults:
        file = validated(document, ScenarioFile, hints)
    with faults:
        world = read_world(document.data.get("world"), parameters, partial(document.where, "world"))
    if file is not None:
        faults += [*_constant_faults(document, file, parameters), *_range_faults(document, file)]
    if file is None or faults:
        raise InputError(faults)
    return Scenario(
        document.name,
        file.title,
        file.description,
        {**world, **file.constants},
        frozenset(file.constants),
        file.public_money,
        file.grounds,
        file.ranges,
        file.shared,
        file.draft,
    )


def _constant_faults(
    document: Document, file: ScenarioFile, parameters: Mapping[str, WorldParameter]
) -> Iterator[Fault]:
    """Say which constants belong elsewhere, and which values have no ground or grounds no value."""
    for name in file.constants:
        if name in parameters:
            message = f'"{name}" is a world parameter: write it under "world:"'
            yield Fault(document.where("constants", name), message)
    if not file.grounds:
        return
    places: dict[str, tuple[str, ...]] = {name: ("world", name) for name in file.world}
    places |= {name: ("constants", name) for name in file.constants}
    if file.public_money != 1:
        places["public_money"] = ("public_money",)
    for name, place in places.items():
        if name not in file.grounds:
            message = f'"{name}" has no entry under "grounds:"; say its source and reason there'
            yield Fault(document.where(*place), message)
    known = [*file.world, *file.constants, "public_money"]
    for name in file.grounds:
        if name not in known:
            yield Fault(document.where("grounds", name), unknown("value", name, known))


def _range_faults(document: Document, file: ScenarioFile) -> Iterator[Fault]:
    """Say which ranges belong to no number of the file, do not rise, or leave its number out."""
    numbers = {**file.world, **file.constants}
    for name, (low, high) in file.ranges.items():
        where = document.where("ranges", name)
        value = numbers.get(name)
        if name not in numbers:
            yield Fault(where, unknown("value", name, numbers))
        elif not isinstance(value, int | float):
            yield Fault(where, f'"{name}" is dated here, and a range is for one number; take one of them out')
        elif not low < high:
            yield Fault(where, f"the range of {name} does not rise: [{low:g}, {high:g}]")
        elif not low <= value <= high:
            yield Fault(where, f"{value:g}, the value of {name}, is not in its range [{low:g}, {high:g}]")


def find_scenario(name: str, *folders: Path) -> Path:
    """Give the file of a scenario; `name` is its name, or a path to a .yaml. Raises InputError for none.

    A name that is in several folders is that of the first one.
    """
    if name.endswith(".yaml"):
        return Path(name)
    if name.isidentifier():  # the usual case, without listing the folders
        for folder in folders:
            if (file := folder / f"{name}.yaml").is_file():
                return file
    files = {path.stem: path for folder in reversed(folders) for path in yaml_files(folder)}
    if name not in files:
        raise InputError(Fault(f"scenario {name}", unknown("scenario", name, files)))
    return files[name]


def world_overrides(
    given: Mapping[str, Any],
    parameters: Mapping[str, WorldParameter],
    *,
    levers: Mapping[str, object] | None = None,
    old: OldNames | None = None,
    origin: str = "--world",
) -> dict[str, WorldValue]:
    """Read parameters set by hand: numbers, mappings from dates to numbers, or the YAML text of either.

    `old` are names of before. Raises InputError with all faults, each at "<origin> NAME=VALUE".
    """
    faults = FaultList()
    world: dict[str, WorldValue] = {}
    places = {name: setting_place(origin, name, value) for name, value in given.items()}
    settled = (old or Renamed().world).settle(given, places.__getitem__, faults)
    for written, name in settled.items():
        value, place = given[written], places[written]
        if name not in parameters and levers and name in levers:
            faults.append(Fault(place, f'"{name}" is a lever, not part of the world; set it with --set'))
            continue
        with faults:
            plain = read_value(value, place) if isinstance(value, str) else value
            world |= read_world({name: plain}, parameters, lambda *_, at=place: at)
    faults.raise_any()
    return world


def read_world(given: Any, parameters: Mapping[str, WorldParameter], where: Where) -> dict[str, WorldValue]:
    """Read a mapping from parameters to numbers or dated values; `where(name, *keys)` is a value's place.

    Raises InputError with all faults.
    """
    faults = FaultList()
    world: dict[str, WorldValue] = {}
    for name, value in given.items() if isinstance(given, Mapping) else ():
        parameter = parameters.get(name)
        if parameter is None:
            faults.append(Fault(where(name), unknown("world parameter", name, parameters)))
            continue
        with faults:
            setting = read_setting(value, name, partial(where, name), _any_number)
            central = TimePath.constant(parameter.value)
            value = setting.value
            world[name] = DatedPath.on(central, setting.knots) if value is None else value
    faults.raise_any()
    return world


def laid_over(world: Mapping[str, WorldValue], further: Mapping[str, WorldValue]) -> dict[str, WorldValue]:
    """Give parameters with further ones on top: a dated one only from its first date on."""
    return {**world, **{name: _over(world.get(name), value) for name, value in further.items()}}


def _over(below: WorldValue | None, above: WorldValue) -> WorldValue:
    if below is None or not isinstance(above, DatedPath):
        return above
    return above.laid_over(below if isinstance(below, TimePath) else TimePath.constant(below))


def _any_number(_: float) -> str:
    return ""
