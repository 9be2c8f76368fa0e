/* SPDX-License-Identifier: LGPL-2.1-only */
/* What a session's handshake messages say, and what it makes of the peer's. */
#include <string.h>

#include "base/secret.h"
#include "crypto/start.h"
#include "proto/session-private.h"

/* [P-47] [P-48] is ML-KEM wanted, and there? */
static bool has_kem(const struct xls_session *s)
{
    return s->pq != XLS_PQ_OFF && s->kem != NULL;
}

/* The payload of message n.  Errors: XLS_HOST_NOMEM. */
static enum xls_rc put_payload(struct xls_session *s, unsigned n, uint8_t *out)
{
    uint8_t pub[XLS_KEM_PUB_LEN];
    struct xls_payload say = {{NULL}};
    enum xls_rc rc = XLS_OK;

    if (n == 0 && has_kem(s)) {
        xls_kem_key_random(&s->kem_key);
        rc = s->kem->pub(&s->kem_key, pub);
        s->kem_offered = true;
        say.field[XLS_FIELD_KEM_PUB] = pub;
    }
    if (n == 1 && s->kem_agreed) {
        say.field[XLS_FIELD_KEM_TEXT] = s->kem_text;
    }
    if (n == 2) {
        say.field[XLS_FIELD_ID] = s->id; /* [P-46] */
    } else {
        xls_random(s->own_nonce, sizeof(s->own_nonce)); /* [P-45] */
        say.field[XLS_FIELD_NONCE] = s->own_nonce;
    }
    return rc == XLS_OK ? xls_payload_put(n, &say, out) : rc;
}

enum xls_rc xls_session_say_hello(struct xls_session *s)
{
    uint8_t payload[XLS_PAYLOAD_LONG];
    unsigned n = s->noise.next;
    size_t size = xls_payload_size(n);
    size_t len = size + xls_noise_overhead(&s->noise);
    uint8_t *at = s->out + s->out_len;
    struct xls_dh_key e;
    enum xls_rc rc = put_payload(s, n, payload);

    xls_dh_key_wipe(&e);
    if (rc == XLS_OK && n < 2) {
        xls_dh_key_random(&e); /* [P-16] */
    }
    at[0] = (uint8_t)(len >> 8); /* [P-7] */
    at[1] = (uint8_t)len;
    if (rc == XLS_OK) {
        rc = xls_noise_write(&s->noise, n < 2 ? &e : NULL, payload, size,
                             at + 2, len);
    }
    xls_dh_key_wipe(&e);
    xls_wipe(payload, sizeof(payload));
    if (rc != XLS_OK) {
        return xls_session_kill(s, rc);
    }
    s->out_len += 2 + len;
    return XLS_OK;
}

/* Both have the secret: into psk3 with it. */
static void agree(struct xls_session *s, const struct xls_kem *shared)
{
    xls_noise_add_kem(&s->noise, shared->bytes);
    s->kem_agreed = true;
}

/* [P-48] it has to do without ML-KEM, if it may. */
static enum xls_rc go_without(struct xls_session *s)
{
    if (s->pq != XLS_PQ_REQUIRE) {
        return XLS_OK;
    }
    s->lacks_kem = true;
    return XLS_PEER_POLICY;
}

/* Destination: answer the source's encapsulation key, which may be NULL. */
static enum xls_rc take_pub(struct xls_session *s, const uint8_t *pub)
{
    struct xls_kem shared;
    enum xls_rc rc;

    if (pub == NULL || !has_kem(s)) {
        return go_without(s);
    }
    rc = s->kem->wrap(pub, s->kem_text, &shared); /* [P-47] */
    if (rc == XLS_OK) {
        agree(s, &shared);
    }
    xls_wipe(&shared, sizeof(shared));
    return rc;
}

/* Source: the answer to ours, which may be NULL. */
static enum xls_rc take_text(struct xls_session *s, const uint8_t *text)
{
    struct xls_kem shared;
    enum xls_rc rc;

    if (text == NULL) {
        return go_without(s);
    }
    if (!s->kem_offered) {
        return XLS_PEER_RANGE; /* [P-47] an answer to nothing */
    }
    rc = s->kem->unwrap(&s->kem_key, text, &shared);
    if (rc == XLS_OK) {
        agree(s, &shared);
    }
    xls_wipe(&shared, sizeof(shared));
    return rc;
}

enum xls_rc xls_session_take_hello(struct xls_session *s, unsigned n,
                                   const uint8_t *payload)
{
    struct xls_payload said;
    enum xls_rc rc = xls_payload_get(n, payload, xls_payload_size(n), &said);

    if (rc != XLS_OK) {
        return rc;
    }
    if (n == 2) {
        memcpy(s->id, said.field[XLS_FIELD_ID], XLS_ID_LEN); /* [P-46] */
        return XLS_OK;
    }
    memcpy(s->peer_nonce, said.field[XLS_FIELD_NONCE], XLS_NONCE_LEN);
    if (n == 0) {
        return take_pub(s, said.field[XLS_FIELD_KEM_PUB]);
    }
    rc = take_text(s, said.field[XLS_FIELD_KEM_TEXT]);
    xls_wipe(&s->kem_key, sizeof(s->kem_key)); /* [P-49] */
    return rc;
}
