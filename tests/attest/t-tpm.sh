#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-only
# Quotes of a TPM made now: the unit tests on them, and `xlsec check-quote` as a
# person uses it.  tpm2_checkquote for comparison: what it accepts.
set -uo pipefail
top=$(cd "${srcdir:-.}" && pwd)
build=$(cd "${builddir:-.}" && pwd)
xlsec=$build/xl-plugin/xlsec
[ -x "$xlsec" ] || {
    echo "not built"
    exit 77
}
tmp=$(mktemp -d /tmp/xlsec-quote-XXXXXX) || exit 1
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

# quote NAME KEY SCHEME [OPTION...]: the command line for it
quote() {
    local name=$1 key=$2 scheme=$3
    shift 3
    command=("$xlsec" check-quote --ak "$dir/$key.pem"
        --message "$dir/$name.msg" --signature "$dir/$name.sig"
        --pcrs "$dir/$name.pcrs" --scheme "$scheme"
        --qualification "$(cat "$dir/qualification")" "$@")
}

dir=$top/tests/data/quotes
# A build without TPM support: it never pretends.
quote rsa rsa rsassa/sha256
run 69 "$build/tests/attest/no-tpm" "${command[@]:2}"
says err 'nothing was verified: this xlsec was built without TPM support'
silent out
run 2 "$build/tests/attest/no-tpm"
"${command[@]}" >out 2>err
if [ $? = 69 ]; then
    says err 'built without TPM support'
    silent out
    [ $wrong = 0 ] && echo "this build has no TPM support, and says so"
    exit $wrong
fi

# every quote of the list: what is expected of it, by its name
all() {
    while read -r name key scheme; do
        quote "$name" "$key" "$scheme" --signer \
            "$(od -An -v -tx1 "$dir/$key.qn" | tr -d ' \n')"
        case $name in
        magic) run 65 "${command[@]}" && says out '[E-11]' ;;
        nv) run 65 "${command[@]}" && says out '[E-12]' ;;
        relabel) run 65 "${command[@]}" && says out '[E-21]' ;;
        *)
            run 0 "${command[@]}"
            says out "$name.msg: accepted"
            ;;
        esac
        silent err
    done <"$dir/list"
}
all

# --- as a person uses it
run 2 "$xlsec" check-quote
says err 'Usage: xlsec check-quote'
run 0 "$xlsec" check-quote --help
says out '--qualification HEX'
quote rsa rsa rsassa/sha256 --json
run 0 "${command[@]}"
says out '"accepted":true'
says out '"reset_count":1'
quote rsa rsa rsassa/sha256 --select 0-7,9
run 0 "${command[@]}"
quote rsa rsa rsassa/sha256 --select 0-9 --json
run 65 "${command[@]}"
says out '"accepted":false,"rule":"E-20"'
says out '"expected":"sha256:0-9","seen":"sha256:0-7,9"'
quote rsa rsa rsapss/sha256
run 65 "${command[@]}"
says out '[E-17]'
quote rsa rsa ecdsa/sha256
run 65 "${command[@]}"
says out 'rsa.pem: refused: ecdsa/sha256 is no scheme for this key, which is RSA [E-2]'
quote rsa pss rsassa/sha256
run 65 "${command[@]}"
says out '[E-18]'
quote rsa rsa rsassa/sha256 --signer 000b00
run 65 "${command[@]}"
says out '[E-15]'
quote rsa rsa rsassa/sha256 --qualification 0001
run 65 "${command[@]}"
says out '[E-19]'
says out 'expected 0001'
for bad in '' 0 xx 00xx "$(printf '%0130d' 0)" '00 '; do
    quote rsa rsa rsassa/sha256 --qualification "$bad"
    run 2 "${command[@]}"
    says err '--qualification'
done
quote rsa rsa rsassa
run 2 "${command[@]}"
quote rsa rsa rsassa/sha256 --select 7-0
run 2 "${command[@]}"
for option in ak message signature pcrs; do
    quote rsa rsa rsassa/sha256 "--$option" "$tmp/none"
    run 66 "${command[@]}"
    says err "$tmp/none: No such file"
    silent out
    head -c 20000 /dev/zero >large
    quote rsa rsa rsassa/sha256 "--$option" large
    run 65 "${command[@]}"
    says out 'large: refused: the file is larger than'
    : >empty
    quote rsa rsa rsassa/sha256 "--$option" empty
    run 65 "${command[@]}"
    silent err
done

# --- a TPM of now
skip=
for need in swtpm tpm2_quote tpm2_checkquote; do
    command -v $need >/dev/null || skip="$skip $need"
done
if [ -n "$skip" ]; then
    echo "skipped, the quotes made now: not installed:$skip"
else
    run 0 "$top/tests/attest/make-quotes" "$tmp/quotes"
    dir=$tmp/quotes
    all
    # It has to accept the good ones too (but PSS, which it does not know).
    # That of Debian 12 accepts every forgery; later ones refuse some.
    checkquote=$(tpm2_checkquote --version | sed 's/.*version="\([^"]*\)".*/\1/')
    while read -r name key scheme; do
        case $name:$checkquote in
        pss:*) continue ;;
        magic:5.4 | nv:5.4 | relabel:5.4) ;;
        magic:* | nv:* | relabel:*)
            echo "tpm2_checkquote $checkquote: $name is not tried"
            continue
            ;;
        esac
        run 0 tpm2_checkquote -Q -u "$dir/$key.pem" -m "$dir/$name.msg" \
            -s "$dir/$name.sig" -f "$dir/$name.pcrs" -g "${scheme#*/}" \
            -q "$(cat "$dir/qualification")"
    done <"$dir/list"
    if [ -x "$build/tests/attest/t-quote" ]; then
        run 0 env XLS_QUOTES="$dir" "$build/tests/attest/t-quote"
    fi
fi
echo "$((ran - wrong)) of $ran hold"
[ $wrong = 0 ]
