#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-only
# Several migrations at once, in both directions, between two hosts: the programs
# themselves (xl migrate-secure, xlsecd, xl secure-status and secure-recover), on
# toys (toys.h) that each have a companion.
#
#   t-both.sh                        all cases, and two rounds of kills
#   t-both.sh --kills ROUNDS [SEED]  kill -9 of random processes, again and again
#
# Prints a line for each case.
set -euo pipefail
toys=$PWD/tests/process/toys
[ -x "$toys/xlsecd" ] || { echo "not built"; exit 77; }
write=$PWD/tests/process/write-journal
status=$PWD/xl-plugin/xl-secure-status
toy=$PWD/tests/process/toy
libexec=$PWD/xl-plugin
work=$(mktemp -d /tmp/xlsec-both-XXXXXX)
address=(127.0.0.2 127.0.0.1)
listener=('' '' '')
count=0 bad=0 wrong=
TOY_TOP=

wait_for() { # SECONDS COMMAND...: until it succeeds
    local until=$((SECONDS + $1))
    shift
    until "$@"; do
        [ $SECONDS -lt $until ] || return 1
        sleep 0.05
    done
}

# begin GUESTS [LINES]: two hosts that listen, and that many guests, g1, g3, ...
# at host 0 and g2, g4, ... at host 1; LINES go into [xlsecd]
begin() {
    wrong=
    code=()
    guests=$1
    read -r TOY_TOP TOY_PORT < <("$toy" hosts "$libexec")
    export TOY_TOP TOY_PORT
    unset TOY_WAIT
    for h in 0 1; do
        sed -i "s/^address = .*/address = ${address[1 - h]}/" "$TOY_TOP/$h/peers.d/other.conf"
        echo "accept-file = /nv/**" >>"$TOY_TOP/$h/peers.d/other.conf"
        # what two cores need for dozens of processes
        sed -i 's/^\(handshake\|finish\|downtime\|stall\) = .*/\1 = 60/' "$TOY_TOP/$h/xlsec.conf"
        printf '[xlsecd]\nlisten = %s\nport = %s\n%b\n[companions]\nunder = %s/%s/tree\n' "${address[h]}" "$TOY_PORT" \
            "${2:-}" "$TOY_TOP" "$h" >>"$TOY_TOP/$h/xlsec.conf"
        mkdir -p "$TOY_TOP/$h/tree/nv" "$TOY_TOP/$h/guests.d"
    done
    for ((i = 1; i <= guests; i++)); do
        h=$(home "$i")
        for verb in build built name run; do echo "$h $verb"; done >"$TOY_TOP/world.g$i"
        echo "what guest $i has beside it" >"$TOY_TOP/$h/tree/nv/g$i"
        for h in 0 1; do printf '[guest]\nname = g%s\nfile = /nv/g%s\n' "$i" "$i" >"$TOY_TOP/$h/guests.d/g$i.conf"; done
    done
    for h in 0 1; do listen $h; done
    # one more that recovers is in nobody's way
    TOY_HOST=0 "$toys/xlsecd" --confdir "$TOY_TOP/0" --no-listen 2>>"$TOY_TOP/log.0" &
    listener[2]=$!
}

home() { echo $((1 - $1 % 2)); }

listen() { # HOST
    TOY_HOST=$1 "$toys/xlsecd" --confdir "$TOY_TOP/$1" 2>>"$TOY_TOP/log.$1" &
    listener[$1]=$!
    wait_for 10 grep -qs "ready on port" "$TOY_TOP/log.$1" || wrong="${wrong:-nobody listens}"
}

stop() {
    for h in 0 1 2; do
        [ -z "${listener[h]}" ] || { kill "${listener[h]}" && wait "${listener[h]}"; } 2>/dev/null || true
        listener[h]=
    done
}
finish() {
    [ ! -d "$TOY_TOP" ] || touch "$TOY_TOP/go"
    stop
    rm -rf "$work" "${TOY_TOP:-$work}"
}
trap finish EXIT
trap 'exit 1' INT TERM

