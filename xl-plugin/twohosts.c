/* SPDX-License-Identifier: LGPL-2.1-only */
#include "twohosts.h"

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/secret.h"
#include "crypto/start.h"
#include "host/fd.h"

bool xls_two_hosts_write(const struct xls_two_hosts *hosts, unsigned which,
                         const char *name, const char *text, unsigned mode)
{
    char path[256];
    int fd;
    bool ok;

    (void)snprintf(path, sizeof(path), "%s/%s", hosts->dir[which], name);
    fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    ok = fd >= 0 && fchmod(fd, mode) == 0 &&
         xls_fd_write(fd, text, strlen(text)) == XLS_OK;
    xls_fd_close(&fd);
    return ok;
}

static bool write_key(const struct xls_two_hosts *hosts, unsigned which,
                      const char *name, const uint8_t bytes[XLS_KEY])
{
    char key[XLS_KEY_TEXT];
    bool ok;

    xls_key_encode(bytes, key);
    ok = xls_two_hosts_write(hosts, which, name, key, 0600);
    xls_wipe(key, sizeof(key));
    return ok;
}

static bool make_host(const struct xls_two_hosts *hosts, unsigned which,
                      uint16_t port, const char *libexec, const char *more)
{
    char path[96];
    char text[1024];
    char key[XLS_KEY_TEXT];

    (void)snprintf(path, sizeof(path), "%s/peers.d", hosts->dir[which]);
    if (mkdir(hosts->dir[which], 0700) != 0 || mkdir(path, 0700) != 0 ||
        !write_key(hosts, which, "fleet.key", hosts->fleet.bytes) ||
        !write_key(hosts, which, "host.key", hosts->key[which].secret)) {
        return false;
    }
    xls_key_encode(hosts->key[1 - which].pub, key);
    (void)snprintf(text, sizeof(text),
                   "[peer]\nname = " XLS_TWO_HOSTS_PEER
                   "\naddress = 127.0.0.1\nport = %u\n"
                   "key = %s\nallow = incoming outgoing\nevidence = none\n"
                   /* both are this host: whatever guest it has may come */
                   "accept-kernel = /**\naccept-disk = /**\n"
                   "accept-disk-format = *\naccept-bridge = *\n",
                   (unsigned)port, key);
    if (!xls_two_hosts_write(hosts, which, "peers.d/other.conf", text, 0644)) {
        return false;
    }
    (void)snprintf(text, sizeof(text),
                   "[paths]\nlibexec = %s\nstate = %s/state\n%s", libexec,
                   hosts->dir[which], more);
    return xls_two_hosts_write(hosts, which, "xlsec.conf", text, 0644);
}

bool xls_two_hosts_make(struct xls_two_hosts *out, uint16_t port,
                        const char *libexec, const char *more)
{
    *out = (struct xls_two_hosts){.top = "/tmp/xlsec-hosts-XXXXXX"};
    if (xls_crypto_start() != XLS_OK || mkdtemp(out->top) == NULL) {
        out->top[0] = '\0';
        return false;
    }
    xls_random(out->fleet.bytes, sizeof(out->fleet.bytes));
    for (unsigned i = 0; i < 2; i++) {
        xls_dh_key_random(&out->key[i]);
        (void)snprintf(out->dir[i], sizeof(out->dir[i]), "%s/%u", out->top, i);
    }
    return make_host(out, 0, port, libexec, more) &&
           make_host(out, 1, port, libexec, more);
}

static int remove_one(const char *path, const struct stat *st, int type,
                      struct FTW *walk)
{
    (void)st;
    (void)type;
    (void)walk;
    (void)remove(path);
    return 0;
}

void xls_two_hosts_remove(struct xls_two_hosts *hosts)
{
    if (hosts->top[0] != '\0') {
        (void)nftw(hosts->top, remove_one, 8, FTW_DEPTH | FTW_PHYS);
    }
    xls_wipe(hosts, sizeof(*hosts));
}
