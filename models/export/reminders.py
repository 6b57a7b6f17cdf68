import datetime

from markupsafe import Markup

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import format_date


class L10nFrChorusExport(models.Model):
    """Deposits that nobody has recorded."""

    _inherit = "l10n_fr.chorus.export"

    @api.model
    def _remind(self):
        """Tell, on Mondays, how many deposits are late and how many documents wait.

        A server that was stopped on Monday notifies them once it is back, and never twice.
        """
        today = fields.Date.context_today(self)
        monday = today - datetime.timedelta(days=today.weekday())
        Line, Move = self.env["l10n_fr.chorus.export.line"], self.env["account.move"]
        companies = self.env["res.company"].search(
            [("l10n_fr_chorus_schedule_user_ids", "!=", False)]
        )
        # Those of this month have time.
        until = today.replace(day=1) - datetime.timedelta(days=1)
        for company in companies:
            last = company.l10n_fr_chorus_reminder_last
            if last and last >= monday:
                continue
            company.l10n_fr_chorus_reminder_last = today
            if not last and today != monday:
                continue  # just asked for
            late = Line.search_count([("company_id", "=", company.id), ("is_late", "=", True)])
            waiting = Move.search_count(Move._l10n_fr_chorus_get_domain(company, date_to=until))
            if not late and not waiting:
                continue
            self._notify_schedule(
                company,
                self.env._("Chorus Pro: deposits to record"),
                Markup("<p>%s</p>")
                % self.env._(
                    "Documents exported and not recorded as deposited: %(late)s. Documents up to "
                    "%(date)s that wait for their export: %(waiting)s.",
                    late=late,
                    waiting=waiting,
                    date=format_date(self.env, until),
                ),
            )


class L10nFrChorusExportLine(models.Model):
    _inherit = "l10n_fr.chorus.export.line"

    is_late = fields.Boolean(
        string="Deposit Not Recorded",
        compute="_compute_is_late",
        search="_search_is_late",
        help="Exported for some days, and not recorded as deposited.",
    )

    def _compute_is_late(self):
        late = self.filtered_domain(self._get_late_domain(self.company_id))
        for line in self:
            line.is_late = line in late

    @api.model
    def _search_is_late(self, operator, value):
        if operator != "in":
            return NotImplemented
        # sudo: every user has the delay of the company
        domain = self._get_late_domain(self.env["res.company"].sudo().search([("id", ">", 0)]))
        return domain if True in value else ~domain

    @api.model
    def _get_late_domain(self, companies):
        """Domain of the documents of companies that someone should have deposited by now.

        Days of a calendar: nothing is judged to come before anything else.
        """
        now = fields.Datetime.now()
        return Domain(
            [("state", "=", "exported"), ("is_latest", "=", True), ("outcome", "=", False)]
        ) & Domain.OR(
            Domain("company_id", "in", group.ids)
            & Domain("exported_on", "<", now - datetime.timedelta(days=days))
            for days, group in companies.sudo().grouped("l10n_fr_chorus_reminder_days").items()
            if days > 0
        )
