#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-only
# `xlsec check` accepts the lab's real streams, and refuses each when a single
# record is spoilt.  XLS_ALL=1 gives every PAGE_DATA record its turn, and
# XLS_SAVES=DIR adds whole files of `xl save` (not cut ones) to be accepted.
set -eu
dir=${srcdir:-.}
check=${XLS_CHECK:-tests/streams/check}
for tool in python3 xz; do
    command -v "$tool" >/dev/null || { echo "no $tool"; exit 77; }
done
for file in "$dir"/tests/data/streams/*.xl.xz; do
    "$dir/tests/streams/mutate" ${XLS_ALL:+--all} "$check" "$file"
done
for file in "${XLS_SAVES:-/nonexistent}"/*.save; do
    [ ! -e "$file" ] || "$check" "$file"
done
