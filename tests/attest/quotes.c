/* SPDX-License-Identifier: LGPL-2.1-only */
#include "quotes.h"

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "t.h"

void tq_file(struct tq_file *out, const char *name, const char *suffix)
{
    const char *dir = getenv("XLS_QUOTES");
    const char *src = getenv("srcdir");
    char path[512];
    FILE *f;

    if (dir != NULL) {
        (void)snprintf(path, sizeof(path), "%s/%s%s", dir, name, suffix);
    } else {
        (void)snprintf(path, sizeof(path), "%s/tests/data/quotes/%s%s",
                       src == NULL ? "." : src, name, suffix);
    }
    f = fopen(path, "rb");
    ck_assert_msg(f != NULL, "cannot open %s", path);
    out->len = fread(out->octets, 1, sizeof(out->octets), f);
    T(out->len > 0 && out->len < sizeof(out->octets));
    (void)fclose(f);
}

static void unhex(struct tq_file *file)
{
    size_t len = 0;

    for (size_t i = 0; i + 1 < file->len && file->octets[i] != '\n'; i += 2) {
        const char pair[3] = {(char)file->octets[i], (char)file->octets[i + 1],
                              '\0'};

        file->octets[len++] = (uint8_t)strtoul(pair, NULL, 16);
    }
    file->len = len;
}

void tq_load(struct tq *q, const char *name, const char *key,
             const char *scheme)
{
    struct xls_ak_scheme enrolled;
    static struct tq_file pem;

    memset(q, 0, sizeof(*q));
    tq_file(&q->message, name, ".msg");
    tq_file(&q->signature, name, ".sig");
    tq_file(&q->pcrs_file, name, ".pcrs");
    tq_file(&q->signer, key, ".qn");
    tq_file(&q->qualification, "qualification", "");
    unhex(&q->qualification);
    tq_file(&pem, key, ".pem");
    T(xls_ak_scheme_read(scheme, &enrolled));
    T(xls_ak_new(pem.octets, pem.len, &enrolled, &q->ak, NULL) == XLS_OK);
    T(xls_pcrs_read(q->pcrs_file.octets, q->pcrs_file.len, &q->pcrs, NULL) ==
      XLS_OK);
    q->want.qualification = q->qualification.octets;
    q->want.qualification_len = q->qualification.len;
    q->want.signer = q->signer.octets;
    q->want.signer_len = q->signer.len;
    q->want.pcrs = 0x2ff;
}

enum xls_rc tq_check(const struct tq *q, struct xls_quote_facts *facts,
                     struct xls_reason *why)
{
    const struct xls_quote quote = {q->message.octets, q->message.len,
                                    q->signature.octets, q->signature.len,
                                    &q->pcrs};

    return xls_quote_check(&quote, q->ak, &q->want, facts, why);
}

/* --- our own -------------------------------------------------------------- */

static EVP_PKEY *keys[2]; /* RSA, EC */

static EVP_PKEY *own_key(bool rsa)
{
    EVP_PKEY **key = &keys[rsa ? 0 : 1];

    if (*key == NULL) {
        *key = rsa ? EVP_RSA_gen(2048) : EVP_EC_gen("P-256");
    }
    T(*key != NULL);
    return *key;
}

static bool is_rsa(const struct tq *q)
{
    return xls_ak_scheme(q->ak)->sign != XLS_AK_ECDSA;
}

void tq_honest(struct tq *q, struct tq_attest *a, const char *scheme)
{
    struct xls_ak_scheme enrolled;
    BIO *bio = BIO_new(BIO_s_mem());
    char *pem = NULL;
    long len;

    memset(q, 0, sizeof(*q));
    memset(a, 0, sizeof(*a));
    T(xls_ak_scheme_read(scheme, &enrolled));
    T(PEM_write_bio_PUBKEY(bio, own_key(enrolled.sign != XLS_AK_ECDSA)) == 1);
    len = BIO_get_mem_data(bio, &pem);
    T(xls_ak_new(pem, (size_t)len, &enrolled, &q->ak, NULL) == XLS_OK);
    BIO_free(bio);
    a->magic = 0xff544347;
    a->type = 0x8018;
    a->name_len = 34;
    a->name[1] = 0x0b;
    a->extra_len = 32;
    memset(a->extra, 0x51, 32);
    a->clock = (struct xls_quote_clock){1000, 7, 2, true};
    a->safe = 1;
    a->firmware = 0x0102030405060708;
    a->banks = 1;
    for (size_t i = 0; i < T_COUNT(a->bank); i++) {
        a->bank[i].hash = (uint16_t)(i == 0 ? 0x0b : 0x100 + i);
        a->bank[i].len = 3;
    }
    a->bank[0].bits[0] = 0xff;
    q->pcrs.mask = 0xff;
    memset(q->pcrs.value, 0x33, 8 * XLS_PCR_LEN);
    a->digest_len = (uint16_t)xls_pcrs_digest(&q->pcrs, q->ak, a->digest);
    memcpy(q->signer.octets, a->name, a->name_len);
    q->signer.len = a->name_len;
    memcpy(q->qualification.octets, a->extra, a->extra_len);
    q->want.qualification = q->qualification.octets;
    q->want.qualification_len = a->extra_len;
    q->want.signer = q->signer.octets;
    q->want.signer_len = a->name_len;
    q->want.pcrs = 0xff;
    tq_sign(q, a);
}

