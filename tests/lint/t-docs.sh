#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-only
# The header is the contract: no prototype without words.
set -eu
dir=${srcdir:-.}
find "$dir/libxlsec" "$dir/xenstore-schema" "$dir/xl-plugin" -name '*.h' \
    -exec awk -f "$dir/tests/lint/docs.awk" {} +
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
printf '/* The file. */\n#ifndef A\n\n/* One. */\nint one(void);\nint two(void);\n\nint bare(int a,\n         int b);\n' >"$tmp/bad.h"
if awk -f "$dir/tests/lint/docs.awk" "$tmp/bad.h" >"$tmp/out"; then
    echo "the lint accepts a prototype without a comment"
    exit 1
fi
[ "$(wc -l <"$tmp/out")" = 1 ]
