/* What ctl.h says. */
#define _GNU_SOURCE
#include "ctl.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

static struct sockaddr_un address(const char *dir, const char *name)
{
    struct sockaddr_un a = {.sun_family = AF_UNIX};

    snprintf(a.sun_path, sizeof(a.sun_path), "%.90s/%.12s", dir, name);
    return a;
}

int ctl_listen(const char *dir, const char *name)
{
    struct sockaddr_un a = address(dir, name);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    unlink(a.sun_path);
    if (fd < 0 || bind(fd, (struct sockaddr *)&a, sizeof(a)) || listen(fd, 8)) {
        fprintf(stderr, "%s: %s\n", a.sun_path, strerror(errno));
        exit(1);
    }
    return fd;
}

int ctl_connect(const char *dir, const char *name)
{
    struct sockaddr_un a = address(dir, name);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (fd < 0 || connect(fd, (struct sockaddr *)&a, sizeof(a))) {
        fprintf(stderr, "nobody listens at %s\n", a.sun_path);
        if (fd >= 0) {
            close(fd);
        }
        return -1;
    }
    return fd;
}

/* The client shuts its side down behind its words. */
void ctl_answer(int listener, ctl_obey *obey)
{
    int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
    char line[1024], *words[CTL_WORDS_MAX];
    struct timeval limit = {2, 0};
    const char *complaint;
    size_t len = 0;
    ssize_t got;
    int count = 0;
    FILE *out;

    if (fd < 0) {
        return;
    }
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
    while (len < sizeof(line) - 1 &&
           (got = read(fd, line + len, sizeof(line) - 1 - len)) > 0) {
        len += (size_t)got;
    }
    line[len] = '\0';
    for (size_t at = 0; at < len && count < CTL_WORDS_MAX;
         at += strlen(line + at) + 1) {
        words[count++] = line + at;
    }
    out = fdopen(fd, "w");
    if (!out) {
        close(fd);
        return;
    }
    complaint = obey(words, count, out);
    fprintf(out, "%s%s\n", complaint ? "error: " : "ok",
            complaint ? complaint : "");
    fclose(out);
}

int ctl_ask(const char *dir, const char *name, int count, char **words)
{
    int fd = ctl_connect(dir, name), bad = 1;
    char line[1024];
    FILE *in;

    if (fd < 0) {
        return 1;
    }
    for (int i = 0; i < count; i++) {
        if (write(fd, words[i], strlen(words[i]) + 1) < 0) {
            return 1;
        }
    }
    shutdown(fd, SHUT_WR);
    in = fdopen(fd, "r");
    while (in && fgets(line, sizeof(line), in)) {
        bad = strcmp(line, "ok\n") != 0;
        if (bad) {
            fputs(line, strncmp(line, "error:", 6) ? stdout : stderr);
        }
    }
    return bad;
}
