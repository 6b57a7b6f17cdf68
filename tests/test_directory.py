import base64
import io
from datetime import date

import openpyxl

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, new_test_user, tagged

from .common import ChorusCommon, load_plain

STRUCTURES = (
    *("TypeIdentifiant", "Identifiant", "RaisonSociale", "GestionEngagement", "GestionService"),
    *("GestionServiceEngagement", "EstMOAUniquement", "StructureActive"),
)
SERVICES = ("Identifiant", "Code", "Nom", "GestionEGMT", "ServiceActif")
TOWN = "21990001600011"
SCHOOL = "21990001600102"
DAY = date(2026, 11, 20)


def structure(number, engagement=False, service=False, either=False, works=False, active=True):
    return (1, number, "ESSAI", engagement, service, either, works, active)


def service(number, code, engagement=False, active=True, name="Service"):
    return (number, code, name, engagement, active)


def xlsx(structures=None, services=None):
    """The bytes of a directory with these rows; None for no such sheet."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, header, rows in (
        ("Structures", STRUCTURES, structures),
        ("Services", SERVICES, services),
    ):
        if rows is not None:
            sheet = book.create_sheet(title)
            for row in (header, *rows):
                sheet.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


@tagged("post_install_l10n", "post_install", "-at_install")
class TestDirectory(ChorusCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user = cls._user("chorus_directory", "base.group_partner_manager")
        # Customers of a database with demo data are none of these tests' business.
        cls.env["res.partner"].search([("l10n_fr_chorus_export", "=", True)]).filtered(
            lambda partner: partner.commercial_partner_id != cls.town
        ).l10n_fr_chorus_export = False
        cls.town.l10n_fr_chorus_requirement = "unknown"

    @classmethod
    def _user(cls, login, groups):
        return new_test_user(
            cls.env,
            login=login,
            groups=f"base.group_user,account.group_account_invoice,{groups}",
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
        )

    def _wizard(self, content, name="annuaire-2026-11-20.xlsx", user=None, **values):
        Wizard = self.env["l10n_fr.chorus.directory.import"].with_user(user or self.user)
        return Wizard.create({"data_file": base64.b64encode(content), "file_name": name, **values})

    def _import(self, structures=None, services=None, **values):
        wizard = self._wizard(xlsx(structures, services), **values)
        action = wizard.action_import()
        self.assertEqual((action["res_id"], action["target"]), (wizard.id, "new"))
        return wizard

    def _services(self, partner):
        services = partner.with_context(active_test=False).l10n_fr_chorus_service_ids
        return {
            service.code: (service.name, service.engagement_required, service.active)
            for service in services
        }

    # ------------------------------------------------------------------ what is written

    def test_the_portal_s_list_of_services(self):
        """It says whether the body wants a service, and nothing about engagements."""
        samples = load_plain("portal_samples")
        row = {
            "Identifiant": TOWN,
            "Statut": "Actif",
            "Service obligatoire": "Oui",
            "Engagement obligatoire": "Non",
            "Service ou engagement obligatoire": "Non",
        }
        rows = (
            {**row, "Code service": "FINANCES", "Libelle service": "Direction des finances"},
            {**row, "Code service": "TECHNIQUE", "Engagement obligatoire": "Oui"},
            {**row, "Code service": "ANCIEN", "Statut": "Inactif"},
        )
        content = samples.text(samples.SERVICES, *rows).encode("utf-8-sig")
        for known, expected in (("unknown", "service"), ("engagement", "both")):
            self.town.l10n_fr_chorus_requirement = known
            wizard = self._wizard(content, "annuaire-services-2026-11-20.csv")
            wizard.action_import()
            self.assertEqual((wizard.found_count, wizard.service_count), (1, 3))
            self.assertFalse(wizard.bad_rows or wizard.unlisted_partner_ids)
            self.assertEqual(self.town.l10n_fr_chorus_requirement, expected)
        self.assertEqual(self.town.l10n_fr_chorus_services_date, DAY)
        services = self._services(self.town)
        self.assertEqual(services["FINANCES"], ("Direction des finances", False, True))
        self.assertEqual(services["TECHNIQUE"][1:], (True, True))
        self.assertEqual(services["ANCIEN"][1:], (False, False))

    def test_a_customer_and_its_services(self):
        wizard = self._import(
            [structure(int(TOWN), engagement=True, service=True), structure("1" * 14)],
            [
                service(int(TOWN), "A", engagement=True, name="Achats"),
                service(TOWN, "B", active=False),
                service(TOWN, "FACTURES_PUBLIQUES"),
                service("1" * 14, "C"),
            ],
        )
        self.assertRecordValues(
            self.town,
            [
                {
                    "l10n_fr_chorus_requirement": "both",
                    "l10n_fr_chorus_directory_state": "active",
                    "l10n_fr_chorus_directory_date": DAY,
                    "l10n_fr_chorus_services_date": DAY,
                }
            ],
        )
        self.assertEqual(
            self._services(self.town),
            {"A": ("Achats", True, True), "B": ("Service", False, False)},
        )
        self.assertRecordValues(
            wizard,
            [
                {
                    **{"state": "done", "found_count": 1, "service_count": 2, "bad_count": 0},
                    **{"archived_count": 0, "data_file": False, "bad_rows": ""},
                }
            ],
        )
        # The school's own SIRET is not its town's.
        self.assertEqual(wizard.unlisted_partner_ids, self.school)
        self.assertFalse(self.school.l10n_fr_chorus_directory_date)

    def test_zeros_that_excel_took_away(self):
        self.town.company_registry = "00007180510014"
        self._import([structure(7180510014, service=True)], [service(7180510014.0, 12)])
        self.assertEqual(self.town.l10n_fr_chorus_requirement, "service")
        self.assertEqual(list(self._services(self.town)), ["12"])

    def test_an_address_with_its_own_siret(self):
        """It is an establishment of its own; addresses without a SIRET are left alone."""
        contact = self.env["res.partner"].create({"name": "Accueil", "parent_id": self.town.id})
        self.assertEqual(contact.company_registry, self.town.company_registry)
        twin = self.school.copy({"l10n_fr_chorus_siret": SCHOOL})
        wizard = self._import(
            [structure(SCHOOL, either=True), structure(TOWN)], [service(SCHOOL, "CANTINE")]
        )
        self.assertEqual(wizard.found_count, 3)
        for partner in self.school | twin:
            self.assertEqual(partner.l10n_fr_chorus_requirement, "service_or_engagement")
            self.assertEqual(list(self._services(partner)), ["CANTINE"])
            self.assertEqual(partner._l10n_fr_chorus_get_structure(), partner)
        self.assertEqual(self.town.l10n_fr_chorus_requirement, "none")
        self.assertFalse(self._services(self.town))
        self.assertFalse(contact.l10n_fr_chorus_directory_date)

    def test_state(self):
        for values, state in (
            ({"active": False}, "inactive"),
            ({"works": True}, "works_only"),
            ({"works": True, "active": False}, "inactive"),
            ({}, "active"),
        ):
            self._import([structure(TOWN, **values)])
            self.assertEqual(self.town.l10n_fr_chorus_directory_state, state)

    def test_services_are_created_updated_and_archived(self):
        Service = self.env["l10n_fr.chorus.service"]
        kept, changed, gone, closed = Service.create(
            [
                {"partner_id": self.town.id, "code": code, "name": code, "active": code != "D"}
                for code in "ABCD"
            ]
        )
        other = Service.create({"partner_id": self.school.id, "code": "C"})
        wizard = self._import(
            [structure(TOWN), structure(SCHOOL)],
            [
                service(TOWN, "A", name="A"),
                service(TOWN, "B", name="Bâtiments", engagement=True),
                service(TOWN, "D", name=""),
                service(TOWN, "E", name="E"),
            ],
        )
        self.assertEqual(
            self._services(self.town),
            {
                "A": ("A", False, True),
                "B": ("Bâtiments", True, True),
                "C": ("C", False, False),
                "D": ("D", False, True),
                "E": ("E", False, True),
            },
        )
        self.assertTrue(kept.exists() and changed.exists() and gone.exists() and closed.exists())
        self.assertEqual(wizard.archived_count, 1)
        self.assertTrue(other.active, "the file has no service of the school")
        again = self._import([structure(TOWN)], [service(TOWN, "A")])
        self.assertEqual(again.archived_count, 3)

    def test_an_absent_structure_is_unknown_and_untouched(self):
        self._import([structure(TOWN, service=True)], [service(TOWN, "A")])
        self.town.l10n_fr_chorus_requirement = "engagement"  # by hand
        wizard = self._import(
            [structure(SCHOOL)], [service(SCHOOL, "A")], name="annuaire_20261127.xlsx"
        )
        self.assertEqual(wizard.unlisted_partner_ids, self.town)
        self.assertRecordValues(
            self.town,
            [
                {
                    "l10n_fr_chorus_requirement": "engagement",
                    "l10n_fr_chorus_directory_state": "active",
                    "l10n_fr_chorus_directory_date": DAY,
                }
            ],
        )
        self.assertEqual(list(self._services(self.town)), ["A"])
        self._import([structure(TOWN)])
        self.assertEqual(self.town.l10n_fr_chorus_requirement, "none", "listed: it is overwritten")

    def test_customers_that_cannot_be_found_are_listed(self):
        """Those without a SIRET too, or with a SIREN; foreign ones have none."""
        values = {"is_company": True, "l10n_fr_chorus_export": True}
        Partner = self.env["res.partner"]
        nameless = Partner.create({"name": "Sans", "country_id": self.france.id, **values})
        short = Partner.create({"name": "SIREN", "company_registry": "219900016", **values})
        Partner.create({"name": "DE", "country_id": self.env.ref("base.de").id, **values})
        wizard = self._import([structure(TOWN), structure(SCHOOL)])
        self.assertEqual(wizard.unlisted_partner_ids, nameless | short)

    def test_scope(self):
        """By default other contacts are left alone; none is created in either case."""
        self.private.company_registry = "12345678200028"
        before = self.env["res.partner"].search_count([])
        rows = [structure("12345678200028", service=True), structure("1" * 14)]
        self._import(rows)
        self.assertFalse(self.private.l10n_fr_chorus_directory_date)
        wizard = self._import(rows, scope="all")
        self.assertEqual(self.private.l10n_fr_chorus_requirement, "service")
        self.assertEqual(wizard.found_count, 1)
        self.assertEqual(wizard.unlisted_partner_ids, self.town | self.school)
        self.assertFalse(self.private.l10n_fr_chorus_export)
        self.assertEqual(self.env["res.partner"].search_count([]), before)

    def test_csv_one_table_after_the_other(self):
        """Services alone say nothing of what is required, nor of who is in the directory."""
        head = "Identifiant;GestionEngagement;GestionService;GestionServiceEngagement;"
        content = f"{head}EstMOAUniquement;StructureActive\r\n{TOWN};VRAI;FAUX;FAUX;FAUX;VRAI\r\n"
        wizard = self._wizard(content.encode("cp1252"), name="structures.csv", date=DAY)
        wizard.action_import()
        self.assertEqual(self.town.l10n_fr_chorus_requirement, "engagement")
        self.assertFalse(self.town.l10n_fr_chorus_services_date)
        content = f"Identifiant,Code,Nom,GestionEGMT,ServiceActif\n{TOWN},A,Régie,non,oui\n"
        wizard = self._wizard(content.encode("cp1252"), name="services-2026-11-21.csv")
        wizard.action_import()
        self.assertEqual(self._services(self.town), {"A": ("Régie", False, True)})
        self.assertEqual(self.town.l10n_fr_chorus_services_date, date(2026, 11, 21))
        self.assertEqual(self.town.l10n_fr_chorus_directory_date, DAY)
        self.assertEqual(self.town.l10n_fr_chorus_requirement, "engagement")
        self.assertFalse(wizard.unlisted_partner_ids)

    def test_bad_rows(self):
        Service = self.env["l10n_fr.chorus.service"]
        doubtful = Service.create({"partner_id": self.town.id, "code": "B"})
        wizard = self._import(
            [structure(SCHOOL, engagement="?"), structure(None), structure(TOWN, service=True)],
            [service(TOWN, "A"), service(TOWN, "B", active="?")],
        )
        self.assertEqual(wizard.bad_count, 3)
        self.assertEqual(
            wizard.bad_rows.splitlines(),
            [
                "Sheet “Structures”, line 2: “?” in the column GestionEngagement is neither true "
                "nor false.",
                "Sheet “Structures”, line 3: it has no identifier.",
                "Sheet “Services”, line 3: “?” in the column ServiceActif is neither true nor "
                "false.",
            ],
        )
        self.assertEqual(self.town.l10n_fr_chorus_requirement, "service")
        self.assertFalse(self.school.l10n_fr_chorus_directory_date)
        self.assertTrue(doubtful.active, "it may be open")
        self.assertFalse(self.town.l10n_fr_chorus_services_date, "other services may exist")

    def test_queries_do_not_grow_with_the_customers(self):
        """One batch costs the same for 5 and for 50 customers with their services."""
        counts = []
        for rank, count in enumerate((5, 5, 50)):  # the first warms up
            numbers = [f"{rank + 1}{number:013}" for number in range(count)]
            partners = self.env["res.partner"].create(
                [
                    {
                        "name": number,
                        "is_company": True,
                        "company_registry": number,
                        "l10n_fr_chorus_export": True,
                        "l10n_fr_chorus_service_ids": [
                            Command.create({"code": "OLD"}),
                            Command.create({"code": "A"}),
                        ],
                    }
                    for number in numbers
                ]
            )
            wizard = self._wizard(
                xlsx(
                    [structure(number, service=bool(int(number) % 2)) for number in numbers],
                    [
                        service(number, code, engagement=True, name=f"{code} {number}")
                        for number in numbers
                        for code in "AB"
                    ],
                )
            )
            self.env.flush_all()
            self.env.invalidate_all()
            start = self.env.cr.sql_log_count
            wizard.action_import()
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - start)
            self.assertEqual(wizard.found_count, count)
            self.assertEqual(wizard.archived_count, count)
            partners.l10n_fr_chorus_export = False
        self.assertLess(abs(counts[2] - counts[1]), 5, counts)

    # ------------------------------------------------------------------ the window

    def test_the_window(self):
        """The date comes from the file's name, else it is today; it can be corrected."""
        Wizard = self.env["l10n_fr.chorus.directory.import"].with_user(self.user)
        with Form(Wizard) as form:
            self.assertEqual(form.scope, "customers")
            self.assertEqual(form.date, date.today())
            form.data_file = base64.b64encode(xlsx([structure(TOWN)]))
            form.date = date(2026, 11, 19)
        self.assertEqual(Wizard.new({"file_name": "20261120.csv"}).date, DAY)
        form.record.action_import()
        self.assertEqual(self.town.l10n_fr_chorus_directory_date, date(2026, 11, 19))

    def test_a_bad_file_is_told_in_words(self):
        for content, words in (
            (b"Nom;Ville\r\n", "not the public directory"),
            (b"PK\x03\x04", "cannot be read"),
            (b"<Annuaire/>", "XML files"),
            (b"Identifiant;GestionEngagement\r\n", "GestionService, GestionServiceEngagement"),
        ):
            with self.assertRaisesRegex(UserError, words):
                self._wizard(content).action_import()
        with self.assertRaisesRegex(UserError, "Choose the file"):
            self._wizard(b"").action_import()
        self.assertFalse(self.town.l10n_fr_chorus_directory_date)

    def test_rights(self):
        """Users who may both invoice and write contacts; each reads only their own windows."""
        Menu = self.env["ir.ui.menu"]
        menu = self.env.ref("l10n_fr_chorus_export.l10n_fr_chorus_directory_import_menu")
        content = xlsx([structure(TOWN)])
        with self.assertRaises(AccessError):
            self._wizard(content, user=self.billing_user).action_import()
        self.assertNotIn(menu.id, Menu.with_user(self.billing_user)._visible_menu_ids())
        contacts = new_test_user(
            self.env, login="chorus_contacts", groups="base.group_user,base.group_partner_manager"
        )
        with self.assertRaises(AccessError):
            self._wizard(content, user=contacts)
        self.assertNotIn(menu.id, Menu.with_user(contacts)._visible_menu_ids())
        self.assertIn(menu.id, Menu.with_user(self.user)._visible_menu_ids())
        wizard = self._wizard(content)
        other = self._user("chorus_directory_2", "base.group_partner_manager")
        with self.assertRaises(AccessError):
            wizard.with_user(other).action_import()
        with self.assertRaises(AccessError):
            wizard.with_user(other).read(["file_name"])
        wizard.action_import()
        self.assertEqual(wizard.found_count, 1)

    def test_contacts_of_other_companies_are_left_alone(self):
        other = self.setup_other_company()["company"]
        stranger = self.env["res.partner"].create(
            {
                "name": "Autre",
                "is_company": True,
                "company_registry": TOWN,
                "l10n_fr_chorus_export": True,
                "company_id": other.id,
            }
        )
        wizard = self._import([structure(TOWN, service=True)])
        self.assertEqual(wizard.found_count, 1)
        self.assertFalse(stranger.l10n_fr_chorus_directory_date)

    # ------------------------------------------------------------------ what it changes

    def test_what_the_directory_requires_is_checked(self):
        move = self._move(buyer_reference=False)
        self.assertIn("requirement_unknown", self._codes(move))
        for values, codes in (
            ({}, set()),
            ({"engagement": True}, {"engagement_required"}),
            ({"service": True}, {"service_required"}),
            ({"engagement": True, "service": True}, {"engagement_required", "service_required"}),
            ({"either": True}, {"service_or_engagement_required"}),
            ({"active": False}, {"structure_closed"}),
            ({"works": True}, {"structure_works_only"}),
        ):
            self._import([structure(TOWN, **values)])
            self.assertEqual(set(self._codes(move)), codes, values)

    def test_services_are_checked(self):
        move = self._move(buyer_reference="A")
        self._import([structure(TOWN)])
        self.assertEqual(self._codes(move), [], "the file says nothing of services")
        self._import([structure(TOWN)], [service(SCHOOL, "A")])
        self.assertEqual(self._codes(move), ["service_unknown"])
        self._import([structure(TOWN)], [service(TOWN, "A", engagement=True)])
        self.assertEqual(self._codes(move), ["service_needs_engagement"])
        self._import([structure(TOWN)], [service(TOWN, "A", active=False)])
        self.assertEqual(self._codes(move), ["service_unknown"])
        self._import([structure(TOWN)], [service(TOWN, "B")])
        self.assertEqual(self._codes(move), ["service_unknown"], "archived")
        self._import([structure(TOWN)], [service(TOWN, "A")])
        self.assertEqual(self._codes(move), [])

    def test_a_wrong_key_that_the_directory_has(self):
        wrong = "21990001600019"
        contact = self.env["res.partner"].create({"name": "Accueil", "parent_id": self.town.id})
        self.town.company_registry = wrong
        moves = [self._move(), self._move(partner=contact)]
        for move in moves:
            self.assertIn("billing_siret_invalid", self._codes(move))
        self._import([structure(wrong)])
        for move in moves:
            self.assertNotIn("billing_siret_invalid", self._codes(move))
        self.assertFalse(self.town.l10n_fr_chorus_siret_checked, "the user's own tick")
        self.town.company_registry = "21990001600018"
        for move in moves:
            self.assertIn("billing_siret_invalid", self._codes(move))

    def test_another_siret_forgets_the_directory(self):
        numbers = (TOWN, SCHOOL, "12345678200028")
        rows = [structure(number, service=True) for number in numbers]
        services = [service(number, "A") for number in numbers]
        fields = (
            *("l10n_fr_chorus_directory_date", "l10n_fr_chorus_directory_state"),
            "l10n_fr_chorus_services_date",
        )
        for partner, values, forgotten in (
            (self.town, {"company_registry": TOWN}, False),  # typed without spaces
            (self.town, {"name": "Ville"}, False),
            (self.town, {"l10n_fr_chorus_siret": TOWN}, False),
            (self.town, {"l10n_fr_chorus_siret": "12345678200028"}, True),
            (self.town, {"l10n_fr_chorus_siret": False, "company_registry": SCHOOL}, True),
            (self.school, {"l10n_fr_chorus_siret": "2199 0001 600 102"}, False),
            (self.school, {"l10n_fr_chorus_siret": False}, True),
        ):
            if not partner.l10n_fr_chorus_directory_date:
                self._import(rows, services)
            self.assertTrue(all(partner[name] for name in fields), values)
            Service = self.env["l10n_fr.chorus.service"].with_context(active_test=False)
            own = Service.create({"partner_id": partner.id, "code": "PROPRE"})
            partner.l10n_fr_chorus_siret_checked = True
            partner.write(values)
            for name in fields:
                self.assertEqual(not partner[name], forgotten, (name, values))
            # So do what it required, its services and the tick on the number.
            known = Service.search([("partner_id", "=", partner.id)])
            self.assertEqual(known.mapped("code"), ["PROPRE"] if forgotten else ["A", "PROPRE"])
            requirement = "unknown" if forgotten else "service"
            self.assertEqual(partner.l10n_fr_chorus_requirement, requirement)
            self.assertEqual(partner.l10n_fr_chorus_siret_checked, not forgotten)
            own.unlink()

    def test_another_siret_and_what_is_said_of_it(self):
        """What comes with the new number is about it; without a directory nothing is lost."""
        self._import([structure(TOWN, service=True)])
        self.town.write(
            {
                "l10n_fr_chorus_siret": "12345678200029",
                "l10n_fr_chorus_siret_checked": True,
                "l10n_fr_chorus_requirement": "both",
            }
        )
        self.assertTrue(self.town.l10n_fr_chorus_siret_checked)
        self.assertEqual(self.town.l10n_fr_chorus_requirement, "both")
        self.town.l10n_fr_chorus_siret = TOWN
        self.assertFalse(self.town.l10n_fr_chorus_siret_checked)
        self.assertEqual(self.town.l10n_fr_chorus_requirement, "both", "said by the user")

    def test_verdicts_are_checked_again(self):
        move = self._move()
        Verdict = self.env["l10n_fr.chorus.verdict"]
        Verdict._keep(self.env["l10n_fr.chorus.maker"]._check_documents(move))
        self.assertNotEqual(move.l10n_fr_chorus_verdict, "to_check")
        self._import([structure(TOWN)])
        move.invalidate_recordset()
        self.assertEqual(move.l10n_fr_chorus_verdict, "to_check")
