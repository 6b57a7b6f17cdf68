"""What the invoice says as Odoo prints it, and whether a file says it too.

:func:`read` takes everything out of the page, piece by piece: words that nothing here knows are
left over, and :func:`missing` tells them as any other datum that the file has not.
"""

import re
import unicodedata
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from unittest.mock import patch

from lxml import etree, html

REPORT = "account.report_invoice_with_payments"
DATE = "%m/%d/%Y"  # of en_US, which the tests print in

#: What is printed and rightly stands nowhere in the file, each with its reason.
KNOWN = {
    "customer_code": "our own number of the customer, which no payment needs",
    "customer_address": "of the registered office: the file has the billing address",
    "siret": "Odoo prints that of the registered office; the file, that of the establishment that "
    "is invoiced",
    "settled": "a credit note is settled with its invoice, which has a file of its own",
    "section subtotal": "the sum of lines that all stand in the file",
    "subsection of a hidden section": "its amount is part of the section's, printed beside it",
    "empty section": "a heading with nothing below it invoices nothing",
    "price including VAT": "EN 16931 has prices without VAT: the file has what Odoo makes of it",
    "account of another means": "nothing is to be transferred when another means was chosen",
    "discount with a cash rounding": "Odoo prints it rounded or not, by the menu that prints it",
    "quantity of a product": "Odoo adds what it is in the product's own unit: no other quantity",
    "tax among charges": "EN 16931 has VAT alone among the taxes: another tax is a charge, which "
    "its total excluding VAT has; a remark tells both totals",
    "last due date": "with instalments BT-9 is the first, and BT-20 has them all",
}


def known(what):
    """That a difference is one of those that have a reason."""
    return bool(KNOWN[what])


#: Labels of the page: they say what follows, and are no data.
LABELS = {
    *("invoice", "credit note", "invoice date", "credit note date", "due date", "delivery date"),
    *("source", "customer code", "reference", "incoterm", "customer address", "operation type"),
    *("description", "quantity", "unit price", "disc.%", "taxes", "amount", "total", "rounding"),
    *("untaxed amount", "shipping address", "siret", "service code", "market number"),
    *("engagement number", "purchase order number", "vat", "tax id", "amount due", "units"),
    *("payment communication", "on this account", "due if paid before", "on", "€", "$", "¥"),
    *("due on", "installment of", "paid on", "-"),
}


#: Words beside a number of the supplier's, in the head of the page.
NUMBERS = ("SIRET", "SIREN", "TVA", "VAT", "")


#: What the page says of operations in English, and the file in French.
OPERATIONS = {
    "Goods Delivery": "livraison de biens",
    "Service Delivery": "prestation de services",
    "Mixed Operation": "livraison de biens et prestation de services",
}


def words(value):
    """The words of a text, whatever stands between them: tags and marks of direction go."""
    value = re.sub(r"<[^<>]*>", " ", str(value or ""))
    value = unicodedata.normalize("NFC", value)
    value = "".join(
        " " if char.isspace() else char
        for char in value
        if char.isspace() or unicodedata.category(char) not in ("Cc", "Cf")
    )
    return re.findall(r"\w+", value)


def squeezed(value):
    """A code without what separates its parts."""
    return "".join(words(value))


def says(value, part):
    """Whether the words of a part stand in a text, in a row."""
    found, part = words(value), words(part)
    return not part or any(
        found[rank : rank + len(part)] == part for rank in range(len(found) - len(part) + 1)
    )


def number(value):
    """A printed number."""
    return Decimal(re.sub(r"[^\d.-]", "", value.replace("\N{MINUS SIGN}", "-")))


def day(value):
    return datetime.strptime(value.strip(), DATE).date()


def amount_in_words(value):
    """An amount as a French text of the file writes it."""
    return f"{value}".replace(".", ",")


def date_in_words(value):
    return f"{value:%d/%m/%Y}"


@dataclass
class PrintedLine:
    """A line of the table.

    :param sections: headings that it stands under, outermost first
    :param is_grouped: whether it stands for what its heading hides
    :param parts: what its heading shows without prices
    """

    name: str
    sections: tuple[str, ...] = ()
    quantity: Decimal | None = None
    unit: str = ""
    price: Decimal | None = None
    discount: Decimal = Decimal(0)
    taxes: str = ""
    amount: Decimal | None = None
    is_grouped: bool = False
    parts: list["PrintedLine"] = field(default_factory=list)


