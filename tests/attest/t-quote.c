/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * Quotes of a TPM: good ones are accepted; forged, damaged, cut and extended
 * ones are not.  $XLS_QUOTES names other quotes than those kept here.
 */
#include <stdlib.h>
#include <string.h>

#include "quotes.h"
#include "t.h"

static const struct good {
    const char *name;
    const char *scheme;
} goods[] = {
    {"rsa", "rsassa/sha256"},
    {"ecc", "ecdsa/sha256"},
    {"pss", "rsapss/sha256"},
    {"p384", "ecdsa/sha384"},
};

START_TEST(good)
{
    for (size_t i = 0; i < T_COUNT(goods); i++) {
        struct xls_quote_facts facts;
        struct xls_reason why = {.rule = "none"};
        static struct tq q;

        tq_load(&q, goods[i].name, goods[i].name, goods[i].scheme);
        ck_assert_msg(tq_check(&q, &facts, &why) == XLS_OK, "%s: %s %s",
                      goods[i].name, why.rule, why.text);
        ck_assert_str_eq(why.rule, "none"); /* [E-9] */
        T(facts.pcrs.mask == 0x2ff && facts.clock.safe);
        T(facts.clock.reset_count == 1 && facts.clock.clock > 0);
        T(facts.firmware != 0 && facts.signer_len == q.signer.len);
        T(memcmp(facts.signer, q.signer.octets, q.signer.len) == 0);
        T(facts.pcrs.value[0][0] != 0 && facts.pcrs.value[1][0] == 0);
        q.want.any_pcrs = true;
        q.want.pcrs = 0;
        T(tq_check(&q, NULL, NULL) == XLS_OK);
        xls_ak_free(q.ak);
    }
}
END_TEST

/* Refused for this reason, and nothing given. */
static void refused(const struct tq *q, const char *rule)
{
    struct xls_quote_facts facts, before;
    struct xls_reason why;
    enum xls_rc rc;

    memset(&facts, 0xa5, sizeof(facts));
    memset(&before, 0xa5, sizeof(before));
    rc = tq_check(q, &facts, &why);
    T(rc != XLS_OK && xls_rc_is_peer(rc));
    ck_assert_str_eq(why.rule, rule);
    T(why.text[0] != '\0');
    T(memcmp(&facts, &before, sizeof(facts)) == 0); /* [E-9] */
}

/* Each is signed by the genuine key. */
START_TEST(forgeries)
{
    static struct tq q;

    tq_load(&q, "magic", "rsa", "rsassa/sha256");
    refused(&q, "E-11");
    xls_ak_free(q.ak);
    tq_load(&q, "nv", "rsa", "rsassa/sha256");
    refused(&q, "E-12");
    xls_ak_free(q.ak);
    tq_load(&q, "relabel", "rsa", "rsassa/sha256");
    T(q.pcrs.mask == 1);
    refused(&q, "E-20");
    q.want.pcrs = 1; /* the PCR that its label says */
    refused(&q, "E-20");
    q.want.pcrs = UINT32_C(1) << 23; /* and the one that was signed */
    refused(&q, "E-21");
    q.want.pcrs = 0;
    q.want.any_pcrs = true;
    refused(&q, "E-21");
    xls_ak_free(q.ak);
}
END_TEST

/* Each bit of a file, alone; how many were tried. */
static unsigned flips(struct tq *q, struct tq_file *file)
{
    unsigned count = 0;

    for (size_t i = 0; i < 8 * file->len; i += t_stride(61)) {
        struct xls_quote_facts facts;

        file->octets[i / 8] ^= (uint8_t)(1U << i % 8);
        ck_assert_msg(xls_rc_is_peer(tq_check(q, &facts, NULL)),
                      "bit %zu of octet %zu", i % 8, i / 8);
        file->octets[i / 8] ^= (uint8_t)(1U << i % 8);
        count++;
    }
    T(tq_check(q, NULL, NULL) == XLS_OK);
    return count;
}

