/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * t-host-companions: files that leave a host and come to another, both of them
 * directories of this one; every refusal by its words, and what is left after
 * each step.  Real vTPMs are in tests/companions.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "crypto/start.h"
#include "host/audit.h"
#include "host/fd.h"
#include "host/guests.h"
#include "host/pack.h"
#include "host/place.h"
#include "host/shred.h"
#include "proto/archive.h"
#include "t-host-world.h"

static void refused(unsigned host, const char *words)
{
    const struct xls_pack_setup setup = {&conf[host], "web1", uuid};
    struct xls_pack *pack = NULL;
    enum xls_rc rc;

    why.text[0] = '\0';
    rc = xls_pack_open(&setup, &pack, &why);
    T(rc == XLS_HOST_CONF || rc == XLS_HOST_IO);
    T(pack == NULL);
    ck_assert_msg(strstr(why.text, words) != NULL, "%s\nis not: %s", why.text,
                  words);
}

static void not_admitted(const struct xls_companions *list, const char *rule,
                         const char *words)
{
    struct xls_place *place = NULL;
    const char *got = NULL;

    T(place_new(1, list, &place, &got) != XLS_OK && place == NULL);
    ck_assert_str_eq(got, rule);
    ck_assert_msg(strstr(why.text, words) != NULL, "%s\nis not: %s", why.text,
                  words);
}

/* --- the whole way ------------------------------------------------------- */

/* [P-81], [P-83] */
START_TEST(everything_moves)
{
    struct stat st;

    begin();
    whole_move(0, 1);
    destination_is_whole();
    T(count(at(0, "root/vtpm")) == 0 && count(at(0, "root/nvram")) == 0);
    T(stat(at(1, "root/vtpm/web1"), &st) == 0 && (st.st_mode & 07777) == 0700);
    T(stat(at(1, "root/nvram/web1.fd"), &st) == 0);
    T((st.st_mode & 07777) == 0600);
    T(stat(at(1, "root/vtpm/web1/tpm2-00.permall"), &st) == 0);
    T((st.st_mode & 07777) == 0600);
    end();
}
END_TEST

/* [P-83] a line for each file, at both hosts */
START_TEST(receipts_are_kept)
{
    const char *log;
    unsigned lines = 0;

    begin();
    whole_move(0, 1);
    log = get(at(0, "state/audit.log"));
    for (const char *c = log; *c != '\0'; c++) {
        lines += *c == '\n' ? 1 : 0;
    }
    T(lines == 4);
    T(strstr(log, "\"event\":\"companion-deleted\"") != NULL);
    T(strstr(log, "\"migration\":\"" ID "\",\"guest\":\"web1\",\"uuid\":\"" UUID
                  "\",\"peer\":\"xen2\",\"file\":\"") != NULL);
    T(strstr(log,
             "/0/root/vtpm/web1/tpm2-00.permall\",\"size\":9,\"sha256\":\"" SUM
             "\",\"generation\":1,\"done\":\"") != NULL);
    T(strstr(log, "unlinked, directory synced\"}\n") != NULL ||
      strstr(log, "file system), directory synced\"}\n") != NULL);
    log = get(at(1, "state/audit.log"));
    T(strstr(log, "\"event\":\"companion-placed\"") != NULL);
    T(strstr(log, "/1/root/nvram/empty\",\"size\":0") != NULL);
    end();
}
END_TEST

/* A guest of which nothing is said has no companions, and no directory of state
 * is made. */
START_TEST(a_guest_without_companions)
{
    struct move m;

    begin();
    put(at(0, "guests.d/web1.conf"), "[guest]\nname = other\n");
    m = staged(0, 1);
    T(xls_pack_list(m.pack)->count == 0 && m.len == 20);
    T(xls_pack_commit(m.pack, migration, "xen2", &why) == XLS_OK);
    T(xls_place_settle(m.place, &why) == XLS_OK);
    T(xls_place_done(m.place, &why) == XLS_OK);
    T(xls_pack_delete(m.pack, &why) == XLS_OK);
    free_both(&m);
    T(!there(conf[0].state) && !there(conf[1].state));
    source_is_whole();
    end();
}
END_TEST

/* --- every way back ------------------------------------------------------ */

/* [P-82], [P-83] after each step in turn: the source's are in place, and
 * nothing is at the destination. */
