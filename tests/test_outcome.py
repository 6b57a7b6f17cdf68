from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, new_test_user, tagged

from .common import ExportCommon

FLOW = "CPP" + "0" * 21 + "1"


@tagged("post_install_l10n", "post_install", "-at_install")
class TestOutcome(ExportCommon):
    def setUp(self):
        super().setUp()
        self.moves = self._move() + self._move()
        self.export = self._export(self.moves)
        self.lines = self.export.exported_line_ids

    def _record(self, records, outcome, **values):
        action = records.with_user(self.billing_user).action_record_outcome()
        Wizard = self.env["l10n_fr.chorus.outcome.record"].with_user(self.billing_user)
        with Form(Wizard.browse(action["res_id"])) as form:
            form.outcome = outcome
            for name, value in values.items():
                form[name] = value
        form.record.action_record()

    def _exportable(self, move):
        """Whether a document can be exported, as every place that asks says."""
        move.invalidate_recordset()
        Move = self.env["account.move"]
        proposed = move in Move.search(Move._l10n_fr_chorus_get_domain(self.company))
        self.assertEqual(proposed, not move.l10n_fr_chorus_is_exported)
        self.assertEqual(proposed, bool(move.l10n_fr_chorus_verdict))
        found = Move.search([("l10n_fr_chorus_is_exported", "=", True), ("id", "=", move.id)])
        self.assertEqual(proposed, not found)
        return proposed

    def test_one_by_one_and_a_whole_lot(self):
        self._record(self.export.lot_ids, "deposited", flow_number=FLOW.lower())
        self.assertEqual(self.lines.mapped("outcome"), ["deposited"] * 2)
        self.assertEqual(self.lines.mapped("flow_number"), [FLOW] * 2)
        self.assertEqual(self.lines.outcome_user_id, self.billing_user)
        self._record(self.lines[0], "paid", date=fields.Date.to_date("2026-01-31"))
        self.assertEqual(self.lines.mapped("outcome"), ["paid", "deposited"])
        self.assertEqual(self.lines[0].flow_number, FLOW, "kept")
        self.assertEqual(str(self.lines[0].outcome_date), "2026-01-31")
        self.assertFalse(self.lines[1].outcome_date, "nobody has said since when")
        self._record(self.export, "accepted")
        self.assertEqual(self.lines.mapped("outcome"), ["accepted"] * 2)
        self.assertEqual(self.moves.mapped("l10n_fr_chorus_outcome"), ["accepted"] * 2)

    def test_a_document_that_was_not_integrated_can_go_again(self):
        move = self.moves[0]
        self.assertFalse(self._exportable(move))
        self._record(self.lines[0], "not_integrated", message="Destinataire introuvable ou inactif")
        self.assertIn("Destinataire", move.l10n_fr_chorus_rejection_message)
        self.assertTrue(self.lines[0].rejection_explanation)
        self.assertTrue(self._exportable(move))
        self.assertFalse(self._exportable(self.moves[1]))
        again = self._export(move).exported_line_ids
        self.assertEqual(again.previous_id, self.lines[0])
        self.assertFalse(self._exportable(move))
        self.assertEqual(self.lines[0].outcome, "not_integrated", "the history keeps it")

    def test_a_document_mended_on_the_portal_stays_exported(self):
        for outcome in (
            *("deposited", "in_progress", "available", "to_recycle", "suspended"),
            *("accepted", "rejected", "paid"),
        ):
            with self.subTest(outcome=outcome):
                self._record(self.lines, outcome)
                self.assertFalse(self._exportable(self.moves[0]))
                with self.assertRaisesRegex(UserError, "Already exported"):
                    self._export(self.moves)

    def test_a_pasted_refusal_opens_the_document_again(self):
        line = self.lines[0].with_user(self.billing_user)
        line._keep_rejection("Destinataire introuvable ou inactif")
        self.assertEqual(line.outcome, "not_integrated")
        self.assertTrue(self._exportable(self.moves[0]))
        line._keep_rejection("")
        self.assertFalse(line.outcome)
        self.assertFalse(self._exportable(self.moves[0]))
        # An old answer does not undo a later state.
        self._record(line, "accepted")
        line._keep_rejection("Destinataire introuvable ou inactif")
        self.assertEqual(line.outcome, "accepted")

    def test_a_state_recorded_by_mistake_is_taken_back(self):
        Wizard = self.env["l10n_fr.chorus.outcome.record"].with_user(self.billing_user)
        first = self.lines[0]
        self.assertFalse(Wizard.create({"line_ids": [Command.set(first.ids)]}).is_known)
        self._record(self.lines, "not_integrated", flow_number=FLOW, message="Refus")
        self.assertTrue(self._exportable(self.moves[0]))
        wizard = Wizard.create({"line_ids": [Command.set(first.ids)]})
        self.assertTrue(wizard.is_known)
        first.sudo().send_anyway = True  # for it was not integrated, as it seemed
        wizard.action_forget()
        for name in ("outcome", "outcome_date", "outcome_user_id", "flow_number", "send_anyway"):
            self.assertFalse(first[name], name)
        self.assertFalse(first.outcome_known_until)
        for name in ("rejection_message", "rejection_on", "rejection_user_id"):
            self.assertFalse(first[name], name)
        self.assertFalse(self._exportable(self.moves[0]), "it went out, and no state followed")
        self.assertEqual(self.lines[1].outcome, "not_integrated")
        note = self.moves[0].message_ids[0]
        self.assertIn("Not Integrated", note.body, "what was taken back stays known")
        self.assertEqual(note.author_id, self.billing_user.partner_id)
        # It has no state to take back: no note is added.
        wizard.action_forget()
        self.assertEqual(self.moves[0].message_ids[0], note)

    def test_states_that_cannot_be_recorded(self):
        with self.assertRaisesRegex(UserError, "not a flow number"):
            self._record(self.lines, "deposited", flow_number="CPP12")
        bad = self._move(purchase_order_reference="E")
        bad.l10n_fr_chorus_order_reference = "B"
        held = self._export(bad).held_line_ids
        with self.assertRaisesRegex(UserError, "never exported"):
            held._record_outcome("deposited")
        with self.assertRaisesRegex(UserError, "never exported"):
            held._forget_outcome()
        self.assertFalse(self.lines[0].outcome)

    def test_users_who_may_record_states(self):
        reader = new_test_user(
            self.env,
            login="chorus_reader",
            groups="base.group_user,account.group_account_readonly",
            company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)],
        )
        with self.assertRaises(AccessError):
            self.lines.with_user(reader)._record_outcome("paid")
        with self.assertRaises(AccessError):
            self.lines.with_user(reader)._forget_outcome()
        other = self.setup_other_company()["company"]
        stranger = new_test_user(
            self.env,
            login="chorus_stranger",
            groups="base.group_user,account.group_account_invoice",
            company_id=other.id,
            company_ids=[Command.set(other.ids)],
        )
        wizard = self.env["l10n_fr.chorus.outcome.record"].with_user(stranger)
        with self.assertRaises(AccessError):
            wizard.create({"line_ids": [Command.set(self.lines.ids)]}).action_record()
        self.assertFalse(self.lines[0].outcome)

    def test_notes_on_the_document(self):
        move = self.moves[0]
        before = move.write_date
        self._record(self.lines, "deposited", flow_number=FLOW)
        self.env.flush_all()
        move.invalidate_recordset()
        notes = move.message_ids.filtered(
            lambda note: note.author_id == self.billing_user.partner_id
        )
        bodies = [str(note.body) for note in notes]
        self.assertEqual(len(bodies), 2, bodies)
        self.assertIn(FLOW, bodies[0])
        self.assertIn(self.export.name, bodies[1])
        self.assertIn(self.lines[0].file_name, bodies[1])
        self.assertEqual(notes.mapped("subtype_id"), self.env.ref("mail.mt_note"))
        self.assertEqual(move.write_date, before, "nothing is written on the move")
        self.assertFalse(move.is_manually_modified)

    def test_an_answer_is_for_accountants(self):
        """Every reader of the invoice reads its notes, a salesman too."""
        answer = "<script>alert(1)</script> SECRET-7431 refus"
        for outcome in ("rejected", "not_integrated", "suspended"):
            self._record(self.lines[0], outcome, flow_number=FLOW, message=answer)
            note = self.moves[0].message_ids[0]
            self.assertIn(FLOW, note.body)
            self.assertIn("accountants read the answer", note.body)
            for message in self.moves[0].message_ids:
                self.assertNotIn("SECRET-7431", message.body)
        self.assertEqual(self.moves[0].l10n_fr_chorus_rejection_message, answer)
        # Without an answer nothing is said of one.
        self._record(self.lines[1], "rejected")
        self.assertNotIn("accountants", self.moves[1].message_ids[0].body)

    def test_a_row_opens_its_document_or_what_is_left_of_it(self):
        line = self.lines[0].with_user(self.billing_user)
        action = line.action_open_document()
        self.assertEqual((action["res_model"], action["res_id"]), ("account.move", line.move_id.id))
        line.sudo().move_id = False
        action = line.action_open_document()
        self.assertEqual(
            (action["res_model"], action["res_id"]), (self.export._name, self.export.id)
        )

    def test_buttons(self):
        move = self.moves[0].with_user(self.billing_user)
        self.assertEqual(move.l10n_fr_chorus_export_count, 1)
        self._export(move, again=True)
        self.assertEqual(move.l10n_fr_chorus_export_count, 2)
        Line = self.env["l10n_fr.chorus.export.line"].with_user(self.billing_user)
        action = move.action_l10n_fr_chorus_open_exports()
        self.assertEqual(Line.search(action["domain"]).move_id, move)
        town = self.town.with_user(self.billing_user)
        action = town.action_l10n_fr_chorus_open_documents()
        found = Line.search(action["domain"])
        self.assertEqual(len(found), town.l10n_fr_chorus_document_count)
        self.assertEqual(found.move_id, self.moves)
        self.assertFalse(self.private.with_user(self.billing_user).l10n_fr_chorus_document_count)
