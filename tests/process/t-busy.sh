#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-only
# A toy guest (tests/process/toy.c) that writes its memory as fast as the link
# carries it: it moves within the limits that are set, or goes on where it was,
# with all of its CPU, whatever dies meanwhile.  And a save that hangs.
set -euo pipefail
[ -x tests/process/toy ] || { echo "not built"; exit 77; }
export TOY=$PWD/tests/process/toy
libexec=$PWD/xl-plugin
work=$(mktemp -d /tmp/xlsec-busy-XXXXXX)
listener='' mover='' code=0
count=0 bad=0

stop_listener() {
    [ -z "$listener" ] || { kill "$listener" 2>/dev/null || true; wait "$listener" 2>/dev/null || true; }
    listener=
}
finish() {
    stop_listener
    [ -z "$mover" ] || kill -9 "$mover" 2>/dev/null || true
    rm -rf "$work" "${TOY_TOP:-$work}"
}
trap finish EXIT
trap 'exit 1' INT TERM

now() { echo $(($(date +%s%N) / 1000000)); }

# begin [LINE...]: two new hosts, with a guest that runs at 0; lines of [time]
begin() {
    read -r TOY_TOP TOY_PORT < <("$TOY" hosts "$libexec")
    export TOY_TOP TOY_PORT
    printf '0 build\n0 built\n0 name\n0 run\n' >"$TOY_TOP/world.made"
    sed -i '/^downtime/d' "$TOY_TOP/0/xlsec.conf"
    printf '%s\n' "$@" >>"$TOY_TOP/0/xlsec.conf"
    : >"$work/log"
    "$TOY" listen 1 >>"$work/log" 2>&1 &
    listener=$!
    for _ in $(seq 100); do
        ! grep -q "^listening" "$work/log" || break
        sleep 0.01
    done
    "$TOY" migrate >"$work/moved" 2>&1 &
    mover=$!
    began=$(now)
}

# ended [SECONDS]: the migration is over, by then; its exit status is in $code
ended() {
    code=0
    for _ in $(seq $((${1:-30} * 20))); do
        kill -0 "$mover" 2>/dev/null || break
        sleep 0.05
    done
    if kill -0 "$mover" 2>/dev/null; then
        echo "it goes on after $((($(now) - began) / 1000)) s" >>"$work/wrong"
        kill -9 "$mover"
    fi
    wait "$mover" || code=$?
    mover=
    took=$(($(now) - began))
}

# until TEXT: the world has got this line
until_world() {
    for _ in $(seq 300); do
        ! grep -q "$1" "$TOY_TOP/world.made" || return 0
        sleep 0.05
    done
    echo "no line '$1' in the world" >>"$work/wrong"
}

holds() { "${@:2}" || echo "$1" >>"$work/wrong"; }
says() { holds "it does not say '$1'" grep -qF -- "$1" "$work/moved"; }
world() { holds "the world has no '$1'" grep -q "$1" "$TOY_TOP/world.made"; }
never() { holds "the world has '$1'" eval "! grep -q '$1' '$TOY_TOP/world.made'"; }
exits() { holds "exit status $code, not $1" [ "$code" = "$1" ]; }
within() { holds "it took $took ms" [ "$took" -ge "$1" -a "$took" -le "$2" ]; }

# ends NAME STATE: nothing is open any more, and this is what there is
ends() {
    local state
    for _ in $(seq 40); do
        local open=0
        "$TOY" recover 0 >>"$work/log" 2>&1 || open=1
        "$TOY" recover 1 >>"$work/log" 2>&1 || open=1
        [ $open = 1 ] || break
        sleep 0.1
    done
    state=$("$TOY" check) || echo "${state%%$'\n'*}" >>"$work/wrong"
    holds "it ends with ${state##*$'\n'}" [ "${state##*$'\n'}" = "$2 " ]
    stop_listener
    count=$((count + 1))
    if [ -s "$work/wrong" ]; then
        echo "WRONG $1: $(tr '\n' ';' <"$work/wrong")"
        sed 's/^/    /' "$TOY_TOP/world.made" "$work/moved" "$work/log" | tail -n 60
        bad=$((bad + 1))
    else
        echo "ok $1: exit $code, $took ms"
    fi
    : >"$work/wrong"
    rm -rf "$TOY_TOP"
}
: >"$work/wrong"
stays='0=runs 1=none' moves='0=none 1=runs'

# --- one that is busy
export TOY_BUSY=1
begin 'downtime = 1' '[guest]' 'slow = no'
ended
exits 1
never slow
world '^0 stop'
says "the guest was stopped for more than 1 s ([time] downtime in xlsec.conf), and goes on here"
says "MiB of a guest of 4 MiB had passed, in 6 passes; it writes faster than the link carries: give it more time, say '[guest] slow = yes', or move it when it has less to do"
ends "stopped for too long" "$stays"

begin 'downtime = 1'
ended
exits 0
world '^0 slow 50'
says "phase: memory (guest busy: its CPU is held to 50 %)"
says "held to 10 %"
ends "slowed, and moved" "$moves"

begin 'downtime = 0' 'whole = 3' '[guest]' 'slow = no'
ended
exits 1
within 3000 5000
never '^0 stop'
says "the migration has taken more than 3 s ([time] whole in xlsec.conf); the guest stays here"
ends "the whole takes too long" "$stays"

begin 'downtime = 0' 'whole = 6'
ended
world '^0 slow 50'
exits 0
within 0 6000
ends "slowed, because the whole would take too long" "$moves"

begin 'downtime = 1'
until_world '^0 slow'
kill -9 "$mover"
ended
exits 137
ends "killed while it is slowed" "$stays"

begin 'downtime = 1'
until_world '^0 slow'
kill -TERM "$mover"
ended 3
exits 1
world '^0 full'
says "stopped on request"
ends "cancelled while it is slowed" "$stays"

export TOY_FAIL=slow0
begin 'downtime = 1'
ended
unset TOY_FAIL
exits 1
never slow
says "phase: memory (guest busy, and its CPU cannot be held)"
says "not held: the toy does not slow"
holds "it is tried again" [ "$(grep -c '^toy: slow' "$work/moved")" = 1 ]
ends "it cannot be slowed" "$stays"
unset TOY_BUSY

# --- a save that hangs: the first number is when it is asked, then when killed
hang() { # NAME TOY_HANG LEAST MOST
    export TOY_HANG=$2
    begin 'downtime = 0'
    sleep 1
    kill -TERM "$mover"
    began=$(now)
    ended 15
    unset TOY_HANG
    exits 1
    within "$3" "$4"
    says "toy: stop"
    case $2 in *deaf*) says "toy: stop, by force" ;; esac
    ends "$1" "$stays"
}
hang "it hangs when the guest is stopped" down 500 2000
hang "and has to be killed" down,deaf 2500 4000
hang "it hangs while the guest runs" up 5000 6900
hang "and has to be killed" up,deaf 7000 9000

# and the limits are kept all the same
export TOY_HANG=down,deaf
begin 'downtime = 1'
ended 10
unset TOY_HANG
exits 1
within 3400 6000
says "([time] downtime in xlsec.conf), and goes on here"
ends "it hangs until the guest was stopped for too long" "$stays"

echo "$count cases, $bad wrong"
[ "$bad" = 0 ]
