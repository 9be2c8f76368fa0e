/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * What is measured of a host for software Evidence: a host of our own making in
 * a folder, on which one thing is changed, or is not as it has to be.
 */
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "host/boot.h"
#include "t.h"
#include "toolstack/measure.h"
#include "toolstack/xen.h"

static char dir[64];
static struct xls_measure_host host;
static struct xls_measure *measure;
static char line_path[128];
static char maps_path[128];

/* --- the world, as it may be ---------------------------------------------- */

static time_t today; /* what the clock says; 0: the truth */
static const char *touch_while_read;
static const libxl_version_info *version;

int __real_clock_gettime(clockid_t id, struct timespec *out);
int __wrap_clock_gettime(clockid_t id, struct timespec *out);
int __wrap_clock_gettime(clockid_t id, struct timespec *out)
{
    int rc = __real_clock_gettime(id, out);

    if (id == CLOCK_REALTIME && today != 0) {
        out->tv_sec = today;
    }
    return rc;
}

static const char *at(const char *name)
{
    static char path[4][192];
    static unsigned n;

    n = (n + 1) % 4;
    (void)snprintf(path[n], sizeof(path[n]), "%s/%s", dir, name);
    return path[n];
}

static void put(const char *name, const void *p, size_t len)
{
    FILE *f = fopen(at(name), "wb");

    T(f != NULL && fwrite(p, 1, len, f) == len && fclose(f) == 0);
}

ssize_t __real_read(int fd, void *p, size_t len);
ssize_t __wrap_read(int fd, void *p, size_t len);
ssize_t __wrap_read(int fd, void *p, size_t len)
{
    const char *name = touch_while_read;
    ssize_t n = __real_read(fd, p, len);

    if (name != NULL && n == 0) {
        touch_while_read = NULL;
        put(name, "longer than it was", 18);
    }
    return n;
}

const libxl_version_info *__wrap_libxl_get_version_info(libxl_ctx *ctx);
const libxl_version_info *__wrap_libxl_get_version_info(libxl_ctx *ctx)
{
    (void)ctx;
    return version;
}

static void put_text(const char *name, const char *text)
{
    put(name, text, strlen(text));
}

/* libxenlight, which names its helper: FOLDER/bin/libxl-save-helper. */
static void put_light(const char *where, const char *name)
{
    char text[256] = "\x7f"
                     "ELF and so on";
    size_t used = strlen(text) + 1;

    used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%s", where,
                             name) +
            1;
    memcpy(text + used, "more", 4);
    put("lib/libxenlight.so.4.17.0", text, used + 4);
}

static const char *const programs[] = {"sbin/xlsecd", "sbin/xl-migrate-secure",
                                       "libexec/xlsec-keys"};

static void put_maps(void)
{
    char text[2048];

    (void)snprintf(
        text, sizeof(text),
        "559b-559c r--p 00000000 08:01 131 %s/sbin/xlsecd\n"
        "559d-559e rw-p 00000000 00:00 0 [heap]\n"
        "7f10-7f11 r--p 00000000 08:01 132   %s/lib/libxenctrl.so.4.17.0\n"
        "7f11-7f12 r-xp 00000000 08:01 132   %s/lib/libxenctrl.so.4.17.0\n"
        "7f20-7f21 rw-p 00000000 00:00 0 \n"
        "7f30-7f31 r-xp 00000000 08:01 133   %s/lib/libxenlight.so.4.17.0\n"
        "7f40-7f41 r-xp 00000000 08:01 134   /lib/libc.so.6 (deleted)\n"
        "7fff-ffff r-xp 00000000 00:00 0     [vdso]\n",
        dir, dir, dir, dir);
    put_text("maps", text);
}