START_TEST(an_abort_leaves_all_as_it_was)
{
    for (unsigned step = 0; step < 5; step++) {
        struct move m = {NULL, NULL, NULL, 0};

        begin();
        m.pack = pack_of(0);
        m.place = place_of(1, xls_pack_list(m.pack));
        if (step >= 1) {
            T(xls_pack_read(m.pack, &m.octets, &m.len, &why) == XLS_OK);
        }
        if (step >= 2) {
            T(xls_place_stage(m.place, m.octets, m.len, &why) == XLS_OK);
            T(count(at(1, "root/vtpm")) == 1); /* by no name of its own */
            T(!there(at(1, "root/vtpm/web1")));
            T(!there(at(1, "root/nvram/web1.fd")));
        }
        if (step >= 3) {
            T(xls_pack_commit(m.pack, migration, "xen2", &why) == XLS_OK);
            T(!there(at(0, "root/vtpm/web1")));
            T(there(at(0, "root/vtpm/web1--migratedaway")));
            T(!there(at(0, "root/nvram/web1.fd")));
        }
        if (step >= 4) {
            T(xls_place_settle(m.place, &why) == XLS_OK);
            destination_is_whole();
        }
        T(xls_place_undo(m.place, &why) == XLS_OK);
        T(xls_pack_put_back(m.pack, &why) == XLS_OK);
        free_both(&m);
        source_is_whole();
        destination_is_empty();
        T(why.text[0] == '\0');
        whole_move(0, 1); /* and it may go again */
        destination_is_whole();
        end();
    }
}
END_TEST

/* Something has come to the place meanwhile: nothing of it is touched, and what
 * was settled before it goes again. */
START_TEST(nothing_is_replaced)
{
    struct move m;

    begin();
    m = staged(0, 1);
    put(at(1, "root/vtpm/web1"), "not ours"); /* the last in order */
    T(xls_place_settle(m.place, &why) == XLS_HOST_IO);
    T(there(at(1, "root/nvram/web1.fd")));
    T(xls_place_undo(m.place, &why) == XLS_OK);
    ck_assert_str_eq(get(at(1, "root/vtpm/web1")), "not ours");
    T(count(at(1, "root/vtpm")) == 1 && count(at(1, "root/nvram")) == 0);
    T(xls_pack_put_back(m.pack, &why) == XLS_OK);
    free_both(&m);
    source_is_whole();
    T(unlink(at(1, "root/vtpm/web1")) == 0);
    why.text[0] = '\0';
    m = staged(0, 1);
    put(at(1, "root/nvram/web1.fd"), "not ours"); /* a file for a file */
    T(xls_place_settle(m.place, &why) == XLS_HOST_IO);
    T(xls_place_undo(m.place, &why) == XLS_OK);
    ck_assert_str_eq(get(at(1, "root/nvram/web1.fd")), "not ours");
    T(count(at(1, "root/vtpm")) == 0 && count(at(1, "root/nvram")) == 1);
    T(unlink(at(1, "root/nvram/web1.fd")) == 0);
    T(xls_pack_put_back(m.pack, &why) == XLS_OK);
    free_both(&m);
    why.text[0] = '\0';
    whole_move(0, 1); /* the generation does not count as had */
    end();
}
END_TEST

/* The same at the source: a name that somebody took is not replaced. */
START_TEST(nothing_is_replaced_at_the_source)
{
    struct move m;

    begin();
    m = staged(0, 1);
    put(at(0, "root/vtpm/web1--migratedaway"), "not ours");
    T(xls_pack_commit(m.pack, migration, "xen2", &why) == XLS_HOST_IO);
    T(xls_pack_put_back(m.pack, &why) == XLS_OK);
    T(xls_place_undo(m.place, &why) == XLS_OK);
    free_both(&m);
    ck_assert_str_eq(get(at(0, "root/vtpm/web1--migratedaway")), "not ours");
    T(unlink(at(0, "root/vtpm/web1--migratedaway")) == 0);
    source_is_whole();
    end();
}
END_TEST

/* What a process left that was killed in the middle goes when the next guest
 * comes to that directory; what a living one is writing stays. */
START_TEST(leftovers_are_wiped)
{
    struct move m;
    struct move other;
    pid_t pid;
    int status;

    begin();
    pid = fork();
    if (pid == 0) {
        (void)staged(0, 1);
        _exit(0);
    }
    T(waitpid(pid, &status, 0) == pid && status == 0);
    T(count(at(1, "root/vtpm")) == 1 && count(at(1, "root/nvram")) == 2);

    put(at(0, "guests.d/web1.conf"), "[guest]\nname = web1\nfile = "
                                     "/nvram/web1.fd\n");
    m = staged(0, 1);
    T(count(at(1, "root/vtpm")) == 1); /* nothing came there yet */
    T(count(at(1, "root/nvram")) == 1);
    put(at(0, "guests.d/web1.conf"), GUEST);
    /* of another migration, in the same directories */
    migration[0] ^= 0xff;
    other = staged(0, 1);
    migration[0] ^= 0xff;
    T(count(at(1, "root/vtpm")) == 1);
    T(count(at(1, "root/nvram")) == 3);
    T(xls_place_settle(m.place, &why) == XLS_OK);
    ck_assert_str_eq(get(at(1, "root/nvram/web1.fd")), "nvram");
    T(xls_place_undo(m.place, &why) == XLS_OK);
    T(xls_place_undo(other.place, &why) == XLS_OK);
    free_both(&m);
    free_both(&other);
    destination_is_empty();
    end();
}
END_TEST

