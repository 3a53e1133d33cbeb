"""YAML as a kubeconfig uses it: mappings, lists and text, without YAML's guesses at numbers and dates."""

from __future__ import annotations

from typing import cast

import yaml

from k8s_sandbox_tui.provider.errors import InvalidKubeconfigError

_KEPT = ("tag:yaml.org,2002:null", "tag:yaml.org,2002:merge")
_BUILT = ("tag:yaml.org,2002:null", "tag:yaml.org,2002:str", "tag:yaml.org,2002:seq", "tag:yaml.org,2002:map", None)

# The C loader is about ten times as fast; wheels of PyYAML have it, some builds do not.
_Base = cast("type[yaml.SafeLoader]", getattr(yaml, "CSafeLoader", yaml.SafeLoader))


class _TextLoader(_Base):
    """Every scalar is text, but for null."""


_TextLoader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag in _KEPT]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_TextLoader.yaml_constructors = {tag: yaml.SafeLoader.yaml_constructors[tag] for tag in _BUILT}


def parse_yaml(text: str, origin: str) -> object:
    """The document, without the keys whose value is null (Go reads those as absent).

    Raises:
        InvalidKubeconfigError: It is not YAML. The text itself is not repeated: it may hold secrets.
    """
    try:
        return _without_nulls(cast("object", yaml.load(text, Loader=_TextLoader)))  # noqa: S506 - a safe loader
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        where = f" at line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        raise InvalidKubeconfigError(f"{origin} is not YAML: {error.problem}{where}.") from None
    except (yaml.YAMLError, UnicodeError):  # the second for half a character pair
        raise InvalidKubeconfigError(f"{origin} is not YAML: it has characters that YAML does not allow.") from None
    except RecursionError:
        raise InvalidKubeconfigError(f"{origin} is not a kubeconfig: it is nested too deeply.") from None


def _without_nulls(node: object) -> object:
    if isinstance(node, dict):
        mapping = cast("dict[object, object]", node)
        return {key: _without_nulls(value) for key, value in mapping.items() if value is not None}
    if isinstance(node, list):
        return [_without_nulls(item) for item in cast("list[object]", node) if item is not None]
    return node
