/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * t-toolstack-sight: which of the domains of a host is taken for the guest of a
 * migration, what is done to it as it is, and that nothing is when Xen or its
 * store does not answer.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libxl_utils.h>

#include "t.h"
#include "toolstack/xen.h"
#include "toolstack/xen_mark.h"
#include "toolstack/xen_slow.h"
#include "toolstack/xen_suspend.h"

enum { MOST = 4, PAUSED = 1, HAS_RUN = 2, DYING = 4 };

static const uint8_t uuid[16] = {0xab, 1};

/* --- the host ------------------------------------------------------------- */

static struct domain {
    uint32_t domid;
    const char *name; /* NULL: none */
    unsigned is;
    bool another; /* of another uuid */
    uint32_t flags;
} domains[MOST];

static struct domain nobody;
static int count;
static bool no_store, no_xen;
static char said[512];

static void say(const char *what, uint32_t domid)
{
    size_t used = strlen(said);

    (void)snprintf(said + used, sizeof(said) - used, "%s %u;", what,
                   (unsigned)domid);
}

static bool is_said(const char *text)
{
    bool is = strcmp(said, text) == 0;

    if (!is) {
        (void)fprintf(stderr, "said: %s\n", said);
    }
    said[0] = '\0';
    return is;
}

static struct domain *at(uint32_t domid)
{
    for (int i = 0; i < count; i++) {
        if (domains[i].domid == domid) {
            return &domains[i];
        }
    }
    return &nobody;
}

static void host_of(const struct domain *list, int many)
{
    memcpy(domains, list, (size_t)many * sizeof(*list));
    count = many;
    no_store = no_xen = false;
    said[0] = '\0';
}

#define HOST(...)                                                              \
    do {                                                                       \
        const struct domain list_[] = {__VA_ARGS__};                           \
        host_of(list_, (int)T_COUNT(list_));                                   \
    } while (0)

enum xls_rc __wrap_xls_xen_open(struct xls_xen *xen, xentoollog_level severity,
                                struct xls_why *why);
xc_interface *__wrap_xc_interface_open(xentoollog_logger *logger,
                                       xentoollog_logger *dombuild,
                                       unsigned flags);
int __wrap_xc_interface_close(xc_interface *xch);
int __wrap_xc_domain_getinfolist(xc_interface *xch, uint32_t first,
                                 unsigned int max, xc_domaininfo_t *info);
int __wrap_xc_shadow_control(xc_interface *xch, uint32_t domid, unsigned int op,
                             unsigned long *mb, unsigned int mode);
libxl_dominfo *__wrap_libxl_list_domain(libxl_ctx *ctx, int *nb);
void __wrap_libxl_dominfo_list_free(libxl_dominfo *list, int nb);
char *__wrap_libxl_domid_to_name(libxl_ctx *ctx, uint32_t domid);
int __wrap_libxl_name_to_domid(libxl_ctx *ctx, const char *name,
                               uint32_t *domid);
int __wrap_libxl_domain_config_from_json(libxl_ctx *ctx,
                                         libxl_domain_config *config,
                                         const char *json);
const libxl_version_info *__wrap_libxl_get_version_info(libxl_ctx *ctx);
int __wrap_libxl_domain_rename(libxl_ctx *ctx, uint32_t domid,
                               const char *old_name, const char *new_name);
int __wrap_libxl_domain_resume(libxl_ctx *ctx, uint32_t domid, int cancel,
                               const libxl_asyncop_how *how);
int __wrap_libxl_domain_destroy(libxl_ctx *ctx, uint32_t domid,
                                const libxl_asyncop_how *how);
enum xls_rc __wrap_xls_xen_slow_end(const struct xls_xen *xen, uint32_t domid,
                                    struct xls_why *why);
void __wrap_xls_xen_suspend_forget(uint32_t domid);

enum xls_rc __wrap_xls_xen_open(struct xls_xen *xen, xentoollog_level severity,
                                struct xls_why *why)
{
    (void)xen;
    (void)severity;
    (void)why;
    return XLS_OK;
}

xc_interface *__wrap_xc_interface_open(xentoollog_logger *logger,
                                       xentoollog_logger *dombuild,
                                       unsigned flags)
{
    (void)logger;
    (void)dombuild;
    (void)flags;
    return (xc_interface *)(void *)said;
}

int __wrap_xc_interface_close(xc_interface *xch)
{
    (void)xch;
    return 0;
}

int __wrap_xc_domain_getinfolist(xc_interface *xch, uint32_t first,
                                 unsigned int max, xc_domaininfo_t *info)
{
    T(xch != NULL && max == 1);
    if (no_xen) {
        return -1;
    }
    for (int i = 0; i < count; i++) {
        if (domains[i].domid >= first) {
            *info = (xc_domaininfo_t){.domain = (domid_t)domains[i].domid,
                                      .flags = domains[i].flags};
            return 1;
        }
    }
    return 0;
}