@dataclass
class Printed:
    """What an invoice says."""

    number: str = ""
    dates: dict[str, date] = field(default_factory=dict)
    references: dict[str, str] = field(default_factory=dict)
    seller: list[str] = field(default_factory=list)
    buyer: list[str] = field(default_factory=list)
    site: list[str] = field(default_factory=list)
    lines: list[PrintedLine] = field(default_factory=list)
    texts: dict[str, str] = field(default_factory=dict)
    discount: tuple[Decimal, date] | None = None
    instalments: list[tuple[Decimal, date]] = field(default_factory=list)
    account: str = ""
    payment_reference: str = ""
    paid: Decimal = Decimal(0)
    due: Decimal | None = None
    untaxed: Decimal = Decimal(0)
    tax: Decimal = Decimal(0)
    tax_of_accounts: Decimal = Decimal(0)
    rounding: Decimal = Decimal(0)
    total: Decimal = Decimal(0)
    debits: bool = False
    rest: list[str] = field(default_factory=list)


def render(move):
    """The page of a move as it is printed, no PDF."""
    report = move.env["ir.actions.report"].with_context(lang="en_US")
    # Style sheets take minutes to be made, and say nothing.
    with patch.object(move.env.registry["ir.qweb"], "_get_asset_nodes", return_value=[]):
        return report._render_qweb_html(REPORT, move.ids)[0]


class _Page:
    """A page from which what was read is taken out."""

    def __init__(self, content):
        self.root = html.fromstring(content)
        etree.strip_tags(self.root, etree.Comment)
        for node in self.root.xpath("//head | //img | //script | //style"):
            node.drop_tree()

    def find(self, path):
        return self.root.xpath(path)

    def take(self, path, within=None):
        """The texts at a path, which are taken out."""
        found = []
        for node in (self.root if within is None else within).xpath(path):
            found.append(text(node))
            node.drop_tree()
        return found

    def one(self, path, within=None):
        found = self.take(path, within)
        assert len(found) <= 1, (path, found)
        return found[0] if found else ""


def text(node):
    """The text of a node, its blocks kept apart."""
    parts = []
    for piece in node.iter():
        if piece.tag in ("br", "p", "div", "li"):
            parts.append("\n")
        parts.append(piece.text or "")
        if piece is not node:
            parts.append(piece.tail or "")
    return "".join(parts).strip()


def read(content):
    """What a page says.

    :param content: HTML of :func:`render`
    :rtype: Printed
    """
    page, found = _Page(content), Printed()
    found.number = page.one("//h2/span[2]")
    _read_parties(page, found)
    _read_information(page, found)
    _read_lines(page, found)
    _read_totals(page, found)
    _read_payment(page, found)
    for key, path in {
        "fiscal position": "//p[@name='note']",
        "taxes": "//p[@name='taxes_legal_notes']",
        "payment term": "//span[@id='payment_terms_note_id']",
        "terms": "//div[@name='comment']",
        "tagline": "//div[contains(@class, 'o_company_tagline')]",
        "footer": "//div[contains(@class, 'o_footer_content')]",
    }.items():
        found.texts[key] = page.one(path)
    for node in page.find("//p[normalize-space()='Option to pay tax on debits']"):
        found.debits = True
        node.drop_tree()
    found.rest = [
        piece
        for piece in (part.strip(" \n\t:,") for part in page.root.itertext())
        if piece and piece.lower() not in LABELS
    ]
    return found


def _read_parties(page, found):
    for name in ("service_code", "market_number", "engagement_number", "order_number"):
        found.references[name] = page.one(f"//div[@name='l10n_fr_chorus_{name}']/span")
    lines = "*[@itemprop='name' or @itemprop='streetAddress']"
    site = "//div[@name='shipping_address_block']"
    found.site = [line for value in page.take(f"{site}//{lines}") for line in value.splitlines()]
    buyer = "//div[@name='address']"
    found.buyer = [line for value in page.take(f"{buyer}//{lines}") for line in value.splitlines()]
    found.references["siret"] = "".join(
        value.partition(":")[2] for value in page.take(f"{buyer}/div[contains(., 'SIRET:')]")
    )
    found.references["vat"] = "".join(
        page.take(f"{buyer}/div[starts-with(@id, 'partner_vat')]/span")
    )
    seller = "//div[contains(concat(' ', @class, ' '), ' header ')]"
    found.seller = [
        line for value in page.take(f"{seller}//{lines}") for line in value.splitlines()
    ]
    for node in page.find(f"{seller}//li[text()[contains(., ':')]]"):
        found.references["own_vat"] = page.one("span", node)
        node.drop_tree()
    for value in page.take(f"{seller}//li[normalize-space()]"):
        found.seller += filter(None, map(str.strip, value.splitlines()))


