"""Each way in which stock Flask-AppBuilder 5.3 was found unsafe, and the tests that would notice it coming back.

The findings were made on a bare installation of the framework before the first line of this product. A test named here
that is renamed or removed fails the build until this table names its successor.
"""

from __future__ import annotations

import ast

import pytest

from config import ROOT

FINDINGS: dict[str, tuple[str, tuple[str, ...]]] = {
    "F01": (
        "an action by number reaches any row",
        (
            "register/test_foreign_rows.py::test_on_every_route_a_foreign_row_answers_like_a_missing_one",
            "register/test_foreign_rows.py::test_a_bulk_step_with_one_foreign_row_is_404_and_touches_no_row",
            "access/test_matrix.py::test_everybody_gets_what_the_table_says",
        ),
    ),
    "F02": (
        "page, size and order of a list are not checked: failures, and an order by hidden columns",
        (
            "register/test_addresses.py::test_an_address_the_list_does_not_have_is_400",
            "register/test_addresses.py::test_no_address_breaks_a_list",
            "register/test_addresses.py::test_a_hidden_column_orders_filters_and_shows_nothing_byte_for_byte",
        ),
    ),
    "F03": (
        "filters of one request are used by another",
        (
            "register/test_at_once.py::test_eight_people_adding_sixty_members_each_never_reach_another_family",
            "register/test_at_once.py::test_eight_lists_with_filters_of_their_own_show_what_was_asked",
        ),
    ),
    "F04": (
        "a link in a form makes rows of other tables, or points to a foreign one",
        (
            "register/test_foreign_rows.py::test_a_form_never_links_to_a_foreign_row",
            "access/test_static.py::test_there_is_no_door_for_programs",
        ),
    ),
    "F05": (
        "what is not listed can still be searched, filtered or written",
        (
            "register/test_addresses.py::test_a_hidden_column_orders_filters_and_shows_nothing_byte_for_byte",
            "register/test_declarations.py::test_a_private_column_is_never_filtered_by",
            "register/test_foreign_rows.py::test_a_form_writes_no_column_it_does_not_show",
        ),
    ),
    "F06": (
        "a file is handed out by its name alone",
        (
            "register/test_files.py::test_a_file_of_another_centre_answers_like_one_that_never_was",
            "register/test_files.py::test_a_file_is_found_only_through_its_own_record",
        ),
    ),
    "F07": (
        "addresses without a token",
        (
            "access/test_forged.py::test_a_form_without_a_token_changes_nothing",
            "access/test_forged.py::test_a_form_with_the_token_of_somebody_else_changes_nothing",
            "access/test_forged.py::test_no_address_changes_anything_by_get_or_head_that_takes_post",
            "access/test_reading.py::test_reading_changes_nothing",
        ),
    ),
    "F08": (
        "a copied cookie outlives logout, a new password and new roles",
        (
            "door/test_sessions.py::test_what_changes_an_account_ends_every_copied_cookie",
            "door/test_sessions.py::test_going_out_ends_this_session_and_a_copy_of_its_cookie_only",
            "door/test_sessions.py::test_a_number_planted_before_the_door_is_not_the_number_behind_it",
            "door/test_cookies.py::test_the_flags_of_the_cookie",
        ),
    ),
    "F09": (
        "who edits accounts can make himself administrator",
        (
            "organisation/test_account_views.py::test_a_role_above_ones_own_cannot_be_given",
            "organisation/test_account_views.py::test_the_account_of_somebody_higher_is_not_touched",
            "organisation/test_account_views.py::test_the_rights_of_a_higher_role_are_not_touched",
            "organisation/test_account_views.py::test_the_last_administrator_stays",
        ),
    ),
    "F10": (
        "a password is changed without the present one, and may be «1»",
        (
            "organisation/test_rules.py::test_an_own_password_is_changed_by_who_knows_it",
            "door/test_passwords.py::test_a_password_is_long_uncommon_and_of_any_alphabet",
        ),
    ),
    "F11": ("logout by an address", ("door/test_sessions.py::test_one_goes_out_by_a_button_and_never_by_an_address",)),
    "F12": (
        "files are removed before the commit",
        (
            "test_storage.py::test_a_file_is_removed_only_after_the_commit",
            "test_storage.py::test_a_removal_rolled_back_leaves_the_file_for_good",
            "register/test_files_whole.py::test_a_removal_that_fails_to_commit_keeps_row_and_file",
        ),
    ),
    "F13": (
        "any file of any size under any name",
        (
            "register/test_file_kinds.py::test_what_is_not_accepted_is_refused_with_a_way_out",
            "register/test_file_kinds.py::test_a_kind_is_known_by_its_content_whatever_its_name_says",
            "register/test_files.py::test_a_form_that_is_too_large_is_refused_whole",
        ),
    ),
    "F14": (
        "a failure shows the statement and its values",
        (
            "register/test_typed_text.py::test_a_value_taken_by_another_row_is_said_in_words_without_sql",
            "test_refusals.py::test_a_failure_has_a_number_to_read_out_and_the_log_no_personal_data",
        ),
    ),
    "F15": (
        "personal data in the log",
        (
            "register/test_typed_text.py::test_personal_data_reaches_no_log",
            "test_logs.py::test_an_exception_is_told_by_its_kind_and_lines_and_never_by_its_message",
        ),
    ),
    "F16": (
        "what was searched for stands in the cookie",
        (
            "door/test_cookies.py::test_the_cookie_holds_the_number_of_the_session_and_no_person",
            "door/test_cookies.py::test_neither_address_nor_log_tells_who_knocked",
        ),
    ),
    "F17": (
        "a refused form loses what was typed",
        ("register/test_typed_text.py::test_a_refused_form_tells_why_and_keeps_every_other_word",),
    ),
    "F18": (
        "nothing slows down who guesses passwords",
        (
            "door/test_lockout.py::test_five_tries_are_free_then_each_costs_a_longer_wait",
            "door/test_lockout.py::test_the_count_survives_a_restart_and_is_shared_by_processes",
        ),
    ),
    "F19": (
        "the time of the answer tells which names exist",
        ("door/test_lockout.py::test_the_work_is_the_same_for_every_name",),
    ),
    "F20": (
        "a false host name leads a redirect away",
        (
            "test_config.py::test_the_service_answers_to_its_own_names_only",
            "test_security.py::test_the_door_never_leads_away",
            "register/test_typed_text.py::test_the_way_back_never_leads_away",
        ),
    ),
    "F21": (
        "compact and master-detail views forget the row scope",
        (
            "access/test_static.py::test_no_screen_is_made_from_a_class_of_fab_that_forgets_the_row_scope",
            "test_map.py::test_no_route_of_stock_fab_can_be_reached",
        ),
    ),
    "F22": (
        "odd values make it fail",
        ("access/test_fuzz.py::test_nonsense_is_refused_and_never_fails",),
    ),
    "F23": (
        "choices of a form list rows the person may not see",
        (
            "register/test_foreign_rows.py::test_no_page_of_one_centre_holds_a_word_of_the_other",
            "access/test_matrix.py::test_everybody_gets_what_the_table_says",
        ),
    ),
    "F24": (
        "no headers that protect the browser",
        (
            "test_web.py::test_every_answer_carries_the_strict_headers",
            "door/test_cookies.py::test_every_page_behind_the_door_stays_out_of_every_cache",
        ),
    ),
    "F25": (
        "the second editor wins silently",
        (
            "register/test_two_editors.py::test_different_fields_are_joined_and_both_are_told",
            "register/test_two_editors.py::test_one_field_changed_by_both_shows_both_versions_and_saves_nothing",
        ),
    ),
    "F26": (
        "SQLite is opened without foreign keys and without patience",
        (
            "test_database.py::test_sqlite_is_opened_with_the_log_the_keys_and_the_patience_it_needs",
            "test_database.py::test_an_engine_that_was_not_prepared_is_refused",
        ),
    ),
}


def test_every_finding_has_its_line() -> None:
    assert list(FINDINGS) == [f"F{number:02}" for number in range(1, 27)]


@pytest.mark.parametrize("finding", FINDINGS)
def test_the_tests_of_a_finding_are_there(finding: str) -> None:
    _, tests = FINDINGS[finding]
    missing = []
    for test in tests:
        path, _, name = test.partition("::")
        tree = ast.parse((ROOT / "tests" / path).read_text("utf-8"))
        defined = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
        if name not in defined:
            missing.append(test)
    assert tests
    assert missing == []
