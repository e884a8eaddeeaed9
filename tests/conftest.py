"""The order of the tests."""


def pytest_collection_modifyitems(items):
    """Put the tests of the workflow first.

    They take longest, file by file: with short files at the end, processes end together.
    """
    items.sort(key=lambda item: item.path.parent.name != "workflow")
