#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-only
# xl secure-status on journals as migrations leave them: whole messages, exit
# statuses, JSON.
set -u
bin=$(pwd)/xl-plugin
write=$(pwd)/tests/process/write-journal
[ -x "$write" ] || { echo "not built"; exit 77; }
tmp=$(mktemp -d /tmp/xlsec-recover-XXXXXX) || exit 1
trap 'rm -rf "$tmp"' EXIT
conf=$tmp/etc
state=$tmp/state
ran=0
wrong=0

fail() {
    wrong=$((wrong + 1))
    echo "WRONG: $1" >&2
    sed 's/^/    out: /' "$tmp/out" >&2
    sed 's/^/    err: /' "$tmp/err" >&2
}

# run STATUS COMMAND...: stdin is empty; times are TIME and AGE
run() {
    want=$1
    shift
    ran=$((ran + 1))
    "$@" >"$tmp/raw" 2>"$tmp/err" </dev/null
    got=$?
    sed -E 's/20[0-9-]{8}T[0-9:]{8}Z/TIME/g; s/\([0-9]+ (s|min)\)/(AGE)/' \
        "$tmp/raw" >"$tmp/out"
    [ $got = "$want" ] || fail "$* gave $got, not $want"
}

# says out|err TEXT: the last command's output holds it
says() {
    ran=$((ran + 1))
    grep -qF -- "$2" "$tmp/$1" || fail "std$1 does not say: $2"
}

# is out|err: the last command's output is stdin, all of it
is() {
    ran=$((ran + 1))
    cat >"$tmp/want"
    diff "$tmp/want" "$tmp/$1" >"$tmp/diff" || {
        fail "std$1 is another one"
        cat "$tmp/diff" >&2
    }
}

silent() {
    ran=$((ran + 1))
    [ ! -s "$tmp/$1" ] || fail "std$1 is not empty"
}

# afresh: no journals
afresh() {
    rm -rf "$state"
    mkdir -p "$state" "$conf"
    chmod 700 "$state"
    printf '[paths]\nstate = %s\n' "$state" >"$conf/xlsec.conf"
}

journal() { "$write" "$state" "$@" || fail "write-journal $*"; }
status() { "$bin/xl-secure-status" --confdir "$conf" "$@"; }

# --- xl secure-status
run 2 "$bin/xl-secure-status" --nonsense
says err "Try: xl secure-status --help"
run 2 "$bin/xl-secure-status" one two
says err "xl secure-status: takes one migration or guest; see --help"
run 1 sh -c "'$bin/xl-secure-status' --help >/dev/full"
run 0 "$bin/xl-secure-status" --help
says out "Exit status: 0 nothing is open; 4 something is; 1"
mkdir -p "$conf"
echo 'what' >"$conf/xlsec.conf"
run 1 status
says err "xl secure-status: $conf/xlsec.conf:1: "

afresh
run 0 status
is out <<'EOT'
No migration is open on this host.
EOT
silent err
run 0 status --json
is out <<'EOT'
{"version":1,"open":0,"migrations":[]}
EOT
run 1 status web1
is err <<'EOT'
xl secure-status: no migration is called 'web1' here, by its guest's name or by four digits of its id or more; xl secure-status --all lists them
EOT

journal source 8f0c41d2a95b web1 xen2 open commit
run 4 status
is out <<'EOT'
8f0c41d2  web1 leaves for xen2  commit since TIME (AGE)
    The guest is suspended here as 'web1--migratedaway', and may run on xen2: that host was told to run it, and has not answered.
    Waits for an answer of xen2, which xlsecd here asks every few seconds, and xl secure-recover at once.
EOT
for name in web1 web1--migratedaway web1--incoming 8f0c 8f0c41d2 8f0c41d2a95b00000000000000000000; do
    run 4 status $name
    is out <<EOT
migration   8f0c41d2a95b00000000000000000000
guest       web1 (77656231-0000-0000-0000-000000000000)
here        source: it leaves for xen2
other host  xen2, key SHA256:GsLxknAoSeA9/lwx7Gak9kCLXrFswC8Vg85xOyK+ku0
link        TCP
journal     $state/handover/8f0c41d2a95b00000000000000000000.source
process     none
state       commit
            The guest is suspended here as 'web1--migratedaway', and may run on xen2: that host was told to run it, and has not answered.
            Waits for an answer of xen2, which xlsecd here asks every few seconds, and xl secure-recover at once.
history     TIME open
            TIME commit: a note
EOT
done
for name in 8f0 8f0d web web11 web1--other 8f0c41d2a95b000000000000000000000; do
    run 1 status $name
done

# each state of each role, and where the guest is
afresh
journal source aa01 g1 xen2 open
journal source aa02 g2 xen2 open commit moved
journal source aa03 g3 xen2 open back
journal source aa04 g4 xen2 open commit moved closed
journal source aa05 g5 xen2 open commit back closed
journal destination bb01 g6 xen1 open
journal destination bb02 g7 xen1 open prepared
journal destination bb03 g8 xen1 open prepared taking
journal destination bb04 g9 xen1 open prepared taking committed
journal destination bb05 g10 xen1 burned
run 4 status
is out <<'EOT'
aa010000  g1 leaves for xen2  open since TIME (AGE)
    Nothing was given away yet when the process that moved it died: the guest is this host's, and may be suspended.
    Waits for xlsecd here, or xl secure-recover, to let it go on here.
