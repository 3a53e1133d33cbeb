"""Derives the synchronous face from the asynchronous one: `python -m k8s_sandbox_tui.provider.derive_sync`.

It reads the public classes as source, and writes for each a class of the same name with the same members, which runs
the coroutines on a thread with an event loop. Nothing is written twice by hand, and type checkers see plain classes.
"""

from __future__ import annotations

import ast
import textwrap
from dataclasses import dataclass
from pathlib import Path
from typing import Final

PROVIDER: Final = Path(__file__).parent
PACKAGE: Final = "k8s_sandbox_tui.provider"
TARGET: Final = PROVIDER.parent / "sync.py"

CLASSES: Final = {
    "Compute": "compute",
    "SandboxCollection": "collection",
    "Sandbox": "sandbox",
    "RunningCommand": "exec.running",
    "Inventory": "inventory",
}
ENTRANCE: Final = "k8s"

_ASYNC: Final = "asynchronous"

_RENAMED: Final = {
    "aclose": "close",
    "__aenter__": "__enter__",
    "__aexit__": "__exit__",
    "__aiter__": "__iter__",
    "__anext__": "__next__",
    "__repr__": "__repr__",
}
_REWORDED: Final = (
    ("An async context manager; belongs to one event loop.", "A context manager; any thread may use it."),
    ("as an async context manager", "as a context manager"),
    ("as an async iterator", "as an iterator"),
    ("`aclose`", "`close`"),
    ("from this event loop", "on the provider's own thread"),
    ("a cancelled task kills the command's processes", "Ctrl-C kills the command's processes"),
    ("Cancelling a `wait` or an iteration does not kill it.", "Ctrl-C in a `wait` or an iteration does not kill it."),
    ("it has tasks of its own", "it works by itself"),
    ("Ends the tasks; who waits", "Ends it; who waits"),
)
_WIDTH: Final = 120
_INDENT: Final = "    "

_HEADER: Final = '''"""The provider without `await`: the same names, arguments, results and errors as `k8s_sandbox_tui`.

    from k8s_sandbox_tui.sync import k8s

    with k8s(runtime="python") as compute:
        sandbox = compute.sandbox.create()
        result = sandbox.run_command("echo hello")
        sandbox.destroy()

Any thread may use it. Calls run on one event loop, on a thread of the provider's own, and callbacks are called there;
they cannot call back into this module. Ctrl-C in a call cancels it, which kills a command in its sandbox.

Derived by `python -m k8s_sandbox_tui.provider.derive_sync`: changes go to the asynchronous classes.
"""

from __future__ import annotations
'''

_Function = ast.FunctionDef | ast.AsyncFunctionDef
_Name = tuple[str, str]
"""A module, and a name in it; the name is empty where the module itself is imported."""


@dataclass(frozen=True)
class _Module:
    """A source file, and where the names in it come from."""

    source: str
    tree: ast.Module
    origins: dict[str, _Name]

    def text(self, node: ast.AST) -> str:
        return ast.get_source_segment(self.source, node) or ast.unparse(node)

    def definition(self, name: str) -> ast.ClassDef | _Function:
        return next(
            node
            for node in self.tree.body
            if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and node.name == name
        )


class _Imports:
    """The names that the derived file uses."""

    def __init__(self) -> None:
        self.values: set[_Name] = {
            (f"{PACKAGE}.loop_thread", "loop_thread"),
            ("k8s_sandbox_tui", f"provider as {_ASYNC}"),
        }
        self.annotations: set[_Name] = set()

    def need(self, node: ast.AST | None, module: _Module, *, value: bool = False) -> None:
        used = {part.id for part in ast.walk(node) if isinstance(part, ast.Name)} if node else set[str]()
        found = {module.origins[name] for name in used - CLASSES.keys() if name in module.origins}
        (self.values if value else self.annotations).update(found)

    def lines(self) -> list[str]:
        annotations = _import_lines(self.annotations - self.values)
        guarded = [f"    {line}" if line else "" for line in annotations]
        return [*_import_lines(self.values | {("typing", "TYPE_CHECKING")}), "", "if TYPE_CHECKING:", *guarded]