/* --- generations --------------------------------------------------------- */

static const char *generation_of(unsigned host)
{
    return strchr(get(at(host, "state/vtpm/" UUID ".generation")), '\n') + 1;
}

/* [P-84] */
START_TEST(each_move_counts)
{
    begin();
    put(at(1, "guests.d/web1.conf"), GUEST);
    whole_move(0, 1);
    ck_assert_str_eq(generation_of(0), "guest " UUID "\ngeneration 1\n");
    ck_assert_str_eq(generation_of(1), "guest " UUID "\ngeneration 1\n");
    whole_move(1, 0);
    ck_assert_str_eq(generation_of(0), "guest " UUID "\ngeneration 2\n");
    ck_assert_str_eq(generation_of(1), "guest " UUID "\ngeneration 2\n");
    T(strstr(get(at(0, "root/vtpm/web1/xlsec.generation")),
             "guest " UUID "\ngeneration 2\n") != NULL);
    whole_move(0, 1);
    ck_assert_str_eq(generation_of(1), "guest " UUID "\ngeneration 3\n");
    end();
}
END_TEST

/* [P-84] copies from a backup, at every host that they could go to */
START_TEST(an_old_copy_is_refused)
{
    struct xls_companions list = {.count = 0};
    struct xls_pack *pack;

    begin();
    put(at(1, "guests.d/web1.conf"), GUEST);
    run("cp -a %s %s", at(0, "root"), at(0, "backup"));
    whole_move(0, 1);
    /* put back where it was given away */
    run("rm -r %s && mv %s/0/backup %s/0/root", at(0, "root"), top, top);
    refused(0, "is an old copy of the vTPM, of generation 0: this host had, or "
               "gave away, generation 1");
    /* at a host that never saw it: refused by the one that has the real one */
    run("rm -r %s", at(0, "state"));
    pack = pack_of(0);
    list = *xls_pack_list(pack);
    xls_pack_free(pack);
    run("rm -r %s/web1 %s/*", at(1, "root/vtpm"), at(1, "root/nvram"));
    not_admitted(&list, "companion-generation",
                 "is an old copy of the guest's vTPM: it would be generation "
                 "1, and this host has had generation 1");
    list.list[2].generation = 2;
    xls_place_free(place_of(1, &list));
    end();
}
END_TEST

/* A mark that is missing counts as nothing, so it is refused, too. */
START_TEST(a_mark_that_is_gone_or_wrong)
{
    begin();
    put(at(1, "guests.d/web1.conf"), GUEST);
    whole_move(0, 1);
    T(rename(at(1, "root/vtpm/web1/xlsec.generation"), at(1, "mark")) == 0);
    refused(1, "is an old copy");
    put(at(1, "root/vtpm/web1/xlsec.generation"),
        "guest 00000000-0000-0000-0000-000000000000\ngeneration 1\n");
    refused(1, "is the vTPM of the guest with the uuid 00000000-0000-0000-0000-"
               "000000000000, and not of this one (" UUID ")");
    put(at(1, "root/vtpm/web1/xlsec.generation"), "generation 9\n");
    refused(1, "/root/vtpm/web1/xlsec.generation: is not what xlsec wrote");
    T(chmod(at(1, "mark"), 0620) == 0);
    T(rename(at(1, "mark"), at(1, "root/vtpm/web1/xlsec.generation")) == 0);
    refused(1, "or does not belong to root alone");
    T(chmod(at(1, "root/vtpm/web1/xlsec.generation"), 0600) == 0);
    whole_move(1, 0);
    end();
}
END_TEST

START_TEST(a_move_that_is_open)
{
    struct move m;

    begin();
    m = staged(0, 1);
    T(xls_pack_commit(m.pack, migration, "xen2", &why) == XLS_OK);
    free_both(&m); /* nobody knows what became of it */
    ck_assert_str_eq(generation_of(0),
                     "guest " UUID "\nopen-move " ID "\nopen-to xen2\n");
    refused(0, "--migratedaway: is there, from a migration that was in doubt");
    run("cd %s && for f in nvram/*--migratedaway vtpm/*--migratedaway; do mv "
        "$f ${f%%%%--migratedaway}; done",
        at(0, "root"));
    refused(0, "may have moved to xen2 (migration " ID "): look there");
    end();
}
END_TEST

