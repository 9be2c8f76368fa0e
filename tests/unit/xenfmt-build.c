/* SPDX-License-Identifier: LGPL-2.1-only */
#include "xenfmt-build.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/wr.h"
#include "t.h"
#include "xenfmt/rec.h"

static const char config_form[] =
    "{ \"c_info\": { \"type\": \"%s\", \"name\": \"g\", \"uuid\": "
    "\"e33551d0-b481-43de-9d8b-4472ffec50e1\" },\n \"b_info\": { "
    "\"max_vcpus\": 2, \"max_memkb\": 16384, \"target_memkb\": 16384, "
    "\"type.%s\": { } } }\n";

static struct xb_rec *add(struct xb *xb, const char *name, bool framed,
                          uint32_t type, const void *body, size_t len)
{
    struct xb_rec *rec = &xb->rec[xb->count++];

    T(xb->count <= XB_RECS);
    *rec = (struct xb_rec){.framed = framed, .type = type, .len = len};
    rec->name = name;
    rec->body = calloc(1, len + 1);
    T(rec->body != NULL);
    if (body != NULL) {
        memcpy(rec->body, body, len);
    }
    return rec;
}

void xb_poke(struct xb_rec *rec, size_t at, const void *bytes, size_t len)
{
    T(at + len <= rec->len);
    memcpy(rec->body + at, bytes, len);
}

void xb_poke32(struct xb_rec *rec, size_t at, uint32_t value)
{
    struct xls_wr wr = xls_wr_over(rec->body + at, 4);

    T(at + 4 <= rec->len);
    xls_wr_u32le(&wr, value);
}

void xb_poke64(struct xb_rec *rec, size_t at, uint64_t value)
{
    xb_poke32(rec, at, (uint32_t)value);
    xb_poke32(rec, at + 4, (uint32_t)(value >> 32));
}

void xb_size(struct xb_rec *rec, size_t len)
{
    rec->body = realloc(rec->body, len + 1);
    T(rec->body != NULL);
    if (len > rec->len) {
        memset(rec->body + rec->len, 0, len - rec->len);
    }
    rec->len = len;
}

void xb_pages(struct xb_rec *rec, uint64_t first, uint32_t count,
              uint32_t with_content)
{
    size_t len = 8 + (size_t)count * 8 + (size_t)with_content * 4096;

    xb_size(rec, 0);
    xb_size(rec, len);
    memset(rec->body, 0xa5, len);
    xb_poke64(rec, 0, count);
    for (uint32_t i = 0; i < count; i++) {
        xb_poke64(rec, 8 + (size_t)i * 8,
                  (first + i) | (i < with_content ? 0 : UINT64_C(0xf) << 60));
    }
}

/* The two headers of libxc's stream, and of the outer ones. */
static void add_outer(struct xb *xb, const char *type)
{
    static const uint8_t libxl[16] = "LibxlFmt\0\0\0\2\0\0\0";
    char text[512];
    struct xb_rec *rec;
    int n;

    if (xb->fmt == XLS_FMT_XL) {
        n = snprintf(text, sizeof(text), config_form, type, type) + 1;
        rec = add(xb, "xl", false, 0, NULL, 48);
        xb_poke(rec, 0, "Xen saved domain, xl format\n \0 \r", 32);
        xb_poke32(rec, 32, 0x01020304);
        xb_poke32(rec, 36, 3);
        xb_poke32(rec, 44, (uint32_t)n + 4);
        rec = add(xb, "config", false, 0, NULL, (size_t)n + 4);
        xb_poke32(rec, 0, (uint32_t)n);
        xb_poke(rec, 4, text, (size_t)n);
    }
    if (xb->fmt != XLS_FMT_LIBXC) {
        add(xb, "libxl", false, 0, libxl, 16);
        add(xb, "context", true, XLS_LIBXL_LIBXC_CONTEXT, NULL, 0);
    }
}

static void add_headers(struct xb *xb, bool pv, uint32_t version)
{
    static const uint8_t image[24] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
                                      0xff, 0xff, 'X',  'E',  'N',  'F'};
    struct xb_rec *rec = add(xb, "image", false, 0, image, 24);

    rec->body[15] = (uint8_t)version;
    rec = add(xb, "domain", false, 0, NULL, 16);
    xb_poke32(rec, 0, pv ? 1 : 2);
    xb_poke32(rec, 4, 12);
    xb_poke32(rec, 8, 4);
    xb_poke32(rec, 12, 17);
}

