/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* Load time: what it takes to verify a program.
 *
 * Each load is in a process of its own.  So a peer that does not come to an
 * end can be ended, and each begins with the same memory. */

#ifdef HAVE_CONFIG_H
#include <config.h>
#endif

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include "../lib/mem.h"
#include "../tool/ticks.h"
#include "commands.h"
#include "peer.h"

/* What the child has to say. */
struct outcome {
    bool accepted;
    uint64_t ns;                /* Of the whole load. */
    uint64_t memory_growth;     /* Of the process's peak, bytes. */
    uint64_t verify_ns;         /* The library's own account. */
    uint64_t peak_memory;
    uint32_t insns_visited;
    uint32_t peak_states;
    uint32_t n_insns;           /* 0 if it is not the library's. */
    char reason[256];
};

typedef void load_function(const uint8_t *elf, size_t size, struct outcome *);

static uint64_t
peak_rss(void)
{
    struct rusage usage;

    getrusage(RUSAGE_SELF, &usage);
    return (uint64_t) usage.ru_maxrss * 1024;
}

static void
load_okobpf(const uint8_t *elf, size_t size, struct outcome *outcome)
{
    uint64_t rss = peak_rss();
    uint64_t start = clock_now_ns();
    struct okobpf_report report;
    struct okobpf_prog *prog;

    prog = okobpf_load(elf, size, NULL, &report);
    outcome->ns = clock_now_ns() - start;
    outcome->memory_growth = peak_rss() - rss;
    outcome->accepted = prog != NULL;
    outcome->verify_ns = report.verify_ns;
    outcome->peak_memory = report.peak_memory;
    outcome->insns_visited = report.insns_visited;
    outcome->peak_states = report.peak_states;
    if (prog) {
        outcome->n_insns = okobpf_prog_info(prog)->n_insns;
    } else {
        snprintf(outcome->reason, sizeof outcome->reason, "%s",
                 report.reason);
    }
    okobpf_report_uninit(&report);
    okobpf_prog_destroy(prog);
}

/* Has the library make maps and instructions first, which does not count. */
static void
load_peer(const uint8_t *elf, size_t size, struct outcome *outcome)
{
    const struct okobpf_options options = {
        .engine = OKOBPF_ENGINE_INTERPRETER,
    };
    struct okobpf_report report;
    struct okobpf_prog *prog;
    struct peer *peer;
    uint64_t start;
    uint64_t rss;

    prog = okobpf_load(elf, size, &options, &report);
    okobpf_report_uninit(&report);
    if (!prog) {
        snprintf(outcome->reason, sizeof outcome->reason,
                 "not tried: the library refuses it");
        return;
    }
    rss = peak_rss();
    start = clock_now_ns();
    peer = peer_load(&prog->image, prog->maps, outcome->reason,
                     sizeof outcome->reason);
    outcome->ns = clock_now_ns() - start;
    outcome->memory_growth = peak_rss() - rss;
    outcome->accepted = peer != NULL;
    peer_free(peer);
    okobpf_prog_destroy(prog);
}

/* Reads '*outcome' from 'fd' until 'deadline_ms' from now.  Returns false if
 * it does not come. */
static bool
read_outcome(int fd, uint32_t deadline_ms, struct outcome *outcome)
{
    uint64_t deadline = clock_now_ns() + (uint64_t) deadline_ms * 1000000;
    size_t n = 0;

    while (n < sizeof *outcome) {
        uint64_t now = clock_now_ns();
        struct pollfd pollfd = { .fd = fd, .events = POLLIN };
        ssize_t got;

        if (now >= deadline) {
            return false;
        }
        if (poll(&pollfd, 1, (deadline - now + 999999) / 1000000) < 0
            && errno != EINTR) {
            return false;
        }
        if (!pollfd.revents) {
            continue;
        }
        got = read(fd, (uint8_t *) outcome + n, sizeof *outcome - n);
        if (got <= 0) {
            return false;
        }
        n += got;
    }
    return true;
}

/* Calls 'load' in a child.  Returns false if that does not come to an end
 * within 'deadline_ms', or crashes; '*timeout' tells which. */
