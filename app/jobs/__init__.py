"""Work that outlives a request, with its progress, and work done once a day.

A task is a function named once; a screen starts it and the person may leave::

    @job("export.list", title="Выгрузка в Excel")
    def export_list(session: Session, by: Actor, asked: dict[str, Any], progress: Progress) -> Outcome: ...

    rules.start(session, by, "export.list", {"register": "families"}, "Выгрузка: Семьи")

The row :class:`~app.jobs.models.Job` is the truth; huey only wakes a worker (:mod:`app.jobs.queue`).
Who may write what, and when, is told in :mod:`app.jobs.running`.
"""
