/* SPDX-License-Identifier: LGPL-2.1-only */
#include "xenfmt/guard.h"

#include <stdlib.h>
#include <string.h>

#include "xenfmt/libxc.h"
#include "xenfmt/libxl.h"
#include "xenfmt/xlhdr.h"

#define BUF_START ((size_t)64 << 10)
/* [S-3] The most a layer ever asks to hold: a configuration or HVM_CONTEXT. */
#define BUF_MAX   (((size_t)1 << 20) + 64)
#define PAGES_MAX (XLS_GUARD_PAGES_CEILING * 16)
#define VCPUS_MAX 8192U

enum layer {
    LAYER_DEAD = 0,
    LAYER_XL,
    LAYER_LIBXL,
    LAYER_LIBXC,
    LAYER_DONE,
};

struct xls_guard {
    enum xls_fmt fmt;
    enum layer layer;
    enum xls_rc rc; /* [S-1] the refusal, once there is one */
    struct xls_guard_limits limits;

    uint8_t *buf; /* what is held: have octets of the need that were asked */
    size_t size;
    size_t have;
    size_t need;
    uint64_t flow;   /* octets to pass before the next are held */
    bool release;    /* buf is judged: give it out and start again */
    bool inside;     /* what is held goes on with the record before */
    uint64_t record; /* offset of the record under way */

    struct xls_xlhdr xl;
    struct xls_libxl libxl;
    struct xls_libxc libxc;
    struct xls_guard_facts facts;
    struct xls_finding finding;
};

/* Begin a layer: what it wants first is collected from scratch. */
static void enter(struct xls_guard *g, enum layer layer)
{
    struct xls_libxc_limits limits = {g->limits.max_pages, g->limits.max_vcpus,
                                      g->limits.type};

    g->layer = layer;
    g->inside = false;
    switch (layer) {
    case LAYER_XL:
        xls_xlhdr_init(&g->xl);
        g->need = XLS_XLHDR_FIRST;
        break;
    case LAYER_LIBXL:
        xls_libxl_init(&g->libxl, g->limits.type);
        g->need = XLS_LIBXL_FIRST;
        break;
    case LAYER_LIBXC:
        xls_libxc_init(&g->libxc, &limits);
        g->need = XLS_LIBXC_FIRST;
        break;
    case LAYER_DEAD:
    case LAYER_DONE:
        g->need = 0;
        break;
    }
}

enum xls_rc xls_guard_new(enum xls_fmt fmt,
                          const struct xls_guard_limits *limits,
                          struct xls_guard **out)
{
    static const enum layer first[] = {[XLS_FMT_XL] = LAYER_XL,
                                       [XLS_FMT_LIBXL] = LAYER_LIBXL,
                                       [XLS_FMT_LIBXC] = LAYER_LIBXC};
    struct xls_guard *g;

    if (fmt < XLS_FMT_XL || fmt > XLS_FMT_LIBXC || limits->max_pages < 1 ||
        limits->max_pages > PAGES_MAX || limits->max_vcpus < 1 ||
        limits->max_vcpus > VCPUS_MAX || limits->type > XLS_GUEST_PVH) {
        return XLS_BUG_CONTRACT;
    }
    g = calloc(1, sizeof(*g));
    if (g == NULL) {
        return XLS_HOST_NOMEM;
    }
    g->buf = malloc(BUF_START);
    if (g->buf == NULL) {
        free(g);
        return XLS_HOST_NOMEM;
    }
    g->fmt = fmt;
    g->size = BUF_START;
    g->limits = *limits;
    g->facts.phase = "header";
    g->facts.type = limits->type;
    enter(g, first[fmt]);
    *out = g;
    return XLS_OK;
}

void xls_guard_free(struct xls_guard *g)
{
    if (g != NULL) {
        free(g->xl.text);
        free(g->buf);
        free(g);
    }
}

/* Room for need octets; the buffer grows once, to its largest. */
static enum xls_rc grow(struct xls_guard *g)
{
    uint8_t *bigger;

    if (g->need <= g->size) {
        return XLS_OK;
    }
    if (g->need > BUF_MAX) {
        return XLS_BUG_CONTRACT;
    }
    bigger = realloc(g->buf, BUF_MAX);
    if (bigger == NULL) {
        return xls_refuse(&g->finding, XLS_HOST_NOMEM, "S-3", "out of memory");
    }
    g->buf = bigger;
    g->size = BUF_MAX;
    return XLS_OK;
}

