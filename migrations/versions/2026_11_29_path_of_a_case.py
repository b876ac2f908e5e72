"""The path of a case: intake, assessment, stages, visits, dispatch, closing, post-support."""

import sqlalchemy as sa
from alembic import op

revision = "path_of_a_case"
down_revision = "orders_of_work"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "case_category_period",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("label", sa.String(length=250), nullable=False),
        sa.Column("date_from", sa.Date(), nullable=False),
        sa.Column("date_to", sa.Date(), nullable=True),
        sa.Column("reason", sa.String(length=250), nullable=True),
        sa.Column("service_unit_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("date_to IS NULL OR date_to >= date_from", name=op.f("ck_case_category_period_period")),
        sa.ForeignKeyConstraint(
            ["case_id"], ["family_case.id"], name=op.f("fk_case_category_period_case_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["service_unit_id"],
            ["service_unit.id"],
            name=op.f("fk_case_category_period_service_unit_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_category_period")),
    )
    with op.batch_alter_table("case_category_period", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_case_category_period_case_id"), ["case_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_case_category_period_service_unit_id"), ["service_unit_id"], unique=False)
        batch_op.create_index(
            "uq_case_category_period_now",
            ["case_id"],
            unique=True,
            sqlite_where=sa.text("date_to IS NULL"),
            postgresql_where=sa.text("date_to IS NULL"),
        )

    op.create_table(
        "personal_file_item",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("label", sa.String(length=250), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=True),
        sa.Column("certified_by_id", sa.Integer(), nullable=True),
        sa.Column("certified_on", sa.Date(), nullable=True),
        sa.Column("page_from", sa.Integer(), nullable=True),
        sa.Column("page_to", sa.Integer(), nullable=True),
        sa.Column("note", sa.String(length=250), nullable=True),
        sa.Column("service_unit_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("page_to IS NULL OR page_to >= page_from", name=op.f("ck_personal_file_item_pages")),
        sa.ForeignKeyConstraint(
            ["case_id"], ["family_case.id"], name=op.f("fk_personal_file_item_case_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["certified_by_id"],
            ["staff_member.id"],
            name=op.f("fk_personal_file_item_certified_by_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["service_unit_id"],
            ["service_unit.id"],
            name=op.f("fk_personal_file_item_service_unit_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_personal_file_item")),
        sa.UniqueConstraint("case_id", "code", name="uq_personal_file_item_code"),
    )
    with op.batch_alter_table("personal_file_item", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_personal_file_item_certified_by_id"), ["certified_by_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_personal_file_item_service_unit_id"), ["service_unit_id"], unique=False)

    op.create_table(
        "stage_period",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("stage", sa.String(length=60), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("move", sa.String(length=40), nullable=False),
        sa.Column("came_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("lacking", sa.Text(), nullable=True),
        sa.Column("service_unit_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("left_at IS NULL OR left_at >= came_at", name=op.f("ck_stage_period_period")),
        sa.ForeignKeyConstraint(
            ["case_id"], ["family_case.id"], name=op.f("fk_stage_period_case_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["service_unit_id"], ["service_unit.id"], name=op.f("fk_stage_period_service_unit_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stage_period")),
    )
    with op.batch_alter_table("stage_period", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_stage_period_case_id"), ["case_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_stage_period_service_unit_id"), ["service_unit_id"], unique=False)
        batch_op.create_index(
            "uq_stage_period_now",
            ["case_id"],
            unique=True,
            sqlite_where=sa.text("left_at IS NULL"),
            postgresql_where=sa.text("left_at IS NULL"),
        )

    op.create_table(
        "support_level_period",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("label", sa.String(length=250), nullable=False),
        sa.Column("date_from", sa.Date(), nullable=False),
        sa.Column("date_to", sa.Date(), nullable=True),
        sa.Column("reason", sa.String(length=250), nullable=False),
        sa.Column("service_unit_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("date_to IS NULL OR date_to >= date_from", name=op.f("ck_support_level_period_period")),
        sa.ForeignKeyConstraint(
            ["case_id"], ["family_case.id"], name=op.f("fk_support_level_period_case_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["service_unit_id"],
            ["service_unit.id"],
            name=op.f("fk_support_level_period_service_unit_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_support_level_period")),
    )
    with op.batch_alter_table("support_level_period", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_support_level_period_case_id"), ["case_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_support_level_period_service_unit_id"), ["service_unit_id"], unique=False)
        batch_op.create_index(
            "uq_support_level_period_now",
            ["case_id"],
            unique=True,
            sqlite_where=sa.text("date_to IS NULL"),
            postgresql_where=sa.text("date_to IS NULL"),
        )

    with op.batch_alter_table("family_case", schema=None) as batch_op:
        batch_op.add_column(sa.Column("stage_since", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("level", sa.String(length=250), nullable=True))
        batch_op.add_column(sa.Column("no_resources_found", sa.Boolean(), nullable=True))
        batch_op.add_column(sa.Column("quality_waiver", sa.Text(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("family_case", schema=None) as batch_op:
        batch_op.drop_column("quality_waiver")
        batch_op.drop_column("no_resources_found")
        batch_op.drop_column("level")
        batch_op.drop_column("stage_since")

    with op.batch_alter_table("support_level_period", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_support_level_period_now",
            sqlite_where=sa.text("date_to IS NULL"),
            postgresql_where=sa.text("date_to IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_support_level_period_service_unit_id"))
        batch_op.drop_index(batch_op.f("ix_support_level_period_case_id"))

    op.drop_table("support_level_period")
    with op.batch_alter_table("stage_period", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_stage_period_now", sqlite_where=sa.text("left_at IS NULL"), postgresql_where=sa.text("left_at IS NULL")
        )
        batch_op.drop_index(batch_op.f("ix_stage_period_service_unit_id"))
        batch_op.drop_index(batch_op.f("ix_stage_period_case_id"))

    op.drop_table("stage_period")
    with op.batch_alter_table("personal_file_item", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_personal_file_item_service_unit_id"))
        batch_op.drop_index(batch_op.f("ix_personal_file_item_certified_by_id"))

    op.drop_table("personal_file_item")
    with op.batch_alter_table("case_category_period", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_case_category_period_now",
            sqlite_where=sa.text("date_to IS NULL"),
            postgresql_where=sa.text("date_to IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_case_category_period_service_unit_id"))
        batch_op.drop_index(batch_op.f("ix_case_category_period_case_id"))

    op.drop_table("case_category_period")
