#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-only
# `xlsec policy` as a person uses it, with a real boot (tests/data/boots) and
# with minisign itself, where that is installed.
set -uo pipefail
top=$(cd "${srcdir:-.}" && pwd)
build=$(cd "${builddir:-.}" && pwd)
xlsec=$build/xl-plugin/xlsec
[ -x "$xlsec" ] || {
    echo "not built"
    exit 77
}
tmp=$(mktemp -d /tmp/xlsec-policy-XXXXXX) || exit 1
trap 'rm -rf "$tmp"' EXIT
cd "$tmp" || exit 1
ran=0
wrong=0

fail() {
    wrong=$((wrong + 1))
    echo "WRONG: $*" >&2
    cat out err >&2 2>/dev/null
}

# run STATUS COMMAND...
run() {
    local want=$1
    shift
    ran=$((ran + 1))
    "$@" >out 2>err </dev/null
    local status=$?
    [ $status = "$want" ] || fail "$* gave $status, not $want"
}

# says out|err TEXT
says() {
    ran=$((ran + 1))
    grep -qF -- "$2" "$1" || fail "std$1 does not say: $2"
}

silent() {
    ran=$((ran + 1))
    [ ! -s "$1" ] || fail "std$1 is not empty"
}

policy() {
    local want=$1
    shift
    run "$want" "$xlsec" policy "$@"
}

boots=$top/tests/data/boots
state=(--pcrs "$boots/pcrs" --event-log "$boots/event-log" --ima "$boots/ima")
store=(--confdir "$tmp/conf" --statedir "$tmp/state")
mkdir conf

# --- the command line
policy 2
says err 'Usage: xlsec policy show'
policy 2 forget
policy 0 --help
says out '--add-to FILE'
policy 0 learn -h
policy 2 check
policy 2 show file
policy 2 show --pub key
says err "show does not take '--pub'"
policy 2 learn
says err 'one of --local, --host, --pcrs and --software'
policy 2 learn --local --pcrs x
policy 2 learn --pcrs x --select 0
policy 2 learn --software x --ima y
policy 2 learn --local --select 16
policy 2 learn --pcrs "$boots/pcrs" --any x
policy 2 learn --pcrs "$boots/pcrs" --add-to x --name y

# --- learn, and judge what was learned ([E-106])
policy 0 learn "${state[@]}" --name lab --set old
silent err
cp out lab
says out 'ima sha256:'
policy 0 check lab
says out 'set old: PCRs 0-9 by value, 10 by IMA'\''s list (134 files); 19 events'
policy 0 check "${state[@]}" lab
says out 'accepted: class default, set old'
says out 'leads to the quoted values of PCRs: 0-9'
policy 0 check "${state[@]}" --json lab
says out '"accepted":true,"class":"default","set":"old"'
policy 65 check "${state[@]}" --class other lab
says out 'refused: policy lab, version 1, has no class other for this host [E-90]'
policy 66 learn --pcrs none
says err 'none: cannot be read: No such file'
policy 65 learn --pcrs "$boots/event-log"
says err '[E-3]'
policy 65 learn "${state[@]}" --set 'a b'
says err '[E-81]'
silent out
policy 65 learn "${state[@]}" --add-to lab --set new
says err 'set old of class default allows this state already [E-106]'

# a command line that is another: which event differs
bytes() {
    LC_ALL=C sed "$1" "$2" >"$3"
}
sum=$(printf 'init=/bin/sh' | sha256sum | cut -d' ' -f1)
old=$(sed -n 's/^event 8 \([0-9a-f]*\) module_cmdline.*/\1/p' lab)
first=$(sed -n 's/^event 8 \([0-9a-f]*\) kernel_cmdline.*/\1/p' lab)
value=$(printf '%064d' 0)
for digest in "$first" "$sum"; do
    value=$(printf '%b' "$(printf '%s%s' "$value" "$digest" | sed 's/../\\x&/g')" |
        sha256sum | cut -d' ' -f1)
