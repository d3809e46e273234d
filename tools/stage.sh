#!/usr/bin/env bash
# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# stage.sh TREE: a copy of the collection in TREE/ansible_collections/volume/activation, where Ansible's tools look for it.
# They refuse a checkout that lies elsewhere, and a symbolic link does not help. What git ignores stays out of the copy.
set -euo pipefail
collection=$1/ansible_collections/volume/activation

wanted=$(mktemp)
trap 'rm -f "$wanted"' EXIT

# What is tracked but deleted on disk is left out.
git ls-files -z --cached --others --exclude-standard --deduplicate \
    | while IFS= read -r -d '' file; do if [ -e "$file" ]; then printf '%s\0' "$file"; fi; done \
    | LC_ALL=C sort --zero-terminated > "$wanted"
mkdir -p "$collection"
xargs -0 cp --parents --preserve=mode,timestamps --target-directory "$collection" < "$wanted"

# Then whatever else lies there goes. The folder itself stays, since another target may be running in it.
(cd "$collection" && find . -path ./.git -prune -o -type f -printf '%P\0') \
    | LC_ALL=C sort --zero-terminated \
    | LC_ALL=C comm --zero-terminated -13 "$wanted" - \
    | (cd "$collection" && xargs -0 --no-run-if-empty rm -f)

# A repository of its own: else the tools would ask this checkout's, where build/ is ignored, and find nothing to look at.
[ -d "$collection/.git" ] || git -C "$collection" init --quiet
git -C "$collection" add --all
