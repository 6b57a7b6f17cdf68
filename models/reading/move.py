"""Posted moves → plain documents: the export reads Odoo here and nowhere else."""

import os
from dataclasses import replace
from decimal import Decimal
from functools import partial

import psycopg2

from odoo import api, fields, models
from odoo.exceptions import AccessError, MissingError
from odoo.fields import Domain
from odoo.tools import SQL, split_every

from ...chorus import limits, text
from ...chorus.document import headings, letterhead, naming, payment_terms, prices, vat
from ...chorus.document import model as doc
from ...chorus.interruptions import is_interruption
from ...chorus.messages import ChorusError, Message, _
from ...chorus.portal.directory import PSEUDO_SERVICE
from ...chorus.rules import payment as rules
from ...chorus.rules import unreadable
from ..account_move import MOVE_TYPES
from .batch import Batch

#: Documents that are read at once.
BATCH_SIZE = 500

# Marked here, translated where it is shown.
# pylint: disable=prefer-env-translation
_LOST = _(
    "The attachment “%(name)s” was deleted, or its file lost, while the file for Chorus Pro was "
    "made. Export the document again."
)
# pylint: enable=prefer-env-translation


#: Paths to records that the user of a document may not read: of another company, mostly. Others
#: that he may not read are found as the document is read.
HEADER = (
    *("partner_id", "partner_id.commercial_partner_id"),
    *("partner_shipping_id", "partner_shipping_id.commercial_partner_id"),
    *("company_id.partner_id", "company_id.l10n_fr_chorus_bank_id", "partner_bank_id"),
    *("journal_id", "journal_id.bank_account_id", "invoice_payment_term_id"),
    "fiscal_position_id",
    *("preferred_payment_method_line_id", "reversed_entry_id", "l10n_fr_chorus_corrected_id"),
)
#: All others that the document reads, and that have rules of their own.
TAXES = ("line_ids.tax_ids", "line_ids.tax_ids.children_tax_ids", "line_ids.tax_line_id")
NAMED = (
    *(*HEADER, "line_ids.product_id", *TAXES),
    *(f"{path}.tax_group_id" for path in TAXES),
    *(f"{path}.invoice_repartition_line_ids.account_id" for path in TAXES),
    # A credit note is paid on the account of its invoice.
    *("reversed_entry_id.partner_bank_id", "l10n_fr_chorus_corrected_id.partner_bank_id"),
)


class L10nFrChorusDocument(models.AbstractModel):
    _name = "l10n_fr.chorus.document"
    _description = "Invoice as Chorus Pro Sees It"

    @api.model
    def _read_documents(self, moves):
        """Read posted moves, a constant number of queries for any number of them.

        :param moves: customer invoices and credit notes
        :return: one ``chorus.document.model.Document`` a move, in the same order
        :rtype: list
        """
        # Files are in French for every user: the same invoice gives the same bytes.
        language = self.env["res.lang"]._get_code("fr_FR") or None
        # The prefetch makes the batch: a field that is read of one move is read of all.
        moves = moves.with_context(lang=language).with_prefetch(moves.ids)
        batch = Batch(moves)
        return [
            doc.Document.from_values(move._l10n_fr_chorus_prepare_document(batch)) for move in moves
        ]

    @api.model
    def _read_what_can_be(self, moves):
        """Read moves; one with a record that its user may not read spares the others.

        :param moves: customer invoices and credit notes
        :return: ``(move, document, None)`` or ``(move, None, anomaly)`` for each, in the same order
        :rtype: list[tuple]
        """
        for _path, hidden in self._find_hidden(moves, HEADER):
            hidden.invalidate_recordset()  # else users could read the superuser's values
        try:
            documents = self._read_documents(moves)
        except AccessError:
            forbidden = self._find_forbidden(moves)
            if len(moves) == 1:
                return [(moves, None, self._prepare_unreadable(moves, forbidden))]
        else:
            return [(move, document, None) for move, document in zip(moves, documents, strict=True)]
        # A document may not need the forbidden record: each of these is tried.
        suspects = moves.filtered(lambda move: move.id in forbidden)
        others = moves - suspects
        parts = [*suspects, others] if suspects else [moves[::2], moves[1::2]]
        found = {}
        for part in parts:
            for move, *read in self._read_what_can_be(part) if part else ():
                found[move.id] = read
        return [(move, *found[move.id]) for move in moves]

    @api.model
    def _find_unreadable(self, moves):
        """Moves that their user may not read whole.

        :return: anomaly by move
        :rtype: dict
        """
        if moves.env.su:
            return {}
        found = {}
        for batch in split_every(BATCH_SIZE, moves.ids, moves.browse):
            found.update(self._find_unreadable_of(batch))
        return found

    @api.model
    def _find_unreadable_of(self, moves):
        try:
            read = self._read_what_can_be(moves)
        except psycopg2.Error:
            raise  # of the transaction, which is over
        except Exception as error:
            if is_interruption(error):
                raise
            if len(moves) == 1:
                return {}  # not for want of a right: its check says what fails
            half = len(moves) // 2
            return self._find_unreadable_of(moves[:half]) | self._find_unreadable_of(moves[half:])
        return {move: anomaly for move, _document, anomaly in read if anomaly}

    @api.model
    def _find_forbidden(self, moves):
        """The records of moves that their user may not read.

        :return: names, as keys, by id of the move
        :rtype: dict[int, dict]
        """
        forbidden = {}
        found = self._find_hidden(moves, NAMED)
        for path, hidden in found:
            kind = self.env["ir.model"]._get(hidden._name).name
            # The form of the invoice shows the user these names all the same.
            names = {record.id: f"{kind} “{record.display_name}”" for record in hidden.sudo()}
            for move in moves:
                for id_ in move.sudo().mapped(path).ids:
                    if id_ in names:
                        forbidden.setdefault(move.id, {})[names[id_]] = None  # once each, in order
        for _path, hidden in found:
            hidden.invalidate_recordset()  # else users could read the superuser's values
        return forbidden

    @api.model
    def _find_hidden(self, moves, paths):
        """Records that moves name, and their user may not read.

        :param tuple paths: that lead to them
        :return: ``(path, records)`` for each path that leads to some
        :rtype: list[tuple]
        """
        if moves.env.su:
            return []
        known = {"": moves.sudo()}  # sudo: to know the record and its company

        def follow(path):
            # The lines of a document are many, what they name is not: once for all longer paths.
            if path not in known:
                head, _dot, name = path.rpartition(".")
                known[path] = follow(head).mapped(name)
            return known[path]

        found, by_model = [], {}
        for path in paths:
            every = follow(path).with_env(moves.env)
            found.append((path, every))
            by_model[every._name] = by_model.get(every._name, every) | every
        # Once for all the records of a model: each time asks the database.
        hidden = {
            model: every - every._filtered_access("read") for model, every in by_model.items()
        }
        return [(path, gone) for path, every in found if (gone := every & hidden[every._name])]

    @api.model
    def _prepare_unreadable(self, move, forbidden):
        """The anomaly of a move that its user may not read whole.

        :param dict forbidden: see :meth:`_find_forbidden`
        """
        return unreadable(
            text.one_line(move.name or move.display_name),
            move.l10n_fr_chorus_type or doc.TYPE_INVOICE,
            list(forbidden.get(move.id, ())) or [self.env._("a record of another company")],
            doc.Origin(move._name, move.id, "", move.name or ""),
        )


