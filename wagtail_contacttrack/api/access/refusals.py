"""The answers to those who may not, with the words and headers that clients look for."""

from __future__ import annotations

from ..errors import ApiError

ACCESS_DENIED = "access_denied"


def denied() -> ApiError:
    """Nobody has said who is asking."""
    return ApiError(401, "API authorization denied.", type=ACCESS_DENIED)


def wrong_password() -> ApiError:
    """A user name and password that do not go together."""
    return ApiError(
        401,
        "Authorization denied, invalid credentials.",
        type=ACCESS_DENIED,
        headers={"WWW-Authenticate": 'Basic realm="Secured Area"'},
    )


def wrong_token(description: str) -> ApiError:
    """A token that does not count, or no longer: clients then get themselves a new one."""
    challenge = f'Bearer error="invalid_token", error_description="{description}"'
    return ApiError(401, description, type="invalid_token", headers={"WWW-Authenticate": challenge})


def basic_disabled() -> ApiError:
    """User names and passwords do not count on this site."""
    return ApiError(
        403,
        "Basic authentication is disabled. Enable it in the site's tracking settings, or set "
        "API_ENABLE_BASIC_AUTH.",
        type=ACCESS_DENIED,
    )


def too_many_tries(seconds: int) -> ApiError:
    """So many wrong secrets that the next one is not even looked at."""
    return ApiError(
        429,
        "Too many failed attempts to log in. Wait before you try again.",
        type=ACCESS_DENIED,
        headers={"Retry-After": str(seconds)},
    )
