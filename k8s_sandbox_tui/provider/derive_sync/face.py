"""Writes the synchronous classes."""

from __future__ import annotations

import ast
import textwrap
from typing import Final

from k8s_sandbox_tui.provider.derive_sync.source import (
    ASYNC,
    CLASSES,
    ENTRANCE,
    PROVIDER,
    WIDTH,
    Function,
    Imports,
    Module,
)

TARGET: Final = PROVIDER.parent / "sync.py"

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
    ("Cancelling a `wait` or an iteration does not kill it.", "Ctrl-C in a `wait` or an iteration does not kill it."),
    ("a cancelled task kills the command's processes", "Ctrl-C kills the command's processes"),
    ("from this event loop", "on the provider's own thread"),
    ("it has tasks of its own", "it works by itself"),
    ("Ends the tasks; who waits", "Ends it; who waits"),
    ("an async ", "a "),
    ("a iterator", "an iterator"),
    ("async with ", "with "),
    ("async for ", "for "),
    ("await ", ""),
    ("`aclose`", "`close`"),
)
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


def derive() -> str:
    """The text of the synchronous face."""
    imports = Imports()
    modules = {name: Module.read(path) for name, path in CLASSES.items()}
    blocks = [_entrance(modules["Compute"], imports)]
    blocks += [_class(name, module, imports) for name, module in modules.items()]
    exported = [f'{_INDENT}"{name}",' for name in sorted([*CLASSES, ENTRANCE])]
    head = "\n".join([_HEADER, *imports.lines(), "", "__all__ = [", *exported, "]"])
    return "\n\n\n".join([head, *blocks]) + "\n"


def _entrance(module: Module, imports: Imports) -> str:
    node = module.definition(ENTRANCE)
    if not isinstance(node, ast.FunctionDef):
        raise TypeError(f"{ENTRANCE} is not a function.")
    lines = [*_signature(node, module, imports), *_docstring(node)]
    lines += _call("return ", ["Compute(", f"{ASYNC}.{ENTRANCE}("], _passed(node))
    return "\n".join(lines)


def _class(name: str, module: Module, imports: Imports) -> str:
    node = module.definition(name)
    attributes: list[list[str]] = []
    methods = [
        [
            f"def __init__(self, wrapped: {ASYNC}.{name}) -> None:",
            f"{_INDENT}self._async = wrapped",
        ]
    ]
    for child, defining in module.members(name):
        if isinstance(child, ast.AnnAssign) and isinstance(child.target, ast.Name) and child.target.id[0] != "_":
            imports.annotation(child.annotation, defining)
            attributes.append([defining.text(child)])
        elif isinstance(child, Function) and (child.name[0] != "_" or child.name in _RENAMED):
            methods.append(_method(child, defining, imports))
    lines = [f"class {name}:", *_docstring(node)]
    for member in attributes + methods:
        lines += ["", *(_INDENT + line if line else "" for line in member)]
    return "\n".join(lines)


def _method(node: Function, module: Module, imports: Imports) -> list[str]:
    if node.returns is None:
        raise TypeError(f"{node.name} does not say what it returns.")
    lines = [*_signature(node, module, imports), *_docstring(node)]
    name = f"self._async.{node.name}"
    if node.name == "__aiter__":
        return [*lines, f"{_INDENT}return self"]
    if any(isinstance(mark, ast.Name) and mark.id == "property" for mark in node.decorator_list):
        return ["@property", *lines, f"{_INDENT}return {_wrapped(node.returns, name)}"]
    if node.name == "__repr__":
        return [*lines, f"{_INDENT}return repr(self._async)"]
    passed = _passed(node)
    if isinstance(node, ast.AsyncFunctionDef):
        layers = ["loop_thread().run(", f"{name}("]
    elif passed:
        layers = ["loop_thread().call(", f"lambda: {name}("]
    else:
        layers, passed = ["loop_thread().call("], [name]
    if node.name == "__aenter__":
        return [*lines, *_call("", layers, passed), f"{_INDENT}return self"]
    body = _result(node.returns, layers, passed)
    if node.name == "__anext__":
        body = [f"{_INDENT}try:", *(_INDENT + line for line in body)]
        body += [f"{_INDENT}except StopAsyncIteration:", f"{_INDENT * 2}raise StopIteration from None"]
    return [*lines, *body]


