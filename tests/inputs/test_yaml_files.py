import os
from collections.abc import Callable
from pathlib import Path

import pytest

from twintrack.errors import InputError
from twintrack.inputs import yaml_files, yaml_texts
from twintrack.inputs.yaml_files import LARGEST_FILE, read_document, read_value, shown, state_of_files
from twintrack.inputs.yaml_texts import parse_mapping

DEEP = "[" * 60 + "]" * 60


def test_values_have_the_lines_of_their_keys(write: Callable[..., Path]) -> None:
    document = read_document(write("a.yaml", "# head\none: 1\nmore:\n  two: [5, {three: 3}]\n"))

    assert document.data == {"one": 1, "more": {"two": (5, {"three": 3})}}
    assert document.name == "a"
    assert document.where("one") == "a.yaml:2"
    assert document.where("more", "two") == "a.yaml:4"
    assert document.where("more", "absent") == "a.yaml:3"
    assert document.where("absent") == "a.yaml:2"


def test_words_stay_words_and_dates_stay_text(write: Callable[..., Path]) -> None:
    text = "a: NO\nb: yes\nc: off\nd: true\ne: 1e-3\nf: 2026-07-01\n2026: 0x10\ng: ~\nh: -.inf\ni: 012\n"

    data = read_document(write("a.yaml", text)).data

    assert data == {
        "a": "NO", "b": "yes", "c": "off", "d": True, "e": 0.001, "f": "2026-07-01", "2026": 16,
        "g": None, "h": float("-inf"), "i": 12,
    }  # fmt: skip


def test_a_byte_order_mark_and_windows_line_ends_are_read(write: Callable[..., Path]) -> None:
    document = read_document(write("a.yaml", b"\xef\xbb\xbfa: 1\r\nb: 2\r\n"))

    assert document.data == {"a": 1, "b": 2}
    assert document.where("b") == "a.yaml:2"


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "a.yaml:1: the file is empty"),
        ("# only a remark\n\n", "a.yaml:1: the file is empty"),
        ("\n- 1\n", "a.yaml:2: the file must hold lines"),
        ("just words\n", "a.yaml:1: the file must hold lines"),
        ("a: 1\nb: 2\na: 3\n", 'a.yaml:3: the key "a" is given twice, first on line 1'),
        ("a:\n  b: 1\n c: 2\n", "a.yaml:3: cannot be read as YAML"),
        ("a: b: c\n", "a.yaml:1: cannot be read as YAML"),
        ("a: 1\n\tb: 2\n", "a.yaml:2: cannot be read as YAML"),
        ("a: 1\nb: [1, 2\nc: 3\n", "a.yaml:3: cannot be read as YAML"),
        ("a: 1\n---\nb: 1\n", "a.yaml:2: cannot be read as YAML"),
        ("a: 1\nb: x\x07y\n", "a.yaml:2: cannot be read as YAML"),
        ("a: &x 1\nb: *x\n", "a.yaml:1: anchors (&) and aliases (*) are not read"),
        ("a: 1\nb: !!python/name:os.system x\n", "a.yaml:2: the tag"),
        ("a: 1\n? [b]\n: 2\n", "a.yaml:2: a key must be a plain word"),
        (f"a: 1\nb: {DEEP}\n", "a.yaml:2: is nested too deeply"),
        ("b: " + "[" * 600, "a.yaml:1: cannot be read as YAML: it is nested too deeply"),
        (b"a: 1\nb: \x00\n", "a.yaml:1: is a binary file"),
        (bytes(range(256)), "a.yaml:1: is a binary file"),
        ("a: 1\nb: é\n".encode("latin-1"), "a.yaml:2: is not text in UTF-8"),
        ("a: 1\n".encode("utf-16"), "a.yaml:1: is a binary file"),
    ],
)
def test_unreadable_files_are_told_with_their_line(
    write: Callable[..., Path], faults: Callable[..., list[str]], text: str, fault: str
) -> None:
    found = faults(read_document, write("a.yaml", text))

    assert found[0].startswith(fault)


def test_all_repeated_keys_are_told(write: Callable[..., Path], faults: Callable[..., list[str]]) -> None:
    found = faults(read_document, write("a.yaml", "a: 1\nb: {c: 1, c: 2}\na: 2\n"))

    assert [line.split(":")[1] for line in found] == ["2", "3"]


