"""Writes on the records that a document is read from make its verdict stale."""

from contextlib import contextmanager

from odoo import api, models
from odoo.fields import Domain

from ..account_move import MOVE_TYPES

PARTNER = {
    *("name", "street", "street2", "zip", "city", "state_id", "country_id", "vat", "type"),
    *("parent_id", "is_company", "company_registry", "phone", "email"),
    *("l10n_fr_chorus_export", "l10n_fr_chorus_siret", "l10n_fr_chorus_siret_checked"),
    *("l10n_fr_chorus_nature", "l10n_fr_chorus_requirement"),
    *("l10n_fr_chorus_directory_date", "l10n_fr_chorus_directory_state"),
    *("l10n_fr_chorus_services_date",),
}
TAX = {
    *("name", "amount", "amount_type", "tax_exigibility", "children_tax_ids", "tax_scope"),
    *("price_include_override", "invoice_label", "description", "country_id", "tax_group_id"),
    *("repartition_line_ids", "invoice_repartition_line_ids"),
    *("ubl_cii_tax_category_code", "ubl_cii_tax_exemption_reason_code", "invoice_legal_notes"),
}
MOVE = {
    *("state", "name", "partner_id", "partner_shipping_id", "partner_bank_id", "invoice_date"),
    *("invoice_date_due", "invoice_payment_term_id", "narration", "payment_reference", "line_ids"),
    *("invoice_line_ids", "preferred_payment_method_line_id", "reversed_entry_id"),
    *("buyer_reference", "contract_reference", "purchase_order_reference", "delivery_date"),
    *("l10n_fr_chorus_order_reference", "l10n_fr_chorus_framework", "l10n_fr_chorus_type"),
    *("l10n_fr_chorus_corrected_id", "l10n_fr_chorus_attachment_ids"),
    *("l10n_fr_chorus_deposit_anyway", "peppol_move_state", "fiscal_position_id", "ref"),
    *("invoice_origin", "invoice_incoterm_id", "incoterm_location"),
}
LINE = {
    *("name", "quantity", "price_unit", "discount", "tax_ids", "product_uom_id", "display_type"),
    *("collapse_composition", "collapse_prices", "date_maturity", "sequence"),
}
SERVICE = {"partner_id", "code", "engagement_required", "active"}
#: Fields that change the file or the anomalies of a document; the others only change exports.
COMPANY = {
    *("l10n_fr_chorus_bank_id", "l10n_fr_chorus_late_payment_terms"),
    *("l10n_fr_chorus_delivery_siret", "l10n_fr_chorus_syntax", "l10n_fr_chorus_embed_pdf"),
    *("report_header", "company_details", "report_footer", "website"),
}
BANK = {
    "acc_number",
    "acc_holder_name",
    "bank_id",
    "partner_id",
    "company_id",
    "active",
    "sequence",
}
ATTACHMENT = {"name", "raw", "datas", "db_datas", "store_fname", "mimetype", "type", "description"}


class ResPartner(models.Model):
    _inherit = "res.partner"

    @contextmanager
    def _l10n_fr_chorus_followed(self, vals):
        """What is written meanwhile makes the verdicts of the documents that name these old.

        :param dict vals: as they are written
        """
        written = PARTNER & vals.keys()  # before core removes the fields that it writes by itself
        # An address that goes to another customer, or becomes one, takes those below along; what
        # names them is known by the former.
        is_moved = not written.isdisjoint({"parent_id", "is_company"})
        former = self.commercial_partner_id if is_moved else self.browse()
        yield
        if written:
            # Core copies an address to the contacts below without calling `write` on them.
            # sudo: a user who writes on an address may not see them
            below = self.sudo().child_ids.sudo(self.env.su)
            named = self | below | former
            named._l10n_fr_chorus_mark_stale(former | self.commercial_partner_id)

    def _l10n_fr_chorus_mark_stale(self, bodies):
        """Have the documents that name these partners, or are for them, checked again.

        :param bodies: their commercial entities, by which verdicts are found
        """
        customer = Domain("customer_id", "in", self.ids)
        site = Domain("site_id", "in", self.ids)
        billed = Domain("move_id.partner_id", "in", self.ids)
        delivered = Domain("move_id.partner_shipping_id", "in", self.ids)
        domains = [
            Domain("customer_id", "in", bodies.ids) & (customer | billed | delivered),
            Domain("site_id", "in", bodies.ids) & (site | delivered),
        ]
        # sudo: for users who write on a supplier that is one of the companies, or has branches
        if companies := self.sudo().ref_company_ids:
            domains.append([("move_id.company_id", "child_of", companies.ids)])
        self.env["l10n_fr.chorus.verdict"]._mark_stale(*domains)


