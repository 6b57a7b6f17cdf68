import datetime
import heapq
from collections import defaultdict
from operator import attrgetter, itemgetter

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import format_date, split_every

from ...chorus import limits
from ...chorus.messages import ChorusError
from ...chorus.portal import rejections, state_files, states

#: Entries that are named with why they were left out: past these, their source is at fault.
NAMED_ENTRIES = 200
#: Characters of such a reason: a cell of a file may have a million.
REASON_LENGTH = 500
#: Numbers of documents that one query looks up.
BATCH_SIZE = 1000


class L10nFrChorusExportLine(models.Model):
    """The state of an exported document on the portal, as users record it."""

    _inherit = "l10n_fr.chorus.export.line"

    outcome = fields.Selection(
        selection="_selection_outcome",
        string="On Chorus Pro",
        readonly=True,
        index="btree_not_null",
        help="State of the deposit on the portal. Empty: the deposit is not recorded yet.",
    )
    outcome_date = fields.Date(
        string="State of",
        readonly=True,
        help="Day from which the portal gives this state. Empty: neither its file nor the user who "
        "recorded the state gave one.",
    )
    # Never a day of our clock: it would outweigh those of the portal.
    outcome_known_until = fields.Date(
        readonly=True, help="Latest day that the portal gave for a state of this file."
    )
    outcome_user_id = fields.Many2one(
        "res.users", string="Recorded by", readonly=True, ondelete="restrict"
    )
    flow_number = fields.Char(
        readonly=True, help="Number that the portal gave to the deposit: CPP and 22 digits."
    )
    # A text: the portal's numbers are too big for an integer of the database.
    portal_identifier = fields.Char(
        string="Chorus Pro Identifier",
        readonly=True,
        help="Number that the portal gave to the document itself, as its list of issued invoices "
        "says.",
    )

    @api.model
    def _selection_outcome(self):
        translate = self.env["l10n_fr.chorus.checked.mixin"]._translate
        return [(key, translate(label)) for key, label in states.STATES.items()]

    @api.model
    def _count_exported(self, field, records):
        """The number of exported files.

        :param str field: many2one of this model
        :param records: of its comodel
        :return: numbers by record
        :rtype: dict
        """
        domain = [(field, "in", records.ids), ("state", "=", "exported")]
        return dict(self._read_group(domain, [field], ["__count"]))

    @api.model
    def _open_exported(self, domain):
        """The list of some exported documents.

        :param domain: on this model
        :return: an action
        :rtype: dict
        """
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "l10n_fr_chorus_export.l10n_fr_chorus_export_line_action"
        )
        return {**action, "domain": [*domain, ("state", "=", "exported")], "context": {}}

    def action_record_outcome(self):
        """The window that records the state of these documents."""
        return self.env["l10n_fr.chorus.outcome.record"]._open(self)

    def _check_went_out(self):
        """Refuse to record a state on documents that were never exported.

        :raise UserError: naming one
        """
        self.check_access("read")
        self.env["l10n_fr.chorus.export"]._check_may_export()
        if held := self.filtered(lambda line: line.state != "exported"):
            raise UserError(
                self.env._(
                    "%(document)s was held back: it was never exported.", document=held[0].name
                )
            )

    def _record_outcome(self, outcome, flow_number="", date=None, message=""):
        """Record the state of exported documents.

        :param str outcome: key of ``chorus.portal.states.STATES``
        :param str flow_number: as the portal writes it; empty to keep the known one
        :param datetime.date date: day of the state, as the portal gives it; None when it gave none
        :param str message: answer of the portal or the public body; empty to keep the known one
        :raise UserError: for a document that was never exported, or a wrong flow number
        """
        self._check_went_out()
        if date and self._is_to_come(date):
            raise UserError(
                self.env._(
                    "The %(date)s is yet to come: give the day from which the portal says so.",
                    date=format_date(self.env, date),
                )
            )
        try:
            flow_number = states.flow_number(flow_number)
        except ChorusError as error:
            raise UserError(self._render(error.message)) from error
        values = {
            "outcome": outcome,
            "outcome_date": date or False,
            "outcome_user_id": self.env.uid,
        }
        if date:
            values["outcome_known_until"] = date
        if flow_number:
            values["flow_number"] = flow_number
        if message := self._prepare_message(message):
            values |= {
                "rejection_message": message,
                "rejection_on": fields.Datetime.now(),
                "rejection_user_id": self.env.uid,
            }
        elif outcome not in states.EXPLAINED:
            # The refused document has been mended since.
            values |= {"rejection_message": False, "rejection_on": False}
        # sudo: the engine alone writes on exports; this user reads the lines and may invoice, as
        # checked above, and writes nothing but the outcome.
        lines = self.sudo()
        was_reopened = any(line.outcome in states.REOPENED for line in lines)
        # “Send all the same” was ticked for the state known then, and for no later one.
        lines.filtered(lambda line: line.outcome != outcome).send_anyway = False
        lines.write(values)
        if was_reopened or outcome in states.REOPENED:
            lines._mark_verdicts_stale()
        label = dict(self._selection_outcome())[outcome]
        where = self.env._("accountants read the answer in the Chorus Pro group of the form")
        self._post_notes(
            lambda line: (
                self.env._("Chorus Pro: %(state)s", state=label)
                + (f" ({line.flow_number})" if line.flow_number else "")
                # Every reader of the invoice reads this note; the answer is for accountants.
                + (f" — {where}" if message else "")
            )
        )

    def _mark_verdicts_stale(self):
        """Have these documents checked again: they wait for their export again, or no more.

        So are those that bear their numbers, which may go out once these files did not arrive.
        """
        numbers = self.env["account.move"]._l10n_fr_chorus_get_numbers_domain(
            self.mapped("name"), self.company_id
        )
        self.env["l10n_fr.chorus.verdict"]._mark_stale(
            [("move_id", "in", self.move_id.ids)], [("move_id", "any", numbers)]
        )

    def _record_identifiers(self, identifiers):
        """Keep the portal's own numbers of exported documents.

        :param dict identifiers: number by line, as text
        """
        self._check_went_out()
        for line in self.sudo():  # sudo: see `_record_outcome`
            if line.portal_identifier != (number := identifiers[line.id]):
                line.portal_identifier = number

    def _forget_outcome(self):
        """Erase a state that was recorded by mistake: the deposit is not recorded then.

        :raise UserError: for a document that was never exported
        """
        self._check_went_out()
        recorded = self.filtered("outcome")
        states = {line: line.outcome for line in recorded}
        # sudo: see `_record_outcome`
        self.sudo().write(
            {
                "outcome": False,
                "outcome_date": False,
                "outcome_known_until": False,
                "outcome_user_id": False,
                "flow_number": False,
                "portal_identifier": False,
                "rejection_message": False,
                "rejection_on": False,
                "rejection_user_id": False,
                "send_anyway": False,
            }
        )
        recorded.sudo()._mark_verdicts_stale()  # sudo: see `_record_outcome`
        labels = dict(self._selection_outcome())
        recorded._post_notes(
            lambda line: self.env._(
                "Chorus Pro: the state “%(state)s” was recorded by mistake, and is taken back",
                state=labels[states[line]],
            )
        )

    # ------------------------------------------------------------------ what the portal says

    @api.model
    def _record_entries(self, company, entries):
        """Record what the portal says of a company's documents: the way of a file, and of a poller.

        An entry that may not be new is left out and explained; the others are recorded.

        :param company: the supplier
        :param list entries: of ``chorus.portal.state_files.Entry``, told apart by their ``line``
        :return: number of states recorded, number of the other entries, and why the first of them
            were left out, as ``(entry, reason)``
        :rtype: tuple[int, int, list[tuple]]
        """
        lines = self._find_named(company, entries)
        left_count, left = 0, []
        accepted = {}
        for entry in entries:
            found = lines.get(entry.number.lower(), self.browse())
            if len(found) > 1 and entry.flow:
                found = found.filtered(lambda line, flow=entry.flow: line.flow_number == flow)
            if tell := found._find_entry_fault(entry):
                left_count += 1
                if len(left) < NAMED_ENTRIES:  # these come in the order of the source
                    left.append((entry.line, entry, tell))
            else:
                accepted.setdefault(found, []).append(entry)
        doubtful = []
        for line, said in list(accepted.items()):
            accepted[line], contradictory = state_files.last(said)
            if contradictory:
                del accepted[line]
                doubtful += contradictory
        left_count += len(doubtful)
        for entry in heapq.nsmallest(NAMED_ENTRIES, doubtful, key=attrgetter("line")):
            left.append((entry.line, entry, self._tell_doubt(entry)))
        groups = defaultdict(list)
        for line, entry in accepted.items():
            reason = entry.reason if entry.outcome in states.EXPLAINED else ""
            groups[entry.outcome, entry.flow, entry.date, reason].append(line.id)
        for (outcome, flow, date, reason), ids in groups.items():
            self.browse(ids)._record_outcome(outcome, flow_number=flow, date=date, message=reason)
        known = {line.id: entry.identifier for line, entry in accepted.items() if entry.identifier}
        if known:
            self.browse(known)._record_identifiers(known)
        named = [
            (entry, self._shorten(tell()))
            for _line, entry, tell in heapq.nsmallest(NAMED_ENTRIES, left, key=itemgetter(0))
        ]
        return len(accepted), left_count, named

    @api.model
    def _shorten(self, reason):
        """What is shown of a reason, which may hold whole cells of a file."""
        return reason if len(reason) <= REASON_LENGTH else f"{reason[:REASON_LENGTH]}…"

    @api.model
    def _find_named(self, company, entries):
        """The latest exports of a company's documents that entries name.

        :param company: the supplier
        :param list entries: see :meth:`_record_entries`
        :return: lines by number in lower case
        :rtype: dict
        """
        lines = {}
        for numbers in split_every(BATCH_SIZE, {entry.number for entry in entries}, list):
            found = self.search(
                [
                    ("name", "in", [*numbers, *(number.upper() for number in numbers)]),
                    ("company_id", "=", company.id),
                    ("is_latest", "=", True),
                ]
            )
            for line in found:
                key = line.name.lower()
                lines[key] = lines.get(key, self.browse()) | line
        return lines

    def _find_entry_fault(self, entry):
        """Why an entry is left out; None when it says something new and sure.

        :param chorus.portal.state_files.Entry entry: about one of these documents
        :return: a function that gives the words: of a million bad entries, few are shown
        """
        number = entry.number
        if not self:
            return lambda: self.env._(
                "no exported document has the number %(number)s", number=number
            )
        if len(self) > 1:
            return lambda: self.env._(
                "several exported documents have the number %(number)s", number=number
            )
        if not entry.outcome:
            return lambda: self.env._(
                "the state “%(state)s” of %(number)s is not known", state=entry.word, number=number
            )
        try:
            states.flow_number(entry.flow)
        except ChorusError as error:
            message = error.message
            return lambda: self._render(message)
        return self._find_outcome_fault(entry)

    @api.model
    def _tell_doubt(self, entry):
        """Why an entry that contradicts another one is left out: see :meth:`_find_entry_fault`."""
        return lambda: self.env._(
            "another row has another state of %(number)s, and no date shows which is the last",
            number=entry.number,
        )

    def _find_outcome_fault(self, entry):
        """Why a row of a file of the portal is not surely the latest state of this document.

        An old file undoes nothing.

        :param chorus.portal.state_files.Entry entry: row of the file
        :return: a function that gives the words; None when it may be recorded
        """
        self.ensure_one()
        number = entry.number
        if entry.day and not entry.date:
            return lambda: self.env._(
                "the date “%(date)s” of %(number)s is not understood", date=entry.day, number=number
            )
        if entry.date and self._is_to_come(entry.date):
            return lambda: self.env._(
                "the date of %(number)s, %(date)s, is yet to come",
                date=format_date(self.env, entry.date),
                number=number,
            )
        # Taken for this file, the refusal of an earlier one would have the document go out a third
        # time.
        is_about_this_file = self._is_about_this_file(entry)
        if is_about_this_file is None:
            return lambda: self.env._(
                "%(number)s was exported again, and no flow number shows which file this is about: "
                "record it by hand",
                number=number,
            )
        if not is_about_this_file:
            return lambda: self.env._(
                "%(number)s was exported again since: this is about an earlier file", number=number
            )
        is_backwards = entry.outcome in states.BEFORE and (
            self.outcome in states.KNOWN_THERE
            # A refusal ends the way of a file.
            or (self.outcome in states.REOPENED and entry.outcome not in states.REOPENED)
        )
        if is_backwards and entry.outcome in states.REOPENED:
            return lambda: self.env._(
                "%(number)s is known to have reached the public body: if it was not integrated all "
                "the same, record it by hand",
                number=number,
            )
        if (
            self.outcome in (states.REJECTED, states.PAID)
            and not self.outcome_date
            and entry.outcome not in (states.REJECTED, states.PAID)
        ):
            # The end of its way, recorded by hand without its day.
            return lambda: self.env._(
                "no date shows whether this state of %(number)s comes after the known one: "
                "record it by hand if it does",
                number=number,
            )
        # Two days of the portal's own calendar decide better than two states.
        known_until = self.outcome_known_until or self.outcome_date
        if entry.date and known_until and entry.date != known_until:
            is_backwards = entry.date < known_until or (is_backwards and not self.outcome_date)
        elif entry.date and known_until and not self.outcome_date:
            # As old as the state before the known one, whose day the portal did not give.
            if entry.outcome != self.outcome:
                return lambda: self.env._(
                    "no date shows whether this state of %(number)s comes after the known one: "
                    "record it by hand if it does",
                    number=number,
                )
        if is_backwards:
            return lambda: self.env._("a later state of %(number)s is known already", number=number)
        # Last: an explanation takes time.
        if entry.outcome in states.REOPENED and any(
            item.is_there for item in rejections.explain(entry.reason)
        ):
            return lambda: self.env._(
                "Chorus Pro has a document with the number %(number)s already: see there whether "
                "it is this one, and record its state by hand",
                number=number,
            )
        return None

    @api.model
    def _is_to_come(self, date):
        """Whether a day of the portal has not begun yet.

        The portal's day is that of Paris, where tomorrow begins before it does for a server or for
        a user overseas.
        """
        return date > fields.Date.today() + datetime.timedelta(days=1)

    def _is_about_this_file(self, entry):
        """Whether a row is about this file, and not about one that it has replaced.

        The portal's numbers decide, or the states that the earlier files are known to have. Days
        do not: those of the portal and of our exports are of two clocks.

        :param chorus.portal.state_files.Entry entry: row of a file of the portal
        :return: None when nothing decides
        :rtype: bool | None
        """
        earlier, previous = self.browse(), self.previous_id
        while previous:
            earlier, previous = earlier | previous, previous.previous_id
        if not earlier:
            return True
        for number, name in ((entry.flow, "flow_number"), (entry.identifier, "portal_identifier")):
            if number and number == self[name]:
                return True
            if number and number in earlier.mapped(name):
                return False
        if entry.flow and all(earlier.mapped("flow_number")):
            return True  # the flows of the earlier files are known, and this is none of them
        never_there = all(line.outcome in states.REOPENED for line in earlier)
        if never_there and entry.outcome in states.KNOWN_THERE:
            return True  # Chorus Pro has refused all the others
        return None

    @api.model
    def _prepare_message(self, message):
        """An answer of the portal, as it is kept."""
        return (message or "").replace("\0", "").strip()[: limits.ANSWER_LENGTH]

    def _post_notes(self, body):
        """Leave a note in the history of each document, without writing on it.

        :param body: function that gives a line's text
        """
        notes = {line.move_id.id: body(line) for line in self if line.move_id}
        self.move_id._l10n_fr_chorus_post_notes(notes)


