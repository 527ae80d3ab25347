"""Column headers recognised in lists of people: in English and six languages of the region."""

from __future__ import annotations

from collections.abc import Collection

from coach.folding import header_key

# In English, Bosnian, Croatian, Montenegrin, Serbian, Albanian and Macedonian. The names are
# folded, so that headers in Cyrillic match those in Latin script.
_NAMES = {
    "id": "id, sifra, oznaka, kod, identifikator, identifikuesi, kodi",
    "name": "name, full name, ime i prezime, ime, emri, emri dhe mbiemri, emri mbiemri",
    "email": "email, email address, e mail, mail, e posta, eposta, adresa e poste, email adresa, "
    "mejl, imejl, e mejl, posta elektronike, adresa e emailit, elektronska posta",
    "country": "country, country territory, drzava, zemlja, shteti, vendi, zemja",
    "languages": "languages, language, jezici, jezik, gjuhet, gjuha, jazici, jazik",
    "availability": "availability, available, weekly availability, dostupnost, raspolozivost, "
    "slobodni termini, disponueshmeria, koha e lire, dostapnost, raspolozlivost",
    "unavailable": "unavailable, not available, absences, absence, odsustva, odsustvo, odsutnost, "
    "nedostupan, mungesat, mungesa, i padisponueshem, nedostapnost, otsustva, otsustvo",
    "timezone": "timezone, time zone, vremenska zona, zona kohore",
    "sex": "sex, gender, pol, spol, gjinia",
    "birth_year": "birth year, year of birth, godina rodenja, godina rodjenja, godiste, "
    "date of birth, datum rodenja, datum rodjenja, datelindja, data e lindjes, datum na raganje, "
    "viti i lindjes, vitlindja, godina na raganje, godina na ragjanje",
    "service": "service, branch, rod, vid, grana, lloji i forces, vid na vooruzeni sili",
    "unit": "unit, jedinica, postrojba, njesia, reparti, edinica",
    "rank": "rank, cin, grada, grade, gradimi",
    "role": "role, uloga, roli",
    "rank_sensitivity": "rank sensitivity, osetljivost na cin, osjetljivost na cin",
    "uniformed_coach": "uniformed coach, coach in uniform",
    "priority": "priority, prioritet, prioriteti, vaznost",
    "prefers": "prefers, preferred, preferred coaches, preferences",
    "refuses": "refuses, refused, refusals",
    "topics": "topics, topic, teme, tema, temat, temi, oblasti",
    "capacity": "capacity, kapacitet, kapaciteti",
    "max_per_day": "max per day, maximum per day, najvise dnevno",
    "max_per_week": "max per week, maximum per week, najvise nedeljno, najvise sedmicno",
    "chain_of_command": "chain of command, lanac komandovanja, zapovjedni lanac, "
    "zinxhiri komandues, zinxhiri i komandes, sinxir na komanduvanje",
    "person": "person, human",
}


_COLUMN_BY_KEY = {
    header_key(name): column for column, names in _NAMES.items() for name in names.split(", ")
}


def column_of_header(header: str) -> str | None:
    """Return the name of the column that a header clearly denotes, or `None`."""
    return _COLUMN_BY_KEY.get(header_key(header))


def known_headers(columns: Collection[str]) -> dict[str, str]:
    """Return the names of `columns`, keyed by their header keys in all languages."""
    return {key: column for key, column in _COLUMN_BY_KEY.items() if column in columns}


_RUNNING_NUMBERS = frozenset(
    header_key(name) for name in ("no", "number", "nr", "numri", "nr rendor", "r br", "redni broj",
                                  "br", "broj", "reden broj")
)  # fmt: skip


def is_running_number(header: str) -> bool:
    """Return whether a header denotes row numbers, which may serve as ids."""
    return header_key(header) in _RUNNING_NUMBERS
