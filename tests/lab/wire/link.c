/*
 * Frames between two hosts: QEMU's stream netdev sends each frame behind its
 * length, four bytes, big endian.
 */
#define _GNU_SOURCE
#include "wire.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

uint64_t wire_now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000u + (uint64_t)t.tv_nsec / 1000u;
}

void link_close(struct wire *w, int side)
{
    struct side *s = &w->sides[side];

    if (s->fd >= 0) {
        close(s->fd);
    }
    while (s->first) {
        struct frame *f = s->first;

        s->first = f->next;
        free(f);
    }
    s->fd = -1;
    s->last = &s->first;
    s->in_len = s->queued = s->sent = 0;
}

/* A host that comes again takes the place of what it was. */
void link_accept(struct wire *w, int side)
{
    int fd = accept4(w->sides[side].listener, NULL, NULL,
                     SOCK_NONBLOCK | SOCK_CLOEXEC);

    if (fd >= 0) {
        link_close(w, side);
        w->sides[side].fd = fd;
    }
}

void link_send(struct wire *w, int side, const unsigned char *data, size_t len)
{
    struct side *s = &w->sides[side];
    struct frame *f;

    if (s->fd < 0 || len > FRAME_MAX) {
        return;
    }
    f = malloc(sizeof(*f) + 4 + len);
    if (!f) {
        return;
    }
    f->next = NULL;
    f->due = wire_now();
    if (w->rate > 0) {
        s->free =
            (s->free > f->due ? s->free : f->due) + len * 1000000u / w->rate;
        f->due = s->free;
    }
    f->due += w->delay;
    f->len = 4 + len;
    for (int i = 0; i < 4; i++) {
        f->data[i] = (unsigned char)(len >> (24 - 8 * i));
    }
    memcpy(f->data + 4, data, len);
    *s->last = f;
    s->last = &f->next;
    s->queued += f->len;
}

void link_flush(struct wire *w, int side)
{
    struct side *s = &w->sides[side];

    while (s->first && s->fd >= 0 && s->first->due <= wire_now()) {
        struct frame *f = s->first;
        ssize_t put = send(s->fd, f->data + s->sent, f->len - s->sent,
                           MSG_DONTWAIT | MSG_NOSIGNAL);

        if (put < 0 && (errno == EAGAIN || errno == EINTR)) {
            return;
        }
        if (put < 0) {
            link_close(w, side);
            return;
        }
        s->sent += (size_t)put;
        if (s->sent < f->len) {
            return;
        }
        s->first = f->next;
        s->last = s->first ? s->last : &s->first;
        s->queued -= f->len;
        s->sent = 0;
        free(f);
    }
}

static void put_le32(FILE *out, uint32_t v)
{
    for (int i = 0; i < 4; i++) {
        fputc((int)(v >> (8 * i) & 0xff), out);
    }
}

static void record(struct wire *w, const unsigned char *data, size_t len)
{
    struct timeval now;

    gettimeofday(&now, NULL);
    put_le32(w->record, (uint32_t)now.tv_sec);
    put_le32(w->record, (uint32_t)now.tv_usec);
    put_le32(w->record, (uint32_t)len);
    put_le32(w->record, (uint32_t)len);
    fwrite(data, 1, len, w->record);
}

/* A frame has come: recorded as it was sent, then judged. */
static void arrive(struct wire *w, int side, unsigned char *data, size_t len)
{
    struct side *s = &w->sides[side];

    s->frames++;
    s->bytes += len;
    if (w->record) {
        record(w, data, len);
    }
    if (w->cut || !fault_judge(w, side, data, &len)) {
        s->dropped++;
        return;
    }
    link_send(w, !side, data, len);
}

void link_receive(struct wire *w, int side)
{
    struct side *s = &w->sides[side];
    ssize_t got =
        recv(s->fd, s->in + s->in_len, sizeof(s->in) - s->in_len, MSG_DONTWAIT);
    size_t at = 0;

    if (got < 0 && (errno == EAGAIN || errno == EINTR)) {
        return;
    }
    if (got <= 0) {
        link_close(w, side);
        return;
    }
    s->in_len += (size_t)got;
    while (s->in_len - at >= 4) {
        unsigned char *p = s->in + at;
        size_t len =
            (size_t)p[0] << 24 | (size_t)p[1] << 16 | (size_t)p[2] << 8 | p[3];

        if (len > FRAME_MAX) {
            link_close(w, side);
            return;
        }
        if (s->in_len - at < 4 + len) {
            break;
        }
        arrive(w, side, p + 4, len);
        at += 4 + len;
    }
    memmove(s->in, s->in + at, s->in_len - at);
    s->in_len -= at;
}
