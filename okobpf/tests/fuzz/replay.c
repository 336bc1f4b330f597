/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* Gives a fuzzer each file in a directory, once: what was found stays fixed.
 * Linked with tests/fuzz/fuzz-*.c, without libFuzzer.
 *
 *    replay-verifier DIRECTORY */

#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "mem.h"

#define MAX_FILE (1024 * 1024)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
replay(FILE *file)
{
    static uint8_t buf[MAX_FILE];
    size_t size = fread(buf, 1, sizeof buf, file);

    /* Of exactly the right size, for AddressSanitizer. */
    uint8_t *data = okobpf_mem_alloc(size + !size, 1);
    memcpy(data, buf, size);
    LLVMFuzzerTestOneInput(data, size);
    free(data);
}

int
main(int argc, char *argv[])
{
    struct dirent **entries;
    int n = argc == 2 ? scandir(argv[1], &entries, NULL, alphasort) : -1;
    int n_files = 0;

    if (n < 0) {
        fprintf(stderr, "usage: %s DIRECTORY\n", argv[0]);
        return 2;
    }
    for (int i = 0; i < n; i++) {
        if (entries[i]->d_name[0] != '.') {
            char name[1024];
            FILE *file;

            snprintf(name, sizeof name, "%s/%s", argv[1], entries[i]->d_name);
            file = fopen(name, "rb");
            if (!file) {
                perror(name);
                return 2;
            }
            replay(file);
            fclose(file);
            n_files++;
        }
        free(entries[i]);
    }
    free(entries);
    printf("%s: %d files\n", argv[0], n_files);
    return n_files ? EXIT_SUCCESS : EXIT_FAILURE;
}
