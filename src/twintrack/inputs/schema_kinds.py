"""What values of files are made of: texts, numbers, dates, units, and the base of all forms."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

from twintrack.inputs.settings import checked_date, checked_number, described


def refused(wrong: str) -> PydanticCustomError:
    """Give what a validator raises, with what is wrong in the user's words."""
    return PydanticCustomError("refused", "{wrong}", {"wrong": wrong})


def _number(value: Any) -> float:
    try:
        return checked_number(value)
    except ValueError as error:
        raise refused(str(error)) from None


def _year(value: Any) -> float:
    try:
        return checked_date(value)
    except ValueError as error:
        raise refused(f"is wrong: {error}") from None


def _in_both_languages(value: Any) -> Any:
    return {"en": value, "zh": value} if isinstance(value, str) else value


def _unit(value: Any) -> Any:
    # `unit: 1` without quotes is a number in YAML, and can only mean the unit "1".
    return "1" if value == 1 and not isinstance(value, bool) else value


def _above_zero(value: float) -> float:
    if value <= 0:
        raise refused(f"must be above 0, not {value:g}")
    return value


def _text_or_number(value: Any) -> str | float:
    if isinstance(value, str):
        return value
    try:
        return checked_number(value)
    except ValueError:
        raise refused(f"must be a text or a number, not {described(value)}") from None


Text = Annotated[str, Field(min_length=1)]
Number = Annotated[float, BeforeValidator(_number)]
Positive = Annotated[Number, AfterValidator(_above_zero)]
Year = Annotated[float, BeforeValidator(_year)]
Unit = Annotated[str, BeforeValidator(_unit), Field(min_length=1)]
TextOrNumber = Annotated[str | float, BeforeValidator(_text_or_number)]

RawSetting = Any
"""A number, or dates with numbers; read by `settings.read_setting`, which knows the ranges."""


class StrictSchema(BaseModel):
    """Base of all: unknown keys refused, nothing converted silently, not to be changed."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, defer_build=True)


class Bilingual(StrictSchema):
    """A text in both languages."""

    en: Text
    """English."""
    zh: Text
    """Chinese."""

    def get(self, language: str) -> str:
        """Give the text in a language, "en" or "zh"."""
        return self.zh if language == "zh" else self.en


Words = Annotated[Bilingual, BeforeValidator(_in_both_languages)]
"""A text in English and Chinese; one plain text stands for both."""
