/* SPDX-License-Identifier: LGPL-2.1-only */
#include "attest/minisign.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "base/rd.h"
#include "base/secret.h"
#include "base/why.h"

enum {
    COMMENT_MAX = 1024, /* characters of an untrusted comment */
    TRUSTED_MAX = 8192, /* of a trusted one */
    ALG_LEN = 2,        /* "Ed" or "ED" */
    PREHASH_LEN = 64,   /* of BLAKE2b */
    KEY_OCTETS = ALG_LEN + (int)XLS_MINISIGN_ID + XLS_SIGN_PUB_LEN,
    SIG_OCTETS = ALG_LEN + (int)XLS_MINISIGN_ID + XLS_SIGN_LEN,
};

static const char untrusted[] = "untrusted comment: ";
static const char trusted[] = "trusted comment: ";

/* One line of a text, without its end. */
struct line {
    const char *at;
    size_t len;
};

/* The next line, of a most characters. */
static struct line line_read(struct xls_rd *rd, size_t most)
{
    const uint8_t *end = rd->left == 0 ? NULL : memchr(rd->at, '\n', rd->left);
    struct line line = {"", 0};
    struct xls_rd sub;

    if (rd->rc == XLS_OK && end == NULL) {
        rd->rc = XLS_PEER_SHORT;
    }
    if (rd->rc != XLS_OK) {
        return line;
    }
    xls_rd_range(rd, (uint64_t)(end - rd->at), 0, most);
    sub = xls_rd_sub(rd, (size_t)(end - rd->at));
    xls_rd_range(rd, xls_rd_u8(rd), '\n', '\n');
    if (rd->rc != XLS_OK || memchr(sub.at, '\0', sub.left) != NULL) {
        rd->rc = rd->rc == XLS_OK ? XLS_PEER_RANGE : rd->rc;
        return line;
    }
    return (struct line){(const char *)sub.at, sub.left};
}

/* A line that begins with these words; what is behind them. */
static struct line comment_read(struct xls_rd *rd, const char *words,
                                size_t most)
{
    size_t skip = strlen(words);
    struct line line = line_read(rd, skip + most);

    xls_rd_range(rd, line.len >= skip && strncmp(line.at, words, skip) == 0, 1,
                 1);
    if (rd->rc != XLS_OK) {
        return (struct line){"", 0};
    }
    return (struct line){line.at + skip, line.len - skip};
}

/* A line of base64 for exactly len octets. */
static void base64_read(struct xls_rd *rd, uint8_t *out, size_t len)
{
    size_t digits =
        sodium_base64_ENCODED_LEN(len, sodium_base64_VARIANT_ORIGINAL) - 1;
    struct line line = line_read(rd, digits);
    size_t got = 0;
    const char *end = NULL;

    memset(out, 0, len);
    xls_rd_range(rd, line.len, digits, digits);
    if (rd->rc == XLS_OK &&
        (sodium_base642bin(out, len, line.at, line.len, NULL, &got, &end,
                           sodium_base64_VARIANT_ORIGINAL) != 0 ||
         got != len || end != line.at + line.len)) {
        rd->rc = XLS_PEER_RANGE;
    }
}

enum xls_rc xls_minisign_key_read(const void *text, size_t len,
                                  struct xls_minisign_key *out,
                                  struct xls_reason *why)
{
    struct xls_rd rd = xls_rd_over(text, len);
    struct xls_minisign_key key;
    uint8_t octets[KEY_OCTETS];
    enum xls_rc rc;

    xls_rd_range(&rd, len, 1, XLS_MINISIGN_KEY_MAX);
    (void)comment_read(&rd, untrusted, COMMENT_MAX);
    base64_read(&rd, octets, sizeof(octets));
    xls_rd_range(&rd, octets[0] == 'E' && octets[1] == 'd', 1, 1);
    rc = xls_rd_end(&rd);
    if (rc != XLS_OK) {
        return xls_reason_set(why, rc, "E-100",
                              "the key is not as minisign writes a public key "
                              "(minisign.pub): a line 'untrusted comment: ...' "
                              "and a line of base64");
    }
    memcpy(key.id, octets + ALG_LEN, sizeof(key.id));
    memcpy(key.pub, octets + ALG_LEN + sizeof(key.id), sizeof(key.pub));
    *out = key;
    return XLS_OK;
}

/* An id as a number is shown: its octets from the last to the first. */
static void id_text(const uint8_t id[XLS_MINISIGN_ID],
                    char out[XLS_MINISIGN_ID_TEXT])
{
    static const char digits[] = "0123456789ABCDEF";

    for (size_t i = 0; i < XLS_MINISIGN_ID; i++) {
        uint8_t octet = id[XLS_MINISIGN_ID - 1 - i];

        out[2 * i] = digits[octet >> 4];
        out[2 * i + 1] = digits[octet & 0xf];
    }
    out[2 * (size_t)XLS_MINISIGN_ID] = '\0';
}

