/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * t-toolstack-slow: the cap of a guest that is slowed: what it becomes, and
 * that the one before is kept first and given back, whatever fails.
 */
#include <stdio.h>
#include <string.h>

#include <xenstore.h>

#include "t.h"
#include "toolstack/xen_mark.h"
#include "toolstack/xen_slow.h"

/* --- a store of one key, and a Xen of one guest -------------------------- */

static char kept[32]; /* empty: there is no such key */
static int cap;       /* the guest's */
static libxl_scheduler sched;
static unsigned vcpus;
static int cpus;
static bool no_store, no_set;
static char order[64]; /* k: kept, s: set, r: removed */

static void note(char c)
{
    size_t len = strlen(order);

    T(len + 1 < sizeof(order));
    order[len] = c;
    order[len + 1] = '\0';
}

struct xs_handle *__wrap_xs_open(unsigned long flags);
void __wrap_xs_close(struct xs_handle *xs);
bool __wrap_xs_mkdir(struct xs_handle *xs, xs_transaction_t t,
                     const char *path);
bool __wrap_xs_rm(struct xs_handle *xs, xs_transaction_t t, const char *path);
bool __wrap_xs_write(struct xs_handle *xs, xs_transaction_t t, const char *path,
                     const void *data, unsigned int len);
bool __wrap_xs_set_permissions(struct xs_handle *xs, xs_transaction_t t,
                               const char *path, struct xs_permissions *perms,
                               unsigned int count);
void *__wrap_xs_read(struct xs_handle *xs, xs_transaction_t t, const char *path,
                     unsigned int *len);
int __wrap_libxl_domain_sched_params_get(libxl_ctx *ctx, uint32_t domid,
                                         libxl_domain_sched_params *params);
int __wrap_libxl_domain_sched_params_set(
    libxl_ctx *ctx, uint32_t domid, const libxl_domain_sched_params *params);
int __wrap_libxl_domain_info(libxl_ctx *ctx, libxl_dominfo *info,
                             uint32_t domid);
int __wrap_libxl_get_online_cpus(libxl_ctx *ctx);

struct xs_handle *__wrap_xs_open(unsigned long flags)
{
    static char one;

    T(flags == 0);
    return (struct xs_handle *)(void *)&one;
}

void __wrap_xs_close(struct xs_handle *xs)
{
    T(xs != NULL);
}

bool __wrap_xs_mkdir(struct xs_handle *xs, xs_transaction_t t, const char *path)
{
    T(xs != NULL && t == XBT_NULL);
    T(strcmp(path, "/local/domain/7/xlsec") == 0);
    return true;
}

bool __wrap_xs_set_permissions(struct xs_handle *xs, xs_transaction_t t,
                               const char *path, struct xs_permissions *perms,
                               unsigned int count)
{
    T(xs != NULL && t == XBT_NULL && count == 1);
    T(strcmp(path, "/local/domain/7/xlsec") == 0);
    T(perms[0].id == 0 && perms[0].perms == XS_PERM_NONE);
    return !no_store;
}

bool __wrap_xs_write(struct xs_handle *xs, xs_transaction_t t, const char *path,
                     const void *data, unsigned int len)
{
    T(xs != NULL && t == XBT_NULL);
    T(strcmp(path, "/local/domain/7/xlsec/cap") == 0);
    (void)snprintf(kept, sizeof(kept), "%.*s", (int)len, (const char *)data);
    note('k');
    return true;
}

bool __wrap_xs_rm(struct xs_handle *xs, xs_transaction_t t, const char *path)
{
    T(xs != NULL && t == XBT_NULL);
    T(strcmp(path, "/local/domain/7/xlsec/cap") == 0);
    kept[0] = '\0';
    note('r');
    return true;
}

void *__wrap_xs_read(struct xs_handle *xs, xs_transaction_t t, const char *path,
                     unsigned int *len)
{
    T(xs != NULL && t == XBT_NULL);
    T(strcmp(path, "/local/domain/7/xlsec/cap") == 0);
    *len = (unsigned)strlen(kept);
    return kept[0] == '\0' ? NULL : strdup(kept);
}

int __wrap_libxl_domain_sched_params_get(libxl_ctx *ctx, uint32_t domid,
                                         libxl_domain_sched_params *params)
{
    T(ctx == NULL && domid == 7);
    params->sched = sched;
    params->weight = 256;
    params->cap = cap;
    return 0;
}

int __wrap_libxl_domain_sched_params_set(
    libxl_ctx *ctx, uint32_t domid, const libxl_domain_sched_params *params)
{
    T(ctx == NULL && domid == 7);
    T(params->weight == LIBXL_DOMAIN_SCHED_PARAM_WEIGHT_DEFAULT);
    if (no_set) {
        return ERROR_FAIL;
    }
    cap = params->cap;
    note('s');
    return 0;
}

