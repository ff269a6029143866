"""From an XMILE file to the syntax trees that equations of Vensim become: variables, macros, modules, arrays.

PySD reads the equation of each variable; here modules are taken apart, so that `rate` of the module `births`
is the variable `births.rate`, and everything has the line where it stands.
"""

from __future__ import annotations

import copy
import re
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from twintrack.equations.clock import Integration
from twintrack.equations.naming import same_name
from twintrack.equations.parsing import UNREADABLE, Definition, Macro, Parsed, Unread
from twintrack.equations.source import Entry
from twintrack.equations.subscripts import RangeText
from twintrack.equations.xmile_functions import Meaning
from twintrack.equations.xmile_text import plain
from twintrack.errors import EquationError

_XML = re.compile(r"\A\s*<(?:\?xml|!--|xmile\b|!DOCTYPE)")
_DECLARATION = re.compile(r"\A\s*<\?xml[^>]*\?>")
_ROOT = re.compile(r"<xmile\b")
_NAMESPACE = "http://docs.oasis-open.org/xmile/ns/XMILE/v1.0"
_KINDS = ("aux", "flow", "stock", "gf")
_REFUSED = {
    "conveyor": "conveyors are not computed; write a stock with a delayed outflow",
    "queue": "queues are not computed; write a stock",
    "oven": "ovens are not computed; write a stock",
    "leak": "leakages are not computed; write an outflow",
}
"""Parts of a variable that are known and not computed, and what is said of them."""
_METHODS: dict[str, tuple[Integration, str]] = {
    "euler": ("euler", ""),
    "rk4": ("rk4", ""),
    "rk2": ("rk2", "RK2 is computed from the middle of the step"),
    "rk45": (
        "rk4",
        "RK45, whose steps are made shorter where needed, is computed as RK4 with the steps of the file",
    ),
}
_CONTROLS = {"INITIAL TIME": "start", "FINAL TIME": "stop", "TIME STEP": "dt"}


def is_xml(text: str) -> bool:
    """Whether a model file is XML, whatever its name, and so no file of Vensim's language."""
    return bool(_XML.match(text))


@dataclass
class Scope:
    """The variables of a model or a module.

    `prefix` stands before their names, `shown` is the same as the file writes it; `dims` are the ranges of
    each, `inputs` the variables that stand for those handed in, by the names that are the same to XMILE.
    """

    prefix: str
    node: Any
    shown: str = ""
    dims: dict[str, tuple[str, ...]] = field(default_factory=dict)
    inputs: dict[str, str] = field(default_factory=dict)


def parse_xmile(text: str, file: str) -> Parsed:
    """Parse an XMILE file; `file` is told in errors. Raises EquationError for what is no XMILE."""
    reader = _Reader(_root(text, file), file)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return reader.parsed()


def _root(text: str, file: str) -> Any:
    from lxml import etree

    # The text is decoded already; the lines stay where they are.
    body = _DECLARATION.sub(lambda match: "\n" * match[0].count("\n"), text)
    if not _ROOT.search(body):
        raise EquationError("is XML, but no XMILE: it has no <xmile>", where=file)
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True)
    try:
        root = etree.fromstring(body.encode(), parser)
        if root.nsmap.get(None) is None:
            named = _ROOT.sub(f'<xmile xmlns="{_NAMESPACE}"', body, count=1)
            root = etree.fromstring(named.encode(), parser)
    except etree.XMLSyntaxError as error:
        raise EquationError(f"is no XML: {error.msg}", where=f"{file}:{error.lineno}") from error
    return root


