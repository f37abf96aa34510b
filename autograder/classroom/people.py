"""Record who made a submission: what is known about a person, and when two names are the same
person's.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, fields, replace

_REPLACED = ("Cc", "Cs", "Zl", "Zp")
_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def one_line(text: str) -> str:
    """The text, with a replacement for each character that ends a line, controls a terminal,
    changes the direction of writing, or does not exist in UTF-8.
    """
    if text.isprintable():
        return text
    return "".join(
        "\ufffd" if sign in _TURNING or unicodedata.category(sign) in _REPLACED else sign
        for sign in text
    )


@dataclass(frozen=True)
class Person:
    """What is known about a student; a field is empty if unknown.

    `number` is the school's student number, `login` the name for signing in, and `platform` the
    number that the platform itself assigns (Canvas's ID, Moodle's participant). `clue` is a name of
    a file or folder that may hold any of these.
    """

    name: str = ""
    email: str = ""
    number: str = ""
    login: str = ""
    platform: str = ""
    clue: str = ""

    def __post_init__(self) -> None:
        # exports and file names may contain anything
        for each in fields(self):
            object.__setattr__(self, each.name, one_line(getattr(self, each.name)))

    @property
    def label(self) -> str:
        """The person in one line, distinguishable from another one of the same name."""
        known = self.name or self.email or self.number or self.login
        if not self.name:
            return known
        if self.email:
            return f"{self.name} <{self.email}>"
        number = self.number or self.login or self.platform
        return f"{self.name} ({number})" if number else known

    def complete(self, other: Person) -> Person:
        """This person, with what only `other` knows added."""
        return replace(
            self,
            **{
                each.name: getattr(self, each.name) or getattr(other, each.name)
                for each in fields(self)
            },
        )


def parts_of(name: str) -> tuple[str, ...]:
    """The parts of a name in lower case without accents, in alphabetical order: the same for
    "Núñez, José" and "Jose Nunez".
    """
    return tuple(sorted(_plain(name).split()))


def run_together(name: str) -> set[str]:
    """The forms in which Canvas writes the name into file names: its parts without separators, the
    last name first if a comma or the word order shows which it is.
    """
    last, comma, first = name.partition(",")
    if comma:
        orders = [f"{last} {first}", f"{first} {last}"]
    else:
        words = name.split()
        orders = [" ".join((*words[cut:], *words[:cut])) for cut in range(max(1, len(words)))]
    return {found for order in orders if (found := _plain(order).replace(" ", ""))}


def same(text: str) -> str:
    """An e-mail address, number or login in the form in which it is compared."""
    return unicodedata.normalize("NFC", text).strip().casefold()


_LETTERS = str.maketrans({"ß": "ss", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "đ": "d", "ı": "i"})


def _plain(name: str) -> str:
    """The words of a name in lower case without accents, separated by single spaces."""
    spread = unicodedata.normalize("NFKD", name.translate(_LETTERS))
    letters = "".join(sign for sign in spread if not unicodedata.combining(sign))
    return " ".join(
        re.sub(r"[^\w]|_", " ", letters.replace("'", "").replace("’", "")).split()
    ).casefold()
