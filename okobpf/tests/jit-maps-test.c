/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* Tests of helper calls in machine code: lookups that are done in line, and
 * the stack that helpers find. */


#include "jit-testlib.h"

#ifdef OKOBPF_HAVE_JIT
#include "maps/map.h"

#define N_SLOTS 3

static const struct okobpf_host host = { .n_slots = N_SLOTS };

static struct okobpf_map *
make_map(enum okobpf_map_type type, uint32_t value_size, uint32_t max_entries)
{
    char name[] = "m";
    struct map_spec spec = {
        .name = name,
        .type = type,
        .key_size = 4,
        .value_size = value_size,
        .max_entries = max_entries,
    };
    struct okobpf_map *map = okobpf_map_create(&spec, &host);

    if (!map) {
        fprintf(stderr, "expected a map, but memory is exhausted\n");
        exit(EXIT_FAILURE);
    }
    return map;
}

/* What a lookup of 'index' in 'map' by a core with 'slot' must return,
 * computed by other means. */
static uint64_t
value_address(struct okobpf_map *map, uint32_t index, uint32_t slot)
{
    const struct okobpf_map_info *info = okobpf_map_info(map);
    uint64_t size = (info->value_size + 7) / 8 * 8;
    const void *values = okobpf_map_direct_value(map);
    uintptr_t first = (uintptr_t) values;

    if (info->type == OKOBPF_MAP_PERCPU_ARRAY) {
        /* Whole cache lines for each core. */
        first += slot * ((size * info->max_entries + 63) / 64 * 64);
        if (slot >= N_SLOTS) {
            return 0;
        }
    }
    return index < info->max_entries ? first + index * size : 0;
}

/* Runs the 'n' instructions at 'insns', which look up the key at r1 in one
 * of 'maps', and checks that the result is 'expected'. */
static void
check_lookup(const char *what, struct okobpf_map *maps[2],
             const struct bpf_insn *insns, size_t n, uint32_t index,
             uint32_t slot, uint64_t r2, uint64_t expected)
{
    for (enum engine engine = 0; engine < N_ENGINES; engine++) {
        struct okobpf_env env = { .ctx = { .slot = slot } };
        struct okobpf_prog prog;
        uint64_t r0;

        if (!engine_exists(engine)) {
            continue;
        }
        prog_init(&prog, insns, n);
        prog.maps[0] = maps[0];
        prog.maps[1] = maps[1];
        prog.n_maps = 2;
        r0 = prog_run(&prog, engine, (uintptr_t) &index, r2, &env);
        check(r0 == expected, "%s, %s: looking up %"PRIu32" in slot %"PRIu32
              ", expected 0x%"PRIx64", got 0x%"PRIx64, what,
              engine_to_string(engine), index, slot, expected, r0);
    }
}

static void
test_array(enum okobpf_map_type type, uint32_t value_size,
           uint32_t max_entries)
{
    struct okobpf_map *maps[2] = {
        make_map(type, value_size, max_entries),
        make_map(type, 8, 3),
    };
    const struct bpf_insn plain[] = {
        MOV_X(2, 1), LD_PTR(1, maps[0]), CALL_HELPER(HELPER_MAP_LOOKUP),
        EXIT(),
    };
    const struct bpf_insn moved[] = {
        MOV_X(2, 1), LD_PTR(6, maps[0]), LD_PTR(7, maps[1]), MOV_X(1, 6),
        CALL_HELPER(HELPER_MAP_LOOKUP), EXIT(),
    };
    /* Out of range: 0xbad. */
    const struct bpf_insn null_check[] = {
        MOV_X(2, 1), LD_PTR(1, maps[0]), CALL_HELPER(HELPER_MAP_LOOKUP),
        JMP_K(BPF_JEQ, 0, 0, 1), EXIT(), ALU64_K(BPF_ADD, 0, 0xbad), EXIT(),
    };
    const struct bpf_insn reverse_null_check[] = {
        MOV_X(2, 1), LD_PTR(1, maps[0]), CALL_HELPER(HELPER_MAP_LOOKUP),
        JMP_K(BPF_JNE, 0, 0, 1), MOV_K(0, 0xbad), EXIT(),
    };
    /* Which of the maps depends on r2. */
    const struct bpf_insn either[] = {
        MOV_X(3, 2), MOV_X(2, 1), LD_PTR(1, maps[0]),
        JMP_K(BPF_JEQ, 3, 0, 2), LD_PTR(1, maps[1]),
        CALL_HELPER(HELPER_MAP_LOOKUP), EXIT(),
    };
    /* The second run of the lookup comes from a jump to the call. */
    const struct bpf_insn loop[] = {
        MOV_X(6, 1), LD_PTR(1, maps[0]), MOV_X(2, 6),
        CALL_HELPER(HELPER_MAP_LOOKUP), JMP_K(BPF_JEQ, 9, 1, 5),
        MOV_K(9, 1), LD_PTR(1, maps[1]), MOV_X(2, 6), JA(-7), EXIT(),
    };
    static const uint32_t slots[] = { 0, 1, N_SLOTS - 1, N_SLOTS, UINT32_MAX };
    uint32_t indexes[] = {
        0, 1, 2, max_entries - 1, max_entries, max_entries + 1,
        0x7fffffff, 0x80000000, UINT32_MAX,
    };
    struct bpf_insn loop_init[N_ELEMS(loop) + 1];

    loop_init[0] = MOV_K(9, 0);
    memcpy(&loop_init[1], loop, sizeof loop);

    for (size_t i = 0; i < N_ELEMS(indexes) * N_ELEMS(slots); i++) {
        uint32_t index = indexes[i / N_ELEMS(slots)];
        uint32_t slot = slots[i % N_ELEMS(slots)];
        uint64_t p = value_address(maps[0], index, slot);
        uint64_t other = value_address(maps[1], index, slot);

        check_lookup("plain", maps, plain, N_ELEMS(plain), index, slot, 0, p);
        check_lookup("moved map", maps, moved, N_ELEMS(moved), index, slot, 0,
                     p);
        check_lookup("null check", maps, null_check, N_ELEMS(null_check),
                     index, slot, 0, p ? p : 0xbad);
        check_lookup("reverse null check", maps, reverse_null_check,
                     N_ELEMS(reverse_null_check), index, slot, 0,
                     p ? p : 0xbad);
        check_lookup("first of two", maps, either, N_ELEMS(either),
                     index, slot, 0, p);
        check_lookup("second of two", maps, either, N_ELEMS(either),
                     index, slot, 1, other);
        check_lookup("loop", maps, loop_init, N_ELEMS(loop_init), index, slot,
                     0, other);
    }
    okobpf_map_release(maps[0]);
    okobpf_map_release(maps[1]);
}

