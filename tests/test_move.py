from lxml import etree

from odoo import fields
from odoo.exceptions import ValidationError
from odoo.tests import Form, tagged

from .common import ChorusCommon


@tagged("post_install_l10n", "post_install", "-at_install")
class TestMove(ChorusCommon):
    def test_references_default_from_the_customer(self):
        with Form(self.env["account.move"].with_context(default_move_type="out_invoice")) as form:
            form.partner_id = self.school
            self.assertEqual(form.buyer_reference, "FINANCES")
            self.assertEqual(form.contract_reference, "M-2026")
            self.assertFalse(form.purchase_order_reference)
            # Another customer's service code would be refused.
            form.partner_id = self.private
            self.assertFalse(form.buyer_reference)
            form.partner_id = self.town
            form.buyer_reference = "TRAVAUX"
        self.assertEqual(form.record.buyer_reference, "TRAVAUX")

    def test_references_given_at_creation_are_kept(self):
        move = self._move(buyer_reference="SPORTS", post=False)
        self.assertEqual(move.buyer_reference, "SPORTS")
        self.assertEqual(move.contract_reference, "M-2026")

    def test_references_change_on_a_posted_invoice(self):
        move = self._move()
        with Form(move) as form:
            form.buyer_reference = "TRAVAUX"
            form.purchase_order_reference = "ENG-1"
        self.assertEqual(move.state, "posted")
        self.assertEqual(move.buyer_reference, "TRAVAUX")

    def test_a_duplicate_carries_no_engagement_nor_marks(self):
        move = self._move(
            purchase_order_reference="ENG-1",
            l10n_fr_chorus_framework="A2",
            buyer_reference="SPORTS",
        )
        self.env["l10n_fr.chorus.export"]._export(move, company=self.company)
        duplicate = move.copy()
        self.assertFalse(duplicate.purchase_order_reference)
        self.assertFalse(duplicate.l10n_fr_chorus_order_reference)
        self.assertFalse(duplicate.l10n_fr_chorus_exported_on)
        self.assertEqual(duplicate.l10n_fr_chorus_framework, "A1")
        self.assertEqual(duplicate.buyer_reference, "SPORTS")

    def test_a_recurring_invoice_keeps_the_engagement(self):
        """The contract of a monthly invoice has one engagement for years."""
        for name in ("purchase_order_reference", "l10n_fr_chorus_order_reference"):
            move = self._move(
                buyer_reference="SPORTS",
                auto_post="monthly",
                l10n_fr_chorus_framework="A2",
                post=False,
                **{name: "ENG-1"},
            )
            move.action_post()
            following = self.env["account.move"].search(
                [("auto_post_origin_id", "=", move.id), ("id", "!=", move.id)]
            )
            self.assertEqual(following.state, "draft")
            self.assertEqual(following[name], "ENG-1")
            self.assertEqual(following.buyer_reference, "SPORTS")
            self.assertEqual(following.contract_reference, "M-2026")
            self.assertEqual(following.l10n_fr_chorus_framework, "A1", "not paid yet")
            self.assertFalse(following.copy()[name], "a duplicate made by hand is another order")

    def test_a_credit_note_keeps_references_not_marks(self):
        move = self._move(purchase_order_reference="ENG-1", buyer_reference="SPORTS")
        self.env["l10n_fr.chorus.export"]._export(move, company=self.company)
        refund = move._reverse_moves([{"invoice_date": fields.Date.today()}])
        self.assertEqual(refund.purchase_order_reference, "ENG-1")
        self.assertEqual(refund.buyer_reference, "SPORTS")
        self.assertEqual(refund.contract_reference, "M-2026")
        self.assertEqual(refund.l10n_fr_chorus_type, "381")
        self.assertFalse(refund.l10n_fr_chorus_exported_on)

    def test_a_corrected_copy_keeps_references(self):
        move = self._move(l10n_fr_chorus_order_reference="BC-1")
        wizard = (
            self.env["account.move.reversal"]
            .with_context(active_model="account.move", active_ids=move.ids)
            .create({"journal_id": move.journal_id.id})
        )
        wizard.modify_moves()
        corrected = wizard.new_move_ids.filtered(lambda m: m.move_type == "out_invoice")
        self.assertEqual(corrected.l10n_fr_chorus_order_reference, "BC-1")
        self.assertEqual(corrected.l10n_fr_chorus_type, "380", "384 is the user's choice")
        self.assertEqual(corrected.l10n_fr_chorus_corrected_id, move)
        self.assertFalse(corrected.copy().l10n_fr_chorus_corrected_id)
        self.assertFalse(self._document(corrected).preceding)
        corrected.l10n_fr_chorus_type = "384"
        corrected.action_post()
        document = self._document(corrected)
        self.assertEqual(document.type_code, "384")
        self.assertEqual(document.preceding.number, move.name)
        self.assertEqual(document.preceding.issue_date, move.invoice_date)
        self.assertNotIn("preceding_missing", self._codes(corrected))
        refund = move.reversal_move_ids
        self.assertEqual(self._document(refund).preceding.number, move.name)

    def test_a_corrected_invoice_chosen_by_hand(self):
        move, other = self._move(), self._move(partner=self.private)
        corrected = self._move(post=False, l10n_fr_chorus_type="384")
        self.assertIn("preceding_missing", self._codes(corrected))
        for wrong in (corrected, other, self._move(post=False), self._move(move_type="out_refund")):
            with self.assertRaises(ValidationError):
                corrected.l10n_fr_chorus_corrected_id = wrong
        corrected.l10n_fr_chorus_corrected_id = move
        self.assertNotIn("preceding_missing", self._codes(corrected))
        corrected.partner_id = self.private
        self.assertFalse(corrected.l10n_fr_chorus_corrected_id, "of another customer")

    def test_another_address_keeps_what_was_typed(self):
        site = self.env["res.partner"].create(
            {"name": "Compta", "parent_id": self.town.id, "type": "invoice"}
        )
        with Form(self._move(post=False)) as form:
            self.assertEqual(form.buyer_reference, "FINANCES")
            form.buyer_reference = "SPORTS"
            form.contract_reference = "M-9"
            form.partner_id = site
            self.assertEqual((form.buyer_reference, form.contract_reference), ("SPORTS", "M-9"))
            # There and back, without saving: the defaults of each.
            form.partner_id = self.private
            self.assertFalse(form.buyer_reference)
            form.partner_id = site
            self.assertEqual(
                (form.buyer_reference, form.contract_reference), ("FINANCES", "M-2026")
            )
        move = self._move(post=False)
        move.write({"buyer_reference": "SPORTS", "contract_reference": False})
        move.partner_id = site
        self.assertEqual(move.buyer_reference, "SPORTS")
        self.assertFalse(move.contract_reference, "emptied by the user")
        move.write({"partner_id": self.private.id, "buyer_reference": "X"})
        self.assertEqual(move.buyer_reference, "X")
        move.write({"partner_id": self.town.id})
        self.assertEqual((move.buyer_reference, move.contract_reference), ("FINANCES", "M-2026"))

    def test_an_establishment_proposes_its_own_service(self):
        Service = self.env["l10n_fr.chorus.service"]
        site = self.env["res.partner"].create(
            {
                "name": "CCAS",
                "parent_id": self.town.id,
                "type": "invoice",
                "l10n_fr_chorus_siret": "21990001600102",
            }
        )
        first, second = Service.create(
            [{"partner_id": site.id, "code": code} for code in ("SOCIAL", "REPAS")]
        )
        move = self._move(post=False)
        for default, expected in ((None, "FINANCES"), (first, "SOCIAL"), (second, "REPAS")):
            move.partner_id = self.town
            move.buyer_reference = "FINANCES"
            if default:
                default.is_default = True
            move.partner_id = site
            self.assertEqual(move.buyer_reference, expected)
            self.assertEqual(move.contract_reference, "M-2026", "the customer's")
        self.assertEqual(site.l10n_fr_chorus_service_ids.filtered("is_default"), second)
        self.assertEqual(self.town.l10n_fr_chorus_service_code, "FINANCES")
        move.buyer_reference = "SOCIAL"
        move.partner_id = self.town
        self.assertEqual(move.buyer_reference, "FINANCES")
        self.assertEqual(self._move(partner=site, post=False).buyer_reference, "REPAS")

    def test_what_an_establishment_requires_is_its_own(self):
        site = self.env["res.partner"].create(
            {
                "name": "CCAS",
                "parent_id": self.town.id,
                "type": "invoice",
                "country_id": self.france.id,
                "l10n_fr_chorus_siret": "21990001600102",
            }
        )
        self.town.l10n_fr_chorus_requirement = "both"
        self.town.sudo().l10n_fr_chorus_directory_state = "inactive"
        self.town.sudo().l10n_fr_chorus_services_date = fields.Date.today()
        move = self._move(partner=site)
        self.assertEqual(move.buyer_reference, "FINANCES")
        # What the customer requires, but not the state of another SIRET than the one invoiced.
        self.assertEqual(self._codes(move), ["engagement_required"])
        site.l10n_fr_chorus_requirement = "service"
        self.assertFalse(self._codes(move))
        self.assertEqual(self._move(partner=site).buyer_reference, "FINANCES")
        self.assertIn("structure_closed", self._codes(self._move()))

    def test_type(self):
        self.assertEqual(self._move(post=False).l10n_fr_chorus_type, "380")
        self.assertEqual(self._move(post=False, move_type="out_refund").l10n_fr_chorus_type, "381")
        move = self._move(post=False, l10n_fr_chorus_type="386")
        move.write({"invoice_line_ids": [self._line(50.0)]})
        self.assertEqual(move.l10n_fr_chorus_type, "386", "chosen by hand")

    def test_381_is_for_credit_notes_alone(self):
        refund = self._move(post=False, move_type="out_refund")
        refund.action_switch_move_type()
        self.assertEqual((refund.move_type, refund.l10n_fr_chorus_type), ("out_invoice", "380"))
        with self.assertRaises(ValidationError):
            self._move(post=False).l10n_fr_chorus_type = "381"
        with self.assertRaises(ValidationError):
            self._move(post=False, move_type="out_refund").l10n_fr_chorus_type = "380"

    def test_exporting_writes_nothing_on_the_move(self):
        move = self._move()
        move.is_manually_modified = False
        before = move.write_date
        export = self.env["l10n_fr.chorus.export"]._export(move, company=self.company)
        self.env.flush_all()
        move.invalidate_recordset()
        self.assertFalse(move.is_manually_modified)
        self.assertEqual(move.write_date, before)
        self.assertFalse(move.is_move_sent)
        self.assertEqual(move.l10n_fr_chorus_exported_on, export.date)
        self.assertEqual(move.l10n_fr_chorus_exported_by, self.env.user)

    def test_marks_are_the_latest_exports_and_searchable(self):
        done, todo = self._move(), self._move()
        Export = self.env["l10n_fr.chorus.export"]
        Export._export(done, company=self.company)
        latest = Export.with_user(self.billing_user)._export(
            done.with_user(self.billing_user), company=self.company, again=True
        )
        done.invalidate_recordset()
        self.assertEqual(done.l10n_fr_chorus_exported_by, self.billing_user)
        self.assertEqual(done.l10n_fr_chorus_exported_on, latest.date)
        Move = self.env["account.move"]
        ours = [("id", "in", (done | todo).ids)]
        field = "l10n_fr_chorus_exported_on"
        self.assertEqual(Move.search([*ours, (field, "!=", False)]), done)
        self.assertEqual(Move.search([*ours, (field, "=", False)]), todo)
        self.assertEqual(Move.search([*ours, (field, ">=", latest.date)]), done)
        self.assertEqual(
            Move.search([*ours, ("l10n_fr_chorus_exported_by", "=", self.billing_user.id)]), done
        )

    def test_form_shows_the_delivery_address_once(self):
        # To whom has not got the group of core's field either: French companies show it to all.
        group = "account.group_delivery_invoice_address"
        self.assertFalse(self.billing_user.has_group(group))
        form = self.env["account.move"].with_user(self.billing_user).get_view(view_type="form")
        self.assertEqual(form["arch"].count('<field name="partner_shipping_id"'), 1)

    def test_printed_references_bear_the_names_of_the_screen(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        labels = {
            "buyer_reference": "FINANCES",
            "contract_reference": "M-2026",
            "purchase_order_reference": "ENG-42",
            "l10n_fr_chorus_order_reference": "BC-43",
        }
        for lang in ("en_US", "fr_FR"):
            self.town.lang = lang
            Move = self.env["account.move"].with_context(lang=lang)
            form = etree.fromstring(Move.get_view(view_type="form")["arch"])
            for shipping in (self.school, self.town):
                move = self._move(
                    purchase_order_reference="ENG-42",
                    l10n_fr_chorus_order_reference="BC-43",
                    partner_shipping_id=shipping.id,
                )
                html, _type = self.env["ir.actions.report"]._render_qweb_html(
                    "account.report_invoice", move.ids
                )
                text = " ".join(html.decode().split())
                for field, value in labels.items():
                    name = form.xpath(f"//field[@name='{field}']/@string")[0]
                    self.assertRegex(text, rf"{name}\s?: <span>{value}</span>")
                self.assertNotIn("Purchase Order Reference", text)
