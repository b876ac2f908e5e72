"""Who sees what: looks found by record, moment, kind and person; who is inside, and how he came in;
who has entered a family; papers on health; what a file was written for."""

import sqlalchemy as sa
from alembic import op
from flask import current_app

from app.sealing import load_keyring, numbers, seal, unseal

revision = "who_sees_what"
down_revision = "nothing_lost"
branch_labels = None
depends_on = None

SEALED = (("disability_status", "certificate_no"), ("ovz_status", "conclusion_no"))
"""Numbers of papers on health, which were plain."""


def upgrade() -> None:
    for table, name in SEALED:
        _rewrite(table, name, sa.LargeBinary(), seal)
    op.drop_index("ix_journal_record", table_name="journal")
    op.create_index("ix_journal_record", "journal", ["table_name", "record_id", "id", "verb"])
    op.create_index("ix_journal_at", "journal", ["at", "id"])
    op.create_index("ix_journal_verb_at", "journal", ["verb", "at"])
    op.create_index("ix_journal_value_field", "journal_value", ["field", "journal_id"])

    op.create_index("ix_family_created_by_id", "family", ["created_by_id"])
    op.create_index("ix_person_created_by_id", "person", ["created_by_id"])

    op.add_column("attachment", sa.Column("on_health", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("job", sa.Column("sight", sa.String(length=64), nullable=True))

    op.add_column("account", sa.Column("password_expires_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "user_session",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("awaits_code", sa.Boolean(), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_why", sa.String(length=20), nullable=True),
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.Column("browser", sa.String(length=60), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user_session")),
        sa.UniqueConstraint("digest", name="uq_user_session_digest"),
    )
    with op.batch_alter_table("user_session", schema=None) as batch_op:
        batch_op.create_index("ix_user_session_user_id", ["user_id", "ended_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_user_session_seen_at"), ["seen_at"], unique=False)

    op.create_table(
        "failed_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("waits_until", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_failed_entry")),
        sa.UniqueConstraint("digest", name="uq_failed_entry_digest"),
    )
    with op.batch_alter_table("failed_entry", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_failed_entry_last_at"), ["last_at"], unique=False)

    op.create_table(
        "second_step",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_step", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_second_step")),
        sa.UniqueConstraint("user_id", name="uq_second_step_user_id"),
    )
    op.create_table(
        "recovery_code",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery_code")),
        sa.UniqueConstraint("user_id", "digest", name="uq_recovery_code_user_id"),
    )


def downgrade() -> None:
    for table, name in SEALED:
        _rewrite(table, name, sa.String(length=60), unseal)
    op.drop_table("recovery_code")
    op.drop_table("second_step")
    op.drop_table("failed_entry")
    op.drop_table("user_session")
    op.drop_column("account", "password_expires_at")
    op.drop_column("job", "sight")
    op.drop_column("attachment", "on_health")
    op.drop_index("ix_person_created_by_id", table_name="person")
    op.drop_index("ix_family_created_by_id", table_name="family")
    op.drop_index("ix_journal_value_field", table_name="journal_value")
    op.drop_index("ix_journal_verb_at", table_name="journal")
    op.drop_index("ix_journal_at", table_name="journal")
    op.drop_index("ix_journal_record", table_name="journal")
    op.create_index("ix_journal_record", "journal", ["table_name", "record_id", "id"])


def _rewrite(name: str, column: str, new: sa.types.TypeEngine, turned) -> None:
    """Give *column* another type, its values *turned*; row by row, because only Python has the keys."""
    # A batch of Alembic would copy the table without its checks, so the column is swapped for another in place.
    op.add_column(name, sa.Column(f"{column}_new", new, nullable=True))
    old_type = sa.String(60) if isinstance(new, sa.LargeBinary) else sa.LargeBinary()
    table = sa.table(name, sa.column("id", sa.Integer), sa.column(column, old_type), sa.column(f"{column}_new", new))
    connection = op.get_bind()
    rows = connection.execute(sa.select(table.c.id, table.c[column]).where(table.c[column].is_not(None))).all()
    if rows and not numbers():
        load_keyring(current_app.config["OPORA"].keyring)
    for pk, value in rows:
        if value:
            connection.execute(sa.update(table).where(table.c.id == pk).values({f"{column}_new": turned(value)}))
    op.execute(f"ALTER TABLE {name} DROP COLUMN {column}")
    op.execute(f"ALTER TABLE {name} RENAME COLUMN {column}_new TO {column}")
