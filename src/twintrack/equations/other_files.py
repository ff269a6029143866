"""Which files a model may read beside its own: those in its folder, and others where its user allows them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from errno import ENOENT
from pathlib import Path

OPTION = "--allow-outside"


@dataclass(frozen=True)
class OtherFiles:
    """The files that a model names.

    Attributes:
        folder: Where the model file is; names start from there.
        aliases: The files that names stand for; see `scan_aliases`.
        allow_outside: Whether files outside the folder may be read: by an absolute path, by `..`, or by a
            link that leads there.
    """

    folder: Path
    aliases: Mapping[str, str] = field(default_factory=dict)
    allow_outside: bool = False

    def name(self, written: str) -> str:
        """Give the file that a name stands for. Raises ValueError where it may not be read."""
        name = self.aliases.get(written, written)
        if not self.allow_outside and not self._is_inside(name):
            message = f'needs {OPTION}, for the file lies outside the folder of the model: "{name}"'
            raise ValueError(message)
        return name

    def found(self, written: str) -> str:
        """Give the file that a name stands for, where it is there.

        Raises ValueError where it may not be read, and FileNotFoundError, with its name, where there is none.
        """
        name = self.name(written)
        try:
            there = (self.folder / name).is_file()
        except (OSError, ValueError):
            there = False
        if not there:
            raise FileNotFoundError(ENOENT, "there is no such file", name)
        return name

    def outside(self, path: Path) -> str:
        """Say what is wrong with reading a file that the user names; nothing where nothing is."""
        if self.allow_outside or self._is_inside(str(path.absolute())):
            return ""
        return f"needs {OPTION}, for the file lies outside the folder of the model"

    def _is_inside(self, name: str) -> bool:
        """Say whether a file is in the folder when links are followed; what names no file reads none."""
        try:
            target, folder = (os.path.realpath(path) for path in (self.folder / name, self.folder))
        except ValueError:  # a name with a zero byte
            return True
        return Path(target).is_relative_to(folder)
