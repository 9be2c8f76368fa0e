/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * The guard, for `model differential`: judges the streams that come on its
 * standard input, by the library's public interface.
 *
 * A question: u32 format, u32 octets to feed at a time (0: all), u32 length,
 * the stream.  An answer: u8 verdict, u64 offset, char rule[16],
 * char text[160].  All in the machine's own order.  Ends with its input.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "xlsec/check.h"

struct question {
    uint32_t format;
    uint32_t piece;
    uint32_t length;
};

static enum xlsec_check_verdict judge(const struct question *q,
                                      const uint8_t *stream,
                                      struct xlsec_check_finding *finding)
{
    struct xlsec_check *check =
        xlsec_check_new((enum xlsec_check_format)q->format, NULL);
    enum xlsec_check_verdict verdict = XLSEC_CHECK_ACCEPTED;
    size_t at = 0;

    if (check == NULL) {
        return XLSEC_CHECK_FAILED;
    }
    while (at < q->length && verdict == XLSEC_CHECK_ACCEPTED) {
        size_t len = q->length - at;

        if (q->piece != 0 && q->piece < len) {
            len = q->piece;
        }
        verdict = xlsec_check_feed(check, stream + at, len);
        at += len;
    }
    if (verdict == XLSEC_CHECK_ACCEPTED) {
        verdict = xlsec_check_end(check);
    }
    xlsec_check_finding(check, finding);
    xlsec_check_free(check);
    return verdict;
}

static int answer(const struct question *q, const uint8_t *stream)
{
    struct xlsec_check_finding finding = {0};
    uint8_t verdict = (uint8_t)judge(q, stream, &finding);

    return fwrite(&verdict, 1, 1, stdout) == 1 &&
           fwrite(&finding.offset, sizeof(finding.offset), 1, stdout) == 1 &&
           fwrite(finding.rule, sizeof(finding.rule), 1, stdout) == 1 &&
           fwrite(finding.text, sizeof(finding.text), 1, stdout) == 1 &&
           fflush(stdout) == 0;
}

int main(void)
{
    struct question q;
    uint8_t *stream = NULL;
    int status = 0;

    while (fread(&q, sizeof(q), 1, stdin) == 1) {
        /* Memory of exactly that size, so that a sanitizer sees one octet
         * read too many. */
        stream = malloc(q.length > 0 ? q.length : 1);
        if (stream == NULL || fread(stream, 1, q.length, stdin) != q.length ||
            !answer(&q, stream)) {
            status = 1;
            break;
        }
        free(stream);
        stream = NULL;
    }
    free(stream);
    return status;
}