# migrate N: guest gN leaves for the other host, in the background
migrate() {
    local h
    h=$(home "$1")
    { TOY_HOST=$h timeout -k 10 120 "$toys/xl-migrate-secure" --confdir "$TOY_TOP/$h" "g$1" other || exit $?; } \
        >"$TOY_TOP/out.$1" 2>&1 &
    pid[$1]=$!
}
collect() { # their exit statuses, in code
    for i in "${!pid[@]}"; do
        code[i]=0
        wait "${pid[i]}" || code[i]=$?
    done
    pid=()
}

# is_open HOST WORDS N: so many of its journals have a process and such a state
is_open() {
    [ "$("$status" --confdir "$TOY_TOP/$1" | grep -c "  $2 since")" = "$3" ] &&
        [ "$("$status" --confdir "$TOY_TOP/$1" | grep -c "^    Process .* acts for it")" = "$3" ]
}
actors() { for h in 0 1; do "$status" --confdir "$TOY_TOP/$h" | grep "acts for it" || true; done; }
settled() { "$status" --confdir "$TOY_TOP/0" >"$TOY_TOP/open.0" && "$status" --confdir "$TOY_TOP/1" >"$TOY_TOP/open.1"; }

fail() { wrong="${wrong:-$1}"; }

# place N: the host that its one copy runs at, with its companion
place() {
    local state at
    state=$("$toy" check "g$1") || { fail "g$1: ${state%%$'\n'*}"; }
    case $state in
    "0=runs 1=none ") at=0 ;;
    "0=none 1=runs ") at=1 ;;
    *) fail "g$1 ends with $state"; at=0 ;;
    esac
    [ "$(cat "$TOY_TOP/$at/tree/nv/g$1" 2>&1)" = "what guest $1 has beside it" ] || fail "g$1: its file is not with it"
    [ ! -e "$TOY_TOP/$((1 - at))/tree/nv/g$1" ] || fail "g$1: its file is at both hosts"
    echo "$at"
}

left() { find "$TOY_TOP" \( -name '.*' -o -name '*--*' -o -name '*.tmp*' \) ! -path '*/handover/.lock'; }
swept() { [ -z "$(left)" ]; }

# judge CASE: nothing is open, one copy of each guest, where its tool said
judge() {
    local moved=0 at
    wait_for 60 settled || fail "something stays open: $(cat "$TOY_TOP"/open.*)"
    for ((i = 1; i <= guests; i++)); do
        place "$i" >"$TOY_TOP/at"
        at=$(cat "$TOY_TOP/at")
        [ "$at" = "$(home "$i")" ] || moved=$((moved + 1))
        case ${code[i]:-} in
        0) [ "$at" != "$(home "$i")" ] || fail "g$i: exit status 0, and it has not moved" ;;
        1 | 3) [ "$at" = "$(home "$i")" ] || fail "g$i: exit status ${code[i]}, and it has moved" ;;
        esac
    done
    wait_for 20 swept || fail "left: $(left)"
    stop
    # [P-83] whole lines, and one for each file that came or went
    for h in 0 1; do
        [ ! -e "$TOY_TOP/$h/state/audit.log" ] || ! grep -vE '^\{"time":"[^"]*","event":"[^"]*",.*,"done":"[^"]*"\}$' "$TOY_TOP/$h/state/audit.log" ||
            fail "audit.log of host $h"
    done
    count=$((count + 1))
    if [ -z "$wrong" ]; then
        echo "ok $1: $moved of $guests have moved"
    else
        echo "WRONG $1: $wrong"
        { tail -n 20 "$TOY_TOP"/world.* "$TOY_TOP"/log.* "$TOY_TOP"/out.* 2>&1 || true; } | sed 's/^/    /'
        bad=$((bad + 1))
    fi
    rm -rf "$TOY_TOP"
}