START_TEST(files_of_generations_are_judged)
{
    static const char *const bad[] = {
        "",
        "generation 1\n",
        "guest " UUID "\ngeneration 0\n",
        "guest " UUID "\ngeneration 01\n",
        "guest " UUID "\ngeneration -1\n",
        "guest " UUID "\ngeneration 1",
        "guest " UUID "\ngeneration 1\ngeneration 2\n",
        "guest " UUID "\ngeneration 18446744073709551616\n",
        "guest " UUID "\ngeneration 1x\n",
        "guest " UUID "\ngeneration\n",
        "guest " UUID "\nguest " UUID "\n",
        "guest " UUID "\nother 1\n",
        "guest " UUID "\nopen-move " ID "\n",
        "guest " UUID "\nopen-to xen2\n",
        "guest " UUID "\nopen-move " ID "0\nopen-to xen2\n",
        "guest " UUID "\nopen-move x\nopen-to xen2\n",
        "guest " UUID "\nopen-move " ID "\nopen-to /xen2\n",
        "guest " UUID "0\n",
        "guest 00000000-0000-4000-8000-000000000001\ngeneration 1\n",
    };
    struct xls_generation g = {.highest = 3};
    struct xls_generation back;
    const char *name = "state/vtpm/" UUID ".generation";

    begin();
    T(xls_generation_read(conf[0].state, uuid, &back, &why) == XLS_OK);
    T(back.highest == 0 && !back.open);
    T(xls_generation_write(conf[0].state, uuid, &g, &why) == XLS_OK);
    T(xls_generation_read(conf[0].state, uuid, &back, &why) == XLS_OK);
    T(back.highest == 3 && !back.open);
    for (size_t i = 0; i < T_COUNT(bad); i++) {
        put(at(0, name), bad[i]);
        back.highest = 7;
        ck_assert_msg(xls_generation_read(conf[0].state, uuid, &back, &why) ==
                          XLS_HOST_CONF,
                      "%s", bad[i]);
        T(back.highest == 0);
    }
    put(at(0, name), "guest " UUID "\ngeneration 18446744073709551615\n");
    T(xls_generation_read(conf[0].state, uuid, &back, &why) == XLS_OK);
    T(back.highest == UINT64_MAX);
    put(at(0, name), "guest " UUID "\n");
    T(xls_generation_read(conf[0].state, uuid, &back, &why) == XLS_OK);
    T(back.highest == 0);
    T(rename(at(0, name), at(0, "elsewhere")) == 0);
    T(symlink(at(0, "elsewhere"), at(0, name)) == 0);
    T(xls_generation_read(conf[0].state, uuid, &back, &why) == XLS_HOST_CONF);
    end();
}
END_TEST

/* --- what cannot move ---------------------------------------------------- */

START_TEST(what_cannot_move_is_refused)
{
    begin();
    T(symlink("/etc/passwd", at(0, "root/vtpm/web1/passwd")) == 0);
    refused(0, "/root/vtpm/web1/passwd: only plain files that have one name");
    T(unlink(at(0, "root/vtpm/web1/passwd")) == 0);
    T(mkdir(at(0, "root/vtpm/web1/more"), 0700) == 0);
    refused(0, "/root/vtpm/web1/more: only plain files");
    T(rmdir(at(0, "root/vtpm/web1/more")) == 0);
    T(link(at(0, "root/vtpm/web1/tpm2-00.permall"), at(0, "hard")) == 0);
    refused(0, "tpm2-00.permall: only plain files that have one name");
    T(unlink(at(0, "hard")) == 0);
    put(at(0, "root/vtpm/web1/a b"), "");
    refused(0, "/root/vtpm/web1/a b: only plain files");
    T(unlink(at(0, "root/vtpm/web1/a b")) == 0);
    run("truncate -s 4194304 %s", at(0, "root/vtpm/web1/tpm2-00.permall"));
    refused(0, "/root/vtpm/web1: is larger than 4 MiB");
    put(at(0, "root/vtpm/web1/tpm2-00.permall"), "permanent");
    T(mkfifo(at(0, "root/vtpm/web1/pipe"), 0600) == 0); /* left alone */
    xls_pack_free(pack_of(0));
    run("rm %s/tpm2-*", at(0, "root/vtpm/web1"));
    refused(0, "/root/vtpm/web1: has 0 files");
    run("rm -r %s", at(0, "root/vtpm/web1"));
    refused(0, "is no directory that can be opened: No such file");
    T(symlink("nvram", at(0, "root/vtpm/web1")) == 0);
    refused(0, "is no directory that can be opened");
    end();
}
END_TEST

