import datetime
import logging

from markupsafe import Markup
from psycopg2 import OperationalError

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import format_date

from ...chorus.deposit import calendar
from ...chorus.deposit import folder as chorus_folder
from ...chorus.messages import ChorusError
from ..folder_field import FolderField

_logger = logging.getLogger(__name__)

#: How long a monthly export waits for another user of its documents.
RETRY = datetime.timedelta(minutes=10)

PERIODS = [
    (calendar.LAST_MONTH, "The month before"),
    (calendar.THIS_MONTH, "The month so far"),
    (calendar.LAST_90_DAYS, "The last 90 days"),
]


class ResCompany(models.Model):
    _inherit = "res.company"

    l10n_fr_chorus_schedule = fields.Boolean(
        string="Export Every Month",
        help="Export to Chorus Pro automatically, each month, what is not exported yet. Documents "
        "with anomalies are held back, and explained.",
        groups="base.group_user",
    )
    l10n_fr_chorus_schedule_day = fields.Integer(
        string="Day of the Month",
        default=1,
        required=True,
        help="1 to 31; the last day of a month that has not got it.",
        groups="base.group_user",
    )
    l10n_fr_chorus_schedule_period = fields.Selection(
        PERIODS,
        string="Invoices of",
        default=calendar.LAST_MONTH,
        required=True,
        help="Invoice dates of the documents that are exported.",
        groups="base.group_user",
    )
    l10n_fr_chorus_schedule_syntax = fields.Selection(
        selection="_selection_l10n_fr_chorus_syntax",
        string="Syntax of the Monthly Export",
        help="Empty: the company's syntax.",
        groups="base.group_user",
    )
    l10n_fr_chorus_schedule_folder = FolderField(
        string="Folder of the Monthly Export",
        help="Below the server's export folder. Empty: the folder last used.",
        groups="base.group_user",
    )
    l10n_fr_chorus_schedule_user_ids = fields.Many2many(
        "res.users",
        "l10n_fr_chorus_schedule_user_rel",
        string="Whom to Notify",
        domain="[('share', '=', False)]",
        help="Notified when the monthly export is over, and each week of deposits that are not "
        "recorded.",
        groups="base.group_user",
    )
    l10n_fr_chorus_schedule_last = fields.Date(
        string="Last Monthly Export", readonly=True, groups="base.group_user"
    )
    l10n_fr_chorus_reminder_last = fields.Date(
        string="Last Weekly Reminder", readonly=True, groups="base.group_user"
    )
    l10n_fr_chorus_reminder_days = fields.Integer(
        string="Remind of an Unrecorded Deposit after (Days)",
        default=3,
        required=True,
        help="Documents exported since so many days and not recorded as deposited are listed as "
        "late. 0: never.",
        groups="base.group_user",
    )

    @api.constrains("l10n_fr_chorus_schedule_day")
    def _check_l10n_fr_chorus_schedule_day(self):
        for company in self:
            if not 1 <= company.l10n_fr_chorus_schedule_day <= 31:
                raise ValidationError(
                    self.env._("The day of the monthly export to Chorus Pro is from 1 to 31.")
                )

    @api.constrains("l10n_fr_chorus_folder", "l10n_fr_chorus_schedule_folder")
    def _check_l10n_fr_chorus_folder(self):
        # Whether it can be written is seen at use; a path that leads elsewhere, at once.
        for company in self:
            for folder in (company.l10n_fr_chorus_folder, company.l10n_fr_chorus_schedule_folder):
                try:
                    chorus_folder.components(folder)
                except ChorusError as error:
                    render = self.env["l10n_fr.chorus.checked.mixin"]._render
                    raise ValidationError(render(error.message)) from error


