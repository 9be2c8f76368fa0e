#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-only
# xl secure-status and secure-recover on journals as migrations leave them: whole
# messages, exit statuses, JSON, and what is done to guests (which are not
# there: recover-standin.c tells the acts).
set -u
bin=$(pwd)/xl-plugin
write=$(pwd)/tests/process/write-journal
standing=$(pwd)/tests/process/standing
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

no_times() {
    sed -E 's/20[0-9-]{8}T[0-9:]{8}Z/TIME/g; s/\([0-9]+ (s|min)\)/(AGE)/'
}

# run STATUS COMMAND...: stdin is empty; times are TIME and AGE
run() {
    want=$1
    shift
    ran=$((ran + 1))
    "$@" >"$tmp/raw" 2>"$tmp/raw2" </dev/null
    got=$?
    no_times <"$tmp/raw" >"$tmp/out"
    no_times <"$tmp/raw2" >"$tmp/err"
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
recover() { "$standing/xl-secure-recover" --confdir "$conf" "$@"; }

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
journal source aa05 g5 xen2 open commit back here closed
journal source aa06 g11 xen2 open back here
journal source aa07 g12 xen2 open back here closed
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
    The guest is this host's, and is to go on here; it may be suspended still.
    Waits for xlsecd here, or xl secure-recover, to let it go on.
aa060000  g11 leaves for xen2  here since TIME (AGE)
    The guest is this host's, and goes on here (if this host was rebooted: start it anew). xen2 may still hold a paused copy of it.
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
7
aa01 g1 source xen2 open here true 1
aa02 g2 source xen2 moved there true 3
aa03 g3 source xen2 back here true 2
aa04 g4 source xen2 closed there false 4
aa05 g5 source xen2 closed here false 5
aa06 g11 source xen2 here here true 3
aa07 g12 source xen2 closed here false 4
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
    This host was to start the guest, and what was here of it is gone: the host went down meanwhile, or somebody destroyed it. The guest may have run here.
    If xen1 still waits, a person has to settle it there: xl secure-recover, on xen1.
EOT

# one under way
afresh
mkfifo "$tmp/live"
"$write" "$state" source dd01 live xen2 open hold <"$tmp/live" >"$tmp/held" &
pid=$!
exec 7>"$tmp/live"
while ! grep -qs held "$tmp/held"; do sleep 0.1; done
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

# --- xl secure-recover: the command line
run 2 "$bin/xl-secure-recover" --nonsense
says err "Try: xl secure-recover --help"
run 2 "$bin/xl-secure-recover" one two
says err "xl secure-recover: takes one migration or guest; see --help"
run 2 "$bin/xl-secure-recover" --abort
says err "xl secure-recover: --abort and --commit are for one migration: name it; see --help"
run 2 "$bin/xl-secure-recover" --abort --commit web1
says err "xl secure-recover: --abort or --commit, once; see --help"
run 2 "$bin/xl-secure-recover" --vouch web1 web1
says err "xl secure-recover: --vouch goes with --abort or --commit; see --help"
run 0 "$bin/xl-secure-recover" --help
says out "Exit status: 0 nothing of it is open any more; 4 something is; 1"

afresh
run 0 recover
is out <<'EOT'
No migration is open on this host.
EOT
run 1 recover web1
is err <<'EOT'
xl secure-recover: no migration is called 'web1' here; xl secure-status --all lists them
EOT

# without Xen (or a Xen) nothing is done
if [ ! -e /proc/xen/capabilities ]; then
    journal source aa01 g1 xen2 open
    run 4 "$bin/xl-secure-recover" --confdir "$conf"
    says err "xl secure-recover: cannot talk to Xen on this host: is this dom0, are we root"
    says out "aa010000  g1 leaves for xen2  open since TIME"
    run 1 "$bin/xl-secure-recover" --confdir "$conf" --abort --vouch g1 g1
    says err "xl secure-recover: aa010000: cannot talk to Xen on this host"
fi

# which is told once
afresh
journal source aa01 g1 xen2 open
journal source aa02 g2 xen2 open commit
journal source aa03 g3 xen2 open commit moved closed
journal destination bb01 g4 xen2 open prepared
run 4 env FAILS=Xen sh -c "'$standing/xl-secure-recover' --confdir '$conf'"
is err <<'EOT'
xl secure-recover: there is no Xen
EOT
says out "aa010000  g1 leaves for xen2  open since TIME"
says out "bb010000  g4 comes from xen2  prepared since TIME"
afresh
journal source aa03 g3 xen2 open commit moved closed
run 0 env FAILS=Xen sh -c "'$standing/xl-secure-recover' --confdir '$conf'"
silent err

# --- what goes on by itself
unknown="no host 'xen2' is known here: no file in $conf/peers.d names it; run xlsec id there and xlsec trust here"
afresh
journal source aa01 g1 xen2 open
run 4 recover
is err <<EOT
act: look for the guest
act: rename back
act: resume
act: unmark
xl secure-recover: xen2: guest 'g1': now here
xl secure-recover: aa010000: $unknown
EOT
is out <<'EOT'
aa010000  g1 leaves for xen2  here since TIME (AGE)
    The guest is this host's, and goes on here (if this host was rebooted: start it anew). xen2 may still hold a paused copy of it.
    Waits for xen2 to say that it has none; xlsecd here asks every few seconds, and xl secure-recover at once.
EOT
afresh
journal source aa02 g2 xen2 open commit moved
run 0 recover g2
is err <<'EOT'
act: look for the guest
act: destroy
xl secure-recover: xen2: guest 'g2': now closed
EOT
is out <<'EOT'
aa020000  g2 leaves for xen2  closed since TIME (AGE)
    The guest has moved: it is xen2's.
EOT
run 0 recover g2
silent err
afresh
journal source aa02 g2 xen2 open commit moved
run 4 env FAILS=destroy sh -c "'$standing/xl-secure-recover' --confdir '$conf'"
says err "xl secure-recover: aa020000: destroy failed"
says out "g2 leaves for xen2  moved since"
run 1 env FAILS=destroy "$standing/xl-secure-recover" --confdir "$conf" --abort --vouch g2 g2
says err "xl secure-recover: aa020000: destroy failed"
afresh
journal destination bb01 g3 xen1 open
journal destination bb02 g4 xen1 open prepared taking
journal destination bb03 g5 xen1 open prepared
run 4 env FOUND=incoming "$standing/xl-secure-recover" --confdir "$conf"
is err <<'EOT'
act: destroy
xl secure-recover: xen1: guest 'g3': now burned
act: run
act: unmark
act: stay with it
xl secure-recover: xen1: guest 'g4': now committed
EOT
is out <<'EOT'
bb010000  g3 comes from xen1  burned since TIME (AGE)
    The guest did not come: nothing of it is here, and it is xen1's.
bb020000  g4 comes from xen1  committed since TIME (AGE)
    The guest has come: it is this host's.
bb030000  g5 comes from xen1  prepared since TIME (AGE)
    The whole guest is here, paused, as 'g5--incoming'. Whether it is to run here or goes on there, xen1 alone knows.
    Waits for xen1 to say so; it cannot be asked from here. See there, with xl secure-status.
EOT

# --- a person's word, at the source
afresh
journal source aa01 web1 xen2 open commit
told="act: look for the guest
act: rename away
act: aa010000000000000000000000000000 xen2
xl secure-recover: aa010000: $unknown

The hosts cannot settle this by themselves now; your word would:

  aa010000  web1 leaves for xen2  commit since TIME

  What happens:  'web1' goes on HERE, from where it was suspended.
  Only if:       it has not run on xen2 since then, and never will. Look there (xl list; xl secure-status), or know that xen2 was off before it could start it. If nobody can know that, its disks may be newer than its memory here: say --commit, and start it anew from its disks.
  Otherwise:     Two copies of the guest run, and destroy its disks.
"
run 1 recover --abort web1
is err <<EOT
$told
xl secure-recover: there is no terminal to ask at: nothing was decided; a script says --vouch GUEST
EOT
silent out
run 1 recover --abort --vouch yes web1
is err <<EOT
$told
xl secure-recover: that is not 'web1': nothing was decided
EOT
run 4 status
says out "web1 leaves for xen2  commit since"
run 4 recover --abort --vouch web1 web1
is err <<EOT
$told
act: look for the guest
act: rename back
act: resume
act: unmark
xl secure-recover: xen2: guest 'web1': now here
EOT
says out "aa010000  web1 leaves for xen2  here since TIME"
# and once more: xen2 is gone for good
run 0 recover --abort --vouch web1 aa01
says err "  What happens:  'web1' goes on here as it does; xen2 is not told any more to destroy its copy, and this migration is over."
says err "  Otherwise:     A paused copy stays on xen2; when somebody starts that, two copies run, and destroy its disks."
is out <<'EOT'
aa010000  web1 leaves for xen2  closed since TIME (AGE)
    The guest did not move: it is this host's, and xen2 has nothing of it.
EOT
# which is the end of it
run 0 recover --abort web1
silent err
run 1 recover --commit web1
is err <<'EOT'
xl secure-recover: aa010000: it is settled, and otherwise: nobody's word changes that
EOT

afresh
journal source aa01 web1 xen2 open commit
run 0 recover --commit --vouch web1 web1
says err "  What happens:  the suspended copy here, 'web1--migratedaway', is DESTROYED with its memory, and what has moved along with it is deleted here."
says err "  Otherwise:     What was in the guest's memory is lost."
says err "act: destroy"
is out <<'EOT'
aa010000  web1 leaves for xen2  closed since TIME (AGE)
    The guest has moved: it is xen2's.
EOT
afresh
journal source aa01 web1 xen2 open back here
run 0 recover --commit --vouch web1 web1
says err "Nothing is done here: a guest that runs here has to be ended first (xl destroy web1)."
says out "    It is over: by a person's word the guest is xen2's."
run 0 recover --commit web1
run 1 recover --abort web1
# what cannot be done here is not decided either
afresh
journal source aa01 web1 xen2 open back
run 1 env FAILS=resume "$standing/xl-secure-recover" --confdir "$conf" --abort --vouch web1 web1
says err "xl secure-recover: aa010000: resume failed"
run 4 status
says out "web1 leaves for xen2  back since"
# but it may be the other host's all the same
run 0 env FAILS=resume "$standing/xl-secure-recover" --confdir "$conf" --commit --vouch web1 web1
says err "xl secure-recover: aa010000: resume failed"
says err "  What happens:  the suspended copy here, 'web1--migratedaway', is DESTROYED"
says err "act: destroy"
says out "    The guest has moved: it is xen2's."
afresh
journal source aa01 web1 xen2 open commit moved
run 1 env FAILS=destroy "$standing/xl-secure-recover" --confdir "$conf" --commit --vouch web1 web1
says err "destroy failed"

# --- and at the destination
afresh
journal destination bb01 web1 xen1 open prepared
run 0 env FOUND=incoming "$standing/xl-secure-recover" --confdir "$conf" --commit --vouch web1 web1
is err <<'EOT'

The hosts cannot settle this by themselves now; your word would:

  bb010000  web1 comes from xen1  prepared since TIME

  What happens:  'web1' is started HERE, from the copy that is paused here.
  Only if:       xen1 has not let it go on since this copy was made, and never will: it was lost while its copy was suspended, and is gone for good. Have its power off before you say so.
  Otherwise:     Two copies of the guest run, and destroy its disks.

act: run
act: unmark
act: stay with it
xl secure-recover: xen1: guest 'web1': now committed
EOT
says out "    The guest has come: it is this host's."
afresh
journal destination bb01 web1 xen1 open prepared
run 0 env FOUND=incoming "$standing/xl-secure-recover" --confdir "$conf" --abort --vouch web1 web1
says err "  What happens:  the paused copy here, 'web1--incoming', is DESTROYED."
says err "  Only if:       xen1 has the guest: it runs there, or is suspended there and goes on there. Look there (xl list; xl secure-status)."
says err "act: destroy"
says out "    The guest did not come: nothing of it is here, and it is xen1's."
# the copy is not there any more: settled by itself, and not as was wanted
afresh
journal destination bb01 web1 xen1 open prepared
run 1 recover --commit --vouch web1 web1
says err "xl secure-recover: bb010000: it is settled, and otherwise: nobody's word changes that"
afresh
journal destination bb01 web1 xen1 open prepared taking
run 1 env FOUND=named "$standing/xl-secure-recover" --confdir "$conf" --abort --vouch web1 web1
says err "act: run"
says err "it is settled, and otherwise"

# --- what is not touched
afresh
mkfifo "$tmp/live2"
"$write" "$state" source dd01 live xen2 open commit hold <"$tmp/live2" >"$tmp/held2" &
pid=$!
exec 7>"$tmp/live2"
while ! grep -qs held "$tmp/held2"; do sleep 0.1; done
run 4 recover
silent err
says out "    Process $pid acts for it."
run 1 recover --abort --vouch live live
is err <<EOT
xl secure-recover: dd010000: $state/handover/dd010000000000000000000000000000.source: process $pid acts for this migration, and may be settling it now: wait for it, or end it, and see then
EOT
# xlsecd lets go of it, and the person's word is heard
{ sleep 2; exec 7>&-; } &
exec 7>&-
run 4 recover --abort --vouch live live
says out "dd010000  live"
wait $pid
afresh
journal source aa01 web1 xen2 open commit
printf 'x' | dd of="$state/handover/aa010000000000000000000000000000.source" conv=notrunc bs=1 seek=600 2>"$tmp/dd"
run 4 recover
silent err
says out "aa010000  DAMAGED  web1 leaves for xen2"
run 1 recover --abort --vouch web1 web1
says err "xl secure-recover: aa010000: THIS JOURNAL IS DAMAGED"
says err "When that is clear: mv "
afresh
journal source aa01 web1 xen2 open back here
journal source aa02 web1 xen3 open commit
run 1 recover --abort --vouch web1 web1
is err <<'EOT'
xl secure-recover: 'web1' is more than one migration, see above: name one by its id
EOT
says out "aa020000  web1 leaves for xen3"

# --- what xl migrate-secure leaves a person with
migrate() { env "$@" "$standing/xl-migrate-secure" --confdir "$conf" web1 xen2; }
afresh
journal source aa01 web1 xen2 open commit moved closed
run 0 migrate OUTCOME=0 DOWNTIME=137
silent err
says out "  took 2.500 s; the guest stood still for at most 137 ms"
run 0 migrate OUTCOME=0 HELD=25
says out "  it was busy: its CPU was held to 25 % while it moved"
run 0 migrate OUTCOME=0 NOT_HELD=nocap
says out "  it was busy, and could not be slowed: nocap"
run 1 migrate OUTCOME=1 DOWNTIME=52 HELD=10 NOT_HELD=nocap
is err <<'EOT'
xl migrate-secure: a reason
The guest 'web1' was not moved; it stays here.
It stood still for at most 52 ms.
Its CPU was held to 10 % meanwhile.
It was to be slowed, and could not be: nocap
EOT
run 1 migrate OUTCOME=1 DOWNTIME=0
is err <<'EOT'
xl migrate-secure: a reason
The guest 'web1' was not moved; it stays here.
EOT
run 3 migrate OUTCOME=3 DOWNTIME=52
is err <<'EOT'
xl migrate-secure: a reason
The guest 'web1' was not moved; it stays here.
It stood still for at most 52 ms.
EOT
journal source aa02 web1 xen2 open back here
run 1 migrate OUTCOME=1 DOWNTIME=52
is err <<'EOT'
xl migrate-secure: a reason
The guest 'web1' was not moved; it stays here.
It stood still for at most 52 ms.
The guest is this host's, and goes on here (if this host was rebooted: start it anew). xen2 may still hold a paused copy of it.
Waits for xen2 to say that it has none; xlsecd here asks every few seconds, and xl secure-recover at once.
  xl secure-status aa020000   what is known of it
  xl secure-recover aa020000  asks now, and acts by the answer
  xlsec-handover(7)           when xen2 does not come back
EOT
afresh
journal source aa03 web1 xen2 open commit
run 4 migrate OUTCOME=4 DOWNTIME=61000
is err <<'EOT'
xl migrate-secure: a reason
The guest 'web1' is IN DOUBT.
It stood still for 61000 ms so far.
The guest is suspended here as 'web1--migratedaway', and may run on xen2: that host was told to run it, and has not answered.
Waits for an answer of xen2, which xlsecd here asks every few seconds, and xl secure-recover at once.
Start it nowhere by hand before that.
  xl secure-status aa030000   what is known of it
  xl secure-recover aa030000  asks now, and acts by the answer
  xlsec-handover(7)           when xen2 does not come back
EOT
afresh
journal source aa03 web1 xen2 open commit moved
run 0 migrate OUTCOME=0
says err "Its suspended copy 'web1--migratedaway' may still be here."

# --- the word is asked for at a terminal
# type WORD: the command on a terminal of its own, where a person types that
type_word() {
    word=$1
    shift
    (
        sleep 0.3
        printf '%s\n' "$word"
        sleep 0.3
    ) | script -qec "$*" /dev/null
}
if command -v script >/dev/null && [ -e /dev/ptmx ]; then
    afresh
    journal source aa01 web1 xen2 open commit
    ask="'$standing/xl-secure-recover' --confdir '$conf' --abort web1"
    for word in yes "web1 " ""; do
        run 1 type_word "$word" "$ask"
        says out "Type the guest's name to vouch for it: "
        says out "xl secure-recover: that is not 'web1': nothing was decided"
    done
    run 4 type_word web1 "$ask"
    says out "act: resume"
    says out "web1 leaves for xen2  here since"
else
    echo "script is not installed, or there are no terminals: none was asked at"
fi

echo "recovery by hand: $ran checks, $wrong wrong"
[ $wrong = 0 ]
