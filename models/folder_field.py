from odoo import fields
from odoo.exceptions import UserError


class FolderField(fields.Char):
    """A folder as it is typed: a name that no database can store is an error before the write."""

    def convert_to_cache(self, value, record, validate=True):
        if value and "\0" in str(value):
            raise UserError(
                record.env._(
                    "The name of a folder cannot have a control character (NUL): type it again."
                )
            )
        return super().convert_to_cache(value, record, validate)
