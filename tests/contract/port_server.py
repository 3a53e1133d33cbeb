"""A server for a Pod, and a client for the forwarded port."""

from __future__ import annotations

import asyncio

ANSWERS_AFTER_THE_END = """
import socket, threading
server = socket.create_server(("127.0.0.1", 0), backlog=500)
print(server.getsockname()[1], flush=True)
def serve(peer):
    with peer:
        data = b""
        while chunk := peer.recv(65536):
            data += chunk
        peer.sendall(data.upper())
while True:
    peer, _ = server.accept()
    threading.Thread(target=serve, args=(peer,), daemon=True).start()
"""
"""Prints its port; answers with what it got, in upper case, once the other side has ended its half."""


async def ask_port(port: int, data: bytes, host: str = "127.0.0.1") -> bytes:
    """Sends all, ends its half, and reads to the end.

    Raises:
        ConnectionError: The other side has broken it.
    """
    reader, writer = await asyncio.open_connection(host, port)
    try:
        writer.write(data)
        try:
            writer.write_eof()
        except OSError as error:
            # The system's word for it depends on how far the reset has come.
            raise ConnectionResetError from error
        return await reader.read()
    finally:
        writer.close()