class L10nFrChorusExport(models.Model):
    _inherit = "l10n_fr.chorus.export"

    is_scheduled = fields.Boolean(string="Monthly Export", readonly=True)

    @api.model
    def _cron_schedule(self):
        """Run the monthly exports that are due; once a week, notify users of late deposits."""
        Cron, Company = self.env["ir.cron"], self.env["res.company"]
        today = fields.Date.context_today(self)
        # Asked for again one day, it waits for its day again.
        Company.search(
            [("l10n_fr_chorus_schedule", "=", False), ("l10n_fr_chorus_schedule_last", "!=", False)]
        ).l10n_fr_chorus_schedule_last = False
        for company in Company.search([("l10n_fr_chorus_schedule", "=", True)]):
            day, last = company.l10n_fr_chorus_schedule_day, company.l10n_fr_chorus_schedule_last
            if calendar.is_due(day, today, last or None):
                self._try_schedule(company, today)
            elif not last:
                # If the server is off on the day, the missed export is known.
                company.l10n_fr_chorus_schedule_last = today
            Cron._commit_progress(1)
        self._remind()
        Cron._commit_progress(remaining=0)

    def _try_schedule(self, company, today):
        """Run the monthly export of a company; a failure is notified, and stops no other company.

        :param company: whose documents
        :param datetime.date today: day of the export
        """
        try:
            with self.env.cr.savepoint():
                self._export_schedule(company, today)
        except OperationalError:
            self.env.cr.rollback()
            _logger.warning("Chorus Pro: the monthly export of %s waits, a conflict", company.id)
            self._keep_due(company, today)
            # sudo: triggering a scheduled action is no right of the user's
            cron = self.env.ref("l10n_fr_chorus_export.ir_cron_schedule").sudo()
            cron._trigger(at=fields.Datetime.now() + RETRY)
        except Exception as error:
            if not isinstance(error, UserError):
                _logger.exception("Chorus Pro: the monthly export of %s failed", company.id)
            # Told to those who can mend it; the next day tries again.
            self._keep_due(company, today)
            self._notify_schedule(
                company,
                self.env._("Chorus Pro: the monthly export failed"),
                Markup("<p>%s</p>") % (str(error) or type(error).__name__),
                is_failure=True,
            )

    def _keep_due(self, company, today):
        """Have the next run try the monthly export of a company again."""
        due = calendar.latest_due(company.l10n_fr_chorus_schedule_day, today)
        company.l10n_fr_chorus_schedule_last = due - datetime.timedelta(days=1)

    def _export_schedule(self, company, today):
        """Leave the monthly export of a company to the background.

        :param company: whose documents
        :param datetime.date today: day of the export
        """
        self = self.with_company(company).with_context(allowed_company_ids=company.ids)
        due = calendar.latest_due(company.l10n_fr_chorus_schedule_day, today)
        date_from, date_to = calendar.period(company.l10n_fr_chorus_schedule_period, due, today)
        Move = self.env["account.move"]
        moves = Move.search(
            Move._l10n_fr_chorus_get_domain(company, date_from, date_to),
            order="invoice_date, name, id",
        )
        company.l10n_fr_chorus_schedule_last = today
        if not moves:
            self._notify_schedule(
                company,
                self.env._("Chorus Pro: nothing to export"),
                Markup("<p>%s</p>")
                % self.env._(
                    "No document from %(date_from)s to %(date_to)s waits for its export.",
                    date_from=format_date(self.env, date_from),
                    date_to=format_date(self.env, date_to),
                ),
            )
            return
        last_used = company.l10n_fr_chorus_folder
        folder = company.l10n_fr_chorus_schedule_folder or last_used
        self._export(
            moves,
            company=company,
            folder=folder or "",
            date_from=date_from,
            date_to=date_to,
            syntax=company.l10n_fr_chorus_schedule_syntax or None,
            background=True,
            is_patient=True,
        ).is_scheduled = True
        company.l10n_fr_chorus_folder = last_used  # that of people, who are proposed it again

    @api.model
    def _notify_schedule(self, company, subject, body, is_failure=False):
        """Tell those who follow the exports of a company.

        :param company: whose exports
        :param str subject: of the message
        :param Markup body: of the message
        :param bool is_failure: whether someone has to know: the accounting managers, when nobody
            is to be notified
        """
        users = company.l10n_fr_chorus_schedule_user_ids
        if is_failure and not users:
            managers = self.env.ref("account.group_account_manager")
            users = users.search([("all_group_ids", "in", managers.ids), ("share", "=", False)])
        if users := users.filtered(lambda user: user.active and company in user.company_ids):
            self.env["mail.thread"].message_notify(
                author_id=self.env.ref("base.partner_root").id,
                subject=subject,
                body=body,
                partner_ids=users.partner_id.ids,
            )
