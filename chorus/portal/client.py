"""The portal's API: tokens, calls, and what the answers of its gateway mean.

A call ends in time and in memory, whatever answers. A failure is no verdict: only what surely was
not received is said to be so, see :class:`NotReceived`. Secrets are in no message and in no log.
"""

# There is no environment here: messages are marked, and translated where they are shown.
# pylint: disable=prefer-env-translation

from __future__ import annotations

import base64
import json
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.packages.urllib3 import exceptions as transport

from .. import limits
from ..messages import ChorusError, Message, _

QUALIFICATION, PRODUCTION = "qualification", "production"
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})

#: The APIs to which the application on PISTE is to be subscribed, by the first part of a route.
APIS = {"factures": "Factures", "structures": "Structures", "transverses": "Transverses"}

#: codeRetour of a search that found nothing, which is no refusal.
NOTHING_FOUND = "20000"


@dataclass(frozen=True)
class Addresses:
    """Where one environment of the portal is.

    :param token: address that gives tokens
    :param api: what the routes of the API begin with
    :param portal: the portal as people see it, "" when there is none
    """

    token: str
    api: str
    portal: str = ""

    @classmethod
    def below(cls, base: str) -> Addresses:
        """The addresses of a server that gives tokens and has the API, such as ``./dev portal``.

        :param base: such as ``http://127.0.0.1:8350``
        :raise ChorusError: when secrets would go over the network in clear
        """
        base = base.strip().rstrip("/")
        parts = urlsplit(base)
        is_safe = parts.scheme == "https" or parts.hostname in LOOPBACK
        if parts.scheme not in ("http", "https") or not parts.hostname or not is_safe:
            raise ChorusError(
                Message(
                    _(
                        "“%(address)s” is no address of a portal: it begins with https, or is on "
                        "this machine."
                    ),
                    {"address": base},
                )
            )
        return cls(token=f"{base}/api/oauth/token", api=f"{base}/cpro", portal=base)


#: The portal's own addresses. Those of aife.economie.gouv.fr are switched off.
ADDRESSES = {
    QUALIFICATION: Addresses(
        token="https://sandbox-oauth.piste.gouv.fr/api/oauth/token",
        api="https://sandbox-api.piste.gouv.fr/cpro",
        portal="https://qualif.chorus-pro.gouv.fr",
    ),
    PRODUCTION: Addresses(
        token="https://oauth.piste.gouv.fr/api/oauth/token",
        api="https://api.piste.gouv.fr/cpro",
        portal="https://portail.chorus-pro.gouv.fr",
    ),
}


@dataclass(frozen=True)
class Credentials:
    """The two secrets of a connection, which come from two places.

    :param client_id: of the application on PISTE
    :param client_secret: of the same application
    :param login: technical account of Chorus Pro, such as ``TECH_1_234@cpro.fr``
    :param password: of the technical account
    """

    client_id: str
    client_secret: str = field(repr=False)
    login: str
    password: str = field(repr=False)

    def account(self) -> str:
        """The header that names the technical account."""
        return base64.b64encode(f"{self.login}:{self.password}".encode()).decode()


@dataclass(frozen=True)
class Patience:
    """The time that calls take.

    :param answer: seconds until the whole answer of a call is there
    :param deposit: the same, of a deposit
    :param pace: seconds from one call to the next
    :param calls: how many calls a run makes
    """

    answer: float = 60
    deposit: float = 300
    pace: float = 1
    calls: int = limits.PORTAL_CALLS


# ---------------------------------------------------------------------- failures


class PortalError(ChorusError):
    """A call that did not give what it was made for; each subclass says what is known of it."""


class NotReceived(PortalError):
    """The portal surely did not get the call: it may be made again."""


class NoVerdict(PortalError):
    """The portal may have got the call, or not: nothing is known of what became of it."""


class Denied(PortalError):
    """Secrets or rights are refused: each further call would be.

    :param message: names what is refused
    :param step: "token", "account", or a key of :data:`APIS`
    """

    def __init__(self, message: Message, step: str):
        super().__init__(message)
        self.step = step


