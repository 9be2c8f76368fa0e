#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-only
# What this host asks of its TPM (host/tpm), on software TPMs.
set -uo pipefail
top=$(cd "${srcdir:-.}" && pwd)
build=$(cd "${builddir:-.}" && pwd)
program=$build/tests/attest/host-tpm
[ -x "$program" ] || {
    echo "skipped: this build has no TPM support, or no Check"
    exit 77
}
for need in swtpm swtpm_setup tpm2_createek openssl; do
    command -v $need >/dev/null || {
        echo "skipped: no $need (Debian: apt-get install swtpm swtpm-tools" \
            "tpm2-tools openssl)"
        exit 77
    }
done
tmp=$(mktemp -d /tmp/xlsec-tpm-XXXXXX) || exit 1
chmod 711 "$tmp"
# shellcheck source=tests/attest/swtpm.sh
. "$top/tests/attest/swtpm.sh"
trap 'swtpm_stop; rm -rf "$tmp"' EXIT
swtpm_make a ca && swtpm_start a && swtpm_certify a ca && swtpm_start b || exit 1
export XLS_TPM_A=swtpm:path=$tmp/a/tpm XLS_TPM_B=swtpm:path=$tmp/b/tpm
export XLS_TPM_CA=$tmp/ca
"$program" || exit 1

# tpm2-tools and we open each other's credentials; its tools know no P-384.
credential=$build/tests/attest/credential
cd "$tmp" || exit 1
export TPM2TOOLS_TCTI=$XLS_TPM_A
head -c 32 /dev/urandom >secret
# must WHAT COMMAND...: it succeeds
must() {
    local what=$1
    shift
    "$@" >log 2>&1 || {
        echo "WRONG: $what: $*" >&2
        cat log >&2
        exit 1
    }
}
must "no name" "$credential" name "$XLS_TPM_A" name
for pair in rsa:rsa-2048 ecc:ecc-p256; do
    kind=${pair#*:}
    rm -f theirs ours back
    must "$kind" "$credential" ek "$XLS_TPM_A" "$kind" ek.der
    must "$kind" openssl pkey -pubin -inform der -in ek.der -out ek.pem
    must "theirs, $kind" tpm2_makecredential -T none -G "${pair%:*}" -u ek.pem \
        -s secret -n "$(od -An -v -tx1 name | tr -d ' \n')" -o theirs
    must "theirs, $kind" "$credential" open "$XLS_TPM_A" "$kind" theirs back
    must "theirs, $kind" cmp secret back
    must "$kind" tpm2_createek -G "${pair%:*}" -c ek.ctx -u ek.pub
    must "$kind" tpm2_createak -C ek.ctx -G ecc -s ecdsa -g sha256 -c ak.ctx \
        -n ak.name
    must "$kind" tpm2_flushcontext -t
    must "$kind" tpm2_flushcontext -l
    must "ours, $kind" "$credential" make ek.der ak.name secret ours
    must "$kind" tpm2_startauthsession --policy-session -S session
    must "$kind" tpm2_policysecret -S session -c e
    must "ours, $kind" tpm2_activatecredential -c ak.ctx -C ek.ctx -i ours \
        -o back -P session:session
    must "ours, $kind" cmp secret back
    must "$kind" tpm2_flushcontext session
    must "$kind" tpm2_flushcontext -t
done
echo "credentials: both ways with $(tpm2_makecredential --version | sed 's/.*version="\([^"]*\)".*/tpm2-tools \1/')"
