"""Orders of work: stored versions, which of them is in force for a unit, the stage a case stands in."""

import sqlalchemy as sa
from alembic import op

revision = "orders_of_work"
down_revision = "working_days"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "profile_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("label", sa.String(length=250), nullable=False),
        sa.Column("digest", sa.String(length=250), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_profile_version")),
        sa.UniqueConstraint("code", "number", name="uq_profile_version_number"),
        sa.UniqueConstraint("digest", name="uq_profile_version_digest"),
    )
    op.add_column("family_case", sa.Column("stage", sa.String(length=60), nullable=True))
    with op.batch_alter_table("service_unit", schema=None) as batch_op:
        batch_op.add_column(sa.Column("profile_id", sa.Integer(), nullable=True))
        batch_op.create_foreign_key(
            op.f("fk_service_unit_profile_id"), "profile_version", ["profile_id"], ["id"], ondelete="RESTRICT"
        )
        batch_op.create_index(batch_op.f("ix_service_unit_profile_id"), ["profile_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("service_unit", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_service_unit_profile_id"))
        batch_op.drop_constraint(op.f("fk_service_unit_profile_id"), type_="foreignkey")
        batch_op.drop_column("profile_id")
    op.drop_column("family_case", "stage")
    op.drop_table("profile_version")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION IF EXISTS profile_version_stored()")
