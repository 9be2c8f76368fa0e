/* SPDX-License-Identifier: LGPL-2.1-only */
/* t-host-seen: the latest clock of each host's TPM, for several sessions. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "attest/hex.h"
#include "host/seen.h"
#include "t.h"

enum { WRITERS = 8, EACH = 12 };

static char state[64];
static struct xls_why why;
static const uint8_t ak[XLS_NAME_LEN] = {1, 2};
static const uint8_t other_ak[XLS_NAME_LEN] = {3};

static void begin(void)
{
    (void)snprintf(state, sizeof(state), "/tmp/xlsec-seen-XXXXXX");
    T(mkdtemp(state) != NULL);
    why.text[0] = '\0';
}

static void end(void)
{
    char command[128];

    (void)snprintf(command, sizeof(command), "rm -rf %s", state);
    T(system(command) == 0);
}

static struct xls_quote_clock at(uint32_t resets, uint32_t restarts,
                                 uint64_t clock)
{
    return (struct xls_quote_clock){clock, resets, restarts, true};
}

static enum xls_rc keep(struct xls_quote_clock clock)
{
    return xls_seen_keep(state, "xen2", ak, &clock, &why);
}

static void put(const char *name, const char *text)
{
    char path[128];
    FILE *f;

    (void)snprintf(path, sizeof(path), "%s/seen", state);
    (void)mkdir(path, 0700);
    (void)snprintf(path, sizeof(path), "%s/seen/%s", state, name);
    f = fopen(path, "w");
    T(f != NULL && fputs(text, f) >= 0 && fclose(f) == 0);
}

static struct xls_seen *look(void)
{
    struct xls_seen *seen;

    T(xls_seen_look(state, &seen, &why) == XLS_OK);
    return seen;
}

static uint64_t found(const struct xls_seen *seen)
{
    struct xls_quote_clock clock = {0};
    bool has;

    T(xls_seen_find(seen, "xen2", ak, &has, &clock, &why) == XLS_OK);
    return has ? clock.clock : 0;
}

static uint64_t now(void)
{
    struct xls_seen *seen = look();
    uint64_t clock = found(seen);

    xls_seen_free(seen);
    return clock;
}

/* [E-133] */
START_TEST(the_later_one_stays)
{
    begin();
    T(now() == 0);
    T(keep(at(7, 2, 1000)) == XLS_OK && now() == 1000);
    T(keep(at(7, 2, 900)) == XLS_OK && now() == 1000);
    T(keep(at(7, 1, 800)) == XLS_OK && now() == 1000);
    T(keep(at(7, 2, 1000)) == XLS_OK && now() == 1000);
    T(keep(at(7, 3, 1001)) == XLS_OK && now() == 1001);
    T(keep(at(8, 0, 1001)) == XLS_OK && keep(at(8, 0, 1002)) == XLS_OK);
    T(keep(at(7, 3, 1001)) == XLS_OK && now() == 1002);
    end();
}
END_TEST

/* [E-133] [E-25] A TPM that was reset had no earlier clock. */
START_TEST(neither_is_the_later_one)
{
    static const struct xls_quote_clock rows[] = {{999, 8, 0, true},
                                                  {1001, 6, 9, true},
                                                  {1001, 7, 1, true},
                                                  {999, 7, 3, true}};

    begin();
    T(keep(at(7, 2, 1000)) == XLS_OK);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        why.text[0] = '\0';
        T(keep(rows[i]) == XLS_PEER_POLICY);
        T(strstr(why.text, "[E-25]") != NULL);
        T(now() == 1000);
    }
    end();
}
END_TEST

/* [E-133] What another session keeps meanwhile is not in what was looked at. */
START_TEST(it_is_of_one_moment)
{
    struct xls_seen *before;
    struct xls_quote_clock clock;
    bool has = true;

    begin();
    before = look();
    T(keep(at(7, 2, 1000)) == XLS_OK);
    T(found(before) == 0);
    xls_seen_free(before);
    before = look();
    T(keep(at(7, 2, 2000)) == XLS_OK);
    T(found(before) == 1000);
    T(xls_seen_find(before, "xen3", ak, &has, &clock, &why) == XLS_OK && !has);
    T(xls_seen_find(before, "xen2", other_ak, &has, &clock, &why) == XLS_OK);
    T(!has); /* it begins anew */
    xls_seen_free(before);
    clock = at(1, 0, 5);
    T(xls_seen_keep(state, "xen2", other_ak, &clock, &why) == XLS_OK);
    T(now() == 0);
    end();
}
END_TEST

/* [E-133] Only the host that it is about is in trouble. */
START_TEST(what_nobody_wrote)
{
    static const char *const ends[] = {
        "", " resetCount 1\n", " resetCount 07 restartCount 2 clock 1\n"};
    struct xls_quote_clock clock = at(7, 2, 1000);
    struct xls_seen *seen;
    char text[256] = "ak ";
    bool has;

    begin();
    T(keep(clock) == XLS_OK);
    xls_hex(text + 3, sizeof(text) - 3, ak, XLS_NAME_LEN);
    for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]) + 2; i++) {
        (void)snprintf(text + 3 + 2 * XLS_NAME_LEN, 64, "%s",
                       i < 2 ? "" : ends[i - 2]);
        put("xen3", i == 0 ? "" : i == 1 ? "junk\n" : text);
        seen = look();
        T(found(seen) == 1000);
        why.text[0] = '\0';
        T(xls_seen_find(seen, "xen3", ak, &has, &clock, &why) == XLS_HOST_CONF);
        T(strstr(why.text, "/seen/xen3: is not what xlsec wrote") != NULL);
        xls_seen_free(seen);
        T(xls_seen_keep(state, "xen3", ak, &clock, &why) == XLS_HOST_CONF);
    }
    end();
}
END_TEST

static void write_many(unsigned who)
{
    for (unsigned i = 0; i < EACH; i++) {
        if (keep(at(7, 2, 1000 + (uint64_t)i * WRITERS + who)) != XLS_OK) {
            _exit(1);
        }
    }
    _exit(0);
}

/* [E-133] Whoever writes last, the latest stays, and nothing half-made does. */
START_TEST(many_at_once)
{
    char path[128];
    int status;

    begin();
    (void)snprintf(path, sizeof(path), "%s/seen", state);
    T(mkdir(path, 0700) == 0);
    (void)snprintf(path, sizeof(path), "%s/seen/.xen2.4194399", state);
    T(close(open(path, O_WRONLY | O_CREAT, 0600)) == 0); /* of a dead one */
    for (unsigned i = 0; i < WRITERS; i++) {
        if (fork() == 0) {
            write_many(i);
        }
    }
    for (unsigned i = 0; i < WRITERS; i++) {
        T(wait(&status) > 0 && status == 0);
    }
    T(now() == 1000 + EACH * WRITERS - 1);
    T(access(path, F_OK) != 0);
    end();
}
END_TEST

int main(void)
{
    const TTest *const list[] = {the_later_one_stays, neither_is_the_later_one,
                                 it_is_of_one_moment, what_nobody_wrote,
                                 many_at_once};

    return t_run("host/seen", list, T_COUNT(list));
}
