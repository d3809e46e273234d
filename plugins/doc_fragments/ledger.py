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
      - Where the ledger is, the absolute path of a file on the controller or the URL of a PostgreSQL database such as
        C(postgresql+psycopg://user@host/database).
      - When it is not given, the environment variable E(VOLUME_ACTIVATION_LEDGER) of the controller is used, and
        without that the file C(volume_activation/ledger.sqlite) below C(ANSIBLE_HOME), which is C(~/.ansible) unless it
        was moved.
      - Environment variables and C(~) in a path are replaced, and a variable that is not set is refused. A relative
        path is resolved against the directory in which Ansible was started, so give an absolute one.
      - Only M(volume.activation.mak_pool) creates a ledger, and M(volume.activation.adba_object) to keep a confirmation
        ID. A new file is for its owner only. The last folder of the path is created too, but not more of it.
      - On hosts of a simulated fleet the default is the ledger of the fleet, whatever the environment says.
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
  - Teams and AWX need the ledger in PostgreSQL. An execution environment loses its files when the job ends, and with
    the ledger's file what was spent. A file on a network folder takes working locks.
  - V(disposable_ledger). The default ledger is not created where it would be lost, which is in a job of AWX or
    automation controller, in a container or pod without a volume for the home folder, and in a temporary folder or a
    file system in memory. Set O(ledger) or E(VOLUME_ACTIVATION_LEDGER). A ledger that is there already is used.
  - The ledger never holds a product key. It has a SHA-256 fingerprint and the last five characters.
  - V(no_ledger) and V(no_ledger_folder). The ledger, or the folder to create it in, does not exist.
  - V(damaged_ledger), V(foreign_database) and V(newer_ledger). The ledger was emptied or cannot be read, a row in it
    holds what no release has written, it is the database of something else, or a later version of the collection wrote
    it. RV(cause) names the row. Nothing is changed in it, and nothing is spent from it.
  - V(ledger_busy), V(ledger_unlockable), V(ledger_unwritable), V(ledger_unreadable) and V(ledger_unreachable). The
    ledger was in use for too long, its file system cannot lock files, it may not be written, its file cannot be read,
    or its server does not answer.
  - V(bad_ledger_url) and V(password_in_url). O(ledger) is neither a local path nor such a URL (it is a network share,
    a path of Windows, a template or placeholder that was not replaced, or not a file), or it holds a password.
  - V(bad_text). A name or a justification has a character that cannot be stored.
  - V(simulated_host_real_ledger) and V(real_host_simulated_ledger). Hosts of a simulated fleet are counted in the
    ledger of the fleet only, and real hosts in a real one. See M(volume.activation.simulated_fleet).
  - V(bad_fleet_variable). The variable C(volume_activation_fleet) does not describe a simulated fleet.
  - V(missing_library). A Python library is missing on the controller. RV(remedy) has the command that installs it.
"""
