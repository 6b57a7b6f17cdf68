from odoo.tools import SQL, sql


def pre_init_hook(env):
    """Give the invoices of before their document type by SQL: computing it for years of
    invoices, one by one, would take hours."""
    cr = env.cr
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
