#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-only
# A real swtpm moves between two hosts, which are directories here: what is in
# it, volatile or not, comes along; what stays is no use; old copies are
# refused; and after an abort at any step it goes on as if nothing had been.
set -uo pipefail
build=$(cd "${builddir:-.}" && pwd)
move=$build/tests/companions/move
[ -x "$move" ] || {
    echo "not built"
    exit 77
}
for tool in swtpm swtpm_ioctl tpm2_nvdefine tpm2_createek openssl; do
    command -v $tool >/dev/null || {
        echo "$tool is not installed: no real vTPM was moved"
        exit 77
    }
done
tmp=$(mktemp -d /tmp/xlsec-vtpm-XXXXXX) || exit 1
uuid=6d616465-0000-4000-8000-000000000001
declare -A pids=()
ran=0
wrong=0

end() {
    for pid in "${pids[@]}"; do
        kill "$pid" 2>/dev/null
    done
    wait
    rm -rf "$tmp"
}
trap end EXIT
cd "$tmp" || exit 1

fail() {
    wrong=$((wrong + 1))
    echo "WRONG: $*" >&2
    cat out err >&2 2>/dev/null
}

# run STATUS COMMAND...
run() {
    local want=$1 status
    shift
    ran=$((ran + 1))
    "$@" >out 2>err </dev/null
    status=$?
    [ $status = "$want" ] || fail "$* gave $status, not $want"
}

# says TEXT: on stderr, by the last command
says() {
    ran=$((ran + 1))
    grep -qF -- "$1" err || fail "it does not say: $1"
}

holds() {
    ran=$((ran + 1))
    [ "$2" = "$3" ] || fail "$1: '$2', not '$3'"
}

# --- hosts
# host N: its configuration, and where its guests' companions are
host() {
    mkdir -p "$1/guests.d" "$1/root/vtpm"
    chmod 755 "$1/root/vtpm"
    printf '[paths]\nstate = %s/state\n[companions]\nunder = %s/root\n' \
        "$tmp/$1" "$tmp/$1" >"$1/xlsec.conf"
    printf '[guest]\nname = web1\n[vtpm]\nstate = /vtpm/web1\nsocket = %s\n' \
        "$tmp/$1.sock.ctrl" >"$1/guests.d/web1.conf"
}

# start N [DIR]: the swtpm of host N on its state
start() {
    local name=$1 dir=${2:-$tmp/$1/root/vtpm/web1}
    swtpm socket --tpm2 --tpmstate "dir=$dir" \
        --server "type=unixio,path=$tmp/$name.sock" \
        --ctrl "type=unixio,path=$tmp/$name.sock.ctrl" \
        --log "file=$tmp/$name.log" 2>/dev/null &
    pids[$name]=$!
    for _ in $(seq 100); do
        # TPM2_Startup comes from the guest's firmware, or it goes on from its
        # volatile state, which is deleted
        [ -S "$name.sock.ctrl" ] && swtpm_ioctl --unix "$name.sock.ctrl" -i 2>/dev/null &&
            return
        sleep 0.05
    done
    fail "swtpm $name did not start"
    cat "$name.log"
}

# stop N: as a person ends it
stop() {
    kill "${pids[$1]}" && wait "${pids[$1]}"
    unset "pids[$1]"
    rm -f "$1.sock" "$1.sock.ctrl"
}

# gone N: its swtpm ends by itself, soon
gone() {
    local still=0
    ran=$((ran + 1))
    while kill -0 "${pids[$1]}" 2>/dev/null; do
        still=$((still + 1))
        [ $still -lt 300 ] || {
            fail "swtpm $1 is still there"
            kill "${pids[$1]}"
        }
        sleep 0.1
    done
    wait "${pids[$1]}" || fail "swtpm $1 ended with $?"
    unset "pids[$1]"
    rm -f "$1.sock" "$1.sock.ctrl"
}

