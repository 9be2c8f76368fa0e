/* SPDX-License-Identifier: LGPL-2.1-only */
/* The bodies of host/verify.h, each to be read downwards. */
#include <string.h>

#include "base/wr.h"
#include "host/verify.h"

static void put_clock(struct xls_wr *wr, const struct xls_quote_clock *clock)
{
    xls_wr_u64be(wr, clock->clock);
    xls_wr_u32be(wr, clock->reset_count);
    xls_wr_u32be(wr, clock->restart_count);
    xls_wr_u8(wr, clock->safe ? 1 : 0);
}

static void get_clock(struct xls_rd *rd, struct xls_quote_clock *clock)
{
    clock->clock = xls_rd_u64be(rd);
    clock->reset_count = xls_rd_u32be(rd);
    clock->restart_count = xls_rd_u32be(rd);
    clock->safe = xls_rd_u8(rd) != 0;
}

/* A text in an array of this size; it has a NUL. */
static void get_text(struct xls_rd *rd, char *out, size_t size)
{
    xls_rd_copy(rd, out, size);
    xls_rd_range(rd, memchr(out, '\0', size) != NULL, 1, 1);
}

static bool get_flag(struct xls_rd *rd)
{
    uint8_t flag = xls_rd_u8(rd);

    xls_rd_range(rd, flag, 0, 1);
    return flag == 1;
}

enum xls_rc xls_verify_put_start(const struct xls_enrolled *enrolled,
                                 const struct xls_occasion *occasion,
                                 uint8_t out[XLS_VERIFY_START_MAX], size_t *len)
{
    struct xls_wr wr = xls_wr_over(out, XLS_VERIFY_START_MAX);

    if (enrolled->ak_len > sizeof(enrolled->ak)) {
        return XLS_BUG_CONTRACT;
    }
    xls_wr_u8(&wr, (uint8_t)enrolled->wanted);
    xls_wr_u16be(&wr, (uint16_t)enrolled->ak_len);
    xls_wr_copy(&wr, enrolled->ak, enrolled->ak_len);
    xls_wr_u8(&wr, (uint8_t)enrolled->scheme.sign);
    xls_wr_u8(&wr, (uint8_t)enrolled->scheme.hash);
    xls_wr_u8(&wr, enrolled->has_ak_name ? 1 : 0);
    xls_wr_copy(&wr, enrolled->ak_name, sizeof(enrolled->ak_name));
    xls_wr_u8(&wr, enrolled->has_evidence_key ? 1 : 0);
    xls_wr_copy(&wr, enrolled->evidence_key, sizeof(enrolled->evidence_key));
    xls_wr_copy(&wr, enrolled->class, sizeof(enrolled->class));
    xls_wr_copy(&wr, enrolled->host, sizeof(enrolled->host));
    xls_wr_u8(&wr, enrolled->learning ? 1 : 0);
    xls_wr_u8(&wr, enrolled->has_last ? 1 : 0);
    put_clock(&wr, &enrolled->last);
    xls_wr_u8(&wr, occasion->peer_role);
    xls_wr_u16be(&wr, occasion->suite);
    xls_wr_copy(&wr, occasion->h, sizeof(occasion->h));
    xls_wr_copy(&wr, occasion->peer_key, sizeof(occasion->peer_key));
    xls_wr_copy(&wr, occasion->own_key, sizeof(occasion->own_key));
    xls_wr_copy(&wr, occasion->own_nonce, sizeof(occasion->own_nonce));
    xls_wr_copy(&wr, occasion->id, sizeof(occasion->id));
    return xls_wr_end(&wr, len);
}

enum xls_rc xls_verify_get_start(const struct xls_ipc_msg *msg,
                                 struct xls_enrolled *enrolled,
                                 struct xls_occasion *occasion)
{
    struct xls_rd rd = xls_ipc_body(msg);
    struct xls_enrolled e;
    struct xls_occasion o;

