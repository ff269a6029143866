"""The parts of docs/any_model.md that list functions, those that are computed and those that are refused.

`python -m twintrack.equations.functions_page FILE` writes them anew.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from twintrack.equations import data_functions
from twintrack.equations.construct_table import CONSTRUCTS
from twintrack.equations.constructs import MEMORY, REFUSED, VECTORS
from twintrack.equations.functions import CALLED
from twintrack.equations.naming import spoken

BEGIN, END = "<!-- functions: begin -->\n", "<!-- functions: end -->\n"
"""What the part on functions that are computed stands between."""


def section() -> str:
    """Give the table of functions in Markdown, group by group."""
    lines = ["", "| function | value |", "|---|---|"]
    groups = dict.fromkeys(item.group for item in CALLED.values())
    for group in groups:
        lines.append(f"| **{group}** | |")
        lines += [
            _row(item.name, item.written or item.parameters, item.documentation)
            for item in CALLED.values()
            if item.group == group
        ]
    lines.append("| **Whole vectors** | |")
    lines += [_row(name, item.arguments, item.documentation) for name, item in VECTORS.items()]
    lines.append("| **Memory** | |")
    lines += [_row(name, item.arguments, item.documentation) for name, item in MEMORY.items()]
    lines.append("| **Data** | |")
    data = data_functions.FUNCTIONS.items()
    lines += [_row(name, item.arguments, item.documentation) for name, item in data]
    return "\n".join([*lines, "", ""])


def refused_section() -> str:
    """Give the table of functions that are known and not computed, with what is said of them."""
    lines = ["", "| function | what is said |", "|---|---|"]
    told: dict[str, list[str]] = {}
    for name, message in REFUSED.items():
        if not {name} & {*CALLED, *CONSTRUCTS.calls, *MEMORY}:
            told.setdefault(message, []).append(f"`{spoken(name.rstrip('_'))}{' ...' * name.endswith('_')}`")
    lines += [f"| {', '.join(names)} | {message} |" for message, names in told.items()]
    return "\n".join([*lines, "", ""])


def _row(name: str, arguments: Sequence[str], documentation: str) -> str:
    return f"| `{spoken(name)}({', '.join(arguments)})` | {documentation} |"


_PARTS: tuple[tuple[str, str, Callable[[], str]], ...] = (
    (BEGIN, END, section),
    ("<!-- refused: begin -->\n", "<!-- refused: end -->\n", refused_section),
)


def renewed(page: str) -> str:
    """Give a page with both parts written anew. Raises ValueError when the page has no place for one."""
    for first, last, part in _PARTS:
        before, begin, rest = page.partition(first)
        _, end, after = rest.partition(last)
        if not (begin and end):
            message = f"the page has no lines {first.strip()} and {last.strip()}"
            raise ValueError(message)
        page = before + begin + part() + end + after
    return page


if __name__ == "__main__":
    path = Path(sys.argv[1])
    path.write_text(renewed(path.read_text(encoding="utf-8")), encoding="utf-8")
