/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * deaf: hosts that do not answer, as those that are off.
 *   deaf PORT ADDRESS...
 * Of loopback, each with a queue of connections that is full, so that the
 * kernel drops who comes.  Says "deaf" when they are, and ends with its stdin.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

/* The first two are taken and wait to be accepted; nobody does. */
static int deafen(const char *address, uint16_t port)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(port)};
    const int on = 1;
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    if (fd < 0 || inet_pton(AF_INET, address, &at.sin_addr) != 1 ||
        setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) != 0 ||
        bind(fd, (const struct sockaddr *)&at, sizeof(at)) != 0 ||
        listen(fd, 0) != 0) {
        perror(address);
        return 1;
    }
    for (int i = 0; i < 2; i++) {
        fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
        if (fd < 0) {
            return 1;
        }
        (void)connect(fd, (const struct sockaddr *)&at, sizeof(at));
    }
    return 0;
}

int main(int argc, char **argv)
{
    char octet;

    if (argc < 3) {
        return 2;
    }
    for (int i = 2; i < argc; i++) {
        if (deafen(argv[i], (uint16_t)strtoul(argv[1], NULL, 10)) != 0) {
            return 1;
        }
    }
    (void)puts("deaf");
    (void)fflush(stdout);
    (void)!read(STDIN_FILENO, &octet, 1);
    return 0;
}