def _read_information(page, found):
    for node in page.find("//div[@id='informations']/div"):
        name = node.get("name")
        page.take("strong", node)
        value = text(node)
        if name.endswith("_date"):
            found.dates[name] = day(value)
        else:
            found.references[name] = value
        node.drop_tree()


_NAMES = "account_invoice_line_name line_name_td account_invoice_line_name_grouped_desktop".split()


def _read_lines(page, found):
    path = " or ".join([*(f"@name='{name}'" for name in _NAMES), "@colspan='99'"])
    section = subsection = ""
    notes = []
    page.take("//table[@name='invoice_line_table']/thead")
    for row in page.find("//table[@name='invoice_line_table']/tbody/tr"):
        kinds = (row.get("class") or "").split()
        page.take("td[contains(@class, 'd-md-none')]", row)
        name = page.one(f"td[{path}]", row)
        if "o_line_section" in kinds and known("section subtotal"):
            section, subsection = name, ""
        elif "o_line_subsection" in kinds:
            subsection = name
        if "o_line_note" in kinds:
            notes.append(name)
        elif row.xpath("td[starts-with(@name, 'td_')]"):
            line = _read_line(page, row, name)
            line.sections = tuple(filter(None, (section, subsection)))
            if line.amount is None:  # below a heading that hides prices
                found.lines[-1].parts.append(line)
            else:
                found.lines.append(line)
        row.drop_tree()
    found.texts["notes"] = "\n".join(notes)


def _read_line(page, row, name):
    line = PrintedLine(name, is_grouped=bool(row.xpath("td[@name='td_subtotal_grouped']")))
    line.taxes = page.one("td[starts-with(@name, 'td_taxes')]", row)
    if page.take("td[starts-with(@name, 'td_quantity')]//span[contains(@class, 'muted')]", row):
        assert known("quantity of a product")
    if quantity := page.one("td[starts-with(@name, 'td_quantity')]", row):
        value, _space, unit = " ".join(quantity.split()).partition(" ")
        line.quantity, line.unit = number(value), unit.strip()
    for name, attribute in (
        ("price_unit", "price"),
        ("discount", "discount"),
        ("subtotal", "amount"),
    ):
        if value := page.one(f"td[starts-with(@name, 'td_{name}')]", row):
            setattr(line, attribute, number(value))
    return line


def _read_totals(page, found):
    for row in page.find("//div[@id='total']//tr"):
        *labels, value = [text(cell) for cell in row.xpath("td")]
        kinds = (row.get("class") or "").split()
        if "o_subtotal" in kinds:
            found.untaxed += number(value)
        elif "o_taxes" in kinds:
            found.tax += number(value)
        elif "o_total" in kinds:
            found.total = number(value)
        elif labels == ["Rounding"]:
            found.rounding = number(value)
        elif labels == ["Amount Due"]:
            found.due = number(value)
        else:
            assert labels[0].startswith(("Paid on", "Reversed on")), labels
            found.paid += number(value)
        row.drop_tree()
    block = "//div[contains(@class, 'totals_taxes_company_currency')]"
    for row in page.find(f"{block}//tr[@class='o_taxes']"):
        found.tax_of_accounts += number(text(row.xpath("td")[-1]))
    page.take(block)


def _read_payment(page, found):
    block = "//div[@id='total_payment_term_details_table']"
    for node in page.find(f"{block}//div[@id='early_payment_discount']"):
        value, when = node.xpath("span[1]")[0], node.xpath("span[2]")[0]
        found.discount = number(text(value)), day(text(when))
        node.drop_tree()
    for node in page.find(f"{block}/div/div"):
        value = node.xpath(".//span[@class='oe_currency_value']")[0]
        found.instalments.append((number(text(value)), day(text(node).split()[-1])))
        node.drop_tree()
    found.payment_reference = page.one("//p[@name='payment_communication']/span[1]")
    found.account = page.one("//p[@name='payment_communication']/span[1]")


# ------------------------------------------------------------------ the file