static void setup(void)
{
    static const char *const folders[] = {"sbin", "libexec", "lib", "bin",
                                          "boot"};

    (void)snprintf(dir, sizeof(dir), "/tmp/xlsec-measure-XXXXXX");
    T(mkdtemp(dir) != NULL);
    for (size_t i = 0; i < T_COUNT(folders); i++) {
        T(mkdir(at(folders[i]), 0700) == 0);
    }
    memset(&host, 0, sizeof(host));
    host.xen = (struct xls_xen_facts){"4.17.5", "a change", "b01d", "gcc, by x",
                                      "dom0_mem=512M loglvl=all"};
    host.libxl = true;
    (void)snprintf(host.kernel, sizeof(host.kernel), "6.1.0 #1 SMP");
    (void)snprintf(host.image, sizeof(host.image), "%s/boot/vmlinuz", dir);
    (void)snprintf(line_path, sizeof(line_path), "%s/cmdline", dir);
    (void)snprintf(maps_path, sizeof(maps_path), "%s/maps", dir);
    host.line = line_path;
    host.maps = maps_path;
    for (size_t i = 0; i < T_COUNT(programs); i++) {
        put_text(programs[i], programs[i]);
        T(xls_measure_program(&host, dir, programs[i], true, NULL) == XLS_OK);
    }
    T(xls_measure_program(&host, dir, "sbin/xl", false, NULL) == XLS_OK);
    put_text("boot/vmlinuz", "kernel");
    put_text("cmdline", "root=/dev/xvda quiet\n");
    put_text("lib/libxenctrl.so.4.17.0", "ctrl");
    put_text("bin/libxl-save-helper", "helper");
    put_light(dir, "/bin/libxl-save-helper");
    put_maps();
    today = 0;
    touch_while_read = NULL;
    measure = xls_measure_new();
    T(measure != NULL);
}

static void teardown(void)
{
    char command[128];

    xls_measure_free(measure);
    (void)snprintf(command, sizeof(command), "rm -rf '%s'", dir);
    T(system(command) == 0);
}

static struct xls_measured good(void)
{
    struct xls_measured out = {.octets = 77};
    struct xls_softlog log;
    struct xls_why why = {""};

    ck_assert_msg(xls_measure(measure, &host, &out, &why) == XLS_OK, "%s",
                  why.text);
    T(xls_softlog_read(out.log.text, out.log.len, &log, NULL) == XLS_OK);
    T(memcmp(&log.pcrs, &out.log.pcrs, sizeof(log.pcrs)) == 0);
    T(log.pcrs.mask == 0x313);
    return out;
}

/* An error that says all of this. */
static void bad(const char *a, const char *b)
{
    struct xls_measured out = {.octets = 77};
    struct xls_why why = {""};

    T(xls_measure(measure, &host, &out, &why) == XLS_HOST_IO);
    ck_assert_msg(strstr(why.text, a) != NULL && strstr(why.text, b) != NULL,
                  "%s", why.text);
    T(out.octets == 77 && out.log.text == NULL);
}

/* --- [E-126] -------------------------------------------------------------- */

static void line(char *out, size_t size, const char *head, const void *p,
                 size_t len, const char *words)
{
    uint8_t digest[32];
    char hex[65];
    size_t used = strlen(out);

    (void)crypto_hash_sha256(digest, p, len);
    (void)sodium_bin2hex(hex, sizeof(hex), digest, sizeof(digest));
    (void)snprintf(out + used, size - used, "%s %s %s\n", head, hex, words);
}

static void text_line(char *out, size_t size, const char *reg, const char *name,
                      const char *text)
{
    char words[256];

    (void)snprintf(words, sizeof(words), "%s: %s", name, text);
    line(out, size, reg, text, strlen(text), words);
}

static void file_line(char *out, size_t size, const char *reg, const char *name,
                      const char *text)
{
    char words[256];

    (void)snprintf(words, sizeof(words), "file %s/%s", dir, name);
    line(out, size, reg, text, strlen(text), words);
}

