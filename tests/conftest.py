"""The order of the tests."""

from pathlib import Path

import pytest

TESTS = Path(__file__).parent
# The files that take longest, longest first: with short files at the end, processes end together.
# The second does without the project that the first makes for most others, and need not wait.
LONGEST = [
    "workflow/test_faults.py",
    "workflow/test_networks.py",
    "workflow/test_topography.py",
    "explorer/test_browser.py",
    "workflow/test_reruns.py",
    "workflow/test_sharing.py",
    "workflow/test_agreement.py",
    "workflow/test_lineage.py",
    "workflow/test_explorer.py",
    "workflow/test_errors.py",
    "workflow/test_moving.py",
]


def pytest_collection_modifyitems(items):
    """Put the files that take longest first, and of the others those of the workflow."""
    gone = [name for name in LONGEST if not (TESTS / name).is_file()]
    if gone:
        raise pytest.UsageError(f"tests/conftest.py: LONGEST names {', '.join(gone)}: no such file")
    turns = {TESTS / name: turn for turn, name in enumerate(LONGEST)}
    last = len(LONGEST)
    items.sort(key=lambda item: (turns.get(item.path, last), item.path.parent.name != "workflow"))
