"""The document and its fields."""

from factory import make

from chorus.document.model import FORMER_NAMES, Document


def test_a_hook_may_give_a_field_by_its_former_name():
    values = {name: getattr(make(), name) for name in Document.__slots__}
    for former, name in FORMER_NAMES.items():
        document = Document.from_values({**values, former: ("before",)})
        assert getattr(document, name) == getattr(document, former) == ("before",)
