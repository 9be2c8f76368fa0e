/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * Mutations that know what a stream is made of: records dropped, doubled,
 * moved, put in from elsewhere, made longer or shorter; fields set to numbers
 * that stand at a limit.  Lengths, counts and padding are then made right
 * again, most of the time, so that what is behind them is reached.  Inside a
 * body libFuzzer's own mutator has its turn.
 */
#include <string.h>

#include "base/rd.h"
#include "base/wr.h"
#include "fuzz.h"
#include "xenfmt/guard.h"
#include "xenfmt/rec.h"

#define ITEMS      128U
#define OUT_MAX    ((size_t)1 << 18)
#define POOL       64U
#define POOL_BODY  8192U
#define ENTRY_HEAD 8U /* of HVM_CONTEXT: code, instance, length */

/* A record, or a header without framing. */
struct item {
    const uint8_t *body;
    size_t len;
    bool framed;
    bool libxl;
    uint32_t type;
    int32_t lie; /* what the length field says beyond the length */
    uint8_t pad;
};

static struct item items[ITEMS];
static size_t item_count;
static uint64_t dice;

/* Bodies that were changed live here until the stream is written. */
static uint8_t arena[4 * OUT_MAX];
static size_t arena_used;

/* Records seen in other inputs, to be put into this one. */
static struct {
    struct item item;
    uint8_t body[POOL_BODY];
} pool[POOL];
static size_t pool_count;

static uint32_t upto(size_t n)
{
    return n == 0 ? 0 : fz_next(&dice) % (uint32_t)n;
}

static uint8_t *copy_of(struct item *item, size_t room)
{
    uint8_t *p = arena + arena_used;

    if (room < item->len || room > sizeof(arena) - arena_used) {
        return NULL;
    }
    memcpy(p, item->body, item->len);
    memset(p + item->len, 0, room - item->len);
    arena_used += room;
    item->body = p;
    return p;
}

/* --- reading
 * ------------------------------------------------------------------ */

static struct item *add(struct xls_rd *rd, size_t len)
{
    struct item *item = &items[item_count];

    if (item_count + 1 >= ITEMS) {
        len = rd->left;
    }
    len = len < rd->left ? len : rd->left;
    *item = (struct item){.body = rd->at, .len = len};
    (void)xls_rd_sub(rd, len);
    item_count++;
    return item;
}

/* Records up to and with the one that ends them, whatever is wrong in them. */
static void read_records(struct xls_rd *rd, bool libxl)
{
    uint32_t type = 1;

    while (rd->left >= XLS_REC_HEAD && item_count + 2 < ITEMS && type != 0) {
        uint32_t len;
        struct item *item;

        type = xls_rd_u32le(rd);
        len = xls_rd_u32le(rd);
        item = add(rd, len);
        item->framed = true;
        item->libxl = libxl;
        item->type = type;
        (void)xls_rd_sub(rd, rd->left < xls_rec_pad(len) ? rd->left
                                                         : xls_rec_pad(len));
        if (libxl && type == XLS_LIBXL_LIBXC_CONTEXT && rd->left >= 40) {
            (void)add(rd, 24);
            (void)add(rd, 16);
            read_records(rd, false);
        }
    }
}

static void read_stream(enum xls_fmt fmt, const uint8_t *data, size_t len)
{
    struct xls_rd rd = xls_rd_over(data, len);

    item_count = 0;
    arena_used = 0;
    if (fmt == XLS_FMT_XL) {
        const struct item *head = add(&rd, 48);
        struct xls_rd opt =
            xls_rd_over(head->body + head->len - (head->len < 4 ? 0 : 4),
                        head->len < 4 ? 0 : 4);

        (void)add(&rd, xls_rd_u32le(&opt));
    }
    if (fmt != XLS_FMT_LIBXC) {
        (void)add(&rd, 16);
        read_records(&rd, true);
    } else {
        (void)add(&rd, 24);
        (void)add(&rd, 16);
        read_records(&rd, false);
    }
    if (rd.left > 0) {
        (void)add(&rd, rd.left);
    }
}

/* --- writing
 * ------------------------------------------------------------------ */

static size_t write_stream(uint8_t *out, size_t max)
{
    struct xls_wr wr = xls_wr_over(out, max);

    for (size_t i = 0; i < item_count; i++) {
        const struct item *item = &items[i];

        if (item->framed) {
            xls_wr_u32le(&wr, item->type);
            xls_wr_u32le(&wr, (uint32_t)item->len + (uint32_t)item->lie);
        }
        xls_wr_copy(&wr, item->body, item->len);
        for (uint32_t n = item->framed ? xls_rec_pad((uint32_t)item->len) : 0;
             n > 0; n--) {
            xls_wr_u8(&wr, item->pad);
        }
    }
    return wr.used;
}