START_TEST(every_line)
{
    struct xls_measured out = good();
    char want[4096] = "";
    size_t size = sizeof(want);
    char light[256];
    FILE *f = fopen(at("lib/libxenlight.so.4.17.0"), "rb");
    size_t len = fread(light, 1, sizeof(light), f);
    char words[256];

    (void)fclose(f);
    text_line(want, size, "0", "xen version", "4.17.5");
    text_line(want, size, "0", "xen changeset", "a change");
    text_line(want, size, "0", "xen build-id", "b01d");
    text_line(want, size, "0", "xen compiled", "gcc, by x");
    text_line(want, size, "1", "xen command line", "dom0_mem=512M loglvl=all");
    text_line(want, size, "4", "kernel", "6.1.0 #1 SMP");
    file_line(want, size, "4", "boot/vmlinuz", "kernel");
    text_line(want, size, "8", "kernel command line", "root=/dev/xvda quiet");
    file_line(want, size, "9", "bin/libxl-save-helper", "helper");
    file_line(want, size, "9", "lib/libxenctrl.so.4.17.0", "ctrl");
    (void)snprintf(words, sizeof(words), "file %s/lib/libxenlight.so.4.17.0",
                   dir);
    line(want, size, "9", light, len, words);
    file_line(want, size, "9", "libexec/xlsec-keys", "libexec/xlsec-keys");
    file_line(want, size, "9", "sbin/xl-migrate-secure",
              "sbin/xl-migrate-secure");
    file_line(want, size, "9", "sbin/xlsecd", "sbin/xlsecd");
    T(out.log.len == strlen(want));
    T(memcmp(out.log.text, want, out.log.len) == 0);
    xls_measured_free(&out);
}
END_TEST

/* What a change does: which registers are others then. */
static uint32_t changed(const struct xls_pcrs *before)
{
    struct xls_measured out = good();
    uint32_t mask = 0;

    for (unsigned n = 0; n < 16; n++) {
        if (memcmp(before->value[n], out.log.pcrs.value[n], 32) != 0) {
            mask |= UINT32_C(1) << n;
        }
    }
    xls_measured_free(&out);
    return mask;
}

START_TEST(every_change)
{
    static const struct {
        const char *name;
        uint32_t mask;
    } files[] = {
        {"boot/vmlinuz", 0x10},           {"cmdline", 0x100},
        {"bin/libxl-save-helper", 0x200}, {"lib/libxenctrl.so.4.17.0", 0x200},
        {"libexec/xlsec-keys", 0x200},    {"sbin/xlsecd", 0x200},
    };
    struct xls_measured out = good();
    const struct xls_pcrs first = out.log.pcrs;
    char *const texts[] = {host.xen.version,      host.xen.changeset,
                           host.xen.build_id,     host.xen.compiled,
                           host.xen.command_line, host.kernel};
    static const uint32_t masks[] = {1, 1, 1, 1, 2, 0x10};

    xls_measured_free(&out);
    T(changed(&first) == 0);
    for (size_t i = 0; i < T_COUNT(files); i++) {
        out = good();
        put_text(files[i].name, "something else");
        T(changed(&out.log.pcrs) == files[i].mask);
        xls_measured_free(&out);
    }
    out = good();
    for (size_t i = 0; i < T_COUNT(texts); i++) {
        texts[i][0] ^= 1;
        T(changed(&out.log.pcrs) == masks[i]);
        texts[i][0] ^= 1;
    }
    T(changed(&out.log.pcrs) == 0);
    host.xen.build_id[0] = '\0'; /* none, which is said */
    T(changed(&out.log.pcrs) == 1);
    xls_measured_free(&out);
    out = good();
    T(memmem(out.log.text, out.log.len, " xen build-id: none\n", 20) != NULL);
    xls_measured_free(&out);
}
END_TEST

/* What need not be there has a line when it is there. */
START_TEST(where_it_is_there)
{
    struct xls_measured out = good();

    put_text("sbin/xl", "xl");
    put_text("bin/xl", "the real xl");
    T(changed(&out.log.pcrs) == 0x200);
    xls_measured_free(&out);
    out = good();
    T(memmem(out.log.text, out.log.len, "/sbin/xl\n", 9) != NULL);
    T(memmem(out.log.text, out.log.len, "/bin/xl\n", 8) != NULL);
    T(unlink(at("boot/vmlinuz")) == 0);
    T(changed(&out.log.pcrs) == 0x10);
    xls_measured_free(&out);
}
END_TEST

