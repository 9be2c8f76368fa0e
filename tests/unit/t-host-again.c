/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * t-host-again: a process dies before any of the calls by which it changes the
 * disk, and so does the one that goes on in its place; a third one ends it.  No
 * copy is lost, never two are usable, and nothing is left over.
 */
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "crypto/start.h"
#include "host/journal.h"
#include "host/traces.h"
#include "t-host-world.h"

/* --- a process that dies ---------------------------------------------------
 */

static int left = -1; /* calls until then; negative: it does not */

static void step(void)
{
    if (left >= 0 && left-- == 0) {
        (void)raise(SIGKILL); /* so nobody asks what it has not freed */
    }
}

#define BEFORE(type, name, params, args)                                       \
    type __real_##name params;                                                 \
    type __wrap_##name params;                                                 \
    type __wrap_##name params                                                  \
    {                                                                          \
        step();                                                                \
        return __real_##name args;                                             \
    }

BEFORE(int, renameat2,
       (int from, const char *a, int to, const char *b, unsigned flags),
       (from, a, to, b, flags))
BEFORE(int, renameat, (int from, const char *a, int to, const char *b),
       (from, a, to, b))
BEFORE(int, unlinkat, (int dir, const char *name, int flags),
       (dir, name, flags))
BEFORE(int, mkdirat, (int dir, const char *name, mode_t mode),
       (dir, name, mode))
BEFORE(int, fsync, (int fd), (fd))
BEFORE(ssize_t, write, (int fd, const void *p, size_t n), (fd, p, n))
BEFORE(ssize_t, pwrite, (int fd, const void *p, size_t n, off_t at),
       (fd, p, n, at))

/* What the dead had decided: the journal, as it were. */
static volatile int *decided;

/* Do it in a process that dies before that call; false: it did not come so far,
 * and it is done. */
static bool dies(void (*what)(int), int arg, int calls)
{
    pid_t pid = fork();
    int status;

    if (pid == 0) {
        left = calls;
        what(arg);
        (void)signal(SIGTERM, SIG_DFL);
        (void)raise(SIGTERM);
    }
    T(waitpid(pid, &status, 0) == pid && WIFSIGNALED(status));
    T(WTERMSIG(status) == SIGKILL || WTERMSIG(status) == SIGTERM);
    return WTERMSIG(status) == SIGKILL;
}

static void ok(enum xls_rc rc)
{
    ck_assert_msg(rc == XLS_OK, "%s", why.text);
}

/* Lines of that event in the log of a host. */
static unsigned logged(unsigned host, const char *event)
{
    unsigned n = 0;
    const char *c;

    if (!there(at(host, "state/audit.log"))) {
        return 0;
    }
    c = get(at(host, "state/audit.log"));
    while ((c = strstr(c, event)) != NULL) {
        c++;
        n++;
    }
    return n;
}

static bool traces_there(unsigned host)
{
    return there(at(host, host == 0 ? "state/handover/" ID ".aside"
                                    : "state/handover/" ID ".placed"));
}

/* --- the destination ------------------------------------------------------ */

static struct xls_companions list;
static const uint8_t *octets;
static size_t octets_len;

enum { OPEN, PREPARED, TAKING, DONE };

static void receive(int ignored)
{
    struct xls_place *place = place_of(1, &list);

    (void)ignored;
    ok(xls_place_stage(place, octets, octets_len, &why));
    *decided = PREPARED;
    *decided = TAKING;
    ok(xls_place_settle(place, &why));
    ok(xls_place_done(place, &why));
    *decided = DONE;
}

static struct xls_place *place_again(void)
{
    const struct xls_place_setup setup = {.conf = &conf[1],
                                          .list = &list,
                                          .guest = "web1",
                                          .peer = "xen1",
                                          .uuid = uuid,
                                          .migration = migration};
    struct xls_place *place = NULL;

    why.text[0] = '\0';
    ok(xls_place_again(&setup, &place, &why));
    return place;
}

