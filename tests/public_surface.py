"""A package with a stub of public names -> what the documentation of each name leaves unsaid, one line a gap.

What is asked of every public name: a docstring of its own, with an example that uses the name and shows a result; of
its public methods and properties a docstring; annotations throughout; for every number its unit or range (bounds in the
type, a unit in the name, or a sentence); and a `Raises:` section where something is raised.
"""

import ast
import dataclasses
import doctest
import inspect
import re
import textwrap
import types
import typing
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from importlib.util import resolve_name
from itertools import pairwise
from pathlib import Path

import annotated_types
from pydantic import BaseModel
from pydantic.fields import FieldInfo

UNIT_IN_NAME = re.compile(r"(_px|_s|seconds|_tokens)$")
_BOUNDS = (annotated_types.Ge, annotated_types.Gt, annotated_types.Le, annotated_types.Lt, annotated_types.Interval)
_SECTION = re.compile(r"^ *(Args|Raises|Returns|Yields|Source):\s*$", re.MULTILINE)


def listed(package: str) -> dict[str, str]:
    """Return the names of a package's stub, and the module that each is taken from."""
    found = import_module(package)
    assert found.__file__ is not None
    tree = ast.parse(Path(found.__file__).with_suffix(".pyi").read_text(encoding="utf-8"))
    return {
        alias.asname or alias.name: resolve_name("." * node.level + (node.module or ""), package)
        for node in tree.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }


def gaps(package: str, name: str) -> list[str]:
    """Return what the documentation of a public name leaves unsaid."""
    module = import_module(listed(package)[name])
    value = getattr(module, name)
    if isinstance(value, type | types.FunctionType):
        return gaps_of(name, value)
    return _gaps_of_constant(name, module)


def gaps_of(name: str, value: type | types.FunctionType) -> list[str]:
    """Return what the documentation of a class or function leaves unsaid."""
    doc = own_docstring(value)
    found = [] if doc else [f"{name}: no docstring"]
    found += _gaps_of_example(name, doc)
    if isinstance(value, type):
        found += [f"{name}.{field}: a number without unit or range" for field in _bare_fields(value)]
    for member in _members(name, value):
        found += member.gaps()
    return found


def own_docstring(value: object) -> str:
    """Return the docstring that stands at a thing itself: not its base's, nor the signature that a dataclass gets."""
    doc = (vars(value).get("__doc__") if isinstance(value, type) else getattr(value, "__doc__", None)) or ""
    generated = isinstance(value, type) and dataclasses.is_dataclass(value) and doc.startswith(f"{value.__name__}(")
    return "" if generated else inspect.cleandoc(doc)


def _gaps_of_example(name: str, doc: str) -> list[str]:
    examples = doctest.DocTestParser().get_examples(doc)
    shown = (f"{example.source} {example.exc_msg or ''}" for example in examples)
    if not any(re.search(rf"\b{re.escape(name)}\b", one) for one in shown):
        return [f"{name}: no example that uses it"]
    if not any(example.want or example.exc_msg for example in examples):
        return [f"{name}: its example shows no result"]
    if any(doctest.SKIP in example.options for example in examples):
        return [f"{name}: its example is not run"]
    return []


def _gaps_of_constant(name: str, module: types.ModuleType) -> list[str]:
    """A constant is told below its assignment; its example, which must be run, stands in the docstring of its file."""
    told = name in _told_below(ast.parse(inspect.getsource(module)).body)
    return [*([] if told else [f"{name}: no docstring"]), *_gaps_of_example(name, module.__doc__ or "")]


def _told_below(body: list[ast.stmt]) -> set[str]:
    """Return the names that are assigned or declared right above a string."""
    told = set()
    for above, below in pairwise(body):
        if isinstance(below, ast.Expr) and isinstance(below.value, ast.Constant) and isinstance(below.value.value, str):
            targets = above.targets if isinstance(above, ast.Assign) else [getattr(above, "target", None)]
            told |= {target.id for target in targets if isinstance(target, ast.Name)}
    return told


def _ours(module: str) -> bool:
    """Tell whether a module is of this project; the tests are, so that they can be looked at too."""
    return module.startswith(("nesy.", "tests."))


# --- numbers ---


