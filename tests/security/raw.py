"""Bytes to the service, as no client of HTTP would send them."""

import socket
from collections.abc import Iterable

import httpx


def said(client: httpx.Client, *pieces: bytes, patience: float = 20) -> bytes:
    """All that is answered until the service closes the connection."""
    return spoken(client, pieces, patience)


def spoken(client: httpx.Client, pieces: Iterable[bytes], patience: float = 20) -> bytes:
    url = client.base_url
    heard = b""
    with socket.create_connection((url.host, url.port or 80), timeout=patience) as connection:
        try:
            for piece in pieces:
                connection.sendall(piece)
            while piece := connection.recv(65_536):
                heard += piece
        except (BrokenPipeError, ConnectionResetError):
            # It was closed while we still spoke; what it said before may be lost by that.
            pass
    return heard


def status_of(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1]) if answer else 0


def asked(client: httpx.Client, target: str, method: str = "GET", key: str | None = None) -> bytes:
    """The whole answer to a target as it stands, which no client has tidied."""
    sent = key or client.headers.get("X-API-Key")
    shown = f"X-API-Key: {sent}\r\n" if sent else ""
    length = "" if method == "GET" else "Content-Length: 0\r\n"
    head = f"{method} {target} HTTP/1.1\r\nHost: x\r\n{shown}{length}Connection: close\r\n\r\n"
    return said(client, head.encode())