static void go_on(int forward)
{
    struct xls_place *place = place_again();

    if (forward != 0) {
        *decided = TAKING;
        ok(xls_place_settle(place, &why));
        destination_is_whole();
        ok(xls_place_done(place, &why));
        *decided = DONE;
    } else {
        ok(xls_place_undo(place, &why));
    }
    xls_place_free(place);
}

/* A copy of the same generation came with another migration since: it is not
 * touched, whatever is done once more for this one. */
static void nothing_of_another_goes(void)
{
    migration[0] ^= 0xff;
    whole_move(0, 1);
    migration[0] ^= 0xff;
    destination_is_whole();
    go_on(0);
    destination_is_whole();
}

static void begin_receiving(struct xls_pack **pack)
{
    begin();
    *decided = OPEN;
    *pack = pack_of(0);
    list = *xls_pack_list(*pack);
    ok(xls_pack_read(*pack, &octets, &octets_len, &why));
}

/* [P-81], [P-82] */
static void destination_dies(bool forward)
{
    bool died = true;

    for (int calls = 0; died; calls += (int)t_stride(11)) {
        struct xls_pack *pack;
        bool on;
        int state;

        begin_receiving(&pack);
        died = dies(receive, 0, calls);
        state = *decided;
        on = forward && state != OPEN;
        /* two names are never there at once */
        T(count(at(1, "root/vtpm")) <= 1 && count(at(1, "root/nvram")) <= 2);
        T(state >= TAKING || !there(at(1, "root/vtpm/web1")));
        (void)dies(go_on, on ? 1 : 0, calls * 7 % 41);
        go_on(on ? 1 : 0);
        if (on) {
            destination_is_whole();
            T(logged(1, "companion-placed") >= 4);
            go_on(1); /* and again, as often as you like */
            destination_is_whole();
            T(strstr(get(at(1, "state/vtpm/" UUID ".generation")),
                     "generation 1\n") != NULL);
        } else {
            destination_is_empty();
            T(!traces_there(1));
            go_on(0);
            destination_is_empty();
        }
        xls_pack_free(pack);
        source_is_whole();
        if (!on) {
            nothing_of_another_goes();
        }
        end();
    }
}

START_TEST(a_destination_dies_and_goes_on)
{
    destination_dies(true);
}
END_TEST

START_TEST(a_destination_dies_and_gives_up)
{
    destination_dies(false);
}
END_TEST

static void stage_only(int ignored)
{
    struct xls_place *place = place_of(1, &list);

    (void)ignored;
    ok(xls_place_stage(place, octets, octets_len, &why));
}

static void settle_too(int ignored)
{
    struct xls_place *place = place_of(1, &list);

    (void)ignored;
    ok(xls_place_stage(place, octets, octets_len, &why));
    ok(xls_place_settle(place, &why));
}

/* The first guest's generation here was 4: so it is again. */
START_TEST(the_generation_is_as_it_was)
{
    struct xls_pack *pack;
    const struct xls_generation four = {.highest = 4,
                                        .open = true,
                                        .move =
                                            "0123456789abcdef0123456789abcdef",
                                        .peer = "xen9"};
    struct xls_generation now;

    begin();
    ok(xls_generation_write(conf[1].state, uuid, &four, &why));
    put(at(0, "root/vtpm/web1/xlsec.generation"),
        "guest " UUID "\ngeneration 7\n");
    pack = pack_of(0);
    list = *xls_pack_list(pack);
    ok(xls_pack_read(pack, &octets, &octets_len, &why));
    T(!dies(settle_too, 0, -1));
    ok(xls_generation_read(conf[1].state, uuid, &now, &why));
    T(now.highest == 8 && !now.open);
    go_on(0);
    ok(xls_generation_read(conf[1].state, uuid, &now, &why));
    T(now.highest == 4 && now.open);
    ck_assert_str_eq(now.move, four.move);
    ck_assert_str_eq(now.peer, four.peer);
    xls_pack_free(pack);
    end();
}
END_TEST

static void says(const char *words)
{
    ck_assert_msg(strstr(why.text, words) != NULL, "%s\nis not: %s", why.text,
                  words);
}

