/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * t-toolstack-mark: what watchers see of a handover in Xen's store, at which
 * step, and that the guest does not see it.
 */
#include <stdio.h>
#include <string.h>

#include <xenstore.h>

#include "t.h"
#include "toolstack/end-destination.h"
#include "toolstack/end-source.h"
#include "toolstack/xen_mark.h"

#define ID "ab010000000000000000000000000000"

static char said[2048];
static bool no_store;
static const char *stored; /* what is there; NULL: nothing */
static bool fails;
static struct xls_why why;

static void say(const char *what, const char *text)
{
    size_t used = strlen(said);

    (void)snprintf(said + used, sizeof(said) - used, "%s %s\n", what, text);
}

static bool is_said(const char *text)
{
    bool is = strcmp(said, text) == 0;

    if (!is) {
        (void)fprintf(stderr, "said:\n%s", said);
    }
    said[0] = '\0';
    return is;
}

/* --- the store ------------------------------------------------------------ */

struct xs_handle *__wrap_xs_open(unsigned long flags);
void __wrap_xs_close(struct xs_handle *xs);
bool __wrap_xs_mkdir(struct xs_handle *xs, xs_transaction_t t,
                     const char *path);
bool __wrap_xs_rm(struct xs_handle *xs, xs_transaction_t t, const char *path);
bool __wrap_xs_write(struct xs_handle *xs, xs_transaction_t t, const char *path,
                     const void *data, unsigned int len);
void *__wrap_xs_read(struct xs_handle *xs, xs_transaction_t t, const char *path,
                     unsigned int *len);
bool __wrap_xs_set_permissions(struct xs_handle *xs, xs_transaction_t t,
                               const char *path, struct xs_permissions *perms,
                               unsigned int count);

struct xs_handle *__wrap_xs_open(unsigned long flags)
{
    static char one;

    T(flags == 0);
    return no_store ? NULL : (struct xs_handle *)(void *)&one;
}

void __wrap_xs_close(struct xs_handle *xs)
{
    T(xs != NULL);
    say("close", "");
}

bool __wrap_xs_mkdir(struct xs_handle *xs, xs_transaction_t t, const char *path)
{
    T(xs != NULL && t == XBT_NULL);
    say("mkdir", path);
    return true;
}

bool __wrap_xs_rm(struct xs_handle *xs, xs_transaction_t t, const char *path)
{
    T(xs != NULL && t == XBT_NULL);
    say("rm", path);
    return true;
}

bool __wrap_xs_write(struct xs_handle *xs, xs_transaction_t t, const char *path,
                     const void *data, unsigned int len)
{
    char text[128];

    T(xs != NULL && t == XBT_NULL);
    (void)snprintf(text, sizeof(text), "%s = %.*s", path, (int)len,
                   (const char *)data);
    say("write", text);
    return true;
}

void *__wrap_xs_read(struct xs_handle *xs, xs_transaction_t t, const char *path,
                     unsigned int *len)
{
    T(xs != NULL && t == XBT_NULL && path != NULL);
    *len = stored == NULL ? 0 : (unsigned)strlen(stored);
    return stored == NULL ? NULL : strdup(stored);
}

bool __wrap_xs_set_permissions(struct xs_handle *xs, xs_transaction_t t,
                               const char *path, struct xs_permissions *perms,
                               unsigned int count)
{
    T(xs != NULL && t == XBT_NULL && count == 1);
    T(perms[0].id == 0 && perms[0].perms == XS_PERM_NONE);
    say("close to the guest", path);
    return !fails;
}

/* Recovery marks again and again: who watches is not woken up by it. */
START_TEST(once)
{
    no_store = fails = false;
    stored = ID " xen2";
    xls_xen_mark(7, XLS_MARK_SOURCE, ID " xen2");
    T(is_said("close \n"));
    xls_xen_mark(7, XLS_MARK_SOURCE, ID " xen3");
    T(is_said("mkdir /local/domain/7/xlsec\n"
              "close to the guest /local/domain/7/xlsec\n"
              "write /local/domain/7/xlsec/open = " ID " xen3\nclose \n"));
    stored = NULL;
}
END_TEST

