/* SPDX-License-Identifier: LGPL-2.1-only */
/* Texts: the configuration, words that a peer says, files of ours. */
#include <stdlib.h>
#include <string.h>

#include "base/rd.h"
#include "base/why.h"
#include "fuzz.h"
#include "host/conf.h"
#include "host/keytext.h"
#include "host/msg.h"
#include "proto/text.h"
#include "xenfmt/config.h"
#include "xenfmt/json.h"

/* What every engine has to find, or it finds nothing. */
void fz_canary(const struct fz_target *t, const uint8_t *data, size_t len)
{
    (void)t;
    FZ(len < 3 || data[0] != 'B' || data[1] != 'A' || data[2] != 'D');
}

/* --- base/rd: reads as the first octets say, against a plain cursor --------
 */

/* What the reader has to give: width octets, in this order. */
static uint64_t plain(const uint8_t *p, size_t width, bool big)
{
    uint64_t v = 0;

    for (size_t i = 0; i < width; i++) {
        v |= (uint64_t)p[i] << 8 * (big ? width - 1 - i : i);
    }
    return v;
}

static uint64_t read_one(struct xls_rd *rd, unsigned op, size_t *width)
{
    static const size_t widths[] = {1, 2, 4, 8, 2, 4, 8};

    *width = widths[op];
    switch (op) {
    case 0:
        return xls_rd_u8(rd);
    case 1:
        return xls_rd_u16be(rd);
    case 2:
        return xls_rd_u32be(rd);
    case 3:
        return xls_rd_u64be(rd);
    case 4:
        return xls_rd_u16le(rd);
    case 5:
        return xls_rd_u32le(rd);
    default:
        return xls_rd_u64le(rd);
    }
}

/* Blocks of n octets, of left that are at p: a copy, a reader, zeros. */
static void read_block(struct xls_rd *rd, unsigned op, size_t n,
                       const uint8_t *p, size_t left)
{
    uint8_t copy[16];
    struct xls_rd sub;

    if (op == 7) {
        memset(copy, 0xa5, sizeof(copy));
        xls_rd_copy(rd, copy, n);
        for (size_t i = 0; i < n; i++) {
            FZ(copy[i] == (n <= left ? p[i] : 0));
        }
    } else if (op == 8) {
        sub = xls_rd_sub(rd, n);
        FZ(n > left ? sub.rc == XLS_PEER_SHORT && sub.left == 0
                    : sub.at == p && sub.left == n);
    } else {
        xls_rd_zero(rd, n);
    }
}

/* All zero? */
static bool blank(const uint8_t *p, size_t n)
{
    while (n > 0 && *p == 0) {
        p++;
        n--;
    }
    return n == 0;
}

void fz_rd(const struct fz_target *t, const uint8_t *data, size_t len)
{
    size_t ops = len < 1 ? 0 : data[0] % 32U;
    const uint8_t *op_at = data + 1;
    size_t at = 0;
    struct xls_rd rd;

    (void)t;
    if (len < 1 + ops) {
        return;
    }
    data += 1 + ops;
    len -= 1 + ops;
    rd = xls_rd_over(data, len);
    for (size_t i = 0; i < ops; i++) {
        unsigned op = (op_at[i] & 0xfU) % 10U;
        size_t n = op_at[i] >> 4;
        enum xls_rc before = rd.rc;
        uint64_t v = op < 7 ? read_one(&rd, op, &n) : 0;

        if (before != XLS_OK) { /* the first failure sticks */
            FZ(rd.rc == before && v == 0);
            continue;
        }
        if (op >= 7) {
            read_block(&rd, op, n, data + at, len - at);
        }
        if (n > len - at) {
            FZ(rd.rc == XLS_PEER_SHORT && v == 0);
            continue;
        }
        FZ(op >= 7 || v == plain(data + at, n, op < 4));
        FZ((rd.rc == XLS_OK) == (op != 9 || blank(data + at, n)));
        at += n;
        FZ(rd.rc != XLS_OK || rd.left == len - at);
    }
    FZ(xls_rd_end(&rd) == (rd.rc != XLS_OK ? rd.rc
                           : at == len     ? XLS_OK
                                           : XLS_PEER_TRAIL));
}

/* --- the configuration ------------------------------------------------------
 */

/* A tree that was accepted is, written out, one that is accepted again, and
 * written out again the same. */