/* [E-127] By its own path, and once. */
START_TEST(links)
{
    struct xls_measured out = good();

    T(rename(at("sbin/xlsecd"), at("sbin/real")) == 0);
    T(symlink("real", at("sbin/xlsecd")) == 0);
    T(symlink("real", at("sbin/xl")) == 0);
    xls_measured_free(&out);
    out = good();
    T(memmem(out.log.text, out.log.len, "/sbin/real\n", 11) != NULL);
    T(memmem(out.log.text, out.log.len, "/sbin/xl\n", 9) == NULL);
    T(memmem(out.log.text, out.log.len, "/sbin/xlsecd\n", 13) == NULL);
    T(out.log.lines == 14);
    xls_measured_free(&out);
}
END_TEST

/* [E-127] The order in which it was asked for does not count. */
START_TEST(order)
{
    struct xls_measured out = good();
    struct xls_measure_program first = host.programs[0];

    host.programs[0] = host.programs[2];
    host.programs[2] = first;
    T(changed(&out.log.pcrs) == 0);
    xls_measured_free(&out);
}
END_TEST

/* [E-127] Whole in the digest, if not in the words. */
START_TEST(long_texts)
{
    static char text[6000];
    static char want[8192];
    struct xls_measured out;

    memset(text, 'w', sizeof(text));
    memcpy(text, "a\tb\0c\xff", 6);
    put("cmdline", text, sizeof(text));
    line(want, sizeof(want), "8", text, sizeof(text),
         "kernel command line: a?b?c?ww");
    out = good();
    T(memmem(out.log.text, out.log.len, want, strlen(want) - 1) != NULL);
    text[5999] = 'x';
    put("cmdline", text, sizeof(text));
    T(changed(&out.log.pcrs) == 0x100);
    xls_measured_free(&out);
    put_text("cmdline", "");
    out = good();
    T(memmem(out.log.text, out.log.len, "kernel command line: \n", 22) != NULL);
    xls_measured_free(&out);
}
END_TEST

/* --- [E-128] -------------------------------------------------------------- */

START_TEST(what_is_missing)
{
    static const char *const names[] = {
        "sbin/xlsecd",
        "libexec/xlsec-keys",
        "bin/libxl-save-helper",
        "lib/libxenctrl.so.4.17.0",
        "cmdline",
        "maps",
    };

    for (size_t i = 0; i < T_COUNT(names); i++) {
        T(rename(at(names[i]), at("away")) == 0);
        bad(names[i], "it is not there");
        T(rename(at("away"), at(names[i])) == 0);
    }
    T(unlink(at("sbin/xlsecd")) == 0);
    T(mkdir(at("sbin/xlsecd"), 0700) == 0);
    bad("sbin/xlsecd", "not a regular file");
    T(rmdir(at("sbin/xlsecd")) == 0);
    T(mkfifo(at("sbin/xlsecd"), 0700) == 0);
    bad("sbin/xlsecd", "not a regular file");
    T(unlink(at("sbin/xlsecd")) == 0);
    put_text("sbin/xlsecd", "");
    /* what need not be there, and is in no order */
    T(symlink("xl", at("sbin/xl")) == 0);
    bad("sbin/xl", strerror(ELOOP));
    T(unlink(at("sbin/xl")) == 0);
    T(unlink(at("boot/vmlinuz")) == 0);
    T(mkdir(at("boot/vmlinuz"), 0700) == 0);
    bad("boot/vmlinuz", "not a regular file");
}
END_TEST

START_TEST(libraries)
{
    char text[256];
    struct xls_measured out;

    put_text("maps", "");
    bad("libxenlight", "no shared library");
    host.libxl = false; /* a program without libxl */
    T(xls_measure(measure, &host, &out, NULL) == XLS_OK);
    T(memmem(out.log.text, out.log.len, "libxen", 6) == NULL);
    xls_measured_free(&out);
    host.libxl = true;
    (void)snprintf(text, sizeof(text),
                   "7-8 r-xp 0 08:01 3 %s/lib/libxenlight.so.4.17.0\n", dir);
    put_text("maps", text);
    bad("libxenctrl", "no shared library");
    (void)snprintf(text, sizeof(text),
                   "7-8 r-xp 0 08:01 3 %s/lib/libxenctrl.so.4.17.0 (deleted)\n",
                   dir);
    put_text("maps", text);
    bad("libxenctrl.so.4.17.0 (deleted)", "begin again");
    /* ours, where it is used */
    (void)snprintf(text, sizeof(text),
                   "7-8 r-xp 0 08:01 3 %s/lib/libxlsec.so.0", dir);
    put_text("maps", text);
    put_text("lib/libxlsec.so.0", "ours");
    host.libxl = false;
    T(xls_measure(measure, &host, &out, NULL) == XLS_OK);
    T(memmem(out.log.text, out.log.len, "/libxlsec.so.0\n", 15) != NULL);
    xls_measured_free(&out);
}
END_TEST

