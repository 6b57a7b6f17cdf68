"""The private and undocumented names of Odoo that we use: the list for a port to its next series.
With a fresher 19.0, the tests show which of them have moved.

The tests compare the names that the code uses with the tables: a name that is used and not listed
fails, and so does one that is listed and not used.
"""

import ast
import importlib
import inspect
import re
from collections import defaultdict
from pathlib import Path

from lxml import etree

from odoo import models
from odoo.modules import get_module_path
from odoo.tests import TransactionCase, tagged

ROOT = Path(__file__).parents[1]
OURS = __name__.rpartition(".tests.")[0]

#: Methods of Odoo's models that ours override or call, with the signature that they rely on.
METHODS = {
    "account.edi.common": {
        "_get_tax_category_code": "(self, customer, supplier, tax)",
    },
    "account.move": {
        "_compute_partner_bank_id": "(self)",
        "_compute_payment_state": "(self)",
        "_field_to_sql": "(self, alias, fname, query=None)",
        "_get_alerts": "(self)",
        "_get_fields_to_copy_recurring_entries": "(self, values)",
        "_is_downpayment": "(self)",
        "_reverse_moves": "(self, default_values_list=None, cancel=False)",
        "_write_multi": "(self, vals_list)",
    },
    "account.move.reversal": {
        "_modify_default_reverse_values": "(self, origin_move)",
    },
    "account.move.send": {
        "_call_web_service_after_invoice_pdf_render": "(self, invoices_data)",
        "_get_alerts": "(self, moves, moves_data)",
        "_get_default_pdf_report_id": "(self, move)",
        "_link_invoice_documents": "(self, invoices_data)",
        "_prepare_invoice_pdf_report": "(self, invoices_data)",
    },
    "account.tax": {
        "_get_tax_details": "(self, price_unit, quantity, precision_rounding=0.01, "
        "rounding_method='round_per_line', product=None, product_uom=None, special_mode=False, "
        "manual_tax_amounts=None, filter_tax_function=None)",
    },
    "base": {
        "_check_field_access": "(self, field, operation)",
        "_filtered_access": "(self, operation)",
        "_get_records_action": "(self, **kwargs)",
        "_read_group": "(self, domain, groupby=(), aggregates=(), having=(), offset=0, limit=None, "
        "order=None)",
        "_search": "(self, domain, offset=0, limit=None, order=None, *, active_test=True, "
        "bypass_access=False)",
    },
    "base.partner.merge.automatic.wizard": {
        "_update_foreign_keys": "(self, src_partners, dst_partner)",
        "_update_foreign_keys_generic": "(self, model, src_records, dst_record)",
        "_update_reference_fields_generic": "(self, referenced_model, src_records, dst_record, "
        "additional_update_records=None)",
        "_update_values": "(self, src_partners, dst_partner)",
    },
    "bus.listener.mixin": {
        "_bus_send": "(self, notification_type, message, /, *, subchannel=None)",
    },
    "ir.actions.actions": {
        "_for_xml_id": "(self, full_xml_id)",
    },
    "ir.actions.report": {
        "_get_splitted_report": "(self, report_ref, content, report_type)",
        "_pre_render_qweb_pdf": "(self, report_ref, res_ids=None, data=None)",
        "get_wkhtmltopdf_state": "(self)",
    },
    "ir.attachment": {
        "_full_path": "(self, path)",
        "_storage": "(self)",
    },
    "ir.cron": {
        "_commit_progress": "(self, processed=0, *, remaining=None, deactivate=False)",
        "_trigger": "(self, at=None)",
    },
    "ir.model": {
        "_get": "(self, name)",
    },
    "ir.model.data": {
        "_xmlid_to_res_id": "(self, xmlid, raise_if_not_found=False)",
    },
    "l10n_fr.chorus.connection": {
        "_compute_display_name": "(self)",
    },
    "l10n_fr.chorus.export.line": {
        "_auto_init": "(self)",
    },
    "l10n_fr.chorus.list.mixin": {
        "formatted_read_group": "(self, domain, groupby=(), aggregates=(), having=(), "
        "offset=0, limit=None, order=None)",
    },
    "l10n_fr.chorus.outcome.column": {
        "_compute_display_name": "(self)",
    },
    "l10n_fr.chorus.service": {
        "_compute_display_name": "(self)",
        "get_import_templates": "(self)",
    },
    "mail.thread": {
        "_get_html_link": "(self, title=None)",
    },
    "res.lang": {
        "_get_code": "(self, code)",
    },
    "res.partner": {
        "_commercial_fields": "(self)",
    },
}

#: What every record, model or field has, private by its name.
ATTRIBUTES = {
    "_description_selection",
    "_description_string",
    "_fields",
    "_origin",
    "_original_module",
    "_prefetch_ids",
    "_table",
}

