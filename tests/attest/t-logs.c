/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * Event logs and IMA's lists of our own making, good but for one thing, by the
 * rules of doc/EVIDENCE.md; and real firmware logs where they are
 * ($XLS_SHARED, by default ../shared beside the source tree).
 */
#include <dirent.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "attest/eventlog.h"
#include "attest/imalog.h"
#include "base/wr.h"
#include "t.h"

enum { ROOM = 200000 };

static uint8_t room[(1 << 20) + 2];

/* What is wrong with a log; zeros: nothing. */
struct el {
    uint32_t first_pcr, first_type, class_xor, pcr, count_add;
    uint8_t first_digest, major_add, minor, uintn, vendor_more, trail;
    uint16_t algs[10], sizes[10]; /* 0: the good ones */
    uint32_t alg_count;
    uint16_t ids[3]; /* of the event's digests */
    uint32_t type;   /* of the event; 0: 1 */
    const char *name;
};

static void event(struct xls_wr *wr, uint32_t pcr, uint32_t type, uint8_t fill,
                  const void *data, size_t len)
{
    uint8_t digest[48];

    memset(digest, fill, sizeof(digest));
    xls_wr_u32le(wr, pcr);
    xls_wr_u32le(wr, type);
    xls_wr_u32le(wr, 3);
    xls_wr_u16le(wr, 4);
    xls_wr_copy(wr, digest, 20);
    xls_wr_u16le(wr, 11);
    xls_wr_copy(wr, digest, 32);
    xls_wr_u16le(wr, 12);
    xls_wr_copy(wr, digest, 48);
    xls_wr_u32le(wr, (uint32_t)len);
    xls_wr_copy(wr, data, len);
}

static void head(struct xls_wr *wr, const struct el *e)
{
    static const uint16_t algs[] = {4, 11, 12}, sizes[] = {20, 32, 48};
    uint32_t count = e->alg_count != 0 ? e->alg_count : 3;

    xls_wr_u32le(wr, e->first_pcr);
    xls_wr_u32le(wr, 3 + e->first_type);
    xls_wr_zero(wr, 19);
    xls_wr_u8(wr, e->first_digest);
    xls_wr_u32le(wr, 16 + 8 + 4 + 4 * count + 1 + 2 + e->vendor_more);
    xls_wr_copy(wr, e->name != NULL ? e->name : "Spec ID Event03", 16);
    xls_wr_u32le(wr, e->class_xor);
    xls_wr_u8(wr, e->minor);
    xls_wr_u8(wr, (uint8_t)(2 + e->major_add));
    xls_wr_u8(wr, 105);
    xls_wr_u8(wr, e->uintn != 0 ? e->uintn : 2);
    xls_wr_u32le(wr, count);
    for (unsigned i = 0; i < count && i < 10; i++) {
        xls_wr_u16le(wr, e->algs[0] != 0 ? e->algs[i] : algs[i % 3]);
        xls_wr_u16le(wr, e->sizes[0] != 0 ? e->sizes[i] : sizes[i % 3]);
    }
    xls_wr_u8(wr, 2);
    xls_wr_copy(wr, "vv", 2);
}

/* A log: the head, and one event whose fields e may spoil. */
static size_t build(const struct el *e)
{
    struct xls_wr wr = xls_wr_over(room, sizeof(room));
    static const uint16_t ids[] = {4, 11, 12}, len[] = {20, 32, 48};
    uint8_t digest[48];
    size_t used = 0;

    memset(digest, 7, sizeof(digest));
    head(&wr, e);
    xls_wr_u32le(&wr, e->pcr);
    xls_wr_u32le(&wr, e->type != 0 ? e->type : 1);
    xls_wr_u32le(&wr, 3 + e->count_add);
    for (unsigned i = 0; i < 3; i++) {
        xls_wr_u16le(&wr, e->ids[i] != 0 ? e->ids[i] : ids[i]);
        xls_wr_copy(&wr, digest, len[i]);
    }
    xls_wr_u32le(&wr, 4);
    xls_wr_copy(&wr, "data", 4);
    xls_wr_zero(&wr, e->trail);
    T(xls_wr_end(&wr, &used) == XLS_OK);
    return used;
}

