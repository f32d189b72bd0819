"""The errors VK answers with: code, subcode and the wording VK uses.

This file knows what an error looks like; which call deserves which error is decided by the methods.
"""

from __future__ import annotations

from typing import Any

MESSAGES: dict[int, str] = {
    1: "Unknown error occurred",
    2: "Application is disabled. Enable your application or use test mode",
    3: "Unknown method passed",
    4: "Incorrect signature",
    5: "User authorization failed",
    6: "Too many requests per second",
    7: "Permission to perform this action is denied",
    8: "Invalid request",
    9: "Flood control",
    10: "Internal server error",
    11: "In test mode application should be disabled or user should be authorized",
    12: "Unable to compile code",
    13: "Runtime error occurred during code invocation",
    14: "Captcha needed",
    15: "Access denied",
    16: "HTTP authorization failed",
    17: "Validation required",
    18: "User was deleted or banned",
    19: "Content blocked",
    20: "Permission to perform this action is denied for non-standalone applications",
    21: "Permission to perform this action is allowed only for standalone and OpenAPI applications",
    22: "Upload error",
    23: "This method was disabled",
    24: "Confirmation required",
    25: "Token confirmation required",
    27: "Group authorization failed: method is unavailable with group auth",
    28: "Application authorization failed: method is unavailable with service token",
    29: "Rate limit reached",
    30: "This profile is private",
    32: "Need wait",
    33: "Not implemented yet",
    34: "Client version deprecated",
    35: "Client update needed",
    36: "Method execution was interrupted due to timeout",
    37: "User was banned",
    38: "Unknown application",
    39: "Unknown user",
    40: "Unknown group",
    41: "Additional signup required",
    42: "IP is not allowed",
    43: "This section is temporary unavailable",
    100: "One of the parameters specified was missing or invalid",
    101: "Invalid application API ID",
    103: "Out of limits",
    104: "Not found",
    105: "Couldn't save file",
    106: "Unable to process action",
    113: "Invalid user id",
    114: "Invalid album id",
    118: "Invalid server",
    121: "Invalid hash",
    122: "Invalid photos",
    125: "Invalid group id",
    129: "Invalid photo",
    150: "Invalid timestamp",
    200: "Access denied",
    201: "Access denied",
    203: "Access to group denied",
    204: "Access denied",
    210: "Access to wall's post denied",
    211: "Access to wall's comment denied",
    212: "Access to post comments denied",
    213: "Access to status replies denied",
    214: "Access to adding post denied",
    219: "Advertisement post was recently added",
    220: "Too many recipients",
    222: "Hyperlinks are forbidden",
    223: "Too many replies",
    224: "Too many ads posts",
    225: "Donut is disabled",
    250: "Access to poll denied",
    260: "Access to the groups list is denied due to the user's privacy settings",
    300: "This album is full",
    500: "Permission denied. You must enable votes processing in application settings",
    600: "Permission denied. You have no access to operations specified with given object(s)",
    603: "Some ads error occurs",
    703: "You need to enable 2FA for this action",
    900: "Can't send messages for users from blacklist",
    901: "Can't send messages for users without permission",
    902: "Can't send messages to this user due to their privacy settings",
    909: "Can't edit this message, because it's too old",
    910: "Can't sent this message, because it's too big",
    911: "Keyboard format is invalid",
    912: "This is a chat bot feature, change this status in settings",
    913: "Too many forwarded messages",
    914: "Message is too long",
    917: "You don't have access to this chat",
    920: "Can't edit this kind of message",
    921: "Can't forward these messages",
    922: "You left this chat",
    924: "Can't delete this message for everybody",
    925: "You are not admin of this chat",
    927: "Chat does not exist",
    932: "Your community can't interact with this peer",
    936: "Contact not found",
    940: "Too many posts in messages",
    942: "Cannot pin one-time story",
    943: "Cannot use this intent",
    944: "Limits overflow for this intent",
    945: "Chat was disabled",
    946: "Chat not supported",
    949: "Can't edit pinned message yet",
    950: "Can't send message, reply timed out",
    962: "You can't access donut chat without subscription",
    969: "Message cannot be forwarded",
    970: "Cannot pin an expiring message",
    979: "Messages to this user are restricted",
    984: "Messages look like spam",
    985: "Cannot write to notifications only groups",
    987: "Need message request",
    988: "Pending message request",
    1012: "Writing is disabled for this chat",
    1021: "Message is restricted",
    1051: "Method is unavailable for this profile type",
    1114: "Anonymous token has expired",
    1116: "Anonymous token is invalid",
    1117: "Access token has expired",
    1118: "Anonymous token ip mismatch",
    1160: "Original photo was changed",
    3102: "Specified link is incorrect (can't find source)",
    3300: "Recaptcha needed",
    3301: "Phone validation needed",
    3302: "Password validation needed",
    3303: "Otp app validation needed",
    3304: "Email confirmation needed",
    3305: "Assert votes",
    3609: "Token extension required",
    3610: "User is deactivated",
    3611: "Service is deactivated for user",
    9999: "Not supported http method",
    11500: "CheckUserAction confirmation required",
}

NO_SCOPE = "no access to call this method. It cannot be called with current scopes."


class VkError(Exception):
    """An error answer: `code`, optional `subcode`, the full text and extra fields (captcha and the like)."""

    def __init__(
        self, code: int, detail: str = "", *, subcode: int | None = None, extra: dict[str, Any] | None = None
    ) -> None:
        text = MESSAGES.get(code, "Error")
        if detail:
            text = f"{text.split(': ')[0]}: {detail}"
        super().__init__(f"[{code}] {text}")
        self.code = code
        self.subcode = subcode
        self.text = text
        self.extra = extra or {}

    def answer(self, method: str, params: dict[str, str]) -> dict[str, Any]:
        """The `error` object; `params` are echoed without secrets."""
        body: dict[str, Any] = {"error_code": self.code, "error_msg": self.text}
        if self.subcode is not None:
            body["error_subcode"] = self.subcode
        body.update(self.extra)
        shown = [{"key": "method", "value": method}, {"key": "oauth", "value": "1"}]
        shown += [{"key": key, "value": value} for key, value in params.items()]
        body["request_params"] = shown
        return body


def missing(name: str) -> VkError:
    """A required parameter is absent."""
    return VkError(100, f"{name} is undefined")


def invalid(name: str, why: str = "is invalid") -> VkError:
    """A parameter has a wrong value."""
    return VkError(100, f"{name} {why}")
