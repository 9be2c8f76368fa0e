/* SPDX-License-Identifier: LGPL-2.1-only */
#include "proto/control.h"

#include <sodium.h>
#include <string.h>

#include "base/rd.h"
#include "base/secret.h"
#include "base/wr.h"
#include "proto/companion.h"
#include "proto/text.h"

#define OFFER_VERSION 2

_Static_assert(20U + 44U + 1U + XLS_NAME_MAX + 1U + XLS_XEN_MAX + 4U +
                       XLS_OFFER_CONFIG_MAX + XLS_COMPANIONS_WIRE <=
                   XLS_CONTROL_LARGE,
               "the longest of everything fits an OFFER");

/* What each type is; the row of a type that does not exist is all zero. */
struct kind {
    const char *name;
    size_t size;
    bool source;
    bool destination;
};

/* [P-31] sizes, [P-42] senders */
static const struct kind kinds[XLS_CONTROL_TYPES] = {
    [XLS_OFFER] = {"OFFER", XLS_CONTROL_LARGE, true, false},
    [XLS_ADMIT] = {"ADMIT", XLS_CONTROL_SMALL, false, true},
    [XLS_REFUSE] = {"REFUSE", XLS_CONTROL_SMALL, false, true},
    [XLS_PREPARED] = {"PREPARED", XLS_CONTROL_SMALL, false, true},
    [XLS_FAILED] = {"FAILED", XLS_CONTROL_SMALL, false, true},
    [XLS_COMMIT] = {"COMMIT", XLS_CONTROL_SMALL, true, false},
    [XLS_ABORT] = {"ABORT", XLS_CONTROL_SMALL, true, false},
    [XLS_COMMITTED] = {"COMMITTED", XLS_CONTROL_SMALL, false, true},
    [XLS_BURNED] = {"BURNED", XLS_CONTROL_SMALL, false, true},
    [XLS_ALIVE] = {"ALIVE", XLS_CONTROL_SMALL, true, true},
    [XLS_PART] = {"PART", XLS_CONTROL_LARGE, true, true},
    [XLS_EVIDENCE] = {"EVIDENCE", XLS_CONTROL_LARGE, true, true},
    [XLS_SETTLE] = {"SETTLE", XLS_CONTROL_SMALL, true, false},
};

static const struct kind *kind_of(enum xls_control_type type)
{
    static const struct kind none = {"unknown", 0, false, false};

    return type > XLS_CONTROL_NONE && type <= XLS_SETTLE ? &kinds[type] : &none;
}

const char *xls_control_name(enum xls_control_type type)
{
    return kind_of(type)->name;
}

size_t xls_control_size(enum xls_control_type type)
{
    return kind_of(type)->size;
}

bool xls_control_sends(enum xls_role role, enum xls_control_type type)
{
    switch (role) {
    case XLS_ROLE_SOURCE:
        return kind_of(type)->source;
    case XLS_ROLE_DESTINATION:
        return kind_of(type)->destination;
    case XLS_ROLE_NONE:
        break;
    }
    return false;
}

/* Strings.  room is that of the array, for most octets and a NUL. */

static size_t length(const char *s, size_t room)
{
    const char *end = memchr(s, '\0', room);

    return end == NULL ? room : (size_t)(end - s); /* room: too long */
}

static void put_string(struct xls_wr *wr, const char *s, size_t room)
{
    xls_wr_copy(wr, s, length(s, room));
}

static void put_s8(struct xls_wr *wr, const char *s, size_t room)
{
    xls_wr_u8(wr, (uint8_t)length(s, room));
    put_string(wr, s, room);
}

static void put_s16(struct xls_wr *wr, const char *s, size_t room)
{
    xls_wr_u16be(wr, (uint16_t)length(s, room));
    put_string(wr, s, room);
}

static void get_string(struct xls_rd *rd, size_t len, char *s, size_t room,
                       size_t least)
{
    struct xls_rd sub;

    xls_rd_range(rd, len, least, room - 1);
    sub = xls_rd_sub(rd, len);
    if (sub.rc == XLS_OK && !xls_text_ok(sub.at, len, false)) { /* [P-33] */
        xls_rd_range(rd, 1, 0, 0);
    }
    if (rd->rc == XLS_OK) {
        xls_rd_copy(&sub, s, len);
        s[len] = '\0';
    }
}

