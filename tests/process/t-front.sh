#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-only
# The xl that is found first: what goes untouched to Xen's own, and what it does
# not start.
set -u
front=$(pwd)/tests/process/standing/xl
write=$(pwd)/tests/process/write-journal
[ -x "$front" ] || { echo "not built"; exit 77; }
tmp=$(mktemp -d /tmp/xlsec-front-XXXXXX) || exit 1
trap 'rm -rf "$tmp"' EXIT
cd "$tmp" || exit 1
unset XLSEC_OVERRIDE DOMAIN7
state=$tmp/state
ran=0
wrong=0

fail() {
    wrong=$((wrong + 1))
    echo "WRONG: $1" >&2
    sed 's/^/    out: /' out >&2
    sed 's/^/    err: /' err >&2
}

# run STATUS COMMAND...
run() {
    want=$1
    shift
    ran=$((ran + 1))
    "$@" >out 2>raw </dev/null
    got=$?
    sed -E 's/20[0-9-]{8}T[0-9:]{8}Z/TIME/g; s/\([0-9]+ (s|min)\)/(AGE)/' raw >err
    [ $got = "$want" ] || fail "$* gave $got, not $want"
}

# passes ARGS...: Xen's own gets exactly these, and gives 5
passes() {
    run 5 "$front" "$@"
    printf '<%s>' "$@" >want
    cmp -s want out || fail "Xen's own got something else for: $*"
}

refuses() {
    run 1 "$front" "$@"
    ran=$((ran + 1))
    if ! grep -q '^xl: REFUSED: ' err || [ -s out ]; then fail "not refused: $*"; fi
}

silent() {
    ran=$((ran + 1))
    [ ! -s err ] || fail "something was said"
}

says() {
    ran=$((ran + 1))
    grep -qF -- "$1" err || fail "it does not say: $1"
}

afresh() {
    rm -rf "$state" etc
    mkdir -p "$state" etc
    chmod 700 "$state"
    printf '[paths]\nstate = %s\n' "$state" >etc/xlsec.conf
}

journal() { "$write" "$state" "$@" || fail "write-journal $*"; }

cat >real-xl <<'EOT'
#!/bin/sh
printf '<%s>' "$@"
exit 5
EOT
chmod 755 real-xl

# --- nothing is open
afresh
passes list
passes -v create -p "a b" ''
passes unpause web1
silent

# --- a guest that may run elsewhere
journal source aa01 web1 xen2 open commit
printf '# web1\n  name = "web1"\nmemory = 64\n' >web1.cfg
printf "memory=64; name='web1'" >other.cfg
printf 'name = "web2"\nnames = "web1"\n# name = "web1"\nxname = "web1"\ndisk = [ "name=web1" ]\n' >web2.cfg
printf 'uuid = "77656231-0000-0000-0000-000000000000"\nname = "x"\n' >uuid.cfg
refuses unpause web1
diff - err >&2 <<'EOT' || fail "another refusal"
xl: REFUSED: xl unpause of guest 'web1', whose migration is not settled:
aa010000  web1 leaves for xen2  commit since TIME (AGE)
    The guest is suspended here as 'web1--migratedaway', and may run on xen2: that host was told to run it, and has not answered.
    Waits for an answer of xen2, which xlsecd here asks every few seconds, and xl secure-recover at once.
    If two copies of it run, they destroy its disks. What to do: xl secure-status aa010000,
    xl secure-recover aa010000, xlsec-handover(7).
    If you are certain: XLSEC_OVERRIDE='web1' xl unpause ...
EOT
refuses unpause web1--migratedaway
refuses -v resume web1
refuses create web1.cfg
refuses create -p -c web1.cfg memory=32
refuses create --defconfig=web1.cfg
refuses create -f web1.cfg
refuses create -fweb1.cfg
refuses create other.cfg
refuses create uuid.cfg
refuses create web2.cfg 'name="web1"'
refuses restore web1.cfg web1.save
# other guests, other commands, what cannot be read
for args in "unpause web2" "unpause web11" "create web2.cfg" "create -n web1.cfg" \
    "create --dryrun web1.cfg" "create none.cfg" "restore none.cfg none.save" \
    "list web1" "destroy web1--migratedaway" "console web1" "create ." "create"; do
    # shellcheck disable=SC2086 # words
    passes $args
    silent
done
# by its number
passes unpause 7
DOMAIN7='web1--migratedaway' refuses unpause 7
DOMAIN7='web2' passes unpause 7
DOMAIN7='web1' passes unpause 8
# what xl save wrote
save() {
    printf 'Xen saved domain, xl format\n \000 \r'
    printf '\001\002\003\004\001\000\000\000\000\000\000\000\100\000\000\000\074\000\000\000'
    printf '%s' "$1"
    head -c 5000 /dev/urandom
}
save '{"c_info":{"type":"pvh","name":"web1","uuid":"x"},"b_info":{}}' >web1.save
save '{"c_info": {"type": "pvh", "name": "web2", "uuid": "77656231-0000-0000-0000-000000000000"}}' >uuid.save
save '{"c_info":{"type":"pvh","name":"web2"},"b_info":{"x":"web1"}}' >web2.save
refuses restore web1.save
refuses restore -p uuid.save
passes restore web2.save
# what overrides
XLSEC_OVERRIDE=web2 refuses unpause web1
XLSEC_OVERRIDE='' refuses unpause web1
XLSEC_OVERRIDE=web1 passes unpause web1
says "xl: WARNING: xl unpause of guest 'web1', whose migration is not settled:"
says "web1 leaves for xen2  commit since"

# --- each state
for states in "source aa01 web1 xen2 open" "source aa01 web1 xen2 open back" "source aa01 web1 xen2 open commit moved" \
    "destination aa01 web1 xen1 open" "destination aa01 web1 xen1 open prepared" \
    "destination aa01 web1 xen1 open prepared taking"; do
    afresh
    # shellcheck disable=SC2086 # words
    journal $states
    refuses unpause web1--incoming
    refuses create web1.cfg
done
for states in "source aa01 web1 xen2 open back here" "source aa01 web1 xen2 open commit moved closed" \
    "destination aa01 web1 xen1 open prepared taking committed" "destination aa01 web1 xen1 burned"; do
    afresh
    # shellcheck disable=SC2086 # words
    journal $states
    passes create web1.cfg
    silent
done
# it may have run here: told, and no more
afresh
journal destination aa01 web1 xen1 open prepared taking unsure
passes create web1.cfg
says "xl: WARNING: xl create of guest 'web1'"
says "The guest may have run here."
passes unpause web1
silent

# --- damaged, and unreadable: xl works all the same
afresh
journal source aa01 web1 xen2 open commit
file=$state/handover/aa010000000000000000000000000000.source
printf 'x' | dd of="$file" conv=notrunc bs=1 seek=600 2>/dev/null
refuses create web1.cfg
says "THIS JOURNAL IS DAMAGED"
passes create web2.cfg
silent
printf 'junk' >"$file"
passes create web1.cfg
says "xl: WARNING: the journal of a migration is damaged, which may be of any guest: see xl secure-status"
chmod 777 "$state/handover"
passes create web1.cfg
says "xl: WARNING: whether a migration of this guest is open cannot be found out: $state/handover"
chmod 700 "$state/handover"
echo what >etc/xlsec.conf
passes create web1.cfg
says "xl: WARNING: whether a migration of this guest is open cannot be found out: etc/xlsec.conf:1"
rm -rf etc
passes create web1.cfg

echo "the xl that is found first: $ran checks, $wrong wrong"
[ $wrong = 0 ]
