"""How services of one home call each other over HTTP."""

import ssl

import httpx


def local_client(url: str, timeout: float) -> httpx.Client:
    """A client of a service on this host, which speaks plain HTTP: no proxy of the environment is
    between, and no certificates are read."""
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    return httpx.Client(base_url=url, timeout=timeout, trust_env=False, verify=tls)
