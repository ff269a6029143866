"""The parts of docs/any_model.md that list functions: those computed, those refused, and a count.

`python -m twintrack.equations.functions_page FILE` writes them anew; the names that are counted stand in
`vensim_functions.txt` beside the page.
"""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Callable, Sequence
from pathlib import Path

from twintrack.equations import data_functions
from twintrack.equations.construct_table import CONSTRUCTS
from twintrack.equations.constructs import LOOKUP_FUNCTIONS, MEMORY, REDUCERS, REFUSED, VECTORS
from twintrack.equations.functions import CALLED
from twintrack.equations.naming import spoken
from twintrack.names import snake

BEGIN, END = "<!-- functions: begin -->\n", "<!-- functions: end -->\n"
"""What the part on functions that are computed stands between."""


_WIDTH = 120
"""Characters of a line of text on the page."""
NAMES = "vensim_functions.txt"
"""The file with the names of Vensim's functions, one in each line."""


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


def computed() -> set[str]:
    """Give the names of all functions, and of what is written like one, that are computed."""
    from pysd.translators.vensim.vensim_structures import structures

    files = {"get_xls_subscript", "get_direct_subscript"}
    own_syntax = {"active_initial", "elmcount", "tabbed_array", *files}
    read_apart = {*structures} - {
        "reference",
        "subscripts_ref",
        "arithmetic",
        "logic",
        "call",
        "lookup",
        "data",
    }
    known = {*CALLED, *VECTORS, *MEMORY, *REDUCERS, *LOOKUP_FUNCTIONS, *CONSTRUCTS.calls}
    return known | read_apart | own_syntax


def counted(names: Sequence[str]) -> str:
    """Say how many of Vensim's functions are computed, and name the others."""
    known = computed()
    others = [f"`{name}`" for name in names if snake(name) not in known]
    count = f"{len(names) - len(others)} of the {len(names)} functions of Vensim that `{NAMES}` lists"
    told = f"{count} are computed. The others are refused by name: {', '.join(others)}."
    return "\n".join(textwrap.wrap(told, _WIDTH, break_on_hyphens=False)) + "\n"


def names_in(file: Path) -> list[str]:
    """Read the names of Vensim's functions. Raises OSError."""
    lines = file.read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def _row(name: str, arguments: Sequence[str], documentation: str) -> str:
    return f"| `{spoken(name)}({', '.join(arguments)})` | {documentation} |"


def renewed(page: str, names: Sequence[str]) -> str:
    """Give a page with all parts written anew. Raises ValueError when the page has no place for one.

    `names` are those of Vensim's functions.
    """
    parts: tuple[tuple[str, str, Callable[[], str]], ...] = (
        (BEGIN, END, section),
        ("<!-- counted: begin -->\n", "<!-- counted: end -->\n", lambda: counted(names)),
        ("<!-- refused: begin -->\n", "<!-- refused: end -->\n", refused_section),
    )
    for first, last, part in parts:
        before, begin, rest = page.partition(first)
        _, end, after = rest.partition(last)
        if not (begin and end):
            message = f"the page has no lines {first.strip()} and {last.strip()}"
            raise ValueError(message)
        page = before + begin + part() + end + after
    return page


if __name__ == "__main__":
    path = Path(sys.argv[1])
    written = renewed(path.read_text(encoding="utf-8"), names_in(path.with_name(NAMES)))
    path.write_text(written, encoding="utf-8")