class ResPartnerBank(models.Model):
    _inherit = "res.partner.bank"

    @api.model_create_multi
    def create(self, vals_list):
        accounts = super().create(vals_list)
        # Credit notes that name none name the company's first one.
        accounts._l10n_fr_chorus_mark_stale()
        return accounts

    def write(self, vals):
        if "partner_id" in vals:
            self._l10n_fr_chorus_mark_stale()  # it may be a company's no more
        result = super().write(vals)
        if BANK & vals.keys():
            self._l10n_fr_chorus_mark_stale()
        return result

    def unlink(self):
        self._l10n_fr_chorus_mark_stale()
        return super().unlink()

    def _l10n_fr_chorus_mark_stale(self):
        """Have the documents of companies checked again: the accounts of others are in no file."""
        # sudo: see above
        if companies := self.sudo().partner_id.ref_company_ids:
            self.env["l10n_fr.chorus.verdict"]._mark_stale(
                [("move_id.company_id", "child_of", companies.ids)]
            )


class ResBank(models.Model):
    _inherit = "res.bank"

    def write(self, vals):
        result = super().write(vals)
        if "bic" in vals:
            accounts = self.env["res.partner.bank"].sudo()  # sudo: see above
            accounts.search([("bank_id", "in", self.ids)])._l10n_fr_chorus_mark_stale()
        return result


class AccountJournal(models.Model):
    _inherit = "account.journal"

    def write(self, vals):
        result = super().write(vals)
        if "bank_account_id" in vals:
            self.env["l10n_fr.chorus.verdict"]._mark_stale([("move_id.journal_id", "in", self.ids)])
        return result


class AccountPaymentTerm(models.Model):
    _inherit = "account.payment.term"

    def write(self, vals):
        result = super().write(vals)
        if {"name", "note"} & vals.keys():
            self.env["l10n_fr.chorus.verdict"]._mark_stale(
                [("move_id.invoice_payment_term_id", "in", self.ids)]
            )
        return result


class AccountFiscalPosition(models.Model):
    _inherit = "account.fiscal.position"

    def write(self, vals):
        result = super().write(vals)
        if {"note", "foreign_vat"} & vals.keys():
            self.env["l10n_fr.chorus.verdict"]._mark_stale(
                [("move_id.fiscal_position_id", "in", self.ids)]
            )
        return result


class AccountPaymentMethodLine(models.Model):
    _inherit = "account.payment.method.line"

    def write(self, vals):
        result = super().write(vals)
        if "l10n_fr_chorus_payment_means" in vals:
            self.env["l10n_fr.chorus.verdict"]._mark_stale(
                [("move_id.preferred_payment_method_line_id", "in", self.ids)]
            )
        return result


class AccountTax(models.Model):
    _inherit = "account.tax"

    def write(self, vals):
        result = super().write(vals)
        if TAX & vals.keys():
            # A line bears the group, the document is read from the taxes in it.
            groups = Domain("children_tax_ids", "in", self.ids)
            taxes = Domain("id", "in", self.ids) | groups
            self.env["l10n_fr.chorus.verdict"]._mark_stale(
                [("move_id.line_ids.tax_ids", "any", taxes)]
            )
        return result


class ResCompany(models.Model):
    _inherit = "res.company"

    def write(self, vals):
        result = super().write(vals)
        if COMPANY & vals.keys():
            self.env["l10n_fr.chorus.verdict"]._mark_stale([("move_id.company_id", "in", self.ids)])
        return result


