"""The door: how somebody proves who he is, and what stays open behind him.

It knows logins by FAB's user and nothing of staff or families: who may open and close whose account is said by
``app/organisation/rules.py``, the screens are in ``app/entering.py`` and on the profile.
"""
