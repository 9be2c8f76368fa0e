/* SPDX-License-Identifier: LGPL-2.1-only */
#include "proto/payload.h"

#include "base/rd.h"
#include "base/secret.h"
#include "base/wr.h"
#include "crypto/kem.h"
#include "proto/control.h"

/* [P-44] a bit for each message */
#define IN(n) (1U << (n))

static const struct {
    uint16_t type;
    uint16_t len;
    unsigned may;  /* messages in which it may be */
    unsigned must; /* and in which it has to be */
} known[XLS_FIELDS] = {
    [XLS_FIELD_KEM_PUB] = {0x0003, XLS_KEM_PUB_LEN, IN(0), 0},
    [XLS_FIELD_KEM_TEXT] = {0x0004, XLS_KEM_TEXT_LEN, IN(1), 0},
    [XLS_FIELD_NONCE] = {0x8001, XLS_NONCE_LEN, IN(0) | IN(1), IN(0) | IN(1)},
    [XLS_FIELD_ID] = {0x8002, XLS_ID_LEN, IN(2), IN(2)},
};

size_t xls_payload_size(unsigned n)
{
    static const size_t sizes[XLS_NOISE_MESSAGES] = {
        XLS_PAYLOAD_LONG, XLS_PAYLOAD_LONG, XLS_PAYLOAD_SHORT};

    return n < XLS_NOISE_MESSAGES ? sizes[n] : 0;
}

/* XLS_FIELDS for a type that is not known. */
static unsigned field_of(uint16_t type)
{
    unsigned f = 0;

    while (f < XLS_FIELDS && known[f].type != type) {
        f++;
    }
    return f;
}

/* Is exactly that there which has to be, and nothing that may not? */
static bool is_whole(unsigned n, const struct xls_payload *payload)
{
    const uint8_t *id = payload->field[XLS_FIELD_ID];

    if (n >= XLS_NOISE_MESSAGES) {
        return false;
    }
    for (unsigned f = 0; f < XLS_FIELDS; f++) {
        bool there = payload->field[f] != NULL;

        if ((there && (known[f].may & IN(n)) == 0) ||
            (!there && (known[f].must & IN(n)) != 0)) {
            return false;
        }
    }
    return id == NULL || xls_id_is_set(id); /* [P-46] */
}

enum xls_rc xls_payload_put(unsigned n, const struct xls_payload *payload,
                            uint8_t *out)
{
    size_t size = xls_payload_size(n);
    struct xls_wr wr = xls_wr_over(out, size);
    enum xls_rc rc = XLS_BUG_CONTRACT;

    if (is_whole(n, payload)) {
        for (unsigned f = 0; f < XLS_FIELDS;
             f++) { /* [P-8] in ascending order */
            if (payload->field[f] != NULL) {
                xls_wr_u16be(&wr, known[f].type);
                xls_wr_u16be(&wr, known[f].len);
                xls_wr_copy(&wr, payload->field[f], known[f].len);
            }
        }
        xls_wr_zero(&wr, size - wr.used);
        rc = xls_wr_end(&wr, NULL);
    }
    if (rc != XLS_OK) {
        xls_wipe(out, size);
    }
    return rc;
}

enum xls_rc xls_payload_get(unsigned n, const uint8_t *p, size_t len,
                            struct xls_payload *out)
{
    struct xls_rd rd = xls_rd_over(p, len);
    struct xls_payload got = {{NULL}};
    uint16_t last = 0;
    enum xls_rc rc;

    while (rd.rc == XLS_OK && rd.left != 0) {
        uint16_t type = xls_rd_u16be(&rd);
        unsigned f = field_of(type);
        struct xls_rd value;

        if (type == 0) {
            xls_rd_zero(&rd, rd.left); /* [P-8] padding; or a short read */
            break;
        }
        xls_rd_range(&rd, type, (uint64_t)last + 1, UINT16_MAX); /* [P-8] */
        value = xls_rd_sub(&rd, xls_rd_u16be(&rd));
        if (f < XLS_FIELDS) {
            xls_rd_range(&rd, value.left, known[f].len, known[f].len);
            got.field[f] = value.at; /* [P-44] */
        } else {
            xls_rd_range(&rd, type & XLS_PAYLOAD_MANDATORY, 0, 0); /* [P-9] */
        }
        last = type;
    }
    rc = xls_rd_end(&rd);
    if (rc == XLS_OK && !is_whole(n, &got)) {
        rc = XLS_PEER_RANGE;
    }
    if (rc == XLS_OK) {
        *out = got;
    }
    return rc;
}
