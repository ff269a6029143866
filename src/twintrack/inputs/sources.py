"""The sources that equations, levers, parameters and strategies name by key."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from twintrack.inputs.schemas import Citation, SourcesFile
from twintrack.inputs.validation import unknown, validated
from twintrack.inputs.yaml_files import read_document

ASSUMPTION = "assumption"
"""Stands in place of a key where nothing but judgement is behind a number."""

_KEY = re.compile(r"\w+")


def load_sources(path: Path) -> dict[str, Citation]:
    """Read model/sources.yaml; raises InputError with all its faults."""
    return validated(read_document(path), SourcesFile).sources


def short_citation(source: Citation) -> str:
    """Name a source by its first author and its year."""
    first = re.split(r",| \(| et al", source.authors)[0].strip()
    return f"{first} {source.year}"


def citation_faults(texts: Iterable[str], sources: Mapping[str, Citation]) -> list[str]:
    """Say which citations name no source; a text of several words, or a link, cites freely and passes."""
    known = [*sources, ASSUMPTION]
    return [unknown("source", text, known) for text in texts if _KEY.fullmatch(text) and text not in known]
