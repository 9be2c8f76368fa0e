/* SPDX-License-Identifier: LGPL-2.1-only */
/* t-toolstack-permit: what a peer's file says of companions. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "crypto/start.h"
#include "host/fd.h"
#include "t.h"
#include "toolstack/permit.h"

#define PEER                                                                   \
    "[peer]\nname = xen1\nallow = incoming\n"                                  \
    "key = AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"

static char dir[32];

static void put(const char *text)
{
    char path[64];
    int fd;

    (void)snprintf(path, sizeof(path), "%s/peers.d/xen1.conf", dir);
    fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    T(fd >= 0 && xls_fd_write(fd, text, strlen(text)) == XLS_OK);
    xls_fd_close(&fd);
}

static void begin(void)
{
    char path[64];

    strcpy(dir, "/tmp/xlsec-permit-XXXXXX");
    T(mkdtemp(dir) != NULL);
    (void)snprintf(path, sizeof(path), "%s/peers.d", dir);
    T(mkdir(path, 0700) == 0);
}

static void end(void)
{
    char command[64];

    (void)snprintf(command, sizeof(command), "rm -r %s", dir);
    T(system(command) == 0);
}

static enum xls_rc ask(const char *vtpm, const char *file, struct xls_why *why)
{
    static const uint8_t key[XLS_KEY];
    static struct xls_companions list;
    struct xls_companion one = {XLS_COMPANION_VTPM, 1, 1, ""};

    memset(&list, 0, sizeof(list));
    why->text[0] = '\0';
    strcpy(one.path, vtpm);
    T(xls_companions_add(&list, &one));
    one = (struct xls_companion){XLS_COMPANION_FILE, 0, 1, ""};
    strcpy(one.path, file);
    T(xls_companions_add(&list, &one));
    return xls_permit_companions(dir, key, &list, why);
}

/* [P-73] nothing, unless a line says so; and a line is for its own kind */
START_TEST(companions_need_a_line)
{
    static const struct {
        const char *lines;
        bool vtpm;
        bool file;
    } cases[] = {
        {"", false, false},
        {"accept-vtpm = /v/*\n", true, false},
        {"accept-file = /f/*\n", false, true},
        {"accept-vtpm = /f/*\naccept-file = /v/*\n", false, false},
        {"accept-vtpm = /v/web1\naccept-file = /f/web1\n", true, true},
        {"accept-vtpm = /v\naccept-file = /f\n", false, false},
        {"accept-vtpm = /v/**\naccept-file = /f/**\n", true, true},
        {"accept-vtpm = /*\naccept-file = /*\n", false, false},
        {"accept-disk = /**\naccept-setting = x=*\n", false, false},
        {"accept-vtpm = /x, /v/web?\naccept-file = /f/*1\n", true, true},
    };
    char text[512];
    struct xls_why why;

    begin();
    for (size_t i = 0; i < T_COUNT(cases); i++) {
        enum xls_rc rc;

        (void)snprintf(text, sizeof(text), PEER "%s", cases[i].lines);
        put(text);
        rc = ask("/v/web1", "/f/web1", &why);
        T(rc == (cases[i].vtpm && cases[i].file ? XLS_OK : XLS_PEER_POLICY));
        T((why.text[0] == '\0') == (rc == XLS_OK));
        if (!cases[i].file) { /* the first in order */
            T(strstr(why.text,
                     "file '/f/web1' may not come along with a "
                     "guest; to accept it, add to /tmp/xlsec-") != NULL);
            T(strstr(why.text, "xen1.conf: accept-file = /f/web1") != NULL);
        } else if (!cases[i].vtpm) {
            T(strstr(why.text, "vTPM state '/v/web1' may not come") != NULL);
            T(strstr(why.text, "xen1.conf: accept-vtpm = /v/web1") != NULL);
        }
    }
    end();
}
END_TEST

START_TEST(the_file_is_there_and_good)
{
    struct xls_why why;

    begin();
    T(ask("/v/web1", "/f/web1", &why) == XLS_PEER_POLICY);
    T(strstr(why.text, "has no file for that host any more") != NULL);
    put("[peer]\njunk\n");
    T(ask("/v/web1", "/f/web1", &why) == XLS_HOST_CONF);
    T(strstr(why.text, "xen1.conf:2:") != NULL);
    end();
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        companions_need_a_line,
        the_file_is_there_and_good,
    };

    return xls_crypto_start() == XLS_OK
               ? t_run("toolstack-permit", tests, T_COUNT(tests))
               : EXIT_FAILURE;
}
