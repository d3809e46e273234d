# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An audit of a fleet as a page to read, a table, a document and metrics. The audit is all that these know. Pure."""

from __future__ import annotations

from .csv_table import as_csv
from .document import FORMAT, LARGEST, Audit, as_json, encoded, fits, load
from .page import as_html
from .prometheus import as_prometheus

__all__ = ["FORMAT", "LARGEST", "Audit", "as_csv", "as_html", "as_json", "as_prometheus", "encoded", "fits", "load"]
