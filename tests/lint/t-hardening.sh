#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-only
# The flags that configure probed are in the programs as built: position
# independent, full RELRO, no executable stack, guarded stack frames.
set -eu
build=${builddir:-.}
command -v readelf >/dev/null || {
    echo "skipped: no readelf (Debian: apt-get install binutils)"
    exit 77
}
bad=0

# has FILE WHAT READELF-OPTION PATTERN
has() {
    readelf -W "$3" "$1" 2>/dev/null | grep -qE "$4" || {
        echo "$1: no $2"
        bad=1
    }
}

# elf FILE: everything that all of ours have.
elf() {
    has "$1" "position independence" -h 'Type: *DYN'
    has "$1" "RELRO" -l 'GNU_RELRO'
    has "$1" "binding at start (full RELRO)" -d 'BIND_NOW|FLAGS.*NOW'
    has "$1" "stack that is not executable" -l 'GNU_STACK.* RW +0'
    if readelf -W -l "$1" | grep -qE 'LOAD.* RWE '; then
        echo "$1: memory that is writable and executable"
        bad=1
    fi
    if readelf -W -d "$1" | grep -qE 'TEXTREL|R(UN)?PATH'; then
        echo "$1: relocations in its text, or a path of its own to libraries"
        bad=1
    fi
}

found=0
for name in xl xl-migrate-secure xlsec xlsecd xlsec-guard xlsec-keys xlsec-wire; do
    file=$build/xl-plugin/$name
    # a program that needs libtool's wrapper is beside it
    [ ! -e "$build/xl-plugin/.libs/$name" ] || file=$build/xl-plugin/.libs/$name
    [ -e "$file" ] || continue
    found=$((found + 1))
    elf "$file"
    has "$file" "stack protector" -s '__stack_chk_fail'
done
[ "$found" = 7 ] || {
    echo "only $found of 7 programs are there"
    bad=1
}
lib=$build/libxlsec/.libs/libxlsec.so
[ ! -e "$lib" ] || {
    elf "$lib"
    has "$lib" "stack protector" -s '__stack_chk_fail'
}

# and the lint can fail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
echo 'int main(void) { return 0; }' >"$tmp/a.c"
# shellcheck disable=SC2086 # CC may carry flags
if ${CC:-cc} -no-pie -fno-stack-protector -Wl,-z,norelro -Wl,-z,execstack \
    -o "$tmp/a" "$tmp/a.c" 2>/dev/null; then
    n=$(bad=0 elf "$tmp/a" | wc -l)
    [ "$n" -ge 4 ] || {
        echo "the lint finds only $n faults in a program without all of it"
        bad=1
    }
fi
exit "$bad"
