"""What makes verdicts and comparisons old: writes on the records that documents are read from."""

from contextlib import contextmanager

from odoo import api, models
from odoo.fields import Domain

from ..account_move import MOVE_TYPES
from ..reading.reads import READS, UNSUMMARISED

#: Names under which is written what is read under another one, or decides which record is read.
WRITTEN = {
    "account.account": {"code"},
    "account.move": {"line_ids", "invoice_line_ids", "peppol_move_state"},
    "account.tax": {"repartition_line_ids"},
    "ir.attachment": {"raw", "datas", "db_datas"},
    "l10n_fr.chorus.service": {"partner_id"},
    "res.company": {"l10n_fr_chorus_embed_pdf"},
    "res.partner": {"l10n_fr_chorus_export"},
    "res.partner.bank": {"active", "sequence"},
}
#: Fields that change the anomalies or the file of a document, by model.
FOLLOWED = {model: names | WRITTEN.get(model, set()) for model, names in READS.items()}
#: Those of them that change what a document is compared by with its latest file.
COMPARED = {model: names - UNSUMMARISED.get(model, set()) for model, names in FOLLOWED.items()}


def mark_old(env, model, written, *domains):
    """Have documents checked again, or compared again with their files, as they are read otherwise.

    :param odoo.api.Environment env: of the user who writes
    :param str model: of the records that are written on
    :param written: names of the fields; what no document is read from makes nothing old
    :param domains: of the verdicts of the documents that name these records, each with its index
    """
    if not FOLLOWED[model].isdisjoint(written):
        env["l10n_fr.chorus.verdict"]._mark_stale(*domains)
    if not COMPARED[model].isdisjoint(written):
        env["l10n_fr.chorus.export.line"]._mark_to_compare_named(*domains)