class _Reader:
    """Reads the variables of all models; `faults` grow while it does."""

    def __init__(self, root: Any, file: str) -> None:
        self.root = root
        self.file = file
        self.ns = {"ns": root.nsmap[None]}
        self.faults: list[Unread] = []
        self.ranges = {
            node.get("name", ""): tuple(self._elements(node)) for node in self._all(root, "dimensions/dim")
        }
        models = self._all(root, "model")
        self.models = {same_name(node.get("name", "")): node for node in models[1:]}
        self.main = next((node for node in models if not node.get("name")), models[0] if models else None)
        self.behaviours = {
            f"non_negative_{kind}": bool(
                self._all(root, "behavior/non_negative") or self._all(root, f"behavior/{kind}/non_negative")
            )
            for kind in ("stock", "flow")
        }

    def parsed(self) -> Parsed:
        """Give all definitions, ranges and macros, and what cannot be read."""
        if self.main is None:
            raise EquationError("the file has no <model>", where=self.file)
        scopes = [*self._scopes(Scope("", self.main), 0)]
        declared = {f"{scope.prefix}{name}": dims for scope in scopes for name, dims in scope.dims.items()}
        curves = {
            same_name(f"{scope.prefix}{node.get('name')}"): self._curve(node)
            for scope in scopes
            for node in self._variables(scope.node)
            if self._kind(node) == "gf"
        }
        defaults = {
            same_name(name): values for name, values in map(self._defaults, self._all(self.root, "macro"))
        }
        definitions = list(self._controls())
        for scope in scopes:
            meaning = Meaning(scope.prefix, declared, scope.inputs, curves, defaults)
            definitions += self._read(scope, meaning)
        macros = tuple(self._macro(node, curves, defaults) for node in self._all(self.root, "macro"))
        ranges = tuple(RangeText(name, items) for name, items in self.ranges.items())
        return Parsed(tuple(definitions), ranges, macros, tuple(self.faults), {}, self._settings())

    # The frame

    def _all(self, node: Any, path: str) -> list[Any]:
        found: list[Any] = node.xpath("/".join(f"ns:{step}" for step in path.split("/")), namespaces=self.ns)
        return found

    def _text(self, node: Any, path: str) -> str:
        return next(((found.text or "").strip() for found in self._all(node, path)), "")

    def _elements(self, node: Any) -> list[str]:
        named = [found.get("name", "") for found in self._all(node, "elem")]
        return named or [str(number + 1) for number in range(int(node.get("size", "0")))]

    def _variables(self, node: Any) -> list[Any]:
        """Give what is declared in a model or a macro, but control variables, which its settings hold."""
        found = [item for kind in _KINDS for item in self._all(node, f"variables/{kind}")]
        named = [item for item in found if item.get("name")]
        controls = {*map(same_name, _CONTROLS), "saveper"}
        kept = (item for item in named if same_name(_title(item)) not in controls)
        return sorted(kept, key=lambda item: int(item.sourceline or 0))

    def _kind(self, node: Any) -> str:
        """Give the kind of a variable; one that is a graph and nothing else is a lookup."""
        kind = str(node.tag).rpartition("}")[2]
        alone = kind in ("aux", "flow") and self._all(node, "gf") and not self._text(node, "eqn")
        return "gf" if alone and not self._all(node, "element") else kind

    def _curve(self, node: Any) -> str:
        graph = node if str(node.tag).endswith("}gf") else self._all(node, "gf")[0]
        return str(graph.get("type", "continuous"))

    def _dims(self, node: Any) -> tuple[str, ...]:
        return tuple(found.get("name", "") for found in self._all(node, "dimensions/dim"))

    def _scopes(self, scope: Scope, depth: int) -> Iterator[Scope]:
        """Yield a model and all modules in it."""
        scope.dims = {same_name(_title(node)): self._dims(node) for node in self._variables(scope.node)}
        yield scope
        for module in self._all(scope.node, "variables/module"):
            name = module.get("name", "")
            model = self.models.get(same_name(name))
            if model is None or depth > 20:
                reason = "has no <model> of its name in this file" if model is None else "holds itself"
                where = f"{self.file}:{module.sourceline}"
                self.faults.append(
                    Unread(name, EquationError(f"the module {reason}", variable=name, where=where))
                )
                continue
            inner = Scope(f"{scope.prefix}{same_name(name)}.", model, f"{scope.shown}{_title(module)}.")
            for link in [*self._all(module, "connect"), *self._all(module, "connect2")]:
                target, origin = link.get("to", ""), link.get("from", "")
                inner.inputs[same_name(target.rpartition(".")[2])] = (
                    f"{scope.prefix}{same_name(origin.lstrip('.'))}"
                )
            yield from self._scopes(inner, depth + 1)

    def _settings(self) -> tuple[Integration, str]:
        """Give the integration method, and a note where another one takes its place."""
        written = next((node.get("method", "") for node in self._all(self.root, "sim_specs")), "").strip()
        # The first method that is known counts: others stand behind it for programs that lack it.
        words = (word.strip() for word in written.lower().split(","))
        named = [_METHODS[word] for word in words if word in _METHODS]
        other = f"the integration method {written} is not known; Euler's is taken"
        return named[0] if named else ("euler", other if written else "")

    # Equations

    def _controls(self) -> Iterator[Definition]:
        settings = next(iter(self._all(self.root, "sim_specs")), None)
        if settings is None:
            raise EquationError(
                "the file has no <sim_specs>, which say from when to when a run goes", where=self.file
            )
        unit = settings.get("time_units", "")
        for title, tag in _CONTROLS.items():
            node = next(iter(self._all(settings, tag)), None)
            text = self._text(settings, tag) or {"start": "0", "dt": "1"}.get(tag, "")
            if node is not None and node.get("reciprocal", "").lower() == "true":
                text = f"1/({text})"
            line = settings.sourceline if node is None else node.sourceline
            entry = Entry(title, f"{title} = {text}", unit, "", "", "", line)
            yield from self._understood(entry, lambda text=text: [((), _tree(plain(text)), "equation")])
        entry = Entry("SAVEPER", "SAVEPER = TIME STEP", unit, "", "", "", settings.sourceline)
        yield from self._understood(entry, lambda: [((), _tree("time_step"), "equation")])

    def _read(self, scope: Scope, meaning: Meaning) -> Iterator[Definition]:
        for node in self._variables(scope.node):
            title = f"{scope.shown}{_title(node)}"
            given = scope.inputs.get(same_name(_title(node)))
            entry = self._entry(node, title, scope.shown.rstrip("."))

            def parts(node: Any = node, given: str | None = given) -> list[tuple[tuple[str, ...], Any, str]]:
                if given is not None:
                    dims = self._dims(node)
                    return [(dims, meaning.handed_in(given, dims), "equation")]
                dims, name = self._dims(node), _title(node)
                return [
                    (left, meaning.at(name, tree, dims, left), kind) for left, tree, kind in self._parts(node)
                ]

            yield from self._understood(entry, parts)

    def _understood(self, entry: Entry, parts: Any) -> Iterator[Definition]:
        """Yield the definitions of a variable, or keep a fault."""
        from parsimonious.exceptions import ParsimoniousError

        name = f'"{entry.title}"' if "." in entry.title else entry.title
        try:
            for left, tree, kind in parts():
                yield Definition(entry, name, tuple(left), (), tree, kind)
        except (ParsimoniousError, *UNREADABLE) as error:
            reason = str(error).split("\n", 1)[0][:160]
            self.faults.append(Unread(name, entry.fault(f"not understood: {reason}", self.file)))

    def _entry(self, node: Any, title: str, group: str) -> Entry:
        texts = [self._text(node, "eqn"), *(self._text(item, "eqn") for item in self._all(node, "element"))]
        limits: Mapping[str, str] = next((item.attrib for item in self._all(node, "range")), {})
        return Entry(
            title=title,
            text=f"{title} = {'; '.join(filter(None, texts))}",
            units=" ".join(self._text(node, "units").split()),
            documentation=" ".join(self._text(node, "doc").split()),
            source="",
            group=group,
            line=int(node.sourceline or 1),
            limits=tuple(map(_limit, (limits.get("min"), limits.get("max")))) if limits else (),
        )

    def _parts(self, node: Any) -> Iterator[tuple[tuple[str, ...], Any, str]]:
        """Yield subscripts, tree and kind of each equation of a variable."""
        for tag, message in _REFUSED.items():
            if self._all(node, tag):
                raise ValueError(message)
        elements = self._all(node, "element")
        if not elements:
            yield self._dims(node), self._part(node), "lookup" if self._kind(node) == "gf" else "equation"
        for element in elements:
            whole = copy.copy(node)
            for item in self._all(whole, "element"):
                whole.remove(item)
            for item in self._all(element, "*"):
                for other in self._all(whole, str(item.tag).rpartition("}")[2]):
                    whole.remove(other)
                whole.append(copy.copy(item))
            left = tuple(item.strip() for item in element.get("subscript", "").split(","))
            yield left, self._part(whole), "lookup" if self._kind(whole) == "gf" else "equation"

    def _part(self, node: Any) -> Any:
        """Give the tree of one equation."""
        from pysd.translators.xmile import xmile_element as kinds

        node = copy.deepcopy(node)
        for tag in ("eqn", "inflow", "outflow"):
            for item in self._all(node, tag):
                item.text = plain(item.text or "")
        kind = self._kind(node)
        if kind == "gf":
            graph = node if str(node.tag).endswith("}gf") else self._all(node, "gf")[0]
            graph.set("name", node.get("name"))
            return kinds.Gf(graph, self.ns, {})._parse_component(graph, self.behaviours)[0]
        if not self._text(node, "eqn"):
            message = "the equation is empty"
            raise ValueError(message)
        maker = {"aux": kinds.Aux, "flow": kinds.Flow, "stock": kinds.Stock}[kind]
        found = maker(node, self.ns, {})._parse_component(node, self.behaviours)
        return found[0]

    # Macros

    def _defaults(self, node: Any) -> tuple[str, list[Any]]:
        """Give the name of a macro, and for each thing that goes in what stands for it if it is missing."""
        given = (item.get("default") for item in self._all(node, "parm"))
        return node.get("name", ""), [None if text is None else _tree(plain(text)) for text in given]

    def _macro(self, node: Any, curves: Mapping[str, str], defaults: Mapping[str, Sequence[Any]]) -> Macro:
        name = node.get("name", "")
        inputs = tuple((item.text or "").strip() for item in self._all(node, "parm"))
        scope = Scope("", node)
        scope.dims = {same_name(_title(item)): self._dims(item) for item in self._variables(node)}
        meaning = Meaning("", scope.dims, {}, curves, defaults)
        entry = Entry(name, f"{name} = {self._text(node, 'eqn')}", "", "", "", "", int(node.sourceline or 1))
        result = self._understood(
            entry, lambda: [((), meaning.of(_tree(plain(self._text(node, "eqn")))), "equation")]
        )
        before = len(self.faults)
        own = same_name(name) in scope.dims
        found = (*(() if own else result), *self._read(scope, meaning))
        return Macro(name, inputs, (), found, tuple(fault.error for fault in self.faults[before:]))


def _tree(text: str) -> Any:
    from pysd.translators.xmile import xmile_element as kinds
    from pysd.translators.xmile import xmile_utils as utils
    from pysd.translators.xmile.xmile_structures import parsing_ops

    return kinds.EquationVisitor(utils.Grammar.get("equations", parsing_ops).parse(text)).translation


def _title(node: Any) -> str:
    return " ".join(str(node.get("name", "")).replace("\\n", " ").split())


def _limit(text: str | None) -> float | None:
    try:
        return None if text is None else float(text)
    except ValueError:
        return None
