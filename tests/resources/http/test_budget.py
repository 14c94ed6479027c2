"""The budget layer: what is reserved before a call, and what an answer says of the limits."""

from datetime import UTC, datetime
from email.utils import format_datetime

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from resources.errors import BudgetExhausted, RateLimited
from resources.http.budget import BudgetTransport, http_date, pause_of, retry_after
from resources.ledger import Ledger
from resources.ledger.budgets import Budgets
from resources.providers import load_providers
from tests.resources.http.played import Scripted, a_provider, a_request

NOON = "Tue, 15 Nov 1994 12:00:00 GMT"


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"Retry-After": "30"}, 30),
        ({"Retry-After": " 0 "}, 0),
        ({"Retry-After": "1.5"}, 1.5),
        ({"Retry-After": "-5"}, 0),
        ({"Retry-After": "99999999"}, 3 * 86_400),
        ({"Retry-After": "nan"}, 0),
        ({"Retry-After": "soon"}, None),
        ({"Retry-After": "Tue, 15 Nov 1994 12:02:00 GMT", "Date": NOON}, 120),
        ({"Retry-After": "Tuesday, 15-Nov-94 12:02:00 GMT", "Date": NOON}, 120),
        ({"Retry-After": "Tue Nov 15 12:02:00 1994", "Date": NOON}, 120),
        ({"Retry-After": "Tue, 15 Nov 1994 11:00:00 GMT", "Date": NOON}, 0),
        ({"Retry-After": "Tue, 15 Nov 1994 12:02:00 GMT"}, 0),  # long past, of our clock
    ],
)
def test_retry_after_is_read_in_all_its_forms(
    headers: dict[str, str], seconds: float | None
) -> None:
    assert retry_after(httpx.Headers(headers)) == seconds


@given(st.text(st.characters(codec="ascii")))
def test_no_header_breaks_the_reading_of_a_time(text: str) -> None:
    seconds = retry_after({"retry-after": text, "date": text})
    assert seconds is None or 0 <= seconds <= 3 * 86_400


@given(st.datetimes(datetime(1970, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001 - hypothesis wants bounds without a zone
def test_an_http_date_is_read_to_the_second(moment: datetime) -> None:
    text = format_datetime(moment, usegmt=True)
    assert http_date(text) == int(moment.timestamp()) * 1000


@pytest.mark.parametrize(
    ("status", "headers", "seconds"),
    [
        (200, {"Retry-After": "9"}, None),
        (404, {}, None),
        (429, {"Retry-After": "9"}, 9),
        (429, {}, 20),  # the shortest window
        (418, {"Retry-After": "9"}, 9),
        (418, {}, 120),
        (503, {"Retry-After": "9"}, 9),
        (503, {}, None),
    ],
)
def test_a_pause_is_what_the_answer_asks_for(
    status: int, headers: dict[str, str], seconds: float | None
) -> None:
    provider = a_provider("acme", (1000, 3600), (10, 20))
    assert pause_of(httpx.Response(status, headers=headers), provider) == seconds


@pytest.mark.parametrize(("window", "seconds"), [(1, 10), (20, 20), (3600, 60)])
def test_a_429_without_a_time_pauses_for_the_window_within_reason(
    window: int, seconds: float
) -> None:
    assert pause_of(httpx.Response(429), a_provider("acme", (1, window))) == seconds


@pytest.mark.parametrize(
    ("body", "seconds"),
    [
        (b'{"error":["EAPI:Rate limit exceeded"]}', 15),
        (b'{"error":["EGeneral:Too many requests"]}', 15),
        (b'{"error":[],"result":{}}', None),
    ],
)
def test_a_rate_limit_that_comes_as_a_200_pauses_too(body: bytes, seconds: float | None) -> None:
    kraken = load_providers()["kraken"]
    assert pause_of(httpx.Response(200, content=body), kraken) == seconds


async def test_each_request_takes_its_weight_and_what_is_too_much_is_not_sent(
    ledger: Ledger,
) -> None:
    provider, below = a_provider("acme", (10, 60)), Scripted([httpx.Response(200)] * 9)
    budget = BudgetTransport(below, Budgets(ledger))
    await budget.handle_async_request(a_request(provider, weight=6))
    await budget.handle_async_request(a_request(provider, weight=4))
    with pytest.raises(BudgetExhausted) as short:
        await budget.handle_async_request(a_request(provider, weight=1))
    assert len(below.requests) == 2
    assert short.value.not_before is not None
    assert 59_000 < short.value.not_before - ledger.now() <= 63_000


@pytest.mark.parametrize("status", [429, 418])
async def test_a_banned_provider_gets_no_request(ledger: Ledger, status: int) -> None:
    provider = a_provider()
    answer = httpx.Response(status, headers={"Retry-After": "30"})
    below = Scripted([answer, httpx.Response(200)])
    budget = BudgetTransport(below, Budgets(ledger))
    with pytest.raises(RateLimited) as limited:
        await budget.handle_async_request(a_request(provider))
    assert limited.value.http_status == status
    assert 29_000 < limited.value.not_before - ledger.now() <= 30_000
    with pytest.raises(BudgetExhausted) as banned:
        await budget.handle_async_request(a_request(provider))
    assert banned.value.not_before == limited.value.not_before
    assert len(below.requests) == 1
    ledger.skew_ms += 30_001
    assert (await budget.handle_async_request(a_request(provider))).status_code == 200


async def test_a_403_is_a_ban_where_the_provider_says_so(ledger: Ledger) -> None:
    bybit = load_providers()["bybit"]
    region = httpx.Response(403, content=b"not available in your country")
    banned = httpx.Response(
        403, content=b"403, access too frequent. Please try your request later."
    )
    budget = BudgetTransport(Scripted([region, banned]), Budgets(ledger))
    assert (await budget.handle_async_request(a_request(bybit))).status_code == 403
    with pytest.raises(RateLimited):
        await budget.handle_async_request(a_request(bybit))
    with pytest.raises(BudgetExhausted, match="asked for a pause"):
        await budget.handle_async_request(a_request(bybit))


async def test_a_503_that_names_a_time_is_obeyed_and_handed_on(ledger: Ledger) -> None:
    below = Scripted([httpx.Response(503, headers={"Retry-After": "30"})])
    budget = BudgetTransport(below, Budgets(ledger))
    assert (await budget.handle_async_request(a_request(a_provider()))).status_code == 503
    with pytest.raises(BudgetExhausted, match="asked for a pause"):
        await budget.handle_async_request(a_request(a_provider()))


@pytest.mark.parametrize("status", [200, 500])
async def test_the_weight_that_an_answer_reports_corrects_the_budget(
    ledger: Ledger, status: int
) -> None:
    provider = a_provider("acme", (10, 60), used=lambda headers: {60: int(headers["x-used"])})
    below = Scripted([httpx.Response(status, headers={"X-Used": "8"})] * 9)
    budget = BudgetTransport(below, Budgets(ledger))
    for _ in range(3):  # 8 of 10 are gone after the first, whoever used them
        await budget.handle_async_request(a_request(provider))
    with pytest.raises(BudgetExhausted):
        await budget.handle_async_request(a_request(provider))


async def test_what_was_not_spent_is_given_back_when_it_closes(ledger: Ledger) -> None:
    provider = a_provider("acme", (100, 60))
    for _ in range(100):  # a process each, with a slice of 5
        budget = BudgetTransport(Scripted([httpx.Response(200)]), Budgets(ledger))
        await budget.handle_async_request(a_request(provider))
        await budget.aclose()
