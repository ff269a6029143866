"""The folder of an ensemble: manifest, worlds, and one Parquet file for each part that is done.

A file counts once it bears its final name. It is written under another name in the same folder, flushed to
the disk and renamed; the name of a part holds the start of its SHA-256, so that the one renaming commits
content and checksum. Whatever breaks off a run leaves whole parts and scraps; the next run clears the scraps.

    DIR/manifest.json                                        written first, never again
    DIR/worlds.parquet, DIR/worlds.parquet.sha256
    DIR/runs/scenario=X/strategy=Y/part-00000-<digest>.parquet
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import shutil
from collections.abc import Iterable, Iterator
from itertools import product
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any
from urllib.parse import quote

from twintrack.errors import Fault, InputError, TwinTrackError
from twintrack.runs.manifest import FORMAT, Manifest, differences, other_surroundings, text
from twintrack.runs.manifest_shape import shape_faults
from twintrack.runs.parts import part_ranges
from twintrack.scratch import locked
from twintrack.worlds.worlds_file import Design, Worlds, write_worlds

if TYPE_CHECKING:
    from twintrack.runs.workers import Tell

MANIFEST = "manifest.json"
WORLDS = "worlds.parquet"
RUNS = "runs"

_SCRAP = ".tmp"
"""How names of files end that are not finished; they begin with a dot."""

_DIGITS = 16
"""Digits of the digest in the name of a part."""

_PART = re.compile(rf"part-(?P<number>\d{{5,12}})-[0-9a-f]{{{_DIGITS}}}\.parquet", re.ASCII)

_WRITTEN = (MANIFEST, f"{WORLDS}.sha256", f"{WORLDS}.columns", f"{WORLDS}.new")
"""What is written beside the parts."""

_BEGIN_ANEW = "remove the folder and compute it again, or bring the file back from a copy"

PartKey = tuple[str, str, int]
"""A part: scenario, strategy, number."""


class Store:
    """A folder with its manifest; see the head of this file."""

    def __init__(self, folder: Path, manifest: Manifest) -> None:
        self.folder = folder
        self.manifest = manifest
        self.ranges = part_ranges(manifest["design"]["worlds"])

    @classmethod
    def open(cls, folder: Path) -> Store:
        """Open a store. Raises InputError when the folder is none, or one of another format."""
        path = folder / MANIFEST
        try:
            manifest = json.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise InputError(
                Fault(str(folder), f"is no store of an ensemble: it has no {MANIFEST}")
            ) from None
        except OSError as error:
            raise InputError(Fault(str(path), f"cannot be read: {error.strerror}")) from None
        except (ValueError, RecursionError) as error:
            raise InputError(Fault(str(path), f"is damaged, {error}; {_BEGIN_ANEW}")) from None
        known = manifest.get("format") if isinstance(manifest, dict) else None
        if known != FORMAT:
            message = f"the store has format {known}; this version of TwinTrack reads format {FORMAT}"
            raise InputError(Fault(str(path), message))
        faults = [Fault(str(path), f"is damaged: {fault}; {_BEGIN_ANEW}") for fault in shape_faults(manifest)]
        if faults:
            raise InputError(faults)
        return cls(folder, manifest)

    @classmethod
    @contextlib.contextmanager
    def writing(cls, folder: Path, manifest: Manifest, *, resume: bool, tell: Tell) -> Iterator[Store]:
        """Begin a store, or continue one; no other process can write to it meanwhile.

        Raises InputError when the folder holds a store and `resume` is not set, or one made from something
        else; TwinTrackError when the disk refuses.
        """
        if folder.exists() and not folder.is_dir():
            raise InputError(Fault(str(folder), "is a file; name a folder for the store"))
        with _disk(folder):
            folder.mkdir(parents=True, exist_ok=True)
        with _locked(folder):
            if (folder / MANIFEST).exists():
                store = cls._continued(folder, manifest, resume=resume, tell=tell)
            else:
                store = cls._begun(folder, manifest)
            store._refuse_links()
            store._clear_scraps()
            yield store

    @classmethod
    def _continued(cls, folder: Path, manifest: Manifest, *, resume: bool, tell: Tell) -> Store:
        if not resume:
            message = "holds a store already; continue it with --resume, or name another folder"
            raise InputError(Fault(str(folder), message))
        store = cls.open(folder)
        faults = differences(store.manifest, manifest)
        if faults:
            message = "cannot be continued: it was made from something else; name another folder, or undo"
            raise InputError([Fault(str(folder), message), *faults])
        for other in other_surroundings(store.manifest, manifest):
            tell(f"note: {other}; the last digits may differ from those of the parts that are done")
        return store

    @classmethod
    def _begun(cls, folder: Path, manifest: Manifest) -> Store:
        with _disk(folder):
            found = sorted(path.name for path in folder.iterdir())
        if any(not _is_scrap(name) for name in found):
            message = f"holds other things ({found[0]}, …) and no store; name an empty or a new folder"
            raise InputError(Fault(str(folder), message))
        store = cls(folder, manifest)
        store._write(folder / MANIFEST, text(manifest).encode())
        return store

    def missing(self, tell: Tell) -> list[PartKey]:
        """List the parts that are still to be computed; damaged ones are told, removed and listed.

        All strategies come part by part, so that a store that is broken off holds the same worlds for all.
        """
        files = self.files()
        return [key for key in self.keys if not self._is_whole(files.get(key, []), tell)]

    @property
    def keys(self) -> list[PartKey]:
        """All parts that the store has once it is complete, in the order in which they are computed."""
        cells = product(range(len(self.ranges)), self.manifest["scenarios"], self.manifest["strategies"])
        return [(scenario, strategy, number) for number, scenario, strategy in cells]

    def files(self) -> dict[PartKey, list[Path]]:
        """Give the files of the parts that are there; more than one only where something went wrong."""
        found: dict[PartKey, list[Path]] = {}
        for scenario, strategy in product(self.manifest["scenarios"], self.manifest["strategies"]):
            for path in sorted(self._folder(scenario, strategy).glob("part-*-*.parquet")):
                part = _PART.fullmatch(path.name)
                if part:
                    found.setdefault((scenario, strategy, int(part["number"])), []).append(path)
        return found

    def _is_whole(self, files: list[Path], tell: Tell) -> bool:
        whole = False
        for path in files:
            with _disk(path):
                with path.open("rb") as file:
                    digest = hashlib.file_digest(file, "sha256").hexdigest()
                if whole or path.stem.rpartition("-")[2] != digest[:_DIGITS]:
                    tell(f"{path} is damaged and is computed again")
                    path.unlink()
                else:
                    whole = True
        return whole

    def commit(self, key: PartKey, content: bytes) -> None:
        """Write a part. Raises TwinTrackError when the disk refuses."""
        scenario, strategy, number = key
        digest = hashlib.sha256(content).hexdigest()
        self._write(
            self._folder(scenario, strategy) / f"part-{number:05d}-{digest[:_DIGITS]}.parquet", content
        )

    def make_worlds(self, design: Design, tell: Tell) -> Worlds:
        """Write worlds.parquet when it is missing or damaged, and open it. Raises TwinTrackError."""
        path, checksum = self.folder / WORLDS, self.folder / f"{WORLDS}.sha256"
        if path.exists():
            if checksum.exists() and checksum.read_bytes() == _line(path).encode():
                return Worlds(path)
            tell(f"{path} is damaged and is made again")
        scratch, new = (path.with_name(f".{path.name}.{kind}{_SCRAP}") for kind in ("columns", "new"))
        with _disk(path):
            try:
                with scratch.open("w+b") as columns, new.open("wb") as file:
                    scratch.unlink()  # its content lives until it is closed
                    write_worlds(file, columns, design, self.ranges)
                    _flush(file)
                self._write(checksum, _line(new, path.name).encode())
                new.replace(path)
            finally:
                new.unlink(missing_ok=True)
        return Worlds(path)

    def _write(self, path: Path, content: bytes) -> None:
        temporary = path.with_name(f".{path.name}{_SCRAP}")
        with _disk(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            try:
                with temporary.open("wb") as file:
                    file.write(content)
                    _flush(file)
                temporary.replace(path)
                _flush_folder(path.parent)
            finally:
                temporary.unlink(missing_ok=True)

    def _folder(self, scenario: str, strategy: str) -> Path:
        return self.folder / RUNS / f"scenario={_encoded(scenario)}" / f"strategy={_encoded(strategy)}"

    def _clear_scraps(self) -> None:
        with _disk(self.folder):
            for pattern in (f".*{_SCRAP}", f"{RUNS}/*/*/.*{_SCRAP}"):
                for path in self.folder.glob(pattern):
                    if _is_scrap(path.name):
                        path.unlink()

    def _refuse_links(self) -> None:
        """Raise InputError for folders that lead out of the store: nothing is written elsewhere."""
        cells = product(self.manifest["scenarios"], self.manifest["strategies"])
        folders = [self._folder(*cell) for cell in cells]
        inside = dict.fromkeys(path for folder in folders for path in (*folder.parents, folder))
        faults = [
            Fault(str(path), "is a link; a store has its parts in folders of its own")
            for path in inside
            if self.folder in path.parents and path.is_symlink()
        ]
        if faults:
            raise InputError(faults)


@contextlib.contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Hold a folder before anything is written to it; the lock ends with the process, however that ends."""
    try:
        with locked(folder, wait=False):
            yield
    except BlockingIOError:
        message = f"{folder}: another process is writing to this store; wait until it has ended"
        raise TwinTrackError(message) from None