# Six cross; whoever recovers meanwhile leaves them alone, and none is moved twice.
crossing() {
    local before
    begin 6
    export TOY_WAIT=yes
    for i in 1 2 3 4 5 6; do migrate $i; done
    for h in 0 1; do wait_for 60 is_open $h open 6 || fail "host $h: $("$status" --confdir "$TOY_TOP/$h")"; done
    before=$(actors)
    for h in 0 1; do
        TOY_HOST=$h "$toys/xlsecd" --confdir "$TOY_TOP/$h" --recover >>"$TOY_TOP/log.$h" 2>&1 || fail "--recover failed"
        TOY_HOST=$h "$toys/xl-secure-recover" --confdir "$TOY_TOP/$h" >"$TOY_TOP/recover.$h" 2>&1 &&
            fail "secure-recover says that nothing is open"
        ! grep -q "xl secure-recover:" "$TOY_TOP/recover.$h" || fail "$(cat "$TOY_TOP/recover.$h")"
    done
    sleep 2.5 # and the listeners' own
    [ "$before" = "$(actors)" ] || fail "other processes act now: $(actors)"
    cmp -s "$TOY_TOP/world.g1" <(printf '0 build\n0 built\n0 name\n0 run\n1 build\n') || fail "g1 was touched"
    second=0
    TOY_HOST=0 "$toys/xl-migrate-secure" --confdir "$TOY_TOP/0" g1 other >"$TOY_TOP/out.second" 2>&1 || second=$?
    grep -q "^1 .*there is a migration of 'g1' to other already" <<<"$second $(grep "xl migrate" "$TOY_TOP/out.second")" ||
        fail "a second migration: $second, $(cat "$TOY_TOP/out.second")"
    touch "$TOY_TOP/go"
    collect
    [ "${code[*]}" = "0 0 0 0 0 0" ] || fail "exit statuses ${code[*]}"
    judge "six cross at once"
}

# More than host 1 serves at once: a clear refusal, and what is open is settled
# all the same.
full() {
    begin 7 "max-sessions = 2"
    export TOY_WAIT=yes
    migrate 1
    migrate 3
    wait_for 60 is_open 1 open 2 || fail "host 1: $("$status" --confdir "$TOY_TOP/1")"
    migrate 5
    wait "${pid[5]}" && fail "g5 was moved" || code[5]=$?
    unset "pid[5]"
    grep -q "^3 .*other refuses.*\[max-sessions\]: it serves as many" <<<"${code[5]} $(tail -n 2 "$TOY_TOP/out.5")" ||
        fail "g5: ${code[5]}, $(cat "$TOY_TOP/out.5")"
    other_key
    PEER_KEY=$key "$write" "$TOY_TOP/0/state" source ee01 gone other open back here
    wait_for 20 closed 0 ee01 || fail "nobody settles while host 1 is full"
    # and beyond those that may ask there is only silence
    exec 5<>"/dev/tcp/${address[1]}/$TOY_PORT" 6<>"/dev/tcp/${address[1]}/$TOY_PORT"
    exec 7<>"/dev/tcp/${address[1]}/$TOY_PORT" 8<>"/dev/tcp/${address[1]}/$TOY_PORT"
    sleep 0.5
    migrate 7
    wait "${pid[7]}" && fail "g7 was moved" || code[7]=$?
    unset "pid[7]"
    [ "${code[7]}" = 1 ] || fail "g7: ${code[7]}, $(cat "$TOY_TOP/out.7")"
    grep -q "a connection was dropped: max-sessions" "$TOY_TOP/log.1" || fail "the log of host 1"
    exec 5>&- 6>&- 7>&- 8>&-
    touch "$TOY_TOP/go"
    collect
    judge "more than max-sessions"
}

