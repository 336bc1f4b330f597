/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* Random programs, repaired until the verifier accepts them, do no harm.
 *
 *    verifier-repair-test [SEED [COUNT]]
 *
 * Of programs that are random in all they do, a verifier refuses nearly each
 * for its first mistake, and nobody sees what it would have made of the rest.
 * So here, an instruction that is refused gives way to one that does nothing,
 * and the program is verified again, until it is accepted.  What remains is
 * what the verifier takes for proven: reads at sums of numbers that were
 * compared, or not, on one of the paths that meet there; pointers and numbers
 * that were spilled and filled; and so on.  The oracle runs that on packets of
 * all lengths.
 *
 * It also runs in one of the engines, where all addresses are others.  Nothing
 * that a program returns or leaves in its map may depend on these.
 *
 * The program number N of a run has the seed SEED + N: what a failure names
 * as its seed yields that program again, alone, with a COUNT of 1. */

#include "repair.h"
#include "seeded.h"
#include "verifier-statements.h"

#include <inttypes.h>

#define N_PACKETS 40
#define MAX_VISITS 20000

/* Of the programs' map. */
enum { VALUE_SIZE = 64, N_VALUES = 4 };

/* Bytes of the packet that say which way branches go. */
enum { FLAGS = 4, N_FLAGS = 4 };

/* Offsets of jumps to the end of the branch, and past its other part, until
 * these are known. */
enum { SKIP = INT16_MAX - 1, PAST = INT16_MAX - 2 };

/* Programs. */

/* Leads the jumps from 'start' on that have the offset 'mark' here. */
static void
here(struct gen *g, uint32_t start, int mark)
{
    for (uint32_t i = start; i < g->n; i++) {
        struct bpf_insn *insn = &g->insns[i];
        int class = BPF_CLASS(insn->opcode);

        if ((class == BPF_JMP || class == BPF_JMP32)
            && insn->offset == mark) {
            insn->offset = g->n - i - 1;
        }
    }
}

/* Statements on one path only, or on either.  What one has checked may be of
 * use to both. */
static void
emit_branch(struct gen *g)
{
    bool used = once_in(g, 2);
    uint32_t start, other;

    emit(g, BPF_LDX | BPF_MEM | BPF_B, 1, PKT,
         FLAGS + random_below(g->r, N_FLAGS), 0);
    start = g->n;
    if (once_in(g, 2)) {
        emit(g, BPF_JMP | (once_in(g, 2) ? BPF_JEQ : BPF_JNE) | BPF_K, 1, 0,
             SKIP, random_below(g->r, 3));
    } else {
        emit(g, BPF_JMP | BPF_JSET | BPF_K, 1, 0, SKIP,
             1 << random_below(g->r, 3));
    }
    if (used) {
        say_check(g);
    }
    if (!used || once_in(g, 2)) {
        statements_emit(g, 2);
    }
    if (once_in(g, 3)) {
        other = g->n;
        emit(g, BPF_JMP | BPF_JA, 0, 0, PAST, 0);
        here(g, start, SKIP);
        statements_emit(g, 2);
        here(g, other, PAST);
    } else {
        here(g, start, SKIP);
    }
    if (used) {
        say_pointer(g);
    }
}

static void
emit_loop(struct gen *g)
{
    uint32_t start;

    emit(g, BPF_ST | BPF_MEM | BPF_DW, 10, 0, COUNTER, 0);
    start = g->n;
    statements_emit(g, 3);
    emit(g, BPF_LDX | BPF_MEM | BPF_DW, 1, 10, COUNTER, 0);
    emit_add_imm(g, 1, 1);
    emit(g, BPF_STX | BPF_MEM | BPF_DW, 10, 1, COUNTER, 0);
    emit(g, BPF_JMP | BPF_JLT | BPF_K, 1, 0, (int) start - (int) g->n - 1,
         1 + random_below(g->r, 4));
}

/* Emits a function, but for what it begins and ends with: numbers, PKT and END
 * are there already. */
