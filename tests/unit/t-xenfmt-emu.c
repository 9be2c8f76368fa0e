/* SPDX-License-Identifier: LGPL-2.1-only */
/* QEMU's state: every row of the table, right and wrong in each way. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "t.h"
#include "xenfmt/emu_shape.h"
#include "xenfmt/libxl.h"

#define ROOM ((size_t)1 << 20)

/* A record being written, and what is to be wrong with it. */
struct make {
    uint8_t *at;
    size_t len;
    int numbers; /* written so far, of those that have limits */
    int spoil;   /* which of them is wrong; -1: none */
    bool high;   /* too large rather than too small */
    bool could;  /* it could be: there is such a value */
    int subs;    /* of each shape, its subsections come so often */
};

static void put(struct make *m, uint64_t value, uint32_t width)
{
    for (uint32_t i = width; i-- > 0;) {
        m->at[m->len++] = (uint8_t)(value >> (8 * i));
    }
}

static void put_text(struct make *m, const char *text)
{
    put(m, strlen(text), 1);
    memcpy(m->at + m->len, text, strlen(text));
    m->len += strlen(text);
}

/* A record up to the first section. */
static struct make make_new(void)
{
    struct make m = {.at = calloc(1, ROOM), .spoil = -1};

    T(m.at != NULL);
    m.at[0] = 2;
    m.len = 8;
    put(&m, 0x5145564d, 4);
    put(&m, 3, 4);
    return m;
}

static void put_head(struct make *m, const char *name, uint32_t number,
                     uint32_t version)
{
    put(m, 4, 1);
    put(m, number, 4);
    put_text(m, name);
    put(m, 0, 4);
    put(m, version, 4);
}

/* A number with limits, at its least, or wrong when it is its turn. */
static void put_number(struct make *m, uint32_t width, uint64_t lo, uint64_t hi)
{
    uint64_t value = lo;
    uint64_t most = UINT64_MAX >> (64 - 8 * width);

    if (m->numbers++ == m->spoil) {
        m->could = m->high ? hi < most : lo > 0;
        value = !m->could ? lo : m->high ? hi + 1 : lo - 1;
    }
    put(m, value, width);
}

static void put_shape(struct make *m, const struct xls_emu_shape *shape)
{
    for (const struct xls_emu_step *s = shape->steps; s->op != XLS_EMU_DONE;
         s++) {
        switch (s->op) {
        case XLS_EMU_OCTETS:
            m->len += s->size;
            break;
        case XLS_EMU_NUMBER:
            put_number(m, s->width, s->lo, s->hi);
            break;
        case XLS_EMU_FLAG:
            put(m, m->subs > 0, 4);
            m->len += m->subs > 0 ? s->size : 0;
            break;
        case XLS_EMU_COUNT:
            put_number(m, s->width, s->lo, s->hi);
            m->len += s->lo * s->size;
            break;
        case XLS_EMU_PAIR:
            put(m, 1, 4);
            put_number(m, 4, 0, s->hi - 1);
            break;
        case XLS_EMU_SHAPE:
            for (uint32_t i = 0; i < s->size; i++) {
                put_shape(m, s->of);
            }
            break;
        case XLS_EMU_DONE:
            break;
        }
    }
    for (int i = 0; shape->subs != NULL && shape->subs[i] != NULL; i++) {
        for (int n = 0; n < m->subs; n++) {
            put(m, 5, 1);
            put_text(m, shape->subs[i]->name);
            put(m, shape->subs[i]->version, 4);
            put_shape(m, shape->subs[i]);
        }
    }
}

/* One row as a section by itself, of a device at a place. */
static void put_row(struct make *m, const struct xls_emu_section *row)
{
    char name[64];

    (void)snprintf(name, sizeof(name), "0000:00:01.2/%s", row->shape.name);
    put_head(m, name, 7, row->shape.version);
    put_shape(m, &row->shape);
}

/* The verdict on m, whose end this writes; and m is freed.  *ll and *why may
 * be NULL. */
static enum xls_rc judge(struct make *m, struct xls_libxl *ll,
                         struct xls_finding *why)
{
    struct xls_finding found = {0};
    struct xls_libxl state;
    struct xls_part part;
    enum xls_rc rc;
    uint8_t *exact;

