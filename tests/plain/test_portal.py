"""The client of the portal's API, through real HTTP to the stand-in of `.dev/portal`."""

import datetime
import io
import logging
import socket
import sys
import zipfile

import factory
import pytest
from conftest import ROOT

from chorus import limits
from chorus.formats import FORMATS, build_xml
from chorus.messages import ChorusError
from chorus.portal import client as portal_client
from chorus.portal import services
from chorus.portal.client import (
    ADDRESSES,
    Addresses,
    Client,
    Credentials,
    Denied,
    NotReceived,
    NoVerdict,
    Patience,
    Paused,
    Refusal,
    WrongCall,
)

sys.path.append(str(ROOT / ".dev/portal"))
import stand_in  # noqa: E402 - found by the path above

CREDENTIALS = Credentials(
    stand_in.CLIENT_ID, stand_in.CLIENT_SECRET, stand_in.LOGIN, stand_in.PASSWORD
)
SIRET = "21990001600011"


@pytest.fixture
def server():
    running = stand_in.Server().start()
    yield running
    running.close()


@pytest.fixture
def portal(server):
    return server.portal


@pytest.fixture
def waits():
    """The seconds that the client of a test would have waited."""
    return []


@pytest.fixture
def connect(server, waits):
    """A client of the stand-in that waits for nothing."""

    def make(credentials=CREDENTIALS, address=server.address, **patience):
        options = {"answer": 10, "deposit": 10, "pace": 0, **patience}
        return Client(Addresses.below(address), credentials, Patience(**options), waits.append)

    return make


def invoice(number="F-1", **values):
    """A file that the portal takes."""
    return build_xml(factory.make(number=number, **values), FORMATS["ubl"])


