"""The names and origins that a request may carry: those of this server.

A page of another site can send requests here, and can point its own name at this machine (DNS rebinding).
What it cannot do is choose the headers Host and Origin, which browsers write: they tell who is asking.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import ip_address

import streamlit as st

from ptmrank_core.config import Settings
from ptmrank_core.errors import InputError

__all__ = ["LOOPBACK", "Authority", "Door", "is_loopback_bind", "own_door", "read_authority", "read_origin"]

LOOPBACK = ("localhost", "127.0.0.1", "[::1]")
PORTS = {"http": 80, "https": 443}
LABEL = r"[a-z0-9](?:[a-z0-9_-]*[a-z0-9])?"
AUTHORITY = re.compile(rf"({LABEL}(?:\.{LABEL})*|\[[0-9a-f:.]+\])(?::([0-9]{{1,5}}))?", re.ASCII)
ORIGIN = re.compile(r"(https?)://(.+)", re.ASCII)
FRAME = re.compile(rf"https?://(?:\*\.)?{LABEL}(?:\.{LABEL})*(?::[0-9]{{1,5}})?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Authority:
    """A name with a port, as addresses and the header Host have them.

    Parameters
    ----------
    name
        In lower case; an IPv6 address in brackets.
    port
        ``None`` where none is written: then it is the scheme's own.
    """

    name: str
    port: int | None = None

    def at(self, scheme: str) -> tuple[str, int]:
        """Return the name and the port that a browser connects to."""
        return self.name, PORTS[scheme] if self.port is None else self.port


@dataclass(frozen=True, slots=True)
class Door:
    """Whom a server answers.

    Parameters
    ----------
    names
        The names that it answers at; ``None`` where these are not known.
    proxies
        Where visitors reach it through a proxy.
    frame_ancestors
        Origins whose pages may show it in a frame, besides its own.
    base
        The path that everything is below: empty, or with a slash before it and none behind.
    """

    names: frozenset[str] | None
    proxies: tuple[Authority, ...] = ()
    frame_ancestors: tuple[str, ...] = ()
    base: str = ""

    def answers_at(self, host: Authority) -> bool:
        """Whether a name is one of the server's."""
        return self.names is None or host.name in self.names

    def is_own(self, origin: str, host: Authority, *, is_encrypted: bool) -> bool:
        """Whether an origin is that of the pages which the server shows under a name.

        A proxy may speak https to browsers and http to the server, and may write a host of its own.
        """
        scheme, authority = read_origin(origin)
        if authority is None or (is_encrypted and scheme != "https"):
            return False
        place = authority.at(scheme)
        return place in {host.at(scheme), *(proxy.at(scheme) for proxy in self.proxies)}


def read_authority(text: str) -> Authority | None:
    """Read a name with its port; ``None`` if it is none that a browser sends."""
    match = AUTHORITY.fullmatch(text.lower())
    if match is None:
        return None
    return Authority(match[1], None if match[2] is None else int(match[2]))


def read_origin(text: str) -> tuple[str, Authority | None]:
    """Read the scheme and the authority of an origin; the latter is ``None`` if it is no page's."""
    match = ORIGIN.fullmatch(text.lower())
    return ("", None) if match is None else (match[1], read_authority(match[2]))


def is_loopback_bind() -> bool:
    """Whether the server is bound to an address that only this machine reaches."""
    address = str(st.get_option("server.address") or "")
    try:
        return ip_address(address.strip("[]")).is_loopback
    except ValueError:
        return address.lower() == "localhost"


def own_door(settings: Settings) -> Door:
    """Read whom this server answers out of its settings.

    Raises
    ------
    InputError
        If a setting names what is no host or no origin.
    """
    hosts = tuple(_read_hosts(settings.hosts))
    base = str(st.get_option("server.baseUrlPath") or "").strip("/")
    is_known = bool(hosts) or is_loopback_bind()
    return Door(
        names=frozenset({*LOOPBACK, *_bound_name(), *(host.name for host in hosts)}) if is_known else None,
        # Not of this machine: there a name without a port would be another program's page.
        proxies=tuple(host for host in hosts if host.name not in LOOPBACK),
        frame_ancestors=tuple(_read_frames(settings.frame_ancestors)),
        base=f"/{base}" if base else "",
    )


def _bound_name() -> list[str]:
    """Return the address of loopback that the server is bound to, such as 127.8.0.1."""
    address = str(st.get_option("server.address")).strip("[]")
    return [f"[{address}]" if ":" in address else address] if is_loopback_bind() else []


def _read_hosts(texts: Iterable[str]) -> Iterable[Authority]:
    for text in texts:
        host = read_authority(text)
        if host is None:
            raise InputError(
                f"PTMRANK_HOSTS has {text!r}; expected names such as rank.example.org or "
                "rank.example.org:8443."
            )
        yield host


def _read_frames(texts: Iterable[str]) -> Iterable[str]:
    for text in texts:
        if FRAME.fullmatch(text.lower()) is None:
            raise InputError(
                f"PTMRANK_FRAME_ANCESTORS has {text!r}; expected origins such as https://huggingface.co."
            )
        yield text.lower()