int __wrap_libxl_domain_info(libxl_ctx *ctx, libxl_dominfo *info,
                             uint32_t domid)
{
    T(ctx == NULL && domid == 7);
    info->vcpu_online = vcpus;
    return 0;
}

int __wrap_libxl_get_online_cpus(libxl_ctx *ctx)
{
    T(ctx == NULL);
    return cpus;
}

/* ------------------------------------------------------------------------ */

static const struct xls_xen xen = {NULL, NULL};
static struct xls_why why;

static void begin(unsigned of_guest, int of_host, int its_cap)
{
    kept[0] = order[0] = why.text[0] = '\0';
    vcpus = of_guest;
    cpus = of_host;
    cap = its_cap;
    sched = LIBXL_SCHEDULER_CREDIT2;
    no_store = no_set = false;
}

static bool slow(unsigned percent)
{
    return xls_xen_slow(&xen, 7, percent, &why) == XLS_OK;
}

/* A cap is in per cent of one CPU, and of no more than there are. */
START_TEST(so_much)
{
    static const struct {
        unsigned vcpus;
        int cpus, before;
        unsigned percent;
        int cap;
    } cases[] = {
        {1, 1, 0, 50, 50},   {4, 8, 0, 50, 200},  {4, 2, 0, 50, 100},
        {4, 8, 120, 25, 30}, {4, 8, 400, 10, 40}, {1, 1, 3, 10, 1},
        {128, 64, 0, 1, 64}, {2, 0, 0, 50, 100},  {1, 4, 900, 50, 50},
    };

    for (size_t i = 0; i < T_COUNT(cases); i++) {
        begin(cases[i].vcpus, cases[i].cpus, cases[i].before);
        T(slow(cases[i].percent));
        ck_assert_int_eq(cap, cases[i].cap);
        T(xls_xen_slow_end(&xen, 7, &why) == XLS_OK);
        ck_assert_int_eq(cap, cases[i].before);
        T(strcmp(order, "kssr") == 0 && kept[0] == '\0');
    }
}
END_TEST

/* The first one is kept, and each step is of that. */
START_TEST(step_by_step)
{
    int before = -1;

    begin(2, 2, 150);
    T(!xls_xen_slow_before(7, &before) && before == -1);
    T(slow(50) && cap == 75 && slow(25) && cap == 37 && slow(10) && cap == 15);
    T(strcmp(kept, "150") == 0);
    T(xls_xen_slow_before(7, &before) && before == 150);
    sched = LIBXL_SCHEDULER_CREDIT;
    T(slow(50) && cap == 75);
    T(xls_xen_slow_end(&xen, 7, &why) == XLS_OK && cap == 150);
    T(xls_xen_slow_end(&xen, 7, &why) == XLS_OK); /* nothing more to do */
    T(strcmp(order, "ksssssr") == 0);
}
END_TEST

/* Nothing is changed that could not be given back. */
START_TEST(it_fails)
{
    begin(1, 1, 0);
    no_store = true;
    T(!slow(50) && cap == 0 && order[0] == '\0');
    T(strstr(why.text, "cannot be kept") != NULL);
    begin(1, 1, 0);
    no_set = true;
    T(!slow(50) && cap == 0 && strcmp(order, "kr") == 0);
    begin(1, 1, 0);
    T(slow(50) && cap == 50);
    no_set = true;
    T(!slow(25) && cap == 50 && strcmp(kept, "0") == 0);
    T(xls_xen_slow_end(&xen, 7, &why) == XLS_HOST_XEN);
    T(strcmp(kept, "0") == 0); /* for the next one */
    no_set = false;
    T(xls_xen_slow_end(&xen, 7, &why) == XLS_OK && cap == 0);
}
END_TEST

START_TEST(other_schedulers)
{
    begin(1, 1, 0);
    sched = LIBXL_SCHEDULER_RTDS;
    T(!slow(50) && order[0] == '\0');
    T(strstr(why.text, "the scheduler 'rtds' has no CPU cap") != NULL);
}
END_TEST

/* What somebody else wrote there is no cap. */
START_TEST(what_is_no_number)
{
    static const char *const bad[] = {"-1",
                                      "1x",
                                      "x",
                                      " 1",
                                      "12345678",
                                      "123456789012345",
                                      "12345678901234567"};
    int before = -1;

    begin(1, 1, 0);
    for (size_t i = 0; i < T_COUNT(bad); i++) {
        (void)snprintf(kept, sizeof(kept), "%s", bad[i]);
        T(!xls_xen_slow_before(7, &before) && before == -1);
    }
    (void)snprintf(kept, sizeof(kept), "12800");
    T(xls_xen_slow_before(7, &before) && before == 12800);
}
END_TEST

int main(void)
{
    const TTest *const list[] = {so_much, step_by_step, it_fails,
                                 other_schedulers, what_is_no_number};

    return t_run("toolstack/slow", list, T_COUNT(list));
}
