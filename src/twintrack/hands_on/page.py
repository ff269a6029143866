"""The component as one page that needs nothing from outside: code, model, worlds and words in one file."""

from __future__ import annotations

import base64
import gzip
import html
import json
import re
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

from twintrack.errors import EquationError, Fault, InputError
from twintrack.hands_on.compiled_model import module_for
from twintrack.hands_on.loop_part import loop_part
from twintrack.hands_on.told import drawn, told_of
from twintrack.resources import atomic_write

if TYPE_CHECKING:
    from twintrack.core import Core
    from twintrack.engines.wasm.module import Module
    from twintrack.hands_on.loop_part import LoopPart

WORLDS = 200
"""Worlds that bands are made of, where no other number is asked for."""

PARTS = (
    "paths.mjs",
    "plan.mjs",
    "equal_cost.mjs",
    "lab.mjs",
    "stats.mjs",
    "state.mjs",
    "singles.mjs",
    "links.mjs",
    "loops.mjs",
    "worker.mjs",
    "numbers.mjs",
    "files.mjs",
    "takeaway.mjs",
    "charts.mjs",
    "dom.mjs",
    "client.mjs",
    "levers.mjs",
    "cards.mjs",
    "details.mjs",
    "strip.mjs",
    "panels.mjs",
    "header.mjs",
    "address.mjs",
    "view.mjs",
)
"""Modules of the component after the engine, each after those that it imports."""

EXPORTS = (
    "export { Draws, Lab, Loops, Runs, bands, checked, costs, initial, linkScores, mount, opened, read,"
    " reference, strategyYaml, unshuffled, written };"
)
"""The last line of the joined module; a worker, which is a plain script, goes without it."""

_AROUND = ":root { color-scheme: light dark; } body { margin: 0; } #page { min-height: 100vh; }"
"""Style of what stands around the component."""

_IMPORT = re.compile(r"^import [^;]*?;\n", re.MULTILINE)
_EXPORT = re.compile(r"^export ", re.MULTILINE)


@dataclass(frozen=True)
class Worlds:
    """Worlds that were drawn: `values` are float64 of this machine, all worlds of a name in a row."""

    names: list[str]
    count: int
    values: bytes


def dashboard_page(core: Core, worlds: int = WORLDS, seed: int = 1, link: str = "") -> tuple[str, list[str]]:
    """Give the page of a content as HTML, and what a user should know; `link` is what stands on it at first.

    Raises InputError.
    """
    names, count, values, notes = drawn(core, worlds, seed)
    loops, untold = loops_told(core)
    page = component_page(told_of(core), module_for(core), Worlds(names, count, values), link, loops)
    return page, [*notes, *untold]


def loops_told(core: Core) -> tuple[LoopPart | None, list[str]]:
    """Give what tells of loops, and a note where named ones cannot be told of."""
    try:
        return loop_part(core), []
    except EquationError as error:
        return None, [f"the page does not tell which loops drive an outcome: {error}"]


def component_page(
    told: dict[str, Any], module: Module, worlds: Worlds, link: str = "", loops: LoopPart | None = None
) -> str:
    """Put the component, a model and worlds in one file of HTML.

    `told` has the keys that `told_of` gives; nothing in it need be of one model. Where the address says
    nothing, the page begins with what `link` says.
    """
    facts = {"draws": {"names": worlds.names, "count": worlds.count}, "link": link}
    blocks = [
        _block(key, base64.b64encode(data).decode())
        for key, data in packed_parts(told, module, worlds, loops).items()
    ]
    title = html.escape(told["title"]["en"])
    style = read_part("style.css")
    return "\n".join(
        [
            '<!doctype html><html lang="en"><head><meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>{title}</title><style>{_AROUND}{style}</style></head><body>",
            '<div id="page"><noscript>JavaScript</noscript></div>',
            *blocks,
            _block("facts", _json(facts).decode()),
            _block("code", base64.b64encode(gzip.compress(component_code().encode(), 9, mtime=0)).decode()),
            f"<script>{read_part('start.js')}</script></body></html>\n",
        ]
    )


def packed_parts(
    told: dict[str, Any], module: Module, worlds: Worlds, loops: LoopPart | None
) -> dict[str, bytes]:
    """Give what the component works with, packed with gzip: the module, the model's data, the draws.

    Of the draws the first bytes of all numbers come first, then the second ones: they pack a sixth better so.
    """
    parts = {
        "module": module.code,
        "model": _json({"description": lean(module.description), "data": told}),
        "draws": b"".join(worlds.values[place::8] for place in range(8)),
    }
    if loops is not None:
        parts |= {"links": loops.code, "loops": _json(loops.told)}
    return {key: gzip.compress(data, 9, mtime=0) for key, data in parts.items()}


def write_page(path: Path, text: str) -> None:
    """Write a page, whole or not at all. Raises InputError when it cannot be written."""
    try:
        atomic_write(path, text)
    except OSError as error:
        raise InputError(Fault(str(path), f"cannot be written: {error.strerror}")) from error


def component_code() -> str:
    """Join the engine and the modules of the component to one module."""
    engine = resources.files("twintrack.engines.wasm").joinpath("engine.js").read_text(encoding="utf-8")
    texts = [engine, *(read_part(name) for name in PARTS)]
    joined = "\n".join(_IMPORT.sub("", text) for text in texts)
    if "</script" in joined.lower() or "<!--" in joined:
        message = "code of the component must not end its own element"
        raise ValueError(message)
    lines = _EXPORT.sub("", joined).replace("import.meta.url", '""')  # nothing lies beside it
    return f"{lines}\n{EXPORTS}\n"


def read_part(name: str) -> str:
    """Give the text of a file of the component."""
    return resources.files("twintrack.hands_on").joinpath("component", name).read_text(encoding="utf-8")


def lean(description: dict[str, Any]) -> dict[str, Any]:
    """Give the description of a module without words, which the component has from elsewhere."""
    words = {"units", "group", "documentation", "limits"}
    lists = {
        key: [{name: value for name, value in item.items() if name not in words} for item in description[key]]
        for key in ("inputs", "outputs")
    }
    return {**description, **lists}


def _json(value: Any) -> bytes:
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.replace("<", "\\u003c").encode()


def _block(key: str, text: str) -> str:
    return f'<script type="application/octet-stream" id="{key}">{text}</script>'