class L10nFrChorusService(models.Model):
    _inherit = "l10n_fr.chorus.service"

    @api.model_create_multi
    def create(self, vals_list):
        services = super().create(vals_list)
        services._mark_verdicts_stale()
        return services

    def write(self, vals):
        if SERVICE.isdisjoint(vals):
            return super().write(vals)
        self._mark_verdicts_stale()
        result = super().write(vals)
        self._mark_verdicts_stale()
        return result

    def unlink(self):
        self._mark_verdicts_stale()
        return super().unlink()

    def _mark_verdicts_stale(self):
        bodies = self.partner_id.commercial_partner_id
        bodies._l10n_fr_chorus_mark_stale(bodies)


class AccountMove(models.Model):
    _inherit = "account.move"

    @contextmanager
    def _l10n_fr_chorus_followed(self, vals):
        """What is written meanwhile makes the verdicts and comparisons of documents old.

        :param dict vals: as they are written
        """
        documents = self.filtered(lambda move: move.move_type in MOVE_TYPES)
        if not documents or MOVE.isdisjoint(vals):
            yield
            return
        is_posted = any(move.state == "posted" for move in documents)
        domains = []
        if {"state", "name"} & vals.keys():
            # A number given twice, or no more, concerns the other document too.
            domains.append([("move_id", "any", documents._l10n_fr_chorus_get_number_domain())])
        yield
        domains.append([("move_id", "in", documents.ids)])
        if {"state", "name"} & vals.keys():
            domains.append([("move_id", "any", documents._l10n_fr_chorus_get_number_domain())])
        if {"name", "invoice_date", "partner_bank_id"} & vals.keys():
            # So do its number, date and account those that name it: credit notes and corrections.
            domains.append([("move_id.reversed_entry_id", "in", documents.ids)])
            domains.append([("move_id.l10n_fr_chorus_corrected_id", "in", documents.ids)])
        Verdict = self.env["l10n_fr.chorus.verdict"]
        Line = self.env["l10n_fr.chorus.export.line"]
        if is_posted:
            Verdict._mark_stale(*domains)
            Line._mark_to_compare(documents)
        else:  # a draft is neither checked nor exported meanwhile
            Verdict._mark_stale_now(*domains)
            Line._mark_to_compare_now(documents.ids)
        if vals.get("state") == "posted":
            # sudo: for every user who posts a document; users do not write verdicts
            Verdict.sudo()._add(
                documents.filtered("commercial_partner_id.l10n_fr_chorus_export").ids
            )

    def _compute_payment_state(self):
        # EXTENDS 'account': what is paid of a document, or that all of it is (A2), changes
        result = super()._compute_payment_state()
        moves = self._origin.filtered(
            lambda move: (
                move.move_type in MOVE_TYPES
                and move.state == "posted"
                and move.commercial_partner_id.l10n_fr_chorus_export
            )
        )
        if moves:
            self.env["l10n_fr.chorus.verdict"]._mark_stale([("move_id", "in", moves.ids)])
        return result


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    def write(self, vals):
        result = super().write(vals)
        if LINE & vals.keys():
            # Drafts have no verdict: nothing to ask the database for.
            if posted := self.filtered(lambda line: line.parent_state == "posted"):
                self.env["l10n_fr.chorus.verdict"]._mark_stale(
                    [("move_id", "in", posted.move_id.ids)]
                )
                self.env["l10n_fr.chorus.export.line"]._mark_to_compare(posted.move_id)
        return result


class IrAttachment(models.Model):
    _inherit = "ir.attachment"

    def write(self, vals):
        result = super().write(vals)
        if ATTACHMENT & vals.keys():
            self._l10n_fr_chorus_mark_stale()
        return result

    def unlink(self):
        self._l10n_fr_chorus_mark_stale()
        return super().unlink()

    def _l10n_fr_chorus_mark_stale(self):
        # sudo: verdicts follow the changes of every user to a file
        files = self.sudo().filtered(lambda attachment: attachment.res_model == "account.move")
        if not files:
            return
        moves = files.env["account.move"].search(
            [("l10n_fr_chorus_attachment_ids", "in", files.ids)]
        )
        if moves:
            self.env["l10n_fr.chorus.verdict"]._mark_stale([("move_id", "in", moves.ids)])
            self.env["l10n_fr.chorus.export.line"]._mark_to_compare(moves)
