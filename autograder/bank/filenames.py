"""What the files of a build are called."""

from __future__ import annotations

import hashlib

HIDDEN_FILE = "hidden_bank_{}.safetensors"
"""Its name has a part that nobody can guess: Otter copies the file into the folder of the submission, through a link if one waits there."""

PUBLIC_FILE = "public_cases.safetensors"

RECORD_FILE = "build_record.json"
"""What only the author may see: the secret, the counts of cases, the sources of the known answers."""


def hidden_file(secret: str) -> str:
    """The name of the hidden bank that was drawn from `secret`."""
    return HIDDEN_FILE.format(hashlib.sha256(f"file name\0{secret}".encode()).hexdigest()[:24])
