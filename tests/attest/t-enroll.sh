#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-only
# Enrolment as people do it, between hosts with software TPMs: what is taken,
# and each thing that must not be.  [E-69] to [E-79]
set -uo pipefail
top=$(cd "${srcdir:-.}" && pwd)
build=$(cd "${builddir:-.}" && pwd)
xlsec=$build/xl-plugin/xlsec
[ -x "$xlsec" ] || {
    echo "not built"
    exit 77
}
[ -x "$build/tests/attest/credential" ] || {
    # a build without TPM support says so, in every step
    for step in challenge answer finish; do
        options=()
        [ $step != challenge ] || options=(--ek-roots /)
        said=$("$xlsec" enroll $step ${options[@]+"${options[@]}"} - 2>&1 </dev/null)
        status=$?
        case $status:$said in
        1:*'nothing was enrolled: this xlsec was built without TPM'*) ;;
        *)
            echo "WRONG: xlsec enroll $step gives $status and says: $said"
            exit 1
            ;;
        esac
    done
    echo "this build has no TPM support, and says so"
    exit 0
}
for need in swtpm swtpm_setup tpm2_createek openssl; do
    command -v $need >/dev/null || {
        echo "skipped: no $need (Debian: apt-get install swtpm swtpm-tools" \
            "tpm2-tools openssl)"
        exit 77
    }
done
tmp=$(mktemp -d /tmp/xlsec-enroll-XXXXXX) || exit 1
# shellcheck source=tests/attest/swtpm.sh
. "$top/tests/attest/swtpm.sh"
trap 'swtpm_stop; rm -rf "$tmp"' EXIT
cd "$tmp" || exit 1
ran=0
wrong=0

fail() {
    wrong=$((wrong + 1))
    echo "WRONG: $*" >&2
    cat out err >&2 2>/dev/null
}

# run STATUS COMMAND...: stdin is empty
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

holds() {
    ran=$((ran + 1))
    [ "$2" = "$3" ] || fail "$1: '$2', not '$3'"
}

# a host NAME: its configuration, and the TPM behind it (NAME/tpm, or TPM)
host() {
    mkdir -p "$1/conf"
    printf '[paths]\nstate = %s\n[tpm]\ntcti = swtpm:path=%s\n' \
        "$tmp/$1/state-xlsec" "$tmp/${2:-$1}/tpm" >"$1/conf/xlsec.conf"
    run 0 "$xlsec" init --confdir "$1/conf"
}

on() {
    local host=$1 command=$2
    shift 2
    "$xlsec" "$command" --confdir "$tmp/$host/conf" "$@"
}