def _bare_fields(kind: type) -> Iterator[str]:
    """Yield the fields that are numbers and whose unit or range is said nowhere."""
    lineage = [one for one in inspect.getmro(kind) if _ours(one.__module__)]
    told = set().union(*(_told_below(_tree(one).body) for one in lineage)) if lineage else set()
    prose = " ".join(own_docstring(one) for one in lineage)
    for name, annotation in _fields(kind):
        said = name in told or f"`{name}`" in prose or UNIT_IN_NAME.search(name)
        if _bare(annotation) and not said:
            yield name


def _fields(kind: type) -> Iterator[tuple[str, object]]:
    if issubclass(kind, BaseModel):
        for name, info in kind.model_fields.items():
            bounded = any(isinstance(one, _BOUNDS) for one in info.metadata)
            yield name, (str if bounded else info.annotation)
    elif dataclasses.is_dataclass(kind):
        hints = typing.get_type_hints(kind, include_extras=True)
        yield from ((field.name, hints[field.name]) for field in dataclasses.fields(kind))


def _bare(annotation: object) -> bool:
    """Tell whether a type has a number in it that nothing bounds."""
    if annotation is int or annotation is float:
        return True
    origin, parts = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is Callable or origin is typing.Literal:
        return False
    if origin is typing.Annotated:
        metadata = [x for one in parts[1:] for x in (one.metadata if isinstance(one, FieldInfo) else [one])]
        return not any(isinstance(one, _BOUNDS) for one in metadata) and _bare(parts[0])
    return any(_bare(part) for part in parts)


# --- functions and methods ---


@dataclass(frozen=True)
class _Member:
    """A public function, or a public method or property of a public class."""

    name: str
    function: types.FunctionType
    owner: type | None
    doc: str
    """Of a constructor, that of its class."""

    def gaps(self) -> Iterator[str]:
        if not self.doc:
            yield f"{self.name}: no docstring"
        parameters = list(inspect.signature(self.function).parameters.values())
        bound = self.owner is not None and not isinstance(self._descriptor, staticmethod)
        for parameter in parameters[bound:]:
            if parameter.annotation is inspect.Parameter.empty:
                yield f"{self.name}: {parameter.name} has no type"
            elif _bare(self._type(parameter.annotation)) and not self._said(parameter.name):
                yield f"{self.name}: {parameter.name} is a number without unit or range"
        if inspect.signature(self.function).return_annotation is inspect.Signature.empty:
            yield f"{self.name}: no type of what it returns"
        section = raises_section(self.doc)
        raised = _Raised(self.function, self.owner)
        for error in sorted(raised.itself):
            if not re.search(rf"\b{error}\b", section):
                yield f"{self.name}: raises {error}, and its docstring has no line for it under `Raises:`"
        if raised.by_others and not section:
            yield f"{self.name}: no `Raises:`, though {sorted(raised.by_others)[0]} has one"

    @property
    def _descriptor(self) -> object:
        return None if self.owner is None else inspect.getattr_static(self.owner, self.function.__name__, None)

    def _type(self, annotation: object) -> object:
        return eval(annotation, self.function.__globals__) if isinstance(annotation, str) else annotation

    def _said(self, parameter: str) -> bool:
        if UNIT_IN_NAME.search(parameter) or f"`{parameter}`" in self.doc:
            return True
        return re.search(rf"^ +{parameter}: ", self.doc, re.MULTILINE) is not None


def raises_section(doc: str) -> str:
    """Return the text of the section `Raises:`; empty where there is none."""
    parts = _SECTION.split(doc)
    return "".join(text for title, text in zip(parts[1::2], parts[2::2], strict=True) if title == "Raises")


def _members(name: str, value: type | types.FunctionType) -> Iterator[_Member]:
    if isinstance(value, types.FunctionType):
        yield _Member(name, value, None, own_docstring(value))
        return
    seen = set()
    for kind in inspect.getmro(value):
        for attribute, found in vars(kind).items():
            function = _function(found)
            wanted = attribute == "__init__" or not attribute.startswith("_")
            if function is None or not wanted or attribute in seen or not _ours(function.__module__):
                continue
            seen.add(attribute)
            doc = own_docstring(kind if attribute == "__init__" else function)
            yield _Member(f"{name}.{attribute}", function, value, doc)


