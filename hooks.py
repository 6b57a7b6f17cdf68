from odoo.fields import Domain
from odoo.tools import SQL, sql

from .chorus.document.model import FRAMEWORK_DEPOSIT

MODULE = __name__.split(".")[2]


def pre_init_hook(env):
    """Give the invoices of before their framework and document type by SQL: writing on years of
    invoices, or computing one by one, would take hours."""
    cr = env.cr
    if not sql.column_exists(cr, "account_move", "l10n_fr_chorus_framework"):
        # A default of the column takes no time, whatever stands in the table; the ORM has its own.
        column = "ALTER TABLE account_move %s COLUMN l10n_fr_chorus_framework %s"
        cr.execute(SQL(column, SQL("ADD"), SQL("varchar DEFAULT %s", FRAMEWORK_DEPOSIT)))
        cr.execute(SQL(column, SQL("ALTER"), SQL("DROP DEFAULT")))
    for name in ("l10n_fr_chorus_corrected_id", "l10n_fr_chorus_proposed_for_id"):
        # Nothing to compute on what was there before: an empty column is enough.
        if not sql.column_exists(cr, "account_move", name):
            sql.create_column(cr, "account_move", name, "int4")
    if sql.column_exists(cr, "account_move", "l10n_fr_chorus_type"):
        return
    sql.create_column(cr, "account_move", "l10n_fr_chorus_type", "varchar")
    cr.execute(
        SQL(
            """
            UPDATE account_move
               SET l10n_fr_chorus_type = CASE move_type WHEN 'out_refund' THEN '381' ELSE '380' END
             WHERE move_type IN ('out_invoice', 'out_refund')
            """
        )
    )
    if "sale.order" not in env:
        return
    moves = env["account.move"].search(
        [
            ("move_type", "=", "out_invoice"),
            ("line_ids.sale_line_ids.is_downpayment", "=", True),
        ]
    )
    if prepayments := moves.filtered(lambda move: move._is_downpayment()):
        cr.execute(
            SQL(
                "UPDATE account_move SET l10n_fr_chorus_type = '386' WHERE id IN %s",
                tuple(prepayments.ids),
            )
        )


def uninstall_hook(env):
    """Take along what users made of our lists, and Odoo would leave behind.

    A favourite on a field that is gone breaks the list of invoices for whoever chose it by default.
    """
    models = [name for name, model in env.registry.items() if model._original_module == MODULE]
    named = Domain.OR(
        Domain(column, "like", "l10n_fr_chorus") for column in ("domain", "context", "sort")
    )
    Filters = env["ir.filters"].with_context(active_test=False)
    Filters.search(Domain("model_id", "in", models) | named).unlink()
    env["ir.exports"].search([("resource", "in", models)]).unlink()
    env["ir.exports.line"].search([("name", "like", "l10n_fr_chorus")]).unlink()
