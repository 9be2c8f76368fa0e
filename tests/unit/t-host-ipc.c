/* SPDX-License-Identifier: LGPL-2.1-only */
/* Messages between processes, their last words, and words from elsewhere. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/why.h"
#include "base/wr.h"
#include "host/clock.h"
#include "host/fd.h"
#include "host/ipc.h"
#include "host/msg.h"
#include "t.h"

static struct xls_ipc_msg msg;
static uint8_t large[XLS_IPC_BODY + 2];

START_TEST(messages_arrive_one_by_one)
{
    int pair[2];
    struct xls_rd rd;

    T(xls_fd_pair(SOCK_SEQPACKET, pair) == XLS_OK);
    memset(large, 0x5a, sizeof(large));
    T(xls_ipc_send(pair[0], 7, "abc", 3) == XLS_OK);
    T(xls_ipc_send(pair[0], 65535, NULL, 0) == XLS_OK);
    T(xls_ipc_send(pair[0], 9, large, XLS_IPC_BODY) == XLS_OK);
    T(xls_ipc_recv(pair[1], -1, &msg) == XLS_OK);
    T(msg.type == 7 && msg.len == 3 && memcmp(msg.body, "abc", 3) == 0);
    rd = xls_ipc_body(&msg);
    T(xls_rd_u8(&rd) == 'a' && xls_rd_end(&rd) == XLS_PEER_TRAIL);
    T(xls_ipc_recv(pair[1], -1, &msg) == XLS_OK);
    T(msg.type == 65535 && msg.len == 0);
    T(xls_ipc_recv(pair[1], -1, &msg) == XLS_OK);
    T(msg.type == 9 && msg.len == XLS_IPC_BODY);
    T(memcmp(msg.body, large, XLS_IPC_BODY) == 0);
    xls_fd_close(&pair[0]);
    xls_fd_close(&pair[1]);
}
END_TEST

START_TEST(what_is_no_message_is_refused)
{
    int pair[2];

    T(xls_fd_pair(SOCK_SEQPACKET, pair) == XLS_OK);
    T(xls_ipc_send(pair[0], 1, large, XLS_IPC_BODY + 1) == XLS_BUG_CONTRACT);
    msg.type = 77;
    msg.len = 78;
    T(send(pair[0], large, 1, 0) == 1); /* shorter than a type */
    T(xls_ipc_recv(pair[1], -1, &msg) == XLS_PEER_RANGE);
    /* longer than a body: cut short by the system, and told */
    T(send(pair[0], large, XLS_IPC_BODY + 2, 0) == XLS_IPC_BODY + 2);
    T(xls_ipc_recv(pair[1], -1, &msg) == XLS_OK);
    msg.type = 77;
    msg.len = 78;
    {
        static uint8_t more[XLS_IPC_BODY + 3];

        T(send(pair[0], more, sizeof(more), 0) == (ssize_t)sizeof(more));
    }
    T(xls_ipc_recv(pair[1], -1, &msg) == XLS_PEER_RANGE);
    T(msg.type == 77 && msg.len == 78);
    xls_fd_close(&pair[0]);
    xls_fd_close(&pair[1]);
}
END_TEST

START_TEST(deadlines_and_ends)
{
    int pair[2];
    int64_t began = xls_now_ms();

    T(xls_fd_pair(SOCK_SEQPACKET, pair) == XLS_OK);
    T(xls_ipc_recv(pair[1], began + 50, &msg) == XLS_PEER_TIME);
    T(xls_now_ms() - began >= 50);
    T(xls_ipc_recv(pair[1], 0, &msg) == XLS_PEER_TIME);
    T(xls_ipc_send(pair[0], 3, "x", 1) == XLS_OK);
    xls_fd_close(&pair[0]);
    /* what was said before the end is heard */
    T(xls_ipc_recv(pair[1], 0, &msg) == XLS_OK && msg.type == 3);
    T(xls_ipc_recv(pair[1], -1, &msg) == XLS_HOST_GONE);
    T(xls_ipc_send(pair[1], 3, "x", 1) == XLS_HOST_GONE);
    xls_fd_close(&pair[1]);
    T(xls_ipc_send(-1, 3, "x", 1) == XLS_HOST_IO);
    T(xls_ipc_recv(-1, 0, &msg) == XLS_PEER_TIME); /* nothing to wait for */
}
END_TEST

static void *hear_slowly(void *arg)
{
    const int *fd = arg;
    struct xls_ipc_msg *own = malloc(sizeof(*own));
    uintptr_t count = 0;

    while (xls_ipc_recv(*fd, -1, own) == XLS_OK) {
        (void)usleep(1000);
        count++;
    }
    free(own);
    return (void *)count;
}