static void refuses(size_t len, const char *rule)
{
    struct xls_eventlog log = {.events = 77};
    struct xls_reason why = {0};
    enum xls_rc rc = xls_eventlog_read(room, len, &log, &why);

    ck_assert_msg(xls_rc_is_peer(rc) && strcmp(why.rule, rule) == 0,
                  "%s (%s), not %s", why.rule, why.text, rule);
    T(log.events == 77 && why.text[0] != '\0');
    T(xls_eventlog_read(room, len, &log, NULL) == rc);
}

static void accepts(size_t len, struct xls_eventlog *log)
{
    struct xls_reason why = {0};

    ck_assert_msg(xls_eventlog_read(room, len, log, &why) == XLS_OK, "%s: %s",
                  why.rule, why.text);
}

START_TEST(event_fields)
{
    static const struct {
        struct el e;
        const char *rule; /* NULL: good */
    } cases[] = {
        {{.first_pcr = 1}, "E-41"},
        {{.first_type = 1}, "E-41"},
        {{.first_digest = 1}, "E-41"},
        {{.name = "Spec ID Event02"}, "E-41"},
        {{.class_xor = 1}, NULL},
        {{.minor = 1}, "E-42"},
        {{.major_add = 1}, "E-42"},
        {{.uintn = 1}, NULL},
        {{.uintn = 3}, "E-42"},
        {{.vendor_more = 1}, "E-42"},
        {{.alg_count = 9}, "E-42"},
        {{.alg_count = UINT32_C(0x10000)}, "E-40"},
        {{.algs = {4, 11, 11}, .sizes = {20, 32, 32}}, "E-42"},
        {{.algs = {4, 11, 5}, .sizes = {20, 32, 20}}, "E-42"},
        {{.algs = {4, 11, 12}, .sizes = {20, 32, 49}}, "E-42"},
        {{.algs = {4, 18, 12}, .sizes = {20, 32, 48}}, "E-43"},
        {{.pcr = 23}, NULL},
        {{.pcr = 24}, "E-44"},
        {{.pcr = UINT32_MAX}, "E-44"},
        {{.count_add = 1}, "E-45"},
        {{.count_add = UINT32_MAX}, "E-45"},
        {{.ids = {4, 11, 11}}, "E-45"},
        {{.ids = {4, 11, 13}}, "E-45"},
        {{.trail = 1}, "E-40"},
        {{0}, NULL},
    };
    struct xls_eventlog log;

    for (size_t i = 0; i < T_COUNT(cases); i++) {
        size_t len = build(&cases[i].e);

        if (cases[i].rule != NULL) {
            refuses(len, cases[i].rule);
        } else {
            accepts(len, &log);
        }
    }
}
END_TEST

/* [E-40]: cut anywhere but behind an event. */
START_TEST(event_cut)
{
    struct xls_eventlog log;
    struct xls_wr wr = xls_wr_over(room, sizeof(room));
    struct el e = {0};
    size_t len = build(&e);
    size_t head_len;

    head(&wr, &e);
    T(xls_wr_end(&wr, &head_len) == XLS_OK);
    for (size_t cut = 0; cut < len; cut++) {
        if (cut != head_len) {
            T(xls_eventlog_read(room, cut, &log, NULL) != XLS_OK);
        }
    }
    accepts(head_len, &log);
    T(log.events == 0 && log.pcrs.mask == 0);
    refuses(XLS_EVENTLOG_MAX + 1, "E-40");
}
END_TEST

/* [E-44] */
START_TEST(event_many)
{
    for (unsigned n = 4096; n <= 4097; n++) {
        struct xls_wr wr = xls_wr_over(room, sizeof(room));
        struct xls_eventlog log;
        struct el e = {0};
        size_t len;

        head(&wr, &e);
        for (unsigned i = 0; i < n; i++) {
            event(&wr, 1, 1, 1, NULL, 0);
        }
        T(xls_wr_end(&wr, &len) == XLS_OK);
        if (n == 4096) {
            accepts(len, &log);
            T(log.events == 4096);
        } else {
            refuses(len, "E-44");
        }
    }
}
END_TEST

