/* SPDX-License-Identifier: LGPL-2.1-only */
/* [E-98] Words to a person.  Nothing here has any part in a verdict. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "attest/claimlog.h"
#include "attest/hex.h"
#include "attest/policy-private.h"

enum { HEX_ROOM = 2 * XLS_PCR_LEN + 1, WORDS_ROOM = 96 };

static const char cut[] = "(more is wrong than fits here)\n";

/* Append a line; when it does not fit, that once, and no more. */
__attribute__((format(printf, 2, 3))) static void say(struct xls_appraisal *out,
                                                      const char *format, ...)
{
    size_t used = strlen(out->text);
    size_t room = sizeof(out->text) - sizeof(cut) - used;
    va_list args;
    int len;

    if (used >= sizeof(out->text) - sizeof(cut)) {
        return;
    }
    va_start(args, format);
    len = vsnprintf(out->text + used, room, format, args);
    va_end(args);
    if (len < 0 || (size_t)len >= room) {
        memset(out->text + used, 0, room);
        memcpy(out->text + used, cut, sizeof(cut) - 1);
    }
}

/* The next event of this PCR in a log. */
static bool log_next(struct xls_claimlog *log, unsigned pcr,
                     struct xls_claimlog_event *out)
{
    while (xls_claimlog_next(log, out)) {
        if (out->pcr == pcr) {
            return true;
        }
    }
    return false;
}

/* The next event of this PCR in a set, from *at on; NULL when there is none. */
static const struct policy_event *set_next(const struct policy_set *set,
                                           unsigned pcr, size_t *at)
{
    while (*at < set->event_count) {
        const struct policy_event *event = &set->events[(*at)++];

        if (event->pcr == pcr) {
            return event;
        }
    }
    return NULL;
}

static void say_seen(const struct xls_claimlog_event *seen,
                     struct xls_appraisal *out)
{
    char hex[HEX_ROOM];
    char words[WORDS_ROOM];

    xls_hex(hex, sizeof(hex), seen->digest, XLS_PCR_LEN);
    xls_words(words, sizeof(words), seen->data, seen->len);
    say(out, "    seen     %s, in the log's own words: %s\n", hex,
        words[0] == '\0' ? "(none)" : words);
}

static void say_expected(const struct policy_event *expected,
                         struct xls_appraisal *out)
{
    char hex[HEX_ROOM];

    xls_hex(hex, sizeof(hex), expected->digest, XLS_PCR_LEN);
    say(out, "    expected %s: %.96s\n", hex, expected->words);
}

/* The first event of the PCR that is not the set's. */
static void say_event(const struct policy_set *set, unsigned pcr,
                      const struct xls_claimlog *log, struct xls_appraisal *out)
{
    struct xls_claimlog rest = *log;
    struct xls_claimlog_event seen;
    const struct policy_event *expected;
    unsigned number = 0;
    size_t at = 0;
    bool more;

    do {
        expected = set_next(set, pcr, &at);
        more = log_next(&rest, pcr, &seen);
        number++;
    } while (more && expected != NULL &&
             memcmp(seen.digest, expected->digest, XLS_PCR_LEN) == 0);
    if (expected == NULL && number == 1) {
        say(out,
            "    the set has no 'event' lines of PCR %u: what differs "
            "cannot be said\n",
            pcr);
        return;
    }
    if (expected == NULL && !more) {
        say(out, "    its events are the set's: it was started in another "
                 "way\n");
        return;
    }
    say(out, "    event %u of PCR %u is the first that differs\n", number, pcr);
    if (expected != NULL) {
        say_expected(expected, out);
    } else {
        say(out, "    expected no more events\n");
    }
    if (more) {
        say_seen(&seen, out);
    } else {
        say(out, "    seen     no more events\n");
    }
}

/* What the log, read with verdict rc, says of a PCR. */
static void say_log(const struct policy_set *set, unsigned pcr,
                    const struct xls_claims *claims,
                    const struct xls_claimlog *log, struct xls_appraisal *out)
{
    char hex[HEX_ROOM];

    if (memcmp(log->pcrs.value[pcr], claims->pcrs.value[pcr], XLS_PCR_LEN) ==
        0) {
        say_event(set, pcr, log, out);
        return;
    }
    xls_hex(hex, sizeof(hex), log->pcrs.value[pcr], XLS_PCR_LEN);
    say(out,
        "    the log that came is not of this boot, or not whole: it "
        "leads to %s\n",
        hex);
}

static void say_value(const struct policy_set *set, unsigned pcr,
                      const struct xls_claims *claims,
                      struct xls_appraisal *out)
{
    char expected[HEX_ROOM];
    char seen[HEX_ROOM];

    xls_hex(expected, sizeof(expected), set->value[pcr], XLS_PCR_LEN);
    xls_hex(seen, sizeof(seen), claims->pcrs.value[pcr], XLS_PCR_LEN);
    say(out, "PCR %u: expected %s\n", pcr, expected);
    say(out, "%*sseen     %s\n", pcr < 10 ? 7 : 8, "", seen);
}

static void say_list(const struct xls_reason *why, struct xls_appraisal *out)
{
    say(out, "PCR %u: %s [%s]\n", XLS_IMA_PCR, why->text, why->rule);
    if (why->expected[0] != '\0') {
        say(out, "    expected %s\n", why->expected);
    }
    if (why->seen[0] != '\0') {
        say(out, "    seen     %s\n", why->seen);
    }
}

void xls_policy_explain(const struct policy_set *set, uint32_t differ,
                        const struct xls_claims *claims,
                        const struct xls_reason *ima, struct xls_appraisal *out)
{
    struct xls_claimlog log;
    struct xls_reason why = {.rule = ""};
    enum xls_rc rc = xls_claimlog_read(claims, &log, &why);

    for (unsigned n = 0; n < XLS_POLICY_PCRS; n++) {
        if ((differ >> n & 1) == 0) {
            continue;
        }
        if (set->value[n] == NULL) {
            say_list(ima, out);
            continue;
        }
        say_value(set, n, claims, out);
        if (rc == XLS_OK &&
            (n != XLS_IMA_PCR || claims->kind != XLS_EVIDENCE_TPM)) {
            say_log(set, n, claims, &log, out);
        }
    }
    if (claims->log_len == 0) {
        say(out, "no log came that would say more\n");
    } else if (rc != XLS_OK) {
        say(out, "the log that came cannot be read: %s [%s]\n", why.text,
            why.rule);
    }
}

void xls_policy_log_note(const struct xls_claims *claims,
                         struct xls_appraisal *out)
{
    struct xls_claimlog log;
    struct xls_reason why = {.rule = ""};
    uint32_t leads = 0;
    char names[64];

    if (claims->log_len == 0) {
        say(out, "no log came\n");
        return;
    }
    if (xls_claimlog_read(claims, &log, &why) != XLS_OK) {
        say(out, "the log that came cannot be read: %s [%s]\n", why.text,
            why.rule);
        return;
    }
    for (unsigned n = 0; n < XLS_PCR_COUNT; n++) {
        if ((claims->pcrs.mask >> n & 1) != 0 &&
            memcmp(log.pcrs.value[n], claims->pcrs.value[n], XLS_PCR_LEN) ==
                0) {
            leads |= UINT32_C(1) << n;
        }
    }
    xls_pcrs_name(names, sizeof(names), leads);
    say(out, "the log that came leads to the quoted values of PCRs: %s\n",
        names);
}
