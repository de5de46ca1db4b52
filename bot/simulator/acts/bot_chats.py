"""Members and the AI bot: chats with it, mentions in groups, taps on its cards (2.10)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

import msgspec

from bot.simulator.acts.bot_answers import answer
from bot.simulator.acts.stage import ActRefused, No, check_text, employee_of
from bot.simulator.acts.tapping import Selected, Tap, read_tap
from bot.simulator.moments import unix
from bot.simulator.wire.bot_replies import BotReply, open_reply
from bot.simulator.wire.courier import Answer, Parcel
from bot.simulator.wire.envelopes import Line
from bot.simulator.wire.replies import BadReply
from bot.simulator.world.ai_bot import AiBot, Turn
from bot.simulator.world.windows import Message, MessageKind, Said
from bot.simulator.world.world import World

#: Where ``response_url`` leads below the stand-in's address.
RESPONSE_PATH = "/aibot/response"


class BotChats:
    """What members do with the bot; answers come over the webhook or the socket."""

    def __init__(self, world: World) -> None:
        """Act in ``world``."""
        self._world = world

    def say(self, userid: str, text: str) -> Message:
        """Write to the bot; the first time in a day the chat is entered before."""
        bot, employee = self._bot(), employee_of(self._world, userid)
        check_text(text)
        self._check_free(bot, employee.userid)
        window = f"bot:{employee.userid}"
        today = self._world.now.date()
        if bot.entered.get(employee.userid) != today:
            bot.entered[employee.userid] = today
            self._event(self._turn(employee.userid, window, kind="enter_chat"), {})
        message = self._world.windows.show(window, employee.userid, Said(MessageKind.TEXT, text))
        self._message(self._turn(employee.userid, window), text)
        return message

    def overhear(self, chat_id: str, sender: str, text: str) -> None:
        """Pass on what a member says in a group if it mentions the bot."""
        bot = self._world.bot
        employee = self._world.directory.find(sender)
        if bot is None or employee is None or f"@{bot.name}" not in text:
            return
        self._check_free(bot, employee.userid)
        self._message(self._turn(employee.userid, f"group:{chat_id}", chat_id=chat_id), text)

    def click(self, message_id: str, key: str, selected: Selected) -> None:
        """Tap a card of the bot.

        Raises:
            ActRefused: as of a card of the app.
        """
        found = self._world.windows.find(message_id)
        if found is None:
            raise ActRefused(No.UNKNOWN_MESSAGE, message_id)
        conversation, message = found
        tap = read_tap(message, key, selected)
        line = self._world.texts.line("tapped_button", name=tap.label)
        self._world.windows.tell(conversation.id, line)
        userid = conversation.members[0]
        turn = self._turn(userid, conversation.id, kind="template_card_event", card=message)
        self._event(turn, _tapped(tap))

    def poll(self) -> None:
        """Ask for the rest of every unfinished stream; the socket sends it by itself."""
        bot = self._world.bot
        if bot is None or bot.push is not None:
            return
        since = self._world.now - self._world.config.limits.bot_stream_life
        for turn in bot.streaming(since):
            body = {**self._head(turn), "msgtype": "stream", "stream": {"id": turn.stream_id}}
            self._post("stream", turn, body)

    def _bot(self) -> AiBot:
        if self._world.bot is None:
            raise ActRefused(No.UNKNOWN_BOT)
        return self._world.bot

    def _check_free(self, bot: AiBot, userid: str) -> None:
        limits = self._world.config.limits
        if bot.in_flight(userid, self._world.now - limits.bot_stream_life) >= limits.bot_in_flight:
            raise ActRefused(No.BOT_IS_BUSY, userid)

    def _turn(
        self,
        userid: str,
        window: str,
        *,
        kind: str = "message",
        chat_id: str = "",
        card: Message | None = None,
    ) -> Turn:
        ids = self._world.ids
        turn = Turn(ids.word("bm"), ids.word("rq"), userid, window, self._world.now, kind, chat_id)
        turn.card = card
        self._bot().turns[turn.msgid] = turn
        return turn

    def _message(self, turn: Turn, text: str) -> None:
        body = {**self._head(turn), "msgtype": "text", "text": {"content": text}}
        self._hand_over("aibot_msg_callback", turn, body)

    def _event(self, turn: Turn, details: Mapping[str, object]) -> None:
        created = unix(self._world.now)
        event = {"eventtype": turn.kind, turn.kind: details}
        body = {**self._head(turn), "create_time": created, "msgtype": "event", "event": event}
        self._hand_over("aibot_event_callback", turn, body)

    def _head(self, turn: Turn) -> dict[str, object]:
        world, bot = self._world, self._bot()
        head: dict[str, object] = {
            "msgid": turn.msgid,
            "aibotid": bot.bot_id,
            "chattype": "group" if turn.chat_id else "single",
            "from": {"userid": turn.userid},
        }
        if turn.chat_id:
            head["chatid"] = turn.chat_id
        if turn.kind == "message" and not turn.stream_id:
            life: timedelta = world.config.limits.bot_response_url_life
            code = bot.response_codes.issue(turn, world.now, life)
            head["response_url"] = f"{world.address}{RESPONSE_PATH}?response_code={code}"
        return head

    def _hand_over(self, cmd: str, turn: Turn, body: dict[str, object]) -> None:
        push = self._bot().push
        if push is not None:
            push(cmd, turn.req_id, body)
        else:
            self._post(turn.kind, turn, body)

    def _post(self, name: str, turn: Turn, body: dict[str, object]) -> None:
        def on_answer(answer: Answer) -> None:
            self._hear(turn, answer)

        plaintext = msgspec.json.encode(body)
        parcel = Parcel(Line.BOT, f"aibot.{name}", plaintext, on_answer=on_answer)
        self._world.courier.post(parcel)

    def _hear(self, turn: Turn, heard: Answer) -> None:
        """Show the webhook's encrypted answer; an empty one leaves it to the response_url."""
        world = self._world
        try:
            reply = self._read(heard)
        except BadReply:
            turn.is_over = True
            line = world.texts.line("bot_failed", bot=self._bot().name)
            world.windows.tell(turn.window, line)
            return
        if reply is not None:
            answer(world, turn, reply)
        elif not turn.stream_id:
            turn.is_over = True

    def _read(self, heard: Answer) -> BotReply | None:
        if not heard.is_accepted:
            raise BadReply(heard.error or str(heard.status))
        return open_reply(heard.body, self._world.courier.envelopes[Line.BOT].codec)


def _tapped(tap: Tap) -> dict[str, object]:
    details: dict[str, object] = {
        "card_type": tap.card_type,
        "event_key": tap.key,
        "task_id": tap.task_id,
    }
    if tap.selected:
        items = [
            {"question_key": question, "option_ids": {"option_id": list(options)}}
            for question, options in tap.selected
        ]
        details["selected_items"] = {"selected_item": items}
    return details