def _result(returns: ast.expr, layers: list[str], passed: list[str]) -> list[str]:
    if isinstance(returns, ast.Constant):
        return _call("", layers, passed)
    converted = _wrapped(returns, "found")
    if converted == "found":
        return _call("return ", layers, passed)
    if isinstance(returns, ast.Name):
        return _call("return ", [f"{returns.id}(", *layers], passed)
    return [*_call("found = ", layers, passed), f"{_INDENT}return {converted}"]


def _wrapped(annotation: ast.expr, value: str) -> str:
    """An expression that gives a result as its synchronous twin; the value itself where it has none."""
    if not _has_twin(annotation):
        return value
    if isinstance(annotation, ast.Name):
        return f"{annotation.id}({value})"
    if isinstance(annotation, ast.BinOp) and isinstance(annotation.right, ast.Constant):
        return f"None if {value} is None else {_wrapped(annotation.left, value)}"
    if isinstance(annotation, ast.Subscript) and ast.unparse(annotation.value) == "list":
        return f"[{_wrapped(annotation.slice, 'one')} for one in {value}]"
    raise TypeError(f"There is no rule for the result {ast.unparse(annotation)}.")


def _has_twin(annotation: ast.expr) -> bool:
    return any(isinstance(part, ast.Name) and part.id in CLASSES for part in ast.walk(annotation))


def _call(start: str, layers: list[str], passed: list[str]) -> list[str]:
    """A nested call, on one line where it fits (with the indentation of a method), else an argument a line."""
    line = f"{_INDENT}{start}{''.join(layers)}{', '.join(passed)}{')' * len(layers)}"
    if len(_INDENT + line) <= WIDTH:
        return [line]
    depth = len(layers)
    lines = [f"{_INDENT * (1 + level)}{start if level == 0 else ''}{layer}" for level, layer in enumerate(layers)]
    lines += [f"{_INDENT * (1 + depth)}{argument}," for argument in passed]
    return lines + [f"{_INDENT * (1 + level)}){',' if level else ''}" for level in reversed(range(depth))]


def _signature(node: Function, module: Module, imports: Imports) -> list[str]:
    imports.annotation(node.returns, module)
    result = module.text(node.returns) if node.returns else "None"
    given = node.args
    positional = [*given.posonlyargs, *given.args]
    defaults: list[ast.expr | None] = [None] * (len(positional) - len(given.defaults))
    pairs = zip(positional, defaults + list(given.defaults), strict=True)
    parameters = [_parameter(argument, default, module, imports) for argument, default in pairs]
    if given.kwonlyargs:
        parameters.append("*")
    pairs = zip(given.kwonlyargs, given.kw_defaults, strict=True)
    parameters += [_parameter(argument, default, module, imports) for argument, default in pairs]
    name = _RENAMED.get(node.name, node.name)
    line = f"def {name}({', '.join(parameters)}) -> {result}:"
    if len(_INDENT + line) <= WIDTH:
        return [line]
    return [f"def {name}(", *(f"{_INDENT}{parameter}," for parameter in parameters), f") -> {result}:"]


def _parameter(argument: ast.arg, default: ast.expr | None, module: Module, imports: Imports) -> str:
    if argument.annotation and _has_twin(argument.annotation):
        raise TypeError(f"There is no rule for the argument {argument.arg}: take a protocol that both faces fit.")
    imports.annotation(argument.annotation, module)
    imports.value(default, module)
    annotation = f": {module.text(argument.annotation)}" if argument.annotation else ""
    return f"{argument.arg}{annotation}" + (f" = {module.text(default)}" if default else "")


def _passed(node: Function) -> list[str]:
    positional = [argument.arg for argument in (*node.args.posonlyargs, *node.args.args) if argument.arg != "self"]
    return positional + [f"{argument.arg}={argument.arg}" for argument in node.args.kwonlyargs]


def _docstring(node: ast.ClassDef | Function) -> list[str]:
    text = ast.get_docstring(node)
    if text is None:
        return []
    for asynchronous, synchronous in _REWORDED:
        text = text.replace(asynchronous, synchronous)
    lines = [part for line in f'"""{text}'.splitlines() for part in _fitted(line)]
    lines = [*lines, '"""'] if len(lines) > 1 else [f'{lines[0]}"""']
    return [_INDENT + line if line else "" for line in lines]


def _fitted(line: str) -> list[str]:
    """The line, or where the new words have made it too long, two."""
    indent = line[: len(line) - len(line.lstrip())]
    width = WIDTH - 2 * len(_INDENT)
    return textwrap.wrap(line, width, subsequent_indent=indent, break_long_words=False) if len(line) > width else [line]
