#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-only
# Every header compiles by itself; the installed ones as plain C11 and as C++
# too, with nothing of ours but themselves in reach.
set -eu
dir=${srcdir:-.}
cc=${CC:-cc}
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
libs=$(pkg-config --cflags libsodium json-c inih xenlight xencontrol)

# alone DIR HEADER COMPILER-AND-FLAGS...
alone() {
    top=$1
    header=$2
    shift 2
    echo "#include \"$header\"" >"$tmp/alone.c"
    "$@" -fsyntax-only -Wall -Wextra -Werror -I"$top" "$tmp/alone.c" || {
        echo "$top/$header does not compile alone: $*"
        return 1
    }
}

for file in "$dir"/libxlsec/include/xlsec/*.h; do
    header=${file#"$dir"/libxlsec/include/}
    # shellcheck disable=SC2086 # CC may carry flags
    alone "$dir/libxlsec/include" "$header" $cc -std=c11 -Wpedantic
    for cxx in g++ clang++; do
        command -v "$cxx" >/dev/null || continue
        alone "$dir/libxlsec/include" "$header" "$cxx" -x c++ -std=c++11 \
            -Wpedantic
    done
done
for file in "$dir"/libxlsec/*/*.h "$dir"/xenstore-schema/*.h "$dir"/xl-plugin/*.h; do
    top=${file%/*}
    case $file in
    "$dir"/libxlsec/*) top=$dir/libxlsec ;;
    esac
    # shellcheck disable=SC2086 # several flags; Xen's headers are GNU C
    alone "$top" "${file#"$top"/}" $cc -std=gnu11 -D_GNU_SOURCE \
        -I"$dir" -I"$dir/libxlsec" -I"$dir/libxlsec/include" $libs
done

# and the lint can fail
echo 'size_t needs_stddef(void);' >"$tmp/bad.h"
# shellcheck disable=SC2086 # CC may carry flags
if alone "$tmp" bad.h $cc -std=c11 >/dev/null 2>&1; then
    echo "the lint accepts a header that lacks an include"
    exit 1
fi
