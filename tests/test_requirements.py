"""The matrix of requirements, the tests and the page docs/requirements.md agree."""

from __future__ import annotations

import pytest

from tests.requirements import MATRIX, PAGE, holders, matrix, named, page


def test_the_page_says_which_tests_hold_each_row_and_no_row_has_been_lost() -> None:
    assert PAGE.read_text("utf-8") == page(), "run `python -m tests.requirements` and look at what the page lost"


def test_the_matrix_is_whole() -> None:
    assert len(matrix()) == 204
    assert len({row.id for row in matrix()}) == 204
    assert MATRIX.read_text("utf-8").startswith("id,clause,entity,step,screen,acceptance")


def test_every_row_a_mark_names_is_a_row_of_the_matrix() -> None:
    assert set(holders()) - {row.id for row in matrix()} == set()


@pytest.mark.parametrize(
    ("name", "row"),
    [
        ("test_S003_3_5_curator_is_due_in_one_working_day", "S003-3.5"),
        ("test_S003_3_5_a_an_assessment_needs_a_problem", "S003-3.5-a"),
        ("test_S002_П_2_items_become_measures", "S002-П-2"),
        ("test_S001_2_1_d1_booklets", "S001-2.1-d1"),
        ("test_S004_О_any_is_for_want_of_others", "S004-О-*"),
        ("test_X_2_no_gap", "X-2"),
        ("test_S000_10_correction", "S000-10"),
        ("test_a_name_without_a_row", None),
    ],
)
def test_the_name_of_a_test_says_its_row(name: str, row: str | None) -> None:
    assert named(name) == row
