import base64
import hashlib
import io
import os
import tarfile
import zipfile

from odoo import Command
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import HttpCase, new_test_user, tagged

from .. import command
from .common import ExportCommon


@tagged("post_install_l10n", "post_install", "-at_install")
class TestLot(ExportCommon):
    def _moves(self, count):
        moves = self.env["account.move"]
        for _rank in range(count):
            moves |= self._move()
        return moves

    def test_a_lot_beside_its_files(self):
        export = self._export(self._moves(3), folder="a")
        self._deliver()
        lot = export.lot_ids
        lines = export.exported_line_ids
        names = [*lines.mapped("delivered_name"), lot.delivered_name]
        self.assertEqual(self._files(), sorted(f"a/{name}" for name in names))
        self.assertRegex(lot.delivered_name, r"^CHORUS_\d{4}_\d{4}_lot1\.zip$")
        with open(lot.path, "rb") as file:
            content = file.read()
        self.assertEqual(hashlib.sha256(content).hexdigest(), lot.sha256)
        self.assertEqual(lot.file_size, len(content))
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for line, name in zip(lines, archive.namelist(), strict=True):
                self.assertEqual(name, line.file_name)
                self.assertEqual(archive.read(name), base64.b64decode(line.file))

    def test_bounds_of_the_company(self):
        self.company.l10n_fr_chorus_lot_documents = 2
        export = self._export(self._moves(5))
        self.assertEqual(export.lot_ids.mapped("document_count"), [2, 2, 1])
        self.assertEqual(export.lot_ids.mapped("rank"), [1, 2, 3])
        self.assertEqual(export.lot_ids.line_ids, export.exported_line_ids)
        for values in (
            {"l10n_fr_chorus_lot_documents": 0},
            {"l10n_fr_chorus_lot_documents": 501},
            {"l10n_fr_chorus_lot_size": 0},
            {"l10n_fr_chorus_lot_size": 1001},
        ):
            with self.subTest(values=values), self.assertRaises(ValidationError):
                self.company.write(values)

    def test_formats(self):
        export = self._export(self._moves(2), lot_format="tar.gz")
        content = base64.b64decode(export.lot_ids.file)
        with tarfile.open(fileobj=io.BytesIO(content), mode="r:gz") as archive:
            self.assertEqual(archive.getnames(), export.exported_line_ids.mapped("file_name"))
        self.company.l10n_fr_chorus_lot_format = "none"
        self.assertFalse(self._export(self._moves(2)).lot_ids)

    def test_a_document_held_back_is_in_no_lot(self):
        moves = self._moves(3)
        moves[1].purchase_order_reference = "E"
        moves[1].l10n_fr_chorus_order_reference = "B"
        export = self._export(moves)
        self.assertEqual(export.lot_ids.document_count, 2)
        self.assertEqual(export.lot_ids.line_ids.move_id, moves[0] + moves[2])

    def test_the_downloaded_lot(self):
        single = self._export(self._moves(1))
        self.assertFalse(single.lot_ids)
        action = single.action_download()
        self.assertEqual(action["type"], "ir.actions.act_url")
        self.assertIn(f"export.line/{single.exported_line_ids.id}/", action["url"])

        export = self._export(self._moves(2))
        self.assertIn(f"l10n_fr.chorus.lot/{export.lot_ids.id}/", export.action_download()["url"])

        self.company.l10n_fr_chorus_lot_documents = 1
        export = self._export(self._moves(2))
        action = export.action_download()
        self.assertEqual(action["res_model"], "l10n_fr.chorus.lot")
        self.assertEqual(self.env["l10n_fr.chorus.lot"].search(action["domain"]), export.lot_ids)

        self.company.l10n_fr_chorus_lot_format = "none"
        export = self._export(self._moves(2))
        action = export.action_download()
        self.assertEqual(action["res_model"], "l10n_fr.chorus.export.line")

        bad = self._move(purchase_order_reference="E")
        bad.l10n_fr_chorus_order_reference = "B"
        self.assertFalse(self._export(bad).action_download())

    def test_lots_are_evidence(self):
        lot = self._export(self._moves(2)).lot_ids
        with self.assertRaises(AccessError):
            lot.write({"file_name": "x"})
        with self.assertRaises(AccessError):
            lot.unlink()

    def test_a_dry_run_writes_nothing(self):
        good, bad = self._moves(2)
        (good + bad).l10n_fr_chorus_framework = "A2"  # and no payment is recorded
        bad.purchase_order_reference = "E"
        bad.l10n_fr_chorus_order_reference = "B"
        Export = self.env["l10n_fr.chorus.export"]
        before = Export.search_count([])
        os.rmdir(self.root)
        report = command.check(
            self.env,
            company=self.company,
            partners=self.town,
            folder="new",
            date_from=None,
            date_to=None,
            again=False,
            syntax=None,
        )
        self.assertEqual(report["ready"], 1)
        self.assertEqual([item["document"] for item in report["anomalies"]], [bad.name])
        remarked = {item["document"] for item in report["remarks"]}
        self.assertEqual(remarked, {good.name, bad.name}, "held or not")
        self.assertEqual(Export.search_count([]), before)
        self.assertFalse(os.path.lexists(self.root), "not even the root of all folders")
        os.mkdir(self.root)
        self.assertFalse(good.l10n_fr_chorus_exported_on)


@tagged("post_install_l10n", "post_install", "-at_install")
class TestLotDownload(ExportCommon, HttpCase):
    def test_over_http(self):
        """Only users of the company download it."""
        moves = self._move() + self._move()
        export = self._export(moves)
        lot = export.lot_ids
        url = export.action_download()["url"]
        self.authenticate("chorus_billing", "chorus_billing")
        response = self.url_open(url)
        self.assertEqual(hashlib.sha256(response.content).hexdigest(), lot.sha256)
        self.assertIn(lot.file_name, response.headers["Content-Disposition"])

        other = self.setup_other_company()["company"]
        new_test_user(
            self.env,
            login="chorus_stranger",
            groups="base.group_user,account.group_account_invoice",
            company_id=other.id,
            company_ids=[Command.set(other.ids)],
        )
        for login in ("chorus_stranger", None):
            self.authenticate(login, login)
            self.assertNotEqual(self.url_open(url).content, response.content)