    put(m, 0, 1);
    T(m->len <= ROOM);
    exact = malloc(m->len); /* so that a sanitizer sees the end */
    T(exact != NULL);
    memcpy(exact, m->at, m->len);
    part = (struct xls_part){exact, m->len, 0, (uint32_t)m->len};
    xls_libxl_init(&state, XLS_GUEST_HVM);
    rc = xls_rec_emulator_judge(&state, &part, &found);
    T(state.emulated == (rc == XLS_OK));
    if (ll != NULL) {
        *ll = state;
    }
    if (why != NULL) {
        *why = found;
    }
    free(exact);
    free(m->at);
    return rc;
}

static void refused(struct make *m, const char *rule)
{
    struct xls_finding why;
    enum xls_rc rc = judge(m, NULL, &why);

    ck_assert_msg(xls_rc_is_peer(rc), "%s: accepted", rule);
    ck_assert_str_eq(why.rule, rule);
    T(why.text[0] != 0);
}

/* Accepted, and walked to the end; or but for the last unknown octets. */
static void accepted(struct make *m, uint32_t sections, size_t unknown)
{
    struct xls_libxl ll;
    struct xls_finding why;
    enum xls_rc rc = judge(m, &ll, &why);

    ck_assert_msg(rc == XLS_OK, "%s: %s", why.rule, why.text);
    ck_assert_uint_eq(ll.state.sections, sections);
    ck_assert_uint_eq(ll.state.unknown, unknown);
}

/* Rows that share their name, so that another may fit where one does not. */
static bool alone(const struct xls_emu_section *row)
{
    const struct xls_emu_section *other;
    int count = 0;

    for (size_t i = 0; (other = xls_emu_section(i)) != NULL; i++) {
        count += strcmp(other->shape.name, row->shape.name) == 0;
    }
    return count == 1;
}

/* [S-250] Each row, without subsections and with all of them. */
START_TEST(rows_are_accepted)
{
    const struct xls_emu_section *row;

    for (size_t i = 0; (row = xls_emu_section(i)) != NULL; i++) {
        for (int subs = 0; subs < 2; subs++) {
            struct make m = make_new();

            m.subs = subs;
            put_row(&m, row);
            put_head(&m, "port92", 8, 1);
            put(&m, 2, 1);
            accepted(&m, 2, 0);
        }
    }
}
END_TEST

/* [S-251] Each number of each row, too small and too large. */
START_TEST(numbers_have_limits)
{
    const struct xls_emu_section *row;
    int tried = 0;

    for (size_t i = 0; (row = xls_emu_section(i)) != NULL; i++) {
        for (int turn = 0;; turn++) {
            struct make m = make_new();

            m.subs = 1;
            m.spoil = turn / 2;
            m.high = turn % 2;
            put_row(&m, row);
            if (m.numbers <= m.spoil) {
                free(m.at);
                break;
            }
            if (m.could) {
                tried++;
                refused(&m, "S-251");
            } else {
                accepted(&m, 1, 0);
            }
        }
    }
    T(tried > 100);
}
END_TEST

/* [S-251] A subsection comes once. */
START_TEST(subsections_come_once)
{
    const struct xls_emu_section *row;

    for (size_t i = 0; (row = xls_emu_section(i)) != NULL; i++) {
        struct make once = make_new();
        struct make twice = make_new();

        put_row(&once, row);
        twice.subs = 1;
        put_row(&twice, row);
        if (twice.len > once.len && row->shape.subs != NULL && alone(row)) {
            twice.subs = 2;
            twice.len = 16;
            put_row(&twice, row);
            refused(&twice, "S-251");
        } else {
            free(twice.at);
        }
        free(once.at);
    }
}
END_TEST

/* [S-252] An octet less than a state has; [S-253] an octet more. */
START_TEST(sizes_are_exact)
{
    const struct xls_emu_section *row;

    for (size_t i = 0; (row = xls_emu_section(i)) != NULL; i++) {
        struct make less = make_new();
        struct make more = make_new();
        struct make wide = make_new();

        put_row(&less, row);
        less.len--;
        put_row(&more, row);
        put(&more, 9, 1);
        put_row(&wide, row);
        put(&wide, 0, 1);
        if (alone(row)) {
            refused(&less, "S-252");
            refused(&more, "S-253");
            refused(&wide, "S-253");
        } else {
            T(judge(&less, NULL, NULL) != XLS_OK);
            T(judge(&more, NULL, NULL) != XLS_OK);
            T(judge(&wide, NULL, NULL) != XLS_OK);
        }
    }
}
END_TEST