def missing(printed, found, remarks, move):
    """What an invoice says and its file does not.

    :param Printed printed: the page
    :param dict found: the file, as ``oracles.read_back`` has it
    :param list remarks: anomalies of the document
    :param move: it, which tells what stands behind a label
    :return: a sentence each
    :rtype: list[str]
    """
    return [
        *_missing_head(printed, found, remarks, move),
        *_missing_payment(printed, found, remarks, move),
        *_missing_texts(printed, found, remarks),
        *_missing_totals(printed, found, remarks, move),
        *_missing_lines(printed, found, remarks, move),
    ]


#: How a note begins that goes on with a text too long for one.
GOES_ON = r"(?:Ligne \d+ \(suite\)|Origine) : "


def _notes(found):
    """The notes, and once more without what stands between two parts of one text."""
    return " | ".join(found["notes"] + [re.sub(f"^{GOES_ON}", "", note) for note in found["notes"]])


def _check(what, is_told, value):
    if not is_told:
        yield f"{what}: {value}"


def _said(remarks, code, line=None):
    """What the remarks of a code say.

    :param list remarks: anomalies of the document
    :param str line: number of the line that they are about, None for the document
    """
    return " | ".join(
        remark.message.render()
        for remark in remarks
        if remark.code == code and remark.message.params.get("line") == line
    )


def _missing_head(printed, found, remarks, move):
    notes = _notes(found)
    yield from (f"nothing reads “{piece}”" for piece in printed.rest)
    yield from _check("number", words(printed.number) == words(found["number"]), printed.number)
    own = {
        "service_code": found["service"],
        "market_number": found["market"],
        "engagement_number": found["order"],
        "order_number": found["order"],
        "vat": found["buyer"]["vat_identifier"],
        "own_vat": found["seller"]["vat_identifier"],
    }
    for name, value in printed.references.items():
        if name in own:
            is_told = squeezed(value) == squeezed(own[name])
            if name in ("vat", "own_vat") and not own[name]:
                is_told = says(_said(remarks, "vat_outside_left_out"), squeezed(value))
        else:
            parts = (OPERATIONS.get(part.strip(), part) for part in value.splitlines())
            is_told = all(says(notes, part) for part in parts)
        if name == "siret" and squeezed(value)[:9] == (found["buyer"]["identifier"] or "")[:9]:
            is_told = known("siret")
        is_told |= name in ("customer_code", "customer_address") and known(name)
        yield from _check(name, not value or is_told, value)
    for name in ("seller", "buyer", "site"):
        party = found[name] or {}
        country = move.env["res.country"].search([("code", "=", party.get("country_code"))])
        # Each by itself: a sign of one may not make a tag with that of another.
        parts = (notes, country.name, *party.values())
        told = {word for part in parts for word in words(part)}
        for line in getattr(printed, name):
            is_told = set(words(line)) <= told
            if name == "seller":
                own = {word.casefold() for part in parts[1:] for word in words(part)}
                is_told = set(words(line.casefold())) <= own
                is_told |= says(notes, line) or _is_number(line, party)
            yield from _check(name, is_told, line)


def _is_number(line, party):
    """Whether a line of the head is a number of a party's, however it is written."""
    numbers = {party.get("identifier"), party.get("vat_identifier")} - {None, ""}
    line = squeezed(line)
    return any(line == f"{word}{value}" for word in NUMBERS for value in numbers)


def _missing_payment(printed, found, remarks, move):
    texts = " | ".join([found["terms"] or "", *found["notes"]])
    for name, value in printed.dates.items():
        told = {"invoice_date": "issue_date"}.get(name, name)
        is_told = value == found.get(told)
        if name == "due_date" and len(printed.instalments) > 1:
            is_told = known("last due date") and printed.instalments[-1][1] == value
        yield from _check(name, is_told, value)
    if printed.instalments:
        first = printed.instalments[0][1]
        yield from _check("first due date", found["due_date"] == first, first)
    for value, when in printed.instalments:
        part = f"{amount_in_words(value)} {move.currency_id.name} le {date_in_words(when)}"
        yield from _check("instalment", says(texts, part), part)
    if printed.discount and not (
        move.invoice_cash_rounding_id and known("discount with a cash rounding")
    ):
        value, when = printed.discount
        yield from _check("discounted amount", says(texts, amount_in_words(value)), value)
        yield from _check("date of the discount", says(texts, date_in_words(when)), when)
    if printed.account:
        account, _dash, _bank = printed.account.partition(" - ")
        is_told = squeezed(account) == found["iban"] or (
            found["means"] not in ("30", "42") and known("account of another means")
        )
        yield from _check("account", is_told, printed.account)
    if printed.due is not None and printed.due != found["due"]:
        is_told = move.move_type == "out_refund" and known("settled")
        said = _said(remarks, "payment_received")
        is_told |= all(says(said, str(value)) for value in (printed.paid, found["due"]))
        yield from _check("payments", is_told or _said(remarks, "framework_unpaid"), printed.due)
    reference = printed.payment_reference
    yield from _check("payment reference", says(found["payment reference"], reference), reference)