/* [E-46]: where PCR 0 starts. */
static size_t started(unsigned before, uint32_t pcr, const char *data,
                      size_t data_len, unsigned times)
{
    struct xls_wr wr = xls_wr_over(room, sizeof(room));
    struct el e = {0};
    size_t len = 0;

    head(&wr, &e);
    for (unsigned i = 0; i < before; i++) {
        event(&wr, 0, 1, 9, NULL, 0);
    }
    for (unsigned i = 0; i < times; i++) {
        event(&wr, pcr, 3, 0, data, data_len);
    }
    event(&wr, 0, 8, 7, "v", 1);
    T(xls_wr_end(&wr, &len) == XLS_OK);
    return len;
}

START_TEST(event_locality)
{
    struct xls_eventlog log;
    uint8_t both[64] = {0};
    uint8_t want[32];

    accepts(started(0, 0, "StartupLocality\0\3", 17, 1), &log);
    T(log.locality == 3 && log.events == 2 && log.pcrs.mask == 1);
    both[31] = 3;
    memset(both + 32, 7, 32);
    (void)crypto_hash_sha256(want, both, sizeof(both)); /* [E-47] */
    ck_assert_mem_eq(log.pcrs.value[0], want, 32);
    accepts(started(0, 0, "StartupLocality\0\4", 17, 1), &log);
    accepts(started(0, 0, "StartupLocality\0\0", 17, 1), &log);
    accepts(started(1, 1, "SP800-155 Event3", 16, 2), &log);
    refuses(started(0, 0, "StartupLocality\0\1", 17, 1), "E-46");
    refuses(started(0, 0, "StartupLocality\0\5", 17, 1), "E-46");
    refuses(started(0, 0, "StartupLocality\0\3\0", 18, 1), "E-46");
    refuses(started(0, 0, "StartupLocality\0", 16, 1), "E-46");
    refuses(started(0, 1, "StartupLocality\0\3", 17, 1), "E-46");
    refuses(started(0, 0, "StartupLocality\0\3", 17, 2), "E-46");
    refuses(started(1, 0, "StartupLocality\0\3", 17, 1), "E-46");
}
END_TEST

/* [E-48]: another type, and other data, give the same values; EV_NO_ACTION
 * gives another. */
START_TEST(event_claims)
{
    struct xls_eventlog a, b;
    struct xls_event ev;
    struct el e = {0};
    size_t len = build(&e);

    accepts(len, &a);
    T(xls_eventlog_next(&a, &ev) && ev.type == 1 && ev.len == 4 && ev.extends);
    T(ev.digest[0] == 7 && !xls_eventlog_next(&a, &ev));
    room[len - 1] ^= 1;
    accepts(len, &b);
    ck_assert_mem_eq(&a.pcrs, &b.pcrs, sizeof(a.pcrs));
    e.type = 13;
    accepts(build(&e), &b);
    ck_assert_mem_eq(&a.pcrs, &b.pcrs, sizeof(a.pcrs));
    e.type = 3;
    accepts(build(&e), &b);
    T(memcmp(&a.pcrs, &b.pcrs, sizeof(a.pcrs)) != 0);
}
END_TEST

/* --- IMA ------------------------------------------------------------------ */

struct im {
    uint32_t pcr_add, data_add;
    const char *format; /* NULL: ima-ng */
    bool violation, more, dirty;
    const char *alg;       /* NULL: sha256 */
    const char *separator; /* 2 octets; NULL: a colon and a NUL */
    size_t digest;         /* 0: 32 */
    const char *path;
    size_t path_len; /* 0: with its NUL */
};

static void put_field(struct xls_wr *wr, const void *p, size_t len)
{
    xls_wr_u32le(wr, (uint32_t)len);
    xls_wr_copy(wr, p, len);
}