/* --- numbers
 * ------------------------------------------------------------------- */

static void put(uint8_t *p, size_t width, uint64_t v)
{
    for (size_t i = 0; i < width; i++) {
        p[i] = (uint8_t)(v >> 8 * i);
    }
}

static uint64_t get(const uint8_t *p, size_t width)
{
    uint64_t v = 0;

    for (size_t i = width; i > 0; i--) {
        v = v << 8 | p[i - 1];
    }
    return v;
}

/* A number that stands at some limit, or near what was there. */
static uint64_t number(uint64_t old)
{
    static const uint64_t limits[] = {0,
                                      1,
                                      2,
                                      3,
                                      4,
                                      8,
                                      11,
                                      12,
                                      16,
                                      20,
                                      31,
                                      32,
                                      39,
                                      63,
                                      64,
                                      120,
                                      127,
                                      128,
                                      255,
                                      256,
                                      277,
                                      511,
                                      512,
                                      576,
                                      832,
                                      1023,
                                      1024,
                                      1025,
                                      2800,
                                      4095,
                                      4096,
                                      5168,
                                      8192,
                                      32768,
                                      65535,
                                      65536,
                                      0xce,
                                      0x10a,
                                      0x40000000,
                                      1U << 20,
                                      1U << 28,
                                      0x7fffffff,
                                      0x80000000,
                                      0xffffffff,
                                      UINT64_MAX,
                                      1ULL << 32,
                                      1ULL << 33,
                                      1ULL << 52,
                                      1ULL << 60,
                                      0xdULL << 60,
                                      0xfULL << 60,
                                      0x9ULL << 60,
                                      0xfffffffffffff,
                                      1ULL << 63};

    switch (upto(8)) {
    case 0:
        return old + 1;
    case 1:
        return old - 1;
    case 2:
        return old ^ 1ULL << upto(64);
    case 3:
        return old + (uint64_t)upto(33) * 8 - 128;
    case 4:
        return upto(64);
    default:
        return limits[upto(sizeof(limits) / sizeof(limits[0]))];
    }
}

/* A field at a place where fields stand. */
static void poke(uint8_t *p, size_t len)
{
    static const size_t widths[] = {1, 2, 4, 4, 8, 8};
    size_t width = widths[upto(6)];
    size_t at;

    if (len < width) {
        return;
    }
    at = upto(len / width) * width;
    if (upto(4) == 0 && len - width >= at + 4) {
        at += width > 4 ? 4 : 0;
    }
    put(p + at, width, number(get(p + at, width)));
}

/* --- bodies
 * --------------------------------------------------------------------- */

/* The array in a body of this type: octets before it, and of an element. */
static void shape_of(bool libxl, uint32_t type, size_t *head, size_t *unit)
{
    const struct xls_rec_rule *rule =
        libxl ? xls_rec_libxl_rule(type) : xls_rec_libxc_rule(type);

    *head = rule == NULL ? 0 : rule->head;
    *unit = rule == NULL || rule->unit == 0 ? 8 : rule->unit;
}

/* Take an element out, put one in, put two in each other's place. */
static size_t elements(uint8_t *p, size_t len, size_t max, size_t head,
                       size_t unit)
{
    size_t n = len > head ? (len - head) / unit : 0;
    uint8_t *a = p + head + upto(n) * unit;
    uint8_t *b = p + head + upto(n) * unit;

    if (n < 2) {
        return len;
    }
    switch (upto(4)) {
    case 0:
        memmove(a, a + unit, (size_t)(p + len - a) - unit);
        return len - unit;
    case 1:
        if (len + unit > max) {
            return len;
        }
        memmove(a + unit, a, (size_t)(p + len - a));
        return len + unit;
    case 2:
        memmove(a, b, unit);
        return len;
    default:
        for (size_t i = 0; i < unit; i++) {
            uint8_t keep = a[i];

            a[i] = b[i];
            b[i] = keep;
        }
        return len;
    }
}

/* HVM_CONTEXT: the place of one of its entries, and how long it is; false when
 * there is none. */