def _missing_texts(printed, found, remarks):
    notes, terms = _notes(found), found["terms"] or ""
    reasons = " | ".join(item["reason"] or "" for item in found["vat"])
    seller = " | ".join(str(value) for value in found["seller"].values() if value)
    places = {
        "payment term": terms,
        "fiscal position": notes,
        "terms": notes,
        "notes": notes,
        "taxes": f"{notes} | {reasons}",
        "tagline": f"{notes} | {seller}",
        "footer": f"{notes} | {seller}",
    }
    for name, place in places.items():
        for part in printed.texts[name].splitlines():
            yield from _check(name, says(place, part), part)
    if printed.debits:
        is_told = found["regime"] == "5" or _said(remarks, "vat_debits_printed")
        is_told = is_told or (not found["regime"] and _said(remarks, "vat_regime_mixed"))
        yield from _check("VAT on debits", is_told, found["regime"])


def _missing_totals(printed, found, remarks, move):
    fixed = _fixed(move)
    charges = sum(
        amount if is_charge else -amount
        for is_charge, amount, reason, _tax in found["allowances"]
        if reason in fixed
    )
    rounding = found["rounding"] or 0
    yield from _check("total", printed.total == found["total"] + rounding, printed.total)
    yield from _check("rounding", printed.rounding == rounding, printed.rounding)
    is_told = printed.tax == found["tax"] and printed.untaxed == found["untaxed"]
    if not is_told and charges and known("tax among charges"):
        is_told = printed.tax == found["tax"] + charges
        is_told &= printed.untaxed == found["untaxed"] - charges
        totals = f"{printed.untaxed} {charges} {found['untaxed']}"
        said = re.findall(r"\d+\.\d+|\d+", _said(remarks, "charge_among_taxes"))
        is_told &= set(totals.replace("-", "").split()) <= set(said)
    yield from _check("totals", is_told, (printed.untaxed, printed.tax))
    if printed.tax_of_accounts:
        other = move.line_ids.filtered(lambda line: line.tax_line_id.amount_type == "fixed")
        value = Decimal(f"{move.direction_sign * sum(other.mapped('balance')):.2f}")
        assert not value or known("tax among charges")
        value = amount_in_words(printed.tax_of_accounts - value)
        notes = " | ".join(found["notes"])
        yield from _check("VAT in the currency of accounts", says(notes, value), value)


def _fixed(move):
    """Names of the taxes of a fixed amount, which the file has as charges."""
    taxes = move.invoice_line_ids.tax_ids.flatten_taxes_hierarchy()
    return set(taxes.filtered(lambda tax: tax.amount_type == "fixed").mapped("name"))


def _missing_lines(printed, found, remarks, move):
    lines = list(found["lines"])
    notes = found["notes"]
    twice = _printed_twice(move)
    taxes = move.invoice_line_ids.tax_ids
    labels = {"": taxes.browse(), **taxes.grouped(lambda tax: " ".join(tax.tax_label.split()))}
    for line in printed.lines:
        if line.is_grouped and line.name in twice and known("subsection of a hidden section"):
            continue
        if line.is_grouped and not line.amount and known("empty section"):
            continue
        if not lines:
            yield f"line: {line}"
            continue
        told = lines.pop(0)
        for what, is_told in _compare_line(line, told, remarks, notes, move, labels):
            if not is_told:
                yield f"{what} of the line {line}: {told}"
    yield from (f"not printed: {line}" for line in lines)


def _printed_twice(move):
    """Subsections whose amount Odoo prints beside that of their section, which has it already.

    It makes one amount for each set of taxes: of the section, if a line of that set is right below.
    """
    products = move.invoice_line_ids.filtered(lambda line: line.display_type == "product")

    def taxes_below(heading):
        return {line.tax_ids for line in products if line.parent_id == heading}

    return {
        line.name
        for line in move.invoice_line_ids
        if line.display_type == "line_subsection"
        and (line.parent_id.collapse_composition or line.parent_id.collapse_prices)
        and taxes_below(line) <= taxes_below(line.parent_id)
    }


