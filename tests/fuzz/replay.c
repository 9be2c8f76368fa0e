/* SPDX-License-Identifier: LGPL-2.1-only */
/* Where there is no engine: run a target over files, and those of folders. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "fuzz.h"

#define FILE_MAX ((size_t)1 << 20)

static size_t ran;

static void replay(const char *path)
{
    uint8_t *data = malloc(FILE_MAX);
    FILE *f = fopen(path, "rb");
    size_t len;

    if (data == NULL || f == NULL) {
        perror(path);
        exit(2);
    }
    len = fread(data, 1, FILE_MAX, f);
    if (fclose(f) != 0) {
        exit(2);
    }
    /* a copy of exactly this size: a read beyond it shows */
    data = realloc(data, len == 0 ? 1 : len);
    (void)LLVMFuzzerTestOneInput(data, len);
    free(data);
    ran++;
}

static void replay_all(const char *path)
{
    DIR *dir = opendir(path);
    const struct dirent *entry;
    char file[4096];

    if (dir == NULL) {
        replay(path);
        return;
    }
    while ((entry = readdir(dir)) != NULL) {
        if (entry->d_name[0] != '.') {
            (void)snprintf(file, sizeof(file), "%s/%s", path, entry->d_name);
            replay(file);
        }
    }
    (void)closedir(dir);
}

int main(int argc, char **argv)
{
    static const uint8_t nothing[1];

    (void)LLVMFuzzerInitialize(&argc, &argv);
    (void)LLVMFuzzerTestOneInput(nothing, 0); /* as engines do */
    for (int i = 1; i < argc; i++) {
        replay_all(argv[i]);
    }
    (void)printf("%s: %zu inputs\n", argv[0], ran);
    return 0;
}
