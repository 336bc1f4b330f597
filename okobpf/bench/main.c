/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* The okobpf-bench command: measures, and leaves it to "inv bench-bpf" to
 * calculate. */

#ifdef HAVE_CONFIG_H
#include <config.h>
#endif

#include <errno.h>
#include <getopt.h>
#include <sched.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include "../tool/ticks.h"
#include "commands.h"
#include "peer.h"

static const char help[] =
"okobpf-bench: measures the engines of the BPF runtime\n"
"\n"
"usage: okobpf-bench run  [--rounds N] [--cpu N] [--output FILE] OBJECT...\n"
"       okobpf-bench load [--rounds N] [--cpu N] [--output FILE]\n"
"                         [--deadline MS] OBJECT...\n"
"       okobpf-bench work [--rounds N] [--cpu N] [--output FILE] OBJECT...\n"
"       okobpf-bench maps [--rounds N] [--cpu N] [--output FILE]\n"
"                         [--entries N]\n"
"\n"
"run   Runs the benchmark's programs, which the OBJECTs are, in all engines\n"
"      by turns, and compares their results.\n"
"load  Loads each OBJECT, in a process of its own.\n"
"        --deadline MS  for one load by the peer (default: 20000)\n"
"work  Runs each OBJECT with caches that others have used, and compares the\n"
"      time of a run with the units of work that the verifier charges.\n"
"maps  Fills hash tables, ours and DPDK's, with random keys and looks all of\n"
"      them up, in another order.\n"
"        --entries N    in each table (default: 1000000)\n"
"\n"
"        --rounds N     samples of each (default: 100)\n"
"        --cpu N        CPU to run on (default: the last)\n"
"        --output FILE  write there, not to standard output\n"
"\n"
"Prints raw samples as JSON.  \"inv bench-bpf\" compiles the programs, runs\n"
"this and makes tables of what it prints.\n"
"\n"
"Exit status: 0, or 1 if something failed or engines do not agree.\n";

void
bench_error(const char *format, ...)
{
    va_list args;

    fputs("okobpf-bench: ", stderr);
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    putc('\n', stderr);
}

char *
bench_name(const char *file)
{
    const char *slash = strrchr(file, '/');
    const char *base = slash ? slash + 1 : file;
    const char *dot = strchr(base, '.');

    return strndup(base, dot ? dot - base : strlen(base));
}

/* Stays on 'cpu', or, if that is negative, on the last that is allowed.
 * Returns its number, or -1 after an error message. */
static int
pin(int cpu)
{
    cpu_set_t set;

    if (sched_getaffinity(0, sizeof set, &set)) {
        bench_error("sched_getaffinity: %m");
        return -1;
    }
    for (int i = 0; cpu < 0 && i < CPU_SETSIZE; i++) {
        if (CPU_ISSET(CPU_SETSIZE - 1 - i, &set)) {
            cpu = CPU_SETSIZE - 1 - i;
        }
    }
    CPU_ZERO(&set);
    CPU_SET(cpu, &set);
    if (sched_setaffinity(0, sizeof set, &set)) {
        bench_error("--cpu=%d: %m", cpu);
        return -1;
    }
    return cpu;
}

static bool
parse_number(const char *name, const char *s, long int min, long int max,
             long int *number)
{
    char *end;

    errno = 0;
    *number = strtol(s, &end, 10);
    if (errno || end == s || *end || *number < min || *number > max) {
        bench_error("--%s: expected a number from %ld to %ld, got \"%s\"",
                    name, min, max, s);
        return false;
    }
    return true;
}

/* Returns false, after a message, if the command line is bad. */
static bool
parse_options(int argc, char *argv[], struct bench_options *options,
              int *cpu)
{
    static const struct option long_options[] = {
        { "rounds", required_argument, NULL, 'r' },
        { "cpu", required_argument, NULL, 'c' },
        { "deadline", required_argument, NULL, 'd' },
        { "entries", required_argument, NULL, 'e' },
        { "output", required_argument, NULL, 'o' },
        { NULL, 0, NULL, 0 },
    };
    long int number;
    int c;

    while ((c = getopt_long(argc, argv, "", long_options, NULL)) != -1) {
        switch (c) {
        case 'r':
            if (!parse_number("rounds", optarg, 1, 1000000, &number)) {
                return false;
            }
            options->n_rounds = number;
            break;
        case 'c':
            if (!parse_number("cpu", optarg, 0, CPU_SETSIZE - 1, &number)) {
                return false;
            }
            *cpu = number;
            break;
        case 'd':
            if (!parse_number("deadline", optarg, 1, 3600000, &number)) {
                return false;
            }
            options->deadline_ms = number;
            break;
        case 'e':
            if (!parse_number("entries", optarg, 1, 100000000, &number)) {
                return false;
            }
            options->n_entries = number;
            break;
        case 'o':
            if (!freopen(optarg, "w", stdout)) {
                bench_error("%s: %m", optarg);
                return false;
            }
            break;
        default:
            return false;
        }
    }
    options->files = argv + optind;
    options->n_files = argc - optind;
    return true;
}

int
main(int argc, char *argv[])
{
    struct bench_options options = {
        .n_rounds = 100, .deadline_ms = 20000, .n_entries = 1000000,
    };
    struct json json = { false };
    const char *command;
    int cpu = -1;
    bool is_maps;
    bool ok;

    if (argc > 1 && (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h"))) {
        fputs(help, stdout);
        return 0;
    }
    command = argc > 1 ? argv[1] : "";
    is_maps = !strcmp(command, "maps");
    if (strcmp(command, "run") && strcmp(command, "load")
        && strcmp(command, "work") && !is_maps) {
        fputs(help, stderr);
        return 1;
    }
    if (!parse_options(argc - 1, argv + 1, &options, &cpu)) {
        return 1;
    }
    if (!is_maps && !options.n_files) {
        bench_error("expected the names of objects");
        return 1;
    } else if (is_maps && options.n_files) {
        bench_error("expected no argument, got \"%s\"", options.files[0]);
        return 1;
    }
    cpu = pin(cpu);
    if (cpu < 0) {
        return 1;
    }
    options.cpu = cpu;
    options.ticks_per_second = measure_ticks_per_second();

    json_open(&json, NULL, '{');
    json_number(&json, "cpu", cpu);
    json_string(&json, "ticks", TICKS);
    json_number(&json, "ticks_per_second", options.ticks_per_second);
    json_string(&json, "peer", peer_version());
    ok = (!strcmp(command, "run") ? bench_run(&options, &json)
          : !strcmp(command, "load") ? bench_load(&options, &json)
          : is_maps ? bench_maps(&options, &json)
          : bench_work(&options, &json));
    json_close(&json, '}');
    putchar('\n');
    if (fflush(stdout) || ferror(stdout)) {
        bench_error("standard output: %m");
        ok = false;
    }
    return ok ? 0 : 1;
}
