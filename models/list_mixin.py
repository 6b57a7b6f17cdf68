from odoo import api, models

#: First characters of a formula. The library that writes XLSX files reads the first two, programs
#: that open CSV files the others; Odoo itself covers "+" and "-".
FORMULA = ("=", "{=", "@", "\t", "\r")


def _cover(value):
    """A text as no spreadsheet runs it; any other value as it is."""
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value


class L10nFrChorusListMixin(models.AbstractModel):
    """A list of ours as Odoo's own export saves it: names and numbers come from outside."""

    _name = "l10n_fr.chorus.list.mixin"
    _description = "List Saved as a Spreadsheet"

    def export_data(self, fields_to_export):
        # EXTENDS 'base': a name or a number is never run by the spreadsheet that it is opened in
        result = super().export_data(fields_to_export)
        result["datas"] = [[_cover(value) for value in row] for row in result["datas"]]
        return result

    @api.model
    @api.readonly
    def formatted_read_group(self, domain, groupby=(), aggregates=(), *args, **kwargs):
        # EXTENDS 'web': nor is the heading of a group
        groups = super().formatted_read_group(domain, groupby, aggregates, *args, **kwargs)
        if "id:array_agg" in aggregates:  # which the export alone asks for
            for group in groups:
                for name in groupby:
                    value = group[name]
                    if isinstance(value, (tuple, list)):
                        group[name] = tuple(map(_cover, value))
                    else:
                        group[name] = _cover(value)
        return groups
