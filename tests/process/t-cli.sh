#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-only
# xlsec init, id and trust as a person uses them, each refusal by exit status
# and words; and xl, as far as that can be tried without a Xen.
set -u
bin=$(pwd)/xl-plugin
[ -x "$bin/xlsec" ] || { echo "not built"; exit 77; }
tmp=$(mktemp -d /tmp/xlsec-cli-XXXXXX) || exit 1
trap 'rm -rf "$tmp"' EXIT
a=$tmp/a
b=$tmp/b
ran=0
wrong=0
status=0

fail() {
    wrong=$((wrong + 1))
    echo "WRONG: $1" >&2
    sed 's/^/    out: /' "$tmp/out" >&2
    sed 's/^/    err: /' "$tmp/err" >&2
}

# run STATUS COMMAND...: stdin is empty
run() {
    want=$1
    shift
    ran=$((ran + 1))
    "$@" >"$tmp/out" 2>"$tmp/err" </dev/null
    status=$?
    [ $status = "$want" ] || fail "$* gave $status, not $want"
}

# says out|err TEXT: the last command's output holds it
says() {
    ran=$((ran + 1))
    grep -qF -- "$2" "$tmp/$1" || fail "std$1 does not say: $2"
}

silent() {
    ran=$((ran + 1))
    [ ! -s "$tmp/$1" ] || fail "std$1 is not empty"
}

holds() {
    ran=$((ran + 1))
    [ "$2" = "$3" ] || fail "$1: '$2', not '$3'"
}

mode() { stat -c %a "$1"; }
secret() { grep -v '^#' "$1"; }

# --- in general
run 2 "$bin/xlsec"
says err "Usage: xlsec <command>"
run 0 "$bin/xlsec" --help
says out "trust"
silent err
run 0 "$bin/xlsec" --version
says out "xlsec "
run 2 "$bin/xlsec" frobnicate
says err "xlsec: there is no command 'frobnicate'; xlsec --help lists them"
for command in init id trust enroll revoke bench; do
    run 0 "$bin/xlsec" $command --help
    says out "Usage: xlsec $command"
    run 2 "$bin/xlsec" $command --nonsense
    says err "nonsense"
    run 1 sh -c "'$bin/xlsec' $command --help >/dev/full"
done

# --- init
run 2 "$bin/xlsec" init more
says err "xlsec init: takes no arguments; see --help"
umask 000
run 0 "$bin/xlsec" init --no-tpm --confdir "$a"
says out "made   $a/fleet.key"
says out "made   $a/host.key (not sealed)"
says out "made   $a/evidence.key"
says out "No TPM: --no-tpm."
says out "Next: xlsec id"
silent err
holds "mode of the directory" "$(mode "$a")" 700
holds "mode of peers.d" "$(mode "$a/peers.d")" 700
holds "mode of fleet.key" "$(mode "$a/fleet.key")" 600
holds "mode of host.key" "$(mode "$a/host.key")" 600
umask 022
fleet=$(secret "$a/fleet.key")
host=$(secret "$a/host.key")
holds "length of a key" "${#fleet}" 44
[ "$fleet" != "$host" ] || fail "one key for everything"
if grep -qF -e "$fleet" -e "$host" "$tmp/out"; then fail "a secret was shown"; fi
# again: nothing changes
run 0 "$bin/xlsec" init --no-tpm --confdir "$a"
says out "kept   $a/fleet.key"
says out "kept   $a/host.key"
holds "fleet.key" "$(secret "$a/fleet.key")" "$fleet"
holds "host.key" "$(secret "$a/host.key")" "$host"
# a second host takes the first one's fleet key
run 0 "$bin/xlsec" init --no-tpm --confdir "$b" --fleet-key "$a/fleet.key"
says out "copied $b/fleet.key"
says out "made   $b/host.key"
holds "fleet.key of b" "$(secret "$b/fleet.key")" "$fleet"
[ "$(secret "$b/host.key")" != "$host" ] || fail "two hosts of one key"
# refusals
run 1 "$bin/xlsec" init --no-tpm --confdir "$b" --fleet-key "$a/fleet.key"
says err "$b/fleet.key is there already; move it away first if it is to be replaced"
run 1 "$bin/xlsec" init --no-tpm --confdir "$tmp/c" --fleet-key "$tmp/none"
says err "$tmp/none: cannot be opened: No such file or directory"
[ ! -e "$tmp/c/fleet.key" ] || fail "a key was made all the same"
cp "$a/fleet.key" "$tmp/open.key"
chmod 644 "$tmp/open.key"
run 1 "$bin/xlsec" init --no-tpm --confdir "$tmp/c" --fleet-key "$tmp/open.key"
says err "open.key: mode 0644 lets others read or change a secret key"
(umask 077 && echo "# no key" >"$tmp/empty.key" && echo "AAAA" >"$tmp/short.key")
run 1 "$bin/xlsec" init --no-tpm --confdir "$tmp/c" --fleet-key "$tmp/empty.key"
says err "empty.key:2: holds no key"
run 1 "$bin/xlsec" init --no-tpm --confdir "$tmp/c" --fleet-key "$tmp/short.key"
says err "short.key:1: is not a key"
[ ! -e "$tmp/c/fleet.key" ] || fail "a key was made all the same"
run 1 "$bin/xlsec" init --no-tpm --confdir "$tmp/no/such"
says err "$tmp/no/such: cannot be created: No such file or directory"
echo x >"$tmp/file"
run 1 "$bin/xlsec" init --no-tpm --confdir "$tmp/file"
says err "cannot be created"
run 1 "$bin/xlsec" init --no-tpm --confdir "$(printf '%0300d' 0)"
says err "name is too long"
# a key that was spoilt is told, not replaced
cp -r "$a" "$tmp/d"
chmod 640 "$tmp/d/host.key"
run 1 "$bin/xlsec" init --no-tpm --confdir "$tmp/d"
says err "host.key: mode 0640 lets others"

