"""What to do where something that a test needs is missing."""

import os
from typing import NoReturn

import pytest


def missing(reason: str) -> NoReturn:
    """Skip, with a reason that pytest counts; where CI=true, fail: CI has everything, so a skip there hides something."""
    if os.environ.get("CI", "").lower() in {"1", "true"}:
        pytest.fail(f"{reason}; with CI=true that is a failure, not a skip", pytrace=False)
    pytest.skip(reason)
