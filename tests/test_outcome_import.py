import base64
import datetime
import os

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from ..chorus.portal import state_files
from .common import ExportCommon, load_plain

FULL = bool(os.environ.get("CHORUS_TEST_FULL"))
FLOW = "CPP" + "0" * 21 + "1"


@tagged("post_install_l10n", "post_install", "-at_install")
class TestOutcomeImport(ExportCommon):
    def setUp(self):
        super().setUp()
        self.moves = self._move() + self._move() + self._move()
        self.lines = self._export(self.moves).exported_line_ids
        self.names = self.moves.mapped("name")

    def _wizard(self, text):
        Wizard = self.env["l10n_fr.chorus.outcome.import"].with_user(self.billing_user)
        wizard = Wizard.create({"data_file": base64.b64encode(text.encode("cp1252"))})
        wizard.action_read()
        return wizard

    def _import(self, text):
        wizard = self._wizard(text)
        wizard.action_import()
        return wizard

    def test_the_portals_refusals(self):
        """No state in that file: everything in it was refused."""
        wizard = self._wizard(
            "N° flux;N° de facture non intégrée;Date de dépôt;Motif de rejet\n"
            f"{FLOW};{self.names[0]};{datetime.date.today():%d/%m/%Y};Destinataire introuvable\n"
        )
        self.assertEqual(wizard.outcome, "not_integrated")
        self.assertIn("Destinataire", wizard.reason_column_id.display_name)
        wizard.action_import()
        self.assertEqual((wizard.recorded_count, wizard.left_count), (1, 0))
        line = self.lines[0]
        self.assertEqual((line.outcome, line.flow_number), ("not_integrated", FLOW))
        self.assertIn("Destinataire introuvable", line.rejection_message)
        self.assertFalse(self.moves[0].l10n_fr_chorus_is_exported)

    def test_the_portals_list_of_issued_invoices(self):
        """Recognised as a whole; its own number of a document is beyond an integer's bounds."""
        samples = load_plain("portal_samples")
        today = datetime.date.today()
        day = {"Date état courant": f"{today:%d/%m/%Y}"}
        text = samples.issued(
            {
                "Numéro": self.names[0],
                "État courant": "Rejetée",
                "Motif de rejet": "Montants erronés",
                "Commentaire de l'état": "Taux de TVA",
                "Identifiant Chorus Pro": "900000000102",
                **day,
            },
            {"Numéro": self.names[1], "État courant": "Mise en paiement", **day},
            {"Numéro": self.names[2], "État courant": "Un état inconnu", **day},
        )
        wizard = self._wizard(text)
        self.assertEqual(wizard.number_column_id.name, "Numéro")
        self.assertEqual(wizard.identifier_column_id.name, "Identifiant Chorus Pro")
        wizard.action_import()
        self.assertEqual((wizard.recorded_count, wizard.left_count), (2, 1))
        self.assertIn("Un état inconnu", wizard.left_rows)
        self.assertEqual(self.lines.mapped("outcome"), ["rejected", "paid", False])
        self.assertEqual(self.lines[0].rejection_message, "Montants erronés - Taux de TVA")
        self.assertEqual(self.lines[:2].mapped("outcome_date"), [today, today])
        self.assertEqual(
            self.lines.mapped("portal_identifier"), ["900000000102", "900000000101", False]
        )

    def test_states_and_what_is_left_out(self):
        wizard = self._import(
            "Numéro de facture;Statut;Date\n"
            f"{self.names[0]};Mise en paiement;01/03/2026\n"
            f"{self.names[0]};Déposée;01/02/2026\n"
            f"{self.names[1].lower()};Suspendue;\n"
            f"{self.names[1]};Brouillon;\n"
            "FAC-NOBODY;Déposée;\n"
            f"{self.names[2]};Suspendue;\n"
            f"{self.names[2]};À recycler;\n"
            ";;\n"
        )
        self.assertEqual(self.lines[0].outcome, "paid", "the last one by its date")
        self.assertEqual(self.lines[0].outcome_date, datetime.date(2026, 3, 1))
        self.assertEqual(self.lines[1:].mapped("outcome"), ["suspended", False], "never guessed")
        self.assertEqual(wizard.left_count, 4, wizard.left_rows)
        for words in (
            "Row 5: the state “Brouillon”",
            "Row 6: no exported document has the number FAC-NOBODY",
            "Row 7: another row has another state",
            "Row 8: another row has another state",
        ):
            self.assertIn(words, wizard.left_rows)

    def test_many_bad_rows(self):
        """They are counted; only those that are shown are put into words, and numbers are looked
        up some at a time."""
        told = []

        class Number(str):
            def __str__(self):
                told.append(self)
                return str.__str__(self)

        wizard = self._wizard("Numéro de facture;Statut\nx;y\n")
        count = 990_000 if FULL else 3_000
        later = datetime.date.today() + datetime.timedelta(days=9)
        for number, known in (
            ("FAC-{}", {}),  # of no document; below, all of the same one
            (self.names[0], {}),
            (self.names[0], {"outcome": "paid", "day": "hier"}),
            (self.names[0], {"outcome": "paid", "date": later}),
        ):
            entries = [
                state_files.Entry(line, Number(number.format(line)), **known)
                for line in range(2, count)
            ]
            told.clear()
            before = self.env.cr.sql_log_count
            recorded, left_count, left_rows = wizard._record(entries)
            queries = self.env.cr.sql_log_count - before
            self.assertEqual((recorded, left_count, len(left_rows)), (0, count - 2, 200))
            self.assertIn("Row 201: ", left_rows[-1])
            numbers = len({entry.number for entry in entries})
            self.assertLessEqual(len(told) - numbers, 200)  # the queries write each number once
            expected = -(-numbers // 1000)
            self.assertLessEqual(expected, queries, "a thousand numbers a query")
            self.assertLessEqual(queries, expected + 3)

    def test_a_row_that_is_shown_is_no_book(self):
        wizard = self._import(f"Numéro de facture;Statut\n{self.names[0]};{'a' * 100_000}\n")
        self.assertIn("Row 2: the state “aaa", wizard.left_rows)
        self.assertLess(len(wizard.left_rows), 600)
        self.assertTrue(wizard.left_rows.endswith("…"))

    def test_rows_that_contradict_one_another_are_shown_in_their_order(self):
        """Among others, and no more than there is room for."""
        wizard = self._import(
            "Numéro de facture;Statut\n"
            + f"{self.names[0]};Suspendue\n{self.names[0]};À recycler\n" * 150
            + "FAC-NOBODY;Déposée\n" * 250
        )
        rows = wizard.left_rows.split("\n")
        self.assertEqual((wizard.left_count, len(rows)), (550, 200))
        self.assertEqual([row.split(":")[0] for row in rows], [f"Row {n}" for n in range(2, 202)])
        self.assertIn("another row has another state", rows[-1])
        self.assertFalse(self.lines[0].outcome)

    def test_an_old_file_undoes_nothing(self):
        self._import(f"Numéro de facture;Statut;Date\n{self.names[0]};Mandatée;05/03/2026\n")
        wizard = self._import(
            f"Numéro de facture;Statut;Date\n{self.names[0]};Déposée;04/03/2026\n"
        )
        self.assertEqual(self.lines[0].outcome, "accepted")
        self.assertIn("a later state", wizard.left_rows)

    def test_a_refusal_of_before_does_not_reopen_what_was_exported_again(self):
        """It would go out a third time, while the second file is on the portal."""
        today = datetime.date.today()
        header = "N° flux;N° de facture non intégrée;Date de dépôt;Motif de rejet\n"
        row = f"{FLOW};{self.names[0]};{today:%d/%m/%Y};Introuvable\n"
        self._import(header + row)
        again = self._export(self.moves[0]).exported_line_ids
        self.assertEqual(again.previous_id.outcome, "not_integrated")
        day = f"{today:%d/%m/%Y}"
        for words, refusal in (
            ("an earlier file", row),
            ("an earlier file", row.replace(day, "")),
            ("no flow number shows", row.replace(FLOW, "")),
            ("no flow number shows", row.replace(FLOW, "").replace(day, "01/03/2026")),
            ("no flow number shows", row.replace(FLOW, "").replace(day, "")),
        ):
            with self.subTest(words=words, row=refusal):
                wizard = self._import(header + refusal)
                self.assertIn(words, wizard.left_rows)
                self.assertFalse(again.outcome)
                self.assertTrue(self.moves[0].l10n_fr_chorus_is_exported)
        # Its own refusal, of another flow, does.
        self._import(header + row.replace(FLOW, FLOW[:-1] + "2"))
        self.assertEqual(again.outcome, "not_integrated")

    def test_which_of_two_files_a_row_is_about(self):
        """Told by the portal's numbers, or by what alone can be, and never by two clocks."""
        first = self.lines[0].with_user(self.billing_user)
        yesterday = datetime.date.today() - datetime.timedelta(days=1)
        first._record_outcome("not_integrated", date=yesterday)
        again = self._export(self.moves[0]).exported_line_ids
        header = "Numéro de facture;Statut;Date;N° flux\n"
        today = datetime.date.today()
        # No flow is known: a refusal or a deposit of any day may be of either.
        for state in ("Non intégrée", "Déposée"):
            for day, flow in ((today, ""), (yesterday, ""), (today, FLOW)):
                with self.subTest(state=state, day=day, flow=flow):
                    row = f"{self.names[0]};{state};{day:%d/%m/%Y};{flow}\n"
                    wizard = self._import(header + row)
                    self.assertIn("no flow number shows", wizard.left_rows)
                    self.assertFalse(again.outcome)
        # The first one never came into Chorus Pro: what stands there is the second.
        self._import(header + f"{self.names[0]};Suspendue;{yesterday:%d/%m/%Y};\n")
        self.assertEqual(again.outcome, "suspended")
        # Both may stand there: only a flow says which one, a state does not.
        third = self._export(self.moves[0], again=True).exported_line_ids
        wizard = self._import(header + f"{self.names[0]};Mandatée;{today:%d/%m/%Y};\n")
        self.assertIn("no flow number shows", wizard.left_rows)
        first.sudo().flow_number, again.sudo().flow_number = FLOW, FLOW[:-1] + "2"
        self._import(header + f"{self.names[0]};Mandatée;{today:%d/%m/%Y};{FLOW[:-1]}3\n")
        self.assertEqual(third.outcome, "accepted")

    def test_an_undated_file_undoes_nothing_either(self):
        self._import(f"Numéro de facture;Statut\n{self.names[0]};Mandatée\n")
        for state, words in (("Non intégrée", "by hand"), ("Déposée", "a later state")):
            wizard = self._import(f"Numéro de facture;Statut\n{self.names[0]};{state}\n")
            self.assertIn(words, wizard.left_rows)
            self.assertEqual(self.lines[0].outcome, "accepted")
        wizard = self._import(f"Numéro de facture;Statut\n{self.names[0]};Mise en paiement\n")
        self.assertEqual(self.lines[0].outcome, "paid")

    def _say(self, state, day=None):
        """One row of the portal about the first document; why it was left out, "" when not."""
        date = f"{day:%d/%m/%Y}" if day else ""
        wizard = self._import(f"Numéro de facture;Statut;Date\n{self.names[0]};{state};{date}\n")
        return wizard.left_rows or ""

    def test_a_state_without_a_day_has_no_day_of_ours(self):
        """Our clock would outweigh the portal's days: the next file would be left out."""
        line, today = self.lines[0], datetime.date.today()
        yesterday = today - datetime.timedelta(days=1)
        self.assertEqual(self._say("Suspendue"), "")
        self.assertEqual((line.outcome, line.outcome_date), ("suspended", False))
        self.assertEqual(self._say("Mandatée", yesterday), "")
        self.assertEqual((line.outcome, line.outcome_date), ("accepted", yesterday))
        # The reverse: what is recorded later without a day takes its place, and its day goes.
        self.assertEqual(self._say("Mise en paiement"), "")
        self.assertEqual((line.outcome, line.outcome_date), ("paid", False))

    def test_an_old_file_undoes_no_state_without_a_day_either(self):
        line = self.lines[0]
        day = datetime.date(2026, 3, 5)
        before, after = (day + datetime.timedelta(days=days) for days in (-1, 1))
        self._say("Suspendue", day)
        self._say("Mandatée")
        for state, date, words in (
            ("Suspendue", day, "no date shows whether"),  # the same file once more
            ("Suspendue", before, "a later state"),
            ("Mise en paiement", before, "a later state"),
            ("Déposée", after, "a later state"),
            ("Non intégrée", after, "by hand"),
        ):
            with self.subTest(state=state, date=date):
                self.assertIn(words, self._say(state, date))
                self.assertEqual((line.outcome, line.outcome_date), ("accepted", False))
        # The same state gets its day.
        self.assertEqual(self._say("Mandatée", day), "")
        self.assertEqual(line.outcome_date, day)
        self.assertEqual(self._say("Mise en paiement", after), "")
        self.assertEqual((line.outcome, line.outcome_date), ("paid", after))

    def test_an_old_file_undoes_no_end_that_was_recorded_by_hand(self):
        for end in ("Rejetée", "Mise en paiement"):
            self._say(end)
            known = self.lines[0].outcome
            self.assertIn("no date shows", self._say("Mandatée", datetime.date(2026, 3, 5)))
            self.assertEqual(self.lines[0].outcome, known)

    def test_a_duplicate_that_the_portal_refuses_has_arrived_before(self):
        wizard = self._import(
            "N° de facture non intégrée;Motif de rejet\n"
            f"{self.names[0]};Le numéro de facture existe déjà : facture en doublon\n"
            f"{self.names[1]};Destinataire introuvable\n"
        )
        self.assertIn("already", wizard.left_rows)
        self.assertEqual(self.lines[:2].mapped("outcome"), [False, "not_integrated"])
        self.assertTrue(self.moves[0].l10n_fr_chorus_is_exported)

    def test_two_states_of_one_day(self):
        """The portal's day alone does not order them: the states do, where they can."""
        line, day = self.lines[0], datetime.date(2026, 3, 5)
        self._say("Mandatée", day)
        self.assertIn("a later state", self._say("Déposée", day))
        self.assertEqual(line.outcome, "accepted")
        self.assertEqual(self._say("Mise en paiement", day), "")
        self.assertEqual(line.outcome, "paid")

    def test_a_refusal_that_was_pasted_is_undone_by_no_day_before_it(self):
        """The document waits for its export again: it must not disappear from there."""
        line = self.lines[0]
        line.with_user(self.billing_user)._keep_rejection("Destinataire introuvable ou inactif")
        self.assertEqual((line.outcome, line.outcome_date), ("not_integrated", False))
        for day in (None, datetime.date(2026, 3, 5)):
            self.assertIn("a later state", self._say("Déposée", day))
            self.assertEqual(line.outcome, "not_integrated")
        # The public body has it all the same.
        self.assertEqual(self._say("Suspendue", datetime.date(2026, 3, 5)), "")
        self.assertEqual(line.outcome, "suspended")

    def test_the_portals_day_may_be_tomorrow_here(self):
        """It begins in Paris before it does overseas."""
        tomorrow = datetime.date.today() + datetime.timedelta(days=1)
        self.assertEqual(self._say("Suspendue", tomorrow), "")
        self.assertEqual(self.lines[0].outcome_date, tomorrow)

    def test_dates_that_tell_nothing(self):
        """Today is no better guess than another day."""
        tomorrow = datetime.date.today() + datetime.timedelta(days=2)
        wizard = self._import(
            "Numéro de facture;Statut;Date\n"
            f"{self.names[0]};Suspendue;hier\n"
            f"{self.names[1]};Suspendue;{tomorrow:%d/%m/%Y}\n"
            f"{self.names[2]};Suspendue;46082\n"
        )
        self.assertIn("Row 2: the date “hier”", wizard.left_rows)
        self.assertRegex(wizard.left_rows, "Row 3: .* is yet to come")
        self.assertEqual(self.lines.mapped("outcome"), [False, False, "suspended"])
        self.assertEqual(self.lines[2].outcome_date, datetime.date(2026, 3, 1))
        with self.assertRaisesRegex(UserError, "yet to come"):
            self.lines[0].with_user(self.billing_user)._record_outcome("paid", date=tomorrow)

    def test_the_guess_is_corrected_and_remembered(self):
        text = f"Ref;Statut;Numero de facture\n{self.names[0]};Suspendue;x\n"
        wizard = self._wizard(text)
        self.assertEqual(wizard.number_column_id.name, "Numero de facture")
        with Form(wizard) as form:
            form.number_column_id = wizard.column_ids[0]
        wizard.action_import()
        self.assertEqual(self.lines[0].outcome, "suspended")
        self.assertEqual(self._wizard(text).number_column_id.name, "Ref")

    def test_two_documents_of_one_number(self):
        """Told apart by their flow, else listed."""
        # Two years, the same number: nothing forbids it.
        self.lines[1].sudo().name = self.names[0]
        wizard = self._import(f"Numéro de facture;Statut\n{self.names[0]};Suspendue\n")
        self.assertIn("several exported documents", wizard.left_rows)
        self.lines[1].sudo().flow_number = FLOW
        wizard = self._import(
            f"Numéro de facture;Statut;N° flux\n{self.names[0]};Suspendue;{FLOW}\n"
        )
        self.assertFalse(wizard.left_count)
        self.assertEqual(self.lines.mapped("outcome"), [False, "suspended", False])

    def test_files_that_cannot_be_imported(self):
        Wizard = self.env["l10n_fr.chorus.outcome.import"].with_user(self.billing_user)
        with self.assertRaisesRegex(UserError, "Choose the file"):
            Wizard.create({}).action_read()
        with self.assertRaisesRegex(UserError, "No table"):
            Wizard.create({"data_file": base64.b64encode(b"\n")}).action_read()
        wizard = self._wizard("a;b\n1;2\n")
        with self.assertRaisesRegex(UserError, "number of the document"):
            wizard.action_import()
        wizard.number_column_id = wizard.column_ids[0]
        with self.assertRaisesRegex(UserError, "holds the state"):
            wizard.action_import()

    def test_companies(self):
        """Numbers of another company's documents mean nothing here."""
        other = self.setup_other_company()["company"]
        Wizard = self.env["l10n_fr.chorus.outcome.import"]
        text = f"Numéro de facture;Statut\n{self.names[0]};Suspendue\n"
        wizard = Wizard.with_company(other).create({"data_file": base64.b64encode(text.encode())})
        wizard.action_read()
        wizard.action_import()
        self.assertIn("no exported document", wizard.left_rows)
        mine = Wizard.with_user(self.billing_user).create({})
        mine.sudo().company_id = other
        mine.data_file = base64.b64encode(text.encode())
        with self.assertRaises(AccessError):
            mine.action_read()
            mine.action_import()
