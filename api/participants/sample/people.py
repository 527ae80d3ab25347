"""The fictitious people in the sample cycle, one spreadsheet row per person."""

from __future__ import annotations

from datetime import date

Cell = str | int | date
SheetRow = dict[str, Cell]

_LEADING = "gender-responsive leadership"
_HARASSMENT = "harassment and abuse"
_RECRUITMENT = "recruitment and retention"
_EDUCATION = "gender in military education"
_STEREOTYPES = "stereotypes and prejudice"
_REFORM = "security sector reform"
_RESOURCES = "human resources"


def _topics(*names: str) -> str:
    return "; ".join(names)


COACHEES: tuple[SheetRow, ...] = (
    {
        "id": "C-01", "name": "Ilir Shembulli", "email": "ilir.shembulli@example.org",
        "country": "AL", "languages": "sq:C2; en:B2", "sex": "M", "birth_year": 1969,
        "service": "land", "unit": "General Staff", "rank": "Gjeneral major",
        "role": "commander", "priority": 3,
        "availability": "Mon 09:00-12:00; Thu 09:00-11:00",
        "topics": _topics(_LEADING, _RECRUITMENT),
    },
    {
        "id": "C-02", "name": "Drita Prova", "email": "drita.prova@example.org",
        "country": "AL", "languages": "sq:C2; en:B1", "sex": "F", "birth_year": 1975,
        "service": "mod", "unit": "Directorate of Personnel", "rank": "drejtoreshë e përgjithshme",
        "role": "decision_maker", "priority": 2, "prefers": "K-05; K-03",
        "availability": "Tue 09:00-12:00; Thu 09:00-12:00",
        "topics": _topics(_RESOURCES, _RECRUITMENT),
    },
    {
        "id": "C-03", "name": "Emir Ogledić", "email": "emir.ogledic@example.org",
        "country": "BA", "languages": "bs:C2; en:B1", "sex": "M", "birth_year": 1974,
        "service": "land", "unit": "4th Sample Brigade", "rank": "brigadir",
        "role": "commander", "availability": "Tue 08:30-11:30; Wed 08:30-10:30",
        "topics": _topics(_HARASSMENT, _LEADING),
    },
    {
        "id": "C-04", "name": "Jasna Pokusna", "email": "jasna.pokusna@example.org",
        "country": "BA", "languages": "bs:C2; hr:C1; en:B2", "sex": "F", "birth_year": 1971,
        "service": "mod", "unit": "Sector for Policy and Plans", "rank": "pomoćnica ministra",
        "role": "decision_maker", "priority": 2, "refuses": "K-06",
        "availability": "Mon 09:00-11:30; Wed 08:30-10:30",
        "topics": _topics(_REFORM, _LEADING),
    },
    {
        "id": "C-05", "name": "Arbër Prototipi", "email": "arber.prototipi@example.org",
        "country": "XK", "languages": "sq:C2; en:B2", "sex": "M", "birth_year": 1978,
        "service": "land", "unit": "Land Force Command", "rank": "Kolonel",
        "role": "commander", "availability": "Mon 09:00-11:30; Wed 09:00-11:30",
        "topics": _topics(_EDUCATION, _STEREOTYPES),
    },
    {
        "id": "C-06", "name": "Teuta Modeli", "email": "teuta.modeli@example.org",
        "country": "XK", "languages": "sq:C2; en:C1", "sex": "F", "birth_year": 1973,
        "service": "mod", "unit": "Office of the Secretary General",
        "rank": "sekretare e përgjithshme", "role": "decision_maker", "priority": 2,
        "availability": "Wed 09:00-12:00; Fri 09:00-11:00",
        "topics": _topics(_LEADING, _HARASSMENT),
    },
    {
        "id": "C-07", "name": "Vesna Primjerović", "email": "vesna.primjerovic@example.org",
        "country": "ME", "languages": "cnr:C2; en:C1", "sex": "F", "birth_year": 1970,
        "service": "mod", "unit": "Cabinet", "rank": "državna sekretarka",
        "role": "decision_maker", "priority": 3, "rank_sensitivity": "strict",
        "availability": "Tue 08:30-10:30; Thu 08:30-11:00",
        "topics": _topics(_LEADING),
    },
    {
        "id": "C-08", "name": "Luka Uzorak", "email": "luka.uzorak@example.org",
        "country": "ME", "languages": "cnr:C2; en:B2", "sex": "M", "birth_year": 1977,
        "service": "land", "unit": "Mission contingent", "rank": "pukovnik",
        "role": "commander", "timezone": "Africa/Mogadishu",
        "availability": "Tue 10:00-14:00; Wed 10:00-14:00",
        "unavailable": "2027-03-15..2027-04-04",
        "topics": _topics(_HARASSMENT, _STEREOTYPES),
    },
    {
        "id": "C-09", "name": "Бојан Примеровски", "email": "bojan.primerovski@example.org",
        "country": "MK", "languages": "mk:C2; en:B2; sq:B1", "sex": "M", "birth_year": 1976,
        "service": "land", "unit": "1st Sample Mechanised Brigade", "rank": "полковник",
        "role": "commander", "uniformed_coach": "yes",
        "availability": "Mon 08:30-11:00; Wed 08:30-11:00",
        "unavailable": date(2027, 3, 8), "topics": _topics(_RECRUITMENT, _LEADING),
    },
    {
        "id": "C-10", "name": "Елена Образец", "email": "elena.obrazec@example.org",
        "country": "MK", "languages": "mk:C2; en:C1", "sex": "F", "birth_year": 1968,
        "service": "mod", "unit": "State Secretariat", "rank": "државна секретарка",
        "role": "decision_maker", "priority": 2, "rank_sensitivity": "strict",
        "uniformed_coach": "yes",
        "availability": "Tue 09:00-12:00; Thu 08:30-11:30",
        "topics": _topics(_REFORM, _LEADING),
    },
    {
        "id": "C-11", "name": "Milan Ogledni", "email": "milan.ogledni@example.org",
        "country": "RS", "languages": "sr:C2; en:B2", "sex": "M", "birth_year": 1968,
        "service": "land", "unit": "2nd Sample Brigade", "rank": "brigadni general",
        "role": "commander", "priority": 2, "prefers": "K-04",
        "availability": "Mon 08:00-11:00; Fri 08:00-10:30",
        "unavailable": "2027-02-15..2027-02-19", "topics": _topics(_RECRUITMENT, _LEADING),
    },
    {
        "id": "C-12", "name": "Snežana Probna", "email": "snezana.probna@example.org",
        "country": "RS", "languages": "sr:C2; en:B2", "sex": "F", "birth_year": 1972,
        "service": "mod", "unit": "Sector for Human Resources", "rank": "načelnica uprave",
        "role": "decision_maker", "availability": "Wed 08:00-11:00; Thu 08:00-10:30",
        "topics": _topics(_RESOURCES, _HARASSMENT),
    },
    {
        "id": "C-13", "name": "Ivana Kušnja", "email": "ivana.kusnja@example.org",
        "country": "HR", "languages": "hr:C2; en:C1", "sex": "F", "birth_year": 1979,
        "service": "air", "unit": "Sample Air Base", "rank": "brigadir",
        "role": "commander", "availability": "Tue 09:00-11:30; Fri 09:00-12:00",
        "topics": _topics(_EDUCATION, _LEADING),
    },
    {
        "id": "C-14", "name": "Goran Obrazac", "email": "goran.obrazac@example.org",
        "country": "RS", "languages": "sr:C2; en:B2", "sex": "M", "birth_year": 1980,
        "service": "navy", "unit": "Sample River Flotilla", "rank": "kapetan bojnog broda",
        "role": "commander", "rank_sensitivity": "relaxed",
        "availability": "Wed 08:30-10:30; Thu 08:30-11:00",
        "topics": _topics(_STEREOTYPES, _HARASSMENT),
    },
)  # fmt: skip

