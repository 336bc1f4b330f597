/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* What the files of the okobpf-bench command share. */

#ifndef BENCH_COMMANDS_H
#define BENCH_COMMANDS_H 1

#include <stdbool.h>
#include <stdint.h>
#include "../tool/tool.h"

struct bench_options {
    uint32_t n_rounds;
    uint32_t deadline_ms;       /* For a peer's load. */
    uint32_t n_entries;         /* In each table. */
    int cpu;                    /* That the process is pinned to. */
    char *const *files;
    int n_files;
    uint64_t ticks_per_second;
};

/* Each adds a member to the JSON object and returns true, or prints an error
 * message and returns false. */
bool bench_run(const struct bench_options *, struct json *);
bool bench_load(const struct bench_options *, struct json *);
bool bench_work(const struct bench_options *, struct json *);
bool bench_maps(const struct bench_options *, struct json *);

/* Prints "okobpf-bench: ", a message and a new-line on standard error. */
void bench_error(const char *format, ...)
    __attribute__((__format__(__printf__, 1, 2)));

/* Returns the name of 'file' without folder and suffixes, which the caller
 * must free(), or NULL if memory is exhausted. */
char *bench_name(const char *file);

#endif /* commands.h */
