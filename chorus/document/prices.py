"""The price of a line, so that price × quantity gives the line's amount to the cent."""

from __future__ import annotations

import functools
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import NamedTuple

from .. import limits
from .model import ZERO

PRICE_STEP = Decimal(1).scaleb(-limits.PRICE_DECIMALS)
HUNDRED = Decimal(100)
_ONE = Decimal(1)
#: More digits than the product of two floats has: a rule reports absurd values, not a crash.
_WIDE = Context(prec=1000)


class Price(NamedTuple):
    """A line's price.

    :param quantity: BT-129, its sign is the line's
    :param net: BT-146, never negative
    :param base_quantity: BT-149
    :param gross: BT-148, None without a discount
    """

    quantity: Decimal
    net: Decimal
    base_quantity: Decimal
    gross: Decimal | None


@functools.lru_cache(maxsize=4096)
def as_typed(value: float | None) -> Decimal:
    """A quantity, price or discount as Odoo keeps it, without the noise of binary numbers.

    Lines repeat them much: they are made once.

    :param value: of any number of decimals; None for zero
    :return: at most 8 decimals, none that is not needed
    """
    return plain(Decimal(f"{value or 0:.8f}"))


def plain(value: Decimal) -> Decimal:
    """The same number without trailing zeros nor exponent.

    :param value: any finite number
    :return: an equal number that prints in plain digits
    """
    if value == value.to_integral_value():
        return value.quantize(_ONE, context=_WIDE) or ZERO  # no negative zero
    return value.normalize(_WIDE)


def rounded(value: Decimal, unit: Decimal) -> Decimal:
    """A number at a given precision, halves away from zero.

    :param value: any finite number
    :param unit: smallest step, e.g. ``Decimal("0.01")``
    """
    return value.quantize(unit, ROUND_HALF_UP, _WIDE)


def _fits(value: Decimal) -> bool:
    return value == rounded(value, PRICE_STEP)


def price_line(
    amount: Decimal,
    quantity: Decimal,
    unit_price: Decimal,
    discount: Decimal,
    cent: Decimal,
    includes_vat: bool = False,
) -> Price:
    """Find prices of at most 6 decimals that give a posted line's amount exactly.

    A negative line keeps a positive price and a negative quantity (Chorus: amounts). The
    line's own unit price and discount are used when they give the amount; a price including
    VAT, or one that needs more than 6 decimals, becomes a price excluding VAT, if need be for
    the whole quantity (BT-149, price base quantity). A discount shows as a gross price, of 6
    decimals at most.

    :param amount: BT-131, the posted line excluding VAT
    :param quantity: as :func:`as_typed` gives it
    :param unit_price: as :func:`as_typed` gives it; may include VAT
    :param discount: percentage, 0 to 100 (negative for a surcharge)
    :param cent: smallest amount of the currency, e.g. ``Decimal("0.01")``
    :param includes_vat: whether the unit price does, and is no price of EN 16931
    :return: quantity, net price, base quantity and gross price
    """
    if not quantity:
        # An amount without a quantity cannot be; say one of it, or none of nothing.
        quantity, unit_price = (_ONE, amount) if amount else (quantity, unit_price)
    if unit_price < 0:
        quantity, unit_price = -quantity, -unit_price
    if amount * quantity < 0:
        # A price including VAT can have another sign than typed; the amount decides.
        quantity = -quantity
    share = 1 - discount / HUNDRED
    net = unit_price * share
    fits = not includes_vat and net >= 0 and _fits(net) and _fits(unit_price)
    if fits and rounded(net * quantity, cent) == amount:
        gross = plain(unit_price) if unit_price > net else None
        return Price(quantity, plain(net), _ONE, gross)
    if not quantity:
        return Price(quantity, plain(rounded(unit_price, PRICE_STEP)), _ONE, None)
    net = rounded(amount / quantity, PRICE_STEP)
    if net * quantity == amount:
        gross = rounded(net / share, PRICE_STEP) if 0 < share < 1 else net
        is_own = not includes_vat and rounded(unit_price * share * quantity, cent) == amount
        if 0 < share < 1 and is_own and _fits(unit_price):
            gross = unit_price  # as it is printed
        return Price(quantity, plain(net), _ONE, plain(gross) if gross > net else None)
    net = abs(amount)
    gross = rounded(net / share, cent) if 0 < share < 1 else net
    return Price(quantity, plain(net), abs(quantity), plain(gross) if gross > net else None)
