"""What one writes in an afternoon: Flask and wechatpy acknowledge, and keep nothing."""

from __future__ import annotations

from flask import Flask, request
from wechatpy import parse_message
from wechatpy.crypto import WeChatCrypto

from tests.bench.rig.corp import MP_APP_ID, MP_KEY, MP_PATH, MP_TOKEN

app = Flask(__name__)
crypto = WeChatCrypto(MP_TOKEN, MP_KEY, MP_APP_ID)


@app.post(MP_PATH)
def callback() -> str:
    """Acknowledge a message of the official account."""
    query = request.args
    plaintext = crypto.decrypt_message(
        request.data, query["msg_signature"], query["timestamp"], query["nonce"]
    )
    parse_message(plaintext)
    return "success"
