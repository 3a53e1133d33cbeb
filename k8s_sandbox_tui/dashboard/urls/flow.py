"""From a sandbox to the URL of one of its ports, copied or opened."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from k8s_sandbox_tui.dashboard.clipboard import ClipboardHost, copy_text
from k8s_sandbox_tui.dashboard.sanitize import sanitize_line
from k8s_sandbox_tui.dashboard.screen_host import ScreenHost
from k8s_sandbox_tui.dashboard.urls.browser import open_in_browser, why_not_open
from k8s_sandbox_tui.dashboard.urls.screen import UrlAnswer, UrlScreen, UrlWish
from k8s_sandbox_tui.dashboard.urls.template_screen import TemplateScreen

if TYPE_CHECKING:
    from collections.abc import Mapping

    from k8s_sandbox_tui.dashboard.urls.ports import UrlHistory
    from k8s_sandbox_tui.dashboard.urls.source import TemplateUrls
    from k8s_sandbox_tui.dashboard.urls.template import UrlTemplate


class UrlHost(ScreenHost, ClipboardHost, Protocol):
    """The app: it shows screens and has a clipboard."""


async def show_url(
    app: UrlHost,
    source: TemplateUrls,
    history: UrlHistory,
    template: UrlTemplate,
    *,
    why_no_forward: str = "",
    environ: Mapping[str, str] | None = None,
) -> int | None:
    """Ask for a port, then copy or open its URL and say truthfully what became of it.

    Has to run in a worker.

    Args:
        app: Shows the question and the outcome.
        source: The sandbox.
        history: The ports used before; kept by the caller for the session.
        template: What makes the URLs; another one may be set on the way.
        why_no_forward: Why ports cannot be forwarded; empty where they can.
        environ: The environment to judge by; the process's own when None.

    Returns:
        The port, where it is to be forwarded instead.
    """
    environ = os.environ if environ is None else environ
    answer = await _ask(app, source, history, template, why_no_forward)
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


async def _ask(
    app: UrlHost, source: TemplateUrls, history: UrlHistory, template: UrlTemplate, why_no_forward: str
) -> UrlAnswer | None:
    """What is wanted of which port; the template may be changed before that, as often as one likes."""
    port: int | None = None
    while True:
        source = replace(source, template=template.text)
        question = UrlScreen(source, history, port=port, may_change=not template.fixed, why_no_forward=why_no_forward)
        answer = await app.push_screen_wait(question)
        if answer is None or answer.wish is not UrlWish.TEMPLATE:
            return answer
        port = answer.port
        if (text := await app.push_screen_wait(TemplateScreen(template, source))) is not None:
            template.keep(text)
