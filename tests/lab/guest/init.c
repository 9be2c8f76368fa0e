/*
 * The whole of a lab guest: fills a block of memory around a random secret,
 * and every second hashes all of it and prints one line
 *
 *     tick COUNT hash 16HEX secret 32HEX
 *
 * with CORRUPT in the place of the first word when the hash is not what it
 * was at the first tick. The secret lies in memory as the same 32 letters that
 * are printed, at every 64th byte of the block, so that whoever reads memory
 * or a wire that carries it can look for it.
 *
 * Kernel command line: block=MB (how much is filled and hashed; a quarter of
 * memory, 64 at most, unless told) and dirty=MB (how much of that is written
 * again, with the same bytes, every second; 1 unless told).  storm=MB: besides,
 * as fast as its CPU lets it, write that much over and over, a page after
 * work=N rounds of arithmetic.
 *
 * Its disks and network devices are those of Xen's, whose drivers are loaded
 * from /modules before anything else.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysinfo.h>
#include <time.h>
#include <unistd.h>

#define MB             1048576u
#define WORDS_PER_ITEM 8 /* 64 bytes: 32 of secret, 32 of noise */

struct block {
    uint64_t *words;
    size_t count;
    char secret[33];
};

static void fail(const char *what)
{
    printf("guest: %s failed\n", what);
    for (;;) {
        pause();
    }
}

static void open_console(void)
{
    int fd;

    mount("proc", "/proc", "proc", 0, NULL);
    mount("dev", "/dev", "devtmpfs", 0, NULL);
    fd = open("/dev/console", O_RDWR);
    for (int to = 0; fd >= 0 && to < 3; to++) {
        dup2(fd, to);
    }
    setvbuf(stdout, NULL, _IOLBF, 0);
}

/* A guest without such devices is not the worse for their drivers. */
static void load_drivers(void)
{
    static const char *const paths[] = {"/modules/xen-blkfront.ko",
                                        "/modules/xen-netfront.ko"};

    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
        int fd = open(paths[i], O_RDONLY);

        if (fd < 0 || syscall(SYS_finit_module, fd, "", 0) != 0) {
            printf("guest: no driver %s\n", paths[i]);
        }
        if (fd >= 0) {
            close(fd);
        }
    }
}

/* The number behind "name=" on the kernel's command line, or the default. */
static unsigned long option(const char *name, unsigned long otherwise)
{
    char line[4096] = " ";
    char *at;
    ssize_t got;
    int fd = open("/proc/cmdline", O_RDONLY);

    if (fd < 0) {
        return otherwise;
    }
    got = read(fd, line + 1, sizeof(line) - 2);
    close(fd);
    line[got > 0 ? got + 1 : 1] = '\0';
    at = strstr(line, name);
    return at ? strtoul(at + strlen(name), NULL, 10) : otherwise;
}

static uint64_t next_noise(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

static void fill(struct block *b)
{
    static const char hex[] = "0123456789abcdef";
    unsigned char raw[16];
    uint64_t noise = 0x9e3779b97f4a7c15u;
    int fd = open("/dev/urandom", O_RDONLY);

    if (fd < 0 || read(fd, raw, sizeof(raw)) != (ssize_t)sizeof(raw)) {
        fail("reading /dev/urandom");
    }
    close(fd);
    for (size_t i = 0; i < sizeof(raw); i++) {
        b->secret[2 * i] = hex[raw[i] >> 4];
        b->secret[2 * i + 1] = hex[raw[i] & 15];
    }
    for (size_t i = 0; i < b->count; i += WORDS_PER_ITEM) {
        memcpy(&b->words[i], b->secret, 32);
        for (size_t j = 4; j < WORDS_PER_ITEM; j++) {
            b->words[i + j] = next_noise(&noise);
        }
    }
}

static uint64_t hash(const struct block *b)
{
    uint64_t h = 0xcbf29ce484222325u;

    for (size_t i = 0; i < b->count; i++) {
        h = (h ^ b->words[i]) * 0x9fb21c651e98df25u;
        h ^= h >> 32;
    }
    return h;
}

/* Write some of the block again, as it is: the host sees those pages change. */
static size_t touch(struct block *b, size_t from, size_t words)
{
    volatile uint64_t *w = b->words;

    for (size_t i = 0; i < words; i += 64) {
        w[from] = w[from];
        from = (from + 64) % b->count;
    }
    return from;
}

/* A process of its own, until the guest ends. */
static void storm(size_t mb, unsigned long work)
{
    uint64_t noise = 0x9e3779b97f4a7c15u;
    uint64_t *words;

    if (mb == 0 || fork() != 0) {
        return;
    }
    words = mmap(NULL, mb * MB, PROT_READ | PROT_WRITE,
                 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (words == MAP_FAILED) {
        fail("taking memory for the storm");
    }
    for (size_t at = 0;; at = (at + 512) % (mb * MB / sizeof(uint64_t))) {
        for (unsigned long i = 0; i < work; i++) {
            next_noise(&noise);
        }
        words[at] = noise;
    }
}

/* A second after the last one; no burst of lines after a long pause. */
static void wait_second(struct timespec *next)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    next->tv_sec++;
    if (now.tv_sec > next->tv_sec + 1) {
        *next = now;
    }
    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, next, NULL);
}

int main(void)
{
    struct block b = {0};
    struct sysinfo info;
    struct timespec next;
    unsigned long mb;
    uint64_t first;
    size_t dirty, at = 0;

    mkdir("/proc", 0755);
    open_console();
    load_drivers();
    sysinfo(&info);
    mb = (unsigned long)(info.totalram * info.mem_unit / MB / 4);
    mb = option(" block=", mb < 64 ? mb : 64);
    b.count = (size_t)mb * MB / sizeof(uint64_t);
    dirty = (size_t)option(" dirty=", 1) * MB / sizeof(uint64_t);
    b.words = mmap(NULL, (size_t)mb * MB, PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (b.words == MAP_FAILED || b.count == 0) {
        fail("taking memory for the block");
    }
    fill(&b);
    first = hash(&b);
    printf("guest: %lu MB filled\n", mb);
    storm(option(" storm=", 0), option(" work=", 0));
    clock_gettime(CLOCK_MONOTONIC, &next);
    for (unsigned long count = 1;; count++) {
        uint64_t now = hash(&b);

        printf("%s %lu hash %016llx secret %s\n",
               now == first ? "tick" : "CORRUPT", count,
               (unsigned long long)now, b.secret);
        at = touch(&b, at, dirty < b.count ? dirty : b.count);
        wait_second(&next);
    }
}