/* Two sections, of which the second is one of these. */
struct second {
    const char *rule; /* NULL: accepted */
    const char *name;
    uint32_t number;
    uint32_t version;
    bool walked;
};

START_TEST(heads)
{
    static const struct second list[] = {
        {NULL, "i2c_bus", 8, 1, true},
        {NULL, "0000:00:04.0/i2c_bus", 8, 1, true},
        {NULL, "a/b.c d/i2c_bus", 8, 1, true},
        {NULL, "xhci", 8, 1, false},
        {NULL, "i2c_bu", 8, 1, false},
        {NULL, "xi2c_bus", 8, 1, false},
        {NULL, "i2c_bus/", 8, 1, false},
        {NULL, "i2c_bus", 8, 2, false}, /* a newer QEMU's */
        {"S-246", "port92", 8, 1, false},
        {"S-246", "i2c_bus", 7, 1, false},
        {"S-246", "xhci", 7, 1, false},
        {"S-248", "ram", 8, 4, false},
        {"S-248", "block", 8, 1, false},
        {"S-248", "dirty-bitmap", 8, 1, false},
        {"S-249", "i2c_bus", 8, 0, false},
        {"S-249", "cpu", 8, 11, false},
        {NULL, "rtl8139", 8, 4, false}, /* QEMU before 2.9 */
        {NULL, "e1000", 8, 1, false},
        {NULL, "lsiscsi", 8, 0, false},
        {"S-253", "", 8, 1, false},
        {"S-253", "i2c\tbus", 8, 1, false},
        {"S-253", "i2c_bus\x7f", 8, 1, false},
    };

    for (size_t i = 0; i < T_COUNT(list); i++) {
        struct make m = make_new();

        put_head(&m, "port92", 7, 1);
        put(&m, 2, 1);
        put_head(&m, list[i].name, list[i].number, list[i].version);
        put(&m, 0xff, 1);
        if (list[i].rule != NULL) {
            refused(&m, list[i].rule);
        } else {
            accepted(&m, 2, list[i].walked ? 0 : 14 + strlen(list[i].name) + 1);
        }
    }
}
END_TEST

/* [S-244] A head that ends early, and other kinds of section: the beginning
 * of memory (1), a part of it (2, 3), a command (8). */
START_TEST(only_full_sections)
{
    static const uint8_t kinds[] = {0, 1, 2, 3, 5, 6, 7, 8, 0x7e, 0xff};

    for (size_t i = 0; i < T_COUNT(kinds); i++) {
        struct make m = make_new();

        put_head(&m, "xhci", 7, 1);
        m.at[16] = kinds[i];
        refused(&m, "S-244");
    }
    for (size_t len = 1; len < 18; len++) {
        struct make m = make_new();

        put_head(&m, "xhci", 7, 1);
        m.len = 16 + len;
        refused(&m, "S-244");
    }
}
END_TEST

/* [S-245] Behind the first section that is not in the table, nothing is
 * looked at; what a guest wrote there cannot stop its own migration. */
START_TEST(unknown_ends_the_walk)
{
    struct make m = make_new();
    struct xls_libxl ll;

    put_head(&m, "0000:00:05.0/a-device-with-a-rather-long-name", 7, 1);
    put_head(&m, "ram", 7, 0);
    put_head(&m, "port92", 7, 0);
    T(judge(&m, &ll, NULL) == XLS_OK);
    ck_assert_str_eq(ll.state.stop, "0000:00:05.0/a-device-with-a-ra");
    ck_assert_uint_eq(ll.state.sections, 1);

    m = make_new(); /* a subsection of a newer QEMU's, and of a drive's */
    put_head(&m, "fw_cfg", 7, 2);
    m.len += 6;
    put(&m, 5, 1);
    put_text(&m, "fw_cfg/new");
    put(&m, 1, 4);
    accepted(&m, 1, 14 + 6 + 6 + 16);

    m = make_new();
    put_head(&m, "fw_cfg", 7, 2);
    m.len += 6;
    put(&m, 5, 1);
    put_text(&m, "fw_cfg/dma");
    put(&m, 1, 4); /* is 0 */
    accepted(&m, 1, 14 + 6 + 6 + 16);

    m = make_new(); /* of another device */
    put_head(&m, "fw_cfg", 7, 2);
    m.len += 6;
    put(&m, 5, 1);
    put_text(&m, "fw_cf/dma");
    put(&m, 0, 4);
    refused(&m, "S-253");

    m = make_new(); /* its own name is no subsection's */
    put_head(&m, "fw_cfg", 7, 2);
    m.len += 6;
    put(&m, 5, 1);
    put_text(&m, "fw_cfg");
    put(&m, 0, 4);
    refused(&m, "S-253");
}
END_TEST