START_TEST(a_slow_reader_loses_nothing)
{
    int pair[2];
    pthread_t thread;
    void *count;

    T(xls_fd_pair(SOCK_SEQPACKET, pair) == XLS_OK);
    T(pthread_create(&thread, NULL, hear_slowly, &pair[1]) == 0);
    for (int i = 0; i < 64; i++) {
        T(xls_ipc_send(pair[0], 1, large, XLS_IPC_BODY) == XLS_OK);
    }
    xls_fd_close(&pair[0]);
    T(pthread_join(thread, &count) == 0 && (uintptr_t)count == 64);
    xls_fd_close(&pair[1]);
}
END_TEST

/* --- last words
 * --------------------------------------------------------------------*/

/* Say FAILED, and hear it. */
static enum xls_rc through(enum xls_rc rc, const struct xls_why *said,
                           struct xls_why *heard)
{
    int pair[2];
    enum xls_rc out;

    T(xls_fd_pair(SOCK_SEQPACKET, pair) == XLS_OK);
    xls_msg_failed(pair[0], rc, said);
    T(xls_ipc_recv(pair[1], 0, &msg) == XLS_OK);
    T(msg.type == XLS_MSG_FAILED);
    out = xls_msg_read_failed(&msg, heard);
    xls_fd_close(&pair[0]);
    xls_fd_close(&pair[1]);
    return out;
}

START_TEST(last_words_are_heard)
{
    struct xls_why said = {"one \x1b[2J two\n\xc3\xa4"};
    struct xls_why heard = {""};

    T(through(XLS_PEER_AUTH, &said, &heard) == XLS_PEER_AUTH);
    ck_assert_str_eq(heard.text, "one ?[2J two???");
    heard.text[0] = '\0';
    T(through(XLS_PEER_TIME, NULL, &heard) == XLS_PEER_TIME);
    ck_assert_str_eq(heard.text, xls_rc_text(XLS_PEER_TIME));
    /* the first reason is the reason */
    T(through(XLS_HOST_IO, &said, &heard) == XLS_HOST_IO);
    ck_assert_str_eq(heard.text, xls_rc_text(XLS_PEER_TIME));
    /* a sentence of full length is cut, and ends */
    memset(said.text, 'x', sizeof(said.text) - 1);
    said.text[sizeof(said.text) - 1] = '\0';
    heard.text[0] = '\0';
    T(through(XLS_HOST_IO, &said, &heard) == XLS_HOST_IO);
    T(strlen(heard.text) == XLS_WHY_MAX - 1);
    xls_msg_failed(-1, XLS_HOST_IO, NULL); /* nobody to tell */
}
END_TEST

/* Of one who has ended without reading what we said: Linux tells a reset first.
 */
START_TEST(last_words_of_who_does_not_listen)
{
    int pair[2];

    T(xls_fd_pair(SOCK_SEQPACKET, pair) == XLS_OK);
    T(xls_ipc_send(pair[0], 5, "unread", 6) == XLS_OK);
    xls_msg_failed(pair[1], XLS_PEER_AUTH, NULL);
    T(close(pair[1]) == 0);
    T(xls_ipc_recv(pair[0], 0, &msg) == XLS_OK);
    T(msg.type == XLS_MSG_FAILED);
    T(xls_ipc_recv(pair[0], 0, &msg) == XLS_HOST_GONE);
    xls_fd_close(&pair[0]);
}
END_TEST

START_TEST(last_words_that_are_none)
{
    struct xls_why why = {""};

    msg.type = XLS_MSG_FAILED;
    msg.len = 3; /* no whole verdict */
    memset(msg.body, 0, sizeof(msg.body));
    T(xls_msg_read_failed(&msg, &why) == XLS_PEER_RANGE);
    msg.len = 4; /* a failure that says all is well */
    T(xls_msg_read_failed(&msg, &why) == XLS_PEER_RANGE);
    msg.body[3] = 9; /* a verdict that there is not */
    T(xls_msg_read_failed(&msg, &why) == XLS_PEER_RANGE);
    memset(msg.body, 0xff, 4);
    T(xls_msg_read_failed(&msg, &why) == XLS_PEER_RANGE);
    T(why.text[0] == '\0');
    /* far longer than a sentence */
    memset(msg.body, 'y', sizeof(msg.body));
    msg.body[0] = msg.body[1] = 0;
    msg.body[2] = 1;
    msg.body[3] = 0;
    msg.len = XLS_IPC_BODY;
    T(xls_msg_read_failed(&msg, &why) == XLS_PEER_SHORT);
    T(strlen(why.text) == XLS_WHY_MAX - 1);
}
END_TEST

