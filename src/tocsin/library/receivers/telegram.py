"""A Telegram chat, by a bot.

## Why

Chat on a phone without a paid pager. Telegram's HTML is used because it is the only mode in which every
value can be escaped safely.

## References

- Alertmanager 0.31.1: `telegram_configs`; with `parse_mode: HTML` the message is rendered by html/template
  and cut after 4,096 characters.
"""

from collections.abc import Mapping
from typing import Any, ClassVar

from tocsin.library.receivers._template import insert, piece
from tocsin.library.receivers._wording import Medium, pieces
from tocsin.model.alerting import Receiver
from tocsin.model.plugins import receiver_kind
from tocsin.spec.declare import Secret, parameters, said

EXAMPLES = ("{telegram: {bot_token_file: /run/secrets/telegram, chat_id: -1001234567890}}",)
MEDIUM = Medium(
    name="telegram", item="• ", link=('<a href="', '">', "</a>"), url_first=True, between_links=" | "
)


@receiver_kind("telegram")
@parameters
class Telegram:
    """A Telegram chat."""

    wakes: ClassVar[bool] = False

    bot_token_file: Secret = said("file that holds the bot's token", example="/run/secrets/telegram")
    chat_id: int = said(
        "the chat's number; groups have negative ones", example="-1001234567890", least="-4503599627370496"
    )
    thread: int = said("number of a topic in a forum group; 0: none", 0)
    silent: bool = said("deliver without a sound", False)

    def integration(self, receiver: Receiver, links: Mapping[str, str]) -> tuple[str, dict[str, Any]]:
        """One entry of `telegram_configs`."""
        return "telegram_configs", {
            "send_resolved": receiver.send_resolved,
            "bot_token_file": self.bot_token_file.file,
            "chat_id": self.chat_id,
            **({"message_thread_id": self.thread} if self.thread else {}),
            **({"disable_notifications": True} if self.silent else {}),
            "parse_mode": "HTML",
            "message": insert("telegram.message"),
        }

    @staticmethod
    def template(identity: tuple[str, ...]) -> str:
        """The pieces that only Telegram needs."""
        message = f"<b>{insert('telegram.title')}</b>\n{insert('telegram.body')}"
        return pieces(MEDIUM, identity) + piece("telegram.message", message)
