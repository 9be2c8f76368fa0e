/* SPDX-License-Identifier: LGPL-2.1-only */
#include "host/hostkey.h"

#include <stdio.h>
#include <string.h>

#include "base/secret.h"
#include "host/conf.h"

_Static_assert(XLS_SEALED_MAX == XLS_TPM_SEALED_MAX, "what a key file holds");

/* Have the TPM open it. */
static enum xls_rc unseal(const char *dir, const struct xls_stored_key *stored,
                          struct xls_secret_key *out, struct xls_why *why)
{
    struct xls_conf conf;
    struct xls_tpm_sealed sealed = {.len = stored->sealed_len};
    struct xls_tpm *tpm = NULL;
    const char *tcti;
    enum xls_rc rc = xls_conf_load(dir, &conf, why);

    if (rc != XLS_OK) {
        return rc;
    }
    tcti = xls_tpm_which(conf.tcti);
    if (tcti == NULL) {
        return xls_why_set(why, XLS_HOST_CONF,
                           "%s/host.key: is sealed to this host's TPM, and "
                           "there is none to open it: see [tpm] tcti in "
                           "xlsec.conf(5), or make new keys with xlsec init "
                           "--rotate",
                           dir);
    }
    memcpy(sealed.octets, stored->sealed, sealed.len);
    rc = xls_tpm_open(tcti, &tpm, why);
    if (rc == XLS_OK) {
        rc = xls_tpm_unseal(tpm, &sealed, out->bytes, why);
    }
    xls_tpm_close(tpm);
    return rc;
}

enum xls_rc xls_hostkey_read(const char *dir, struct xls_secret_key *out,
                             struct xls_why *why)
{
    char path[XLS_PATH + 32];
    struct xls_stored_key stored;
    enum xls_rc rc;

    memset(out, 0, sizeof(*out));
    (void)snprintf(path, sizeof(path), "%.255s/host.key", dir);
    rc = xls_keyfile_load(path, &stored, why);
    if (rc == XLS_OK && !stored.is_sealed) {
        *out = stored.key;
    } else if (rc == XLS_OK) {
        rc = unseal(dir, &stored, out, why);
    }
    xls_wipe(&stored, sizeof(stored));
    return rc;
}

enum xls_rc xls_hostkey_write(const char *path,
                              const struct xls_secret_key *key,
                              struct xls_tpm *tpm, struct xls_why *why)
{
    struct xls_tpm_sealed sealed = {.len = 0};
    enum xls_rc rc;

    if (tpm == NULL) {
        return xls_keyfile_write(
            path, key, "xlsec host key: secret, of this host alone", why);
    }
    rc = xls_tpm_seal(tpm, key->bytes, &sealed, why);
    if (rc == XLS_OK) {
        rc = xls_keyfile_write_sealed(path, sealed.octets, sealed.len,
                                      "xlsec host key: sealed to this host's "
                                      "TPM, and of no use elsewhere",
                                      why);
    }
    return rc;
}