void fz_json(const struct fz_target *t, const uint8_t *data, size_t len)
{
    struct xls_finding why = {0};
    struct xls_json_count count = {0};
    struct json_object *tree = NULL;
    struct json_object *again = NULL;
    const char *text = (const char *)data;
    enum xls_rc scan = xls_json_scan(text, len, &count, &why);
    enum xls_rc rc;

    (void)t;
    FZ(scan != XLS_OK ||
       (count.depth <= XLS_JSON_DEPTH && count.marks <= XLS_JSON_VALUES &&
        count.members <= count.marks));
    rc = xls_json_parse(text, len, &tree, &why);
    FZ(scan == XLS_OK || rc == scan);
    if (rc != XLS_OK) {
        FZ(tree == NULL);
        fz_refused(rc, &why);
        return;
    }
    text = json_object_to_json_string_ext(tree, JSON_C_TO_STRING_PLAIN);
    rc = xls_json_parse(text, strlen(text), &again, &why);
    FZ(rc == XLS_OK);
    FZ(strcmp(text, json_object_to_json_string_ext(
                        again, JSON_C_TO_STRING_PLAIN)) == 0);
    json_object_put(again);
    json_object_put(tree);
}

/* A setting that is refused is told in printable words. */
static bool told(void *ctx, const struct xls_cfg_found *found)
{
    unsigned *count = ctx;
    struct xls_finding why = {0};

    memcpy(why.rule, found->rule, sizeof(found->rule));
    memcpy(why.text, found->text, sizeof(found->text));
    fz_refused(XLS_PEER_POLICY, &why);
    FZ(memchr(found->path, 0, sizeof(found->path)) != NULL);
    FZ(memchr(found->value, 0, sizeof(found->value)) != NULL);
    FZ(memchr(found->line, 0, sizeof(found->line)) != NULL);
    *count += 1;
    return *count < 1000;
}

/* By this host's policy: not more than what everybody accepts. */
static void permit(const uint8_t *data, size_t len, enum xls_rc judged)
{
    struct xls_finding why = {0};
    unsigned count = 0;
    enum xls_rc rc =
        xls_config_permit((const char *)data, len, NULL, told, &count, &why);

    FZ(rc != XLS_OK || (judged == XLS_OK && count == 0));
    FZ(rc != XLS_PEER_POLICY || count > 0);
    if (rc != XLS_OK) {
        fz_refused(rc, rc == XLS_PEER_POLICY ? NULL : &why);
    }
}

/*
 * The policy of a peer's file: lines of a letter for the word and a pattern,
 * then an empty line, then a configuration.  A policy only takes away from
 * what is refused.
 */
void fz_policy(const struct fz_target *t, const uint8_t *data, size_t len)
{
    static struct xls_cfg_policy policy;
    const uint8_t *at = data;
    const uint8_t *end;
    struct xls_finding why = {0};
    char pattern[256];
    unsigned count = 0;
    enum xls_rc rc;

    (void)t;
    memset(&policy, 0, sizeof(policy));
    while ((end = memchr(at, '\n', len)) != NULL && end > at) {
        size_t n = (size_t)(end - at) - 1;
        enum xls_cfg_word word = (enum xls_cfg_word)(at[0] % XLS_ACCEPT_WORDS);

        n = n < sizeof(pattern) ? n : sizeof(pattern) - 1;
        memcpy(pattern, at + 1, n);
        pattern[n] = '\0';
        if (xls_cfg_policy_add(&policy, word, pattern)) {
            FZ(pattern[0] != '\0' && policy.used <= sizeof(policy.text));
        }
        (void)xls_cfg_match(pattern, pattern);
        len -= (size_t)(end + 1 - at);
        at = end + 1;
    }
    if (end == NULL || memchr(at, 0, len) != NULL) {
        return;
    }
    rc = xls_config_permit((const char *)at, len, &policy, told, &count, &why);
    FZ(rc != XLS_OK || count == 0);
    FZ(rc != XLS_PEER_POLICY || count > 0);
    if (rc == XLS_OK) {
        rc = xls_config_judge((const char *)at, len, NULL, NULL, &why);
        FZ(rc == XLS_OK);
    }
}

