/* SPDX-License-Identifier: LGPL-2.1-only */
#include "attest/softlog.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "attest/extend.h"
#include "base/rd.h"
#include "base/why.h"

enum {
    HEX = 2 * XLS_PCR_LEN,
    LINE_MAX_LEN = 2 + 1 + HEX + 1 + XLS_SOFTLOG_WORDS_MAX + 1,
};

struct trial {
    struct xls_rd rd;
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

/* [E-121] One digit, or two without a zero in front, and a blank. */
static unsigned register_read(struct trial *t)
{
    struct xls_rd *rd = &t->rd;
    unsigned n;
    uint8_t c;

    now(t, "E-121", "the register");
    c = xls_rd_u8(rd);
    xls_rd_range(rd, c, '0', '9');
    n = c - (unsigned)'0';
    c = xls_rd_u8(rd);
    if (c != ' ') {
        xls_rd_range(rd, n, 1, 9);
        xls_rd_range(rd, c, '0', '9');
        n = n * 10 + c - '0';
        c = xls_rd_u8(rd);
        xls_rd_range(rd, c, ' ', ' ');
    }
    xls_rd_range(rd, n, 0, XLS_PCR_COUNT - 1);
    if (rd->rc == XLS_OK) {
        xls_rd_range(rd, XLS_SOFTLOG_REGISTERS >> n & 1, 1, 1);
    }
    return n;
}

static uint8_t digit_read(struct xls_rd *rd)
{
    uint8_t c = xls_rd_u8(rd);
    bool letter = c >= 'a' && c <= 'f';

    if (!letter) {
        xls_rd_range(rd, c, '0', '9');
    }
    return (uint8_t)(letter ? c - 'a' + 10 : c - '0');
}

/* [E-122] */
static void digest_read(struct trial *t, uint8_t out[XLS_PCR_LEN])
{
    uint8_t blank;

    now(t, "E-122", "the digest");
    for (size_t i = 0; i < XLS_PCR_LEN; i++) {
        unsigned high = digit_read(&t->rd);

        out[i] = (uint8_t)(high << 4 | digit_read(&t->rd));
    }
    blank = xls_rd_u8(&t->rd);
    xls_rd_range(&t->rd, blank, ' ', ' ');
}

/* [E-123] All up to the line feed, which is read as well. */
static void words_read(struct trial *t, struct xls_softevent *out)
{
    struct xls_rd *rd = &t->rd;
    const uint8_t *begin = rd->at;
    const uint8_t *end = NULL;

    now(t, "E-123", "the words");
    if (rd->rc == XLS_OK && rd->left != 0) {
        end = memchr(begin, '\n', rd->left);
    }
    if (rd->rc == XLS_OK && end == NULL) {
        rd->rc = XLS_PEER_SHORT;
    }
    if (rd->rc != XLS_OK) {
        return;
    }
    out->words = (const char *)begin;
    out->len = (size_t)(end - begin);
    xls_rd_range(rd, out->len, 1, XLS_SOFTLOG_WORDS_MAX);
    for (size_t i = 0; rd->rc == XLS_OK && i < out->len; i++) {
        xls_rd_range(rd, begin[i], 0x20, 0x7e);
    }
    (void)xls_rd_sub(rd, out->len + 1);
}

static void line_read(struct trial *t, struct xls_softevent *out)
{
    out->pcr = register_read(t);
    digest_read(t, out->digest);
    words_read(t, out);
}

static enum xls_rc refused(const struct trial *t, enum xls_rc rc, unsigned line,
                           struct xls_reason *why)
{
    if (rc == XLS_PEER_SHORT) {
        return xls_reason_set(why, rc, "E-120",
                              "log of software Evidence: it ends in line %u, "
                              "in %s",
                              line, t->what);
    }
    return xls_reason_set(why, rc, t->rule,
                          "log of software Evidence, line %u: %s is wrong",
                          line, t->what);
}

enum xls_rc xls_softlog_read(const void *log, size_t len,
                             struct xls_softlog *out, struct xls_reason *why)
{
    struct trial t = {.rd = xls_rd_over(log, len)};
    struct xls_softlog trial = {.at = log, .left = len};
    enum xls_rc rc;