/* A libxl that does not say which helper it runs. */
START_TEST(helpers)
{
    const char *const texts[][2] = {
        {"nothing of ", dir},
        {"lib", "/libxl-save-helper"},
        {"%s", "/libxl-save-helper"},
        {dir, "/libxl-save-helper.old"},
    };
    char longer[700];

    for (size_t i = 0; i < T_COUNT(texts); i++) {
        put_light(texts[i][0], texts[i][1]);
        bad("libxenlight", "does not say where");
    }
    put_light(dir, "/lib/libxl-save-helper");
    bad("lib/libxl-save-helper", "it is not there");
    memset(longer, '/', sizeof(longer));
    memcpy(longer + sizeof(longer) - 18, "/libxl-save-helper", 19 - 1);
    longer[sizeof(longer) - 1] = '\0';
    put("lib/libxenlight.so.4.17.0", longer, sizeof(longer));
    bad("libxenlight", "does not say where");
}
END_TEST

START_TEST(too_many)
{
    static char maps[65536];
    size_t used = 0;
    struct xls_why why = {""};
    char name[64];

    host.libxl = false;
    for (unsigned i = 0; i < 70; i++) {
        (void)snprintf(name, sizeof(name), "lib/libxen%u.so", i);
        put_text(name, "library");
        used += (size_t)snprintf(maps + used, sizeof(maps) - used,
                                 "7-8 r-xp 0 08:01 3 %s/%s\n", dir, name);
    }
    put_text("maps", maps);
    bad("libxen", "too many files");
    while (host.count < XLS_MEASURE_PROGRAMS) {
        T(xls_measure_program(&host, dir, "x", false, &why) == XLS_OK);
    }
    T(xls_measure_program(&host, dir, "x", false, &why) == XLS_HOST_CONF);
    T(strstr(why.text, "too many") != NULL);
}
END_TEST

START_TEST(written_while_read)
{
    static const char name[] = "sbin/xlsecd";

    touch_while_read = name; /* at the end of the first file, the image */
    (void)snprintf(host.image, sizeof(host.image), "%s", at(name));
    bad(name, "changed while it was read");
    T(touch_while_read == NULL);
}
END_TEST

/* --- the second time ------------------------------------------------------ */

static uint64_t octets(void)
{
    struct xls_measured out = good();
    uint64_t n = out.octets;

    xls_measured_free(&out);
    return n;
}

/* So many seconds after the last change of this file. */
static void wait_after(const char *name, time_t seconds)
{
    struct stat st;

    T(stat(at(name), &st) == 0);
    today = st.st_ctim.tv_sec + seconds;
}

START_TEST(again)
{
    struct xls_measured out;
    struct timespec times[2];
    struct stat st;

    host.libxl = false; /* one file alone */
    host.count = 1;
    put_text("maps", "");
    T(unlink(at("boot/vmlinuz")) == 0);
    wait_after("sbin/xlsecd", 2);
    T(octets() == strlen("sbin/xlsecd"));
    wait_after("sbin/xlsecd", 3);
    T(octets() == strlen("sbin/xlsecd")); /* it had just been written then */
    T(octets() == 0 && octets() == 0);
    out = good();
    /* the same size, and times put back */
    T(stat(at("sbin/xlsecd"), &st) == 0);
    times[0] = times[1] = st.st_mtim;
    put_text("sbin/xlsecd", "sbin/xlsecD");
    T(utimensat(AT_FDCWD, at("sbin/xlsecd"), times, 0) == 0);
    wait_after("sbin/xlsecd", 100);
    T(changed(&out.log.pcrs) == 0x200);
    T(octets() == 0);
    T(changed(&out.log.pcrs) == 0x200);
    /* another file in its place, a link to another */
    put_text("new", "sbin/xlsecd");
    T(rename(at("new"), at("sbin/xlsecd")) == 0);
    T(changed(&out.log.pcrs) == 0);
    T(octets() == 0);
    T(rename(at("sbin/xlsecd"), at("sbin/other")) == 0);
    T(symlink("other", at("sbin/xlsecd")) == 0);
    T(octets() == strlen("sbin/xlsecd"));
    xls_measured_free(&out);
}
END_TEST

