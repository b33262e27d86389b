"""Fixtures of these tests."""

from tests.frontends.watched import session

__all__ = ["session"]
