# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The process of a simulated fleet; `simulated_fleet` starts it."""

from __future__ import annotations

import sys

from .fleet.process import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
