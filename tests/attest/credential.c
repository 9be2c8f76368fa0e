/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * Credentials as tpm2-tools keeps them in files, so that it and we can open
 * each other's:
 *   credential name TCTI OUT               the name of this test's AK
 *   credential ek TCTI KIND OUT            an EK, in DER
 *   credential make EK NAME SECRET OUT     a credential, without a TPM
 *   credential open TCTI KIND FILE OUT     the secret in one
 */
#include <stdio.h>
#include <string.h>

#include "attest/credential.h"
#include "base/rd.h"
#include "base/wr.h"
#include "crypto/start.h"
#include "host/tpm.h"

static const uint8_t seed[XLS_TPM_SEED] = {5};

static size_t get(const char *path, uint8_t *out, size_t max)
{
    FILE *file = fopen(path, "rb");
    size_t len = file == NULL ? 0 : fread(out, 1, max, file);

    if (file != NULL) {
        (void)fclose(file);
    }
    return len;
}

static int put(const char *path, const uint8_t *octets, size_t len)
{
    FILE *file = fopen(path, "wb");

    return file != NULL && fwrite(octets, 1, len, file) == len &&
                   fclose(file) == 0
               ? 0
               : 1;
}

/* Magic, version, TPM2B_ID_OBJECT, TPM2B_ENCRYPTED_SECRET. */
static int put_credential(const char *path, const struct xls_credential *c)
{
    uint8_t file[512];
    struct xls_wr wr = xls_wr_over(file, sizeof(file));
    size_t used = 0;

    xls_wr_u32be(&wr, 0xbadcc0de);
    xls_wr_u32be(&wr, 1);
    xls_wr_u16be(&wr, (uint16_t)c->blob_len);
    xls_wr_copy(&wr, c->blob, c->blob_len);
    xls_wr_u16be(&wr, (uint16_t)c->seed_len);
    xls_wr_copy(&wr, c->seed, c->seed_len);
    return xls_wr_end(&wr, &used) == XLS_OK ? put(path, file, used) : 1;
}

static bool get_credential(const char *path, struct xls_credential *c)
{
    uint8_t file[512];
    struct xls_rd rd = xls_rd_over(file, get(path, file, sizeof(file)));

    xls_rd_range(&rd, xls_rd_u32be(&rd), 0xbadcc0de, 0xbadcc0de);
    xls_rd_range(&rd, xls_rd_u32be(&rd), 1, 1);
    c->blob_len = xls_rd_u16be(&rd);
    xls_rd_range(&rd, c->blob_len, 0, sizeof(c->blob));
    xls_rd_copy(&rd, c->blob, c->blob_len);
    c->seed_len = xls_rd_u16be(&rd);
    xls_rd_range(&rd, c->seed_len, 0, sizeof(c->seed));
    xls_rd_copy(&rd, c->seed, c->seed_len);
    return xls_rd_end(&rd) == XLS_OK;
}

static int make(char **argv)
{
    uint8_t ek[512];
    uint8_t name[XLS_NAME_LEN];
    uint8_t secret[XLS_CREDENTIAL_SECRET];
    size_t len = get(argv[2], ek, sizeof(ek));
    struct xls_credential c;

    return get(argv[3], name, sizeof(name)) == sizeof(name) &&
                   get(argv[4], secret, sizeof(secret)) == sizeof(secret) &&
                   xls_credential_make(ek, len, name, secret, &c, NULL) ==
                       XLS_OK
               ? put_credential(argv[5], &c)
               : 1;
}

static int with_tpm(int argc, char **argv)
{
    static struct xls_tpm_ek ek;
    struct xls_tpm *tpm = NULL;
    struct xls_tpm_ak ak;
    struct xls_credential c;
    uint8_t secret[XLS_CREDENTIAL_SECRET];
    struct xls_why why = {""};
    int status = 1;

    if (xls_tpm_open(argv[2], &tpm, &why) == XLS_OK &&
        xls_tpm_ak(tpm, seed, &ak, &why) == XLS_OK) {
        if (argc == 4) {
            status = put(argv[3], ak.name, sizeof(ak.name));
        } else if (argc == 5 && xls_tpm_ek(tpm, xls_spki_kind_read(argv[3]),
                                           &ek, &why) == XLS_OK) {
            status = put(argv[4], ek.spki, ek.spki_len);
        } else if (argc == 6 && get_credential(argv[4], &c) &&
                   xls_tpm_activate(tpm, xls_spki_kind_read(argv[3]), &c,
                                    secret, &why) == XLS_OK) {
            status = put(argv[5], secret, sizeof(secret));
        }
    }
    (void)fputs(why.text, stderr);
    xls_tpm_close(tpm);
    return status;
}

int main(int argc, char **argv)
{
    if (argc < 4 || argc > 6 || xls_crypto_start() != XLS_OK) {
        return 2;
    }
    return strcmp(argv[1], "make") == 0 ? (argc == 6 ? make(argv) : 2)
                                        : with_tpm(argc, argv);
}
