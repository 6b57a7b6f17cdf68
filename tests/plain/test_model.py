"""The document and its fields."""

import pytest
from factory import make

from chorus.document.model import FORMER_NAMES, Document, Values


def test_a_hook_may_use_a_field_by_its_former_name():
    for former, name in FORMER_NAMES.items():
        values = Values({name: getattr(make(), name) for name in Document.__slots__})
        assert values[former] == values[name]
        values[former] = ("before",)
        document = Document.from_values(values)
        assert getattr(document, name) == getattr(document, former) == ("before",)


def test_a_name_that_no_field_has():
    with pytest.raises(KeyError):
        Values()["brothers"]
