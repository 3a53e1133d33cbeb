"""What `create` can be asked for. Imports nothing heavy."""

from __future__ import annotations

import argparse
from typing import Literal

import msgspec

from k8s_sandbox_tui.cli.options import add_env, add_json_output, add_many, pair, port, seconds, span

MOST_COPIES = 1000


class Create(msgspec.Struct, frozen=True, kw_only=True):
    """Create a sandbox, or several that are alike. Empty means "not given"."""

    runtime: Literal["node", "python"] | None = None
    image: str = ""
    name: str = ""
    copies: int = 1
    env: list[tuple[str, str]] = []
    env_file: list[str] = []
    meta: list[tuple[str, str]] = []
    label: list[tuple[str, str]] = []
    directory: str = ""
    port: list[tuple[str, int]] = []
    """By name; the name may be empty."""
    request: list[tuple[str, str]] = []
    limit: list[tuple[str, str]] = []
    lifetime: int | None = None
    """Milliseconds, as the next two."""
    max_lifetime: int | None = None
    timeout: int | None = None
    profile: Literal["default", "restricted", "compat"] | None = None
    node_selector: list[tuple[str, str]] = []
    toleration: list[dict[str, str]] = []
    """In Kubernetes' words."""
    service_account: str = ""
    pull_secret: list[str] = []
    runtime_class: str = ""
    output: Literal["text", "json"] = "text"


def add_create_arguments(verb: argparse.ArgumentParser) -> None:
    """Takes all of it."""
    verb.add_argument("--runtime", choices=("node", "python"), help="what is to run in it; node unless given")
    verb.add_argument("--image", metavar="I", default="", help="the container image; the runtime's own unless given")
    verb.add_argument("--name", metavar="N", default="", help="the Pod's name; one with a random ending unless given")
    verb.add_argument("--copies", metavar="N", type=_copies, default=1, help="so many at once, all alike")
    add_env(verb)
    add_many(verb, "--env-file", "PATH", str, "variables from a .env file; --env goes before")
    add_many(verb, "--meta", "K=V", pair, "metadata")
    add_many(verb, "--label", "K=V", pair, "a label of the Pod")
    verb.add_argument("--directory", metavar="D", default="", help="where commands run; made when it is missing")
    add_many(verb, "--port", "[NAME=]N", _named_port, "a port that it listens on, for others to know")
    verb.add_argument("--timeout", metavar="SECONDS", type=seconds, help="wait so long for it to run; 120 unless given")
    add_json_output(verb)
    room = verb.add_argument_group("how long it lives, and what it may use")
    room.add_argument("--lifetime", metavar="SPAN", type=span, help="destroyed after 30m, 2h, 1d 12h …")
    room.add_argument("--max-lifetime", metavar="SPAN", type=span, help="the same, enforced by Kubernetes")
    add_many(room, "--request", "K=V", pair, "what is kept free for it: cpu=500m, memory=1Gi, ephemeral-storage=2Gi")
    add_many(room, "--limit", "K=V", pair, "what it may use at most, in the same words")
    room.add_argument(
        "--profile", choices=("default", "restricted", "compat"), help="restricted passes that Pod Security Standard"
    )
    place = verb.add_argument_group("where it runs")
    add_many(place, "--node-selector", "K=V", pair, "a label that its node must have")
    add_many(place, "--toleration", "K[=V][:EFFECT]", _toleration, "a taint of nodes that it puts up with")
    place.add_argument("--service-account", metavar="N", default="", help="runs as this one, without its token")
    add_many(place, "--pull-secret", "NAME", str, "a Secret to pull the image with")
    place.add_argument("--runtime-class", metavar="N", default="", help="such as gVisor's or Kata's")


def _copies(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 6 and 1 <= int(text) <= MOST_COPIES):
        msg = f"{text!r} is not a number from 1 to {MOST_COPIES}"
        raise argparse.ArgumentTypeError(msg)
    return int(text)


def _named_port(text: str) -> tuple[str, int]:
    name, _, number = text.rpartition("=")
    return name, port(number)


def _toleration(text: str) -> dict[str, str]:
    taint, _, effect = text.partition(":")
    key, equal, value = taint.partition("=")
    read = {"key": key, "operator": "Equal", "value": value} if equal else {"key": key, "operator": "Exists"}
    return read | ({"effect": effect} if effect else {})