other_key() { key=$(sed -n 's/^key = //p' "$TOY_TOP/0/peers.d/other.conf"); }
closed() { "$status" --confdir "$TOY_TOP/$1" --all "$2" | grep -q "^state  *closed"; }
uuid() { printf '6d61646500004000800000000000000%s' $((1 + $1)); }

# hold HOST ARGS...: a journal that a living process has, until release
hold() {
    local state=$TOY_TOP/$1/state
    mkfifo "$TOY_TOP/live"
    "$write" "$state" "${@:2}" hold <"$TOY_TOP/live" >"$TOY_TOP/held" &
    holder=$!
    exec 9>"$TOY_TOP/live"
    wait_for 10 grep -qs held "$TOY_TOP/held" || fail "no journal is held"
}
release() {
    exec 9>&-
    wait "$holder" || true
    rm "$TOY_TOP/live"
}

# What is open at the destination of the same guest forbids that it comes, but
# for a source in HERE, which has it no more.
open_there() {
    begin 5
    GUEST_UUID=$(uuid 1) hold 1 destination aa01 g1 elsewhere open prepared
    GUEST_UUID=$(uuid 3) "$write" "$TOY_TOP/1/state" source aa03 old3 nowhere open commit
    GUEST_UUID=$(uuid 5) "$write" "$TOY_TOP/1/state" source aa05 old5 nowhere open back here
    for i in 1 3 5; do migrate $i; done
    collect
    [ "${code[*]}" = "3 3 0" ] || fail "exit statuses ${code[*]}"
    for i in 1 3; do
        grep -q "other refuses the guest \[open-migration\]: there is a migration of" "$TOY_TOP/out.$i" ||
            fail "g$i: $(cat "$TOY_TOP/out.$i")"
    done
    release
    rm "$TOY_TOP"/1/state/handover/aa0*
    judge "what is open there"
}

