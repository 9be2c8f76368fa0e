/* SPDX-License-Identifier: LGPL-2.1-only */
/* t-proto-companion: lists and archives of companions, and all that is none. */
#include "t.h"

#include <sodium.h>
#include <string.h>

#include "crypto/start.h"
#include "proto/archive.h"

static const struct xls_companion vtpm = {XLS_COMPANION_VTPM, 7, 4096,
                                          "/var/lib/vtpm/web1"};
static const struct xls_companion nvram = {XLS_COMPANION_FILE, 0, 100,
                                           "/var/lib/nvram/web1.fd"};
static const struct xls_companion empty = {XLS_COMPANION_FILE, 0, 1, "/e"};

static uint8_t wire[XLS_ARCHIVE_MAX];

/* What every test works on, and what is read back. */
static struct xls_companions list;
static struct xls_companions list_back;
static struct xls_archive a;
static struct xls_archive back;

static void sample(void)
{
    memset(&list, 0, sizeof(list));
    T(xls_companions_add(&list, &vtpm));
    T(xls_companions_add(&list, &nvram));
    T(xls_companions_add(&list, &empty));
    T(list.count == 3);
    T(strcmp(list.list[0].path, "/e") == 0);
    T(strcmp(list.list[2].path, vtpm.path) == 0);
}

/* --- paths --------------------------------------------------------------- */

/* [P-72] */
START_TEST(paths_are_judged)
{
    static const char *const good[] = {"/a",   "/a/b", "/...",          "/.a",
                                       "/a.b", "/a..", "/A_z/0-9/+@:=~"};
    static const char *const bad[] = {
        "",     "/",     "a",     "a/b",    "//a",    "/a/",    "/a//b",
        "/.",   "/..",   "/a/.",  "/a/..",  "/../a",  "/a/./b", "/a/../b",
        "/a b", "/a\nb", "/a\tb", "/a\x7f", "/a\xc3", "/a,b",   "/a;b",
        "/a'b", "/a\"b", "/a\\b", "/a*",    "/a?",    "/$a",    "/a|b",
        "/a#b", "/a%b",  "./a",   "../a",   "/a&",    "/a(",    "/a[0]"};
    char text[XLS_COMPANION_PATH + 8];

    for (size_t i = 0; i < T_COUNT(good); i++) {
        ck_assert_msg(xls_companion_path_ok(good[i]), "%s", good[i]);
    }
    for (size_t i = 0; i < T_COUNT(bad); i++) {
        ck_assert_msg(!xls_companion_path_ok(bad[i]), "%s", bad[i]);
    }
    memset(text, 'a', sizeof(text));
    text[0] = '/';
    text[XLS_COMPANION_PATH] = '\0';
    T(xls_companion_path_ok(text));
    text[XLS_COMPANION_PATH] = 'a';
    text[XLS_COMPANION_PATH + 1] = '\0';
    T(!xls_companion_path_ok(text));
}
END_TEST

/* [P-77] */
START_TEST(names_are_judged)
{
    static const char *const good[] = {"a", "tpm2-00.permall", "a-", "0", "_"};
    static const char *const bad[] = {"",   ".",   "..",  ".lock", "a/b", "/",
                                      "-a", "a b", "a\n", "a:",    "\xff"};
    char text[XLS_ARCHIVE_NAME + 2];

    for (size_t i = 0; i < T_COUNT(good); i++) {
        ck_assert_msg(xls_archive_name_ok(good[i]), "%s", good[i]);
    }
    for (size_t i = 0; i < T_COUNT(bad); i++) {
        ck_assert_msg(!xls_archive_name_ok(bad[i]), "%s", bad[i]);
    }
    memset(text, 'a', sizeof(text));
    text[XLS_ARCHIVE_NAME + 1] = '\0';
    T(!xls_archive_name_ok(text));
    text[XLS_ARCHIVE_NAME] = '\0';
    T(xls_archive_name_ok(text));
}
END_TEST

/* --- lists --------------------------------------------------------------- */

static enum xls_rc encode(const struct xls_companions *what, size_t *len)
{
    struct xls_wr wr = xls_wr_over(wire, XLS_COMPANIONS_WIRE);

    xls_companions_put(&wr, what);
    return xls_wr_end(&wr, len);
}

static enum xls_rc decode(const uint8_t *in, size_t len,
                          struct xls_companions *out)
{
    struct xls_rd rd = xls_rd_over(in, len);