static void get_s8(struct xls_rd *rd, char *s, size_t room, size_t least)
{
    get_string(rd, xls_rd_u8(rd), s, room, least);
}

static void get_s16(struct xls_rd *rd, char *s, size_t room)
{
    get_string(rd, xls_rd_u16be(rd), s, room, 0);
}

/* Bodies, each as it is in section 6.2, to be read downwards. */

static void put_offer(struct xls_wr *wr, const struct xls_offer *o)
{
    xls_wr_u16be(wr, OFFER_VERSION); /* [P-34] */
    xls_wr_u8(wr, (uint8_t)o->guest);
    xls_wr_u8(wr, (uint8_t)o->flags);
    xls_wr_u32be(wr, o->vcpus);
    xls_wr_u64be(wr, o->max_kib);
    xls_wr_u64be(wr, o->target_kib);
    xls_wr_u16be(wr, o->xen_major);
    xls_wr_u16be(wr, o->xen_minor);
    xls_wr_copy(wr, o->uuid, sizeof(o->uuid));
    put_s8(wr, o->name, sizeof(o->name));
    put_s8(wr, o->xen, sizeof(o->xen));
    xls_wr_u32be(wr, (uint32_t)o->config_len);
    xls_wr_copy(wr, o->config, o->config_len);
    if (o->companions == NULL) {
        xls_wr_u8(wr, 0);
    } else {
        xls_wr_copy(wr, o->companions, o->companions_len);
    }
}

static void get_config(struct xls_rd *rd, struct xls_offer *o)
{
    size_t len = xls_rd_u32be(rd);
    struct xls_rd sub;

    xls_rd_range(rd, len, 1, XLS_OFFER_CONFIG_MAX);
    sub = xls_rd_sub(rd, len);
    if (sub.rc == XLS_OK && !xls_text_ok(sub.at, len, true)) {
        xls_rd_range(rd, 1, 0, 0);
    }
    o->config = (const char *)sub.at;
    o->config_len = len;
}

/* [P-70] The list is decoded to be judged, and again by whoever wants it. */
static void get_companions(struct xls_rd *rd, struct xls_offer *o)
{
    const uint8_t *begin = rd->at;
    struct xls_companions list;

    xls_companions_get(rd, &list);
    o->companions = begin;
    o->companions_len = (size_t)(rd->at - begin);
}

static void get_offer(struct xls_rd *rd, struct xls_offer *o)
{
    xls_rd_range(rd, xls_rd_u16be(rd), OFFER_VERSION, OFFER_VERSION);
    o->guest = (enum xls_guest_type)xls_rd_u8(rd);
    xls_rd_range(rd, o->guest, XLS_GUEST_PV, XLS_GUEST_PVH);
    o->flags = xls_rd_u8(rd);
    xls_rd_range(rd, o->flags, 0, XLS_OFFER_FLAGS);
    o->vcpus = xls_rd_u32be(rd);
    xls_rd_range(rd, o->vcpus, 1, XLS_OFFER_VCPUS_MAX);
    o->max_kib = xls_rd_u64be(rd);
    xls_rd_range(rd, o->max_kib, 1, XLS_OFFER_KIB_MAX);
    o->target_kib = xls_rd_u64be(rd);
    xls_rd_range(rd, o->target_kib, 1, o->max_kib);
    o->xen_major = xls_rd_u16be(rd);
    o->xen_minor = xls_rd_u16be(rd);
    xls_rd_copy(rd, o->uuid, sizeof(o->uuid));
    get_s8(rd, o->name, sizeof(o->name), 1);
    get_s8(rd, o->xen, sizeof(o->xen), 0);
    get_config(rd, o);
    get_companions(rd, o);
}

static void get_shown(struct xls_rd *rd, struct xls_shown *shown, size_t least)
{
    shown->epoch = xls_rd_u32be(rd); /* [P-54] */
    xls_rd_range(rd, shown->epoch, 0, 1);
    shown->len = xls_rd_u32be(rd);
    xls_rd_range(rd, shown->len, least, XLS_SHOWN_PART_MAX);
    shown->data = xls_rd_sub(rd, rd->rc == XLS_OK ? shown->len : 0).at;
}