/* What is there under a companion's name, and did not come with this. */
START_TEST(what_is_not_ours_stays)
{
    struct xls_pack *pack;
    struct xls_place *place;

    begin_receiving(&pack);
    T(!dies(settle_too, 0, -1));
    /* a file of the same name, a vTPM with another mark */
    T(rename(at(1, "root/nvram/empty"), at(1, "root/nvram/old")) == 0);
    put(at(1, "root/nvram/empty"), "mine");
    put(at(1, "root/vtpm/web1/xlsec.generation"),
        "guest " UUID "\ngeneration 9\n");
    place = place_again();
    T(xls_place_settle(place, &why) == XLS_HOST_IO);
    says("nvram/empty: what came for it is not there any more, and something ");
    why.text[0] = '\0';
    T(xls_place_undo(place, &why) == XLS_HOST_IO);
    says("is not what came with the migration; look");
    xls_place_free(place);
    ck_assert_str_eq(get(at(1, "root/nvram/empty")), "mine");
    T(!there(at(1, "root/nvram/web1.fd"))); /* that was ours */
    T(count(at(1, "root/vtpm/web1")) == 3);
    /* a person has looked */
    T(unlink(at(1, "root/nvram/empty")) == 0);
    put(at(1, "root/vtpm/web1/xlsec.generation"),
        "guest " UUID "\ngeneration 1\n");
    T(unlink(at(1, "root/nvram/old")) == 0);
    go_on(0);
    destination_is_empty();
    T(!traces_there(1));
    xls_pack_free(pack);
    end();
}
END_TEST

START_TEST(what_is_missing_is_told)
{
    struct xls_pack *pack;
    struct xls_place *place = NULL;
    struct xls_place_setup setup = {.conf = &conf[1],
                                    .list = &list,
                                    .guest = "web1",
                                    .peer = "xen1",
                                    .uuid = uuid,
                                    .migration = migration};

    begin_receiving(&pack);
    T(!dies(stage_only, 0, -1));
    T(unlink(at(1, "root/nvram/.xlsec-" ID ".0")) == 0);
    place = place_again();
    T(xls_place_settle(place, &why) == XLS_HOST_IO);
    says("nvram/empty: what came for it is not there any more");
    T(!there(at(1, "root/vtpm/web1"))); /* none has got its name */
    T(xls_place_undo(place, &why) == XLS_OK);
    xls_place_free(place);
    destination_is_empty();

    /* another file system, or none */
    T(!dies(stage_only, 0, -1));
    run("mv %s %s.away; mkdir %s", at(1, "root/vtpm"), at(1, "root/vtpm"),
        at(1, "root/vtpm"));
    why.text[0] = '\0';
    T(xls_place_again(&setup, &place, &why) == XLS_HOST_IO && place == NULL);
    says("vtpm/web1: the directory is not the one");
    run("rmdir %s", at(1, "root/vtpm"));
    why.text[0] = '\0';
    T(xls_place_again(&setup, &place, &why) == XLS_HOST_IO);
    says("vtpm/web1: cannot be reached");
    run("mv %s.away %s", at(1, "root/vtpm"), at(1, "root/vtpm"));

    /* a process that was not dead */
    place = place_again();
    {
        struct xls_place *second = NULL;

        T(xls_place_again(&setup, &second, &why) == XLS_HOST_BUSY);
        T(second == NULL);
    }
    xls_place_free(place);
    put(at(1, "state/handover/" ID ".placed"), "# junk\n");
    T(xls_place_again(&setup, &place, &why) == XLS_HOST_CONF);
    xls_pack_free(pack);
    end();
}
END_TEST

/* --- the source ----------------------------------------------------------- */

enum { S_OPEN, S_COMMIT, S_MOVED, S_BACK, S_CLOSED };

/* Send, and then have it moved (1) or back (0). */
static void send_it(int moved)
{
    struct xls_pack *pack = pack_of(0);

    ok(xls_pack_read(pack, &octets, &octets_len, &why));
    *decided = S_COMMIT;
    ok(xls_pack_commit(pack, migration, "xen2", &why));
    *decided = moved != 0 ? S_MOVED : S_BACK;
    ok(moved != 0 ? xls_pack_delete(pack, &why)
                  : xls_pack_put_back(pack, &why));
    *decided = S_CLOSED;
    xls_pack_free(pack);
}

