"""In Odoo's shell, with the states of other ways: each played, in both directions, in French."""

import io
import json
from unittest.mock import patch

from pypdf import PdfWriter

from odoo import Command
from odoo.exceptions import UserError
from odoo.fields import Date

company = env["res.company"].search([("name", "=", "FR Company")])
env = env(context={"allowed_company_ids": company.ids, "lang": "fr_FR"})
town = env["res.partner"].search([("ref", "=", "ESSAI")])
town.write({"l10n_fr_chorus_export": True, "email": "mairie@example.com"})
Verdict, Export = env["l10n_fr.chorus.verdict"], env["l10n_fr.chorus.export"]
maker = env["l10n_fr.chorus.maker"]
Answer, Move = env["chorus.test.answer"], env["account.move"]
bank = company.partner_id.bank_ids[:1]


def invoice():
    move = Move.create(
        {
            "move_type": "out_invoice",
            "partner_id": town.id,
            "partner_bank_id": bank.id,
            "invoice_date": Date.today(),
            "invoice_line_ids": [
                Command.create(
                    {
                        "name": "Fourniture",
                        "price_unit": 10,
                        "tax_ids": [Command.set(company.account_sale_tax_id.ids)],
                    }
                )
            ],
        }
    )
    move.action_post()
    return move


def told(move):
    """What the check says of the other way."""
    [(_move, _document, anomalies)] = maker._check_documents(move)
    render = env["l10n_fr.chorus.checked.mixin"]._render
    words = [render(item.message) for item in anomalies if item.code == "sent_elsewhere"]
    return words[0].replace(move.name, "N") if words else ""


def keep(move):
    env.flush_all()
    Verdict._keep(maker._check_documents(move))
    env.flush_all()
    env.invalidate_all()
    assert move.l10n_fr_chorus_verdict != "to_check"


def is_stale(move):
    """As others see it: what the database holds, once the transaction has written it."""
    env.flush_all()
    env.invalidate_all()
    return move.l10n_fr_chorus_verdict == "to_check"


# ------------------------------------------------------------------ to Chorus Pro

found = {"states": {}, "fresh": [], "held": []}
states = Move._fields["peppol_move_state"].get_values(env)
for state in states:
    move = invoice()
    keep(move)
    if state not in ("ready", "to_send", "skipped", "processing", "done", "error"):
        Answer.create({"move_id": move.id, "code": state})  # computed and stored
    else:
        move.peppol_move_state = state
    if not is_stale(move):
        found["fresh"].append(state)
    assert move.peppol_move_state == state, (move.peppol_move_state, state)
    found["states"][state] = told(move)
    move.l10n_fr_chorus_deposit_anyway = True
    if told(move):
        found["held"].append(state)
# The tick is about what had happened by then: a document that is sent again is sent.
move = invoice()
move.peppol_move_state = "RE"
env.flush_all()
move.l10n_fr_chorus_deposit_anyway = True
env.flush_all()
found["ticked"] = bool(told(move))
move.peppol_move_state = "processing"
env.flush_all()
found["sent_again"] = [move.l10n_fr_chorus_deposit_anyway, bool(told(move))]
company.chorus_test_uses_platform = True
move = invoice()
move.peppol_move_state = "processing"
found["platform"] = told(move)
found["label"] = move.l10n_fr_chorus_other_way
move.peppol_move_state = "to_send"
found["leaving"] = move.l10n_fr_chorus_other_way
# Written below `write`, as some modules do
move = invoice()
keep(move)
move._write({"peppol_move_state": "AP"})
found["low"] = is_stale(move)
company.chorus_test_uses_platform = False

# ------------------------------------------------------------------ from Chorus Pro

company.account_peppol_proxy_state = "sender"
company.peppol_eas, company.peppol_endpoint = "0009", "90000002700012"
town.with_company(company).write(
    {
        "peppol_eas": "0009",
        "peppol_endpoint": "21990001600011",
        "peppol_verification_state": "valid",
        "invoice_edi_format": "ubl_bis3",
    }
)
edi_user = env["account_edi_proxy_client.user"].create(
    {
        "company_id": company.id,
        "proxy_type": "peppol",
        "edi_mode": "test",
        "id_client": "test",
        "edi_identification": "0009:90000002700012",
        "private_key_id": env["certificate.key"].sudo()._generate_rsa_private_key(company).id,
        "refresh_token": "x",
    }
)
carried = []


def proxy(self, endpoint, params=None, **_kwargs):
    carried.extend(document["filename"] for document in params["documents"])
    return {"messages": [{"message_uuid": f"u{len(carried)}"} for _d in params["documents"]]}


def send(moves, methods):
    """Send them by hand; what is refused, and what was carried."""
    carried.clear()
    if len(moves) == 1:
        wizard = env["account.move.send.wizard"].create({"move_id": moves.id})
        wizard.sending_methods = methods
        sending = wizard.action_send_and_print
    else:
        wizard = env["account.move.send.batch.wizard"].create({"move_ids": moves.ids})
        sending = lambda: wizard.action_send_and_print(force_synchronous=True)  # noqa: E731
    alert = (wizard.alerts or {}).get("l10n_fr_chorus_sent", {})
    try:
        with env.cr.savepoint():
            sending()
    except UserError as error:
        return {"refused": str(error), "level": alert.get("level"), "carried": len(carried)}
    return {"refused": "", "level": alert.get("level"), "carried": len(carried)}