def name_faults(kind: str, names: Iterable[str]) -> list[Fault]:
    """Say which names are too long for a folder."""
    return [
        Fault(f"{kind} {name}", "the name is too long for a folder; write a strategy file with a short one")
        for name in names
        if len(f"{kind}={_encoded(name)}") > 255
    ]


def free_space(folder: Path) -> int:
    """Give the bytes that are free where a folder is, or will be made."""
    while not folder.exists():
        folder = folder.absolute().parent
    return shutil.disk_usage(folder).free


def _encoded(name: str) -> str:
    """Give a name as part of a path; readers of Hive partitions turn it back."""
    return quote(name, safe="")


def _is_scrap(name: str) -> bool:
    target = name.removeprefix(".").removesuffix(_SCRAP)
    written = target in _WRITTEN or _PART.fullmatch(target) is not None
    return name == f".{target}{_SCRAP}" and written


def _line(path: Path, name: str = "") -> str:
    """Give what `sha256sum` says about a file."""
    with path.open("rb") as file:
        return f"{hashlib.file_digest(file, 'sha256').hexdigest()}  {name or path.name}\n"


def _flush(file: IO[Any]) -> None:
    file.flush()
    os.fsync(file.fileno())


def _flush_folder(folder: Path) -> None:
    """Bring a renaming to the disk: a power cut must not take the manifest from under its parts."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def _disk(path: Path) -> Iterator[None]:
    """Turn what the disk refuses into a message."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        advice = "what is done is kept: put that right, then continue with --resume"
        raise TwinTrackError(f"{error.filename or path}: {reason}; {advice}") from error
