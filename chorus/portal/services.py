"""What the portal's API is asked for: flows, states of invoices, structures.

Each function is one question. Dates are days of Paris, as the portal counts them; identifiers are
texts, for they are beyond 2³¹. What an answer lacks is empty; nothing is guessed.
"""

# There is no environment here: messages are marked, and translated where they are shown.
# pylint: disable=prefer-env-translation

from __future__ import annotations

import base64
import binascii
import datetime
import re
from collections.abc import Iterator
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from ..messages import ChorusError, Message, _
from . import states
from .client import Client, NoVerdict, Refusal, as_dict, as_list, as_text

#: Keys of the syntaxes in a deposit.
SYNTAXES = {
    "ubl": "IN_DP_E1_UBL_INVOICE",
    "cii": "IN_DP_E1_CII_16B",
    "facturx": "IN_DP_E2_CII_FACTURX",
}

PARIS = ZoneInfo("Europe/Paris")
_MOMENT = re.compile(
    r"(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?"
    r"(Z|[+-]\d{2}:?\d{2})?)?"
)
#: The portal joins messages by this, and marks by brackets where it has cut the last one.
_PART, _CUT = " |", "[...]"


@dataclass(frozen=True)
class Flow:
    """What became of a flow.

    :param number: "CPP" and 22 digits
    :param state: the portal's code
    :param day: of the state
    :param refused: why documents were not integrated, by their number as deposited
    :param faults: of the flow as a whole
    """

    number: str
    state: str
    day: datetime.date | None
    refused: dict[str, str]
    faults: tuple[str, ...] = ()


@dataclass(frozen=True)
class Invoice:
    """The state of an invoice on the portal.

    :param identifier: the portal's own number of it
    :param number: as deposited
    :param state: the portal's code
    :param day: from which it has this state
    :param comment: why, in the words of the public body or of the portal
    :param flow: number of the flow that brought it
    :param seller: SIRET of the supplier
    """

    identifier: str
    number: str
    state: str
    day: datetime.date | None
    comment: str = ""
    flow: str = ""
    seller: str = ""


@dataclass(frozen=True)
class Step:
    """One step of the way of an invoice.

    :param state: the portal's code
    :param moment: as the portal writes it
    :param comment: what was said
    :param who: the public agent, as the portal shows him; no address of his is kept
    """

    state: str
    moment: str
    comment: str = ""
    who: str = ""


@dataclass(frozen=True)
class Structure:
    """A structure of the portal.

    :param identifier: the portal's own number of it
    :param siret: its number
    :param name: its name
    :param is_active: whether it takes invoices
    """

    identifier: str
    siret: str
    name: str = ""
    is_active: bool = True


def deposit(client: Client, content: bytes, file_name: str, syntax: str) -> str:
    """Deposit a file, once: see :class:`.client.NoVerdict` for the case that nobody knows.

    :param client: connected
    :param content: of the file, or of the archive
    :param file_name: with its extension
    :param syntax: key of :data:`SYNTAXES`
    :return: number of the flow, of which nothing more is known yet
    :raise NoVerdict: when the portal may have taken it: it is never to be sent again unasked
    :raise PortalError: when it surely has not
    """
    answer = client.call(
        "factures/v1/deposer/flux",
        {
            "fichierFlux": base64.b64encode(content).decode(),
            "nomFichier": file_name,
            "syntaxeFlux": SYNTAXES[syntax],
            "avecSignature": False,
        },
        is_deposit=True,
    )
    number = _flow_number(answer)
    if not number:
        # It is unreadable, like an answer that is no JSON.
        raise NoVerdict(Message(_("Chorus Pro answered a deposit without a flow number.")))
    return number