    xls_companions_get(&rd, out);
    return xls_rd_end(&rd);
}

/* What was read back is what was written. */
static void same_list(void)
{
    T(list.count == list_back.count);
    for (size_t i = 0; i < list.count; i++) {
        T(list.list[i].kind == list_back.list[i].kind);
        T(list.list[i].generation == list_back.list[i].generation);
        T(list.list[i].most == list_back.list[i].most);
        T(strcmp(list.list[i].path, list_back.list[i].path) == 0);
    }
}

/* [P-70] octet by octet, and back */
START_TEST(a_list_is_as_the_ruler_has_it)
{
    static const uint8_t want[] = {2, 2, 0, 0,   0,   0, 0, 0,   0,   0,  0, 0,
                                   0, 1, 2, '/', 'e', 1, 0, 0,   0,   0,  0, 0,
                                   0, 7, 0, 0,   16,  0, 3, '/', 'v', 'w'};
    struct xls_companion v = vtpm;
    size_t len;

    memset(&list, 0, sizeof(list));
    strcpy(v.path, "/vw");
    T(xls_companions_add(&list, &v));
    T(xls_companions_add(&list, &empty));
    T(encode(&list, &len) == XLS_OK && len == sizeof(want));
    T(memcmp(wire, want, len) == 0);
    T(decode(wire, len, &list_back) == XLS_OK);
    same_list();
    memset(&list, 0, sizeof(list));
    T(encode(&list, &len) == XLS_OK && len == 1 && wire[0] == 0);
    T(decode(wire, len, &list_back) == XLS_OK && list_back.count == 0);
}
END_TEST

START_TEST(every_change_of_a_list_is_refused_or_another_list)
{
    uint8_t copy[XLS_COMPANIONS_WIRE];
    size_t len;
    size_t again;
    unsigned refused = 0;

    sample();
    T(encode(&list, &len) == XLS_OK);
    memcpy(copy, wire, len);
    for (size_t cut = 0; cut < len; cut++) {
        T(decode(copy, cut, &list_back) == XLS_PEER_SHORT ||
          decode(copy, cut, &list_back) == XLS_PEER_RANGE);
        T(list_back.count == 0);
    }
    copy[len] = 0;
    T(decode(copy, len + 1, &list_back) == XLS_PEER_TRAIL);
    for (size_t at = 0; at < len; at++) {
        for (unsigned v = 0; v < 256; v++) {
            uint8_t was = copy[at];

            copy[at] = (uint8_t)v;
            if (decode(copy, len, &list_back) == XLS_OK) {
                T(encode(&list_back, &again) == XLS_OK && again == len);
                T(memcmp(copy, wire, len) == 0);
            } else {
                refused++;
            }
            copy[at] = was;
        }
    }
    T(refused > 0);
}
END_TEST

/* [P-71] */
START_TEST(a_list_has_limits)
{
    struct xls_companion one = nvram;
    size_t len;

    memset(&list, 0, sizeof(list));
    for (unsigned i = 0; i < XLS_COMPANIONS_MAX; i++) {
        one.path[1] = (char)('a' + (char)i);
        one.path[2] = '\0';
        T(xls_companions_add(&list, &one));
    }
    strcpy(one.path, "/zz");
    T(!xls_companions_add(&list, &one));
    T(encode(&list, &len) == XLS_OK);
    wire[0] = XLS_COMPANIONS_MAX + 1;
    T(decode(wire, len, &list) == XLS_PEER_RANGE);

    sample();
    list.list[0].most = 0;
    T(encode(&list, &len) == XLS_BUG_CONTRACT);
    list.list[0].most = XLS_COMPANION_MOST;
    T(encode(&list, &len) == XLS_OK);
    list.list[0].most = XLS_COMPANION_MOST + 1;
    T(encode(&list, &len) == XLS_BUG_CONTRACT);
    list.list[0].most = 1;
    list.list[0].generation = 1; /* of a file */
    T(encode(&list, &len) == XLS_BUG_CONTRACT);
    sample();
    list.list[2].generation = 0; /* of a vTPM */
    T(encode(&list, &len) == XLS_BUG_CONTRACT);
    list.list[2].generation = UINT64_MAX;
    T(encode(&list, &len) == XLS_OK);
    list.list[2].kind = XLS_COMPANION_NONE;
    T(encode(&list, &len) == XLS_BUG_CONTRACT);
    list.list[2].kind = (enum xls_companion_kind)3;
    T(encode(&list, &len) == XLS_BUG_CONTRACT);
    sample();
    list.list[1].kind = XLS_COMPANION_VTPM; /* a second one */
    list.list[1].generation = 1;
    T(encode(&list, &len) == XLS_BUG_CONTRACT);
}
END_TEST

