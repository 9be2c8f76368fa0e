/* SPDX-License-Identifier: LGPL-2.1-only */
/* Evidence as octets, and what binds it to one session. */
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "attest/binder.h"
#include "attest/evidence.h"
#include "base/wr.h"
#include "t.h"

static const uint8_t noise[2048] = {1, 2, 3};

static struct xls_evidence sample(enum xls_evidence_kind kind)
{
    struct xls_evidence e = {.kind = kind, .epoch = 1};

    memset(e.policy, 0x70, sizeof(e.policy));
    if (kind != XLS_EVIDENCE_NONE) {
        e.message = noise;
        e.message_len = 145;
        e.signature = noise + 1;
        e.signature_len = 72;
        e.pcrs.mask = 0x105;
        memset(e.pcrs.value, 0x33, sizeof(e.pcrs.value));
        e.log = noise;
        e.log_len = 700;
        e.list = noise + 2;
        e.list_len = 900;
    }
    return e;
}

static bool same(const void *a, size_t a_len, const void *b, size_t b_len)
{
    return a_len == b_len && (a_len == 0 || memcmp(a, b, a_len) == 0);
}

/* [P-56] */
START_TEST(it_makes_the_round)
{
    for (unsigned kind = 0; kind < 3; kind++) {
        struct xls_evidence e = sample((enum xls_evidence_kind)kind);
        struct xls_evidence back;
        uint8_t *octets = NULL;
        size_t len = 0;

        T(xls_evidence_put(&e, &octets, &len) == XLS_OK);
        T(len == (kind == 0 ? 56 : 56 + 145 + 72 + 3 * 32 + 700 + 900));
        T(xls_evidence_get(octets, len, &back) == XLS_OK);
        T(back.kind == e.kind && back.epoch == 1);
        T(memcmp(back.policy, e.policy, 32) == 0);
        T(same(back.message, back.message_len, e.message, e.message_len));
        T(same(back.signature, back.signature_len, e.signature,
               e.signature_len));
        T(same(back.log, back.log_len, e.log, e.log_len));
        T(same(back.list, back.list_len, e.list, e.list_len));
        T(back.pcrs.mask == e.pcrs.mask);
        for (size_t i = 0; i < len; i++) { /* every cut */
            T(xls_rc_is_peer(xls_evidence_get(octets, i, &back)));
        }
        octets = realloc(octets, len + 1); /* and an octet more */
        octets[len] = 0;
        T(xls_evidence_get(octets, len + 1, &back) == XLS_PEER_TRAIL);
        free(octets);
    }
}
END_TEST

/* One octet of the form changed: what it says, or what is said of it. */
START_TEST(the_form_is_judged)
{
    static const struct {
        size_t at;
        uint8_t value;
    } bad[] = {
        {0, 1},  {1, 2},   {1, 0}, /* version */
        {2, 3},  {2, 255},         /* kind */
        {3, 1},                    /* reserved */
        {4, 1},  {7, 2},           /* epoch */
        {40, 4},                   /* the message has 1024 octets at most */
    };
    struct xls_evidence e = sample(XLS_EVIDENCE_TPM);
    struct xls_evidence back;
    uint8_t *octets = NULL;
    size_t len = 0;

    T(xls_evidence_put(&e, &octets, &len) == XLS_OK);
    for (size_t i = 0; i < T_COUNT(bad); i++) {
        uint8_t old = octets[bad[i].at];

        octets[bad[i].at] = bad[i].value;
        T(xls_rc_is_peer(xls_evidence_get(octets, len, &back)));
        octets[bad[i].at] = old;
    }
    octets[2] = XLS_EVIDENCE_NONE; /* and yet with a quote */
    T(xls_evidence_get(octets, len, &back) == XLS_PEER_RANGE);
    free(octets);
}
END_TEST