#: Functions of Odoo's modules that we replace, with the signature that they rely on.
FUNCTIONS = {
    "odoo.addons.base.models.ir_actions_report": {"_run_wkhtmltopdf": "(args)"},
}

#: Names of modules that are no part of what Odoo documents for addons.
IMPORTS = {
    "odoo.addons.account_edi_ubl_cii.models.account_edi_common": {"UOM_TO_UNECE_CODE"},
    "odoo.addons.base.models": {"ir_actions_report"},
    "odoo.addons.base.models.ir_actions_report": {"_wkhtml"},
    "odoo.addons.base.models.ir_cron": {"MIN_TIME_PER_JOB"},
    "odoo.addons.base.models.ir_qweb": {"QWebError"},
    "odoo.cli": {"Command"},
    "odoo.modules.registry": {"Registry"},
    "odoo.service.model": {"PG_CONCURRENCY_EXCEPTIONS_TO_RETRY", "retrying"},
}

#: Inherited views and templates of reports, and the anchors of ours in them.
VIEWS = {
    "account.report_invoice_document": {
        "//div[@name='address_not_same_as_shipping']//div[@t-if='o.buyer_reference']",
        "//div[@name='address_not_same_as_shipping']//div[@t-if='o.contract_reference']",
        "//div[@name='address_not_same_as_shipping']//div[@t-if='o.purchase_order_reference']",
        "//div[@name='address_same_as_shipping']//div[@t-if='o.buyer_reference']",
        "//div[@name='address_same_as_shipping']//div[@t-if='o.contract_reference']",
        "//div[@name='address_same_as_shipping']//div[@t-if='o.purchase_order_reference']",
        "//div[@name='no_shipping']//div[@t-if='o.buyer_reference']",
        "//div[@name='no_shipping']//div[@t-if='o.contract_reference']",
        "//div[@name='no_shipping']//div[@t-if='o.purchase_order_reference']",
    },
    "account.res_config_settings_view_form": {"//app[@name='account']"},
    "account.view_account_invoice_filter": {
        "//filter[@name='status']",
        "//filter[@name='to_check']",
    },
    "account.view_account_journal_form": {
        "//field[@name='inbound_payment_method_line_ids']/list/field[@name='name']"
    },
    "account.view_out_invoice_tree": {"//field[@name='status_in_payment']"},
    "base.view_partner_form": {
        "//div[@name='button_box']",
        "//field[@name='child_ids']/form//group[@name='other_info']",
        "//page[@name='internal_notes']",
    },
    "base.view_res_partner_filter": {"//filter[@name='type_company']"},
    "l10n_fr_facturx_chorus_pro.view_move_form_inherit_chorus_pro": {
        "//div[@name='button_box']",
        "//field[@name='buyer_reference']",
        "//field[@name='contract_reference']",
        "//field[@name='purchase_order_reference']",
        "//group[@name='accounting_info_group_chorus_pro']",
        "//header/field[@name='state']",
    },
}

#: Inherited templates of the web client, and the anchors of ours in them.
TEMPLATES = {
    "account.ActionableErrors": {"//a"},
    "web.ListRenderer": {"//table"},
    "web.ListRenderer.RecordRow": {"//td[@t-else]", "//tr"},
    "web.ListView": {"//t[@t-component='props.Renderer']"},
}

#: Names that the web client's modules export.
EXPORTS = {
    "@web/core/dialog/dialog": {"Dialog"},
    "@web/core/dropdown/dropdown_hooks": {"useDropdownState"},
    "@web/core/hotkeys/hotkey_service": {"getActiveHotkey"},
    "@web/core/l10n/translation": {"_t"},
    "@web/core/network/download": {"download"},
    "@web/core/registry": {"registry"},
    "@web/core/utils/concurrency": {"Mutex"},
    "@web/core/utils/hooks": {"useService"},
    "@web/core/utils/timing": {"debounce"},
    "@web/model/relational_model/relational_model": {"RelationalModel"},
    "@web/views/fields/progress_bar/progress_bar_field": {"ProgressBarField", "progressBarField"},
    "@web/views/fields/standard_field_props": {"standardFieldProps"},
    "@web/views/fields/text/text_field": {"TextField", "textField"},
    "@web/views/list/list_controller": {"ListController"},
    "@web/views/list/list_renderer": {"ListRenderer"},
    "@web/views/list/list_view": {"listView"},
    "@web/views/widgets/standard_widget_props": {"standardWidgetProps"},
}