class Refusal(PortalError):
    """The portal understood the call and refuses it.

    :param code: codeRetour, whose meaning depends on the route
    :param text: the portal's words
    """

    def __init__(self, code: str, text: str):
        super().__init__(
            Message(
                _("Chorus Pro refuses: %(text)s (code %(code)s)"),
                {"text": text or "?", "code": code},
            )
        )
        self.code, self.text = code, text


class WrongCall(PortalError):
    """The portal does not know the route, or the form of the call: a fault of this program, or of
    the address."""


class Paused(PortalError):
    """The calls of this run are used up: the next run goes on."""

    def __init__(self):
        super().__init__(Message(_("The next run goes on: this one has made all its calls.")))


# ---------------------------------------------------------------------- calls


class Client:
    """A connection to one environment of the portal, with its token.

    :param addresses: where it is
    :param credentials: the secrets
    :param patience: time and number of calls
    :param sleep: function that waits some seconds
    """

    def __init__(
        self,
        addresses: Addresses,
        credentials: Credentials,
        patience: Patience | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ):
        self.addresses, self.credentials = addresses, credentials
        self.patience, self._sleep = patience or Patience(), sleep
        self.calls = 0
        #: Time of ``time.monotonic`` after which no call is made.
        self.until: float | None = None
        self._token, self._token_until, self._next_call = "", 0.0, 0.0
        self._session = requests.Session()
        # Else a .netrc of the server's user would replace the token.
        self._session.auth = lambda request: request

    def call(self, route: str, values: dict[str, Any], *, is_deposit: bool = False) -> dict:
        """Call a route of the API once; again only when the first call was surely not taken.

        :param route: such as ``structures/v1/rechercher``
        :param values: of the body
        :param is_deposit: whether the call has the time of a deposit
        :return: the answer, whose codeRetour is 0
        :raise Refusal: for another codeRetour
        :raise PortalError: see the subclasses
        """
        api = route.partition("/")[0]
        body = json.dumps(values).encode()
        seconds = self.patience.deposit if is_deposit else self.patience.answer
        waits = iter(limits.PORTAL_WAITS)
        is_second = False
        while True:
            headers = {
                "Authorization": f"Bearer {self._get_token()}",
                "cpro-account": self.credentials.account(),
                "Content-Type": "application/json;charset=utf-8",
                "Accept": "application/json",
            }
            answer = self._post(f"{self.addresses.api}/{route}", body, headers, seconds)
            if answer.status == 401:
                # The token may have died meanwhile: one more call with a new one tells.
                self._token = ""
                if is_second:
                    raise Denied(
                        Message(
                            _(
                                "Chorus Pro does not accept the technical account %(login)s: its "
                                "password is wrong, or has expired, or is not half an hour old."
                            ),
                            {"login": self.credentials.login},
                        ),
                        "account",
                    )
                is_second = True
            elif answer.status == 429:
                wait = next(waits, None)
                if wait is None:
                    raise NotReceived(Message(_("Chorus Pro takes no more calls for now (quota).")))
                self._sleep(answer.retry_after(wait))
            else:
                return self._read(answer, api)

    def search(
        self, route: str, items: str, ask: Callable[[int, int], dict[str, Any]]
    ) -> Iterator[dict]:
        """The results of a search, of all its pages: see :meth:`search_pages`."""
        for _page, found in self.search_pages(route, items, ask):
            yield from found

    def search_pages(
        self,
        route: str,
        items: str,
        ask: Callable[[int, int], dict[str, Any]],
        first: int = 1,
    ) -> Iterator[tuple[int, list[dict]]]:
        """The pages of a search, whatever the size of a page really is.

        :param route: of a search
        :param items: name of the list in the answer
        :param ask: function that gives the body for the number of a page and its size
        :param first: number of the page to begin with
        :return: number of each page and its items, each item once
        :raise PortalError: see :meth:`call`
        """
        seen = set()
        for page in range(first, limits.PORTAL_PAGES + 1):
            try:
                answer = self.call(route, ask(page, limits.PORTAL_PAGE))
            except Refusal as refusal:
                if refusal.code == NOTHING_FOUND:
                    return
                raise
            found = [item for item in as_list(answer.get(items)) if isinstance(item, dict)]
            # One that changes meanwhile may move to another page, and be met again.
            new = {json.dumps(item, sort_keys=True): item for item in found}
            new = {key: item for key, item in new.items() if key not in seen}
            seen.update(new)
            yield page, list(new.values())
            pages = as_count(as_dict(answer.get("parametresRetour")).get("pages"))
            if not found or (pages is not None and page >= pages):
                return
            if not new:
                break
        raise NoVerdict(Message(_("A search of Chorus Pro does not come to its last page.")))

    # ------------------------------------------------------------------ the token

    def _get_token(self) -> str:
        """A token that lives, asked for again before the last one dies."""
        if not self._token or time.monotonic() >= self._token_until:
            self.renew_token()
        return self._token

    def renew_token(self) -> None:
        """Ask for a new token.

        :raise Denied: when the application on PISTE is not known
        :raise PortalError: see the subclasses
        """
        self._token = ""
        credentials = self.credentials
        body = {
            "grant_type": "client_credentials",
            "client_id": credentials.client_id,
            "client_secret": credentials.client_secret,
            "scope": "openid",
        }
        # A token that was asked for early lives a little longer than we count.
        asked = time.monotonic()
        answer = self._post(self.addresses.token, body, {}, self.patience.answer)
        if answer.status in (400, 401):
            raise Denied(
                Message(
                    _(
                        "PISTE does not know the application: its client id or its secret is "
                        "wrong, or is of the other environment."
                    )
                ),
                "token",
            )
        said = answer.json() if answer.status == 200 else None
        token = as_dict(said).get("access_token")
        # An empty one has been seen.
        if not token or not isinstance(token, str) or not token.isascii():
            raise NoVerdict(
                Message(
                    _("PISTE gave no token: it may be out of order (HTTP status %(status)s)."),
                    {"status": str(answer.status)},
                )
            )
        life = as_count(said.get("expires_in")) or 0
        self._token = token
        self._token_until = asked + max(life - 60, life * 0.8)

    # ------------------------------------------------------------------ the wire

    def _post(self, url: str, body: Any, headers: dict[str, str], seconds: float) -> _Answer:
        """One request, and its whole answer.

        :param url: absolute
        :param body: bytes, or the fields of a form
        :param headers: of the request
        :param seconds: that it may take in all
        :raise PortalError: when there is no answer
        """
        is_late = self.until is not None and time.monotonic() > self.until
        if is_late or self.calls >= self.patience.calls:
            raise Paused
        self.calls += 1
        wait = self._next_call - time.monotonic()
        if wait > 0:
            self._sleep(wait)
        self._next_call = time.monotonic() + self.patience.pace
        # Time-outs of sockets are for each piece of an answer, which may have a million: a thread
        # does the call, and is left alone when its time is over.
        exchange = _Exchange(self._session, url, body, headers, seconds)
        exchange.start()
        exchange.join(seconds + 1)
        if exchange.is_alive():
            exchange.is_abandoned = True
            raise NoVerdict(Message(_("Chorus Pro did not answer in time.")))
        if exchange.error:
            raise _explain(exchange.error, urlsplit(url).hostname) from None
        return exchange.answer

    def _read(self, answer: _Answer, api: str) -> dict:
        """The answer of a route.

        :param answer: of the gateway, or of the portal behind it
        :param api: key of :data:`APIS`
        :raise PortalError: see :meth:`call`
        """
        said = answer.json()
        if answer.status in (200, 400) and isinstance(said, dict):
            code = as_text(said.get("codeRetour"))
            if code not in ("", "0"):
                raise Refusal(code, as_text(said.get("libelle")))
            if answer.status == 200:
                return said
        if answer.status == 403:
            raise Denied(
                Message(
                    _(
                        "The application on PISTE may not use the API “%(api)s”, or the "
                        "connection is not declared on Chorus Pro."
                    ),
                    {"api": APIS.get(api, api)},
                ),
                api,
            )
        if answer.status in (400, 404, 405, 415) or 300 <= answer.status < 400:
            raise WrongCall(
                Message(
                    _("Chorus Pro does not take this call (HTTP status %(status)s)."),
                    {"status": str(answer.status)},
                )
            )
        raise NoVerdict(
            Message(
                _("Chorus Pro is out of order (HTTP status %(status)s)."),
                {"status": str(answer.status)},
            )
        )


