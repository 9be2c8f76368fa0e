/* SPDX-License-Identifier: LGPL-2.1-only */
/* The protocol's parsers and small machines, each by itself. */
#include <string.h>

#include "base/rd.h"
#include "crypto/aead.h"
#include "fuzz.h"
#include "proto/control.h"
#include "proto/frame.h"
#include "proto/noise.h"
#include "proto/order.h"
#include "proto/payload.h"
#include "proto/record.h"
#include "t-noise-oracle.h"

/* [P-8] [P-44] A row of fields that was accepted: types go up, all lies
 * inside, zeros fill the rest.  Gives whether every type is a known one. */
static bool payload_walk(const uint8_t *in, size_t len)
{
    size_t at = 0;
    unsigned last = 0;
    bool known = true;

    while (at < len && (in[at] != 0 || (len - at > 1 && in[at + 1] != 0))) {
        unsigned type;

        FZ(len - at >= 4);
        type = (unsigned)in[at] << 8 | in[at + 1];
        FZ(type > last);
        if (type != 3 && type != 4 && type != 0x8001 && type != 0x8002) {
            FZ(type < XLS_PAYLOAD_MANDATORY); /* [P-9] */
            known = false;
        }
        at += 4 + ((size_t)in[at + 2] << 8 | in[at + 3]);
        FZ(at <= len);
        last = type;
    }
    for (; at < len; at++) {
        FZ(in[at] == 0);
    }
    return known;
}

/* The first octet says which message; what is accepted, and has no fields that
 * were skipped, is written again as the same octets. */
void fz_payload(const struct fz_target *t, const uint8_t *data, size_t len)
{
    static uint8_t in[XLS_PAYLOAD_LONG];
    static uint8_t back[XLS_PAYLOAD_LONG];
    struct xls_payload said;
    unsigned n;
    size_t size;
    enum xls_rc rc;

    (void)t;
    if (len < 1) {
        return;
    }
    n = data[0] % XLS_NOISE_MESSAGES;
    size = xls_payload_size(n);
    len = len - 1 < size ? len - 1 : size;
    memcpy(in, data + 1, len);
    memset(in + len, 0, size - len);
    rc = xls_payload_get(n, in, size, &said);
    if (rc != XLS_OK) {
        fz_refused(rc, NULL);
        return;
    }
    FZ((said.field[XLS_FIELD_NONCE] != NULL) == (n < 2));
    FZ((said.field[XLS_FIELD_ID] != NULL) == (n == 2));
    FZ(n == 0 || said.field[XLS_FIELD_KEM_PUB] == NULL);
    FZ(n == 1 || said.field[XLS_FIELD_KEM_TEXT] == NULL);
    if (payload_walk(in, size)) {
        FZ(xls_payload_put(n, &said, back) == XLS_OK);
        FZ(memcmp(in, back, size) == 0);
    }
}

void fz_frame(const struct fz_target *t, const uint8_t *data, size_t len)
{
    uint8_t back[XLS_FRAME_HEAD];
    struct xls_frame frame;
    enum xls_rc rc;

    (void)t;
    if (len < XLS_FRAME_HEAD) {
        return;
    }
    rc = xls_frame_get(data, &frame);
    if (rc != XLS_OK) {
        fz_refused(rc, NULL);
        return;
    }
    xls_frame_put(&frame, back);
    FZ(memcmp(back, data, XLS_FRAME_HEAD) == 0);
}

/* The first octet says how the message is filled up: it is long, and most of
 * it is zero.  What is accepted is, encoded again, the same octets. */
void fz_control(const struct fz_target *t, const uint8_t *data, size_t len)
{
    static uint8_t in[XLS_CONTROL_LARGE];
    static uint8_t back[XLS_CONTROL_LARGE];
    static struct xls_control msg;
    size_t size;
    enum xls_rc rc;

    (void)t;
    if (len < 1) {
        return;
    }
    size = data[0] % 4U == 0   ? len - 1
           : data[0] % 4U == 1 ? XLS_CONTROL_LARGE
                               : XLS_CONTROL_SMALL;
    len = len - 1 < size ? len - 1 : size;
    memcpy(in, data + 1, len);
    memset(in + len, 0, size - len);
    rc = xls_control_get(in, size, &msg);
    if (rc != XLS_OK) {
        fz_refused(rc, NULL);
        return;
    }
    FZ(size == xls_control_size(msg.type));
    FZ(xls_control_put(&msg, back, sizeof(back)) == XLS_OK);
    FZ(memcmp(in, back, size) == 0);
}

