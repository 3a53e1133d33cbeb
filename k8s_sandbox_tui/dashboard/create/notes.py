"""The lines below the fields of the create form: what is wrong, else a hint where the cursor is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple, get_args

if TYPE_CHECKING:
    from k8s_sandbox_tui.dashboard.create.form import FormReasons, FormValues

FieldName = Literal["image", "name", "namespace", "copies", "lifetime", "cpu", "memory"]
FIELDS: tuple[FieldName, ...] = get_args(FieldName)
_HINTS: dict[FieldName, str] = {
    "copies": "How many of these to create at once",
    "lifetime": "Destroyed after 30m, 2h or 1d, unless that is put off",
    "cpu": "Cores: what is kept free for it, and what it may use at most",
    "memory": "Bytes: what is kept free for it, and what it may use at most",
}


class Note(NamedTuple):
    """A line below a field."""

    text: str
    wrong: bool


def note(field: FieldName, values: FormValues, reasons: FormReasons, *, focused: bool) -> Note:
    """What to say below a field."""
    reason = reason_of(field, reasons)
    if reason:
        return Note(f"! {reason}", wrong=True)
    return Note(_hint(field, values) if focused else "", wrong=False)


def reason_of(field: FieldName, reasons: FormReasons) -> str:
    """What is wrong with a field; empty where nothing is."""
    return {
        "image": reasons.image,
        "name": reasons.name,
        "namespace": reasons.namespace,
        "copies": reasons.copies,
        "lifetime": reasons.lifetime,
        "cpu": reasons.cpu,
        "memory": reasons.memory,
    }[field]


def _hint(field: FieldName, values: FormValues) -> str:
    if field == "name":
        if not values.name.strip():
            return "Empty makes one up"
        return "A random ending keeps names apart" if values.random_ending else "Used as it stands"
    if field == "image":
        return "" if values.image.strip() else f"Empty takes the default for {values.runtime}"
    if field == "namespace":
        return "" if values.namespace.strip() else "Empty takes the one of this view"
    return _HINTS[field]


def rows_hint(values: FormValues, *, masked: bool, load: str, reveal: str) -> str:
    """What to say behind the heading of the variables.

    Args:
        values: What was typed.
        masked: Whether values are hidden.
        load: The key that imports a file.
        reveal: The key that shows and hides values.
    """
    count = sum(any(row) for row in values.envs)
    if not count:
        return f"a .env file can be pasted, or imported with {load}"
    return f"{count} · values {f'hidden, {reveal} shows them' if masked else f'shown, {reveal} hides them'}"
