/* SPDX-License-Identifier: LGPL-2.1-only */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "attest/quote.h"
#include "check-quote.h"
#include "check.h"
#include "host/fd.h"
#include "say.h"

#define PROGRAM "xlsec check-quote"

/* A file whole. */
struct whole {
    const char *path;
    size_t max;
    const char *rule; /* that a larger one breaks */
    char *octets;
    size_t len;
};

enum { AK, MESSAGE, SIGNATURE, PCRS, FILES };

/* Octets of a hexadecimal text, 1 to max; 0 when it is none. */
static size_t hex_read(const char *text, uint8_t *out, size_t max)
{
    size_t len = strlen(text);

    if (len == 0 || len % 2 != 0 || len / 2 > max ||
        strspn(text, "0123456789abcdefABCDEF") != len) {
        return 0;
    }
    for (size_t i = 0; i < len / 2; i++) {
        const char pair[3] = {text[2 * i], text[2 * i + 1], '\0'};

        out[i] = (uint8_t)strtoul(pair, NULL, 16);
    }
    return len / 2;
}

/* What the options say, as values: the question. */
struct question {
    struct xls_ak_scheme scheme;
    struct xls_quote_want want;
    uint8_t qualification[XLS_QUALIFICATION_MAX];
    uint8_t signer[XLS_QUOTE_NAME_MAX];
};

/* XLS_QUOTE_ACCEPTED, or the exit status, and it has been told. */
static int question_read(const struct xls_check_quote *opts, struct question *q)
{
    struct xls_quote_want *want = &q->want;

    want->qualification = q->qualification;
    want->qualification_len = hex_read(opts->qualification, q->qualification,
                                       sizeof(q->qualification));
    if (want->qualification_len == 0) {
        xls_say_error(PROGRAM,
                      "--qualification %s: not 1 to %u octets in "
                      "hexadecimal",
                      opts->qualification, XLS_QUALIFICATION_MAX);
        return XLS_QUOTE_USAGE;
    }
    if (opts->signer != NULL) {
        want->signer = q->signer;
        want->signer_len = hex_read(opts->signer, q->signer, sizeof(q->signer));
        if (want->signer_len == 0) {
            xls_say_error(PROGRAM, "--signer %s: no name in hexadecimal",
                          opts->signer);
            return XLS_QUOTE_USAGE;
        }
    }
    if (opts->scheme != NULL && !xls_ak_scheme_read(opts->scheme, &q->scheme)) {
        xls_say_error(PROGRAM, "--scheme %s: none such as rsassa/sha256",
                      opts->scheme);
        return XLS_QUOTE_USAGE;
    }
    want->any_pcrs = opts->select == NULL;
    want->pcrs = opts->select == NULL ? 0 : xls_pcrs_mask(opts->select);
    if (!want->any_pcrs && want->pcrs == 0) {
        xls_say_error(PROGRAM, "--select %s: no list of PCRs such as 0-7,9",
                      opts->select);
        return XLS_QUOTE_USAGE;
    }
    return XLS_QUOTE_ACCEPTED;
}

/* Read one; XLS_PEER_RANGE and why when it is larger than it may be. */
static enum xls_rc whole_read(struct whole *file, struct xls_reason *why)
{
    int fd = open(file->path, O_RDONLY | O_CLOEXEC);
    enum xls_rc rc =
        fd < 0 ? XLS_HOST_IO
               : xls_fd_slurp(fd, file->max, &file->octets, &file->len);

    if (rc == XLS_HOST_IO && errno == EFBIG) {
        rc = xls_reason_set(why, XLS_PEER_RANGE, file->rule,
                            "the file is larger than %zu octets", file->max);
    } else if (rc == XLS_HOST_IO) {
        xls_say_error(PROGRAM, "%s: %s", file->path, strerror(errno));
    }
    xls_fd_close(&fd);
    return rc;
}

/* The files against the question; *failed is the one that why is about. */
static enum xls_rc verify(struct whole files[FILES], const struct question *q,
                          struct xls_quote_facts *facts, struct xls_reason *why,
                          const char **failed)
{
    struct xls_ak *ak = NULL;
    struct xls_pcrs pcrs;
    enum xls_rc rc = XLS_OK;

    for (size_t i = 0; rc == XLS_OK && i < FILES; i++) {
        *failed = files[i].path;
        rc = whole_read(&files[i], why);
    }
    if (rc == XLS_OK) {
        *failed = files[AK].path;
        rc = xls_ak_new(files[AK].octets, files[AK].len, &q->scheme, &ak, why);
    }
    if (rc == XLS_OK) {
        *failed = files[PCRS].path;
        rc = xls_pcrs_read(files[PCRS].octets, files[PCRS].len, &pcrs, why);
    }
    if (rc == XLS_OK) {
        const struct xls_quote quote = {
            (const uint8_t *)files[MESSAGE].octets, files[MESSAGE].len,
            (const uint8_t *)files[SIGNATURE].octets, files[SIGNATURE].len,
            &pcrs};

        *failed = files[MESSAGE].path;
        rc = xls_quote_check(&quote, ak, &q->want, facts, why);
    }
    xls_ak_free(ak);
    return rc;
}

