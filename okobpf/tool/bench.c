/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* okobpf bench: what a program costs. */

#ifdef HAVE_CONFIG_H
#include <config.h>
#endif

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include "../lib/mem.h"
#include "ticks.h"
#include "tool.h"

/* Time of a sample: short, so that most are not interrupted. */
#define SAMPLE_NS 100000

/* Packets that are run in one go: enough to make reading the clock cheap. */
#define CHUNK_PACKETS 4096

/* Time that passes for a program from packet to packet. */
#define PACKET_NS 1000

#define BATCH_SIZE 32

#define N_LOADS 11
#define N_TRIAL 8               /* Passes to find out how many make a
                                 * sample. */

/* An Ethernet frame with a UDP packet from 10.0.0.1 to 10.0.0.2. */
static const char default_packet[] =
    "020000000002 020000000001 0800"
    "4500002e 00004000 401126bd 0a000001 0a000002"
    "0035c000 001a0000 000000000000000000000000000000000000";

/* The host.  A program may hold what it has deleted until its run ends, so
 * that goes between measurements. */

struct deferred {
    struct deferred *next;
    void (*function)(void *aux);
    void *aux;
};

static struct deferred *deferred;

static void
flush_deferred(void)
{
    while (deferred) {
        struct deferred *d = deferred;

        deferred = d->next;
        d->function(d->aux);
        free(d);
    }
}

static void
defer(void (*function)(void *aux), void *aux)
{
    struct deferred *d = okobpf_mem_alloc(1, sizeof *d);

    if (!d) {
        return;                 /* It leaks, rather than be used again. */
    }
    *d = (struct deferred) { deferred, function, aux };
    deferred = d;
}

static const struct okobpf_host bench_host = { .n_slots = 1, .defer = defer };

/* Spread. */

struct spread {
    double median, q1, q3, min, max;
};

static int
compare(const void *a_, const void *b_)
{
    const double *a = a_;
    const double *b = b_;

    return *a < *b ? -1 : *a > *b;
}

/* Returns the value below which 'part' of the 'n' sorted samples are. */
static double
quantile(const double samples[], uint32_t n, double part)
{
    double pos = part * (n - 1);
    uint32_t i = pos;

    return (i + 1 < n
            ? samples[i] + (samples[i + 1] - samples[i]) * (pos - i)
            : samples[n - 1]);
}

static struct spread
get_spread(double samples[], uint32_t n)
{
    qsort(samples, n, sizeof *samples, compare);
    return (struct spread) {
        .median = quantile(samples, n, 0.5),
        .q1 = quantile(samples, n, 0.25),
        .q3 = quantile(samples, n, 0.75),
        .min = samples[0],
        .max = samples[n - 1],
    };
}

static void
print_spread(struct json *json, const char *name, const struct spread *s,
             double factor)
{
    json_open(json, name, '{');
    json_real(json, "median", s->median * factor);
    json_real(json, "q1", s->q1 * factor);
    json_real(json, "q3", s->q3 * factor);
    json_real(json, "min", s->min * factor);
    json_real(json, "max", s->max * factor);
    json_close(json, '}');
}

/* Engines. */

struct engine {
    const char *name;
    struct okobpf_prog *prog;
    bool batch;                 /* By okobpf_run_batch(). */
    uint32_t n_passes;          /* In a sample. */
    double *samples;            /* ns of a packet. */
    struct spread ns;
};

struct bench {
    const struct tool_options *options;
    uint8_t *elf;
    size_t size;
    struct oko_ctx *packets;
    struct okobpf_packet *batches; /* The same. */
    size_t n_packets;
    uint64_t now_ns;
    uint64_t n_matches;         /* Of the last pass. */
    uint64_t ticks_per_second;
    struct okobpf_report report; /* Of the last load. */
    struct spread verify_us;
    struct engine engines[4];
    uint32_t n_engines;
};

static double
ticks_to_ns(const struct bench *bench, uint64_t ticks)
{
    return (double) ticks * 1e9 / bench->ticks_per_second;
}

