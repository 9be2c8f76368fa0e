/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * seeds OUT [FILE...]: the first inputs of every target, in OUT/TARGET/.
 *
 * Streams come from the builder of the unit tests and from real save files
 * (xl's format), which are cut down: a guest of a few frames, with the records
 * of the real one.  A stream's records, each by itself, are the seeds of the
 * records' targets.  Says how many of the streams the guard accepts.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/rd.h"
#include "base/wr.h"
#include "crypto/kem.h"
#include "fuzz.h"
#include "proto/archive.h"
#include "proto/lease.h"
#include "proto/payload.h"
#include "t-proto-sample.h"
#include "xenfmt-build.h"
#include "xenfmt/rec.h"

#define FRAMES   64U /* of the small guests */
#define FILE_MAX ((size_t)64 << 20)
#define CUT_MAX  ((size_t)1 << 20)

static const char *folder;
static unsigned made;
static unsigned streams;
static unsigned accepted;

static void die(const char *what)
{
    perror(what);
    exit(1);
}

/* Write OUT/TARGET/NAME: the head and the body. */
static void seed(const char *target, const char *name, const uint8_t *head,
                 size_t head_len, const uint8_t *body, size_t len)
{
    char path[512];
    FILE *f;

    (void)snprintf(path, sizeof(path), "%s/%s", folder, target);
    if (mkdir(path, 0777) != 0 && errno != EEXIST) {
        die(path);
    }
    (void)snprintf(path, sizeof(path), "%s/%s/%s", folder, target, name);
    f = fopen(path, "wb");
    if (f == NULL ||
        (head_len > 0 && fwrite(head, 1, head_len, f) != head_len) ||
        (len > 0 && fwrite(body, 1, len, f) != len) || fclose(f) != 0) {
        die(path);
    }
    made++;
}

/* --- records
 * -------------------------------------------------------------------- */

/* The target of a record's type; NULL when it has none. */
static const struct fz_target *target_of(bool libxl, uint32_t type)
{
    size_t count;
    const struct fz_target *t = fz_targets(&count);

    for (size_t i = 0; i < count; i++) {
        if (t[i].shape == FZ_BODY && t[i].libxl == libxl && t[i].arg == type) {
            return &t[i];
        }
    }
    return NULL;
}

/* One seed in the state of good streams, one in that of a large guest. */
static void record_seed(const char *name, bool libxl, uint32_t type,
                        const uint8_t *body, size_t len)
{
    const struct fz_target *t = target_of(libxl, type);
    uint8_t state[FZ_STATE] = {0};
    char file[128];

    if (t == NULL || len + FZ_STATE > t->max_len) {
        return;
    }
    for (uint8_t i = 0; i < (libxl ? 1 : 3); i++) {
        state[0] = i & 1U;
        state[1] = i >> 1;
        (void)snprintf(file, sizeof(file), "%s-%u", name, i);
        seed(t->name, file, state, sizeof(state), body, len);
    }
}

/* --- a stream, cut down
 * ------------------------------------------------------------ */

struct cut {
    struct xls_rd rd;
    struct xls_wr wr;
    const char *name;
    uint8_t pv;   /* width of a PV guest; else 0 */
    bool memory;  /* PAGE_DATA was written */
    size_t begin; /* of the libxc stream, in what is written, and its end */
    size_t end;
};

static void header(struct cut *c, size_t len)
{
    struct xls_rd sub = xls_rd_sub(&c->rd, len);

    xls_wr_copy(&c->wr, sub.at, sub.left);
}

static void frame(struct cut *c, uint32_t type, const uint8_t *body, size_t len)
{
    xls_wr_u32le(&c->wr, type);
    xls_wr_u32le(&c->wr, (uint32_t)len);
    xls_wr_copy(&c->wr, body, len);
    xls_wr_zero(&c->wr, xls_rec_pad((uint32_t)len));
}

/* A page: of a PV guest a table, with two entries. */
static void page(struct xls_wr *wr, bool table)
{
    xls_wr_u64le(wr, table ? 0x1067 : 0);
    xls_wr_u64le(wr, table ? (uint64_t)1 << 63 | 0x3067 : 0);
    xls_wr_zero(wr, 4096 - 16);
}

/* All the memory: one record, where two frames have content: of a PV guest a
 * table of the lowest level, and a pinned one of the highest. */
static void pages(struct cut *c)
{
    static uint8_t body[8 + FRAMES * 8 + 2 * 4096];
    struct xls_wr wr = xls_wr_over(body, sizeof(body));

    xls_wr_u64le(&wr, FRAMES);
    xls_wr_u64le(&wr, c->pv == 0 ? 0 : UINT64_C(0x1) << 60);
    xls_wr_u64le(&wr, c->pv != 8 ? 1 : UINT64_C(0xc) << 60 | 1);
    for (uint64_t i = 2; i < FRAMES; i++) {
        xls_wr_u64le(&wr, i | UINT64_C(0xf) << 60);
    }
    page(&wr, c->pv != 0);
    page(&wr, c->pv == 8);
    if (!c->memory) {
        frame(c, XLS_REC_PAGE_DATA, body, sizeof(body));
    }
    c->memory = true;
}

/* A number of this width, a frame's and shifted so, becomes one of the few. */
static void few(uint8_t *p, size_t width, unsigned shift)
{
    uint64_t v = 0;

    for (size_t i = width; i > 0; i--) {
        v = v << 8 | p[i - 1];
    }
    v = (v >> shift) % FRAMES << shift | (v & ((UINT64_C(1) << shift) - 1));
    for (size_t i = 0; i < width; i++) {
        p[i] = (uint8_t)(v >> 8 * i);
    }
}

/* The frames that a PV vCPU's context names: start info, GDT, page tables. */
static void basic(struct cut *c, struct xls_rd body)
{
    static uint8_t out[8 + 5168];
    size_t len = body.left;
    bool is_wide = len == sizeof(out);
    size_t width = is_wide ? 8 : 4;

    xls_rd_copy(&body, out, len < sizeof(out) ? len : sizeof(out));
    few(out + 8 + (is_wide ? 616 : 524), width, 0);
    for (size_t i = 0; i < 16; i++) {
        few(out + 8 + (is_wide ? 4832 : 2640) + i * width, width, 0);
    }
    few(out + 8 + (is_wide ? 5008 : 2728), width, 12);
    if (is_wide) {
        few(out + 8 + 4992, width, 12);
    }
    frame(c, XLS_REC_VCPU_BASIC, out, len);
}

static void p2m(struct cut *c)
{
    uint8_t body[16] = {0};
    struct xls_wr wr = xls_wr_over(body, sizeof(body));

    xls_wr_u32le(&wr, 0);
    xls_wr_u32le(&wr, FRAMES - 1);
    frame(c, XLS_REC_P2M_FRAMES, body, sizeof(body));
}

/* Parameters that name a frame, or an address, name one of the few. */
static void params(struct cut *c, struct xls_rd body)
{
    static const uint64_t frames = 1ULL << 1 | 1ULL << 5 | 1ULL << 6 |
                                   1ULL << 17 | 1ULL << 27 | 1ULL << 28 |
                                   1ULL << 29 | 1ULL << 32;
    uint8_t out[8 + 64 * 16];
    struct xls_wr wr = xls_wr_over(out, sizeof(out));

    xls_wr_u64le(&wr, xls_rd_u64le(&body));
    for (uint64_t n = 1; body.rc == XLS_OK && body.left >= 16; n++) {
        uint64_t index = xls_rd_u64le(&body);
        uint64_t value = xls_rd_u64le(&body);

        if (index < 64 && (frames >> index & 1U) != 0 && value >= FRAMES) {
            value = FRAMES - n;
        }
        if (index == 12 || index == 34) { /* addresses */
            value = (FRAMES - n) << 12;
        }
        xls_wr_u64le(&wr, index);
        xls_wr_u64le(&wr, value);
    }
    frame(c, XLS_REC_HVM_PARAMS, out, wr.used);
}

static void records(struct cut *c, bool libxl)
{
    uint32_t type = 1;

    while (c->rd.rc == XLS_OK && type != 0) {
        struct xls_rd body;
        uint32_t len;

        type = xls_rd_u32le(&c->rd);
        len = xls_rd_u32le(&c->rd);
        body = xls_rd_sub(&c->rd, len);
        (void)xls_rd_sub(&c->rd, xls_rec_pad(len));
        if (!libxl && type == XLS_REC_PAGE_DATA) {
            pages(c);
        } else if (!libxl && type == XLS_REC_P2M_FRAMES) {
            p2m(c);
        } else if (!libxl && type == XLS_REC_HVM_PARAMS) {
            params(c, body);
        } else if (!libxl && type == XLS_REC_VCPU_BASIC) {
            basic(c, body);
        } else {
            frame(c, type, body.at, body.left);
        }
        if (!libxl && type == XLS_REC_PV_INFO && body.left > 0) {
            c->pv = body.at[0];
        }
        record_seed(c->name, libxl, type, body.at, body.left);
        if (libxl && type == XLS_LIBXL_LIBXC_CONTEXT) {
            c->begin = c->wr.used;
            header(c, 24);
            header(c, 16);
            records(c, false);
            c->end = c->wr.used;
        }
    }
}

/* Say so when the guard refuses what was made of a good stream. */
static void verdict(enum xls_fmt fmt, const char *name, const uint8_t *in,
                    size_t len)
{
    static const struct xls_guard_limits limits = {
        XLS_GUARD_PAGES_CEILING, XLS_GUARD_VCPUS_CEILING, XLS_GUEST_ANY};
    struct xls_finding why;
    size_t given;
    enum xls_rc rc = xb_run(fmt, &limits, in, len, len, &why, NULL, &given);

    streams++;
    accepted += rc == XLS_OK ? 1 : 0;
    if (rc != XLS_OK) {
        (void)printf("%s, format %d, is refused: %s: %s [%s]\n", name, (int)fmt,
                     why.record, why.text, why.rule);
    }
}

/* The whole stream as it is, for a target of that format. */
static void stream_seed(enum xls_fmt fmt, const char *name, const uint8_t *in,
                        size_t len)
{
    static const char *const targets[] = {"", "stream-xl", "stream-libxl",
                                          "stream-libxc"};
    const uint8_t f = (uint8_t)(fmt - XLS_FMT_XL);
    /* wide limits; one vCPU; one page; types that it may not be */
    const uint8_t heads[][4] = {{f, 127, 0xff, 0xff},
                                {f, 0, 0xff, 0xff},
                                {f, 127, 0, 0},
                                {f | 0x10, 127, 0xff, 0xff},
                                {f | 0x20, 127, 0xff, 0xff},
                                {f | 0x30, 127, 0xff, 0xff}};
    char file[128];

    verdict(fmt, name, in, len);
    seed(targets[fmt], name, NULL, 0, in, len);
    seed("check", name, heads[0], sizeof(heads[0]), in, len);
    for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++) {
        (void)snprintf(file, sizeof(file), "%s-%zu", name, i);
        seed("stream-limits", file, heads[i], sizeof(heads[i]), in, len);
    }
}

