"""Match submissions with the students of a roster: by e-mail address, number or login, or by a name
that only one of them has.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from autograder.classroom.notices import MISSING, SEVERAL, UNMATCHED, Notice
from autograder.classroom.people import Person, parts_of, run_together, same
from autograder.classroom.roster import Roster, Student
from autograder.classroom.submissions import SubmittedFiles

_SHORTEST = 2
"""The fewest characters of a part of a file's name that can be a login; a number needs one more."""


@dataclass(frozen=True)
class Joined:
    """The submissions, completed by what the roster knows about their people; the keys of each
    student's submissions, in the roster's order; and what does not fit together.
    """

    submissions: list[SubmittedFiles]
    keys: list[list[str]]
    notices: list[Notice]


def join(submissions: Sequence[SubmittedFiles], roster: Roster) -> Joined:
    """Find the student of each submission, and the submission of each student."""
    index = _Index(roster.students, [each.clue for one in submissions for each in one.people])
    found: dict[tuple[str, int], tuple[int | None, bool, str]] = {}
    for submission in submissions:
        for number, person in enumerate(submission.people or (Person(),)):
            found[submission.key, number] = index.find(person)
    claims: defaultdict[int, list[tuple[str, bool]]] = defaultdict(list)
    for (key, _), (student, by_name, _) in found.items():
        if student is not None:
            claims[student].append((key, by_name))
    shared = {
        student
        for student, claimed in claims.items()
        if len({key for key, _ in claimed}) > 1 and any(by_name for _, by_name in claimed)
    }
    keys: list[list[str]] = [[] for _ in roster.students]
    joined, notices = [], []
    for submission in submissions:
        people = []
        for number, person in enumerate(submission.people or (Person(),)):
            student, by_name, why = found[submission.key, number]
            if student is not None and student in shared and by_name:
                others = sorted({key for key, _ in claims[student]} - {submission.key})
                name = roster.students[student].person.name
                student = None
                why = (
                    f"{name} is also the name on {', '.join(others)}, so autograder cannot match "
                    "by name"
                )
            if student is None:
                who = person.label
                people.append(person)
                notices.append(
                    Notice(
                        UNMATCHED,
                        f"{submission.file} ({who})" if who else submission.file,
                        why,
                        submission.key,
                        (person,),
                    )
                )
            else:
                people.append(roster.students[student].person.complete(person))
                keys[student].append(submission.key)
        joined.append(replace(submission, people=tuple(people)))
    claimed = [index.with_name(person.name) for notice in notices for person in notice.people]
    unclear = shared.union(*claimed)
    return Joined(joined, keys, notices + list(_of_students(roster, keys, unclear)))


def _of_students(
    roster: Roster, keys: Sequence[Sequence[str]], unclear: Collection[int]
) -> Iterable[Notice]:
    """A notice for each student without a submission, or with several. `unclear` are students whose
    name is on a submission that could not be matched.
    """
    for number, (student, found) in enumerate(zip(roster.students, keys, strict=True)):
        label = student.person.label
        if not found:
            why = f"on the roster {roster.path.name}, but no submission matches"
            if number in unclear:
                why += (
                    "; several students have this name, and nothing shows whose submission is whose"
                )
            yield Notice(MISSING, label, why, people=(student.person,))
        elif len(found) > 1:
            yield Notice(
                SEVERAL,
                label,
                f"this student has {len(found)} submissions ({', '.join(sorted(found))}); remove "
                "all but one, or no gradebook gets points for this student",
                people=(student.person,),
            )