/* Leaf 1 with XSAVE and PAE, leaf 13 with AVX's state and one of 8 octets,
 * long mode and NX. */
static void add_static(struct xb *xb)
{
    static const uint32_t leaves[][6] = {
        {0, 0xffffffff, 13, 0, 0, 0},
        {1, 0xffffffff, 0, 0, 1U << 26, 1U << 6},
        {13, 0, 0x207, 0, 832, 0},
        {13, 2, 256, 576, 0, 0},
        {13, 9, 8, 832, 0, 0},
        {0x80000001, 0xffffffff, 0, 0, 0, 1U << 29 | 1U << 20},
        {0x80000008, 0xffffffff, 40, 0, 0, 0},
    };
    struct xb_rec *rec =
        add(xb, "cpuid", true, XLS_REC_CPUID_POLICY, NULL, sizeof(leaves));

    for (size_t i = 0; i < sizeof(leaves) / 4; i++) {
        xb_poke32(rec, 4 * i, leaves[i / 6][i % 6]);
    }
    rec = add(xb, "msr", true, XLS_REC_MSR_POLICY, NULL, 32);
    xb_poke32(rec, 0, 0xce);
    xb_poke32(rec, 16, 0x10a);
    add(xb, "static", true, XLS_REC_STATIC_END, NULL, 0);
}

static void add_memory(struct xb *xb)
{
    struct xb_rec *rec;

    for (uint32_t first = 0; first < XB_P2M; first += 1024) {
        uint32_t n = XB_P2M - first < 1024 ? XB_P2M - first : 1024;

        rec = add(xb, "pages", true, XLS_REC_PAGE_DATA, NULL, 0);
        xb_pages(rec, first, n, 3);
    }
    rec = add(xb, "tsc", true, XLS_REC_TSC_INFO, NULL, 24);
    xb_poke32(rec, 0, 2);
}

static void add_hvm(struct xb *xb)
{
    struct xb_rec *rec;

    rec = add(xb, "hvmctx", true, XLS_REC_HVM_CONTEXT, NULL,
              8 + 24 + 8 + 1032 + 8);
    xb_poke32(rec, 0, 1); /* header */
    xb_poke32(rec, 4, 24);
    xb_poke32(rec, 8, 0x54381286);
    xb_poke32(rec, 12, 1);
    xb_poke32(rec, 32, 2); /* CPU, instance 0 */
    xb_poke32(rec, 36, 1032);
    xb_poke32(rec, 40 + 656, 0x10); /* cr0 */
    rec = add(xb, "params", true, XLS_REC_HVM_PARAMS, NULL, 8 + 3 * 16);
    xb_poke32(rec, 0, 3);
    xb_poke64(rec, 8, 1);
    xb_poke64(rec, 16, XB_P2M - 1);
    xb_poke64(rec, 24, 17);
    xb_poke64(rec, 32, XB_P2M - 2);
    xb_poke64(rec, 40, 36);
    xb_poke64(rec, 48, 8);
}

static void add_vcpu(struct xb *xb, uint32_t vcpu)
{
    struct xb_rec *rec;

    rec = add(xb, "basic", true, XLS_REC_VCPU_BASIC, NULL, 8 + 5168);
    xb_poke32(rec, 0, vcpu);
    rec = add(xb, "extended", true, XLS_REC_VCPU_EXTENDED, NULL, 8 + 64);
    xb_poke32(rec, 0, vcpu);
    xb_poke32(rec, 8, vcpu);
    xb_poke32(rec, 12, 64);
    rec = add(xb, "xsave", true, XLS_REC_VCPU_XSAVE, NULL, 8 + 16 + 832);
    xb_poke32(rec, 0, vcpu);
    xb_poke64(rec, 8, 7);
    xb_poke64(rec, 16, 7);
    rec = add(xb, "msrs", true, XLS_REC_VCPU_MSRS, NULL, 8 + 16);
    xb_poke32(rec, 0, vcpu);
    xb_poke32(rec, 8, 0xc0011027);
}

