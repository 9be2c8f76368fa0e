/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * The rules of doc/EVIDENCE.md, one by one: messages of our own making, signed
 * by a key of our own, that are good but for one thing.
 */
#include <stdlib.h>
#include <string.h>

#include "quotes.h"
#include "t.h"

/* Sign it as it is now, and see it refused by this rule. */
static void breaks(struct tq *q, const struct tq_attest *a, const char *rule)
{
    struct xls_reason why = {0};
    enum xls_rc rc;

    tq_sign(q, a);
    rc = tq_check(q, NULL, &why);
    ck_assert_msg(xls_rc_is_peer(rc) && strcmp(why.rule, rule) == 0,
                  "%s, not %s: %s", why.rule, rule, why.text);
    T(why.text[0] != '\0');
    T(tq_check(q, NULL, NULL) == rc); /* the same without a reason */
}

static void holds(struct tq *q, const struct tq_attest *a)
{
    struct xls_reason why = {0};

    tq_sign(q, a);
    ck_assert_msg(tq_check(q, NULL, &why) == XLS_OK, "%s: %s", why.rule,
                  why.text);
}

START_TEST(schemes)
{
    static const char *const names[] = {
        "rsassa/sha256", "rsassa/sha384", "rsassa/sha512",
        "rsapss/sha256", "rsapss/sha384", "rsapss/sha512",
        "ecdsa/sha256",  "ecdsa/sha384",  "ecdsa/sha512"};

    for (size_t i = 0; i < T_COUNT(names); i++) {
        struct tq_attest a;
        static struct tq q;

        tq_honest(&q, &a, names[i]);
        ck_assert_str_eq(xls_ak_scheme_name(xls_ak_scheme(q.ak)), names[i]);
        holds(&q, &a);
        /* [E-17]: the other scheme of the same key */
        for (size_t k = 0; k < T_COUNT(names); k++) {
            struct xls_reason why;
            struct tq_attest b;
            static struct tq p;

            if (i == k || i / 6 != k / 6) {
                continue;
            }
            tq_honest(&p, &b, names[k]);
            q.signature = p.signature;
            T(tq_check(&q, NULL, &why) == XLS_PEER_POLICY);
            ck_assert_str_eq(why.rule, "E-17");
            xls_ak_free(p.ak);
        }
        xls_ak_free(q.ak);
    }
}
END_TEST

/* [E-9]: who asks nothing gets no yes. */
START_TEST(contract)
{
    struct tq_attest a;
    static struct tq q;
    struct xls_quote_want good;
    struct xls_ak *ak;

    tq_honest(&q, &a, "ecdsa/sha256");
    good = q.want;
    ak = q.ak;
    q.want.qualification = NULL;
    T(tq_check(&q, NULL, NULL) == XLS_BUG_CONTRACT);
    q.want = good;
    q.want.qualification_len = 0;
    T(tq_check(&q, NULL, NULL) == XLS_BUG_CONTRACT);
    q.want.qualification_len = 65;
    T(tq_check(&q, NULL, NULL) == XLS_BUG_CONTRACT);
    q.want = good;
    q.want.pcrs = 0;
    T(tq_check(&q, NULL, NULL) == XLS_BUG_CONTRACT);
    q.want.pcrs = 1;
    q.want.any_pcrs = true;
    T(tq_check(&q, NULL, NULL) == XLS_BUG_CONTRACT);
    q.want = good;
    q.ak = NULL;
    T(tq_check(&q, NULL, NULL) == XLS_BUG_CONTRACT);
    q.ak = ak;
    T(tq_check(&q, NULL, NULL) == XLS_OK);
    xls_ak_free(ak);
}
END_TEST

START_TEST(heads)
{
    struct tq_attest a, good;
    static struct tq q;

    tq_honest(&q, &good, "ecdsa/sha256");
    a = good;
    a.magic ^= 1; /* [E-11] */
    breaks(&q, &a, "E-11");
    a.magic = 0;
    breaks(&q, &a, "E-11");
    for (uint16_t type = 0x8014; type <= 0x801c; type++) {
        if (type != 0x8018) {
            a = good;
            a.type = type;
            breaks(&q, &a, "E-12"); /* [E-12] */
        }
    }
    a = good;
    a.safe = 2; /* [E-13] */
    breaks(&q, &a, "E-13");
    a = good;
    a.name_len = 80;
    breaks(&q, &a, "E-13");
    a = good;
    a.extra_len = 80;
    breaks(&q, &a, "E-13");
    a = good;
    a.digest_len = 80;
    breaks(&q, &a, "E-13");
    tq_sign(&q, &good);
    q.message.len = 5; /* [E-10] */
    T(tq_check(&q, NULL, NULL) == XLS_PEER_SHORT);
    q.message.len = 350;
    T(tq_check(&q, NULL, NULL) == XLS_PEER_RANGE);
    q.message.len = 349;
    T(tq_check(&q, NULL, NULL) == XLS_PEER_TRAIL);
    xls_ak_free(q.ak);
}
END_TEST

