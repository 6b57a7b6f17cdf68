"""The data that the documents of one batch share, read or computed once for all of them."""

import datetime
from collections import defaultdict
from typing import Any, NamedTuple

from odoo.addons.account_edi_ubl_cii.models.account_edi_common import UOM_TO_UNECE_CODE

from ...chorus import text
from ...chorus.document import model as doc
from ...chorus.document import prices
from ...chorus.portal import states

TAX_FIELDS = [
    *("name", "amount", "amount_type", "children_tax_ids", "tax_exigibility"),
    *("price_include_override", "tax_scope", "ubl_cii_tax_category_code"),
    *("ubl_cii_tax_exemption_reason_code", "invoice_legal_notes"),
    *("invoice_label", "description", "country_id", "tax_group_id"),
]

#: Core's quart has a code that the list of units does not know, and two of its units have none.
UNITS = {
    **UOM_TO_UNECE_CODE,
    "uom.product_uom_qt": "QTL",
    "uom.product_uom_milliliter": "MLT",
    # No code counts packs of six: a package, as Recommendation 21 has it.
    "uom.product_uom_pack_6": "XPK",
}


class Item(NamedTuple):
    """A journal item, as it is stored: the fields bear the names of ``account.move.line``.

    Lines are most of what an export reads, and rows of the database are read several times
    faster than records. Relations are ids, None for none.
    """

    sequence: int
    id: int
    move_id: int
    display_type: str
    name: str
    product_id: int
    product_uom_id: int
    quantity: float
    price_unit: float
    discount: float
    price_subtotal: float
    collapse_composition: bool
    collapse_prices: bool
    amount_currency: float
    balance: float
    date_maturity: datetime.date
    discount_date: datetime.date
    discount_amount_currency: float
    tax_line_id: int
    tax_repartition_line_id: int
    tax_ids: tuple[int, ...]


class House(NamedTuple):
    """A company and those of which it is a branch.

    :param companies: all of them, as the superuser knows them
    :param partners: their partners: accounts of these are the supplier's
    :param vat: the nearest VAT number, "" for none
    """

    companies: Any
    partners: Any
    vat: str

    def open(self, account):
        """A bank account as the documents of the company read it.

        :param account: of a document, or empty
        :return: the same
        :raise AccessError: for one of another company that its user may not read
        """
        # sudo: an account of a company above, which a user of a branch may not read
        if account.sudo().company_id <= self.companies:
            return account.sudo()
        account.check_access("read")  # the cache keeps the superuser's values
        return account