/* [P-71] four of the largest are the most in all */
START_TEST(all_of_a_list_have_a_limit_together)
{
    struct xls_companion one = nvram;
    size_t len;

    memset(&list, 0, sizeof(list));
    one.most = XLS_COMPANION_MOST;
    for (char c = 'a'; c < 'e'; c++) {
        one.path[1] = c;
        one.path[2] = '\0';
        T(xls_companions_add(&list, &one));
    }
    T(encode(&list, &len) == XLS_OK);
    one.path[1] = 'e';
    one.most = 1;
    T(xls_companions_add(&list, &one));
    T(encode(&list, &len) == XLS_BUG_CONTRACT);
    T(list.count == 5);
}
END_TEST

/* [P-72] in order, none twice, none in another */
START_TEST(places_do_not_clash)
{
    static const char *const bad[] = {"/e",
                                      "/e/f",
                                      "/var",
                                      "/var/lib",
                                      "/var/lib/vtpm/web1/x",
                                      "/var/lib/nvram/web1.fd"};
    static const char *const good[] = {"/e-", "/e.f", "/var/lib/vtpm/web",
                                       "/var/lib/vtpm/web11", "/va"};
    struct xls_companion one = nvram;
    struct xls_companion swap;
    size_t len;

    sample();
    for (size_t i = 0; i < T_COUNT(bad); i++) {
        strcpy(one.path, bad[i]);
        T(!xls_companions_add(&list, &one));
        /* and from a peer */
        list.list[3] = one;
        list.count = 4;
        T(encode(&list, &len) == XLS_BUG_CONTRACT);
        list.count = 3;
    }
    for (size_t i = 0; i < T_COUNT(good); i++) {
        sample();
        strcpy(one.path, good[i]);
        T(xls_companions_add(&list, &one));
        T(encode(&list, &len) == XLS_OK);
    }
    sample();
    swap = list.list[0];
    list.list[0] = list.list[1];
    list.list[1] = swap;
    T(encode(&list, &len) == XLS_BUG_CONTRACT);
    /* "/a-b" sorts between a place and what is inside of it */
    memset(&list, 0, sizeof(list));
    for (size_t i = 0; i < 2; i++) {
        strcpy(one.path, i == 0 ? "/a" : "/a-b");
        T(xls_companions_add(&list, &one));
    }
    strcpy(one.path, "/a/c");
    T(!xls_companions_add(&list, &one));
    list.list[2] = one;
    list.count = 3;
    T(encode(&list, &len) == XLS_BUG_CONTRACT);
}
END_TEST

/* --- archives ------------------------------------------------------------ */

static const uint8_t permall[] = "the state of a TPM, which is secret";

static void files(void)
{
    a = (struct xls_archive){
        .count = 4,
        .file = {{.of = 0, .name = "", .data = permall, .len = 0},
                 {.of = 1, .name = "", .data = permall + 3, .len = 20},
                 {.of = 2, .name = "a", .data = permall, .len = 36},
                 {.of = 2, .name = "b", .data = permall, .len = 1}}};
}

static size_t pack(const struct xls_archive *what)
{
    size_t size = xls_archive_size(&list, what);

    T(xls_archive_put(&list, what, wire, size) == XLS_OK);
    return size;
}

/* The sample, encoded. */
static size_t packed(void)
{
    sample();
    files();
    return pack(&a);
}

/* What the octets in wire are taken for. */
static enum xls_rc unpack(size_t len)
{
    return xls_archive_get(wire, len, &list, &back);
}

