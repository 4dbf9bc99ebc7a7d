"""Shared fixtures: the Bærum scenario, read once, and a cache of its own for compiled code."""

import pytest

from ldip.scenario.reader import Source, read


@pytest.fixture(scope="session")
def source() -> Source:
    return read("baerum-2020")


@pytest.fixture(scope="session")
def scenario(source: Source):
    return source.scenario
