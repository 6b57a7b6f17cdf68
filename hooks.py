from odoo.fields import Domain
from odoo.tools import SQL, sql

from .chorus.document.model import FRAMEWORK_DEPOSIT

MODULE = __name__.split(".")[2]


def pre_init_hook(env):
    """Give the invoices of before their framework and document type by SQL: writing on years of
    invoices, or computing one by one, would take hours."""
    cr = env.cr
    if not sql.column_exists(cr, "account_move", "l10n_fr_chorus_framework"):
        # A default of the column takes no time, even in a big table; the ORM has its own.
        column = "ALTER TABLE account_move %s COLUMN l10n_fr_chorus_framework %s"
        cr.execute(SQL(column, SQL("ADD"), SQL("varchar DEFAULT %s", FRAMEWORK_DEPOSIT)))
        cr.execute(SQL(column, SQL("ALTER"), SQL("DROP DEFAULT")))
    for name in ("l10n_fr_chorus_corrected_id", "l10n_fr_chorus_proposed_for_id"):
        # Nothing to compute on existing rows: an empty column is enough.
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
    _link_credit_notes_of_sales(cr)
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


def _link_credit_notes_of_sales(cr):
    """Name the invoice of credit notes that ``sale`` made, as draft ones get it.

    See ``_l10n_fr_chorus_find_credited`` of ``account.move``.
    """
    cr.execute(
        SQL(
            """
            UPDATE account_move
               SET l10n_fr_chorus_corrected_id = found.invoice_id
              FROM (SELECT refund.id, MIN(invoice.id) AS invoice_id
                      FROM account_move refund
                      JOIN account_move_line line ON line.move_id = refund.id
                       AND line.display_type = 'product'
                      JOIN sale_order_line_invoice_rel sold ON sold.invoice_line_id = line.id
                      JOIN sale_order_line_invoice_rel rel
                        ON rel.order_line_id = sold.order_line_id
                      JOIN account_move_line item ON item.id = rel.invoice_line_id
                      JOIN account_move invoice ON invoice.id = item.move_id
                       AND invoice.move_type = 'out_invoice'
                       AND invoice.state = 'posted'
                       AND invoice.payment_state != 'reversed'
                       AND invoice.company_id = refund.company_id
                       AND invoice.commercial_partner_id = refund.commercial_partner_id
                     WHERE refund.move_type = 'out_refund'
                       AND refund.reversed_entry_id IS NULL
                     GROUP BY refund.id
                    HAVING COUNT(DISTINCT invoice.id) = 1) found
             WHERE account_move.id = found.id
            """
        )
    )


def uninstall_hook(env):
    """Remove the records that users made of our lists, and that Odoo would leave behind.

    A favourite on a removed field breaks the list of invoices for users who have it by default.
    """
    models = [name for name, model in env.registry.items() if model._original_module == MODULE]
    named = Domain.OR(
        Domain(column, "like", "l10n_fr_chorus") for column in ("domain", "context", "sort")
    )
    Filters = env["ir.filters"].with_context(active_test=False)
    Filters.search(Domain("model_id", "in", models) | named).unlink()
    env["ir.exports"].search([("resource", "in", models)]).unlink()
    env["ir.exports.line"].search([("name", "like", "l10n_fr_chorus")]).unlink()
    # Other modules have external ids of what their mixins gave our models; Odoo deletes ours alone.
    for name, path in (
        ("ir.model.fields.selection", "field_id.model"),
        ("ir.model.inherit", "model_id.model"),
    ):
        records = env[name].search([(path, "in", models)])
        theirs = Domain("model", "=", name) & Domain("module", "!=", MODULE)
        env["ir.model.data"].search(theirs & Domain("res_id", "in", records.ids)).unlink()