/* [P-75], [P-76], [P-77], [P-78] octet by octet */
START_TEST(an_archive_is_as_the_ruler_has_it)
{
    uint8_t sum[32];
    const uint8_t *at = wire;
    size_t len = packed();

    T(memcmp(at, "xlsec companions\0\1\0\3", 20) == 0);
    at += 20;
    T(memcmp(at, "\2\1\0\0\0\0\0\0\0\0\0\0\2/e", 15) == 0);
    at += 15;
    crypto_hash_sha256(sum, NULL, 0);
    T(memcmp(at, "\0\0\0\0\0", 5) == 0 && memcmp(at + 5, sum, 32) == 0);
    at += 37;
    T(memcmp(at, "\2\1\0\0\0\0\0\0\0\0\0\0\x16/var/lib/nvram/web1.fd", 35) ==
      0);
    at += 35;
    crypto_hash_sha256(sum, permall + 3, 20);
    T(memcmp(at, "\0\0\0\0\x14", 5) == 0 && memcmp(at + 5, sum, 32) == 0);
    T(memcmp(at + 37, permall + 3, 20) == 0);
    at += 57;
    T(memcmp(at, "\1\2\0\0\0\0\0\0\0\0\0\7\x12/var/lib/vtpm/web1", 31) == 0);
    at += 31;
    T(memcmp(at, "\1a\0\0\0\x24", 6) == 0);
    at += 6 + 32 + 36;
    crypto_hash_sha256(sum, permall, 1);
    T(memcmp(at, "\1b\0\0\0\1", 6) == 0 && memcmp(at + 6, sum, 32) == 0);
    T(at[38] == 't' && at + 39 == wire + len);

    T(unpack(len) == XLS_OK);
    T(back.count == a.count);
    for (size_t i = 0; i < a.count; i++) {
        T(back.file[i].of == a.file[i].of && back.file[i].len == a.file[i].len);
        T(strcmp(back.file[i].name, a.file[i].name) == 0);
        T(memcmp(back.file[i].data, a.file[i].data, a.file[i].len) == 0);
    }
}
END_TEST

START_TEST(an_archive_of_nothing)
{
    size_t len;

    memset(&list, 0, sizeof(list));
    memset(&a, 0, sizeof(a));
    len = pack(&a);
    back.count = 3;
    T(len == 20 && unpack(len) == XLS_OK && back.count == 0);
    T(xls_archive_get(NULL, 0, &list, &back) == XLS_PEER_SHORT);
    sample();
    T(unpack(len) == XLS_PEER_RANGE);
    len = packed();
    memset(&list, 0, sizeof(list));
    T(unpack(len) == XLS_PEER_RANGE);
}
END_TEST

/* Every octet to every value, every length: refused, or an archive of other
 * names that is encoded so. */
START_TEST(every_change_of_an_archive_is_refused)
{
    static uint8_t copy[4096];
    size_t len = packed();
    unsigned accepted = 0;

    back.count = 77;
    T(len < sizeof(copy));
    memcpy(copy, wire, len);
    for (size_t cut = 0; cut < len; cut++) {
        enum xls_rc rc = xls_archive_get(copy, cut, &list, &back);

        T(rc == XLS_PEER_SHORT || rc == XLS_PEER_RANGE);
    }
    for (size_t more = 1; more < 64; more++) {
        T(xls_archive_get(copy, len + more, &list, &back) == XLS_PEER_TRAIL);
    }
    for (size_t at = 0; at < len; at++) {
        for (unsigned v = 0; v < 256; v += 1) {
            uint8_t was = copy[at];
            enum xls_rc rc;

            copy[at] = (uint8_t)v;
            rc = v == was ? XLS_PEER_AUTH
                          : xls_archive_get(copy, len, &list, &back);
            T(rc == XLS_OK || xls_rc_is_peer(rc));
            if (rc == XLS_OK) {
                T(pack(&back) == len && memcmp(copy, wire, len) == 0);
                back.count = 77;
                accepted++;
            }
            T(back.count == 77);
            copy[at] = was;
        }
    }
    /* the two names' octets alone can be others: "a" to all before "b", and
     * "b" to all behind "a" */
    T(accepted > 20 && accepted < 128);
}
END_TEST

