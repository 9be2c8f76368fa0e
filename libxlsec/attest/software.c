/* SPDX-License-Identifier: LGPL-2.1-only */
#include "attest/software.h"

#include <inttypes.h>
#include <string.h>

#include "base/rd.h"
#include "base/secret.h"
#include "base/wr.h"

enum { LABEL_LEN = 16 };

static const char label[LABEL_LEN + 1] = "xlsec software 1";

/* A statement while it is judged; what comes from the peer begins with peer_ */
struct trial {
    const struct xls_software *software;
    const struct xls_software_want *want;
    struct xls_reason *why;
    /* from form() on */
    uint8_t peer_binder[XLS_SOFTWARE_BINDER_LEN];
    struct xls_software_clock peer_clock;
    struct xls_pcrs peer_pcrs;
    struct xls_softlog peer_log; /* from log_replay() on */
};

static bool is_zero(const uint8_t *p, size_t len)
{
    uint8_t all = 0;

    for (size_t i = 0; i < len; i++) {
        all |= p[i];
    }
    return all == 0;
}

/* --- form ----------------------------------------------------------------- */

/* [E-110], [E-111] before anything else looks at the octets. */
static enum xls_rc head(struct trial *t)
{
    const struct xls_software *s = t->software;

    if (s->message_len < XLS_SOFTWARE_MIN ||
        s->message_len > XLS_SOFTWARE_MAX) {
        return xls_reason_set(
            t->why,
            s->message_len < XLS_SOFTWARE_MIN ? XLS_PEER_SHORT : XLS_PEER_RANGE,
            "E-110", "the statement has %zu octets, and not %u to %u",
            s->message_len, XLS_SOFTWARE_MIN, XLS_SOFTWARE_MAX);
    }
    if (xls_same(s->message, label, LABEL_LEN) != XLS_OK) {
        return xls_reason_set(t->why, XLS_PEER_RANGE, "E-111",
                              "this is no statement of software Evidence: its "
                              "label is another");
    }
    return XLS_OK;
}

/* [E-112] */
static enum xls_rc form(struct trial *t)
{
    const struct xls_software *s = t->software;
    struct xls_rd rd = xls_rd_over(s->message, s->message_len);
    struct xls_pcrs *pcrs = &t->peer_pcrs;
    enum xls_rc rc;

    (void)xls_rd_sub(&rd, LABEL_LEN);
    xls_rd_copy(&rd, t->peer_binder, sizeof(t->peer_binder));
    xls_rd_copy(&rd, t->peer_clock.boot_id, sizeof(t->peer_clock.boot_id));
    xls_rd_range(&rd, is_zero(t->peer_clock.boot_id, XLS_BOOT_ID_LEN), 0, 0);
    t->peer_clock.uptime = xls_rd_u64be(&rd);
    pcrs->mask = xls_rd_u32be(&rd);
    xls_rd_range(&rd, pcrs->mask, 1, XLS_SOFTLOG_REGISTERS);
    for (unsigned n = 0; rd.rc == XLS_OK && n < XLS_PCR_COUNT; n++) {
        if ((pcrs->mask >> n & 1) != 0) {
            xls_rd_copy(&rd, pcrs->value[n], XLS_PCR_LEN);
        }
    }
    rc = xls_rd_end(&rd);
    if (rc != XLS_OK) {
        return xls_reason_set(t->why, rc, "E-112",
                              "the statement is not as statements of software "
                              "Evidence are (%s)",
                              xls_rc_text(rc));
    }
    return XLS_OK;
}

/* --- who and what for ----------------------------------------------------- */

/* [E-113], [E-114] */
static enum xls_rc signature(struct trial *t)
{
    const struct xls_software *s = t->software;

    if (s->signature_len != XLS_SIGN_LEN) {
        return xls_reason_set(t->why, XLS_PEER_RANGE, "E-113",
                              "the signature has %zu octets, and not %d",
                              s->signature_len, XLS_SIGN_LEN);
    }
    if (xls_sign_verify(t->want->key, s->message, s->message_len,
                        s->signature) != XLS_OK) {
        return xls_reason_set(t->why, XLS_PEER_AUTH, "E-114",
                              "the enrolled evidence key did not sign this "
                              "statement");
    }
    return XLS_OK;
}

