/* SPDX-License-Identifier: LGPL-2.1-only */
#include "toolstack/report.h"

#include <stdlib.h>

void xls_report_free(struct xls_report *report)
{
    free(report->said);
    free(report->shown);
    report->said = NULL;
    report->shown = NULL;
    report->shown_len = 0;
}
