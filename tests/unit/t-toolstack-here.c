/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * t-toolstack-here: is the guest that is to come here already?  A host whose
 * domains are those of the table below, in the place of libxl's.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "t.h"
#include "toolstack/xen.h"

static const struct {
    uint32_t domid;
    const char *name;
    uint8_t uuid; /* its first octet */
    bool dying;
} domains[] = {
    {0, "Domain-0", 0, false},
    {7, "web1", 1, false},
    {9, "other--migratedaway", 2, false},
    {11, "gone", 3, true},
};

static bool no_list;

enum xls_rc __wrap_xls_xen_open(struct xls_xen *xen, xentoollog_level severity,
                                struct xls_why *why);
void __wrap_xls_xen_close(struct xls_xen *xen);
int __wrap_libxl_name_to_domid(libxl_ctx *ctx, const char *name,
                               uint32_t *domid);
char *__wrap_libxl_domid_to_name(libxl_ctx *ctx, uint32_t domid);
libxl_dominfo *__wrap_libxl_list_domain(libxl_ctx *ctx, int *count);
const libxl_version_info *__wrap_libxl_get_version_info(libxl_ctx *ctx);
int __wrap_libxl_domain_config_from_json(libxl_ctx *ctx,
                                         libxl_domain_config *config,
                                         const char *json);

enum xls_rc __wrap_xls_xen_open(struct xls_xen *xen, xentoollog_level severity,
                                struct xls_why *why)
{
    (void)severity;
    (void)why;
    *xen = (struct xls_xen){NULL, NULL};
    return XLS_OK;
}

void __wrap_xls_xen_close(struct xls_xen *xen)
{
    (void)xen;
}

int __wrap_libxl_name_to_domid(libxl_ctx *ctx, const char *name,
                               uint32_t *domid)
{
    (void)ctx;
    for (size_t i = 0; i < T_COUNT(domains); i++) {
        if (strcmp(domains[i].name, name) == 0) {
            *domid = domains[i].domid;
            return 0;
        }
    }
    return ERROR_INVAL;
}

char *__wrap_libxl_domid_to_name(libxl_ctx *ctx, uint32_t domid)
{
    (void)ctx;
    for (size_t i = 0; i < T_COUNT(domains); i++) {
        if (domains[i].domid == domid) {
            return strdup(domains[i].name);
        }
    }
    return NULL;
}

libxl_dominfo *__wrap_libxl_list_domain(libxl_ctx *ctx, int *count)
{
    libxl_dominfo *list =
        no_list ? NULL : calloc(T_COUNT(domains), sizeof(*list));

    (void)ctx;
    for (size_t i = 0; list != NULL && i < T_COUNT(domains); i++) {
        list[i].domid = domains[i].domid;
        list[i].uuid.uuid[0] = domains[i].uuid;
        list[i].dying = domains[i].dying;
    }
    *count = list == NULL ? 0 : (int)T_COUNT(domains);
    return list;
}

const libxl_version_info *__wrap_libxl_get_version_info(libxl_ctx *ctx)
{
    (void)ctx;
    return NULL;
}

/* Who comes to this is not here. */
int __wrap_libxl_domain_config_from_json(libxl_ctx *ctx,
                                         libxl_domain_config *config,
                                         const char *json)
{
    (void)ctx;
    (void)config;
    (void)json;
    return ERROR_FAIL;
}

static const char *refused(const char *name, uint8_t uuid, struct xls_why *why)
{
    static struct xls_config_facts facts;
    const struct xls_incoming guest = {.facts = &facts, .config = "{}"};
    struct xls_xen_destination *d = NULL;
    struct xls_destination_ops ops;
    struct xls_admit admit;
    const char *rule = NULL;

    facts = (struct xls_config_facts){.uuid = {uuid}};
    (void)snprintf(facts.name, sizeof(facts.name), "%s", name);
    T(xls_xen_destination_new(XTL_ERROR, &d) == XLS_OK);
    ops = xls_xen_destination_ops(d);
    why->text[0] = '\0';
    T(ops.admit(ops.ctx, &guest, &admit, &rule, why) != XLS_OK);
    xls_xen_destination_free(d);
    return rule;
}

START_TEST(by_its_name)
{
    struct xls_why why;

    ck_assert_str_eq(refused("web1", 5, &why), "name-taken");
    ck_assert_str_eq(refused("web2", 5, &why), "config"); /* it is not */
}
END_TEST

START_TEST(by_its_uuid)
{
    struct xls_why why;

    ck_assert_str_eq(refused("web2", 1, &why), "uuid-taken");
    ck_assert_str_eq(why.text,
                     "this guest is here already, by its uuid: it is domain 7, "
                     "'web1' (xl list)");
    ck_assert_str_eq(refused("other", 2, &why), "uuid-taken");
    ck_assert_str_eq(refused("gone2", 3, &why), "config"); /* it is dying */
    ck_assert_str_eq(refused("none", 0, &why), "config"); /* as dom0 has none */
    no_list = true;
    ck_assert_str_eq(refused("web2", 5, &why), "uuid-taken");
    T(strstr(why.text, "cannot list the guests") != NULL);
}
END_TEST

int main(void)
{
    const TTest *const list[] = {by_its_name, by_its_uuid};

    return t_run("toolstack/here", list, T_COUNT(list));
}
