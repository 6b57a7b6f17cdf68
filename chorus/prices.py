"""The price of a line, so that price × quantity gives the line's amount to the cent."""

from __future__ import annotations

import functools
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

#: Chorus: unit price ≤ 6 decimals, not cut.
PRICE_DECIMALS = 6
_SIXTH = Decimal(1).scaleb(-PRICE_DECIMALS)
HUNDRED = Decimal(100)


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
    value = value.normalize()
    return value.quantize(Decimal(1)) if value.as_tuple().exponent > 0 else value + 0


def _fits(value: Decimal) -> bool:
    return value.normalize().as_tuple().exponent >= -PRICE_DECIMALS


def price_line(
    amount: Decimal,
    quantity: Decimal,
    unit_price: Decimal,
    discount: Decimal,
    cent: Decimal,
) -> Price:
    """Find prices of at most 6 decimals that give a posted line's amount exactly.

    A negative line keeps a positive price and a negative quantity (Chorus: amounts). The
    line's own unit price and discount are used when they give the amount; a price including
    VAT, or one that needs more than 6 decimals, becomes a price excluding VAT, if need be for
    the whole quantity (BT-149, price base quantity).

    :param amount: BT-131, the posted line excluding VAT
    :param quantity: as typed
    :param unit_price: as typed; may include VAT
    :param discount: percentage, 0 to 100 (negative for a surcharge)
    :param cent: smallest amount of the currency, e.g. ``Decimal("0.01")``
    :return: quantity, net price, base quantity and gross price
    """
    quantity, unit_price = plain(quantity), plain(unit_price)
    if not quantity:
        # An amount without a quantity cannot be; say one of it, or none of nothing.
        quantity, unit_price = (Decimal(1), amount) if amount else (quantity, unit_price)
    if unit_price < 0:
        quantity, unit_price = -quantity, -unit_price
    if amount * quantity < 0:
        # A price including VAT can have another sign than typed; the amount decides.
        quantity = -quantity
    share = 1 - discount / HUNDRED
    net = unit_price * share
    fits = net >= 0 and _fits(net) and _fits(unit_price)
    if fits and _round(net * quantity, cent) == amount:
        gross = plain(unit_price) if unit_price > net else None
        return Price(quantity, plain(net), Decimal(1), gross)
    if not quantity:
        return Price(quantity, plain(unit_price.quantize(_SIXTH)), Decimal(1), None)
    net = (amount / quantity).quantize(_SIXTH, ROUND_HALF_UP)
    if net * quantity == amount:
        gross = net / share if 0 < share < 1 else net
        return Price(
            quantity,
            plain(net),
            Decimal(1),
            plain(gross) if _shown(gross, net) else None,
        )
    net = abs(amount)
    gross = _round(net / share, cent) if 0 < share < 1 else net
    return Price(quantity, plain(net), abs(quantity), plain(gross) if gross > net else None)


def _shown(gross: Decimal, net: Decimal) -> bool:
    return gross > net and _fits(gross)


def _round(value: Decimal, cent: Decimal) -> Decimal:
    return value.quantize(cent, ROUND_HALF_UP)
