"""In Odoo's shell, without account_peppol: no other way is seen, and sending is Odoo's own."""

assert not env["ir.module.module"].search([("name", "=", "account_peppol")]).state == "installed"
move = env["l10n_fr.chorus.export.line"].search([("state", "=", "exported")], limit=1).move_id
Send = env["account.move.send"]
data = {move: {**Send._get_default_sending_settings(move), "sending_methods": {"manual"}}}
print(
    move.l10n_fr_chorus_is_exported
    and move._l10n_fr_chorus_get_other_way() == ("", False)
    and not move.l10n_fr_chorus_other_way
    and not move.l10n_fr_chorus_is_sendable
    and "l10n_fr_chorus_sent" not in Send._get_alerts(move, data)
)
