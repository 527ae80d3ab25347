import pytest

from coach.plural import pluralise


@pytest.mark.parametrize(
    ("number", "things", "said"),
    [(0, "coaches", "0 coaches"), (1, "coaches", "1 coach"), (2, "coaches", "2 coaches")],
)
def test_plural_follows_the_number(number: int, things: str, said: str) -> None:
    assert pluralise(number, "coach", things) == said


def test_plural_adds_s_by_default() -> None:
    assert [pluralise(number, "pair") for number in (0, 1, 2)] == ["0 pairs", "1 pair", "2 pairs"]