# on N TOOL...: a tool of tpm2-tools on that host's TPM; one that has stopped
# never answers
on() {
    local name=$1
    shift
    TPM2TOOLS_TCTI=swtpm:path=$tmp/$name.sock timeout 30 "$@"
}

# --- what a TPM holds
fill() {
    echo "what the guest sealed" >secret
    { on "$1" tpm2_startup -c &&
        on "$1" tpm2_nvdefine 0x1500018 -C o -s 22 \
            -a 'ownerread|ownerwrite|authread|authwrite' &&
        on "$1" tpm2_nvwrite 0x1500018 -C o -i secret &&
        on "$1" tpm2_createek -G ecc -c 0x81010001 &&
        on "$1" tpm2_flushcontext -t &&
        on "$1" tpm2_createprimary -C o -G ecc -g sha256 -c primary.ctx &&
        on "$1" tpm2_flushcontext -t &&
        on "$1" tpm2_create -C primary.ctx -G ecc256 -u key.pub -r key.priv \
            -a 'fixedtpm|fixedparent|sensitivedataorigin|userwithauth|sign' &&
        on "$1" tpm2_flushcontext -t &&
        on "$1" tpm2_load -C primary.ctx -u key.pub -r key.priv -c key.ctx &&
        on "$1" tpm2_evictcontrol -C o -c key.ctx 0x81000001 &&
        on "$1" tpm2_flushcontext -t &&
        on "$1" tpm2_readpublic -c 0x81000001 -f pem -o key.pem &&
        on "$1" tpm2_pcrextend "10:sha256=$(printf '%064d' 7)"; } \
        >out 2>err || fail "the TPM could not be filled"
}

# show N: all of it, as text; a new signature by the key is verified here
show() {
    rm -f sig
    on "$1" tpm2_nvread 0x1500018 -C o -s 22 &&
        on "$1" tpm2_readpublic -c 0x81010001 &&
        on "$1" tpm2_readpublic -c 0x81000001 &&
        on "$1" tpm2_pcrread sha256:10,16 &&
        on "$1" tpm2_sign -c 0x81000001 -g sha256 -s ecdsa -f plain -o sig secret &&
        openssl dgst -sha256 -verify key.pem -signature sig secret
}

same() {
    ran=$((ran + 1))
    show "$1" >seen 2>err </dev/null || fail "the TPM of host $1 does not answer"
    diff before seen >out || fail "the TPM of host $1 is not the same"
}

# --- the test
host a
host b
mkdir a/root/vtpm/web1
start a
fill a
show a >before 2>err || fail "the TPM cannot be read"
grep -q 'what the guest sealed' before || fail "nothing in NV"
grep -q 'Verified OK' before || fail "no signature"

# [P-85]: after an abort at each step it goes on, and nothing is there
for step in open read stage commit settle; do
    run 0 "$move" a b web1 $uuid $step
    same a
    holds "left at b after $step" "$(ls -A b/root/vtpm)" ""
    holds "left at a after $step" "$(ls -A a/root/vtpm)" web1
    [ ! -e a/root/vtpm/web1/tpm2-00.volatilestate ] ||
        fail "an old volatile state stays after $step"
done
# and the same when the process was killed there, and another one goes on; what
# that one has done is done, however often
for step in open read stage commit settle; do
    run 137 "$move" a b web1 $uuid kill-$step
    for _ in first again; do
        run 0 "$move" a b web1 $uuid back
        same a
        holds "left at b after $step" "$(ls -A b/root/vtpm)" ""
        holds "left at a after $step" "$(ls -A a/root/vtpm)" web1
        [ ! -e a/root/vtpm/web1/tpm2-00.volatilestate ] ||
            fail "an old volatile state stays after $step"
    done
done
# swtpm was killed, too: the next one goes on from what it stored
run 137 "$move" a b web1 $uuid kill-commit
stop a
run 0 "$move" a b web1 $uuid back
start a
same a
# and it still changes: this is in no copy from before
on a tpm2_pcrextend "10:sha256=$(printf '%064d' 8)" 2>err || fail "it does not extend"
show a >before 2>err || fail "the TPM cannot be read"

