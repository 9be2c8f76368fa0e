/* SPDX-License-Identifier: LGPL-2.1-only */
/* quotes: what make-quotes made, read back; and quotes of our own making. */
#ifndef XLS_TEST_QUOTES_H
#define XLS_TEST_QUOTES_H

#include <stddef.h>
#include <stdint.h>

#include "attest/quote.h"
#include "base/wr.h"

enum { TQ_FILE_MAX = 20000 };

struct tq_file {
    uint8_t octets[TQ_FILE_MAX];
    size_t len;
};

/* A quote, its key, and the question it answers. */
struct tq {
    struct xls_ak *ak;
    struct tq_file message;
    struct tq_file signature;
    struct tq_file pcrs_file;
    struct tq_file signer;
    struct tq_file qualification;
    struct xls_pcrs pcrs;
    struct xls_quote_want want; /* points into this */
};

/* A file of $XLS_QUOTES, by default $srcdir/tests/data/quotes. */
void tq_file(struct tq_file *out, const char *name, const char *suffix);

/* Load quote NAME of key KEY with its scheme; the caller frees q->ak. */
void tq_load(struct tq *q, const char *name, const char *key,
             const char *scheme);

/* xls_quote_check() of it. */
enum xls_rc tq_check(const struct tq *q, struct xls_quote_facts *facts,
                     struct xls_reason *why);

/* A TPMS_ATTEST, field by field; tq_honest() fills one that is accepted. */
struct tq_attest {
    uint32_t magic;
    uint16_t type;
    uint8_t name[80];
    uint16_t name_len;
    uint8_t extra[80];
    uint16_t extra_len;
    struct xls_quote_clock clock;
    uint8_t safe;
    uint64_t firmware;
    uint32_t banks;
    struct {
        uint16_t hash;
        uint8_t len;
        uint8_t bits[8];
    } bank[20];
    uint8_t digest[80];
    uint16_t digest_len;
};

/* A quote of PCRs 0 to 7 by a key of this test: RSA-2048, or P-256, made once.
 * Values are in q->pcrs; a names what to write. */
void tq_honest(struct tq *q, struct tq_attest *a, const char *scheme);

/* Write a as q's message, and sign it with the key of tq_honest(). */
void tq_sign(struct tq *q, const struct tq_attest *a);

/* Sign q's message as it is. */
void tq_sign_message(struct tq *q);

#endif
