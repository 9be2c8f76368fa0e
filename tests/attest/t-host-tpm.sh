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
command -v swtpm >/dev/null || {
    echo "skipped: no swtpm (Debian: apt-get install swtpm)"
    exit 77
}
tmp=$(mktemp -d /tmp/xlsec-tpm-XXXXXX) || exit 1
chmod 711 "$tmp"
# shellcheck source=tests/attest/swtpm.sh
. "$top/tests/attest/swtpm.sh"
trap 'swtpm_stop; rm -rf "$tmp"' EXIT
swtpm_start a && swtpm_start b || exit 1
XLS_TPM_A=swtpm:path=$tmp/a/tpm XLS_TPM_B=swtpm:path=$tmp/b/tpm "$program"
