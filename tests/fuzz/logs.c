/* SPDX-License-Identifier: LGPL-2.1-only */
/* The firmware's event log, and IMA's list. */
#include <sodium.h>
#include <string.h>

#include "attest/eventlog.h"
#include "attest/imalog.h"
#include "base/rd.h"
#include "fuzz.h"
#include "logs.h"

/* value = SHA-256(value || digest), once more in another way. */
static void extend(uint8_t value[XLS_PCR_LEN], const uint8_t *digest)
{
    crypto_hash_sha256_state state;

    (void)crypto_hash_sha256_init(&state);
    (void)crypto_hash_sha256_update(&state, value, XLS_PCR_LEN);
    (void)crypto_hash_sha256_update(&state, digest, XLS_PCR_LEN);
    (void)crypto_hash_sha256_final(&state, value);
}

/* What is accepted is given event by event, and leads to the same values. */
void fz_eventlog(const struct fz_target *t, const uint8_t *data, size_t len)
{
    struct xls_eventlog log = {.events = 77};
    struct xls_event event;
    struct xls_reason why = {.rule = ""};
    struct xls_pcrs pcrs = {0};
    unsigned events = 0;
    enum xls_rc rc = xls_eventlog_read(data, len, &log, &why);

    (void)t;
    FZ(xls_eventlog_read(data, len, &log, NULL) == rc);
    if (rc != XLS_OK) {
        fz_unproven(rc, &why);
        FZ(log.events == 77);
        return;
    }
    FZ(log.algs.count >= 1 && log.algs.count <= XLS_EVENTLOG_ALGS);
    FZ(log.events <= XLS_EVENTS_MAX && (log.pcrs.mask & ~XLS_PCRS_ALL) == 0);
    pcrs.value[0][XLS_PCR_LEN - 1] = log.locality;
    while (xls_eventlog_next(&log, &event)) {
        FZ(event.pcr < XLS_PCR_COUNT);
        FZ(event.digest >= data && event.digest + XLS_PCR_LEN <= data + len);
        FZ(event.data >= data && event.len <= len &&
           event.data + event.len <= data + len);
        FZ(event.extends == (event.type != 3));
        if (event.extends) {
            pcrs.mask |= UINT32_C(1) << event.pcr;
            extend(pcrs.value[event.pcr], event.digest);
        }
        events++;
    }
    FZ(events == log.events && log.left == 0);
    FZ(memcmp(&pcrs, &log.pcrs, sizeof(pcrs)) == 0);
}

/* --- IMA ------------------------------------------------------------------ */

struct seen {
    unsigned records;
    uint8_t value[XLS_PCR_LEN];
};

static void number(crypto_hash_sha256_state *state, size_t n)
{
    const uint8_t octets[4] = {(uint8_t)n, (uint8_t)(n >> 8),
                               (uint8_t)(n >> 16), (uint8_t)(n >> 24)};

    (void)crypto_hash_sha256_update(state, octets, sizeof(octets));
}

/* A record's data again from its fields, and the value of PCR 10 from them. */
static enum xls_rc take(void *arg, const struct xls_ima_record *r)
{
    struct seen *seen = arg;
    size_t path = strlen(r->path) + 1;
    size_t alg = strlen(r->alg);
    crypto_hash_sha256_state state;
    uint8_t digest[XLS_PCR_LEN];

    FZ(path >= 2 && path <= XLS_IMA_PATH_MAX);
    FZ(r->digest_len >= 20 && r->digest_len <= 64);
    FZ((strcmp(r->format, "ima-ng") == 0) == (r->more == NULL));
    (void)crypto_hash_sha256_init(&state);
    number(&state, alg + 2 + r->digest_len);
    (void)crypto_hash_sha256_update(&state, (const uint8_t *)r->alg, alg);
    (void)crypto_hash_sha256_update(&state, (const uint8_t *)":", 2);
    (void)crypto_hash_sha256_update(&state, r->digest, r->digest_len);
    number(&state, path);
    (void)crypto_hash_sha256_update(&state, (const uint8_t *)r->path, path);
    if (r->more != NULL) {
        number(&state, r->more_len);
        (void)crypto_hash_sha256_update(&state, r->more, r->more_len);
    }
    (void)crypto_hash_sha256_final(&state, digest);
    if (r->violation) {
        memset(digest, 0xff, sizeof(digest));
    }
    extend(seen->value, digest);
    FZ(memcmp(seen->value, r->value, XLS_PCR_LEN) == 0);
    seen->records++;
    return XLS_OK;
}

/* The verdict on a list that comes in pieces. */
static enum xls_rc feed(const uint8_t *data, size_t len, bool whole,
                        struct seen *seen, struct xls_reason *why)
{
    struct xls_imalog *log = xls_imalog_new(take, seen);
    uint64_t chance = fz_seed(data, len);
    uint8_t value[XLS_PCR_LEN];
    unsigned records = 77;
    enum xls_rc rc = XLS_OK;

    FZ(log != NULL);
    for (size_t at = 0; rc == XLS_OK && at < len;) {
        size_t n = whole ? len : 1 + fz_next(&chance) % 100U;

        n = n < len - at ? n : len - at;
        rc = xls_imalog_feed(log, data + at, n, why);
        at += n;
    }
    if (rc != XLS_OK) {
        FZ(xls_imalog_feed(log, "", 1, NULL) == rc);
    }
    FZ(xls_imalog_end(log, &records, value, why) == rc || rc == XLS_OK);
    if (rc == XLS_OK) {
        rc = xls_imalog_end(log, &records, value, why);
    }
    FZ(records == (rc == XLS_OK ? seen->records : 77));
    FZ(rc != XLS_OK || memcmp(value, seen->value, XLS_PCR_LEN) == 0);
    xls_imalog_free(log);
    return rc;
}

void fz_imalog(const struct fz_target *t, const uint8_t *data, size_t len)
{
    struct seen whole = {.records = 0}, pieces = {.records = 0};
    struct xls_reason why = {.rule = ""}, other = {.rule = ""};
    enum xls_rc rc = feed(data, len, true, &whole, &why);

    (void)t;
    FZ(feed(data, len, false, &pieces, &other) == rc);
    FZ(memcmp(&whole, &pieces, sizeof(whole)) == 0);
    if (rc != XLS_OK) {
        fz_unproven(rc, &why);
        FZ(strcmp(why.text, other.text) == 0);
    }
}

size_t fz_logs_seed(unsigned n, const char **target, uint8_t *out, size_t size)
{
    struct xls_wr wr = xls_wr_over(out, size);
    uint8_t digest[XLS_PCR_LEN];

    tl_digest(n, digest);
    if (n < 2) {
        *target = "eventlog";
        tl_head(&wr);
        tl_event(&wr, NULL, 0, 1, n == 0 ? "v" : "version", n == 0 ? 1 : 7);
        tl_event(&wr, NULL, 7, 2, "a\0b", 3);
    } else if (n < 5) {
        *target = "imalog";
        tl_ima(&wr, NULL, digest, "boot_aggregate");
        tl_ima(&wr, NULL, n == 3 ? NULL : digest, "/usr/bin/a");
        tl_ima(&wr, NULL, digest, "/b");
    } else {
        return 0;
    }
    FZ(wr.rc == XLS_OK);
    return wr.used;
}
