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

# What a destination would refuse: the settings, and the lines for them.
want 65 '^S-203  *b_info.kernel  *[^ ]*/vmlinuz *accept-kernel = [^ ]*/vmlinuz$' \
    --explain -
want 65 '^2 would be refused' --explain -
want 65 '^{"file":"-","accepted":false,"policy":"default","refused":\[{"rule":"S-203","member":"b_info.kernel"' \
    --explain --json -
mkdir -p "$tmp/conf/peers.d"
key=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=
printf '[peer]\nname = xen1\nkey = %s\nallow = incoming\n' $key \
    >"$tmp/conf/peers.d/a.conf"
want 65 "of $tmp/conf/peers.d/a.conf" --peer xen1 --confdir "$tmp/conf" -
"$check" --explain "$tmp/hvm.xl" | grep -o 'accept-[a-z]* = .*' \
    >>"$tmp/conf/peers.d/a.conf"
want 0 'Nothing would be refused' --peer xen1 --confdir "$tmp/conf" -
want 0 '"accepted":true,"policy":".*/a.conf","refused":\[\]}$' --json \
    --peer xen1 --confdir "$tmp/conf" -
want 2 "no file in .* is of 'xen2'" --peer xen2 --confdir "$tmp/conf" -
echo 'accept-disk = ..' >>"$tmp/conf/peers.d/a.conf"
want 70 "a.conf:7: 'accept-disk' has to be" --peer xen1 --confdir "$tmp/conf" -
want 2 'for streams' --explain --format xl -
want 2 'for streams' --explain --max-memory 1g -
want 66 'directory' --explain "$tmp"
want 66 'No such file' --explain "$tmp/nothing"
tail -c +53 "$tmp/hvm.xl" | head -c "$(od -An -tu4 -j48 -N4 "$tmp/hvm.xl")" \
    >"$tmp/hvm.json"
want 65 '^2 would be refused' --explain "$tmp/hvm.json"
tr -d '\000\n' <"$tmp/hvm.json" | sed 's/"max_memkb"/"foo":1,"max_memkb"/
    s/"sdl": *{ *}/"sdl":{"enable":"True"}/
    s/"spice": *{ *}/"spice":{"passwd":"hunter2,"}/' >"$tmp/odd.json"
grep -q hunter2 "$tmp/odd.json"
want 65 '^S-31  *b_info.foo  *no line: is not known$' --explain "$tmp/odd.json"
want 65 '^S-221  *b_info.type.hvm.sdl.enable  *True  *accept-setting = b_info.type.hvm.sdl.enable=True$' \
    --explain "$tmp/odd.json"
want 65 '^S-35  *b_info.type.hvm.spice.passwd  *no line: has other' \
    --explain "$tmp/odd.json"
! grep -q hunter2 "$tmp/out" || fail "a password was shown"
echo '{"c_info":{"name":"a/b","x":1},"b_info":{}}' >"$tmp/name"
want 65 '^S-25  *(the text)  *no line: c_info.name' --explain "$tmp/name"
want 65 '^S-31  *c_info.x  *no line' --explain "$tmp/name"
echo '{"c_info":' >"$tmp/opening"
head -c 100 "$tmp/hvm.xl" >"$tmp/short"
want 65 '^S-4  *xl header  *no line: the file ends' --explain "$tmp/short"
want 65 '^S-22  *(the text)  *no line: not JSON: the text ends' --explain \
    "$tmp/opening"

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
