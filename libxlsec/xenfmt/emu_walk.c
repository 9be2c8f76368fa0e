/* SPDX-License-Identifier: LGPL-2.1-only */
#include "xenfmt/emu_walk.h"

#include <stdio.h>
#include <string.h>

#include "base/rd.h"
#include "xenfmt/emu_shape.h"

#define SECTION_FULL 4U
#define SUBSECTION   5U

/* The head of a section; name is borrowed, and has no NUL. */
struct head {
    const uint8_t *at; /* the octet 4 */
    uint32_t number;
    uint8_t name_len;
    const char *name;
    uint32_t instance;
    uint32_t version;
};

/* A shape on the way through it. */
struct frame {
    const struct xls_emu_shape *shape;
    const struct xls_emu_step *step;
    uint32_t times; /* of an XLS_EMU_SHAPE, those that are done */
    uint32_t seen;  /* a bit for each of its subsections */
};

static bool printable(const uint8_t *at, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (at[i] < 0x20 || at[i] > 0x7e) {
            return false;
        }
    }
    return true;
}

/* [S-244] The head that rd stands at, of which rd then is behind; false, and
 * nothing is to be said of rd, where there is none. */
static bool head_take(struct xls_rd *rd, struct head *head)
{
    struct head h = {.at = rd->at};

    if (xls_rd_u8(rd) != SECTION_FULL) {
        return false;
    }
    h.number = xls_rd_u32be(rd);
    h.name_len = xls_rd_u8(rd);
    h.name = (const char *)rd->at;
    (void)xls_rd_sub(rd, h.name_len);
    h.instance = xls_rd_u32be(rd);
    h.version = xls_rd_u32be(rd);
    if (rd->rc != XLS_OK || h.name_len == 0 ||
        !printable((const uint8_t *)h.name, h.name_len)) {
        return false;
    }
    *head = h;
    return true;
}

/* The part of a section's name that says what the device is. */
static const char *device(const struct head *head, size_t *len)
{
    size_t from = head->name_len;

    while (from > 0 && head->name[from - 1] != '/') {
        from--;
    }
    *len = head->name_len - from;
    return head->name + from;
}

static bool named(const char *name, const char *text, size_t len)
{
    return strlen(name) == len && memcmp(name, text, len) == 0;
}

/* [S-250] The subsection that rd stands at, if it is one of the frame's; rd
 * is then behind its head.  *unknown: it is one that is not in the table. */
static const struct xls_emu_shape *sub_take(struct xls_rd *rd,
                                            struct frame *frame, bool *unknown)
{
    struct xls_rd ahead = *rd;
    size_t own = strlen(frame->shape->name);
    uint8_t mark = ahead.left > 0 ? xls_rd_u8(&ahead) : 0;
    uint8_t len = ahead.left > 0 ? xls_rd_u8(&ahead) : 0;
    const char *name = (const char *)ahead.at;
    uint32_t version;

    (void)xls_rd_sub(&ahead, len);
    version = xls_rd_u32be(&ahead);
    if (mark != SUBSECTION || len <= own || ahead.rc != XLS_OK ||
        memcmp(name, frame->shape->name, own) != 0) {
        return NULL;
    }
    for (uint32_t i = 0; frame->shape->subs != NULL; i++) {
        const struct xls_emu_shape *sub = frame->shape->subs[i];

        if (sub == NULL || i == XLS_EMU_SUBS) {
            break;
        }
        if (named(sub->name, name, len) && sub->version == version) {
            xls_rd_range(&ahead, frame->seen >> i & 1, 0, 0);
            frame->seen |= (uint32_t)1 << i;
            *rd = ahead;
            return sub;
        }
    }
    *unknown = true;
    return NULL;
}

static uint32_t number_take(struct xls_rd *rd, const struct xls_emu_step *step)
{
    uint32_t number = step->width == 1   ? xls_rd_u8(rd)
                      : step->width == 2 ? xls_rd_u16be(rd)
                                         : xls_rd_u32be(rd);

    xls_rd_range(rd, number, step->lo, step->hi);
    return rd->rc == XLS_OK ? number : 0;
}