def lot(*files):
    """An archive of some files."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for rank, content in enumerate(files):
            archive.writestr(f"{rank}.xml", content)
    return target.getvalue()


def deposits(portal):
    """How many deposits the portal was asked for."""
    return portal.calls.count("factures/v1/deposer/flux")


# ---------------------------------------------------------------------- addresses and secrets


def test_no_address_of_the_portal_is_one_that_is_switched_off():
    for addresses in ADDRESSES.values():
        for address in (addresses.token, addresses.api, addresses.portal):
            assert address.startswith("https://")
            assert "aife.economie.gouv.fr" not in address
    assert "sandbox" in ADDRESSES["qualification"].api
    assert "sandbox" not in ADDRESSES["production"].api


@pytest.mark.parametrize("address", ["http://portal.example", "ftp://127.0.0.1", "", "portal"])
def test_secrets_go_over_the_network_in_no_clear_text(address):
    with pytest.raises(ChorusError):
        Addresses.below(address)


def test_a_safe_address_is_taken():
    assert (
        Addresses.below("https://proxy.example/").token == "https://proxy.example/api/oauth/token"
    )
    assert Addresses.below("http://127.0.0.1:8350").api == "http://127.0.0.1:8350/cpro"


def test_secrets_are_in_no_message_and_no_log(connect, portal, server, caplog):
    caplog.set_level(logging.DEBUG)
    portal.password = "another"
    said = [repr(CREDENTIALS), repr(connect())]
    for make in (
        lambda: connect().call("structures/v1/rechercher", {}),
        lambda: connect(
            Credentials("x", stand_in.CLIENT_SECRET, "y", stand_in.PASSWORD)
        ).renew_token(),
        lambda: connect(address="http://127.0.0.1:1").renew_token(),
    ):
        with pytest.raises(ChorusError) as error:
            make()
        said += [str(error.value), repr(error.value), repr(error.value.__cause__)]
    for secret in (stand_in.CLIENT_SECRET, stand_in.PASSWORD, CREDENTIALS.account(), "token0"):
        assert secret not in "\n".join([*said, caplog.text])


def test_no_netrc_of_the_server_replaces_the_token(connect, tmp_path, monkeypatch):
    netrc = tmp_path / ".netrc"
    netrc.write_text("machine 127.0.0.1 login thief password thief\n")
    monkeypatch.setenv("NETRC", str(netrc))
    assert services.find_structure(connect(), SIRET)


def test_no_redirection_takes_the_secrets_along(connect, portal, monkeypatch):
    taken = []
    other = stand_in.Server().start()
    monkeypatch.setattr(other.portal, "answer", lambda *args: taken.append(args) or {})

    def moved(self, route, body):
        self._send(307, headers={"Location": f"{other.address}/cpro/{route}"})

    monkeypatch.setattr(stand_in.Handler, "_send_answer", moved)
    with pytest.raises(WrongCall):
        connect().call("structures/v1/rechercher", {})
    other.close()
    assert not taken


# ---------------------------------------------------------------------- the token


def test_one_token_serves_many_calls(connect, portal):
    client = connect()
    for _rank in range(3):
        services.find_structure(client, SIRET)
    assert portal.calls.count("token") == 1


def test_a_token_that_lives_a_second_is_asked_for_again(connect, portal, monkeypatch):
    now = [1000.0]
    monkeypatch.setattr(stand_in.time, "monotonic", lambda: now[0])
    monkeypatch.setattr(portal_client.time, "monotonic", lambda: now[0])
    portal.switches.token_life = 1
    client = connect()
    for _rank in range(3):
        assert services.find_structure(client, SIRET)
        now[0] += 2
    assert portal.calls.count("token") == 3


def test_a_token_that_dies_in_the_middle_of_a_run_is_renewed(connect, portal):
    client = connect()
    services.find_structure(client, SIRET)
    portal.tokens.clear()
    assert services.find_structure(client, SIRET)
    assert portal.calls.count("structures/v1/rechercher") == 3


def test_a_wrong_application_is_told_from_a_wrong_account(connect, portal):
    wrong = Credentials("stand-in", "wrong", stand_in.LOGIN, stand_in.PASSWORD)
    with pytest.raises(Denied, match="PISTE") as error:
        connect(wrong).renew_token()
    assert error.value.step == "token"
    portal.password = "changed by a colleague"
    with pytest.raises(Denied, match="TECH_1_1@cpro.fr") as error:
        services.find_structure(connect(), SIRET)
    assert error.value.step == "account"
    # One new token, and no more: a portal that locks accounts counts the tries.
    assert portal.calls.count("structures/v1/rechercher") == 2


def test_an_empty_token_is_refused_and_not_kept(connect, portal):
    portal.switches.token_is_empty = True
    client = connect()
    with pytest.raises(NoVerdict):
        services.find_structure(client, SIRET)
    assert "structures/v1/rechercher" not in portal.calls
    portal.switches.token_is_empty = False
    assert services.find_structure(client, SIRET)


def test_an_account_that_expires_in_mid_run_stops_the_run(connect, portal):
    client = connect()
    portal.switches.account_dies_after = 1
    services.find_structure(client, SIRET)
    with pytest.raises(Denied):
        services.find_structure(client, SIRET)


# ---------------------------------------------------------------------- what the gateway says


def test_403_without_a_body_names_the_api(connect, portal):
    portal.switches.without_api = {"factures"}
    client = connect()
    assert services.find_structure(client, SIRET)
    with pytest.raises(Denied, match="Factures") as error:
        services.check_api(client, "factures")
    assert error.value.step == "factures"
    services.check_api(client, "transverses")


def test_a_page_of_html_is_no_verdict(connect, portal):
    client = connect()
    services.find_structure(client, SIRET)
    portal.switches.page_of_html = True
    with pytest.raises(NoVerdict, match="502"):
        services.find_structure(client, SIRET)


@pytest.mark.parametrize(
    "body",
    [b"", b"<html>", b"[]", b"null", b'"x"', b"[" * 100_000, b"\xff\xfe", b"9" * 10_000],
)
def test_an_answer_that_cannot_be_read_is_no_verdict(body):
    answer = portal_client._Answer(200, body)
    client = Client(ADDRESSES["qualification"], CREDENTIALS)
    with pytest.raises(NoVerdict):
        client._read(answer, "factures")


def test_a_business_refusal_is_shown_and_not_repeated(connect, portal):
    with pytest.raises(Refusal, match="20002") as error:
        connect().call("factures/v1/deposer/flux", {})
    assert "obligatoire" in str(error.value)
    assert deposits(portal) == 1


def test_a_wrong_route_is_our_fault(connect):
    with pytest.raises(WrongCall, match="404"):
        connect().call("factures/v9/rien", {})


def test_429_waits_as_long_as_the_portal_says(connect, portal, waits):
    portal.switches.too_many, portal.switches.retry_after = 2, "3"
    assert services.find_structure(connect(), SIRET)
    assert waits == [3, 3]


def test_429_for_ever_leaves_it_to_the_next_run(connect, portal, waits):
    portal.switches.too_many, portal.switches.retry_after = 99, "86400"
    with pytest.raises(NotReceived):
        services.find_structure(connect(), SIRET)
    assert waits == [limits.PORTAL_LONGEST_WAIT] * len(limits.PORTAL_WAITS)
    portal.switches.retry_after = "Wed, 21 Oct 2026 07:28:00 GMT"
    waits.clear()
    with pytest.raises(NotReceived):
        services.find_structure(connect(), SIRET)
    assert waits == list(limits.PORTAL_WAITS)


def test_calls_come_one_a_second_and_end(connect, waits):
    client = connect(pace=1, calls=4)
    with pytest.raises(Paused):
        for _rank in range(9):
            services.find_structure(client, SIRET)
    assert client.calls == 4
    assert len(waits) == 3 and all(0 < wait <= 1 for wait in waits)


def test_a_server_that_is_not_there_is_surely_not_reached(connect, server):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{unused.getsockname()[1]}"
    with pytest.raises(NotReceived, match="cannot be reached"):
        connect(address=address).renew_token()
    with pytest.raises(NotReceived):
        connect(address="https://nowhere.invalid").renew_token()


@pytest.mark.parametrize("slow", ["drip", "endless"])
def test_an_answer_without_an_end_ends(connect, portal, slow, monkeypatch):
    monkeypatch.setattr(limits, "PORTAL_ANSWER", 1_000_000)
    client = connect(answer=1)
    client.renew_token()
    portal.switches.slow = slow
    with pytest.raises(NoVerdict):
        services.find_structure(client, SIRET)


# ---------------------------------------------------------------------- deposits


def test_a_deposit_gives_a_flow_number_and_no_verdict(connect, portal):
    client = connect()
    number = services.deposit(client, lot(invoice("F-1"), invoice("F-2")), "lot.zip", "ubl")
    assert number in portal.flows
    assert services.read_flow(client, number).state == "IN_INTEGRE"


@pytest.mark.parametrize("syntax", ["ubl", "cii"])
def test_the_portal_reads_each_syntax(connect, portal, syntax):
    content = build_xml(factory.make(number="F-9"), FORMATS[syntax])
    number = services.deposit(connect(), content, "F-9.xml", syntax)
    assert portal.flows[number].state == "IN_INTEGRE", portal.flows[number]
    assert [item["numeroFacture"] for item in portal.invoices] == ["F-9"]


@pytest.mark.parametrize("what", ["500", "close", "nothing"])
def test_a_deposit_that_was_taken_without_an_answer_is_not_repeated(connect, portal, what):
    portal.switches.after_deposit = what
    with pytest.raises(NoVerdict):
        services.deposit(connect(), invoice(), "F-1.xml", "ubl")
    assert deposits(portal) == 1
    assert len(portal.invoices) == 1  # it had arrived


def test_a_deposit_that_is_answered_too_late_is_not_repeated(connect, portal):
    portal.switches.after_deposit = "wait"
    with pytest.raises(NoVerdict, match="in time"):
        services.deposit(connect(deposit=1), invoice(), "F-1.xml", "ubl")
    assert deposits(portal) == 1
    assert len(portal.invoices) == 1


def test_a_deposit_that_surely_did_not_arrive_is_told_apart(connect, portal, server):
    client = connect()
    client.renew_token()
    portal.tokens.clear()  # 401, once
    assert services.deposit(client, invoice(), "F-1.xml", "ubl")
    assert len(portal.invoices) == 1
    portal.switches.too_many = 99
    with pytest.raises(NotReceived):
        services.deposit(client, invoice("F-2"), "F-2.xml", "ubl")
    portal.switches.too_many = 0
    server.close()
    with pytest.raises(NotReceived):
        services.deposit(connect(), invoice("F-2"), "F-2.xml", "ubl")
    assert len(portal.invoices) == 1


def test_a_file_that_is_too_big_is_refused_at_once(connect, monkeypatch):
    monkeypatch.setattr(stand_in, "TEN_MEGABYTES", 100)
    with pytest.raises(Refusal, match="20001"):
        services.deposit(connect(), invoice(), "F-1.xml", "ubl")


def test_the_day_of_a_deposit_may_come_as_a_moment(connect, portal):
    portal.switches.date_time = True
    assert services.deposit(connect(), invoice(), "F-1.xml", "ubl")


# ---------------------------------------------------------------------- flows


def test_a_double_is_refused_and_the_others_are_integrated(connect, portal):
    client = connect()
    services.deposit(client, invoice("F-1"), "F-1.xml", "ubl")
    number = services.deposit(client, lot(invoice("F-1"), invoice("F-2")), "lot.zip", "ubl")
    flow = services.read_flow(client, number)
    assert flow.state == "IN_INTEGRE_PARTIEL"
    assert flow.refused == {"F-1": "La facture est en doublon"}
    portal.switches.errors_as_object = True
    assert services.read_flow(client, number) == flow


def test_a_flow_that_is_refused_says_why(connect, portal):
    client = connect()
    long = "F" * 21
    content = invoice("F-1").replace(b">F-1<", f">{long}<".encode(), 1)
    flow = services.read_flow(client, services.deposit(client, content, "F-1.xml", "ubl"))
    assert flow.state == "IN_REJETE"
    assert "20 caractères" in flow.refused[long]
    broken = services.deposit(client, b"no archive", "lot.zip", "ubl")
    flow = services.read_flow(client, broken)
    assert flow.state == "IN_REJETE" and "illisible" in flow.faults[0]


def test_a_flow_is_pending_before_its_verdict(connect, portal):
    portal.switches.looks = 1
    client = connect()
    number = services.deposit(client, invoice(), "F-1.xml", "ubl")
    assert services.read_flow(client, number).state == stand_in.PENDING
    flow = services.read_flow(client, number)
    assert flow.state == "IN_INTEGRE"
    assert flow.day == datetime.date.today()
    with pytest.raises(Refusal):
        services.read_flow(client, f"CPP{1:022d}")


def test_messages_that_the_portal_joins_are_read_apart():
    text = "Le destinataire est introuvable | La facture est en doub[...]"
    assert services.parts(text) == ["Le destinataire est introuvable", "La facture est en doub"]
    assert services.parts("") == []


def test_the_report_of_a_flow_is_a_pdf(connect, portal, monkeypatch):
    client = connect()
    number = services.deposit(client, invoice(), "F-1.xml", "ubl")
    assert services.read_flow_report(client, number).startswith(b"%PDF-")
    monkeypatch.setattr(stand_in, "_pdf", lambda text: b"<html>")
    assert services.read_flow_report(client, number) == b""


# ---------------------------------------------------------------------- invoices


def search(client):
    today = datetime.datetime.now(services.PARIS).date()
    return list(services.search_invoices(client, today - datetime.timedelta(days=1), today))


def test_all_pages_are_read_whatever_their_size(connect, portal):
    for rank in range(23):
        portal.add_invoice(f"F-{rank}")
    found = search(connect())
    assert sorted(item.number for item in found) == sorted(f"F-{rank}" for rank in range(23))
    assert portal.calls.count("factures/v1/rechercher/fournisseur") == 1
    portal.switches.page_size = 10  # whatever was asked for
    assert search(connect()) == found
    assert portal.calls.count("factures/v1/rechercher/fournisseur") == 4


def test_a_search_that_repeats_its_page_is_not_taken_for_whole(connect, portal, monkeypatch):
    for rank in range(23):
        portal.add_invoice(f"F-{rank}")
    page = stand_in.Portal._page
    monkeypatch.setattr(
        stand_in.Portal,
        "_page",
        lambda self, items, name, asked: page(self, items, name, {"pageResultatDemandee": 1}),
    )
    with pytest.raises(NoVerdict, match="last page"):
        search(connect())


def test_a_hundred_invoices_come_with_each_call(connect, portal):
    """So that ten thousand take half the calls of a run."""
    now = datetime.datetime.now().astimezone()
    first = portal.add_invoice("F-0")
    portal.invoices += [{**first, "numeroFacture": f"F-{rank}"} for rank in range(1, 2_000)]
    portal.set_state("F-0", "DEPOSEE", moment=now)
    client = connect()
    assert len(search(client)) == 2_000
    assert client.calls == 21  # with the token


def test_nothing_found_is_no_fault(connect):
    assert search(connect()) == []


def test_identifiers_are_texts_beyond_an_integer_of_a_database(connect, portal):
    portal.add_invoice("F-1")
    [found] = search(connect())
    assert int(found.identifier) > 2**31 and isinstance(found.identifier, str)
    assert services.read_history(connect(), found.identifier)[0].state == "DEPOSEE"


def test_a_state_comes_with_its_reason_and_its_day(connect, portal):
    portal.add_invoice("F-1", seller=SIRET, flow=f"CPP{1:022d}")
    late = datetime.datetime(2026, 3, 9, 23, 30, tzinfo=datetime.timezone.utc)
    portal.set_state("F-1", "A_RECYCLER", "Mauvais service", late)
    found = list(
        services.search_invoices(connect(), datetime.date(2026, 3, 10), datetime.date(2026, 3, 10))
    )
    assert [(item.state, item.comment, item.seller) for item in found] == [
        ("A_RECYCLER", "Mauvais service", SIRET)
    ]
    assert found[0].day == datetime.date(2026, 3, 10)  # in Paris


def test_the_history_names_people_without_their_addresses(connect, portal):
    item = portal.add_invoice("F-1")
    portal.set_state("F-1", "REJETEE", "Non conforme")
    steps = services.read_history(connect(), str(item["identifiantFactureCPP"]))
    assert [(step.state, step.comment, step.who) for step in steps] == [
        ("DEPOSEE", "", "Camille MARTIN"),
        ("REJETEE", "Non conforme", "Camille MARTIN"),
    ]
    assert "@" not in repr(steps)


# ---------------------------------------------------------------------- structures


def test_a_structure_and_the_day_on_which_the_password_dies(connect, portal):
    client = connect()
    structure = services.find_structure(client, SIRET)
    assert structure.is_active and int(structure.identifier) > 2**31
    assert services.read_password_expiry(client, structure) == portal.password_until
    portal.unknown.add(SIRET)
    assert services.find_structure(client, SIRET) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-04-03", (2026, 4, 3)),
        ("2018-02-16T15:10:25.536+01:00", (2018, 2, 16)),
        ("2016-10-25 17:42", (2016, 10, 25)),
        ("2026-03-09T23:30:00Z", (2026, 3, 10)),
        ("2026-03-09T23:30:00.000+0000", (2026, 3, 10)),
        ("2026-02-30", None),
        ("0001-01-01T00:00:00+14:00", None),
        ("soon", None),
        (None, None),
        (20260403, None),
        ({}, None),
    ],
)
def test_days_are_those_of_paris(text, expected):
    assert services.day(text) == (datetime.date(*expected) if expected else None)