/* A record; *data is where its data begin. */
static size_t record(uint8_t *out, size_t size, const struct im *m,
                     size_t *data)
{
    static uint8_t octets[ROOM];
    struct xls_wr f = xls_wr_over(octets, sizeof(octets));
    struct xls_wr wr = xls_wr_over(out, size);
    const char *format = m->format != NULL ? m->format : "ima-ng";
    const char *alg = m->alg != NULL ? m->alg : "sha256";
    const char *path = m->path != NULL ? m->path : "/usr/sbin/xl";
    size_t digest = m->digest != 0 ? m->digest : 32;
    size_t len = 0, used = 0;

    xls_wr_u32le(&f, (uint32_t)(strlen(alg) + 2 + digest));
    xls_wr_copy(&f, alg, strlen(alg));
    xls_wr_copy(&f, m->separator != NULL ? m->separator : ":", 2);
    for (size_t i = 0; i < digest; i++) {
        xls_wr_u8(&f, m->violation && !m->dirty ? 0 : 5);
    }
    put_field(&f, path, m->path_len != 0 ? m->path_len : strlen(path) + 1);
    if (m->more) {
        put_field(&f, "signed", 6);
    }
    T(xls_wr_end(&f, &len) == XLS_OK);
    xls_wr_u32le(&wr, 10 + m->pcr_add);
    for (unsigned i = 0; i < 20; i++) {
        xls_wr_u8(&wr, m->violation ? 0 : 3);
    }
    put_field(&wr, format, strlen(format));
    xls_wr_u32le(&wr, (uint32_t)(len + m->data_add));
    *data = wr.used;
    xls_wr_copy(&wr, octets, len);
    T(xls_wr_end(&wr, &used) == XLS_OK);
    return used;
}

static unsigned taken;
static struct xls_ima_record last;

static enum xls_rc take(void *arg, const struct xls_ima_record *r)
{
    T(arg == &taken && strlen(r->path) > 0 && r->digest_len > 0);
    taken++;
    last = *r;
    return XLS_OK;
}

/* Feed len octets in pieces of step; the verdict. */
static enum xls_rc feed(const uint8_t *p, size_t len, size_t step,
                        uint8_t value[32], struct xls_reason *why)
{
    struct xls_imalog *log = xls_imalog_new(take, &taken);
    unsigned records = 77;
    enum xls_rc rc = XLS_OK;

    T(log != NULL);
    taken = 0;
    for (size_t at = 0; rc == XLS_OK && at < len; at += step) {
        rc = xls_imalog_feed(log, p + at, len - at < step ? len - at : step,
                             why);
    }
    if (rc != XLS_OK) { /* [E-58] final */
        T(xls_imalog_feed(log, "", 1, NULL) == rc);
    }
    rc = xls_imalog_end(log, &records, value, why);
    T(records == (rc == XLS_OK ? taken : 77));
    xls_imalog_free(log);
    return rc;
}

START_TEST(ima_fields)
{
    static char longest[4097];
    const struct {
        struct im m;
        const char *rule;
    } cases[] = {
        {{0}, NULL},
        {{.pcr_add = 1}, "E-51"},
        {{.format = "ima"}, "E-52"},
        {{.format = "ima-ngv2"}, "E-52"},
        {{.format = "ima-ng", .more = true}, "E-53"},
        {{.format = "ima-sig", .more = true}, NULL},
        {{.format = "ima-buf", .more = true}, NULL},
        {{.data_add = 65536}, "E-53"},
        {{.data_add = UINT32_MAX - 61}, "E-53"},
        {{.alg = "sha1", .digest = 20}, NULL},
        {{.alg = "sha384", .digest = 48}, NULL},
        {{.alg = "sha512", .digest = 64}, NULL},
        {{.alg = "sha512", .digest = 63}, "E-54"},
        {{.alg = "sha256", .digest = 33}, "E-54"},
        {{.alg = "sha256", .digest = 20}, "E-54"},
        {{.alg = "md5", .digest = 16}, "E-54"},
        {{.alg = "sha256sha", .digest = 32}, "E-54"},
        {{.alg = "sha256", .separator = "\0"}, "E-54"},
        {{.alg = "sha256", .separator = ":x"}, "E-54"},
        {{.path = longest}, NULL},
        {{.path = longest, .path_len = 4097}, "E-55"},
        {{.path = "", .path_len = 1}, "E-55"},
        {{.path = "a\0b", .path_len = 4}, "E-55"},
        {{.path = "ab", .path_len = 2}, "E-55"},
        {{.violation = true}, NULL},
        {{.violation = true, .digest = 20}, NULL},
        {{.violation = true, .digest = 21}, "E-54"},
        {{.violation = true, .dirty = true}, "E-56"},
    };

    memset(longest, 'a', 4095);
    for (size_t i = 0; i < T_COUNT(cases); i++) {
        struct xls_reason why = {0};
        uint8_t value[32];
        size_t data;
        size_t len = record(room, sizeof(room), &cases[i].m, &data);
        enum xls_rc rc = feed(room, len, len, value, &why);

        if (cases[i].rule == NULL) {
            ck_assert_msg(rc == XLS_OK && taken == 1, "%s", why.text);
            continue;
        }
        ck_assert_msg(xls_rc_is_peer(rc) && taken == 0, "case %zu", i);
        ck_assert_str_eq(why.rule, cases[i].rule);
    }
}
END_TEST