    now(&t, "E-120", "its length, over 1 MiB,");
    xls_rd_range(&t.rd, len, 0, XLS_SOFTLOG_MAX);
    while (t.rd.rc == XLS_OK && t.rd.left != 0) {
        struct xls_softevent event = {0};

        trial.events++;
        now(&t, "E-120", "the number of lines, over 4096,");
        xls_rd_range(&t.rd, trial.events, 1, XLS_SOFTLOG_LINES_MAX);
        line_read(&t, &event);
        if (t.rd.rc == XLS_OK) {
            trial.pcrs.mask |= UINT32_C(1) << event.pcr;
            xls_pcr_extend(trial.pcrs.value[event.pcr], event.digest);
        }
    }
    rc = xls_rd_end(&t.rd);
    if (rc != XLS_OK) {
        return refused(&t, rc, trial.events, why);
    }
    *out = trial;
    return XLS_OK;
}

bool xls_softlog_next(struct xls_softlog *log, struct xls_softevent *out)
{
    struct trial t = {.rd = xls_rd_over(log->at, log->left)};
    struct xls_softevent event = {0};

    if (log->left == 0) {
        return false;
    }
    line_read(&t, &event);
    if (t.rd.rc != XLS_OK) {
        return false; /* it is not the log that was read */
    }
    log->at = t.rd.at;
    log->left = t.rd.left;
    *out = event;
    return true;
}

/* --- writing -------------------------------------------------------------- */

/* Room for so many octets more? */
static enum xls_rc grow(struct xls_softdraft *draft, size_t more)
{
    size_t size = draft->size == 0 ? 4096 : draft->size;
    char *text;

    if (more > XLS_SOFTLOG_MAX - draft->len) {
        return XLS_BUG_CONTRACT;
    }
    while (size - draft->len < more) {
        size *= 2; /* to twice the most at the utmost */
    }
    if (size == draft->size) {
        return XLS_OK;
    }
    text = realloc(draft->text, size);
    if (text == NULL) {
        return XLS_HOST_NOMEM;
    }
    draft->text = text;
    draft->size = size;
    return XLS_OK;
}

enum xls_rc xls_softdraft_add(struct xls_softdraft *draft, unsigned pcr,
                              const uint8_t digest[XLS_PCR_LEN],
                              const char *words)
{
    char line[LINE_MAX_LEN + 1];
    char hex[HEX + 1];
    size_t len = strlen(words);
    size_t used;
    enum xls_rc rc;

    if (pcr >= XLS_PCR_COUNT || (XLS_SOFTLOG_REGISTERS >> pcr & 1) == 0 ||
        len == 0 || draft->lines == XLS_SOFTLOG_LINES_MAX) {
        return XLS_BUG_CONTRACT;
    }
    xls_hex(hex, sizeof(hex), digest, XLS_PCR_LEN);
    used = (size_t)snprintf(line, sizeof(line), "%u %s ", pcr, hex);
    len = len < XLS_SOFTLOG_WORDS_MAX ? len : XLS_SOFTLOG_WORDS_MAX;
    xls_why_peer(line + used, len + 1, words, len);
    used += len;
    line[used++] = '\n';
    rc = grow(draft, used);
    if (rc != XLS_OK) {
        return rc;
    }
    memcpy(draft->text + draft->len, line, used);
    draft->len += used;
    draft->lines++;
    draft->pcrs.mask |= UINT32_C(1) << pcr;
    xls_pcr_extend(draft->pcrs.value[pcr], digest);
    return XLS_OK;
}

void xls_softdraft_free(struct xls_softdraft *draft)
{
    free(draft->text);
    *draft = (struct xls_softdraft){.text = NULL};
}
