"""The register engine: give it a model and it makes list, card, form, look-up, search, filters, Excel and history.

It knows nothing of families, and it is the only place that touches FAB's view classes. See ``view.Register``.
"""
