"""Signatures of webhook messages."""

from base64 import b64decode
from datetime import UTC, datetime

from api.webhooks.signing import shown_secret, signed_headers

# The example of Standard Webhooks.
SECRET = "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"  # noqa: S105 - published
BODY = b'{"test": 2432232314}'
AT = datetime.fromtimestamp(1614265330, UTC)


def test_signature_is_that_of_the_published_example() -> None:
    headers = signed_headers([b64decode(SECRET)], "msg_p5jXN8AQM9LWM0D4loKWxJek", AT, BODY)
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    assert headers["webhook-timestamp"] == "1614265330"


def test_each_secret_adds_a_signature() -> None:
    alone = signed_headers([b"a"], "id", AT, BODY)["webhook-signature"]
    both = signed_headers([b"b", b"a"], "id", AT, BODY)["webhook-signature"]
    assert both.split()[1] == alone


def test_secret_is_shown_as_receivers_expect_it() -> None:
    assert shown_secret(b64decode(SECRET)) == f"whsec_{SECRET}"