/* [S-30] The configuration is held against the limits, then takes their
 * place: no limit grows by it. */
static enum xls_rc config_bound(struct xls_guard *g)
{
    const struct xls_config_facts *config = &g->xl.config;
    uint64_t pages = (config->max_memkb + 3) / 4;

    if (pages > g->limits.max_pages) {
        return xls_refuse(&g->finding, XLS_PEER_POLICY, "S-30",
                          "the guest's memory of %llu KiB is more than the "
                          "%llu KiB allowed",
                          (unsigned long long)config->max_memkb,
                          (unsigned long long)g->limits.max_pages * 4);
    }
    if (config->max_vcpus > g->limits.max_vcpus) {
        return xls_refuse(&g->finding, XLS_PEER_POLICY, "S-30",
                          "the guest's %u vCPUs are more than the %u allowed",
                          config->max_vcpus, g->limits.max_vcpus);
    }
    if (g->limits.type != XLS_GUEST_ANY && config->type != g->limits.type) {
        return xls_refuse(&g->finding, XLS_PEER_POLICY, "S-30",
                          "the guest's type is %s and not %s",
                          xls_guest_type_name(config->type),
                          xls_guest_type_name(g->limits.type));
    }
    g->limits.max_pages = pages;
    g->limits.max_vcpus = config->max_vcpus;
    g->limits.type = config->type;
    g->facts.config = *config;
    g->facts.has_config = true;
    return XLS_OK;
}

/* What has been learnt so far, in the caller's terms. */
static void facts_note(struct xls_guard *g)
{
    struct xls_guard_facts *facts = &g->facts;

    facts->libxc_version = g->libxc.version;
    facts->xen_major = g->libxc.xen_major;
    facts->xen_minor = g->libxc.xen_minor;
    facts->vcpus = g->libxc.vcpus;
    facts->passes = g->libxc.mem.passes;
    facts->records = g->libxc.records + g->libxl.records;
    facts->pfns = g->libxc.mem.pfns;
    facts->pages = g->libxc.mem.pages;
    facts->p2m_size = g->libxc.mem.p2m_size;
    facts->type = g->limits.type;
    if (facts->type == XLS_GUEST_ANY && g->libxc.phase != XLS_PHASE_DEAD) {
        facts->type = g->libxc.hvm ? XLS_GUEST_ANY : XLS_GUEST_PV;
    }
    if (facts->type == XLS_GUEST_ANY && g->libxl.emulated) {
        facts->type = XLS_GUEST_HVM;
    } else if (facts->type == XLS_GUEST_ANY &&
               g->libxl.phase == XLS_LPHASE_DONE) {
        facts->type = XLS_GUEST_PVH;
    }
    if (g->layer == LAYER_LIBXC && g->libxc.at == XLS_LIBXC_RECORDS) {
        facts->phase = xls_order_word(g->libxc.phase);
    } else if (g->layer == LAYER_LIBXL && g->libxc.records > 0) {
        facts->phase = "emulator";
    } else if (g->layer == LAYER_DONE) {
        facts->phase = "end";
    }
}

/* The layer is complete: go on with the one it gives way to. */
static enum xls_rc leave(struct xls_guard *g)
{
    enum xls_rc rc = XLS_OK;

    if (g->layer == LAYER_XL) {
        rc = config_bound(g);
        enter(g, LAYER_LIBXL);
    } else if (g->layer == LAYER_LIBXC && g->fmt != XLS_FMT_LIBXC) {
        xls_libxl_ascend(&g->libxl, g->libxc.hvm,
                         g->limits.max_pages + XLS_PFN_SLACK);
        g->layer = LAYER_LIBXL;
        g->inside = false;
        g->need = XLS_REC_HEAD;
    } else {
        enter(g, LAYER_DONE);
    }
    return rc;
}

