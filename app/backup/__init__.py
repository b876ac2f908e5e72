"""Yesterday's state can be had back: copies of an installation, their check, the way back, and upgrades.

One archive holds everything but the keys: the database, the attached files, the centre's own profiles and the
journal's mark outside the database. Whoever finds an archive cannot read what is sealed in it.
"""

from __future__ import annotations


class BackupRefused(Exception):
    """A backup, a restore or an upgrade was not done. The text is one line: what is wrong and the way out."""
