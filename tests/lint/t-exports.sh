#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-only
# What the shared library exports is exactly what the map names.
set -eu
lib=libxlsec/.libs/libxlsec.so
[ -e "$lib" ] || exit 77
nm -D --defined-only "$lib" | awk '$2 != "A" { sub(/@.*/, "", $3); print $3 }' |
    sort >exports.got
sed -n 's/^ *\(xlsec_[a-z0-9_]*\);$/\1/p' "${srcdir:-.}/libxlsec/libxlsec.map" |
    sort >exports.want
diff -u exports.want exports.got
