"""The asynchronous classes as source, and the names that they use."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

PROVIDER: Final = Path(__file__).parent.parent
PACKAGE: Final = "k8s_sandbox_tui.provider"

CLASSES: Final = {
    "Compute": "compute",
    "SandboxCollection": "collection",
    "Sandbox": "sandbox",
    "RunningCommand": "exec.running",
    "FileSystem": "files.filesystem",
    "FileSync": "files.sync_face",
    "FileReader": "files.reader",
    "JobCollection": "jobs.collection",
    "Job": "jobs.job",
    "JobFollow": "jobs.follow",
    "PortForward": "forward.port_forward",
    "Inventory": "inventory",
    "SandboxWatch": "watch",
    "SandboxPages": "pages",
}
"""The classes to derive, and the modules that define them."""

ENTRANCE: Final = "k8s"
ASYNC: Final = "asynchronous"
"""What the derived file calls the provider."""

WIDTH: Final = 120
"""Columns of a line of the derived file."""

Function = ast.FunctionDef | ast.AsyncFunctionDef
Name = tuple[str, str]
"""A module, and a name in it; the name is empty where the module itself is imported."""


@dataclass(frozen=True)
class Module:
    """A source file, and where the names in it come from."""

    source: str
    tree: ast.Module
    origins: dict[str, Name]

    @classmethod
    def read(cls, name: str) -> Module:
        """Reads a module of the provider."""
        source = PROVIDER.joinpath(*name.split(".")).with_suffix(".py").read_text(encoding="utf-8")
        tree = ast.parse(source)
        origins: dict[str, Name] = {}
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and node.module:
                origins.update({alias.name: (node.module, alias.name) for alias in node.names})
            elif isinstance(node, ast.Import):
                origins.update({alias.name: (alias.name, "") for alias in node.names})
        for node in tree.body:
            if isinstance(node, ast.ClassDef):
                origins[node.name] = (f"{PACKAGE}.{name}", node.name)
            elif isinstance(node, ast.Assign):
                names = [target.id for target in node.targets if isinstance(target, ast.Name)]
                origins.update({found: (f"{PACKAGE}.{name}", found) for found in names})
            elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
                origins[node.target.id] = (f"{PACKAGE}.{name}", node.target.id)
        return cls(source, tree, origins)

    def text(self, node: ast.AST) -> str:
        """The source of a node, on one line."""
        return " ".join((ast.get_source_segment(self.source, node) or "").split())

    def definition(self, name: str) -> ast.ClassDef | Function:
        """The class or function of this name."""
        return next(
            node
            for node in self.tree.body
            if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and node.name == name
        )

    def members(self, name: str) -> Iterator[tuple[ast.stmt, Module]]:
        """What is in a class, with the module that it is from: first what it inherits within the provider."""
        node = self.definition(name)
        for base in node.bases if isinstance(node, ast.ClassDef) else ():
            source, defined = self.origins.get(base.id, ("", "")) if isinstance(base, ast.Name) else ("", "")
            if source.startswith(f"{PACKAGE}."):
                yield from Module.read(source.removeprefix(f"{PACKAGE}.")).members(defined)
        for child in node.body:
            yield child, self


class Imports:
    """The names that the derived file uses."""

    def __init__(self) -> None:
        self._values: set[Name] = {
            (f"{PACKAGE}.loop_thread", "loop_thread"),
            ("k8s_sandbox_tui", f"provider as {ASYNC}"),
            ("typing", "TYPE_CHECKING"),
        }
        self._annotations: set[Name] = set()

    def annotation(self, node: ast.AST | None, module: Module) -> None:
        """Uses what an annotation names.

        Raises:
            TypeError: It names something that waits and has no synchronous twin.
        """
        names = _names(node, module)
        for source, name in names:
            if (source, name) == ("collections.abc", "AsyncIterator") or _waits(source, name):
                raise TypeError(f"{name} waits: add its class to CLASSES, or give a class of its own.")
        self._annotations |= names

    def value(self, node: ast.AST | None, module: Module) -> None:
        """Uses what an expression names, at run time."""
        self._values |= _names(node, module)

    def lines(self) -> list[str]:
        """The import statements."""
        guarded = [f"    {line}" if line else "" for line in _statements(self._annotations - self._values)]
        return [*_statements(self._values), "", "if TYPE_CHECKING:", *guarded]


def _waits(source: str, name: str) -> bool:
    if not source.startswith(f"{PACKAGE}."):
        return False
    body = Module.read(source.removeprefix(f"{PACKAGE}.")).tree.body
    found = [node for node in body if isinstance(node, ast.ClassDef) and node.name == name]
    return any(isinstance(member, ast.AsyncFunctionDef) for node in found for member in node.body)


def _names(node: ast.AST | None, module: Module) -> set[Name]:
    used = {part.id for part in ast.walk(node) if isinstance(part, ast.Name)} if node else set[str]()
    return {module.origins[name] for name in used - CLASSES.keys() if name in module.origins}


def _statement(module: str, names: list[str]) -> list[str]:
    line = f"from {module} import {', '.join(names)}"
    if len(line) <= WIDTH - len("    "):
        return [line]
    return [f"from {module} import (", *(f"    {name}," for name in names), ")"]


def _statements(names: set[Name]) -> list[str]:
    """Import statements as isort orders them: the standard library, then this package."""
    sections: list[list[str]] = []
    for ours in (False, True):
        section = sorted(name for name in names if name[0].startswith("k8s_sandbox_tui") is ours)
        by_module: dict[str, list[str]] = {}
        for module, name in section:
            if name:
                by_module.setdefault(module, []).append(name)
        plain = [f"import {module}" for module, name in section if not name]
        sections.append(plain + [line for module, found in by_module.items() for line in _statement(module, found)])
    first, second = sections
    return [*first, "", *second] if first and second else first + second