/* [E-14] and [E-20] */
START_TEST(selections)
{
    struct tq_attest a, good;
    static struct tq q;

    tq_honest(&q, &good, "ecdsa/sha256");
    q.want.any_pcrs = true;
    q.want.pcrs = 0;
    a = good;
    a.banks = 2;
    a.bank[1] = a.bank[0];
    breaks(&q, &a, "E-14"); /* the same bank again */
    a.bank[1].bits[0] = 0;
    breaks(&q, &a, "E-14"); /* even with nothing in it */
    a.bank[1] = good.bank[1];
    breaks(&q, &a, "E-20"); /* another one, with nothing in it */
    a = good;
    a.banks = 0;
    breaks(&q, &a, "E-20");
    a.banks = 16;
    breaks(&q, &a, "E-20");
    a.banks = 17; /* tpm2-tss refuses it by itself */
    breaks(&q, &a, "E-13");
    a = good;
    a.bank[0].len = 4;
    holds(&q, &a);
    a.bank[0].bits[3] = 1; /* PCR 24 */
    breaks(&q, &a, "E-21");
    a.bank[0].bits[3] = 0;
    a.bank[0].len = 1;
    holds(&q, &a);
    a.bank[0].len = 5;
    breaks(&q, &a, "E-13");
    a = good;
    a.bank[0].bits[0] = 0;
    breaks(&q, &a, "E-20");
    a = good;
    a.bank[0].hash = 0x04; /* SHA-1 */
    breaks(&q, &a, "E-20");
    q.want.any_pcrs = false;
    for (unsigned bit = 0; bit < 24; bit++) { /* one more, one less */
        q.want.pcrs = 0xff;
        a = good;
        a.bank[0].bits[bit / 8] ^= (uint8_t)(1U << bit % 8);
        breaks(&q, &a, "E-20");
        q.want.pcrs ^= UINT32_C(1) << bit; /* [E-21], [E-22] */
        breaks(&q, &a, bit < 16 ? "E-22" : "E-21");
    }
    xls_ak_free(q.ak);
}
END_TEST

/* [E-15], [E-19] */
START_TEST(names)
{
    struct tq_attest a, good;
    static struct tq q;

    tq_honest(&q, &good, "ecdsa/sha256");
    for (size_t i = 0; i < good.name_len; i++) {
        a = good;
        a.name[i] ^= 0x80;
        breaks(&q, &a, "E-15");
    }
    a = good;
    a.name_len--;
    breaks(&q, &a, "E-15");
    a.name_len = 0;
    breaks(&q, &a, "E-15");
    q.want.signer = NULL;
    holds(&q, &a);
    for (size_t i = 0; i < good.extra_len; i++) {
        a = good;
        a.extra[i] ^= 1;
        breaks(&q, &a, "E-19");
    }
    for (uint16_t len = 0; len < 50; len++) {
        a = good;
        a.extra_len = len;
        if (len == good.extra_len) {
            holds(&q, &a);
        } else {
            breaks(&q, &a, "E-19");
        }
    }
    q.want.qualification_len = 1; /* the first octet of what was asked */
    breaks(&q, &good, "E-19");
    xls_ak_free(q.ak);
}
END_TEST

/* [E-16] and [E-18] */
START_TEST(signatures)
{
    static const uint8_t null_sig[] = {0x00, 0x10};
    struct tq_attest good;
    struct xls_reason why;
    static struct tq q;

    tq_honest(&q, &good, "ecdsa/sha256");
    memcpy(q.signature.octets, null_sig, sizeof(null_sig));
    q.signature.len = sizeof(null_sig);
    T(xls_rc_is_peer(tq_check(&q, NULL, &why)));
    q.signature.len = 519;
    T(tq_check(&q, NULL, &why) == XLS_PEER_RANGE);
    ck_assert_str_eq(why.rule, "E-16");
    q.signature.len = 0;
    T(xls_rc_is_peer(tq_check(&q, NULL, &why)));
    ck_assert_str_eq(why.rule, "E-16");
    tq_sign(&q, &good);
    q.signature.len++;
    T(tq_check(&q, NULL, &why) == XLS_PEER_TRAIL);
    ck_assert_str_eq(why.rule, "E-16");
    /* r = 0, and s = 0, which some verifiers let through */
    tq_sign(&q, &good);
    memset(q.signature.octets + 6, 0, 32);
    T(tq_check(&q, NULL, &why) == XLS_PEER_AUTH);
    memset(q.signature.octets + 40, 0, 32);
    T(tq_check(&q, NULL, &why) == XLS_PEER_AUTH);
    ck_assert_str_eq(why.rule, "E-18");
    xls_ak_free(q.ak);
}
END_TEST

