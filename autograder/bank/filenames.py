"""The names of the files that a build writes."""

from __future__ import annotations

import hashlib

HIDDEN_FILE = "hidden_bank_{}.safetensors"
"""One part of the name cannot be guessed. Otter copies the file into the submission's folder, and
would follow a link that the submission put there under the same name.
"""

PUBLIC_FILE = "public_cases.safetensors"

ASIDE = ".handed_out"
"""The folder in the zip, among the assignment's files, for files that must not lie beside a
submission while Otter looks for it: Otter would take them for the submission.
"""

RECORD_FILE = "build_record.json"
"""For the author only. It holds the secret, the counts of cases, and the sources of the known
answers.
"""


def hidden_file(secret: str) -> str:
    """The name of the hidden bank drawn from `secret`."""
    return HIDDEN_FILE.format(hashlib.sha256(f"file name\0{secret}".encode()).hexdigest()[:24])
