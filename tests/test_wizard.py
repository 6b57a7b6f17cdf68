from dateutil.relativedelta import relativedelta
from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, new_test_user, tagged

from .common import ChorusCommon


@tagged("post_install_l10n", "post_install", "-at_install")
class TestWizard(ChorusCommon):
    def setUp(self):
        super().setUp()
        self.Wizard = self.env["account.move.chorus.export"].with_user(self.billing_user)

    def _wizard(self, **values):
        return self.Wizard.create(values)

    def test_periods(self):
        with freeze_time("2026-05-15"):
            form = Form(self.Wizard)
            self.assertEqual(form.company_id, self.company)
            self.assertEqual(form.period, "last_30_days")
            for period, date_from, date_to in (
                ("last_30_days", "2026-04-15", "2026-05-15"),
                ("this_month", "2026-05-01", "2026-05-31"),
                ("last_month", "2026-04-01", "2026-04-30"),
                ("this_quarter", "2026-04-01", "2026-06-30"),
            ):
                form.period = period
                self.assertEqual((str(form.date_from), str(form.date_to)), (date_from, date_to))
            form.date_from = "2026-04-02"
            self.assertEqual(form.period, "custom")
            self.assertEqual(str(form.date_from), "2026-04-02")
            self.assertEqual(str(form.date_to), "2026-06-30")

    def test_both_dates_are_included(self):
        today = fields.Date.today()
        first = self._move(invoice_date=today - relativedelta(days=30))
        last = self._move(invoice_date=today)
        before = self._move(invoice_date=today - relativedelta(days=31))
        wizard = self._wizard()
        wizard.action_next()
        self.assertEqual(wizard.line_ids.move_id, first | last)
        self.assertNotIn(before, wizard.line_ids.move_id)

    def test_only_posted_documents_of_flagged_customers(self):
        move = self._move()
        refund = self._move(move_type="out_refund")
        at_school = self._move(partner=self.school)
        self._move(post=False)
        self._move(partner=self.private)
        self.init_invoice("in_invoice", partner=self.town, amounts=[10], post=True)
        wizard = self._wizard(partner_ids=self.town.ids)
        wizard.action_next()
        self.assertEqual(wizard.line_ids.move_id, move | refund | at_school)

    def test_customers_can_be_chosen(self):
        other = self.town.copy({"name": "Autre ville", "company_registry": "26990001500018"})
        self._move()
        theirs = self._move(partner=other)
        wizard = self._wizard(partner_ids=other.ids)
        wizard.action_next()
        self.assertEqual(wizard.line_ids.move_id, theirs)

    def test_next_opens_the_list_and_back_keeps_what_was_typed(self):
        self._move()
        wizard = self._wizard(folder="a/b", again=True)
        action = wizard.action_next()
        self.assertEqual(action["res_model"], "account.move.chorus.export.line")
        self.assertEqual(action["target"], "current")
        self.assertEqual(action["domain"], [("wizard_id", "=", wizard.id)])
        back = wizard.action_back()
        self.assertEqual((back["res_id"], back["target"]), (wizard.id, "new"))
        self.assertEqual((wizard.folder, wizard.again), ("a/b", True))

    def test_a_window_is_opened_again_by_its_address(self):
        self._move()
        wizard = self._wizard()
        action = wizard.action_next()
        server = self.env.ref("l10n_fr_chorus_export.account_move_chorus_export_window_action")
        self.assertEqual(action["path"], server.path)
        self.assertEqual(action["context"]["active_id"], wizard.id)

        def open_by_address(user, **context):
            return server.with_user(user).with_context(**context).run()

        self.assertEqual(open_by_address(self.billing_user, active_id=wizard.id), action)
        self.assertEqual(open_by_address(self.billing_user)["res_model"], wizard._name)
        colleague = self._accounting_manager()
        for user, wizard_id in ((self.billing_user, wizard.id + 1000), (colleague, wizard.id)):
            told = open_by_address(user, active_id=wizard_id)["params"]
            self.assertIn("no longer open", told["message"])
            self.assertEqual(told["next"]["res_model"], wizard._name)

    def test_excluded_documents_stay_excluded(self):
        first, second = self._move(), self._move()
        wizard = self._wizard()
        wizard.action_next()
        line = wizard.line_ids.filtered(lambda line: line.move_id == first)
        line.set_excluded(True)
        self.assertFalse(line.is_included)
        third = self._move()
        second.button_draft()
        for check in (self._check_again, type(wizard).action_next):
            check(wizard)
            self.assertEqual(wizard.line_ids.move_id, first | third)
            self.assertTrue(line.excluded)

    def test_refresh_sees_what_was_mended(self):
        self.school.l10n_fr_chorus_siret = False
        self._move(partner_shipping_id=self.school.id)
        wizard = self._wizard()
        wizard.action_next()
        self.assertTrue(wizard.line_ids.is_blocked)
        self.assertIn("SIRET", wizard.line_ids.anomaly_text)
        self.school.l10n_fr_chorus_siret = "21990001600102"
        self._check_again(wizard)
        self.assertFalse(wizard.line_ids.is_blocked)
        self.assertTrue(wizard.line_ids.is_included)

    def test_a_document_with_an_anomaly_cannot_be_included(self):
        self.school.l10n_fr_chorus_siret = False
        bad = self._move(partner_shipping_id=self.school.id)
        wizard = self._wizard()
        wizard.action_next()
        with self.assertRaisesRegex(UserError, bad.name):
            wizard.line_ids.set_excluded(False)
        wizard.action_include_all()
        self.assertFalse(wizard.line_ids.is_included)
        # Even a forged value gets no file out of it.
        with self.assertRaises(AccessError):
            wizard.line_ids.write({"is_blocked": False})
        wizard.line_ids.sudo().write({"is_blocked": False})
        wizard.action_export()
        export = self.env["l10n_fr.chorus.export"].search([], limit=1)
        self.assertFalse(export.exported_line_ids)
        self.assertEqual(export.held_line_ids.move_id, bad)

    def test_include_and_exclude_all(self):
        self._move()
        self._move()
        wizard = self._wizard()
        wizard.action_next()
        summary = wizard.action_exclude_all()
        self.assertEqual(summary["included"], "Nothing to export")
        self.assertFalse(any(wizard.line_ids.mapped("is_included")))
        with self.assertRaisesRegex(UserError, "No document is included"):
            wizard.action_export()
        self.assertTrue(wizard.action_include_all()["included"].startswith("2 to export"))
        self.assertTrue(all(wizard.line_ids.mapped("is_included")))
        Line = wizard.line_ids
        mine = [("wizard_id", "=", wizard.id)]
        self.assertEqual(Line.search([*mine, ("is_included", "=", True)]), wizard.line_ids)
        self.assertFalse(Line.search([*mine, ("is_included", "=", False)]))

    def test_a_choice_is_one_statement_whatever_the_number(self):
        wizard = self._wizard()
        moves = self._move() | self._move() | self._move() | self._move()
        counts = []
        # The first round is for what is read once: formats, currency, access rules.
        for shown in (moves[:1], moves[:1], moves):
            wizard._set_moves(shown)
            self.env.flush_all()
            start = self.cr.sql_log_count
            wizard.action_exclude_all()
            wizard.action_include_all()
            self.env.flush_all()
            counts.append(self.cr.sql_log_count - start)
        self.assertEqual(*counts[1:])

    def test_rows_are_added_and_kept_in_bulk(self):
        moves = self._move() | self._move() | self._move() | self._move()
        wizard = self._wizard()
        Line = self.env["account.move.chorus.export.line"].with_user(self.billing_user)
        counts = []
        for shown in (moves[:1], moves):
            results = list(self.env["l10n_fr.chorus.maker"]._check_documents(shown))
            self.env.flush_all()
            start = self.cr.sql_log_count
            Line._add(wizard, shown)
            Line._keep(wizard, results)
            counts.append(self.cr.sql_log_count - start)
        self.assertEqual(*counts)
        self.assertEqual(wizard.line_ids.move_id, moves)
        self.assertEqual(wizard.line_ids.create_uid, self.billing_user)
        self.assertEqual(set(wizard.line_ids.mapped("name")), set(moves.mapped("name")))

    def test_summary(self):
        self._move()
        wizard = self._wizard()
        wizard.action_next()
        self.assertEqual(wizard.get_summary()["detail"], "")
        self._move(self._line(50), move_type="out_refund")
        self.school.l10n_fr_chorus_siret = False
        self._move(partner_shipping_id=self.school.id)
        self._check_again(wizard)
        summary = wizard.get_summary()
        self.assertRegex(summary["included"], r"^2 to export: .*60.00.* incl\. VAT$")
        self.assertRegex(
            summary["detail"], r"^Invoices \(1\): .*120.00.*; credit notes \(1\): .*60.00"
        )
        self.assertNotIn("-", summary["detail"])
        self.assertEqual(summary["held"], "1 held back")
        self.assertEqual((summary["excluded"], summary["unchecked"]), ("", ""))
        wizard.action_exclude_all()
        summary = wizard.get_summary()
        self.assertEqual((summary["included"], summary["detail"]), ("Nothing to export", ""))
        self.assertEqual(summary["excluded"], "2 excluded by you")

    def test_groups_do_not_add_credit_notes_to_invoices(self):
        fields_of = self.env["account.move.chorus.export.line"].fields_get(["amount_total"])
        self.assertNotIn("aggregator", fields_of["amount_total"])

    def test_causes_count_the_documents_that_one_record_holds(self):
        self.school.l10n_fr_chorus_siret = False
        held = [self._move(partner_shipping_id=self.school.id) for _i in range(2)]
        twice = self._move(purchase_order_reference="E", l10n_fr_chorus_order_reference="C")
        wizard = self._wizard()
        wizard.action_next()
        first, second = wizard.get_causes()
        self.assertEqual((first["code"], first["count"]), ("delivery_siret_missing", 2))
        self.assertIn(held[0].name, first["message"])
        # Who may only invoice cannot mend the address: he is led to someone who can.
        self.assertTrue(first["action"])
        self.assertIn(self.school.display_name, first["action_text"])
        self.assertEqual((second["code"], second["count"]), ("engagement_and_order", 1))
        self.assertEqual(second["action"]["res_id"], twice.id)

    def test_rows_concerned_are_checked_again(self):
        self.school.l10n_fr_chorus_siret = False
        held = self._move(partner_shipping_id=self.school.id)
        fine, gone = self._move(), self._move()
        wizard = self._wizard()
        wizard.action_next()
        self.assertEqual(wizard.get_state()["to_check"], [])
        self.school.l10n_fr_chorus_siret = "21990001600102"
        gone.button_draft()
        self.assertEqual(set(wizard.get_state()["to_check"]), set((held | gone).ids))
        wizard.check_moves(wizard.get_state()["to_check"])
        self.assertEqual(wizard.line_ids.move_id, held | fine)
        self.assertTrue(all(wizard.line_ids.mapped("is_included")))
        self.assertEqual(wizard.get_state()["to_check"], [])

    def test_a_verdict_given_elsewhere_since_is_followed(self):
        move = self._move()
        wizard = self._wizard()
        wizard.action_next()
        self.town.company_registry = False
        with freeze_time(fields.Datetime.now() + relativedelta(minutes=5)):
            self.env["l10n_fr.chorus.verdict"]._keep(
                self.env["l10n_fr.chorus.maker"]._check_documents(move)
            )
        self.assertEqual(wizard.get_state()["to_check"], move.ids)

    def test_documents_that_a_colleague_exported_leave_the_window(self):
        done, left = self._move(), self._move()
        wizard = self._wizard()
        wizard.action_next()
        with freeze_time(fields.Datetime.now() + relativedelta(minutes=5)):
            self.env["l10n_fr.chorus.export"]._export(done, company=self.company)
        self.assertEqual(wizard.get_state()["to_check"], done.ids)
        wizard.check_moves(done.ids)
        self.assertEqual(wizard.line_ids.move_id, left)

    def test_many_documents_are_checked_slice_after_slice(self):
        moves = self._move() | self._move() | self._move()
        self.window_slice_of(2)
        wizard = self._wizard()
        wizard.action_next()
        state = wizard.get_state()
        self.assertEqual((state["to_check"], state["slice"]), (moves.ids, 2))
        self.assertEqual(state["summary"]["unchecked"], "3 not checked yet")
        self.assertEqual(state["summary"]["included"], "Nothing to export")
        with self.assertRaisesRegex(UserError, "No document is included"):
            wizard.action_export()
        wizard.line_ids[0].set_excluded(True)
        wizard.check_moves(state["to_check"][:2])
        # Stopped here: what is checked stays, and so does what was excluded.
        summary = wizard.get_summary()
        self.assertEqual(summary["unchecked"], "1 not checked yet")
        self.assertEqual(summary["excluded"], "1 excluded by you")
        self.assertTrue(summary["included"].startswith("1 to export"))
        self.assertEqual(wizard.get_state()["to_check"], moves[2:].ids)

    def test_a_stranger_checks_nothing_of_ours(self):
        move = self._move()
        wizard = self._wizard()
        wizard.action_next()
        other = new_test_user(
            self.env,
            login="chorus_stranger",
            groups="base.group_user,account.group_account_invoice",
            company_id=self.company.id,
            company_ids=[fields.Command.set(self.company.ids)],
        )
        theirs = wizard.with_user(other)
        for call in (
            theirs.get_state,
            theirs.get_causes,
            theirs.end_check,
            theirs.action_exclude_all,
            lambda: theirs.check_moves(move.ids),
            lambda: wizard.line_ids.with_user(other).set_excluded(True),
            wizard.line_ids.with_user(other).get_anomalies,
        ):
            with self.assertRaises(AccessError):
                call()

    def test_export_opens_the_report(self):
        included, excluded = self._move(), self._move()
        wizard = self._wizard(folder="a")
        wizard.action_next()
        wizard.line_ids.filtered(lambda line: line.move_id == excluded).set_excluded(True)
        action = wizard.action_export()
        export = self.env["l10n_fr.chorus.export"].browse(action["res_id"])
        self.assertEqual(export.line_ids.move_id, included)
        self.assertEqual(export.folder, "a")
        self.assertEqual((export.date_from, export.date_to), (wizard.date_from, wizard.date_to))
        # The next window no longer proposes it, unless asked.
        other = self._wizard()
        other.action_next()
        self.assertEqual(other.line_ids.move_id, excluded)
        other.again = True
        other.action_next()
        self.assertEqual(other.line_ids.move_id, included | excluded)

    def test_documents_chosen_by_hand(self):
        old = self._move(invoice_date=fields.Date.today() - relativedelta(years=1))
        done, other = self._move(), self._move()
        self.env["l10n_fr.chorus.export"]._export(done, company=self.company)
        moves = (old | done).with_user(self.billing_user)
        action = moves.action_l10n_fr_chorus_export()
        wizard = self.Wizard.browse(action["context"]["chorus_export_wizard_id"])
        # The period does not count, and what was exported before goes again only on demand.
        self.assertEqual(wizard.line_ids.move_id, old | done)
        excluded = wizard.line_ids.filtered("excluded")
        self.assertEqual(excluded.move_id, done)
        self._check_again(wizard)
        self.assertEqual(wizard.line_ids.move_id, old | done)
        self.assertTrue(excluded.excluded)
        excluded.set_excluded(False)
        export = self.env["l10n_fr.chorus.export"].browse(wizard.action_export()["res_id"])
        self.assertEqual(export.line_ids.move_id, old | done)
        self.assertFalse(export.date_from)
        self.assertFalse(other.l10n_fr_chorus_exported_on)

    def test_a_document_exported_meanwhile_goes_again_only_on_demand(self):
        """Back to a window after its export, or a colleague's: no second file by a slip.

        All of it happens within a second or two: no clock can say which came first.
        """
        for again in (False, True):
            moves = self._move() + self._move()
            with self.subTest(again=again):
                if again:
                    wizard = self._wizard(again=True)
                    wizard.action_next()
                else:
                    action = moves.with_user(self.billing_user).action_l10n_fr_chorus_export()
                    wizard = self.Wizard.browse(action["context"]["chorus_export_wizard_id"])
                wizard.action_export()
                with self.assertRaisesRegex(UserError, "Exported since.*chorus_billing"):
                    wizard.action_export()
                wizard.check_moves(wizard.get_state()["to_check"])
                self.assertTrue(all(wizard.line_ids.mapped("excluded")))
                self.assertFalse(wizard.get_state()["to_check"])
                with self.assertRaisesRegex(UserError, "No document is included"):
                    wizard.action_export()
                wizard.line_ids.filtered_domain([("move_id", "=", moves[0].id)]).set_excluded(False)
                self._check_again(wizard)
                export = wizard.action_export()["res_id"]
                lines = self.env["l10n_fr.chorus.export"].browse(export).exported_line_ids
                self.assertEqual(lines.move_id, moves[0])

    def test_a_row_remembers_what_had_gone_out_as_it_was_added(self):
        """Chosen before a colleague's export, checked after it: it goes again only on demand."""
        self.window_slice_of(1)
        moves = self._move() | self._move()
        action = moves.with_user(self.billing_user).action_l10n_fr_chorus_export()
        wizard = self.Wizard.browse(action["context"]["chorus_export_wizard_id"])
        self.env["l10n_fr.chorus.export"]._export(moves[0], company=self.company)
        wizard.check_moves(moves.ids)
        excluded = wizard.line_ids.filtered("excluded")
        self.assertEqual(excluded.move_id, moves[0])

    def test_a_state_that_is_taken_back_after_the_check(self):
        """Recorded by mistake, it let the document go again: it does not go twice."""
        move, other = self._move(), self._move()
        line = self.env["l10n_fr.chorus.export"]._export(move, company=self.company)
        line = line.exported_line_ids.with_user(self.billing_user)
        line._record_outcome("not_integrated")
        action = (move | other).with_user(self.billing_user).action_l10n_fr_chorus_export()
        wizard = self.Wizard.browse(action["context"]["chorus_export_wizard_id"])
        wizard.check_moves(wizard.get_state()["to_check"])
        row = wizard.line_ids.filtered_domain([("move_id", "=", move.id)])
        row.set_excluded(False)
        self.assertFalse(wizard.get_state()["to_check"])
        line._forget_outcome()
        self.assertEqual(wizard.get_state()["to_check"], move.ids)
        with self.assertRaisesRegex(UserError, "Exported since"):
            wizard.action_export()
        # Refused after all: it may go, once it has been looked at again.
        wizard.check_moves(move.ids)
        self.assertTrue(row.excluded)
        line._record_outcome("not_integrated")
        self.assertEqual(wizard.get_state()["to_check"], move.ids)

    def test_rows_of_the_first_version_are_checked_again(self):
        move = self._move()
        wizard = self._wizard()
        wizard.action_next()
        self.env.cr.execute("UPDATE account_move_chorus_export_line SET latest_seen = NULL")
        wizard.line_ids.init()
        self.env.invalidate_all()
        self.assertEqual(wizard.get_state()["to_check"], move.ids)
        with self.assertRaisesRegex(UserError, "No document is included"):
            wizard.action_export()
        wizard.check_moves(move.ids)
        self.assertTrue(wizard.action_export())

    def test_lines_that_wait_since_the_first_version_follow_the_latest(self):
        """Their own update distinguishes them from those that a later change overtook."""
        Export = self.env["l10n_fr.chorus.export"]
        move = self._move()
        first = Export._export(move, company=self.company).line_ids
        waiting = Export._export(
            move, company=self.company, again=True, background=True
        ).waiting_line_ids
        self.assertEqual(waiting.previous_id, first)
        self.env.cr.execute(
            "DROP INDEX l10n_fr_chorus_export_line_successor_unique;"
            "UPDATE l10n_fr_chorus_export_line SET previous_id = NULL"
        )
        waiting._follow_latest()
        waiting.invalidate_recordset()
        self.assertEqual(waiting.previous_id, first)

    def test_one_document_exported_before_is_asked_about(self):
        move = self._move().with_user(self.billing_user)
        action = move.action_l10n_fr_chorus_export()
        self.assertEqual(action["res_model"], "account.move.chorus.export.line")
        self.env["l10n_fr.chorus.export"].with_user(self.billing_user)._export(
            move, company=self.company
        )
        action = move.action_l10n_fr_chorus_export()
        self.assertEqual(
            (action["res_model"], action["target"]), ("account.move.chorus.export", "new")
        )
        wizard = self.Wizard.browse(action["res_id"])
        self.assertIn(self.billing_user.name, wizard.exported_text)
        self.assertIn(str(fields.Date.today().year), wizard.exported_text)
        # Going on shows it included: the answer was given.
        wizard.action_next()
        self.assertTrue(wizard.line_ids.is_included)

    def test_documents_that_cannot_be_exported_are_refused_at_once(self):
        for move, message in (
            (self._move(post=False), "Confirm first"),
            (self._move(partner=self.private), "not flagged"),
            (self.env["account.move"], "at least one document"),
        ):
            with self.assertRaisesRegex(UserError, message):
                move.with_user(self.billing_user).action_l10n_fr_chorus_export()

    def test_bad_choices_are_explained(self):
        self._move()
        for values, message in (
            (
                {"period": "custom", "date_from": "2026-02-01", "date_to": "2026-01-01"},
                "ends before it begins",
            ),
            (
                {"period": "custom", "date_from": "2001-01-01", "date_to": "2001-01-31"},
                "No posted invoice",
            ),
            ({"folder": "../x"}, "cannot be used"),
            ({"folder": "/x"}, "absolute path"),
            ({"partner_ids": self.private.ids}, "not flagged"),
        ):
            with self.subTest(message=message), self.assertRaisesRegex(UserError, message):
                self._wizard(**values).action_next()

    def test_empty_lists_teach(self):
        move = self._move()
        self.env["l10n_fr.chorus.export"]._export(move, company=self.company)
        form = Form(self.Wizard)
        self.assertEqual(form.hint, "all_exported")
        wizard = form.save()
        with self.assertRaisesRegex(UserError, "already exported"):
            wizard.action_next()
        wizard.action_next_again()
        self.assertEqual(wizard.line_ids.move_id, move)
        self.assertRegex(wizard.line_ids.exported_text, "already exported on .* by ")
        old = self._move(invoice_date=fields.Date.today() - relativedelta(years=1))
        wizard = self._wizard()
        self.assertEqual(wizard.hint, "all_exported")
        wizard.write({"period": "custom", "date_from": "2001-01-01", "date_to": "2001-01-31"})
        self.assertEqual(wizard.hint, "nothing")
        self.assertIn("1 at other dates", wizard.hint_text)
        wizard.action_next_any_date()
        self.assertEqual(wizard.line_ids.move_id, old)
        self.env["res.partner"].search([]).l10n_fr_chorus_export = False
        wizard = self._wizard()
        self.assertEqual(wizard.hint, "no_customer")
        with self.assertRaisesRegex(UserError, "No customer is flagged"):
            wizard.action_next()
        action = wizard.action_open_customers()
        self.assertEqual(action["res_model"], "res.partner")

    def test_no_hint_when_there_is_something_to_export(self):
        self._move()
        wizard = self._wizard()
        self.assertEqual((wizard.hint, wizard.hint_text), (False, False))

    def test_a_window_is_its_users_own(self):
        self._move()
        wizard = self._wizard()
        wizard.action_next()
        other = new_test_user(
            self.env,
            login="chorus_other",
            groups="base.group_user,account.group_account_invoice",
            company_id=self.company.id,
            company_ids=[fields.Command.set(self.company.ids)],
        )
        for record in (wizard, wizard.line_ids):
            self.assertFalse(record.with_user(other).search([]))
            with self.assertRaises(AccessError):
                record.with_user(other).read(["create_uid"])

    def test_a_window_that_is_over_says_so(self):
        self._move()
        wizard = self._wizard()
        wizard.action_next()
        line = wizard.line_ids
        wizard.unlink()
        for call in (
            wizard.get_state,
            wizard.get_causes,
            wizard.end_check,
            wizard.action_include_all,
            wizard.action_back,
            wizard.action_export,
            lambda: wizard.check_moves([]),
            lambda: line.set_excluded(True),
        ):
            with self.assertRaisesRegex(UserError, "no longer"):
                call()

    def test_windows_live_a_day(self):
        for model in ("account.move.chorus.export", "account.move.chorus.export.line"):
            self.assertGreaterEqual(self.env[model]._transient_max_hours, 24)