START_TEST(files_that_cannot_move_are_refused)
{
    begin();
    T(rename(at(0, "root/nvram/empty"), at(0, "away")) == 0);
    refused(0, "/root/nvram/empty: is not a plain file that has one name");
    T(symlink("web1.fd", at(0, "root/nvram/empty")) == 0);
    refused(0, "/root/nvram/empty: is not a plain file");
    T(unlink(at(0, "root/nvram/empty")) == 0);
    T(link(at(0, "root/nvram/web1.fd"), at(0, "root/nvram/empty")) == 0);
    refused(0, "/root/nvram/empty: is not a plain file");
    T(unlink(at(0, "root/nvram/empty")) == 0);
    T(mkfifo(at(0, "root/nvram/empty"), 0600) == 0);
    refused(0, "/root/nvram/empty: is not a plain file");
    T(unlink(at(0, "root/nvram/empty")) == 0);
    run("truncate -s 4194305 %s", at(0, "root/nvram/empty"));
    refused(0, "/root/nvram/empty: is larger than 4 MiB");
    run("rm -r %s", at(0, "root/nvram"));
    refused(0, "/root/nvram/empty: cannot be reached: No such file");
    end();
}
END_TEST

/* 4 MiB four times, and then one octet in a fifth. */
START_TEST(all_together_have_a_limit)
{
    char text[512] = "[guest]\nname = web1\n";

    begin();
    for (unsigned i = 0; i < 4; i++) {
        char line[64];

        run("truncate -s 4194304 %s/f%u", at(0, "root/nvram"), i);
        (void)snprintf(line, sizeof(line), "file = /nvram/f%u\n", i);
        strcat(text, line);
    }
    put(at(0, "guests.d/web1.conf"), text);
    xls_pack_free(pack_of(0));
    strcat(text, "file = /nvram/web1.fd\n");
    put(at(0, "guests.d/web1.conf"), text);
    refused(0, "all that it names is more than 16 MiB");
    end();
}
END_TEST

/* Between the offer and the suspension the guest's files can change. */
START_TEST(what_changed_meanwhile)
{
    const uint8_t *octets = NULL;
    size_t len = 0;
    struct xls_pack *pack;

    begin();
    pack = pack_of(0);
    put(at(0, "root/nvram/empty"), "it has grown a little");
    T(xls_pack_read(pack, &octets, &len, &why) == XLS_OK);
    T(xls_pack_read(pack, &octets, &len, &why) == XLS_BUG_CONTRACT);
    T(xls_pack_put_back(pack, &why) == XLS_OK);
    xls_pack_free(pack);

    pack = pack_of(0);
    run("truncate -s 400000 %s", at(0, "root/nvram/empty"));
    T(xls_pack_read(pack, &octets, &len, &why) == XLS_HOST_CONF);
    T(strstr(why.text, "/root/nvram/empty: is not as it was") != NULL);
    xls_pack_free(pack);
    put(at(0, "root/nvram/empty"), "");

    pack = pack_of(0);
    why.text[0] = '\0';
    T(symlink("/etc/passwd", at(0, "root/vtpm/web1/zz")) == 0);
    T(xls_pack_read(pack, &octets, &len, &why) == XLS_HOST_CONF);
    T(strstr(why.text, "/root/vtpm/web1/zz: is not as it was") != NULL);
    xls_pack_free(pack);
    end();
}
END_TEST

/* Who has swtpm's lock has the state. */
START_TEST(a_vtpm_that_is_used)
{
    struct flock all = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    char words[64];
    int pair[2];
    int status;
    pid_t pid;
    char c;

    begin();
    T(pipe(pair) == 0);
    put(at(0, "root/vtpm/web1/.lock"), "");
    pid = fork();
    if (pid == 0) {
        int fd = open(at(0, "root/vtpm/web1/.lock"), O_RDWR);

        _exit(fcntl(fd, F_SETLK, &all) == 0 && write(pair[1], "x", 1) == 1 &&
                      sleep(60) == 0
                  ? 0
                  : 1);
    }
    T(read(pair[0], &c, 1) == 1);
    (void)snprintf(words, sizeof(words),
                   "/root/vtpm/web1: the swtpm with the process id %d is using",
                   (int)pid);
    refused(0, words);
    T(kill(pid, SIGKILL) == 0 && waitpid(pid, &status, 0) == pid);
    put(at(0, "guests.d/web1.conf"), GUEST "socket = /nonexistent\n");
    refused(0, "no swtpm is using it, though ");
    end();
}
END_TEST

/* While a migration is under way no swtpm can begin with the state. */
START_TEST(the_lock_is_held)
{
    struct flock all = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    struct xls_pack *pack;
    int fd;

    begin();
    pack = pack_of(0);
    fd = open(at(0, "root/vtpm/web1/.lock"), O_RDWR | O_CLOEXEC);
    T(fcntl(fd, F_SETLK, &all) == -1 && (errno == EAGAIN || errno == EACCES));
    T(xls_pack_put_back(pack, &why) == XLS_OK);
    T(fcntl(fd, F_SETLK, &all) == 0);
    xls_fd_close(&fd);
    xls_pack_free(pack);
    end();
}
END_TEST

