/* SPDX-License-Identifier: LGPL-2.1-only */
#include "attest/imalog.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "attest/extend.h"
#include "base/rd.h"

enum {
    SHA1_LEN = 20,               /* of the template's digest */
    HEAD_LEN = 4 + SHA1_LEN + 4, /* PCR, digest, length of the name */
    NAME_MAX_LEN = 7,            /* of the names below */
    ALG_FIELD_MAX = 6 + 2,       /* "sha256", ':', NUL */
    ROOM = HEAD_LEN + NAME_MAX_LEN + 4 + (int)XLS_IMA_DATA_MAX,
};

static const struct {
    const char *name;
    bool more; /* a third field */
} formats[] = {{"ima-ng", false}, {"ima-sig", true}, {"ima-buf", true}};

static const struct {
    const char *name;
    size_t len;
} algs[] = {{"sha1", SHA1_LEN}, {"sha256", 32}, {"sha384", 48}, {"sha512", 64}};

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

struct xls_imalog {
    xls_ima_take *take;
    void *arg;
    enum xls_rc rc; /* sticks */
    struct xls_reason why;
    size_t total;
    unsigned records;
    uint8_t value[XLS_PCR_LEN];
    /* the record being gathered: have octets of those that are known to come,
     * which are more once the name's length, and the data's, are there */
    size_t have, need, name_len;
    bool sized; /* need counts the data */
    uint8_t octets[ROOM];
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

static enum xls_rc refuse(struct xls_imalog *log, enum xls_rc rc,
                          const char *rule, const char *what)
{
    log->rc = xls_reason_set(&log->why, rc, rule,
                             "IMA's list, record %u: %s is wrong",
                             log->records + 1, what);
    return log->rc;
}

struct xls_imalog *xls_imalog_new(xls_ima_take *take, void *arg)
{
    struct xls_imalog *log = calloc(1, sizeof(*log));

    if (log != NULL) {
        log->take = take;
        log->arg = arg;
        log->need = HEAD_LEN;
    }
    return log;
}

void xls_imalog_free(struct xls_imalog *log)
{
    free(log);
}

/* [E-52] What the name says of the fields. */
static void format_read(struct trial *t, size_t len, struct xls_ima_record *out,
                        bool *more)
{
    char name[NAME_MAX_LEN + 1] = "";

    now(t, "E-52", "the template, none of ima-ng, ima-sig and ima-buf,");
    xls_rd_copy(&t->rd, name, len);
    for (size_t i = 0; i < COUNT(formats); i++) {
        if (strcmp(name, formats[i].name) == 0) {
            out->format = formats[i].name;
            *more = formats[i].more;
        }
    }
    xls_rd_range(&t->rd, out->format != NULL, 1, 1);
}

/* [E-54] d-ng: the algorithm's name, a colon, a NUL, and the digest. */
static void digest_read(struct trial *t, struct xls_ima_record *out)
{
    struct xls_rd field;
    size_t want = 0;
    char name[ALG_FIELD_MAX] = "";
    size_t used = 0;

    now(t, "E-54", "the digest (d-ng)");
    field = xls_rd_sub(&t->rd, xls_rd_u32le(&t->rd));
    while (used + 1 < sizeof(name) &&
           (name[used] = (char)xls_rd_u8(&field)) != ':') {
        used++;
    }
    xls_rd_range(&field, name[used] == ':', 1, 1);
    name[used] = '\0'; /* for the colon */
    xls_rd_zero(&field, 1);
    for (size_t i = 0; i < COUNT(algs); i++) {
        if (strcmp(name, algs[i].name) == 0) {
            out->alg = algs[i].name;
            want = algs[i].len;
        }
    }
    xls_rd_range(&field, want, 1, SIZE_MAX);
    if (out->violation) {
        /* [E-56] no digest, for which kernels leave 20 octets or its size */
        want = field.left == SHA1_LEN ? SHA1_LEN : want;
    }
    out->digest = field.at;
    out->digest_len = want;
    (void)xls_rd_sub(&field, want);
    if (t->rd.rc == XLS_OK) {
        t->rd.rc = xls_rd_end(&field) == XLS_OK ? XLS_OK : XLS_PEER_RANGE;
    }
    if (out->violation && t->rd.rc == XLS_OK) {
        struct xls_rd zeros = xls_rd_over(out->digest, want);

        now(t, "E-56", "the digest of a violation, not zero,");
        xls_rd_zero(&zeros, want);
        t->rd.rc = zeros.rc;
    }
}

/* [E-55] n-ng: a path with its NUL, which is the only one. */
static void path_read(struct trial *t, struct xls_ima_record *out)
{
    struct xls_rd field;
    uint32_t len;
    const uint8_t *end;

    now(t, "E-55", "the path (n-ng)");
    len = xls_rd_u32le(&t->rd);
    xls_rd_range(&t->rd, len, 2, XLS_IMA_PATH_MAX);
    field = xls_rd_sub(&t->rd, len);
    if (t->rd.rc == XLS_OK) {
        end = memchr(field.at, 0, len);
        xls_rd_range(&t->rd, end == field.at + len - 1, 1, 1);
        out->path = (const char *)field.at;
    }
}

static void more_read(struct trial *t, struct xls_ima_record *out)
{
    struct xls_rd field;

    now(t, "E-53", "the third field");
    field = xls_rd_sub(&t->rd, xls_rd_u32le(&t->rd));
    out->more = field.at;
    out->more_len = field.left;
}

/* [E-56], [E-57] What the kernel extends PCR 10 with. */
static void replay(struct xls_imalog *log, bool violation,
                   const struct xls_rd *data)
{
    uint8_t digest[XLS_PCR_LEN];

    if (violation) {
        memset(digest, 0xff, sizeof(digest));
    } else {
        (void)crypto_hash_sha256(digest, data->at, data->left);
    }
    xls_pcr_extend(log->value, digest);
}

/* Is it zeros, in place of a digest? */
static bool is_violation(struct xls_rd *rd)
{
    struct xls_rd digest = xls_rd_sub(rd, SHA1_LEN);

    xls_rd_zero(&digest, SHA1_LEN);
    return digest.rc == XLS_OK;
}

/* The whole record is there. */
static enum xls_rc record_read(struct xls_imalog *log)
{
    struct xls_ima_record record = {0};
    struct trial t = {.rd = xls_rd_over(log->octets, log->need)};
    struct xls_rd data;
    uint32_t pcr;
    bool more = false;
    enum xls_rc rc;