static struct xls_pack *pack_again(void)
{
    const struct xls_pack_setup setup = {&conf[0], "web1", uuid};
    struct xls_pack *pack = NULL;

    why.text[0] = '\0';
    ok(xls_pack_again(&setup, &list, migration, "xen2", &pack, &why));
    return pack;
}

static void is_aside(void)
{
    T(!there(at(0, "root/vtpm/web1")) && !there(at(0, "root/nvram/web1.fd")));
    ck_assert_str_eq(get(at(0, "root/vtpm/web1--migratedaway/tpm2-00.permall")),
                     "permanent");
    ck_assert_str_eq(get(at(0, "root/nvram/web1.fd--migratedaway")), "nvram");
    T(there(at(0, "root/nvram/empty--migratedaway")));
    T(count(at(0, "root/vtpm")) == 1 && count(at(0, "root/nvram")) == 2);
    T(strstr(get(at(0, "state/vtpm/" UUID ".generation")), "open-move " ID) !=
      NULL);
}

static void again_by(int moved)
{
    struct xls_pack *pack = pack_again();

    if (*decided == S_COMMIT) {
        ok(xls_pack_commit(pack, migration, "xen2", &why));
        is_aside();
        *decided = moved != 0 ? S_MOVED : S_BACK;
        xls_pack_free(pack);
        pack = pack_again();
    }
    ok(*decided == S_MOVED ? xls_pack_delete(pack, &why)
                           : xls_pack_put_back(pack, &why));
    xls_pack_free(pack);
}

/* [P-83] */
static void source_dies(int moved)
{
    bool died = true;

    for (int calls = 0; died; calls += (int)t_stride(11)) {
        int state;

        begin();
        *decided = S_OPEN;
        {
            struct xls_pack *pack = pack_of(0);

            list = *xls_pack_list(pack);
            xls_pack_free(pack);
        }
        died = dies(send_it, moved, calls);
        T(count(at(0, "root/vtpm")) <= 1 && count(at(0, "root/nvram")) <= 2);
        if (*decided == S_OPEN) {
            *decided = S_BACK; /* lost */
        } else if (*decided == S_CLOSED) {
            *decided = moved != 0 ? S_MOVED : S_BACK;
        }
        state = *decided;
        (void)dies(again_by, moved, calls * 5 % 43);
        again_by(moved);
        state = state == S_COMMIT ? *decided : state;
        T(!traces_there(0));
        if (state == S_MOVED) {
            T(count(at(0, "root/vtpm")) == 0);
            T(count(at(0, "root/nvram")) == 0);
            /* each of the two that died can have been between a file's end and
             * its receipt */
            T(logged(0, "companion-deleted") >= 2);
            T(strcmp(get(at(0, "state/vtpm/" UUID ".generation")),
                     "# xlsec: the last generation of a vTPM that this host "
                     "had or gave away; see xlsec.conf(5)\nguest " UUID
                     "\ngeneration 1\n") == 0);
            again_by(moved);
        } else {
            source_is_whole();
            again_by(moved);
            again_by(moved);
            source_is_whole();
            whole_move(0, 1);
            destination_is_whole();
        }
        end();
    }
}

START_TEST(a_source_dies_and_it_moved)
{
    source_dies(1);
}
END_TEST

START_TEST(a_source_dies_and_it_is_back)
{
    source_dies(0);
}
END_TEST

/* COMMIT was decided, and nothing done yet. */
START_TEST(commit_is_made_up_for)
{
    struct xls_pack *pack;

    begin();
    pack = pack_of(0);
    list = *xls_pack_list(pack);
    xls_pack_free(pack);
    *decided = S_COMMIT;
    again_by(1);
    T(count(at(0, "root/vtpm")) == 0 && count(at(0, "root/nvram")) == 0);
    T(logged(0, "companion-deleted") == 4);
    end();
}
END_TEST