START_TEST(bits)
{
    for (size_t i = 0; i < T_COUNT(goods); i++) {
        static struct tq q;

        tq_load(&q, goods[i].name, goods[i].name, goods[i].scheme);
        /* whatever is not required by the caller is signed all the same */
        q.want.signer = NULL;
        q.want.any_pcrs = true;
        q.want.pcrs = 0;
        T(flips(&q, &q.message) >= 8 * q.message.len / t_stride(61));
        T(flips(&q, &q.signature) >= 8 * q.signature.len / t_stride(61));
        xls_ak_free(q.ak);
    }
}
END_TEST

/* Of the values too: the file is refused, or the values are. */
START_TEST(bits_of_values)
{
    static struct tq q;
    struct xls_pcrs pcrs;

    tq_load(&q, "ecc", "ecc", "ecdsa/sha256");
    q.want.any_pcrs = true;
    q.want.pcrs = 0;
    for (size_t i = 0; i < 8 * q.pcrs_file.len; i += t_stride(61)) {
        uint8_t *octet = &q.pcrs_file.octets[i / 8];

        *octet ^= (uint8_t)(1U << i % 8);
        if (xls_pcrs_read(q.pcrs_file.octets, q.pcrs_file.len, &pcrs, NULL) ==
            XLS_OK) {
            q.pcrs = pcrs;
            ck_assert_msg(tq_check(&q, NULL, NULL) != XLS_OK,
                          "bit %zu of octet %zu", i % 8, i / 8);
        }
        *octet ^= (uint8_t)(1U << i % 8);
    }
}
END_TEST

/* Every length but the right one. */
static void lengths(struct tq *q, struct tq_file *file)
{
    const size_t len = file->len;

    for (size_t n = 0; n < len + 600; n++) {
        uint8_t *exact = malloc(n + 1); /* so that valgrind sees the end */
        struct xls_quote quote = {q->message.octets, q->message.len,
                                  q->signature.octets, q->signature.len,
                                  &q->pcrs};
        enum xls_rc rc;

        T(exact != NULL);
        memcpy(exact, file->octets, n);
        if (file == &q->message) {
            quote.message = exact;
            quote.message_len = n;
        } else {
            quote.signature = exact;
            quote.signature_len = n;
        }
        rc = xls_quote_check(&quote, q->ak, &q->want, NULL, NULL);
        ck_assert_msg(n == len ? rc == XLS_OK : xls_rc_is_peer(rc),
                      "%zu of %zu octets", n, len);
        free(exact);
    }
}

START_TEST(cut_and_extended)
{
    for (size_t i = 0; i < T_COUNT(goods); i++) {
        static struct tq q;

        tq_load(&q, goods[i].name, goods[i].name, goods[i].scheme);
        lengths(&q, &q.message);
        lengths(&q, &q.signature);
        xls_ak_free(q.ak);
    }
}
END_TEST

/* Any quote with the key, the values or the signature of any other. */
START_TEST(crossed)
{
    for (size_t i = 0; i < T_COUNT(goods); i++) {
        for (size_t k = 0; k < T_COUNT(goods); k++) {
            static struct tq q, other;
            struct xls_ak *own;

            if (i == k) {
                continue;
            }
            tq_load(&q, goods[i].name, goods[i].name, goods[i].scheme);
            tq_load(&other, goods[k].name, goods[k].name, goods[k].scheme);
            q.want.signer = NULL;
            own = q.ak;
            q.ak = other.ak;
            T(xls_rc_is_peer(tq_check(&q, NULL, NULL)));
            q.signature = other.signature;
            refused(&q, "E-18"); /* its own key, scheme and signature */
            q.ak = own;
            T(xls_rc_is_peer(tq_check(&q, NULL, NULL)));
            xls_ak_free(q.ak);
            xls_ak_free(other.ak);
        }
    }
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        good, forgeries, bits, bits_of_values, cut_and_extended, crossed,
    };

    /* tpm2-tss tells stderr about every octet that it did not like */
    (void)setenv("TSS2_LOG", "all+NONE", 1);
    return t_run("attest/quote", tests, T_COUNT(tests));
}
