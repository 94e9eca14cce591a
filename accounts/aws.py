"""Clients of AWS's APIs about accounts, and their errors in words.

boto3 is an extra (requirements-aws.txt) and imported on first use.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec
from typing import Any

from carbon.errors import CarbonError

HOME_REGION = "us-east-1"  # where these APIs are, and what requests are signed for
ATTEMPTS = 8  # of one call; the pauses between them double up to 20 seconds
MOST_PAGES = 10_000
THROTTLED = {"TooManyRequestsException", "ThrottlingException", "Throttling", "LimitExceededException"}
DENIED = {"AccessDeniedException", "AccessDenied", "UnauthorizedOperation"}
WRONG_KEY = {
    "UnrecognizedClientException",
    "InvalidClientTokenId",
    "ExpiredTokenException",
    "InvalidSignatureException",
}
NO_ORGANIZATION = "AWSOrganizationsNotInUseException"
NO_BOTO3 = "boto3 is not installed: install requirements-aws.txt"
NO_CREDENTIALS = {"NoCredentialsError", "PartialCredentialsError", "CredentialRetrievalError", "ProfileNotFound"}

Call = Callable[..., Mapping[str, Any]]


class AwsRefused(CarbonError):
    """AWS did not answer, or its answer cannot be used; says what to do."""


def client(service: str, base_url: str, attempts: int = ATTEMPTS) -> Any:
    """A client of a service with the credentials that boto3 finds. Raises AwsRefused."""
    if find_spec("boto3") is None:
        raise AwsRefused(NO_BOTO3)
    import boto3
    from botocore.config import Config

    retries: Any = {"total_max_attempts": attempts, "mode": "standard"}
    config = Config(connect_timeout=10, read_timeout=60, retries=retries)
    with translated(service):
        return boto3.Session().client(service, region_name=HOME_REGION, endpoint_url=base_url, config=config)


def pages(call: Call, action: str, token: str, **question: Any) -> Iterator[Mapping[str, Any]]:
    """All pages of an answer, empty ones included. token: the parameter that asks for the next one; the answer has it
    under the same name. action: the permission that the call needs. Raises AwsRefused.
    """
    cursor: dict[str, str] = {}
    for _ in range(MOST_PAGES):
        with translated(action):
            page = call(**question, **cursor)
        yield page
        if not page.get(token):
            return
        if cursor.get(token) == page[token]:
            raise AwsRefused(f"{action}: the answer names the same next page again and again")
        cursor = {token: page[token]}
    raise AwsRefused(f"{action}: the answer has more than {MOST_PAGES:,} pages")


@contextmanager
def translated(action: str) -> Iterator[None]:
    """Errors of botocore in words, without its own texts, which may quote an account or a key."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except ClientError as error:
        raise AwsRefused(_refusal(str(error.response.get("Error", {}).get("Code", "unknown"))[:60], action)) from None
    except BotoCoreError as error:
        name = type(error).__name__
        if name in NO_CREDENTIALS:
            raise AwsRefused(f"boto3 finds no credentials ({name}): set AWS_ACCESS_KEY_ID or AWS_PROFILE") from None
        raise AwsRefused(f"{action}: AWS could not be asked ({name})") from None


def _refusal(code: str, action: str) -> str:
    if code in DENIED:
        return (
            f"AWS denies {action} ({code}): allow this action to these credentials, "
            "which must be of the management account or of a delegated administrator"
        )
    if code == NO_ORGANIZATION:
        return f"the account of these credentials is in no organization ({code})"
    if code in WRONG_KEY:
        return f"AWS does not accept these credentials ({code})"
    if code in THROTTLED:
        return f"{action}: AWS refuses more calls at present ({code}), even after pauses: try again later"
    return f"{action}: AWS answers {code}"