static struct okobpf_prog *
load(struct bench *bench, enum okobpf_engine engine)
{
    const struct okobpf_options options = {
        .host = &bench_host,
        .engine = engine,
        .section = bench->options->section,
    };

    okobpf_report_uninit(&bench->report);
    return okobpf_load(bench->elf, bench->size, &options, &bench->report);
}

/* Prints why the last load failed.  Returns the exit status. */
static int
refuse(struct bench *bench)
{
    char *text = okobpf_report_format(&bench->report);

    fprintf(stderr, "%s: %s", bench->options->file, text ? text : "\n");
    free(text);
    return tool_exit_status(&bench->report);
}

/* Adds an engine that runs 'prog', and another that runs the same program in
 * batches if that was asked for.  Returns the exit status. */
static int
add_engines(struct bench *bench, const char *const names[2],
            enum okobpf_engine id, struct okobpf_prog *prog)
{
    bench->engines[bench->n_engines++] = (struct engine) {
        .name = names[0], .prog = prog,
    };
    if (bench->options->batch) {
        prog = load(bench, id);
        if (!prog) {
            return refuse(bench);
        }
        bench->engines[bench->n_engines++] = (struct engine) {
            .name = names[1], .prog = prog, .batch = true,
        };
    }
    return EXIT_ACCEPTED;
}

/* Loads the program into the engines.  Returns the exit status. */
static int
load_engines(struct bench *bench)
{
    double verify_us[N_LOADS];

    for (int i = 0; i < N_LOADS; i++) {
        struct okobpf_prog *prog = load(bench, OKOBPF_ENGINE_INTERPRETER);

        if (!prog) {
            return refuse(bench);
        }
        okobpf_prog_destroy(prog);
        verify_us[i] = bench->report.verify_ns / 1e3;
    }
    bench->verify_us = get_spread(verify_us, N_LOADS);

    if (bench->options->engine != OKOBPF_ENGINE_INTERPRETER) {
        static const char *const names[] = { "jit", "jit-batch" };
        struct okobpf_prog *prog = load(bench, bench->options->engine);

        if (!prog) {
            return refuse(bench);
        }
        tool_note_engine(bench->options, prog);
        if (!okobpf_prog_info(prog)->jited_len) {
            okobpf_prog_destroy(prog);
        } else {
            int status = add_engines(bench, names, bench->options->engine,
                                     prog);

            if (status != EXIT_ACCEPTED) {
                return status;
            }
        }
    }
    if (bench->options->engine != OKOBPF_ENGINE_JIT) {
        static const char *const names[] = { "interpreter",
                                             "interpreter-batch" };
        struct okobpf_prog *prog = load(bench, OKOBPF_ENGINE_INTERPRETER);

        return (prog
                ? add_engines(bench, names, OKOBPF_ENGINE_INTERPRETER, prog)
                : refuse(bench));
    }
    return EXIT_ACCEPTED;
}

/* Runs all packets once, a batch at a time. */
static void
run_batches(struct bench *bench, const struct engine *engine)
{
    struct okobpf_env env;
    uint64_t n_matches = 0;

    memset(&env, 0, sizeof env);
    for (size_t i = 0; i < bench->n_packets; i += BATCH_SIZE) {
        size_t left = bench->n_packets - i;
        uint32_t n = left < BATCH_SIZE ? left : BATCH_SIZE;

        bench->now_ns += PACKET_NS * n;
        env.ctx.now_ns = bench->now_ns;
        n_matches += __builtin_popcountll(
            okobpf_run_batch(engine->prog, &env, &bench->batches[i], n,
                             NULL));
    }
    bench->n_matches = n_matches;
}

/* Runs all packets once. */
static void
run_pass(struct bench *bench, const struct engine *engine)
{
    struct okobpf_env env;
    uint64_t n_matches = 0;

    if (engine->batch) {
        run_batches(bench, engine);
        return;
    }
    memset(&env, 0, sizeof env);
    for (size_t i = 0; i < bench->n_packets; i++) {
        env.ctx = bench->packets[i];
        bench->now_ns += PACKET_NS;
        env.ctx.now_ns = bench->now_ns;
        n_matches += okobpf_run(engine->prog, &env) != 0;
    }
    bench->n_matches = n_matches;
}

