"""Checking of a document against its schema, with faults told in the user's words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import TracebackType
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from twintrack.errors import Fault, InputError, one_line
from twintrack.inputs.settings import described
from twintrack.inputs.yaml_files import Document
from twintrack.names import suggest

Schema = TypeVar("Schema", bound=BaseModel)

_LINES = 'must be indented lines of the form "key: value"'
_WRONG = {
    "string_type": "must be text in quotes, not {found}",
    "int_type": "must be a whole number, not {found}",
    "bool_type": "must be true or false, not {found}",
    "tuple_type": "must be a list such as [a, b], not {found}",
    "dict_type": f"{_LINES}; it is {{found}}",
    "model_type": f"{_LINES}; it is {{found}}",
    "literal_error": "must be {expected}, not {found}",
    "string_too_short": "must not be empty",
    "too_short": "needs at least {min_length} entries; it has {actual_length}",
    "too_long": "takes {max_length} entries",
    "greater_than_equal": "must be at least {ge:g}, not {found}",
}
"""What to say for pydantic's own kinds of error; {found} is what stands in the file."""


def validated(
    document: Document, schema: type[Schema], hints: Mapping[str, str] | None = None, *, by_hand: bool = True
) -> Schema:
    """Give the document as an instance of the schema.

    `hints` gives advice for keys that are unknown where they stand but belong somewhere else. In a file that
    is written `by_hand`, a key without a value is a fault; programs write null for what there is not. Raises
    InputError with all faults.
    """
    faults = FaultList()
    found: Schema | None = None
    try:
        found = schema.model_validate(document.data)
    except ValidationError as error:
        details = error.errors(include_url=False)
        faults += [Fault(document.where(*one["loc"]), _message(schema, one, hints or {})) for one in details]
    told = {fault.where for fault in faults}
    left = _left_empty(document, schema, document.data, ()) if by_hand else ()
    empty = [fault for fault in left if fault.where not in told]
    if found is None or empty:
        raise InputError([*faults, *empty])
    return found


def _left_empty(
    document: Document, schema: type[BaseModel], data: Mapping[str, Any], above: tuple[str, ...]
) -> Iterator[Fault]:
    """Find keys of a schema that stand there without a value: they are no way to leave something out."""
    known = _keys_at(schema, above)
    for key, value in data.items():
        if value is None and key in known:
            message = f"{key} is empty; write a value, or take the line out"
            yield Fault(document.where(*above, key), message)
        elif isinstance(value, Mapping):
            yield from _left_empty(document, schema, value, (*above, key))


def repeated(kind: str, names: Sequence[str], advice: str = "", where: str = "") -> list[Fault]:
    """Say which names stand more than once; `where` is the place, by default the name itself."""
    twice = sorted({name for name in names if names.count(name) > 1})
    message = f"is named twice; keep one{advice}"
    return [
        Fault(where, f"{kind} {name} {message}") if where else Fault(f"{kind} {name}", message)
        for name in twice
    ]


class FaultList(list[Fault]):
    """Faults found so far. In `with faults:` those raised inside are kept, and the work goes on behind it."""

    def __enter__(self) -> None:
        pass

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        if isinstance(error, InputError):
            self.extend(error.faults)
            return True
        return False

    def raise_any(self) -> None:
        """Raise InputError with the faults when there are any."""
        if self:
            raise InputError(self)


def unknown(kind: str, name: str, options: Iterable[str]) -> str:
    """Word the message for a name that does not exist."""
    return f'there is no {kind} "{one_line(name)}"{suggest(name, options)}'


def _message(schema: type[BaseModel], detail: ErrorDetails, hints: Mapping[str, str]) -> str:
    address, kind = detail["loc"], detail["type"]
    if not address:
        return detail["msg"]
    key, inside = str(address[-1]), ".".join(str(part) for part in address[:-1])
    under = f" under {inside}" if inside else ""
    if kind == "missing":
        return f'the key "{key}" is missing{under}'
    if kind == "extra_forbidden":
        return f'unknown key "{key}"{under}{_advice(schema, key, address[:-1], hints)}'
    named = f"{inside}.{key}" if isinstance(address[-1], int) else key
    if kind not in _WRONG:
        return f"{named} {detail['msg']}"
    return f"{named} {_WRONG[kind].format(found=described(detail['input']), **detail.get('ctx', {}))}"


def _advice(schema: type[BaseModel], key: str, above: tuple[str | int, ...], hints: Mapping[str, str]) -> str:
    """Say what to do about an unknown key that stands under the keys `above`."""
    if key in hints:
        return f"; {hints[key]}"
    if above and key in schema.model_fields:
        return "; it belongs at the left edge, check the indentation"
    known = _keys_at(schema, above)
    return suggest(key, known) or f"; known keys: {', '.join(known)}"


def _keys_at(schema: type[BaseModel], address: tuple[str | int, ...]) -> list[str]:
    """List the keys that a schema knows at an address."""
    here: Any = schema
    for part in address:
        model = _model_in(here)
        here = model.model_fields[str(part)].annotation if model and part in model.model_fields else here
    model = _model_in(here)
    return list(model.model_fields) if model else []


def _model_in(annotation: Any) -> type[BaseModel] | None:
    """Find the schema that an annotation such as `dict[str, Schema] | None` speaks of."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((model for part in get_args(annotation) if (model := _model_in(part))), None)
