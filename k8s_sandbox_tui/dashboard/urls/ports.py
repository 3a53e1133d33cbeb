"""Port numbers: reading what is typed, and which ports to suggest."""

from __future__ import annotations

MAX_PORT = 65535

COMMON_PORTS = (3000, 5173, 8000, 8080, 8888, 5000, 4200, 80)
"""Where development servers listen unless told: Node, Vite, Python, proxies, Jupyter, Flask, Angular, HTTP."""

MAX_RECENT = 8


def port_reason(text: str) -> str:
    """Why the text is no port; empty when it is one."""
    text = text.strip()
    if not text:
        return "A port is missing"
    if not (text.isascii() and text.isdigit()):
        return "A port is a whole number"
    # The length first: int() refuses numbers of thousands of digits.
    digits = text.lstrip("0")
    return "" if digits and len(digits) <= 5 and int(digits) <= MAX_PORT else f"A port is from 1 to {MAX_PORT}"


def parse_port(text: str) -> int | None:
    """The port, or None where `port_reason` has something to say."""
    return None if port_reason(text) else int(text.strip().lstrip("0"))


PROTOCOLS = ("http", "https", "ws", "wss")


class UrlHistory:
    """The ports and the protocol used last, for one session of the dashboard."""

    def __init__(self) -> None:
        self._ports: tuple[int, ...] = ()
        self.protocol = PROTOCOLS[0]

    @property
    def ports(self) -> tuple[int, ...]:
        """The latest first."""
        return self._ports

    def use(self, port: int, protocol: str) -> None:
        """Remember both as the latest."""
        self._ports = (port, *(other for other in self._ports if other != port))[:MAX_RECENT]
        self.protocol = protocol

    def suggestions(self) -> tuple[int, ...]:
        """The recent ports, then the common ones that are not among them."""
        return (*self._ports, *(port for port in COMMON_PORTS if port not in self._ports))