/* A stream in xl's format, cut down, as all three formats. */
static void cut_down(const char *name, const uint8_t *in, size_t len)
{
    static uint8_t out[CUT_MAX];
    struct cut c = {.rd = xls_rd_over(in, len),
                    .wr = xls_wr_over(out, sizeof(out)),
                    .name = name};
    struct xls_rd opt = xls_rd_over(in + 44, 4);
    uint32_t opt_len = xls_rd_u32le(&opt);
    size_t inner;

    header(&c, 48);
    seed("config", name, NULL, 0, c.rd.at + 4, opt_len - 5);
    seed("json", name, NULL, 0, c.rd.at + 4, opt_len - 5);
    header(&c, opt_len);
    header(&c, 16);
    records(&c, true);
    if (c.rd.rc != XLS_OK || c.wr.rc != XLS_OK) {
        (void)fprintf(stderr, "%s: not a stream of xl's\n", name);
        exit(1);
    }
    inner = 48 + (size_t)opt_len;
    stream_seed(XLS_FMT_XL, name, out, c.wr.used);
    stream_seed(XLS_FMT_LIBXL, name, out + inner, c.wr.used - inner);
    stream_seed(XLS_FMT_LIBXC, name, out + c.begin, c.end - c.begin);
}

/* A configuration with a member of each kind. */
static const char rich[] =
    "{\"c_info\":{\"type\":\"hvm\",\"name\":\"g\",\"uuid\":\"e33551d0-b481-"
    "43de-9d8b-4472ffec50e1\",\"xsdata\":{\"vm-data/x\":\"1\"},\"platformda"
    "ta\":{\"a\":\"b\"},\"pool_name\":\"Pool-0\",\"run_hotplug_scripts\":\""
    "True\",\"ssidref\":0,\"driver_domain\":\"False\"},\"b_info\":{\"max_vc"
    "pus\":2,\"avail_vcpus\":[0,1],\"max_memkb\":16384,\"target_memkb\":163"
    "84,\"device_model\":\"/usr/bin/qemu\",\"extra\":[\"-x\"],\"kernel\":\""
    "/boot/vmlinuz\",\"bootloader\":\"pygrub\",\"ioports\":[{\"first\":1,\""
    "number\":2}],\"irqs\":[5],\"iomem\":[{\"start\":1,\"number\":1,\"gfn\""
    ":1}],\"type.hvm\":{\"firmware\":\"/x/y\",\"pae\":\"True\",\"acpi\":\"T"
    "rue\",\"vnc\":{\"enable\":\"True\",\"listen\":\"0.0.0.0\",\"passwd\":"
    "\"secret\"},\"serial_list\":[\"pty\"]}},\"disks\":[{\"pdev_path\":\"/d"
    "ev/vg/x\",\"vdev\":\"xvda\",\"backend\":\"phy\",\"format\":\"raw\",\"s"
    "cript\":\"/etc/block\",\"readwrite\":1,\"removable\":0}],\"nics\":[{\""
    "devid\":0,\"mac\":\"00:16:3e:00:00:01\",\"bridge\":\"xenbr0\",\"script"
    "\":\"vif-bridge\"}],\"pcidevs\":[{\"func\":0,\"dev\":3,\"bus\":1,\"dom"
    "ain\":0,\"msitranslate\":true,\"rdm_policy\":\"strict\"}],\"vfbs\":[{"
    "\"devid\":0}],\"vkbs\":[{\"devid\":0}],\"on_reboot\":\"restart\",\"on_"
    "crash\":\"destroy\"}";

