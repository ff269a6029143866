"""A page on validation as words, and as a folder."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from twintrack.model import Model
from twintrack.pages.builder import render
from twintrack.pages.validation.page import build_validation, validation_page

Sections = dict[str, Any]


@pytest.fixture
def rendered(model: Model, validation_sections: Sections) -> Callable[..., str]:
    """Gives the words of a page, without scripts, styles and tags, after `change` of the sections."""

    def words(
        change: Callable[[Sections], object] = lambda _: None, language: str = "en", **more: Any
    ) -> str:
        change(validation_sections)
        page = render(validation_page(validation_sections, model, language, **more))
        body = re.sub(r"<(script|style).*?</\1>", "", page, flags=re.DOTALL)
        return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", body)))

    return words


@pytest.fixture
def folder(model: Model, validation_sections: Sections, tmp_path: Path) -> Path:
    """A written validation."""
    return build_validation(validation_sections, tmp_path / "validation", model).parent
