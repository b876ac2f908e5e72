"""A questionnaire is typed in on a page made of the questions of its round."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import roles
from app.acting import today
from app.quality.models import QuestionAbout, QuestionKind, SurveyAnswer, SurveyQuestion, SurveyRound
from tests.register.forms import filled
from tests.visiting import Visit


def test_a_questionnaire_is_typed_in(visit: Visit, stored: Session) -> None:
    head = visit(roles.HEAD)
    form = filled(head.get("/surveys/add"), "/surveys/add", title="Осенний опрос", is_anonymous="1",
                  date_from=f"{today():%d.%m.%Y}", date_to=f"{today():%d.%m.%Y}")  # fmt: skip
    assert head.post("/surveys/add", data=form).status_code == 302
    made = stored.scalars(select(SurveyRound)).one()
    stored.add(SurveyQuestion(round=made, no=1, text="Как вам помогли", kind=QuestionKind.SCALE,
                              about=QuestionAbout.QUALITY, service_unit_id=made.service_unit_id))  # fmt: skip
    stored.flush()
    (question,) = made.questions
    begin = f"/surveys/action/open/{made.id}"
    assert head.post(begin, data=filled(head.get(begin), begin, sent="3")).status_code == 302
    here = f"/surveys/{made.id}/respond"
    assert "Как вам помогли" in head.get(here).text
    refused = head.post(here, data=filled(head.get(here), here))
    assert "В анкете нет ни одного ответа." in refused.text
    assert head.post(here, data=filled(head.get(here), here, **{f"answer-{question.id}": "4"})).status_code == 302
    assert stored.scalars(select(SurveyAnswer.mark)).all() == [4]
    assert visit(roles.REGISTRAR).get(here).status_code == 403
