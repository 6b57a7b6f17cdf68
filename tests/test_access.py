"""Who sees what: every field of ours, walked as those who must not see another company's."""

import json

from psycopg2 import IntegrityError

from odoo import Command
from odoo.exceptions import AccessError, MissingError, UserError, ValidationError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .common import ChorusCommon

MODULE = "l10n_fr_chorus_export"
REFUSED = (AccessError, IntegrityError, MissingError, UserError, ValidationError)
AUTOMATIC = {"id", "create_uid", "create_date", "write_uid", "write_date"}

#: Models of core that we add fields to.
EXTENDED = ("account.move", "res.partner", "res.company", "account.payment.method.line")

#: Ours, on records that a portal user reads too: printed on his own invoice.
PRINTED = {
    *("buyer_reference", "contract_reference", "purchase_order_reference"),
    "l10n_fr_chorus_order_reference",
}
#: Texts and people: for those who keep the accounts.
ACCOUNTANTS = {
    *("l10n_fr_chorus_rejection_message", "l10n_fr_chorus_exported_by"),
    "l10n_fr_chorus_document_count",
}


@tagged("post_install_l10n", "post_install", "-at_install")
class TestAccess(ChorusCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls.setup_other_company()["company"]
        for name, groups, company in (
            ("foreigner", "account.group_account_manager,base.group_partner_manager", cls.other),
            ("salesman", "base.group_user", cls.company),
            ("employee", "base.group_user", cls.company),
            ("portal", "base.group_portal", cls.company),
        ):
            user = new_test_user(
                cls.env,
                login=f"access_{name}",
                groups=groups,
                company_id=company.id,
                company_ids=[Command.set(company.ids)],
            )
            setattr(cls, name, user)
        # Without `sale`, nobody but an accountant reads an invoice: what a salesman may.
        readers = cls.env["res.groups"].create({"name": "Readers of invoices"})
        cls.salesman.group_ids += readers
        cls.env["ir.model.access"].sudo().create(
            [
                {
                    "name": model,
                    "model_id": cls.env["ir.model"]._get_id(model),
                    "group_id": readers.id,
                    "perm_read": True,
                    "perm_write": False,
                    "perm_create": False,
                    "perm_unlink": False,
                }
                for model in ("account.move", "account.move.line", "account.journal")
            ]
        )
        # All that is told of ours bears the mark.
        cls.mark = "SECRET-7431"
        cls.partner = cls.town
        cls.partner.write(
            {
                "name": f"{cls.mark} town",
                "company_id": cls.company.id,
                "l10n_fr_chorus_service_code": f"{cls.mark} code",
                "l10n_fr_chorus_market_number": f"{cls.mark} market",
                "l10n_fr_chorus_service_ids": [Command.create({"code": f"{cls.mark} code"})],
            }
        )
        cls.company.write({"name": f"{cls.mark} company"})
        cls.company.l10n_fr_chorus_folder = f"{cls.mark}-folder"
        cls.bank.sudo().acc_holder_name = f"{cls.mark} holder"
        cls.billing_user.name = f"{cls.mark} colleague"
        cls.move = cls._move(buyer_reference="FINANCES", contract_reference="M")
        cls.env.flush_all()
        cls.move.payment_reference = f"{cls.mark} payment"
        Export = cls.env["l10n_fr.chorus.export"].with_user(cls.billing_user)
        cls.export = Export._export(
            cls.move.with_user(cls.billing_user),
            company=cls.company,
            folder=f"{cls.mark}-folder",
            background=False,
        )
        cls.line = cls.export.line_ids
        cls.line._keep_rejection(f"{cls.mark} answer")
        cls.window = cls.env["account.move.chorus.export"].with_user(cls.billing_user).create({})
        cls.window.again = True
        cls.window.action_next()
        cls.row = cls.window.line_ids[:1]
        cls.move.sudo().message_subscribe(cls.portal.partner_id.ids)
        cls.portal.sudo().partner_id.parent_id = cls.move.commercial_partner_id  # it is his invoice

    # ------------------------------------------------------------------ what there is

    def _models(self):
        """Our models, those of windows too."""
        return [
            model
            for model in self.env.registry.values()
            if not model._abstract and MODULE == model._original_module
        ]

    def _added(self):
        """Names of our fields on others' models, by model."""
        for model in EXTENDED:
            yield (
                model,
                [
                    name
                    for name, field in self.env[model]._fields.items()
                    if MODULE in field._modules
                ],
            )

    def _secret(self, model):
        """A record of ours that others must not see."""
        found = {
            "account.move": self.move,
            "res.partner": self.partner,
            "res.company": self.company,
            "res.partner.bank": self.bank,
            "l10n_fr.chorus.export": self.export,
            "l10n_fr.chorus.export.line": self.line,
            "l10n_fr.chorus.service": self.partner.l10n_fr_chorus_service_ids,
            "account.move.chorus.export": self.window,
            "account.move.chorus.export.line": self.row,
        }
        return found.get(model)

    def _tell(self, function):
        """What a call tells, as the client gets it; "" when it is refused."""
        try:
            with mute_logger("odoo.sql_db"), self.cr.savepoint():
                told = json.dumps(function(), default=str)
                raise ZeroDivisionError  # nothing of it is kept
        except ZeroDivisionError:
            return told
        except REFUSED:
            return ""
        finally:
            self.env.invalidate_all(flush=False)

    def _spec(self, model):
        """All the fields of a model, as a form asks for them."""
        return {
            name: {"fields": {"display_name": {}}} if field.type == "many2one" else {}
            for name, field in model._fields.items()
            if field.type not in ("one2many", "many2many")
            and model._has_field_access(field, "read")
        }

    # ------------------------------------------------------------------ reading

    def test_our_models_tell_strangers_nothing(self):
        for cls in self._models():
            for user in (self.foreigner, self.salesman, self.employee, self.portal):
                Model = self.env[cls._name].with_user(user)
                everything = self.env[cls._name].sudo().search([], limit=20)
                may_read = (
                    cls._name == "l10n_fr.chorus.service" and user in self.salesman | self.employee
                )
                if may_read:
                    continue  # whoever invoices in this company chooses one
                names = [name for name, field in cls._fields.items() if field.store]
                calls = [
                    lambda M=Model, e=everything: M.browse(e.ids).read(),
                    lambda M=Model: M.search_read([]),
                    # Odoo warns of a search for names where there are none.
                    lambda M=Model: (
                        M.name_search(self.mark) if M._rec_names_search or M._rec_name else []
                    ),
                    lambda M=Model, e=everything: M.browse(e.ids).export_data(["display_name"]),
                    lambda M=Model: M.web_search_read([], self._spec(M)),
                ]
                calls += [
                    lambda M=Model, n=name: M.formatted_read_group([], [n], ["__count"])
                    for name in names
                    if getattr(cls._fields[name], "groupable", False)
                ]
                for call in calls:
                    with self.subTest(model=cls._name, user=user.login):
                        self.assertNotIn(self.mark, self._tell(call))

    def test_what_we_add_asks_for_groups(self):
        """Each field, so that one that is added without thinking fails here."""
        for model, names in self._added():
            self.assertTrue(names, model)
            for name in set(names) - PRINTED:
                field = self.env[model]._fields[name]
                with self.subTest(field=f"{model}.{name}"):
                    self.assertTrue(field.groups, "a portal user reads it")
                    is_accountants = "account." in field.groups
                    self.assertEqual(name in ACCOUNTANTS, is_accountants, field.groups)

    def test_what_we_add_is_hidden_from_portal_users(self):
        for model, names in self._added():
            record = self._secret(model)
            for name in set(names) - PRINTED:
                if not record:
                    continue
                Model = self.env[model].with_user(self.portal)
                field = record._fields[name]
                calls = [
                    lambda M=Model, n=name, r=record: M.browse(r.id).read([n]),
                    # Odoo does not ask about a field that is never empty.
                    lambda M=Model, n=name, f=field, r=record: (
                        M.search_read([(n, "!=", False)], ["id"])
                        if not f.required
                        else M.browse(r.id).read([n])
                    ),
                    lambda M=Model, n=name, r=record: M.browse(r.id).export_data([n]),
                ]
                if field.store and field.column_type:
                    calls += [
                        lambda M=Model, n=name: M.search_read([], ["id"], order=n),
                        lambda M=Model, n=name: M.formatted_read_group([], [n], ["__count"]),
                    ]
                for index, call in enumerate(calls):
                    with self.subTest(field=f"{model}.{name}", call=index):
                        self.assertEqual(self._tell(call), "")

    def test_what_stands_inside_a_value_is_looked_at_too(self):
        """Core makes rows of what an onchange names, and computes what they show."""
        Window = self.env["account.move.chorus.export"].with_user(self.foreigner)
        spec = {"line_ids": {"fields": {"exported_on": {}, "exported_text": {}}}}
        for move in (self.move.id, {"id": self.move.id}):
            with self.assertRaises(AccessError):
                Window.onchange({"line_ids": [[0, "v", {"move_id": move}]]}, ["line_ids"], spec)

    def test_a_salesman_reads_states_and_no_texts(self):
        move = self.move.with_user(self.salesman)
        self.assertTrue(move.l10n_fr_chorus_exported_on)
        self.assertTrue(move.l10n_fr_chorus_outcome or move.l10n_fr_chorus_is_exported)
        for name in ACCOUNTANTS & set(move._fields):
            with self.assertRaises(AccessError):
                move.read([name])
            self.assertEqual(self._tell(lambda n=name: move.search_read([(n, "!=", False)])), "")
        # His form, list and search open.
        for view_type in ("form", "list", "search", "kanban"):
            view = move.get_view(view_type=view_type)
            self.assertNotIn("l10n_fr_chorus_rejection_message", view["arch"], view_type)
        self.assertFalse([key for key in move._get_alerts() if key.startswith("l10n_fr_chorus")])
        spec = self._spec(move)
        ours = {name: spec[name] for name in spec if name.startswith("l10n_fr_chorus")}
        self.assertTrue(move.web_read(ours))
        self.assertTrue(move.search([("l10n_fr_chorus_exported_on", "!=", False)]))
        self.assertTrue(move.search([("l10n_fr_chorus_is_changed", "=", False)]))
        move.search([("l10n_fr_chorus_verdict", "=", "blocked")])

    def test_a_portal_user_sees_his_invoice_as_before(self):
        [read] = self.move.with_user(self.portal).read(["name", "alerts"])
        self.assertEqual(read["name"], self.move.name)
        self.assertNotIn("Chorus", str(read["alerts"]))

    # ------------------------------------------------------------------ choosing

    def test_no_hidden_record_can_be_chosen(self):
        """Each many2one and many2many that a user may give, in create, write and onchange."""
        walked = 0
        for model in [*(cls._name for cls in self._models()), *EXTENDED]:
            Model = self.env[model].with_user(self.foreigner)
            if not Model.has_access("create"):
                continue
            names = set(Model._fields)
            if model in EXTENDED:
                names = set(dict(self._added())[model])
            for name in sorted(names):
                field = Model._fields[name]
                secret = field.relational and self._secret(field.comodel_name)
                if not secret or field.type == "one2many":
                    continue
                if secret.with_user(self.foreigner).has_access("read"):
                    continue
                walked += 1
                is_one = field.type == "many2one"
                value = secret.id if is_one else [Command.set(secret.ids)]
                base = self._prepare(model)
                own = self._tell(lambda M=Model, b=base: M.create(b).read())
                spec = self._spec(Model)
                calls = {
                    "create": lambda M=Model, b=base, n=name, v=value: M.create({**b, n: v}).read(),
                    "default": lambda M=Model, b=base, n=name, v=value, s=secret: (
                        M.with_context(**{f"default_{n}": s.id if isinstance(v, int) else s.ids})
                        .create({key: item for key, item in b.items() if key != n})
                        .read()
                    ),
                    "onchange": lambda M=Model, b=base, n=name, v=value, s=spec: M.onchange(
                        {**b, n: v}, [n], s
                    ),
                    "first": lambda M=Model, n=name, v=value, s=spec, r=secret: M.with_context(
                        **{f"default_{n}": r.id if isinstance(v, int) else r.ids}
                    ).onchange({}, [], s),
                }
                if own:

                    def write(M=Model, b=base, n=name, v=value):
                        record = M.create(b)
                        record.write({n: v})
                        return record.read()

                    def change(M=Model, b=base, n=name, v=value, s=spec):
                        return M.create(b).onchange({n: v}, [n], s)

                    calls |= {"write": write, "change": change}
                for kind, call in calls.items():
                    with self.subTest(field=f"{model}.{name}", call=kind):
                        self.assertNotIn(self.mark, self._tell(call))
        self.assertGreater(walked, 10)

    def _prepare(self, model):
        """What the foreign accountant needs to create one of his own."""
        match model:
            case "account.move":
                return {"move_type": "out_invoice", "company_id": self.other.id}
            case "res.partner" | "res.company":
                return {"name": "Mine"}
            case "l10n_fr.chorus.preview":
                return {"syntax": "ubl"}
            case "l10n_fr.chorus.service":
                mine = self.env["res.partner"].create({"name": "My body"})
                return {"code": "MINE", "partner_id": mine.id}
        return {}

    def test_the_customer_of_another_company_is_not_told_of(self):
        Move = self.env["account.move"].with_user(self.foreigner)
        values = {"move_type": "out_invoice", "partner_id": self.partner.id}
        self.assertEqual(
            self._tell(lambda: Move.onchange(values, ["partner_id"], self._spec(Move))), ""
        )

    # ------------------------------------------------------------------ what a user may write

    def test_what_odoo_fills_in_is_refused(self):
        """Each read-only field of each window, and the window of a colleague."""
        walked = 0
        values = {
            "char": "X",
            "text": "X",
            "boolean": True,
            "integer": 1,
            "json": [],
            "date": "2026-01-01",
            "datetime": "2026-01-01 00:00:00",
            "monetary": 1.0,
        }
        user = self.billing_user
        for cls in self._models():
            Model = self.env[cls._name].with_user(user)
            if not cls._transient or not Model.has_access("create"):
                continue
            for name, field in cls._fields.items():
                is_ours = field.readonly and field.store and name not in AUTOMATIC
                if not is_ours or name in Model._own_choices:
                    continue
                if field.type == "selection":
                    value = field.get_values(self.env)[0]
                else:
                    one = self.move.id
                    value = values.get(field.type, one if field.type == "many2one" else [one])
                walked += 1
                with self.subTest(field=f"{cls._name}.{name}"):
                    with self.assertRaises(AccessError):
                        Model.create({name: value})
                    with self.assertRaises(AccessError):
                        Model.with_context(**{f"default_{name}": value}).default_get([name])
                    with self.assertRaises(AccessError):
                        Model.browse(self.row.id if cls._name == self.row._name else []).write(
                            {name: value}
                        )
        self.assertGreater(walked, 15)

    def test_a_colleague_leaves_my_window_alone(self):
        colleague = new_test_user(
            self.env,
            login="access_colleague",
            groups="base.group_user,account.group_account_invoice",
            company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)],
        )
        before = self.window.line_ids
        self.assertTrue(before)
        Row = self.env[before._name].with_user(colleague)
        values = {"wizard_id": self.window.id, "move_id": self.move.id, "name": "X"}
        with self.assertRaises(AccessError):
            Row.create(values)
        own = self.env[self.window._name].with_user(colleague).create({"again": True})
        own.action_next()
        with self.assertRaises(AccessError):
            own.line_ids.write({"wizard_id": self.window.id})
        with self.assertRaises(AccessError):
            own.write({"line_ids": [Command.link(before[:1].id)]})
        self.assertEqual(self.window.line_ids, before)

    def test_a_user_chooses_in_his_own_window(self):
        """What is refused to others is his to do."""
        self.row.set_excluded(True)
        self.assertTrue(self.row.excluded)
        rejection = (
            self.env["l10n_fr.chorus.rejection"]
            .with_user(self.billing_user)
            .with_context(default_line_id=self.line.id)
            .create({})
        )
        self.assertIn(self.mark, rejection.text)
        self.assertEqual(self.window.folder, f"{self.mark}-folder")
        self.assertTrue(self.row.exported_on)