# A destination that is asked long after it is over says what came of it, whatever
# has become of the guest's files.
asked_late() {
    local id
    begin 1
    migrate 1
    collect
    [ "${code[1]}" = 0 ] || fail "g1: ${code[1]}"
    place 1 >"$TOY_TOP/at"
    mv "$TOY_TOP/1/tree/nv" "$TOY_TOP/1/tree/else"
    id=$(basename "$TOY_TOP"/0/state/handover/*.source .source)
    rm "$TOY_TOP"/0/state/handover/*.source
    other_key
    PEER_KEY=$key "$write" "$TOY_TOP/0/state" source "$id" g1 other open commit
    wait_for 20 closed 0 "$id" || fail "$(tail -n 3 "$TOY_TOP/log.1")"
    mv "$TOY_TOP/1/tree/else" "$TOY_TOP/1/tree/nv"
    judge "asked long after it is over"
}

# [P-95] Who asks about a migration that is another host's ends nobody there.
not_theirs() {
    begin 0
    other_key
    PEER_KEY=$key "$write" "$TOY_TOP/0/state" source dd02 gone other open commit
    hold 1 destination dd02 gone elsewhere open prepared
    # and what died before it had a name is swept
    touch "$TOY_TOP/1/state/handover/.tmp-x.destination" "$TOY_TOP/0/state/handover/.x.placed.4194303"
    wait_for 20 swept || fail "half a journal stays: $(left)"
    wait_for 20 grep -q "asked: it cannot be told\|not received" "$TOY_TOP/log.1" || fail "nobody asks"
    sleep 1
    kill -0 "$holder" 2>/dev/null || fail "the process of another host's migration was ended"
    release
    rm "$TOY_TOP"/?/state/handover/dd02*
    judge "a migration of another host"
}

told() { for n in 11 12 13 21 22 23 31 32 33; do grep -q "guest 'away$n': " "$TOY_TOP/log.0" || return 1; done; }

# Hosts that are off keep nobody waiting: not a guest that needs none of them, not
# one whose host is there, and not each other.
off() {
    local i began first
    begin 0
    stop
    mkfifo "$TOY_TOP/live"
    "${toy%/*}/deaf" "$TOY_PORT" 127.0.0.11 127.0.0.12 127.0.0.13 <"$TOY_TOP/live" >"$TOY_TOP/held" &
    holder=$!
    exec 9>"$TOY_TOP/live"
    wait_for 10 grep -qs deaf "$TOY_TOP/held" || fail "no host is off"
    other_key
    PEER_KEY=$key "$write" "$TOY_TOP/0/state" source ff02 gone2 other open back here
    for i in 1 2 3; do
        key=$(head -c 32 /dev/urandom | base64)
        printf '[peer]\nname = off%s\naddress = 127.0.0.1%s\nport = %s\nkey = %s\nallow = outgoing\nevidence = none\n' \
            "$i" "$i" "$TOY_PORT" "$key" >"$TOY_TOP/0/peers.d/off$i.conf"
        for j in 1 2 3; do PEER_KEY=$key "$write" "$TOY_TOP/0/state" source "aa$i$j" "away$i$j" "off$i" open commit; done
    done
    PEER_KEY=$key "$write" "$TOY_TOP/0/state" source ff01 gone1 off3 open back
    began=$EPOCHREALTIME
    for i in 0 1; do listen $i; done
    wait_for 3 sh -c "'$status' --confdir '$TOY_TOP/0' ff01 | grep -q '^state  *here'" || fail "what needs no other host waits"
    wait_for 3 closed 0 ff02 || fail "what is asked of a host that is there waits"
    ! grep -q "cannot connect to 127" "$TOY_TOP/log.0" || fail "that was not before"
    wait_for 10 grep -q "cannot connect to 127" "$TOY_TOP/log.0" || fail "it connects for ever"
    first=$((${EPOCHREALTIME/./} / 1000 - ${began/./} / 1000))
    [ $first -gt 3000 ] || fail "asked for $first ms"
    wait_for 3 told || fail "hosts are asked one after the other: $(grep guest "$TOY_TOP/log.0")"
    for i in 1 2 3; do
        [ "$(grep -c "cannot connect to 127.0.0.1$i" "$TOY_TOP/log.0")" = 1 ] || fail "off$i: $(grep -c "127.0.0.1$i" "$TOY_TOP/log.0")"
    done
    stop
    release
    rm "$TOY_TOP"/0/state/handover/aa* "$TOY_TOP"/0/state/handover/ff01*
    for i in 0 1; do listen $i; done
    judge "hosts that are off, first given up after $first ms"
}

# descendants PID...: and theirs, looked up at once
descendants() {
    ps -eo pid=,ppid= | awk -v of="$*" '{ up[$1] = $2 }
        END {
            n = split(of, top, " ")
            for (i = 1; i <= n; i++) known[top[i]] = 1
            for (p in up) {
                for (at = up[p]; at in up && !(at in known); at = up[at]) { }
                if (at in known) print p
            }
        }'
}

kills() { # ROUNDS
    for ((round = 1; round <= $1; round++)); do
        begin 6
        for i in 1 2 3 4 5 6; do migrate $i; done
        killed=0
        for ((k = 0; k < 12; k++)); do
            sleep "0.0$((RANDOM % 10))"
            victims=("${listener[@]}" "${pid[@]}")
            mapfile -t victims < <(descendants "${victims[@]}")
            [ ${#victims[@]} -gt 0 ] || continue
            kill -9 "${victims[RANDOM % ${#victims[@]}]}" 2>/dev/null && killed=$((killed + 1))
        done
        collect
        judge "$killed killed, exit statuses ${code[*]}"
    done
}

declare -a pid code
rounds=2
if [ "${1:-}" = --kills ]; then
    rounds=$2
    seed=${3:-$RANDOM}
else
    seed=4711
    crossing
    full
    open_there
    asked_late
    off
    not_theirs
fi
RANDOM=$seed
echo "seed $seed"
kills "$rounds"
echo "$count cases, $bad wrong"
[ "$bad" = 0 ]
