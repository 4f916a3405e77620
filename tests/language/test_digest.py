"""The digest that a start has without OpenSSL is SHA-256."""

import hashlib

from coverlog.engine.language.digest import sha256
from hypothesis import given
from hypothesis import strategies as st


@given(st.lists(st.binary(max_size=300)))
def test_the_digest_of_parts_is_that_of_the_standard_library(parts: list[bytes]) -> None:
    """It is the same of all parts at once and of one after the other, also where it is copied on the way."""
    digest = sha256()
    for part in parts:
        digest = digest.copy()
        digest.update(part)
    told = hashlib.sha256(b"".join(parts)).hexdigest()
    assert digest.hexdigest() == sha256(b"".join(parts)).hexdigest() == told
