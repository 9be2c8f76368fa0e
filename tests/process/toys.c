/* SPDX-License-Identifier: LGPL-2.1-only */
#include "toys.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/fd.h"
#include "madestream.h"
#include "toybusy.h"

enum { PAGES = TOY_PAGES, PAGE = 4096, LINE = 64, WAIT_US = 10000 };

/* --- the world
 * ---------------------------------------------------------------*/

struct guest {
    bool exists;
    bool built;
    bool runs;
    bool away;
    bool incoming;
    bool slow;
    bool ran; /* at some time */
};

struct world {
    struct guest at[2];
    int home; /* -1: there was no line yet */
    int wrongs;
};

static void world_path(const char *guest, char *out, size_t size)
{
    const char *top = getenv("TOY_TOP");

    (void)snprintf(out, size, "%s/world.%s", top == NULL ? "." : top, guest);
}

static void replay_line(struct world *w, const char *line)
{
    struct guest *g = &w->at[line[0] == '1'];
    const char *verb = line + 2;

    w->home = w->home < 0 ? line[0] == '1' : w->home;
    if (strcmp(verb, "build") == 0) {
        *g = (struct guest){.exists = true, .incoming = true, .ran = g->ran};
    } else if (strcmp(verb, "built") == 0) {
        g->built = true;
    } else if (strcmp(verb, "name") == 0) {
        g->incoming = false;
    } else if (strcmp(verb, "run") == 0) {
        g->runs = g->ran = true;
    } else if (strcmp(verb, "stop") == 0) {
        g->runs = false;
    } else if (strcmp(verb, "away") == 0) {
        g->away = true;
    } else if (strcmp(verb, "back") == 0) {
        g->away = false;
    } else if (strncmp(verb, "slow", 4) == 0) {
        g->slow = true;
    } else if (strcmp(verb, "full") == 0) {
        g->slow = false;
    } else { /* destroy; down: the host was */
        *g = (struct guest){.ran = g->ran};
    }
}

/* Does it break a rule that the line comes now? */
static const char *broken(const struct world *w, const char *line)
{
    int host = line[0] == '1';
    const struct guest *g = w->at;
    const char *verb = line + 2;

    if (strcmp(verb, "build") == 0 && g[host].exists) {
        return "one is built over another";
    }
    if (strcmp(verb, "run") == 0) {
        if (!g[host].exists || !g[host].built) {
            return "what is not there runs";
        }
        if (g[1 - host].runs) {
            return "two run";
        }
        if (host != w->home && g[w->home].exists && !g[w->home].away) {
            return "it runs there and was not given away here";
        }
    }
    if (strcmp(verb, "destroy") == 0 && g[host].runs) {
        return "what runs is destroyed";
    }
    if (host == w->home && strcmp(verb, "destroy") == 0 && !g[1 - host].ran) {
        return "a copy is destroyed that was never taken over";
    }
    return NULL;
}

static void check_line(struct world *w, const char *line)
{
    const char *why = broken(w, line);

    if (why != NULL) {
        (void)printf("WRONG: %s: %s\n", line, why);
        w->wrongs++;
    }
    replay_line(w, line);
}

static struct world replay(const char *guest,
                           void (*fn)(struct world *w, const char *line))
{
    struct world w = {.home = -1};
    char line[LINE];
    char path[512];
    FILE *f;

    world_path(guest, path, sizeof(path));
    f = fopen(path, "r");
    while (f != NULL && fgets(line, sizeof(line), f) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        fn(&w, line);
    }
    if (f != NULL) {
        (void)fclose(f);
    }
    return w;
}

static struct guest at(const struct toy *t)
{
    return replay(t->guest, replay_line).at[t->host];
}

static void happen(const struct toy *t, const char *verb)
{
    char line[LINE];
    char path[512];
    int len = snprintf(line, sizeof(line), "%d %s\n", t->host, verb);
    int fd;

    world_path(t->guest, path, sizeof(path));
    fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0 || write(fd, line, (size_t)len) != len) {
        abort();
    }
    (void)close(fd);
}

bool toy_check(const char *guest)
{
    struct world w = replay(guest, check_line);

    for (int i = 0; i < 2; i++) {
        (void)printf("%d=%s%s%s%s ", i,
                     !w.at[i].exists ? "none"
                     : w.at[i].runs  ? "runs"
                                     : "stopped",
                     w.at[i].away ? ",away" : "",
                     w.at[i].incoming ? ",incoming" : "",
                     w.at[i].slow ? ",slow" : "");
    }
    (void)printf("\n");
    return w.wrongs == 0;
}

/* --- at the source
 * ------------------------------------------------------------*/

/* Is this act one of those that are to fail? */
static enum xls_rc perhaps(const struct toy *t, const char *act,
                           struct xls_why *why)
{
    const char *fail = getenv("TOY_FAIL");
    char word[LINE];

