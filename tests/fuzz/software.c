/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * Software Evidence.  The key is the target's own, so a statement is hostile
 * and its signature good; and its registers are, if asked, what the log
 * replays to, so that what stands behind both is reached.
 */
#include <string.h>

#include "attest/software.h"
#include "base/rd.h"
#include "fuzz.h"

enum {
    HEAD = 3,     /* octets: what is asked, octets of the statement */
    VALUES = 76,  /* where a statement's values begin */
    REQUIRED = 1, /* registers 0, 1 and 9 */
    LAST = 2,
    FIRST = 4,
    MEND = 8, /* the registers */
};

static const struct xls_software_clock then = {{1, 2, 3}, 1000};
static const uint8_t binder[XLS_SOFTWARE_BINDER_LEN] = {0xb1};

/* What the log replays to; or zeros in what the statement's mask has. */
static struct xls_pcrs registers(const uint8_t *message, size_t len,
                                 const struct xls_software *software)
{
    struct xls_softlog log = {.events = 0};
    struct xls_rd rd = xls_rd_over(message, len);

    if (xls_softlog_read(software->log, software->log_len, &log, NULL) !=
        XLS_OK) {
        (void)xls_rd_sub(&rd, VALUES - 4);
        log.pcrs.mask = xls_rd_u32be(&rd);
    }
    return log.pcrs;
}

/* Put these registers into the statement, which has its first VALUES octets. */
static size_t mend(uint8_t *message, const struct xls_pcrs *pcrs)
{
    size_t len = VALUES;

    for (unsigned i = 0; i < 4; i++) {
        message[VALUES - 4 + i] = (uint8_t)(pcrs->mask >> (24 - 8 * i));
    }
    for (unsigned n = 0; n < XLS_PCR_COUNT; n++) {
        if ((pcrs->mask >> n & 1) != 0) {
            memcpy(message + len, pcrs->value[n], XLS_PCR_LEN);
            len += XLS_PCR_LEN;
        }
    }
    return len;
}

/* What was accepted, as a second reader reads it. */
static void accepted(const struct xls_software *s,
                     const struct xls_software_want *want,
                     const struct xls_software_facts *facts)
{
    struct xls_rd rd = xls_rd_over(s->message, s->message_len);
    uint8_t octets[XLS_PCR_LEN];

    xls_rd_copy(&rd, octets, 16);
    FZ(memcmp(octets, "xlsec software 1", 16) == 0);
    xls_rd_copy(&rd, octets, 32);
    FZ(memcmp(octets, binder, 32) == 0);
    xls_rd_copy(&rd, octets, 16);
    FZ(memcmp(octets, facts->clock.boot_id, 16) == 0);
    FZ(xls_rd_u64be(&rd) == facts->clock.uptime);
    FZ(xls_rd_u32be(&rd) == facts->pcrs.mask);
    FZ(facts->pcrs.mask != 0 && facts->pcrs.mask <= 0xffff);
    FZ(want->any_pcrs || facts->pcrs.mask == want->pcrs);
    FZ(rd.left == 32 * (size_t)__builtin_popcount(facts->pcrs.mask));
    FZ(want->first == NULL ||
       memcmp(facts->clock.boot_id, then.boot_id, 16) == 0);
    FZ(want->first == NULL || facts->clock.uptime >= then.uptime);
    FZ(want->last == NULL || facts->clock.uptime >= then.uptime ||
       memcmp(facts->clock.boot_id, then.boot_id, 16) != 0);
    FZ(memcmp(&facts->pcrs, &facts->log.pcrs, sizeof(facts->pcrs)) == 0);
}

/* Octet 0: what is asked; 1 and 2: octets of the statement; the statement; and
 * the log. */