    memset(&e, 0, sizeof(e));
    memset(&o, 0, sizeof(o));
    e.wanted = (enum xls_evidence_kind)xls_rd_u8(&rd);
    xls_rd_range(&rd, e.wanted, XLS_EVIDENCE_NONE, XLS_EVIDENCE_SOFTWARE);
    e.ak_len = xls_rd_u16be(&rd);
    xls_rd_range(&rd, e.ak_len, 0, sizeof(e.ak));
    xls_rd_copy(&rd, e.ak, rd.rc == XLS_OK ? e.ak_len : 0);
    e.scheme.sign = (enum xls_ak_sign)xls_rd_u8(&rd);
    xls_rd_range(&rd, e.scheme.sign, XLS_AK_SIGN_NONE, XLS_AK_ECDSA);
    e.scheme.hash = (enum xls_ak_hash)xls_rd_u8(&rd);
    xls_rd_range(&rd, e.scheme.hash, XLS_AK_HASH_NONE, XLS_AK_SHA512);
    e.has_ak_name = get_flag(&rd);
    xls_rd_copy(&rd, e.ak_name, sizeof(e.ak_name));
    e.has_evidence_key = get_flag(&rd);
    xls_rd_copy(&rd, e.evidence_key, sizeof(e.evidence_key));
    get_text(&rd, e.class, sizeof(e.class));
    get_text(&rd, e.host, sizeof(e.host));
    e.learning = get_flag(&rd);
    e.has_last = get_flag(&rd);
    get_clock(&rd, &e.last);
    o.peer_role = xls_rd_u8(&rd);
    o.suite = xls_rd_u16be(&rd);
    xls_rd_copy(&rd, o.h, sizeof(o.h));
    xls_rd_copy(&rd, o.peer_key, sizeof(o.peer_key));
    xls_rd_copy(&rd, o.own_key, sizeof(o.own_key));
    xls_rd_copy(&rd, o.own_nonce, sizeof(o.own_nonce));
    xls_rd_copy(&rd, o.id, sizeof(o.id));
    if (xls_rd_end(&rd) != XLS_OK) {
        return XLS_BUG_CONTRACT;
    }
    *enrolled = e;
    *occasion = o;
    return XLS_OK;
}

enum xls_rc xls_verify_put_done(const struct xls_attested *attested,
                                uint8_t out[XLS_VERIFY_DONE_MAX], size_t *len)
{
    struct xls_wr wr = xls_wr_over(out, XLS_VERIFY_DONE_MAX);

    xls_wr_u8(&wr, (uint8_t)attested->kind);
    xls_wr_copy(&wr, attested->policy, sizeof(attested->policy));
    xls_wr_u32be(&wr, attested->version);
    xls_wr_copy(&wr, attested->class, sizeof(attested->class));
    xls_wr_copy(&wr, attested->set, sizeof(attested->set));
    put_clock(&wr, &attested->clock);
    xls_wr_u32be(&wr, attested->pcrs);
    xls_wr_copy(&wr, attested->peer_policy, sizeof(attested->peer_policy));
    return xls_wr_end(&wr, len);
}

enum xls_rc xls_verify_get_done(const struct xls_ipc_msg *msg,
                                struct xls_attested *attested)
{
    struct xls_rd rd = xls_ipc_body(msg);
    struct xls_attested a;

    memset(&a, 0, sizeof(a));
    a.kind = (enum xls_evidence_kind)xls_rd_u8(&rd);
    xls_rd_range(&rd, a.kind, XLS_EVIDENCE_NONE, XLS_EVIDENCE_SOFTWARE);
    get_text(&rd, a.policy, sizeof(a.policy));
    a.version = xls_rd_u32be(&rd);
    get_text(&rd, a.class, sizeof(a.class));
    get_text(&rd, a.set, sizeof(a.set));
    get_clock(&rd, &a.clock);
    a.pcrs = xls_rd_u32be(&rd);
    xls_rd_copy(&rd, a.peer_policy, sizeof(a.peer_policy));
    if (xls_rd_end(&rd) != XLS_OK) {
        return XLS_BUG_CONTRACT;
    }
    *attested = a;
    return XLS_OK;
}