/* --- what is not a stream
 * ------------------------------------------------------------- */

static void text_seed(const char *target, const char *text)
{
    seed(target, "text", NULL, 0, (const uint8_t *)text, strlen(text));
}

/* A payload of each handshake message, with all its fields and without those
 * that it may lack. */
static void payloads(void)
{
    static const uint8_t value[XLS_KEM_PUB_LEN] = {1};
    static const unsigned may[XLS_NOISE_MESSAGES] = {
        XLS_FIELD_KEM_PUB, XLS_FIELD_KEM_TEXT, XLS_FIELDS};
    uint8_t out[XLS_PAYLOAD_LONG];
    char name[32];

    for (uint8_t n = 0; n < XLS_NOISE_MESSAGES; n++) {
        struct xls_payload say = {{NULL}};

        say.field[n < 2 ? XLS_FIELD_NONCE : XLS_FIELD_ID] = value;
        for (unsigned all = 0; all < 2; all++) {
            if (xls_payload_put(n, &say, out) == XLS_OK) {
                (void)snprintf(name, sizeof(name), "message-%u-%u", n, all);
                seed("payload", name, &n, 1, out, xls_payload_size(n));
            }
            if (may[n] < XLS_FIELDS) {
                say.field[may[n]] = value;
            }
        }
    }
}