static bool entry_at(const uint8_t *p, size_t len, size_t *at, size_t *size)
{
    size_t places[64];
    size_t n = 0;
    size_t i = 0;

    while (n < 63 && len - i >= ENTRY_HEAD) {
        size_t body = (size_t)get(p + i + 4, 4);

        places[n++] = i;
        if (body > len - i - ENTRY_HEAD) {
            break;
        }
        i += ENTRY_HEAD + body;
    }
    if (n < 2) {
        return false;
    }
    places[n] = i;
    n = upto(n);
    *at = places[n];
    *size = places[n + 1] > *at ? places[n + 1] - *at : ENTRY_HEAD;
    return *at + *size <= len;
}

static size_t entries(uint8_t *p, size_t len, size_t max)
{
    size_t at;
    size_t size;
    size_t n = 8U * (upto(4) + 1);

    if (!entry_at(p, len, &at, &size)) {
        return len;
    }
    switch (upto(6)) {
    case 0: /* out */
        memmove(p + at, p + at + size, len - at - size);
        return len - size;
    case 1: /* twice */
        if (len + size > max) {
            return len;
        }
        memmove(p + at + size, p + at, len - at);
        return len + size;
    case 2: /* its code, its instance, its length */
        poke(p + at, ENTRY_HEAD);
        return len;
    case 3: /* longer */
        if (len + n > max) {
            return len;
        }
        memmove(p + at + size + n, p + at + size, len - at - size);
        put(p + at + 4, 4, size - ENTRY_HEAD + n);
        return len + n;
    case 4: /* shorter */
        if (size < ENTRY_HEAD + n) {
            return len;
        }
        memmove(p + at + size - n, p + at + size, len - at - size);
        put(p + at + 4, 4, size - ENTRY_HEAD - n);
        return len - n;
    default:
        poke(p + at + ENTRY_HEAD, size - ENTRY_HEAD);
        return len;
    }
}

static size_t body_mutate(bool libxl, uint32_t type, uint8_t *p, size_t len,
                          size_t max)
{
    size_t head;
    size_t unit;

    shape_of(libxl, type, &head, &unit);
    switch (upto(6)) {
    case 0:
        return elements(p, len, max, head, unit);
    case 1:
    case 2:
        if (!libxl && type == XLS_REC_HVM_CONTEXT) {
            return entries(p, len, max);
        }
        poke(p, len);
        return len;
    case 3:
        if (LLVMFuzzerMutate != NULL) {
            return LLVMFuzzerMutate(p, len, max);
        }
        return len;
    default:
        poke(p, len);
        return len;
    }
}

/* Numbers in a body that follow from its length. */
static void body_settle(bool libxl, uint32_t type, uint8_t *p, size_t len)
{
    if (libxl || len < 16) {
        return;
    }
    if (type == XLS_REC_HVM_PARAMS) {
        put(p, 4, (len - 8) / 16);
    } else if (type == XLS_REC_VCPU_EXTENDED) {
        put(p + 12, 4, len - 8);
    }
}

/* --- records
 * --------------------------------------------------------------------- */

/* PAGE_DATA made anew: a run of frames, some of them with content. */
static void pages_new(struct item *item)
{
    uint32_t first = upto(4) == 0 ? upto(1U << 12) : 0;
    uint32_t count = upto(8) == 0 ? 1024 : upto(96) + 1;
    uint8_t *p = arena + arena_used;
    size_t len = 8 + (size_t)count * 8;

    if (len + 2 * 4096 > sizeof(arena) - arena_used) {
        return;
    }
    memset(p, 0, len + 2 * 4096);
    put(p, 4, count);
    for (uint32_t i = 0; i < count; i++) {
        uint64_t type = i < 2 && upto(2) == 0 ? upto(13) : 0xf;

        put(p + 8 + (size_t)i * 8, 8, type << 60 | (first + i));
        len += type >= 0xd ? 0 : 4096;
    }
    arena_used += 8 + (size_t)count * 8 + 2 * 4096;
    item->body = p;
    item->len = len;
}

static void drop(size_t at)
{
    item_count--;
    memmove(&items[at], &items[at + 1], (item_count - at) * sizeof(items[0]));
}

static void insert(size_t at, struct item item)
{
    if (item_count + 1 < ITEMS) {
        memmove(&items[at + 1], &items[at],
                (item_count - at) * sizeof(items[0]));
        items[at] = item;
        item_count++;
    }
}

/* Change a record's body, and settle what follows from it. */
static void change(struct item *item, bool settle)
{
    size_t room = item->len + 64;
    uint8_t *p = copy_of(item, room);

    if (p != NULL) {
        item->len = body_mutate(item->libxl, item->framed ? item->type : ~0U, p,
                                item->len, room);
        if (settle && item->framed) {
            body_settle(item->libxl, item->type, p, item->len);
        }
    }
}