# --- id
run 0 "$bin/xlsec" id --confdir "$b" --name xen2 --address 10.0.0.2
says out "# xlsec: the identity of host xen2; no secret in it"
says out "name = xen2"
says out "evidence-key = "
says out "# its static key alone, as logs show it: SHA256:"
says out "address = 10.0.0.2"
says out "port = 8250"
silent err
cp "$tmp/out" "$tmp/xen2"
print=$(sed -n 's/^# \(SHA256:.*\)/\1/p' "$tmp/xen2")
holds "length of a fingerprint" "${#print}" 50
if grep -qF -e "$fleet" -e "$(secret "$b/host.key")" "$tmp/xen2"; then
    fail "a secret was shown"
fi
run 0 "$bin/xlsec" id --confdir "$b" --name xen2
says out "address = xen2"
printf '[xlsecd]\nport = 99\n' >"$b/xlsec.conf"
run 0 "$bin/xlsec" id --confdir "$b" --name xen2
says out "port = 99"
printf '[xlsecd]\nport = x\n' >"$b/xlsec.conf"
run 1 "$bin/xlsec" id --confdir "$b" --name xen2
says err "xlsec id: $b/xlsec.conf:2: 'port' has to be a port, 1 to 65535"
rm "$b/xlsec.conf"
run 1 "$bin/xlsec" id --confdir "$b" --name ../xen2
says err "'../xen2' cannot be a host's name here; give another one with --name"
run 1 "$bin/xlsec" id --confdir "$b" --name xen2 --address "a b"
says err "xlsec id: --address a b: is neither a host name nor an address"
run 1 "$bin/xlsec" id --confdir "$tmp/none" --name xen2
says err "$tmp/none/host.key: cannot be opened: No such file or directory; run: xlsec init"
run 2 "$bin/xlsec" id more

# --- trust
run 2 "$bin/xlsec" trust --confdir "$a"
says err "takes one file, or - for stdin; see --help"
run 1 "$bin/xlsec" trust --confdir "$a" "$tmp/none"
says err "$tmp/none: cannot be read: No such file or directory"
run 1 "$bin/xlsec" trust --confdir "$a" --fingerprint "${print}x" "$tmp/xen2"
says err "has the fingerprint $print, not the one given"
# stdin ends before an answer
run 1 "$bin/xlsec" trust --confdir "$a" "$tmp/xen2"
says out "fingerprint  $print"
says out "host         xen2"
says err "not trusted, nothing was changed"
for answer in no y YES "yes please"; do
    run 1 sh -c "echo '$answer' | '$bin/xlsec' trust --confdir '$a' '$tmp/xen2'"
    says err "not trusted, nothing was changed"