/* A number with zeros before it, longer than the curve, is refused. */
START_TEST(long_numbers)
{
    struct tq_attest good;
    struct xls_reason why;
    static struct tq q;
    static struct tq_file good_sig;
    uint8_t *sig = q.signature.octets;

    tq_honest(&q, &good, "ecdsa/sha256");
    good_sig = q.signature;
    memcpy(sig + 7, good_sig.octets + 6, good_sig.len - 6);
    sig[5] = 33;
    sig[6] = 0;
    q.signature.len++;
    T(tq_check(&q, NULL, &why) == XLS_PEER_AUTH);
    ck_assert_str_eq(why.rule, "E-18");
    xls_ak_free(q.ak);
}
END_TEST

/* [E-22], [E-23] */
START_TEST(values)
{
    struct tq_attest a, good;
    static struct tq q;

    tq_honest(&q, &good, "rsassa/sha384");
    T(good.digest_len == 48);
    for (size_t i = 0; i < good.digest_len; i++) {
        a = good;
        a.digest[i] ^= 1;
        breaks(&q, &a, "E-23");
    }
    a = good;
    a.digest_len = 32;
    breaks(&q, &a, "E-23");
    a.digest_len = 0;
    breaks(&q, &a, "E-23");
    for (unsigned n = 0; n < 8; n++) {
        q.pcrs.value[n][n] ^= 1;
        breaks(&q, &good, "E-23");
        q.pcrs.value[n][n] ^= 1;
    }
    q.pcrs.value[8][0] ^= 1; /* a value that is not there */
    holds(&q, &good);
    q.pcrs.mask |= 0x100;
    breaks(&q, &good, "E-22");
    q.pcrs.mask = 0x7f;
    breaks(&q, &good, "E-22");
    xls_ak_free(q.ak);
}
END_TEST

/* [E-24] to [E-27]; the quote says clock 1000, resets 7, restarts 2. */
START_TEST(clocks)
{
    static const struct {
        uint64_t clock;
        uint32_t resets, restarts;
        const char *as_last, *as_first;
    } cases[] = {
        {1000, 7, 2, NULL, NULL},     {999, 7, 2, NULL, NULL},
        {0, 7, 2, NULL, NULL},        {1001, 7, 2, "E-25", "E-26"},
        {900, 7, 1, NULL, "E-26"},    {900, 6, 9, NULL, "E-26"},
        {900, 7, 3, "E-25", "E-26"},  {900, 8, 0, "E-25", "E-26"},
        {1001, 6, 2, "E-25", "E-26"}, {UINT64_MAX, 7, 2, "E-25", "E-26"},
    };
    struct tq_attest a;
    static struct tq q;

    tq_honest(&q, &a, "ecdsa/sha256");
    for (size_t i = 0; i < T_COUNT(cases); i++) {
        const struct xls_quote_clock then = {cases[i].clock, cases[i].resets,
                                             cases[i].restarts, true};
        const char *const rules[] = {cases[i].as_last, cases[i].as_first};

        for (int k = 0; k < 2; k++) {
            q.want.last = k == 0 ? &then : NULL;
            q.want.first = k == 0 ? NULL : &then;
            if (rules[k] == NULL) {
                holds(&q, &a);
            } else {
                breaks(&q, &a, rules[k]);
            }
        }
    }
    q.want.first = NULL;
    a.safe = 0;
    breaks(&q, &a, "E-24");
    xls_ak_free(q.ak);
}
END_TEST

START_TEST(firmwares)
{
    uint64_t want = 0x0102030405060708;
    struct tq_attest a;
    static struct tq q;

    tq_honest(&q, &a, "ecdsa/sha256");
    q.want.firmware = &want;
    holds(&q, &a);
    want++; /* [E-27] */
    breaks(&q, &a, "E-27");
    want = 0;
    breaks(&q, &a, "E-27");
    xls_ak_free(q.ak);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        schemes,    contract,     heads,  selections, names,
        signatures, long_numbers, values, clocks,     firmwares,
    };

    (void)setenv("TSS2_LOG", "all+NONE", 1);
    return t_run("attest/rules", tests, T_COUNT(tests));
}
