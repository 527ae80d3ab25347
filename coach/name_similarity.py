"""Finds names that may be variants of one name: misspelled, reordered or shortened.

The number of pairs grows quadratically with the number of names, so only names that share a key are
compared. A key consists of one word of the name with up to two letters deleted, and all other words
unchanged (Garbe, SymSpell, 2012). Words that are misspellings of each other, at an edit distance of
1 or 2, have such a key in common.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations

from rapidfuzz.distance import OSA

from coach import duplicate_facts as facts
from coach.folding import folded
from coach.texts.facts import Fact

Words = tuple[str, ...]
"""The words of a folded name, sorted."""
NamePair = tuple[Words, Words]

_MAX_WORDS = 6  # a longer name is compared as a whole only
_MIN_WORDS_OF_SHORTER_NAME = 2
_MIN_LENGTH_OF_ONE_ERROR = 5  # of the longer word; `Ana` and `Anja` are two names
_MIN_LENGTH_OF_TWO_ERRORS = 9
_MAX_LENGTH_OF_TWO_ERRORS = 24
_MAX_LENGTH = 40
_MAX_BLOCK = 50
"""The number of words in a block that are compared with each other; further ones are compared with
the first word only, so that the time stays linear in the number of names."""


def name_words(name: str) -> Words:
    """Return the words of a name, folded and sorted.

    >>> name_words("Đorđević, Ana-Marija")
    ('ana', 'dordevic', 'marija')
    """
    return tuple(sorted(folded(name).split()))


def similar_names(names: Iterable[Words]) -> Iterator[tuple[NamePair, Fact]]:
    """Yield the pairs of different names that may be the same name, with the reason for each.

    A word is taken for a misspelling of another only if one of them occurs in just one of `names`:
    `Marko` and `Mirko` are usually two people.
    """
    distinct = list(dict.fromkeys(names))
    known = set(distinct)
    for name in distinct:
        for shorter in _shorter_forms(name):
            if shorter in known:
                yield (shorter, name), facts.SHORTER_NAME()
    names_with = Counter(word for name in distinct for word in set(name))
    for rest, words in _words_by_rest(distinct).items():
        for one, other in _close_words(words):
            if 1 in (names_with[one], names_with[other]):
                pair = tuple(sorted((*rest, one))), tuple(sorted((*rest, other)))
                yield pair, facts.SIMILAR_NAME(count=OSA.distance(one, other))


def name_similarity(one: Words, other: Words) -> Fact | None:
    """Return the reason why two names may be the same name, or `None` if there is none.

    Call this only for people who share an address or id, because initials count as short forms:
    `A. Kovač` and `Ana Kovač`.
    """
    if one == other or "".join(one) == "".join(other):
        return facts.SAME_NAME()
    common = Counter(one) & Counter(other)
    if not common:
        return None
    rests = [sorted((Counter(name) - common).elements()) for name in (one, other)]
    if not all(rests) or _are_initials(*rests) or _are_initials(*reversed(rests)):
        return facts.SHORTER_NAME()
    if len(rests[0]) == len(rests[1]) == 1:
        first, second = rests[0][0], rests[1][0]
        if _is_misspelling(first, second):
            return facts.SIMILAR_NAME(count=OSA.distance(first, second))
    return None


def _are_initials(short: Sequence[str], whole: Sequence[str]) -> bool:
    """Return whether `short` are the initials of the words in `whole`, in any order."""
    return len(short) <= len(whole) and sorted(short) == sorted(word[0] for word in whole)


def _shorter_forms(name: Words) -> Iterator[Words]:
    """Yield the name with one or two words removed, if at least two words remain.

    Nothing is yielded for a name of more than `_MAX_WORDS` words.
    """
    if len(name) <= _MAX_WORDS:
        for length in range(max(_MIN_WORDS_OF_SHORTER_NAME, len(name) - 2), len(name)):
            yield from dict.fromkeys(combinations(name, length))


def _words_by_rest(names: Iterable[Words]) -> dict[Words, list[str]]:
    """Return the differing words of names that differ in one word, keyed by their shared words."""
    found: dict[Words, list[str]] = defaultdict(list)
    for name in names:
        if len(name) <= _MAX_WORDS:
            for place in dict.fromkeys(map(name.index, name)):
                found[name[:place] + name[place + 1 :]].append(name[place])
    return {rest: words for rest, words in found.items() if len(words) > 1}


def _close_words(words: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Yield pairs of words that may be misspellings of each other."""
    blocks: dict[str, list[str]] = defaultdict(list)
    for word in words:
        for key in _deletions(word):
            blocks[key].append(word)
    seen: set[tuple[str, str]] = set()
    for block in blocks.values():
        for one, other in _pairs(block):
            if (one, other) not in seen:
                seen.add((one, other))
                if _is_misspelling(one, other):
                    yield one, other


def _pairs(block: Sequence[str]) -> Iterator[tuple[str, str]]:
    yield from combinations(block[:_MAX_BLOCK], 2)
    yield from ((block[0], other) for other in block[_MAX_BLOCK:])


def _deletions(word: str) -> set[str]:
    """Return a word and, depending on its length, its variants with one or two letters deleted."""
    found = {word}
    if _MIN_LENGTH_OF_ONE_ERROR - 1 <= len(word) <= _MAX_LENGTH:
        once = {word[:place] + word[place + 1 :] for place in range(len(word))}
        found |= once
        if _MIN_LENGTH_OF_TWO_ERRORS - 2 <= len(word) <= _MAX_LENGTH_OF_TWO_ERRORS:
            found |= {one[:place] + one[place + 1 :] for one in once for place in range(len(one))}
    return found


def _is_misspelling(one: str, other: str) -> bool:
    longer = max(len(one), len(other))
    if longer < _MIN_LENGTH_OF_ONE_ERROR or _differ_in_gender(one, other):
        return False
    errors = 2 if _MIN_LENGTH_OF_TWO_ERRORS <= longer <= _MAX_LENGTH_OF_TWO_ERRORS else 1
    return one != other and OSA.distance(one, other, score_cutoff=errors) <= errors


def _differ_in_gender(one: str, other: str) -> bool:
    """Return whether two words differ only in a feminine `-a`: `Ivan`, `Ivana`; `-ski`, `-ska`."""
    shorter, longer = sorted((one, other), key=len)
    if longer == f"{shorter}a":
        return True
    return one[:-1] == other[:-1] and "a" in (one[-1:], other[-1:])
