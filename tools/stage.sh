#!/usr/bin/env bash
# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# stage.sh TREE: a copy of the collection in TREE/ansible_collections/volume/activation, where Ansible's tools look for it.
# They refuse a checkout that lies elsewhere, and a symbolic link does not help. What git ignores stays out of the copy.
set -euo pipefail
collection=$1/ansible_collections/volume/activation

rm -rf "$collection"
mkdir -p "$collection"
git ls-files -z --cached --others --exclude-standard --deduplicate \
    | while IFS= read -r -d '' file; do if [ -e "$file" ]; then printf '%s\0' "$file"; fi; done \
    | xargs -0 cp --parents --preserve=mode,timestamps --target-directory "$collection"

# A repository of its own: else the tools would ask this checkout's, where build/ is ignored, and find nothing to look at.
git -C "$collection" init --quiet --initial-branch=main
git -C "$collection" add --all