static void put_attest(struct tq_file *out, const struct tq_attest *a)
{
    struct xls_wr wr = xls_wr_over(out->octets, sizeof(out->octets));

    xls_wr_u32be(&wr, a->magic);
    xls_wr_u16be(&wr, a->type);
    xls_wr_u16be(&wr, a->name_len);
    xls_wr_copy(&wr, a->name, a->name_len);
    xls_wr_u16be(&wr, a->extra_len);
    xls_wr_copy(&wr, a->extra, a->extra_len);
    xls_wr_u64be(&wr, a->clock.clock);
    xls_wr_u32be(&wr, a->clock.reset_count);
    xls_wr_u32be(&wr, a->clock.restart_count);
    xls_wr_u8(&wr, a->safe);
    xls_wr_u64be(&wr, a->firmware);
    xls_wr_u32be(&wr, a->banks);
    for (uint32_t i = 0; i < a->banks; i++) {
        xls_wr_u16be(&wr, a->bank[i].hash);
        xls_wr_u8(&wr, a->bank[i].len);
        xls_wr_copy(&wr, a->bank[i].bits, a->bank[i].len);
    }
    xls_wr_u16be(&wr, a->digest_len);
    xls_wr_copy(&wr, a->digest, a->digest_len);
    T(xls_wr_end(&wr, &out->len) == XLS_OK);
}

/* r and s, each as long as the curve. */
static void put_ecdsa(struct xls_wr *wr, const uint8_t *der, size_t len)
{
    ECDSA_SIG *sig = d2i_ECDSA_SIG(NULL, &der, (long)len);
    const BIGNUM *numbers[2];
    uint8_t octets[32];

    ECDSA_SIG_get0(sig, &numbers[0], &numbers[1]);
    for (int i = 0; i < 2; i++) {
        T(BN_bn2binpad(numbers[i], octets, 32) == 32);
        xls_wr_u16be(wr, 32);
        xls_wr_copy(wr, octets, 32);
    }
    ECDSA_SIG_free(sig);
}

void tq_sign(struct tq *q, const struct tq_attest *a)
{
    put_attest(&q->message, a);
    tq_sign_message(q);
}

void tq_sign_message(struct tq *q)
{
    const struct xls_ak_scheme *scheme = xls_ak_scheme(q->ak);
    static const uint16_t signs[] = {0, 0x14, 0x16, 0x18};
    static const uint16_t hashes[] = {0, 0x0b, 0x0c, 0x0d};
    static const char *const names[] = {"", "SHA256", "SHA384", "SHA512"};
    struct xls_wr wr =
        xls_wr_over(q->signature.octets, sizeof(q->signature.octets));
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    EVP_PKEY_CTX *key = NULL;
    uint8_t sig[512];
    size_t len = sizeof(sig);

    T(EVP_DigestSignInit_ex(ctx, &key, names[scheme->hash], NULL, NULL,
                            own_key(is_rsa(q)), NULL) == 1);
    if (scheme->sign == XLS_AK_RSAPSS) {
        T(EVP_PKEY_CTX_set_rsa_padding(key, RSA_PKCS1_PSS_PADDING) == 1);
    }
    T(EVP_DigestSign(ctx, sig, &len, q->message.octets, q->message.len) == 1);
    xls_wr_u16be(&wr, signs[scheme->sign]);
    xls_wr_u16be(&wr, hashes[scheme->hash]);
    if (is_rsa(q)) {
        xls_wr_u16be(&wr, (uint16_t)len);
        xls_wr_copy(&wr, sig, len);
    } else {
        put_ecdsa(&wr, sig, len);
    }
    T(xls_wr_end(&wr, &q->signature.len) == XLS_OK);
    EVP_MD_CTX_free(ctx);
}