/* Nothing is deleted, or renamed, but what was set aside. */
START_TEST(what_came_back_stays)
{
    struct xls_pack *pack;
    struct xls_generation g;

    begin();
    *decided = S_OPEN;
    pack = pack_of(0);
    list = *xls_pack_list(pack);
    xls_pack_free(pack);
    /* it is being deleted, in the middle, when the guest comes back */
    T(dies(send_it, 1, 40));
    T(*decided == S_MOVED && traces_there(0));
    T(mkdir(at(0, "root/vtpm/web1"), 0700) == 0);
    put(at(0, "root/vtpm/web1/tpm2-00.permall"), "later");
    put(at(0, "root/nvram/web1.fd"), "later");
    g = (struct xls_generation){.highest = 2};
    ok(xls_generation_write(conf[0].state, uuid, &g, &why));
    again_by(1);
    ck_assert_str_eq(get(at(0, "root/vtpm/web1/tpm2-00.permall")), "later");
    ck_assert_str_eq(get(at(0, "root/nvram/web1.fd")), "later");
    T(count(at(0, "root/vtpm")) == 1 && count(at(0, "root/nvram")) == 1);
    ok(xls_generation_read(conf[0].state, uuid, &g, &why));
    T(g.highest == 2);
    again_by(1);
    T(count(at(0, "root/vtpm")) == 1 && count(at(0, "root/nvram")) == 1);
    end();
}
END_TEST

/* Somebody gave a copy its name back, after the guest had moved. */
START_TEST(what_was_renamed_stays)
{
    struct xls_pack *pack;

    begin();
    pack = pack_of(0);
    list = *xls_pack_list(pack);
    ok(xls_pack_read(pack, &octets, &octets_len, &why));
    ok(xls_pack_commit(pack, migration, "xen2", &why));
    xls_pack_free(pack);
    T(rename(at(0, "root/nvram/web1.fd--migratedaway"),
             at(0, "root/nvram/web1.fd")) == 0);
    T(rename(at(0, "root/vtpm/web1--migratedaway"), at(0, "root/vtpm/web1")) ==
      0);
    pack = pack_again();
    T(xls_pack_delete(pack, &why) == XLS_HOST_IO);
    says("nvram/web1.fd: has got its name back, though the guest has moved");
    xls_pack_free(pack);
    ck_assert_str_eq(get(at(0, "root/nvram/web1.fd")), "nvram");
    ck_assert_str_eq(get(at(0, "root/vtpm/web1/tpm2-00.permall")), "permanent");
    T(count(at(0, "root/nvram")) == 1 && traces_there(0));
    run("rm -r %s", at(0, "root/nvram/web1.fd"));
    run("rm -r %s", at(0, "root/vtpm/web1"));
    *decided = S_MOVED;
    again_by(1);
    T(!traces_there(0));
    end();
}
END_TEST

START_TEST(what_was_lost_is_told)
{
    const struct xls_pack_setup setup = {&conf[0], "web1", uuid};
    struct xls_pack *pack;

    begin();
    pack = pack_of(0);
    list = *xls_pack_list(pack);
    ok(xls_pack_read(pack, &octets, &octets_len, &why));
    ok(xls_pack_commit(pack, migration, "xen2", &why));
    xls_pack_free(pack);
    T(unlink(at(0, "root/nvram/web1.fd--migratedaway")) == 0);
    /* with its inode, most likely */
    put(at(0, "root/nvram/web1.fd--migratedaway"), "another");
    pack = pack_again();
    T(xls_pack_commit(pack, migration, "xen2", &why) == XLS_HOST_IO);
    says("nvram/web1.fd: neither it nor what was set aside of it is there");
    why.text[0] = '\0';
    T(xls_pack_put_back(pack, &why) == XLS_HOST_IO);
    says("nvram/web1.fd: neither it nor what was set aside of it is there");
    xls_pack_free(pack);
    T(there(at(0, "root/vtpm/web1")) && traces_there(0));
    ck_assert_str_eq(get(at(0, "root/nvram/web1.fd--migratedaway")), "another");

    run("mv %s %s.away; mkdir %s", at(0, "root/vtpm"), at(0, "root/vtpm"),
        at(0, "root/vtpm"));
    why.text[0] = '\0';
    T(xls_pack_again(&setup, &list, migration, "xen2", &pack, &why) ==
      XLS_HOST_IO);
    T(pack == NULL);
    says("vtpm/web1: the directory is not the one");
    end();
}
END_TEST

