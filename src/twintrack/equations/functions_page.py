"""The part of docs/any_model.md that lists functions: `python -m twintrack.equations.functions_page FILE`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from twintrack.equations.constructs import MEMORY, VECTORS
from twintrack.equations.functions import CALLED
from twintrack.equations.naming import spoken

BEGIN, END = "<!-- functions: begin -->\n", "<!-- functions: end -->\n"
"""What the part stands between."""


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
    return "\n".join([*lines, "", ""])


def _row(name: str, arguments: Sequence[str], documentation: str) -> str:
    return f"| `{spoken(name)}({', '.join(arguments)})` | {documentation} |"


def renewed(page: str) -> str:
    """Give a page with the part written anew. Raises ValueError when the page has no place for it."""
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        message = f"the page has no lines {BEGIN.strip()} and {END.strip()}"
        raise ValueError(message)
    return before + begin + section() + end + after


if __name__ == "__main__":
    path = Path(sys.argv[1])
    path.write_text(renewed(path.read_text(encoding="utf-8")), encoding="utf-8")