/* [P-41] [P-59] An offer only after the Evidence of both, PREPARED only after
 * the second of both.  Who says what when: COMMITTED only after COMMIT, which
 * only after PREPARED, which only after the last record of both streams; or
 * after SETTLE. */
void fz_steps(const struct fz_target *t, const uint8_t *data, size_t len)
{
    enum xls_session_phase phase = XLS_PHASE_READY;
    unsigned shown[2] = {0, 0}; /* by each role */
    unsigned ended = 0;
    bool prepared = false;
    bool committed = false;
    bool asked = false;
    bool aborted = false; /* where there may be a copy */

    (void)t;
    for (size_t i = 0; i < len && phase != XLS_PHASE_DEAD; i++) {
        enum xls_role role =
            data[i] >> 7 != 0 ? XLS_ROLE_SOURCE : XLS_ROLE_DESTINATION;
        unsigned step = data[i] & 0x1fU;
        enum xls_session_phase next = xls_order(role, phase, step);

        FZ(next == XLS_PHASE_DEAD || next >= phase);
        FZ(phase != XLS_PHASE_CLOSED || next == XLS_PHASE_DEAD);
        if (next == XLS_PHASE_DEAD) {
            phase = next;
            continue;
        }
        FZ((step != XLS_OFFER && step != XLS_SETTLE) ||
           (shown[0] == 1 && shown[1] == 1));
        FZ(step != XLS_PREPARED || phase == XLS_PHASE_GIVEN_UP ||
           (shown[0] == 2 && shown[1] == 2));
        FZ(step != XLS_PREPARED ||
           (ended == 2 && role == XLS_ROLE_DESTINATION));
        FZ(step != XLS_COMMIT || (prepared && role == XLS_ROLE_SOURCE));
        FZ(step != XLS_COMMITTED || committed || asked);
        FZ(step != XLS_BURNED || committed || asked || aborted);
        FZ(step != XLS_ABORT || !committed);
        asked = asked || step == XLS_SETTLE;
        aborted = aborted || (step == XLS_ABORT && ended == 2);
        shown[role == XLS_ROLE_SOURCE ? 0 : 1] += step == XLS_EVIDENCE;
        ended += step == XLS_STEP_FINAL;
        prepared = prepared || step == XLS_PREPARED;
        committed = committed || step == XLS_COMMIT;
        phase = next;
    }
}

/* --- records ----------------------------------------------------------------
 */

struct stream {
    struct xls_record out;
    struct xls_record in;
    uint8_t slot[XLS_RECORD_PLAIN];
    uint8_t back[XLS_RECORD_PLAIN];
    uint8_t frame[XLS_RECORD_FRAME];
    uint8_t kept[XLS_RECORD_FRAME]; /* an earlier one */
};

/* A slot sealed as it is, which xls_record_seal() would not do. */
static void seal_raw(struct stream *s, bool final)
{
    struct xls_frame head = {final ? XLS_FRAME_FINAL : XLS_FRAME_RECORD,
                             s->out.stream, XLS_RECORD_PLAIN + XLS_TAG_LEN,
                             s->out.counter};
    struct xls_aead_text text = {s->frame, XLS_FRAME_HEAD, s->slot,
                                 XLS_RECORD_PLAIN, s->frame + XLS_FRAME_HEAD};
    uint8_t nonce[XLS_XNONCE_LEN] = {0};

    memcpy(nonce, s->out.prefix, XLS_RECORD_PREFIX);
    for (unsigned i = 0; i < 8; i++) {
        nonce[XLS_RECORD_PREFIX + i] =
            (uint8_t)(s->out.counter >> (56 - 8 * i));
    }
    nonce[XLS_XNONCE_LEN - 1] = final ? 1 : 0;
    xls_frame_put(&head, s->frame);
    xls_xchacha_seal(s->out.key, nonce, &text);
}

