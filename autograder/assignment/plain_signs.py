"""Write the tests that students get in ASCII, because Otter reads them in the encoding of the
student's system, which on Windows is not the encoding of the file.
"""

from __future__ import annotations

import ast
import io
import tokenize
from pathlib import Path


def in_ascii(source: str) -> str:
    """The same program in ASCII, with escapes in strings and "?" in comments. What cannot be
    written that way, such as a name with an accent, stays.
    """
    if source.isascii():
        return source
    written = _rewritten(source)
    try:
        same = written.isascii() and ast.dump(ast.parse(written)) == ast.dump(ast.parse(source))
    except SyntaxError:
        same = False
    return written if same else source


def write_in_ascii(tests: Path) -> None:
    """Rewrite each test file in a folder, if the folder exists."""
    for path in sorted(tests.glob("*.py")):
        source = path.read_text(encoding="utf-8")
        written = in_ascii(source)
        if written != source:
            path.write_text(written, encoding="utf-8")


def _rewritten(source: str) -> str:
    lines = source.splitlines(keepends=True)
    for token in reversed(list(tokenize.generate_tokens(io.StringIO(source).readline))):
        text = token.string
        if text.isascii() or token.type in (tokenize.NAME, tokenize.NEWLINE, tokenize.NL):
            continue
        raw = "r" in text.partition(text.lstrip("rRbBuUfF")[:1] or "\0")[0].lower()
        if token.type == tokenize.COMMENT:
            text = text.encode("ascii", "replace").decode()
        elif token.type == tokenize.STRING and raw:
            text = ascii(ast.literal_eval(text)) if "\n" not in text else text
        else:
            text = "".join(sign if sign.isascii() else _escape(sign) for sign in text)
        (first, start), (last, end) = token.start, token.end
        part = lines[first - 1][:start] + text + lines[last - 1][end:]
        lines[first - 1 : last] = part.splitlines(keepends=True)
    return "".join(lines)


def _escape(sign: str) -> str:
    number = ord(sign)
    return f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"
