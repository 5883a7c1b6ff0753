"""Packed winners, as the server sends them."""

from __future__ import annotations

import urllib.request
from collections.abc import Iterator
from http import HTTPStatus
from urllib.error import HTTPError

import pytest
import streamlit as st

from dashboard.server.downloads import winner_address, winner_route
from ptmrank_core.benchmark.race.packing import find_packed
from ptmrank_core.config import Settings
from tests.dashboard.raced import pack_made_up, store_race
from tests.dashboard.serving import free_port, serve
from tests.waiting import PATIENCE_SECONDS

RUN = "raced"


@pytest.fixture
def server(settings: Settings) -> Iterator[int]:
    """Port of a dashboard at the home of this test."""
    port = free_port()
    process = serve(settings.home, port)
    try:
        yield port
    finally:
        process.terminate()
        process.wait(PATIENCE_SECONDS)


def status(port: int, address: str) -> int:
    """The status of the answer to a request."""
    try:
        with urllib.request.urlopen(f"http://localhost:{port}/{address}", timeout=PATIENCE_SECONDS) as answer:
            return int(answer.status)
    except HTTPError as error:
        return error.code


def test_a_packed_winner_is_sent_from_its_address_alone(server: int, settings: Settings) -> None:
    """The file under its name, byte for byte; an unknown run or key, or what climbs out, is not found."""
    store_race(settings, "decided", RUN)
    path = pack_made_up(settings, RUN)
    found = find_packed(RUN, settings)
    assert found is not None
    with urllib.request.urlopen(f"http://localhost:{server}/{winner_address(RUN, found.key)}") as answer:
        assert answer.read() == path.read_bytes()
        assert f'filename="{path.name}"' in answer.headers["content-disposition"]
        assert answer.headers["content-type"] == "application/zip"
    for run, key in ((RUN, "0" * 32), ("other", found.key), (RUN, f"..%2F{found.key}"), (RUN, "%2A")):
        refused = {HTTPStatus.NOT_FOUND, HTTPStatus.BAD_REQUEST}  # the latter for a path that climbs
        assert status(server, winner_address(run, key)) in refused


@pytest.mark.parametrize(("base", "below"), [("", ""), ("/", ""), ("apps/rank", "/apps/rank")])
def test_the_route_is_below_the_path_of_the_server(
    monkeypatch: pytest.MonkeyPatch, base: str, below: str
) -> None:
    """A page links to it relative to itself, so it has to be where the pages are."""
    monkeypatch.setattr(st, "get_option", {"server.baseUrlPath": base}.get)
    assert winner_route().path == f"{below}/{winner_address('{run}', '{key}')}"
