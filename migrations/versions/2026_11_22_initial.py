"""initial"""

import sqlalchemy as sa
from alembic import op

revision = "initial"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "ab_group",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("label", sa.String(length=150), nullable=True),
        sa.Column("description", sa.String(length=512), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ab_group")),
        sa.UniqueConstraint("name", name=op.f("uq_ab_group_name")),
    )
    op.create_table(
        "ab_permission",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ab_permission")),
        sa.UniqueConstraint("name", name=op.f("uq_ab_permission_name")),
    )
    op.create_table(
        "ab_register_user",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("first_name", sa.String(length=64), nullable=False),
        sa.Column("last_name", sa.String(length=64), nullable=False),
        sa.Column("username", sa.String(length=128), nullable=False),
        sa.Column("password", sa.String(length=256), nullable=True),
        sa.Column("email", sa.String(length=320), nullable=False),
        sa.Column("registration_date", sa.DateTime(), nullable=True),
        sa.Column("registration_hash", sa.String(length=256), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ab_register_user")),
        sa.UniqueConstraint("email", name=op.f("uq_ab_register_user_email")),
        sa.UniqueConstraint("username", name=op.f("uq_ab_register_user_username")),
    )
    op.create_table(
        "ab_role",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ab_role")),
        sa.UniqueConstraint("name", name=op.f("uq_ab_role_name")),
    )
    op.create_table(
        "ab_user",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("first_name", sa.String(length=64), nullable=False),
        sa.Column("last_name", sa.String(length=64), nullable=False),
        sa.Column("username", sa.String(length=128), nullable=False),
        sa.Column("password", sa.String(length=256), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=True),
        sa.Column("email", sa.String(length=320), nullable=False),
        sa.Column("last_login", sa.DateTime(), nullable=True),
        sa.Column("login_count", sa.Integer(), nullable=True),
        sa.Column("fail_login_count", sa.Integer(), nullable=True),
        sa.Column("created_on", sa.DateTime(), nullable=True),
        sa.Column("changed_on", sa.DateTime(), nullable=True),
        sa.Column("created_by_fk", sa.Integer(), nullable=True),
        sa.Column("changed_by_fk", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["changed_by_fk"], ["ab_user.id"], name=op.f("fk_ab_user_changed_by_fk")),
        sa.ForeignKeyConstraint(["created_by_fk"], ["ab_user.id"], name=op.f("fk_ab_user_created_by_fk")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ab_user")),
        sa.UniqueConstraint("email", name=op.f("uq_ab_user_email")),
        sa.UniqueConstraint("username", name=op.f("uq_ab_user_username")),
    )
    op.create_table(
        "ab_view_menu",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=250), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ab_view_menu")),
        sa.UniqueConstraint("name", name=op.f("uq_ab_view_menu_name")),
    )
    op.create_table(
        "delivered_grant",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=64), nullable=False),
        sa.Column("permission", sa.String(length=100), nullable=False),
        sa.Column("screen", sa.String(length=100), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivered_grant")),
        sa.UniqueConstraint("role", "permission", "screen", name="uq_delivered_grant_role"),
    )
    op.create_table(
        "form_receipt",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("table_name", sa.String(length=60), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_form_receipt")),
        sa.UniqueConstraint("token", name="uq_form_receipt_token"),
    )
    with op.batch_alter_table("form_receipt", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_form_receipt_at"), ["at"], unique=False)

    op.create_table(
        "journal",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("actor", sa.String(length=250), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.Column("verb", sa.String(length=60), nullable=False),
        sa.Column("table_name", sa.String(length=60), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=True),
        sa.Column("record_version", sa.Integer(), nullable=True),
        sa.Column("sentence", sa.String(length=500), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("values_digest", sa.LargeBinary(length=32), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_journal")),
    )
    with op.batch_alter_table("journal", schema=None) as batch_op:
        batch_op.create_index("ix_journal_record", ["table_name", "record_id", "id"], unique=False)
        batch_op.create_index("ix_journal_user_id_at", ["user_id", "at"], unique=False)

    op.create_table(
        "journal_seal",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("first_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("last_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("head", sa.LargeBinary(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_journal_seal")),
        sa.UniqueConstraint("last_id", name=op.f("uq_journal_seal_last_id")),
    )
    op.create_table(
        "territory",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=250), nullable=False),
        sa.Column("level", sa.String(length=40), nullable=False),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("oktmo", sa.String(length=60), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column(
            "name_key",
            sa.String(length=250).with_variant(sa.String(length=250, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("search_key", sa.Text(), nullable=False),
        sa.CheckConstraint("parent_id IS NULL OR parent_id <> id", name=op.f("ck_territory_not_own_parent")),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["territory.id"], name=op.f("fk_territory_parent_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_territory")),
    )
    with op.batch_alter_table("territory", schema=None) as batch_op:
        batch_op.create_index("ix_territory_name_key", ["name_key", "id"], unique=False)
        batch_op.create_index("uq_territory_place", ["parent_id", "level", "name"], unique=True)

    op.create_table(
        "ab_api_key",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uuid", sa.String(length=36), nullable=False),
        sa.Column("name", sa.String(length=256), nullable=False),
        sa.Column("key_hash", sa.String(length=256), nullable=False),
        sa.Column("lookup_hash", sa.String(length=256), nullable=True),
        sa.Column("key_prefix", sa.String(length=16), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("scopes", sa.Text(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_on", sa.DateTime(), nullable=True),
        sa.Column("expires_on", sa.DateTime(), nullable=True),
        sa.Column("revoked_on", sa.DateTime(), nullable=True),
        sa.Column("last_used_on", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["ab_user.id"], name=op.f("fk_ab_api_key_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ab_api_key")),
        sa.UniqueConstraint("lookup_hash", name=op.f("uq_ab_api_key_lookup_hash")),
        sa.UniqueConstraint("uuid", name=op.f("uq_ab_api_key_uuid")),
    )
    with op.batch_alter_table("ab_api_key", schema=None) as batch_op:
        batch_op.create_index("idx_api_key_lookup_hash", ["lookup_hash"], unique=True)
        batch_op.create_index("idx_api_key_prefix", ["key_prefix"], unique=False)
        batch_op.create_index("idx_api_key_user_id", ["user_id"], unique=False)

    op.create_table(
        "ab_group_role",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=True),
        sa.Column("role_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["group_id"], ["ab_group.id"], name=op.f("fk_ab_group_role_group_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["role_id"], ["ab_role.id"], name=op.f("fk_ab_group_role_role_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ab_group_role")),
        sa.UniqueConstraint("group_id", "role_id", name=op.f("uq_ab_group_role_group_id_role_id")),
    )
    with op.batch_alter_table("ab_group_role", schema=None) as batch_op:
        batch_op.create_index("idx_group_id", ["group_id"], unique=False)
        batch_op.create_index("idx_group_role_id", ["role_id"], unique=False)

    op.create_table(
        "ab_permission_view",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("permission_id", sa.Integer(), nullable=False),
        sa.Column("view_menu_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["permission_id"], ["ab_permission.id"], name=op.f("fk_ab_permission_view_permission_id")
        ),
        sa.ForeignKeyConstraint(["view_menu_id"], ["ab_view_menu.id"], name=op.f("fk_ab_permission_view_view_menu_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ab_permission_view")),
        sa.UniqueConstraint(
            "permission_id", "view_menu_id", name=op.f("uq_ab_permission_view_permission_id_view_menu_id")
        ),
    )
    with op.batch_alter_table("ab_permission_view", schema=None) as batch_op:
        batch_op.create_index("idx_permission_id", ["permission_id"], unique=False)
        batch_op.create_index("idx_view_menu_id", ["view_menu_id"], unique=False)

    op.create_table(
        "ab_user_group",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("group_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["group_id"], ["ab_group.id"], name=op.f("fk_ab_user_group_group_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["ab_user.id"], name=op.f("fk_ab_user_group_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ab_user_group")),
        sa.UniqueConstraint("user_id", "group_id", name=op.f("uq_ab_user_group_user_id_group_id")),
    )
    with op.batch_alter_table("ab_user_group", schema=None) as batch_op:
        batch_op.create_index("idx_user_group_id", ["group_id"], unique=False)
        batch_op.create_index("idx_user_id", ["user_id"], unique=False)

    op.create_table(
        "ab_user_role",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("role_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["role_id"], ["ab_role.id"], name=op.f("fk_ab_user_role_role_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["user_id"], ["ab_user.id"], name=op.f("fk_ab_user_role_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ab_user_role")),
        sa.UniqueConstraint("user_id", "role_id", name=op.f("uq_ab_user_role_user_id_role_id")),
    )
    op.create_table(
        "journal_value",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("journal_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("field", sa.String(length=60), nullable=False),
        sa.Column("old", sa.Text(), nullable=True),
        sa.Column("new", sa.Text(), nullable=True),
        sa.Column("sealed_old", sa.LargeBinary(), nullable=True),
        sa.Column("sealed_new", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["journal_id"], ["journal.id"], name=op.f("fk_journal_value_journal_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_journal_value")),
    )
    with op.batch_alter_table("journal_value", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_journal_value_journal_id"), ["journal_id"], unique=False)

    op.create_table(
        "service_unit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=250), nullable=False),
        sa.Column("short_name", sa.String(length=250), nullable=False),
        sa.Column("organisation_type", sa.String(length=40), nullable=False),
        sa.Column("municipality_id", sa.Integer(), nullable=True),
        sa.Column("address", sa.String(length=250), nullable=True),
        sa.Column("phone", sa.String(length=40), nullable=True),
        sa.Column("email", sa.String(length=250), nullable=True),
        sa.Column("inn", sa.String(length=60), nullable=True),
        sa.Column("ogrn", sa.String(length=60), nullable=True),
        sa.Column("director_title", sa.String(length=250), nullable=False),
        sa.Column("acts_on", sa.String(length=250), nullable=False),
        sa.Column("zone", sa.String(length=60), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column(
            "name_key",
            sa.String(length=250).with_variant(sa.String(length=250, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("search_key", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["municipality_id"], ["territory.id"], name=op.f("fk_service_unit_municipality_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_unit")),
    )
    with op.batch_alter_table("service_unit", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_service_unit_municipality_id"), ["municipality_id"], unique=False)
        batch_op.create_index("ix_service_unit_name_key", ["name_key", "id"], unique=False)

    op.create_table(
        "ab_permission_view_role",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("permission_view_id", sa.Integer(), nullable=True),
        sa.Column("role_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["permission_view_id"],
            ["ab_permission_view.id"],
            name=op.f("fk_ab_permission_view_role_permission_view_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["role_id"], ["ab_role.id"], name=op.f("fk_ab_permission_view_role_role_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ab_permission_view_role")),
        sa.UniqueConstraint(
            "permission_view_id", "role_id", name=op.f("uq_ab_permission_view_role_permission_view_id_role_id")
        ),
    )
    with op.batch_alter_table("ab_permission_view_role", schema=None) as batch_op:
        batch_op.create_index("idx_permission_view_id", ["permission_view_id"], unique=False)
        batch_op.create_index("idx_role_id", ["role_id"], unique=False)

    op.create_table(
        "body",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("title", sa.String(length=250), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("is_internal", sa.Boolean(), nullable=False),
        sa.Column("territory_id", sa.Integer(), nullable=True),
        sa.Column("quorum", sa.String(length=40), nullable=False),
        sa.Column("quorum_basis", sa.String(length=250), nullable=True),
        sa.Column("decides", sa.String(length=400), nullable=True),
        sa.Column("service_unit_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column(
            "title_key",
            sa.String(length=250).with_variant(sa.String(length=250, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("search_key", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["service_unit_id"], ["service_unit.id"], name=op.f("fk_body_service_unit_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["territory_id"], ["territory.id"], name=op.f("fk_body_territory_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_body")),
        sa.UniqueConstraint("service_unit_id", "code", name="uq_body_code"),
    )
    with op.batch_alter_table("body", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_body_service_unit_id"), ["service_unit_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_body_territory_id"), ["territory_id"], unique=False)
        batch_op.create_index("ix_body_title_key", ["service_unit_id", "title_key", "id"], unique=False)

    op.create_table(
        "department",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=250), nullable=False),
        sa.Column("code", sa.String(length=60), nullable=True),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("service_unit_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column(
            "name_key",
            sa.String(length=250).with_variant(sa.String(length=250, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("search_key", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["service_unit_id"], ["service_unit.id"], name=op.f("fk_department_service_unit_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_department")),
        sa.UniqueConstraint("service_unit_id", "name", name="uq_department_name"),
    )
    with op.batch_alter_table("department", schema=None) as batch_op:
        batch_op.create_index("ix_department_name_key", ["service_unit_id", "name_key", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_department_service_unit_id"), ["service_unit_id"], unique=False)

    op.create_table(
        "number_sequence",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("journal", sa.String(length=60), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.Column("service_unit_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["service_unit_id"],
            ["service_unit.id"],
            name=op.f("fk_number_sequence_service_unit_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_number_sequence")),
        sa.UniqueConstraint("service_unit_id", "journal", "year", name="uq_number_sequence_journal"),
    )
    with op.batch_alter_table("number_sequence", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_number_sequence_service_unit_id"), ["service_unit_id"], unique=False)

    op.create_table(
        "partner_organisation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=250), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("territory_id", sa.Integer(), nullable=True),
        sa.Column("address", sa.String(length=250), nullable=True),
        sa.Column("phone", sa.String(length=40), nullable=True),
        sa.Column("email", sa.String(length=250), nullable=True),
        sa.Column("contact_name", sa.String(length=250), nullable=True),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("service_unit_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column(
            "name_key",
            sa.String(length=250).with_variant(sa.String(length=250, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("search_key", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["service_unit_id"],
            ["service_unit.id"],
            name=op.f("fk_partner_organisation_service_unit_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["territory_id"], ["territory.id"], name=op.f("fk_partner_organisation_territory_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partner_organisation")),
    )
    with op.batch_alter_table("partner_organisation", schema=None) as batch_op:
        batch_op.create_index("ix_partner_organisation_name_key", ["service_unit_id", "name_key", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_partner_organisation_service_unit_id"), ["service_unit_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_partner_organisation_territory_id"), ["territory_id"], unique=False)

    op.create_table(
        "person",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("last_name", sa.String(length=250), nullable=False),
        sa.Column("first_name", sa.String(length=250), nullable=False),
        sa.Column("middle_name", sa.String(length=250), nullable=True),
        sa.Column("name", sa.String(length=250), nullable=False),
        sa.Column("sex", sa.String(length=40), nullable=False),
        sa.Column("birth_date", sa.Date(), nullable=False),
        sa.Column("snils", sa.String(length=11), nullable=True),
        sa.Column("doc_kind", sa.String(length=40), nullable=True),
        sa.Column("doc_series", sa.String(length=60), nullable=True),
        sa.Column("doc_number", sa.String(length=60), nullable=True),
        sa.Column("doc_issued_by", sa.String(length=250), nullable=True),
        sa.Column("doc_issued_at", sa.Date(), nullable=True),
        sa.Column("reg_address", sa.String(length=250), nullable=True),
        sa.Column("reg_territory_id", sa.Integer(), nullable=True),
        sa.Column("phone", sa.String(length=40), nullable=True),
        sa.Column("email", sa.String(length=250), nullable=True),
        sa.Column("citizenship", sa.String(length=250), nullable=True),
        sa.Column("education", sa.String(length=40), nullable=True),
        sa.Column("employment", sa.String(length=40), nullable=True),
        sa.Column("workplace", sa.String(length=250), nullable=True),
        sa.Column("position", sa.String(length=250), nullable=True),
        sa.Column("monthly_income", sa.Numeric(precision=12, scale=2), nullable=True),
        sa.Column("prevention_registers", sa.String(length=400), nullable=True),
        sa.Column("health_note", sa.LargeBinary(), nullable=True),
        sa.Column("died_at", sa.Date(), nullable=True),
        sa.Column("service_unit_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column(
            "name_key",
            sa.String(length=250).with_variant(sa.String(length=250, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("search_key", sa.Text(), nullable=False),
        sa.CheckConstraint("birth_date >= '1900-01-01'", name=op.f("ck_person_birth_date")),
        sa.CheckConstraint("died_at IS NULL OR died_at >= birth_date", name=op.f("ck_person_life")),
        sa.ForeignKeyConstraint(
            ["reg_territory_id"], ["territory.id"], name=op.f("fk_person_reg_territory_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["service_unit_id"], ["service_unit.id"], name=op.f("fk_person_service_unit_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint("service_unit_id", "snils", name="uq_person_snils"),
    )
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.create_index("ix_person_birth_date_order", ["service_unit_id", "birth_date", "id"], unique=False)
        batch_op.create_index("ix_person_name_key", ["service_unit_id", "name_key", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_person_reg_territory_id"), ["reg_territory_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_person_service_unit_id"), ["service_unit_id"], unique=False)

    op.create_table(
        "service",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=60), nullable=True),
        sa.Column("name", sa.String(length=250), nullable=False),
        sa.Column("direction", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("measured_in", sa.String(length=250), nullable=False),
        sa.Column("norm_minutes", sa.Integer(), nullable=True),
        sa.Column("is_guaranteed", sa.Boolean(), nullable=False),
        sa.Column("needs_medical_permission", sa.Boolean(), nullable=False),
        sa.Column("source_act", sa.String(length=250), nullable=True),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("service_unit_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column(
            "name_key",
            sa.String(length=250).with_variant(sa.String(length=250, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("search_key", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["service_unit_id"], ["service_unit.id"], name=op.f("fk_service_service_unit_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service")),
        sa.UniqueConstraint("service_unit_id", "name", name="uq_service_name"),
    )
    with op.batch_alter_table("service", schema=None) as batch_op:
        batch_op.create_index("ix_service_name_key", ["service_unit_id", "name_key", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_service_service_unit_id"), ["service_unit_id"], unique=False)

    op.create_table(
        "child_profile",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("child_status", sa.String(length=400), nullable=True),
        sa.Column("education_kind", sa.String(length=40), nullable=True),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column("class_name", sa.String(length=60), nullable=True),
        sa.Column("leisure", sa.String(length=250), nullable=True),
        sa.Column("service_unit_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["partner_organisation.id"],
            name=op.f("fk_child_profile_organisation_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_child_profile_person_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["service_unit_id"], ["service_unit.id"], name=op.f("fk_child_profile_service_unit_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_child_profile")),
        sa.UniqueConstraint("person_id", name="uq_child_profile_person"),
    )
    with op.batch_alter_table("child_profile", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_child_profile_organisation_id"), ["organisation_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_child_profile_service_unit_id"), ["service_unit_id"], unique=False)

    op.create_table(
        "consent",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("given_by_id", sa.Integer(), nullable=False),
        sa.Column("purposes", sa.Text(), nullable=True),
        sa.Column("data_list", sa.Text(), nullable=True),
        sa.Column("special_categories", sa.Boolean(), nullable=False),
        sa.Column("transfer_to", sa.Text(), nullable=True),
        sa.Column("signed_at", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("revoked_at", sa.Date(), nullable=True),
        sa.Column("revoke_reason", sa.Text(), nullable=True),
        sa.Column("service_unit_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("valid_to IS NULL OR valid_to >= signed_at", name=op.f("ck_consent_period")),
        sa.ForeignKeyConstraint(
            ["given_by_id"], ["person.id"], name=op.f("fk_consent_given_by_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_consent_person_id"), ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(
            ["service_unit_id"], ["service_unit.id"], name=op.f("fk_consent_service_unit_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent")),
    )
    with op.batch_alter_table("consent", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_consent_given_by_id"), ["given_by_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_consent_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_consent_service_unit_id"), ["service_unit_id"], unique=False)
        batch_op.create_index("ix_consent_valid_to_order", ["service_unit_id", "valid_to", "id"], unique=False)

    op.create_table(
        "disability_status",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("certificate_no", sa.String(length=60), nullable=True),
        sa.Column("established_at", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("main_limitation", sa.String(length=40), nullable=True),
        sa.Column("note", sa.LargeBinary(), nullable=True),
        sa.Column("service_unit_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("valid_to IS NULL OR valid_to >= established_at", name=op.f("ck_disability_status_period")),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_disability_status_person_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["service_unit_id"],
            ["service_unit.id"],
            name=op.f("fk_disability_status_service_unit_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_disability_status")),
    )
    with op.batch_alter_table("disability_status", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_disability_status_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_disability_status_service_unit_id"), ["service_unit_id"], unique=False)
        batch_op.create_index(
            "ix_disability_status_valid_to_order", ["service_unit_id", "valid_to", "id"], unique=False
        )

    op.create_table(
        "ovz_status",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("conclusion_no", sa.String(length=60), nullable=True),
        sa.Column("concluded_at", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("recommendations", sa.LargeBinary(), nullable=True),
        sa.Column("service_unit_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("valid_to IS NULL OR valid_to >= concluded_at", name=op.f("ck_ovz_status_period")),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_ovz_status_person_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["service_unit_id"], ["service_unit.id"], name=op.f("fk_ovz_status_service_unit_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ovz_status")),
    )
    with op.batch_alter_table("ovz_status", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_ovz_status_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_ovz_status_service_unit_id"), ["service_unit_id"], unique=False)
        batch_op.create_index("ix_ovz_status_valid_to_order", ["service_unit_id", "valid_to", "id"], unique=False)

    op.create_table(
        "staff_member",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("last_name", sa.String(length=250), nullable=False),
        sa.Column("first_name", sa.String(length=250), nullable=False),
        sa.Column("middle_name", sa.String(length=250), nullable=True),
        sa.Column("name", sa.String(length=250), nullable=False),
        sa.Column("position", sa.String(length=250), nullable=False),
        sa.Column("department_id", sa.Integer(), nullable=True),
        sa.Column("is_head", sa.Boolean(), nullable=False),
        sa.Column("is_external", sa.Boolean(), nullable=False),
        sa.Column("partner_id", sa.Integer(), nullable=True),
        sa.Column("phone", sa.String(length=40), nullable=True),
        sa.Column("email", sa.String(length=250), nullable=True),
        sa.Column("confidentiality_signed_on", sa.Date(), nullable=True),
        sa.Column("active_from", sa.Date(), nullable=False),
        sa.Column("active_to", sa.Date(), nullable=True),
        sa.Column("service_unit_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column(
            "name_key",
            sa.String(length=250).with_variant(sa.String(length=250, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("search_key", sa.Text(), nullable=False),
        sa.CheckConstraint("active_to IS NULL OR active_to >= active_from", name=op.f("ck_staff_member_period")),
        sa.ForeignKeyConstraint(
            ["department_id"], ["department.id"], name=op.f("fk_staff_member_department_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["partner_id"], ["partner_organisation.id"], name=op.f("fk_staff_member_partner_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["service_unit_id"], ["service_unit.id"], name=op.f("fk_staff_member_service_unit_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_member")),
    )
    with op.batch_alter_table("staff_member", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_staff_member_department_id"), ["department_id"], unique=False)
        batch_op.create_index("ix_staff_member_name_key", ["service_unit_id", "name_key", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_staff_member_partner_id"), ["partner_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_staff_member_service_unit_id"), ["service_unit_id"], unique=False)

    op.create_table(
        "account",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("must_change_password", sa.Boolean(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("service_unit_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["service_unit_id"], ["service_unit.id"], name=op.f("fk_account_service_unit_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff_member.id"], name=op.f("fk_account_staff_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["ab_user.id"], name=op.f("fk_account_user_id"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("staff_id", name="uq_account_staff"),
        sa.UniqueConstraint("user_id", name="uq_account_user"),
    )
    with op.batch_alter_table("account", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_account_service_unit_id"), ["service_unit_id"], unique=False)

    op.create_table(
        "body_member",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("body_id", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(length=250), nullable=True),
        sa.Column("position", sa.String(length=250), nullable=True),
        sa.Column("function", sa.String(length=40), nullable=False),
        sa.Column("date_from", sa.Date(), nullable=False),
        sa.Column("date_to", sa.Date(), nullable=True),
        sa.Column("service_unit_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("date_to >= date_from", name=op.f("ck_body_member_term_forward")),
        sa.CheckConstraint("staff_id IS NOT NULL OR name IS NOT NULL", name=op.f("ck_body_member_is_somebody")),
        sa.ForeignKeyConstraint(["body_id"], ["body.id"], name=op.f("fk_body_member_body_id"), ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(
            ["service_unit_id"], ["service_unit.id"], name=op.f("fk_body_member_service_unit_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff_member.id"], name=op.f("fk_body_member_staff_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_body_member")),
    )
    with op.batch_alter_table("body_member", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_body_member_body_id"), ["body_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_body_member_service_unit_id"), ["service_unit_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_body_member_staff_id"), ["staff_id"], unique=False)

    op.create_table(
        "service_area",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=60), nullable=False),
        sa.Column("name", sa.String(length=250), nullable=False),
        sa.Column("curator_id", sa.Integer(), nullable=True),
        sa.Column("service_unit_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column(
            "name_key",
            sa.String(length=250).with_variant(sa.String(length=250, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("search_key", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["curator_id"], ["staff_member.id"], name=op.f("fk_service_area_curator_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["service_unit_id"], ["service_unit.id"], name=op.f("fk_service_area_service_unit_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_area")),
        sa.UniqueConstraint("service_unit_id", "number", name="uq_service_area_number"),
    )
    with op.batch_alter_table("service_area", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_service_area_curator_id"), ["curator_id"], unique=False)
        batch_op.create_index("ix_service_area_name_key", ["service_unit_id", "name_key", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_service_area_service_unit_id"), ["service_unit_id"], unique=False)

    op.create_table(
        "family",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=250), nullable=False),
        sa.Column("reg_number", sa.String(length=60), nullable=False),
        sa.Column("address", sa.String(length=250), nullable=False),
        sa.Column("territory_id", sa.Integer(), nullable=True),
        sa.Column("area_id", sa.Integer(), nullable=True),
        sa.Column("phone", sa.String(length=40), nullable=True),
        sa.Column("family_kind", sa.String(length=40), nullable=False),
        sa.Column("features", sa.String(length=400), nullable=True),
        sa.Column("per_capita_income", sa.Numeric(precision=12, scale=2), nullable=True),
        sa.Column("income_at", sa.Date(), nullable=True),
        sa.Column("income_sources", sa.String(length=400), nullable=True),
        sa.Column("housing_kind", sa.String(length=40), nullable=True),
        sa.Column("housing_right", sa.String(length=40), nullable=True),
        sa.Column("area_m2", sa.Numeric(precision=7, scale=1), nullable=True),
        sa.Column("rooms", sa.Integer(), nullable=True),
        sa.Column("amenities", sa.String(length=400), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("service_unit_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column(
            "name_key",
            sa.String(length=250).with_variant(sa.String(length=250, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "reg_number_key",
            sa.String(length=250).with_variant(sa.String(length=250, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("search_key", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["area_id"], ["service_area.id"], name=op.f("fk_family_area_id"), ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(
            ["service_unit_id"], ["service_unit.id"], name=op.f("fk_family_service_unit_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["territory_id"], ["territory.id"], name=op.f("fk_family_territory_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_family")),
        sa.UniqueConstraint("service_unit_id", "reg_number", name="uq_family_reg_number"),
    )
    with op.batch_alter_table("family", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_family_area_id"), ["area_id"], unique=False)
        batch_op.create_index("ix_family_name_key", ["service_unit_id", "name_key", "id"], unique=False)
        batch_op.create_index("ix_family_reg_number_key", ["service_unit_id", "reg_number_key", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_family_service_unit_id"), ["service_unit_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_family_territory_id"), ["territory_id"], unique=False)

    op.create_table(
        "meeting",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("body_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("planned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("agenda_closes_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("agenda_closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("held_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("place", sa.String(length=250), nullable=True),
        sa.Column("chair_id", sa.Integer(), nullable=True),
        sa.Column("secretary_id", sa.Integer(), nullable=True),
        sa.Column("invited", sa.Text(), nullable=True),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("quorum_needed", sa.Integer(), nullable=True),
        sa.Column("chair_signed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("secretary_signed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("document_no", sa.String(length=60), nullable=True),
        sa.Column("document_date", sa.Date(), nullable=True),
        sa.Column("cancel_reason", sa.Text(), nullable=True),
        sa.Column("service_unit_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("chair_id <> secretary_id", name=op.f("ck_meeting_two_signers")),
        sa.ForeignKeyConstraint(["body_id"], ["body.id"], name=op.f("fk_meeting_body_id"), ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(
            ["chair_id"], ["body_member.id"], name=op.f("fk_meeting_chair_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["secretary_id"], ["body_member.id"], name=op.f("fk_meeting_secretary_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["service_unit_id"], ["service_unit.id"], name=op.f("fk_meeting_service_unit_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting")),
        sa.UniqueConstraint("body_id", "year", "number", name="uq_meeting_number"),
    )
    with op.batch_alter_table("meeting", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_meeting_chair_id"), ["chair_id"], unique=False)
        batch_op.create_index("ix_meeting_planned", ["service_unit_id", "status", "planned_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_meeting_secretary_id"), ["secretary_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_meeting_service_unit_id"), ["service_unit_id"], unique=False)

    op.create_table(
        "family_case",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=60), nullable=False),
        sa.Column("family_id", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("category", sa.String(length=250), nullable=True),
        sa.Column("source", sa.String(length=40), nullable=True),
        sa.Column("curator_id", sa.Integer(), nullable=True),
        sa.Column("opened_at", sa.Date(), nullable=False),
        sa.Column("registered_at", sa.Date(), nullable=True),
        sa.Column("journal_no", sa.String(length=60), nullable=True),
        sa.Column("started_at", sa.Date(), nullable=True),
        sa.Column("next_review_at", sa.Date(), nullable=True),
        sa.Column("planned_end", sa.Date(), nullable=True),
        sa.Column("suspended_at", sa.Date(), nullable=True),
        sa.Column("suspended_to", sa.Date(), nullable=True),
        sa.Column("suspend_reason", sa.String(length=250), nullable=True),
        sa.Column("ended_at", sa.Date(), nullable=True),
        sa.Column("end_reason", sa.String(length=40), nullable=True),
        sa.Column("outcome", sa.String(length=40), nullable=True),
        sa.Column("child_stays", sa.Boolean(), nullable=True),
        sa.Column("previous_case_id", sa.Integer(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("service_unit_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("search_key", sa.Text(), nullable=False),
        sa.CheckConstraint("ended_at IS NULL OR ended_at >= opened_at", name=op.f("ck_family_case_period")),
        sa.ForeignKeyConstraint(
            ["curator_id"], ["staff_member.id"], name=op.f("fk_family_case_curator_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["family_id"], ["family.id"], name=op.f("fk_family_case_family_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["previous_case_id"], ["family_case.id"], name=op.f("fk_family_case_previous_case_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["service_unit_id"], ["service_unit.id"], name=op.f("fk_family_case_service_unit_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_family_case")),
        sa.UniqueConstraint("service_unit_id", "number", name="uq_family_case_number"),
    )
    with op.batch_alter_table("family_case", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_family_case_curator_id"), ["curator_id"], unique=False)
        batch_op.create_index("ix_family_case_ended_at_order", ["service_unit_id", "ended_at", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_family_case_family_id"), ["family_id"], unique=False)
        batch_op.create_index(
            "ix_family_case_next_review_at_order", ["service_unit_id", "next_review_at", "id"], unique=False
        )
        batch_op.create_index(
            "ix_family_case_planned_end_order", ["service_unit_id", "planned_end", "id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_family_case_previous_case_id"), ["previous_case_id"], unique=False)
        batch_op.create_index(
            "ix_family_case_registered_at_order", ["service_unit_id", "registered_at", "id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_family_case_service_unit_id"), ["service_unit_id"], unique=False)
        batch_op.create_index("ix_family_case_status", ["service_unit_id", "status", "registered_at"], unique=False)
        batch_op.create_index(
            "uq_family_case_open",
            ["family_id"],
            unique=True,
            sqlite_where=sa.text("status NOT IN ('closed', 'refused')"),
            postgresql_where=sa.text("status NOT IN ('closed', 'refused')"),
        )

    op.create_table(
        "family_member",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("family_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("is_legal_representative", sa.Boolean(), nullable=False),
        sa.Column("lives_together", sa.Boolean(), nullable=False),
        sa.Column("parental_rights", sa.String(length=40), nullable=True),
        sa.Column("date_from", sa.Date(), nullable=False),
        sa.Column("date_to", sa.Date(), nullable=True),
        sa.Column("service_unit_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("date_to IS NULL OR date_to >= date_from", name=op.f("ck_family_member_period")),
        sa.ForeignKeyConstraint(
            ["family_id"], ["family.id"], name=op.f("fk_family_member_family_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_family_member_person_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["service_unit_id"], ["service_unit.id"], name=op.f("fk_family_member_service_unit_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_family_member")),
    )
    with op.batch_alter_table("family_member", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_family_member_family_id"), ["family_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_family_member_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_family_member_service_unit_id"), ["service_unit_id"], unique=False)
        batch_op.create_index(
            "uq_family_member_now",
            ["family_id", "person_id"],
            unique=True,
            sqlite_where=sa.text("date_to IS NULL"),
            postgresql_where=sa.text("date_to IS NULL"),
        )

    op.create_table(
        "meeting_presence",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("came", sa.Boolean(), nullable=False),
        sa.Column("note", sa.String(length=250), nullable=True),
        sa.Column("service_unit_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meeting.id"], name=op.f("fk_meeting_presence_meeting_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["member_id"], ["body_member.id"], name=op.f("fk_meeting_presence_member_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["service_unit_id"],
            ["service_unit.id"],
            name=op.f("fk_meeting_presence_service_unit_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting_presence")),
        sa.UniqueConstraint("meeting_id", "member_id", name="uq_meeting_presence_member"),
    )
    with op.batch_alter_table("meeting_presence", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_meeting_presence_member_id"), ["member_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_meeting_presence_service_unit_id"), ["service_unit_id"], unique=False)

    op.create_table(
        "agreement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=60), nullable=True),
        sa.Column("date", sa.Date(), nullable=True),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("signed_by_id", sa.Integer(), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=False),
        sa.Column("subject", sa.String(length=250), nullable=False),
        sa.Column("help_kinds", sa.String(length=400), nullable=True),
        sa.Column("family_duties", sa.Text(), nullable=True),
        sa.Column("centre_duties", sa.Text(), nullable=True),
        sa.Column("ended_at", sa.Date(), nullable=True),
        sa.Column("termination_initiator", sa.String(length=40), nullable=True),
        sa.Column("termination_reason", sa.Text(), nullable=True),
        sa.Column("service_unit_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("search_key", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "status = 'draft' OR (number IS NOT NULL AND date IS NOT NULL)",
            name=op.f("ck_agreement_signed_is_numbered"),
        ),
        sa.CheckConstraint("valid_to >= valid_from", name=op.f("ck_agreement_period")),
        sa.ForeignKeyConstraint(
            ["case_id"], ["family_case.id"], name=op.f("fk_agreement_case_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["person.id"], name=op.f("fk_agreement_customer_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["service_unit_id"], ["service_unit.id"], name=op.f("fk_agreement_service_unit_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["signed_by_id"], ["staff_member.id"], name=op.f("fk_agreement_signed_by_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreement")),
        sa.UniqueConstraint("service_unit_id", "number", name="uq_agreement_number"),
    )
    with op.batch_alter_table("agreement", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_agreement_case_id"), ["case_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_agreement_customer_id"), ["customer_id"], unique=False)
        batch_op.create_index("ix_agreement_date_order", ["service_unit_id", "date", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_agreement_service_unit_id"), ["service_unit_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_agreement_signed_by_id"), ["signed_by_id"], unique=False)
        batch_op.create_index("ix_agreement_valid_to_order", ["service_unit_id", "valid_to", "id"], unique=False)
        batch_op.create_index(
            "uq_agreement_in_force",
            ["case_id"],
            unique=True,
            sqlite_where=sa.text("status = 'signed'"),
            postgresql_where=sa.text("status = 'signed'"),
        )

    op.create_table(
        "case_team_member",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("function", sa.String(length=250), nullable=True),
        sa.Column("direction", sa.String(length=40), nullable=True),
        sa.Column("date_from", sa.Date(), nullable=False),
        sa.Column("date_to", sa.Date(), nullable=True),
        sa.Column("service_unit_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("date_to IS NULL OR date_to >= date_from", name=op.f("ck_case_team_member_period")),
        sa.ForeignKeyConstraint(
            ["case_id"], ["family_case.id"], name=op.f("fk_case_team_member_case_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["service_unit_id"],
            ["service_unit.id"],
            name=op.f("fk_case_team_member_service_unit_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff_member.id"], name=op.f("fk_case_team_member_staff_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_team_member")),
    )
    with op.batch_alter_table("case_team_member", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_case_team_member_case_id"), ["case_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_case_team_member_service_unit_id"), ["service_unit_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_case_team_member_staff_id"), ["staff_id"], unique=False)
        batch_op.create_index(
            "uq_case_team_member_now",
            ["case_id", "staff_id"],
            unique=True,
            sqlite_where=sa.text("date_to IS NULL"),
            postgresql_where=sa.text("date_to IS NULL"),
        )

    op.create_table(
        "curator_assignment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("date_from", sa.Date(), nullable=False),
        sa.Column("date_to", sa.Date(), nullable=True),
        sa.Column("reason", sa.String(length=250), nullable=True),
        sa.Column("service_unit_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("date_to IS NULL OR date_to >= date_from", name=op.f("ck_curator_assignment_period")),
        sa.ForeignKeyConstraint(
            ["case_id"], ["family_case.id"], name=op.f("fk_curator_assignment_case_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["service_unit_id"],
            ["service_unit.id"],
            name=op.f("fk_curator_assignment_service_unit_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff_member.id"], name=op.f("fk_curator_assignment_staff_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_curator_assignment")),
    )
    with op.batch_alter_table("curator_assignment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_curator_assignment_case_id"), ["case_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_curator_assignment_service_unit_id"), ["service_unit_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_curator_assignment_staff_id"), ["staff_id"], unique=False)
        batch_op.create_index(
            "uq_curator_assignment_now",
            ["case_id"],
            unique=True,
            sqlite_where=sa.text("date_to IS NULL"),
            postgresql_where=sa.text("date_to IS NULL"),
        )

    op.create_table(
        "measure_lineage",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("service_unit_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["family_case.id"], name=op.f("fk_measure_lineage_case_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["service_unit_id"],
            ["service_unit.id"],
            name=op.f("fk_measure_lineage_service_unit_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_measure_lineage")),
    )
    with op.batch_alter_table("measure_lineage", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_measure_lineage_case_id"), ["case_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_measure_lineage_service_unit_id"), ["service_unit_id"], unique=False)

    op.create_table(
        "programme",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=60), nullable=False),
        sa.Column("title", sa.String(length=250), nullable=False),
        sa.Column("service_unit_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("search_key", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["family_case.id"], name=op.f("fk_programme_case_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["service_unit_id"], ["service_unit.id"], name=op.f("fk_programme_service_unit_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_programme")),
        sa.UniqueConstraint("case_id", name="uq_programme_case"),
        sa.UniqueConstraint("service_unit_id", "number", name="uq_programme_number"),
    )
    with op.batch_alter_table("programme", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_programme_service_unit_id"), ["service_unit_id"], unique=False)

    op.create_table(
        "programme_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("version_no", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("goal", sa.Text(), nullable=False),
        sa.Column("tasks", sa.Text(), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=False),
        sa.Column("level", sa.String(length=60), nullable=True),
        sa.Column("volume", sa.Text(), nullable=True),
        sa.Column("kinds", sa.Text(), nullable=True),
        sa.Column("forms", sa.Text(), nullable=True),
        sa.Column("technologies", sa.Text(), nullable=True),
        sa.Column("family_potential", sa.Text(), nullable=True),
        sa.Column("ippsu_number", sa.String(length=60), nullable=True),
        sa.Column("ippsu_date", sa.Date(), nullable=True),
        sa.Column("effect_criteria", sa.Text(), nullable=True),
        sa.Column("review_dates", sa.String(length=250), nullable=True),
        sa.Column("family_agreed_at", sa.Date(), nullable=True),
        sa.Column("family_agreed_by_id", sa.Integer(), nullable=True),
        sa.Column("family_agreed_how", sa.String(length=250), nullable=True),
        sa.Column("body_id", sa.Integer(), nullable=True),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("submitted_by_id", sa.Integer(), nullable=True),
        sa.Column("agenda_closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decision_id", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decision_reason", sa.Text(), nullable=True),
        sa.Column("in_force_at", sa.Date(), nullable=True),
        sa.Column("ended_at", sa.Date(), nullable=True),
        sa.Column("change_summary", sa.Text(), nullable=True),
        sa.Column("change_reason", sa.Text(), nullable=True),
        sa.Column("based_on_id", sa.Integer(), nullable=True),
        sa.Column("service_unit_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("valid_to >= valid_from", name=op.f("ck_programme_version_term_forward")),
        sa.CheckConstraint("version_no >= 1", name=op.f("ck_programme_version_number_from_one")),
        sa.ForeignKeyConstraint(
            ["based_on_id"],
            ["programme_version.id"],
            name=op.f("fk_programme_version_based_on_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["body_id"], ["body.id"], name=op.f("fk_programme_version_body_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["family_agreed_by_id"],
            ["person.id"],
            name=op.f("fk_programme_version_family_agreed_by_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["programme_id"], ["programme.id"], name=op.f("fk_programme_version_programme_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["service_unit_id"],
            ["service_unit.id"],
            name=op.f("fk_programme_version_service_unit_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["submitted_by_id"],
            ["staff_member.id"],
            name=op.f("fk_programme_version_submitted_by_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_programme_version")),
        sa.UniqueConstraint("programme_id", "version_no", name="uq_programme_version_no"),
    )
    with op.batch_alter_table("programme_version", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_programme_version_based_on_id"), ["based_on_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_programme_version_family_agreed_by_id"), ["family_agreed_by_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_programme_version_service_unit_id"), ["service_unit_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_programme_version_submitted_by_id"), ["submitted_by_id"], unique=False)
        batch_op.create_index("ix_programme_version_waiting", ["body_id", "status", "submitted_at"], unique=False)
        batch_op.create_index(
            "uq_programme_version_in_force",
            ["programme_id"],
            unique=True,
            sqlite_where=sa.text("status = 'in_force'"),
            postgresql_where=sa.text("status = 'in_force'"),
        )
        batch_op.create_index(
            "uq_programme_version_open",
            ["programme_id"],
            unique=True,
            sqlite_where=sa.text("status IN ('draft', 'agreed', 'submitted')"),
            postgresql_where=sa.text("status IN ('draft', 'agreed', 'submitted')"),
        )

    op.create_table(
        "service_record",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("service_id", sa.Integer(), nullable=False),
        sa.Column("measure_lineage_id", sa.Integer(), nullable=True),
        sa.Column("performer_id", sa.Integer(), nullable=False),
        sa.Column("recipient_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.String(length=40), nullable=False),
        sa.Column("quantity", sa.Numeric(precision=8, scale=2), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=True),
        sa.Column("result", sa.Text(), nullable=True),
        sa.Column("recipient_mark", sa.Boolean(), nullable=False),
        sa.Column("comment", sa.LargeBinary(), nullable=True),
        sa.Column("annulled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("annul_reason", sa.String(length=250), nullable=True),
        sa.Column("service_unit_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("minutes IS NULL OR minutes > 0", name=op.f("ck_service_record_minutes")),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_service_record_quantity")),
        sa.ForeignKeyConstraint(
            ["case_id"], ["family_case.id"], name=op.f("fk_service_record_case_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["measure_lineage_id"],
            ["measure_lineage.id"],
            name=op.f("fk_service_record_measure_lineage_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["performer_id"], ["staff_member.id"], name=op.f("fk_service_record_performer_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["recipient_id"], ["person.id"], name=op.f("fk_service_record_recipient_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["service_id"], ["service.id"], name=op.f("fk_service_record_service_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["service_unit_id"],
            ["service_unit.id"],
            name=op.f("fk_service_record_service_unit_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_record")),
    )
    with op.batch_alter_table("service_record", schema=None) as batch_op:
        batch_op.create_index("ix_service_record_case_id", ["case_id", "date"], unique=False)
        batch_op.create_index("ix_service_record_date_order", ["service_unit_id", "date", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_service_record_measure_lineage_id"), ["measure_lineage_id"], unique=False)
        batch_op.create_index("ix_service_record_performer_id", ["performer_id", "date"], unique=False)
        batch_op.create_index(batch_op.f("ix_service_record_recipient_id"), ["recipient_id"], unique=False)
        batch_op.create_index("ix_service_record_service_id", ["service_id", "date"], unique=False)
        batch_op.create_index(batch_op.f("ix_service_record_service_unit_id"), ["service_unit_id"], unique=False)

    op.create_table(
        "agenda_item",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("title", sa.String(length=250), nullable=True),
        sa.Column("case_id", sa.Integer(), nullable=True),
        sa.Column("programme_version_id", sa.Integer(), nullable=True),
        sa.Column("speaker_id", sa.Integer(), nullable=True),
        sa.Column("heard", sa.Text(), nullable=True),
        sa.Column("discussion", sa.Text(), nullable=True),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column("service_unit_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("no >= 1", name=op.f("ck_agenda_item_number_from_one")),
        sa.ForeignKeyConstraint(
            ["case_id"], ["family_case.id"], name=op.f("fk_agenda_item_case_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meeting.id"], name=op.f("fk_agenda_item_meeting_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["programme_version_id"],
            ["programme_version.id"],
            name=op.f("fk_agenda_item_programme_version_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["service_unit_id"], ["service_unit.id"], name=op.f("fk_agenda_item_service_unit_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["speaker_id"], ["staff_member.id"], name=op.f("fk_agenda_item_speaker_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agenda_item")),
        sa.UniqueConstraint("meeting_id", "no", name="uq_agenda_item_no"),
    )
    with op.batch_alter_table("agenda_item", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_agenda_item_case_id"), ["case_id"], unique=False)
        batch_op.create_index("ix_agenda_item_programme_version", ["programme_version_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_agenda_item_service_unit_id"), ["service_unit_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_agenda_item_speaker_id"), ["speaker_id"], unique=False)
        batch_op.create_index(
            "uq_agenda_item_open_version",
            ["programme_version_id"],
            unique=True,
            sqlite_where=sa.text("is_open"),
            postgresql_where=sa.text("is_open"),
        )

    op.create_table(
        "measure",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("lineage_id", sa.Integer(), nullable=False),
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=250), nullable=False),
        sa.Column("problem", sa.String(length=250), nullable=True),
        sa.Column("direction", sa.String(length=40), nullable=True),
        sa.Column("help_kind", sa.String(length=40), nullable=True),
        sa.Column("measure_kind", sa.String(length=40), nullable=True),
        sa.Column("recipient_id", sa.Integer(), nullable=True),
        sa.Column("executor_type", sa.String(length=40), nullable=True),
        sa.Column("executor_id", sa.Integer(), nullable=True),
        sa.Column("department_id", sa.Integer(), nullable=True),
        sa.Column("partner_id", sa.Integer(), nullable=True),
        sa.Column("executor_name", sa.String(length=250), nullable=True),
        sa.Column("form", sa.String(length=40), nullable=True),
        sa.Column("volume", sa.String(length=250), nullable=True),
        sa.Column("periodicity", sa.String(length=40), nullable=True),
        sa.Column("starts", sa.Date(), nullable=True),
        sa.Column("due", sa.Date(), nullable=True),
        sa.Column("expected_result", sa.Text(), nullable=True),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("done_at", sa.Date(), nullable=True),
        sa.Column("result", sa.Text(), nullable=True),
        sa.Column("not_done_reason", sa.Text(), nullable=True),
        sa.Column("service_unit_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("search_key", sa.Text(), nullable=False),
        sa.CheckConstraint("no >= 1", name=op.f("ck_measure_number_from_one")),
        sa.ForeignKeyConstraint(
            ["department_id"], ["department.id"], name=op.f("fk_measure_department_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["executor_id"], ["staff_member.id"], name=op.f("fk_measure_executor_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["lineage_id"], ["measure_lineage.id"], name=op.f("fk_measure_lineage_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["partner_id"], ["partner_organisation.id"], name=op.f("fk_measure_partner_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["recipient_id"], ["person.id"], name=op.f("fk_measure_recipient_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["service_unit_id"], ["service_unit.id"], name=op.f("fk_measure_service_unit_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["version_id"], ["programme_version.id"], name=op.f("fk_measure_version_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_measure")),
        sa.UniqueConstraint("version_id", "lineage_id", name="uq_measure_lineage"),
        sa.UniqueConstraint("version_id", "no", name="uq_measure_no"),
    )
    with op.batch_alter_table("measure", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_measure_department_id"), ["department_id"], unique=False)
        batch_op.create_index("ix_measure_due", ["service_unit_id", "status", "due"], unique=False)
        batch_op.create_index(batch_op.f("ix_measure_executor_id"), ["executor_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_measure_lineage_id"), ["lineage_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_measure_partner_id"), ["partner_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_measure_recipient_id"), ["recipient_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_measure_service_unit_id"), ["service_unit_id"], unique=False)

    op.create_table(
        "programme_author",
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff_member.id"], name=op.f("fk_programme_author_staff_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["version_id"], ["programme_version.id"], name=op.f("fk_programme_author_version_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("version_id", "staff_id", name=op.f("pk_programme_author")),
    )
    op.create_table(
        "programme_participant",
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_programme_participant_person_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["version_id"],
            ["programme_version.id"],
            name=op.f("fk_programme_participant_version_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("version_id", "person_id", name=op.f("pk_programme_participant")),
    )
    op.create_table(
        "programme_partner",
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("partner_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["partner_id"],
            ["partner_organisation.id"],
            name=op.f("fk_programme_partner_partner_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["version_id"], ["programme_version.id"], name=op.f("fk_programme_partner_version_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("version_id", "partner_id", name=op.f("pk_programme_partner")),
    )
    op.create_table(
        "decision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("votes_for", sa.Integer(), nullable=False),
        sa.Column("votes_against", sa.Integer(), nullable=False),
        sa.Column("votes_abstained", sa.Integer(), nullable=False),
        sa.Column("effective_from", sa.Date(), nullable=True),
        sa.Column("new_term", sa.Date(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("applied_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("corrects_id", sa.Integer(), nullable=True),
        sa.Column("service_unit_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "votes_for >= 0 AND votes_against >= 0 AND votes_abstained >= 0",
            name=op.f("ck_decision_votes_not_negative"),
        ),
        sa.ForeignKeyConstraint(
            ["corrects_id"], ["decision.id"], name=op.f("fk_decision_corrects_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(["item_id"], ["agenda_item.id"], name=op.f("fk_decision_item_id"), ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(
            ["service_unit_id"], ["service_unit.id"], name=op.f("fk_decision_service_unit_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision")),
        sa.UniqueConstraint("item_id", name="uq_decision_item"),
    )
    with op.batch_alter_table("decision", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_decision_corrects_id"), ["corrects_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_decision_service_unit_id"), ["service_unit_id"], unique=False)

    op.create_table(
        "decision_assignment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("decision_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("responsible", sa.String(length=250), nullable=False),
        sa.Column("due", sa.Date(), nullable=True),
        sa.Column("service_unit_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["decision_id"], ["decision.id"], name=op.f("fk_decision_assignment_decision_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["service_unit_id"],
            ["service_unit.id"],
            name=op.f("fk_decision_assignment_service_unit_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision_assignment")),
    )
    with op.batch_alter_table("decision_assignment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_decision_assignment_decision_id"), ["decision_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_decision_assignment_service_unit_id"), ["service_unit_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("decision_assignment", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_decision_assignment_service_unit_id"))
        batch_op.drop_index(batch_op.f("ix_decision_assignment_decision_id"))

    op.drop_table("decision_assignment")
    with op.batch_alter_table("decision", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_decision_service_unit_id"))
        batch_op.drop_index(batch_op.f("ix_decision_corrects_id"))

    op.drop_table("decision")
    op.drop_table("programme_partner")
    op.drop_table("programme_participant")
    op.drop_table("programme_author")
    with op.batch_alter_table("measure", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_measure_service_unit_id"))
        batch_op.drop_index(batch_op.f("ix_measure_recipient_id"))
        batch_op.drop_index(batch_op.f("ix_measure_partner_id"))
        batch_op.drop_index(batch_op.f("ix_measure_lineage_id"))
        batch_op.drop_index(batch_op.f("ix_measure_executor_id"))
        batch_op.drop_index("ix_measure_due")
        batch_op.drop_index(batch_op.f("ix_measure_department_id"))

    op.drop_table("measure")
    with op.batch_alter_table("agenda_item", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_agenda_item_open_version", sqlite_where=sa.text("is_open"), postgresql_where=sa.text("is_open")
        )
        batch_op.drop_index(batch_op.f("ix_agenda_item_speaker_id"))
        batch_op.drop_index(batch_op.f("ix_agenda_item_service_unit_id"))
        batch_op.drop_index("ix_agenda_item_programme_version")
        batch_op.drop_index(batch_op.f("ix_agenda_item_case_id"))

    op.drop_table("agenda_item")
    with op.batch_alter_table("service_record", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_service_record_service_unit_id"))
        batch_op.drop_index("ix_service_record_service_id")
        batch_op.drop_index(batch_op.f("ix_service_record_recipient_id"))
        batch_op.drop_index("ix_service_record_performer_id")
        batch_op.drop_index(batch_op.f("ix_service_record_measure_lineage_id"))
        batch_op.drop_index("ix_service_record_date_order")
        batch_op.drop_index("ix_service_record_case_id")

    op.drop_table("service_record")
    with op.batch_alter_table("programme_version", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_programme_version_open",
            sqlite_where=sa.text("status IN ('draft', 'agreed', 'submitted')"),
            postgresql_where=sa.text("status IN ('draft', 'agreed', 'submitted')"),
        )
        batch_op.drop_index(
            "uq_programme_version_in_force",
            sqlite_where=sa.text("status = 'in_force'"),
            postgresql_where=sa.text("status = 'in_force'"),
        )
        batch_op.drop_index("ix_programme_version_waiting")
        batch_op.drop_index(batch_op.f("ix_programme_version_submitted_by_id"))
        batch_op.drop_index(batch_op.f("ix_programme_version_service_unit_id"))
        batch_op.drop_index(batch_op.f("ix_programme_version_family_agreed_by_id"))
        batch_op.drop_index(batch_op.f("ix_programme_version_based_on_id"))

    op.drop_table("programme_version")
    with op.batch_alter_table("programme", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_programme_service_unit_id"))

    op.drop_table("programme")
    with op.batch_alter_table("measure_lineage", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_measure_lineage_service_unit_id"))
        batch_op.drop_index(batch_op.f("ix_measure_lineage_case_id"))

    op.drop_table("measure_lineage")
    with op.batch_alter_table("curator_assignment", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_curator_assignment_now",
            sqlite_where=sa.text("date_to IS NULL"),
            postgresql_where=sa.text("date_to IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_curator_assignment_staff_id"))
        batch_op.drop_index(batch_op.f("ix_curator_assignment_service_unit_id"))
        batch_op.drop_index(batch_op.f("ix_curator_assignment_case_id"))

    op.drop_table("curator_assignment")
    with op.batch_alter_table("case_team_member", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_case_team_member_now",
            sqlite_where=sa.text("date_to IS NULL"),
            postgresql_where=sa.text("date_to IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_case_team_member_staff_id"))
        batch_op.drop_index(batch_op.f("ix_case_team_member_service_unit_id"))
        batch_op.drop_index(batch_op.f("ix_case_team_member_case_id"))

    op.drop_table("case_team_member")
    with op.batch_alter_table("agreement", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_agreement_in_force",
            sqlite_where=sa.text("status = 'signed'"),
            postgresql_where=sa.text("status = 'signed'"),
        )
        batch_op.drop_index("ix_agreement_valid_to_order")
        batch_op.drop_index(batch_op.f("ix_agreement_signed_by_id"))
        batch_op.drop_index(batch_op.f("ix_agreement_service_unit_id"))
        batch_op.drop_index("ix_agreement_date_order")
        batch_op.drop_index(batch_op.f("ix_agreement_customer_id"))
        batch_op.drop_index(batch_op.f("ix_agreement_case_id"))

    op.drop_table("agreement")
    with op.batch_alter_table("meeting_presence", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_meeting_presence_service_unit_id"))
        batch_op.drop_index(batch_op.f("ix_meeting_presence_member_id"))

    op.drop_table("meeting_presence")
    with op.batch_alter_table("family_member", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_family_member_now", sqlite_where=sa.text("date_to IS NULL"), postgresql_where=sa.text("date_to IS NULL")
        )
        batch_op.drop_index(batch_op.f("ix_family_member_service_unit_id"))
        batch_op.drop_index(batch_op.f("ix_family_member_person_id"))
        batch_op.drop_index(batch_op.f("ix_family_member_family_id"))

    op.drop_table("family_member")
    with op.batch_alter_table("family_case", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_family_case_open",
            sqlite_where=sa.text("status NOT IN ('closed', 'refused')"),
            postgresql_where=sa.text("status NOT IN ('closed', 'refused')"),
        )
        batch_op.drop_index("ix_family_case_status")
        batch_op.drop_index(batch_op.f("ix_family_case_service_unit_id"))
        batch_op.drop_index("ix_family_case_registered_at_order")
        batch_op.drop_index(batch_op.f("ix_family_case_previous_case_id"))
        batch_op.drop_index("ix_family_case_planned_end_order")
        batch_op.drop_index("ix_family_case_next_review_at_order")
        batch_op.drop_index(batch_op.f("ix_family_case_family_id"))
        batch_op.drop_index("ix_family_case_ended_at_order")
        batch_op.drop_index(batch_op.f("ix_family_case_curator_id"))

    op.drop_table("family_case")
    with op.batch_alter_table("meeting", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_meeting_service_unit_id"))
        batch_op.drop_index(batch_op.f("ix_meeting_secretary_id"))
        batch_op.drop_index("ix_meeting_planned")
        batch_op.drop_index(batch_op.f("ix_meeting_chair_id"))

    op.drop_table("meeting")
    with op.batch_alter_table("family", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_family_territory_id"))
        batch_op.drop_index(batch_op.f("ix_family_service_unit_id"))
        batch_op.drop_index("ix_family_reg_number_key")
        batch_op.drop_index("ix_family_name_key")
        batch_op.drop_index(batch_op.f("ix_family_area_id"))

    op.drop_table("family")
    with op.batch_alter_table("service_area", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_service_area_service_unit_id"))
        batch_op.drop_index("ix_service_area_name_key")
        batch_op.drop_index(batch_op.f("ix_service_area_curator_id"))

    op.drop_table("service_area")
    with op.batch_alter_table("body_member", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_body_member_staff_id"))
        batch_op.drop_index(batch_op.f("ix_body_member_service_unit_id"))
        batch_op.drop_index(batch_op.f("ix_body_member_body_id"))

    op.drop_table("body_member")
    with op.batch_alter_table("account", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_account_service_unit_id"))

    op.drop_table("account")
    with op.batch_alter_table("staff_member", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_staff_member_service_unit_id"))
        batch_op.drop_index(batch_op.f("ix_staff_member_partner_id"))
        batch_op.drop_index("ix_staff_member_name_key")
        batch_op.drop_index(batch_op.f("ix_staff_member_department_id"))

    op.drop_table("staff_member")
    with op.batch_alter_table("ovz_status", schema=None) as batch_op:
        batch_op.drop_index("ix_ovz_status_valid_to_order")
        batch_op.drop_index(batch_op.f("ix_ovz_status_service_unit_id"))
        batch_op.drop_index(batch_op.f("ix_ovz_status_person_id"))

    op.drop_table("ovz_status")
    with op.batch_alter_table("disability_status", schema=None) as batch_op:
        batch_op.drop_index("ix_disability_status_valid_to_order")
        batch_op.drop_index(batch_op.f("ix_disability_status_service_unit_id"))
        batch_op.drop_index(batch_op.f("ix_disability_status_person_id"))

    op.drop_table("disability_status")
    with op.batch_alter_table("consent", schema=None) as batch_op:
        batch_op.drop_index("ix_consent_valid_to_order")
        batch_op.drop_index(batch_op.f("ix_consent_service_unit_id"))
        batch_op.drop_index(batch_op.f("ix_consent_person_id"))
        batch_op.drop_index(batch_op.f("ix_consent_given_by_id"))

    op.drop_table("consent")
    with op.batch_alter_table("child_profile", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_child_profile_service_unit_id"))
        batch_op.drop_index(batch_op.f("ix_child_profile_organisation_id"))

    op.drop_table("child_profile")
    with op.batch_alter_table("service", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_service_service_unit_id"))
        batch_op.drop_index("ix_service_name_key")

    op.drop_table("service")
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_person_service_unit_id"))
        batch_op.drop_index(batch_op.f("ix_person_reg_territory_id"))
        batch_op.drop_index("ix_person_name_key")
        batch_op.drop_index("ix_person_birth_date_order")

    op.drop_table("person")
    with op.batch_alter_table("partner_organisation", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_partner_organisation_territory_id"))
        batch_op.drop_index(batch_op.f("ix_partner_organisation_service_unit_id"))
        batch_op.drop_index("ix_partner_organisation_name_key")

    op.drop_table("partner_organisation")
    with op.batch_alter_table("number_sequence", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_number_sequence_service_unit_id"))

    op.drop_table("number_sequence")
    with op.batch_alter_table("department", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_department_service_unit_id"))
        batch_op.drop_index("ix_department_name_key")

    op.drop_table("department")
    with op.batch_alter_table("body", schema=None) as batch_op:
        batch_op.drop_index("ix_body_title_key")
        batch_op.drop_index(batch_op.f("ix_body_territory_id"))
        batch_op.drop_index(batch_op.f("ix_body_service_unit_id"))

    op.drop_table("body")
    with op.batch_alter_table("ab_permission_view_role", schema=None) as batch_op:
        batch_op.drop_index("idx_role_id")
        batch_op.drop_index("idx_permission_view_id")

    op.drop_table("ab_permission_view_role")
    with op.batch_alter_table("service_unit", schema=None) as batch_op:
        batch_op.drop_index("ix_service_unit_name_key")
        batch_op.drop_index(batch_op.f("ix_service_unit_municipality_id"))

    op.drop_table("service_unit")
    with op.batch_alter_table("journal_value", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_journal_value_journal_id"))

    op.drop_table("journal_value")
    op.drop_table("ab_user_role")
    with op.batch_alter_table("ab_user_group", schema=None) as batch_op:
        batch_op.drop_index("idx_user_id")
        batch_op.drop_index("idx_user_group_id")

    op.drop_table("ab_user_group")
    with op.batch_alter_table("ab_permission_view", schema=None) as batch_op:
        batch_op.drop_index("idx_view_menu_id")
        batch_op.drop_index("idx_permission_id")

    op.drop_table("ab_permission_view")
    with op.batch_alter_table("ab_group_role", schema=None) as batch_op:
        batch_op.drop_index("idx_group_role_id")
        batch_op.drop_index("idx_group_id")

    op.drop_table("ab_group_role")
    with op.batch_alter_table("ab_api_key", schema=None) as batch_op:
        batch_op.drop_index("idx_api_key_user_id")
        batch_op.drop_index("idx_api_key_prefix")
        batch_op.drop_index("idx_api_key_lookup_hash")

    op.drop_table("ab_api_key")
    with op.batch_alter_table("territory", schema=None) as batch_op:
        batch_op.drop_index("uq_territory_place")
        batch_op.drop_index("ix_territory_name_key")

    op.drop_table("territory")
    op.drop_table("journal_seal")
    with op.batch_alter_table("journal", schema=None) as batch_op:
        batch_op.drop_index("ix_journal_user_id_at")
        batch_op.drop_index("ix_journal_record")

    op.drop_table("journal")
    with op.batch_alter_table("form_receipt", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_form_receipt_at"))

    op.drop_table("form_receipt")
    op.drop_table("delivered_grant")
    op.drop_table("ab_view_menu")
    op.drop_table("ab_user")
    op.drop_table("ab_role")
    op.drop_table("ab_register_user")
    op.drop_table("ab_permission")
    op.drop_table("ab_group")
