"""Make the pictures of the README from a report that is built: `python tools/pictures.py REPORT PICTURES`.

Prints what it wrote; ends with 1 where there is no browser.
"""

from __future__ import annotations

import sys
from pathlib import Path

from twintrack.pages.printing import Printer
from twintrack.resources import atomic_write

PICTURES = {"first_screen.png": ("index.html", 1400, 900), "brief.png": ("brief.html", 860, 1190)}
"""By picture the page, and the window that shows its top, in px."""


def main(report: Path, pictures: Path) -> str | None:
    """Write the pictures; give what went wrong, if anything."""
    printer = Printer()
    for name, (page, width, height) in PICTURES.items():
        html = (report / page).read_text(encoding="utf-8")
        made = list(printer.png(html, width, height, sharp=1))  # a README shows them smaller than that
        if not made:
            return f"{name} was not made"
        atomic_write(pictures / name, made[0])
        sys.stdout.write(f"{pictures / name}\n")
    return None


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