START_TEST(words_from_elsewhere_are_made_harmless)
{
    char out[8];
    struct xls_why why = {""};

    for (int c = 0; c < 256; c++) {
        char in[2] = {(char)c, 'z'};

        xls_why_peer(out, sizeof(out), in, 2);
        T(out[0] == (c >= ' ' && c <= '~' ? (char)c : '?'));
        T(out[1] == 'z' && out[2] == '\0');
    }
    xls_why_peer(out, sizeof(out), "0123456789", 10);
    ck_assert_str_eq(out, "0123456");
    xls_why_peer(out, 1, "abc", 3);
    ck_assert_str_eq(out, "");
    out[0] = '!';
    xls_why_peer(out, 0, "abc", 3);
    T(out[0] == '!');
    T(xls_why_set(NULL, XLS_HOST_IO, "%d", 1) == XLS_HOST_IO);
    T(xls_why_set(&why, XLS_HOST_IO, "%d", 1) == XLS_HOST_IO);
    T(xls_why_set(&why, XLS_HOST_XEN, "%d", 2) == XLS_HOST_XEN);
    ck_assert_str_eq(why.text, "1");
}
END_TEST

START_TEST(clocks)
{
    int64_t now = xls_now_ms();

    T(xls_until_ms(-1) == -1);
    T(xls_until_ms(0) == 0 && xls_until_ms(now - 1) == 0);
    T(xls_until_ms(now + 5000) > 4000 && xls_until_ms(now + 5000) <= 5000);
    T(xls_until_ms(INT64_MAX) == 3600 * 1000);
}
END_TEST

/* --- descriptors
 * -----------------------------------------------------------------------*/

START_TEST(whole_files_are_read_up_to_a_limit)
{
    char path[] = "/tmp/xlsec-fd-XXXXXX";
    int fd = mkstemp(path);
    char *text = (char *)1;
    size_t len = 99;

    T(fd >= 0 && unlink(path) == 0);
    T(xls_fd_slurp(fd, 0, &text, &len) == XLS_OK && len == 0 && *text == '\0');
    free(text);
    T(xls_fd_write(fd, "hello", 5) == XLS_OK && lseek(fd, 0, SEEK_SET) == 0);
    text = (char *)1;
    len = 99;
    T(xls_fd_slurp(fd, 4, &text, &len) == XLS_HOST_IO && errno == EFBIG);
    T(text == (char *)1 && len == 99);
    T(lseek(fd, 0, SEEK_SET) == 0);
    T(xls_fd_slurp(fd, 5, &text, &len) == XLS_OK && len == 5);
    ck_assert_str_eq(text, "hello");
    free(text);
    xls_fd_close(&fd);
    T(fd == -1);
    xls_fd_close(&fd);
    T(xls_fd_slurp(fd, 5, &text, &len) == XLS_HOST_IO && errno == EBADF);
    T(xls_fd_write(fd, "x", 1) == XLS_HOST_IO);
    T(xls_fd_nonblock(fd, true) == XLS_HOST_IO);
    errno = EXDEV;
    fd = dup(0);
    xls_fd_close(&fd);
    T(errno == EXDEV); /* closing keeps it */
}
END_TEST

START_TEST(pipes_and_pairs)
{
    int pair[2];
    char c;

    T(xls_fd_pipe(pair) == XLS_OK);
    T((fcntl(pair[0], F_GETFD) & FD_CLOEXEC) != 0 &&
      (fcntl(pair[1], F_GETFD) & FD_CLOEXEC) != 0);
    T(fcntl(pair[1], F_GETPIPE_SZ) >= 65536);
    T(xls_fd_nonblock(pair[0], true) == XLS_OK);
    T(read(pair[0], &c, 1) == -1 && errno == EAGAIN);
    T(xls_fd_nonblock(pair[0], false) == XLS_OK);
    T((fcntl(pair[0], F_GETFL) & O_NONBLOCK) == 0);
    xls_fd_close(&pair[0]);
    xls_fd_close(&pair[1]);
    T(xls_fd_pair(-1, pair) == XLS_HOST_IO && pair[0] == -1 && pair[1] == -1);
}
END_TEST

int main(void)
{
    const TTest *const list[] = {
        messages_arrive_one_by_one,
        what_is_no_message_is_refused,
        deadlines_and_ends,
        a_slow_reader_loses_nothing,
        last_words_are_heard,
        last_words_of_who_does_not_listen,
        last_words_that_are_none,
        words_from_elsewhere_are_made_harmless,
        clocks,
        whole_files_are_read_up_to_a_limit,
        pipes_and_pairs,
    };

    return t_run("host-ipc", list, T_COUNT(list));
}