/* [E-115] An answer to another question is none to this one. */
static enum xls_rc binder(struct trial *t)
{
    if (xls_same(t->want->binder, t->peer_binder, XLS_SOFTWARE_BINDER_LEN) ==
        XLS_OK) {
        return XLS_OK;
    }
    (void)xls_reason_set(t->why, XLS_PEER_AUTH, "E-115",
                         "the statement answers another question: its binder "
                         "is another");
    xls_reason_octets(t->why, t->want->binder, XLS_SOFTWARE_BINDER_LEN,
                      t->peer_binder, XLS_SOFTWARE_BINDER_LEN);
    return XLS_PEER_AUTH;
}

/* --- which registers, and what is in them --------------------------------- */

static void say_masks(struct xls_reason *why, uint32_t want, uint32_t seen)
{
    char name[64];

    xls_pcrs_name(name, sizeof(name), want);
    xls_reason_expected(why, "registers %s", name);
    xls_pcrs_name(name, sizeof(name), seen);
    xls_reason_seen(why, "registers %s", name);
}

/* [E-116] */
static enum xls_rc selection(struct trial *t)
{
    const struct xls_software_want *want = t->want;

    if (want->any_pcrs || t->peer_pcrs.mask == want->pcrs) {
        return XLS_OK;
    }
    (void)xls_reason_set(t->why, XLS_PEER_POLICY, "E-116",
                         "the statement is of other registers than are "
                         "required");
    say_masks(t->why, want->pcrs, t->peer_pcrs.mask);
    return XLS_PEER_POLICY;
}

/* Is it what was signed?  what: the other one, for words. */
static enum xls_rc as_signed(struct trial *t, const struct xls_pcrs *seen,
                             const char *rule, const char *what)
{
    const struct xls_pcrs *want = &t->peer_pcrs;

    if (want->mask != seen->mask) {
        (void)xls_reason_set(t->why, XLS_PEER_AUTH, rule,
                             "%s of other registers than were signed", what);
        say_masks(t->why, want->mask, seen->mask);
        return XLS_PEER_AUTH;
    }
    for (unsigned n = 0; n < XLS_PCR_COUNT; n++) {
        if ((want->mask >> n & 1) != 0 &&
            xls_same(want->value[n], seen->value[n], XLS_PCR_LEN) != XLS_OK) {
            (void)xls_reason_set(t->why, XLS_PEER_AUTH, rule,
                                 "%s of another value in register %u than was "
                                 "signed",
                                 what, n);
            xls_reason_octets(t->why, want->value[n], XLS_PCR_LEN,
                              seen->value[n], XLS_PCR_LEN);
            return XLS_PEER_AUTH;
        }
    }
    return XLS_OK;
}

/* [E-117] What stands outside the signature counts for nothing, and agrees. */
static enum xls_rc values(struct trial *t)
{
    return as_signed(t, t->software->pcrs, "E-117", "what is given beside is");
}

/* --- since when ----------------------------------------------------------- */

static bool same_boot(const struct xls_software_clock *a,
                      const struct xls_software_clock *b)
{
    return xls_same(a->boot_id, b->boot_id, XLS_BOOT_ID_LEN) == XLS_OK;
}

static void clock_say(struct xls_reason *why,
                      const struct xls_software_clock *want,
                      const struct xls_software_clock *seen)
{
    static const char format[] = "boot %s, uptime %" PRIu64 " ms";
    char id[2 * XLS_BOOT_ID_LEN + 1];

    xls_hex(id, sizeof(id), want->boot_id, XLS_BOOT_ID_LEN);
    xls_reason_expected(why, format, id, want->uptime);
    xls_hex(id, sizeof(id), seen->boot_id, XLS_BOOT_ID_LEN);
    xls_reason_seen(why, format, id, seen->uptime);
}

/* [E-118] Software counts no boots, so another boot may be an older one. */
static enum xls_rc clock_after_last(struct trial *t)
{
    const struct xls_software_clock *last = t->want->last;

