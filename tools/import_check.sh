#!/usr/bin/env bash
# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# import_check.sh DIST: put the tarball in DIST through Galaxy's importer, in a folder of its own, where no checkout is near.
set -euo pipefail
tarballs=("$1"/volume-activation-*.tar.gz)
work=$1/import

rm -rf "$work"
mkdir -p "$work"
cp "${tarballs[0]}" "$work"
cat > "$work/importer.cfg" <<'CFG'
[galaxy-importer]
REQUIRE_V1_OR_GREATER = False
CHECK_REQUIRED_TAGS = True
CHECK_CHANGELOG = True
RUN_ANSIBLE_DOC = True
RUN_ANSIBLE_LINT = True
RUN_FLAKE8 = True
CFG
cd "$work"
GALAXY_IMPORTER_CONFIG=$work/importer.cfg python -m galaxy_importer.main "$(basename "${tarballs[0]}")"