class AccountMove(models.Model):
    _inherit = "account.move"

    def _l10n_fr_chorus_prepare_document(self, batch):
        """Values of the document of one move: the hook to add or change a datum.

        :param Batch batch: data that its documents share
        :return: the fields of ``chorus.document.model.Document``
        :rtype: dict
        """
        self.ensure_one()
        seller = self._l10n_fr_chorus_prepare_seller(batch)
        buyer = self._l10n_fr_chorus_prepare_party(batch, self.partner_id)
        amounts = self._l10n_fr_chorus_prepare_amounts(batch)
        terms = self._l10n_fr_chorus_prepare_terms(batch)
        payment = self._l10n_fr_chorus_prepare_payment(batch)
        notes = self._l10n_fr_chorus_prepare_notes(batch, amounts["vat"])
        lines = doc.Origin(self._name, self.id, "invoice_line_ids", self.name or "")
        term = replace(lines, field="invoice_payment_term_id")
        notes += [(note, term) for note in terms.notes]
        notes += [(note, lines) for note in amounts.pop("notes")]
        categories = {item.tax.category for item in amounts["vat"]}
        left_out = ()
        if categories == {"O"}:
            # Outside the scope of VAT there is no VAT number (EN 16931 BR-O-02 to BR-O-04).
            left_out = tuple(filter(None, (seller.vat, buyer.vat)))
            seller, buyer = replace(seller, vat=""), replace(buyer, vat="")
        elif categories == {"E"} and not seller.vat and seller.scheme == doc.SCHEME_SIRET:
            # [open] A supplier exempt as such (CGI, article 293 B) may have no VAT number, and EN
            # 16931 BR-E-02 then wants a tax registration: his SIREN. No document of Chorus asks
            # for one, and AIFE's samples of such suppliers (P01, P05) carry none.
            seller = replace(seller, tax_registration=seller.identifier[:9])
        site = self.partner_shipping_id
        delivery = None
        if site and site != self.partner_id:
            delivery = self._l10n_fr_chorus_prepare_party(batch, site, delivery=True)
        elif "K" in categories:
            # An intra-Community supply names its place, the billing address too (BR-IC-12).
            delivery = buyer
        structure = batch.get_structure(self.partner_id)
        service = structure.spell(text.one_line(self.buyer_reference))
        values = {
            # A draft, which the form checks too, has neither number nor date for sure.
            "number": text.one_line(self.name or self.display_name),
            "issue_date": self.invoice_date or fields.Date.context_today(self),
            "type_code": self.l10n_fr_chorus_type or doc.TYPE_INVOICE,
            "currency": self.currency_id.name,
            "decimals": self.currency_id.decimal_places,
            "due_date": self._l10n_fr_chorus_get_due_date(batch),
            "delivery_date": self.delivery_date or None,
            "service": service if service != PSEUDO_SERVICE else "",
            "engagement": text.one_line(self.purchase_order_reference),
            "order": text.one_line(self.l10n_fr_chorus_order_reference),
            "market": text.one_line(self.contract_reference),
            "framework": self.l10n_fr_chorus_framework or doc.FRAMEWORK_DEPOSIT,
            "vat_regime": self._l10n_fr_chorus_get_vat_regime(batch),
            "preceding": self._l10n_fr_chorus_prepare_preceding(),
            "attachments": self._l10n_fr_chorus_prepare_attachments(),
            "notes": tuple(note for note, _source in notes),
            "sources": tuple((note, source) for note, source in notes if source),
            "is_paid": self.payment_state in ("paid", "in_payment", "reversed"),
            "received": self._l10n_fr_chorus_get_received(),
            "vat_numbers_left_out": left_out,
            "printed_on_debits": self._l10n_fr_chorus_get_printed_on_debits(batch),
            "same_number": batch.get_same_number(self),
            "number_already_exported_by": batch.get_exports_of_number(self),
            **self._l10n_fr_chorus_prepare_other_way(),
            "seller": seller,
            "buyer": buyer,
            "delivery": delivery,
            "structure": structure,
            "payment": replace(
                payment,
                terms=terms.text,
                contradicted=terms.contradicted,
                contradicting=terms.contradicting,
            ),
            "origin": doc.Origin(self._name, self.id, "", self.name or ""),
            **amounts,
        }
        return doc.Values(values)

    def _l10n_fr_chorus_get_number_domain(self):
        """Domain of the posted customer documents that bear the numbers of these.

        In any journal, and of any company that Chorus Pro takes for the same supplier.
        """
        numbered = self.filtered("name")
        return self._l10n_fr_chorus_get_numbers_domain(numbered.mapped("name"), numbered.company_id)

    @api.model
    def _l10n_fr_chorus_get_numbers_domain(self, numbers, companies):
        """Domain of the posted customer documents that bear some numbers.

        :param list numbers: of documents of the companies
        :param companies: and those that Chorus Pro takes for the same suppliers
        """
        if not numbers:
            return Domain.FALSE
        companies = companies._l10n_fr_chorus_get_same_supplier()
        # As core's index of posted numbers says it: without this condition PostgreSQL takes an
        # index of trigrams, which reads most of the table when numbers look alike.
        is_number = Domain.custom(
            to_sql=lambda _model, alias, _query: SQL("%s != '/'", SQL.identifier(alias, "name"))
        )
        return is_number & Domain(
            [
                ("name", "in", list(set(numbers))),
                ("state", "=", "posted"),
                ("move_type", "in", MOVE_TYPES),
                ("company_id", "in", companies.ids),
            ]
        )

    def _l10n_fr_chorus_prepare_preceding(self):
        """BG-3: the invoice that is corrected by this one, or reversed by this credit note."""
        if self.l10n_fr_chorus_type == doc.TYPE_CORRECTED:
            move = self.l10n_fr_chorus_corrected_id
        else:
            move = self.reversed_entry_id
            if not move and self.move_type == "out_refund":
                move = self.l10n_fr_chorus_corrected_id
        if not move.name:  # reset to draft since, it may have lost its number
            return None
        return doc.PrecedingInvoice(text.one_line(move.name), move.invoice_date or None)

    # ------------------------------------------------------------------ parties

    def _l10n_fr_chorus_prepare_seller(self, batch):
        """The company, BG-4. A branch without a VAT number has that of its parent.

        Odoo prints the company's number in the country of the fiscal position, where that has one.
        """
        seller = self._l10n_fr_chorus_prepare_party(batch, self.company_id.partner_id)
        vat_number = text.identifier(self.fiscal_position_id.foreign_vat) or seller.vat
        if not vat_number:
            vat_number = batch.get_house(self.company_id).vat
        return seller if vat_number == seller.vat else replace(seller, vat=vat_number)

    def _l10n_fr_chorus_prepare_party(self, batch, partner, delivery=False):
        """A party and its address.

        :param Batch batch: where it is kept for the next documents
        :param partner: the address
        :param bool delivery: whether it is a place of delivery other than the billing address
        :rtype: odoo.addons.l10n_fr_chorus_export.chorus.document.model.Party
        """
        return batch.once(
            ("party", partner.id, delivery),
            lambda: self._l10n_fr_chorus_prepare_new_party(partner, delivery),
        )

    def _l10n_fr_chorus_prepare_new_party(self, partner, delivery):
        name = partner.name if delivery else partner.commercial_partner_id.name
        scheme, identifier, is_checked = partner._l10n_fr_chorus_identify(delivery=delivery)
        return doc.Party(
            name=text.one_line(name or partner.commercial_partner_id.name),
            identifier=identifier,
            scheme=scheme,
            is_checked=is_checked,
            vat=text.identifier(partner.vat),
            street=text.one_line(partner.street),
            street2=text.one_line(partner.street2),
            zip=text.one_line(partner.zip),
            city=text.one_line(partner.city),
            subdivision=text.one_line(partner.state_id.name),
            country=partner.country_id.code or "",
            phone=text.one_line(partner.phone),
            email=text.one_line(partner.email),
            origin=doc.Origin(partner._name, partner.id, "", partner.display_name or ""),
        )

    def _l10n_fr_chorus_prepare_attachments(self):
        """BG-24: the attachments that the user selected, without reading their bytes."""
        return tuple(
            doc.Attachment(
                name=naming.attachment_name(attachment.name),
                mime=text.one_line(attachment.mimetype) or "application/octet-stream",
                size=self._l10n_fr_chorus_get_size(attachment),
                load=partial(self._l10n_fr_chorus_load, attachment, attachment.name),
                checksum=attachment.checksum or "",
                description=text.one_line(attachment.description),
                origin=doc.Origin(attachment._name, attachment.id, "", attachment.name or ""),
                pdf_fault=attachment._l10n_fr_chorus_get_pdf_fault(),
            )
            # sudo: the user selected these attachments of the document; any exporter may read them
            for attachment in self.sudo().l10n_fr_chorus_attachment_ids
        )

    @api.model
    def _l10n_fr_chorus_get_size(self, attachment):
        """Size of an attachment in bytes, 0 for one whose file is lost: it must not go empty."""
        path = attachment.store_fname and attachment._full_path(attachment.store_fname)
        if attachment.type != "binary" or (path and not os.path.exists(path)):
            return 0
        return attachment.file_size

    @api.model
    def _l10n_fr_chorus_load(self, attachment, name):
        """The bytes of an attachment: deleted since it was checked, it must not go empty."""
        try:
            content = attachment._l10n_fr_chorus_read()
        except MissingError:
            content = b""
        if not content:
            raise ChorusError(Message(_LOST, {"name": name or ""}))
        return content

    # ------------------------------------------------------------------ texts and payment

    def _l10n_fr_chorus_prepare_notes(self, batch, breakdowns):
        """BT-22: texts printed around the lines, and VAT in the company's currency.

        :param Batch batch: gives the lines
        :param tuple breakdowns: of VAT, whose reasons are not repeated
        :return: each note once, with the record and field that say it, None for the narration; a
            text that is too long for one in several, in order
        :rtype: list[tuple]
        """
        notes = [(text.note(text.from_html(self.narration)), None)]
        own = doc.Origin(self._name, self.id, "", self.name or "")
        items = batch.get_items(self)
        _entries, shown = headings.arrange(items)
        lines = replace(own, field="invoice_line_ids")
        notes += ((text.note(*text.lines(item.name)), lines) for item in shown)
        notes.append(self._l10n_fr_chorus_prepare_position_note(batch))
        tax_ids = tuple(dict.fromkeys(id_ for item in items for id_ in item.tax_ids))
        reasons = " ".join(item.tax.reason for item in breakdowns)
        notes += [
            (legal, origin)
            for legal, origin in self._l10n_fr_chorus_prepare_tax_notes(batch, tax_ids)
            if legal not in reasons
        ]
        notes += self._l10n_fr_chorus_prepare_references_notes(batch, tax_ids)
        notes += self._l10n_fr_chorus_prepare_company_notes(batch)
        currency = self.company_id.currency_id
        if self.currency_id != currency:
            # French law wants the VAT in euros. A note, not BT-6 and BT-111: those are a second
            # currency, and Chorus takes one.
            amount = sum(self.direction_sign * item.balance for item in items if batch.is_vat(item))
            amount = Decimal(f"{amount:.{currency.decimal_places}f}")
            if amount or self.amount_tax:
                notes.append((vat.accounting_note(amount, currency.name), None))
        first = {}
        for note, source in notes:
            first.setdefault(note, source)
        return [
            (part, source)
            for note, source in first.items()
            for part in text.spread(note, limits.TEXT_LENGTH)
        ]

    def _l10n_fr_chorus_prepare_position_note(self, batch):
        """BT-22: the legal notes of the fiscal position, with the field that says them."""
        position = self.fiscal_position_id
        return batch.once(
            ("position", position.id),
            lambda: (
                text.note(text.from_html(position.note)),
                doc.Origin(position._name, position.id, "note", position.name or ""),
            ),
        )

    def _l10n_fr_chorus_prepare_tax_notes(self, batch, tax_ids):
        """BT-22: the legal notes of taxes, with the field that says them.

        :param tuple tax_ids: of the lines
        """
        return batch.once(
            ("tax notes", tax_ids),
            lambda: [
                (
                    text.note(text.from_html(tax.invoice_legal_notes)),
                    doc.Origin(tax._name, tax.id, "invoice_legal_notes", tax.name),
                )
                for tax in batch.get_taxes(*tax_ids)
            ],
        )

    def _l10n_fr_chorus_prepare_references_notes(self, batch, tax_ids):
        """BT-22: texts printed above the lines that have no term of their own in Chorus Pro.

        :param tuple tax_ids: of the lines
        :return: one note, or several when they are too long for one, with the field to mend
        :rtype: list[tuple]
        """
        operations = batch.once(
            ("operations", tax_ids),
            lambda: vat.operations(
                {tax.tax_scope for tax in batch.get_taxes(*tax_ids)} & vat.OPERATIONS.keys()
            ),
        )
        incoterm = text.join(
            text.one_line(self.invoice_incoterm_id.code), text.one_line(self.incoterm_location)
        )
        customer, body = self.partner_id, self.commercial_partner_id
        department = text.one_line(customer.name) if customer != body else ""
        limit = limits.TEXT_LENGTH
        own = doc.Origin(self._name, self.id, "ref", self.name or "")
        found = [
            (f"{label} : ", value, field)
            for label, value, field in (
                ("À l'attention de", department, "partner_id"),
                ("Référence", text.one_line(self.ref), "ref"),
                # No field of the form: the sale orders say it.
                ("Origine", text.one_line(self.invoice_origin), ""),
                ("Incoterm", incoterm, "incoterm_location"),
                ("Nature de l'opération", operations, ""),
            )
            if value
        ]
        whole = text.note(*(title + value for title, value, _where in found))
        if len(whole) <= limit:
            return [(whole, own)]
        return [
            (note, replace(own, field=field))
            for title, value, field in found
            for note in text.spread(text.note(value), limit, title)
        ]

    def _l10n_fr_chorus_prepare_company_notes(self, batch):
        """BT-22: what the head and the foot of the page say beyond the data of the supplier.

        :return: of each text of the document layout, with the field that says it
        :rtype: list[tuple]
        """
        company = self.company_id
        seller = self._l10n_fr_chorus_prepare_seller(batch)

        def prepare(name):
            lines = letterhead.mentions(
                text.html_lines(company[name]),
                seller,
                text.one_line(company.partner_id.country_id.name),
                text.one_line(company.website),
            )
            return text.note(*lines), doc.Origin(company._name, company.id, name, company.name)

        names = ("report_header", "company_details", "report_footer")
        return batch.once(
            ("company notes", company.id, seller.vat), lambda: [prepare(name) for name in names]
        )

    def _l10n_fr_chorus_get_instalments(self, batch):
        """The parts of the amount to pay, by date; of invoices: a credit note prints none.

        :rtype: list[odoo.addons.l10n_fr_chorus_export.chorus.document.payment_terms.Instalment]
        """
        if self.move_type != "out_invoice":
            return []
        decimals = self.currency_id.decimal_places

        def money(value):
            return Decimal(f"{value or 0:.{decimals}f}") + 0

        return sorted(
            payment_terms.Instalment(
                item.date_maturity,
                money(item.amount_currency),
                item.discount_date,
                money(item.discount_amount_currency),
            )
            for item in batch.get_items(self)
            if item.display_type == "payment_term" and item.date_maturity
        )

    def _l10n_fr_chorus_get_due_date(self, batch):
        """BT-9: the first of several due dates; Odoo's own field has the last."""
        instalments = self._l10n_fr_chorus_get_instalments(batch)
        if len(instalments) > 1:
            return instalments[0].due_date
        return self.invoice_date_due or None

    def _l10n_fr_chorus_prepare_terms(self, batch):
        """BT-20: the payment term, instalments or the discount, and the company's terms.

        :rtype: odoo.addons.l10n_fr_chorus_export.chorus.document.payment_terms.Terms
        """
        term = self.invoice_payment_term_id
        return payment_terms.write(
            batch.once(
                ("term", term.id),
                lambda: text.from_html(term.note) or text.one_line(term.name),
            ),
            self._l10n_fr_chorus_get_instalments(batch),
            self.currency_id.name,
            text.lines(self.company_id.l10n_fr_chorus_late_payment_terms),
            text.from_html(self.narration),
        )

    def _l10n_fr_chorus_prepare_payment(self, batch):
        """BG-16: the account that is printed on an invoice, that of its invoice on a credit note.

        On a credit note Odoo proposes the customer's account: never that one.
        """
        company = self.company_id
        house = batch.get_house(company)
        configured = company.l10n_fr_chorus_bank_id
        if not configured.sudo().active:
            configured = configured.browse()  # an archived account takes no payment any more
        account = house.open(self.partner_bank_id)
        if self.move_type == "out_refund":
            source = self.reversed_entry_id or self.l10n_fr_chorus_corrected_id
            account = house.open(source.partner_bank_id)
            account = account if account.partner_id in house.partners else account.browse()
        account = account or house.open(configured) or self.journal_id.bank_account_id
        if not account and self.move_type == "out_refund":
            # As Odoo proposes on an invoice: a transfer names an account (EN 16931 BR-61).
            # Its own first, then those of the companies above.
            partners = house.companies[::-1].partner_id
            accounts = partners.bank_ids.filtered(lambda bank: bank.company_id <= house.companies)
            account = accounts[:1]
        means = doc.MEANS_TRANSFER
        if self.move_type == "out_invoice":
            method = self.preferred_payment_method_line_id
            means = method.l10n_fr_chorus_payment_means or means
        if means not in rules.TRANSFERS:
            account = account.browse()
        differs = configured and account and self.move_type == "out_invoice"
        # Odoo prints the recipient bank: on a credit note that of the customer, or none.
        is_printed = self.move_type != "out_invoice" or bool(self.partner_bank_id)
        payment = batch.once(
            ("payment", company.id, account.id, means, bool(differs), is_printed),
            lambda: doc.Payment(
                means=means,
                iban=text.identifier(account.acc_number),
                bic=text.identifier(account.bank_id.bic),
                holder=text.one_line(account and (account.acc_holder_name or company.name)),
                is_foreign=bool(account) and account.partner_id not in house.partners,
                is_printed=is_printed,
                proposed=(
                    text.identifier(house.open(configured).acc_number)
                    if differs and account != configured
                    else ""
                ),
                origin=doc.Origin(account._name, account.id or 0, "", account.acc_number or ""),
            ),
        )
        return replace(payment, reference=text.one_line(self.payment_reference))

    def _l10n_fr_chorus_get_received(self):
        """What is settled already, as Odoo prints it below the total."""
        if self.state != "posted":
            return doc.ZERO
        decimals = self.currency_id.decimal_places
        return Decimal(f"{self.amount_total - self.amount_residual:.{decimals}f}") + 0

    def _l10n_fr_chorus_prepare_other_way(self):
        """A document sent by another way is not deposited, unless the user says so."""
        if self.l10n_fr_chorus_deposit_anyway:
            return {}
        way, is_leaving = self._l10n_fr_chorus_get_other_way()
        return {"sent_by": way, "is_leaving": is_leaving}

    # ------------------------------------------------------------------ VAT

    def _l10n_fr_chorus_get_vat_regime(self, batch):
        """BT-8: one value for the document, none when its taxed lines differ.

        CII allows one code and UBL has one slot, so this is decided here for all syntaxes.
        """
        taxes = frozenset(item.tax_line_id for item in batch.get_items(self) if batch.is_vat(item))
        exigibilities = batch.once(
            ("exigibilities", taxes),
            lambda: {tax.tax_exigibility for tax in batch.get_taxes(*taxes) if tax.amount},
        )
        if exigibilities == {"on_invoice"}:
            return doc.VAT_ON_DEBITS
        if exigibilities == {"on_payment"}:
            return doc.VAT_ON_RECEIPTS
        return ""

    def _l10n_fr_chorus_get_printed_on_debits(self, batch):
        """The taxes for which Odoo prints the option for debits: any of a line, VAT or not.

        :return: their names, "" when the option is not printed
        """
        if not self.l10n_fr_is_company_french:
            return ""
        lines = [item for item in batch.get_items(self) if item.display_type == "product"]
        tax_ids = tuple(dict.fromkeys(id_ for item in lines for id_ in item.tax_ids))

        def name():
            taxes = batch.get_taxes(*tax_ids)
            found = taxes.filtered(lambda tax: tax.tax_exigibility == "on_invoice")
            return ", ".join(text.one_line(name) for name in found.mapped("name"))

        return batch.once(("printed on debits", tax_ids), name)

    def _l10n_fr_chorus_get_tax(self, batch, ids):
        """The VAT treatment that a line's taxes stand for.

        :param Batch batch: where it is kept
        :param tuple ids: taxes of a line; fixed ones are charges, not VAT
        :return: a tax without category unless there is exactly one VAT tax
        :rtype: odoo.addons.l10n_fr_chorus_export.chorus.document.model.Tax
        """
        # Not the customer, but what core looks at: each of its calls asks the database for the
        # countries of Europe.
        customer = self.partner_id
        country = customer.country_id
        zip_ = customer.zip if country.code == "ES" else ""
        return batch.once(
            ("tax", ids, country.id, zip_, self.company_id.id),
            lambda: self._l10n_fr_chorus_prepare_tax(batch.get_taxes(*ids)),
        )

    def _l10n_fr_chorus_prepare_tax(self, taxes):
        prefetch = taxes._prefetch_ids  # of the whole batch
        taxes = taxes.flatten_taxes_hierarchy().filtered(lambda tax: tax.amount_type != "fixed")
        taxes = taxes.with_prefetch(prefetch)
        if len(taxes) != 1:
            origin = doc.Origin("account.tax", taxes[:1].id, "", ", ".join(taxes.mapped("name")))
            return doc.Tax("", origin=origin)
        customer, supplier = self.partner_id, self.company_id.partner_id
        edi = self.env["account.edi.common"]
        country = customer.country_id.code or ""
        category = taxes.ubl_cii_tax_category_code or edi._get_tax_category_code(
            customer, supplier, taxes
        )
        rate, reason, code = doc.ZERO, "", ""
        is_proven, booked_on = True, ""
        if category == "S":
            rate = taxes.amount
            if taxes.amount_type == "division" and rate < 100:
                # A share of the price including VAT: 20 % of that are 25 % of the base.
                rate = 100 * rate / (100 - rate)
            rate = prices.plain(Decimal(f"{rate:.4f}"))
            is_proven, booked_on = taxes._l10n_fr_chorus_get_proof(self.company_id)
        elif category != "Z":
            code = taxes.ubl_cii_tax_exemption_reason_code or ""
            reason, code = vat.exemption(category, code, country)
            reason = taxes._l10n_fr_chorus_get_legal_reason() or reason
        return doc.Tax(
            category,
            rate,
            reason,
            code,
            doc.Origin("account.tax", taxes.id, "", taxes.name),
            is_proven,
            booked_on,
        )

    # ------------------------------------------------------------------ lines and amounts

    def _l10n_fr_chorus_prepare_amounts(self, batch):
        """Lines, charges, VAT breakdown and totals, as posted.

        ``amount_currency`` is the posted amount: a line's ``price_subtotal`` may differ by a cent
        when prices include VAT.
        """
        decimals = self.currency_id.decimal_places
        cent = Decimal(1).scaleb(-decimals)
        sign = self.direction_sign

        def money(value):
            return Decimal(f"{value:.{decimals}f}") + 0  # no negative zero

        lines, notes, charges, sums = [], [], [], {}
        rounding = charged = doc.ZERO
        known_taxes = {}

        def get_tax(*ids):
            # Most lines of a document have the same taxes: looking them up is most of the work.
            if ids not in known_taxes:
                known_taxes[ids] = self._l10n_fr_chorus_get_tax(batch, ids)
            return known_taxes[ids]

        def add(tax, taxable=doc.ZERO, amount=doc.ZERO):
            known = sums.setdefault(tax.key, [tax, doc.ZERO, doc.ZERO])
            known[0] = vat.merge(known[0], tax)
            known[1] += taxable
            known[2] += amount

        def add_charge(tax, amount, name, is_tax=False):
            if amount:  # EN 16931 BR-CO-12: charges of nothing have no total
                name = text.one_line(name)
                item = doc.AllowanceCharge(amount > 0, abs(amount), name, tax, is_tax)
                charges.append(item)
                add(tax, taxable=amount)

        items = batch.get_items(self)
        entries, _notes = headings.arrange(items)
        for entry in entries:
            tax = get_tax(*entry.items[0].tax_ids)
            number = str(len(lines) + 1)
            amount = sum((money(sign * item.amount_currency) for item in entry.items), doc.ZERO)
            printed = sum((money(item.price_subtotal or 0) for item in entry.items), doc.ZERO)
            line, more = self._l10n_fr_chorus_prepare_entry(batch, entry, number, amount, tax, cent)
            if printed != amount:
                price = printed if entry.heading else prices.as_typed(entry.items[0].price_unit)
                line = replace(line, printed_price=price, printed_amount=printed)
            notes += more
            lines.append(line)
            add(tax, taxable=amount)
        for item in items:
            kind = item.display_type
            if kind in ("payment_term", "product"):
                continue
            amount = money(sign * (item.amount_currency or 0))
            if kind == "epd":
                # VAT on what is left once the early-payment discount is taken off: core takes it
                # off the base with its VAT, and puts it back without.
                tax = doc.Tax("E", reason=vat.DISCOUNT_REASON)
                if item.tax_ids:
                    tax = get_tax(*item.tax_ids)
                add_charge(tax, amount, item.name)
            elif kind == "tax" and item.tax_line_id and not batch.is_vat(item):
                # A tax that is no VAT is a charge: an eco-tax with the VAT that it bears, a tourist
                # tax, which bears none, with its own reason.
                fixed = batch.get_taxes(item.tax_line_id)
                has_vat = any(tax.amount_type != "fixed" for tax in batch.get_taxes(*item.tax_ids))
                tax = get_tax(*item.tax_ids) if has_vat else fixed._l10n_fr_chorus_get_own_reason()
                add_charge(tax, amount, fixed.name, is_tax=True)
                charged += amount
            elif item.tax_repartition_line_id:
                add(get_tax(item.tax_line_id), amount=amount)
            elif kind == "rounding":
                rounding += amount
        due = money(self.amount_total)
        paid = self.l10n_fr_chorus_framework == doc.FRAMEWORK_PAID
        return {
            "lines": tuple(lines),
            "notes": tuple(notes),
            "allowances": tuple(charges),
            "vat": tuple(doc.VatBreakdown(*values) for values in sums.values()),
            # The move's own totals: a difference from its lines is an anomaly.
            "totals": doc.Totals(
                untaxed=money(self.amount_untaxed) - rounding + charged,
                tax=money(self.amount_tax) - charged,
                total=due - rounding,
                rounding=rounding,
                # The user's statement, never later payments (BT-113).
                prepaid=due if paid else doc.ZERO,
            ),
        }

    def _l10n_fr_chorus_prepare_entry(self, batch, entry, number, amount, tax, cent):
        """BG-25: a line as it is printed, and notes (BT-22) for a text too long for it."""
        section = text.join(*(text.one_line(heading.name) for heading in entry.sections))
        if entry.heading:
            return self._l10n_fr_chorus_prepare_grouped_line(
                batch, entry, number, amount, tax, section, cent
            )
        (item,) = entry.items
        line = self._l10n_fr_chorus_prepare_line(batch, item, number, amount, tax, section, cent)
        return self._l10n_fr_chorus_fit_line(line, section)

    @api.model
    def _l10n_fr_chorus_fit_line(self, line, section):
        """A line with the texts that it has place for, and notes (BT-22) for the rest of them.

        :param chorus.document.model.Line line: as it is printed
        :param str section: headings that it stands under, "" for none
        :return: the line, and the notes
        :rtype: tuple
        """
        limit, title = limits.TEXT_LENGTH, f"Ligne {line.number} (suite) : "
        if max(len(line.name), len(line.description)) <= limit:
            return line, []
        name, *rest = text.spread(line.name, limit)
        # What goes on in a note goes on from there alone.
        own = line.description.removeprefix(section).removeprefix(" - ") if rest else ""
        description, *more = text.spread(section if rest else line.description, limit) or [""]
        rest = text.note(*more, " ".join(rest), own)
        notes = text.spread(rest, limit, title)
        return replace(line, name=name, description=description), notes

    def _l10n_fr_chorus_prepare_line(self, batch, item, number, amount, tax, section, cent):
        """BG-25: a line, as posted.

        :param Batch batch: gives the records around the item
        :param Item item: its journal item
        :param str number: rank in the document, from 1
        :param Decimal amount: excluding VAT
        :param chorus.document.model.Tax tax: its VAT
        :param str section: headings that it stands under, "" for none
        :param Decimal cent: smallest amount of the currency
        :rtype: odoo.addons.l10n_fr_chorus_export.chorus.document.model.Line
        """
        discount = prices.as_typed(item.discount)
        includes_vat = batch.includes_vat(*item.tax_ids)
        unit_price = prices.as_typed(item.price_unit)
        if includes_vat and (discount == prices.HUNDRED or not item.quantity or not amount):
            # The amount of a free line, or of one that rounds to nothing, does not give its price
            # without VAT.
            unit_price, includes_vat = batch.get_price_without_vat(item), False
        price = prices.price_line(
            amount, prices.as_typed(item.quantity), unit_price, discount, cent, includes_vat
        )
        product = batch.get_product(item)
        own = price.net if price.gross is None else price.gross
        whole = prices.rounded(abs(unit_price) * price.base_quantity, cent)
        is_printed = own == (abs(unit_price) if price.base_quantity == 1 else whole)
        name, *description = text.lines(item.name or product.display_name) or [""]
        unit, code = batch.get_unit(item)
        return doc.Line(
            number=number,
            name=name,
            description=text.join(section, *description),
            quantity=price.quantity,
            unit=code or "C62",
            unknown_unit=text.one_line(unit) if not code else "",
            price=price.net,
            base_quantity=price.base_quantity,
            gross_price=price.gross,
            amount=amount,
            tax=tax,
            seller_item=text.one_line(product.default_code),
            printed_price=None if includes_vat or is_printed or not item.quantity else unit_price,
            printed_discount=discount,
            origin=doc.Origin("account.move.line", item.id, "", name),
        )

    def _l10n_fr_chorus_prepare_grouped_line(
        self, batch, entry, number, amount, tax, section, cent
    ):
        """BG-25: the line of a heading that hides its lines, as it is printed.

        :param Batch batch: gives the records around the items
        :param chorus.document.headings.Entry entry: the heading and its lines
        :param str number: rank in the document, from 1
        :param Decimal amount: excluding VAT
        :param chorus.document.model.Tax tax: of all of it
        :param str section: headings that it stands under, "" for none
        :param Decimal cent: smallest amount of the currency
        :return: the line, and notes (BT-22) for a text too long for its description
        :rtype: tuple
        """
        price = prices.price_line(amount, Decimal(1), amount, doc.ZERO, cent)
        name, *rest = text.lines(entry.heading.name) or [""]
        parts = [self._l10n_fr_chorus_describe_part(batch, item) for item in entry.parts]
        limit = limits.TEXT_LENGTH
        description, notes = text.join(section, *rest, ", ".join(parts)), []
        if len(description) > limit:
            title = f"{name} : " if len(name) <= limits.NAME_LENGTH else f"Ligne {number} : "
            notes = [
                part
                for note in text.split(title, parts, limit)
                for part in text.spread(text.note(note), limit)
            ]
            description = text.join(section, *rest)
        line = doc.Line(
            number=number,
            name=name,
            description=description,
            quantity=price.quantity,
            unit="C62",
            price=price.net,
            base_quantity=price.base_quantity,
            gross_price=price.gross,
            amount=amount,
            tax=tax,
            origin=doc.Origin("account.move.line", entry.heading.id, "", name),
        )
        line, more = self._l10n_fr_chorus_fit_line(line, section)
        return line, more + notes

    def _l10n_fr_chorus_describe_part(self, batch, item):
        """A line that is printed without its price: its label, quantity and unit."""
        label = text.join(*text.lines(item.name))
        if item.display_type != "product":
            return label
        unit, _code = batch.get_unit(item)
        quantity = f"{prices.as_typed(item.quantity):f}".replace(".", ",")
        return text.one_line(f"{label} ({quantity} {unit or ''})").replace(" )", ")")