done
was=$(sed -n 's/^pcr 8 //p' lab)
bytes "s/^pcr 8 $was/pcr 8 $value/; s/^event 8 $old .*/event 8 $sum init=\\/bin\\/sh/" lab other
policy 0 check other
policy 65 check "${state[@]}" other
says out 'refused: PCR 8 is not that of set old [E-94]'
says out "PCR 8: expected $value"
says out "seen     $was"
says out 'event 2 of PCR 8 is the first that differs'
says out 'init=/bin/sh'
says out "in the log's own words: module_cmdline: console=hvc0 quiet rdinit=/init host=1"
policy 65 check "${state[@]}" --json other
says out '"accepted":false,"rule":"E-94"'
# without one of the files
grep -v '/usr/bin/head$' lab >lacking
policy 65 check "${state[@]}" lacking
says out '/usr/bin/head is not allowed [E-96]'
policy 0 learn "${state[@]}" --add-to lacking --set new
says out 'version 2'
cp out both
policy 0 check "${state[@]}" both
says out 'accepted: class default, set new'
# PCR 8 of any value, and so both hosts of the lab
policy 0 learn "${state[@]}" --any 8
says out 'pcr 8 any'
# software
printf '0 %s xen 4.17\n1 %s linux\n' "$sum" "$sum" >soft
policy 0 learn --software soft
says out 'evidence software'
says out "event 0 $sum xen 4.17"
cp out soft-policy
policy 0 check --software soft soft-policy
sed 's/^1 /2 /' soft >soft2
policy 65 check --software soft2 soft-policy
says out '[E-92]'

# --- a broken one
sed 's/^version 1/version 0/' lab >broken
policy 65 check broken
says out "broken: policy, line 3: it has to be 'version N'"
says out '[E-81]'
policy 65 check --json broken
says out '"accepted":false'
policy 66 check none
says err 'none: '

# --- in force, unsigned ([E-103])
policy 65 show "${store[@]}"
says err 'there is no appraisal policy'
policy 65 install "${store[@]}" lab
says err "'unsigned = yes' in section [policy]"
printf '[policy]\nunsigned = yes\n' >conf/xlsec.conf
policy 0 install "${store[@]}" lab
policy 0 show "${store[@]}"
says out 'policy     lab, version 1'
says out 'signed by  nobody'
policy 0 show "${store[@]}" --json
says out '"name":"lab","version":1'
says out '"signed":false'
rm -r conf/policy conf/xlsec.conf state

# --- in force, signed with minisign itself ([E-100] to [E-105])
finish() {
    echo "$ran checks, $wrong wrong"
    [ $wrong = 0 ] || exit 1
    [ $# = 0 ] || echo "$*"
    exit 0
}
command -v minisign >/dev/null ||
    finish "minisign is not installed: its own signatures were not looked at"
minisign -G -W -p op.pub -s op.key >/dev/null || fail "minisign -G"
minisign -G -W -p other.pub -s other.key >/dev/null || fail "minisign -G"
sign() {
    minisign -S -s "$1" -m "$2" -t "$3" "${@:4}" >/dev/null ||
        fail "minisign -S $2"
}
# minisign leaves zeros in front away
id=$(sed -n '1s/.*key //p' op.pub)
id=$(printf '%16s' "$id" | tr ' ' 0)
sign op.key lab 'pool of the lab'
policy 0 check --pub op.pub lab
says out "signed by  key $id (pool of the lab)"
sign op.key lab 'the old form' -l
policy 0 check --pub op.pub lab
says out "signed by  key $id (the old form)"
policy 65 check --pub other.pub lab
says out '[E-102]'
policy 65 check --pub soft lab
says out '[E-100]'
cp lab.minisig keep
sed '3s/old/odd/' keep >lab.minisig
policy 65 check --pub op.pub lab
says out "trusted comment was changed [E-102]"
sed 3d keep >lab.minisig
policy 65 check --pub op.pub lab
says out '[E-101]'
rm lab.minisig
policy 65 check --pub op.pub lab
says out 'minisign -Sm policy'
cp keep lab.minisig

policy 65 install "${store[@]}" lab
says err 'conf/policy.pub: there is no public key'
policy 65 install "${store[@]}" --pub other.pub lab
[ ! -e conf/policy.pub ] || fail "a key came with a policy that was refused"
policy 0 install "${store[@]}" --pub op.pub lab
policy 0 show "${store[@]}"
says out "signed by  key $id (the old form)"
policy 65 install "${store[@]}" --pub other.pub lab
says err 'is not the key that policies have to be signed by here'
sed 's/^version 1/version 3/' lab >v3
sign op.key v3 three
policy 0 install "${store[@]}" v3
policy 65 install "${store[@]}" lab
says err 'version 1 of policy lab is older than 3, which was accepted here before [E-104]'
policy 0 show "${store[@]}"
says out 'version 3'
# put there by hand, an old one is refused as well
cp lab conf/policy
cp lab.minisig conf/policy.minisig
policy 65 show "${store[@]}"
says err '[E-104]'
cp v3 conf/policy
policy 65 show "${store[@]}"
says err '[E-102]'
cp v3.minisig conf/policy.minisig
policy 0 show "${store[@]}"
sed 's/set old/set odd/' v3 >again
sign op.key again 'three again'
policy 65 install "${store[@]}" again
says err 'as another policy did that was accepted here before [E-104]'
: >state/policy.version
policy 65 show "${store[@]}"
says err '[E-105]'
finish
