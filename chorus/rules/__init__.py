"""The rules: each finds one fault for which Chorus Pro would refuse a document.

The order of the modules below is the order in which anomalies are shown.
"""

from .base import (
    BLOCKING,
    REMARK,
    RULES,
    Anomaly,
    Rule,
    Settings,
    anomaly,
    at,
    check,
    extra_rule,
    failed,
    file_fault,
    internal_fault,
    rule,
    unreadable,
)
from . import guards, parties, references, requirements, payment, lines, vat, totals, attachments

#: Rules on the number, which a draft has not got yet.
ON_NUMBER = frozenset({"number_length", "number_characters", "number_twice"})
#: Rules on attachments, which the readable invoice joins once it is printed.
ON_ATTACHMENTS = frozenset(code for code in RULES if code.startswith("attachment_"))
