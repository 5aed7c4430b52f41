"""The error a method answers with, in the shape of the Bot API: code, description, response parameters."""

from typing import Any


class ApiError(Exception):
    """The call is refused; `breach` says that the caller broke a documented rule, not that the world changed."""

    def __init__(
        self, code: int, description: str, *, breach: bool = False, parameters: dict[str, Any] | None = None
    ) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.breach = breach
        self.parameters = parameters

    def body(self) -> dict[str, Any]:
        """The JSON body of the reply."""
        body: dict[str, Any] = {"ok": False, "error_code": self.code, "description": self.description}
        if self.parameters:
            body["parameters"] = self.parameters
        return body


def bad_request(reason: str, *, breach: bool = True) -> ApiError:
    """A 400 in Telegram's words."""
    return ApiError(400, f"Bad Request: {reason}", breach=breach)


def forbidden(reason: str) -> ApiError:
    """A 403 in Telegram's words."""
    return ApiError(403, f"Forbidden: {reason}")