fresh, gone, refused, other = (invoice() for _rank in range(4))
Export._export(gone | refused, company=company)
refused.l10n_fr_chorus_latest_line_ids._record_outcome("not_integrated")
env.flush_all()
Send = type(env["account.move.send"])


writer = PdfWriter()
writer.add_blank_page(width=72, height=72)
writer.write(stream := io.BytesIO())
PAGE = stream.getvalue()


def print_nothing(self, invoices_data):
    """Printing takes seconds an invoice, and is not what is played here."""
    for move, data in invoices_data.items():
        data["pdf_attachment_values"] = {
            "name": "invoice.pdf",
            "raw": PAGE,
            "mimetype": "application/pdf",
            "res_model": move._name,
            "res_id": move.id,
            "res_field": "invoice_pdf_report_file",
        }


with (
    patch.object(type(edi_user), "_call_peppol_proxy", proxy),
    patch.object(Send, "_can_commit", lambda _self: False),
    patch.object(Send, "_prepare_invoice_pdf_report", print_nothing),
):
    found["sending"] = {
        "fresh": send(fresh, ["peppol"]),
        "gone": send(gone, ["peppol"]),
        "gone_by_mail": send(gone, ["email"]),
        "gone_printed": send(gone, ["manual"]),
        "not_integrated": send(refused, ["peppol"]),
        "batch": send(gone | other, None),
    }
    # Queued before it went to Chorus Pro, or sent by an online payment: no alert is seen
    carried.clear()
    gone.peppol_move_state = "to_send"
    notes = len(gone.message_ids)
    mails = env["mail.message"].search_count([("res_id", "=", gone.id), ("model", "=", gone._name)])
    env["account.move.send"]._generate_and_send_invoices(
        gone, from_cron=False, sending_methods={"peppol", "email"}
    )
    gone.invalidate_recordset()
    found["queued"] = {
        "carried": len(carried),
        "state": gone.peppol_move_state,
        "notes": [
            message.body
            for message in gone.message_ids[: len(gone.message_ids) - notes]
            if "Chorus" in (message.body or "")
        ],
        "mailed": any(m.message_type == "comment" for m in gone.message_ids),
    }
    found["sendable"] = [gone.l10n_fr_chorus_is_sendable, fresh.l10n_fr_chorus_is_sendable]
    gone.l10n_fr_chorus_send_anyway = True
    found["sending"]["ticked"] = send(gone, ["peppol"])
    found["sending"]["batch_ticked"] = send(gone | other, None)
    # The tick is about what had become of it by then.
    line = gone.l10n_fr_chorus_latest_line_ids
    ticks = []
    for outcome in ("deposited", "deposited", "available"):
        line._record_outcome(outcome)
        ticks.append(gone.l10n_fr_chorus_send_anyway)
        gone.l10n_fr_chorus_send_anyway = True
    found["other_outcome"] = ticks
# Two users at once: while Odoo prints for Peppol, a colleague exports, and commits or not yet.
real_claim = Send._l10n_fr_chorus_claim
for case, methods in (
    ("exported_meanwhile", ["peppol", "email"]),
    ("being_exported", ["peppol", "email"]),
    ("by_peppol_alone", ["peppol"]),
):
    move = invoice()
    env.cr.commit()
    carried.clear()
    colleague = env.registry.cursor()

    def print_slowly(self, invoices_data, move=move, colleague=colleague, case=case):
        print_nothing(self, invoices_data)
        Theirs = Export.with_env(env(cr=colleague))
        Theirs._export(move.with_env(Theirs.env), company=company.with_env(Theirs.env))
        colleague.flush()
        if case == "exported_meanwhile":
            colleague.commit()

    def claim(self, moves, colleague=colleague):
        result = real_claim(self, moves)
        colleague.commit()  # a moment later
        return result

    wizard = env["account.move.send.wizard"].create({"move_id": move.id})
    wizard.sending_methods = methods
    refused = ""
    with (
        patch.object(type(edi_user), "_call_peppol_proxy", proxy),
        patch.object(Send, "_can_commit", lambda _self: False),
        patch.object(Send, "_prepare_invoice_pdf_report", print_slowly),
        patch.object(Send, "_l10n_fr_chorus_claim", claim),
    ):
        try:
            wizard.action_send_and_print()
        except UserError as error:
            refused = str(error)
            env.cr.rollback()
    colleague.rollback()
    colleague.close()
    move.invalidate_recordset()
    found[case] = {
        "carried": len(carried),
        "refused": refused,
        "state": move.peppol_move_state,
        "notes": [body for body in move.message_ids.mapped("body") if "Pas d'envoi" in body],
        "mailed": any(message.message_type == "comment" for message in move.message_ids),
    }
    env.cr.rollback()
print(json.dumps(found))
