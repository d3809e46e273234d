# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the MAK ledger is, said once."""

from __future__ import annotations


class ModuleDocFragment:
    """The options that name the ledger, and what can be wrong with it."""

    DOCUMENTATION = r"""
options:
  ledger:
    description:
      - Where the ledger is, the path of a file or the URL of a PostgreSQL database such as
        C(postgresql+psycopg://user@host/database).
      - When it is not given, the environment variable E(VOLUME_ACTIVATION_LEDGER) of the controller is used, and
        without that the file C(volume_activation/ledger.sqlite) below C(ANSIBLE_HOME), which is C(~/.ansible) unless it
        was moved.
      - A file that does not exist is created where something has to be written, for its owner only.
      - A password in the URL is refused. It belongs into O(ledger_password).
    type: str
  ledger_password:
    description:
      - The password of the database user. Keep it in a vaulted variable.
      - When it is not given, the database client finds it in its usual places, such as C(~/.pgpass).
    type: str
requirements:
  - SQLAlchemy >= 2.0.30, < 2.1 on the controller
  - psycopg >= 3.1.18, < 4 on the controller, for a ledger in PostgreSQL
notes:
  - Teams and AWX need the ledger in PostgreSQL. An execution environment forgets its files when the job ends, and with
    the ledger's file it would forget what was spent. A file on a network folder takes working locks.
  - The ledger never holds a product key. It has a SHA-256 fingerprint and the last five characters.
  - V(no_ledger), V(damaged_ledger), V(foreign_database) and V(newer_ledger). There is no ledger at that place, it
    cannot be read, it is the database of something else, or a later version of the collection wrote it. Nothing is
    changed in it.
  - V(ledger_busy), V(ledger_unwritable) and V(ledger_unreachable). The ledger was in use for too long, may not be
    written, or does not answer.
  - V(bad_ledger_url) and V(password_in_url). O(ledger) is neither a path nor such a URL, or it holds a password.
  - V(missing_library). A Python library is missing on the controller. RV(remedy) has the command that installs it.
"""