class _Index:
    """The students of a roster by everything that can name them."""

    def __init__(self, students: Sequence[Student], clues: Sequence[str]) -> None:
        self._students = students
        told = [set(_words(clue)) for clue in clues if clue]
        self._common = set.intersection(*told) if len(told) > 1 else set()
        self._by_id: defaultdict[str, set[int]] = defaultdict(set)
        self._by_mailbox: defaultdict[str, set[int]] = defaultdict(set)
        self._by_platform: defaultdict[str, set[int]] = defaultdict(set)
        self._by_name: defaultdict[tuple[str, ...] | str, set[int]] = defaultdict(set)
        for number, student in enumerate(students):
            for each in student.ids:
                self._by_id[each].add(number)
                if "@" in each:
                    self._by_mailbox[each.partition("@")[0]].add(number)
            if student.person.platform:
                self._by_platform[same(student.person.platform)].add(number)
            names: set[tuple[str, ...] | str] = {parts_of(student.person.name)}
            for name in names | run_together(student.person.name):
                if name:
                    self._by_name[name].add(number)

    def find(self, person: Person) -> tuple[int | None, bool, str]:
        """The number of the student who is this person, whether only the name says so, and, if
        there is none, why.
        """
        named = self.with_name(person.name)
        numbered = self._by_platform.get(same(person.platform), set())
        for students in (
            # a number belongs to one platform, and the roster may come from another
            numbered & named if named else numbered,
            *map(self._identify, (person.email, person.number, person.login)),
        ):
            if len(students) == 1:
                return next(iter(students)), False, ""
        if person.platform:  # the number may be known even on another platform's roster
            students = self._identify(person.platform)
            if len(students & named) == 1 or (len(students) == 1 and not person.name):
                return next(iter(students & named or students)), False, ""
        if len(named) == 1:
            return next(iter(named)), True, ""
        if len(named) > 1:
            name = self._students[min(named)].person.name
            return None, False, f"{len(named)} students on the roster have the name {name}"
        return self._by_clue(person.clue)

    def _identify(self, text: str) -> set[int]:
        """The students with this e-mail address, number, login or mailbox name."""
        if not text:
            return set()
        return self._by_id.get(same(text)) or self._by_mailbox.get(same(text), set())

    def with_name(self, name: str) -> set[int]:
        """The students with this name."""
        if not name:
            return set()
        found = self._by_name.get(parts_of(name), set())
        return found or self._by_name.get("".join(_letters(name)), set())

    def _by_clue(self, clue: str) -> tuple[int | None, bool, str]:
        """The student whom the name of a file or folder identifies, as a whole or in one of its
        parts, longest first.
        """
        nobody = "its name contains no e-mail address, number, login or name from the roster"
        if not clue:
            return None, False, nobody
        whole = self._identify(clue)
        if len(whole) == 1:
            return next(iter(whole)), False, ""
        words = _words(clue)
        found = self._by_words(clue, words)
        if len(found[0]) > 1:  # one of the words may be in the name of every submission
            found = self._by_words(clue, [word for word in words if word not in self._common])
        students, only_name = found
        if len(students) > 1:
            names = sorted(self._students[each].person.label for each in students)
            return None, False, f"its name fits several students: {', '.join(names)}"
        return (next(iter(students)), only_name, "") if students else (None, False, nobody)

    def _by_words(self, clue: str, words: Sequence[str]) -> tuple[set[int], bool]:
        """The students whom the most words in a row identify, and whether these words are only a
        name.
        """
        for size in range(len(words), 0, -1):
            by_id, by_name = set(), set()
            for start in range(len(words) - size + 1):
                for text in _join(clue, words[start : start + size]):
                    if len(text) >= _SHORTEST + text.isdigit():
                        by_id |= self._identify(text)
                by_name |= self.with_name(" ".join(words[start : start + size]))
            if by_id or by_name:
                return by_id or by_name, not by_id
        return set(), False


def _words(clue: str) -> list[str]:
    return re.split(r"[\s_\-,;()+]+", clue)


def _join(clue: str, words: Sequence[str]) -> set[str]:
    """The words as they stand in the clue, whatever separates them."""
    return {text for sign in "-_. " if (text := sign.join(words)) in clue}


def _letters(name: str) -> Iterable[str]:
    return parts_of(name.replace("_", "")) if " " not in name else ()