def test_a_file_that_has_not_changed_is_not_parsed_again(
    write: Callable[..., Path], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("TWINTRACK_CACHE", str(tmp_path / "cache"))
    parsed: list[str] = []

    def watched(text: str, place: str) -> object:
        parsed.append(text)
        return parse_mapping(text, place)

    monkeypatch.setattr(yaml_texts, "parse_mapping", watched)
    first = read_document(write("a.yaml", "a: 1\nb: [2, c]\n"))
    yaml_files._parsed.cache_clear()  # as a new process begins
    again = read_document(write("other/b.yaml", "a: 1\nb: [2, c]\n"))
    assert (again.data, again.lines, again.where("b")) == (first.data, first.lines, "other/b.yaml:2")
    assert parsed == ["a: 1\nb: [2, c]\n"]
    assert read_document(write("a.yaml", "a: 2\n")).data == {"a": 2}


def test_the_same_fault_is_told_of_each_file(
    write: Callable[..., Path], faults: Callable[..., list[str]]
) -> None:
    for name in ("a.yaml", "b.yaml"):
        (line,) = faults(read_document, write(name, "a: 1\na: 2\n"))
        assert line.startswith(f"{name}:2: the key ")


def test_a_missing_file_suggests_its_neighbour(tree: Path, faults: Callable[..., list[str]]) -> None:
    found = faults(read_document, tree / "strategies" / "pure_catchp.yaml")

    assert found == ['strategies/pure_catchp.yaml: there is no such file; did you mean "pure_catchup"?']


def test_a_missing_folder_and_a_folder_are_told(tree: Path, faults: Callable[..., list[str]]) -> None:
    assert faults(read_document, tree / "nowhere" / "a.yaml") == ["nowhere/a.yaml: there is no such file"]
    assert faults(read_document, tree / "strategies")[0].startswith("strategies: is a folder")


def test_a_pipe_is_refused_without_waiting_for_it(tree: Path, faults: Callable[..., list[str]]) -> None:
    os.mkfifo(tree / "pipe.yaml")

    assert faults(read_document, tree / "pipe.yaml")[0].startswith("pipe.yaml: is not a plain file")


def test_a_file_without_permission_is_told(
    write: Callable[..., Path], faults: Callable[..., list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write("a.yaml", "a: 1\n")

    def refuse(self: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", refuse)

    assert faults(read_document, path) == ["a.yaml: cannot be read: Permission denied"]


def test_a_large_file_is_refused_without_being_read(
    tree: Path, faults: Callable[..., list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(self: Path) -> bytes:
        raise AssertionError(f"{self} was read")

    path = tree / "large.yaml"
    with path.open("wb") as file:
        file.truncate(50_000_000)
    monkeypatch.setattr(Path, "read_bytes", refuse)

    found = faults(read_document, path)

    assert found[0].startswith(f"large.yaml: the file has 50,000,000 bytes, more than {LARGEST_FILE:,}")


def test_values_of_a_command_line_are_yaml() -> None:
    assert read_value("0.6", "--set x") == 0.6
    assert read_value("{2026: 60, 2030: 150}", "--set x") == {"2026": 60, "2030": 150}
    assert read_value("", "--set x") is None
    with pytest.raises(InputError, match=r"^--set x: cannot be read as YAML"):
        read_value("{2026: 60", "--set x")


def test_paths_are_shown_relative_to_the_current_folder(tree: Path) -> None:
    assert shown(tree / "strategies" / "a.yaml") == "strategies/a.yaml"
    assert shown(Path("a.yaml")) == "a.yaml"
    assert shown(tree.parent / "a.yaml") == str(tree.parent / "a.yaml")


def test_the_state_of_files_changes_with_their_content_and_of_folders_with_their_files(
    tmp_path: Path,
) -> None:
    file, folder = tmp_path / "a.yaml", tmp_path

    def state() -> tuple[object, ...]:
        return tuple(state_of_files([folder, file]))

    seen = [state()]
    file.write_text("one", encoding="utf-8")
    seen.append(state())
    assert state() == seen[-1]
    file.write_text("longer", encoding="utf-8")
    seen.append(state())
    (tmp_path / "b.yaml").write_text("", encoding="utf-8")
    seen.append(state())
    file.unlink()
    seen.append(state())
    assert len(set(seen)) == len(seen)