class AccountTax(models.Model):
    _inherit = "account.tax"

    def _l10n_fr_chorus_get_proof(self, company):
        """Whether Odoo knows a French tax in percent as VAT.

        :param company: whose accounts are named
        :return: whether it does, and the account of another tax on which it is booked
        :rtype: tuple[bool, str]
        """
        self.ensure_one()
        # The category is one of VAT; the law of other countries has other names and accounts.
        if self.ubl_cii_tax_category_code or self.country_id.code not in vat.FRENCH:
            return True, ""
        labels = [self.invoice_label or "", text.from_html(self.description)]
        group = text.one_line(self.tax_group_id.name)
        if prices.plain(Decimal(f"{self.amount:.4f}")) in vat.rates_of(group):
            labels.append(group)  # any other may be the one that Odoo gives to a new tax
        name = text.one_line(self.name)
        if vat.is_known(name, labels):
            return True, ""
        lines = self.invoice_repartition_line_ids
        accounts = [code for code in lines.account_id.with_company(company).mapped("code") if code]
        boxes = lines.tag_ids.mapped("name")
        return vat.is_known(name, labels, accounts, boxes), vat.find_other_account(accounts)

    def _l10n_fr_chorus_get_legal_reason(self):
        """BT-120: the legal notes of a tax. Of a longer text the beginning: a note has it all."""
        parts = text.spread(text.from_html(self.invoice_legal_notes), limits.TEXT_LENGTH)
        return parts[0] if parts else ""

    def _l10n_fr_chorus_get_own_reason(self):
        """Why VAT is not due on a tax that is no VAT, as the tax itself says.

        :return: of the category E unless the tax has another; without reason when it gives none
        :rtype: odoo.addons.l10n_fr_chorus_export.chorus.document.model.Tax
        """
        self.ensure_one()
        category = self.ubl_cii_tax_category_code or "E"
        reason, code = vat.exemption(category, self.ubl_cii_tax_exemption_reason_code or "")
        reason = self._l10n_fr_chorus_get_legal_reason() or reason
        origin = doc.Origin(self._name, self.id, "", self.name)
        return doc.Tax(category, reason=reason, reason_code=code, origin=origin)
