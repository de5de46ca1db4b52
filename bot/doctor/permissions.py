"""What WeCom lets the app do: write to members, see them, see customers, serve 微信客服.

None of these calls changes anything: the only message is addressed to nobody.
"""

from __future__ import annotations

from bot.doctor.finding import Finding, broken, ok, skipped, warning
from bot.doctor.installation import Installation
from bot.doctor.wire import Asked, is_refused, wire_finding
from bot.wecom.client.answers import number_of, text_of
from bot.wecom.client.directory import DirectoryApi
from bot.wecom.errors import WireError

#: No administrator calls a member so.
NOBODY = "clew-doctor-nobody"
_NO_RECEIVER = frozenset({81013})
_NOT_SEEN = frozenset({40003, 60011, 60111})
#: Departments that are searched for a first member.
_SEARCHED = 20


async def messages(installation: Installation) -> Finding:
    """Write to nobody as the app, and look for the managers in its visible scope."""
    corp, app = installation.settings.corp, installation.app
    probe = {
        "touser": NOBODY,
        "msgtype": "text",
        "agentid": int(corp.agent_id),
        "text": {"content": installation.texts.get("doctor.probe")},
    }
    try:
        await is_refused(app.app.send(probe), _NO_RECEIVER)
        hidden = [
            userid
            for userid in sorted(corp.managers)
            if await is_refused(app.directory.user(userid), _NOT_SEEN)
        ]
    except WireError as error:
        asked = Asked(installation.settings.qyapi_base, forbidden="messages_forbidden")
        return wire_finding(error, asked, installation.texts)
    if hidden:
        return warning("managers_hidden", managers=" ".join(hidden))
    return ok("messages_allowed")


async def directory(installation: Installation) -> Finding:
    """Look for departments and a first member in the visible scope."""
    settings, api = installation.settings, installation.clients.corp.directory
    try:
        departments = [number_of(found, "id") for found in await api.departments()]
        has_members = await _has_members(api, departments)
    except WireError as error:
        secret = "directory_secret" if settings.corp.directory_secret else "app_secret"
        asked = Asked(settings.qyapi_base, secret, forbidden="directory_forbidden")
        return wire_finding(error, asked, installation.texts)
    if not has_members:
        return broken("scope_empty")
    return ok("scope_seen", departments=len(departments))


async def _has_members(api: DirectoryApi, departments: list[int]) -> bool:
    for department in departments[:_SEARCHED]:
        if await api.users_of(department):
            return True
    # What so many departments do not show is taken to lie further down.
    return len(departments) > _SEARCHED


async def contacts(installation: Installation) -> Finding:
    """Ask which members may follow customers."""
    settings = installation.settings
    try:
        members = await installation.clients.corp.contacts.follow_users()
    except WireError as error:
        secret = "contact_secret" if settings.corp.contact_secret else "app_secret"
        asked = Asked(settings.qyapi_base, secret, forbidden="contacts_forbidden")
        return wire_finding(error, asked, installation.texts)
    if not members:
        return warning("contacts_nobody")
    return ok("contacts_allowed", count=len(members))


async def kf(installation: Installation) -> Finding:
    """Compare the configured 微信客服 accounts with those that the secret opens."""
    settings = installation.settings
    if not settings.kf:
        return skipped("not_configured")
    try:
        found = {text_of(a, "open_kfid") for a in await installation.clients.corp.kf.accounts()}
    except WireError as error:
        asked = Asked(settings.qyapi_base, "kf_secret", forbidden="kf_forbidden")
        return wire_finding(error, asked, installation.texts)
    missing = [account.open_kfid for account in settings.kf if account.open_kfid not in found]
    if missing:
        return broken("kf_accounts_missing", accounts=" ".join(missing))
    return ok("kf_accounts_found", count=len(settings.kf))