static void put_sums(struct xls_wr *wr, const struct xls_sums *sums)
{
    xls_wr_u64be(wr, sums->records);
    xls_wr_u64be(wr, sums->bytes);
    xls_wr_copy(wr, sums->digest, sizeof(sums->digest));
}

void xls_sums_digest(const struct xls_sums of[XLS_STREAMS],
                     uint8_t out[XLS_SUMS_DIGEST])
{
    uint8_t octets[XLS_STREAMS * (16 + XLS_HASH_LEN)];
    struct xls_wr wr = xls_wr_over(octets, sizeof(octets));

    put_sums(&wr, &of[XLS_STREAM_GUEST]);
    put_sums(&wr, &of[XLS_STREAM_COMPANIONS]);
    (void)crypto_hash_sha256(out, octets, sizeof(octets));
}

static void get_sums(struct xls_rd *rd, struct xls_sums *sums)
{
    sums->records = xls_rd_u64be(rd);
    sums->bytes = xls_rd_u64be(rd);
    xls_rd_copy(rd, sums->digest, sizeof(sums->digest));
}

static void put_body(struct xls_wr *wr, const struct xls_control *msg)
{
    switch (msg->type) {
    case XLS_OFFER:
        put_offer(wr, &msg->u.offer);
        break;
    case XLS_ADMIT:
        xls_wr_u64be(wr, msg->u.admit.free_kib); /* [P-35] */
        xls_wr_u16be(wr, msg->u.admit.xen_major);
        xls_wr_u16be(wr, msg->u.admit.xen_minor);
        put_s8(wr, msg->u.admit.host, sizeof(msg->u.admit.host));
        break;
    case XLS_REFUSE:
        put_s8(wr, msg->u.refuse.rule, sizeof(msg->u.refuse.rule)); /* [P-36] */
        put_s16(wr, msg->u.refuse.text, sizeof(msg->u.refuse.text));
        break;
    case XLS_PREPARED:
        put_sums(wr, &msg->u.prepared.of[XLS_STREAM_GUEST]); /* [P-37] */
        put_sums(wr, &msg->u.prepared.of[XLS_STREAM_COMPANIONS]);
        break;
    case XLS_FAILED:
    case XLS_ABORT:
    case XLS_BURNED:
        put_s16(wr, msg->u.text, sizeof(msg->u.text)); /* [P-38] */
        break;
    case XLS_COMMITTED:
        xls_wr_u8(wr, (uint8_t)msg->u.started); /* [P-39] */
        break;
    case XLS_ALIVE:
        xls_wr_u64be(wr, msg->u.received); /* [P-40] */
        break;
    case XLS_PART:
    case XLS_EVIDENCE:
        xls_wr_u32be(wr, msg->u.shown.epoch); /* [P-54] */
        xls_wr_u32be(wr, (uint32_t)msg->u.shown.len);
        xls_wr_copy(wr, msg->u.shown.data, msg->u.shown.len);
        break;
    case XLS_SETTLE:
        xls_wr_u8(wr, (uint8_t)msg->u.settle.word); /* [P-96] */
        xls_wr_copy(wr, msg->u.settle.id, XLS_ID_LEN);
        break;
    case XLS_COMMIT:
    case XLS_CONTROL_NONE:
        break;
    }
}