def derive() -> str:
    """The text of the synchronous face."""
    imports = _Imports()
    modules = {name: _read(path) for name, path in CLASSES.items()}
    blocks = [_entrance(modules["Compute"], imports)]
    blocks += [_class(name, module, imports) for name, module in modules.items()]
    exported = ", ".join(f'"{name}"' for name in sorted([*CLASSES, ENTRANCE]))
    head = "\n".join([_HEADER, *imports.lines(), "", f"__all__ = [{exported}]"])
    return "\n\n\n".join([head, *blocks]) + "\n"


def _read(name: str) -> _Module:
    source = PROVIDER.joinpath(*name.split(".")).with_suffix(".py").read_text(encoding="utf-8")
    tree = ast.parse(source)
    origins: dict[str, _Name] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            origins.update({alias.name: (node.module, alias.name) for alias in node.names})
        elif isinstance(node, ast.Import):
            origins.update({alias.name: (alias.name, "") for alias in node.names})
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            origins[node.name] = (f"{PACKAGE}.{name}", node.name)
    return _Module(source, tree, origins)


def _import_lines(names: set[_Name]) -> list[str]:
    """Import statements as isort orders them: the standard library, then this package."""
    sections: list[list[str]] = []
    for ours in (False, True):
        section = sorted(name for name in names if name[0].startswith("k8s_sandbox_tui") is ours)
        by_module: dict[str, list[str]] = {}
        for module, name in section:
            if name:
                by_module.setdefault(module, []).append(name)
        plain = [f"import {module}" for module, name in section if not name]
        sections.append(plain + [f"from {module} import {', '.join(found)}" for module, found in by_module.items()])
    first, second = sections
    return [*first, "", *second] if first and second else first + second


def _entrance(module: _Module, imports: _Imports) -> str:
    node = module.definition(ENTRANCE)
    if not isinstance(node, ast.FunctionDef):
        msg = f"{ENTRANCE} is not a function"
        raise TypeError(msg)
    lines = [*_signature(node, module, imports), *_docstring(node)]
    lines += _call("return ", ["Compute(", f"{_ASYNC}.{ENTRANCE}("], _passed(node))
    return "\n".join(lines)


def _class(name: str, module: _Module, imports: _Imports) -> str:
    node = module.definition(name)
    wrapping = [f"def __init__(self, wrapped: {_ASYNC}.{name}) -> None:", f"{_INDENT}self._async = wrapped"]
    attributes: list[list[str]] = []
    methods = [wrapping]
    for child in node.body:
        if isinstance(child, ast.AnnAssign) and isinstance(child.target, ast.Name) and child.target.id[0] != "_":
            imports.need(child.annotation, module)
            attributes.append([module.text(child)])
        elif isinstance(child, _Function) and (child.name[0] != "_" or child.name in _RENAMED):
            methods.append(_method(child, module, imports))
    lines = [f"class {name}:", *_docstring(node)]
    for member in attributes + methods:
        lines += ["", *(_INDENT + line if line else "" for line in member)]
    return "\n".join(lines)


def _method(node: _Function, module: _Module, imports: _Imports) -> list[str]:
    result = module.text(node.returns) if node.returns else ""
    lines = [*_signature(node, module, imports), *_docstring(node)]
    name = f"self._async.{node.name}"
    if node.name == "__aiter__":
        return [*lines, f"{_INDENT}return self"]
    if _is_property(node):
        return ["@property", *lines, *_result(result, name, [], None)]
    if node.name == "__repr__":
        return [*lines, f"{_INDENT}return repr(self._async)"]
    passed = _passed(node)
    if isinstance(node, ast.AsyncFunctionDef):
        layers = ["loop_thread().run(", f"{name}("]
    elif passed:
        layers = ["loop_thread().call(", f"lambda: {name}("]
    else:
        layers, passed = ["loop_thread().call("], [name]
    body = _result(result, "", layers, passed)
    if node.name == "__aenter__":
        return [*lines, *_call("", layers, []), f"{_INDENT}return self"]
    if node.name == "__anext__":
        body = [f"{_INDENT}try:", *(_INDENT + line for line in body)]
        body += [f"{_INDENT}except StopAsyncIteration:", f"{_INDENT * 2}raise StopIteration from None"]
    return [*lines, *body]