done
run 1 sh -c "'$bin/xlsec' trust --confdir '$a' - <'$tmp/xen2'"
says err "the question cannot be answered when the identity comes on stdin; use --fingerprint"
run 1 "$bin/xlsec" trust --confdir "$a" --allow everything --fingerprint "$print" "$tmp/xen2"
says err "--allow everything: has to be incoming, outgoing, both"
sed 's/^key = ..../key = */' "$tmp/xen2" >"$tmp/broken"
run 1 "$bin/xlsec" trust --confdir "$a" --fingerprint "$print" "$tmp/broken"
says err "$tmp/broken:8: 'key' has to be"
run 1 sh -c "{ cat '$tmp/xen2'; echo 'accept-disk = /**'; } | '$bin/xlsec' trust --confdir '$a' --fingerprint '$print' -"
says err "'accept-disk' has to be said by this host and not by an identity"
run 1 sh -c "{ cat '$tmp/xen2'; echo 'allow = incoming'; } | '$bin/xlsec' trust --confdir '$a' --fingerprint '$print' -"
says err "'allow' has to be said by this host and not by an identity"
run 1 sh -c "printf 'ab\\000cd' | '$bin/xlsec' trust --confdir '$a' --fingerprint '$print' -"
run 1 sh -c "head -c 70000 /dev/zero | '$bin/xlsec' trust --confdir '$a' --fingerprint '$print' -"
says err "-: cannot be read: File too large"
run 1 "$bin/xlsec" trust --confdir "$a" --psk "$tmp/open.key" --fingerprint "$print" "$tmp/xen2"
says err "open.key: mode 0644 lets others"
holds "files in peers.d" "$(ls "$a/peers.d")" ""
# yes
run 0 sh -c "echo yes | '$bin/xlsec' trust --confdir '$a' '$tmp/xen2'"
says out "trusted: $a/peers.d/xen2.conf"
holds "allow" "$(grep allow "$a/peers.d/xen2.conf")" "allow = incoming,outgoing"
run 1 "$bin/xlsec" trust --confdir "$a" --fingerprint "$print" "$tmp/xen2"
says err "a host of this name or key is in $a/peers.d already"
# the same key under another name
sed 's/xen2/xen3/' "$tmp/xen2" >"$tmp/xen3"
run 1 "$bin/xlsec" trust --confdir "$a" --fingerprint "$print" "$tmp/xen3"
says err "a host of this name or key is in $a/peers.d already"
# --- with other keys, as another host, and never again
cp "$tmp/xen2" "$tmp/xen2.old"
old=$(sed -n 's/^key = //p' "$tmp/xen2")
printf 'accept-disk = /dev/vg0/*\n' >>"$a/peers.d/xen2.conf"
run 1 "$bin/xlsec" trust --replace --confdir "$a" --fingerprint x "$tmp/xen2"
run 0 "$bin/xlsec" init --no-tpm --rotate --confdir "$b"
says out "made   $b/host.key (not sealed)"
says out "xlsec trust --replace on the other hosts"
holds "fleet.key of b" "$(secret "$b/fleet.key")" "$fleet"
holds "mode of host.key.old" "$(mode "$b/host.key.old")" 600
run 0 "$bin/xlsec" id --confdir "$b" --name xen2
cp "$tmp/out" "$tmp/xen2"
print=$(sed -n 's/^# \(SHA256:.*\)/\1/p' "$tmp/xen2")
sed 's/xen2/xen4/' "$tmp/xen2" >"$tmp/xen4"
run 1 "$bin/xlsec" trust --replace --confdir "$a" --fingerprint "$print" "$tmp/xen4"
says err "no host 'xen4' is known here whose keys could be replaced"
run 1 "$bin/xlsec" trust --confdir "$a" --fingerprint "$print" "$tmp/xen2"
says err "use --replace if this is the same host with new keys"
run 0 "$bin/xlsec" trust --replace --confdir "$a" --fingerprint "$print" "$tmp/xen2"
says out "trusted: $a/peers.d/xen2.conf; its old keys are revoked"
holds "key" "$(grep '^key' "$a/peers.d/xen2.conf")" "$(grep '^key' "$tmp/xen2")"
holds "what stays" "$(grep -c '^accept-disk = /dev/vg0/\*$' "$a/peers.d/xen2.conf")" 1
holds "revoked" "$(grep -cF "key $old xen2 replaced" "$a/revoked")" 1
run 1 "$bin/xlsec" trust --replace --confdir "$a" --fingerprint "$print" "$tmp/xen2.old"
says err "its static key was revoked on $(date -u +%Y-%m-%d), as one of xen2: replaced"
run 1 "$bin/xlsec" revoke --confdir "$a" xen9
says err "no host 'xen9' is known here"
run 1 "$bin/xlsec" revoke --confdir "$a" --reason "$(printf 'two\nlines')" xen2
says err "--reason: has to be a line of printable ASCII"
run 2 "$bin/xlsec" revoke --confdir "$a"
run 0 "$bin/xlsec" revoke --confdir "$a" xen2
says out "revoked: xen2's keys are in $a/revoked, $a/peers.d/xen2.conf is removed"
holds "files in peers.d" "$(ls "$a/peers.d")" ""
run 1 "$bin/xlsec" trust --confdir "$a" --fingerprint "$print" "$tmp/xen2"
says err "its static key was revoked on"
echo "what is this" >>"$a/revoked"
run 1 "$bin/xlsec" trust --confdir "$a" --fingerprint "$print" "$tmp/xen2"
says err "$a/revoked:"
says err "is not 'DATE key BASE64 HOST [reason]'"
rm "$a/revoked"