static void
emit_body(struct gen *g, int max)
{
    for (int i = 0; i < N_POINTERS; i++) {
        emit_mov(g, pointers[i], PKT);
        emit(g, BPF_STX | BPF_MEM | BPF_DW, 10, PKT, pointer_slots[i], 0);
    }
    for (int i = 0; i < N_NUMBERS; i++) {
        emit(g, BPF_STX | BPF_MEM | BPF_DW, 10, numbers[i], number_slots[i],
             0);
    }
    for (int i = 0; i < ARRAY_SLOTS; i++) {
        if (!once_in(g, 8)) {
            emit(g, BPF_ST | BPF_MEM | BPF_DW, 10, 0, ARRAY + 8 * i,
                 random_below(g->r, 3) * i);
        }
    }
    for (int n = 2 + random_below(g->r, max); n; n--) {
        switch (random_below(g->r, 4)) {
        case 0:
            emit_branch(g);
            break;
        case 1:
            emit_loop(g);
            break;
        default:
            statements_emit(g, 3);
            break;
        }
    }
}

static void
emit_main(struct gen *g)
{
    emit(g, BPF_ALU64 | BPF_MOV | BPF_K, 8, 0, 0, 0);
    if (g->end_is_pointer) {
        emit(g, BPF_LDX | BPF_MEM | BPF_DW, PKT, 1, 0, 0);
        emit(g, BPF_LDX | BPF_MEM | BPF_DW, END, 1, 8, 0);
        emit_mov(g, 1, PKT);
        emit_add_imm(g, 1, MIN_LEN);
        emit(g, BPF_JMP | BPF_JGT | BPF_X, 1, END, OUT, 0);
    } else {
        emit_mov(g, PKT, 1);
        emit_mov(g, END, 2);
        emit(g, BPF_JMP | BPF_JLT | BPF_K, END, 0, OUT, MIN_LEN);
    }
    for (int i = 0; i < N_NUMBERS; i++) {
        emit(g, BPF_LDX | BPF_MEM | BPF_B, numbers[i], PKT, i, 0);
    }
    emit_body(g, 7);
    here(g, 0, OUT);
    emit_mov(g, 0, 8);
    emit(g, BPF_JMP | BPF_EXIT, 0, 0, 0, 0);
}

/* Emits the function number 'f', if it is called. */
static void
emit_function(struct gen *g, int f)
{
    uint32_t start = g->n;
    bool called = false;

    for (uint32_t i = 0; i < start; i++) {
        struct bpf_insn *insn = &g->insns[i];

        if (insn->opcode == (BPF_JMP | BPF_CALL) && insn->imm == CALL + f) {
            insn->imm = start - i - 1;
            called = true;
        }
    }
    if (!called) {
        return;
    }
    g->in_function = true;
    emit_mov(g, PKT, 1);
    emit_mov(g, END, 2);
    emit_mov(g, 8, 3);
    emit_mov(g, 9, 4);
    emit(g, BPF_STX | BPF_MEM | BPF_DW, 10, 5, ARGUMENT, 0);
    emit_mov(g, 4, 8);
    emit_mov(g, 5, 9);
    emit_body(g, 2);
    here(g, start, OUT);
    emit_mov(g, 0, g->returns_pointer ? PKT : 8);
    emit(g, BPF_JMP | BPF_EXIT, 0, 0, 0, 0);
}

static void
generate(struct gen *g, struct random *r, enum okobpf_abi abi)
{
    memset(g, 0, sizeof *g);
    g->r = r;
    g->end_is_pointer = abi == OKOBPF_ABI_CONTEXT;
    g->returns_pointer = once_in(g, 2);
    statements_choose(g);
    emit_main(g);
    for (int f = 0; f < N_FUNCTIONS; f++) {
        emit_function(g, f);
    }
}

/* Packets. */

/* Returns a packet, which the caller must free. */
static uint8_t *
make_packet(struct random *r, uint32_t *len)
{
    static const uint32_t limits[] = { 8, 40, 256 };
    uint32_t limit = limits[random_below(r, ARRAY_SIZE(limits))];

    *len = MIN_LEN + random_below(r, random_u32(r) % 3 ? 30 : 120);
    uint8_t *packet = malloc(*len);
    assert_non_null(packet);
    for (uint32_t i = 0; i < *len; i++) {
        packet[i] = random_below(r, i >= FLAGS && i < FLAGS + N_FLAGS ? 8
                                 : limit);
    }
    return packet;
}

/* How many reads at variable offsets of the packet there are. */
static uint32_t
count_reads(const struct gen *g)
{
    uint32_t n = 0;

    for (uint32_t i = 0; i < g->n; i++) {
        int src = bpf_src(&g->insns[i]);

        n += (BPF_CLASS(g->insns[i].opcode) == BPF_LDX
              && (src == pointers[0] || src == pointers[1]));
    }
    return n;
}

