"""From a sandbox to the URL of one of its ports, copied or opened."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Protocol

from k8s_sandbox_tui.dashboard.clipboard import ClipboardHost, copy_text
from k8s_sandbox_tui.dashboard.sanitize import sanitize_line
from k8s_sandbox_tui.dashboard.screen_host import ScreenHost
from k8s_sandbox_tui.dashboard.urls.browser import open_in_browser, why_not_open
from k8s_sandbox_tui.dashboard.urls.screen import UrlScreen, UrlWish

if TYPE_CHECKING:
    from collections.abc import Mapping

    from k8s_sandbox_tui.dashboard.urls.ports import UrlHistory
    from k8s_sandbox_tui.dashboard.urls.source import UrlSource


class UrlHost(ScreenHost, ClipboardHost, Protocol):
    """The app: it shows screens and has a clipboard."""


async def show_url(
    app: UrlHost, source: UrlSource, history: UrlHistory, *, environ: Mapping[str, str] | None = None
) -> int | None:
    """Ask for a port, then copy or open its URL and say truthfully what became of it.

    Has to run in a worker.

    Args:
        app: Shows the question and the outcome.
        source: The sandbox; `TemplateUrls` where only its name is at hand.
        history: The ports used before; kept by the caller for the session.
        environ: The environment to judge by; the process's own when None.

    Returns:
        The port, where it is to be forwarded instead.
    """
    environ = os.environ if environ is None else environ
    answer = await app.push_screen_wait(UrlScreen(source, history))
    if answer is None:
        return None
    if answer.wish is UrlWish.FORWARD:
        return answer.port
    shown = sanitize_line(answer.url)
    if answer.wish is UrlWish.COPY:
        outcome = await copy_text(app, answer.url, environ=environ)
        said, fine = outcome.message, not outcome.failed
    else:
        problem = why_not_open(answer.url, environ, sys.platform)
        if not problem and not await open_in_browser(answer.url, environ):
            problem = "No browser could be started: copy the URL instead."
        said, fine = problem or "Opened in the browser", not problem
    severity = "information" if fine else "warning"
    app.notify(f"{said}\n{shown}", severity=severity, markup=False)
    return None