def read_flow(client: Client, number: str) -> Flow:
    """What became of a flow.

    :param client: connected
    :param number: of the flow
    :raise PortalError: see :meth:`.client.Client.call`
    """
    answer = client.call("transverses/v1/consulterCRDetaille", {"numeroFluxDepot": number})
    refused: dict[str, list[str]] = {}
    for item in map(as_dict, as_list(answer.get("listeErreurDP"))):
        said = refused.setdefault(as_text(item.get("numeroDP")), [])
        said.append(as_text(item.get("libelleErreurDP")))
    faults = []
    for item in map(as_dict, as_list(answer.get("listeErreurTechnique"))):
        keys = ("codeErreur", "natureErreur", "libelleErreur")
        if said := " ".join(filter(None, (as_text(item.get(key)) for key in keys))):
            faults.append(said)
    return Flow(
        number=number,
        state=as_text(answer.get("etatCourantDepotFlux")),
        day=day(answer.get("dateHeureEtatCourantFlux")),
        refused={name: "\n".join(filter(None, said)) for name, said in refused.items()},
        faults=tuple(faults),
    )


def parts(text: str) -> list[str]:
    """The messages that the portal has joined in one, the last of which it may have cut.

    :param text: libelleErreurDP
    """
    found = (part.strip().removesuffix(_CUT).strip() for part in f"{text} ".split(_PART))
    return [part for part in found if part]


def read_flow_report(client: Client, number: str) -> bytes:
    """The portal's own report on a flow.

    :param client: connected
    :param number: of the flow
    :return: a PDF; empty when there is none yet
    :raise PortalError: see :meth:`.client.Client.call`
    """
    answer = client.call("transverses/v1/consulterCR", {"numeroFluxDepot": number})
    content = answer.get("fichierCR")
    try:
        found = base64.b64decode(content) if isinstance(content, str) else b""
    except (binascii.Error, ValueError):
        found = b""
    return found if found.startswith(b"%PDF-") else b""


def search_invoices(
    client: Client, since: datetime.date, until: datetime.date
) -> Iterator[Invoice]:
    """The invoices whose state is of a period: see :func:`search_invoice_pages`."""
    for _page, found in search_invoice_pages(client, since, until):
        yield from found


def search_invoice_pages(
    client: Client, since: datetime.date, until: datetime.date, first: int = 1
) -> Iterator[tuple[int, list[Invoice]]]:
    """The invoices whose state is of a period. Credit notes are among them: no kind is asked for.

    :param client: connected
    :param since: first day
    :param until: last day
    :param first: number of the page to begin with
    :return: number of each page and its invoices
    :raise PortalError: see :meth:`.client.Client.search_pages`
    """
    begin = datetime.datetime.combine(since, datetime.time(), PARIS)
    end = datetime.datetime.combine(until, datetime.time(23, 59, 59), PARIS)

    def ask(page, size):
        return {
            # Whether a day would do is not published: these are the moments of its own answers.
            "periodeDateHeureEtatCourantDu": begin.isoformat(timespec="milliseconds"),
            "periodeDateHeureEtatCourantAu": end.isoformat(timespec="milliseconds"),
            "rechercheFactureParFournisseur": {
                "nbResultatsParPage": size,
                "pageResultatDemandee": page,
            },
        }

    route = "factures/v1/rechercher/fournisseur"
    for page, found in client.search_pages(route, "listeFactures", ask, first):
        yield page, [_invoice(item) for item in found]


def _invoice(item: dict) -> Invoice:
    return Invoice(
        identifier=as_text(item.get("identifiantFactureCPP")),
        number=as_text(item.get("numeroFacture")),
        state=as_text(item.get("statut")),
        day=day(item.get("dateHeureEtatCourant")),
        comment=as_text(item.get("commentaireEtatCourant")),
        flow=_flow_number(item),
        seller=as_text(item.get("codeFournisseur")),
    )


def _flow_number(item: dict) -> str:
    """The flow number of an answer; "" for none, or for one that is none."""
    try:
        return states.flow_number(as_text(item.get("numeroFluxDepot")))
    except ChorusError:
        return ""


