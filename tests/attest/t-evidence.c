/* SPDX-License-Identifier: LGPL-2.1-only */
/* Evidence as octets, and what binds it to one session. */
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "attest/appraise.h"
#include "attest/binder.h"
#include "attest/evidence.h"
#include "attest/software.h"
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

/* [P-57], written down a second time: 296 octets, hashed. */
START_TEST(the_binder_is_the_documents)
{
    uint8_t fields[296];
    uint8_t want[32];
    uint8_t got[32];
    uint8_t h[64], key[32], peer[32], nonce[32], id[16], policy[32], logs[32],
        sums[32];
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
                           .logs = logs,
                           .sums = sums};
    size_t used = 0;

    memset(h, 1, sizeof(h));
    memset(key, 2, sizeof(key));
    memset(peer, 3, sizeof(peer));
    memset(nonce, 4, sizeof(nonce));
    memset(id, 5, sizeof(id));
    memset(policy, 6, sizeof(policy));
    memset(logs, 7, sizeof(logs));
    memset(sums, 8, sizeof(sums));
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
    xls_wr_copy(&wr, sums, sizeof(sums));
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

/* --- a session's Evidence, judged ------------------------------------------
 */

/* A host without a TPM and who judges it: what the second Evidence binds is the
 * same for both kinds. */
struct judged {
    struct xls_sign_key key;
    struct xls_occasion occasion;
    struct xls_appraiser *appraiser;
    struct xls_reason why;
};

static const uint8_t streams[32] = {0x5a, 1}; /* digests of sums */
static const uint8_t other_streams[32] = {0x5a, 2};
static const uint8_t none[32];

static void session_begin(struct judged *j)
{
    static const uint8_t seed[XLS_SIGN_SEED_LEN] = {7};
    struct xls_enrolled enrolled;

    memset(j, 0, sizeof(*j));
    xls_sign_key_over_seed(seed, &j->key);
    memset(&enrolled, 0, sizeof(enrolled));
    enrolled.wanted = XLS_EVIDENCE_SOFTWARE;
    enrolled.has_evidence_key = true;
    memcpy(enrolled.evidence_key, j->key.pub, sizeof(enrolled.evidence_key));
    enrolled.learning = true;
    j->occasion.peer_role = 1;
    j->occasion.suite = 1;
    memset(j->occasion.h, 1, sizeof(j->occasion.h));
    T(xls_appraiser_new(&enrolled, &j->occasion, NULL, 0, &j->appraiser,
                        &j->why) == XLS_OK);
}

/* Evidence over these sums, and the verdict on it. */
static enum xls_rc judge(struct judged *j, uint32_t epoch, const uint8_t *sums)
{
    static const char line[] = "0 "
                               "00112233445566778899aabbccddeeff"
                               "00112233445566778899aabbccddeeff what\n";
    const struct xls_occasion *o = &j->occasion;
    struct xls_softlog log;
    struct xls_software_clock clock = {.boot_id = {1}, .uptime = 100 + epoch};
    struct xls_evidence e = {.kind = XLS_EVIDENCE_SOFTWARE,
                             .epoch = epoch,
                             .log = (const uint8_t *)line,
                             .log_len = sizeof(line) - 1};
    uint8_t logs[32];
    uint8_t hash[XLS_BINDER_LEN];
    uint8_t message[XLS_SOFTWARE_MAX];
    uint8_t sig[XLS_SIGN_LEN];
    const struct xls_binder b = {.role = o->peer_role,
                                 .kind = e.kind,
                                 .suite = o->suite,
                                 .epoch = epoch,
                                 .h = o->h,
                                 .attester = o->peer_key,
                                 .verifier = o->own_key,
                                 .nonce = o->own_nonce,
                                 .id = o->id,
                                 .policy = e.policy,
                                 .logs = logs,
                                 .sums = sums};
    const struct xls_software_state state = {hash, &clock, &log.pcrs};
    struct xls_attested attested;
    uint8_t *octets = NULL;
    size_t len = 0;
    enum xls_rc rc;

    T(xls_softlog_read(line, sizeof(line) - 1, &log, NULL) == XLS_OK);
    xls_evidence_logs(e.log, e.log_len, NULL, 0, logs);
    xls_binder(&b, hash);
    T(xls_software_sign(&state, &j->key, message, &e.message_len, sig) ==
      XLS_OK);
    e.message = message;
    e.signature = sig;
    e.signature_len = sizeof(sig);
    e.pcrs = log.pcrs;
    T(xls_evidence_put(&e, &octets, &len) == XLS_OK);
    memset(&j->why, 0, sizeof(j->why));
    rc = xls_appraise(j->appraiser, octets, len, NULL, &attested, &j->why);
    free(octets);
    return rc;
}

/* [P-57] The second Evidence is about the streams as we have them. */
START_TEST(the_second_binds_the_streams)
{
    const uint8_t *const wrong[] = {other_streams, none};
    struct judged j;

    session_begin(&j);
    T(judge(&j, 0, none) == XLS_OK);
    T(xls_appraiser_sums(j.appraiser, streams) == XLS_OK);
    T(judge(&j, 1, streams) == XLS_OK);
    xls_appraiser_free(j.appraiser);
    for (size_t i = 0; i < T_COUNT(wrong); i++) {
        session_begin(&j);
        T(judge(&j, 0, none) == XLS_OK);
        T(xls_appraiser_sums(j.appraiser, streams) == XLS_OK);
        T(judge(&j, 1, wrong[i]) == XLS_PEER_AUTH);
        T(strcmp(j.why.rule, "E-115") == 0);
        T(judge(&j, 1, streams) == XLS_PEER_AUTH); /* final */
        xls_appraiser_free(j.appraiser);
    }
}
END_TEST

START_TEST(the_first_binds_none)
{
    struct judged j;

    session_begin(&j);
    T(judge(&j, 0, streams) == XLS_PEER_AUTH);
    T(strcmp(j.why.rule, "E-115") == 0);
    xls_appraiser_free(j.appraiser);
}
END_TEST

/* Whoever forgets the sums accepts nothing. */
START_TEST(sums_come_once_and_in_their_place)
{
    struct judged j;

    session_begin(&j);
    T(xls_appraiser_sums(j.appraiser, streams) == XLS_BUG_CONTRACT);
    T(judge(&j, 0, none) == XLS_OK);
    T(xls_appraiser_sums(j.appraiser, streams) == XLS_OK);
    T(xls_appraiser_sums(j.appraiser, other_streams) == XLS_BUG_CONTRACT);
    T(judge(&j, 1, streams) == XLS_OK);
    T(xls_appraiser_sums(j.appraiser, streams) == XLS_BUG_CONTRACT);
    xls_appraiser_free(j.appraiser);
    session_begin(&j);
    T(judge(&j, 0, none) == XLS_OK);
    T(judge(&j, 1, none) == XLS_BUG_CONTRACT);
    T(judge(&j, 1, none) == XLS_BUG_CONTRACT);
    xls_appraiser_free(j.appraiser);
}
END_TEST

int main(void)
{
    const TTest *const list[] = {
        it_makes_the_round,        the_form_is_judged,
        nothing_malformed_is_sent, the_binder_is_the_documents,
        the_logs_are_told_apart,   the_second_binds_the_streams,
        the_first_binds_none,      sums_come_once_and_in_their_place,
    };

    return t_run("evidence", list, T_COUNT(list));
}