/* What came out is what went in. */
static void opened(struct stream *s, bool good, bool final)
{
    size_t used = 4711;
    bool last = !final;
    enum xls_rc rc = xls_record_open(&s->in, s->frame, s->back, &used, &last);

    if (rc != XLS_OK) {
        FZ(!good && (xls_rc_is_peer(rc) || rc == XLS_BUG_CONTRACT));
        FZ(used == 4711 && last == !final && !s->in.live);
        FZ(s->back[0] == 0 && s->back[XLS_RECORD_PLAIN - 1] == 0);
        return;
    }
    FZ(good && last == final && used <= XLS_RECORD_DATA);
    FZ(memcmp(s->back, s->slot, XLS_RECORD_PLAIN) == 0);
}

static void stream_begin(struct stream *s)
{
    static const uint8_t secret[XLS_HASH_LEN] = {1};
    static const uint8_t h[XLS_HASH_LEN] = {2};
    struct xls_record_setup setup = {secret, h, 0, XLS_DIRECTION_FORTH, 3};

    FZ(xls_record_init(&s->out, &setup) == XLS_OK);
    FZ(xls_record_init(&s->in, &setup) == XLS_OK);
    memset(s->slot, 0, sizeof(s->slot));
    memset(s->kept, 0, sizeof(s->kept));
}

/*
 * Four octets a record: what is done to it, and a number.  Only what was not
 * touched and comes in its turn is opened.
 */
void fz_record(const struct fz_target *t, const uint8_t *data, size_t len)
{
    static struct stream s;
    struct xls_rd rd = xls_rd_over(data, len);

    (void)t;
    stream_begin(&s);
    while (rd.left >= 4 && s.in.live && !s.out.ended) {
        uint8_t act = xls_rd_u8(&rd);
        uint8_t value = xls_rd_u8(&rd);
        uint16_t n = xls_rd_u16le(&rd);
        size_t used;
        bool final = (act & 0x80U) != 0;
        bool good = true;

        s.slot[XLS_RECORD_HEAD] = value;
        used = (size_t)n * 2 + 1;
        used = used < XLS_RECORD_DATA ? used : XLS_RECORD_DATA;
        FZ(xls_record_fill(s.slot, used) == XLS_OK);
        if ((act & 7U) == 1) { /* a slot that nobody may seal */
            s.slot[((size_t)n * 2) % XLS_RECORD_PLAIN] ^= value;
            s.slot[XLS_RECORD_PLAIN - 1] |= (uint8_t)(act & 8U);
            seal_raw(&s, final);
            used = 0;
            final = xls_record_open(&s.in, s.frame, s.back, &used, &final) ==
                    XLS_OK;
            FZ(final == s.in.live);
            FZ(!s.in.live || memcmp(s.slot, s.back, sizeof(s.slot)) == 0);
            return;
        }
        FZ(xls_record_seal(&s.out, s.slot, final, s.frame) == XLS_OK);
        if ((act & 7U) == 2) { /* changed on its way */
            s.frame[(size_t)n * 2 % XLS_RECORD_FRAME] ^= (uint8_t)(value | 1U);
            good = false;
        } else if ((act & 7U) == 3) { /* in its header */
            s.frame[n % XLS_FRAME_HEAD] ^= (uint8_t)(value | 1U);
            good = false;
        } else if ((act & 7U) == 4) { /* an earlier one again */
            memcpy(s.frame, s.kept, sizeof(s.frame));
            good = false;
        } else if ((act & 7U) == 5) { /* lost: the next is out of turn */
            continue;
        } else {
            memcpy(s.kept, s.frame, sizeof(s.frame));
        }
        good = good && s.in.counter + 1 == s.out.counter;
        opened(&s, good, final);
    }
}

/* --- the handshake
 * ------------------------------------------------------------ */

struct hosts {
    struct t_oracle keys[2];
    struct xls_dh_key e[2];
    struct xls_noise st[2];
};

static void hosts_begin(struct hosts *h)
{
    static const uint8_t prologue[] = "xlsec";

    for (unsigned i = 0; i < 2; i++) {
        struct xls_noise_setup setup = {.role = i == 0 ? XLS_ROLE_SOURCE
                                                       : XLS_ROLE_DESTINATION,
                                        .psks = XLS_NOISE_PSKS_OUR,
                                        .prologue = prologue,
                                        .prologue_len = sizeof(prologue),
                                        .oracle = &h->keys[i].api};

        t_oracle_init(&h->keys[i]);
        xls_dh_key_random(&h->e[i]);
        memcpy(setup.own_static, h->keys[i].key.pub, XLS_DH_LEN);
        FZ(xls_noise_init(&h->st[i], &setup) == XLS_OK);
    }
}

