/* SPDX-License-Identifier: LGPL-2.1-only */
#include "host/oracle.h"

#include "base/secret.h"
#include "base/wr.h"
#include "host/clock.h"
#include "host/msg.h"

enum { ORACLE_MS = 5000 };

/* Ask, and take the answer: rc u32 and exactly len octets, which go to out. */
static enum xls_rc ask(struct xls_oracle *o, uint16_t type,
                       const struct xls_wr *ask, uint16_t expect, uint8_t *out,
                       size_t len)
{
    struct xls_rd rd;
    enum xls_rc rc;
    enum xls_rc answer;
    size_t used;

    rc = xls_wr_end(ask, &used);
    if (rc == XLS_OK) {
        rc = xls_ipc_send(o->fd, type, ask->buf, used);
    }
    if (rc == XLS_OK) {
        rc = xls_ipc_recv(o->fd, xls_now_ms() + ORACLE_MS, o->answer);
    }
    if (rc != XLS_OK) {
        return xls_why_set(o->why, XLS_HOST_GONE,
                           "the process that holds the keys does not answer");
    }
    rd = xls_ipc_body(o->answer);
    answer = (enum xls_rc)xls_rd_u32be(&rd);
    xls_rd_copy(&rd, out, len);
    rc = o->answer->type == expect ? xls_rd_end(&rd) : XLS_BUG_CONTRACT;
    xls_wipe(o->answer->body, o->answer->len);
    return rc == XLS_OK ? answer : XLS_BUG_CONTRACT;
}

static enum xls_rc oracle_dh(void *ctx, const uint8_t pub[XLS_DH_LEN],
                             struct xls_dh *out)
{
    uint8_t body[XLS_DH_LEN];
    struct xls_wr wr = xls_wr_over(body, sizeof(body));

    xls_wr_copy(&wr, pub, XLS_DH_LEN);
    return ask(ctx, XLS_MSG_DH, &wr, XLS_MSG_DH_DONE, out->bytes,
               sizeof(out->bytes));
}

/* len octets, or as many zeros where there are none. */
static void put_or_zero(struct xls_wr *wr, const uint8_t *p, size_t len)
{
    if (p != NULL) {
        xls_wr_copy(wr, p, len);
    } else {
        xls_wr_zero(wr, len);
    }
}

static enum xls_rc oracle_mix(void *ctx, const struct xls_mix_ask *question,
                              struct xls_mix *out)
{
    uint8_t body[1 + XLS_HASH_LEN + XLS_DH_LEN + 1 + XLS_PSK_LEN];
    uint8_t all[3 * XLS_HASH_LEN];
    struct xls_wr wr = xls_wr_over(body, sizeof(body));
    struct xls_rd rd = xls_rd_over(all, sizeof(all));
    enum xls_rc rc;

    xls_wr_u8(&wr, (uint8_t)question->slot);
    xls_wr_copy(&wr, question->ck, XLS_HASH_LEN);
    put_or_zero(&wr, question->peer, XLS_DH_LEN);
    xls_wr_u8(&wr, question->kem != NULL);
    put_or_zero(&wr, question->kem, XLS_PSK_LEN);
    rc = ask(ctx, XLS_MSG_MIX, &wr, XLS_MSG_MIX_DONE, all, sizeof(all));
    xls_rd_copy(&rd, out->ck, sizeof(out->ck));
    xls_rd_copy(&rd, out->hash, sizeof(out->hash));
    xls_rd_copy(&rd, out->key, sizeof(out->key));
    xls_wipe(all, sizeof(all));
    xls_wipe(body, sizeof(body));
    return rc;
}

struct xls_noise_oracle xls_oracle_over(struct xls_oracle *oracle)
{
    return (struct xls_noise_oracle){
        .ctx = oracle, .dh = oracle_dh, .mix = oracle_mix};
}
