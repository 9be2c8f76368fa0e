/* SPDX-License-Identifier: LGPL-2.1-only */
#include "host/boot.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "host/fd.h"

enum { TEXT_LEN = 36 }; /* of a UUID */

/* Not zeros, with its dashes where they belong? */
static bool parse(const char *text, size_t len, uint8_t out[XLS_BOOT_ID_LEN])
{
    static const char form[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
    size_t used = 0;

    if (len != TEXT_LEN && !(len == TEXT_LEN + 1 && text[TEXT_LEN] == '\n')) {
        return false;
    }
    for (size_t i = 0; i < TEXT_LEN; i++) {
        if ((form[i] == '-') != (text[i] == '-')) {
            return false;
        }
    }
    return sodium_hex2bin(out, XLS_BOOT_ID_LEN, text, TEXT_LEN, "-", &used,
                          NULL) == 0 &&
           used == XLS_BOOT_ID_LEN && !sodium_is_zero(out, used);
}

enum xls_rc xls_boot_id_read(const char *path, uint8_t out[XLS_BOOT_ID_LEN],
                             struct xls_why *why)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    uint8_t id[XLS_BOOT_ID_LEN];
    char *text = NULL;
    size_t len = 0;
    enum xls_rc rc = fd < 0 ? XLS_HOST_IO : xls_fd_slurp(fd, 64, &text, &len);

    if (rc == XLS_HOST_IO) {
        rc = xls_why_set(why, rc,
                         "%s: the number of this boot cannot be read: %s; "
                         "software Evidence needs it, and /proc",
                         path, strerror(errno));
    } else if (rc == XLS_OK && !parse(text, len, id)) {
        rc = xls_why_set(why, XLS_HOST_IO,
                         "%s: is not the number of a boot (a UUID): is /proc "
                         "the kernel's?",
                         path);
    }
    if (rc == XLS_OK) {
        memcpy(out, id, sizeof(id));
    }
    free(text);
    xls_fd_close(&fd);
    return rc;
}