    now(&t, "E-51", "the PCR, which is not 10,");
    pcr = xls_rd_u32le(&t.rd);
    xls_rd_range(&t.rd, pcr, XLS_IMA_PCR, XLS_IMA_PCR);
    record.violation = is_violation(&t.rd);
    format_read(&t, xls_rd_u32le(&t.rd), &record, &more);
    (void)xls_rd_u32le(&t.rd); /* its length, which is what is left */
    data = t.rd;
    digest_read(&t, &record);
    path_read(&t, &record);
    if (more) {
        more_read(&t, &record);
    }
    now(&t, "E-53", "the end of the data");
    rc = xls_rd_end(&t.rd);
    if (rc != XLS_OK) {
        return refuse(log, rc, t.rule, t.what);
    }
    replay(log, record.violation, &data);
    record.value = log->value;
    log->records++;
    if (log->take != NULL) {
        log->rc = log->take(log->arg, &record);
    }
    return log->rc;
}

/* All needed octets are there: need more, or take the record. */
static enum xls_rc step(struct xls_imalog *log)
{
    size_t at = log->need - 4; /* each part but the last ends in a length */
    struct xls_rd rd = xls_rd_over(log->octets + at, 4);
    uint32_t len = 0;

    if (!log->sized) {
        len = xls_rd_u32le(&rd);
    }
    if (log->name_len == 0) {
        if (log->records == XLS_IMA_RECORDS_MAX) {
            return refuse(log, XLS_PEER_RANGE, "E-50",
                          "the number of records, over 65536,");
        }
        if (len == 0 || len > NAME_MAX_LEN) {
            return refuse(log, XLS_PEER_RANGE, "E-52",
                          "the length of the template's name");
        }
        log->name_len = len;
        log->need += len + 4;
        return XLS_OK;
    }
    if (!log->sized) {
        if (len == 0 || len > XLS_IMA_DATA_MAX) {
            return refuse(log, XLS_PEER_RANGE, "E-53",
                          "the length of the data");
        }
        log->sized = true;
        log->need += len;
        return XLS_OK;
    }
    if (record_read(log) == XLS_OK) {
        log->have = log->name_len = 0;
        log->need = HEAD_LEN;
        log->sized = false;
    }
    return log->rc;
}

/* The verdict, and its reason. */
static enum xls_rc verdict(const struct xls_imalog *log, struct xls_reason *why)
{
    if (log->rc != XLS_OK && why != NULL) {
        *why = log->why;
    }
    return log->rc;
}

enum xls_rc xls_imalog_feed(struct xls_imalog *log, const void *p, size_t len,
                            struct xls_reason *why)
{
    struct xls_rd rd = xls_rd_over(p, len);

    if (log->rc == XLS_OK && rd.rc != XLS_OK) {
        log->rc = rd.rc;
    }
    while (log->rc == XLS_OK && rd.left != 0) {
        size_t want = log->need - log->have;
        size_t take = rd.left < want ? rd.left : want;

        if (take > XLS_IMALOG_MAX - log->total) {
            (void)refuse(log, XLS_PEER_RANGE, "E-50",
                         "the length of the list, over 64 MiB,");
            break;
        }
        xls_rd_copy(&rd, log->octets + log->have, take);
        log->have += take;
        log->total += take;
        if (log->have == log->need) {
            log->rc = step(log);
        }
    }
    return verdict(log, why);
}

enum xls_rc xls_imalog_end(const struct xls_imalog *log, unsigned *records,
                           uint8_t value[XLS_PCR_LEN], struct xls_reason *why)
{
    if (log->rc != XLS_OK) {
        return verdict(log, why);
    }
    if (log->have != 0) {
        return xls_reason_set(why, XLS_PEER_SHORT, "E-50",
                              "IMA's list ends inside record %u",
                              log->records + 1);
    }
    *records = log->records;
    memcpy(value, log->value, XLS_PCR_LEN);
    return XLS_OK;
}