/* --- what may not come --------------------------------------------------- */

/* [P-73] as far as this host goes */
START_TEST(what_may_not_come_is_refused)
{
    struct xls_companions list;
    struct xls_pack *pack;

    begin();
    pack = pack_of(0);
    list = *xls_pack_list(pack);
    xls_pack_free(pack);
    put(at(1, "root/nvram/web1.fd"), "here");
    not_admitted(&list, "companion-there",
                 "/1/root/nvram/web1.fd: is there already");
    T(unlink(at(1, "root/nvram/web1.fd")) == 0);
    T(symlink("nowhere", at(1, "root/nvram/web1.fd")) == 0);
    not_admitted(&list, "companion-there", "is there already");
    T(unlink(at(1, "root/nvram/web1.fd")) == 0);
    T(chmod(at(1, "root/nvram"), 0775) == 0);
    not_admitted(&list, "companion-place",
                 "can be changed by others than root");
    T(chmod(at(1, "root/nvram"), 0757) == 0);
    not_admitted(&list, "companion-place", "by others than root");
    T(chmod(at(1, "root/nvram"), 0755) == 0);
    T(rmdir(at(1, "root/vtpm")) == 0);
    not_admitted(&list, "companion-place",
                 "/1/root/vtpm/web1: has no directory to come to: No such");
    T(mkdir(at(1, "root/vtpm"), 0755) == 0);
    strcpy(conf[1].owner, "no-such-user-here");
    not_admitted(&list, "companion-owner", "there is no user 'no-such-user-");
    conf[1].owner[0] = '\0';
    put(conf[1].state, "a file");
    not_admitted(&list, "companion-generation", "state/vtpm: cannot be read");
    T(unlink(conf[1].state) == 0);
    T(mkdir(conf[1].state, 0700) == 0);
    T(mkdir(at(1, "state/audit.log"), 0700) == 0);
    not_admitted(&list, "companion-audit", "audit.log: cannot be opened");
    T(rmdir(at(1, "state/audit.log")) == 0);
    xls_place_free(place_of(1, &list));
    destination_is_empty();
    end();
}
END_TEST

START_TEST(what_comes_has_its_owner)
{
    struct stat st;

    begin();
    strcpy(conf[1].owner, "nobody");
    if (geteuid() == 0) {
        whole_move(0, 1);
        T(stat(at(1, "root/vtpm/web1"), &st) == 0 && st.st_uid == 65534);
        T(stat(at(1, "root/vtpm/web1/tpm2-00.permall"), &st) == 0);
        T(st.st_uid == 65534);
        T(stat(at(1, "root/nvram/empty"), &st) == 0 && st.st_uid == 65534);
        T(stat(at(1, "root/vtpm/web1/xlsec.generation"), &st) == 0);
        T(st.st_uid == 0);
    }
    end();
}
END_TEST

/* An archive that is not the announced one leaves nothing. */
START_TEST(a_bad_archive_leaves_nothing)
{
    uint8_t copy[4096];
    struct xls_pack *pack;
    struct xls_place *place;
    const uint8_t *octets;
    size_t len;

    begin();
    pack = pack_of(0);
    place = place_of(1, xls_pack_list(pack));
    T(xls_pack_read(pack, &octets, &len, &why) == XLS_OK && len < 4096);
    memcpy(copy, octets, len);
    copy[len - 1] ^= 1;
    T(xls_place_stage(place, copy, len, &why) == XLS_PEER_AUTH);
    T(strstr(why.text, "not as they were announced, or damaged") != NULL);
    destination_is_empty();
    T(xls_place_stage(place, octets, len - 1, &why) == XLS_PEER_SHORT);
    destination_is_empty();
    T(xls_place_settle(place, &why) == XLS_HOST_IO);
    T(xls_place_stage(place, octets, len, &why) == XLS_OK);
    T(xls_place_stage(place, octets, len, &why) == XLS_BUG_CONTRACT);
    T(xls_place_undo(place, &why) == XLS_OK);
    destination_is_empty();
    xls_place_free(place);
    xls_pack_free(pack);
    end();
}
END_TEST

/* --- deleting ------------------------------------------------------------ */

