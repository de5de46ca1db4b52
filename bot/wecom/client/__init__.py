"""Asyncio client of WeCom, 微信客服 and official accounts; nothing here knows a lead."""

from bot.wecom.client.corp import CorpAccount, CorpClient
from bot.wecom.client.official import OfficialAccount, OfficialClient
from bot.wecom.client.tokens import MemoryTokenStore, Token, TokenStore
from bot.wecom.client.transport import Bounds, CallSeen, Transport

__all__ = [
    "Bounds",
    "CallSeen",
    "CorpAccount",
    "CorpClient",
    "MemoryTokenStore",
    "OfficialAccount",
    "OfficialClient",
    "Token",
    "TokenStore",
    "Transport",
]