/* Other files each time: what is remembered has a limit, and stays right. */
START_TEST(others_each_time)
{
    char name[32];

    wait_after("cmdline", 10000);
    for (unsigned i = 0; i < 140; i++) {
        (void)snprintf(name, sizeof(name), "sbin/p%u", i);
        put_text(name, name);
        host.count = 0;
        T(xls_measure_program(&host, dir, name, true, NULL) == XLS_OK);
        T(octets() > 0);
    }
}
END_TEST

/* --- this host ------------------------------------------------------------ */

START_TEST(this_host)
{
    static struct xls_measure_host it;
    struct xls_measured out;
    struct xls_why why = {""};
    char path[600];
    static char text[65536];
    static char want[65536];
    FILE *f = fopen("/proc/cmdline", "rb");
    size_t len = fread(text, 1, sizeof(text), f);

    (void)fclose(f);
    memset(path, 'p', sizeof(path));
    path[sizeof(path) - 1] = '\0';
    T(xls_measure_this_host(&host.xen, path, &it, &why) == XLS_HOST_CONF);
    T(strstr(why.text, "too long") != NULL);
    why.text[0] = '\0';
    T(xls_measure_this_host(&host.xen, dir, &it, NULL) == XLS_OK);
    T(it.libxl && strncmp(it.image, "/boot/vmlinuz-", 14) == 0);
    T(strncmp(it.image + 14, it.kernel, strlen(it.image + 14)) == 0);
    T(it.kernel[strlen(it.image + 14)] == ' ');
    for (size_t i = 0; i < 7; i++) {
        T(it.programs[i].needed);
    }
    T(it.count == 12 && !it.programs[11].needed);
    it.count = 0; /* they are not installed */
    if (xls_measure(measure, &it, &out, &why) == XLS_OK) {
        T(memmem(out.log.text, out.log.len, "/libxenlight.so", 15) != NULL);
        T(memmem(out.log.text, out.log.len, "/libxl-save-helper\n", 19) !=
          NULL);
        xls_measured_free(&out);
    } else { /* nor is Xen */
        T(strstr(why.text, "/libxl-save-helper: ") != NULL);
    }
    it.libxl = false;
    it.maps = at("none");
    put_text("none", "");
    T(xls_measure(measure, &it, &out, NULL) == XLS_OK);
    len -= len > 0 && text[len - 1] == '\n' ? 1 : 0;
    line(want, sizeof(want), "8", text, len, "kernel command line: ");
    T(memmem(out.log.text, out.log.len, want, 60) != NULL);
    xls_measured_free(&out);
}
END_TEST

