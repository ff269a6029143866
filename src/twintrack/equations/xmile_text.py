"""Equations of XMILE in the form that PySD's grammar reads, which knows fewer ways to write them."""

from __future__ import annotations

import re

from twintrack.equations.parsing import check_depth, with_signs_outside

ALL = "every element"
"""What stands for `*` among subscripts."""

RENAMED = {"lookup": "read_lookup", "max": "largest", "min": "smallest"}
"""Functions that are written here under other names: PySD knows these for other arguments."""

_COMMENT = re.compile(r"\{[^{}]*\}")
_TOKEN = re.compile(
    r'"(?:\\"|[^"])*"|(?<![\w.])\.?[^\W\d][\w$\']*(?:\.[^\W\d][\w$\']*)*|\.?\d[\d.]*(?:[eE][-+]?\d+)?|'
    r"<=|>=|<>|\S"
)
_WORDS = {"IF", "THEN", "ELSE"}
_OPERATORS = {"and", "or", "not", "mod"}
_CLOSING = {"(": ")", "[": "]"}


def plain(text: str) -> str:
    """Give an equation as the grammar reads it: choices in brackets, `*` and dotted names as plain ones.

    Raises ValueError for what no grammar reads.
    """
    check_depth(text)
    tokens = [_token(match) for match in _TOKEN.findall(_without_comments(text))]
    called = [
        RENAMED.get(token.lower(), token) if after == "(" else token
        for token, after in zip(tokens, [*tokens[1:], ""], strict=False)
    ]
    return with_signs_outside(" ".join(_Choices(_with_all(called)).written()))


def _without_comments(text: str) -> str:
    while _COMMENT.search(text):
        text = _COMMENT.sub(" ", text)
    return " ".join(text.split())


def _token(token: str) -> str:
    if token.upper() in _WORDS:
        return token.upper()
    if token.lower() in _OPERATORS:
        return token.lower()
    dotted = "." in token and token[0] != '"' and token.lstrip(".")[:1].isalpha()
    return f'"{token}"' if dotted else token


def _with_all(tokens: list[str]) -> list[str]:
    """Write `*` among subscripts as a name; elsewhere it multiplies."""
    found: list[str] = []
    depth: list[str] = []
    for token in tokens:
        if token in _CLOSING:
            depth.append(token)
        elif token in _CLOSING.values() and depth:
            depth.pop()
        starred = token == "*" and depth and depth[-1] == "[" and found[-1] in ("[", ",")
        found.append(ALL.replace(" ", "_") if starred else token)
    return found


class _Choices:
    """Puts every IF THEN ELSE into brackets, for the grammar knows none inside another without them."""

    def __init__(self, tokens: list[str]) -> None:
        self.tokens = tokens
        self.place = 0

    def written(self) -> list[str]:
        """Give all tokens."""
        found = self._until(frozenset())
        return found + self.tokens[self.place :]

    def _until(self, ends: frozenset[str]) -> list[str]:
        """Give tokens until one of some, or until a bracket closes that was opened before."""
        found: list[str] = []
        while self.place < len(self.tokens):
            token = self.tokens[self.place]
            if token in ends or (token in ")]," and ends):
                break
            self.place += 1
            if token == "IF":
                found += self._choice()
            elif token in _CLOSING:
                found += [token, *self._bracketed(_CLOSING[token])]
            else:
                found.append(token)
        return found

    def _bracketed(self, end: str) -> list[str]:
        """Give tokens until a bracket closes, and that."""
        found: list[str] = []
        while self.place < len(self.tokens):
            found += self._until(frozenset({end}))
            found += self.tokens[self.place : self.place + 1]
            self.place += 1
            if found[-1] == end:
                break
        return found

    def _choice(self) -> list[str]:
        found = ["(", "IF"]
        for word in ("THEN", "ELSE"):
            found += self._until(frozenset({word}))
            if self.place == len(self.tokens) or self.tokens[self.place] != word:
                message = f"IF without {word}"
                raise ValueError(message)
            found.append(word)
            self.place += 1
        return [*found, *self._until(frozenset({"THEN", "ELSE"})), ")"]
