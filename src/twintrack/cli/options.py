"""Options that several commands share, and how their values are read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import click

from twintrack.equations.clock import INTEGRATIONS
from twintrack.errors import Fault, InputError

DEFAULT_YEARS = "2026,2030,2035,2040"


def with_setting_options(command: Callable[..., Any], *, representative: bool = False) -> Callable[..., Any]:
    """Add the options that set levers and world parameters, or ask for the representative world."""
    one_world = (
        f" --world {REPRESENTATIVE}: the world that agrees with history and is nearest to the medians."
    )
    settings = click.option(
        "--set",
        "settings",
        multiple=True,
        metavar="LEVER=VALUE",
        help="Set a lever: a number, or dates with numbers (2026:60,2030:150). With NAME:LEVER=VALUE only"
        " that of the strategy called NAME. May be repeated.",
    )
    worlds = click.option(
        "--world",
        "worlds",
        multiple=True,
        metavar=f"NAME=VALUE|{REPRESENTATIVE}" if representative else "NAME=VALUE",
        help="Set a world parameter, in the same way. May be repeated."
        + (one_world if representative else ""),
    )
    return settings(worlds(command))


def integration_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the option that replaces the integration type of a model file."""
    return click.option(
        "--integration",
        type=click.Choice(INTEGRATIONS),
        help="Another integration type than that of the file: Euler's, RK2 or RK4 with a fixed step.",
    )(command)


def outside_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the option that lets a model read numbers outside its folder."""
    return click.option(
        "--allow-outside",
        is_flag=True,
        help="Let the model read numbers from files outside its folder; for models that you trust.",
    )(command)


def data_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the option that names files with numbers for data variables."""
    return click.option(
        "--data",
        multiple=True,
        metavar="FILE",
        type=click.Path(dir_okay=False, path_type=Path),
        help="File with numbers for data variables (.csv, .tab, .dat, .xlsx or .vdf). May be repeated: the"
        " last one that has a variable counts, and then a file beside the model with its name.",
    )(command)


REPRESENTATIVE = "representative"
"""With --world: the world of the posterior that lies nearest to the medians."""


def split_representative(worlds: Sequence[str]) -> tuple[list[str], bool]:
    """Give the world parameters that are set, and whether the representative world is asked for."""
    return [text for text in worlds if text.strip() != REPRESENTATIVE], REPRESENTATIVE in map(
        str.strip, worlds
    )


def with_world_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that say which world, which levers and what to print."""
    variables = click.option(
        "--all-variables", is_flag=True, help="With --json: every variable, not only the outcomes."
    )
    return scenario_option(with_setting_options(variables(command), representative=True))


def _years(_context: click.Context, _parameter: click.Parameter, text: str) -> tuple[float, ...]:
    try:
        years = tuple(float(part) for part in text.split(",") if part.strip())
    except ValueError:
        years = ()
    if not years:
        message = f'"{text}" is not a list of years; write for example 2026,2030'
        raise click.BadParameter(message)
    return years


years_option = click.option(
    "--years",
    default=DEFAULT_YEARS,
    show_default=True,
    callback=_years,
    metavar="YEAR,...",
    help="Years of the table.",
)

scenario_option = click.option("--scenario", default="central", show_default=True, help="Outside world.")

prior_option = click.option("--prior", is_flag=True, help="Draw worlds from all that the ranges allow.")

seed_option = click.option(
    "--seed", type=int, default=1, show_default=True, help="Seed of all draws; it is recorded."
)

bands_option = click.option(
    "--worlds",
    type=click.IntRange(min=2, max=2000),
    default=200,
    show_default=True,
    help="Worlds that the bands of sliders are made of.",
)

workers_option = click.option(
    "--workers", type=int, default=None, help="Processes.  [default: one for each processor core]"
)

language_option = click.option(
    "--language",
    type=click.Choice(["en", "zh"]),
    default="en",
    show_default=True,
    help="Language of what is told: English or Chinese.",
)

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON for other programs.")


def read_names(text: str | None) -> list[str] | None:
    """Split a list of variables or elements at the commas outside brackets and quotes; None stays None."""
    if text is None:
        return None
    names, depth, quoted = [""], 0, False
    for sign in text:
        quoted ^= sign == '"'
        depth += 0 if quoted else (sign == "[") - (sign == "]")
        if sign == "," and not quoted and depth == 0:
            names.append("")
        else:
            names[-1] += sign
    return [name.strip() for name in names if name.strip()]


def read_settings(option: str, texts: Sequence[str]) -> dict[str, str]:
    """Split NAME=VALUE texts of an option ("--set") into YAML texts by name.

    Dates may be written without braces: "2026:60,2030:150" becomes "{2026: 60, 2030: 150}". Raises InputError
    with every text that has no name or repeats one; values are read by the inputs, with all other faults.
    """
    settings: dict[str, str] = {}
    faults: list[Fault] = []
    for text in texts:
        name, _, value = (part.strip() for part in text.partition("="))
        place = f"{option} {text}"
        if not name or not value:
            faults.append(Fault(place, SETTING_HELP))
        elif name in settings:
            faults.append(Fault(place, f"{name} is set twice; keep one"))
        else:
            settings[name] = _with_braces(value)
    if faults:
        raise InputError(faults)
    return settings


SETTING_HELP = "write NAME=VALUE with a number (NAME=0.6) or dates with numbers (NAME=2026:60,2030:150)"


def _with_braces(value: str) -> str:
    if ":" not in value or value.startswith("{"):
        return value
    return "{" + ", ".join(": ".join(part.strip().rsplit(":", 1)) for part in value.split(",")) + "}"


def check_writable(out: Path) -> None:
    """Raise InputError when no file can be made in a folder: it is told before the work, not after it."""
    from tempfile import TemporaryFile

    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        with TemporaryFile(dir=out.parent):
            pass
    except OSError as error:
        message = f"{out} cannot be written ({error.strerror or error}); name another file"
        raise InputError(Fault("--out", message)) from None


def changes(settings: tuple[str, ...], worlds: tuple[str, ...]) -> dict[str, dict[str, list[str]]]:
    """Give what was set on the command line, as it was typed; nothing when nothing was."""
    if not settings and not worlds:
        return {}
    return {"changes": {"levers": list(settings), "world": list(worlds)}}


def tell_changes(settings: tuple[str, ...], worlds: tuple[str, ...]) -> None:
    """Say what was set on the command line."""
    for kind, typed in (("levers", settings), ("world", worlds)):
        if typed:
            click.echo(f"{kind} changed: {', '.join(typed)}")