class Batch:
    """The data that the documents of one batch share.

    :param moves: all the moves of the batch, in the language of the files
    """

    def __init__(self, moves):
        self.env = moves.env
        self._known = {}
        self._items = self._read_items(moves)
        items = [item for found in self._items.values() for item in found]
        self._products = self._read(
            "product.product", ["default_code"], (item.product_id for item in items)
        )
        units = self._read("uom.uom", ["name"], (item.product_uom_id for item in items))
        # One read for the whole batch: `_get_uom_unece_code` asks the database for each unit.
        xmlids = self.env["uom.uom"].browse(units).get_external_id()
        self._units = {id_: (unit.name, UNITS.get(xmlids[id_])) for id_, unit in units.items()}
        self._taxes = self._read(
            "account.tax",
            TAX_FIELDS,
            (id_ for item in items for id_ in (*item.tax_ids, item.tax_line_id)),
        )
        numbered = moves.filtered("name")
        self._same_number = self._read_same_number(numbered)
        self._exported_numbers = self._read_exported_numbers(numbered)

    def once(self, key, make):
        """A value that several documents share, computed for the first of them.

        :param tuple key: its name, then the data that it depends on
        :param make: works it out
        :return: the value that ``make`` returned for this key
        """
        if key not in self._known:
            self._known[key] = make()
        return self._known[key]

    # ------------------------------------------------------------------ lines

    def _read_items(self, moves):
        """The journal items of each move by its id, in the order in which it shows them."""
        Line = self.env["account.move.line"]
        domain = [("move_id", "in", moves.ids)]
        taxes = defaultdict(tuple)
        groups = Line._read_group(
            [*domain, ("tax_ids", "!=", False)], ["tax_ids"], ["id:array_agg"]
        )
        for tax, ids in sorted(groups, key=lambda group: (group[0].sequence, group[0].id)):
            for id_ in ids:
                taxes[id_] += (tax.id,)
        # As `search` does: access rules apply, and pending writes are flushed first.
        query = Line._search(domain)
        *names, _tax_ids = Item._fields
        columns = [Line._field_to_sql(query.table, name, query) for name in names]
        items = defaultdict(list)
        for row in self.env.execute_query(query.select(*columns)):
            item = Item(*row, taxes[row[1]])
            items[item.move_id].append(item)
        for found in items.values():
            found.sort(key=lambda item: (item.sequence or 0, item.id))
        return items

    def _read(self, model, names, ids):
        """Records that the items name, by their ids; a field read of one is read of all."""
        records = self.env[model].browse({id_ for id_ in ids if id_})
        records.check_access("read")  # what the superuser has read stays in the cache
        records.fetch(names)
        return {record.id: record for record in records}

    def get_items(self, move):
        """The journal items of a move, in the order in which the invoice shows them.

        :param move: of the batch
        :rtype: list[Item]
        """
        return self._items[move.id]

    def get_product(self, item):
        """The product of a journal item, an empty record for none.

        :param Item item: of the batch
        """
        return self._products.get(item.product_id) or self.env["product.product"]

    def get_unit(self, item):
        """The unit of a journal item.

        :param Item item: of the batch
        :return: its name, "" for none, and its code of UN/ECE Recommendation 20, None for none
        :rtype: tuple
        """
        return self._units.get(item.product_uom_id, ("", None))

    def get_taxes(self, *ids):
        """Taxes of journal items.

        :param ids: of taxes that items of the batch name
        """
        return self.env["account.tax"].concat(*(self._taxes[id_] for id_ in ids))

    def is_vat(self, item):
        """Whether a journal item is VAT: a fixed tax, such as an eco-tax, is a charge.

        :param Item item: of the batch
        """
        if not item.tax_repartition_line_id:
            return False
        return self._taxes[item.tax_line_id].amount_type != "fixed"

    def includes_vat(self, *ids):
        """Whether the price of a line with these taxes includes VAT.

        :param ids: of taxes that items of the batch name
        """
        return self.once(
            ("included", ids),
            lambda: any(
                tax.price_include for tax in self.get_taxes(*ids).flatten_taxes_hierarchy()
            ),
        )

    def get_price_without_vat(self, item):
        """The unit price of a journal item whose taxes are included in it.

        :param Item item: of the batch
        :rtype: decimal.Decimal
        """
        details = self.get_taxes(*item.tax_ids)._get_tax_details(
            item.price_unit,
            1.0,
            precision_rounding=float(prices.PRICE_STEP),
            rounding_method="round_globally",
        )
        return prices.plain(
            prices.rounded(prices.as_typed(details["total_excluded"]), prices.PRICE_STEP)
        )

    # ------------------------------------------------------------------ others

    def get_house(self, company):
        """A company with those of which it is a branch.

        :param company: of a document
        :rtype: House
        """
        return self.once(("house", company.id), lambda: self._prepare_house(company))

    def _prepare_house(self, company):
        # sudo: a user who invoices for a branch may not see the company above
        companies = company.sudo().parent_ids
        numbers = [text.identifier(parent.vat) for parent in reversed(companies)]
        partners = companies.partner_id.sudo(self.env.su)
        return House(companies, partners, next(filter(None, numbers), ""))

    def _read_same_number(self, moves):
        """Posted documents that have the numbers of a batch, by supplier, number and year."""
        found = {}
        # sudo: Chorus Pro knows suppliers by their SIREN, in all companies
        Move = self.env["account.move"].sudo()
        domain = moves._l10n_fr_chorus_get_number_domain()
        # For hundreds of numbers PostgreSQL may take the index of trigrams all the same, which only
        # bitmaps can use.
        self.env.cr.execute("SET LOCAL enable_bitmapscan = off")
        others = Move.search_fetch(domain, ["name", "invoice_date", "company_id"])
        self.env.cr.execute("SET LOCAL enable_bitmapscan TO DEFAULT")
        for move in others:
            found.setdefault(self._number_key(move), []).append(move)
        return found

    def _read_exported_numbers(self, moves):
        """Exported lines that have the numbers of a batch, by supplier, number and year."""
        found = {}
        domain = [
            ("name", "in", moves.mapped("name")),
            ("state", "=", "exported"),
            ("outcome", "not in", tuple(states.REOPENED)),
        ]
        # sudo: see above
        Line = self.env["l10n_fr.chorus.export.line"].sudo()
        for line in Line.search_fetch(
            domain, ["name", "invoice_date", "company_id", "move_id", "export_id"]
        ):
            found.setdefault(self._number_key(line), []).append(line)
        return found

    def _number_key(self, move):
        """Supplier, number and year, by which Chorus Pro knows a document.

        :param move: or the line of an export, which has the same fields
        """
        if not move.invoice_date:
            return None
        company = move.company_id
        supplier = self.once(("supplier", company.id), company._l10n_fr_chorus_get_supplier)
        return supplier, move.name, move.invoice_date.year

    def get_same_number(self, move):
        """Other documents that Chorus Pro would take for a posted one.

        :param move: of the batch
        :return: their names, each with its journal
        :rtype: tuple[str]
        """
        others = self._same_number.get(self._number_key(move), ())
        return tuple(
            f"{other.journal_id.name} {other.name}" for other in others if other.id != move.id
        )

    def get_exports_of_number(self, move):
        """Exports that have a file of another document under the number of this one.

        That other document was deleted since, or has another number now.

        :param move: of the batch
        :return: their names
        :rtype: tuple[str]
        """
        key = self._number_key(move)
        known = {move.id, *(other.id for other in self._same_number.get(key, ()))}
        lines = self._exported_numbers.get(key, ())
        exports = (line.export_id.name for line in lines if line.move_id.id not in known)
        return tuple(dict.fromkeys(exports))

    def get_structure(self, address):
        """The requirements of the public body of a billing address.

        :param address: the billing address
        :rtype: odoo.addons.l10n_fr_chorus_export.chorus.document.model.Structure
        """
        return self.once(("structure", address.id), lambda: self._prepare_structure(address))

    def _prepare_structure(self, address):
        partner, is_its_own = address._l10n_fr_chorus_find_structure()
        # Closed services count: an anomaly reports a closed one.
        services = partner.with_context(active_test=False).l10n_fr_chorus_service_ids
        state = is_its_own and partner.l10n_fr_chorus_directory_state
        return doc.Structure(
            requirement=partner.l10n_fr_chorus_requirement or "unknown",
            services=tuple(
                doc.Service(
                    text.one_line(service.code), service.engagement_required, service.active
                )
                for service in services
            ),
            is_listed=is_its_own and bool(partner.l10n_fr_chorus_services_date),
            is_closed=state == "inactive",
            is_works_only=state == "works_only",
            origin=doc.Origin(partner._name, partner.id, "", partner.display_name or ""),
        )
