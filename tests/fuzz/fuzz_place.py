"""Where inputs are tried: a small content, a folder to work in, and the judgement of what came out."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
LONGEST = 20.0
"""Seconds of computing that one input may take; nothing here is large."""

_WORLD = """
  strength:
    title: {en: Strength, zh: 力度}
    unit: months/Year
    range: [8, 12]
    value: 10
    distribution: triangular
    source: assumption
    confidence: assumption
"""
_FILES = {
    "model/loops.yaml": "loops: []\n",
    "model/mechanisms.csv": "id,seed,sector,claim_en,variables,lever,outcome,scenario,world,cut,felt_outcome,"
    "felt_effect,felt_share,status,reason\n",
    "model/sources.yaml": "sources:\n"
    "  lee2024: {title: Gaps, authors: Lee, year: 2024, link: 'https://a.org'}\n",
    "model/scenarios/fast_leader.yaml": "title: {en: Fast, zh: 快}\nworld:\n  pace: {2026: 3, 2030: 5}\n",
    "model/history/series.yaml": "series:\n  gap:\n    title: {en: Gap, zh: 差距}\n"
    "    variable: frontier_gap_months\n"
    "    reading: at\n    scale: linear\n    unit: months\n    error: 1\n    discrepancy: 2\n"
    "    definition: {en: Months behind, zh: 落后月数}\n",
    "model/history/gap.csv": "year,value,low,high,unit,definition,source\n"
    "2024,24,20,28,months,months behind,lee2024\n2024.5,22,,,months,months behind,assumption\n",
    "reports/small.yaml": "title: Small\nstrategies: [baseline, fast]\nscenarios: [central]\n"
    "ensemble: {worlds: 10, seed: 1}\noutcomes: [frontier_gap_months]\nyears: [2030]\nlanguages: [en]\n",
}


class FaultError(AssertionError):
    """What an input brought to light; `kind` is one of the faults that are looked for."""

    def __init__(self, kind: str, what: str) -> None:
        super().__init__(f"{kind}: {what}")
        self.kind = kind


class _TooLong(BaseException):
    """Not to be caught by anything but the judge."""


@dataclass(frozen=True)
class Case:
    """One input: files to write, then commands, or a call.

    `files` are by path under the place ("work/mine.yaml"). `wrong` is what the message must name where the
    input is known to be wrong ("mine.yaml:" for a line of a file, "--set"); empty where it may be good. The
    first command must refuse it, with `strict` every one: a run reads no more of a content than it needs.
    """

    files: Mapping[str, bytes] = field(default_factory=dict)
    commands: tuple[tuple[str, ...], ...] = ()
    call: Callable[[Place], None] | None = None
    wrong: str = ""
    what: str = ""
    strict: bool = False

    def __repr__(self) -> str:
        shown = {name: content[:1500] for name, content in self.files.items()}
        return f"Case({self.what!r}, wrong={self.wrong!r}, commands={self.commands}, files={shown})"


@dataclass(frozen=True)
class Told:
    """What a command told, and how it ended."""

    code: int
    text: str


class Place:
    """A content in `content`, and the folder `work`, in which commands are called."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.content = folder / "content"
        self.work = folder / "work"
        shutil.copytree(ROOT / "tests" / "data" / "switch", self.content)
        with (self.content / "model" / "world.yaml").open("a", encoding="utf-8") as file:
            file.write(_WORLD)
        for name, text in _FILES.items():
            path = self.content / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        self.work.mkdir()

    def text(self, name: str) -> str:
        """Give the text of a file of the content."""
        return (self.content / name).read_text(encoding="utf-8")

    def state(self) -> dict[str, bytes]:
        """What all files hold, by path."""
        return {
            str(path.relative_to(self.folder)): path.read_bytes()
            for path in sorted(self.folder.rglob("*"))
            if path.is_file() and path.stat().st_size < 2_000_000
        }

    @contextlib.contextmanager
    def holding(self, files: Mapping[str, bytes]) -> Iterator[None]:
        """Write files, and afterwards put everything back as it was."""
        before = {name: self.folder / name for name in files}
        old = {name: path.read_bytes() for name, path in before.items() if path.is_file()}
        for name, content in files.items():
            (self.folder / name).write_bytes(content)
        try:
            yield
        finally:
            for name, path in before.items():
                if name in old:
                    path.write_bytes(old[name])
                else:
                    path.unlink(missing_ok=True)
            for path in self.work.iterdir():
                shutil.rmtree(path) if path.is_dir() else path.unlink()

    def program(self, *words: str) -> Told:
        """Call the program in this process. Raises FaultError for a traceback."""
        from click.testing import CliRunner

        from twintrack.cli import main

        result = CliRunner().invoke(main, words)
        error = result.exception
        if error is not None and not isinstance(error, SystemExit):
            raise FaultError("traceback", f"{type(error).__name__}: {error} in {last_line(error)}") from error
        if result.exit_code == 130:
            raise KeyboardInterrupt
        return Told(result.exit_code, result.output)


