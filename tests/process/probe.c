/* SPDX-License-Identifier: LGPL-2.1-only */
#include "probe.h"

#include <fcntl.h>
#include <unistd.h>

static const char *const names[DEEDS] = {
    [DEED_NONE] = "nothing",
    [DEED_DESCRIBE] = "describe",
    [DEED_SAVE] = "save",
    [DEED_SAVED] = "saved",
    [DEED_RESUME] = "resume",
    [DEED_AWAY] = "away",
    [DEED_BACK] = "back",
    [DEED_DESTROY_SOURCE] = "destroy-source",
    [DEED_ADMIT] = "admit",
    [DEED_RESTORE] = "restore",
    [DEED_RUN] = "run",
    [DEED_RUN_FAILED] = "run-failed",
    [DEED_DESTROY_DESTINATION] = "destroy-destination",
};

const char *deed_name(enum deed deed)
{
    return names[deed];
}

void diary_write(struct diary *diary, enum deed deed)
{
    unsigned at = atomic_fetch_add(&diary->count, 1);

    if (at < DIARY) {
        atomic_store(&diary->deed[at], (unsigned char)deed);
    }
}

bool diary_has(const struct diary *diary, enum deed deed)
{
    for (unsigned i = 0; i < DIARY; i++) {
        if (atomic_load(&diary->deed[i]) == (unsigned char)deed) {
            return true;
        }
    }
    return false;
}

static enum xls_rc describe(void *ctx, char **json, struct xls_offer *offer,
                            struct xls_why *why)
{
    struct probe *p = ctx;

    diary_write(p->diary, DEED_DESCRIBE);
    return p->source.describe(p->source.ctx, json, offer, why);
}

/* End the stream on fd, which stays open to its owner, and take our time. */
static void end_early(int fd, unsigned ms)
{
    int null = open("/dev/null", O_WRONLY | O_CLOEXEC);

    if (null >= 0) {
        (void)dup2(null, fd);
        (void)close(null);
        (void)usleep(ms * 1000);
    }
}

static enum xls_rc save(void *ctx, int fd, struct xls_why *why)
{
    struct probe *p = ctx;
    enum xls_rc rc;

    diary_write(p->diary, DEED_SAVE);
    rc = p->source.save(p->source.ctx, fd, why);
    if (p->late_ms > 0) {
        end_early(fd, p->late_ms);
    }
    diary_write(p->diary, DEED_SAVED); /* at the latest */
    return rc;
}

static enum xls_rc is_down(void *ctx, bool *down, struct xls_why *why)
{
    struct probe *p = ctx;

    return p->source.is_down(p->source.ctx, down, why);
}

static enum xls_rc resume(void *ctx, struct xls_why *why)
{
    struct probe *p = ctx;

    diary_write(p->diary, DEED_RESUME); /* at the earliest */
    return p->source.resume(p->source.ctx, why);
}

static enum xls_rc rename_guest(void *ctx, bool away, struct xls_why *why)
{
    struct probe *p = ctx;

    diary_write(p->diary, away ? DEED_AWAY : DEED_BACK);
    return p->source.rename(p->source.ctx, away, why);
}

static enum xls_rc destroy_source(void *ctx, struct xls_why *why)
{
    struct probe *p = ctx;

    diary_write(p->diary, DEED_DESTROY_SOURCE);
    return p->source.destroy(p->source.ctx, why);
}

struct xls_source_ops probe_source(struct probe *probe)
{
    probe->source = xls_standin_source_ops(&probe->standin);
    return (struct xls_source_ops){.ctx = probe,
                                   .describe = describe,
                                   .save = save,
                                   .is_down = is_down,
                                   .resume = resume,
                                   .rename = rename_guest,
                                   .destroy = destroy_source};
}

static enum xls_rc admit(void *ctx, const struct xls_incoming *guest,
                         struct xls_admit *out, const char **rule,
                         struct xls_why *why)
{
    struct probe *p = ctx;

    diary_write(p->diary, DEED_ADMIT);
    return p->destination.admit(p->destination.ctx, guest, out, rule, why);
}

static enum xls_rc restore(void *ctx, const struct xls_incoming *guest, int fd,
                           struct xls_why *why)
{
    struct probe *p = ctx;

    diary_write(p->diary, DEED_RESTORE);
    return p->destination.restore(p->destination.ctx, guest, fd, why);
}

static enum xls_rc run(void *ctx, bool paused, struct xls_why *why)
{
    struct probe *p = ctx;
    enum xls_rc rc;

    diary_write(p->diary, DEED_RUN); /* at the earliest */
    rc = p->destination.run(p->destination.ctx, paused, why);
    if (rc != XLS_OK) {
        diary_write(p->diary, DEED_RUN_FAILED);
    }
    return rc;
}

static enum xls_rc destroy_destination(void *ctx, struct xls_why *why)
{
    struct probe *p = ctx;
    enum xls_rc rc = p->destination.destroy(p->destination.ctx, why);

    diary_write(p->diary, DEED_DESTROY_DESTINATION); /* at the latest */
    return rc;
}

static enum xls_rc find(void *ctx, const uint8_t uuid[16], const char *name,
                        enum xls_found *found, struct xls_why *why)
{
    const struct probe *p = ctx;

    return p->destination.find(p->destination.ctx, uuid, name, found, why);
}

struct xls_destination_ops probe_destination(struct probe *probe)
{
    probe->destination = xls_standin_destination_ops(&probe->standin);
    return (struct xls_destination_ops){.ctx = probe,
                                        .admit = admit,
                                        .restore = restore,
                                        .run = run,
                                        .destroy = destroy_destination,
                                        .find = find};
}