/* [P-77] order, number and names of files */
START_TEST(files_are_in_order)
{
    size_t size = packed();

    strcpy(a.file[3].name, "a");
    T(xls_archive_put(&list, &a, wire, size) == XLS_BUG_CONTRACT);
    strcpy(a.file[3].name, "B");
    T(xls_archive_put(&list, &a, wire, size) == XLS_BUG_CONTRACT);
    strcpy(a.file[3].name, "..");
    T(xls_archive_put(&list, &a, wire, size + 1) == XLS_BUG_CONTRACT);
    strcpy(a.file[3].name, "c/d");
    T(xls_archive_put(&list, &a, wire, size + 2) == XLS_BUG_CONTRACT);
    strcpy(a.file[3].name, "");
    T(xls_archive_put(&list, &a, wire, size - 1) == XLS_BUG_CONTRACT);
    files();
    strcpy(a.file[0].name, "x"); /* a file has no name */
    T(xls_archive_put(&list, &a, wire, size + 1) == XLS_BUG_CONTRACT);
    files();
    a.file[1].of = 0; /* two of one file */
    T(xls_archive_put(&list, &a, wire, size) == XLS_BUG_CONTRACT);
    files();
    a.file[3].of = 3; /* of none */
    T(xls_archive_put(&list, &a, wire, size) == XLS_BUG_CONTRACT);
    files();
    a.count = 2; /* none of the vTPM */
    T(xls_archive_put(&list, &a, wire, size) == XLS_BUG_CONTRACT);
    files();
    T(xls_archive_put(&list, &a, wire, size - 1) == XLS_BUG_CONTRACT);
    T(xls_archive_put(&list, &a, wire, size) == XLS_OK);
}
END_TEST

/* [P-79] */
START_TEST(no_more_comes_than_was_announced)
{
    size_t len = packed();

    list.list[2].most = 37;
    T(unpack(len) == XLS_OK);
    list.list[2].most = 36; /* 36 and 1 in two files */
    T(unpack(len) == XLS_PEER_RANGE);
    list.list[2].most = 4096;
    list.list[1].most = 19;
    T(unpack(len) == XLS_PEER_RANGE);
    list.list[1].most = 20;
    T(unpack(len) == XLS_OK);
}
END_TEST

/* [P-76] */
START_TEST(what_comes_was_announced)
{
    size_t len = packed();

    list.list[2].generation = 8;
    T(unpack(len) == XLS_PEER_RANGE);
    list.list[2].generation = 7;
    list.list[2].path[1] = 'w';
    T(unpack(len) == XLS_PEER_RANGE);
    sample();
    list.list[1].kind = XLS_COMPANION_VTPM;
    T(unpack(len) == XLS_PEER_RANGE);
    sample();
    list.count = 2;
    T(unpack(len) == XLS_PEER_RANGE);
}
END_TEST

/* 16 MiB in 31 files makes the round, and not one octet more. */
START_TEST(the_largest_archive)
{
    static uint8_t data[XLS_COMPANION_MOST];
    struct xls_companion one = nvram;
    size_t len;

    memset(&list, 0, sizeof(list));
    memset(&a, 0, sizeof(a));
    randombytes_buf(data, sizeof(data));
    memset(one.path, 'p', XLS_COMPANION_PATH);
    one.path[0] = '/';
    for (unsigned i = 0; i < XLS_COMPANIONS_MAX; i++) {
        one.kind = i == 0 ? XLS_COMPANION_VTPM : XLS_COMPANION_FILE;
        one.generation = i == 0 ? 1 : 0;
        one.most = XLS_COMPANIONS_TOTAL / XLS_COMPANIONS_MAX;
        one.path[1] = (char)('a' + (char)i);
        T(xls_companions_add(&list, &one));
        for (unsigned k = 0; k < (i == 0 ? XLS_ARCHIVE_VTPM_FILES : 1); k++) {
            struct xls_archive_file *f = &a.file[a.count++];

            f->of = i;
            f->data = data;
            f->len = i == 0 ? one.most / XLS_ARCHIVE_VTPM_FILES : one.most;
            if (i == 0) {
                memset(f->name, 'n', XLS_ARCHIVE_NAME);
                f->name[0] = (char)('a' + (char)k);
            }
        }
    }
    T(a.count == XLS_ARCHIVE_FILES);
    len = pack(&a);
    T(len == XLS_ARCHIVE_MAX);
    T(unpack(len) == XLS_OK);
    a.file[3].len++;
    T(xls_archive_put(&list, &a, wire, sizeof(wire)) == XLS_BUG_CONTRACT);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        paths_are_judged,
        names_are_judged,
        a_list_is_as_the_ruler_has_it,
        every_change_of_a_list_is_refused_or_another_list,
        a_list_has_limits,
        all_of_a_list_have_a_limit_together,
        places_do_not_clash,
        an_archive_is_as_the_ruler_has_it,
        an_archive_of_nothing,
        every_change_of_an_archive_is_refused,
        files_are_in_order,
        no_more_comes_than_was_announced,
        what_comes_was_announced,
        the_largest_archive,
    };

    if (xls_crypto_start() != XLS_OK) {
        return EXIT_FAILURE;
    }
    return t_run("proto-companion", tests, T_COUNT(tests));
}