def _taxes(line, labels):
    """The taxes that stand behind the labels of a line."""
    names = (name.strip() for name in line.taxes.split(","))
    own = labels[""].union(*(labels[name] for name in names if name))
    return own.flatten_taxes_hierarchy()


def _compare_line(line, told, remarks, notes, move, labels):
    title = f"Ligne {told['number']} (suite) : "
    more = " ".join(note.removeprefix(title) for note in notes if note.startswith(title))
    label = f"{told['name']} {told['description'] or ''} {more}"
    for part in line.name.splitlines():
        yield "label", says(label, part) or (more and says(f"{told['name']} {more}", part))
    if not line.is_grouped:
        stands = words(told["description"])
        headings = [word for heading in line.sections for word in words(heading)]
        yield "sections", stands[: len(headings)] == headings
    for part in line.parts:
        shown = f"{part.name} ({amount_in_words(f'{part.quantity.normalize():f}')}"
        yield f"“{part.name}”", says(f"{label} | {' | '.join(notes)}", shown)
    number_ = told["number"]
    moved = _said(remarks, "line_amount_moved", number_)
    differs = _said(remarks, "line_price_differs", number_)
    amount, price = told["amount"], told["price"]
    cent = Decimal(1).scaleb(-move.currency_id.decimal_places)
    base = told["base"] or 1
    yield (
        "price × quantity",
        (price * told["quantity"] / base).quantize(cent, "ROUND_HALF_UP") == amount,
    )
    own = _taxes(line, labels)
    vat = own.filtered(lambda tax: tax.amount_type != "fixed")
    rate = Decimal(f"{vat.amount:.4f}") if len(vat) == 1 else None
    if vat and vat.amount_type == "percent":
        yield "rate", rate == (told["rate"] or 0)
    yield "amount", amount == line.amount or says(moved, str(line.amount))
    if line.is_grouped:
        yield "quantity", told["quantity"] in (1, -1)
        return
    yield "quantity", abs(told["quantity"]) == abs(line.quantity) or not line.quantity
    yield "unit", _is_unit_told(line, told, remarks, move)
    gross = told["price"] if told["gross"] is None else told["gross"]
    is_told = says(differs, f"{line.discount.normalize():f}")
    yield "discount", not line.discount or gross > told["price"] or is_told or not line.price
    if any(tax.price_include for tax in own) and known("price including VAT"):
        details = own._get_tax_details(
            float(abs(line.price)), 1.0, precision_rounding=1e-6, rounding_method="round_globally"
        )
        whole = Decimal(f"{details['total_excluded']:.6f}")
        net = whole * (100 - line.discount) / 100
        # A cent of the line, which Odoo rounds: or what a price of six decimals may lose.
        is_told = abs(price / base - net) * abs(told["quantity"]) <= cent
        is_told &= not line.discount or abs(gross / base - whole) <= max(cent, whole / 100)
        yield "price without VAT", is_told or bool(moved)
        return
    whole = (abs(line.price) * base).quantize(cent, "ROUND_HALF_UP")
    is_told = gross == (abs(line.price) if base == 1 else whole)
    typed = f"{abs(line.price).normalize():f}"
    yield "price", is_told or says(f"{differs} | {moved}", typed)


#: Units to which core gives no code of Recommendations 20 and 21, or a wrong one.
UNITS = {
    "uom.product_uom_qt": "QTL",
    "uom.product_uom_milliliter": "MLT",
    "uom.product_uom_pack_6": "XPK",
}


def _is_unit_told(line, told, remarks, move):
    """Whether the file has the code of the unit that is printed, or a remark says that none has."""
    if not line.unit:
        return told["unit"] == "C62" or not move.env.user.has_group("uom.group_uom")
    units = move.invoice_line_ids.product_uom_id.with_context(lang="en_US")
    unit = units.filtered(lambda unit: words(unit.name) == words(line.unit))
    if not unit:  # of a line without one, Odoo prints this
        return (line.unit, told["unit"]) == ("units", "C62")
    xmlid = unit.get_external_id()[unit.id]
    if not xmlid:  # one of the user's own
        said = _said(remarks, "unit_unknown", told["number"])
        return told["unit"] == "C62" and says(said, line.unit)
    edi = move.env["account.edi.common"]
    return told["unit"] == UNITS.get(xmlid, edi._get_uom_unece_code(unit))
