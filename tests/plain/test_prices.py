"""price × quantity ÷ base quantity gives the posted line to the cent, whatever was typed."""

from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from chorus.document.prices import as_typed, plain, price_line

CENT = Decimal("0.01")


def rounded(value, cent):
    return value.quantize(cent, ROUND_HALF_UP)


def decimals_of(value):
    return max(0, -value.as_tuple().exponent)


def assert_holds(price, amount, quantity, cent):
    """What Chorus and EN 16931 ask of a line's price."""
    assert price.net >= 0
    assert price.base_quantity > 0
    assert rounded(price.net * price.quantity / price.base_quantity, cent) == amount
    assert abs(price.quantity) == abs(quantity) or (not quantity and amount)
    assert price.quantity * amount >= 0
    for value in (price.net, price.gross):
        assert value is None or (decimals_of(value) <= 6 and value == plain(value))
    # A gross price without a discount is refused.
    assert price.gross is None or price.gross > price.net
    for value in price:
        assert value is None or "E" not in f"{value:f}" and str(value) != "-0"


def D(value):
    return None if value is None else Decimal(value)


@pytest.mark.parametrize(
    ("what", "amount", "quantity", "unit_price", "discount", "expected"),
    [
        ("as typed", "100.00", "1", "100", "0", ("1", "100", "1", None)),
        ("three decimals kept", "194.80", "400", "0.487", "0", ("400", "0.487", "1", None)),
        ("six decimals kept", "0.01", "10000", "0.000001", "0", ("10000", "0.000001", "1", None)),
        ("discount", "90.00", "1", "100", "10", ("1", "90", "1", "100")),
        ("all given away", "0.00", "2", "100", "100", ("2", "0", "1", "100")),
        ("surcharge", "110.00", "1", "100", "-10", ("1", "110", "1", None)),
        ("nothing off nothing", "0.00", "1", "0", "10", ("1", "0", "1", None)),
        ("taken back", "-100.00", "-1", "100", "0", ("-1", "100", "1", None)),
        ("negative price", "-100.00", "1", "-100", "0", ("-1", "100", "1", None)),
        ("negative both", "100.00", "-1", "-100", "0", ("1", "100", "1", None)),
        ("VAT included", "100.00", "1", "120", "0", ("1", "100", "1", None)),
        ("VAT included, discount", "90.00", "1", "120", "10", ("1", "90", "1", "100")),
        ("VAT included, no exact price", "33.32", "3", "13.33", "0", ("3", "33.32", "3", None)),
        ("six decimals typed", "0.37", "3", "0.123456", "0", ("3", "0.123456", "1", None)),
        ("seven decimals typed", "0.37", "3", "0.1234567", "0", ("3", "0.37", "3", None)),
        ("seven decimals given away", "0.00", "1", "1.0000005", "100", ("1", "0", "1", None)),
        ("VAT included, exact price", "400.00", "4", "120", "0", ("4", "100", "1", None)),
        ("VAT included, exact gross", "180.00", "2", "120", "10", ("2", "90", "1", "100")),
        ("six decimals, a cent away", "10.80", "3", "3.7895", "5.03", ("3", "3.6", "1", "3.7895")),
        ("an amount of no price", "-5.00", "2", "0", "0", ("-2", "2.5", "1", None)),
        ("a cent away", "29.99", "3", "10", "0", ("3", "29.99", "3", None)),
        ("negative, a cent away", "-29.99", "-3", "10", "0", ("-3", "29.99", "3", None)),
        ("discount, a cent away", "26.99", "3", "10", "10", ("3", "26.99", "3", "29.99")),
        ("no quantity", "0.00", "0", "100", "0", ("0", "100", "1", None)),
        ("no quantity but an amount", "5.00", "0", "100", "0", ("1", "5", "1", None)),
        ("no quantity, negative", "-5.00", "0", "100", "0", ("-1", "5", "1", None)),
        ("free", "0.00", "3", "0", "0", ("3", "0", "1", None)),
        ("more than all off", "-50.00", "1", "100", "150", ("-1", "50", "1", None)),
        ("trailing zeros", "100.00", "10.00000000", "10.00000000", "0", ("10", "10", "1", None)),
    ],
)
def test_known_lines(what, amount, quantity, unit_price, discount, expected):
    """Lines met in Odoo, with the price that an accountant would write."""
    amount, quantity = Decimal(amount), Decimal(quantity)
    found = price_line(amount, quantity, Decimal(unit_price), Decimal(discount), CENT)
    assert found == tuple(map(D, expected)), what
    assert_holds(found, amount, quantity, CENT)


