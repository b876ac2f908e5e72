"""Orders of work as data: the four delivered files, their schema, the loader, and what is made of a file.

``reading`` (YAML with lines) → ``checking`` (the schema) → ``relations`` (whether the keys agree) → ``loading``, which
gives an :class:`~app.profiles.order.OrderOfWork`. ``guards`` and ``closed`` are the closed lists a file chooses from.
Stored versions are rows (``models``, ``rules``); ``difference`` puts two side by side and ``picture`` draws one.
"""
