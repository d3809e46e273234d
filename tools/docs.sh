#!/usr/bin/env bash
# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# docs.sh FOLDER: the collection's documentation as HTML in FOLDER/html, as antsibull-docs and Sphinx make it.
set -euo pipefail
folder=$1

rm -rf "$folder"
mkdir -p "$folder/rst"
antsibull-docs sphinx-init --use-current --squash-hierarchy --lenient --dest-dir "$folder" volume.activation >/dev/null
antsibull-docs --config-file "$folder/antsibull-docs.cfg" collection --use-current --squash-hierarchy \
    --dest-dir "$folder/rst" volume.activation
# Links into other projects' documentation need their inventories from the network; the pages do not.
echo 'intersphinx_mapping = {}' >> "$folder/conf.py"
sphinx-build -q -M html "$folder/rst" "$folder" -c "$folder" -j auto
test -s "$folder/html/index.html"
echo "docs: $folder/html/index.html"