static void add_emulator(struct xb *xb)
{
    static const char pairs[] = "physmap/1f/start_addr\0f0000000\0"
                                "physmap/1f/size\0800000\0"
                                "physmap/1f/name\0vga.vram";
    struct xb_rec *rec;

    rec = add(xb, "xenstore", true, XLS_LIBXL_XENSTORE_DATA, NULL,
              8 + sizeof(pairs));
    xb_poke32(rec, 0, 2);
    xb_poke(rec, 8, pairs, sizeof(pairs));
    rec = add(xb, "emulator", true, XLS_LIBXL_EMULATOR_CONTEXT, NULL,
              16 + 14 + 9 + 277 + 1);
    xb_poke32(rec, 0, 2);
    xb_poke(rec, 8, "QEVM\0\0\0\3\4\0\0\0\0\x9/platform\0\0\0\0\0\0\0\4", 31);
    xb_poke(rec, 42, "\2", 1); /* the version of a PCI device */
}

struct xb xb_new(enum xls_fmt fmt, enum xls_guest_type type, uint32_t version)
{
    struct xb xb = {.fmt = fmt, .limits = {XB_PAGES, 2, type}};
    bool pv = type == XLS_GUEST_PV;
    struct xb_rec *rec;

    add_outer(&xb, xls_guest_type_name(type));
    add_headers(&xb, pv, version);
    if (pv) {
        rec = add(&xb, "pvinfo", true, XLS_REC_PV_INFO, NULL, 8);
        xb_poke(rec, 0, "\x8\x4", 2);
    }
    if (version >= 3) {
        add_static(&xb);
    }
    if (pv) {
        rec = add(&xb, "p2m", true, XLS_REC_P2M_FRAMES, NULL, 8 + 5 * 8);
        xb_poke32(rec, 4, XB_P2M - 1);
    }
    add_memory(&xb);
    if (pv) {
        add(&xb, "shared", true, XLS_REC_SHARED_INFO, NULL, 4096);
        add_vcpu(&xb, 0);
        add_vcpu(&xb, 1);
    } else {
        add_hvm(&xb);
    }
    add(&xb, "end", true, XLS_REC_END, NULL, 0);
    if (type == XLS_GUEST_HVM && fmt != XLS_FMT_LIBXC) {
        add_emulator(&xb);
    }
    if (fmt != XLS_FMT_LIBXC) {
        add(&xb, "libxl end", true, XLS_LIBXL_END, NULL, 0);
    }
    return xb;
}

void xb_free(struct xb *xb)
{
    for (size_t i = 0; i < xb->count; i++) {
        free(xb->rec[i].body);
    }
    xb->count = 0;
}

struct xb_rec *xb_find(struct xb *xb, const char *name, size_t nth)
{
    for (size_t i = 0; i < xb->count; i++) {
        if (strcmp(xb->rec[i].name, name) == 0 && nth-- == 0) {
            return &xb->rec[i];
        }
    }
    ck_abort_msg("no record %s", name);
}

void xb_cut(struct xb *xb, struct xb_rec *rec)
{
    size_t at = (size_t)(rec - xb->rec);

    free(rec->body);
    xb->count--;
    memmove(rec, rec + 1, (xb->count - at) * sizeof(*rec));
}

struct xb_rec *xb_insert(struct xb *xb, struct xb_rec *rec, const char *name,
                         uint32_t type, size_t len)
{
    size_t at = (size_t)(rec - xb->rec);
    struct xb_rec fresh = *add(xb, name, true, type, NULL, len);

    memmove(rec + 1, rec, (xb->count - 1 - at) * sizeof(*rec));
    *rec = fresh;
    return rec;
}

void xb_twice(struct xb *xb, struct xb_rec *rec)
{
    struct xb_rec *copy = xb_insert(xb, rec, rec->name, rec->type, rec->len);

    copy->framed = copy[1].framed;
    memcpy(copy->body, copy[1].body, copy->len);
}

void xb_swap(struct xb *xb, struct xb_rec *rec)
{
    struct xb_rec first = rec[0];

    T((size_t)(rec - xb->rec) + 1 < xb->count);
    rec[0] = rec[1];
    rec[1] = first;
}