def read_history(client: Client, identifier: str) -> list[Step]:
    """The way of an invoice, as the portal tells it.

    :param client: connected
    :param identifier: the portal's own number of the invoice
    :raise PortalError: see :meth:`.client.Client.call`
    """
    answer = client.call("factures/v1/consulter/historique", {"idFacture": int(identifier)})
    steps = as_dict(answer.get("historiquesDesStatuts")).get("histoStatut")
    return [
        Step(
            state=as_text(item.get("histoStatutCode")),
            moment=as_text(item.get("histoStatutDatePassage")),
            comment=as_text(item.get("histoStatutCommentaire")),
            who=" ".join(
                filter(
                    None,
                    (
                        as_text(item.get("histoStatutUtilisateurPrenom")),
                        as_text(item.get("histoStatutUtilisateurNom")),
                    ),
                )
            ),
        )
        for item in map(as_dict, as_list(steps))
    ]


def find_structure(client: Client, siret: str) -> Structure | None:
    """The structure that has a SIRET, active or not.

    :param client: connected
    :param siret: 14 digits
    :return: None when the portal knows none
    :raise PortalError: see :meth:`.client.Client.search`
    """

    def ask(page, size):
        return {
            "structure": {"identifiantStructure": siret, "typeIdentifiantStructure": "SIRET"},
            "parametres": {"pageResultatDemandee": page, "nbResultatsParPage": size},
        }

    for item in client.search("structures/v1/rechercher", "listeStructures", ask):
        if as_text(item.get("identifiantStructure")) == siret:
            return Structure(
                identifier=as_text(item.get("idStructureCPP")),
                siret=siret,
                name=as_text(item.get("designationStructure")),
                # The search is asked for ACTIF, and answers ACTIVE.
                is_active=as_text(item.get("statut")).upper() in ("ACTIVE", "ACTIF"),
            )
    return None


def read_password_expiry(client: Client, structure: Structure) -> datetime.date | None:
    """The day on which the password of the technical account dies.

    :param client: connected
    :param structure: one of the account's own
    :return: None when the portal does not say it
    :raise PortalError: see :meth:`.client.Client.call`
    """
    answer = client.call(
        "structures/v1/consulter",
        {"idStructureCPP": int(structure.identifier), "codeLangue": "fr"},
    )
    general = as_dict(answer.get("informationGenerales"))
    return day(general.get("dateExpirationMotPasseCompteTech"))


def check_api(client: Client, api: str) -> None:
    """Whether the application may use an API. A refusal of the portal itself shows that it may.

    :param client: connected
    :param api: "factures" or "transverses"
    :raise PortalError: when it may not, or when nobody knows
    """
    try:
        if api == "transverses":
            # No flow has this number.
            client.call("transverses/v1/consulterCRDetaille", {"numeroFluxDepot": f"CPP{0:022d}"})
        else:
            today = datetime.datetime.now(PARIS).date()
            next(search_invoices(client, today, today), None)
    except Refusal:
        return


def day(value: object) -> datetime.date | None:
    """The day of Paris of a moment of the portal, in each of the ways in which it writes them.

    :param value: such as "2026-04-03", "2018-02-16T15:10:25.536+01:00" or "2016-10-25 17:42"
    :return: None when it is not understood
    """
    found = _MOMENT.match(as_text(value)[:40])
    if not found:
        return None
    year, month, day_, hour, minute, second, offset = found.groups()
    try:
        moment = datetime.datetime(
            *map(int, (year, month, day_, hour or 0, minute or 0, second or 0)),
        )
        if not offset:
            return moment.date()
        sign = -1 if offset[0] == "-" else 1
        hours, minutes = (0, 0) if offset == "Z" else (int(offset[1:3]), int(offset[-2:]))
        zone = datetime.timezone(sign * datetime.timedelta(hours=hours, minutes=minutes))
        return moment.replace(tzinfo=zone).astimezone(PARIS).date()
    except (ValueError, OverflowError):
        return None
