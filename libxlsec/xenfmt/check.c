/* SPDX-License-Identifier: LGPL-2.1-only */
/* The guard, as the library's users see it. */
#include "xlsec/check.h"

#include <stdlib.h>
#include <string.h>

#include "xenfmt/guard.h"

_Static_assert(sizeof(((struct xlsec_check_finding *)0)->text) ==
                   sizeof(((struct xls_finding *)0)->text),
               "the public finding holds the guard's");

struct xlsec_check {
    struct xls_guard *guard;
    enum xls_rc rc;
};

static enum xlsec_check_verdict verdict(enum xls_rc rc)
{
    if (rc == XLS_OK) {
        return XLSEC_CHECK_ACCEPTED;
    }
    return xls_rc_is_peer(rc) ? XLSEC_CHECK_REFUSED : XLSEC_CHECK_FAILED;
}

struct xlsec_check *xlsec_check_new(enum xlsec_check_format format,
                                    const struct xlsec_check_limits *limits)
{
    struct xls_guard_limits want = {XLS_GUARD_PAGES_CEILING,
                                    XLS_GUARD_VCPUS_CEILING, XLS_GUEST_ANY};
    struct xlsec_check *check = calloc(1, sizeof(*check));

    if (limits != NULL && limits->max_memory_kib != 0) {
        want.max_pages = limits->max_memory_kib / 4;
    }
    if (limits != NULL && limits->max_vcpus != 0) {
        want.max_vcpus = limits->max_vcpus;
    }
    if (check != NULL &&
        xls_guard_new((enum xls_fmt)format, &want, &check->guard) != XLS_OK) {
        free(check);
        check = NULL;
    }
    return check;
}

enum xlsec_check_verdict xlsec_check_feed(struct xlsec_check *check,
                                          const void *buf, size_t len)
{
    const uint8_t *in = buf;
    const uint8_t *out;
    size_t out_len;

    if (check == NULL || (buf == NULL && len > 0)) {
        return XLSEC_CHECK_FAILED;
    }
    while (check->rc == XLS_OK && len > 0) {
        check->rc = xls_guard_step(check->guard, &in, &len, &out, &out_len);
    }
    return verdict(check->rc);
}

enum xlsec_check_verdict xlsec_check_end(struct xlsec_check *check)
{
    if (check == NULL) {
        return XLSEC_CHECK_FAILED;
    }
    check->rc = xls_guard_end(check->guard);
    return verdict(check->rc);
}

void xlsec_check_finding(const struct xlsec_check *check,
                         struct xlsec_check_finding *out)
{
    const struct xls_finding *got = xls_guard_finding(check->guard);

    *out = (struct xlsec_check_finding){.offset = got->offset};
    memcpy(out->record, got->record, sizeof(out->record));
    memcpy(out->rule, got->rule, sizeof(out->rule));
    memcpy(out->text, got->text, sizeof(out->text));
}

void xlsec_check_facts(const struct xlsec_check *check,
                       struct xlsec_check_facts *out)
{
    const struct xls_guard_facts *got = xls_guard_facts(check->guard);
    const char *type = xls_guest_type_name(got->type);

    *out = (struct xlsec_check_facts){
        .max_memory_kib = got->config.max_memkb,
        .max_vcpus = got->config.max_vcpus,
        .vcpus = got->vcpus,
        .libxc_version = got->libxc_version,
        .xen_major = got->xen_major,
        .xen_minor = got->xen_minor,
        .passes = got->passes,
        .bytes = got->bytes,
        .records = got->records,
        .pages = got->pages,
    };
    memcpy(out->type, type, strlen(type) + 1);
    memcpy(out->name, got->config.name, sizeof(out->name));
    memcpy(out->uuid, got->config.uuid, sizeof(out->uuid));
}

void xlsec_check_free(struct xlsec_check *check)
{
    if (check != NULL) {
        xls_guard_free(check->guard);
        free(check);
    }
}