aa020000  g2 leaves for xen2  moved since TIME (AGE)
    The guest is xen2's now. Its suspended copy 'g2--migratedaway' may still be here.
    Waits for xlsecd here, or xl secure-recover, to destroy that copy.
aa030000  g3 leaves for xen2  back since TIME (AGE)
    The guest is this host's, and goes on here. xen2 may still hold a paused copy of it.
    Waits for xen2 to say that it has none; xlsecd here asks every few seconds, and xl secure-recover at once.
bb010000  g6 comes from xen1  open since TIME (AGE)
    The process that received the guest has died: what is here of it is no use, and the guest is xen1's.
    Waits for xlsecd here, or xl secure-recover, to destroy what is here.
bb020000  g7 comes from xen1  prepared since TIME (AGE)
    The whole guest is here, paused, as 'g7--incoming'. Whether it is to run here or goes on there, xen1 alone knows.
    Waits for xen1 to say so; it cannot be asked from here. See there, with xl secure-status.
bb030000  g8 comes from xen1  taking since TIME (AGE)
    The guest was given to this host; the process that was to start it has died.
    Waits for xlsecd here, or xl secure-recover, to start it.
EOT
run 4 status --all
says out "aa040000  g4 leaves for xen2  closed since TIME (AGE)
    The guest has moved: it is xen2's."
says out "    The guest did not move: it is this host's, and xen2 has nothing of it."
says out "    The guest has come: it is this host's."
says out "    The guest did not come: nothing of it is here, and it is xen1's."
run 0 status g4
says out "            The guest has moved: it is xen2's."
run 4 status --json --all
ran=$((ran + 1))
if command -v jq >/dev/null; then
    jq -r '.version, .open, (.migrations[] |
        "\(.id[:4]) \(.guest) \(.role) \(.peer) \(.state) \(.guest_is) \(.open) \(.history | length)")' \
        "$tmp/raw" >"$tmp/out"
    is out <<'EOT'
1
6
aa01 g1 source xen2 open here true 1
aa02 g2 source xen2 moved there true 3
aa03 g3 source xen2 back here true 2
aa04 g4 source xen2 closed there false 4
aa05 g5 source xen2 closed here false 4
bb01 g6 destination xen1 open there true 1
bb02 g7 destination xen1 prepared unknown true 2
bb03 g8 destination xen1 taking here true 3
bb04 g9 destination xen1 committed here false 4
bb05 g10 destination xen1 burned there false 1
EOT
else
    echo "jq is not installed: the JSON was not parsed"
fi

# a guest that is nowhere is told without having been asked for, and is not open
afresh
journal destination cc01 g1 xen1 open prepared taking unsure
run 0 status
is out <<'EOT'
No migration is open on this host.
cc010000  g1 comes from xen1  unsure since TIME (AGE)
    This host went down while it was about to start the guest: the guest may have run here, and is here no more.
    If xen1 still waits, a person has to settle it there: xl secure-recover, on xen1.
EOT

# one under way
afresh
mkfifo "$tmp/live"
"$write" "$state" source dd01 live xen2 open hold <"$tmp/live" >"$tmp/held" &
pid=$!
exec 7>"$tmp/live"
while ! grep -q held "$tmp/held"; do sleep 0.1; done
run 4 status
is out <<EOT
dd010000  live leaves for xen2  open since TIME (AGE)
    The guest is being moved; it is this host's until it is handed over.
    Process $pid acts for it.
EOT
exec 7>&-
wait $pid

# names that a terminal should not see, and what is damaged
afresh
journal source ee01 "$(printf "a\033[2Jb\"\134")" xen2 open commit
run 4 status
says out 'ee010000  a?[2Jb"\ leaves for xen2'
run 4 status --json
says out '"guest":"a?[2Jb\"\\"'
file=$state/handover/ee020000000000000000000000000000.destination
journal destination ee02 web3 xen2 open prepared
printf 'x' | dd of="$file" conv=notrunc bs=1 seek=600 2>"$tmp/dd"
run 4 status web3
is out <<EOT
migration   ee020000000000000000000000000000
guest       web3 (77656233-0000-0000-0000-000000000000)
here        destination: it comes from xen2
other host  xen2, key SHA256:GsLxknAoSeA9/lwx7Gak9kCLXrFswC8Vg85xOyK+ku0
journal     $file
process     none
state       damaged
            THIS JOURNAL IS DAMAGED: a line behind its last good one is not what xlsec wrote. Nothing is settled by it, and where the guest is has to be looked at.
            Waits for a person: see where the guest runs (xl list, on both hosts; xl secure-status ee020000 on the other one). When that is clear: mv $file $file.damaged
EOT
printf 'junk' >"$file"
run 4 status
says out "ee020000  DAMAGED  (guest unknown) comes from (host unknown)"
says out "which guest it is about is not known"
mv "$file" "$file.damaged"
run 4 status
if grep -q DAMAGED "$tmp/out"; then fail "what was moved away is still told"; fi
chmod 777 "$state/handover"
run 1 status
says err "xl secure-status: $state/handover"
chmod 700 "$state/handover"

echo "recovery by hand: $ran checks, $wrong wrong"
[ $wrong = 0 ]
