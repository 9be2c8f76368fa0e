/* SPDX-License-Identifier: LGPL-2.1-only */
#include "host/identity.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/secret.h"
#include "crypto/sign.h"
#include "host/hostkey.h"
#include "host/keyfile.h"

static enum xls_rc read_static(const struct xls_conf *conf,
                               struct xls_identity *id, struct xls_bundle *out,
                               struct xls_why *why)
{
    struct xls_secret_key secret;
    enum xls_rc rc = xls_hostkey_read(conf->dir, &secret, why);

    if (rc == XLS_OK) {
        xls_dh_key_over_secret(secret.bytes, &id->host);
        memcpy(out->key, id->host.pub, XLS_KEY);
    }
    xls_wipe(&secret, sizeof(secret));
    return rc;
}

/* A host may be without one: keys of before there were any. */
static enum xls_rc read_evidence(const struct xls_conf *conf,
                                 struct xls_bundle *out, struct xls_why *why)
{
    char path[XLS_PATH + 32];
    struct xls_secret_key seed;
    struct xls_sign_key key;
    enum xls_rc rc;

    (void)snprintf(path, sizeof(path), "%s/evidence.key", conf->dir);
    if (!xls_keyfile_exists(path)) {
        return XLS_OK;
    }
    rc = xls_keyfile_read(path, &seed, why);
    if (rc == XLS_OK) {
        xls_sign_key_over_seed(seed.bytes, &key);
        memcpy(out->evidence_key, key.pub, XLS_KEY);
        out->has_evidence_key = true;
        xls_sign_key_wipe(&key);
    }
    xls_wipe(&seed, sizeof(seed));
    return rc;
}

/* The TPM's keys. */
static enum xls_rc describe(struct xls_tpm *tpm, const uint8_t *seed,
                            enum xls_spki_kind kind, struct xls_bundle *out,
                            struct xls_why *why)
{
    struct xls_tpm_ak ak;
    struct xls_tpm_ek *ek = calloc(1, sizeof(*ek));
    enum xls_rc rc =
        ek == NULL ? XLS_HOST_NOMEM : xls_tpm_ak(tpm, seed, &ak, why);

    if (rc == XLS_OK) {
        memcpy(out->ak_area, ak.area, ak.area_len);
        out->ak_area_len = ak.area_len;
        memcpy(out->ak_der, ak.spki, sizeof(ak.spki));
        out->ak_len = sizeof(ak.spki);
        memcpy(out->ak_name, ak.name, sizeof(ak.name));
        out->has_ak_name = true;
        rc = xls_tpm_ek(tpm, kind, ek, why);
    }
    if (rc == XLS_OK) {
        memcpy(out->ek, ek->spki, ek->spki_len);
        out->ek_len = ek->spki_len;
        memcpy(out->ek_cert, ek->cert, ek->cert_len);
        out->ek_cert_len = ek->cert_len;
    }
    free(ek);
    return rc;
}

static enum xls_rc read_tpm(const struct xls_conf *conf,
                            enum xls_spki_kind kind, struct xls_identity *id,
                            struct xls_bundle *out, struct xls_why *why)
{
    char path[XLS_PATH + 32];
    struct xls_secret_key seed;
    const char *tcti = xls_tpm_which(conf->tcti);
    enum xls_rc rc;

    (void)snprintf(path, sizeof(path), "%s/ak.seed", conf->dir);
    if (tcti == NULL || !xls_keyfile_exists(path)) {
        return XLS_OK;
    }
    rc = xls_keyfile_read(path, &seed, why);
    if (rc == XLS_OK) {
        rc = xls_tpm_open(tcti, &id->tpm, why);
    }
    if (rc == XLS_OK) {
        rc = describe(id->tpm, seed.bytes, kind, out, why);
    }
    xls_wipe(&seed, sizeof(seed));
    return rc;
}

enum xls_rc xls_identity_open(const struct xls_conf *conf,
                              enum xls_spki_kind ek, struct xls_identity *id,
                              struct xls_bundle *out, struct xls_why *why)
{
    enum xls_rc rc;

    memset(id, 0, sizeof(*id));
    out->port = conf->port;
    rc = read_static(conf, id, out, why);
    if (rc == XLS_OK) {
        rc = read_evidence(conf, out, why);
    }
    if (rc == XLS_OK) {
        rc = read_tpm(conf, ek, id, out, why);
    }
    return rc;
}

void xls_identity_close(struct xls_identity *id)
{
    xls_dh_key_wipe(&id->host);
    xls_tpm_close(id->tpm);
    id->tpm = NULL;
}