/* Null checks that go over 'n' instructions, forward or backward: the code of
 * a lookup jumps there from more than one place, at distances on both sides of
 * where a short jump reaches. */
static void
test_null_check(enum okobpf_map_type type, bool backward, int n)
{
    struct okobpf_map *maps[2] = { make_map(type, 8, 5), NULL };
    const struct bpf_insn start[] = { MOV_X(2, 1), LD_PTR(1, maps[0]) };
    static const struct {
        uint32_t index, slot;
    } keys[] = {
        { 4, 0 }, { 4, N_SLOTS - 1 }, { 5, 0 }, { 4, N_SLOTS }, { 5, N_SLOTS },
    };
    struct bpf_insn insns[200];
    int i = N_ELEMS(start);

    memcpy(insns, start, sizeof start);
    if (backward) {
        insns[i++] = JA(n + 2);
    } else {
        insns[i++] = CALL_HELPER(HELPER_MAP_LOOKUP);
        insns[i++] = JMP_K(BPF_JEQ, 0, 0, n + 1);
        insns[i++] = EXIT();
    }
    for (int j = 0; j < n; j++) {
        insns[i++] = ALU64_K(BPF_ADD, 0, 1);
    }
    insns[i++] = ALU64_K(BPF_ADD, 0, 1);
    insns[i++] = EXIT();
    if (backward) {
        insns[i++] = CALL_HELPER(HELPER_MAP_LOOKUP);
        insns[i++] = JMP_K(BPF_JEQ, 0, 0, -n - 4);
        insns[i++] = EXIT();
    }
    for (size_t k = 0; k < N_ELEMS(keys); k++) {
        uint64_t p = value_address(maps[0], keys[k].index, keys[k].slot);

        check_lookup(backward ? "null check back" : "null check ahead", maps,
                     insns, i, keys[k].index, keys[k].slot, 0,
                     p ? p : backward ? n + 1 : 1);
    }
    okobpf_map_release(maps[0]);
}

/* A lookup in an array must not call anything, one in a hash must. */
static void
test_inlining(enum okobpf_map_type type)
{
    struct okobpf_map *maps[2] = {
        make_map(type, 8, 1000000), /* In 5 bytes of CMP. */
        make_map(OKOBPF_MAP_HASH, 8, 1000),
    };
    const struct bpf_insn insns[] = {
        MOV_X(2, 1), LD_PTR(1, maps[0]), CALL_HELPER(HELPER_MAP_LOOKUP),
        EXIT(),
    };
    const struct bpf_insn hash[] = {
        MOV_X(2, 1), LD_PTR(1, maps[1]), CALL_HELPER(HELPER_MAP_LOOKUP),
        EXIT(),
    };
    struct map_array *array = (struct map_array *) maps[0];
    uint8_t *values = array->values;
    uint32_t key = 7;
    uint64_t value = 1;

    okobpf_map_update(maps[1], &key, sizeof key, &value, sizeof value,
                      OKOBPF_ANY);
    check_lookup("hash", maps, hash, N_ELEMS(hash), 8, 0, 0, 0);
    check_lookup("array", maps, insns, N_ELEMS(insns), 8, 2, 0,
                 value_address(maps[0], 8, 2));
    for (enum engine engine = JIT_PLAIN; engine < N_ENGINES; engine++) {
        struct okobpf_env env = { .ctx = { .slot = 2 } };
        struct okobpf_prog prog;
        uint64_t r0;

        if (!engine_exists(engine)) {
            continue;
        }
        prog_init(&prog, insns, N_ELEMS(insns));
        prog.maps[0] = maps[0];
        prog.n_maps = 1;
        check(prog_compile(&prog, engine), "expected code for an array");

        /* Code in line has the address in it, a function would look. */
        array->values = NULL;
        r0 = prog.jited((uintptr_t) &key, 0, &env);
        array->values = values;
        check(r0 == value_address(maps[0], key, 2),
              "%s: expected the value's address from a lookup in line",
              engine_to_string(engine));
        okobpf_jit_free(&prog);
    }
    okobpf_map_release(maps[0]);
    okobpf_map_release(maps[1]);
}