/* [S-251] One step that is not a shape. */
static void step_take(struct xls_rd *rd, const struct xls_emu_step *step)
{
    uint64_t sum;

    switch (step->op) {
    case XLS_EMU_OCTETS:
        (void)xls_rd_sub(rd, step->size);
        break;
    case XLS_EMU_NUMBER:
        (void)number_take(rd, step);
        break;
    case XLS_EMU_FLAG:
        (void)xls_rd_sub(rd, xls_rd_u32be(rd) != 0 ? step->size : 0);
        break;
    case XLS_EMU_COUNT:
        (void)xls_rd_sub(rd, (size_t)number_take(rd, step) * step->size);
        break;
    case XLS_EMU_PAIR:
        sum = xls_rd_u32be(rd);
        sum += xls_rd_u32be(rd);
        xls_rd_range(rd, sum, 0, step->hi);
        break;
    case XLS_EMU_DONE:
    case XLS_EMU_SHAPE:
        break;
    }
}

/* The shape that comes within the frame's, now; NULL when the frame's is over.
 * Steps without a shape of their own are taken on the way. */
static const struct xls_emu_shape *
inner_next(struct xls_rd *rd, struct frame *frame, bool *unknown)
{
    while (frame->step->op != XLS_EMU_DONE) {
        if (frame->step->op != XLS_EMU_SHAPE) {
            step_take(rd, frame->step++);
        } else if (frame->times < frame->step->size) {
            frame->times++;
            return frame->step->of;
        } else {
            frame->times = 0;
            frame->step++;
        }
    }
    return sub_take(rd, frame, unknown);
}

/*
 * [S-250] One section's state.  rd has failed where it does not fit; *unknown:
 * there is a subsection in it that is not in the table, and rd may stand
 * anywhere.
 */
static void shape_walk(struct xls_rd *rd, const struct xls_emu_shape *shape,
                       bool *unknown)
{
    struct frame stack[XLS_EMU_DEPTH] = {{shape, shape->steps, 0, 0}};
    size_t depth = 1;

    while (depth > 0 && rd->rc == XLS_OK && !*unknown) {
        const struct xls_emu_shape *in =
            inner_next(rd, &stack[depth - 1], unknown);

        if (in == NULL) {
            depth--;
        } else if (depth < XLS_EMU_DEPTH) {
            stack[depth++] = (struct frame){in, in->steps, 0, 0};
        } else {
            xls_rd_range(rd, depth, 0, 0); /* no such table: a test sees it */
        }
    }
}

/* [S-253] A section follows, or nothing. */
static bool follows(struct xls_rd rd)
{
    struct head head;

    return rd.left == 0 || head_take(&rd, &head);
}

/* Why the last row tried does not fit. */
static enum xls_rc unfit(const struct xls_emu_section *row, enum xls_rc rc,
                         struct xls_finding *why)
{
    const char *name = row->shape.name;

    if (rc == XLS_OK) {
        return xls_refuse(why, XLS_PEER_RANGE, "S-253",
                          "neither a section nor the end follows %s", name);
    }
    if (rc == XLS_PEER_SHORT) {
        return xls_refuse(why, rc, "S-252",
                          "the state ends inside the section %s", name);
    }
    return xls_refuse(why, rc, "S-251",
                      "a number or a subsection of %s is not what it can be",
                      name);
}

/*
 * The state of the section whose head was read, by the first row of its name
 * and version that fits.  *unknown as above, or: there is no such row.
 */