/* [S-247] */
START_TEST(sections_are_counted)
{
    for (uint32_t more = 0; more < 2; more++) {
        struct make m = make_new();

        for (uint32_t i = 0; i < 1024 + more; i++) {
            char name[32];

            (void)snprintf(name, sizeof(name), "%u/port92", i);
            put_head(&m, name, i, 1);
            put(&m, 0, 1);
        }
        if (more == 0) {
            accepted(&m, 1024, 0);
        } else {
            refused(&m, "S-247");
        }
    }
}
END_TEST

/* [S-45] [S-47] */
START_TEST(record_head)
{
    static const struct {
        size_t at;
        uint8_t octet;
        const char *rule;
    } list[] = {
        {0, 1, "S-45"}, {0, 0, "S-45"},  {3, 1, "S-45"},  {4, 1, "S-45"},
        {8, 0, "S-47"}, {11, 0, "S-47"}, {15, 2, "S-47"}, {12, 1, "S-47"},
    };

    for (size_t i = 0; i < T_COUNT(list); i++) {
        struct make m = make_new();

        put_head(&m, "port92", 7, 1);
        put(&m, 2, 1);
        m.at[list[i].at] = list[i].octet;
        refused(&m, list[i].rule);
    }
    for (size_t len = 8; len <= 16; len++) {
        struct make m = make_new();

        m.len = len;
        refused(&m, "S-47");
    }
}
END_TEST

/* The octet that says that it is over, and another in its place. */
START_TEST(record_end)
{
    for (unsigned end = 1; end < 256; end++) {
        struct make m = make_new();
        struct xls_finding why = {0};
        struct xls_libxl ll;
        struct xls_part part;

        put_head(&m, "xhci", 7, 1);
        put(&m, end, 1);
        part = (struct xls_part){m.at, m.len, 0, (uint32_t)m.len};
        xls_libxl_init(&ll, XLS_GUEST_HVM);
        T(xls_rec_emulator_judge(&ll, &part, &why) == XLS_PEER_RANGE);
        ck_assert_str_eq(why.rule, "S-47");
        free(m.at);
    }
}
END_TEST

/* The walk's stack is deep enough, and its bits are enough, for the table. */
static size_t depth_of(const struct xls_emu_shape *shape)
{
    size_t most = 0;
    size_t subs = 0;

    for (const struct xls_emu_step *s = shape->steps; s->op != XLS_EMU_DONE;
         s++) {
        size_t depth = s->op == XLS_EMU_SHAPE ? depth_of(s->of) : 0;

        most = depth > most ? depth : most;
    }
    for (; shape->subs != NULL && shape->subs[subs] != NULL; subs++) {
        size_t depth = depth_of(shape->subs[subs]);

        most = depth > most ? depth : most;
    }
    T(subs <= XLS_EMU_SUBS);
    return most + 1;
}

START_TEST(table_fits_the_walk)
{
    const struct xls_emu_section *row;
    size_t rows = 0;

    for (; (row = xls_emu_section(rows)) != NULL; rows++) {
        T(depth_of(&row->shape) <= XLS_EMU_DEPTH);
        T(strchr(row->shape.name, '/') == NULL);
    }
    T(rows > 40);
    T(xls_emu_section(SIZE_MAX) == NULL);
}
END_TEST

/* --- EMULATOR_XENSTORE_DATA --- */

/* Pairs, as text: a slash for physmap/, blanks between strings. */
struct pairs {
    const char *rule; /* NULL: accepted */
    const char *text;
};

/* The verdict on text, for a guest of 256 frames. */
static enum xls_rc pairs_judge(const char *text, struct xls_finding *why)
{
    uint8_t body[4096] = {2};
    size_t len = 8;
    struct xls_libxl ll;
    struct xls_part part;

    for (const char *c = text; *c != 0; c++) {
        if (*c == '/' && (c == text || c[-1] == ' ')) {
            memcpy(body + len, "physmap", 7);
            len += 7;
        }
        T(len < sizeof(body) - 1);
        body[len++] = *c == ' ' ? 0 : (uint8_t)*c;
    }
    part = (struct xls_part){body, len, 0, (uint32_t)len};
    xls_libxl_init(&ll, XLS_GUEST_HVM);
    xls_libxl_ascend(&ll, true, 256);
    return xls_rec_xenstore_judge(&ll, &part, why);
}