/* Runs all packets 'n_passes' times and returns the ticks that it took,
 * without what the host does for deleted entries. */
static uint64_t
run_passes(struct bench *bench, const struct engine *engine,
           uint32_t n_passes)
{
    uint32_t chunk = 1 + CHUNK_PACKETS / bench->n_packets;
    uint64_t ticks = 0;

    while (n_passes) {
        uint32_t n = n_passes < chunk ? n_passes : chunk;
        uint64_t start = read_ticks();

        for (uint32_t i = 0; i < n; i++) {
            run_pass(bench, engine);
        }
        ticks += read_ticks() - start;
        flush_deferred();
        n_passes -= n;
    }
    return ticks;
}

/* Measures the engines by turns.  Returns false if memory is exhausted. */
static bool
measure(struct bench *bench)
{
    uint32_t n_rounds = bench->options->n_rounds;

    for (uint32_t i = 0; i < bench->n_engines; i++) {
        struct engine *engine = &bench->engines[i];
        double ns;

        engine->samples = okobpf_mem_alloc(n_rounds, sizeof *engine->samples);
        if (!engine->samples) {
            return false;
        }
        run_passes(bench, engine, N_TRIAL);
        ns = ticks_to_ns(bench, run_passes(bench, engine, N_TRIAL)) / N_TRIAL;
        engine->n_passes = ns < SAMPLE_NS ? SAMPLE_NS / (ns + 1) + 1 : 1;
    }
    for (uint32_t round = 0; round < n_rounds; round++) {
        for (uint32_t i = 0; i < bench->n_engines; i++) {
            struct engine *engine = &bench->engines[i];
            uint64_t ticks;

            /* Brings caches and predictors up. */
            run_passes(bench, engine, 1 + engine->n_passes / 4);
            ticks = run_passes(bench, engine, engine->n_passes);
            engine->samples[round] = (ticks_to_ns(bench, ticks)
                                      / engine->n_passes
                                      / bench->n_packets);
        }
    }
    for (uint32_t i = 0; i < bench->n_engines; i++) {
        struct engine *engine = &bench->engines[i];

        engine->ns = get_spread(engine->samples, n_rounds);
    }
    return true;
}

/* Output. */

static bool
has_cycles(void)
{
    return !strcmp(TICKS, "tsc");
}

static void
print_json(const struct bench *bench)
{
    const struct okobpf_prog_info *info
        = okobpf_prog_info(bench->engines[0].prog);
    struct json json = { false };

    json_open(&json, NULL, '{');
    json_string(&json, "file", bench->options->file);
    json_string(&json, "name", info->name);
    json_string(&json, "section", info->section);
    json_number(&json, "insns", info->n_insns);
    json_number(&json, "jited_bytes", info->jited_len);
    json_open(&json, "verifier", '{');
    json_number(&json, "insns_visited", bench->report.insns_visited);
    json_number(&json, "peak_memory", bench->report.peak_memory);
    print_spread(&json, "us", &bench->verify_us, 1);
    json_close(&json, '}');
    json_number(&json, "packets", bench->n_packets);
    json_number(&json, "matches", bench->n_matches);
    json_number(&json, "rounds", bench->options->n_rounds);
    json_open(&json, "engines", '[');
    for (uint32_t i = 0; i < bench->n_engines; i++) {
        const struct engine *engine = &bench->engines[i];

        json_open(&json, NULL, '{');
        json_string(&json, "name", engine->name);
        print_spread(&json, "ns", &engine->ns, 1);
        if (has_cycles()) {
            print_spread(&json, "cycles", &engine->ns,
                         bench->ticks_per_second / 1e9);
        }
        json_close(&json, '}');
    }
    json_close(&json, ']');
    json_close(&json, '}');
    putchar('\n');
}