static bool
load_in_child(load_function *load, const uint8_t *elf, size_t size,
              uint32_t deadline_ms, struct outcome *outcome, bool *timeout)
{
    int fds[2];
    int status;
    pid_t pid;
    bool ok;

    memset(outcome, 0, sizeof *outcome);
    *timeout = false;
    if (pipe(fds)) {
        return false;
    }
    pid = fork();
    if (pid < 0) {
        close(fds[0]);
        close(fds[1]);
        return false;
    }
    if (!pid) {
        ssize_t n;

        close(fds[0]);
        load(elf, size, outcome);
        n = write(fds[1], outcome, sizeof *outcome);
        _exit(n != sizeof *outcome);
    }
    close(fds[1]);
    ok = read_outcome(fds[0], deadline_ms, outcome);
    close(fds[0]);
    if (!ok) {
        /* Still running, or dead already. */
        kill(pid, SIGKILL);
    }
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
        continue;
    }
    *timeout = !ok && WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
    return ok;
}

/* Prints the member at offset 'ofs' of each of the 'n' at 'outcomes'. */
static void
print_samples(struct json *json, const char *name,
              const struct outcome outcomes[], uint32_t n, size_t ofs)
{
    json_open(json, name, '[');
    for (uint32_t i = 0; i < n; i++) {
        uint64_t sample;

        memcpy(&sample, (const uint8_t *) &outcomes[i] + ofs, sizeof sample);
        json_number(json, NULL, sample);
    }
    json_close(json, ']');
}

/* The library limits itself; this is for a machine that is overloaded. */
#define OWN_DEADLINE_MS 60000

/* A peer that takes very long is not asked as often. */
#define ENOUGH_NS UINT64_C(1000000000)

/* Loads with 'load' as often as 'n_rounds' says and prints what came of it. */
static bool
load_with(load_function *load, const char *name, const uint8_t *elf,
          size_t size, uint32_t n_rounds, uint32_t deadline_ms,
          struct json *json)
{
    struct outcome *outcomes = okobpf_mem_alloc(n_rounds, sizeof *outcomes);
    const struct outcome *last = NULL;
    bool timeout = false;
    uint64_t total = 0;
    uint32_t n = 0;
    bool ok = true;

    if (!outcomes) {
        bench_error("out of memory");
        return false;
    }
    /* The first one pays for what the children share, and does not count. */
    for (uint32_t i = 0; i <= n_rounds && (n < 2 || total < ENOUGH_NS); i++) {
        ok = load_in_child(load, elf, size, deadline_ms, &outcomes[n],
                           &timeout);
        if (!ok) {
            break;
        }
        last = &outcomes[n];
        total += last->ns;
        n += i > 0;
    }

    json_open(json, name, '{');
    if (!ok) {
        json_string(json, "verdict", timeout ? "timeout" : "crash");
    } else {
        json_string(json, "verdict", last->accepted ? "accepted" : "refused");
        if (!last->accepted) {
            json_string(json, "reason", last->reason);
        }
        print_samples(json, "load_ns", outcomes, n,
                      offsetof(struct outcome, ns));
        print_samples(json, "memory_growth", outcomes, n,
                      offsetof(struct outcome, memory_growth));
    }
    if (ok && last->n_insns) {
        json_number(json, "insns", last->n_insns);
        json_number(json, "insns_visited", last->insns_visited);
        json_number(json, "peak_states", last->peak_states);
        json_number(json, "peak_memory", last->peak_memory);
        print_samples(json, "verify_ns", outcomes, n,
                      offsetof(struct outcome, verify_ns));
    }
    json_close(json, '}');
    free(outcomes);
    return true;
}

static bool
load_object(const char *file, const struct bench_options *options,
            struct json *json)
{
    char *name = bench_name(file);
    uint8_t *elf;
    size_t size;
    bool ok;

    elf = tool_read_file(file, &size);
    if (!elf || !name) {
        free(elf);
        free(name);
        return false;
    }
    json_open(json, NULL, '{');
    json_string(json, "name", name);
    ok = load_with(load_okobpf, "okobpf", elf, size, options->n_rounds,
                   OWN_DEADLINE_MS, json)
         && (!peer_version()
             || load_with(load_peer, "librte-bpf", elf, size,
                          options->n_rounds, options->deadline_ms, json));
    json_close(json, '}');
    free(elf);
    free(name);
    return ok;
}

bool
bench_load(const struct bench_options *options, struct json *json)
{
    bool ok = true;

    fflush(stdout);
    json_open(json, "objects", '[');
    for (int i = 0; i < options->n_files && ok; i++) {
        ok = load_object(options->files[i], options, json);
    }
    json_close(json, ']');
    return ok;
}
