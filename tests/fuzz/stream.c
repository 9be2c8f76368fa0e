/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * Whole streams through the guard.  The verdict, what is said about it and
 * what is learnt do not depend on how the input is cut; what comes out is what
 * went in; refusal is final; memory is bounded.
 */
#include <string.h>

#include "base/rd.h"
#include "fuzz.h"
#include "xenfmt/guard.h"
#include "xlsec/check.h"

#define HEAP_MAX ((size_t)5 << 19) /* 2.5 MiB, as guard.h has it */

struct outcome {
    enum xls_rc rc;
    struct xls_finding why;
    struct xls_guard_facts facts;
    size_t given; /* octets given back */
};

/* Every later call repeats the refusal; or only the end may follow. */
static void final(struct xls_guard *g, enum xls_rc rc)
{
    static const uint8_t more[1] = {0};
    const uint8_t *in = more;
    const uint8_t *out = more;
    size_t in_len = 1;
    size_t out_len = 1;
    enum xls_rc now = xls_guard_step(g, &in, &in_len, &out, &out_len);

    FZ(out_len == 0 && now == (rc == XLS_OK ? XLS_PEER_TRAIL : rc));
    FZ(!xls_guard_complete(g) && xls_guard_end(g) == now);
}

/* The guard that has refused has given back nothing of that record, but what
 * it judges in pieces. */
static void held_back(const struct outcome *o)
{
    FZ(o->given <= o->why.offset ||
       strcmp(o->why.record, "X86_PV_P2M_FRAMES") == 0 ||
       strcmp(o->why.record, "PAGE_DATA") == 0 ||
       strcmp(o->why.record, "end of input") == 0);
}

/* Feed the input in pieces of 1 to most octets, or whole (most 0). */
static void feed(enum xls_fmt fmt, const struct xls_guard_limits *limits,
                 const uint8_t *data, size_t len, uint32_t most,
                 struct outcome *o)
{
    uint64_t seed = fz_seed(data, len);
    struct xls_guard *g = NULL;
    size_t fed = 0;

    memset(o, 0, sizeof(*o));
    fz_heap_start();
    o->rc = xls_guard_new(fmt, limits, &g);
    FZ(o->rc == XLS_OK);
    while (o->rc == XLS_OK && fed < len) {
        size_t n = most == 0 ? len : fz_next(&seed) % most + 1;
        const uint8_t *in = data + fed;
        size_t in_len = n < len - fed ? n : len - fed;
        const uint8_t *out;
        size_t out_len;

        o->rc = xls_guard_step(g, &in, &in_len, &out, &out_len);
        FZ(in > data + fed || o->rc != XLS_OK);
        FZ(out_len <= (size_t)(in - data) - o->given);
        FZ(out_len == 0 || memcmp(out, data + o->given, out_len) == 0);
        fed = (size_t)(in - data);
        o->given += out_len;
    }
    if (o->rc == XLS_OK) {
        o->rc = xls_guard_end(g);
    }
    FZ(xls_guard_complete(g) == (o->rc == XLS_OK));
    FZ(o->rc != XLS_OK || o->given == len);
    FZ((xls_guard_config_text(g) != NULL) == xls_guard_facts(g)->has_config);
    FZ(fz_heap_most() <= HEAP_MAX);
    o->why = *xls_guard_finding(g);
    o->facts = *xls_guard_facts(g);
    FZ(o->facts.bytes == fed || o->rc != XLS_OK);
    final(g, o->rc);
    xls_guard_free(g);
}