int __wrap_xc_shadow_control(xc_interface *xch, uint32_t domid, unsigned int op,
                             unsigned long *mb, unsigned int mode)
{
    T(xch != NULL && domid != 0 && mb == NULL && mode == 0);
    T(op == XEN_DOMCTL_SHADOW_OP_OFF);
    return 0;
}

libxl_dominfo *__wrap_libxl_list_domain(libxl_ctx *ctx, int *nb)
{
    libxl_dominfo *list = calloc(MOST, sizeof(*list));

    T(ctx == NULL && list != NULL);
    *nb = count;
    for (int i = 0; i < count; i++) {
        list[i].domid = domains[i].domid;
        list[i].paused = (domains[i].is & PAUSED) != 0;
        list[i].dying = (domains[i].is & DYING) != 0;
        list[i].cpu_time = (domains[i].is & HAS_RUN) != 0 ? 1 : 0;
        memcpy(list[i].uuid.uuid, uuid, sizeof(uuid));
        list[i].uuid.uuid[15] = domains[i].another ? 1 : 0;
    }
    return list;
}

void __wrap_libxl_dominfo_list_free(libxl_dominfo *list, int nb)
{
    T(nb == count);
    free(list);
}

char *__wrap_libxl_domid_to_name(libxl_ctx *ctx, uint32_t domid)
{
    const struct domain *d = at(domid);

    T(ctx == NULL);
    if (no_store) {
        return NULL;
    }
    if (domid == 0) {
        return strdup("Domain-0");
    }
    return d->name == NULL ? NULL : strdup(d->name);
}

int __wrap_libxl_name_to_domid(libxl_ctx *ctx, const char *name,
                               uint32_t *domid)
{
    T(ctx == NULL);
    for (int i = 0; i < count; i++) {
        if (domains[i].name != NULL && strcmp(domains[i].name, name) == 0) {
            *domid = domains[i].domid;
            return 0;
        }
    }
    return ERROR_INVAL;
}

/* As far as these tests go. */
int __wrap_libxl_domain_config_from_json(libxl_ctx *ctx,
                                         libxl_domain_config *config,
                                         const char *json)
{
    T(ctx == NULL && config != NULL && strcmp(json, "{}") == 0);
    return ERROR_FAIL;
}

const libxl_version_info *__wrap_libxl_get_version_info(libxl_ctx *ctx)
{
    T(ctx == NULL);
    return NULL;
}

int __wrap_libxl_domain_rename(libxl_ctx *ctx, uint32_t domid,
                               const char *old_name, const char *new_name)
{
    T(ctx == NULL && strcmp(at(domid)->name, old_name) == 0);
    at(domid)->name = strcmp(new_name, "g1") == 0 ? "g1" : "g1--migratedaway";
    T(strcmp(at(domid)->name, new_name) == 0);
    say("rename", domid);
    return 0;
}

int __wrap_libxl_domain_resume(libxl_ctx *ctx, uint32_t domid, int cancel,
                               const libxl_asyncop_how *how)
{
    T(ctx == NULL && cancel == 1 && how == NULL);
    say("resume", domid);
    return 0;
}

int __wrap_libxl_domain_destroy(libxl_ctx *ctx, uint32_t domid,
                                const libxl_asyncop_how *how)
{
    T(ctx == NULL && how == NULL);
    say("destroy", domid);
    return 0;
}

enum xls_rc __wrap_xls_xen_slow_end(const struct xls_xen *xen, uint32_t domid,
                                    struct xls_why *why)
{
    (void)why;
    T(xen != NULL && domid != 0);
    return XLS_OK;
}

void __wrap_xls_xen_suspend_forget(uint32_t domid)
{
    say("forget", domid);
}

/* --- at the source -------------------------------------------------------- */

#define SHUT(reason)                                                           \
    (XEN_DOMINF_shutdown | (uint32_t)(reason) << XEN_DOMINF_shutdownshift)
#define SUSPENDED SHUT(SHUTDOWN_suspend)

static const struct xls_xen xen = {NULL, NULL};
static struct xls_why why;

static struct xls_source_ops source(struct xls_xen_source **s)
{
    T(xls_xen_source_again(&xen, uuid, "g1", s, &why) == XLS_OK);
    return xls_xen_source_ops(*s);
}

