/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * t-host-world: two hosts, both of them directories of this one, and a guest
 * with a vTPM and two files that goes from the one to the other.
 */
#ifndef XLS_TEST_HOST_WORLD_H
#define XLS_TEST_HOST_WORLD_H

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/conf.h"
#include "host/fd.h"
#include "host/pack.h"
#include "host/place.h"
#include "t.h"

#define UNUSED __attribute__((unused))

static const uint8_t uuid[16] = {0x6d, 0x61, 0x64, 0x65, 0, 0, 0x40, 0,
                                 0x80, 0,    0,    0,    0, 0, 0,    1};
static uint8_t migration[16] = {0xab, 1, 2, 3};

#define UUID "6d616465-0000-4000-8000-000000000001"
/* of "permanent" */
#define SUM "0dd1b6d5c52eec73e28b235214478c1da599a278f8d7a3216b3ce36db39f29d4"
#define ID  "ab010203000000000000000000000000"

static char top[32];
static struct xls_conf conf[2]; /* source, destination */
static struct xls_why why;

/* --- a world of two hosts ------------------------------------------------ */

UNUSED __attribute__((format(printf, 1, 2))) static void run(const char *format,
                                                             ...)
{
    char command[1024];
    va_list args;

    va_start(args, format);
    (void)vsnprintf(command, sizeof(command), format, args);
    va_end(args);
    ck_assert_msg(system(command) == 0, "%s", command);
}

UNUSED static const char *at(unsigned host, const char *name)
{
    static char path[4][256];
    static unsigned next;
    char *out = path[next++ % 4];

    (void)snprintf(out, sizeof(path[0]), "%s/%u/%s", top, host, name);
    return out;
}

UNUSED static void put(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

    ck_assert_msg(fd >= 0 && fchmod(fd, 0600) == 0, "%s", path);
    T(xls_fd_write(fd, text, strlen(text)) == XLS_OK);
    xls_fd_close(&fd);
}

UNUSED static char *get(const char *path)
{
    static char *text;
    size_t len;
    int fd = open(path, O_RDONLY | O_CLOEXEC);

    free(text);
    text = NULL;
    ck_assert_msg(fd >= 0, "%s", path);
    T(xls_fd_slurp(fd, 65536, &text, &len) == XLS_OK);
    xls_fd_close(&fd);
    return text;
}

UNUSED static bool there(const char *path)
{
    struct stat st;

    return lstat(path, &st) == 0;
}

/* Names in a directory, but for "." and "..". */
UNUSED static unsigned count(const char *path)
{
    DIR *dir = opendir(path);
    unsigned n = 0;

    T(dir != NULL);
    while (readdir(dir) != NULL) {
        n++;
    }
    (void)closedir(dir);
    return n - 2;
}

#define GUEST                                                                  \
    "[guest]\nname = web1\nfile = /nvram/web1.fd\nfile = /nvram/empty\n"       \
    "[vtpm]\nstate = /vtpm/web1\n"

UNUSED static void begin(void)
{
    strcpy(top, "/tmp/xlsec-companions-XXXXXX");
    T(mkdtemp(top) != NULL);
    why.text[0] = '\0';
    for (unsigned h = 0; h < 2; h++) {
        conf[h] = (struct xls_conf){.owner = ""};
        (void)snprintf(conf[h].dir, sizeof(conf[h].dir), "%s/%u", top, h);
        (void)snprintf(conf[h].state, sizeof(conf[h].state), "%s/%u/state", top,
                       h);
        (void)snprintf(conf[h].under, sizeof(conf[h].under), "%s/%u/root", top,
                       h);
        run("umask 022; mkdir -p %s/guests.d", conf[h].dir);
        run("umask 022; mkdir -p %s/vtpm %s/nvram", conf[h].under,
            conf[h].under);
    }
    T(mkdir(at(0, "root/vtpm/web1"), 0700) == 0);
    put(at(0, "root/vtpm/web1/tpm2-00.permall"), "permanent");
    put(at(0, "root/vtpm/web1/tpm2-00.volatilestate"), "volatile");
    put(at(0, "root/nvram/web1.fd"), "nvram");
    put(at(0, "root/nvram/empty"), "");
    put(at(0, "guests.d/web1.conf"), GUEST);
}