class L10nFrChorusExport(models.Model):
    _inherit = "l10n_fr.chorus.export"

    def action_record_outcome(self):
        """The window that records the state of all documents of an export."""
        return self.env["l10n_fr.chorus.outcome.record"]._open(self.exported_line_ids)


class L10nFrChorusLot(models.Model):
    _inherit = "l10n_fr.chorus.lot"

    def action_record_outcome(self):
        """The window that records the state of the documents of a lot."""
        return self.env["l10n_fr.chorus.outcome.record"]._open(self.line_ids)


class AccountMove(models.Model):
    _inherit = "account.move"

    l10n_fr_chorus_outcome = fields.Selection(
        selection=lambda self: self.env["l10n_fr.chorus.export.line"]._selection_outcome(),
        string="On Chorus Pro",
        compute="_compute_l10n_fr_chorus_outcome",
        compute_sudo=True,  # every user who sees an invoice sees its state
        search="_search_l10n_fr_chorus_outcome",
        groups="base.group_user",
    )
    l10n_fr_chorus_is_exported = fields.Boolean(
        string="Already Exported to Chorus Pro",
        compute="_compute_l10n_fr_chorus_outcome",
        compute_sudo=True,  # see above
        search="_search_l10n_fr_chorus_is_exported",
        help="Exported, and not recorded as missing in Chorus Pro: a document that was not "
        "integrated there can be exported again.",
        groups="base.group_user",
    )

    l10n_fr_chorus_export_count = fields.Integer(
        string="Chorus Pro Files",
        compute="_compute_l10n_fr_chorus_export_count",
        compute_sudo=True,  # see above
        groups="base.group_user",
    )

    @api.model
    def _l10n_fr_chorus_post_notes(self, notes):
        """Leave a note in the history of documents, without writing on them.

        :param dict notes: text by id of the document
        """
        author = self.env.user.partner_id
        sender = author.email_formatted
        note = self.env.ref("mail.mt_note")  # asks the database: once for all
        values = [
            {
                "model": self._name,
                "res_id": move_id,
                "message_type": "notification",
                "subtype_id": note.id,
                "author_id": author.id,
                "email_from": sender,
                "reply_to": sender,
                "body": Markup("<p>%s</p>") % body,
            }
            for move_id, body in notes.items()
        ]
        # sudo: who exports may not write on every document; a note changes nothing in it. Not
        # `message_post`, which writes on the document.
        self.env["mail.message"].sudo().create(values)

    @api.depends("l10n_fr_chorus_export_line_ids.state")
    def _compute_l10n_fr_chorus_export_count(self):
        # Most were never exported, as the latest line shows: nothing to count.
        exported = self.filtered("l10n_fr_chorus_latest_line_ids")
        counts = self.env["l10n_fr.chorus.export.line"]._count_exported("move_id", exported)
        for move in self:
            move.l10n_fr_chorus_export_count = counts.get(move._origin, 0)

    def action_l10n_fr_chorus_open_exports(self):
        """The exported files of this document."""
        self.ensure_one()
        return self.env["l10n_fr.chorus.export.line"]._open_exported([("move_id", "=", self.id)])

    @api.depends("l10n_fr_chorus_latest_line_ids.outcome")
    def _compute_l10n_fr_chorus_outcome(self):
        for move in self:
            line = move._origin.l10n_fr_chorus_latest_line_ids[:1]
            move.l10n_fr_chorus_outcome = line.outcome
            move.l10n_fr_chorus_is_exported = line and line.outcome not in states.REOPENED

    @api.model
    def _search_l10n_fr_chorus_outcome(self, operator, value):
        return self._l10n_fr_chorus_search_latest("outcome", operator, value)

    @api.model
    def _search_l10n_fr_chorus_is_exported(self, operator, value):
        if operator != "in":
            return NotImplemented
        exported = Domain("outcome", "not in", tuple(states.REOPENED))
        latest = "l10n_fr_chorus_latest_line_ids"
        if True in value:
            return Domain(latest, "any!", exported)
        return Domain(latest, "not any!", exported)


class ResPartner(models.Model):
    _inherit = "res.partner"

    l10n_fr_chorus_document_count = fields.Integer(
        string="Documents Exported to Chorus Pro",
        compute="_compute_l10n_fr_chorus_document_count",
        groups="account.group_account_invoice,account.group_account_readonly",
    )

    def _compute_l10n_fr_chorus_document_count(self):
        Line = self.env["l10n_fr.chorus.export.line"]
        for partner in self:
            partner.l10n_fr_chorus_document_count = Line.search_count(
                partner._l10n_fr_chorus_get_line_domain()
            )

    def action_l10n_fr_chorus_open_documents(self):
        """The documents of this customer that were exported to Chorus Pro."""
        self.ensure_one()
        return self.env["l10n_fr.chorus.export.line"]._open_exported(
            self._l10n_fr_chorus_get_line_domain()
        )

    def _l10n_fr_chorus_get_line_domain(self):
        return [
            ("partner_id", "child_of", self.ids),
            ("state", "=", "exported"),
            ("is_latest", "=", True),
        ]
