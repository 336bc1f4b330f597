/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* One program in several threads at once, in all engines.  Worth most under
 * ThreadSanitizer, which sees what the program calls, and that its code is
 * made before it runs.
 *
 * The program draws a ticket, increments another shared counter by comparing
 * and exchanging, and counts in its core's slot without atomic operations. */

#include <pthread.h>

#include "jit-testlib.h"
#include "maps/map.h"

enum {
    N_THREADS = 4,
    N_RUNS = 100000,
};

static const struct okobpf_host host = { .n_slots = N_THREADS };

struct thread {
    pthread_t id;
    const struct okobpf_prog *prog;
    uint32_t slot;
    uint64_t sum;               /* Of its tickets. */
    unsigned int n_bad;         /* Tickets that were not larger than the one
                                 * before. */
};

static void *
run_thread(void *thread_)
{
    struct thread *thread = thread_;
    struct okobpf_env env = {
        .ctx = { .slot = thread->slot },
        .prog = thread->prog,
    };
    uint64_t last = 0;

    for (int i = 0; i < N_RUNS; i++) {
        uint64_t ticket = (thread->prog->jited
                           ? thread->prog->jited(0, 0, &env)
                           : okobpf_interpret(thread->prog, 0, 0, &env));

        thread->n_bad += ticket <= last;
        thread->sum += ticket;
        last = ticket;
    }
    return NULL;
}

static struct okobpf_map *
make_map(enum okobpf_map_type type)
{
    char name[] = "m";
    struct map_spec spec = {
        .name = name,
        .type = type,
        .key_size = 4,
        .value_size = 16,
        .max_entries = 4,
    };
    struct okobpf_map *map = okobpf_map_create(&spec, &host);

    if (!map) {
        fprintf(stderr, "expected a map, but memory is exhausted\n");
        exit(EXIT_FAILURE);
    }
    return map;
}

static void
test_threads(enum engine engine)
{
    const uint64_t total = (uint64_t) N_THREADS * N_RUNS;
    const char *name = engine_to_string(engine);
    struct okobpf_map *shared = make_map(OKOBPF_MAP_ARRAY);
    struct okobpf_map *own = make_map(OKOBPF_MAP_PERCPU_ARRAY);
    struct okobpf_map *hash = make_map(OKOBPF_MAP_HASH);
    const struct bpf_insn insns[] = {
        /* The ticket.  Nothing is not found, else the result is 0. */
        ST(BPF_W, 10, -4, 1), MOV_X(2, 10), ALU64_K(BPF_ADD, 2, -4),
        LD_PTR(1, shared), CALL_HELPER(HELPER_MAP_LOOKUP),
        JMP_K(BPF_JEQ, 0, 0, 28), MOV_X(6, 0), MOV_K(7, 1),
        ATOMIC(BPF_DW, 6, 0, 7, BPF_ADD | BPF_FETCH),

        /* The other counter: r8 is what it was. */
        LDX(BPF_W, 8, 6, 8), MOV_X(0, 8), MOV_X(3, 8), ALU64_K(BPF_ADD, 3, 1),
        ATOMIC(BPF_W, 6, 8, 3, BPF_CMPXCHG), JMP_X(BPF_JNE, 0, 8, -6),

        /* The core's own. */
        MOV_X(2, 10), ALU64_K(BPF_ADD, 2, -4),
        LD_PTR(1, own), CALL_HELPER(HELPER_MAP_LOOKUP),
        JMP_K(BPF_JEQ, 0, 0, 13), LDX(BPF_DW, 3, 0, 0),
        ALU64_K(BPF_ADD, 3, 1), STX(BPF_DW, 0, 0, 3),

        /* A lookup that calls a function. */
        MOV_X(2, 10), ALU64_K(BPF_ADD, 2, -4),
        LD_PTR(1, hash), CALL_HELPER(HELPER_MAP_LOOKUP),
        JMP_K(BPF_JEQ, 0, 0, 4), MOV_K(3, 1),
        ATOMIC(BPF_DW, 0, 0, 3, BPF_ADD), MOV_X(0, 7),
        ALU64_K(BPF_ADD, 0, 1), EXIT(),
    };
    struct thread threads[N_THREADS];
    const uint64_t zero[2] = { 0, 0 };
    struct okobpf_prog prog;
    uint64_t value[2];
    uint64_t sum = 0;
    uint32_t key = 1;

    okobpf_map_update(hash, &key, sizeof key, zero, sizeof zero, OKOBPF_ANY);
    prog_init(&prog, insns, N_ELEMS(insns));
    prog.maps[0] = shared;
    prog.maps[1] = own;
    prog.maps[2] = hash;
    prog.n_maps = 3;
    check(engine == INTERPRETER ? okobpf_interpret_prepare(&prog)
          : prog_compile(&prog, engine), "%s: expected code", name);

    for (uint32_t i = 0; i < N_THREADS; i++) {
        threads[i] = (struct thread) { .prog = &prog, .slot = i };
        if (pthread_create(&threads[i].id, NULL, run_thread, &threads[i])) {
            fprintf(stderr, "expected a thread, got none\n");
            exit(EXIT_FAILURE);
        }
    }
    for (int i = 0; i < N_THREADS; i++) {
        pthread_join(threads[i].id, NULL);
        check(!threads[i].n_bad, "%s: expected tickets that rise, got %u that "
              "do not", name, threads[i].n_bad);
        sum += threads[i].sum;
    }
    check(sum == total * (total + 1) / 2, "%s: expected each ticket once, got "
          "a sum of %"PRIu64, name, sum);

    okobpf_map_lookup(shared, &key, sizeof key, value, sizeof value);
    check(value[0] == total, "%s: expected %"PRIu64" tickets, got %"PRIu64,
          name, total, value[0]);
    check(value[1] == total, "%s: expected %"PRIu64" exchanges, got %"PRIu64,
          name, total, value[1]);
    okobpf_map_lookup(own, &key, sizeof key, value, sizeof value);
    check(value[0] == total, "%s: expected %"PRIu64" runs in all slots, got "
          "%"PRIu64, name, total, value[0]);
    okobpf_map_lookup(hash, &key, sizeof key, value, sizeof value);
    check(value[0] == total, "%s: expected %"PRIu64" in the hash table, got "
          "%"PRIu64, name, total, value[0]);

    okobpf_jit_free(&prog);
    okobpf_interpret_free(&prog);
    okobpf_map_release(shared);
    okobpf_map_release(own);
    okobpf_map_release(hash);
}

int
main(void)
{
    for (enum engine engine = 0; engine < N_ENGINES; engine++) {
        if (engine_exists(engine)) {
            test_threads(engine);
        }
    }
    return check_report("jit-threads-test");
}