void xls_minisign_id(const struct xls_minisign_key *key,
                     char out[XLS_MINISIGN_ID_TEXT])
{
    id_text(key->id, out);
}

/* What a signature's file has. */
struct signature {
    bool prehashed;
    uint8_t id[XLS_MINISIGN_ID];
    /* the signature, and the trusted comment behind it: what the global one is
     * of */
    uint8_t both[XLS_SIGN_LEN + TRUSTED_MAX];
    size_t comment_len;
    uint8_t global[XLS_SIGN_LEN];
};

/* [E-101] */
static enum xls_rc signature_read(const void *text, size_t len,
                                  struct signature *out, struct xls_reason *why)
{
    struct xls_rd rd = xls_rd_over(text, len);
    uint8_t octets[SIG_OCTETS];
    struct line comment;
    enum xls_rc rc;

    xls_rd_range(&rd, len, 1, XLS_MINISIGN_SIG_MAX);
    (void)comment_read(&rd, untrusted, COMMENT_MAX);
    base64_read(&rd, octets, sizeof(octets));
    xls_rd_range(
        &rd, octets[0] == 'E' && (octets[1] == 'd' || octets[1] == 'D'), 1, 1);
    comment = comment_read(&rd, trusted, TRUSTED_MAX);
    base64_read(&rd, out->global, sizeof(out->global));
    rc = xls_rd_end(&rd);
    if (rc != XLS_OK) {
        return xls_reason_set(why, rc, "E-101",
                              "the signature is not as minisign writes one "
                              "(FILE.minisig), with four lines");
    }
    out->prehashed = octets[1] == 'D';
    memcpy(out->id, octets + ALG_LEN, sizeof(out->id));
    memcpy(out->both, octets + ALG_LEN + sizeof(out->id), XLS_SIGN_LEN);
    memcpy(out->both + XLS_SIGN_LEN, comment.at, comment.len);
    out->comment_len = comment.len;
    return XLS_OK;
}

/* [E-102] */
static enum xls_rc signature_judge(const struct xls_minisign_key *key,
                                   const struct signature *sig,
                                   const struct xls_minisign_file *file,
                                   struct xls_reason *why)
{
    uint8_t hash[PREHASH_LEN];
    char expected[XLS_MINISIGN_ID_TEXT];
    char seen[XLS_MINISIGN_ID_TEXT];
    const void *message = file->octets;
    size_t len = file->len;

    if (xls_same(sig->id, key->id, sizeof(sig->id)) != XLS_OK) {
        id_text(key->id, expected);
        id_text(sig->id, seen);
        (void)xls_reason_set(why, XLS_PEER_AUTH, "E-102",
                             "the signature is by another key");
        xls_reason_expected(why, "key %s", expected);
        xls_reason_seen(why, "key %s", seen);
        return XLS_PEER_AUTH;
    }
    if (sig->prehashed) {
        (void)crypto_generichash(hash, sizeof(hash), message, len, NULL, 0);
        message = hash;
        len = sizeof(hash);
    }
    if (xls_sign_verify(key->pub, message, len, sig->both) != XLS_OK) {
        return xls_reason_set(why, XLS_PEER_AUTH, "E-102",
                              "the signature is not of this file by this key");
    }
    if (xls_sign_verify(key->pub, sig->both, XLS_SIGN_LEN + sig->comment_len,
                        sig->global) != XLS_OK) {
        return xls_reason_set(why, XLS_PEER_AUTH, "E-102",
                              "the signature's trusted comment was changed");
    }
    return XLS_OK;
}

enum xls_rc xls_minisign_verify(const struct xls_minisign_key *key,
                                const struct xls_minisign_file *file,
                                char comment[XLS_MINISIGN_COMMENT],
                                struct xls_reason *why)
{
    struct signature *sig = calloc(1, sizeof(*sig));
    enum xls_rc rc;

    if (sig == NULL) {
        return XLS_HOST_NOMEM;
    }
    rc = signature_read(file->sig, file->sig_len, sig, why);
    if (rc == XLS_OK) {
        rc = signature_judge(key, sig, file, why);
    }
    if (rc == XLS_OK && comment != NULL) {
        xls_why_peer(comment, XLS_MINISIGN_COMMENT,
                     (const char *)sig->both + XLS_SIGN_LEN, sig->comment_len);
    }
    free(sig);
    return rc;
}