#: Methods that our classes of the web client override, as Odoo declares them, and what they use
#: that is no method of theirs.
CLASSES = {
    "@web/model/model": {"notify()"},
    "@web/model/relational_model/record": {"_applyValues(values"},
    "@web/model/relational_model/relational_model": {
        "async _loadData(config, cache)",
        "async load(params = {})",
        "setup(params, { action, dialog, notification })",
        "static Record =",
        "static withCache =",
    },
    "@web/views/fields/text/text_field": {"parse(value)", "this.textareaRef ="},
    "@web/views/list/list_controller": {"this.actionService ="},
    "@web/views/list/list_renderer": {
        "async onCellClicked(record, column, ev, newWindow)",
        "getActiveColumns()",
        "getCellClass(column, record)",
        "getRowClass(record)",
        "isRTL",
        "onCellKeydown(ev, group = null, record = null)",
        "this.tableRef =",
        "this.uiService =",
    },
}


def signature(method):
    """The parameters of a method and their defaults, without what they are annotated with."""
    found = inspect.signature(method)
    plain = [item.replace(annotation=item.empty) for item in found.parameters.values()]
    return str(found.replace(parameters=plain, return_annotation=found.empty))


def sources():
    """The Python files that know Odoo."""
    yield from sorted(ROOT.glob("*.py"))
    for folder in ("cli", "models", "report", "wizard"):
        yield from sorted((ROOT / folder).rglob("*.py"))


def scripts():
    yield from sorted((ROOT / "static/src").rglob("*.js"))


def trees(pattern):
    for path in sorted(ROOT.glob(pattern)):
        yield etree.parse(path).getroot()


def anchor(node):
    """Where a node of an inherited view goes, as an XPath."""
    if node.tag == "xpath":
        return node.get("expr")
    tests = "".join(f"[@{key}='{node.get(key)}']" for key in node.attrib if key != "position")
    return f"//{node.tag}{tests}"


def web_file(name):
    """The file of a module of the web client: ``@web/core/x`` → its text."""
    addon, _slash, path = name[1:].partition("/")
    return (Path(get_module_path(addon)) / f"static/src/{path}.js").read_text("utf-8")


def methods_of(text):
    """The declarations of the methods of the classes of a module, by name."""
    found = re.finditer(
        r"^    (?:static |async |get |set )*(\w+)\([^()]*(?:\{[^}]*\})?[^()]*\) \{", text, re.M
    )
    return {match[1]: match[0].strip(" {") for match in found}