    (void)snprintf(word, sizeof(word), "%s%d", act, t->host);
    return fail == NULL || strstr(fail, word) == NULL
               ? XLS_OK
               : xls_why_set(why, XLS_HOST_XEN, "the toy does not %s", act);
}

/* Guests of different names have different uuids, by the digits in them. */
static enum xls_rc describe(void *ctx, char **json, struct xls_offer *offer,
                            struct xls_why *why)
{
    const struct toy *t = ctx;
    const char *digits = t->guest + strcspn(t->guest, "0123456789");

    (void)why;
    offer->xen_major = 4;
    offer->xen_minor = 17;
    (void)snprintf(offer->xen, sizeof(offer->xen), "toy");
    return asprintf(json,
                    "{\"c_info\":{\"type\":\"pvh\",\"name\":\"%s\","
                    "\"uuid\":\"6d616465-0000-4000-8000-%012ld\"},"
                    "\"b_info\":{\"max_vcpus\":1,\"max_memkb\":%d,"
                    "\"target_memkb\":%d,\"type.pvh\":{}}}",
                    t->guest, 1 + strtol(digits, NULL, 10), PAGES * 4,
                    PAGES * 4) < 0
               ? XLS_HOST_NOMEM
               : XLS_OK;
}

struct flow {
    const struct toy *toy;
    int fd;
    size_t octets;
    bool stopped;
};

static void wait_for_go(void)
{
    const char *top = getenv("TOY_TOP");
    char path[512];

    (void)snprintf(path, sizeof(path), "%s/go", top == NULL ? "." : top);
    while (getenv("TOY_WAIT") != NULL && access(path, F_OK) != 0) {
        (void)usleep(WAIT_US);
    }
}

static enum xls_rc put(void *ctx, const void *p, size_t len)
{
    struct flow *f = ctx;

    f->octets += len;
    if (!f->stopped && f->octets > (size_t)PAGES * PAGE / 2) {
        f->stopped = true;
        wait_for_go();
        happen(f->toy, "stop");
    }
    return xls_fd_write(f->fd, p, len);
}

static void stopped(const void *ctx)
{
    happen(ctx, "stop");
}

static enum xls_rc save(void *ctx, int fd, struct xls_why *why)
{
    struct flow f = {.toy = ctx, .fd = fd};
    enum xls_rc rc = perhaps(ctx, "save", why);

    if (rc != XLS_OK) {
        happen(ctx, "stop");
        return rc;
    }
    if (toy_hangs("up")) {
        return xls_why_set(why, XLS_HOST_XEN, "the toy hung");
    }
    if (getenv("TOY_HANG") != NULL) {
        stopped(ctx);
        (void)toy_hangs("down");
        return xls_why_set(why, XLS_HOST_XEN, "the toy hung");
    }
    rc = getenv("TOY_BUSY") != NULL ? toy_busy_save(fd, stopped, ctx)
                                    : xls_made_stream(PAGES, put, &f);
    return rc == XLS_OK
               ? rc
               : xls_why_set(why, XLS_HOST_XEN, "the toy could not write");
}

static void stop(void *ctx, bool force)
{
    (void)ctx;
    (void)fprintf(stderr, "toy: stop%s\n", force ? ", by force" : "");
    toy_hang_end(force);
}

static enum xls_rc slow(void *ctx, unsigned percent, struct xls_why *why)
{
    char verb[16];
    enum xls_rc rc = perhaps(ctx, "slow", why);

    (void)fprintf(stderr, "toy: slow %u\n", percent);
    if (rc == XLS_OK) {
        (void)snprintf(verb, sizeof(verb), "slow %u", percent);
        happen(ctx, verb);
        toy_busy_hold(percent);
    }
    return rc;
}

static enum xls_rc is_down(void *ctx, bool *down, struct xls_why *why)
{
    struct guest g = at(ctx);

    (void)why;
    *down = g.exists && !g.runs;
    return XLS_OK;
}

static enum xls_rc resume(void *ctx, struct xls_why *why)
{
    enum xls_rc rc = perhaps(ctx, "resume", why);

    if (rc == XLS_OK && at(ctx).slow) {
        happen(ctx, "full");
    }
    if (rc == XLS_OK && at(ctx).exists && !at(ctx).runs) {
        happen(ctx, "run");
    }
    return rc;
}

static enum xls_rc rename_guest(void *ctx, bool away, struct xls_why *why)
{
    struct guest g = at(ctx);
    enum xls_rc rc = perhaps(ctx, away ? "away" : "back", why);

    if (rc == XLS_OK && g.exists && g.away != away) {
        happen(ctx, away ? "away" : "back");
    }
    return rc;
}

static enum xls_rc destroy_source(void *ctx, struct xls_why *why)
{
    struct guest g = at(ctx);
    enum xls_rc rc = perhaps(ctx, "destroy", why);

