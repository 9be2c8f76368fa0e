/* SPDX-License-Identifier: LGPL-2.1-only */
#include "xenfmt/finding.h"

#include <stdarg.h>
#include <stdio.h>

enum xls_rc xls_refuse(struct xls_finding *f, enum xls_rc rc, const char *rule,
                       const char *format, ...)
{
    va_list args;

    if (f != NULL) {
        (void)snprintf(f->rule, sizeof(f->rule), "%s", rule);
        va_start(args, format);
        (void)vsnprintf(f->text, sizeof(f->text), format, args);
        va_end(args);
    }
    return rc;
}

const char *xls_guest_type_name(enum xls_guest_type type)
{
    switch (type) {
    case XLS_GUEST_ANY:
        return "any";
    case XLS_GUEST_PV:
        return "pv";
    case XLS_GUEST_HVM:
        return "hvm";
    case XLS_GUEST_PVH:
        return "pvh";
    }
    return "unknown";
}