    if (last == NULL || !same_boot(last, &t->peer_clock) ||
        t->peer_clock.uptime >= last->uptime) {
        return XLS_OK;
    }
    (void)xls_reason_set(t->why, XLS_PEER_POLICY, "E-118",
                         "the statement is older than the last that was "
                         "accepted");
    clock_say(t->why, last, &t->peer_clock);
    return XLS_PEER_POLICY;
}

/* [E-119] The host of the first statement still runs what it ran then. */
static enum xls_rc clock_as_first(struct trial *t)
{
    const struct xls_software_clock *first = t->want->first;

    if (first == NULL || (same_boot(first, &t->peer_clock) &&
                          t->peer_clock.uptime >= first->uptime)) {
        return XLS_OK;
    }
    (void)xls_reason_set(t->why, XLS_PEER_POLICY, "E-119",
                         "the host was booted anew since its first statement");
    clock_say(t->why, first, &t->peer_clock);
    return XLS_PEER_POLICY;
}

/* --- what was measured ---------------------------------------------------- */

/* [E-124] */
static enum xls_rc log_replay(struct trial *t)
{
    enum xls_rc rc = xls_softlog_read(t->software->log, t->software->log_len,
                                      &t->peer_log, t->why);

    return rc == XLS_OK
               ? as_signed(t, &t->peer_log.pcrs, "E-124", "the log replays to")
               : rc;
}

/* The order of doc/EVIDENCE.md section 6. */
static enum xls_rc (*const checks[])(struct trial *t) = {
    head,       form,   signature,        binder,
    selection,  values, clock_after_last, clock_as_first,
    log_replay,
};

/* Is there something to hold it against?  Nothing is optional by being zero. */
static bool is_question(const struct xls_software *software,
                        const struct xls_software_want *want)
{
    return want->key != NULL && want->binder != NULL &&
           software->pcrs != NULL && want->any_pcrs == (want->pcrs == 0);
}

enum xls_rc xls_software_check(const struct xls_software *software,
                               const struct xls_software_want *want,
                               struct xls_software_facts *facts,
                               struct xls_reason *why)
{
    struct trial t = {.software = software, .want = want, .why = why};
    enum xls_rc rc = is_question(software, want) ? XLS_OK : XLS_BUG_CONTRACT;

    for (size_t i = 0; rc == XLS_OK && i < sizeof(checks) / sizeof(checks[0]);
         i++) {
        rc = checks[i](&t); /* [E-9] the first that fails is the verdict */
    }
    if (rc == XLS_OK && facts != NULL) {
        *facts = (struct xls_software_facts){
            .clock = t.peer_clock, .pcrs = t.peer_pcrs, .log = t.peer_log};
    }
    return rc;
}

enum xls_rc xls_software_sign(const struct xls_software_state *state,
                              const struct xls_sign_key *key,
                              uint8_t message[XLS_SOFTWARE_MAX], size_t *len,
                              uint8_t sig[XLS_SIGN_LEN])
{
    const struct xls_pcrs *pcrs = state->pcrs;
    uint8_t octets[XLS_SOFTWARE_MAX];
    struct xls_wr wr = xls_wr_over(octets, sizeof(octets));
    size_t used = 0;
    enum xls_rc rc;

    if (pcrs->mask == 0 || (pcrs->mask & ~XLS_SOFTLOG_REGISTERS) != 0 ||
        is_zero(state->clock->boot_id, XLS_BOOT_ID_LEN)) {
        return XLS_BUG_CONTRACT;
    }
    xls_wr_copy(&wr, label, LABEL_LEN);
    xls_wr_copy(&wr, state->binder, XLS_SOFTWARE_BINDER_LEN);
    xls_wr_copy(&wr, state->clock->boot_id, XLS_BOOT_ID_LEN);
    xls_wr_u64be(&wr, state->clock->uptime);
    xls_wr_u32be(&wr, pcrs->mask);
    for (unsigned n = 0; n < XLS_PCR_COUNT; n++) {
        if ((pcrs->mask >> n & 1) != 0) {
            xls_wr_copy(&wr, pcrs->value[n], XLS_PCR_LEN);
        }
    }
    rc = xls_wr_end(&wr, &used);
    if (rc == XLS_OK) {
        memcpy(message, octets, used);
        *len = used;
        xls_sign(key, octets, used, sig);
    }
    return rc;
}