void fz_software(const struct fz_target *t, const uint8_t *data, size_t len)
{
    static const uint8_t seed[XLS_SIGN_SEED_LEN] = {7};
    static struct xls_sign_key key;
    static uint8_t message[VALUES + XLS_PCR_COUNT * XLS_PCR_LEN];
    uint8_t sig[XLS_SIGN_LEN];
    struct xls_software s = {.message = message, .signature = sig};
    struct xls_software_want want = {.key = key.pub, .binder = binder};
    struct xls_software_facts facts, before;
    struct xls_pcrs pcrs;
    struct xls_reason why = {0};
    enum xls_rc rc;

    (void)t;
    if (len < HEAD) {
        return;
    }
    xls_sign_key_over_seed(seed, &key);
    s.message_len = ((size_t)data[1] << 8 | data[2]) % sizeof(message);
    s.message_len = s.message_len < len - HEAD ? s.message_len : len - HEAD;
    memcpy(message, data + HEAD, s.message_len);
    s.log = data + HEAD + s.message_len;
    s.log_len = len - HEAD - s.message_len;
    s.signature_len = sizeof(sig);
    want.pcrs = (data[0] & REQUIRED) != 0 ? 0x203 : 0;
    want.any_pcrs = want.pcrs == 0;
    want.last = (data[0] & LAST) != 0 ? &then : NULL;
    want.first = (data[0] & FIRST) != 0 ? &then : NULL;
    pcrs = registers(message, s.message_len, &s);
    s.pcrs = &pcrs;
    if ((data[0] & MEND) != 0 && s.message_len >= VALUES) {
        s.message_len = mend(message, &pcrs);
    }
    xls_sign(&key, message, s.message_len, sig);
    memset(&facts, 0xa5, sizeof(facts));
    memset(&before, 0xa5, sizeof(before));
    rc = xls_software_check(&s, &want, &facts, &why);
    FZ(xls_software_check(&s, &want, NULL, NULL) == rc);
    if (rc != XLS_OK) {
        fz_unproven(rc, &why);
        FZ(memcmp(&facts, &before, sizeof(facts)) == 0);
        return;
    }
    accepted(&s, &want, &facts);
    sig[data[1] % sizeof(sig)] ^= 1;
    FZ(xls_software_check(&s, &want, NULL, NULL) == XLS_PEER_AUTH);
}

/* What is accepted is, written by us, the same octets and registers. */
void fz_softlog(const struct fz_target *t, const uint8_t *data, size_t len)
{
    struct xls_softlog log = {.events = 0};
    struct xls_softevent event;
    struct xls_softdraft draft = {.len = 0};
    struct xls_reason why = {0};
    enum xls_rc rc = xls_softlog_read(data, len, &log, &why);
    unsigned events = log.events;
    char words[XLS_SOFTLOG_WORDS_MAX + 1];

    (void)t;
    if (rc != XLS_OK) {
        fz_unproven(rc, &why);
        FZ(log.events == 0 && log.at == NULL);
        return;
    }
    while (xls_softlog_next(&log, &event)) {
        FZ(event.len >= 1 && event.len <= XLS_SOFTLOG_WORDS_MAX);
        memcpy(words, event.words, event.len);
        words[event.len] = '\0';
        FZ(strlen(words) == event.len);
        FZ(xls_softdraft_add(&draft, event.pcr, event.digest, words) == XLS_OK);
    }
    FZ(draft.lines == events && draft.len == len);
    FZ(len == 0 || memcmp(draft.text, data, len) == 0);
    FZ(memcmp(&draft.pcrs, &log.pcrs, sizeof(draft.pcrs)) == 0);
    xls_softdraft_free(&draft);
}

/* The n-th first input of both targets. */
size_t fz_software_seed(unsigned n, const char **target, uint8_t *out,
                        size_t size)
{
    static const char log[] =
        "0 00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff "
        "xen version: 4.17\n"
        "1 00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff "
        "xen command line: dom0_mem=512M\n"
        "9 00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff "
        "file /usr/sbin/xlsecd\n";
    static const uint8_t heads[] = {MEND, MEND | REQUIRED, MEND | LAST,
                                    MEND | FIRST, 0};

    if (n == 0) {
        *target = "softlog";
        memcpy(out, log, sizeof(log) - 1);
        return sizeof(log) - 1;
    }
    if (n > sizeof(heads)) {
        return 0;
    }
    *target = "software";
    FZ(size >= HEAD + VALUES + sizeof(log));
    memset(out, 0, HEAD + VALUES);
    out[0] = heads[n - 1];
    out[2] = VALUES;
    memcpy(out + HEAD, "xlsec software 1", 16);
    memcpy(out + HEAD + 16, binder, sizeof(binder));
    memcpy(out + HEAD + 48, then.boot_id, sizeof(then.boot_id));
    out[HEAD + 64 + 6] = 4; /* 1024 ms */
    out[HEAD + VALUES - 1] = 1;
    memcpy(out + HEAD + VALUES, log, sizeof(log) - 1);
    return HEAD + VALUES + sizeof(log) - 1;
}