uint8_t *xb_bytes(const struct xb *xb, size_t *len)
{
    size_t size = 0;
    struct xls_wr wr;
    uint8_t *out;

    for (size_t i = 0; i < xb->count; i++) {
        size += xb->rec[i].len + 16;
    }
    out = malloc(size);
    T(out != NULL);
    wr = xls_wr_over(out, size);
    for (size_t i = 0; i < xb->count; i++) {
        const struct xb_rec *rec = &xb->rec[i];

        if (rec->framed) {
            xls_wr_u32le(&wr, rec->type);
            xls_wr_u32le(&wr, (uint32_t)rec->len);
        }
        xls_wr_copy(&wr, rec->body, rec->len);
        for (size_t n = rec->len; rec->framed && n % 8 != 0; n++) {
            xls_wr_u8(&wr, rec->pad);
        }
    }
    T(xls_wr_end(&wr, len) == XLS_OK);
    return out;
}

enum xls_rc xb_run(enum xls_fmt fmt, const struct xls_guard_limits *limits,
                   const uint8_t *bytes, size_t len, size_t step,
                   struct xls_finding *why, struct xls_guard_facts *facts,
                   size_t *released)
{
    struct xls_guard *g = NULL;
    size_t fed = 0;
    size_t got = 0;
    enum xls_rc rc = xls_guard_new(fmt, limits, &g);

    while (rc == XLS_OK && fed < len) {
        const uint8_t *in = bytes + fed;
        size_t in_len = len - fed < step ? len - fed : step;
        size_t before = in_len;
        const uint8_t *out;
        size_t out_len;

        rc = xls_guard_step(g, &in, &in_len, &out, &out_len);
        T(rc != XLS_OK || in_len < before);
        T(out_len <= len - got &&
          memcmp(bytes + got, out_len == 0 ? bytes + got : out, out_len) == 0);
        fed += before - in_len;
        got += out_len;
    }
    if (rc == XLS_OK) {
        rc = xls_guard_end(g);
    }
    T(xls_guard_complete(g) == (rc == XLS_OK));
    T(xls_guard_end(g) == rc); /* [S-1] */
    T(rc != XLS_OK || got == len);
    if (why != NULL) {
        *why = *xls_guard_finding(g);
    }
    if (facts != NULL) {
        *facts = *xls_guard_facts(g);
    }
    *released = got;
    xls_guard_free(g);
    return rc;
}

static const size_t steps[] = {SIZE_MAX, 4096, 13, 1};
#define STEPS_REFUSE                                                           \
    3U /* octet by octet only where all is well: it is slow                    \
        */

void xb_accept(const struct xb *xb)
{
    size_t len;
    size_t got;
    uint8_t *bytes = xb_bytes(xb, &len);
    struct xls_finding why;

    for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i += t_stride(4)) {
        enum xls_rc rc = xb_run(xb->fmt, &xb->limits, bytes, len, steps[i],
                                &why, NULL, &got);

        ck_assert_msg(rc == XLS_OK, "refused at %llu, %s: %s [%s]",
                      (unsigned long long)why.offset, why.record, why.text,
                      why.rule);
    }
    free(bytes);
}

/* Whether a rule is about what passes in parts: a P2M, a page table. */
static bool in_parts(const char *rule)
{
    return strcmp(rule, "S-82") == 0 || strncmp(rule, "S-15", 4) == 0;
}

void xb_refuse(const struct xb *xb, const char *rule)
{
    size_t len;
    size_t got;
    uint8_t *bytes = xb_bytes(xb, &len);
    struct xls_finding why;

    for (size_t i = 0; i < STEPS_REFUSE; i += t_stride(4)) {
        enum xls_rc rc = xb_run(xb->fmt, &xb->limits, bytes, len, steps[i],
                                &why, NULL, &got);

        ck_assert_msg(xls_rc_is_peer(rc) && strcmp(why.rule, rule) == 0,
                      "wanted %s, got %s, %s: %s [%s]", rule, xls_rc_name(rc),
                      why.record, why.text, why.rule);
        T(why.record[0] != '\0' && why.text[0] != '\0');
        /* [S-2] The P2M is judged in pieces. */
        T(got <= why.offset || in_parts(rule));
    }
    free(bytes);
}