static enum xls_rc layer_step(struct xls_guard *g, struct xls_want *want)
{
    switch (g->layer) {
    case LAYER_XL:
        return xls_xlhdr_step(&g->xl, g->buf, g->have, want, &g->finding);
    case LAYER_LIBXL:
        return xls_libxl_step(&g->libxl, g->buf, g->have, want, &g->finding);
    case LAYER_LIBXC:
        return xls_libxc_step(&g->libxc, g->buf, g->have, want, &g->finding);
    case LAYER_DEAD:
    case LAYER_DONE:
        break;
    }
    return XLS_BUG_CONTRACT;
}

/* [S-2] All that was asked for is held: have it judged, and see what is next.
 */
static enum xls_rc judge(struct xls_guard *g)
{
    struct xls_want want = {0};
    enum xls_rc rc = layer_step(g, &want);

    if (rc != XLS_OK) {
        return rc;
    }
    if (want.more != 0) {
        g->need = g->have + want.more;
        return grow(g);
    }
    g->release = true;
    g->flow = want.flow;
    g->inside = want.inside;
    g->need = want.next;
    if (want.descend) {
        enter(g, LAYER_LIBXC);
    } else if (want.done) {
        rc = leave(g);
    }
    return rc == XLS_OK ? grow(g) : rc;
}

/* [S-1] Every refusal comes through here, once. */
static enum xls_rc refuse(struct xls_guard *g, enum xls_rc rc)
{
    g->rc = rc;
    g->layer = LAYER_DEAD;
    g->finding.offset = g->record;
    g->facts.phase = "refused";
    return rc;
}

/* Hold octets until all are there that were asked for, or none are left. */
static enum xls_rc hold(struct xls_guard *g, const uint8_t **in, size_t *in_len)
{
    enum xls_rc rc = XLS_OK;

    while (rc == XLS_OK && !g->release && *in_len > 0) {
        size_t n = g->need - g->have;

        n = n < *in_len ? n : *in_len;
        if (g->have == 0 && !g->inside) {
            g->record = g->facts.bytes;
        }
        memcpy(g->buf + g->have, *in, n);
        g->have += n;
        g->facts.bytes += n;
        *in += n;
        *in_len -= n;
        if (g->have == g->need) {
            rc = judge(g);
            facts_note(g);
        }
    }
    return rc;
}

enum xls_rc xls_guard_step(struct xls_guard *g, const uint8_t **in,
                           size_t *in_len, const uint8_t **out, size_t *out_len)
{
    enum xls_rc rc;

    *out = NULL;
    *out_len = 0;
    if (g->rc != XLS_OK || *in_len == 0) {
        return g->rc;
    }
    if (g->flow > 0) {
        *out = *in;
        *out_len = g->flow < *in_len ? (size_t)g->flow : *in_len;
        *in += *out_len;
        *in_len -= *out_len;
        g->flow -= *out_len;
        g->facts.bytes += *out_len;
        return XLS_OK;
    }
    if (g->layer == LAYER_DONE) { /* [S-4] */
        g->record = g->facts.bytes;
        memcpy(g->finding.record, "trailer", sizeof("trailer"));
        return refuse(g, xls_refuse(&g->finding, XLS_PEER_TRAIL, "S-4",
                                    "octets follow the last END"));
    }
    rc = hold(g, in, in_len);
    if (rc != XLS_OK) {
        return refuse(g, rc);
    }
    if (g->release) {
        *out = g->buf;
        *out_len = g->have;
        g->have = 0;
        g->release = false;
    }
    return XLS_OK;
}

enum xls_rc xls_guard_end(struct xls_guard *g)
{
    if (g->rc == XLS_OK && g->layer != LAYER_DONE) { /* [S-4] */
        if (g->have == 0 && g->flow == 0) {
            g->record = g->facts.bytes;
        }
        memcpy(g->finding.record, "end of input", sizeof("end of input"));
        return refuse(g, xls_refuse(&g->finding, XLS_PEER_SHORT, "S-4",
                                    "the stream ends before its last END"));
    }
    return g->rc;
}

bool xls_guard_complete(const struct xls_guard *g)
{
    return g->rc == XLS_OK && g->layer == LAYER_DONE;
}

const struct xls_finding *xls_guard_finding(const struct xls_guard *g)
{
    return &g->finding;
}

const struct xls_guard_facts *xls_guard_facts(const struct xls_guard *g)
{
    return &g->facts;
}

const char *xls_guard_config_text(const struct xls_guard *g)
{
    return g->facts.has_config ? g->xl.text : NULL;
}