class ResPartner(models.Model):
    _inherit = "res.partner"

    @contextmanager
    def _l10n_fr_chorus_followed(self, vals):
        """What is written meanwhile makes the verdicts of the documents that name these old.

        :param dict vals: as they are written
        """
        # Before core removes the fields that it writes by itself.
        written = FOLLOWED[self._name] & vals.keys()
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
            bodies = former | self.commercial_partner_id
            named._l10n_fr_chorus_mark_old(bodies, self._name, written)

    def _l10n_fr_chorus_mark_old(self, bodies, model, written):
        """Mark the documents that name these partners, or are for them.

        :param bodies: their commercial entities, by which verdicts are found
        :param str model: of the records that are written on: these, or others that describe them
        :param written: names of the fields
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
        mark_old(self.env, model, written, *domains)


class ResPartnerBank(models.Model):
    _inherit = "res.partner.bank"

    @api.model_create_multi
    def create(self, vals_list):
        accounts = super().create(vals_list)
        # Credit notes that name none name the company's first one.
        accounts._l10n_fr_chorus_mark_old()
        return accounts

    def write(self, vals):
        if "partner_id" in vals:
            self._l10n_fr_chorus_mark_old()  # it may be a company's no more
        result = super().write(vals)
        if not FOLLOWED[self._name].isdisjoint(vals):
            self._l10n_fr_chorus_mark_old(vals)
        return result

    def unlink(self):
        self._l10n_fr_chorus_mark_old()
        return super().unlink()

    def _l10n_fr_chorus_mark_old(self, written=("partner_id",)):
        """Mark the documents of companies: the accounts of others are in no file.

        :param written: names of the fields; whose an account is, when it comes or goes
        """
        # sudo: see above
        if companies := self.sudo().partner_id.ref_company_ids:
            domain = [("move_id.company_id", "child_of", companies.ids)]
            mark_old(self.env, self._name, written, domain)


class ResBank(models.Model):
    _inherit = "res.bank"

    def write(self, vals):
        result = super().write(vals)
        if "bic" in vals:
            accounts = self.env["res.partner.bank"].sudo()  # sudo: see above
            accounts.search([("bank_id", "in", self.ids)])._l10n_fr_chorus_mark_old(["bank_id"])
        return result


class AccountJournal(models.Model):
    _inherit = "account.journal"

    def write(self, vals):
        result = super().write(vals)
        mark_old(self.env, self._name, vals, [("move_id.journal_id", "in", self.ids)])
        return result


class AccountPaymentTerm(models.Model):
    _inherit = "account.payment.term"

    def write(self, vals):
        result = super().write(vals)
        mark_old(self.env, self._name, vals, [("move_id.invoice_payment_term_id", "in", self.ids)])
        return result


class AccountFiscalPosition(models.Model):
    _inherit = "account.fiscal.position"

    def write(self, vals):
        result = super().write(vals)
        mark_old(self.env, self._name, vals, [("move_id.fiscal_position_id", "in", self.ids)])
        return result


class AccountPaymentMethodLine(models.Model):
    _inherit = "account.payment.method.line"

    def write(self, vals):
        result = super().write(vals)
        domain = [("move_id.preferred_payment_method_line_id", "in", self.ids)]
        mark_old(self.env, self._name, vals, domain)
        return result


def taxed(path, records):
    """Domain of the verdicts of documents that bear some taxes.

    :param str path: from a tax
    :param records: that it leads to
    :rtype: list
    """
    taxes = Domain(path, "in", records.ids)
    # A line bears the group, the document is read from the taxes in it.
    taxes |= Domain("children_tax_ids", "any", taxes)
    return [("move_id.line_ids.tax_ids", "any", taxes)]


class AccountTax(models.Model):
    _inherit = "account.tax"

    def write(self, vals):
        result = super().write(vals)
        mark_old(self.env, self._name, vals, taxed("id", self))
        return result


class AccountTaxGroup(models.Model):
    _inherit = "account.tax.group"

    def write(self, vals):
        result = super().write(vals)
        mark_old(self.env, self._name, vals, taxed("tax_group_id", self))
        return result


class AccountTaxRepartitionLine(models.Model):
    _inherit = "account.tax.repartition.line"

    def write(self, vals):
        result = super().write(vals)
        mark_old(self.env, self._name, vals, taxed("repartition_line_ids", self))
        return result


class AccountAccount(models.Model):
    _inherit = "account.account"

    def write(self, vals):
        result = super().write(vals)
        mark_old(self.env, self._name, vals, taxed("repartition_line_ids.account_id", self))
        return result


class AccountAccountTag(models.Model):
    _inherit = "account.account.tag"

    def write(self, vals):
        result = super().write(vals)
        mark_old(self.env, self._name, vals, taxed("repartition_line_ids.tag_ids", self))
        return result


class ResCompany(models.Model):
    _inherit = "res.company"

    def write(self, vals):
        result = super().write(vals)
        mark_old(self.env, self._name, vals, [("move_id.company_id", "in", self.ids)])
        return result


class L10nFrChorusService(models.Model):
    _inherit = "l10n_fr.chorus.service"

    @api.model_create_multi
    def create(self, vals_list):
        services = super().create(vals_list)
        services._mark_documents_old()
        return services

    def write(self, vals):
        if FOLLOWED[self._name].isdisjoint(vals):
            return super().write(vals)
        self._mark_documents_old(vals)
        result = super().write(vals)
        self._mark_documents_old(vals)
        return result

    def unlink(self):
        self._mark_documents_old()
        return super().unlink()

    def _mark_documents_old(self, written=("code",)):
        bodies = self.partner_id.commercial_partner_id
        bodies._l10n_fr_chorus_mark_old(bodies, self._name, written)


class AccountMove(models.Model):
    _inherit = "account.move"

    @contextmanager
    def _l10n_fr_chorus_followed(self, vals):
        """What is written meanwhile makes the verdicts and comparisons of documents old.

        :param dict vals: as they are written
        """
        documents = self.filtered(lambda move: move.move_type in MOVE_TYPES)
        if not documents or FOLLOWED[self._name].isdisjoint(vals):
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
        if not FOLLOWED[self._name].isdisjoint(vals):
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
        if not FOLLOWED[self._name].isdisjoint(vals):
            self._l10n_fr_chorus_mark_old()
        return result

    def unlink(self):
        self._l10n_fr_chorus_mark_old()
        return super().unlink()

    def _l10n_fr_chorus_mark_old(self):
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
