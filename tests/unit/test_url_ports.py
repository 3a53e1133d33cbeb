"""Which ports are taken, which are suggested, and what a browser can open."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from k8s_sandbox_tui.dashboard.remembered import Remembered
from k8s_sandbox_tui.dashboard.urls.browser import why_not_open
from k8s_sandbox_tui.dashboard.urls.ports import COMMON_PORTS, MAX_RECENT, UrlHistory, parse_port, port_reason
from k8s_sandbox_tui.dashboard.urls.source import TemplateUrls, is_placeholder

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("text", "port"),
    [("1", 1), ("65535", 65535), (" 80 ", 80), ("00080", 80), pytest.param("0" * 5000 + "8", 8, id="long")],
)
def test_ports(text: str, port: int) -> None:
    assert parse_port(text) == port


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "A port is missing"),
        ("  ", "A port is missing"),
        ("0", "A port is from 1 to 65535"),
        ("000000", "A port is from 1 to 65535"),
        ("65536", "A port is from 1 to 65535"),
        pytest.param("9" * 5000, "A port is from 1 to 65535", id="long"),
        ("-1", "A port is a whole number"),
        ("80.0", "A port is a whole number"),
        ("8 0", "A port is a whole number"),
        ("٣", "A port is a whole number"),
        ("http", "A port is a whole number"),
    ],
)
def test_what_is_no_port(text: str, reason: str) -> None:
    assert port_reason(text) == reason
    assert parse_port(text) is None


@given(st.text())
def test_any_text_is_judged(text: str) -> None:
    assert (parse_port(text) is None) == bool(port_reason(text))


@given(st.lists(st.integers(1, 65535), min_size=1))
def test_the_latest_ports_come_first_and_none_twice(used: list[int]) -> None:
    history = UrlHistory()
    for port in used:
        history.use(port, "https")
    assert history.protocol == "https"
    assert history.ports[0] == used[-1]
    assert history.ports == tuple(dict.fromkeys(reversed(used)))[:MAX_RECENT]
    suggestions = history.suggestions()
    assert len(set(suggestions)) == len(suggestions)
    assert set(COMMON_PORTS) <= set(suggestions)


def test_a_file_that_somebody_edited_suggests_no_nonsense(tmp_path: Path) -> None:
    file = tmp_path / "remembered.json"
    file.write_text('{"urls": {"": {"ports": [70000, 0, 9, 9, -1], "protocol": "gopher"}}}')
    history = UrlHistory(Remembered(file))
    assert (history.ports, history.protocol) == ((9,), "http")


def test_urls_of_a_sandbox_known_by_name() -> None:
    urls = TemplateUrls(template="{protocol}://{service}.{namespace}:{port}", namespace="team", name="web-1")
    assert urls.sandbox_id == "team/web-1"
    assert urls.get_url(3000, protocol="wss") == "wss://web-1-svc.team:3000"
    assert not is_placeholder(urls.get_url(3000))
    assert is_placeholder(TemplateUrls(template="", namespace="team", name="web-1").get_url(3000))


@pytest.mark.parametrize(
    ("url", "environ", "platform", "opens"),
    [
        ("http://x", {"DISPLAY": ":0"}, "linux", True),
        ("https://x", {"WAYLAND_DISPLAY": "w"}, "linux", True),
        ("http://x", {"BROWSER": "firefox"}, "linux", True),
        ("http://x", {}, "darwin", True),
        ("http://x", {}, "win32", True),
        ("http://x", {}, "linux", False),
        ("ws://x", {"DISPLAY": ":0"}, "linux", False),
        ("http://x", {"DISPLAY": "localhost:10", "SSH_TTY": "/dev/pts/1"}, "linux", False),
        ("http://x", {"SSH_CONNECTION": "a"}, "darwin", False),
    ],
)
def test_where_a_browser_can_be_seen(url: str, environ: dict[str, str], platform: str, opens: bool) -> None:
    assert (not why_not_open(url, environ, platform)) is opens
