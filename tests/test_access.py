"""Who sees what: every field of ours, walked as those who must not see another company's."""

import json

from psycopg2 import IntegrityError

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .common import ChorusCommon

MODULE = "l10n_fr_chorus_export"
AUTOMATIC = {"id", "create_uid", "create_date", "write_uid", "write_date"}

#: Models of core that we add fields to.
EXTENDED = ("account.move", "res.partner", "res.company", "account.payment.method.line")

#: Models of core whose fields of ours are for administrators alone.
ENGINE = {"ir.attachment"}

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
            (
                "foreigner",
                "base.group_allow_export,account.group_account_manager,base.group_partner_manager",
                cls.other,
            ),
            # As `sale` makes them; without it, only accountants read an invoice.
            ("salesman", "base.group_allow_export,sales_team.group_sale_salesman", cls.company),
            ("employee", "base.group_user,base.group_allow_export", cls.company),
            ("portal", "base.group_portal", cls.company),
        ):
            if name == "salesman" and not cls.env.ref("sales_team.group_sale_salesman", False):
                cls.salesman = cls.env["res.users"]
                continue
            user = new_test_user(
                cls.env,
                login=f"access_{name}",
                groups=groups,
                company_id=company.id,
                company_ids=[Command.set(company.ids)],
            )
            setattr(cls, name, user)
        # Each text of our fields bears the mark.
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
        cls.move = cls._move(
            buyer_reference="FINANCES",
            contract_reference="M",
            invoice_user_id=cls.salesman.id or cls.billing_user.id,
        )
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

    def test_each_model_that_has_fields_of_ours_is_walked(self):
        found = {
            model._name: {
                field.name
                for field in model._fields.values()
                if MODULE in field._modules and not field.inherited  # core reads these as the user
            }
            for model in self.env.registry.values()
            if not (model._abstract or model._transient or MODULE == model._original_module)
        }
        extended = {name for name, ours in found.items() if ours}
        self.assertEqual(extended, {*EXTENDED, *ENGINE})
        for model in ENGINE:
            for name in found[model]:
                self.assertEqual(self.env[model]._fields[name].groups, "base.group_system")

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

    def _tell(self, function, faults=()):
        """The answer to a call, as the client gets it; "" when rights refuse it.

        Another fault than those that are foreseen fails the test: it would hide that nothing is
        refused.
        """
        try:
            with mute_logger("odoo.sql_db"), self.cr.savepoint():
                told = json.dumps(function(), default=str)
                raise ZeroDivisionError  # nothing of it is kept
        except ZeroDivisionError:
            return told
        except (AccessError, *faults):
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
            for user in self.foreigner | self.salesman | self.employee | self.portal:
                Model = self.env[cls._name].with_user(user)
                everything = self.env[cls._name].sudo().search([], limit=20)
                may_read = (
                    cls._name == "l10n_fr.chorus.service" and user in self.salesman | self.employee
                )
                if may_read:
                    continue  # a user who invoices in this company chooses one
                names = [name for name, field in cls._fields.items() if field.store]
                calls = [
                    lambda M=Model, e=everything: M.browse(e.ids).read(),
                    lambda M=Model: M.search_read([]),
                    # Odoo warns of a search for names where there are none.
                    lambda M=Model: (
                        M.name_search(self.mark) if M._rec_names_search or M._rec_name else []
                    ),
                    lambda M=Model: M.web_search_read([], self._spec(M)),
                ]
                if user != self.portal:  # no portal user exports a list
                    calls.append(
                        lambda M=Model, e=everything: M.browse(e.ids).export_data(["display_name"])
                    )
                calls += [
                    lambda M=Model, n=name: M.formatted_read_group([], [n], ["__count"])
                    for name in names
                    if getattr(cls._fields[name], "groupable", False)
                ]
                for call in calls:
                    with self.subTest(model=cls._name, user=user.login):
                        self.assertNotIn(self.mark, self._tell(call))

    def test_our_fields_ask_for_groups(self):
        """Each field, so that one that is added without thinking fails here."""
        for model, names in self._added():
            self.assertTrue(names, model)
            for name in set(names) - PRINTED:
                field = self.env[model]._fields[name]
                with self.subTest(field=f"{model}.{name}"):
                    self.assertTrue(field.groups, "a portal user reads it")
                    is_accountants = "account." in field.groups
                    self.assertEqual(name in ACCOUNTANTS, is_accountants, field.groups)

    def test_our_fields_are_hidden_from_portal_users(self):
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
        if not self.salesman:
            self.skipTest("there is no salesman without `sale`")
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
                if not secret or secret.with_user(self.foreigner).has_access("read"):
                    continue
                walked += 1
                is_one = field.type == "many2one"
                value = secret.id if is_one else [Command.set(secret.ids)]
                base = self._prepare(model)
                # Some cannot be made by hand; what is hidden is refused before that is found out.
                own = self._tell(lambda M=Model, b=base: M.create(b).read(), (IntegrityError,))
                spec = self._spec(Model)
                if not is_one:
                    rows = self.env[field.comodel_name].with_user(self.foreigner)
                    spec[name] = {"fields": self._spec(rows)}
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

    def test_no_row_of_a_form_names_a_hidden_record(self):
        """What stands in a new row of each one2many that we add or have."""
        walked = 0
        for model in [*(cls._name for cls in self._models()), *EXTENDED]:
            Model = self.env[model].with_user(self.foreigner)
            if not Model.has_access("create"):
                continue
            names = dict(self._added())[model] if model in EXTENDED else Model._fields
            for name in sorted(names):
                field = Model._fields[name]
                if field.type != "one2many" or not Model._has_field_access(field, "read"):
                    continue
                Row = self.env[field.comodel_name].with_user(self.foreigner)
                # One at a time: another one may be refused, and hide that this one is not.
                computed = [key for key in self._spec(Row) if Row._fields[key].compute]
                for inner, item in Row._fields.items():
                    secret = item.type == "many2one" and self._secret(item.comodel_name)
                    if not secret or secret.with_user(self.foreigner).has_access("read"):
                        continue
                    # A guess is not confirmed either.
                    row = {"code": f"{self.mark} code"} if "code" in Row._fields else {}
                    for key in computed:
                        walked += 1
                        spec = {key: self._spec(Row)[key]}
                        nothing = self._tell_row(Model, name, row, spec)
                        told = self._tell_row(Model, name, {**row, inner: secret.id}, spec)
                        with self.subTest(field=f"{model}.{name}", row=inner, shown=key):
                            self.assertIn(told, ("", nothing))
        self.assertGreater(walked, 100)

    def _tell_row(self, Model, name, row, spec):
        """What the row of a form tells that holds these values."""
        values = {**self._prepare(Model._name), name: [[0, "v", row]]}
        return self._tell(lambda: Model.onchange(values, [name], {name: {"fields": spec}}))

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

    def test_nor_in_the_rows_of_a_form(self):
        """Core makes invoices of the rows that an onchange names, in the form of any model."""
        Move = self.env["account.move"].with_user(self.foreigner)
        Payment = self.env["account.payment"].with_user(self.foreigner)
        names = dict(self._added())["account.move"]
        spec = {"fields": {name: spec for name, spec in self._spec(Move).items() if name in names}}
        new = {"move_type": "out_invoice", "company_id": self.other.id}

        def reversal(command):
            return (Move, {**new, "reversal_move_ids": [command]}, {"reversal_move_ids": spec})

        def payment(command):
            return (Payment, {"invoice_ids": [command]}, {"invoice_ids": spec})

        def deep(command):
            rows = [[0, "v", {**new, "reversal_move_ids": [command]}]]
            inner = {"fields": {"reversal_move_ids": spec}}
            return (Move, {**new, "reversal_move_ids": rows}, {"reversal_move_ids": inner})

        exports = [[4, self.move.l10n_fr_chorus_latest_line_ids.id]]
        commands = {
            "customer": [0, "v", {**new, "partner_id": self.partner.id}],
            "customer as read": [0, "v", {**new, "partner_id": {"id": self.partner.id}}],
            "his entity": [0, "v", {**new, "commercial_partner_id": self.partner.id}],
            "changed": [1, self.move.id, {"ref": "X"}],
            "linked": [4, self.move.id],
            "set": [6, 0, self.move.ids],
            "its export": [0, "v", {**new, "l10n_fr_chorus_latest_line_ids": exports}],
        }
        whole = spec["fields"]
        for make in (reversal, payment, deep):
            for fields in [whole] + [{name: whole[name]} for name in whole if make != deep]:
                spec["fields"] = fields
                nothing = self._tell(lambda m=make: self._open(m, [0, "v", new]))
                for kind, command in commands.items():
                    with self.subTest(form=make.__name__, row=kind, fields=list(fields)[:2]):
                        told = self._tell(lambda m=make, c=command: self._open(m, c))
                        self.assertNotIn(self.mark, told)
                        if told:
                            self.assertEqual(told, nothing)
        # His own customers are proposed for as ever.
        spec["fields"] = whole
        mine = self.env["res.partner"].create(
            {"name": "My body", "is_company": True, "l10n_fr_chorus_service_code": "MINE"}
        )
        for make in (reversal, payment, deep):
            told = self._tell(
                lambda m=make: self._open(m, [0, "v", {**new, "partner_id": mine.id}])
            )
            with self.subTest(form=make.__name__):
                self.assertIn("MINE", told)

    def _open(self, make, command):
        """What our fields show of the row of a form that opens with it."""
        Model, values, spec = make(command)
        value = Model.onchange(values, [], spec)["value"]
        while spec:
            [name] = spec
            inner = [row[2] for row in value[name] if len(row) == 3 and isinstance(row[2], dict)]
            if not inner:
                return {}
            value, spec = inner[0], spec[name]["fields"]
            if list(spec) != ["reversal_move_ids"]:
                # Core has "" or nothing for a text.
                return {name: item or False for name, item in value.items()}

    def test_users_cannot_write_data_of_the_directory(self):
        manager = self.billing_user
        manager.group_ids += self.env.ref("base.group_partner_manager")
        Partner = self.env["res.partner"].with_user(manager)
        known = {
            "l10n_fr_chorus_directory_date": "2026-01-01",
            "l10n_fr_chorus_directory_state": "inactive",
            "l10n_fr_chorus_services_date": "2026-01-01",
        }
        for name, value in known.items():
            for calls in (
                lambda n=name, v=value: Partner.create({"name": "Commune", n: v}),
                lambda n=name, v=value: Partner.browse(self.partner.id).write({n: v}),
                lambda n=name: Partner.browse(self.partner.id).write({n: False}),
                lambda n=name, v=value: Partner.with_context(**{f"default_{n}": v}).create(
                    {"name": "Commune"}
                ),
            ):
                with self.subTest(field=name), self.assertRaises(AccessError):
                    calls()
        # The rest is his, and what was known of a number goes with it.
        self.partner.sudo().write(known)
        Partner.browse(self.partner.id).write({"l10n_fr_chorus_siret": "21990001600029"})
        self.assertEqual([self.partner[name] for name in known], [False] * len(known))

    def test_values_that_odoo_fills_in_cannot_be_typed(self):
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