START_TEST(in_the_store)
{
    xls_xen_mark(7, XLS_MARK_SOURCE, ID " xen2");
    T(is_said("mkdir /local/domain/7/xlsec\n"
              "close to the guest /local/domain/7/xlsec\n"
              "write /local/domain/7/xlsec/open = " ID " xen2\nclose \n"));
    xls_xen_mark(4294967295U, XLS_MARK_DESTINATION, "x");
    T(strstr(said, "/local/domain/4294967295/xlsec/incoming = x") != NULL);
    said[0] = '\0';
    xls_xen_mark(7, XLS_MARK_SOURCE, NULL);
    T(is_said("rm /local/domain/7/xlsec\nclose \n"));
    fails = true; /* then nothing is written that the guest could read */
    xls_xen_mark(7, XLS_MARK_SOURCE, "x");
    T(strstr(said, "write") == NULL);
    said[0] = '\0';
    no_store = true;
    xls_xen_mark(7, XLS_MARK_SOURCE, "x");
    T(is_said(""));
}
END_TEST

/* --- the steps ------------------------------------------------------------ */

static void mark(void *ctx, const char *text)
{
    (void)ctx;
    say("mark", text == NULL ? "none" : text);
}

static enum xls_rc rename_guest(void *ctx, bool away, struct xls_why *reason)
{
    (void)ctx;
    (void)reason;
    T(!away);
    return XLS_OK;
}

static enum xls_rc resume(void *ctx, struct xls_why *reason)
{
    (void)ctx;
    return fails ? xls_why_set(reason, XLS_HOST_XEN, "no") : XLS_OK;
}

static enum xls_rc run(void *ctx, bool paused, struct xls_why *reason)
{
    (void)ctx;
    (void)paused;
    (void)reason;
    return XLS_OK;
}

static struct xls_journal *journal_of(enum xls_role role, char state[32])
{
    static struct xls_journal_facts f = {
        .id = {0xab, 1}, .peer = "xen2", .guest = "web1"};
    struct xls_journal *journal = NULL;

    strcpy(state, "/tmp/xlsec-mark-XXXXXX");
    T(mkdtemp(state) != NULL);
    f.role = role;
    T(xls_journal_begin(state, &f, 1, &journal, &why) == XLS_OK);
    said[0] = '\0';
    no_store = fails = false;
    return journal;
}

static void end(struct xls_journal *journal, const char *state)
{
    char command[64];

    xls_journal_leave(journal);
    (void)snprintf(command, sizeof(command), "rm -rf %s", state);
    T(system(command) == 0);
}

START_TEST(at_the_source)
{
    const struct xls_source_ops ops = {
        .rename = rename_guest, .resume = resume, .mark = mark};
    char state[32];
    struct xls_source_end e = {.journal = journal_of(XLS_ROLE_SOURCE, state),
                               .ops = &ops};

    T(xls_source_step(&e, XLS_SOURCE_AGREED, NULL, &why) == XLS_OK);
    T(is_said("mark " ID " xen2\n"));
    T(xls_source_step(&e, XLS_SOURCE_BURNED, NULL, &why) == XLS_OK);
    T(is_said("")); /* it is not back yet */
    fails = true;
    T(xls_source_act(&e, &why) == XLS_HOST_XEN);
    T(is_said(""));
    fails = false;
    T(xls_source_act(&e, &why) == XLS_OK);
    T(is_said("mark none\n"));
    end(e.journal, state);
}
END_TEST

START_TEST(at_the_destination)
{
    struct xls_destination_ops ops = {.run = run, .mark = mark};
    char state[32];
    struct xls_destination_end e = {
        .journal = journal_of(XLS_ROLE_DESTINATION, state), .ops = &ops};

    T(xls_destination_step(&e, XLS_DESTINATION_LOADED, NULL, &why) == XLS_OK);
    T(is_said("mark " ID " xen2\n"));
    T(xls_destination_step(&e, XLS_DESTINATION_LOST, NULL, &why) == XLS_OK);
    T(xls_destination_step(&e, XLS_DESTINATION_COMMIT, NULL, &why) == XLS_OK);
    T(is_said(""));
    T(xls_destination_start(&e, &why) == XLS_OK);
    T(is_said("mark none\n"));
    T(xls_destination_at(&e) == XLS_DESTINATION_COMMITTED);
    end(e.journal, state);
}
END_TEST

/* A toolstack that shows nothing. */
START_TEST(by_nobody)
{
    const struct xls_source_ops ops = {.rename = rename_guest,
                                       .resume = resume};
    char state[32];
    struct xls_source_end e = {.journal = journal_of(XLS_ROLE_SOURCE, state),
                               .ops = &ops};

    T(xls_source_step(&e, XLS_SOURCE_AGREED, NULL, &why) == XLS_OK);
    T(xls_source_take_back(&e, &why) == XLS_OK);
    end(e.journal, state);
}
END_TEST

int main(void)
{
    const TTest *const list[] = {in_the_store, once, at_the_source,
                                 at_the_destination, by_nobody};

    return t_run("toolstack/mark", list, T_COUNT(list));
}
