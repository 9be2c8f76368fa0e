/* SPDX-License-Identifier: LGPL-2.1-only */
/* The session's life: made, established, closed or killed, freed. */
#include "proto/session.h"

#include <stdlib.h>
#include <string.h>

#include "base/secret.h"
#include "proto/session-private.h"

/* [P-6] magic, version 1, initiator is the source, responder the destination */
static const uint8_t prologue[16] = {
    'x', 'l', 's', 'e', 'c', 0, 0, 1, XLS_ROLE_SOURCE, XLS_ROLE_DESTINATION,
};

static bool setup_ok(const struct xls_session_setup *setup)
{
    if (setup->oracle == NULL || setup->oracle->dh == NULL ||
        setup->oracle->mix == NULL) {
        return false;
    }
    if (setup->pq < XLS_PQ_OFF || setup->pq > XLS_PQ_REQUIRE) {
        return false;
    }
    switch (setup->role) {
    case XLS_ROLE_SOURCE:
        return setup->expect_static != NULL && xls_id_is_set(setup->id);
    case XLS_ROLE_DESTINATION:
        return setup->expect_static == NULL && !xls_id_is_set(setup->id);
    case XLS_ROLE_NONE:
        break;
    }
    return false;
}

static enum xls_rc begin(struct xls_session *s,
                         const struct xls_session_setup *setup)
{
    struct xls_noise_setup noise = {
        .role = setup->role,
        .psks = XLS_NOISE_PSKS_OUR, /* [P-5] */
        .prologue = prologue,
        .prologue_len = sizeof(prologue),
        .oracle = setup->oracle,
    };
    enum xls_rc rc;

    memcpy(noise.own_static, setup->own_static, XLS_DH_LEN);
    rc = xls_noise_init(&s->noise, &noise);
    if (rc != XLS_OK) {
        return rc;
    }
    s->role = setup->role;
    s->pq = setup->pq;
    s->kem = setup->kem;
    s->phase = XLS_PHASE_HANDSHAKE;
    if (s->role == XLS_ROLE_SOURCE) {
        memcpy(s->expect, setup->expect_static, XLS_DH_LEN);
        memcpy(s->id, setup->id, XLS_ID_LEN);
        rc = xls_session_say_hello(s); /* [P-1] */
    }
    return rc;
}

enum xls_rc xls_session_new(const struct xls_session_setup *setup,
                            struct xls_session **out)
{
    struct xls_session *s = NULL;
    enum xls_rc rc = XLS_BUG_CONTRACT;

    if (setup_ok(setup)) {
        rc = setup->pq == XLS_PQ_REQUIRE && setup->kem == NULL
                 ? XLS_HOST_CONF /* [P-48] */
                 : XLS_OK;
    }
    if (rc == XLS_OK) {
        s = aligned_alloc(64, sizeof(*s));
        rc = s == NULL ? XLS_HOST_NOMEM : XLS_OK;
    }
    if (rc == XLS_OK) {
        memset(s, 0, sizeof(*s));
        rc = begin(s, setup);
    }
    if (rc == XLS_OK) {
        *out = s;
        s = NULL; /* now the caller's */
    }
    xls_session_free(s);
    return rc;
}

void xls_session_free(struct xls_session *s)
{
    if (s != NULL) {
        xls_wipe(s, sizeof(*s));
        free(s);
    }
}

enum xls_rc xls_session_kill(struct xls_session *s, enum xls_rc rc)
{
    uint8_t peer[XLS_DH_LEN];
    bool has_peer = s->has_peer;
    bool lacks_kem = s->lacks_kem;
    enum xls_role role = s->role;

    /* [P-3]; the peer's name stays, for the log */
    memcpy(peer, s->peer, sizeof(peer));
    xls_wipe(s, sizeof(*s));
    memcpy(s->peer, peer, sizeof(peer));
    s->has_peer = has_peer;
    s->lacks_kem = lacks_kem;
    s->role = role;
    s->phase = XLS_PHASE_DEAD;
    s->rc = rc;
    return rc;
}

void xls_session_close(struct xls_session *s)
{
    xls_cipher_wipe(&s->send);
    xls_cipher_wipe(&s->receive);
    for (size_t i = 0; i < XLS_STREAMS; i++) {
        xls_record_close(&s->record[i]);
    }
    s->phase = XLS_PHASE_CLOSED;
}

enum xls_rc xls_session_establish(struct xls_session *s)
{
    struct xls_noise_keys keys;
    struct xls_record_setup setup = {
        .secret = keys.secret,
        .h = keys.h,
        .direction = XLS_DIRECTION_FORTH,
        .epoch_records = XLS_RECORD_EPOCH,
    };
    enum xls_rc rc = xls_noise_split(&s->noise, &keys);

    /* [P-21]; [P-24] each has keys of its own */
    for (uint16_t i = 0; rc == XLS_OK && i < XLS_STREAMS; i++) {
        setup.stream = i;
        rc = xls_record_init(&s->record[i], &setup);
    }
    if (rc == XLS_OK) {
        s->send = keys.send;
        s->receive = keys.receive;
        memcpy(s->h, keys.h, XLS_HASH_LEN);
        memcpy(s->peer, keys.peer_static, XLS_DH_LEN);
        s->has_peer = true;
        s->phase = XLS_PHASE_READY;
    }
    /* [P-17], [P-25]: with it goes the session secret */
    xls_noise_keys_wipe(&keys);
    return rc == XLS_OK ? XLS_OK : xls_session_kill(s, rc);
}

enum xls_stream xls_session_stream(const struct xls_session *s)
{
    return s->phase < XLS_PHASE_MORE ? XLS_STREAM_GUEST : XLS_STREAM_COMPANIONS;
}

void xls_session_passed(struct xls_session *s, enum xls_session_phase next)
{
    s->phase = next;
    if (next == XLS_PHASE_ENDED) {
        s->heard_shown = 0; /* [P-55] the next is another epoch */
    }
}

uint32_t xls_session_epoch(const struct xls_session *s)
{
    return s->phase < XLS_PHASE_ENDED ? 0 : 1;
}

enum xls_session_phase xls_session_phase(const struct xls_session *s)
{
    return s->phase;
}

const uint8_t *xls_session_peer(const struct xls_session *s)
{
    return s->has_peer ? s->peer : NULL;
}

bool xls_session_lacks_kem(const struct xls_session *s)
{
    return s->lacks_kem;
}

enum xls_rc xls_session_eof(const struct xls_session *s)
{
    if (s->rc != XLS_OK) {
        return s->rc;
    }
    return s->phase == XLS_PHASE_CLOSED ? XLS_OK : XLS_PEER_SHORT; /* [P-4] */
}

void xls_session_stats(const struct xls_session *s, enum xls_stream stream,
                       struct xls_record_stats *out)
{
    xls_record_stats(&s->record[stream], out);
}

void xls_session_sums(const struct xls_session *s,
                      struct xls_sums of[XLS_STREAMS])
{
    for (size_t i = 0; i < XLS_STREAMS; i++) {
        struct xls_record_stats stats;

        xls_record_stats(&s->record[i], &stats);
        of[i].records = stats.records;
        of[i].bytes = stats.bytes;
        memcpy(of[i].digest, stats.digest, XLS_HASH_LEN);
    }
}
