/* SPDX-License-Identifier: LGPL-2.1-only */
#include "override.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <json-c/json.h>

#include "host/fd.h"
#include "realxl.h"

enum { OUTPUT_MAX = 1 << 20 };

/* Run the real xl on the file; its stdout is *text, the caller's. */
static enum xls_rc run_xl(const char *xl, const char *file, char **text,
                          struct xls_why *why)
{
    int out[2];
    size_t len = 0;
    int status = -1;
    enum xls_rc rc = xls_fd_pipe(out);
    pid_t pid;

    if (rc != XLS_OK) {
        return rc;
    }
    pid = fork();
    if (pid == 0) {
        (void)dup2(out[1], STDOUT_FILENO);
        (void)execl(xl, "xl", "create", "--dryrun", "--quiet", file,
                    (char *)NULL);
        _exit(127);
    }
    xls_fd_close(&out[1]);
    rc = pid < 0 ? XLS_HOST_IO : xls_fd_slurp(out[0], OUTPUT_MAX, text, &len);
    xls_fd_close(&out[0]);
    if (pid > 0) {
        (void)waitpid(pid, &status, 0);
    }
    if (rc == XLS_OK && status != 0) {
        free(*text);
        *text = NULL;
        return xls_why_set(why, XLS_HOST_CONF,
                           "%s: xl does not accept this configuration (its "
                           "message is above)",
                           file);
    }
    return rc;
}

enum xls_rc xls_override_read(const char *file, char **out, struct xls_why *why)
{
    char xl[512];
    char *text = NULL;
    const char *json;
    struct json_object *tree = NULL;
    enum xls_rc rc;

    if (!xls_real_xl(xl, sizeof(xl))) {
        return xls_why_set(why, XLS_HOST_CONF,
                           "xl is not installed, and -C needs it");
    }
    rc = run_xl(xl, file, &text, why);
    if (rc != XLS_OK) {
        return rc;
    }
    /* a line such as "Parsing config from ..." may stand before the object */
    json = text == NULL ? NULL : strchr(text, '{');
    tree = json == NULL ? NULL : json_tokener_parse(json);
    if (tree != NULL && json_object_object_get_ex(tree, "c_info", NULL)) {
        *out = strdup(
            json_object_to_json_string_ext(tree, JSON_C_TO_STRING_PLAIN));
        rc = *out == NULL ? XLS_HOST_NOMEM : XLS_OK;
    } else {
        rc = xls_why_set(why, XLS_HOST_CONF,
                         "%s: xl create --dryrun printed no configuration",
                         file);
    }
    (void)json_object_put(tree);
    free(text);
    return rc;
}
