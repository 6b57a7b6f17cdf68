from odoo import api, fields, models
from odoo.tools import SQL

from ...chorus.document.model import WAY_PEPPOL, WAY_PLATFORM
from ...chorus.rules.references import WAYS

#: States of ``peppol_move_state`` in which nothing has left. In any other one, also of a version to
#: come, the document has left: ``account_peppol_response`` and ``l10n_fr_pdp`` keep the answers of
#: the network in this field.
NOT_SENT = (False, "", "ready", "skipped", "error")
LEAVING = "to_send"

#: States that the approved platform alone gives (``l10n_fr_pdp``).
OF_PLATFORM = {
    *("PD", "submitted", "made_available", "refused", "cancelled", "sent", "suspended"),
    "completed",
}

#: Sending methods that carry the invoice itself to the public body; the others carry a copy to
#: read, by mail or on paper.
NETWORKS = {"peppol", "pdp"}


class AccountMove(models.Model):
    """The other ways by which a document goes out: Odoo's Peppol and its approved platform.

    Their fields may be missing: neither ``account_peppol`` nor its extensions are dependencies.
    """

    _inherit = "account.move"

    l10n_fr_chorus_other_way = fields.Char(
        string="Other Way",
        compute="_compute_l10n_fr_chorus_other_way",
        groups="base.group_user",
        help="Another way by which the document was sent, or is about to be.",
    )
    l10n_fr_chorus_deposit_anyway = fields.Boolean(
        string="Deposit on Chorus Pro all the same",
        copy=False,
        groups="base.group_user",
        help="The document was sent by another way, which did not reach the public body. Another "
        "state of that way unticks it.",
    )
    l10n_fr_chorus_is_sendable = fields.Boolean(
        string="Went to Chorus Pro, May Be Sent by Another Way",
        compute="_compute_l10n_fr_chorus_is_sendable",
        groups="base.group_user",
    )
    l10n_fr_chorus_send_anyway = fields.Boolean(
        string="Send all the same",
        compute="_compute_l10n_fr_chorus_send_anyway",
        compute_sudo=True,  # every reader of an invoice sees whether it may be sent
        inverse="_inverse_l10n_fr_chorus_send_anyway",
        groups="base.group_user",
        help="The document went to Chorus Pro, which did not reach the public body: Peppol or the "
        "approved platform may carry it. Another state on Chorus Pro unticks it.",
    )

    @api.depends(
        lambda model: ["state", *({"peppol_move_state", "pdp_uses_pdp"} & set(model._fields))]
    )
    @api.depends_context("lang")
    def _compute_l10n_fr_chorus_other_way(self):
        for move in self:
            way, is_leaving = move._l10n_fr_chorus_get_other_way()
            name = move._l10n_fr_chorus_get_way_name(way)
            if is_leaving:
                name = self.env._("%(way)s: about to leave", way=name)
            elif name:
                name = self.env._("%(way)s: already sent", way=name)
            move.l10n_fr_chorus_other_way = name

    @api.depends("l10n_fr_chorus_is_exported")
    def _compute_l10n_fr_chorus_is_sendable(self):
        methods = self.env["res.partner"]._fields["invoice_sending_method"].get_values(self.env)
        has_networks = not NETWORKS.isdisjoint(methods)
        for move in self:
            move.l10n_fr_chorus_is_sendable = has_networks and move.l10n_fr_chorus_is_exported

    @api.depends("l10n_fr_chorus_latest_line_ids.send_anyway")
    def _compute_l10n_fr_chorus_send_anyway(self):
        for move in self:
            line = move._origin.l10n_fr_chorus_latest_line_ids[:1]
            move.l10n_fr_chorus_send_anyway = line.send_anyway

    def _inverse_l10n_fr_chorus_send_anyway(self):
        for move in self:
            # sudo: the engine alone writes on exports; who writes on the invoice may say this
            line = move.sudo().l10n_fr_chorus_latest_line_ids
            line.send_anyway = move.l10n_fr_chorus_send_anyway

    def _l10n_fr_chorus_get_other_way(self):
        """The way by which the document was sent, or waits to leave.

        :return: a key of ``chorus.rules.references.WAYS``, "" for none, and whether it waits
        :rtype: tuple[str, bool]
        """
        self.ensure_one()
        state = "peppol_move_state" in self._fields and self.peppol_move_state
        if state in NOT_SENT:
            return "", False
        return self._l10n_fr_chorus_get_network(state), state == LEAVING

    def _l10n_fr_chorus_get_network(self, state=None):
        """The network that carries, or carried, the document.

        :param str state: of ``peppol_move_state``
        :return: a key of ``chorus.rules.references.WAYS``
        """
        self.ensure_one()
        # sudo: for every reader of an invoice; only its manager may read the platform's account
        is_of_platform = "pdp_uses_pdp" in self._fields and self.sudo().pdp_uses_pdp
        return WAY_PLATFORM if is_of_platform or state in OF_PLATFORM else WAY_PEPPOL

    @api.model
    def _l10n_fr_chorus_get_way_name(self, way):
        """The name of a way in the user's language, as it follows "by"."""
        if way not in WAYS:
            return way
        return self.env["l10n_fr.chorus.checked.mixin"]._translate(WAYS[way])

    def _write_multi(self, vals_list):
        # EXTENDS 'base': a state that other modules compute and store does not pass through
        # `write`; all changes of the ORM pass here.
        result = super()._write_multi(vals_list)
        told = [
            (move.id, vals)
            for move, vals in zip(self, vals_list, strict=True)
            if "peppol_move_state" in vals
        ]
        if told:
            # The user ticked it for the sendings by then, and for no later one.
            self.browse(
                id_ for id_, vals in told if "l10n_fr_chorus_deposit_anyway" not in vals
            )._l10n_fr_chorus_forget_deposit_anyway()
            ids = [id_ for id_, _vals in told]
            self.env["l10n_fr.chorus.verdict"]._mark_stale([("move_id", "in", ids)])
        return result

    def _l10n_fr_chorus_forget_deposit_anyway(self):
        if not self:
            return
        # By SQL: this is called while Odoo flushes these invoices.
        self.env.cr.execute(
            SQL(
                """UPDATE account_move SET l10n_fr_chorus_deposit_anyway = FALSE
                    WHERE id IN %s AND l10n_fr_chorus_deposit_anyway""",
                tuple(self.ids),
            )
        )
        self.invalidate_recordset(["l10n_fr_chorus_deposit_anyway"], flush=False)