UNUSED static void end(void)
{
    run("rm -rf %s", top);
}

UNUSED static struct xls_pack *pack_of(unsigned host)
{
    const struct xls_pack_setup setup = {&conf[host], "web1", uuid};
    struct xls_pack *pack = NULL;

    ck_assert_msg(xls_pack_open(&setup, &pack, &why) == XLS_OK, "%s", why.text);
    return pack;
}

UNUSED static enum xls_rc place_new(unsigned host,
                                    const struct xls_companions *list,
                                    struct xls_place **place, const char **rule)
{
    const struct xls_place_setup setup = {.conf = &conf[host],
                                          .list = list,
                                          .guest = "web1",
                                          .peer = "xen1",
                                          .uuid = uuid,
                                          .migration = migration};

    why.text[0] = '\0';
    return xls_place_new(&setup, place, rule, &why);
}

UNUSED static struct xls_place *place_of(unsigned host,
                                         const struct xls_companions *list)
{
    struct xls_place *place = NULL;
    const char *rule = NULL;

    ck_assert_msg(place_new(host, list, &place, &rule) == XLS_OK, "%s",
                  why.text);
    return place;
}

/* Everything of the source is there under its own name. */
UNUSED static void source_is_whole(void)
{
    ck_assert_str_eq(get(at(0, "root/vtpm/web1/tpm2-00.permall")), "permanent");
    ck_assert_str_eq(get(at(0, "root/vtpm/web1/tpm2-00.volatilestate")),
                     "volatile");
    ck_assert_str_eq(get(at(0, "root/nvram/web1.fd")), "nvram");
    ck_assert_str_eq(get(at(0, "root/nvram/empty")), "");
    T(count(at(0, "root/vtpm")) == 1 && count(at(0, "root/nvram")) == 2);
}

UNUSED static void destination_is_empty(void)
{
    T(count(at(1, "root/vtpm")) == 0 && count(at(1, "root/nvram")) == 0);
}

UNUSED static void destination_is_whole(void)
{
    ck_assert_str_eq(get(at(1, "root/vtpm/web1/tpm2-00.permall")), "permanent");
    ck_assert_str_eq(get(at(1, "root/vtpm/web1/tpm2-00.volatilestate")),
                     "volatile");
    ck_assert_str_eq(get(at(1, "root/nvram/web1.fd")), "nvram");
    ck_assert_str_eq(get(at(1, "root/nvram/empty")), "");
    T(count(at(1, "root/vtpm")) == 1 && count(at(1, "root/nvram")) == 2);
    T(count(at(1, "root/vtpm/web1")) == 3);
}

/* --- the whole way ------------------------------------------------------- */

/* One move, as far as it goes; the caller ends the rest. */
struct move {
    struct xls_pack *pack;
    struct xls_place *place;
    const uint8_t *octets;
    size_t len;
};

UNUSED static struct move staged(unsigned from, unsigned to)
{
    struct move m = {.pack = pack_of(from)};

    m.place = place_of(to, xls_pack_list(m.pack));
    ck_assert_msg(xls_pack_read(m.pack, &m.octets, &m.len, &why) == XLS_OK,
                  "%s", why.text);
    ck_assert_msg(xls_place_stage(m.place, m.octets, m.len, &why) == XLS_OK,
                  "%s", why.text);
    return m;
}

UNUSED static void free_both(struct move *m)
{
    xls_pack_free(m->pack);
    xls_place_free(m->place);
}

UNUSED static void whole_move(unsigned from, unsigned to)
{
    struct move m = staged(from, to);

    T(xls_pack_commit(m.pack, migration, "xen2", &why) == XLS_OK);
    T(xls_place_settle(m.place, &why) == XLS_OK);
    T(xls_place_done(m.place, &why) == XLS_OK);
    T(xls_place_undo(m.place, &why) == XLS_OK); /* does nothing any more */
    ck_assert_msg(xls_pack_delete(m.pack, &why) == XLS_OK, "%s", why.text);
    free_both(&m);
}

#endif