START_TEST(nothing_malformed_is_sent)
{
    struct xls_evidence e = sample(XLS_EVIDENCE_TPM);
    uint8_t *octets = NULL;
    size_t len = 0;

    e.message_len = 0;
    T(xls_evidence_put(&e, &octets, &len) == XLS_BUG_CONTRACT);
    e = sample(XLS_EVIDENCE_TPM);
    e.message_len = XLS_EVIDENCE_MESSAGE_MAX + 1;
    T(xls_evidence_put(&e, &octets, &len) == XLS_BUG_CONTRACT);
    e = sample(XLS_EVIDENCE_TPM);
    e.pcrs.mask = 0;
    T(xls_evidence_put(&e, &octets, &len) == XLS_BUG_CONTRACT);
    e = sample(XLS_EVIDENCE_TPM);
    e.log_len = XLS_EVIDENCE_LOG_MAX + 1;
    T(xls_evidence_put(&e, &octets, &len) == XLS_BUG_CONTRACT);
    e = sample(XLS_EVIDENCE_NONE);
    e.log = noise;
    e.log_len = 1;
    T(xls_evidence_put(&e, &octets, &len) == XLS_BUG_CONTRACT);
    T(octets == NULL && len == 0);
}
END_TEST

/* [P-57], written down a second time: 264 octets, hashed. */
START_TEST(the_binder_is_the_documents)
{
    uint8_t fields[264];
    uint8_t want[32];
    uint8_t got[32];
    uint8_t h[64], key[32], peer[32], nonce[32], id[16], policy[32], logs[32];
    struct xls_wr wr = xls_wr_over(fields, sizeof(fields));
    struct xls_binder b = {.role = 2,
                           .kind = XLS_EVIDENCE_TPM,
                           .suite = 0x0102,
                           .epoch = 1,
                           .h = h,
                           .attester = key,
                           .verifier = peer,
                           .nonce = nonce,
                           .id = id,
                           .policy = policy,
                           .logs = logs};
    size_t used = 0;

    memset(h, 1, sizeof(h));
    memset(key, 2, sizeof(key));
    memset(peer, 3, sizeof(peer));
    memset(nonce, 4, sizeof(nonce));
    memset(id, 5, sizeof(id));
    memset(policy, 6, sizeof(policy));
    memset(logs, 7, sizeof(logs));
    xls_wr_copy(&wr, "xlsec evidence 1", 16);
    xls_wr_u8(&wr, 2);
    xls_wr_u8(&wr, 1);
    xls_wr_u16be(&wr, 0x0102);
    xls_wr_u32be(&wr, 1);
    xls_wr_copy(&wr, h, sizeof(h));
    xls_wr_copy(&wr, key, sizeof(key));
    xls_wr_copy(&wr, peer, sizeof(peer));
    xls_wr_copy(&wr, nonce, sizeof(nonce));
    xls_wr_copy(&wr, id, sizeof(id));
    xls_wr_copy(&wr, policy, sizeof(policy));
    xls_wr_copy(&wr, logs, sizeof(logs));
    T(xls_wr_end(&wr, &used) == XLS_OK && used == sizeof(fields));
    (void)crypto_hash_sha256(want, fields, sizeof(fields));
    xls_binder(&b, got);
    T(memcmp(want, got, 32) == 0);
}
END_TEST

/* [P-58]: neither log can take an octet from the other. */
START_TEST(the_logs_are_told_apart)
{
    uint8_t a[32];
    uint8_t b[32];

    xls_evidence_logs(noise, 10, noise + 10, 20, a);
    xls_evidence_logs(noise, 11, noise + 11, 19, b);
    T(memcmp(a, b, 32) != 0);
    xls_evidence_logs(NULL, 0, noise, 30, b);
    T(memcmp(a, b, 32) != 0);
    xls_evidence_logs(noise, 30, NULL, 0, a);
    T(memcmp(a, b, 32) != 0);
}
END_TEST

int main(void)
{
    const TTest *const list[] = {
        it_makes_the_round,        the_form_is_judged,
        nothing_malformed_is_sent, the_binder_is_the_documents,
        the_logs_are_told_apart,
    };

    return t_run("evidence", list, T_COUNT(list));
}