def last_line(error: BaseException) -> str:
    """Say in which line of the package an error was raised."""
    found, trace = "", error.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        if "/twintrack/" in code.co_filename:
            found = f"{Path(code.co_filename).name}:{trace.tb_lineno}"
        trace = trace.tb_next
    return found


def judge(place: Place, case: Case) -> None:
    """Try one input. Raises FaultError with the first fault that it brings to light."""
    with place.holding(case.files):
        before = place.state()
        with _limited(case):
            if case.call is not None:
                case.call(place)
            told = [place.program(*words) for words in case.commands]
        after = place.state()
    changed = [name for name, content in before.items() if after.get(name) != content]
    if changed:
        raise FaultError("overwritten", ", ".join(changed))
    for place_of, (words, one) in enumerate(zip(case.commands, told, strict=True)):
        _judge_message(words, one, case.wrong if case.strict or place_of == 0 else "")
    codes = [one.code for one in told]
    # What `check` calls good is not refused as a wrong input afterwards.
    if len(codes) > 1 and case.commands[0][0] == "check" and codes[0] == 0 and 2 in codes[1:]:
        refused = next(one.text for one in told if one.code == 2)
        raise FaultError("silence", f"check says good, then: {refused[:300]}")


def _judge_message(words: tuple[str, ...], told: Told, wrong: str) -> None:
    shown = f"{' '.join(words)[:200]} ended with {told.code}: {told.text[:400]}"
    if told.code not in (0, 1, 2):
        raise FaultError("exit code", shown)
    if told.code == 1 and not told.text.strip():
        raise FaultError("no message", shown)
    if wrong and told.code == 0:
        raise FaultError("silence", shown)
    if wrong and told.code != 2:
        raise FaultError("exit code", shown)
    if told.code == 2 and not has_place(told.text, wrong):
        raise FaultError("no place", shown)
    if len(told.text) > 200_000:
        raise FaultError("no message", f"{len(told.text)} signs")


def has_place(text: str, expected: str = "") -> bool:
    """Whether a message says where the fault is; in the expected file or option, where one is."""
    lines = [line for line in text.split("\n") if line.strip()]
    if expected.endswith(":"):  # a file: with its line, or as a whole
        return re.search(re.escape(expected) + r"(\d+| )", text) is not None
    if expected:
        return expected in text
    return any(re.match(r"\S.*?: ", line, re.DOTALL) for line in lines)


@contextlib.contextmanager
def _limited(case: Case) -> Iterator[None]:
    """Raise FaultError for what takes too long: by the time of this process, for the machine may be busy."""

    def stop(_number: int, _frame: FrameType | None) -> Any:
        raise _TooLong

    old = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, LONGEST)
    begin = time.process_time()
    try:
        yield
    except _TooLong:
        raise FaultError("hang", f"over {LONGEST:g} s: {case.what}") from None
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, old)
    if time.process_time() - begin > LONGEST:
        raise FaultError("hang", f"{time.process_time() - begin:.0f} s: {case.what}")


@contextlib.contextmanager
def working_in(place: Place) -> Iterator[None]:
    """Work in a place's folder, with its content."""
    folder, content = Path.cwd(), os.environ.get("TWINTRACK_CONTENT")
    os.chdir(place.work)
    os.environ["TWINTRACK_CONTENT"] = str(place.content)
    try:
        yield
    finally:
        os.chdir(folder)
        os.environ.pop("TWINTRACK_CONTENT")
        if content is not None:
            os.environ["TWINTRACK_CONTENT"] = content