QUANTITIES = st.one_of(
    st.integers(-1000, 1000).map(Decimal),
    st.decimals(-10000, 10000, places=3),
    st.decimals(-1000, 1000, places=8),
    st.sampled_from([*map(Decimal, "0 1 3 7 -3 0.333 0.0001 1000000".split())]),
)
UNIT_PRICES = st.one_of(
    st.decimals(-10000, 10000, places=2),
    st.decimals(-100, 100, places=6),
    st.decimals(-10, 10, places=8),
    st.sampled_from([*map(Decimal, "0 0.000001 9999999.99 0.005 1E+3".split())]),
)
DISCOUNTS = st.one_of(
    st.just(Decimal(0)),
    st.decimals(0, 100, places=2),
    st.decimals(-50, 150, places=3),
    st.sampled_from([*map(Decimal, "5 10 33.33 100 99.99999999".split())]),
)
CENTS = st.sampled_from([Decimal(1), CENT, Decimal("0.001")])
RATES = st.sampled_from([*map(Decimal, "0 0.021 0.055 0.085 0.1 0.2".split())])
# Rounding of the whole document can move a line by a cent.
SHIFTS = st.sampled_from([0, 0, 0, 1, -1])


@given(QUANTITIES, UNIT_PRICES, DISCOUNTS, RATES, CENTS, SHIFTS)
@example(Decimal(3), Decimal(10), Decimal(0), Decimal(0), CENT, -1)
@example(Decimal(0), Decimal(10), Decimal(0), Decimal(0), CENT, 1)
@example(Decimal(0), Decimal("0.01"), Decimal(150), Decimal(0), CENT, 0)
def test_any_line_of_odoo(quantity, unit_price, discount, rate, cent, shift):
    """Prices with and without VAT, discounts, odd quantities, currencies of 0 to 3 decimals."""
    share = 1 - discount / 100
    amount = rounded(quantity * unit_price * share / (1 + rate), cent) + shift * cent + 0
    assert_holds(price_line(amount, quantity, unit_price, discount, cent), amount, quantity, cent)


@given(QUANTITIES, UNIT_PRICES, DISCOUNTS, st.integers(-(10**9), 10**9), CENTS)
@example(Decimal("1E-8"), Decimal(0), Decimal("99.99999999"), 10000, Decimal(1))
def test_any_amount_at_all(quantity, unit_price, discount, units, cent):
    """Even an amount that has nothing to do with the price gets a price that explains it."""
    amount = units * cent
    assert_holds(price_line(amount, quantity, unit_price, discount, cent), amount, quantity, cent)


@given(st.decimals(-1000, 1000, places=2), st.integers(1, 999), st.decimals(0, 99, places=1))
def test_a_typed_price_is_shown_as_typed(unit_price, quantity, discount):
    """The public body compares with the order: no other price may appear than the one agreed."""
    amount = rounded(unit_price * quantity * (100 - discount) / 100, CENT)
    found = price_line(amount, Decimal(quantity), unit_price, discount, CENT)
    assert found.base_quantity == 1
    assert found.net == abs(unit_price) * (100 - discount) / 100
    assert found.gross == (abs(unit_price) if discount and unit_price else None)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("10.00", "10"),
        ("1E+3", "1000"),
        ("0E-8", "0"),
        ("-0.00", "0"),
        ("0.10", "0.1"),
        ("-5.0", "-5"),
    ],
)
def test_plain_numbers(value, shown):
    """XML Schema's decimal knows no exponent."""
    assert str(plain(Decimal(value))) == shown
    assert plain(Decimal(value)) == Decimal(value)


@given(*[st.floats(allow_nan=False, allow_infinity=False)] * 2, st.floats(0, 100))
@example(1e308, 1e308, 0)
@example(-1e308, 5e-324, 100)
def test_no_number_of_odoo_is_too_big(quantity, unit_price, discount):
    """A rule tells what is absurd: reading it does not fail."""
    typed = [as_typed(value) for value in (quantity, unit_price, discount)]
    for amount in ("0.00", "0.01", "-12345678901234567890123456789012345.67"):
        price = price_line(Decimal(amount), *typed, CENT)
        assert all("E" not in f"{value:f}" for value in price if value is not None)


def test_a_price_including_vat_is_never_told():
    """Not even where the amount is that of the price: a cent, or nothing."""
    endless = price_line(D("100.00"), D("2"), D("120"), D("30"), CENT, includes_vat=True)
    assert endless == (2, 50, 1, D("71.428571")), "a discount that is printed is in the file"
    included = price_line(D("0.01"), D("1"), D("0.02"), D("50"), CENT, includes_vat=True)
    assert included == (1, D("0.01"), 1, D("0.02"))  # twice what is paid without VAT
    assert price_line(D("0.00"), D("2"), D("120"), D("100"), CENT, includes_vat=True).gross is None