static void
print_text(const struct bench *bench)
{
    const struct okobpf_prog_info *info
        = okobpf_prog_info(bench->engines[0].prog);
    const struct spread *okobpf_verify = &bench->verify_us;

    printf("%s: \"%s\" in section \"%s\", %"PRIu32" instructions, "
           "%"PRIu32" bytes of machine code\n"
           "verifier: %.1f us [%.1f %.1f] %.1f..%.1f, %"PRIu32
           " instructions visited, %"PRIu64" KiB\n"
           "packets: %"PRIu64", of which %"PRIu64" match; %"PRIu32
           " rounds\n\n"
           "%-18s %10s %8s   %s\n",
           bench->options->file, info->name, info->section, info->n_insns,
           info->jited_len, okobpf_verify->median, okobpf_verify->q1,
           okobpf_verify->q3, okobpf_verify->min, okobpf_verify->max,
           bench->report.insns_visited,
           (bench->report.peak_memory + 1023) / 1024,
           (uint64_t) bench->n_packets, bench->n_matches,
           bench->options->n_rounds, "", "ns/packet",
           has_cycles() ? "cycles" : "", "[quartiles] min..max, in ns");
    for (uint32_t i = 0; i < bench->n_engines; i++) {
        const struct engine *engine = &bench->engines[i];
        const struct spread *ns = &engine->ns;
        char cycles[32] = "";

        if (has_cycles()) {
            snprintf(cycles, sizeof cycles, "%.1f",
                     ns->median * bench->ticks_per_second / 1e9);
        }
        printf("%-18s %10.2f %8s   [%.2f %.2f] %.2f..%.2f\n", engine->name,
               ns->median, cycles, ns->q1, ns->q3, ns->min, ns->max);
    }
}

/* Prepares the contexts of 'packets'.  Returns the exit status. */
static int
set_packets(struct bench *bench, const struct tool_packets *packets)
{
    if (!packets->n) {
        return tool_error("%s: expected one packet or more, got none",
                          bench->options->pcap);
    }
    bench->packets = okobpf_mem_alloc(packets->n, sizeof *bench->packets);
    bench->batches = okobpf_mem_alloc(packets->n, sizeof *bench->batches);
    if (!bench->packets || !bench->batches) {
        return tool_error("out of memory");
    }
    for (size_t i = 0; i < packets->n; i++) {
        tool_set_packet(&bench->packets[i], &packets->packets[i]);
        bench->packets[i].in_port = bench->options->in_port;
        bench->batches[i] = (struct okobpf_packet) {
            .data = bench->packets[i].data,
            .len = bench->packets[i].pkt_len,
            .in_port = bench->packets[i].in_port,
            .packet_type = bench->packets[i].packet_type,
            .l3_ofs = bench->packets[i].l3_ofs,
            .l4_ofs = bench->packets[i].l4_ofs,
            .hash = bench->packets[i].hash,
        };
    }
    bench->n_packets = packets->n;
    return EXIT_ACCEPTED;
}

static int
run_bench(struct bench *bench)
{
    int status = load_engines(bench);

    if (status != EXIT_ACCEPTED) {
        return status;
    }
    bench->ticks_per_second = measure_ticks_per_second();
    if (!measure(bench)) {
        return tool_error("out of memory");
    }
    if (bench->options->json) {
        print_json(bench);
    } else {
        print_text(bench);
    }
    return EXIT_ACCEPTED;
}

int
cmd_bench(const struct tool_options *options)
{
    struct tool_options with_packet = *options;
    struct bench bench = { .options = options, .now_ns = options->now_ns };
    struct tool_packets packets;
    int status;

    if (!options->packet && !options->pcap) {
        with_packet.packet = default_packet;
    }
    status = tool_read_packets(&with_packet, &packets);
    if (status == EXIT_ACCEPTED) {
        status = set_packets(&bench, &packets);
    }
    if (status == EXIT_ACCEPTED) {
        bench.elf = tool_read_file(options->file, &bench.size);
        status = bench.elf ? run_bench(&bench) : EXIT_UNUSABLE;
    }
    for (uint32_t i = 0; i < bench.n_engines; i++) {
        okobpf_prog_destroy(bench.engines[i].prog);
        free(bench.engines[i].samples);
    }
    flush_deferred();
    okobpf_report_uninit(&bench.report);
    tool_free_packets(&packets);
    free(bench.packets);
    free(bench.batches);
    free(bench.elf);
    return status;
}