word() { sed -n "s/^$2 = //p" "$1" | head -n 1; }
print_of() { sed -n 's/^# \(SHA256:.*\)/\1/p' "$1"; }
ek_of() { sed -n 's/^# its TPM.*: \(SHA256:.*\)/\1/p' "$1"; }
files() { (cd "$1" 2>/dev/null && echo ./*); }

# a and b have TPMs of one manufacturer, c one of another; v enrolls them.
swtpm_make a ca && swtpm_make b ca && swtpm_make c ca-c || exit 1
for tpm in a b c v; do
    swtpm_start $tpm || exit 1
done
swtpm_certify a ca || exit 1
mkdir roots roots-c
cp ca/issuercert.pem ca/swtpm-localca-rootca-cert.pem ca/options roots
cp ca-c/issuercert.pem ca-c/swtpm-localca-rootca-cert.pem roots-c
for name in a b c v; do
    host $name
    says out "host.key (sealed to the TPM)"
    says out "made   $name/conf/ak.seed"
    run 0 on $name id --name $name
    cp out $name.id
done

# --- what an identity has
grep -q '^ak-area = ' a.id || fail "no ak-area"
says out "# its TPM's endorsement key (ecc-p256, not certified): SHA256:"
run 0 on a id --name a
says out "# its TPM's endorsement key (ecc-p256, certified): SHA256:"
run 0 on a id --name a --ek rsa-2048
says out "(rsa-2048, certified)"
cp out a-rsa.id
run 0 on a id --name a --ek ecc-p384
says out "(ecc-p384, certified)"
cp out a-p384.id
run 1 on a id --name a --ek rsa
says err "--ek rsa: is none of rsa-2048, ecc-p256 and ecc-p384"
# [E-76] one fingerprint, whichever endorsement key is shown
holds "fingerprint" "$(print_of a.id)" "$(print_of a-rsa.id)"
[ "$(print_of a.id)" != "$(print_of b.id)" ] || fail "two hosts of one fingerprint"

# enroll STATUS ID OPTIONS...: all steps of host $answerer's identity
answerer=a
enroll() {
    local want=$1 id=$2
    shift 2
    run 0 on v enroll challenge "$@" --fingerprint "$(print_of "$id")" "$id"
    cp out challenge
    run 0 on $answerer enroll answer challenge
    cp out answer
    run "$want" on v enroll finish answer
}

# --- good ones: by each kind of endorsement key
for id in a.id a-rsa.id a-p384.id; do
    rm -f v/conf/peers.d/*
    enroll 0 $id --ek-roots roots --allow incoming --class rack-1
    says out "enrolled: a, which proves itself by its TPM from now on (certified"
    for w in key ak ak-name evidence-key; do
        holds $w "$(word v/conf/peers.d/a.conf $w)" "$(word a.id $w)"
    done
    holds evidence "$(word v/conf/peers.d/a.conf evidence)" tpm
    holds allow "$(word v/conf/peers.d/a.conf allow)" incoming
    holds class "$(word v/conf/peers.d/a.conf class)" rack-1
    holds "open challenges" "$(files v/state-xlsec/enroll)" './*'
done
says_file() {
    ran=$((ran + 1))
    grep -qF -- "$2" "$1" || fail "$1 does not say: $2"
}
says_file v/conf/peers.d/a.conf "endorsement key is certified by the manufacturer"

# a host that is trusted already: what was decided of it stays, no question
rm v/conf/peers.d/a.conf
run 0 on v trust --allow outgoing --fingerprint "$(print_of a.id)" a.id
says out "Next: xlsec enroll challenge"
holds "ak before enrolment" "$(word v/conf/peers.d/a.conf ak)" ""
holds "evidence-key before enrolment" "$(word v/conf/peers.d/a.conf evidence-key)" ""
sed -i 's/^address = .*/address = 10.0.0.9/; s/^port = .*/port = 99/' v/conf/peers.d/a.conf
printf '# our words\naccept-disk = /dev/vg/*\n' >>v/conf/peers.d/a.conf
run 1 on v enroll challenge --ek-roots roots/swtpm-localca-rootca-cert.pem a.id
says err "refused: the endorsement key's certificate does not lead to a given root [E-66]"
cat roots/*.pem >both.pem
run 0 on v enroll challenge --ek-roots both.pem a.id
cp out challenge
run 0 on a enroll answer challenge
cp out answer
run 0 on v enroll finish answer
for line in 'address = 10.0.0.9' 'port = 99' 'allow = outgoing' '# our words' \
    'accept-disk = /dev/vg/*' 'evidence = tpm'; do
    holds "$line" "$(grep -cxF "$line" v/conf/peers.d/a.conf)" 1
done
holds "ak" "$(word v/conf/peers.d/a.conf ak)" "$(word a.id ak)"
holds "[peer]" "$(grep -cF '[peer]' v/conf/peers.d/a.conf)" 1

# [E-71] the same answer again
run 1 on v enroll finish answer
says err "no challenge of this answer is open here: it was answered before"
# an answer to one challenge is none to the next
run 0 on v enroll challenge --ek-roots roots a.id
cp out challenge2
sed "s|^nonce = .*|nonce = $(word challenge2 nonce)|" answer >mixed
run 1 on v enroll finish mixed
says err "refused: this is no answer of a host that has both"
says err "[E-73]"
# and the challenge is gone after a wrong answer
run 0 on a enroll answer challenge2
cp out answer2
run 1 on v enroll finish answer2
says err "no challenge of this answer is open here"
# expired
run 0 on v enroll challenge --ek-roots roots a.id
cp out challenge
pending=$(echo v/state-xlsec/enroll/*)
holds "mode of an open challenge" "$(stat -c %a "$pending")" 600
sed -i "s/^made = .*/made = $(($(date +%s) - 3700))/" "$pending"
run 0 on a enroll answer challenge
cp out answer
run 1 on v enroll finish answer
says err "the challenge has expired: one is good for 60 minutes"
holds "open challenges" "$(files v/state-xlsec/enroll)" './*'
# an old one that nobody answered goes with the next
run 0 on v enroll challenge --ek-roots roots a.id
touch -d '2 hours ago' v/state-xlsec/enroll/*
old=$(files v/state-xlsec/enroll)
run 0 on v enroll challenge --ek-roots roots a.id
[ "$(files v/state-xlsec/enroll)" != "$old" ] || fail "the old challenge is there"
holds "open challenges" "$(find v/state-xlsec/enroll -type f | wc -l)" 1
rm v/state-xlsec/enroll/* v/conf/peers.d/a.conf

# --- who vouches
run 2 on v enroll challenge a.id
says err "who says that this is a genuine TPM?"
run 2 on v enroll challenge --ek-roots roots --ek-pinned "$(ek_of a.id)" a.id
run 1 on v enroll challenge --ek-roots none a.id
says err "none: cannot be read: No such file or directory"
mkdir empty
run 1 on v enroll challenge --ek-roots empty a.id
says err "empty: holds no certificate (PEM or DER)"
# another manufacturer's
run 1 on v enroll challenge --ek-roots roots-c a.id
says err "[E-66]"
run 1 on v enroll challenge --ek-roots roots c.id
says err "[E-66]"
# a certificate of another TPM of the same manufacturer
run 0 on b id --name b --ek rsa-2048
cp out b-rsa.id
{
    grep -v '^ek-certificate' a-rsa.id
    grep '^ek-certificate' b-rsa.id
} >swapped
run 1 on v enroll challenge --ek-roots roots swapped
says err "[E-68]"
# none at all: only on a person's word, and never in silence  [E-69]
run 0 on b id --name b --ek ecc-p256
cp out b.id
run 1 on v enroll challenge --ek-roots roots b.id
says err "the TPM holds no certificate for this endorsement key"
run 1 on v enroll challenge --ek-pinned "$(ek_of a.id)" b.id
says err "not the one given: this is not that TPM"
answerer=b
run 0 on v enroll challenge --ek-pinned "$(ek_of b.id)" --fingerprint "$(print_of b.id)" b.id
says err "not proven: that this is a genuine TPM"
cp out challenge
run 0 on b enroll answer challenge
cp out answer
run 0 on v enroll finish answer
says out "pinned by you: that it is genuine is not proven"
says_file v/conf/peers.d/b.conf "was pinned, no certificate was looked at"
rm v/conf/peers.d/b.conf

# --- whose keys
# an AK of another TPM: b's identity with a's endorsement key
{
    grep -v '^ek' b.id
    grep '^ek' a.id
} >cuckoo
run 0 on v enroll challenge --ek-roots roots --fingerprint "$(print_of b.id)" cuckoo
cp out challenge
for name in a b; do
    run 1 on $name enroll answer challenge
    says err "this challenge is for another"
done
# even where b lies about its TPM's name: it cannot open it
sed "s|^ek-sha256 = .*|ek-sha256 = $(
    grep '^ek = ' b.id | sed 's/^ek = //' | base64 -d | openssl dgst -sha256 -binary | base64
)|" challenge >forged
run 1 on b enroll answer forged
says err "this was made for another TPM, or for another attestation key"

# [E-74] AK of host a, static key of host b: a answers for itself, b cannot
ab=ab.id
sed "s|^key = .*|key = $(word b.id key)|" a.id >$ab
run 0 on v enroll challenge --ek-roots roots --fingerprint "$(
    echo yes >yes
    on v enroll challenge --ek-roots roots $ab 2>&1 <yes | sed -n 's/^fingerprint *//p'
)" $ab
rm v/state-xlsec/enroll/*
answerer=a
sed -i "s|^# SHA256.*|# $(on v enroll challenge --ek-roots roots $ab 2>&1 <yes | sed -n 's/^fingerprint *//p')|" $ab
enroll 1 $ab --ek-roots roots
says err "[E-73]"
run 0 on v enroll challenge --ek-roots roots --fingerprint "$(print_of $ab)" $ab
cp out challenge
run 1 on b enroll answer challenge
says err "this challenge is for another TPM than this host's"
# the other way round: b's AK and TPM with a's static key
{
    sed "s|^key = .*|key = $(word a.id key)|" b.id
} >ba.id
sed -i "s|^# SHA256.*|# $(on v enroll challenge --ek-pinned "$(ek_of b.id)" ba.id 2>&1 <yes | sed -n 's/^fingerprint *//p')|" ba.id
answerer=b
enroll 1 ba.id --ek-pinned "$(ek_of b.id)"
says err "[E-73]"
# another evidence key than the host's own
sed "s|^evidence-key = .*|evidence-key = $(word b.id evidence-key)|" a.id >ae.id
sed -i "s|^# SHA256.*|# $(on v enroll challenge --ek-roots roots ae.id 2>&1 <yes | sed -n 's/^fingerprint *//p')|" ae.id
answerer=a
enroll 1 ae.id --ek-roots roots
says err "[E-73]"
holds "peers" "$(files v/conf/peers.d)" './*'

# an AK that is not restricted, or not what it says it is
export TPM2TOOLS_TCTI=swtpm:path=$tmp/a/tpm
tpm2_createprimary -Q -C e -G ecc256:ecdsa-sha256:null -c free.ctx \
    -a 'fixedtpm|fixedparent|sensitivedataorigin|userwithauth|noda|sign' >log 2>&1
tpm2_readpublic -Q -c free.ctx -o free.pub -n free.name >log 2>&1
tpm2_readpublic -Q -c free.ctx -f der -o free.der >log 2>&1
tpm2_flushcontext -t
tail -c +3 free.pub >free.area
{
    grep -v '^ak' a.id
    echo "ak = $(base64 -w0 free.der)"
    echo "ak-name = $(od -An -v -tx1 free.name | tr -d ' \n')"
    echo "ak-area = $(base64 -w0 free.area)"
} >free.id
run 1 on v enroll challenge --ek-roots roots free.id
says err "the key's attributes are not an attestation key's"
says err "[E-61]"
sed "s|^ak = .*|ak = $(base64 -w0 free.der)|" a.id >liar.id
run 1 on v enroll challenge --ek-roots roots liar.id
says err "'ak' is not the key of 'ak-area'"
# [E-63]
sed "s|^ak-name = .*|ak-name = $(word b.id ak-name)|" a.id >liar.id
run 1 on v enroll challenge --ek-roots roots liar.id
says err "'ak-name' is not the name of 'ak-area'"
# [E-77]
for w in ak ak-name ak-area ek; do
    grep -v "^$w = " a.id >liar.id
    run 1 on v enroll challenge --ek-roots roots liar.id
    says err "is not whole"
done
grep -v '^ak\|^ek' a.id >none.id
run 1 on v enroll challenge --ek-roots roots none.id
says err "this host has no attestation key of a TPM"
# the question
run 1 on v enroll challenge --ek-roots roots --fingerprint "$(print_of b.id)" a.id
says err "this is not that host's identity"
run 1 on v enroll challenge --ek-roots roots a.id
says err "Does xlsec id on a show the same fingerprint?"
says err "not trusted, nothing was changed"

# --- files that are none
run 1 on v enroll finish challenge
says err "challenge:"
run 1 on a enroll answer answer
says err "answer:"
run 1 on v enroll finish none
says err "none: cannot be read"
sed '/^mac/d' answer >half
run 1 on v enroll finish half
says err "'mac' is missing from section [answer]"
run 2 on a enroll answer --ek-roots roots challenge
says err "answer takes no options but --confdir"
run 2 on a enroll
run 2 on a enroll nonsense x

# --- rotation
answerer=a
enroll 0 a.id --ek-roots roots
run 0 on a init --rotate
says out "made   $tmp/a/conf/host.key (sealed to the TPM)"
says out "xlsec trust --replace"
for f in host.key ak.seed evidence.key; do
    [ -e a/conf/$f.old ] || fail "no $f.old"
    if cmp -s a/conf/$f a/conf/$f.old; then fail "$f is the same"; fi
done
cp a.id a-old.id
run 0 on a id --name a
cp out a.id
[ "$(word a.id ak)" != "$(word a-old.id ak)" ] || fail "the same AK"
[ "$(word a.id key)" != "$(word a-old.id key)" ] || fail "the same key"
run 1 on v enroll challenge --ek-roots roots --fingerprint "$(print_of a.id)" a.id
says err "has another key for this name; if this is the same host with new keys, run xlsec trust --replace first"
run 1 on v trust --fingerprint "$(print_of a.id)" a.id
says err "use --replace if this is the same host with new keys"
run 0 on v trust --replace --fingerprint "$(print_of a.id)" a.id
says out "its old keys are revoked"
enroll 0 a.id --ek-roots roots
holds "ak" "$(word v/conf/peers.d/a.conf ak)" "$(word a.id ak)"
# [E-75] the old ones do not come back
run 1 on v trust --replace --fingerprint "$(print_of a-old.id)" a-old.id
says err "its static key was revoked on "
run 1 on v enroll challenge --ek-roots roots a-old.id
says err "its static key was revoked on "
# only another AK: the static key is known, the old AK goes
seed=$(cat a/conf/ak.seed)
rm a/conf/ak.seed
run 0 on a init
says out "kept   $tmp/a/conf/host.key (sealed to the TPM)"
[ "$(cat a/conf/ak.seed)" != "$seed" ] || fail "the same seed"
before=$(word a.id ak-name)
run 0 on a id --name a
cp out a.id
enroll 0 a.id --ek-roots roots
says_file v/conf/revoked "ak-name $before a replaced"

# --- revocation
run 0 on v revoke --reason 'the disk was stolen' a
says out "revoked: a's keys are in $tmp/v/conf/revoked"
[ ! -e v/conf/peers.d/a.conf ] || fail "a.conf is there"
says_file v/conf/revoked "key $(word a.id key) a the disk was stolen"
says_file v/conf/revoked "ak-name $(word a.id ak-name) a the disk was stolen"
run 1 on v enroll challenge --ek-roots roots a.id
says err "its static key was revoked on $(date -u +%Y-%m-%d), as one of a: the disk was stolen"
# between challenge and answer
run 0 on v enroll challenge --ek-pinned "$(ek_of b.id)" --fingerprint "$(print_of b.id)" b.id
cp out challenge
run 0 on b enroll answer challenge
cp out answer
echo "2026-01-01 ak-name $(word b.id ak-name) b" >>v/conf/revoked
run 1 on v enroll finish answer
says err "its attestation key was revoked on 2026-01-01, as one of b"
# a file that came back, by hand: nothing at all is loaded
printf '[peer]\nname = a\nkey = %s\nallow = incoming\nevidence = none\n' \
    "$(word a.id key)" >v/conf/peers.d/back.conf
run 1 on v trust --fingerprint "$(print_of b.id)" b-rsa.id
says err "its attestation key was revoked"
run 1 on v trust --fingerprint "$(print_of c.id)" c.id
says err "back.conf: its static key was revoked on "

# --- a sealed key is of no use elsewhere
mkdir thief
cp -r a/conf thief/conf
sed -i "s|tcti = .*|tcti = swtpm:path=$tmp/b/tpm|" thief/conf/xlsec.conf
run 1 on thief id --name a
says err "cannot load the sealed key"
says err "it was made by another TPM, or this one has been cleared since"
sed -i "s|tcti = .*|tcti = none|" thief/conf/xlsec.conf
run 1 on thief id --name a
says err "host.key: is sealed to this host's TPM, and there is none to open it"

# --- without
mkdir -p w/conf
printf '[tpm]\ntcti = none\n' >w/conf/xlsec.conf
run 0 on w init
says out "host.key (not sealed)"
says out "No TPM: this host has none in use"
[ ! -e w/conf/ak.seed ] || fail "an AK without a TPM"
sed -i "s|tcti = .*|tcti = swtpm:path=$tmp/v/tpm|" w/conf/xlsec.conf
rm w/conf/*.key
run 0 on w init --no-tpm
says out "No TPM: --no-tpm"
says out "host.key (not sealed)"
[ ! -e w/conf/ak.seed ] || fail "an AK with --no-tpm"
run 0 on w id --name w
if grep -q '^ak' out; then fail "an AK with --no-tpm"; fi
cp out w.id
run 0 on w init --rotate
[ -e w/conf/ak.seed ] || fail "no AK"
run 0 on w init --rotate --no-tpm
[ ! -e w/conf/ak.seed ] || fail "an AK with --no-tpm"
[ -e w/conf/ak.seed.old ] || fail "the old seed is gone"
sed -i "s|tcti = .*|tcti = swtpm:path=$tmp/none|" w/conf/xlsec.conf
run 1 on w init
says err "TPM swtpm:path=$tmp/none: cannot be opened"
says err "or do without it: xlsec init --no-tpm"
run 1 on w enroll answer challenge

echo "$((ran - wrong)) of $ran hold"
[ $wrong = 0 ]