/* --- several migrations --------------------------------------------------- */

static struct xls_journal *journal_of(unsigned host, enum xls_role role,
                                      const uint8_t id[16], unsigned state)
{
    struct xls_journal_facts facts = {.role = role, .peer = "xen2"};
    struct xls_journal *j = NULL;

    memcpy(facts.id, id, 16);
    memcpy(facts.uuid, uuid, 16);
    ok(xls_journal_begin(conf[host].state, &facts, 1, &j, &why));
    for (unsigned s = 2; s <= state; s++) {
        if (role == XLS_ROLE_DESTINATION && state == XLS_DESTINATION_BURNING &&
            s > XLS_DESTINATION_TAKING) {
            s = state;
        }
        if (role != XLS_ROLE_SOURCE || s != XLS_SOURCE_MOVED) {
            ok(xls_journal_enter(j, s, NULL, &why));
        }
    }
    return j;
}

/* [P-93] A guest that waits, paused, for its COMMIT has no process: what came
 * with it stays when the next one comes; and it goes when that is over. */
START_TEST(what_is_prepared_is_not_swept)
{
    for (unsigned state = XLS_DESTINATION_OPEN; state < XLS_DESTINATION_STATES;
         state++) {
        struct xls_pack *pack;
        bool burned = state == XLS_DESTINATION_BURNED;

        begin_receiving(&pack);
        T(!dies(stage_only, 0, -1));
        if (burned) {
            struct xls_journal *j =
                journal_of(1, XLS_ROLE_DESTINATION, migration, 1);

            ok(xls_journal_enter(j, state, NULL, &why));
            xls_journal_leave(j);
        } else if (state != XLS_DESTINATION_UNSURE) {
            xls_journal_leave(
                journal_of(1, XLS_ROLE_DESTINATION, migration, state));
        }
        migration[0] ^= 0xff;
        T(!dies(stage_only, 0, -1));
        go_on(0);
        migration[0] ^= 0xff;
        burned = burned || state == XLS_DESTINATION_UNSURE; /* no journal */
        T(count(at(1, "root/vtpm")) == (burned ? 0 : 1));
        T(count(at(1, "root/nvram")) == (burned ? 0 : 2));
        if (!burned) {
            go_on(1);
            destination_is_whole();
        }
        xls_pack_free(pack);
        end();
    }
}
END_TEST

/* The traces go with the journal. */
START_TEST(traces_are_pruned)
{
    struct xls_pack *pack;

    begin_receiving(&pack);
    xls_journal_leave(journal_of(1, XLS_ROLE_DESTINATION, migration,
                                 XLS_DESTINATION_COMMITTED));
    T(!dies(receive, 0, -1));
    T(traces_there(1));
    ok(xls_journal_prune(conf[1].state, 0, -60, &why));
    T(!traces_there(1));
    T(!there(at(1, "state/handover/" ID ".destination")));
    destination_is_whole();
    xls_pack_free(pack);
    end();
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        a_destination_dies_and_goes_on,
        a_destination_dies_and_gives_up,
        the_generation_is_as_it_was,
        what_is_not_ours_stays,
        what_is_missing_is_told,
        a_source_dies_and_it_moved,
        a_source_dies_and_it_is_back,
        commit_is_made_up_for,
        what_came_back_stays,
        what_was_renamed_stays,
        what_was_lost_is_told,
        what_is_prepared_is_not_swept,
        traces_are_pruned,
    };

    decided = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
                   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (decided == MAP_FAILED || xls_crypto_start() != XLS_OK) {
        return EXIT_FAILURE;
    }
    return t_run("host-again", tests, T_COUNT(tests));
}
