"""The words that people use to accept or decline in each language.

A word counts only if it means the same in all languages that its writer reads: *ne* is *no* in
Serbian and *us* in Albanian, and *ja* is *yes* in German and *I* in Bosnian. Case, accents and
script do not matter.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from coach.folding import folded


class WrittenAnswer(StrEnum):
    """The meaning of a short written answer, or `OTHER`."""

    ACCEPTED = "accepted"
    DECLINED = "declined"
    ANOTHER_TIME = "another time"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class AnswerWords:
    """The answers in one language, and its words that mean an answer only in another language."""

    yes: tuple[str, ...]
    no: tuple[str, ...]
    another_time: tuple[str, ...] = ()
    no_answer: tuple[str, ...] = ()


_BCMS = AnswerWords(  # Bosnian, Croatian, Montenegrin, Serbian
    yes=("da", "prihvatam", "prihvaćam", "prihvaćeno", "potvrđujem", "potvrđeno", "može"),
    no=("ne", "odbijam", "odbijeno", "ne mogu", "ne dolazim"),
    another_time=("drugi termin", "drugi termin molim"),
    no_answer=("ja", "jo", "no", "po", "si"),
)
ANSWER_WORDS: Mapping[str, AnswerWords] = {
    "en": AnswerWords(
        yes=("yes", "accepted", "accept", "i accept", "confirmed", "i confirm", "ok", "okay"),
        no=("no", "declined", "decline", "i decline", "i cannot attend"),
        another_time=("another time", "another time please"),
    ),
    "sq": AnswerWords(
        yes=("po", "pranoj", "e pranoj", "pranohet", "konfirmoj", "e konfirmoj", "vij"),
        no=("jo", "refuzoj", "e refuzoj", "nuk pranoj", "nuk mundem", "nuk vij"),
        another_time=("një kohë tjetër", "një orar tjetër"),
        no_answer=("ne", "da", "ja", "si", "no"),
    ),
    "bs": _BCMS,
    "hr": _BCMS,
    "cnr": _BCMS,
    "sr": _BCMS,
    "mk": AnswerWords(
        yes=("да", "прифаќам", "прифатено", "потврдувам", "потврдено", "може", "доаѓам"),
        no=("не", "одбивам", "одбиено", "не можам", "не доаѓам"),
        another_time=("друг термин", "друг термин ве молам"),
        no_answer=("ја", "но", "по", "си"),  # noqa: RUF001 - Cyrillic
    ),
    "sl": AnswerWords(
        yes=("da", "ja", "sprejmem", "potrjujem"),
        no=("ne", "zavračam", "ne morem"),
        another_time=("drug termin",),
        no_answer=("jo", "no", "po", "si"),
    ),
    "de": AnswerWords(
        yes=("ja", "zugesagt", "ich nehme an", "ich komme"),
        no=("nein", "abgesagt", "ich sage ab"),
        another_time=("anderer termin", "ein anderer termin bitte"),
        no_answer=("da", "ne", "jo", "no"),
    ),
    "fr": AnswerWords(
        yes=("oui", "accepté", "j'accepte", "je confirme"),
        no=("non", "refusé", "je refuse"),
        another_time=("une autre date", "un autre horaire"),
        no_answer=("ne", "si", "ja"),
    ),
    "it": AnswerWords(
        yes=("sì", "accetto", "accettato", "confermo"),
        no=("no", "rifiuto", "rifiutato"),
        another_time=("un altro orario", "un'altra data"),
        no_answer=("da", "ne", "po"),
    ),
    "sv": AnswerWords(
        yes=("ja", "jag accepterar", "jag kommer"),
        no=("nej", "jag avböjer"),
        another_time=("en annan tid",),
        no_answer=("da", "jo", "ne", "no"),
    ),
    "nb": AnswerWords(
        yes=("ja", "jeg godtar", "jeg kommer"),
        no=("nei", "jeg avslår"),
        another_time=("et annet tidspunkt",),
        no_answer=("da", "jo", "ne", "no"),
    ),
    "nl": AnswerWords(
        yes=("ja", "geaccepteerd", "akkoord"),
        no=("nee", "afgewezen"),
        another_time=("een ander tijdstip",),
        no_answer=("da", "ne", "jo", "no"),
    ),
    "tr": AnswerWords(
        yes=("evet", "kabul ediyorum"),
        no=("hayır", "reddediyorum"),  # noqa: RUF001 - Turkish
        another_time=("başka bir zaman",),
        no_answer=("da", "ne", "no"),
    ),
}


def _meanings(words: AnswerWords) -> Mapping[str, WrittenAnswer]:
    meant = {
        WrittenAnswer.ACCEPTED: words.yes,
        WrittenAnswer.DECLINED: words.no,
        WrittenAnswer.ANOTHER_TIME: words.another_time,
        WrittenAnswer.OTHER: words.no_answer,
    }
    return {folded(word): answer for answer, each in meant.items() for word in each}


_MEANINGS = {language: _meanings(words) for language, words in ANSWER_WORDS.items()}


def answer_in(said: str, languages: Collection[str]) -> WrittenAnswer:
    """Return the meaning of a few words, given the languages that their writer reads.

    Words that are unknown in these languages are looked up in all languages. The result is `OTHER`
    if the words are ambiguous or are not an answer.
    """
    words = folded(said.strip().rstrip("!"))
    meanings = _in(words, languages) or _in(words, _MEANINGS)
    return meanings.pop() if len(meanings) == 1 else WrittenAnswer.OTHER


def _in(words: str, languages: Iterable[str]) -> set[WrittenAnswer]:
    found = (_MEANINGS.get(one, {}).get(words) for one in languages)
    return {one for one in found if one is not None}