/* Given away, it may come back beside the copy that was left. */
START_TEST(which_copy)
{
    struct xls_xen_source *s;
    struct xls_source_ops ops;

    HOST({.domid = 4, .name = "g1--migratedaway", .another = true},
         {.domid = 5, .name = "g1"},
         {.domid = 7, .name = "g1--migratedaway", .flags = SUSPENDED},
         {.domid = 8, .name = "g1--migratedaway", .is = DYING});
    ops = source(&s);
    T(ops.destroy(ops.ctx, &why) == XLS_OK && is_said("destroy 7;"));
    xls_xen_source_free(s);

    HOST({.domid = 5, .name = "g1--migratedaway", .flags = SUSPENDED},
         {.domid = 7, .name = "g1"});
    ops = source(&s);
    T(ops.destroy(ops.ctx, &why) == XLS_OK && is_said("destroy 5;"));
    xls_xen_source_free(s);

    HOST({.domid = 4, .name = "g2"}, {.domid = 5, .name = "g1"});
    ops = source(&s);
    T(ops.rename(ops.ctx, true, &why) == XLS_OK && is_said("rename 5;"));
    T(ops.rename(ops.ctx, true, &why) == XLS_OK && is_said(""));
    xls_xen_source_free(s);

    HOST({.domid = 4, .name = "g1", .another = true}, {.domid = 5});
    ops = source(&s);
    T(ops.resume(ops.ctx, &why) == XLS_OK && is_said(""));
    T(ops.destroy(ops.ctx, &why) == XLS_OK && is_said(""));
    T(ops.rename(ops.ctx, false, &why) == XLS_OK && is_said(""));
    T(ops.rename(ops.ctx, true, &why) == XLS_OK && is_said(""));
    xls_xen_source_free(s);
}
END_TEST

static bool is_down(const struct xls_source_ops *ops)
{
    bool down = false;

    T(ops->is_down(ops->ctx, &down, &why) == XLS_OK);
    return down;
}

START_TEST(as_it_is)
{
    struct xls_xen_source *s;
    struct xls_source_ops ops;

    HOST({.domid = 7, .name = "g1", .flags = SUSPENDED});
    ops = source(&s);
    T(is_down(&ops));
    T(ops.destroy(ops.ctx, &why) == XLS_OK && is_said("")); /* its own name */
    T(ops.resume(ops.ctx, &why) == XLS_OK && is_said("resume 7;"));

    at(7)->flags = 0;
    T(!is_down(&ops));
    T(ops.resume(ops.ctx, &why) == XLS_OK && is_said("forget 7;"));
    at(7)->name = "g1--migratedaway";
    T(ops.destroy(ops.ctx, &why) == XLS_OK && is_said("")); /* it runs */

    at(7)->flags = XEN_DOMINF_dying | SUSPENDED;
    T(!is_down(&ops));
    T(ops.destroy(ops.ctx, &why) == XLS_OK && is_said(""));
    domains[0].domid = 9; /* another guest's, and ours is gone */
    T(!is_down(&ops));
    T(ops.resume(ops.ctx, &why) == XLS_OK && is_said(""));
    T(ops.rename(ops.ctx, true, &why) == XLS_HOST_XEN);
    T(ops.rename(ops.ctx, false, &why) == XLS_OK && is_said(""));
    xls_xen_source_free(s);
}
END_TEST

/* While it was saved: who watches it restarts or removes it. */
START_TEST(powered_off)
{
    static const unsigned reasons[] = {SHUTDOWN_poweroff, SHUTDOWN_reboot,
                                       SHUTDOWN_crash};
    struct xls_xen_source *s;
    struct xls_source_ops ops;

    HOST({.domid = 7, .name = "g1"});
    ops = source(&s);
    for (size_t i = 0; i < T_COUNT(reasons); i++) {
        at(7)->flags = SHUT(reasons[i]);
        T(!is_down(&ops));
        T(ops.resume(ops.ctx, &why) == XLS_OK && is_said(""));
    }
    xls_xen_source_free(s);
}
END_TEST

START_TEST(without_an_answer)
{
    struct xls_xen_source *s;
    struct xls_source_ops ops;
    bool down = true;

    HOST({.domid = 7, .name = "g1--migratedaway", .flags = SUSPENDED});
    ops = source(&s);
    no_xen = true;
    T(ops.is_down(ops.ctx, &down, &why) == XLS_HOST_XEN && !down);
    T(ops.resume(ops.ctx, &why) == XLS_HOST_XEN);
    T(ops.rename(ops.ctx, false, &why) == XLS_HOST_XEN);
    T(ops.destroy(ops.ctx, &why) == XLS_HOST_XEN && is_said(""));

    no_xen = false;
    no_store = true;
    why.text[0] = '\0';
    T(ops.destroy(ops.ctx, &why) == XLS_HOST_XEN);
    T(strstr(why.text, "xenstore does not answer") != NULL);
    T(ops.rename(ops.ctx, false, &why) == XLS_HOST_XEN && is_said(""));
    xls_xen_source_free(s);
    T(xls_xen_source_again(&xen, uuid, "g1", &s, &why) == XLS_HOST_XEN);
    T(s == NULL);
}
END_TEST

/* --- at the destination --------------------------------------------------- */

