/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* Runs random programs in the interpreter and as machine code, and stops at
 * the first that they disagree on.
 *
 *    fuzz-jit [SEED [COUNT [both]]]
 *
 * Machine code is generated for processors with or without optional features,
 * or for both, which takes longer.
 *
 * The program number N of a run has the seed SEED + N: what a failure names as
 * its seed yields that program again, alone, with a COUNT of 1. */

#include <errno.h>
#include <time.h>

#include "insn-table.h"
#include "jit-gen.h"
#include "jit-testlib.h"

#ifdef OKOBPF_HAVE_JIT
#include "maps/map.h"

#define DEFAULT_COUNT 100000

/* One in so many programs is looked at closely, and this number of programs
 * should have every instruction and jumps of such a length among those. */
#define SAMPLE 16
#define ENOUGH 50000
#define LONG_JUMP 1000

struct totals {
    uint64_t n_insns;
    uint32_t largest;           /* Instructions in a program. */
    int longest_jump;           /* In instructions. */
};

/* Programs run with slots from 0 to 6. */
static const struct okobpf_host host = { .n_slots = 5 };

/* Arrays with sizes of values that take different code to index, and a map
 * of another kind. */
static struct okobpf_map *
make_map(int i)
{
    static const struct {
        enum okobpf_map_type type;
        uint32_t value_size, max_entries;
    } kinds[GEN_N_MAPS] = {
        { OKOBPF_MAP_ARRAY, 8, 5 },
        { OKOBPF_MAP_ARRAY, 64, 200 },
        { OKOBPF_MAP_ARRAY, 20, 3 },
        { OKOBPF_MAP_HASH, 16, 8 },
        { OKOBPF_MAP_PERCPU_ARRAY, 24, 6 },
    };
    char name[] = "map";
    struct map_spec spec = {
        .name = name,
        .type = kinds[i].type,
        .key_size = 4,
        .value_size = kinds[i].value_size,
        .max_entries = kinds[i].max_entries,
    };
    struct okobpf_map *map = okobpf_map_create(&spec, &host);

    for (uint32_t key = 0; map && key < spec.max_entries; key++) {
        uint8_t value[64];

        for (size_t j = 0; j < spec.value_size; j++) {
            value[j] = key * 31 + j * 7 + i;
        }
        okobpf_map_update(map, &key, sizeof key, value, spec.value_size,
                          OKOBPF_ANY);
    }
    return map;
}

static void
print_program(const struct bpf_insn *insns, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        char text[128];

        okobpf_disasm(insns, n, i, text, sizeof text);
        printf("%4"PRIu32": %02x %02x %6d %11d  %s\n", i, insns[i].opcode,
               insns[i].regs, insns[i].offset, insns[i].imm, text);
        if (insns[i].opcode == (BPF_LD | BPF_IMM | BPF_DW)) {
            i++;
        }
    }
}

static void
print_difference(const char *what, uint64_t expected, uint64_t got)
{
    if (expected != got) {
        printf("%s: interpreter 0x%"PRIx64", machine code 0x%"PRIx64"\n",
               what, expected, got);
    }
}

/* Prints what differs between what the interpreter and what 'engine' left. */
static void
print_differences(uint64_t seed, enum engine engine, uint64_t want_r0,
                  uint64_t r0, const struct gen_memory *want,
                  const struct gen_memory *got)
{
    char what[32];

    printf("seed %"PRIu64": the interpreter and the %s disagree\n",
           seed, engine_to_string(engine));
    print_difference("result", want_r0, r0);
    for (int i = 0; i < 10; i++) {
        snprintf(what, sizeof what, "r%d", i);
        print_difference(what, want->regs[i], got->regs[i]);
    }
    for (int i = 0; i < GEN_MEM_SIZE; i++) {
        snprintf(what, sizeof what, "memory byte %d", i);
        print_difference(what, want->mem[i], got->mem[i]);
    }
    for (int i = 0; i < GEN_WINDOW_SIZE; i++) {
        snprintf(what, sizeof what, "stack byte %d", i);
        print_difference(what, want->stack[i], got->stack[i]);
    }
}

/* Notes what there is in a program, and how it gets there. */
static void
note_insns(const struct bpf_insn *insns, uint32_t n, int *longest_jump)
{
    for (uint32_t i = 0; i < n; i++) {
        int distance = abs(insns[i].opcode == (BPF_JMP32 | BPF_JA)
                           ? insns[i].imm : insns[i].offset);
        int class = BPF_CLASS(insns[i].opcode);

        insn_note(&insns[i]);
        if ((class == BPF_JMP || class == BPF_JMP32)
            && distance > *longest_jump) {
            *longest_jump = distance;
        }
        if (insns[i].opcode == (BPF_LD | BPF_IMM | BPF_DW)) {
            i++;
        }
    }
}

/* Runs the program of 'seed' in the interpreter and as machine code, of both
 * kinds if 'both'.  Returns true if they agree. */