/* [E-56], [E-57]: the value, however it is fed; [E-50]: cut anywhere else. */
START_TEST(ima_replay)
{
    struct im good = {.format = "ima-sig", .more = true};
    struct im bad = {.violation = true};
    uint8_t both[64] = {0};
    uint8_t value[32];
    size_t data, data2;
    size_t one = record(room, sizeof(room), &good, &data);
    size_t all = one + record(room + one, sizeof(room) - one, &bad, &data2);
    struct xls_reason why;

    (void)crypto_hash_sha256(both + 32, room + data, one - data);
    (void)crypto_hash_sha256(both, both, 64);
    memset(both + 32, 0xff, 32);
    (void)crypto_hash_sha256(both, both, 64);
    for (size_t step = 1; step <= all; step++) {
        T(feed(room, all, step, value, &why) == XLS_OK);
        T(taken == 2 && last.violation);
        ck_assert_mem_eq(value, both, 32);
    }
    for (size_t cut = 1; cut < all; cut++) {
        if (cut != one) {
            T(feed(room, cut, 50, value, &why) == XLS_PEER_SHORT);
            ck_assert_str_eq(why.rule, "E-50");
        }
    }
    T(feed(room, 0, 1, value, &why) == XLS_OK && taken == 0);
}
END_TEST

/* [E-50]: records, and octets. */
static void ima_many(const struct im *m, unsigned good)
{
    struct xls_imalog *log = xls_imalog_new(NULL, NULL);
    struct xls_reason why;
    size_t data;
    size_t len = record(room, sizeof(room), m, &data);

    T(log != NULL);
    for (unsigned i = 0; i < good; i++) {
        T(xls_imalog_feed(log, room, len, &why) == XLS_OK);
    }
    T(xls_imalog_feed(log, room, len, &why) == XLS_PEER_RANGE);
    ck_assert_str_eq(why.rule, "E-50");
    xls_imalog_free(log);
}

START_TEST(ima_limits)
{
    static char path[4096];
    struct im m = {.violation = true};
    size_t data;

    ima_many(&m, 65536);
    memset(path, 'a', 4095);
    m.path = path;
    ima_many(
        &m, (unsigned)(XLS_IMALOG_MAX / record(room, sizeof(room), &m, &data)));
}
END_TEST

/* --- real firmware logs --------------------------------------------------- */

/* Values that the tests of google/go-tpm-tools expect of these logs.  PCR 0 of
 * glinux-alex starts from locality 3. */