START_TEST(a_file_is_overwritten)
{
    char text[16] = "";
    enum xls_shred done;
    int dir;
    int fd;

    begin();
    dir = open(at(0, "root/nvram"), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    fd = open(at(0, "root/nvram/web1.fd"), O_RDONLY | O_CLOEXEC);
    T(xls_shred_file(dir, "web1.fd", "p", &done, &why) == XLS_OK);
    T(!there(at(0, "root/nvram/web1.fd")));
    T(pread(fd, text, 5, 0) == 5);
    if (done == XLS_SHRED_OVERWRITTEN) {
        T(memcmp(text, "\0\0\0\0\0", 5) == 0);
        ck_assert_str_eq(xls_shred_text(done), "overwritten, unlinked");
    } else { /* on this file system it means nothing */
        T(done == XLS_SHRED_UNLINKED && strcmp(text, "nvram") == 0);
    }
    T(xls_shred_file(dir, "web1.fd", "p", &done, &why) == XLS_OK);
    T(done == XLS_SHRED_NOTHING);
    T(symlink("empty", at(0, "root/nvram/link")) == 0);
    T(xls_shred_file(dir, "link", "p", &done, &why) == XLS_HOST_IO);
    T(there(at(0, "root/nvram/link")) && there(at(0, "root/nvram/empty")));
    ck_assert_str_eq(why.text, "p: is not a regular file that can be "
                               "overwritten; remove it by hand");
    xls_fd_close(&fd);
    xls_fd_close(&dir);
    end();
}
END_TEST

START_TEST(what_stays_is_told)
{
    struct move m = {NULL, NULL, NULL, 0};

    begin();
    m = staged(0, 1);
    T(xls_pack_commit(m.pack, migration, "xen2", &why) == XLS_OK);
    T(mkdir(at(0, "root/vtpm/web1--migratedaway/new"), 0700) == 0);
    put(at(0, "root/vtpm/web1--migratedaway/late"), "of the state, too");
    T(xls_pack_delete(m.pack, &why) == XLS_HOST_IO);
    T(strstr(why.text, "/0/root/vtpm/web1: is not a regular file") != NULL);
    T(count(at(0, "root/vtpm/web1--migratedaway")) == 1);
    T(count(at(0, "root/nvram")) == 0); /* it went on after that */
    free_both(&m);
    end();
}
END_TEST

START_TEST(a_line_of_the_log_is_json)
{
    struct xls_audit line = {
        .event = "e",
        .guest = "a\"b\\c\n\xc3\xa4",
        .uuid = uuid,
        .migration = migration,
        .peer = "p",
        .file = "/f",
        .sum = (const uint8_t *)"0123456789abcdef0123456789abcdef",
        .size = 3,
        .done = "d"};
    char long_text[3000];
    const char *log;
    int fd;

    begin();
    T(xls_audit_open(conf[0].state, &fd, &why) == XLS_OK);
    T(xls_audit_add(fd, &line, &why) == XLS_OK);
    line.generation = 4;
    T(xls_audit_add(fd, &line, &why) == XLS_OK);
    memset(long_text, 'x', sizeof(long_text));
    long_text[sizeof(long_text) - 1] = '\0';
    line.done = long_text;
    T(xls_audit_add(fd, &line, &why) == XLS_HOST_IO);
    xls_fd_close(&fd);
    log = get(at(0, "state/audit.log"));
    T(strncmp(log, "{\"time\":\"20", 11) == 0 &&
      strncmp(log + 28, "Z\",", 3) == 0);
    ck_assert_str_eq(
        strstr(log, "\"event\"") + 0,
        strstr(log, "\"event\":\"e\",\"migration\":\"" ID
                    "\",\"guest\":\"a\\\"b\\\\c???\",\"uuid\":\"" UUID
                    "\",\"peer\":\"p\",\"file\":\"/f\",\"size\":3,\"sha256\":"
                    "\"3031323334353637383961626364656630313233343536373839616"
                    "2636465"
                    "66\",\"done\":\"d\"}\n"));
    T(strstr(log, "\"generation\":4,\"done\":\"d\"}\n") != NULL);
    T(strstr(log, "xxx") == NULL);
    end();
}
END_TEST

/* --- guests.d ------------------------------------------------------------ */

#define A_PATH                                                                 \
    "an absolute path, without '.' and '..', of letters, digits and "          \
    "/._+@:=~-, at most 170"

START_TEST(guests_are_read)
{
    static const struct {
        const char *text;
        const char *message;
    } bad[] = {
        {"", "f:1: 'name' is missing from section [guest]; add 'name = NAME' "
             "(as xl list shows it)"},
        {"[guest]\nname = a\nfile = etc/passwd\n",
         "f:3: 'file' has to be " A_PATH ", in no other's and at most 16 of "
         "them"},
        {"[guest]\nname = a\nfile = /a/../b\n",
         "f:3: 'file' has to be " A_PATH ", in no other's and at most 16 of "
         "them"},
        {"[guest]\nname = a\nfile = /a\nfile = /a/b\n",
         "f:4: 'file' has to be " A_PATH ", in no other's and at most 16 of "
         "them"},
        {"[guest]\nname = a\n[vtpm]\nstate = x\n",
         "f:4: 'state' has to be " A_PATH},
        {"[guest]\nname = a\n[vtpm]\nstate = /x\nstate = /y\n",
         "f:5: 'state' is there twice; remove one"},
        {"[guest]\nname = a\n[vtpm]\nsocket = /x\n",
         "f: [vtpm] has a 'socket' and no 'state'; add the directory that "
         "swtpm "
         "was given (--tpmstate dir=...)"},
        {"[guest]\nname = a\n[vtpm]\nsocket = x\n",
         "f:4: 'socket' has to be the absolute path of a socket, shorter than "
         "108"},
        {"[guest]\nname = a\nfile = /x\n[vtpm]\nstate = /x\n",
         "f: the vTPM's state and a file are in one place, or there are more "
         "than 16 companions; remove one"},
        {"[guest]\nname = a\ncolour = red\n",
         "f:3: unknown word 'colour' in section [guest]; see xlsec.conf(5) for "
         "the known ones"},
    };
    struct xls_guest_conf g;

    for (size_t i = 0; i < T_COUNT(bad); i++) {
        why.text[0] = '\0';
        T(xls_guest_parse(bad[i].text, "f", &g, &why) == XLS_HOST_CONF);
        ck_assert_str_eq(why.text, bad[i].message);
    }
    why.text[0] = '\0';
    T(xls_guest_parse(
          "[guest]\nname = a b\nfile = /z\nfile = /y\n[vtpm]\nstate "
          "= /x\nsocket = /s\n",
          "f", &g, &why) == XLS_OK);
    T(strcmp(g.name, "a b") == 0 && strcmp(g.path, "f") == 0);
    T(g.files.count == 2 && strcmp(g.files.list[0].path, "/y") == 0);
    T(strcmp(g.vtpm, "/x") == 0 && strcmp(g.socket, "/s") == 0);
}
END_TEST

START_TEST(guests_are_found_by_name)
{
    struct xls_guest_conf g;

    begin();
    T(xls_guest_find(conf[0].dir, "web2", &g, &why) == XLS_OK);
    T(g.name[0] == '\0');
    T(xls_guest_find(conf[0].dir, "web1", &g, &why) == XLS_OK);
    T(strcmp(g.name, "web1") == 0 && strcmp(g.vtpm, "/vtpm/web1") == 0);
    put(at(0, "guests.d/.hidden.conf"), "junk");
    put(at(0, "guests.d/web1.conf~"), "junk");
    T(xls_guest_find(conf[0].dir, "web1", &g, &why) == XLS_OK);
    put(at(0, "guests.d/zz.conf"), "[guest]\nname = web1\n");
    T(xls_guest_find(conf[0].dir, "web1", &g, &why) == XLS_HOST_CONF);
    T(strstr(why.text, "guests.d/zz.conf: ") != NULL &&
      strstr(why.text, "web1.conf names the same guest") != NULL);
    T(g.name[0] == '\0');
    put(at(0, "guests.d/zz.conf"), "junk\n");
    why.text[0] = '\0';
    T(xls_guest_find(conf[0].dir, "web1", &g, &why) == XLS_HOST_CONF);
    T(strstr(why.text, "zz.conf:1: neither a [section]") != NULL);
    run("rm -r %s", at(0, "guests.d"));
    T(xls_guest_find(conf[0].dir, "web1", &g, &why) == XLS_OK);
    T(g.name[0] == '\0');
    put(at(0, "guests.d"), "a file");
    T(xls_guest_find(conf[0].dir, "web1", &g, &why) == XLS_HOST_CONF);
    end();
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        everything_moves,
        receipts_are_kept,
        a_guest_without_companions,
        an_abort_leaves_all_as_it_was,
        nothing_is_replaced,
        nothing_is_replaced_at_the_source,
        leftovers_are_wiped,
        each_move_counts,
        an_old_copy_is_refused,
        a_mark_that_is_gone_or_wrong,
        a_move_that_is_open,
        files_of_generations_are_judged,
        what_cannot_move_is_refused,
        files_that_cannot_move_are_refused,
        all_together_have_a_limit,
        what_changed_meanwhile,
        a_vtpm_that_is_used,
        the_lock_is_held,
        what_may_not_come_is_refused,
        what_comes_has_its_owner,
        a_bad_archive_leaves_nothing,
        a_file_is_overwritten,
        what_stays_is_told,
        a_line_of_the_log_is_json,
        guests_are_read,
        guests_are_found_by_name,
    };

    if (xls_crypto_start() != XLS_OK) {
        return EXIT_FAILURE;
    }
    return t_run("host-companions", tests, T_COUNT(tests));
}
