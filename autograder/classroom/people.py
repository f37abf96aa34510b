"""Who made a submission: what is known of a person, and when two names are one."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, fields, replace

_REPLACED = ("Cc", "Cs", "Zl", "Zp")
_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def one_line(text: str) -> str:
    """The text with a replacement for each sign that ends a line, that a terminal obeys, that turns
    the direction of writing, or that UTF-8 lacks.
    """
    if text.isprintable():
        return text
    return "".join(
        "\ufffd" if sign in _TURNING or unicodedata.category(sign) in _REPLACED else sign
        for sign in text
    )


@dataclass(frozen=True)
class Person:
    """What is known of a student; an empty text if it is not known.

    `number` is the student number of the school, `login` the name at sign-in, and `platform` the
    number that the platform itself gives out (Canvas's ID, Moodle's participant). `clue` is a name
    of a file or folder that may hold any of these.
    """

    name: str = ""
    email: str = ""
    number: str = ""
    login: str = ""
    platform: str = ""
    clue: str = ""

    def __post_init__(self) -> None:
        # exports and names of files say what they like
        for each in fields(self):
            object.__setattr__(self, each.name, one_line(getattr(self, each.name)))

    @property
    def label(self) -> str:
        """The person in one line, told apart from another one of the same name."""
        known = self.name or self.email or self.number or self.login
        if not self.name:
            return known
        if self.email:
            return f"{self.name} <{self.email}>"
        number = self.number or self.login or self.platform
        return f"{self.name} ({number})" if number else known

    def completed(self, other: Person) -> Person:
        """This person, with what only `other` knows."""
        return replace(
            self,
            **{
                each.name: getattr(self, each.name) or getattr(other, each.name)
                for each in fields(self)
            },
        )


def parts_of(name: str) -> tuple[str, ...]:
    """The parts of a name in small letters without accents, in alphabetical order: the same for
    "Núñez, José" and "Jose Nunez".
    """
    return tuple(sorted(_plain(name).split()))


def run_together(name: str) -> set[str]:
    """The name as Canvas writes it into file names: parts without anything between them, with the
    last name first where a comma or the order of the words tells it.
    """
    last, comma, first = name.partition(",")
    if comma:
        orders = [f"{last} {first}", f"{first} {last}"]
    else:
        words = name.split()
        orders = [" ".join((*words[cut:], *words[:cut])) for cut in range(max(1, len(words)))]
    return {found for order in orders if (found := _plain(order).replace(" ", ""))}


def same(text: str) -> str:
    """An e-mail address, number or login as it is compared."""
    return unicodedata.normalize("NFC", text).strip().casefold()


_LETTERS = str.maketrans({"ß": "ss", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "đ": "d", "ı": "i"})


def _plain(name: str) -> str:
    """The words of a name in small letters without accents, with one space between them."""
    spread = unicodedata.normalize("NFKD", name.translate(_LETTERS))
    letters = "".join(sign for sign in spread if not unicodedata.combining(sign))
    return " ".join(
        re.sub(r"[^\w]|_", " ", letters.replace("'", "").replace("’", "")).split()
    ).casefold()