# --- what a host proves itself by
run 1 "$bin/xlsec" trust --evidence tpm --confdir "$a" --fingerprint "$print" "$tmp/xen2"
says err "a TPM is not taken on trust: enroll it with xlsec enroll challenge"
run 1 "$bin/xlsec" trust --evidence all --confdir "$a" --fingerprint "$print" "$tmp/xen2"
says err "--evidence all: has to be software or none"
for what in software none; do
    run 0 "$bin/xlsec" trust --evidence $what --confdir "$a" --fingerprint "$print" "$tmp/xen2"
    holds evidence "$(grep '^evidence =' "$a/peers.d/xen2.conf")" "evidence = $what"
    rm "$a"/peers.d/*
done
run 1 sh -c "grep -v ^evidence-key '$tmp/xen2' | '$bin/xlsec' trust --evidence software --confdir '$a' --fingerprint '$print' -"
says err "has no evidence-key; run xlsec init on that host"
run 1 "$bin/xlsec" trust --confdir "$a" "$tmp/xen2"
says out "evidence     what its own software says of itself"
(umask 077 && "$bin/xlsec" init --no-tpm --confdir "$tmp/psk" >/dev/null)
run 0 sh -c "'$bin/xlsec' trust --confdir '$a' --allow incoming --psk '$tmp/psk/fleet.key' --fingerprint '$print' - <'$tmp/xen2'"
holds "allow" "$(grep allow "$a/peers.d/xen2.conf")" "allow = incoming"
holds "psk" "$(secret "$a/peers.d/xen2.psk")" "$(secret "$tmp/psk/fleet.key")"
holds "mode of psk" "$(mode "$a/peers.d/xen2.psk")" 600
# a directory that is not usable is told before anything is asked
echo junk >"$a/peers.d/zzz.conf"
run 1 "$bin/xlsec" trust --confdir "$a" --fingerprint "$print" "$tmp/xen2"
says err "$a/peers.d/zzz.conf:1: neither a [section] nor 'word = value'"

# --- xlsecd, as far as it gets without Xen
run 0 "$bin/xlsecd" --help
says out "Usage: xlsecd"
run 2 "$bin/xlsecd" more
printf '[xlsecd]\nlisten = 127.0.0.1\nporto = 1\n' >"$b/xlsec.conf"
run 1 "$bin/xlsecd" --confdir "$b"
says err "xlsecd: $b/xlsec.conf:3: unknown word 'porto' in section [xlsecd]"

# --- xl: without Xen's own there is nothing to hand to
if [ -x /usr/sbin/xl ] || [ -x /sbin/xl ] || [ -x /usr/local/sbin/xl ] ||
    [ -x /opt/xen/sbin/xl ] || [ -x /usr/bin/xl ]; then
    echo "xl: Xen's own is installed, left alone"
else
    run 1 "$bin/xl" list
    says err "xl: Xen's own xl is not installed"
    run 1 "$bin/xl" ../../etc/passwd
    says err "xl: Xen's own xl is not installed"
fi

echo "command line: $ran checks, $wrong wrong"
[ $wrong = 0 ]
