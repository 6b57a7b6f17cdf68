"""Shared by the tests that need neither Odoo nor a database."""

import os
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

ROOT = Path(__file__).resolve().parents[2]
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

_COMMON = {
    "derandomize": True,
    "deadline": None,
    "database": None,
    "suppress_health_check": [HealthCheck.too_slow],
}
settings.register_profile("quick", max_examples=60, **_COMMON)
settings.register_profile("full", max_examples=2000, **_COMMON)
settings.load_profile("full" if os.environ.get("CHORUS_TEST_FULL") else "quick")


@pytest.fixture(scope="session")
def schematron():
    """The EN 16931 schematron; a set-up without it fails, it does not skip."""
    import oracles

    return oracles.Schematron()
