/* SPDX-License-Identifier: LGPL-2.1-only */
#include "attest/eventlog.h"

#include <string.h>

#include "attest/extend.h"
#include "base/rd.h"

enum {
    EV_NO_ACTION = 3,
    SHA1_LEN = 20, /* of the first event's digest, whatever is announced */
    SHA256 = 0x000b,
};

static const struct {
    uint16_t id; /* TPM_ALG_ID */
    uint8_t len;
} known[] = {
    {0x0004, 20},          /* SHA-1 */
    {SHA256, XLS_PCR_LEN}, /* SHA-256 */
    {0x000c, 48},          /* SHA-384 */
    {0x000d, 64},          /* SHA-512 */
    {0x0012, 32},          /* SM3 */
};

/* Both with their NUL. */
static const char head_name[] = "Spec ID Event03";
static const char locality_name[] = "StartupLocality";

struct trial {
    struct xls_rd rd;
    struct xls_eventlog log;
    bool locality_seen;
    const char *rule; /* of what is being read, */
    const char *what; /* and its name */
};

/* Name what is read next, unless something was wrong already. */
static void now(struct trial *t, const char *rule, const char *what)
{
    if (t->rd.rc == XLS_OK) {
        t->rule = rule;
        t->what = what;
    }
}

/* Is this algorithm among those announced?  Its index, or their number. */
static unsigned alg_find(const struct xls_eventlog_algs *algs, uint16_t id)
{
    unsigned i = 0;

    while (i < algs->count && algs->id[i] != id) {
        i++;
    }
    return i;
}

static void alg_read(struct xls_rd *rd, struct xls_eventlog_algs *algs)
{
    uint16_t id = xls_rd_u16le(rd);
    uint16_t len = xls_rd_u16le(rd);
    uint8_t want = 0;

    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        want = known[i].id == id ? known[i].len : want;
    }
    xls_rd_range(rd, want, 1, UINT8_MAX);
    xls_rd_range(rd, len, want, want);
    xls_rd_range(rd, alg_find(algs, id), algs->count, algs->count);
    if (rd->rc == XLS_OK) {
        algs->id[algs->count] = id;
        algs->len[algs->count++] = want;
    }
}

/* The data of the first event; size octets of the log. */
static void spec_read(struct trial *t, uint32_t size)
{
    struct xls_eventlog_algs *algs = &t->log.algs;
    uint8_t name[sizeof(head_name)];
    struct xls_rd *rd = &t->rd;
    size_t behind;
    uint32_t count;
    uint8_t number;

    if (rd->rc == XLS_OK && size > rd->left) {
        rd->rc = XLS_PEER_SHORT;
    }
    behind = rd->left - (rd->rc == XLS_OK ? size : 0);
    xls_rd_copy(rd, name, sizeof(name));
    xls_rd_range(rd, memcmp(name, head_name, sizeof(name)) == 0, 1, 1);
    now(t, "E-42", "the head's version");
    (void)xls_rd_u32le(rd); /* class of the platform */
    xls_rd_zero(rd, 1);     /* minor */
    number = xls_rd_u8(rd); /* major */
    xls_rd_range(rd, number, 2, 2);
    (void)xls_rd_u8(rd);    /* errata */
    number = xls_rd_u8(rd); /* a UINTN's, in 32 bits */
    xls_rd_range(rd, number, 1, 2);
    now(t, "E-42", "the head's list of algorithms");
    count = xls_rd_u32le(rd);
    xls_rd_range(rd, count, 1, XLS_EVENTLOG_ALGS);
    for (uint32_t i = 0; rd->rc == XLS_OK && i < count; i++) {
        alg_read(rd, algs);
    }
    now(t, "E-42", "the head's end");
    (void)xls_rd_sub(rd, xls_rd_u8(rd)); /* the vendor's */
    xls_rd_range(rd, rd->left, behind, behind);
    now(t, "E-43", "the list of algorithms, without SHA-256,");
    xls_rd_range(rd, alg_find(algs, SHA256), 0, algs->count - 1U);
}

/* [E-41] The first event, a TCG_PCR_EVENT: it says what the others are. */
static void head_read(struct trial *t)
{
    struct xls_rd *rd = &t->rd;
    uint32_t type;

    now(t, "E-41",
        "the first event, which is no \"Spec ID Event03\" (a log of version "
        "1.2 has none),");
    xls_rd_zero(rd, 4); /* PCR */
    type = xls_rd_u32le(rd);
    xls_rd_range(rd, type, EV_NO_ACTION, EV_NO_ACTION);
    xls_rd_zero(rd, SHA1_LEN);
    spec_read(t, xls_rd_u32le(rd));
}

