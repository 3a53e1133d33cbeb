"""What of labels an API server can be asked for: that one is, or is not, a value."""

from __future__ import annotations

from typing import NamedTuple

from k8s_sandbox_tui.provider.errors import InvalidArgumentError
from k8s_sandbox_tui.provider.pod_fields import check_selector


class LabelTerm(NamedTuple):
    """One requirement of a label selector. A Pod without the label passes one that is not `equal`, as in Kubernetes."""

    key: str
    value: str
    equal: bool = True

    def __str__(self) -> str:
        """As Kubernetes writes it."""
        return f"{self.key}{'=' if self.equal else '!='}{self.value}"


def label_term(key: str, value: str, *, equal: bool = True) -> LabelTerm | None:
    """The requirement; None where no label can have that key or value."""
    try:
        check_selector("label", {key: value})
    except InvalidArgumentError:
        return None
    return LabelTerm(key, value, equal)


def parse_label_terms(text: str) -> tuple[LabelTerm, ...]:
    """The requirements of a label selector like `team=search,tier!=test`, each once; none for an empty text.

    Raises:
        InvalidArgumentError: It has another form, or a key or value that no label can have.
    """
    terms = [_parse(part.strip()) for part in text.split(",")] if text.strip() else []
    return tuple(dict.fromkeys(terms))


def _parse(part: str) -> LabelTerm:
    key, sign, value = part.partition("!=") if "!=" in part else part.partition("==" if "==" in part else "=")
    if not sign:
        raise InvalidArgumentError(
            f"{part!r} is not part of a selector.", hint="Write key=value or key!=value, with commas between several."
        )
    key, value = key.strip(), value.strip()
    check_selector("label", {key: value})
    return LabelTerm(key, value, equal=sign != "!=")
