#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-only
# Every C file is as clang-format would write it ("make format" does).
set -eu
dir=${srcdir:-.}
command -v clang-format >/dev/null || {
    echo "skipped: no clang-format (Debian: apt-get install clang-format)"
    exit 77
}
# another version has another taste
clang-format --version | grep -q 'version 14\.' || {
    echo "skipped: $(clang-format --version), and the style is that of 14"
    exit 77
}
cd "$dir"
find libxlsec xenstore-schema xl-plugin tests -name '*.[ch]' \
    -exec clang-format --dry-run -Werror {} +
# and the lint can fail
if echo 'int  main( void ) { return 0; }' |
    clang-format --dry-run -Werror --assume-filename=a.c >/dev/null 2>&1; then
    echo "clang-format accepts anything"
    exit 1
fi