/* What libxl says, as texts; whole or not at all. */
START_TEST(xen_facts)
{
    static char text[2048];
    char field[][16] = {"4",     ".5-pre", "gcc 12", "root", "host",
                        "today", "chg",    "id",     "line"};
    libxl_version_info info;
    struct xls_xen_facts facts = {.version = "before"};
    const struct xls_xen xen = {NULL, NULL};
    struct xls_why why = {""};

    memset(&info, 0, sizeof(info));
    version = NULL;
    T(xls_xen_facts_read(&xen, &facts, &why) == XLS_HOST_XEN);
    T(why.text[0] != '\0' && strcmp(facts.version, "before") == 0);
    version = &info;
    info.xen_version_major = 4;
    info.xen_version_minor = 17;
    info.xen_version_extra = field[1];
    info.compiler = field[2];
    info.compile_by = field[3];
    info.compile_domain = field[4];
    info.compile_date = field[5];
    info.changeset = field[6];
    info.commandline = field[8];
    T(xls_xen_facts_read(&xen, &facts, NULL) == XLS_OK);
    ck_assert_str_eq(facts.version, "4.17.5-pre");
    ck_assert_str_eq(facts.compiled, "gcc 12, by root@host, today");
    ck_assert_str_eq(facts.changeset, "chg");
    ck_assert_str_eq(facts.build_id, "");
    ck_assert_str_eq(facts.command_line, "line");
    info.build_id = field[7];
    T(xls_xen_facts_read(&xen, &facts, NULL) == XLS_OK);
    ck_assert_str_eq(facts.build_id, "id");
    memset(text, 'w', 1023); /* as much as Xen keeps */
    info.commandline = text;
    T(xls_xen_facts_read(&xen, &facts, NULL) == XLS_OK);
    memset(text, 'w', sizeof(text) - 1);
    T(xls_xen_facts_read(&xen, &facts, &why) == XLS_HOST_XEN);
    info.commandline = field[8];
    info.compiler = text;
    T(xls_xen_facts_read(&xen, &facts, NULL) == XLS_HOST_XEN);
    info.compiler = field[2];
    info.build_id = text;
    T(xls_xen_facts_read(&xen, &facts, NULL) == XLS_HOST_XEN);
}
END_TEST

START_TEST(boot_id)
{
    static const char good_id[] = "18648ba7-76e2-4073-b438-8fc58efe0627\n";
    static const char *const bad_ids[] = {
        "",
        "18648ba7-76e2-4073-b438-8fc58efe062\n",
        "18648ba7-76e2-4073-b438-8fc58efe06277\n",
        "18648ba7-76e2-4073-b438-8fc58efe0627\n\n",
        "18648ba776e2-4073-b438-8fc58efe-0627\n",
        "18648ba7-76e2-4073-b438-8fc58efe062g\n",
        "18648ba7-76e2-4073-b438--fc58efe0627\n",
        "00000000-0000-0000-0000-000000000000\n",
    };
    uint8_t id[XLS_BOOT_ID_LEN] = {0};
    uint8_t other[XLS_BOOT_ID_LEN] = {0};
    struct xls_why why = {""};

    put_text("id", good_id);
    T(xls_boot_id_read(at("id"), id, NULL) == XLS_OK);
    T(id[0] == 0x18 && id[3] == 0xa7 && id[4] == 0x76 && id[15] == 0x27);
    put("id", good_id, 36);
    T(xls_boot_id_read(at("id"), other, NULL) == XLS_OK);
    T(memcmp(id, other, sizeof(id)) == 0);
    for (size_t i = 0; i < T_COUNT(bad_ids); i++) {
        why.text[0] = '\0';
        put_text("id", bad_ids[i]);
        T(xls_boot_id_read(at("id"), id, &why) == XLS_HOST_IO);
        T(strstr(why.text, "not the number of a boot") != NULL);
    }
    why.text[0] = '\0';
    T(xls_boot_id_read(at("none"), id, &why) == XLS_HOST_IO);
    T(strstr(why.text, "/none: ") != NULL);
    T(memcmp(id, other, sizeof(id)) == 0);
    T(xls_boot_id_read(XLS_BOOT_ID_PATH, id, NULL) == XLS_OK);
    T(xls_boot_id_read(XLS_BOOT_ID_PATH, other, NULL) == XLS_OK);
    T(memcmp(id, other, sizeof(id)) == 0);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        every_line,
        every_change,
        where_it_is_there,
        links,
        order,
        long_texts,
        what_is_missing,
        libraries,
        helpers,
        too_many,
        written_while_read,
        again,
        others_each_time,
        this_host,
        xen_facts,
        boot_id,
    };
    Suite *suite = suite_create("toolstack/measure");
    TCase *tcase = tcase_create("toolstack/measure");
    SRunner *runner = srunner_create(suite);
    int failed;

    tcase_set_timeout(tcase, 120);
    tcase_add_checked_fixture(tcase, setup, teardown);
    for (size_t i = 0; i < T_COUNT(tests); i++) {
        tcase_add_test(tcase, tests[i]);
    }
    suite_add_tcase(suite, tcase);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