static enum xls_rc state_take(struct xls_rd *rd, const struct head *head,
                              bool *unknown, struct xls_finding *why)
{
    const struct xls_emu_section *row;
    const struct xls_emu_section *tried = NULL;
    enum xls_rc rc = XLS_OK;
    size_t len;
    const char *name = device(head, &len);

    for (size_t i = 0; (row = xls_emu_section(i)) != NULL; i++) {
        struct xls_rd ahead = *rd;

        if (!named(row->shape.name, name, len)) {
            continue;
        }
        if (head->version < row->shape.version && !row->older) {
            return xls_refuse(why, XLS_PEER_POLICY, "S-249",
                              "section %s has version %u, before %u",
                              row->shape.name, head->version,
                              row->shape.version);
        }
        if (head->version != row->shape.version) {
            break;
        }
        tried = row;
        shape_walk(&ahead, &row->shape, unknown);
        if (*unknown || (ahead.rc == XLS_OK && follows(ahead))) {
            *rd = ahead;
            return XLS_OK;
        }
        rc = ahead.rc;
    }
    *unknown = tried == NULL;
    return tried == NULL ? XLS_OK : unfit(tried, rc, why);
}

/* [S-248] Not memory; [S-246] and not one that was there: seen are the heads
 * before, as distances from at. */
static enum xls_rc head_judge(const struct head *head, const uint8_t *at,
                              const uint32_t *seen, uint32_t count,
                              struct xls_finding *why)
{
    static const char *const memory[] = {"ram", "block", "dirty-bitmap"};

    for (size_t i = 0; i < sizeof(memory) / sizeof(memory[0]); i++) {
        if (named(memory[i], head->name, head->name_len)) {
            return xls_refuse(why, XLS_PEER_POLICY, "S-248",
                              "section %s is memory, not a device", memory[i]);
        }
    }
    for (uint32_t i = 0; i < count; i++) {
        const uint8_t *old = at + seen[i];

        if (memcmp(old + 1, head->at + 1, 4) == 0 ||
            (old[5] == head->name_len &&
             memcmp(old + 6, head->name, head->name_len + 4U) == 0)) {
            return xls_refuse(why, XLS_PEER_ORDER, "S-246",
                              "section %u is section %u again", count, i);
        }
    }
    return XLS_OK;
}

/* [S-245] The walk ends here, and the rest is QEMU's to judge. */
static enum xls_rc walk_stop(const struct head *head, const uint8_t *end,
                             struct xls_emu_way *way)
{
    (void)snprintf(way->stop, sizeof(way->stop), "%.*s", (int)head->name_len,
                   head->name);
    way->unknown = (size_t)(end - head->at);
    return XLS_OK;
}

static enum xls_rc walk(const uint8_t *at, size_t len, struct xls_emu_way *way,
                        struct xls_finding *why)
{
    struct xls_rd rd = xls_rd_over(at, len);
    uint32_t seen[XLS_EMU_SECTIONS];

    while (rd.left > 0) {
        bool unknown = false;
        struct head head;
        enum xls_rc rc;

        if (way->sections == XLS_EMU_SECTIONS) {
            return xls_refuse(why, XLS_PEER_RANGE, "S-247",
                              "more than %u sections", XLS_EMU_SECTIONS);
        }
        if (!head_take(&rd, &head)) {
            return xls_refuse(why, XLS_PEER_RANGE, "S-244",
                              "section %u has no head", way->sections);
        }
        rc = head_judge(&head, at, seen, way->sections, why);
        if (rc == XLS_OK) {
            rc = state_take(&rd, &head, &unknown, why);
        }
        if (rc != XLS_OK) {
            return rc;
        }
        seen[way->sections++] = (uint32_t)(head.at - at);
        if (unknown) {
            return walk_stop(&head, at + len, way);
        }
    }
    return XLS_OK;
}

enum xls_rc xls_emu_walk(const uint8_t *at, size_t len, struct xls_emu_way *way,
                         struct xls_finding *why)
{
    struct xls_emu_way out = {0};
    enum xls_rc rc = walk(at, len, &out, why);

    if (rc == XLS_OK) {
        *way = out;
    }
    return rc;
}
