/*
 * What the lab's client and the agent in dom0 say to each other over one
 * virtio-serial port: frames of a type, a length and that many bytes.
 *
 * The agent says READY, 16 bytes, when a client has come; the client discards
 * what it finds before that. Then the client sends one EXEC (the words of the
 * command, each ended by a zero byte), and INPUT as it comes (empty: the end).
 * The agent sends OUTPUT and ERRORS, and one STATUS (one byte) at the end.
 */
#ifndef LAB_FRAME_H
#define LAB_FRAME_H

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#define LAB_PORTS     12
#define LAB_READY     "xlsec-lab-ready\n"
#define LAB_READY_LEN 16u
#define LAB_BODY_MAX  16384u
#define LAB_HEAD_LEN  5u

enum lab_type {
    LAB_EXEC = 'X',
    LAB_INPUT = 'I',
    LAB_OUTPUT = 'O',
    LAB_ERRORS = 'E',
    LAB_STATUS = 'S',
};

/* Write all of it; 0 when done, -1 when the other end is gone. */
static inline int lab_write(int fd, const void *from, size_t len)
{
    const unsigned char *at = from;

    while (len > 0) {
        ssize_t put = write(fd, at, len);

        if (put < 0 && errno == EINTR) {
            continue;
        }
        if (put <= 0) {
            return -1;
        }
        at += put;
        len -= (size_t)put;
    }
    return 0;
}

static inline void lab_head(unsigned char *head, enum lab_type type, size_t len)
{
    head[0] = (unsigned char)type;
    head[1] = (unsigned char)(len >> 24);
    head[2] = (unsigned char)(len >> 16);
    head[3] = (unsigned char)(len >> 8);
    head[4] = (unsigned char)len;
}

static inline int lab_send(int fd, enum lab_type type, const void *body,
                           size_t len)
{
    unsigned char frame[LAB_HEAD_LEN + LAB_BODY_MAX];

    lab_head(frame, type, len);
    memcpy(frame + LAB_HEAD_LEN, body, len);
    return lab_write(fd, frame, LAB_HEAD_LEN + len);
}

static inline size_t lab_body_len(const unsigned char *head)
{
    return (size_t)head[1] << 24 | (size_t)head[2] << 16 |
           (size_t)head[3] << 8 | head[4];
}

#endif