static bool
check_seed(uint64_t seed, bool both, struct gen_memory *memory,
           struct okobpf_map *maps[GEN_N_MAPS], struct totals *totals)
{
    static struct bpf_insn insns[GEN_MAX_INSNS];
    struct gen_memory initial, want;
    uint64_t want_r0 = 0;
    struct okobpf_prog prog;
    uint32_t n;

    n = gen_program(seed, memory, maps, insns);
    gen_memory(seed, &initial);
    totals->n_insns += n;
    if (n > totals->largest) {
        totals->largest = n;
    }
    if (!(seed % SAMPLE)) {
        note_insns(insns, n, &totals->longest_jump);
    }
    prog_init(&prog, insns, n);
    memcpy(prog.maps, maps, GEN_N_MAPS * sizeof *maps);
    prog.n_maps = GEN_N_MAPS;

    for (enum engine engine = 0; engine < N_ENGINES; engine++) {
        struct okobpf_env env = {
            .ctx = {
                .data = (uintptr_t) memory->pkt,
                .data_end = (uintptr_t) memory->pkt + GEN_PKT_SIZE,
                .pkt_len = GEN_PKT_SIZE,
                .now_ns = seed,
                .slot = seed % 7,
            },
        };
        uint64_t r0;

        /* To compile takes longer than to run: one of the two kinds of code
         * is enough for most. */
        if (!engine_exists(engine)
            || (engine != INTERPRETER && engine_exists(JIT_FULL) && !both
                && engine != (seed % 4 ? JIT_FULL : JIT_PLAIN))) {
            continue;
        }
        *memory = initial;
        if (engine == INTERPRETER) {
            r0 = okobpf_interpret(&prog, 0, 0, &env);
        } else if (prog_compile(&prog, engine)) {
            r0 = prog.jited(0, 0, &env);
            okobpf_jit_free(&prog);
        } else {
            printf("seed %"PRIu64": the %s declines the program\n",
                   seed, engine_to_string(engine));
            print_program(insns, n);
            return false;
        }
        if (engine == INTERPRETER) {
            want = *memory;
            want_r0 = r0;
        } else if (r0 != want_r0 || memcmp(memory, &want, sizeof want)) {
            print_differences(seed, engine, want_r0, r0, &want, memory);
            print_program(insns, n);
            return false;
        }
    }
    return true;
}

static bool
parse_number(const char *s, uint64_t *number)
{
    char *end;

    errno = 0;
    *number = strtoull(s, &end, 0);
    return *s && !*end && !errno;
}

int
main(int argc, char *argv[])
{
    /* The same memory for all programs: only a part that a program cannot
     * name must be elsewhere for each engine, its stack. */
    static struct gen_memory memory;
    struct okobpf_map *maps[GEN_N_MAPS];
    uint64_t count = DEFAULT_COUNT;
    struct totals totals = { .n_insns = 0 };
    bool both = argc > 3 && !strcmp(argv[3], "both");
    uint64_t seed = 1;
    clock_t start = clock();

    if (argc > (both ? 4 : 3) || (argc > 1 && !parse_number(argv[1], &seed))
        || (argc > 2 && !parse_number(argv[2], &count)) || !count) {
        fprintf(stderr, "usage: fuzz-jit [SEED [COUNT [both]]]\n"
                "expected numbers, COUNT (default %d) 1 or more\n",
                DEFAULT_COUNT);
        return 2;
    }
    for (int i = 0; i < GEN_N_MAPS; i++) {
        maps[i] = make_map(i);
        if (!maps[i]) {
            fprintf(stderr, "fuzz-jit: memory exhausted\n");
            return 2;
        }
    }

    for (uint64_t i = 0; i < count; i++) {
        if (!check_seed(seed + i, both, &memory, maps, &totals)) {
            return EXIT_FAILURE;
        }
        if (!((i + 1) % 1000000)) {
            fprintf(stderr, "fuzz-jit: %"PRIu64" programs agree\n", i + 1);
        }
    }

    double seconds = (double) (clock() - start) / CLOCKS_PER_SEC;
    printf("fuzz-jit: %"PRIu64" programs from seed %"PRIu64", %"PRIu64
           " instructions, up to %"PRIu32" in one, %.0f programs per second: "
           "all agree\n", count, seed, totals.n_insns, totals.largest,
           seconds > 0 ? count / seconds : 0);
    for (int i = 0; i < GEN_N_MAPS; i++) {
        okobpf_map_release(maps[i]);
    }

    /* So many programs must have tried everything. */
    if (count >= ENOUGH) {
        int n_missing = insn_print_missing(true) + insn_print_missing(false);

        if (n_missing || totals.longest_jump < LONG_JUMP) {
            printf("fuzz-jit: expected each instruction, and jumps over %d or "
                   "more, got none of %d instructions, and jumps up to %d\n",
                   LONG_JUMP, n_missing, totals.longest_jump);
            return EXIT_FAILURE;
        }
    }
    return EXIT_SUCCESS;
}
#else  /* !OKOBPF_HAVE_JIT */
int
main(void)
{
    printf("fuzz-jit: skipped: this machine has no JIT\n");
    return 77;
}
#endif /* !OKOBPF_HAVE_JIT */