static void accepted(const struct xls_check_quote *opts,
                     const struct xls_quote_facts *facts)
{
    const struct xls_quote_clock *clock = &facts->clock;
    char hex[2 * sizeof(facts->signer) + 1];
    const char *comma = "";

    xls_hex(hex, sizeof(hex), facts->signer, facts->signer_len);
    if (opts->json) {
        (void)putchar('{');
        xls_check_put("file", opts->message);
        (void)printf(",\"accepted\":true,\"signer\":\"%s\",\"clock\":%" PRIu64
                     ",\"reset_count\":%" PRIu32 ",\"restart_count\":%" PRIu32
                     ",\"firmware_version\":\"0x%016" PRIx64 "\",\"sha256\":{",
                     hex, clock->clock, clock->reset_count,
                     clock->restart_count, facts->firmware);
    } else {
        (void)printf("%s: accepted\nsigner %s\nresetCount %" PRIu32
                     ", restartCount %" PRIu32 ", clock %" PRIu64
                     " ms, firmwareVersion 0x%016" PRIx64 "\n",
                     opts->message, hex, clock->reset_count,
                     clock->restart_count, clock->clock, facts->firmware);
    }
    for (unsigned n = 0; n < XLS_PCR_COUNT; n++) {
        if ((facts->pcrs.mask >> n & 1) == 0) {
            continue;
        }
        xls_hex(hex, sizeof(hex), facts->pcrs.value[n], XLS_PCR_LEN);
        if (opts->json) {
            (void)printf("%s\"%u\":\"%s\"", comma, n, hex);
            comma = ",";
        } else {
            (void)printf("sha256:%-2u %s\n", n, hex);
        }
    }
    (void)fputs(opts->json ? "}}\n" : "", stdout);
}

static void refused(const struct xls_check_quote *opts, const char *file,
                    const struct xls_reason *why)
{
    if (!opts->json) {
        (void)printf("%s: refused: %s [%s]\n", file, why->text, why->rule);
        if (why->expected[0] != '\0' || why->seen[0] != '\0') {
            (void)printf("expected %s\nseen     %s\n", why->expected,
                         why->seen);
        }
        return;
    }
    (void)putchar('{');
    xls_check_put("file", file);
    (void)printf(",\"accepted\":false,");
    xls_check_put("rule", why->rule);
    (void)putchar(',');
    xls_check_put("text", why->text);
    (void)putchar(',');
    xls_check_put("expected", why->expected);
    (void)putchar(',');
    xls_check_put("seen", why->seen);
    (void)puts("}");
}

int xls_check_quote_run(const struct xls_check_quote *opts)
{
    struct whole files[FILES] = {
        [AK] = {opts->ak, XLS_AK_PEM_MAX, "E-1", NULL, 0},
        [MESSAGE] = {opts->message, XLS_QUOTE_MAX, "E-10", NULL, 0},
        [SIGNATURE] = {opts->signature, XLS_AK_SIG_MAX, "E-16", NULL, 0},
        [PCRS] = {opts->pcrs, XLS_PCRS_FILE_MAX, "E-3", NULL, 0},
    };
    struct question q = {0};
    struct xls_quote_facts facts;
    struct xls_reason why = {0};
    const char *failed = opts->message;
    int status = question_read(opts, &q);
    enum xls_rc rc;

    if (status != XLS_QUOTE_ACCEPTED) {
        return status;
    }
    /* tpm2-tss tells stderr what it could not read; the verdict does already */
    (void)setenv("TSS2_LOG", "all+NONE", 0);
    rc = verify(files, &q, &facts, &why, &failed);
    if (rc == XLS_OK) {
        accepted(opts, &facts);
        status =
            xls_say_done(PROGRAM) == 0 ? XLS_QUOTE_ACCEPTED : XLS_QUOTE_HOST;
    } else if (xls_rc_is_peer(rc)) {
        refused(opts, failed, &why);
        status = XLS_QUOTE_REFUSED;
    } else if (rc == XLS_HOST_IO) {
        status = XLS_QUOTE_UNREAD;
    } else {
        xls_say_error(PROGRAM, "%s", xls_rc_text(rc));
        status = XLS_QUOTE_HOST;
    }
    for (size_t i = 0; i < FILES; i++) {
        free(files[i].octets);
    }
    return status;
}
