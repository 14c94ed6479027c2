"""Signs a browser in by a link that works once, and out."""

import asyncio
from html import escape
from urllib.parse import parse_qs

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from api.auth import OPEN, require_same_origin
from api.credentials import COOKIE, SIGN_IN, link_of, shown
from api.services import ServicesDep
from resources.ledger import sign_ins
from resources.ledger.sign_ins import SESSION_HOURS

router = APIRouter(tags=["auth"])
_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    # The form must tell its origin, and other hosts nothing.
    "Referrer-Policy": "same-origin",
}
_PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<title>Headwater</title>
<h1>Headwater</h1>
{body}
</html>
"""
_FORM = f"""<p>This link signs this browser in as admin, for {SESSION_HOURS} hours. It works once.</p>
<form method="post" action="{SIGN_IN}">
<input type="hidden" name="token" value="{{token}}">
<button autofocus>Sign in</button>
</form>"""
_USELESS = """<p>This link was used already, or is too old.</p>
<p><code>./dev headwater sign-in</code> prints another one.</p>"""


@router.get(SIGN_IN, dependencies=[OPEN], include_in_schema=False)
async def sign_in_page(request: Request) -> Response:
    """Asks before it uses the link up: programs that look at links ahead send no form."""
    link = link_of(request)
    return _form(link) if sign_ins.is_secret(link) else _useless()


@router.post(SIGN_IN, dependencies=[OPEN], include_in_schema=False)
async def sign_in(services: ServicesDep, request: Request) -> Response:
    """Use the link up; the browser gets a session and goes to the entrance."""
    require_same_origin(request)
    sent = parse_qs((await request.body())[:1000].decode("latin-1"))
    link = sent.get("token", [""])[0]
    session = await asyncio.to_thread(sign_ins.redeem, services.ledger, link)
    if session is None:
        return _useless()
    answer = _to_entrance()
    answer.set_cookie(
        COOKIE,
        session,
        max_age=SESSION_HOURS * 3600,
        path="/",
        secure=services.proxies.is_https(request),
        httponly=True,
        samesite="strict",
    )
    return answer


@router.post("/sign-out", dependencies=[OPEN], include_in_schema=False)
async def sign_out(services: ServicesDep, request: Request) -> Response:
    """End the session of the browser."""
    require_same_origin(request)
    session = shown(request).session
    if session is not None:
        await asyncio.to_thread(sign_ins.end, services.ledger, session)
        services.keyring.forget()
    answer = _to_entrance()
    answer.delete_cookie(COOKIE, path="/", httponly=True, samesite="strict")
    return answer


def _form(link: str) -> Response:
    return HTMLResponse(_PAGE.format(body=_FORM.format(token=escape(link))), headers=_HEADERS)


def _useless() -> Response:
    return HTMLResponse(_PAGE.format(body=_USELESS), 401, headers=_HEADERS)


def _to_entrance() -> Response:
    return RedirectResponse("/", 303, headers={"Cache-Control": "no-store"})
