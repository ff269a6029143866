"""Folders of results: what the program wrote there is listed beside it; nothing else is replaced or removed.

The list is `.twintrack.json` in each folder: the digests of the files that the program wrote, and the folders
that it made. A listed file that has another digest today was changed by the user, and is the user's from then
on.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from twintrack.errors import Fault, InputError
from twintrack.resources import atomic_write
from twintrack.scratch import locked, scratch_folder

LIST = ".twintrack.json"
_ABOUT = (
    "Files that TwinTrack wrote here. Only these are replaced or removed by it, and only as it wrote them."
)
_SHOWN = 3
"""Names of files that a message shows."""
_LAST = "index.html"
"""What is put in place last: a page is new only when all beside it is."""


@dataclass(frozen=True)
class _Listed:
    """What the program has written into a folder: digests by file, and folders of its own."""

    files: Mapping[str, Collection[str]] = field(default_factory=dict)
    folders: Collection[str] = ()

    @classmethod
    def of(cls, folder: Path) -> _Listed:
        """Read the list of a folder; one that cannot be read lists nothing."""
        try:
            found: Any = json.loads((folder / LIST).read_text(encoding="utf-8"))
            files = {str(name): [*map(str, digests)] for name, digests in found["files"].items()}
            folders = [*map(str, found["folders"])]
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
            return cls()
        inside = {name: digests for name, digests in files.items() if _is_plain(name)}
        return cls(inside, [name for name in folders if _is_plain(name)])

    def write(self, folder: Path) -> None:
        """Write the list. Raises OSError."""
        found = {"about": _ABOUT, "files": self.files, "folders": sorted(self.folders)}
        atomic_write(folder / LIST, json.dumps(found, ensure_ascii=False, indent=1, sort_keys=True) + "\n")


@contextlib.contextmanager
def renewed_folder(
    folder: Path, what: str, *, shared: bool = False, obsolete: Callable[[str], bool] = lambda _: True
) -> Iterator[Path]:
    """Give an empty folder whose files take the place of earlier ones in `folder` when the block ends well.

    Files that the program wrote before and that are not written again are removed where `obsolete` says so. A
    run that is killed or fails leaves each file whole, the old or the new one, and the next run cleans up.

    Args:
        folder: Where to; made on demand.
        what: What an earlier result is called in messages.
        shared: Whether it may be a folder with other things in it and no earlier result.
        obsolete: Whether a file of an earlier result belongs to what is renewed.

    Raises:
        InputError: The folder holds other things and no earlier result, or a file that would be replaced or
            removed is none that the program wrote, or was changed since. Nothing is touched then.
        OSError: It cannot be written.
    """
    _check(folder, what, shared=shared, obsolete=obsolete)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with scratch_folder(folder) as fresh:
        yield fresh
        folder.mkdir(exist_ok=True)
        with locked(folder):
            _Renewal(folder, fresh, obsolete).settle()


def as_written(folder: Path) -> bool:
    """Say whether all that the program wrote into a folder is there as it wrote it, nothing half renewed."""
    listed = _Listed.of(folder)
    whole = all(
        len(digests) == 1 and (folder / name).is_file() and _digest(folder / name) in digests
        for name, digests in listed.files.items()
    )
    here = (folder / LIST).is_file()
    return here and whole and all(as_written(folder / name) for name in listed.folders)


def _check(folder: Path, what: str, *, shared: bool, obsolete: Callable[[str], bool]) -> None:
    """Raise InputError for a folder into which nothing could be put later, before any work is done for it."""
    above = next(path for path in folder.absolute().parents if path.exists())
    if not above.is_dir():
        raise InputError(Fault(str(folder), f"cannot be made: {above} is a file; name another folder"))
    if not folder.exists():
        return
    if not folder.is_dir():
        raise InputError(Fault(str(folder), f"is a file; name a folder for the {what}"))
    if not shared and not (folder / LIST).is_file():
        others = sorted(path.name for path in folder.iterdir() if not (path / LIST).is_file())
        if others:
            told = f"{', '.join(others[:_SHOWN])}{', …' if len(others) > _SHOWN else ''}"
            message = (
                f"is not empty ({told}) and holds no {what} that this version of TwinTrack wrote; name a new"
                " or empty folder, or move away what is there"
            )
            raise InputError(Fault(str(folder), message))
    faults = _changed(folder, obsolete)
    if faults:
        raise InputError(faults)


def _changed(folder: Path, obsolete: Callable[[str], bool]) -> list[Fault]:
    """Name the listed files of a folder, and of its own folders, that the user has changed."""
    listed = _Listed.of(folder)
    faults = [
        _lost(folder / name, "was changed after TwinTrack wrote it")
        for name, digests in listed.files.items()
        if obsolete(name) and (folder / name).is_file() and _digest(folder / name) not in digests
    ]
    own = (folder / name for name in listed.folders if _is_own(folder / name))
    return [*faults, *(fault for path in own for fault in _changed(path, obsolete))]


@dataclass(frozen=True)
class _Renewal:
    """Files in `fresh` that take the place of those that the program wrote into `folder` before."""

    folder: Path
    fresh: Path
    obsolete: Callable[[str], bool]

    def settle(self) -> None:
        """Put all files in place. Raises InputError, with nothing touched, where one is the user's."""
        faults = [*_changed(self.folder, self.obsolete), *self._foreign()]
        if faults:
            raise InputError(faults)
        self._settle()

    def _foreign(self) -> Iterator[Fault]:
        """Name what stands where something is to be put, and is not the program's."""
        listed = _Listed.of(self.folder).files
        for path in sorted(self.fresh.iterdir()):
            target = self.folder / path.name
            if path.is_dir():
                if target.is_symlink() or (target.exists() and not target.is_dir()):
                    yield _lost(target, "is none of TwinTrack's folders")
                else:
                    yield from self._inside(path.name)._foreign()
            elif (target.exists() or target.is_symlink()) and path.name not in listed:
                yield _lost(target, "is no file that TwinTrack wrote")

    def _settle(self) -> None:
        before = _Listed.of(self.folder)
        new = {path.name: path for path in self.fresh.iterdir()}
        files = {name: [_digest(path)] for name, path in new.items() if path.is_file()}
        folders = [name for name, path in new.items() if path.is_dir()]
        gone = [name for name in before.files if name not in files and self.obsolete(name)]
        empty = [name for name in before.folders if name not in folders and _is_own(self.folder / name)]
        kept = {name: digests for name, digests in before.files.items() if name not in [*files, *gone]}
        both = {name: [*before.files.get(name, ()), *files.get(name, ())] for name in [*before.files, *files]}
        # Whenever this is broken off, the list names all that is there.
        _Listed(both, {*before.folders, *folders}).write(self.folder)
        for name in [*folders, *empty]:
            (self.folder / name).mkdir(exist_ok=True)
            self._inside(name)._settle()
        for name in sorted(files, key=lambda name: (name == _LAST, name)):
            new[name].replace(self.folder / name)
        for name in gone:
            (self.folder / name).unlink(missing_ok=True)
        left = [name for name in empty if not _removed(self.folder / name)]
        _Listed({**kept, **files}, {*folders, *left}).write(self.folder)

    def _inside(self, name: str) -> _Renewal:
        fresh = self.fresh / name
        fresh.mkdir(exist_ok=True)  # a folder of an earlier result for which there is nothing new
        return _Renewal(self.folder / name, fresh, self.obsolete)


def _removed(folder: Path) -> bool:
    """Remove a folder in which nothing is left but an empty list; say whether it is gone."""
    listed = _Listed.of(folder)
    if listed.files or listed.folders or {path.name for path in folder.iterdir()} - {LIST}:
        return False
    (folder / LIST).unlink(missing_ok=True)
    folder.rmdir()
    return True


def _lost(path: Path, why: str) -> Fault:
    return Fault(str(path), f"{why}, and would be lost; move it away, or name another folder")


def _is_own(folder: Path) -> bool:
    return folder.is_dir() and not folder.is_symlink()


def _is_plain(name: str) -> bool:
    """Say whether a name is one of something in the folder itself, and not of the list."""
    return name not in ("", ".", "..", LIST) and "/" not in name and "\\" not in name and "\0" not in name


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
