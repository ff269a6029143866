"""What all pages share: the folder of templates and how they are filled."""

from __future__ import annotations

import functools
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

TEMPLATES = Path(__file__).parent / "templates"


@functools.cache
def environment() -> Environment:
    """Give the templates; a name that a template uses and nobody gives is an error."""
    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def part(name: str) -> str:
    """Give the text of a style sheet or script of the templates."""
    return (TEMPLATES / name).read_text(encoding="utf-8")


def html_language(language: str) -> str:
    """Give the lang attribute of a page in a language of the texts."""
    return {"zh": "zh-Hans"}.get(language, language)