static void resize(struct item *item, bool settle)
{
    size_t by = upto(3) == 0 ? upto(64) : 8U * (upto(8) + 1);
    uint8_t *p = copy_of(item, item->len + by);

    if (p != NULL) {
        item->len = upto(2) == 0      ? item->len + by
                    : by <= item->len ? item->len - by
                                      : 0;
        if (settle && item->framed) {
            body_settle(item->libxl, item->type, p, item->len);
        }
    }
}

/* One change among the records. */
static void stir(void)
{
    size_t at = upto(item_count);
    struct item *item = &items[at];
    struct item other = *item;
    bool settle = upto(8) != 0;

    switch (upto(16)) {
    case 0:
        drop(at);
        break;
    case 1:
        insert(at, other);
        break;
    case 2:
        drop(at);
        insert(upto(item_count + 1), other);
        break;
    case 3:
    case 4:
        resize(item, settle);
        break;
    case 5:
        item->lie = (int32_t)number(0);
        break;
    case 6:
        item->pad = (uint8_t)(upto(4) == 0 ? 1 : 0);
        break;
    case 7:
        item->type = (uint32_t)(upto(2) == 0 ? number(item->type) : upto(20));
        break;
    case 8:
        if (pool_count > 0) {
            insert(at, pool[upto(pool_count)].item);
        }
        break;
    case 9:
        if (pool_count > 0 && item->framed) { /* its like, from elsewhere */
            const struct item *like = &pool[upto(pool_count)].item;

            *item = like->type == item->type ? *like : *item;
        }
        break;
    case 10:
        if (item->framed && !item->libxl && item->type == XLS_REC_PAGE_DATA) {
            pages_new(item);
        }
        break;
    default:
        change(item, settle);
        break;
    }
}

/* xl's header says how long the configuration is, twice. */
static void config_settle(void)
{
    uint8_t *p;

    if (item_count > 1 && items[0].len == 48 && items[1].len >= 5) {
        p = copy_of(&items[0], 48);
        if (p != NULL) {
            put(p + 44, 4, items[1].len);
        }
        p = copy_of(&items[1], items[1].len);
        if (p != NULL) {
            put(p, 4, items[1].len - 4);
            p[items[1].len - 1] = 0;
        }
    }
}

/* Keep one of this input's records for others. */
static void collect(void)
{
    const struct item *item = &items[upto(item_count)];
    size_t at = pool_count < POOL ? pool_count : upto(POOL);

    if (item->framed && item->len <= POOL_BODY && upto(16) == 0) {
        pool[at].item = *item;
        memcpy(pool[at].body, item->body, item->len);
        pool[at].item.body = pool[at].body;
        pool_count += at == pool_count ? 1 : 0;
    }
}

static size_t stream_mutate(enum xls_fmt fmt, uint8_t *data, size_t len,
                            size_t max)
{
    static uint8_t out[OUT_MAX];

    read_stream(fmt, data, len);
    collect();
    for (uint32_t n = upto(4) + 1; n > 0 && item_count > 0; n--) {
        stir();
    }
    if (fmt == XLS_FMT_XL && upto(8) != 0) {
        config_settle();
    }
    len = write_stream(out, max < sizeof(out) ? max : sizeof(out));
    memcpy(data, out, len);
    return len;
}

size_t fz_mutate(const struct fz_target *t, uint8_t *data, size_t len,
                 size_t max, unsigned seed)
{
    size_t skip = t->shape == FZ_BODY ? FZ_STATE : t->arg == 0 ? 4 : 0;

    dice = seed | (uint64_t)seed << 32 | 1U;
    (void)fz_next(&dice);
    if (t->shape == FZ_PLAIN || len <= skip ||
        (upto(8) == 0 && LLVMFuzzerMutate != NULL)) {
        return LLVMFuzzerMutate == NULL ? len
                                        : LLVMFuzzerMutate(data, len, max);
    }
    if (t->shape == FZ_STREAM) {
        enum xls_fmt fmt = (enum xls_fmt)t->arg;

        if (skip != 0) { /* the format stands in the input */
            fmt = (enum xls_fmt)(data[0] % 3 + XLS_FMT_XL);
        }
        return skip + stream_mutate(fmt, data + skip, len - skip, max - skip);
    }
    len = skip +
          body_mutate(t->libxl, t->arg, data + skip, len - skip, max - skip);
    if (upto(8) != 0) {
        body_settle(t->libxl, t->arg, data + skip, len - skip);
    }
    return len;
}