/* Change a message of *len octets in msg, which has room for 64 more, as the
 * input says; false when it is as it was. */
static bool tamper(struct xls_rd *rd, uint8_t *msg, size_t *len)
{
    uint8_t key[XLS_DH_LEN] = {0};
    uint8_t act = xls_rd_u8(rd);
    size_t at = xls_rd_u16le(rd);
    size_t n = rd->left < 64 ? rd->left : 64;

    if (rd->rc != XLS_OK || n == 0) {
        return false;
    }
    switch (act % 4U) {
    case 0: /* octets of it become others */
        at %= *len;
        n = n < *len - at ? n : *len - at;
        if (memcmp(msg + at, rd->at, n) == 0) {
            return false;
        }
        memcpy(msg + at, rd->at, n);
        return true;
    case 1: /* shorter */
        *len = at % *len;
        return true;
    case 2: /* longer */
        memcpy(msg + *len, rd->at, n);
        *len += n;
        return true;
    default: /* a point of low order, or anything else, for the key */
        n = n < XLS_DH_LEN ? n : XLS_DH_LEN;
        memcpy(key, rd->at, n);
        if (memcmp(msg, key, XLS_DH_LEN) == 0) { /* the engine guesses well */
            return false;
        }
        memcpy(msg, key, XLS_DH_LEN);
        return true;
    }
}

/* A message that was touched is refused, and then all is refused.  Returns
 * whether the handshake goes on. */
static bool message(struct hosts *h, unsigned n, struct xls_rd *rd, bool touch)
{
    static uint8_t msg[2048];
    static uint8_t payload[2048];
    static const uint8_t empty[XLS_PAYLOAD_LONG];
    unsigned from = n & 1U;
    size_t size = xls_payload_size(n);
    size_t len = xls_noise_overhead(&h->st[from]) + size;
    enum xls_rc rc;

    FZ(xls_noise_write(&h->st[from], n < 2 ? &h->e[from] : NULL, empty, size,
                       msg, sizeof(msg)) == XLS_OK);
    touch = touch && tamper(rd, msg, &len);
    memset(payload, 0x5a, sizeof(payload));
    rc = xls_noise_read(&h->st[1 - from], msg, len, payload, sizeof(payload));
    if (!touch) {
        FZ(rc == XLS_OK && memcmp(payload, empty, size) == 0);
        return true;
    }
    FZ(rc != XLS_OK && (xls_rc_is_peer(rc) || rc == XLS_BUG_CONTRACT));
    FZ(xls_noise_read(&h->st[1 - from], msg, len, payload, sizeof(payload)) ==
       XLS_BUG_CONTRACT);
    return false;
}

void fz_noise(const struct fz_target *t, const uint8_t *data, size_t len)
{
    static struct hosts h;
    struct xls_rd rd = xls_rd_over(data, len);
    unsigned which = xls_rd_u8(&rd) % 4U;
    struct xls_noise_keys keys[2];

    (void)t;
    hosts_begin(&h);
    for (unsigned n = 0; n < XLS_NOISE_MESSAGES; n++) {
        if (!message(&h, n, &rd, n == which)) {
            return;
        }
    }
    FZ(xls_noise_split(&h.st[0], &keys[0]) == XLS_OK);
    FZ(xls_noise_split(&h.st[1], &keys[1]) == XLS_OK);
    FZ(memcmp(keys[0].h, keys[1].h, XLS_HASH_LEN) == 0);
    FZ(memcmp(keys[0].secret, keys[1].secret, XLS_HASH_LEN) == 0);
    FZ(memcmp(keys[0].send.key, keys[1].receive.key, XLS_KEY_LEN) == 0);
    FZ(memcmp(keys[1].send.key, keys[0].receive.key, XLS_KEY_LEN) == 0);
    xls_noise_keys_wipe(&keys[0]);
    xls_noise_keys_wipe(&keys[1]);
}
