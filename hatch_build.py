"""Build hook: puts the content that users edit into the wheel."""

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

CONTENT = ("model", "strategies", "reports")
TESTS = Path("model") / "tests"
"""Python for those who change the model; a wheel holds none of it."""


class ContentHook(BuildHookInterface):  # type: ignore[type-arg]
    """Place `model/`, `strategies/` and `reports/` under `twintrack/_data/` of a standard wheel.

    An editable install gets no copy: it reads the checkout, so that an edited strategy counts at once.
    """

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Add the content files to `build_data` when `version`, the kind of wheel, is "standard"."""
        if version != "standard":
            return
        root = Path(self.root)
        files = [path for folder in CONTENT for path in (root / folder).rglob("*") if path.is_file()]
        for path in sorted(files):
            relative = path.relative_to(root)
            hidden = any(part.startswith(".") for part in relative.parts)
            if not hidden and not relative.is_relative_to(TESTS):
                build_data["force_include"][str(path)] = f"twintrack/_data/{relative.as_posix()}"
