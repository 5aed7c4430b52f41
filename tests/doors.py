"""Webhook addresses for tests: loopback, a free port, a secret that is good for nothing else."""

import socket

from bot.settings import Door

SECRET = "canary-secret-of-the-webhook-0123456789"


def free_port() -> int:
    """A port that nobody listens on at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def a_door() -> Door:
    """An address on this machine."""
    port = free_port()
    return Door(f"http://127.0.0.1:{port}", SECRET, "127.0.0.1", port)