/* What is given to libxl is judged as what came was, and is its own text. */
void fz_config(const struct fz_target *t, const uint8_t *data, size_t len)
{
    struct xls_config_facts facts = {0};
    struct xls_config_facts facts2 = {0};
    struct xls_finding why = {0};
    char *own = NULL;
    char *own2 = NULL;
    enum xls_rc rc;

    (void)t;
    if (memchr(data, 0, len) != NULL) {
        return; /* S-16 has seen to that */
    }
    rc = xls_config_judge((const char *)data, len, &facts, &own, &why);
    permit(data, len, rc);
    if (rc != XLS_OK) {
        FZ(own == NULL && facts.name[0] == '\0');
        FZ(strcmp(why.record, "CONFIG") == 0);
        fz_refused(rc, &why);
        return;
    }
    FZ(facts.type != XLS_GUEST_ANY && facts.max_vcpus >= 1);
    FZ(facts.max_memkb >= 1 && facts.target_memkb <= facts.max_memkb);
    FZ(strnlen(facts.name, sizeof(facts.name)) < sizeof(facts.name));
    FZ(facts.name[0] != '\0');
    rc = xls_config_judge(own, strlen(own), &facts2, &own2, &why);
    FZ(rc == XLS_OK && strcmp(own, own2) == 0);
    FZ(facts2.max_memkb == facts.max_memkb && facts2.type == facts.type);
    FZ(facts2.max_vcpus == facts.max_vcpus);
    FZ(strcmp(facts2.name, facts.name) == 0);
    FZ(memcmp(facts2.uuid, facts.uuid, sizeof(facts.uuid)) == 0);
    free(own);
    free(own2);
}

/* --- words ------------------------------------------------------------------
 */

/* Cut between two characters, both halves are as good as the whole. */
void fz_text(const struct fz_target *t, const uint8_t *data, size_t len)
{
    bool ok = xls_text_ok(data, len, false);
    bool lines = xls_text_ok(data, len, true);

    (void)t;
    FZ(!ok || lines);
    for (size_t i = 0; i < len; i++) {
        FZ(!lines || data[i] >= 0x20 || data[i] == '\t' || data[i] == '\n' ||
           data[i] == '\r');
        FZ(!ok || (data[i] >= 0x20 && data[i] != 0x7f));
    }
    for (size_t cut = 0; cut < len && cut < 64; cut++) {
        if (cut == 0 || (data[cut] & 0xc0U) != 0x80) {
            FZ(ok == (xls_text_ok(data, cut, false) &&
                      xls_text_ok(data + cut, len - cut, false)));
        }
    }
}

/* The input as a string, cut at its first NUL. */
static char *string_of(const uint8_t *data, size_t len)
{
    char *text = malloc(len + 1);

    FZ(text != NULL);
    memcpy(text, data, len);
    text[len] = '\0';
    return text;
}

void fz_peer(const struct fz_target *t, const uint8_t *data, size_t len)
{
    char *text = string_of(data, len);
    struct xls_peer peer;
    struct xls_why why = {""};
    enum xls_rc rc;

    (void)t;
    memset(&peer, 0, sizeof(peer));
    rc = xls_peer_parse(text, "file", &peer, &why);
    FZ(rc == XLS_OK || rc == XLS_HOST_CONF);
    if (rc == XLS_OK) {
        FZ(memchr(peer.name, 0, sizeof(peer.name)) != NULL);
        FZ(memchr(peer.address, 0, sizeof(peer.address)) != NULL);
        FZ(peer.port != 0);
    } else {
        FZ(strncmp(why.text, "file", 4) == 0);
        FZ(memchr(why.text, 0, sizeof(why.text)) != NULL);
    }
    free(text);
}

void fz_keytext(const struct fz_target *t, const uint8_t *data, size_t len)
{
    char *text = string_of(data, len);
    uint8_t key[XLS_KEY];
    uint8_t back[XLS_KEY];
    char own[XLS_KEY_TEXT];

    (void)t;
    if (xls_key_decode(text, key)) {
        xls_key_encode(key, own);
        FZ(strcmp(own, text) == 0); /* one text a key */
    }
    free(text);
    if (len >= XLS_KEY) {
        xls_key_encode(data, own);
        FZ(strlen(own) == XLS_KEY_TEXT - 1 && xls_key_decode(own, back));
        FZ(memcmp(data, back, XLS_KEY) == 0);
    }
}

/* FAILED, a helper's last word: harmless whatever it says. */
void fz_failed(const struct fz_target *t, const uint8_t *data, size_t len)
{
    static struct xls_ipc_msg msg;
    struct xls_why why = {""};
    enum xls_rc rc;

    (void)t;
    msg.type = XLS_MSG_FAILED;
    msg.len = len;
    memcpy(msg.body, data, len);
    rc = xls_msg_read_failed(&msg, &why);
    FZ(rc != XLS_OK && strcmp(xls_rc_name(rc), "unknown") != 0);
    FZ(memchr(why.text, 0, sizeof(why.text)) != NULL);
    for (const char *p = why.text; *p != '\0'; p++) {
        FZ(*p >= 0x20 && *p <= 0x7e);
    }
}