def _result(result: str, value: str, layers: list[str], passed: list[str] | None) -> list[str]:
    """The statement that gives the result, wrapped where it is one of the derived classes."""
    kind = result.removesuffix(" | None").removeprefix("list[").removesuffix("]")
    if passed is None:
        return [f"{_INDENT}return {kind}({value})" if kind in CLASSES else f"{_INDENT}return {value}"]
    if kind not in CLASSES:
        return _call("" if result == "None" else "return ", layers, passed)
    if result == kind:
        return _call("return ", [f"{kind}(", *layers], passed)
    lines = _call("found = ", layers, passed)
    wrapped = (
        f"None if found is None else {kind}(found)" if result.endswith("None") else f"[{kind}(one) for one in found]"
    )
    return [*lines, f"{_INDENT}return {wrapped}"]


def _call(start: str, layers: list[str], passed: list[str]) -> list[str]:
    """A nested call, on one line where it fits (with the indentation of a method), else an argument a line."""
    line = f"{_INDENT}{start}{''.join(layers)}{', '.join(passed)}{')' * len(layers)}"
    if len(_INDENT + line) <= _WIDTH:
        return [line]
    depth = len(layers)
    lines = [f"{_INDENT * (1 + level)}{start if level == 0 else ''}{layer}" for level, layer in enumerate(layers)]
    lines += [f"{_INDENT * (1 + depth)}{argument}," for argument in passed]
    return lines + [f"{_INDENT * (1 + level)}){',' if level else ''}" for level in reversed(range(depth))]


def _signature(node: _Function, module: _Module, imports: _Imports) -> list[str]:
    result = module.text(node.returns) if node.returns else "None"
    imports.need(node.returns, module)
    parameters: list[str] = []
    given = node.args
    positional = [*given.posonlyargs, *given.args]
    defaults: list[ast.expr | None] = [None] * (len(positional) - len(given.defaults))
    for argument, default in zip(positional, defaults + list(given.defaults), strict=True):
        parameters.append(_parameter(argument, default, module, imports))
    if given.kwonlyargs:
        parameters.append("*")
    for argument, default in zip(given.kwonlyargs, given.kw_defaults, strict=True):
        parameters.append(_parameter(argument, default, module, imports))
    name = _RENAMED.get(node.name, node.name)
    line = f"def {name}({', '.join(parameters)}) -> {result}:"
    if len(_INDENT + line) <= _WIDTH:
        return [line]
    return [f"def {name}(", *(f"{_INDENT}{parameter}," for parameter in parameters), f") -> {result}:"]


def _parameter(argument: ast.arg, default: ast.expr | None, module: _Module, imports: _Imports) -> str:
    imports.need(argument.annotation, module)
    imports.need(default, module, value=True)
    annotation = f": {module.text(argument.annotation)}" if argument.annotation else ""
    if default is None:
        return f"{argument.arg}{annotation}"
    return f"{argument.arg}{annotation} = {module.text(default)}"


def _passed(node: _Function) -> list[str]:
    positional = [argument.arg for argument in (*node.args.posonlyargs, *node.args.args) if argument.arg != "self"]
    return positional + [f"{argument.arg}={argument.arg}" for argument in node.args.kwonlyargs]


def _is_property(node: _Function) -> bool:
    return any(isinstance(mark, ast.Name) and mark.id == "property" for mark in node.decorator_list)


def _docstring(node: ast.ClassDef | _Function) -> list[str]:
    text = ast.get_docstring(node)
    if text is None:
        return []
    for asynchronous, synchronous in _REWORDED:
        text = text.replace(asynchronous, synchronous)
    lines = [part for line in f'"""{text}'.splitlines() for part in _wrapped(line)]
    lines = [*lines, '"""'] if len(lines) > 1 else [f'{lines[0]}"""']
    return [_INDENT + line if line else "" for line in lines]


def _wrapped(line: str) -> list[str]:
    """The line, or where the new words have made it too long, two."""
    indent = line[: len(line) - len(line.lstrip())]
    width = _WIDTH - 2 * len(_INDENT)
    return textwrap.wrap(line, width, subsequent_indent=indent, break_long_words=False) if len(line) > width else [line]


def main() -> None:
    """Writes the synchronous face."""
    TARGET.write_text(derive(), encoding="utf-8")


if __name__ == "__main__":
    main()