@dataclass(frozen=True)
class _Answer:
    """An answer as it came.

    :param status: of HTTP
    :param body: its bytes
    :param wait: header Retry-After
    """

    status: int
    body: bytes
    wait: str = ""

    def json(self) -> Any:
        """The body as JSON; None for an empty body or for a page of HTML."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            return None

    def retry_after(self, default: float) -> float:
        """Seconds to wait before the next try."""
        wait = int(self.wait) if self.wait.isdecimal() and len(self.wait) < 6 else default
        return min(wait, limits.PORTAL_LONGEST_WAIT)


class _Exchange(threading.Thread):
    """A request and its answer, which may never come to its end."""

    def __init__(self, session, url, body, headers, timeout):
        super().__init__(name="chorus-portal", daemon=True)
        self.session, self.url, self.body = session, url, body
        self.headers, self.timeout = headers, timeout
        self.is_abandoned = False
        self.answer: _Answer | None = None
        self.error: Exception | None = None

    def run(self):
        try:
            with self.session.post(
                self.url,
                data=self.body,
                headers=self.headers,
                timeout=self.timeout,
                stream=True,
                # To another address, the secrets would go there.
                allow_redirects=False,
            ) as response:
                parts, size = [], 0
                for part in response.iter_content(65536):
                    size += len(part)
                    if self.is_abandoned or size > limits.PORTAL_ANSWER:
                        raise requests.exceptions.ContentDecodingError("the answer has no end")
                    parts.append(part)
                self.answer = _Answer(
                    response.status_code,
                    b"".join(parts),
                    response.headers.get("Retry-After", ""),
                )
        except Exception as error:
            self.error = error


def _explain(error: Exception, host: str | None) -> PortalError:
    """What is known of a call that got no answer.

    :param error: that ended it
    :param host: that was called
    """
    causes, cause = [], error
    while cause is not None and cause not in causes and len(causes) < 10:
        causes.append(cause)
        inner = cause.args[0] if cause.args and isinstance(cause.args[0], Exception) else None
        cause = getattr(cause, "reason", None) or inner or cause.__cause__ or cause.__context__
        cause = cause if isinstance(cause, Exception) else None
    # Nothing but these surely comes before the first byte is sent.
    before = (
        transport.NewConnectionError,
        transport.ConnectTimeoutError,
        ssl.SSLCertVerificationError,
        requests.exceptions.ConnectTimeout,
        requests.exceptions.ProxyError,
        requests.exceptions.InvalidURL,
    )
    if any(isinstance(cause, before) for cause in causes):
        return NotReceived(
            Message(
                _("%(host)s cannot be reached from this server: check its network and its proxy."),
                {"host": host or "?"},
            )
        )
    if any(isinstance(cause, requests.exceptions.Timeout) for cause in causes):
        return NoVerdict(Message(_("Chorus Pro did not answer in time.")))
    return NoVerdict(Message(_("The connection to Chorus Pro broke before it answered.")))


# ---------------------------------------------------------------------- reading answers


def as_dict(value: Any) -> dict:
    """An object of an answer; an empty one for anything else."""
    return value if isinstance(value, dict) else {}


def as_list(value: Any) -> list:
    """A list of an answer, whose only item may come without its list."""
    if isinstance(value, list):
        return value
    return [value] if isinstance(value, dict) else []


def as_text(value: Any) -> str:
    """A text or a number of an answer, as text: identifiers are beyond 2³¹."""
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        return ""
    return str(value).replace("\0", "").strip()[: limits.ANSWER_LENGTH]


def as_count(value: Any) -> int | None:
    """A number of an answer, which may be written as text; None for anything else."""
    text = as_text(value)
    return int(text) if text.isdecimal() and len(text) < 10 else None