static const struct {
    const char *name;
    unsigned pcr;
    const char *value;
} facts[] = {
    {"gotpmtools_glinux-alex.bin", 0,
     "0e5ea849d7647a1ac1becc096fee4df98f00f8015f934afadaab0b8aa20b38a5"},
    {"gotpmtools_glinux-alex.bin", 4,
     "ddb124ca9013f1e42f98537f7f381e47c5e6caa988cf2b4088f452c5a8dd912d"},
    {"gotpmtools_arch-linux-workstation.bin", 0,
     "758b773d94feabf52ef5a4c00a7ad2c80d8d6e6d9d58756150be9bc973da9087"},
    {"gotpmtools_arch-linux-workstation.bin", 8,
     "47591b43af431963eaeb5238a5c42eda1eb0014c27f7de7ae483066a2d2a2e61"},
    {"gotpmtools_ubuntu-2104-no-dbx.bin", 9,
     "9f27883322aaaf043662c27542d9685790c687ea554e4e2ae30f0e099a2e4889"},
    {"gotpmtools_ubuntu-2104-no-dbx.bin", 14,
     "8351c65483c5419079e8c96758dd2130bee075d71fea226f68ec4eb5bfc71983"},
    {"gotpmtools_ubuntu-2104-no-secure-boot.bin", 4,
     "ebc7ae25d0347868250995c9a8fff16bf79e048453262d0ef2756e213c76181c"},
    {"gotpmtools_cos-85-amd-sev.bin", 9,
     "f4f2d92d6d54f6c41f2706fd98091317642e0680a7902c72893d41e3464a93b7"},
    {"gotpmtools_cos-93-amd-sev.bin", 9,
     "0b1e4f9ca7bc8535c4c33f0025969d7abea008aa51dcd7f7c2d1068470e4bce4"},
};

static void real_facts(const char *name, const struct xls_eventlog *log)
{
    char hex[65];

    for (size_t i = 0; i < T_COUNT(facts); i++) {
        if (strcmp(name, facts[i].name) == 0) {
            xls_hex(hex, sizeof(hex), log->pcrs.value[facts[i].pcr], 32);
            ck_assert_msg(strcmp(hex, facts[i].value) == 0, "%s, PCR %u: %s",
                          name, facts[i].pcr, hex);
        }
    }
}

/* Real logs: read, or refused with a reason.  How many were read. */
static unsigned real_one(const char *dir, const char *name)
{
    struct xls_eventlog log;
    struct xls_event ev;
    struct xls_reason why = {0};
    static char path[4600];
    unsigned events = 0;
    size_t len;
    FILE *f;

    (void)snprintf(path, sizeof(path), "%s/%s", dir, name);
    f = fopen(path, "rb");
    T(f != NULL);
    len = fread(room, 1, sizeof(room), f);
    (void)fclose(f);
    if (xls_eventlog_read(room, len, &log, &why) != XLS_OK) {
        printf("%-56s %6zu refused: [%s] %s\n", name, len, why.rule, why.text);
        T(why.rule[0] == 'E' && why.text[0] != '\0');
        return 0;
    }
    printf("%-56s %6zu octets, %3u events, locality %u, PCRs %06x\n", name, len,
           log.events, (unsigned)log.locality, (unsigned)log.pcrs.mask);
    real_facts(name, &log);
    unsigned want = log.events;
    while (xls_eventlog_next(&log, &ev)) {
        events++;
    }
    T(events == want);
    return 1;
}

START_TEST(real)
{
    const char *shared = getenv("XLS_SHARED");
    const char *src = getenv("srcdir");
    static char dir[4200];
    const struct dirent *d;
    unsigned seen = 0, good = 0;
    DIR *list;

    if (shared != NULL) {
        (void)snprintf(dir, sizeof(dir), "%s/vectors/eventlogs", shared);
    } else {
        (void)snprintf(dir, sizeof(dir), "%s/../shared/vectors/eventlogs",
                       src != NULL ? src : ".");
    }
    list = opendir(dir);
    if (list == NULL) {
        printf("real firmware logs: skipped, there is no %s\n", dir);
        return;
    }
    while ((d = readdir(list)) != NULL) {
        if (d->d_name[0] != '.') {
            seen++;
            good += real_one(dir, d->d_name);
        }
    }
    (void)closedir(list);
    printf("%u real firmware logs, %u read, %u refused\n", seen, good,
           seen - good);
    T(seen == 0 || good > seen / 2);
}
END_TEST

int main(void)
{
    static const TTest *list[12];
    size_t n = 0;

    list[n++] = event_fields;
    list[n++] = event_cut;
    list[n++] = event_many;
    list[n++] = event_locality;
    list[n++] = event_claims;
    list[n++] = ima_fields;
    list[n++] = ima_replay;
    list[n++] = ima_limits;
    list[n++] = real;
    return t_run("attest-logs", list, n);
}