/* The test. */

/* Initializes a subject whose map is an array. */
static void
init_subject(struct subject *subject, enum okobpf_abi abi)
{
    static const struct map_spec spec = {
        .name = (char *) "array",
        .type = OKOBPF_MAP_ARRAY,
        .key_size = 4,
        .value_size = VALUE_SIZE,
        .max_entries = N_VALUES,
    };
    struct image image = { .abi = abi, .n_maps = 1 };

    image.maps = malloc(sizeof spec);
    assert_non_null(image.maps);
    *image.maps = spec;
    assert_true(subject_init(subject, &image));
}

static void
uninit_subject(struct subject *subject)
{
    /* The map's name is no string that could be freed. */
    free(subject->image.maps);
    subject->image.maps = NULL;
    subject->image.n_maps = 0;
    subject_uninit(subject);
}

/* Runs the program on a packet, as 'subject' under the oracle and as 'twin' in
 * an engine. */
static void
run_both(const struct gen *g, struct subject *subject, struct subject *twin,
         const struct okobpf_report *report)
{
    struct okobpf_env env;
    uint64_t result;
    uint32_t len;
    uint8_t *packet = make_packet(g->r, &len);
    uint8_t *copy = malloc(len);

    assert_non_null(copy);
    memcpy(copy, packet, len);
    env_init(&env, packet, len, g->r);
    assert_true(subject_run_for(subject, g->insns, g->n, &env, report,
                                &result));
    env.ctx.data = (uintptr_t) copy;
    env.ctx.data_end = env.ctx.data + len;
    assert_int_equal(okobpf_run(&twin->prog, &env), result);
    free(copy);
    free(packet);
}

static void
test_repaired(void **state)
{
    static struct gen g;
    struct seeded *run = *state;
    uint32_t count = run->count;
    struct subject subjects[2], twins[2];
    uint32_t n_accepted = 0;
    uint64_t n_reads = 0;
    uint64_t n_kept = 0;

    for (int abi = OKOBPF_ABI_PACKET; abi <= OKOBPF_ABI_CONTEXT; abi++) {
        init_subject(&subjects[abi == OKOBPF_ABI_CONTEXT], abi);
        init_subject(&twins[abi == OKOBPF_ABI_CONTEXT], abi);
    }
    for (uint32_t i = 0; i < count; i++) {
        uint64_t seed = run->first_seed + i;
        struct random r = { seed };
        struct subject *subject = &subjects[seed % 2];
        struct subject *twin = &twins[seed % 2];
        struct okobpf_report report;
        uint32_t n;

        run->seed = seed;
        generate(&g, &r, subject->image.abi);
        n = count_reads(&g);
        if (!repair(g.insns, g.n, &subject->image, MAX_VISITS, &report)) {
            continue;
        }
        n_accepted++;
        n_reads += n;
        n_kept += count_reads(&g);

        okobpf_map_clear(subject->prog.maps[0]);
        okobpf_map_clear(twin->prog.maps[0]);
        subject_link(twin, g.insns, g.n);
        if (once_in(&g, 2) || !okobpf_jit_compile(&twin->prog)) {
            assert_true(okobpf_interpret_prepare(&twin->prog));
        }
        for (int j = 0; j < N_PACKETS; j++) {
            run_both(&g, subject, twin, &report);
        }
        subject_unlink(twin);
        assert_memory_equal(okobpf_map_direct_value(subject->prog.maps[0]),
                            okobpf_map_direct_value(twin->prog.maps[0]),
                            N_VALUES * VALUE_SIZE);
    }
    for (int i = 0; i < 2; i++) {
        uninit_subject(&subjects[i]);
        uninit_subject(&twins[i]);
    }

    /* Nothing is learnt from programs of which nothing is left. */
    print_message("%"PRIu32" of %"PRIu32" accepted, with %"PRIu64" of %"PRIu64
                  " reads at variable offsets\n", n_accepted, count, n_kept,
                  n_reads);
    assert_true(count < 100 || n_accepted > count / 10 * 8);
    assert_true(count < 100 || n_kept > n_reads / 10);
    run->seed = run->first_seed + count;
}

int
main(int argc, char *argv[])
{
    struct seeded run = { .first_seed = 1, .count = 10000 };

    return seeded_main(&run, test_repaired, "test_repaired", argc, argv);
}