static enum xls_found found_of(const struct domain *d)
{
    struct xls_xen_destination *destination = NULL;
    enum xls_found found = XLS_FOUND_STARTED;
    struct xls_destination_ops ops;

    host_of(d, 1);
    T(xls_xen_destination_new(XTL_ERROR, &destination) == XLS_OK);
    ops = xls_xen_destination_ops(destination);
    T(ops.find(ops.ctx, uuid, "g1", &found, &why) == XLS_OK);
    T(ops.destroy(ops.ctx, &why) == XLS_OK);
    T(is_said(found == XLS_FOUND_NOTHING ? "" : "destroy 7;"));
    xls_xen_destination_free(destination);
    return found;
}

START_TEST(what_is_found)
{
    static const struct {
        struct domain domain;
        enum xls_found found;
    } rows[] = {
        {{7, "g1--incoming", PAUSED, false, 0}, XLS_FOUND_INCOMING},
        {{7, "g1", PAUSED, false, 0}, XLS_FOUND_NAMED},
        {{7, "g1", PAUSED | HAS_RUN, false, 0}, XLS_FOUND_STARTED},
        {{7, "g1", 0, false, 0}, XLS_FOUND_STARTED},
        {{7, NULL, PAUSED, false, 0}, XLS_FOUND_INCOMING},
        {{7, NULL, PAUSED | HAS_RUN, false, 0}, XLS_FOUND_NOTHING},
        {{7, NULL, PAUSED, true, 0}, XLS_FOUND_NOTHING},
        {{7, "g1", PAUSED, true, 0}, XLS_FOUND_NOTHING},
        {{7, "g1", PAUSED | DYING, false, 0}, XLS_FOUND_NOTHING},
        {{7, "g1--migratedaway", HAS_RUN, false, 0}, XLS_FOUND_NOTHING},
    };

    for (size_t i = 0; i < T_COUNT(rows); i++) {
        ck_assert_int_eq(found_of(&rows[i].domain), rows[i].found);
    }
}
END_TEST

/* "Nothing is here" would be said to the source, which goes on then. */
START_TEST(not_told)
{
    struct xls_xen_destination *destination = NULL;
    enum xls_found found;
    struct xls_destination_ops ops;

    HOST({.domid = 7, .name = "g1"});
    no_store = true;
    T(xls_xen_destination_new(XTL_ERROR, &destination) == XLS_OK);
    ops = xls_xen_destination_ops(destination);
    T(ops.find(ops.ctx, uuid, "g1", &found, &why) == XLS_HOST_XEN);
    T(ops.destroy(ops.ctx, &why) == XLS_OK && is_said(""));
    xls_xen_destination_free(destination);
}
END_TEST

/* The rule that refuses guest g1 there. */
static const char *refused_by(const struct domain *d)
{
    static const struct xls_config_facts facts = {.name = "g1",
                                                  .uuid = {0xab, 1}};
    const struct xls_incoming guest = {.facts = &facts, .config = "{}"};
    struct xls_xen_destination *destination = NULL;
    struct xls_destination_ops ops;
    const char *rule = NULL;
    struct xls_admit out;

    host_of(d, 1);
    why.text[0] = '\0';
    T(xls_xen_destination_new(XTL_ERROR, &destination) == XLS_OK);
    ops = xls_xen_destination_ops(destination);
    T(ops.admit(ops.ctx, &guest, &out, &rule, &why) != XLS_OK);
    xls_xen_destination_free(destination);
    return rule;
}

START_TEST(here_already)
{
    static const struct {
        struct domain domain;
        const char *rule; /* "config": the next one */
        const char *text;
    } rows[] = {
        {{7, "g1", 0, true, 0}, "name-taken", "'g1' is here already"},
        {{7, "g1--incoming", 0, true, 0}, "name-taken", "'g1' is here already"},
        {{7, "g2", 0, false, 0}, "uuid-taken", "it is domain 7, 'g2'"},
        {{7, "g1--migratedaway", 0, false, 0}, "uuid-taken", "domain 7"},
        {{7, NULL, PAUSED, false, 0}, "uuid-taken", "it is domain 7, '?'"},
        {{7, "g2", DYING, false, 0}, "config", ""},
        {{7, "g2", 0, true, 0}, "config", ""},
        {{0, "Domain-0", 0, false, 0}, "config", ""},
    };

    for (size_t i = 0; i < T_COUNT(rows); i++) {
        ck_assert_str_eq(refused_by(&rows[i].domain), rows[i].rule);
        T(strstr(why.text, rows[i].text) != NULL);
    }
}
END_TEST

int main(void)
{
    const TTest *const list[] = {which_copy,        as_it_is,      powered_off,
                                 without_an_answer, what_is_found, not_told,
                                 here_already};

    return t_run("toolstack/sight", list, T_COUNT(list));
}