#define A "/a/start_addr 1000 "
#define B "/a/size 2000 "
#define C "/a/name vga.vram "

START_TEST(regions)
{
    static const struct pairs list[] = {
        {NULL, A B C},
        {NULL, A B C "/00a/start_addr 1000 /00a/size 1000 /00a/name x "},
        {NULL, "/0123456789abcdef/start_addr 0 /0123456789abcdef/size 100000 "
               "/0123456789abcdef/name a:c/d.e "},
        {NULL, "/a/start_addr 00000000000ff000 /a/size 1000 " C},
        {"S-46", A B "/a/name vga.vram"}, /* no NUL */
        {"S-46", A B "/a/name"},
        {"S-46", A B C "/"},
        {"S-46", "/A/start_addr 1000 " B C},
        {"S-46", "//start_addr 1000 " B C},
        {"S-46", "/0123456789abcdef0/start_addr 1000 " B C},
        {"S-46", "/a/start_add 1000 " B C},
        {"S-46", "/a/start_addr/ 1000 " B C},
        {"S-46", "/a/command 1000 " B C},
        {"S-46", "/a 1000 " B C},
        {"S-46", "state running " B C},
        {"S-46", "vm-data/a 1000 " B C}, /* is for the configuration */
        {"S-46", " 1000 " B C},
        {"S-240", "/a/start_addr 1001 " B C},
        {"S-240", "/a/start_addr 0x1000 " B C},
        {"S-240", "/a/start_addr F000 " B C},
        {"S-240", "/a/start_addr  " B C},
        {"S-240", "/a/start_addr 00000000000001000 " B C},
        {"S-240", A "/a/size 800 " C},
        {"S-240", A "/a/size 0 " C},
        {"S-240", A "/a/size -1 " C},
        {"S-240", A B "/a/name  "},
        {"S-240", A B "/a/name vga\x7fvram "},
        {"S-240", A B "/a/name vga\nvram "},
        {"S-241", A C},
        {"S-241", A C B},
        {"S-241", B C},
        {"S-241", A A B C},
        {"S-241", A "/0a/size 1000 " C},
        {"S-241", A B "/b/name x "},
        {"S-242", A B C A B C},
        {"S-242", A B C "/b/start_addr 0 /b/size 1000 /b/name x " A B C},
        {"S-243", "/a/start_addr 100000 /a/size 1000 " C},
        {"S-243", "/a/start_addr ff000 " B C},
        {"S-243", A "/a/size fffffffffffff000 " C},
        {"S-243", "/a/start_addr fffffffffffff000 /a/size 1000 " C},
    };

    for (size_t i = 0; i < T_COUNT(list); i++) {
        struct xls_finding why = {0};
        enum xls_rc rc = pairs_judge(list[i].text, &why);

        if (list[i].rule == NULL) {
            ck_assert_msg(rc == XLS_OK, "%s: %s", list[i].text, why.text);
        } else {
            ck_assert_msg(xls_rc_is_peer(rc), "accepted: %s", list[i].text);
            ck_assert_str_eq(why.rule, list[i].rule);
        }
    }
}
END_TEST

/* [S-46] 21 regions, and one more; strings of 256 octets, and of 257. */
START_TEST(regions_are_counted)
{
    for (unsigned count = 21; count <= 22; count++) {
        char text[4096] = "";
        struct xls_finding why = {0};

        for (unsigned i = 0; i < count; i++) {
            size_t len = strlen(text);

            (void)snprintf(text + len, sizeof(text) - len,
                           "/%x/start_addr 0 /%x/size 1000 /%x/name x ", i, i,
                           i);
        }
        if (count == 21) {
            T(pairs_judge(text, &why) == XLS_OK);
        } else {
            T(pairs_judge(text, &why) == XLS_PEER_RANGE);
            ck_assert_str_eq(why.rule, "S-46");
        }
    }
    for (int len = 255; len <= 257; len++) {
        static const char *const rules[] = {"", "S-240", "S-46"};
        char text[512];
        struct xls_finding why = {0};
        enum xls_rc rc;

        (void)snprintf(text, sizeof(text), A B "/a/name %0*d ", len, 0);
        rc = pairs_judge(text, &why);
        T((rc == XLS_OK) == (len == 255));
        ck_assert_str_eq(why.rule, rules[len - 255]);
    }
}
END_TEST

