"""SHA-256 without OpenSSL, which takes longer to load than a start has to digest.

The standard library's `random` takes its digest by the same way round `hashlib`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hashlib import sha256 as sha256
else:
    try:
        from _sha2 import sha256  # Python 3.12 and later
    except ImportError:
        try:
            from _sha256 import sha256
        except ImportError:  # a Python built without
            from hashlib import sha256  # noqa: F401 - a name of this module
