#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-only
# Configurations that are made to cost: nested, long, full of numbers, of names,
# of findings.  Each is refused by its rule, or accepted where it is only long,
# in under 50 ms of processor time and 16 MiB of memory; and so it is explained.
set -eu
check=${XLS_CHECK:-tests/streams/check}
command -v python3 >/dev/null || { echo "no python3"; exit 77; }
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
bounds=yes
if nm "$check" 2>/dev/null | grep -q __asan_init; then
    echo "time and memory are not looked at: sanitizers have their own"
    bounds=no
fi

# NAME RULES: the JSON into $tmp/NAME.json, and a file of xl's around it.  The
# rest of such a file is missing: what passes the configuration meets S-4.
python3 - "$tmp" >"$tmp/list" <<'EOT'
import struct
import sys

MIB = 1 << 20
HEAD = b'{"c_info":{"type":"hvm","name":"g"},"b_info":{"max_memkb":8'


def filled(before, unit, after, size=MIB):
    return before + unit * ((size - len(before) - len(after)) // len(unit)) \
        + after


numbers = b",".join(b"%d" % n for n in range(200000))
names = b",".join(b'"n%d":1' % n for n in range(8000))
bombs = [
    ("nested-200000", "S-21", b"[" * 200000),
    ("nested-closed", "S-21", b"[" * 200000 + b"]" * 200000),
    ("nested-member", "S-21",
     HEAD + b',"cpumap":' + b"[" * 200000 + b"]" * 200000 + b"}}"),
    ("nested-objects", "S-21", filled(b"", b'{"a":', b"")),
    ("numbers", "S-21", (HEAD + b',"cpumap":[' + numbers)[:MIB - 4] + b"]}}"),
    ("numbers-bare", "S-21", b"[" + numbers[:MIB - 2] + b"]"),
    ("numbers-of-20", "S-21", filled(b"[", b"18446744073709551615,", b"1]")),
    ("numbers-16000", "S-33",
     HEAD + b',"cpumap":[' + b",".join([b"7"] * 16000) + b"]}}"),
    ("one-number", "S-22", filled(HEAD + b',"max_vcpus":', b"9", b"}}")),
    ("strings", "S-21", filled(b"[", b'"",', b'""]')),
    ("one-string", "S-35", filled(HEAD + b',"kernel":"', b"x", b'"}}')),
    ("escapes", "S-35", filled(HEAD + b',"kernel":"', b"\\u00e9", b'"}}')),
    ("one-name", "S-24", filled(HEAD + b',"', b"x", b'":1}}')),
    ("names", "S-31", HEAD + b"," + names + b"}}"),
    ("same-name", "S-23", HEAD + b',"a":1' * 8000 + b"}}"),
    ("disks", "S-34", HEAD + b'},"disks":[' + b"{}," * 5000 + b"{}]}"),
    ("disks-of-1000", "S-34",
     HEAD + b'},"disks":[' + b",".join([b'{"vdev":"a"}'] * 1000) + b"]}"),
    ("args", "S-34",
     HEAD + b',"extra":[' + b",".join([b'"-a"'] * 16000) + b"]}}"),
    ("findings", "S-32",
     HEAD + b'},"nics":[' + b",".join([b'{"mac":1,"ip":1,"bridge":1}'] * 256)
     + b"]}"),
    ("governed", "S-4",
     HEAD + b'},"disks":[' +
     b",".join([b'{"pdev_path":"/' + b"a" * 3000 + b'"}'] * 256) + b"]}"),
    ("blanks", "S-4", filled(HEAD + b"}}", b" ", b"")),
    ("too-long", "S-14", filled(HEAD + b"}}", b" ", b"", MIB + 1)),
]
for name, rule, text in bombs:
    with open("%s/%s.json" % (sys.argv[1], name), "wb") as out:
        out.write(text)
    with open("%s/%s.xl" % (sys.argv[1], name), "wb") as out:
        out.write(b"Xen saved domain, xl format\n \0 \r" +
                  struct.pack("<5I", 0x01020304, 3, 0, len(text) + 5,
                              len(text) + 1) + text + b"\0")
    print(name, rule)
EOT

wrong=0
complain() {
    echo "$1: $2: $(head -c 300 "$tmp/said") $(cat "$tmp/took")"
    wrong=1
}

# judge ARGS...: its status, and what it took, in $status, $ms and $kib.
judge() {
    status=0
    tests/streams/measure "$check" "$@" >"$tmp/said" 2>"$tmp/took" || status=$?
    read -r ms kib <"$tmp/took"
    [ "$bounds" = no ] || { [ "$ms" -lt 50 ] && [ "$kib" -lt 16384 ]; } ||
        complain "$*" "too much time or memory"
}

while read -r name rule; do
    judge "$tmp/$name.xl"
    echo "$name: $ms ms, $kib KiB"
    [ "$status" = 65 ] || complain "$name" "status $status"
    grep -q "\\[$rule\\]\$" "$tmp/said" || complain "$name" "not by $rule"
    for kind in xl json; do
        judge --explain "$tmp/$name.$kind"
        case $name in
        blanks) [ "$status" = 0 ] || complain "$name" "explained: $status" ;;
        *) [ "$status" = 65 ] || complain "$name" "explained: $status" ;;
        esac
    done
done <"$tmp/list"
[ "$(wc -l <"$tmp/list")" -ge 20 ]
exit $wrong
