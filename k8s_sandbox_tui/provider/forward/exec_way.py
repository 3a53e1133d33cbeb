"""Connections through exec, where port-forward is refused or does not reach the sandbox's network.

Everything goes over stdin and stdout of a program in the sandbox. Python and Node.js make all connections in one
process; `nc` takes an exec for each. Half-close works in both directions but with `nc`, where the server's is the end.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

from k8s_sandbox_tui.provider.errors import ForwardError
from k8s_sandbox_tui.provider.exec.opening import open_command
from k8s_sandbox_tui.provider.exec.patience import PATIENCE as EXEC_PATIENCE
from k8s_sandbox_tui.provider.exec.shell import plan_command
from k8s_sandbox_tui.provider.forward.channel import ChannelError
from k8s_sandbox_tui.provider.forward.helper.netcat import NetcatChannel
from k8s_sandbox_tui.provider.forward.helper.session import HelperSession
from k8s_sandbox_tui.provider.forward.helper.tools import find_tools, helper_command, netcat_command
from k8s_sandbox_tui.provider.forward.model import ForwardWay

if TYPE_CHECKING:
    from collections.abc import Sequence

    from k8s_sandbox_tui.provider.exec.driver import ExecStream
    from k8s_sandbox_tui.provider.exec.shell import ExecPlan
    from k8s_sandbox_tui.provider.forward.channel import Channel
    from k8s_sandbox_tui.provider.forward.destination import Destination


class ExecWay:
    """Makes connections by a program in the sandbox, started when it is needed and again when it has ended."""

    via = ForwardWay.EXEC

    def __init__(self, destination: Destination, *, comes_back: bool) -> None:
        """Asks nothing yet.

        Args:
            destination: The port.
            comes_back: In the network of this machine, connections to the port are such to the forward.
        """
        self._to = destination
        self._comes_back = comes_back
        self._exec_patience = replace(EXEC_PATIENCE, open=destination.patience.connect, ping=destination.patience.ping)
        self._tools: list[str] = []
        self._session: HelperSession | None = None
        self._starting = asyncio.Lock()

    async def start(self) -> None:
        """Finds out whether it can be done; makes no connection to the port.

        Raises:
            ForwardError: The sandbox has nothing to make connections with, or they would come back.
            SandboxError: Commands cannot be run.
        """
        await self._helper()

    async def open(self) -> Channel:
        """Makes a connection.

        Raises:
            ChannelError: Nothing listens there, or the program in the sandbox has ended.
            SandboxError: It cannot be started.
        """
        session = await self._helper()
        return await self._netcat() if session is None else await session.connect()

    async def aclose(self) -> None:
        """Ends the program in the sandbox, and its connections with it."""
        session, self._session = self._session, None
        if session is not None:
            await session.aclose()

    async def _helper(self) -> HelperSession | None:
        """The program that makes many connections; None where there is only `nc`."""
        async with self._starting:
            if self._session is not None and self._session.runs:
                return self._session
            await self.aclose()
            if not self._tools:
                found = await find_tools(self._to.connection, self._to.target)
                if found.here and self._comes_back:
                    raise ForwardError(
                        f"{self._to.sandbox_id} has the network of this machine, where port {self._to.port} is the one"
                        " that is forwarded from.",
                        hint="Choose another local port, or 0 for any that is free.",
                    )
                self._tools = found.names
            complaint = ""
            for tool in tuple(self._tools):
                if tool == "nc":
                    return None
                session = await self._begin(tool)
                if session.runs:
                    self._session = session
                    return session
                # Another one of its name, or a broken one: not tried again.
                self._tools.remove(tool)
                complaint = complaint or f"{tool}: {session.complaint or 'it does not answer'}"
            raise ForwardError(
                f"No program in {self._to.sandbox_id} can make connections ({complaint}).",
                hint="Use an image with a working Python, Node.js or nc, or have port-forward granted.",
            )

    async def _begin(self, tool: str) -> HelperSession:
        _, stream = await self._open(helper_command(tool, self._to.port))
        session = HelperSession(stream, port=self._to.port, sandbox_id=self._to.sandbox_id, patience=self._to.patience)
        begun = False
        try:
            begun = await session.begin()
            await self._to.watch.confirm()
        except BaseException:
            begun = False
            raise
        finally:
            if not begun:
                await session.aclose()
        return session

    async def _netcat(self) -> Channel:
        plan, stream = await self._open(netcat_command(self._to.port))
        try:
            await stream.begin()
            await self._to.watch.confirm()
        except BaseException:
            await stream.aclose()
            raise
        return NetcatChannel(self._to.connection, self._to.target, plan, stream, port=self._to.port)

    async def _open(self, command: Sequence[str]) -> tuple[ExecPlan, ExecStream]:
        plan = plan_command(command, stdin=True)
        try:
            async with asyncio.timeout(self._to.patience.connect):
                return plan, await open_command(self._to.connection, self._to.target, plan, self._exec_patience)
        except TimeoutError:
            raise ChannelError(f"No exec could be opened in {self._to.sandbox_id} in time.") from None
