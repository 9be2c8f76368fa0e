#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-only
# The command line of `xlsec check`: exit statuses, formats, both outputs.
set -eu
dir=${srcdir:-.}
check=${XLS_CHECK:-tests/streams/check}
command -v xz >/dev/null || exit 77
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
xz -dc "$dir/tests/data/streams/hvm.xl.xz" >"$tmp/hvm.xl"

fail() {
    echo "$1"
    [ ! -s "$tmp/out" ] || cat "$tmp/out"
    exit 1
}

# want STATUS PATTERN ARGS...
want() {
    status=$1 pattern=$2
    shift 2
    got=0
    "$check" "$@" >"$tmp/out" 2>&1 <"$tmp/hvm.xl" || got=$?
    [ "$got" = "$status" ] || fail "check $*: status $got, not $status"
    grep -q -e "$pattern" "$tmp/out" || fail "check $*: no '$pattern'"
}

want 0 "accepted: hvm guest 'h1', 163840 KiB" "$tmp/hvm.xl"
want 0 'accepted' -
want 0 'accepted' --format=xl --max-memory 160 -
want 0 '^{"file":"-","accepted":true,"type":"hvm","name":"h1"' --json -
want 0 'Usage' --help
want 65 'refused at octet 48, CONFIG: .*\[S-30\]' --max-memory 159m -
want 65 'refused at octet 48' --max-memory 163839k -
want 0 'accepted' --max-memory 163840k -
want 0 'accepted' --max-memory 1t -
want 65 '"accepted":false,"offset":0,"record":"libxl header","rule":"S-40"' \
    --json --format libxl -
want 65 'S-50' --format libxc -
want 66 'No such file' "$tmp/nothing"
want 66 'directory' "$tmp"
want 2 'no format' --format qcow2 -
want 2 'not a size' --max-memory 1x -
want 2 'not a size' --max-memory 0 -
want 2 'not a size' --max-memory -1 -
want 2 'not a size' --max-memory 99999999999t -
want 2 'help' --nonsense
want 2 'Usage'
want 2 'Usage' a b

# The streams inside.
opt=$(od -An -tu4 -j44 -N4 "$tmp/hvm.xl" | tr -d ' ')
tail -c +$((48 + opt + 1)) "$tmp/hvm.xl" >"$tmp/hvm.libxl"
tail -c +$((16 + 8 + 1)) "$tmp/hvm.libxl" >"$tmp/hvm.libxc"
want 0 'accepted: hvm guest' --format libxl "$tmp/hvm.libxl"
# libxl's records stand behind libxc's END.
want 65 'trailer: .*\[S-4\]' --format libxc "$tmp/hvm.libxc"
size=$(stat -c %s "$tmp/hvm.libxc")
tail=$((size - 8 - 6176))
head -c "$tail" "$tmp/hvm.libxc" >"$tmp/libxc"
want 0 'accepted: any guest' --format libxc "$tmp/libxc"
