import csv
import io
import json
import re

import openpyxl
from dateutil.relativedelta import relativedelta

from odoo import fields, http
from odoo.tests import HttpCase, new_test_user, tagged

from .common import ChorusCommon


@tagged("post_install_l10n", "post_install", "-at_install")
class TestReport(ChorusCommon, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        Export = cls.env["l10n_fr.chorus.export"].with_user(cls.billing_user)
        today = fields.Date.today()
        cls.before = cls._move()
        Export._export(cls.before, company=cls.company)
        cls.invoices = cls._move() | cls._move(cls._line(10.01, 3, cls.tax55))
        cls.refund = cls._move(cls._line(50), move_type="out_refund")
        cls.held = cls._move(purchase_order_reference="E", l10n_fr_chorus_order_reference="C")
        cls.excluded = cls._move()
        cls._move(invoice_date=today - relativedelta(days=60))  # outside the period
        cls.export = Export._export(
            cls.invoices | cls.refund | cls.held,
            company=cls.company,
            excluded=cls.excluded,
            date_from=today - relativedelta(days=30),
            date_to=today,
        )

    def test_control_totals(self):
        export = self.export
        self.assertEqual(export.invoice_count, 2)
        self.assertEqual(export.refund_count, 1)
        # 100 at 20 %, and 30.03 at 5.5 %
        self.assertEqual(
            (export.invoice_untaxed, export.invoice_tax, export.invoice_total),
            (130.03, 21.65, 151.68),
        )
        # Positive, as accountants know a credit note
        self.assertEqual(
            (export.refund_untaxed, export.refund_tax, export.refund_total), (50, 10, 60)
        )
        for part, expected in (("untaxed", 80.03), ("tax", 11.65), ("total", 91.68)):
            self.assertAlmostEqual(export[f"net_{part}"], expected)
        self.assertAlmostEqual(export.net_total, export.amount_total)

    def test_totals_are_in_the_company_currency(self):
        dollars = self.env.ref("base.USD")
        dollars.active = True
        self.env["res.currency.rate"].create(
            {
                "currency_id": dollars.id,
                "company_id": self.company.id,
                "name": "2020-01-01",
                "rate": 2.0,
            }
        )
        move = self._move(currency_id=dollars.id)
        export = self.env["l10n_fr.chorus.export"]._export(move, company=self.company)
        self.assertEqual(export.exported_line_ids.amount_total, 120)
        self.assertEqual((export.invoice_untaxed, export.invoice_total), (50, 60))

    def test_documents_of_the_period_that_were_left_out(self):
        self.assertEqual(self.export.excluded_move_ids, self.excluded)
        self.assertEqual(self.export.already_move_ids, self.before)
        self.assertFalse(self.export.unchecked_move_ids)
        # Without a period, nothing is missing.
        export = self.env["l10n_fr.chorus.export"]._export(self.excluded, company=self.company)
        left_out = export.excluded_move_ids | export.unchecked_move_ids
        self.assertFalse(left_out | export.already_move_ids)

    def test_unchecked_documents_are_not_called_excluded(self):
        self._move()
        unchecked = self._move()
        wizard = self.env["account.move.chorus.export"].create({"company_id": self.company.id})
        wizard.action_next()
        lines = wizard.line_ids
        lines.sudo().filtered(lambda line: line.move_id == unchecked).checked_on = False
        lines.filtered(lambda line: line.move_id == self.excluded).set_excluded(True)
        added = self._move()  # since the window was opened
        export = self.env["l10n_fr.chorus.export"].browse(wizard.action_export()["res_id"])
        self.assertEqual(export.excluded_move_ids, self.excluded)
        self.assertEqual(export.unchecked_move_ids, unchecked | added)
        title, *names = export.report_text.partition("Not checked")[2].split("\n\n")[0].split("\n")
        self.assertEqual(title, ", to be exported later")
        self.assertEqual(set(names), {f"- {unchecked.name}", f"- {added.name}"})

    def test_what_the_user_excluded_of_chosen_documents(self):
        Wizard = self.env["account.move.chorus.export"]
        action = Wizard._open_moves(self.before | self.excluded | self._move())
        wizard = Wizard.browse(action["context"]["chorus_export_wizard_id"])
        lines = wizard.line_ids
        lines.filtered(lambda line: line.move_id == self.excluded).set_excluded(True)
        export = self.env["l10n_fr.chorus.export"].browse(wizard.action_export()["res_id"])
        self.assertEqual(export.excluded_move_ids, self.excluded)
        self.assertEqual(export.already_move_ids, self.before)
        self.assertFalse(export.unchecked_move_ids)

    def test_the_portal_gestures_follow_the_files(self):
        syntax = "UBL 2.1 Invoice (E1)"
        steps = self.export._get_next_steps()
        self.assertIn("Déposer un flux", steps[0])
        self.assertIn(self.export.lot_ids.file_name, steps[0])
        self.assertIn(syntax, steps[0])
        self.assertIn("Suivi des flux", steps[1])
        Export = self.env["l10n_fr.chorus.export"]
        alone = Export._export(self.excluded, company=self.company)
        step = alone._get_next_steps()[0]
        self.assertIn("Déposer une facture", step)
        self.assertIn(alone.exported_line_ids.file_name, step)
        self.assertIn(syntax, step)
        loose = Export._export(self.invoices, company=self.company, again=True, lot_format="none")
        self.assertIn("the 2 files", loose._get_next_steps()[0])
        none = Export._export(self.held, company=self.company)
        self.assertFalse(none._get_next_steps())
        self.assertFalse(none.next_steps)

    def test_the_text_tells_everything(self):
        self.export.action_deliver()
        text = self.export.with_user(self.billing_user).with_context(lang="en_US").report_text
        for expected in (
            self.export.name,
            self.billing_user.name,
            *self.export.lot_ids.mapped("path"),
            *self.export.exported_line_ids.mapped("path"),
            f"{self.held.name}: {self.export.held_line_ids.anomaly_text}",
            self.excluded.name,
            self.before.name,
            "Suivi des flux",
            "151.68",
            "91.68",
        ):
            self.assertIn(expected, text)

    def test_the_report_is_printed_in_the_users_language(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.billing_user.lang = "fr_FR"
        self.export.action_deliver()
        Report = self.env["ir.actions.report"].with_user(self.billing_user)
        html, kind = Report._render_qweb_html(
            "l10n_fr_chorus_export.l10n_fr_chorus_export_report", self.export.ids
        )
        self.assertEqual(kind, "html")
        html = html.decode()
        for expected in (
            self.export.name,
            "Totaux de contrôle",
            "151,68",
            self.held.name,
            self.excluded.name,
            self.before.name,
            "Suivi des flux",
            self.export.lot_ids.path.rpartition("/")[0],
        ):
            self.assertIn(expected, html)

    def _saver(self):
        """Someone with Odoo's right to export, logged in."""
        user = new_test_user(
            self.env,
            login="chorus_saver",
            groups="base.group_user,account.group_account_invoice,base.group_allow_export",
            company_id=self.company.id,
            company_ids=[fields.Command.set(self.company.ids)],
        )
        self.authenticate(user.login, user.login)
        return user

    def _save(self, user, kind, groupby=()):
        """The bytes of the report as a spreadsheet, as the browser asks for it."""
        action = self.export.with_user(user).with_context(chorus_format=kind).action_save_report()
        self.assertEqual(action["tag"], "l10n_fr_chorus_export.save")
        if groupby:
            action["params"]["data"]["groupby"] = groupby
        response = self.url_open(
            f"/web/export/{action['params']['format']}",
            data={
                "data": json.dumps(action["params"]["data"]),
                "csrf_token": http.Request.csrf_token(self),
            },
        )
        response.raise_for_status()
        return response.content

    def test_the_report_is_saved_by_odoos_own_export(self):
        content = self._save(self._saver(), "xlsx")
        rows = list(openpyxl.load_workbook(io.BytesIO(content)).active.values)
        self.assertEqual(len(rows), 1 + len(self.export.line_ids))
        self.assertIn(self.held.name, [row[1] for row in rows])

    def test_no_name_becomes_a_formula(self):
        """Nor does a number: who opens the report runs nothing that a customer's name holds."""
        user = self._saver()
        lines = self.export.line_ids.sudo()
        for name in ("=1+1", "+1+1", "-1+1", "@SUM(1)", "{=1+1}", "\t=1+1"):
            lines.name = name
            lines.partner_id.name = name
            self.env.flush_all()
            with self.subTest(name=name):
                book = openpyxl.load_workbook(io.BytesIO(self._save(user, "xlsx")))
                cells = [cell for row in book.active.iter_rows(min_row=2) for cell in row]
                self.assertFalse([cell.value for cell in cells if cell.data_type == "f"])
                self.assertEqual(
                    sum(name.strip() in str(cell.value) for cell in cells), 2 * len(lines)
                )
                book = openpyxl.load_workbook(
                    io.BytesIO(self._save(user, "xlsx", ["partner_id", "name"]))
                )
                cells = [cell for row in book.active.iter_rows(min_row=2) for cell in row]
                self.assertFalse([cell.value for cell in cells if cell.data_type == "f"])
                headings = [str(cell.value) for cell in cells if str(cell.value).endswith(")")]
                self.assertTrue(headings and all(name.strip() in text for text in headings))
                text = self._save(user, "csv").decode()
                texts = [value for row in csv.reader(io.StringIO(text)) for value in row]
                self.assertEqual(sum(name.strip() in value for value in texts), 2 * len(lines))
                self.assertFalse(
                    [
                        value
                        for value in texts
                        if value.startswith(("=", "+", "-", "@", "\t"))
                        and not re.fullmatch(r"-?[0-9.]+", value)
                    ]
                )
