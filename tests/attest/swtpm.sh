# shellcheck shell=bash
# SPDX-License-Identifier: LGPL-2.1-only
# Software TPMs for tests; to be read by them.  tmp is the reader's.
# shellcheck disable=SC2154
swtpm_pids=()

# swtpm_start NAME: one with its state in $tmp/NAME, started when this returns;
# TCTI swtpm:path=$tmp/NAME/tpm.  That TCTI connects anew for each command, also
# when root was given up: $tmp has to let others pass.
swtpm_start() {
    local dir=$tmp/$1
    mkdir -p "$dir/state"
    swtpm socket --tpm2 --tpmstate "dir=$dir/state" \
        --ctrl "type=unixio,path=$dir/tpm.ctrl,mode=0666" \
        --server "type=unixio,path=$dir/tpm,mode=0666" \
        --flags not-need-init,startup-clear >"$dir/log" 2>&1 &
    swtpm_pids+=($!)
    for _ in $(seq 100); do
        [ ! -S "$dir/tpm" ] || return 0
        sleep 0.1
    done
    echo "swtpm does not start: $(cat "$dir/log")" >&2
    return 1
}

# swtpm_make NAME CA: make the state of a TPM as a manufacturer would, with
# certificates for its endorsement keys (RSA-2048 and P-384) by the CA in folder
# $tmp/CA, which is made when there is none.
swtpm_make() {
    local dir=$tmp/$1 ca=$tmp/$2
    mkdir -p "$dir/state" "$ca"
    printf '%s\n' "statedir = $ca" "signingkey = $ca/signkey.pem" \
        "issuercert = $ca/issuercert.pem" "certserial = $ca/certserial" \
        >"$ca/conf"
    printf '%s\n' '--platform-manufacturer xlsec' '--platform-version 1' \
        '--platform-model test' >"$ca/options"
    printf '%s\n' 'create_certs_tool = /usr/bin/swtpm_localca' \
        "create_certs_tool_config = $ca/conf" \
        "create_certs_tool_options = $ca/options" 'active_pcr_banks = sha256' \
        >"$ca/setup"
    swtpm_setup --tpm2 --tpmstate "dir://$dir/state" --create-ek-cert \
        --config "$ca/setup" --overwrite >"$dir/setup.log" 2>&1 || {
        cat "$dir/setup.log" >&2
        return 1
    }
}

# swtpm_certify NAME CA: a certificate for the P-256 endorsement key, too, which
# swtpm_setup does not make, into the running TPM.
swtpm_certify() {
    local dir=$tmp/$1 ca=$tmp/$2
    export TPM2TOOLS_TCTI=swtpm:path=$dir/tpm
    printf '%s\n' 'basicConstraints = critical,CA:FALSE' \
        'keyUsage = critical,keyAgreement' \
        'extendedKeyUsage = 2.23.133.8.1' \
        'subjectAltName = critical,dirName:san' '[san]' \
        '1.2.23.133.2.1 = id:00001014' '2.2.23.133.2.2 = swtpm' >"$ca/ext"
    (
        cd "$dir" || exit 1
        tpm2_createek -Q -G ecc -c ek.ctx -u ek.pem -f pem &&
            tpm2_flushcontext -t && tpm2_flushcontext -l &&
            openssl req -new -newkey rsa:2048 -nodes -keyout any.key -subj / \
                -out any.req &&
            openssl x509 -req -in any.req -force_pubkey ek.pem \
                -CA "$ca/issuercert.pem" -CAkey "$ca/signkey.pem" \
                -CAcreateserial -days 3650 -extfile "$ca/ext" -outform der \
                -out ek.der &&
            tpm2_nvdefine -Q -C o -s "$(stat -c %s ek.der)" \
                -a 'ownerread|ownerwrite|authread|no_da' 0x01c0000a &&
            tpm2_nvwrite -Q -C o -i ek.der 0x01c0000a
    ) >"$dir/certify.log" 2>&1 || {
        cat "$dir/certify.log" >&2
        return 1
    }
}

swtpm_stop() {
    [ ${#swtpm_pids[@]} = 0 ] || kill "${swtpm_pids[@]}" 2>/dev/null
    swtpm_pids=()
}
