"""Who sees what: looks found by record, moment, kind and person."""

from alembic import op

revision = "who_sees_what"
down_revision = "nothing_lost"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("ix_journal_record", table_name="journal")
    op.create_index("ix_journal_record", "journal", ["table_name", "record_id", "id", "verb"])
    op.create_index("ix_journal_at", "journal", ["at", "id"])
    op.create_index("ix_journal_verb_at", "journal", ["verb", "at"])
    op.create_index("ix_journal_value_field", "journal_value", ["field", "journal_id"])


def downgrade() -> None:
    op.drop_index("ix_journal_value_field", table_name="journal_value")
    op.drop_index("ix_journal_verb_at", table_name="journal")
    op.drop_index("ix_journal_at", table_name="journal")
    op.drop_index("ix_journal_record", table_name="journal")
    op.create_index("ix_journal_record", "journal", ["table_name", "record_id", "id"])