static void judge_twice(enum xls_fmt fmt, const struct xls_guard_limits *limits,
                        const uint8_t *data, size_t len)
{
    static struct outcome whole;
    static struct outcome cut;

    feed(fmt, limits, data, len, 0, &whole);
    /* octet by octet now and then: it is slow */
    feed(fmt, limits, data, len, len % 8 == 1 ? 1 : 4096, &cut);
    fz_same(whole.rc, &whole.why, cut.rc, &cut.why);
    FZ(whole.facts.records == cut.facts.records);
    FZ(whole.facts.pfns == cut.facts.pfns);
    FZ(whole.facts.pages == cut.facts.pages);
    FZ(whole.facts.vcpus == cut.facts.vcpus);
    FZ(whole.facts.type == cut.facts.type);
    FZ(strcmp(whole.facts.phase, cut.facts.phase) == 0);
    if (whole.rc != XLS_OK) {
        fz_refused(whole.rc, &whole.why);
        FZ(whole.why.record[0] != '\0' && whole.why.offset <= len);
        held_back(&whole);
        held_back(&cut);
        return;
    }
    FZ(whole.facts.bytes == len && whole.facts.vcpus >= 1);
    FZ(whole.facts.vcpus <= limits->max_vcpus && whole.facts.passes >= 1);
    FZ(whole.facts.p2m_size >= 1 && whole.facts.p2m_size <= whole.facts.pfns);
    FZ(whole.facts.has_config == (fmt == XLS_FMT_XL));
}

void fz_stream(const struct fz_target *t, const uint8_t *data, size_t len)
{
    static const struct xls_guard_limits ceilings = {
        XLS_GUARD_PAGES_CEILING, XLS_GUARD_VCPUS_CEILING, XLS_GUEST_ANY};

    judge_twice((enum xls_fmt)t->arg, &ceilings, data, len);
}

/* Limits that nobody may ask for. */
static void contract(void)
{
    static const struct xls_guard_limits wrong[] = {
        {0, 1, XLS_GUEST_ANY},
        {XLS_GUARD_PAGES_CEILING * 16 + 1, 1, XLS_GUEST_ANY},
        {1, 0, XLS_GUEST_ANY},
        {1, 8193, XLS_GUEST_ANY},
    };
    struct xls_guard *g = NULL;

    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        FZ(xls_guard_new(XLS_FMT_XL, &wrong[i], &g) == XLS_BUG_CONTRACT);
        FZ(g == NULL);
    }
}

/* The library's own function gives the guard's verdict; the first octet says
 * which format. */
void fz_check(const struct fz_target *t, const uint8_t *data, size_t len)
{
    static struct outcome o;
    static const struct xls_guard_limits ceilings = {
        XLS_GUARD_PAGES_CEILING, XLS_GUARD_VCPUS_CEILING, XLS_GUEST_ANY};
    struct xlsec_check_finding finding;
    struct xlsec_check_facts facts;
    struct xlsec_check *check;
    enum xlsec_check_verdict verdict;
    unsigned fmt;

    (void)t;
    if (len < 4) {
        return;
    }
    fmt = data[0] % 3U + 1;
    feed((enum xls_fmt)fmt, &ceilings, data + 4, len - 4, 0, &o);
    check = xlsec_check_new((enum xlsec_check_format)fmt, NULL);
    (void)xlsec_check_feed(check, data + 4, len - 4);
    verdict = xlsec_check_end(check);
    xlsec_check_finding(check, &finding);
    xlsec_check_facts(check, &facts);
    FZ(verdict ==
       (o.rc == XLS_OK ? XLSEC_CHECK_ACCEPTED : XLSEC_CHECK_REFUSED));
    FZ(finding.offset == o.why.offset);
    FZ(strcmp(finding.rule, o.why.rule) == 0);
    FZ(strcmp(finding.text, o.why.text) == 0);
    FZ(facts.records == o.facts.records && facts.pages == o.facts.pages);
    xlsec_check_free(check);
}

/* Four octets say what the stream may claim: format and type, vCPUs, pages. */
void fz_limits(const struct fz_target *t, const uint8_t *data, size_t len)
{
    struct xls_guard_limits limits;
    enum xls_fmt fmt;

    (void)t;
    if (len < 4) {
        contract();
        return;
    }
    fmt = (enum xls_fmt)(data[0] % 3 + XLS_FMT_XL);
    limits.type = (enum xls_guest_type)(data[0] >> 4 & 3U);
    limits.max_vcpus = data[1] + 1U;
    limits.max_pages = (data[2] | (uint64_t)data[3] << 8) + 1;
    judge_twice(fmt, &limits, data + 4, len - 4);
}
