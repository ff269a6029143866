"""How tests look into the folder of a built report."""

from __future__ import annotations

import base64
import gzip
import json
import re
from pathlib import Path
from typing import Any

import pandas as pd

from twintrack.pages.report.files import INPUTS

PAGES = ("index.html", "index.zh.html")
LARGEST = 1_500_000
WORLDS = 40
"""Of the report that the tests share."""


def page_of(folder: Path, name: str) -> str:
    return (folder / name).read_text(encoding="utf-8")


def body_of(folder: Path, name: str) -> str:
    """The page without scripts and styles."""
    return re.sub(r"<(script|style).*?</\1>", "", page_of(folder, name), flags=re.DOTALL)


def figures_of(folder: Path, name: str) -> dict[str, Any]:
    """The figures that folds draw, unpacked."""
    packed = re.search(r'id="figures">(.*?)</script>', page_of(folder, name), re.DOTALL)
    assert packed is not None
    found: dict[str, Any] = json.loads(gzip.decompress(base64.b64decode(packed[1])))
    return found


def table_of(folder: Path, name: str) -> pd.DataFrame:
    return pd.read_csv(folder / "data" / name)


def read_files(folder: Path) -> set[Path]:
    """What the report says that it was made from."""
    found = json.loads((folder / INPUTS).read_text(encoding="utf-8"))["files"]
    return {(folder / name).resolve() for name, state in found.items() if state}