/* [E-45] One digest of each algorithm, in any order. */
static void digests_read(struct trial *t, struct xls_event *event)
{
    const struct xls_eventlog_algs *algs = &t->log.algs;
    struct xls_rd *rd = &t->rd;
    uint32_t count;
    unsigned seen = 0;

    now(t, "E-45", "the list of digests");
    count = xls_rd_u32le(rd);
    xls_rd_range(rd, count, algs->count, algs->count);
    for (unsigned i = 0; rd->rc == XLS_OK && i < algs->count; i++) {
        uint16_t id = xls_rd_u16le(rd);
        unsigned k = alg_find(algs, id);
        struct xls_rd digest;

        xls_rd_range(rd, k, 0, algs->count - 1U);
        if (rd->rc != XLS_OK) {
            return;
        }
        xls_rd_range(rd, seen >> k & 1, 0, 0);
        seen |= 1U << k;
        digest = xls_rd_sub(rd, algs->len[k]);
        if (id == SHA256) {
            event->digest = digest.at;
        }
    }
}

/* A TCG_PCR_EVENT2. */
static void event_read(struct trial *t, struct xls_event *event)
{
    struct xls_rd *rd = &t->rd;
    struct xls_rd data;

    now(t, "E-44", "the number of the PCR");
    event->pcr = xls_rd_u32le(rd);
    xls_rd_range(rd, event->pcr, 0, XLS_PCR_COUNT - 1);
    event->type = xls_rd_u32le(rd);
    event->extends = event->type != EV_NO_ACTION;
    digests_read(t, event);
    now(t, "E-40", "the data");
    data = xls_rd_sub(rd, xls_rd_u32le(rd));
    event->data = data.at;
    event->len = data.left;
}

/* [E-46] An event that says from which locality the TPM was started. */
static void locality_judge(struct trial *t, const struct xls_event *event)
{
    struct xls_rd data = xls_rd_over(event->data, event->len);
    uint8_t name[sizeof(locality_name)];
    uint8_t value;

    xls_rd_copy(&data, name, sizeof(name));
    if (data.rc != XLS_OK || memcmp(name, locality_name, sizeof(name)) != 0) {
        return;
    }
    now(t, "E-46", "the locality of the start");
    value = xls_rd_u8(&data);
    xls_rd_range(&data, value, 0, 4);
    xls_rd_range(&data, value == 1 || value == 2, 0, 0);
    xls_rd_range(&data, event->pcr, 0, 0);
    xls_rd_range(&t->rd, xls_rd_end(&data) == XLS_OK, 1, 1);
    if (t->rd.rc == XLS_OK &&
        (t->locality_seen || (t->log.pcrs.mask & 1) != 0)) {
        t->rd.rc = XLS_PEER_ORDER; /* twice, or PCR 0 has moved on */
    }
    t->locality_seen = true;
    t->log.locality = value;
    t->log.pcrs.value[0][XLS_PCR_LEN - 1] = value;
}

/* [E-47] */
static void event_replay(struct trial *t, const struct xls_event *event)
{
    if (!event->extends) {
        locality_judge(t, event);
        return;
    }
    t->log.pcrs.mask |= UINT32_C(1) << event->pcr;
    xls_pcr_extend(t->log.pcrs.value[event->pcr], event->digest);
}

static enum xls_rc refused(const struct trial *t, enum xls_rc rc,
                           struct xls_reason *why)
{
    if (rc == XLS_PEER_SHORT) {
        return xls_reason_set(why, rc, "E-40",
                              "event log: it ends in event %u, in %s",
                              t->log.events, t->what);
    }
    return xls_reason_set(why, rc, t->rule, "event log, event %u: %s is wrong",
                          t->log.events, t->what);
}

enum xls_rc xls_eventlog_read(const void *log, size_t len,
                              struct xls_eventlog *out, struct xls_reason *why)
{
    struct trial t = {.rd = xls_rd_over(log, len)};
    enum xls_rc rc;

    now(&t, "E-40", "its length, over 1 MiB,");
    xls_rd_range(&t.rd, len, 0, XLS_EVENTLOG_MAX);
    head_read(&t);
    t.log.at = t.rd.at;
    t.log.left = t.rd.left;
    while (t.rd.rc == XLS_OK && t.rd.left != 0) {
        struct xls_event event = {0};

        t.log.events++;
        now(&t, "E-44", "the number of events, over 4096,");
        xls_rd_range(&t.rd, t.log.events, 1, XLS_EVENTS_MAX);
        event_read(&t, &event);
        if (t.rd.rc == XLS_OK) {
            event_replay(&t, &event);
        }
    }
    rc = xls_rd_end(&t.rd);
    if (rc != XLS_OK) {
        return refused(&t, rc, why);
    }
    *out = t.log;
    return XLS_OK;
}

bool xls_eventlog_next(struct xls_eventlog *log, struct xls_event *out)
{
    struct trial t = {.rd = xls_rd_over(log->at, log->left), .log = *log};
    struct xls_event event = {0};

    if (log->left == 0) {
        return false;
    }
    event_read(&t, &event);
    if (t.rd.rc != XLS_OK) {
        return false; /* it is not the log that was read */
    }
    log->at = t.rd.at;
    log->left = t.rd.left;
    *out = event;
    return true;
}
