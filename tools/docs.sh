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
# Links into other projects' documentation need their inventories from the network, so these stay without a target here.
echo 'intersphinx_mapping = {}' >> "$folder/conf.py"
sphinx-build -b html -q -c "$folder" -w "$folder/warnings.txt" "$folder/rst" "$folder/html" 2>"$folder/sphinx.log" || {
    cat "$folder/sphinx.log" >&2
    exit 1
}

# Any other warning is a mistake of ours, a dead link within the collection above all.
if grep -Ev "undefined label: '(ansible_collections\.ansible\.|action_plugins|common_return_values|ansible_configuration_settings)" \
    "$folder/warnings.txt"; then
    echo "docs: the warnings above have to be corrected" >&2
    exit 1
fi
echo "docs: $folder/html/index.html"