def _function(found: object) -> types.FunctionType | None:
    """Return the function that a class or file holds, out of its wrapping; None for one that dataclasses made."""
    if isinstance(found, property):
        found = found.fget
    elif isinstance(found, cached_property):
        found = found.func
    elif isinstance(found, classmethod | staticmethod):
        found = found.__func__
    return found if isinstance(found, types.FunctionType) and found.__code__.co_filename != "<string>" else None


# --- what is raised ---


class _Raised(ast.NodeVisitor):
    """What a function raises: itself or by a private function of its file; and by what it calls that says it raises.

    An error that is caught on the way is not raised. A call is followed where the name of what is called stands in the
    file, or is a method or property of the function's own class.
    """

    def __init__(self, function: types.FunctionType, owner: type | None, seen: frozenset[object] = frozenset()) -> None:
        self.itself: set[str] = set()
        self.by_others: set[str] = set()
        self._function, self._owner, self._seen = function, owner, seen | {function}
        self._caught: list[str] = []
        if not getattr(owner, "_is_protocol", False):
            self.visit(_tree(function))

    def visit_Try(self, node: ast.Try) -> None:
        caught = [ast.unparse(handler.type) if handler.type else "Exception" for handler in node.handlers]
        self._caught.append(" ".join(caught))
        for statement in node.body:
            self.visit(statement)
        self._caught.pop()
        for rest in (*node.handlers, *node.orelse, *node.finalbody):
            self.visit(rest)

    def visit_Raise(self, node: ast.Raise) -> None:
        self.generic_visit(node)
        if node.exc is not None:
            error = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
            name = ast.unparse(error).rsplit(".", 1)[-1]
            if name.endswith("Error") and not self._is_caught(name):
                self.itself.add(name)

    def visit_Call(self, node: ast.Call) -> None:
        self.generic_visit(node)
        self._follow(node.func)

    def visit_Attribute(self, node: ast.Attribute) -> None:
        self.generic_visit(node)
        if self._of_own_class(node) and isinstance(self._static(node.attr), property | cached_property):
            self._follow(node)

    def _is_caught(self, error: str) -> bool:
        return any(re.search(rf"\b({error}|NesyError|Exception)\b", caught) for caught in self._caught)

    def _of_own_class(self, node: ast.expr) -> bool:
        own = isinstance(node, ast.Attribute) and ast.unparse(node.value) in ("self", "cls")
        return own and self._owner is not None

    def _static(self, attribute: str) -> object:
        return inspect.getattr_static(self._owner, attribute, None)

    def _follow(self, called: ast.expr) -> None:
        if self._of_own_class(called):
            assert isinstance(called, ast.Attribute)
            target, owner = self._static(called.attr), self._owner
        else:
            target, owner = self._found(called), None
        if isinstance(target, type):
            if _ours(target.__module__) and raises_section(own_docstring(target)):
                self.by_others.add(target.__name__)
            return
        function = _function(target)
        if function is None or function in self._seen or not _ours(function.__module__):
            return
        private = function.__name__.startswith("_") and function.__module__ == self._function.__module__
        if private:
            inner = _Raised(function, owner, self._seen)
            self.itself |= {error for error in inner.itself if not self._is_caught(error)}
            self.by_others |= inner.by_others
        elif (section := raises_section(own_docstring(function))) and not all(
            self._is_caught(error) for error in re.findall(r"\b(\w+Error)\b", section)
        ):
            self.by_others.add(function.__qualname__)

    def _found(self, called: ast.expr) -> object:
        """Return what a dotted name means in the file of the function; None where it is no name of the file."""
        first, *rest = ast.unparse(called).split(".")
        found = self._function.__globals__.get(first)
        for attribute in rest:
            if not isinstance(found, type | types.ModuleType):
                return None
            found = inspect.getattr_static(found, attribute, None)
        return found


def _tree(thing: type | types.FunctionType) -> ast.ClassDef | ast.FunctionDef:
    (node,) = ast.parse(textwrap.dedent(inspect.getsource(thing))).body
    assert isinstance(node, ast.ClassDef | ast.FunctionDef)
    return node