/* One message of each type, and for each end a session on its straight way. */
static void protocol(void)
{
    static const uint8_t script[] = {0, 1, 0, 2, 4, 0, 9, 9, 4, 1,
                                     1, 0, 0, 4, 0, 6, 0, 8, 0, 10};
    /* word A + n is n + 65 modulo their number; any of them serves */
    static const uint8_t words[] = "A/dev/vg/*\nBraw\nC/etc/*\nD/boot/*\n"
                                   "E*\nF*\nG*\nH-x\nI*\nJxenbr*\nK*\n"
                                   "L*:01:*\nMvm-data/*\nNb_info.irqs\n"
                                   "Opcidevs[0]=*\n\n";
    static uint8_t out[XLS_CONTROL_LARGE];
    struct xls_control msg;
    char name[32];

    for (uint8_t i = 0; i < XLS_CONTROL_TYPES; i++) {
        const uint8_t fill = i == XLS_OFFER ? 1 : 2;

        t_sample((enum xls_control_type)i, &msg);
        if (xls_control_put(&msg, out, sizeof(out)) == XLS_OK) {
            (void)snprintf(name, sizeof(name), "message-%u", i);
            seed("control", name, &fill, 1, out, 256);
        }
        (void)snprintf(name, sizeof(name), "phase-%u", i);
        seed("session-source", name, &i, 1, script, sizeof(script));
        seed("session-destination", name, &i, 1, script, sizeof(script));
    }
    payloads();
    text_seed("peer-conf", "[peer]\nname = xen2\naddress = 10.0.0.2\n"
                           "port = 8250\nkey = AAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
                           "AAAAAAAAAAAAAA=\nallow = incoming\n"
                           "evidence = tpm\nak = MAA=\n"
                           "ak-scheme = ecdsa/sha256\nclass = a\n"
                           "evidence-key = AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
                           "AAAAAAAAA=\n");
    text_seed("config", rich);
    text_seed("json", rich);
    seed("policy", "rich", words, sizeof(words) - 1, (const uint8_t *)rich,
         sizeof(rich) - 1);
    text_seed("keytext", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=");
    text_seed("text", "gr\xc3\xbcn, 4.17.3-pre\n");
}

/* A vTPM of two files and two files, and what is good of it. */
static void companions(void)
{
    static const struct xls_companion kinds[] = {
        {XLS_COMPANION_VTPM, 3, 4096, "/var/lib/xlsec/vtpm/web1"},
        {XLS_COMPANION_FILE, 0, 256, "/srv/nvram/web1.fd"},
        {XLS_COMPANION_FILE, 0, 1, "/e"}};
    static struct xls_companions list;
    static struct xls_archive archive;
    static uint8_t out[4096];
    uint8_t head[3 + 256] = {1};
    struct xls_wr wr = xls_wr_over(head + 3, sizeof(head) - 3);
    size_t size;

    for (size_t i = 0; i < 3; i++) {
        if (!xls_companions_add(&list, &kinds[i])) {
            die("companions");
        }
    }
    for (size_t i = 0; i < 4; i++) {
        struct xls_archive_file *f = &archive.file[archive.count++];

        f->of = i < 2 ? i : 2;
        f->name[0] = (char)(i < 2 ? 0 : 'a' + (char)i);
        f->data = out;
        f->len = i * 7;
    }
    xls_companions_put(&wr, &list);
    head[1] = (uint8_t)(wr.used >> 8);
    head[2] = (uint8_t)wr.used;
    size = xls_archive_size(&list, &archive);
    archive.file[1].data = archive.file[2].data = archive.file[3].data =
        (const uint8_t *)rich;
    if (wr.rc != XLS_OK ||
        xls_archive_put(&list, &archive, out, size) != XLS_OK) {
        die("archive");
    }
    seed("companions", "three", NULL, 0, head + 3, wr.used);
    seed("archive", "three", head, 3 + wr.used, out, size);
    text_seed("guest-conf", "[guest]\nname = web1\nfile = /nvram/web1\n"
                            "[vtpm]\nstate = /vtpm/web1\nsocket = /run/x\n");
}

static void leases(void)
{
    static const uint8_t id[XLS_ID_LEN] = {0xab, 1};
    const struct xls_lease lease = {XLS_LEASE_OFFERED, 1, 2};
    uint8_t wire[XLS_LEASE_WIRE];

    if (xls_lease_put(wire, id, &lease) == XLS_OK) {
        seed("lease", "offered", NULL, 0, wire, sizeof(wire) / 2);
    }
}

static void journals(void)
{
    static const char facts[] =
        "peer xen2 AQIDAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"
        "guest web%231\nuuid 6d610000-0000-0000-0000-000000000000\n"
        "paused no\n";
    static char text[2048];

    (void)snprintf(text, sizeof(text),
                   "%cxlsec-journal 1 source ab%030d\n%s"
                   "link ssh host%%20\narbiter xlsec-pool\ncompanion file 0 1 "
                   "/nvram/web1.fd\n"
                   "companion vtpm 7 4096 /vtpm/web1\n"
                   "state open 2026-11-25T17:20:03Z\n"
                   "state commit 2026-11-25T17:20:09Z a note\n"
                   "state moved 2026-11-25T17:21:00Z\n",
                   'p', 0, facts);
    text[1 + 26] = '1'; /* the id is ab01... */
    seed("journal", "source", NULL, 0, (const uint8_t *)text, strlen(text));
    (void)snprintf(text, sizeof(text),
                   "%cxlsec-journal 1 destination ab%030d\n%s"
                   "state open 2026-11-25T17:20:03Z\n"
                   "state prepared 2026-11-25T17:20:09Z\n"
                   "state taking 2026-11-25T17:20:10Z\n"
                   "state unsure 2026-11-25T17:20:11Z\nstate bur",
                   'q', 0, facts);
    text[1 + 31] = '1';
    seed("journal", "destination", NULL, 0, (const uint8_t *)text,
         strlen(text));
}

/* --- where streams come from
 * --------------------------------------------------------- */

static void real(const char *path)
{
    const char *base = strrchr(path, '/');
    uint8_t *in = malloc(FILE_MAX);
    FILE *f = fopen(path, "rb");
    size_t len;

    if (in == NULL || f == NULL) {
        die(path);
    }
    len = fread(in + 8, 1, FILE_MAX - 8, f);
    (void)fclose(f);
    if (len < 64) {
        die(path);
    }
    base = base == NULL ? path : base + 1;
    if (memcmp(in + 8, "QEVM", 4) == 0) { /* QEMU's state: a record's body */
        memcpy(in, "\2\0\0\0\0\0\0", 8);
        record_seed(base, true, XLS_LIBXL_EMULATOR_CONTEXT, in, len + 8);
    } else {
        cut_down(base, in + 8, len);
    }
    free(in);
}

static void built(void)
{
    static const enum xls_guest_type types[] = {XLS_GUEST_PV, XLS_GUEST_HVM,
                                                XLS_GUEST_PVH};
    char name[32];

    for (size_t i = 0; i < 6; i++) {
        struct xb xb = xb_new(XLS_FMT_XL, types[i % 3], 2 + (uint32_t)i / 3);
        size_t len;
        uint8_t *in = xb_bytes(&xb, &len);

        (void)snprintf(name, sizeof(name), "built-%s-%zu",
                       xls_guest_type_name(types[i % 3]), 2 + i / 3);
        cut_down(name, in, len);
        free(in);
        xb_free(&xb);
    }
}

/* What a function of fuzz.h gives, up to the first 0. */
static void good(size_t (*next)(unsigned n, const char **target, uint8_t *out,
                                size_t size))
{
    static uint8_t out[8192];
    const char *target;
    char name[32];
    size_t len;

    for (unsigned n = 0; (len = next(n, &target, out, sizeof(out))) != 0; n++) {
        (void)snprintf(name, sizeof(name), "good-%u", n);
        seed(target, name, NULL, 0, out, len);
    }
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        (void)fprintf(stderr, "Usage: seeds OUT [FILE...]\n");
        return 2;
    }
    folder = argv[1];
    if (mkdir(folder, 0777) != 0 && errno != EEXIST) {
        die(folder);
    }
    built();
    protocol();
    companions();
    journals();
    leases();
    good(fz_attest_seed);
    good(fz_evidence_seed);
    good(fz_software_seed);
    good(fz_appraisal_seed);
    good(fz_logs_seed);
    good(fz_enroll_seed);
    good(fz_enrolled_seed);
    for (int i = 2; i < argc; i++) {
        real(argv[i]);
    }
    (void)printf("%u seeds; of %u streams the guard accepts %u\n", made,
                 streams, accepted);
    return 0;
}