    if (rc == XLS_OK && g.exists && g.away && !g.runs) {
        happen(ctx, "destroy");
    }
    return rc;
}

struct xls_source_ops toy_source_ops(struct toy *toy)
{
    return (struct xls_source_ops){.ctx = toy,
                                   .describe = describe,
                                   .save = save,
                                   .stop = stop,
                                   .slow = slow,
                                   .is_down = is_down,
                                   .resume = resume,
                                   .rename = rename_guest,
                                   .destroy = destroy_source};
}

/* --- at the destination
 * -------------------------------------------------------*/

static enum xls_rc admit(void *ctx, const struct xls_incoming *guest,
                         struct xls_admit *out, const char **rule,
                         struct xls_why *why)
{
    struct toy *t = ctx;
    enum xls_rc rc = perhaps(t, "admit", why);

    (void)snprintf(t->guest, sizeof(t->guest), "%s", guest->facts->name);
    if (rc == XLS_OK && at(t).exists) {
        rc = xls_why_set(why, XLS_PEER_POLICY, "it is here already");
    }
    *rule = "toy";
    out->free_kib = guest->facts->max_memkb;
    out->xen_major = 4;
    out->xen_minor = 17;
    (void)snprintf(out->host, sizeof(out->host), "toy");
    return rc;
}

static enum xls_rc restore(void *ctx, const struct xls_incoming *guest, int fd,
                           struct xls_why *why)
{
    char buf[4096];
    ssize_t n;
    enum xls_rc rc;

    (void)guest;
    happen(ctx, "build");
    while ((n = read(fd, buf, sizeof(buf))) > 0) {
    }
    if (perhaps(ctx, "hurry", why) != XLS_OK) {
        (void)sleep(6);
        why->text[0] = '\0';
    }
    rc = n < 0 ? XLS_HOST_XEN : perhaps(ctx, "restore", why);
    if (rc == XLS_OK) {
        happen(ctx, "built");
    }
    return rc;
}

static enum xls_rc run(void *ctx, bool paused, struct xls_why *why)
{
    struct guest g = at(ctx);
    enum xls_rc rc = perhaps(ctx, "name", why);

    if (rc == XLS_OK && g.incoming) {
        happen(ctx, "name");
    }
    rc = rc == XLS_OK ? perhaps(ctx, "run", why) : rc;
    if (rc == XLS_OK && !g.runs && !paused) {
        happen(ctx, "run");
    }
    return rc;
}

static enum xls_rc destroy_destination(void *ctx, struct xls_why *why)
{
    enum xls_rc rc = perhaps(ctx, "destroy", why);

    if (rc == XLS_OK && at(ctx).exists) {
        happen(ctx, "destroy");
    }
    return rc;
}

static enum xls_rc find(void *ctx, const uint8_t uuid[16], const char *name,
                        enum xls_found *found, struct xls_why *why)
{
    struct toy *t = ctx;
    struct guest g;

    (void)uuid;
    (void)why;
    (void)snprintf(t->guest, sizeof(t->guest), "%s", name);
    g = at(t);
    *found = !g.exists    ? XLS_FOUND_NOTHING
             : g.incoming ? XLS_FOUND_INCOMING
             : g.runs     ? XLS_FOUND_STARTED
                          : XLS_FOUND_NAMED;
    return XLS_OK;
}

struct xls_destination_ops toy_destination_ops(struct toy *toy)
{
    return (struct xls_destination_ops){.ctx = toy,
                                        .admit = admit,
                                        .restore = restore,
                                        .run = run,
                                        .destroy = destroy_destination,
                                        .find = find};
}

/* --- after a crash
 * ------------------------------------------------------------*/

static enum xls_rc give_source(void *ctx, const struct xls_journal_facts *facts,
                               struct xls_source_ops *ops, struct xls_why *why)
{
    struct toy *t = ctx;

    (void)why;
    (void)snprintf(t->guest, sizeof(t->guest), "%s", facts->guest);
    *ops = toy_source_ops(t);
    return XLS_OK;
}

static void end_source(void *ctx, struct xls_source_ops *ops)
{
    (void)ctx;
    (void)ops;
}

static enum xls_rc give_destination(void *ctx, struct xls_destination_ops *ops,
                                    struct xls_why *why)
{
    (void)why;
    *ops = toy_destination_ops(ctx);
    return XLS_OK;
}

static void end_destination(void *ctx, struct xls_destination_ops *ops)
{
    (void)ctx;
    (void)ops;
}

struct xls_recover_ops toy_recover_ops(struct toy *toy)
{
    return (struct xls_recover_ops){.ctx = toy,
                                    .source = give_source,
                                    .source_end = end_source,
                                    .destination = give_destination,
                                    .destination_end = end_destination,
                                    .started = end_destination};
}