static void get_body(struct xls_rd *rd, struct xls_control *msg)
{
    switch (msg->type) {
    case XLS_OFFER:
        get_offer(rd, &msg->u.offer);
        break;
    case XLS_ADMIT:
        msg->u.admit.free_kib = xls_rd_u64be(rd);
        msg->u.admit.xen_major = xls_rd_u16be(rd);
        msg->u.admit.xen_minor = xls_rd_u16be(rd);
        get_s8(rd, msg->u.admit.host, sizeof(msg->u.admit.host), 1);
        break;
    case XLS_REFUSE:
        get_s8(rd, msg->u.refuse.rule, sizeof(msg->u.refuse.rule), 1);
        get_s16(rd, msg->u.refuse.text, sizeof(msg->u.refuse.text));
        break;
    case XLS_PREPARED:
        get_sums(rd, &msg->u.prepared.of[XLS_STREAM_GUEST]);
        get_sums(rd, &msg->u.prepared.of[XLS_STREAM_COMPANIONS]);
        break;
    case XLS_FAILED:
    case XLS_ABORT:
    case XLS_BURNED:
        get_s16(rd, msg->u.text, sizeof(msg->u.text));
        break;
    case XLS_COMMITTED:
        msg->u.started = (enum xls_started)xls_rd_u8(rd);
        xls_rd_range(rd, msg->u.started, XLS_STARTED_RUNNING,
                     XLS_STARTED_PAUSED);
        break;
    case XLS_ALIVE:
        msg->u.received = xls_rd_u64be(rd);
        break;
    case XLS_PART:
        get_shown(rd, &msg->u.shown, XLS_SHOWN_PART_MAX);
        break;
    case XLS_EVIDENCE:
        get_shown(rd, &msg->u.shown, 1);
        break;
    case XLS_SETTLE:
        msg->u.settle.word = (enum xls_settle_word)xls_rd_u8(rd);
        xls_rd_range(rd, msg->u.settle.word, XLS_SETTLE_COMMIT,
                     XLS_SETTLE_ABORT);
        xls_rd_copy(rd, msg->u.settle.id, XLS_ID_LEN);
        xls_rd_range(rd, xls_id_is_set(msg->u.settle.id), 1, 1);
        break;
    case XLS_COMMIT:
    case XLS_CONTROL_NONE:
        break;
    }
}

/* [P-32] */
bool xls_id_is_set(const uint8_t id[XLS_ID_LEN])
{
    static const uint8_t none[XLS_ID_LEN];

    return xls_same(id, none, XLS_ID_LEN) != XLS_OK;
}

/* What would change on its way into a narrower field. */
static bool fits(const struct xls_control *msg)
{
    const struct xls_offer *o = &msg->u.offer;

    if (msg->type == XLS_COMMITTED) {
        return msg->u.started <= XLS_STARTED_PAUSED;
    }
    if (msg->type == XLS_SETTLE) {
        return msg->u.settle.word <= XLS_SETTLE_ABORT;
    }
    if (msg->type == XLS_PART || msg->type == XLS_EVIDENCE) {
        return msg->u.shown.data != NULL &&
               msg->u.shown.len <= XLS_SHOWN_PART_MAX;
    }
    if (msg->type != XLS_OFFER) {
        return true;
    }
    return o->guest <= XLS_GUEST_PVH && o->config != NULL &&
           o->config_len <= XLS_OFFER_CONFIG_MAX && o->flags <= XLS_OFFER_FLAGS;
}

enum xls_rc xls_control_put(const struct xls_control *msg, uint8_t *out,
                            size_t size)
{
    size_t len = xls_control_size(msg->type);
    struct xls_wr wr = xls_wr_over(out, len);
    struct xls_control again;
    enum xls_rc rc;

    if (len == 0 || len > size || !fits(msg)) {
        return XLS_BUG_CONTRACT;
    }
    xls_wr_u8(&wr, (uint8_t)msg->type);
    xls_wr_zero(&wr, 3);
    xls_wr_copy(&wr, msg->id, XLS_ID_LEN);
    put_body(&wr, msg);
    xls_wr_zero(&wr, len - wr.used);
    rc = xls_wr_end(&wr, NULL);
    /* what the other end would refuse is not sent */
    if (rc != XLS_OK || xls_control_get(out, len, &again) != XLS_OK) {
        xls_wipe(out, len);
        return XLS_BUG_CONTRACT;
    }
    return XLS_OK;
}

enum xls_rc xls_control_get(const uint8_t *in, size_t len,
                            struct xls_control *out)
{
    struct xls_rd rd = xls_rd_over(in, len);
    struct xls_control msg;
    enum xls_rc rc;

    memset(&msg, 0, sizeof(msg));
    msg.type = (enum xls_control_type)xls_rd_u8(&rd);
    xls_rd_range(&rd, msg.type, XLS_OFFER, XLS_SETTLE);
    if (rd.rc == XLS_OK) {
        xls_rd_range(&rd, len, kinds[msg.type].size, kinds[msg.type].size);
    }
    xls_rd_zero(&rd, 3);
    xls_rd_copy(&rd, msg.id, XLS_ID_LEN);
    xls_rd_range(&rd, xls_id_is_set(msg.id), 1, 1);
    get_body(&rd, &msg);
    xls_rd_zero(&rd, rd.left); /* [P-31] */
    rc = xls_rd_end(&rd);
    if (rc == XLS_OK) {
        *out = msg;
    }
    return rc;
}