/* What a function that is called finds. */
static unsigned int n_calls, n_misaligned;

static void * __attribute__((__noinline__))
note_stack(struct okobpf_map *map, const void *key, uint32_t slot)
{
    void *frame = __builtin_frame_address(0);

    (void) map;
    (void) key;
    (void) slot;

    /* Above the frame's address are the saved one and the return address,
     * whose push followed the alignment that the ABI demands. */
    n_calls++;
    n_misaligned += (uintptr_t) frame % 16 != 0;
    return NULL;
}

/* Functions that are called find the machine's stack aligned to 16 bytes,
 * whichever registers the program saves and whether it uses its stack. */
static void
test_alignment(void)
{
    struct okobpf_map *map = make_map(OKOBPF_MAP_HASH, 8, 1000);
    const struct bpf_insn call[] = {
        LD_PTR(1, map), MOV_K(2, 0), CALL_HELPER(HELPER_MAP_LOOKUP),
    };
    const struct map_ops *ops = map->ops;
    struct map_ops noting = *ops;

    noting.lookup = note_stack;
    map->ops = &noting;

    /* A bit for each of r6 to r10 in main(), and for each in the function that
     * it calls: both call. */
    for (unsigned int used = 0; used < 1u << 10; used++) {
        struct bpf_insn insns[32];
        int n = 0;

        for (int func = 0; func < 2; func++) {
            unsigned int regs = used >> 5 * func;

            for (int reg = 6; reg < 10; reg++) {
                if (regs & 1u << (reg - 6)) {
                    insns[n++] = MOV_K(reg, 0);
                }
            }
            if (regs & 1u << 4) {
                insns[n++] = ST(BPF_DW, 10, -8, 0);
            }
            memcpy(&insns[n], call, sizeof call);
            n += N_ELEMS(call);
            if (!func) {
                insns[n++] = CALL_LOCAL(1);
            }
            insns[n++] = EXIT();
        }

        for (enum engine engine = JIT_PLAIN; engine < N_ENGINES; engine++) {
            struct okobpf_env env = { .prog = NULL };
            struct okobpf_prog prog;

            if (!engine_exists(engine)) {
                continue;
            }
            prog_init(&prog, insns, n);
            prog.maps[0] = map;
            prog.n_maps = 1;
            n_calls = n_misaligned = 0;
            prog_run(&prog, engine, 0, 0, &env);
            check(n_calls == 2 && !n_misaligned, "registers 0x%x, %s: "
                  "expected two calls with an aligned stack, got %u, %u "
                  "misaligned", used, engine_to_string(engine), n_calls,
                  n_misaligned);
        }
    }
    map->ops = ops;
    okobpf_map_release(map);
}

int
main(void)
{
    static const uint32_t sizes[][2] = {
        { 8, 5 }, { 1, 3 }, { 16, 100 }, { 20, 1000 }, { 4096, 10 },
        { 4097, 128 }, { 8, 1 },
    };

    for (size_t i = 0; i < N_ELEMS(sizes); i++) {
        test_array(OKOBPF_MAP_ARRAY, sizes[i][0], sizes[i][1]);
        test_array(OKOBPF_MAP_PERCPU_ARRAY, sizes[i][0], sizes[i][1]);
    }
    for (int n = 0; n < 60; n++) {
        test_null_check(OKOBPF_MAP_ARRAY, false, n);
        test_null_check(OKOBPF_MAP_ARRAY, true, n);
        test_null_check(OKOBPF_MAP_PERCPU_ARRAY, false, n);
        test_null_check(OKOBPF_MAP_PERCPU_ARRAY, true, n);
    }
    test_inlining(OKOBPF_MAP_ARRAY);
    test_inlining(OKOBPF_MAP_PERCPU_ARRAY);
    test_alignment();

    return check_report("jit-maps-test");
}
#else  /* !OKOBPF_HAVE_JIT */
int
main(void)
{
    printf("jit-maps-test: skipped: this machine has no JIT\n");
    return EXIT_SUCCESS;
}
#endif /* !OKOBPF_HAVE_JIT */