COACHES: tuple[SheetRow, ...] = (
    {
        "id": "K-01", "name": "Besa Shembull", "email": "besa.shembull@example.org",
        "country": "AL", "languages": "sq:C2; en:C1", "sex": "F", "birth_year": 1976,
        "service": "land", "unit": "Training and Doctrine Command", "rank": "Kolonel",
        "capacity": 2, "availability": "Mon 09:00-12:00; Wed 09:00-12:00",
        "topics": _topics(_EDUCATION, _STEREOTYPES, _LEADING), "chain_of_command": "General Staff",
    },
    {
        "id": "K-02", "name": "Amra Uzorčić", "email": "amra.uzorcic@example.org",
        "country": "BA", "languages": "bs:C2; en:B2", "sex": "F", "birth_year": 1975,
        "service": "land", "unit": "Operational Command", "rank": "brigadir",
        "capacity": 2, "availability": "Mon 08:00-11:00; Thu 08:30-11:30",
        "topics": _topics(_STEREOTYPES, _HARASSMENT), "chain_of_command": "C-03",
    },
    {
        "id": "K-03", "name": "Vjosa Provë", "email": "vjosa.prove@example.org",
        "country": "XK", "languages": "sq:C2; en:C1", "sex": "F", "birth_year": 1982,
        "service": "land", "unit": "land force command", "rank": "Nënkolonel",
        "capacity": 2, "availability": "Tue 09:00-12:00; Wed 09:00-11:30",
        "topics": _topics(_RESOURCES, _HARASSMENT),
    },
    {
        "id": "K-04", "name": "Marko Ogledalo", "email": "marko.ogledalo@example.org",
        "country": "ME", "languages": "cnr:C2; en:B2", "sex": "M", "birth_year": 1973,
        "service": "land", "unit": "Sample Training Centre", "rank": "pukovnik",
        "capacity": 2, "availability": "Tue 08:30-11:30; Fri 08:30-11:00",
        "topics": _topics(_RECRUITMENT, _LEADING, _HARASSMENT),
    },
    {
        "id": "K-05", "name": "Сања Моделска", "email": "sanja.modelska@example.org",
        "country": "MK", "languages": "mk:C2; sq:B2; en:C1", "sex": "F", "birth_year": 1979,
        "service": "land", "unit": "Sample Military Academy", "rank": "потполковник",
        "capacity": 2, "availability": "Mon 09:00-11:30; Thu 09:00-12:00",
        "topics": _topics(_RESOURCES, _RECRUITMENT, _EDUCATION),
    },
    {
        "id": "K-06", "name": "Dragan Primerak", "email": "dragan.primerak@example.org",
        "country": "RS", "languages": "sr:C2; en:B2", "sex": "M", "birth_year": 1974,
        "service": "air", "unit": "Sample University of Defence", "rank": "pukovnik",
        "capacity": 2, "availability": "Tue 08:30-11:30; Wed 08:00-11:00", "refuses": "C-14",
        "topics": _topics(_STEREOTYPES, _HARASSMENT, _EDUCATION),
    },
    {
        "id": "K-07", "name": "Astrid Exempelsson", "email": "astrid.exempelsson@example.org",
        "country": "SE", "languages": "en:C2; sv:C2", "sex": "F", "birth_year": 1966,
        "service": "external", "rank": "CIV", "capacity": 4, "max_per_day": 3, "max_per_week": 5,
        "availability": "Tue 08:30-12:00; Wed 09:00-12:00; Thu 08:30-12:00",
        "topics": _topics(_LEADING, _REFORM, _HARASSMENT),
    },
    {
        "id": "K-08", "name": "Petar Uzor", "email": "petar.uzor@example.org",
        "country": "HR", "languages": "hr:C2; en:C1", "sex": "M", "birth_year": 1970,
        "service": "land", "unit": "Sample Defence College", "rank": "brigadni general",
        "capacity": 3, "availability": "Mon 08:30-12:00; Fri 09:00-12:00",
        "unavailable": "2027-06-28..2027-07-16",
        "topics": _topics(_LEADING, _REFORM, _RECRUITMENT),
    },
    {
        "id": "K-09", "name": "Ljiljana Mustra", "email": "ljiljana.mustra@example.org",
        "country": "RS", "languages": "sr:C2; en:B2", "sex": "F", "birth_year": 1971,
        "service": "mod", "unit": "Sector for Human Resources", "rank": "pomoćnica ministra",
        "capacity": 1, "availability": "Tue 09:00-11:30; Thu 08:30-11:00",
        "topics": _topics(_RESOURCES, _REFORM),
    },
)  # fmt: skip