/* --- the table in doc/STREAM.md is this one --- */

static void add(char *line, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
static void add(char *line, const char *format, ...)
{
    va_list args;
    size_t len = strlen(line);

    va_start(args, format);
    T(vsnprintf(line + len, 2048 - len, format, args) < (int)(2048 - len));
    va_end(args);
}

static void add_steps(char *line, const struct xls_emu_step *s)
{
    for (; s->op != XLS_EMU_DONE; s++) {
        switch (s->op) {
        case XLS_EMU_OCTETS:
            add(line, " %" PRIu32, s->size);
            break;
        case XLS_EMU_NUMBER:
            add(line, " u%" PRIu32 ":%" PRIu32 "-%" PRIu32, s->width * 8, s->lo,
                s->hi);
            break;
        case XLS_EMU_FLAG:
            add(line, " flag:%" PRIu32, s->size);
            break;
        case XLS_EMU_COUNT:
            add(line, " u%" PRIu32 ":%" PRIu32 "-%" PRIu32 " x %" PRIu32,
                s->width * 8, s->lo, s->hi, s->size);
            break;
        case XLS_EMU_PAIR:
            add(line, " pair:%" PRIu32, s->hi);
            break;
        case XLS_EMU_SHAPE:
            for (uint32_t i = 0; i < s->size; i++) {
                add(line, " {%s}", s->of->name);
            }
            break;
        case XLS_EMU_DONE:
            break;
        }
    }
}

static void add_subs(char *line, const struct xls_emu_shape *shape)
{
    for (int i = 0; shape->subs != NULL && shape->subs[i] != NULL; i++) {
        add(line, "%s `%s` %" PRIu32 ":", i == 0 ? "" : ";",
            shape->subs[i]->name, shape->subs[i]->version);
        add_steps(line, shape->subs[i]->steps);
    }
    add(line, " |\n");
}

static void wanted(const char *doc, const char *line)
{
    if (getenv("XLS_TEST_PRINT") != NULL) {
        (void)fputs(line, stderr);
        return;
    }
    ck_assert_msg(strstr(doc, line) != NULL, "doc/STREAM.md lacks: %s", line);
}

static void wanted_shapes(const char *doc, const struct xls_emu_shape *shape)
{
    char line[2048] = "";

    for (const struct xls_emu_step *s = shape->steps; s->op != XLS_EMU_DONE;
         s++) {
        if (s->op == XLS_EMU_SHAPE) {
            line[0] = 0;
            add(line, "| {%s} |", s->of->name);
            add_steps(line, s->of->steps);
            add(line, " |");
            add_subs(line, s->of);
            wanted(doc, line);
            wanted_shapes(doc, s->of);
        }
    }
    for (int i = 0; shape->subs != NULL && shape->subs[i] != NULL; i++) {
        wanted_shapes(doc, shape->subs[i]);
    }
}

START_TEST(document_has_the_table)
{
    const char *srcdir = getenv("srcdir");
    const struct xls_emu_section *row;
    char path[4096];
    char *doc = calloc(1, ROOM);
    FILE *file;

    (void)snprintf(path, sizeof(path), "%s/doc/STREAM.md",
                   srcdir != NULL ? srcdir : ".");
    file = fopen(path, "r");
    T(doc != NULL && file != NULL);
    T(fread(doc, 1, ROOM - 1, file) > 0);
    (void)fclose(file);
    for (size_t i = 0; (row = xls_emu_section(i)) != NULL; i++) {
        char line[2048] = "";

        add(line, "| `%s`%s | %" PRIu32 " |", row->shape.name,
            row->older ? " *" : "", row->shape.version);
        add_steps(line, row->shape.steps);
        add(line, " |");
        add_subs(line, &row->shape);
        wanted(doc, line);
        wanted_shapes(doc, &row->shape);
    }
    free(doc);
}
END_TEST

int main(void)
{
    const TTest *const list[] = {
        rows_are_accepted,
        numbers_have_limits,
        subsections_come_once,
        sizes_are_exact,
        heads,
        only_full_sections,
        unknown_ends_the_walk,
        sections_are_counted,
        record_head,
        record_end,
        table_fits_the_walk,
        document_has_the_table,
        regions,
        regions_are_counted,
    };

    return t_run("xenfmt-emu", list, T_COUNT(list));
}
