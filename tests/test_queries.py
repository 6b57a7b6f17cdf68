from odoo import Command, fields
from odoo.tests import tagged

from .common import ChorusCommon

COUNT = 100


@tagged("post_install_l10n", "post_install", "-at_install")
class TestQueries(ChorusCommon):
    """Reading and checking cost the same queries for 30 documents and for 100."""

    def _count(self, moves):
        """SQL queries of a first check of documents, nothing of them being in the cache."""
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        checked = list(self.env["l10n_fr.chorus.maker"]._check_documents(moves))
        self.assertEqual(len(checked), len(moves))
        return self.env.cr.sql_log_count - before

    def _customers(self, count):
        """As many public bodies, each with its own address, site, services and SIRET."""
        Partner = self.env["res.partner"].sudo()  # what the directory says is no user's to write
        countries = [self.france, *map(self.env.ref, ("base.be", "base.ch", "base.nc", "base.re"))]
        towns = Partner.create(
            [
                {
                    "name": f"Commune {index}",
                    "is_company": True,
                    "country_id": countries[index % len(countries)].id,
                    "zip": f"{index:05}",
                    "l10n_fr_chorus_export": True,
                    "l10n_fr_chorus_siret": f"{21990001600011 + index}",
                    "l10n_fr_chorus_directory_date": index % 2 and fields.Date.today(),
                    "l10n_fr_chorus_requirement": "both",
                    "child_ids": [
                        Command.create({"name": "Compta", "type": "invoice"}),
                        Command.create({"name": "École", "type": "delivery"}),
                    ],
                }
                for index in range(count)
            ]
        )
        self.env["l10n_fr.chorus.service"].create(
            [{"partner_id": town.id, "code": f"S{town.id}"} for town in towns]
        )
        return towns

    def _mixed_moves(self, count):
        """Documents of every kind, none of which shares its customer with another."""
        dollar = self.env.ref("base.USD")
        dollar.active = True
        eco = self._tax("Éco", 0.5, amount_type="fixed", include_base_amount=True, sequence=1)
        exempt = self._tax("0%", 0.0, ubl_cii_tax_category_code="E")
        kinds = [self.tax20, self.tax10, self.tax55, eco + self.tax20, exempt, self.tax20 + eco]
        products = self.env["product.product"].create(
            [
                {"name": f"Article {index}", "default_code": f"A{index}", "uom_id": unit.id}
                for index, unit in enumerate(self.env["uom.uom"].search([], limit=20))
            ]
        )
        terms = self.env["account.payment.term"].create(
            [{"name": f"Terme {index}", "note": f"{index} jours"} for index in range(20)]
        )
        banks = self.env["res.partner.bank"].create(
            [
                {
                    "acc_number": f"FR76{index}",
                    "partner_id": self.company.partner_id.id,
                    "bank_id": self.env["res.bank"].create({"name": index, "bic": "X"}).id,
                }
                for index in range(20)
            ]
        )
        self.company.l10n_fr_chorus_bank_id = False
        reversed_moves = [self._move() for _index in range(10)]
        values = []
        for index, town in enumerate(self._customers(count)):
            kind = index % 6
            product = products[index % len(products)]
            values.append(
                {
                    "move_type": "out_refund" if kind == 1 else "out_invoice",
                    "company_id": self.company.id,
                    "partner_id": (town if index % 2 else town.child_ids[0]).id,
                    "partner_shipping_id": (town if index % 3 else town.child_ids[1]).id,
                    "partner_bank_id": banks[index % 20].id,
                    "invoice_payment_term_id": terms[index % 20].id,
                    "invoice_date": fields.Date.today(),
                    "currency_id": dollar.id if kind == 2 else self.company.currency_id.id,
                    "reversed_entry_id": kind == 1 and reversed_moves[index % 10].id,
                    "l10n_fr_chorus_type": "384" if kind == 3 else False,
                    "narration": "<p>Merci</p>",
                    "invoice_line_ids": [
                        Command.create(
                            {
                                "name": False if kind == 4 else "Fourniture",
                                "product_id": product.id,
                                "quantity": 1 + index % 7,
                                "price_unit": 10.0 + index,
                                "tax_ids": [Command.set(kinds[kind].ids)],
                            }
                        )
                    ],
                }
            )
        return self.env["account.move"].create(values)

    def test_queries_do_not_grow_with_documents(self):
        moves = self._mixed_moves(COUNT)
        few = moves[:30]  # every kind with each country, of either parity
        self._count(moves)  # fills the registry's caches
        self.assertEqual(self._count(few), self._count(moves))
