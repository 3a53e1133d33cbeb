"""Options and values that several commands take. A value that cannot be read is wrong usage, with the reason."""

from __future__ import annotations

import argparse
import math
import os
from datetime import timedelta
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable


class Takes(Protocol):
    """A parser, or a group of its options."""

    @property
    def add_argument(self) -> Callable[..., argparse.Action]:
        """Takes an option."""
        ...


def add_many(takes: Takes, option: str, metavar: str, read: Callable[[str], object], summary: str) -> None:
    """Takes an option that may be given again."""
    takes.add_argument(
        option, metavar=metavar, type=read, action="append", default=[], help=f"{summary}; may be given again"
    )


def add_id(verb: argparse.ArgumentParser) -> None:
    """Takes the id of a sandbox."""
    verb.add_argument("id", metavar="ID", help="<namespace>/<pod>, or the Pod's name alone")


def add_env(verb: argparse.ArgumentParser) -> None:
    """Takes variables."""
    add_many(verb, "--env", "K=V", variable, "an environment variable; K alone takes the value from this environment")


def add_json_output(verb: argparse.ArgumentParser) -> None:
    """Takes `-o json`."""
    verb.add_argument("-o", "--output", choices=("text", "json"), default="text", help="json: for programs to read")


def pair(text: str) -> tuple[str, str]:
    """Reads `K=V`."""
    key, separator, value = text.partition("=")
    if not separator or not key:
        msg = f"{text!r} is not KEY=VALUE"
        raise argparse.ArgumentTypeError(msg)
    return key, value


def variable(text: str) -> tuple[str, str]:
    """Reads `K=V`, or `K` with its value from the environment: so a secret need not stand in the argument list."""
    if "=" in text or not text:
        return pair(text)
    value = os.environ.get(text)
    if value is None:
        msg = f"{text} has no value here; give {text}=VALUE or export {text} first"
        raise argparse.ArgumentTypeError(msg)
    return text, value


def seconds(text: str) -> int:
    """Reads a positive number of seconds as milliseconds."""
    seconds = number(text)
    if not (seconds >= 0.001 and math.isfinite(seconds)):
        msg = f"{text!r} is not a number of seconds above 0"
        raise argparse.ArgumentTypeError(msg)
    return round(seconds * 1000)


def span(text: str) -> int:
    """Reads a span of time such as `90s`, `30m`, `1d12h` as milliseconds."""
    from k8s_sandbox_tui.provider.durations import LONGEST, parse_span

    read = parse_span(text)
    if read is None or not read:
        msg = f"{text!r} is not a span of time; write it as 90s, 30m, 2h or 1d12h"
        raise argparse.ArgumentTypeError(msg)
    if read > LONGEST:
        msg = f"{text!r} is more than ten years"
        raise argparse.ArgumentTypeError(msg)
    return read // timedelta(milliseconds=1)


def interval(text: str) -> float:
    """Reads the seconds between two looks at the cluster; the bounds are those of the setting."""
    seconds = number(text)
    if not 0.5 <= seconds <= 3600:
        msg = f"{text!r} is not a number of seconds from 0.5 to 3600"
        raise argparse.ArgumentTypeError(msg)
    return seconds


def label_selector(text: str) -> str:
    """Reads which labels sandboxes are to have."""
    from k8s_sandbox_tui.provider.errors import InvalidArgumentError
    from k8s_sandbox_tui.provider.label_terms import parse_label_terms

    try:
        parse_label_terms(text)
    except InvalidArgumentError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
    return text


def number(text: str) -> float:
    """Reads a number; what is none is not a number."""
    try:
        return float(text)
    except ValueError:
        return math.nan


def port(text: str) -> int:
    """Reads a port."""
    if not (text.isascii() and text.isdigit() and len(text) <= 5 and 1 <= int(text) <= 65535):
        msg = f"{text!r} is not a port; ports are 1 to 65535"
        raise argparse.ArgumentTypeError(msg)
    return int(text)


def port_pair(text: str) -> tuple[int, int]:
    """Reads a local and a remote port as kubectl does; a local 0 is any that is free."""
    local, separator, remote = text.rpartition(":")
    if separator and local in {"", "0"}:
        return 0, port(remote)
    return port(local) if separator else port(remote), port(remote)


def addresses(text: str) -> list[str]:
    """Reads addresses with commas between them."""
    return [address.strip() for address in text.split(",")]
