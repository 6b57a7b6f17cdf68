"""A company's connection to the portal: secrets, their test, their expiry."""

import datetime
import logging
import math
import time

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import format_date

from ...chorus.messages import ChorusError, Message
from ...chorus.portal import client, services

_logger = logging.getLogger(__name__)

#: Readable by administrators, and in no export and no copy.
SECRETS = ("client_id", "client_secret", "login", "password")

#: Days before the password dies on which someone is told.
REMINDERS = (30, 15, 3)
EXPIRY_AGE = datetime.timedelta(days=7)
#: A portal that is out of order is none of anybody's business before this.
OUTAGE = datetime.timedelta(days=1)
#: After a failure, the next try: a portal that is down, and secrets that are refused.
RETRY_DOWN, RETRY_DENIED = datetime.timedelta(hours=1), datetime.timedelta(days=1)

#: Hidden parameters: the base address of a stand-in of the portal, and the time that calls take.
PARAMETER = "l10n_fr_chorus_export.portal_%s"
#: Seconds that one answer may take, and seconds after which no further call is made: Odoo ends a
#: request, or a run of a scheduled action, after 120.
ANSWER_SECONDS, RUN_SECONDS = 20, 60


class L10nFrChorusConnection(models.Model):
    """How a company is known to the portal. Administrators alone read or write it.

    It works in the database in which an administrator has confirmed it, and in no copy of it.
    """

    _name = "l10n_fr.chorus.connection"
    _description = "Connection to Chorus Pro"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "company_id"

    _company_unique = models.Constraint(
        "UNIQUE (company_id)", "This company has a connection to Chorus Pro already."
    )

    company_id = fields.Many2one(
        "res.company",
        required=True,
        default=lambda self: self.env.company,
        ondelete="cascade",
        copy=False,
    )
    environment = fields.Selection(
        [(client.QUALIFICATION, "Qualification (tests)"), (client.PRODUCTION, "Production")],
        required=True,
        default=client.QUALIFICATION,
    )
    source_id = fields.Many2one(
        "l10n_fr.chorus.connection",
        string="Use those of",
        domain="[('id', '!=', id), ('source_id', '=', False), ('environment', '=', environment)]",
        ondelete="restrict",
        help="Another company whose technical account has rights on this one too.",
    )
    client_id = fields.Char(
        string="Client ID", groups="base.group_system", copy=False, exportable=False
    )
    client_secret = fields.Char(groups="base.group_system", copy=False, exportable=False)
    login = fields.Char(
        string="Technical Account",
        groups="base.group_system",
        copy=False,
        exportable=False,
        help="Such as TECH_1_234@cpro.fr",
    )
    password = fields.Char(
        string="Password of the Account",
        groups="base.group_system",
        copy=False,
        exportable=False,
    )
    user_id = fields.Many2one(
        "res.users",
        string="Responsible",
        default=lambda self: self.env.user,
        domain="[('share', '=', False)]",
        help="An administrator, who is told when the connection fails and before the password "
        "expires.",
    )
    database_uuid = fields.Char(readonly=True, copy=False)
    base_url = fields.Char(readonly=True, copy=False)
    is_confirmed = fields.Boolean(
        compute="_compute_is_confirmed",
        help="The secrets were given, or confirmed, in this very database.",
    )
    password_expires_on = fields.Date(string="Password Expires on", readonly=True, copy=False)
    expiry_read_on = fields.Date(readonly=True, copy=False)
    expiry_reminder = fields.Integer(readonly=True, copy=False)
    tested_on = fields.Datetime(string="Last Test", readonly=True, copy=False)
    test_steps = fields.Json(readonly=True, copy=False)
    test_result = fields.Html(compute="_compute_test_result", string="Result of the Test")
    failing_since = fields.Datetime(readonly=True, copy=False)
    failure = fields.Json(readonly=True, copy=False)
    failure_text = fields.Char(compute="_compute_failure_text", string="What Fails")
    is_failure_told = fields.Boolean(readonly=True, copy=False)
    retry_after = fields.Datetime(string="Next Try", readonly=True, copy=False)

    @api.depends("company_id")
    def _compute_display_name(self):
        for connection in self:
            connection.display_name = connection.company_id.name

    @api.depends("database_uuid", "base_url")
    def _compute_is_confirmed(self):
        place = self._get_place()
        for connection in self:
            own = connection.database_uuid, connection.base_url
            connection.is_confirmed = own == tuple(place.values())

    @api.depends("failure")
    @api.depends_context("lang")
    def _compute_failure_text(self):
        for connection in self:
            said = connection.failure
            connection.failure_text = said and self._render(Message.from_dict(said))

    @api.depends("test_steps")
    @api.depends_context("lang")
    def _compute_test_result(self):
        names = self._get_step_names()
        for connection in self:
            rows = Markup()
            for item in connection.test_steps or []:
                mark, colour = ("✓", "success") if item["is_good"] else ("✗", "danger")
                said = self._render(Message.from_dict(item["message"])) if item["message"] else ""
                cure = "" if item["is_good"] else self._get_cure(item["step"])
                rows += Markup(
                    '<li><span class="text-%s fw-bold">%s</span> <strong>%s</strong> %s'
                    "<div>%s</div></li>"
                ) % (colour, mark, names[item["step"]], said, cure)
            connection.test_result = (
                Markup('<ul class="list-unstyled">%s</ul>') % rows if rows else False
            )

    @api.constrains("source_id", "environment")
    def _check_source(self):
        for connection in self:
            source = connection.source_id
            if source and (source == connection or source.source_id):
                raise ValidationError(
                    self.env._("Use the secrets of a company that has secrets of its own.")
                )
            others = source | self.search([("source_id", "=", connection.id)])
            if any(other.environment != connection.environment for other in others):
                raise ValidationError(
                    self.env._("Companies that share secrets are in the same environment.")
                )

    # ------------------------------------------------------------------ secrets

    @api.model_create_multi
    def create(self, vals_list):
        # EXTENDS 'base'
        for vals in vals_list:
            self._check_given(vals)
        given = [{name: vals.get(name) for name in SECRETS if name in vals} for vals in vals_list]
        connections = super().create(
            [{key: vals[key] for key in vals if key not in SECRETS} for vals in vals_list]
        )
        # A query that fails is written in the log with its values: rows that could fail go first.
        connections.flush_recordset()
        for connection, secrets in zip(connections, given, strict=True):
            connection.write({**secrets, **self._get_place()})
        self._switch(True)
        return connections

    def write(self, vals):
        # EXTENDS 'base'
        self._check_given(vals)
        if any(name in vals for name in (*SECRETS, "environment", "source_id")):
            # Locked first, for no other worker makes the query fail then: see `create`.
            self.lock_for_update()
            vals = {
                **{
                    name: value.strip() if isinstance(value, str) and name in SECRETS else value
                    for name, value in vals.items()
                },
                # Given here, they are meant for this database.
                **self._get_place(),
                "failing_since": False,
                "failure": False,
                "is_failure_told": False,
                "retry_after": False,
                "test_steps": False,
                "tested_on": False,
                "expiry_read_on": False,
            }
        return super().write(vals)

    @api.model
    def _check_given(self, vals):
        """Refuse the secrets of a company that the administrator does not work in."""
        self.browse(vals.get("source_id") or []).check_access("read")

    def unlink(self):
        # EXTENDS 'base'
        result = super().unlink()
        if not self.sudo().search_count([], limit=1):  # sudo: those of all companies
            self._switch(False)
        return result

    @api.model
    def _switch(self, is_on):
        """Begin what serves all connections, with the first of them, or end it with the last.

        :param bool is_on: whether there is one
        """
        # sudo: a user who may make a connection may have it followed
        self.env.ref("l10n_fr_chorus_export.ir_cron_password").sudo().active = is_on

    def export_data(self, fields_to_export):
        # EXTENDS 'base': a file leaves the database
        if any(part in SECRETS for name in fields_to_export for part in name.split("/")):
            raise AccessError(self.env._("The secrets of a connection are in no export."))
        return super().export_data(fields_to_export)

    @api.model
    def _get_place(self):
        """Which database this is: a copy has another number, or another address."""
        get_param = self.env["ir.config_parameter"].sudo().get_param  # sudo: no user reads them
        return {
            "database_uuid": get_param("database.uuid"),
            "base_url": get_param("web.base.url"),
        }

    def action_confirm(self):
        """Have the connection work in this database, which may be a copy of another one."""
        self.check_access("write")
        for connection in self:
            connection.write(self._get_place())
            connection._note_success()

    # ------------------------------------------------------------------ calls

    def _connect(self):
        """A client of the portal, for this company, which begins no call after a minute.

        :rtype: chorus.portal.client.Client
        :raise UserError: when the connection is not to be used, saying why
        """
        self.ensure_one()
        if obstacle := self._find_obstacle():
            raise UserError(obstacle)
        source = self.source_id or self
        default = client.Patience()
        # sudo: no user reads these
        base = self.env["ir.config_parameter"].sudo().get_param(PARAMETER % "address")
        try:
            addresses = client.Addresses.below(base) if base else client.ADDRESSES[self.environment]
        except ChorusError as error:
            raise UserError(self._render(error.message)) from error
        connected = client.Client(
            addresses,
            client.Credentials(*(source[name] for name in SECRETS)),
            client.Patience(
                answer=self._get_number("timeout", ANSWER_SECONDS),
                deposit=self._get_number("deposit_timeout", default.deposit),
                pace=self._get_number("pace", default.pace),
            ),
        )
        connected.until = time.monotonic() + RUN_SECONDS
        return connected

    def _find_obstacle(self):
        """Why the connection is not to be used: "" when it is."""
        self.ensure_one()
        source = self.source_id or self
        get_param = self.env["ir.config_parameter"].sudo().get_param  # sudo: no user reads them
        if not self.is_confirmed or not source.is_confirmed:
            return self.env._(
                "The connection of %(company)s to Chorus Pro was made in another database, or at "
                "another address. An administrator has to confirm it here.",
                company=self.company_id.name,
            )
        if self.environment == client.PRODUCTION and get_param("database.is_neutralized"):
            return self.env._(
                "This database is a neutralized copy: it never calls the real portal."
            )
        if not all(source[name] for name in SECRETS):
            return self.env._(
                "The connection of %(company)s to Chorus Pro has no secrets yet.",
                company=source.company_id.name,
            )
        return ""

    @api.model
    def _get_number(self, name, default):
        """A hidden parameter that is a number of seconds."""
        # sudo: no user reads them
        said = self.env["ir.config_parameter"].sudo().get_param(PARAMETER % name)
        try:
            number = float(said) if said else default
        except ValueError:
            number = default
        return number if 0 <= number and math.isfinite(number) else default

    # ------------------------------------------------------------------ test

    @api.model
    def _get_step_names(self):
        return {
            "token": self.env._("Token of PISTE"),
            "account": self.env._("Technical account"),
            "structures": self.env._("API Structures"),
            "structure": self.env._("The company on Chorus Pro"),
            "factures": self.env._("API Factures"),
            "transverses": self.env._("API Transverses"),
        }

    @api.model
    def _get_cure(self, step):
        """What to do when a step of the test fails."""
        subscription = self.env._(
            "On PISTE, open your application, accept the conditions of use and tick the APIs "
            "Factures, Structures and Transverses, in Sandbox and in Production apart. On Chorus "
            "Pro, under “Raccordements”, declare the connection to this application."
        )
        return {
            "token": self.env._(
                "On PISTE, open your application in the right environment (Sandbox for the "
                "qualification), tab “OAuth Credentials” and not “API Keys”: copy the client id "
                "and the secret from there."
            ),
            "account": self.env._(
                "On Chorus Pro, under “Raccordements”, the main manager creates a technical "
                "account; its password is shown once, works after about half an hour, and "
                "expires after 424 days. Check that it is of the same environment."
            ),
            "structure": self.env._(
                "Check the SIRET of the company, and that its structure is active on Chorus Pro "
                "in this environment. The qualification has fictitious structures of its own."
            ),
        }.get(step, subscription)

    def action_test(self):
        """Test the connection, one step after the other, up to the first that fails."""
        self.ensure_one()
        self.check_access("write")
        connection = self._connect()
        steps, expiry = [], None
        siret = self.company_id.partner_id._l10n_fr_chorus_get_siret()
        structure = None

        def find():
            nonlocal structure
            structure = services.find_structure(connection, siret)

        def read():
            nonlocal expiry
            expiry = services.read_password_expiry(connection, structure)

        def check(api):
            return lambda: services.check_api(connection, api)

        calls = (
            (("token",), connection.renew_token),
            (("account", "structures"), find),
            (("structure",), lambda: structure and read()),
            (("factures",), check("factures")),
            (("transverses",), check("transverses")),
        )
        for names, call in calls:
            try:
                call()
            except client.Refusal as refusal:
                # The portal answers: it is reached, with these secrets.
                steps += [(name, name != "structure", refusal.message) for name in names]
            except client.PortalError as error:
                failed = getattr(error, "step", None)
                good = names[: names.index(failed)] if failed in names else ()
                steps += [(name, True, None) for name in good]
                steps.append((failed if failed in names else names[0], False, error.message))
                break
            else:
                is_there = bool(structure) or names != ("structure",)
                steps += [(name, is_there, None) for name in names]
        self.write(
            {
                "tested_on": fields.Datetime.now(),
                "test_steps": [
                    {"step": step, "is_good": is_good, "message": said and said.to_dict()}
                    for step, is_good, said in steps
                ],
            }
        )
        if expiry:
            self._keep_expiry(expiry)
        if all(is_good for _step, is_good, _said in steps):
            self._note_success()

    # ------------------------------------------------------------------ failures

    def _note_success(self):
        """The portal answered: what failed before is over."""
        if self.failing_since or self.retry_after or self.is_failure_told:
            self.write(
                {
                    "failing_since": False,
                    "failure": False,
                    "is_failure_told": False,
                    "retry_after": False,
                }
            )

    def _note_failure(self, error):
        """Keep a failure. One activity is made of it, however long it lasts.

        :param chorus.portal.client.PortalError error: what was raised
        """
        self.ensure_one()
        now = fields.Datetime.now()
        is_denied = isinstance(error, (client.Denied, client.WrongCall))
        since = self.failing_since or now
        self.write(
            {
                "failing_since": since,
                "failure": error.message.to_dict(),
                "retry_after": now + (RETRY_DENIED if is_denied else RETRY_DOWN),
            }
        )
        if self.is_failure_told or not (is_denied or now - since >= OUTAGE):
            return
        self.is_failure_told = True
        self._plan(
            lambda record: record.env._("Chorus Pro: the connection fails"),
            lambda record: record.failure_text,
        )

    def _plan(self, summary, note):
        """An activity for the administrator who answers for the connection.

        :param summary: function that gives its title, in the language of the user
        :param note: function that gives its text
        """
        self.ensure_one()
        user = self._get_responsible()
        # A list of tasks, without a message for each.
        record = self.with_context(lang=user.lang, mail_activity_quick_update=True)
        record.activity_schedule(
            "mail.mail_activity_data_todo",
            summary=summary(record),
            note=note(record),
            user_id=user.id,
        )

    def _get_responsible(self):
        """An administrator of the company: the responsible user, else the first one."""

        def is_able(user):
            return (
                user.active
                and user.has_group("base.group_system")
                and self.company_id in user.company_ids
            )

        if is_able(self.user_id):
            return self.user_id
        system = self.env.ref("base.group_system")
        others = self.env["res.users"].search(
            [("all_group_ids", "in", system.ids), ("share", "=", False)], order="id"
        )
        return others.filtered(is_able)[:1] or self.env.ref("base.user_admin")

    # ------------------------------------------------------------------ expiry

    @api.model
    def _cron_password(self):
        """Read weekly when passwords expire, and remind administrators in time."""
        Cron = self.env["ir.cron"]
        connections = self.search([("source_id", "=", False)])
        has_time = Cron._commit_progress(remaining=len(connections))
        for connection in connections:
            if not has_time:
                break  # the next run goes on: those whose portal failed wait for their next try
            try:
                connection._follow_expiry()
            except Exception:  # one company never stops the others
                self.env.cr.rollback()
                _logger.exception("Chorus Pro: the connection %s is not followed", connection.id)
            has_time = Cron._commit_progress(1)

    def _follow_expiry(self):
        """Read the day on which the password expires, once a week, and remind of it."""
        self.ensure_one()
        self._tell_of_another_place()
        today = fields.Date.context_today(self)
        if self._is_due() and (
            not self.expiry_read_on or today - self.expiry_read_on >= EXPIRY_AGE
        ):
            siret = self.company_id.partner_id._l10n_fr_chorus_get_siret()
            try:
                portal = self._connect()
                structure = services.find_structure(portal, siret)
                expiry = structure and services.read_password_expiry(portal, structure)
            except client.Refusal:
                expiry = None
            except client.PortalError as error:
                self._note_failure(error)
                return
            self._note_success()
            self.expiry_read_on = today
            if expiry:
                self._keep_expiry(expiry)
        self._remind_of_expiry(today)

    def _is_due(self):
        """Whether the portal may be called now for this company."""
        if self._find_obstacle():
            return False
        return not (self.retry_after and self.retry_after > fields.Datetime.now())

    def _tell_of_another_place(self):
        """Tell once that the connection is at rest: the address of the server may have changed."""
        if self.is_confirmed or self.is_failure_told or not self.database_uuid:
            return
        self.is_failure_told = True
        self._plan(
            lambda record: record.env._("Chorus Pro: confirm the connection"),
            lambda record: record._find_obstacle(),
        )

    def _keep_expiry(self, day):
        if self.password_expires_on != day:  # a new password
            self.write({"password_expires_on": day, "expiry_reminder": 0})
        self.expiry_read_on = fields.Date.context_today(self)

    def _remind_of_expiry(self, today):
        """Remind of the password that expires, once for each of :data:`REMINDERS`."""
        if not self.password_expires_on:
            return
        left = (self.password_expires_on - today).days
        due = min((days for days in REMINDERS if left <= days), default=0)
        if not due or self.expiry_reminder and self.expiry_reminder <= due:
            return
        self.expiry_reminder = due
        self._plan(
            lambda record: record.env._(
                "Chorus Pro: the password of the technical account expires"
            ),
            lambda record: record.env._(
                "It expires on %(date)s. On Chorus Pro, under “Raccordements”, have a new one made "
                "for the technical account, and type it in the connection of %(company)s.",
                date=format_date(record.env, record.password_expires_on),
                company=record.company_id.name,
            ),
        )

    @api.model
    def _render(self, message):
        return self.env["l10n_fr.chorus.checked.mixin"]._render(message)


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    l10n_fr_chorus_connection_state = fields.Char(
        string="Connection to Chorus Pro", compute="_compute_l10n_fr_chorus_connection_state"
    )
    l10n_fr_chorus_is_qualification = fields.Boolean(
        string="Is a qualification", compute="_compute_l10n_fr_chorus_connection_state"
    )

    @api.depends("company_id")
    def _compute_l10n_fr_chorus_connection_state(self):
        Connection = self.env["l10n_fr.chorus.connection"]
        for settings in self:
            found = Connection.search([("company_id", "=", settings.company_id.id)])
            settings.l10n_fr_chorus_is_qualification = found.environment == client.QUALIFICATION
            if not found:
                state = self.env._("None: files are deposited by hand.")
            elif not found.is_confirmed:
                state = self.env._("To be confirmed in this database.")
            elif found.failure_text:
                state = found.failure_text
            else:
                state = dict(Connection._fields["environment"]._description_selection(self.env))[
                    found.environment
                ]
            settings.l10n_fr_chorus_connection_state = state

    def action_l10n_fr_chorus_open_connection(self):
        """The connection of the company, which may be new."""
        self.ensure_one()
        Connection = self.env["l10n_fr.chorus.connection"]
        found = Connection.search([("company_id", "=", self.company_id.id)])
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Connection to Chorus Pro"),
            "res_model": Connection._name,
            "res_id": found.id,
            "views": [(False, "form")],
            "context": {"default_company_id": self.company_id.id},
        }
