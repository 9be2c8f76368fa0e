/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * ML-KEM-768 as the library found by configure does it: FIPS 203's answers
 * where they can be fixed, and its refusals.
 */
#include <sodium.h>

#include "crypto/kem.h"
#include "crypto/start.h"
#include "t-crypto-hex.h"
#include "t.h"

static const struct xls_kem_ops *ops;
static struct xls_kem_key key;
static uint8_t pub[XLS_KEM_PUB_LEN];
static uint8_t text[XLS_KEM_TEXT_LEN];

/* A key of seed 0, 1, ... 63; false: this build has no ML-KEM. */
static bool start(void)
{
    T(xls_crypto_start() == XLS_OK);
    ops = xls_kem();
    T((ops == NULL) == (xls_kem_by() == NULL));
    for (uint8_t i = 0; i < XLS_KEM_SEED_LEN; i++) {
        key.seed[i] = i;
    }
    if (ops != NULL) {
        T(ops->pub(&key, pub) == XLS_OK);
    }
    return ops != NULL;
}

START_TEST(both_ends_agree)
{
    uint8_t last[XLS_KEM_SECRET_LEN] = {0};

    for (unsigned i = 0; start() && i < 50; i++) {
        struct xls_kem a;
        struct xls_kem b;

        xls_kem_key_random(&key);
        T(ops->pub(&key, pub) == XLS_OK);
        T(ops->wrap(pub, text, &a) == XLS_OK);
        T(ops->unwrap(&key, text, &b) == XLS_OK);
        T(memcmp(a.bytes, b.bytes, sizeof(a.bytes)) == 0);
        T(!sodium_is_zero(a.bytes, sizeof(a.bytes)));
        /* nor are two secrets, or two ciphertexts, the same */
        T(memcmp(a.bytes, last, sizeof(last)) != 0);
        memcpy(last, a.bytes, sizeof(last));
        T(ops->wrap(pub, text, &b) == XLS_OK);
        T(memcmp(a.bytes, b.bytes, sizeof(a.bytes)) != 0);
    }
}
END_TEST

/* SHA-256 of the key of seed 0 to 63, on which three libraries agree; and for a
 * ciphertext that nobody made SHAKE256(z || ciphertext), by another language's
 * (FIPS 203, algorithm 18) */
START_TEST(known_answers)
{
    uint8_t digest[crypto_hash_sha256_BYTES];
    struct xls_kem secret;

    if (!start()) {
        return;
    }
    (void)crypto_hash_sha256(digest, pub, sizeof(pub));
    T(t_is(digest, sizeof(digest),
           "0b7934c83125c788995e2ba6bd761e33046b3e40571be53e023309a29f398cc9"));
    for (size_t i = 0; i < sizeof(text); i++) {
        text[i] = (uint8_t)(i * 7 + 1);
    }
    T(ops->unwrap(&key, text, &secret) == XLS_OK);
    T(t_is(secret.bytes, sizeof(secret.bytes),
           "add83ab97c099f52c863986a0d8d9acf1ad0a74f1c8df2260e0d316f1e63e305"));
}
END_TEST

/* Another ciphertext is another secret, and always the same. */
START_TEST(a_flipped_ciphertext_is_another)
{
    struct xls_kem good;
    struct xls_kem bad;
    struct xls_kem again;

    if (!start()) {
        return;
    }
    T(ops->wrap(pub, text, &good) == XLS_OK);
    for (size_t i = 0; i < sizeof(text); i += 13) {
        text[i] ^= 0x10;
        T(ops->unwrap(&key, text, &bad) == XLS_OK);
        T(memcmp(good.bytes, bad.bytes, sizeof(good.bytes)) != 0);
        T(ops->unwrap(&key, text, &again) == XLS_OK);
        T(memcmp(again.bytes, bad.bytes, sizeof(bad.bytes)) == 0);
        text[i] ^= 0x10;
    }
    T(ops->unwrap(&key, text, &again) == XLS_OK);
    T(memcmp(again.bytes, good.bytes, sizeof(good.bytes)) == 0);
}
END_TEST

/* Put this number, of 12 bits, in the place of coefficient n (FIPS 203's
 * ByteEncode with d = 12). */
static void put_coefficient(size_t n, unsigned value)
{
    uint8_t *at = pub + n / 2 * 3;

    if (n % 2 == 0) {
        at[0] = (uint8_t)value;
        at[1] = (uint8_t)((at[1] & 0xf0U) | value >> 8);
    } else {
        at[1] = (uint8_t)((at[1] & 0x0fU) | (value & 15U) << 4);
        at[2] = (uint8_t)(value >> 4);
    }
}

/* [P-47]: q = 3329 and more is no coefficient; one less is */
START_TEST(keys_are_checked)
{
    static const unsigned bad[] = {3329, 3330, 3584, 4095};
    struct xls_kem secret;

    for (size_t n = 0; start() && n < 768; n += n % 256 < 3 ? 1 : 11) {
        for (size_t i = 0; i < T_COUNT(bad); i++) {
            put_coefficient(n, bad[i]);
            memset(text, 7, sizeof(text));
            memset(&secret, 7, sizeof(secret));
            T(ops->wrap(pub, text, &secret) == XLS_PEER_RANGE);
            T(sodium_is_zero(text, sizeof(text)));
            T(sodium_is_zero(secret.bytes, sizeof(secret.bytes)));
        }
        put_coefficient(n, 3328);
        T(ops->wrap(pub, text, &secret) == XLS_OK);
    }
}
END_TEST

/* Nothing is left to be read of what went wrong before. */
START_TEST(an_error_does_not_stay)
{
    struct xls_kem a;
    struct xls_kem b;

    if (!start()) {
        return;
    }
    put_coefficient(0, 4095);
    T(ops->wrap(pub, text, &a) == XLS_PEER_RANGE);
    T(ops->pub(&key, pub) == XLS_OK);
    T(ops->wrap(pub, text, &a) == XLS_OK);
    T(ops->unwrap(&key, text, &b) == XLS_OK);
    T(memcmp(a.bytes, b.bytes, sizeof(a.bytes)) == 0);
}
END_TEST

int main(void)
{
    const TTest *const list[] = {
        both_ends_agree,
        known_answers,
        a_flipped_ciphertext_is_another,
        keys_are_checked,
        an_error_does_not_stay,
    };

    if (xls_kem() == NULL) {
        printf("skipped: this build has no ML-KEM-768 (libsodium 1.0.22 or "
               "OpenSSL 3.5)\n");
        return 77;
    }
    printf("ML-KEM-768 by %s\n", xls_kem_by());
    return t_run("crypto-kem", list, T_COUNT(list));
}