# who uses it is known
sed -i /socket/d a/guests.d/web1.conf
run 1 "$move" a b web1 $uuid
says "the swtpm with the process id ${pids[a]} is using it"
mkdir c
start other "$tmp/c"
echo "socket = $tmp/other.sock.ctrl" >>a/guests.d/web1.conf
run 1 "$move" a b web1 $uuid
says "is used by the process ${pids[a]}, and process ${pids[other]} listens on"
stop other
run 1 "$move" a b web1 $uuid
says "swtpm does not listen there: No such file or directory"
host a
cp -a a/root/vtpm/web1 old
same a

# the move
run 0 "$move" a b web1 $uuid
gone a
holds "left at a" "$(ls -A a/root/vtpm)" ""
holds "receipts" "$(grep -c '"event":"companion-deleted".*"done":"' a/state/audit.log)" 2
holds "moved to b" "$(cd b/root/vtpm/web1 && echo *)" "tpm2-00.permall tpm2-00.volatilestate xlsec.generation"
sum=$(sha256sum <b/root/vtpm/web1/tpm2-00.permall)
grep -q "web1/tpm2-00.permall\".*\"sha256\":\"${sum%% *}\",\"generation\":1" a/state/audit.log ||
    fail "no receipt for what was deleted"
start b
same b
holds "what is there once it goes on" "$(cd b/root/vtpm/web1 && echo *)" "tpm2-00.permall xlsec.generation"

# the old copy, back at the host that gave it away
cp -a old a/root/vtpm/web1
rm -f a/root/vtpm/web1/.lock
start a
run 1 "$move" a b web1 $uuid
says "is an old copy of the vTPM, of generation 0: this host had, or gave away, generation 1"
# and at one that knows of nothing: the host that has the vTPM refuses it, even
# when it comes to another place
host d
cp -a old d/root/vtpm/web1
printf '[guest]\nname = web1\n[vtpm]\nstate = /vtpm/web1\n' >d/guests.d/web1.conf
mv b/root/vtpm b/root/elsewhere && mkdir b/root/vtpm
run 1 "$move" d b web1 $uuid
says "[companion-generation]"
says "it would be generation 1, and this host has had generation 1"
rmdir b/root/vtpm && mv b/root/elsewhere b/root/vtpm
# without the old copy in its way it goes back, and counts on
stop a
rm -r a/root/vtpm/web1
run 0 "$move" b a web1 $uuid
gone b
holds "left at b" "$(ls -A b/root/vtpm)" ""
start a
same a
holds "generation" "$(sed -n 's/^generation //p' a/root/vtpm/web1/xlsec.generation)" 2

# ahead after a kill: there is one copy, and it is the right one
run 137 "$move" a b web1 $uuid kill-settle
run 0 "$move" a b web1 $uuid ahead
gone a
holds "left at a" "$(ls -A a/root/vtpm)" ""
start b
run 0 "$move" a b web1 $uuid over
same b
run 137 "$move" b a web1 $uuid kill-commit
run 0 "$move" b a web1 $uuid ahead
gone b
holds "left at b" "$(ls -A b/root/vtpm)" ""
start a
same a
holds "generation" "$(sed -n 's/^generation //p' a/root/vtpm/web1/xlsec.generation)" 4
holds "traces" "$(find a/state/handover b/state/handover -name '*.aside')" ""

# without a control socket, when swtpm has ended in order: what is volatile is
# gone, as after a reset; NV and keys are there
stop a
sed -i /socket/d a/guests.d/web1.conf
run 0 "$move" a b web1 $uuid
start b
on b tpm2_startup -c 2>err
grep -v 10: before >less
show b 2>err | grep -v 10: >seen
ran=$((ran + 1))
diff less seen >out || fail "NV or keys have changed"

echo "vTPM: $ran checks, $wrong wrong"
[ $wrong = 0 ]