@tagged("post_install_l10n", "post_install", "-at_install")
class TestOdoo(TransactionCase):
    """Each name of the tables is there, and the code uses no other."""

    def setUp(self):
        super().setUp()
        self.maxDiff = None

    # ------------------------------------------------------------------ Python

    def _original(self, model, name):
        """A method of Odoo's, before ours."""
        for cls in self.registry[model].__mro__:
            if name in vars(cls) and not cls.__module__.startswith(OURS):
                return getattr(cls, name)
        return None

    def _overridden(self):
        """What our classes define that Odoo's define too, but what it documents for all models."""
        found = defaultdict(set)
        for model, registered in self.registry.items():
            for cls in registered.__mro__:
                if not cls.__module__.startswith(OURS) or cls._name != model:
                    continue
                for name, value in vars(cls).items():
                    if not inspect.isfunction(inspect.unwrap(value)) or name.startswith("__"):
                        continue
                    is_promised = not name.startswith("_") and hasattr(models.BaseModel, name)
                    if not is_promised and callable(self._original(model, name)):
                        found[model].add(name)
        return found

    def _used(self):
        """Names of attributes that the code uses and that are none of its own."""
        trees = [ast.parse(path.read_text("utf-8")) for path in sources()]
        nodes = [node for tree in trees for node in ast.walk(tree)]
        own = {node.name for node in nodes if isinstance(node, ast.FunctionDef | ast.ClassDef)}
        own |= {node.id for node in nodes if isinstance(node, ast.Name)}
        own |= {
            node.attr
            for node in nodes
            if isinstance(node, ast.Attribute)
            and isinstance(node.ctx, ast.Store)
            and ast.unparse(node.value) == "self"
        }
        used = {node.attr for node in nodes if isinstance(node, ast.Attribute)}
        return used - own

    def test_methods(self):
        found = {
            model: {name: signature(self._original(model, name)) for name in names}
            for model, names in METHODS.items()
        }
        self.assertEqual(found, METHODS)

    def test_functions(self):
        found = {
            module: {
                name: signature(inspect.unwrap(getattr(importlib.import_module(module), name)))
                for name in names
            }
            for module, names in FUNCTIONS.items()
        }
        self.assertEqual(found, FUNCTIONS)

    def test_attributes(self):
        record = self.env.user
        places = (record, type(record)._fields["lang"], self.env["ir.model"])
        missing = {name for name in ATTRIBUTES if not any(hasattr(it, name) for it in places)}
        self.assertFalse(missing)

    def test_overridden_methods_are_in_the_table(self):
        missing = {
            model: names - set(METHODS.get(model, ()))
            for model, names in self._overridden().items()
        }
        self.assertFalse({model: names for model, names in missing.items() if names})

    def test_called_names_are_in_the_table(self):
        told = {name for names in [*METHODS.values(), *FUNCTIONS.values()] for name in names}
        told |= ATTRIBUTES
        overridden = set().union(*self._overridden().values())
        private = {name for name in self._used() if re.match("_[^_]", name)}
        self.assertFalse(private - told)
        self.assertFalse(told - overridden - self._used(), "nothing uses it any more")

    def test_imports(self):
        promised = {"odoo", "odoo.exceptions", "odoo.fields", "odoo.tools"}
        found = defaultdict(set)
        for path in sources():
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.ImportFrom) and not node.level and node.module != OURS:
                    if node.module.partition(".")[0] == "odoo" and node.module not in promised:
                        found[node.module] |= {alias.name for alias in node.names}
        self.assertEqual(found, IMPORTS)
        for module, names in IMPORTS.items():
            for name in names:
                self.assertTrue(hasattr(importlib.import_module(module), name), (module, name))

    # ------------------------------------------------------------------ views

    def test_views(self):
        found = defaultdict(set)
        for pattern in ("views/*.xml", "report/*.xml", "wizard/*.xml"):
            for tree in trees(pattern):
                for record in tree.iter("record"):
                    for parent in record.iterfind("field[@name='inherit_id']"):
                        arch = record.find("field[@name='arch']")
                        nodes = arch.find("data") if arch.find("data") is not None else arch
                        found[parent.get("ref")] |= {
                            anchor(node) for node in nodes.iter("*") if node.get("position")
                        }
                for template in tree.iterfind(".//template[@inherit_id]"):
                    nodes = template.iterfind("*[@position]")
                    found[template.get("inherit_id")] |= set(map(anchor, nodes))
        self.assertEqual(found, VIEWS)
        # Ours change some of what they are found by.
        self.env.cr.execute(
            """UPDATE ir_ui_view SET active = FALSE FROM ir_model_data data
                WHERE data.model = 'ir.ui.view' AND data.res_id = ir_ui_view.id
                  AND data.module = %s AND ir_ui_view.mode = 'extension'""",
            [OURS.rpartition(".")[2]],
        )
        self.env.invalidate_all()
        self.env.registry.clear_all_caches()
        for name, anchors in VIEWS.items():
            arch = self.env.ref(name).get_combined_arch()
            for path in anchors:
                self.assertTrue(etree.fromstring(arch).xpath(path), (name, path))

    def test_templates(self):
        found = defaultdict(set)
        for tree in trees("static/src/**/*.xml"):
            for template in tree.iterfind(".//*[@t-inherit]"):
                found[template.get("t-inherit")] |= set(
                    map(anchor, template.iterfind("*[@position]"))
                )
        self.assertEqual(found, TEMPLATES)
        for name, anchors in TEMPLATES.items():
            folder = Path(get_module_path(name.partition(".")[0])) / "static/src"
            [template] = [
                node
                for path in folder.rglob("*.xml")
                if f'"{name}"' in path.read_text("utf-8")
                for node in etree.parse(path).getroot().iterfind(f".//*[@t-name='{name}']")
            ]
            for path in anchors:
                self.assertTrue(template.xpath(f".{path}"), (name, path))

    # ------------------------------------------------------------------ the web client

    def test_exports(self):
        found = defaultdict(set)
        for path in scripts():
            for names, module in re.findall(
                r'import \{([^}]*)\} from "(@[^"]+)"', path.read_text("utf-8")
            ):
                if module != "@odoo/owl":  # a library, which documents itself
                    found[module] |= {name.strip() for name in names.split(",") if name.strip()}
        self.assertEqual(found, EXPORTS)
        for module, names in EXPORTS.items():
            text = web_file(module)
            for name in names:
                exported = rf"export (?:const|let|class|(?:async )?function) {name}\b"
                self.assertRegex(text, exported, (module, name))

    def _extended(self):
        """What our classes extend, and what they define."""
        where = {name: module for module, names in EXPORTS.items() for name in names}
        for path in scripts():
            text = path.read_text("utf-8")
            for name, body in re.findall(r"class \w+ extends (\w+) \{(.*?)^\}", text, re.M | re.S):
                if name in where:
                    yield where[name], body

    def test_classes(self):
        """The methods that ours override are as Odoo declares them; what else they use is there."""
        for module, names in CLASSES.items():
            text = web_file(module)
            for name in names:
                self.assertRegex(text, rf"\b{re.escape(name)}", module)
        for module, body in self._extended():
            theirs = methods_of(web_file(module))
            overridden = {theirs[name] for name in methods_of(body) if name in theirs}
            self.assertLessEqual(overridden - {"setup()"}, CLASSES.get(module, set()), module)
