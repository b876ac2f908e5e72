"""The path of a case: intake, assessment, stages, visits, dispatch, closing, post-support."""

import sqlalchemy as sa
from alembic import op

revision = "path_of_a_case"
down_revision = "orders_of_work"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "work_plan",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("title", sa.String(length=250), nullable=False),
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
            ["service_unit_id"], ["service_unit.id"], name=op.f("fk_work_plan_service_unit_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_work_plan")),
        sa.UniqueConstraint("service_unit_id", "code", "year", name="uq_work_plan_year"),
    )
    with op.batch_alter_table("work_plan", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_work_plan_service_unit_id"), ["service_unit_id"], unique=False)
        batch_op.create_index("ix_work_plan_title_key", ["service_unit_id", "title_key", "id"], unique=False)

    op.create_table(
        "interagency_agreement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("partner_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=60), nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("terminated_on", sa.Date(), nullable=True),
        sa.Column("termination_reason", sa.String(length=250), nullable=True),
        sa.Column("service_unit_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("search_key", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "terminated_on IS NULL OR terminated_on >= date", name=op.f("ck_interagency_agreement_termination")
        ),
        sa.CheckConstraint("valid_to IS NULL OR valid_to >= date", name=op.f("ck_interagency_agreement_period")),
        sa.ForeignKeyConstraint(
            ["partner_id"],
            ["partner_organisation.id"],
            name=op.f("fk_interagency_agreement_partner_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["service_unit_id"],
            ["service_unit.id"],
            name=op.f("fk_interagency_agreement_service_unit_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_interagency_agreement")),
    )
    with op.batch_alter_table("interagency_agreement", schema=None) as batch_op:
        batch_op.create_index("ix_interagency_agreement_date_order", ["service_unit_id", "date", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_interagency_agreement_partner_id"), ["partner_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_interagency_agreement_service_unit_id"), ["service_unit_id"], unique=False)
        batch_op.create_index(
            "ix_interagency_agreement_valid_to_order", ["service_unit_id", "valid_to", "id"], unique=False
        )

    op.create_table(
        "medical_recommendation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("organisation", sa.LargeBinary(), nullable=False),
        sa.Column("text", sa.LargeBinary(), nullable=False),
        sa.Column("service_unit_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_medical_recommendation_person_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["service_unit_id"],
            ["service_unit.id"],
            name=op.f("fk_medical_recommendation_service_unit_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_medical_recommendation")),
    )
    with op.batch_alter_table("medical_recommendation", schema=None) as batch_op:
        batch_op.create_index("ix_medical_recommendation_date_order", ["service_unit_id", "date", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_medical_recommendation_person_id"), ["person_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_medical_recommendation_service_unit_id"), ["service_unit_id"], unique=False
        )

    op.create_table(
        "rehab_programme",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("number", sa.LargeBinary(), nullable=True),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("issued_by", sa.LargeBinary(), nullable=True),
        sa.Column("service_unit_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("valid_to IS NULL OR valid_to >= issued_on", name=op.f("ck_rehab_programme_period")),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_rehab_programme_person_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["service_unit_id"],
            ["service_unit.id"],
            name=op.f("fk_rehab_programme_service_unit_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rehab_programme")),
    )
    with op.batch_alter_table("rehab_programme", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_rehab_programme_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_rehab_programme_service_unit_id"), ["service_unit_id"], unique=False)
        batch_op.create_index("ix_rehab_programme_valid_to_order", ["service_unit_id", "valid_to", "id"], unique=False)

    op.create_table(
        "survey_round",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=250), nullable=False),
        sa.Column("date_from", sa.Date(), nullable=False),
        sa.Column("date_to", sa.Date(), nullable=False),
        sa.Column("department_id", sa.Integer(), nullable=True),
        sa.Column("second_department_id", sa.Integer(), nullable=True),
        sa.Column("is_anonymous", sa.Boolean(), nullable=False),
        sa.Column("sent", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("summary", sa.Text(), nullable=True),
        sa.Column("measures", sa.Text(), nullable=True),
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
        sa.CheckConstraint(
            "status <> 'closed' OR summary IS NOT NULL", name=op.f("ck_survey_round_closed_has_a_summary")
        ),
        sa.CheckConstraint("date_to >= date_from", name=op.f("ck_survey_round_period")),
        sa.CheckConstraint("sent >= 0", name=op.f("ck_survey_round_sent")),
        sa.ForeignKeyConstraint(
            ["department_id"], ["department.id"], name=op.f("fk_survey_round_department_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["second_department_id"],
            ["department.id"],
            name=op.f("fk_survey_round_second_department_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["service_unit_id"], ["service_unit.id"], name=op.f("fk_survey_round_service_unit_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_survey_round")),
    )
    with op.batch_alter_table("survey_round", schema=None) as batch_op:
        batch_op.create_index("ix_survey_round_date_from_order", ["service_unit_id", "date_from", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_survey_round_department_id"), ["department_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_survey_round_second_department_id"), ["second_department_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_survey_round_service_unit_id"), ["service_unit_id"], unique=False)
        batch_op.create_index("ix_survey_round_title_key", ["service_unit_id", "title_key", "id"], unique=False)

    op.create_table(
        "work_plan_item",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("date_from", sa.Date(), nullable=False),
        sa.Column("date_to", sa.Date(), nullable=False),
        sa.Column("is_monthly", sa.Boolean(), nullable=False),
        sa.Column("roles", sa.String(length=250), nullable=False),
        sa.Column("role_codes", sa.String(length=250), nullable=False),
        sa.Column("expected", sa.Text(), nullable=False),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("progress", sa.Integer(), nullable=False),
        sa.Column("fact", sa.Text(), nullable=True),
        sa.Column("delay_reason", sa.Text(), nullable=True),
        sa.Column("service_unit_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("search_key", sa.Text(), nullable=False),
        sa.CheckConstraint("date_to >= date_from", name=op.f("ck_work_plan_item_period")),
        sa.CheckConstraint("progress BETWEEN 0 AND 100", name=op.f("ck_work_plan_item_progress")),
        sa.ForeignKeyConstraint(
            ["plan_id"], ["work_plan.id"], name=op.f("fk_work_plan_item_plan_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["service_unit_id"],
            ["service_unit.id"],
            name=op.f("fk_work_plan_item_service_unit_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_work_plan_item")),
        sa.UniqueConstraint("plan_id", "no", name="uq_work_plan_item_no"),
    )
    with op.batch_alter_table("work_plan_item", schema=None) as batch_op:
        batch_op.create_index("ix_work_plan_item_date_to_order", ["service_unit_id", "date_to", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_work_plan_item_service_unit_id"), ["service_unit_id"], unique=False)

    op.create_table(
        "admin_order",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=60), nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("title", sa.String(length=250), nullable=False),
        sa.Column("preamble", sa.Text(), nullable=True),
        sa.Column("controller_id", sa.Integer(), nullable=True),
        sa.Column("agreed_with", sa.String(length=250), nullable=True),
        sa.Column("agreed_on", sa.Date(), nullable=True),
        sa.Column("repealed_on", sa.Date(), nullable=True),
        sa.Column("service_unit_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("search_key", sa.Text(), nullable=False),
        sa.CheckConstraint("repealed_on IS NULL OR repealed_on >= date", name=op.f("ck_admin_order_period")),
        sa.ForeignKeyConstraint(
            ["controller_id"], ["staff_member.id"], name=op.f("fk_admin_order_controller_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["service_unit_id"], ["service_unit.id"], name=op.f("fk_admin_order_service_unit_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_admin_order")),
        sa.UniqueConstraint("service_unit_id", "year", "number", name="uq_admin_order_number"),
    )
    with op.batch_alter_table("admin_order", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_admin_order_controller_id"), ["controller_id"], unique=False)
        batch_op.create_index("ix_admin_order_date_order", ["service_unit_id", "date", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_admin_order_service_unit_id"), ["service_unit_id"], unique=False)

    op.create_table(
        "home_course",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("recommendation_id", sa.Integer(), nullable=False),
        sa.Column("nurse_id", sa.Integer(), nullable=True),
        sa.Column("date_from", sa.Date(), nullable=False),
        sa.Column("date_to", sa.Date(), nullable=True),
        sa.Column("outcome", sa.String(length=40), nullable=True),
        sa.Column("observations", sa.LargeBinary(), nullable=True),
        sa.Column("service_unit_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("date_to IS NULL OR date_to >= date_from", name=op.f("ck_home_course_period")),
        sa.CheckConstraint("outcome IS NULL OR date_to IS NOT NULL", name=op.f("ck_home_course_outcome_at_the_end")),
        sa.ForeignKeyConstraint(
            ["nurse_id"], ["staff_member.id"], name=op.f("fk_home_course_nurse_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_home_course_person_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["recommendation_id"],
            ["medical_recommendation.id"],
            name=op.f("fk_home_course_recommendation_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["service_unit_id"], ["service_unit.id"], name=op.f("fk_home_course_service_unit_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_home_course")),
    )
    with op.batch_alter_table("home_course", schema=None) as batch_op:
        batch_op.create_index("ix_home_course_date_from_order", ["service_unit_id", "date_from", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_home_course_nurse_id"), ["nurse_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_home_course_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_home_course_recommendation_id"), ["recommendation_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_home_course_service_unit_id"), ["service_unit_id"], unique=False)

    op.create_table(
        "leisure_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=250), nullable=False),
        sa.Column("place", sa.String(length=250), nullable=True),
        sa.Column("organiser_id", sa.Integer(), nullable=True),
        sa.Column("volunteers", sa.Integer(), nullable=True),
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
        sa.Column("search_key", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organiser_id"], ["staff_member.id"], name=op.f("fk_leisure_event_organiser_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["service_unit_id"], ["service_unit.id"], name=op.f("fk_leisure_event_service_unit_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_leisure_event")),
    )
    with op.batch_alter_table("leisure_event", schema=None) as batch_op:
        batch_op.create_index("ix_leisure_event_date_order", ["service_unit_id", "date", "id"], unique=False)
        batch_op.create_index("ix_leisure_event_name_key", ["service_unit_id", "name_key", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_leisure_event_organiser_id"), ["organiser_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_leisure_event_service_unit_id"), ["service_unit_id"], unique=False)

    op.create_table(
        "rehab_item",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("text", sa.LargeBinary(), nullable=False),
        sa.Column("executor", sa.LargeBinary(), nullable=True),
        sa.Column("responsible_id", sa.Integer(), nullable=True),
        sa.Column("due", sa.Date(), nullable=True),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("settled_on", sa.Date(), nullable=True),
        sa.Column("result", sa.LargeBinary(), nullable=True),
        sa.Column("service_unit_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "status = 'planned' OR settled_on IS NOT NULL", name=op.f("ck_rehab_item_settled_has_a_day")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_rehab_item_person_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["programme_id"], ["rehab_programme.id"], name=op.f("fk_rehab_item_programme_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["responsible_id"], ["staff_member.id"], name=op.f("fk_rehab_item_responsible_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["service_unit_id"], ["service_unit.id"], name=op.f("fk_rehab_item_service_unit_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rehab_item")),
    )
    with op.batch_alter_table("rehab_item", schema=None) as batch_op:
        batch_op.create_index("ix_rehab_item_due_order", ["service_unit_id", "due", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_rehab_item_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_rehab_item_programme_id"), ["programme_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_rehab_item_responsible_id"), ["responsible_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_rehab_item_service_unit_id"), ["service_unit_id"], unique=False)

    op.create_table(
        "survey_question",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(length=250), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("about", sa.String(length=40), nullable=False),
        sa.Column("service_unit_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["round_id"], ["survey_round.id"], name=op.f("fk_survey_question_round_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["service_unit_id"],
            ["service_unit.id"],
            name=op.f("fk_survey_question_service_unit_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_survey_question")),
        sa.UniqueConstraint("round_id", "no", name="uq_survey_question_no"),
    )
    with op.batch_alter_table("survey_question", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_survey_question_service_unit_id"), ["service_unit_id"], unique=False)

    op.create_table(
        "admin_order_item",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("responsible_id", sa.Integer(), nullable=True),
        sa.Column("function", sa.String(length=250), nullable=True),
        sa.Column("due", sa.Date(), nullable=True),
        sa.Column("done_on", sa.Date(), nullable=True),
        sa.Column("service_unit_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("search_key", sa.Text(), nullable=False),
        sa.CheckConstraint("no >= 1", name=op.f("ck_admin_order_item_number_from_one")),
        sa.ForeignKeyConstraint(
            ["order_id"], ["admin_order.id"], name=op.f("fk_admin_order_item_order_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["responsible_id"],
            ["staff_member.id"],
            name=op.f("fk_admin_order_item_responsible_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["service_unit_id"],
            ["service_unit.id"],
            name=op.f("fk_admin_order_item_service_unit_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_admin_order_item")),
        sa.UniqueConstraint("order_id", "no", name="uq_admin_order_item_no"),
    )
    with op.batch_alter_table("admin_order_item", schema=None) as batch_op:
        batch_op.create_index("ix_admin_order_item_due_order", ["service_unit_id", "due", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_admin_order_item_responsible_id"), ["responsible_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_admin_order_item_service_unit_id"), ["service_unit_id"], unique=False)

    op.create_table(
        "home_procedure",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=False),
        sa.Column("planned", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=True),
        sa.Column("service_unit_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "planned > 0 AND done >= 0 AND done <= planned", name=op.f("ck_home_procedure_done_of_planned")
        ),
        sa.ForeignKeyConstraint(
            ["course_id"], ["home_course.id"], name=op.f("fk_home_procedure_course_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_home_procedure_person_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["service_unit_id"],
            ["service_unit.id"],
            name=op.f("fk_home_procedure_service_unit_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_home_procedure")),
    )
    with op.batch_alter_table("home_procedure", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_home_procedure_course_id"), ["course_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_home_procedure_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_home_procedure_service_unit_id"), ["service_unit_id"], unique=False)

    op.create_table(
        "regulatory_document",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=250), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("level", sa.String(length=40), nullable=False),
        sa.Column("number", sa.String(length=60), nullable=True),
        sa.Column("date", sa.Date(), nullable=True),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
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
        sa.CheckConstraint(
            "status <> 'approved' OR level <> 'local' OR order_id IS NOT NULL",
            name=op.f("ck_regulatory_document_approved_by_order"),
        ),
        sa.ForeignKeyConstraint(
            ["order_id"], ["admin_order.id"], name=op.f("fk_regulatory_document_order_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["service_unit_id"],
            ["service_unit.id"],
            name=op.f("fk_regulatory_document_service_unit_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_regulatory_document")),
    )
    with op.batch_alter_table("regulatory_document", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_regulatory_document_order_id"), ["order_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_regulatory_document_service_unit_id"), ["service_unit_id"], unique=False)
        batch_op.create_index("ix_regulatory_document_title_key", ["service_unit_id", "title_key", "id"], unique=False)

    op.create_table(
        "document_visa",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("regulation_id", sa.Integer(), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("given_on", sa.Date(), nullable=True),
        sa.Column("remark", sa.Text(), nullable=True),
        sa.Column("service_unit_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["regulation_id"],
            ["regulatory_document.id"],
            name=op.f("fk_document_visa_regulation_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["service_unit_id"], ["service_unit.id"], name=op.f("fk_document_visa_service_unit_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff_member.id"], name=op.f("fk_document_visa_staff_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document_visa")),
        sa.UniqueConstraint("regulation_id", "edition", "staff_id", name="uq_document_visa_staff"),
    )
    with op.batch_alter_table("document_visa", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_document_visa_service_unit_id"), ["service_unit_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_document_visa_staff_id"), ["staff_id"], unique=False)

    op.create_table(
        "social_contact",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("family_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=250), nullable=False),
        sa.Column("relation", sa.String(length=250), nullable=True),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("service_unit_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("search_key", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["family_id"], ["family.id"], name=op.f("fk_social_contact_family_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["service_unit_id"],
            ["service_unit.id"],
            name=op.f("fk_social_contact_service_unit_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_social_contact")),
    )
    with op.batch_alter_table("social_contact", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_social_contact_family_id"), ["family_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_social_contact_service_unit_id"), ["service_unit_id"], unique=False)

    op.create_table(
        "agenda_proposal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("body_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("proposed_by_id", sa.Integer(), nullable=True),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column("service_unit_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["body_id"], ["body.id"], name=op.f("fk_agenda_proposal_body_id"), ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(
            ["case_id"], ["family_case.id"], name=op.f("fk_agenda_proposal_case_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["proposed_by_id"], ["staff_member.id"], name=op.f("fk_agenda_proposal_proposed_by_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["service_unit_id"],
            ["service_unit.id"],
            name=op.f("fk_agenda_proposal_service_unit_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agenda_proposal")),
    )
    with op.batch_alter_table("agenda_proposal", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_agenda_proposal_body_id"), ["body_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_agenda_proposal_proposed_by_id"), ["proposed_by_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_agenda_proposal_service_unit_id"), ["service_unit_id"], unique=False)
        batch_op.create_index(
            "uq_agenda_proposal_open",
            ["case_id", "body_id", "kind"],
            unique=True,
            sqlite_where=sa.text("is_open"),
            postgresql_where=sa.text("is_open"),
        )

    op.create_table(
        "aid_record",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("description", sa.String(length=250), nullable=False),
        sa.Column("amount", sa.Numeric(precision=12, scale=2), nullable=True),
        sa.Column("quantity", sa.Numeric(precision=8, scale=2), nullable=True),
        sa.Column("source", sa.String(length=40), nullable=False),
        sa.Column("document", sa.String(length=250), nullable=True),
        sa.Column("service_unit_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("search_key", sa.Text(), nullable=False),
        sa.CheckConstraint("amount > 0", name=op.f("ck_aid_record_amount")),
        sa.CheckConstraint("amount IS NOT NULL OR quantity IS NOT NULL", name=op.f("ck_aid_record_is_something")),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_aid_record_quantity")),
        sa.ForeignKeyConstraint(
            ["case_id"], ["family_case.id"], name=op.f("fk_aid_record_case_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["service_unit_id"], ["service_unit.id"], name=op.f("fk_aid_record_service_unit_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_aid_record")),
    )
    with op.batch_alter_table("aid_record", schema=None) as batch_op:
        batch_op.create_index("ix_aid_record_case_id", ["case_id", "date"], unique=False)
        batch_op.create_index("ix_aid_record_date_order", ["service_unit_id", "date", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_aid_record_service_unit_id"), ["service_unit_id"], unique=False)

    op.create_table(
        "assessment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("methods", sa.String(length=250), nullable=True),
        sa.Column("family_request", sa.Text(), nullable=True),
        sa.Column("family_attitude", sa.String(length=40), nullable=True),
        sa.Column("risks", sa.Text(), nullable=True),
        sa.Column("conclusion", sa.Text(), nullable=True),
        sa.Column("proposal", sa.String(length=40), nullable=True),
        sa.Column("findings", sa.LargeBinary(), nullable=True),
        sa.Column("psychologist_conclusion", sa.LargeBinary(), nullable=True),
        sa.Column("scored_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("service_unit_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["author_id"], ["staff_member.id"], name=op.f("fk_assessment_author_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["case_id"], ["family_case.id"], name=op.f("fk_assessment_case_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_assessment_person_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["service_unit_id"], ["service_unit.id"], name=op.f("fk_assessment_service_unit_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assessment")),
    )
    with op.batch_alter_table("assessment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_assessment_author_id"), ["author_id"], unique=False)
        batch_op.create_index("ix_assessment_case_id", ["case_id", "date"], unique=False)
        batch_op.create_index("ix_assessment_date_order", ["service_unit_id", "date", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_assessment_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_assessment_service_unit_id"), ["service_unit_id"], unique=False)

    op.create_table(
        "benefit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=250), nullable=False),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.String(length=250), nullable=True),
        sa.Column("check_on", sa.Date(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("service_unit_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("search_key", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "status <> 'not_received' OR reason IS NOT NULL", name=op.f("ck_benefit_not_received_says_why")
        ),
        sa.ForeignKeyConstraint(["case_id"], ["family_case.id"], name=op.f("fk_benefit_case_id"), ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_benefit_person_id"), ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(
            ["service_unit_id"], ["service_unit.id"], name=op.f("fk_benefit_service_unit_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_benefit")),
    )
    with op.batch_alter_table("benefit", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_benefit_case_id"), ["case_id"], unique=False)
        batch_op.create_index("ix_benefit_check_on_order", ["service_unit_id", "check_on", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_benefit_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_benefit_service_unit_id"), ["service_unit_id"], unique=False)

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
        "case_transfer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("partner_id", sa.Integer(), nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("letter_no", sa.String(length=60), nullable=False),
        sa.Column("letter_date", sa.Date(), nullable=False),
        sa.Column("handed_over", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("service_unit_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("search_key", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["family_case.id"], name=op.f("fk_case_transfer_case_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["partner_id"], ["partner_organisation.id"], name=op.f("fk_case_transfer_partner_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["service_unit_id"], ["service_unit.id"], name=op.f("fk_case_transfer_service_unit_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_transfer")),
        sa.UniqueConstraint("case_id", name="uq_case_transfer_case"),
    )
    with op.batch_alter_table("case_transfer", schema=None) as batch_op:
        batch_op.create_index("ix_case_transfer_date_order", ["service_unit_id", "date", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_case_transfer_partner_id"), ["partner_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_case_transfer_service_unit_id"), ["service_unit_id"], unique=False)

    op.create_table(
        "efficiency_review",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("need_satisfaction", sa.Integer(), nullable=True),
        sa.Column("conclusion", sa.String(length=40), nullable=True),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("new_end", sa.Date(), nullable=True),
        sa.Column("measures_done_pct", sa.Integer(), nullable=True),
        sa.Column("problems_solved_pct", sa.Integer(), nullable=True),
        sa.Column("score_delta", sa.Text(), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("service_unit_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("need_satisfaction BETWEEN 0 AND 100", name=op.f("ck_efficiency_review_need_satisfaction")),
        sa.ForeignKeyConstraint(
            ["author_id"], ["staff_member.id"], name=op.f("fk_efficiency_review_author_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["case_id"], ["family_case.id"], name=op.f("fk_efficiency_review_case_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["service_unit_id"],
            ["service_unit.id"],
            name=op.f("fk_efficiency_review_service_unit_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_efficiency_review")),
    )
    with op.batch_alter_table("efficiency_review", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_efficiency_review_author_id"), ["author_id"], unique=False)
        batch_op.create_index("ix_efficiency_review_case_id", ["case_id", "date"], unique=False)
        batch_op.create_index("ix_efficiency_review_date_order", ["service_unit_id", "date", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_efficiency_review_service_unit_id"), ["service_unit_id"], unique=False)

    op.create_table(
        "event_participant",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("adults", sa.Integer(), nullable=False),
        sa.Column("children", sa.Integer(), nullable=False),
        sa.Column("service_unit_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "adults >= 0 AND children >= 0 AND adults + children > 0", name=op.f("ck_event_participant_somebody_came")
        ),
        sa.ForeignKeyConstraint(
            ["case_id"], ["family_case.id"], name=op.f("fk_event_participant_case_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["leisure_event.id"], name=op.f("fk_event_participant_event_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["service_unit_id"],
            ["service_unit.id"],
            name=op.f("fk_event_participant_service_unit_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_participant")),
        sa.UniqueConstraint("event_id", "case_id", name="uq_event_participant_case"),
    )
    with op.batch_alter_table("event_participant", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_event_participant_case_id"), ["case_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_event_participant_service_unit_id"), ["service_unit_id"], unique=False)

    op.create_table(
        "family_passport",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("on_date", sa.Date(), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=True),
        sa.Column("snapshot", sa.Text(), nullable=False),
        sa.Column("health", sa.LargeBinary(), nullable=True),
        sa.Column("prevention", sa.LargeBinary(), nullable=True),
        sa.Column("service_unit_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["family_case.id"], name=op.f("fk_family_passport_case_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["made_by_id"], ["staff_member.id"], name=op.f("fk_family_passport_made_by_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["service_unit_id"],
            ["service_unit.id"],
            name=op.f("fk_family_passport_service_unit_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_family_passport")),
    )
    with op.batch_alter_table("family_passport", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_family_passport_case_id"), ["case_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_family_passport_made_by_id"), ["made_by_id"], unique=False)
        batch_op.create_index("ix_family_passport_on_date_order", ["service_unit_id", "on_date", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_family_passport_service_unit_id"), ["service_unit_id"], unique=False)

    op.create_table(
        "family_resource",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(length=250), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("strength", sa.String(length=40), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=True),
        sa.Column("service_unit_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("search_key", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["family_case.id"], name=op.f("fk_family_resource_case_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["member_id"], ["family_member.id"], name=op.f("fk_family_resource_member_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["service_unit_id"],
            ["service_unit.id"],
            name=op.f("fk_family_resource_service_unit_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_family_resource")),
    )
    with op.batch_alter_table("family_resource", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_family_resource_case_id"), ["case_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_family_resource_member_id"), ["member_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_family_resource_service_unit_id"), ["service_unit_id"], unique=False)

    op.create_table(
        "intake",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=60), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ground", sa.String(length=40), nullable=True),
        sa.Column("source", sa.String(length=40), nullable=False),
        sa.Column("channel", sa.String(length=40), nullable=False),
        sa.Column("urgency", sa.String(length=40), nullable=False),
        sa.Column("source_org_id", sa.Integer(), nullable=True),
        sa.Column("source_letter_no", sa.String(length=60), nullable=True),
        sa.Column("source_letter_date", sa.Date(), nullable=True),
        sa.Column("applicant_id", sa.Integer(), nullable=True),
        sa.Column("application_date", sa.Date(), nullable=True),
        sa.Column("sender_name", sa.String(length=250), nullable=True),
        sa.Column("sender_phone", sa.String(length=40), nullable=True),
        sa.Column("sender_address", sa.String(length=250), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("family_id", sa.Integer(), nullable=True),
        sa.Column("case_id", sa.Integer(), nullable=True),
        sa.Column("responsible_id", sa.Integer(), nullable=False),
        sa.Column("due", sa.Date(), nullable=False),
        sa.Column("result", sa.String(length=40), nullable=False),
        sa.Column("measures_taken", sa.Text(), nullable=True),
        sa.Column("closed_at", sa.Date(), nullable=True),
        sa.Column("service_unit_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("search_key", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "source_letter_date IS NULL OR source_letter_no IS NOT NULL",
            name=op.f("ck_intake_dated_letter_is_numbered"),
        ),
        sa.ForeignKeyConstraint(
            ["applicant_id"], ["person.id"], name=op.f("fk_intake_applicant_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(["case_id"], ["family_case.id"], name=op.f("fk_intake_case_id"), ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(["family_id"], ["family.id"], name=op.f("fk_intake_family_id"), ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(
            ["responsible_id"], ["staff_member.id"], name=op.f("fk_intake_responsible_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["service_unit_id"], ["service_unit.id"], name=op.f("fk_intake_service_unit_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["source_org_id"], ["partner_organisation.id"], name=op.f("fk_intake_source_org_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_intake")),
    )
    with op.batch_alter_table("intake", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_intake_applicant_id"), ["applicant_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_intake_case_id"), ["case_id"], unique=False)
        batch_op.create_index("ix_intake_closed_at_order", ["service_unit_id", "closed_at", "id"], unique=False)
        batch_op.create_index("ix_intake_created_by_id", ["created_by_id"], unique=False)
        batch_op.create_index("ix_intake_due_order", ["service_unit_id", "due", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_intake_family_id"), ["family_id"], unique=False)
        batch_op.create_index("ix_intake_received_at_order", ["service_unit_id", "received_at", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_intake_responsible_id"), ["responsible_id"], unique=False)
        batch_op.create_index("ix_intake_result", ["service_unit_id", "result", "received_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_intake_service_unit_id"), ["service_unit_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_intake_source_org_id"), ["source_org_id"], unique=False)

    op.create_table(
        "internal_task",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("from_id", sa.Integer(), nullable=False),
        sa.Column("to_staff_id", sa.Integer(), nullable=True),
        sa.Column("to_department_id", sa.Integer(), nullable=True),
        sa.Column("due", sa.Date(), nullable=True),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("taken_by_id", sa.Integer(), nullable=True),
        sa.Column("result", sa.Text(), nullable=True),
        sa.Column("ended_at", sa.Date(), nullable=True),
        sa.Column("service_unit_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "status IN ('new', 'in_work') OR result IS NOT NULL", name=op.f("ck_internal_task_ended_with_result")
        ),
        sa.CheckConstraint(
            "(to_staff_id IS NULL) <> (to_department_id IS NULL)", name=op.f("ck_internal_task_one_addressee")
        ),
        sa.ForeignKeyConstraint(
            ["case_id"], ["family_case.id"], name=op.f("fk_internal_task_case_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["from_id"], ["staff_member.id"], name=op.f("fk_internal_task_from_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["service_unit_id"], ["service_unit.id"], name=op.f("fk_internal_task_service_unit_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["taken_by_id"], ["staff_member.id"], name=op.f("fk_internal_task_taken_by_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["to_department_id"], ["department.id"], name=op.f("fk_internal_task_to_department_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["to_staff_id"], ["staff_member.id"], name=op.f("fk_internal_task_to_staff_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_internal_task")),
    )
    with op.batch_alter_table("internal_task", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_internal_task_case_id"), ["case_id"], unique=False)
        batch_op.create_index("ix_internal_task_due", ["service_unit_id", "status", "due"], unique=False)
        batch_op.create_index("ix_internal_task_due_order", ["service_unit_id", "due", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_internal_task_from_id"), ["from_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_internal_task_service_unit_id"), ["service_unit_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_internal_task_taken_by_id"), ["taken_by_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_internal_task_to_department_id"), ["to_department_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_internal_task_to_staff_id"), ["to_staff_id"], unique=False)

    op.create_table(
        "living_conditions_act",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("number", sa.String(length=60), nullable=True),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("address", sa.String(length=250), nullable=False),
        sa.Column("ground", sa.String(length=250), nullable=True),
        sa.Column("others", sa.String(length=250), nullable=True),
        sa.Column("composition", sa.Text(), nullable=True),
        sa.Column("housing_kind", sa.String(length=40), nullable=True),
        sa.Column("housing_right", sa.String(length=40), nullable=True),
        sa.Column("area_m2", sa.Numeric(precision=7, scale=1), nullable=True),
        sa.Column("rooms", sa.Integer(), nullable=True),
        sa.Column("floor", sa.String(length=60), nullable=True),
        sa.Column("material", sa.String(length=250), nullable=True),
        sa.Column("amenities", sa.String(length=400), nullable=True),
        sa.Column("sanitary", sa.String(length=40), nullable=True),
        sa.Column("sleeping_place", sa.String(length=40), nullable=True),
        sa.Column("study_place", sa.String(length=40), nullable=True),
        sa.Column("clothes", sa.String(length=40), nullable=True),
        sa.Column("toys", sa.String(length=40), nullable=True),
        sa.Column("food", sa.String(length=40), nullable=True),
        sa.Column("children_note", sa.Text(), nullable=True),
        sa.Column("schooling", sa.Text(), nullable=True),
        sa.Column("income", sa.Text(), nullable=True),
        sa.Column("relations", sa.Text(), nullable=True),
        sa.Column("surroundings", sa.Text(), nullable=True),
        sa.Column("fire_safety", sa.String(length=40), nullable=True),
        sa.Column("hazards", sa.String(length=250), nullable=True),
        sa.Column("animals", sa.String(length=250), nullable=True),
        sa.Column("needs", sa.Text(), nullable=True),
        sa.Column("conclusion", sa.Text(), nullable=True),
        sa.Column("recommendations", sa.Text(), nullable=True),
        sa.Column("acquainted_on", sa.Date(), nullable=True),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("service_unit_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("search_key", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["family_case.id"], name=op.f("fk_living_conditions_act_case_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["service_unit_id"],
            ["service_unit.id"],
            name=op.f("fk_living_conditions_act_service_unit_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_living_conditions_act")),
        sa.UniqueConstraint("service_unit_id", "number", name="uq_living_conditions_act_number"),
    )
    with op.batch_alter_table("living_conditions_act", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_living_conditions_act_case_id"), ["case_id"], unique=False)
        batch_op.create_index("ix_living_conditions_act_date_order", ["service_unit_id", "date", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_living_conditions_act_service_unit_id"), ["service_unit_id"], unique=False)

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
        "post_support",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("curator_id", sa.Integer(), nullable=True),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("date_from", sa.Date(), nullable=False),
        sa.Column("planned_to", sa.Date(), nullable=False),
        sa.Column("date_to", sa.Date(), nullable=True),
        sa.Column("result", sa.Text(), nullable=True),
        sa.Column("service_unit_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("date_to IS NULL OR date_to >= date_from", name=op.f("ck_post_support_period")),
        sa.ForeignKeyConstraint(
            ["case_id"], ["family_case.id"], name=op.f("fk_post_support_case_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["curator_id"], ["staff_member.id"], name=op.f("fk_post_support_curator_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["service_unit_id"], ["service_unit.id"], name=op.f("fk_post_support_service_unit_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_post_support")),
        sa.UniqueConstraint("case_id", name="uq_post_support_case"),
    )
    with op.batch_alter_table("post_support", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_post_support_curator_id"), ["curator_id"], unique=False)
        batch_op.create_index("ix_post_support_date_from_order", ["service_unit_id", "date_from", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_post_support_service_unit_id"), ["service_unit_id"], unique=False)

    op.create_table(
        "problem",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(length=250), nullable=False),
        sa.Column("domain", sa.String(length=40), nullable=False),
        sa.Column("severity", sa.String(length=40), nullable=False),
        sa.Column("opened_at", sa.Date(), nullable=False),
        sa.Column("outcome", sa.String(length=40), nullable=False),
        sa.Column("closed_at", sa.Date(), nullable=True),
        sa.Column("service_unit_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("search_key", sa.Text(), nullable=False),
        sa.CheckConstraint("closed_at IS NULL OR closed_at >= opened_at", name=op.f("ck_problem_period")),
        sa.ForeignKeyConstraint(["case_id"], ["family_case.id"], name=op.f("fk_problem_case_id"), ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(
            ["service_unit_id"], ["service_unit.id"], name=op.f("fk_problem_service_unit_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_problem")),
    )
    with op.batch_alter_table("problem", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_problem_case_id"), ["case_id"], unique=False)
        batch_op.create_index("ix_problem_opened_at_order", ["service_unit_id", "opened_at", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_problem_service_unit_id"), ["service_unit_id"], unique=False)

    op.create_table(
        "progress_report",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("period", sa.Date(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("family_participation", sa.Text(), nullable=True),
        sa.Column("changes", sa.Text(), nullable=True),
        sa.Column("problems", sa.Text(), nullable=True),
        sa.Column("proposals", sa.Text(), nullable=True),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("accepted_by_id", sa.Integer(), nullable=True),
        sa.Column("return_reason", sa.Text(), nullable=True),
        sa.Column("snapshot", sa.Text(), nullable=True),
        sa.Column("service_unit_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "status <> 'returned' OR return_reason IS NOT NULL", name=op.f("ck_progress_report_returned_with_reason")
        ),
        sa.CheckConstraint(
            "status NOT IN ('submitted', 'accepted') OR snapshot IS NOT NULL",
            name=op.f("ck_progress_report_submitted_is_frozen"),
        ),
        sa.ForeignKeyConstraint(
            ["accepted_by_id"], ["staff_member.id"], name=op.f("fk_progress_report_accepted_by_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["author_id"], ["staff_member.id"], name=op.f("fk_progress_report_author_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["case_id"], ["family_case.id"], name=op.f("fk_progress_report_case_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["service_unit_id"],
            ["service_unit.id"],
            name=op.f("fk_progress_report_service_unit_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_progress_report")),
        sa.UniqueConstraint("case_id", "author_id", "period", name="uq_progress_report_month"),
    )
    with op.batch_alter_table("progress_report", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_progress_report_accepted_by_id"), ["accepted_by_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_progress_report_author_id"), ["author_id"], unique=False)
        batch_op.create_index("ix_progress_report_period", ["service_unit_id", "period", "status"], unique=False)
        batch_op.create_index("ix_progress_report_period_order", ["service_unit_id", "period", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_progress_report_service_unit_id"), ["service_unit_id"], unique=False)

    op.create_table(
        "quality_answer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("answered_on", sa.Date(), nullable=False),
        sa.Column("score", sa.Integer(), nullable=True),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("waiver", sa.Text(), nullable=True),
        sa.Column("service_unit_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(score IS NULL) <> (waiver IS NULL)", name=op.f("ck_quality_answer_answer_or_waiver")),
        sa.CheckConstraint("score BETWEEN 1 AND 5", name=op.f("ck_quality_answer_score")),
        sa.ForeignKeyConstraint(
            ["case_id"], ["family_case.id"], name=op.f("fk_quality_answer_case_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["service_unit_id"],
            ["service_unit.id"],
            name=op.f("fk_quality_answer_service_unit_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quality_answer")),
    )
    with op.batch_alter_table("quality_answer", schema=None) as batch_op:
        batch_op.create_index(
            "ix_quality_answer_answered_on_order", ["service_unit_id", "answered_on", "id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_quality_answer_case_id"), ["case_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_quality_answer_service_unit_id"), ["service_unit_id"], unique=False)

    op.create_table(
        "refusal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("consequences_explained", sa.Boolean(), nullable=False),
        sa.Column("received_by_id", sa.Integer(), nullable=True),
        sa.Column("service_unit_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["family_case.id"], name=op.f("fk_refusal_case_id"), ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_refusal_person_id"), ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(
            ["received_by_id"], ["staff_member.id"], name=op.f("fk_refusal_received_by_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["service_unit_id"], ["service_unit.id"], name=op.f("fk_refusal_service_unit_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refusal")),
    )
    with op.batch_alter_table("refusal", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_refusal_case_id"), ["case_id"], unique=False)
        batch_op.create_index("ix_refusal_date_order", ["service_unit_id", "date", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_refusal_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_refusal_received_by_id"), ["received_by_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_refusal_service_unit_id"), ["service_unit_id"], unique=False)

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

    op.create_table(
        "survey_response",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=True),
        sa.Column("service_unit_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["family_case.id"], name=op.f("fk_survey_response_case_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["round_id"], ["survey_round.id"], name=op.f("fk_survey_response_round_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["service_unit_id"],
            ["service_unit.id"],
            name=op.f("fk_survey_response_service_unit_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_survey_response")),
        sa.UniqueConstraint("round_id", "case_id", name="uq_survey_response_case"),
    )
    with op.batch_alter_table("survey_response", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_survey_response_case_id"), ["case_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_survey_response_service_unit_id"), ["service_unit_id"], unique=False)

    op.create_table(
        "act_commission",
        sa.Column("act_id", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["act_id"], ["living_conditions_act.id"], name=op.f("fk_act_commission_act_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff_member.id"], name=op.f("fk_act_commission_staff_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("act_id", "staff_id", name=op.f("pk_act_commission")),
    )
    op.create_table(
        "act_health",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("act_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("note", sa.LargeBinary(), nullable=True),
        sa.Column("service_unit_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["act_id"], ["living_conditions_act.id"], name=op.f("fk_act_health_act_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_act_health_person_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["service_unit_id"], ["service_unit.id"], name=op.f("fk_act_health_service_unit_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_act_health")),
        sa.UniqueConstraint("act_id", "person_id", name="uq_act_health_person"),
    )
    with op.batch_alter_table("act_health", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_act_health_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_act_health_service_unit_id"), ["service_unit_id"], unique=False)

    op.create_table(
        "act_present",
        sa.Column("act_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["act_id"], ["living_conditions_act.id"], name=op.f("fk_act_present_act_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_act_present_person_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("act_id", "person_id", name=op.f("pk_act_present")),
    )
    op.create_table(
        "agreement_amendment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("agreement_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("changes", sa.Text(), nullable=False),
        sa.Column("old_valid_to", sa.Date(), nullable=False),
        sa.Column("new_valid_to", sa.Date(), nullable=True),
        sa.Column("signed_by_id", sa.Integer(), nullable=False),
        sa.Column("service_unit_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("number >= 1", name=op.f("ck_agreement_amendment_number_from_one")),
        sa.ForeignKeyConstraint(
            ["agreement_id"], ["agreement.id"], name=op.f("fk_agreement_amendment_agreement_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["service_unit_id"],
            ["service_unit.id"],
            name=op.f("fk_agreement_amendment_service_unit_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["signed_by_id"], ["staff_member.id"], name=op.f("fk_agreement_amendment_signed_by_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreement_amendment")),
        sa.UniqueConstraint("agreement_id", "number", name="uq_agreement_amendment_number"),
    )
    with op.batch_alter_table("agreement_amendment", schema=None) as batch_op:
        batch_op.create_index("ix_agreement_amendment_date_order", ["service_unit_id", "date", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_agreement_amendment_service_unit_id"), ["service_unit_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_agreement_amendment_signed_by_id"), ["signed_by_id"], unique=False)

    op.create_table(
        "agreement_breach",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("agreement_id", sa.Integer(), nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("duty", sa.Text(), nullable=False),
        sa.Column("measures_taken", sa.Text(), nullable=True),
        sa.Column("service_unit_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["agreement_id"], ["agreement.id"], name=op.f("fk_agreement_breach_agreement_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["service_unit_id"],
            ["service_unit.id"],
            name=op.f("fk_agreement_breach_service_unit_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreement_breach")),
    )
    with op.batch_alter_table("agreement_breach", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_agreement_breach_agreement_id"), ["agreement_id"], unique=False)
        batch_op.create_index("ix_agreement_breach_date_order", ["service_unit_id", "date", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_agreement_breach_service_unit_id"), ["service_unit_id"], unique=False)

    op.create_table(
        "application",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=60), nullable=True),
        sa.Column("received_at", sa.Date(), nullable=False),
        sa.Column("applicant_id", sa.Integer(), nullable=False),
        sa.Column("family_id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=True),
        sa.Column("intake_id", sa.Integer(), nullable=True),
        sa.Column("addressed_to", sa.String(length=250), nullable=False),
        sa.Column("requested_help", sa.String(length=400), nullable=True),
        sa.Column("circumstances", sa.Text(), nullable=True),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("notify_via", sa.String(length=40), nullable=True),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("registered_on", sa.Date(), nullable=True),
        sa.Column("decided_on", sa.Date(), nullable=True),
        sa.Column("decision_reason", sa.Text(), nullable=True),
        sa.Column("service_unit_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("search_key", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "status = 'received' OR status = 'withdrawn' OR number IS NOT NULL",
            name=op.f("ck_application_registered_number"),
        ),
        sa.ForeignKeyConstraint(
            ["applicant_id"], ["person.id"], name=op.f("fk_application_applicant_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["case_id"], ["family_case.id"], name=op.f("fk_application_case_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["family_id"], ["family.id"], name=op.f("fk_application_family_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["intake_id"], ["intake.id"], name=op.f("fk_application_intake_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["service_unit_id"], ["service_unit.id"], name=op.f("fk_application_service_unit_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_application")),
    )
    with op.batch_alter_table("application", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_application_applicant_id"), ["applicant_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_application_case_id"), ["case_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_application_family_id"), ["family_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_application_intake_id"), ["intake_id"], unique=False)
        batch_op.create_index(
            "ix_application_received_at_order", ["service_unit_id", "received_at", "id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_application_service_unit_id"), ["service_unit_id"], unique=False)
        batch_op.create_index("ix_application_status", ["service_unit_id", "status", "received_at"], unique=False)

    op.create_table(
        "assessment_score",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("assessment_id", sa.Integer(), nullable=False),
        sa.Column("scale", sa.String(length=60), nullable=False),
        sa.Column("criterion", sa.String(length=60), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.Column("service_unit_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("value BETWEEN 0 AND 4", name=op.f("ck_assessment_score_value")),
        sa.ForeignKeyConstraint(
            ["assessment_id"], ["assessment.id"], name=op.f("fk_assessment_score_assessment_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_assessment_score_person_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["service_unit_id"],
            ["service_unit.id"],
            name=op.f("fk_assessment_score_service_unit_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assessment_score")),
        sa.UniqueConstraint("assessment_id", "scale", "criterion", "person_id", name="uq_assessment_score_child"),
    )
    with op.batch_alter_table("assessment_score", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_assessment_score_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_assessment_score_service_unit_id"), ["service_unit_id"], unique=False)
        batch_op.create_index(
            "uq_assessment_score_family",
            ["assessment_id", "scale", "criterion"],
            unique=True,
            sqlite_where=sa.text("person_id IS NULL"),
            postgresql_where=sa.text("person_id IS NULL"),
        )

    op.create_table(
        "post_support_check",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("post_support_id", sa.Integer(), nullable=False),
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("planned_on", sa.Date(), nullable=False),
        sa.Column("done_on", sa.Date(), nullable=True),
        sa.Column("form", sa.String(length=40), nullable=True),
        sa.Column("situation", sa.String(length=40), nullable=True),
        sa.Column("findings", sa.Text(), nullable=True),
        sa.Column("action_taken", sa.String(length=250), nullable=True),
        sa.Column("done_by_id", sa.Integer(), nullable=True),
        sa.Column("service_unit_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "status <> 'done' OR (done_on IS NOT NULL AND situation IS NOT NULL)",
            name=op.f("ck_post_support_check_done_tells_the_situation"),
        ),
        sa.CheckConstraint("no >= 1", name=op.f("ck_post_support_check_number_from_one")),
        sa.ForeignKeyConstraint(
            ["done_by_id"], ["staff_member.id"], name=op.f("fk_post_support_check_done_by_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["post_support_id"],
            ["post_support.id"],
            name=op.f("fk_post_support_check_post_support_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["service_unit_id"],
            ["service_unit.id"],
            name=op.f("fk_post_support_check_service_unit_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_post_support_check")),
        sa.UniqueConstraint("post_support_id", "no", name="uq_post_support_check_no"),
    )
    with op.batch_alter_table("post_support_check", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_post_support_check_done_by_id"), ["done_by_id"], unique=False)
        batch_op.create_index("ix_post_support_check_due", ["service_unit_id", "status", "planned_on"], unique=False)
        batch_op.create_index(
            "ix_post_support_check_planned_on_order", ["service_unit_id", "planned_on", "id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_post_support_check_service_unit_id"), ["service_unit_id"], unique=False)

    op.create_table(
        "referral",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=60), nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("partner_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("due", sa.Date(), nullable=False),
        sa.Column("sent_via", sa.String(length=40), nullable=False),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("data_list", sa.Text(), nullable=True),
        sa.Column("consent_id", sa.Integer(), nullable=True),
        sa.Column("lineage_id", sa.Integer(), nullable=True),
        sa.Column("sent_by_id", sa.Integer(), nullable=True),
        sa.Column("answer_at", sa.Date(), nullable=True),
        sa.Column("answer_no", sa.String(length=60), nullable=True),
        sa.Column("answer_text", sa.Text(), nullable=True),
        sa.Column("outcome", sa.String(length=40), nullable=True),
        sa.Column("annulled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("annul_reason", sa.String(length=250), nullable=True),
        sa.Column("service_unit_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("search_key", sa.Text(), nullable=False),
        sa.CheckConstraint("status = 'sent' OR answer_at IS NOT NULL", name=op.f("ck_referral_answered_on_a_day")),
        sa.CheckConstraint(
            "annulled_at IS NULL OR annul_reason IS NOT NULL", name=op.f("ck_referral_annulled_with_reason")
        ),
        sa.CheckConstraint("data_list IS NULL OR consent_id IS NOT NULL", name=op.f("ck_referral_data_by_consent")),
        sa.CheckConstraint("due >= date", name=op.f("ck_referral_term")),
        sa.ForeignKeyConstraint(["case_id"], ["family_case.id"], name=op.f("fk_referral_case_id"), ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(
            ["consent_id"], ["consent.id"], name=op.f("fk_referral_consent_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["lineage_id"], ["measure_lineage.id"], name=op.f("fk_referral_lineage_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["partner_id"], ["partner_organisation.id"], name=op.f("fk_referral_partner_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_referral_person_id"), ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(
            ["sent_by_id"], ["staff_member.id"], name=op.f("fk_referral_sent_by_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["service_unit_id"], ["service_unit.id"], name=op.f("fk_referral_service_unit_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_referral")),
        sa.UniqueConstraint("service_unit_id", "number", name="uq_referral_number"),
    )
    with op.batch_alter_table("referral", schema=None) as batch_op:
        batch_op.create_index("ix_referral_case_id", ["case_id", "date"], unique=False)
        batch_op.create_index(batch_op.f("ix_referral_consent_id"), ["consent_id"], unique=False)
        batch_op.create_index("ix_referral_date_order", ["service_unit_id", "date", "id"], unique=False)
        batch_op.create_index("ix_referral_due", ["service_unit_id", "status", "due"], unique=False)
        batch_op.create_index("ix_referral_due_order", ["service_unit_id", "due", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_referral_lineage_id"), ["lineage_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_referral_partner_id"), ["partner_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_referral_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_referral_sent_by_id"), ["sent_by_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_referral_service_unit_id"), ["service_unit_id"], unique=False)

    op.create_table(
        "review_outcome",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("review_id", sa.Integer(), nullable=False),
        sa.Column("problem_id", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(length=40), nullable=False),
        sa.Column("note", sa.String(length=250), nullable=True),
        sa.Column("service_unit_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["problem_id"], ["problem.id"], name=op.f("fk_review_outcome_problem_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["review_id"], ["efficiency_review.id"], name=op.f("fk_review_outcome_review_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["service_unit_id"],
            ["service_unit.id"],
            name=op.f("fk_review_outcome_service_unit_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_outcome")),
        sa.UniqueConstraint("review_id", "problem_id", name="uq_review_outcome_problem"),
    )
    with op.batch_alter_table("review_outcome", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_review_outcome_problem_id"), ["problem_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_review_outcome_service_unit_id"), ["service_unit_id"], unique=False)

    op.create_table(
        "survey_answer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("response_id", sa.Integer(), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("mark", sa.Integer(), nullable=True),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("service_unit_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("mark BETWEEN 1 AND 5", name=op.f("ck_survey_answer_mark")),
        sa.ForeignKeyConstraint(
            ["question_id"], ["survey_question.id"], name=op.f("fk_survey_answer_question_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["response_id"], ["survey_response.id"], name=op.f("fk_survey_answer_response_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["service_unit_id"], ["service_unit.id"], name=op.f("fk_survey_answer_service_unit_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_survey_answer")),
        sa.UniqueConstraint("response_id", "question_id", name="uq_survey_answer_question"),
    )
    with op.batch_alter_table("survey_answer", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_survey_answer_question_id"), ["question_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_survey_answer_service_unit_id"), ["service_unit_id"], unique=False)

    op.create_table(
        "visit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("form", sa.String(length=40), nullable=False),
        sa.Column("planned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("minutes", sa.Integer(), nullable=True),
        sa.Column("purpose", sa.String(length=250), nullable=True),
        sa.Column("deeds", sa.String(length=400), nullable=True),
        sa.Column("findings", sa.Text(), nullable=True),
        sa.Column("family_state", sa.String(length=40), nullable=True),
        sa.Column("agreements", sa.Text(), nullable=True),
        sa.Column("family_attitude", sa.String(length=40), nullable=True),
        sa.Column("next_at", sa.Date(), nullable=True),
        sa.Column("lineage_id", sa.Integer(), nullable=True),
        sa.Column("annulled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("annul_reason", sa.String(length=250), nullable=True),
        sa.Column("service_unit_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "annulled_at IS NULL OR annul_reason IS NOT NULL", name=op.f("ck_visit_annulled_with_reason")
        ),
        sa.CheckConstraint("minutes IS NULL OR minutes > 0", name=op.f("ck_visit_minutes")),
        sa.CheckConstraint("planned_at IS NOT NULL OR done_at IS NOT NULL", name=op.f("ck_visit_planned_or_done")),
        sa.ForeignKeyConstraint(["case_id"], ["family_case.id"], name=op.f("fk_visit_case_id"), ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(
            ["lineage_id"], ["measure_lineage.id"], name=op.f("fk_visit_lineage_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["service_unit_id"], ["service_unit.id"], name=op.f("fk_visit_service_unit_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff_member.id"], name=op.f("fk_visit_staff_id"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit")),
    )
    with op.batch_alter_table("visit", schema=None) as batch_op:
        batch_op.create_index("ix_visit_case_id", ["case_id", "day"], unique=False)
        batch_op.create_index("ix_visit_day_order", ["service_unit_id", "day", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_visit_lineage_id"), ["lineage_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_visit_service_unit_id"), ["service_unit_id"], unique=False)
        batch_op.create_index("ix_visit_staff_id", ["staff_id", "day"], unique=False)

    op.create_table(
        "dispatch",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("content", sa.String(length=40), nullable=False),
        sa.Column("prepared_by_id", sa.Integer(), nullable=True),
        sa.Column("sent_at", sa.Date(), nullable=True),
        sa.Column("service_unit_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["family_case.id"], name=op.f("fk_dispatch_case_id"), ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(
            ["prepared_by_id"], ["staff_member.id"], name=op.f("fk_dispatch_prepared_by_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["service_unit_id"], ["service_unit.id"], name=op.f("fk_dispatch_service_unit_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["version_id"], ["programme_version.id"], name=op.f("fk_dispatch_version_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dispatch")),
        sa.UniqueConstraint("version_id", name="uq_dispatch_version"),
    )
    with op.batch_alter_table("dispatch", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_dispatch_case_id"), ["case_id"], unique=False)
        batch_op.create_index("ix_dispatch_date_order", ["service_unit_id", "date", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_dispatch_prepared_by_id"), ["prepared_by_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_dispatch_service_unit_id"), ["service_unit_id"], unique=False)

    op.create_table(
        "journal_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("journal", sa.String(length=40), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("text_no", sa.String(length=60), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("family_id", sa.Integer(), nullable=True),
        sa.Column("intake_id", sa.Integer(), nullable=True),
        sa.Column("application_id", sa.Integer(), nullable=True),
        sa.Column("case_id", sa.Integer(), nullable=True),
        sa.Column("annulled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("annul_reason", sa.Text(), nullable=True),
        sa.Column("service_unit_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("search_key", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "annulled_at IS NULL OR annul_reason IS NOT NULL", name=op.f("ck_journal_entry_annulled_with_reason")
        ),
        sa.CheckConstraint("number >= 1", name=op.f("ck_journal_entry_number_from_one")),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_journal_entry_application_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["case_id"], ["family_case.id"], name=op.f("fk_journal_entry_case_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["family_id"], ["family.id"], name=op.f("fk_journal_entry_family_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["intake_id"], ["intake.id"], name=op.f("fk_journal_entry_intake_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["service_unit_id"], ["service_unit.id"], name=op.f("fk_journal_entry_service_unit_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_journal_entry")),
        sa.UniqueConstraint("service_unit_id", "journal", "year", "number", name="uq_journal_entry_number"),
    )
    with op.batch_alter_table("journal_entry", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_journal_entry_application_id"), ["application_id"], unique=False)
        batch_op.create_index("ix_journal_entry_at_order", ["service_unit_id", "at", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_journal_entry_case_id"), ["case_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_journal_entry_family_id"), ["family_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_journal_entry_intake_id"), ["intake_id"], unique=False)
        batch_op.create_index("ix_journal_entry_number_order", ["service_unit_id", "number", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_journal_entry_service_unit_id"), ["service_unit_id"], unique=False)
        batch_op.create_index(
            "uq_journal_entry_case",
            ["case_id"],
            unique=True,
            sqlite_where=sa.text("journal = 'R03' AND annulled_at IS NULL"),
            postgresql_where=sa.text("journal = 'R03' AND annulled_at IS NULL"),
        )

    op.create_table(
        "visit_present",
        sa.Column("visit_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_visit_present_person_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name=op.f("fk_visit_present_visit_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("visit_id", "person_id", name=op.f("pk_visit_present")),
    )
    op.create_table(
        "dispatch_item",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("dispatch_id", sa.Integer(), nullable=False),
        sa.Column("partner_id", sa.Integer(), nullable=False),
        sa.Column("letter_no", sa.String(length=60), nullable=True),
        sa.Column("sent_at", sa.Date(), nullable=True),
        sa.Column("via", sa.String(length=40), nullable=True),
        sa.Column("received_at", sa.Date(), nullable=True),
        sa.Column("acknowledged_by", sa.String(length=250), nullable=True),
        sa.Column("report_form", sa.String(length=250), nullable=False),
        sa.Column("result_due", sa.Date(), nullable=True),
        sa.Column("service_unit_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("search_key", sa.Text(), nullable=False),
        sa.CheckConstraint("(letter_no IS NULL) = (sent_at IS NULL)", name=op.f("ck_dispatch_item_sent_is_numbered")),
        sa.CheckConstraint(
            "received_at IS NULL OR received_at >= sent_at", name=op.f("ck_dispatch_item_received_after_sent")
        ),
        sa.ForeignKeyConstraint(
            ["dispatch_id"], ["dispatch.id"], name=op.f("fk_dispatch_item_dispatch_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["partner_id"], ["partner_organisation.id"], name=op.f("fk_dispatch_item_partner_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["service_unit_id"], ["service_unit.id"], name=op.f("fk_dispatch_item_service_unit_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dispatch_item")),
        sa.UniqueConstraint("dispatch_id", "partner_id", name="uq_dispatch_item_partner"),
        sa.UniqueConstraint("service_unit_id", "letter_no", name="uq_dispatch_item_letter_no"),
    )
    with op.batch_alter_table("dispatch_item", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_dispatch_item_partner_id"), ["partner_id"], unique=False)
        batch_op.create_index(
            "ix_dispatch_item_result_due_order", ["service_unit_id", "result_due", "id"], unique=False
        )
        batch_op.create_index("ix_dispatch_item_sent_at_order", ["service_unit_id", "sent_at", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_dispatch_item_service_unit_id"), ["service_unit_id"], unique=False)

    op.create_table(
        "closure_conclusion",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("number", sa.String(length=60), nullable=True),
        sa.Column("date", sa.Date(), nullable=True),
        sa.Column("body_id", sa.Integer(), nullable=True),
        sa.Column("decision_id", sa.Integer(), nullable=True),
        sa.Column("period_from", sa.Date(), nullable=True),
        sa.Column("period_to", sa.Date(), nullable=False),
        sa.Column("level_history", sa.Text(), nullable=True),
        sa.Column("results", sa.Text(), nullable=True),
        sa.Column("scores", sa.Text(), nullable=True),
        sa.Column("measures_done", sa.Integer(), nullable=True),
        sa.Column("outcome", sa.String(length=40), nullable=True),
        sa.Column("end_reason", sa.String(length=40), nullable=True),
        sa.Column("child_stays", sa.String(length=40), nullable=True),
        sa.Column("curator_result", sa.Text(), nullable=True),
        sa.Column("recommendations", sa.Text(), nullable=True),
        sa.Column("prepared_by_id", sa.Integer(), nullable=True),
        sa.Column("signed_by_id", sa.Integer(), nullable=True),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("service_unit_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("search_key", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "status = 'draft' OR (number IS NOT NULL AND date IS NOT NULL)",
            name=op.f("ck_closure_conclusion_signed_is_numbered"),
        ),
        sa.CheckConstraint("measures_done BETWEEN 0 AND 100", name=op.f("ck_closure_conclusion_percent")),
        sa.ForeignKeyConstraint(
            ["body_id"], ["body.id"], name=op.f("fk_closure_conclusion_body_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["case_id"], ["family_case.id"], name=op.f("fk_closure_conclusion_case_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["decision_id"], ["decision.id"], name=op.f("fk_closure_conclusion_decision_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["prepared_by_id"],
            ["staff_member.id"],
            name=op.f("fk_closure_conclusion_prepared_by_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["service_unit_id"],
            ["service_unit.id"],
            name=op.f("fk_closure_conclusion_service_unit_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["signed_by_id"], ["staff_member.id"], name=op.f("fk_closure_conclusion_signed_by_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_closure_conclusion")),
        sa.UniqueConstraint("case_id", name="uq_closure_conclusion_case"),
        sa.UniqueConstraint("service_unit_id", "number", name="uq_closure_conclusion_number"),
    )
    with op.batch_alter_table("closure_conclusion", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_closure_conclusion_body_id"), ["body_id"], unique=False)
        batch_op.create_index("ix_closure_conclusion_date_order", ["service_unit_id", "date", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_closure_conclusion_decision_id"), ["decision_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_closure_conclusion_prepared_by_id"), ["prepared_by_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_closure_conclusion_service_unit_id"), ["service_unit_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_closure_conclusion_signed_by_id"), ["signed_by_id"], unique=False)

    op.create_table(
        "recognition",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("is_positive", sa.Boolean(), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.Column("protocol_no", sa.String(length=60), nullable=False),
        sa.Column("body_id", sa.Integer(), nullable=True),
        sa.Column("body_name", sa.String(length=250), nullable=True),
        sa.Column("decision_id", sa.Integer(), nullable=True),
        sa.Column("circumstances", sa.String(length=400), nullable=True),
        sa.Column("ippsu_number", sa.String(length=60), nullable=True),
        sa.Column("ippsu_date", sa.Date(), nullable=True),
        sa.Column("ippsu_valid_to", sa.Date(), nullable=True),
        sa.Column("recommended", sa.String(length=250), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("service_unit_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("search_key", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "ippsu_valid_to IS NULL OR ippsu_valid_to >= ippsu_date", name=op.f("ck_recognition_ippsu_term")
        ),
        sa.ForeignKeyConstraint(["body_id"], ["body.id"], name=op.f("fk_recognition_body_id"), ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(
            ["case_id"], ["family_case.id"], name=op.f("fk_recognition_case_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["decision_id"], ["decision.id"], name=op.f("fk_recognition_decision_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["service_unit_id"], ["service_unit.id"], name=op.f("fk_recognition_service_unit_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recognition")),
    )
    with op.batch_alter_table("recognition", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_recognition_body_id"), ["body_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_recognition_case_id"), ["case_id"], unique=False)
        batch_op.create_index("ix_recognition_decided_on_order", ["service_unit_id", "decided_on", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_recognition_decision_id"), ["decision_id"], unique=False)
        batch_op.create_index(
            "ix_recognition_ippsu_valid_to_order", ["service_unit_id", "ippsu_valid_to", "id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_recognition_service_unit_id"), ["service_unit_id"], unique=False)
        batch_op.create_index(
            "uq_recognition_positive",
            ["case_id"],
            unique=True,
            sqlite_where=sa.text("is_positive"),
            postgresql_where=sa.text("is_positive"),
        )

    with op.batch_alter_table("agenda_item", schema=None) as batch_op:
        batch_op.add_column(sa.Column("proposal_id", sa.Integer(), nullable=True))
        batch_op.create_index(batch_op.f("ix_agenda_item_proposal_id"), ["proposal_id"], unique=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_agenda_item_proposal_id"), "agenda_proposal", ["proposal_id"], ["id"], ondelete="RESTRICT"
        )

    with op.batch_alter_table("body", schema=None) as batch_op:
        batch_op.add_column(sa.Column("order_code", sa.String(length=60), nullable=True))

    with op.batch_alter_table("curator_assignment", schema=None) as batch_op:
        batch_op.add_column(sa.Column("order_id", sa.Integer(), nullable=True))
        batch_op.create_index(batch_op.f("ix_curator_assignment_order_id"), ["order_id"], unique=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_curator_assignment_order_id"), "admin_order", ["order_id"], ["id"], ondelete="RESTRICT"
        )

    with op.batch_alter_table("decision", schema=None) as batch_op:
        batch_op.add_column(sa.Column("level", sa.String(length=60), nullable=True))

    with op.batch_alter_table("decision_assignment", schema=None) as batch_op:
        batch_op.add_column(sa.Column("partner_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("done_at", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("result", sa.Text(), nullable=True))
        batch_op.create_index("ix_decision_assignment_due_order", ["service_unit_id", "due", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_decision_assignment_partner_id"), ["partner_id"], unique=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_decision_assignment_partner_id"),
            "partner_organisation",
            ["partner_id"],
            ["id"],
            ondelete="RESTRICT",
        )

    with op.batch_alter_table("family_case", schema=None) as batch_op:
        batch_op.add_column(sa.Column("stage_since", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("level", sa.String(length=250), nullable=True))
        batch_op.add_column(sa.Column("no_resources_found", sa.Boolean(), nullable=True))
        batch_op.add_column(sa.Column("quality_waiver", sa.Text(), nullable=True))

    with op.batch_alter_table("measure", schema=None) as batch_op:
        batch_op.add_column(sa.Column("problem_id", sa.Integer(), nullable=True))
        batch_op.create_index(batch_op.f("ix_measure_problem_id"), ["problem_id"], unique=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_measure_problem_id"), "problem", ["problem_id"], ["id"], ondelete="RESTRICT"
        )


def downgrade() -> None:
    with op.batch_alter_table("measure", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_measure_problem_id"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_measure_problem_id"))
        batch_op.drop_column("problem_id")

    with op.batch_alter_table("family_case", schema=None) as batch_op:
        batch_op.drop_column("quality_waiver")
        batch_op.drop_column("no_resources_found")
        batch_op.drop_column("level")
        batch_op.drop_column("stage_since")

    with op.batch_alter_table("decision_assignment", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_decision_assignment_partner_id"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_decision_assignment_partner_id"))
        batch_op.drop_index("ix_decision_assignment_due_order")
        batch_op.drop_column("result")
        batch_op.drop_column("done_at")
        batch_op.drop_column("partner_id")

    with op.batch_alter_table("decision", schema=None) as batch_op:
        batch_op.drop_column("level")

    with op.batch_alter_table("curator_assignment", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_curator_assignment_order_id"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_curator_assignment_order_id"))
        batch_op.drop_column("order_id")

    with op.batch_alter_table("body", schema=None) as batch_op:
        batch_op.drop_column("order_code")

    with op.batch_alter_table("agenda_item", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_agenda_item_proposal_id"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_agenda_item_proposal_id"))
        batch_op.drop_column("proposal_id")

    with op.batch_alter_table("recognition", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_recognition_positive", sqlite_where=sa.text("is_positive"), postgresql_where=sa.text("is_positive")
        )
        batch_op.drop_index(batch_op.f("ix_recognition_service_unit_id"))
        batch_op.drop_index("ix_recognition_ippsu_valid_to_order")
        batch_op.drop_index(batch_op.f("ix_recognition_decision_id"))
        batch_op.drop_index("ix_recognition_decided_on_order")
        batch_op.drop_index(batch_op.f("ix_recognition_case_id"))
        batch_op.drop_index(batch_op.f("ix_recognition_body_id"))

    op.drop_table("recognition")
    with op.batch_alter_table("closure_conclusion", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_closure_conclusion_signed_by_id"))
        batch_op.drop_index(batch_op.f("ix_closure_conclusion_service_unit_id"))
        batch_op.drop_index(batch_op.f("ix_closure_conclusion_prepared_by_id"))
        batch_op.drop_index(batch_op.f("ix_closure_conclusion_decision_id"))
        batch_op.drop_index("ix_closure_conclusion_date_order")
        batch_op.drop_index(batch_op.f("ix_closure_conclusion_body_id"))

    op.drop_table("closure_conclusion")
    with op.batch_alter_table("dispatch_item", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_dispatch_item_service_unit_id"))
        batch_op.drop_index("ix_dispatch_item_sent_at_order")
        batch_op.drop_index("ix_dispatch_item_result_due_order")
        batch_op.drop_index(batch_op.f("ix_dispatch_item_partner_id"))

    op.drop_table("dispatch_item")
    op.drop_table("visit_present")
    with op.batch_alter_table("journal_entry", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_journal_entry_case",
            sqlite_where=sa.text("journal = 'R03' AND annulled_at IS NULL"),
            postgresql_where=sa.text("journal = 'R03' AND annulled_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_journal_entry_service_unit_id"))
        batch_op.drop_index("ix_journal_entry_number_order")
        batch_op.drop_index(batch_op.f("ix_journal_entry_intake_id"))
        batch_op.drop_index(batch_op.f("ix_journal_entry_family_id"))
        batch_op.drop_index(batch_op.f("ix_journal_entry_case_id"))
        batch_op.drop_index("ix_journal_entry_at_order")
        batch_op.drop_index(batch_op.f("ix_journal_entry_application_id"))

    op.drop_table("journal_entry")
    with op.batch_alter_table("dispatch", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_dispatch_service_unit_id"))
        batch_op.drop_index(batch_op.f("ix_dispatch_prepared_by_id"))
        batch_op.drop_index("ix_dispatch_date_order")
        batch_op.drop_index(batch_op.f("ix_dispatch_case_id"))

    op.drop_table("dispatch")
    with op.batch_alter_table("visit", schema=None) as batch_op:
        batch_op.drop_index("ix_visit_staff_id")
        batch_op.drop_index(batch_op.f("ix_visit_service_unit_id"))
        batch_op.drop_index(batch_op.f("ix_visit_lineage_id"))
        batch_op.drop_index("ix_visit_day_order")
        batch_op.drop_index("ix_visit_case_id")

    op.drop_table("visit")
    with op.batch_alter_table("survey_answer", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_survey_answer_service_unit_id"))
        batch_op.drop_index(batch_op.f("ix_survey_answer_question_id"))

    op.drop_table("survey_answer")
    with op.batch_alter_table("review_outcome", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_review_outcome_service_unit_id"))
        batch_op.drop_index(batch_op.f("ix_review_outcome_problem_id"))

    op.drop_table("review_outcome")
    with op.batch_alter_table("referral", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_referral_service_unit_id"))
        batch_op.drop_index(batch_op.f("ix_referral_sent_by_id"))
        batch_op.drop_index(batch_op.f("ix_referral_person_id"))
        batch_op.drop_index(batch_op.f("ix_referral_partner_id"))
        batch_op.drop_index(batch_op.f("ix_referral_lineage_id"))
        batch_op.drop_index("ix_referral_due_order")
        batch_op.drop_index("ix_referral_due")
        batch_op.drop_index("ix_referral_date_order")
        batch_op.drop_index(batch_op.f("ix_referral_consent_id"))
        batch_op.drop_index("ix_referral_case_id")

    op.drop_table("referral")
    with op.batch_alter_table("post_support_check", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_post_support_check_service_unit_id"))
        batch_op.drop_index("ix_post_support_check_planned_on_order")
        batch_op.drop_index("ix_post_support_check_due")
        batch_op.drop_index(batch_op.f("ix_post_support_check_done_by_id"))

    op.drop_table("post_support_check")
    with op.batch_alter_table("assessment_score", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_assessment_score_family",
            sqlite_where=sa.text("person_id IS NULL"),
            postgresql_where=sa.text("person_id IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_assessment_score_service_unit_id"))
        batch_op.drop_index(batch_op.f("ix_assessment_score_person_id"))

    op.drop_table("assessment_score")
    with op.batch_alter_table("application", schema=None) as batch_op:
        batch_op.drop_index("ix_application_status")
        batch_op.drop_index(batch_op.f("ix_application_service_unit_id"))
        batch_op.drop_index("ix_application_received_at_order")
        batch_op.drop_index(batch_op.f("ix_application_intake_id"))
        batch_op.drop_index(batch_op.f("ix_application_family_id"))
        batch_op.drop_index(batch_op.f("ix_application_case_id"))
        batch_op.drop_index(batch_op.f("ix_application_applicant_id"))

    op.drop_table("application")
    with op.batch_alter_table("agreement_breach", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_agreement_breach_service_unit_id"))
        batch_op.drop_index("ix_agreement_breach_date_order")
        batch_op.drop_index(batch_op.f("ix_agreement_breach_agreement_id"))

    op.drop_table("agreement_breach")
    with op.batch_alter_table("agreement_amendment", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_agreement_amendment_signed_by_id"))
        batch_op.drop_index(batch_op.f("ix_agreement_amendment_service_unit_id"))
        batch_op.drop_index("ix_agreement_amendment_date_order")

    op.drop_table("agreement_amendment")
    op.drop_table("act_present")
    with op.batch_alter_table("act_health", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_act_health_service_unit_id"))
        batch_op.drop_index(batch_op.f("ix_act_health_person_id"))

    op.drop_table("act_health")
    op.drop_table("act_commission")
    with op.batch_alter_table("survey_response", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_survey_response_service_unit_id"))
        batch_op.drop_index(batch_op.f("ix_survey_response_case_id"))

    op.drop_table("survey_response")
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
    with op.batch_alter_table("refusal", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_refusal_service_unit_id"))
        batch_op.drop_index(batch_op.f("ix_refusal_received_by_id"))
        batch_op.drop_index(batch_op.f("ix_refusal_person_id"))
        batch_op.drop_index("ix_refusal_date_order")
        batch_op.drop_index(batch_op.f("ix_refusal_case_id"))

    op.drop_table("refusal")
    with op.batch_alter_table("quality_answer", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_quality_answer_service_unit_id"))
        batch_op.drop_index(batch_op.f("ix_quality_answer_case_id"))
        batch_op.drop_index("ix_quality_answer_answered_on_order")

    op.drop_table("quality_answer")
    with op.batch_alter_table("progress_report", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_progress_report_service_unit_id"))
        batch_op.drop_index("ix_progress_report_period_order")
        batch_op.drop_index("ix_progress_report_period")
        batch_op.drop_index(batch_op.f("ix_progress_report_author_id"))
        batch_op.drop_index(batch_op.f("ix_progress_report_accepted_by_id"))

    op.drop_table("progress_report")
    with op.batch_alter_table("problem", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_problem_service_unit_id"))
        batch_op.drop_index("ix_problem_opened_at_order")
        batch_op.drop_index(batch_op.f("ix_problem_case_id"))

    op.drop_table("problem")
    with op.batch_alter_table("post_support", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_post_support_service_unit_id"))
        batch_op.drop_index("ix_post_support_date_from_order")
        batch_op.drop_index(batch_op.f("ix_post_support_curator_id"))

    op.drop_table("post_support")
    with op.batch_alter_table("personal_file_item", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_personal_file_item_service_unit_id"))
        batch_op.drop_index(batch_op.f("ix_personal_file_item_certified_by_id"))

    op.drop_table("personal_file_item")
    with op.batch_alter_table("living_conditions_act", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_living_conditions_act_service_unit_id"))
        batch_op.drop_index("ix_living_conditions_act_date_order")
        batch_op.drop_index(batch_op.f("ix_living_conditions_act_case_id"))

    op.drop_table("living_conditions_act")
    with op.batch_alter_table("internal_task", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_internal_task_to_staff_id"))
        batch_op.drop_index(batch_op.f("ix_internal_task_to_department_id"))
        batch_op.drop_index(batch_op.f("ix_internal_task_taken_by_id"))
        batch_op.drop_index(batch_op.f("ix_internal_task_service_unit_id"))
        batch_op.drop_index(batch_op.f("ix_internal_task_from_id"))
        batch_op.drop_index("ix_internal_task_due_order")
        batch_op.drop_index("ix_internal_task_due")
        batch_op.drop_index(batch_op.f("ix_internal_task_case_id"))

    op.drop_table("internal_task")
    with op.batch_alter_table("intake", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_intake_source_org_id"))
        batch_op.drop_index(batch_op.f("ix_intake_service_unit_id"))
        batch_op.drop_index("ix_intake_result")
        batch_op.drop_index(batch_op.f("ix_intake_responsible_id"))
        batch_op.drop_index("ix_intake_received_at_order")
        batch_op.drop_index(batch_op.f("ix_intake_family_id"))
        batch_op.drop_index("ix_intake_due_order")
        batch_op.drop_index("ix_intake_created_by_id")
        batch_op.drop_index("ix_intake_closed_at_order")
        batch_op.drop_index(batch_op.f("ix_intake_case_id"))
        batch_op.drop_index(batch_op.f("ix_intake_applicant_id"))

    op.drop_table("intake")
    with op.batch_alter_table("family_resource", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_family_resource_service_unit_id"))
        batch_op.drop_index(batch_op.f("ix_family_resource_member_id"))
        batch_op.drop_index(batch_op.f("ix_family_resource_case_id"))

    op.drop_table("family_resource")
    with op.batch_alter_table("family_passport", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_family_passport_service_unit_id"))
        batch_op.drop_index("ix_family_passport_on_date_order")
        batch_op.drop_index(batch_op.f("ix_family_passport_made_by_id"))
        batch_op.drop_index(batch_op.f("ix_family_passport_case_id"))

    op.drop_table("family_passport")
    with op.batch_alter_table("event_participant", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_event_participant_service_unit_id"))
        batch_op.drop_index(batch_op.f("ix_event_participant_case_id"))

    op.drop_table("event_participant")
    with op.batch_alter_table("efficiency_review", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_efficiency_review_service_unit_id"))
        batch_op.drop_index("ix_efficiency_review_date_order")
        batch_op.drop_index("ix_efficiency_review_case_id")
        batch_op.drop_index(batch_op.f("ix_efficiency_review_author_id"))

    op.drop_table("efficiency_review")
    with op.batch_alter_table("case_transfer", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_case_transfer_service_unit_id"))
        batch_op.drop_index(batch_op.f("ix_case_transfer_partner_id"))
        batch_op.drop_index("ix_case_transfer_date_order")

    op.drop_table("case_transfer")
    with op.batch_alter_table("case_category_period", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_case_category_period_now",
            sqlite_where=sa.text("date_to IS NULL"),
            postgresql_where=sa.text("date_to IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_case_category_period_service_unit_id"))
        batch_op.drop_index(batch_op.f("ix_case_category_period_case_id"))

    op.drop_table("case_category_period")
    with op.batch_alter_table("benefit", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_benefit_service_unit_id"))
        batch_op.drop_index(batch_op.f("ix_benefit_person_id"))
        batch_op.drop_index("ix_benefit_check_on_order")
        batch_op.drop_index(batch_op.f("ix_benefit_case_id"))

    op.drop_table("benefit")
    with op.batch_alter_table("assessment", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_assessment_service_unit_id"))
        batch_op.drop_index(batch_op.f("ix_assessment_person_id"))
        batch_op.drop_index("ix_assessment_date_order")
        batch_op.drop_index("ix_assessment_case_id")
        batch_op.drop_index(batch_op.f("ix_assessment_author_id"))

    op.drop_table("assessment")
    with op.batch_alter_table("aid_record", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_aid_record_service_unit_id"))
        batch_op.drop_index("ix_aid_record_date_order")
        batch_op.drop_index("ix_aid_record_case_id")

    op.drop_table("aid_record")
    with op.batch_alter_table("agenda_proposal", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_agenda_proposal_open", sqlite_where=sa.text("is_open"), postgresql_where=sa.text("is_open")
        )
        batch_op.drop_index(batch_op.f("ix_agenda_proposal_service_unit_id"))
        batch_op.drop_index(batch_op.f("ix_agenda_proposal_proposed_by_id"))
        batch_op.drop_index(batch_op.f("ix_agenda_proposal_body_id"))

    op.drop_table("agenda_proposal")
    with op.batch_alter_table("social_contact", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_social_contact_service_unit_id"))
        batch_op.drop_index(batch_op.f("ix_social_contact_family_id"))

    op.drop_table("social_contact")
    with op.batch_alter_table("document_visa", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_document_visa_staff_id"))
        batch_op.drop_index(batch_op.f("ix_document_visa_service_unit_id"))

    op.drop_table("document_visa")
    with op.batch_alter_table("regulatory_document", schema=None) as batch_op:
        batch_op.drop_index("ix_regulatory_document_title_key")
        batch_op.drop_index(batch_op.f("ix_regulatory_document_service_unit_id"))
        batch_op.drop_index(batch_op.f("ix_regulatory_document_order_id"))

    op.drop_table("regulatory_document")
    with op.batch_alter_table("home_procedure", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_home_procedure_service_unit_id"))
        batch_op.drop_index(batch_op.f("ix_home_procedure_person_id"))
        batch_op.drop_index(batch_op.f("ix_home_procedure_course_id"))

    op.drop_table("home_procedure")
    with op.batch_alter_table("admin_order_item", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_admin_order_item_service_unit_id"))
        batch_op.drop_index(batch_op.f("ix_admin_order_item_responsible_id"))
        batch_op.drop_index("ix_admin_order_item_due_order")

    op.drop_table("admin_order_item")
    with op.batch_alter_table("survey_question", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_survey_question_service_unit_id"))

    op.drop_table("survey_question")
    with op.batch_alter_table("rehab_item", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_rehab_item_service_unit_id"))
        batch_op.drop_index(batch_op.f("ix_rehab_item_responsible_id"))
        batch_op.drop_index(batch_op.f("ix_rehab_item_programme_id"))
        batch_op.drop_index(batch_op.f("ix_rehab_item_person_id"))
        batch_op.drop_index("ix_rehab_item_due_order")

    op.drop_table("rehab_item")
    with op.batch_alter_table("leisure_event", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_leisure_event_service_unit_id"))
        batch_op.drop_index(batch_op.f("ix_leisure_event_organiser_id"))
        batch_op.drop_index("ix_leisure_event_name_key")
        batch_op.drop_index("ix_leisure_event_date_order")

    op.drop_table("leisure_event")
    with op.batch_alter_table("home_course", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_home_course_service_unit_id"))
        batch_op.drop_index(batch_op.f("ix_home_course_recommendation_id"))
        batch_op.drop_index(batch_op.f("ix_home_course_person_id"))
        batch_op.drop_index(batch_op.f("ix_home_course_nurse_id"))
        batch_op.drop_index("ix_home_course_date_from_order")

    op.drop_table("home_course")
    with op.batch_alter_table("admin_order", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_admin_order_service_unit_id"))
        batch_op.drop_index("ix_admin_order_date_order")
        batch_op.drop_index(batch_op.f("ix_admin_order_controller_id"))

    op.drop_table("admin_order")
    with op.batch_alter_table("work_plan_item", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_work_plan_item_service_unit_id"))
        batch_op.drop_index("ix_work_plan_item_date_to_order")

    op.drop_table("work_plan_item")
    with op.batch_alter_table("survey_round", schema=None) as batch_op:
        batch_op.drop_index("ix_survey_round_title_key")
        batch_op.drop_index(batch_op.f("ix_survey_round_service_unit_id"))
        batch_op.drop_index(batch_op.f("ix_survey_round_second_department_id"))
        batch_op.drop_index(batch_op.f("ix_survey_round_department_id"))
        batch_op.drop_index("ix_survey_round_date_from_order")

    op.drop_table("survey_round")
    with op.batch_alter_table("rehab_programme", schema=None) as batch_op:
        batch_op.drop_index("ix_rehab_programme_valid_to_order")
        batch_op.drop_index(batch_op.f("ix_rehab_programme_service_unit_id"))
        batch_op.drop_index(batch_op.f("ix_rehab_programme_person_id"))

    op.drop_table("rehab_programme")
    with op.batch_alter_table("medical_recommendation", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_medical_recommendation_service_unit_id"))
        batch_op.drop_index(batch_op.f("ix_medical_recommendation_person_id"))
        batch_op.drop_index("ix_medical_recommendation_date_order")

    op.drop_table("medical_recommendation")
    with op.batch_alter_table("interagency_agreement", schema=None) as batch_op:
        batch_op.drop_index("ix_interagency_agreement_valid_to_order")
        batch_op.drop_index(batch_op.f("ix_interagency_agreement_service_unit_id"))
        batch_op.drop_index(batch_op.f("ix_interagency_agreement_partner_id"))
        batch_op.drop_index("ix_interagency_agreement_date_order")

    op.drop_table("interagency_agreement")
    with op.batch_alter_table("work_plan", schema=None) as batch_op:
        batch_op.drop_index("ix_work_plan_title_key")
        batch_op.drop_index(batch_op.f("ix_work_plan_service_unit_id"))

    op.drop_table("work_plan")
