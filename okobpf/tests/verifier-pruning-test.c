/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* What checkpoints stand for: a program that is accepted is accepted by
 * following each path to its end, too.
 *
 *    verifier-pruning-test [SEED [COUNT]]
 *
 * A path that comes to a checkpoint is not followed further if the state there
 * includes its own, as far as that matters.  What matters is the hard part: it
 * takes a chain of events to show a mistake, in which one path leaves
 * something in a register or on the stack by one means, another by other
 * means, both meet, the second is pruned, and a third is pruned before where
 * the second was thought not to have cared.
 *
 * So the programs here are small and are about nothing else: numbers and
 * pointers that several paths put into a few registers and slots of the stack,
 * in pieces of all sizes, by themselves, in loops or through functions, and
 * which are used once the paths have met.  Instructions that are refused give
 * way to such as do nothing, as in verifier-repair-test.c, until the rest is
 * accepted.  Then the verifier has to follow each path.  If it refuses the
 * program now, some path was pruned wrongly, and the oracle tries to show
 * that by a packet that takes this path.
 *
 * Where the verifier knows less of a state that says more, answers may differ
 * without a hole: look for what it could conclude, and have it do so.
 *
 * The program number N of a run has the seed SEED + N.  With a COUNT of 1, a
 * program for which the answers differ is printed. */

#include "repair.h"
#include "seeded.h"

#include <inttypes.h>
#include "verifier-statements.h"

#define MAX_VISITS 20000
#define N_PACKETS 300

/* Of the programs' maps. */
enum { ARRAY_MAP, HASH_MAP, N_MAPS };
enum { VALUE_BYTES = 64 };

/* Registers: numbers that survive calls and such that don't. */
enum { PACKET = 6, LENGTH = 7 };
static const int places[] = { 8, 9, 3, 4 };

/* The stack, as offsets from r10: the address of a value of the array, and
 * what the programs are about. */
enum { VALUE_PTR = -8, KEY_AT = -56, ROUND = -64 };
static const int slots[] = { -16, -24, -32 };

static const uint8_t sizes[] = { BPF_B, BPF_H, BPF_W, BPF_DW };

/* Numbers that are all right as offsets, and some that are not. */
static const int32_t constants[] = {
    0, 0, 0, 1, 2, 4, 8, 32, 56, 63, 64, 256, 4096, 65536, -1, -8,
};

/* Bytes of the packet that say which way branches go. */
enum { N_BYTES = 10, SHORTEST = 16, THRESHOLD = 100 };

static int
place(struct gen *g)
{
    return places[random_below(g->r, g->n_places)];
}

static int
slot(struct gen *g)
{
    return slots[random_below(g->r, g->n_places < 3 ? g->n_places : 3)];
}

static int
bytes_of(uint8_t size)
{
    return (size == BPF_B ? 1 : size == BPF_H ? 2 : size == BPF_W ? 4 : 8);
}

/* An aligned offset of 'size' in a slot. */
static int
in_slot(struct gen *g, uint8_t size)
{
    int n = bytes_of(size);

    return slot(g) + n * random_below(g->r, 8 / n);
}

/* What keeps verifiers busy, so that a checkpoint is due. */
static void
emit_filler(struct gen *g)
{
    emit(g, BPF_ALU64 | BPF_MOV | BPF_K, 5, 0, 0, 0);
    for (int i = 0; i < 6; i++) {
        emit_add_imm(g, 5, 1);
    }
    emit(g, BPF_JMP | BPF_JEQ | BPF_K, 5, 0, OUT, 9);
    emit(g, BPF_JMP | BPF_JEQ | BPF_K, 5, 0, OUT, 10);
}

static void
emit_store(struct gen *g)
{
    uint8_t size = PICK(g, sizes);
    int ofs = in_slot(g, size);

    if (once_in(g, 3)) {
        emit(g, BPF_ST | BPF_MEM | size, 10, 0, ofs,
             once_in(g, 2) ? 0 : PICK(g, constants));
    } else {
        emit(g, BPF_STX | BPF_MEM | size, 10, place(g), ofs, 0);
    }
}

static void
emit_fill(struct gen *g)
{
    uint8_t size = PICK(g, sizes);

    emit(g, BPF_LDX | (once_in(g, 6) && size != BPF_DW ? BPF_MEMSX : BPF_MEM)
         | size, place(g), 10, in_slot(g, size), 0);
}

/* Zeroes a slot in one way or another. */
static void
emit_zeros(struct gen *g, int at)
{
    uint8_t size = PICK(g, sizes);
    int n = bytes_of(size);

    for (int i = 0; i < 8; i += n) {
        emit(g, BPF_ST | BPF_MEM | size, 10, 0, at + i, 0);
    }
}

static void
emit_number(struct gen *g)
{
    int to = place(g);

    switch (random_below(g->r, 4)) {
    case 0:
        emit(g, BPF_LDX | BPF_MEM | BPF_B, to, PACKET,
             random_below(g->r, N_BYTES), 0);
        break;
    case 1:
        emit_mov(g, to, place(g));
        break;
    default:
        emit(g, BPF_ALU64 | BPF_MOV | BPF_K, to, 0, 0, PICK(g, constants));
        break;
    }
}

static void
emit_alu(struct gen *g)
{
    static const uint8_t ops[] = {
        BPF_ADD, BPF_ADD, BPF_SUB, BPF_AND, BPF_OR, BPF_RSH, BPF_LSH, BPF_XOR,
    };
    uint8_t op = PICK(g, ops);
    bool shift = op == BPF_RSH || op == BPF_LSH;
    uint8_t class = once_in(g, 3) ? BPF_ALU : BPF_ALU64;

    if (shift || once_in(g, 2)) {
        emit(g, class | op | BPF_K, place(g), 0, 0,
             shift ? (int32_t) random_below(g->r, 32) : PICK(g, constants));
    } else {
        emit(g, class | op | BPF_X, place(g), place(g), 0, 0);
    }
}

/* Spills a pointer. */
static void
emit_pointer(struct gen *g)
{
    switch (random_below(g->r, 4)) {
    case 0:
        emit(g, BPF_STX | BPF_MEM | BPF_DW, 10, PACKET, slot(g), 0);
        break;
    case 1:
        emit_mov(g, 1, 10);
        emit_add_imm(g, 1, slot(g));
        emit(g, BPF_STX | BPF_MEM | BPF_DW, 10, 1, slot(g), 0);
        break;
    case 2:
        emit_mov(g, 1, PACKET);
        emit(g, BPF_ALU64 | BPF_ADD | BPF_X, 1, place(g), 0, 0);
        emit(g, BPF_STX | BPF_MEM | BPF_DW, 10, 1, slot(g), 0);
        break;
    default:
        emit(g, BPF_LDX | BPF_MEM | BPF_DW, 1, 10, VALUE_PTR, 0);
        emit_add_imm(g, 1, random_below(g->r, VALUE_BYTES));
        emit(g, BPF_STX | BPF_MEM | BPF_DW, 10, 1, slot(g), 0);
        break;
    }
}

/* Looks up, and keeps the result for later. */
static void
emit_lookup(struct gen *g)
{
    emit(g, BPF_STX | BPF_MEM | BPF_W, 10, places[random_below(g->r, 2)],
         KEY_AT, 0);
    emit(g, BPF_LD | BPF_IMM | BPF_DW, 1, BPF_PSEUDO_MAP_IDX, 0,
         random_below(g->r, N_MAPS));
    emit(g, 0, 0, 0, 0, 0);
    emit_mov(g, 2, 10);
    emit_add_imm(g, 2, KEY_AT);
    emit(g, BPF_JMP | BPF_CALL, 0, 0, 0, HELPER_MAP_LOOKUP);
    emit(g, BPF_STX | BPF_MEM | BPF_DW, 10, 0, slot(g), 0);
    emit(g, BPF_ALU64 | BPF_MOV | BPF_K, 3, 0, 0, 0);
    emit(g, BPF_ALU64 | BPF_MOV | BPF_K, 4, 0, 0, 0);
}

/* Uses: what follows from what the paths left. */

static void
emit_use_pointer(struct gen *g)
{
    emit(g, BPF_LDX | BPF_MEM | BPF_DW, 2, 10, slot(g), 0);
    if (once_in(g, 2)) {
        emit(g, BPF_JMP | BPF_JEQ | BPF_K, 2, 0, 1, 0);
    }
    if (once_in(g, 3)) {
        emit(g, BPF_STX | BPF_MEM | BPF_B, 2, place(g), 0, 0);
    } else {
        emit(g, BPF_LDX | BPF_MEM | BPF_B, 0, 2, random_below(g->r, 24), 0);
    }
}

static void
emit_use_offset(struct gen *g)
{
    int kind = random_below(g->r, 3);

    if (kind == 0) {
        emit_mov(g, 1, PACKET);
    } else if (kind == 1) {
        emit_mov(g, 1, 10);
        emit_add_imm(g, 1, slot(g));
    } else {
        emit(g, BPF_LDX | BPF_MEM | BPF_DW, 1, 10, VALUE_PTR, 0);
    }
    emit(g, BPF_ALU64 | BPF_ADD | BPF_X, 1, place(g), 0, 0);
    if (kind && once_in(g, 3)) {
        emit(g, BPF_STX | BPF_MEM | BPF_B, 1, place(g), 0, 0);
    } else {
        emit(g, BPF_LDX | BPF_MEM | BPF_B, 0, 1, 0, 0);
    }
}

/* Does what is forbidden, unless a comparison comes out as it always does. */
static void
emit_use_branch(struct gen *g)
{
    uint8_t class = jump_class(g);
    uint8_t op = PICK(g, jump_ops);

    if (once_in(g, 4)) {
        emit(g, class | op | BPF_X, place(g), place(g), 1, 0);
    } else {
        emit(g, class | op | BPF_K, place(g), 0, 1, PICK(g, constants));
    }
    emit(g, BPF_LDX | BPF_MEM | BPF_DW, 0, 10, 0, 0);
}

/* Compares a number with the length, a constant or another number, which
 * others of its kind know of. */
static void
emit_use_check(struct gen *g)
{
    uint8_t op = PICK(g, jump_ops);
    int kind = random_below(g->r, 4);

    if (kind == 0) {
        emit(g, jump_class(g) | op | BPF_K, place(g), 0, OUT,
             random_below(g->r, 70));
    } else if (kind == 1) {
        emit(g, jump_class(g) | op | BPF_X, place(g), place(g), OUT, 0);
    } else {
        emit_mov(g, 1, place(g));
        emit_add_imm(g, 1, random_below(g->r, once_in(g, 2) ? 4 : 13));
        emit(g, BPF_JMP | (once_in(g, 4) ? op : BPF_JGT) | BPF_X, 1, LENGTH,
             OUT, 0);
    }
}

static void
emit_use(struct gen *g)
{
    switch (random_below(g->r, 7)) {
    case 0: case 1:
        emit_fill(g);
        break;
    case 2:
        emit_use_pointer(g);
        break;
    case 3:
        emit_use_branch(g);
        break;
    case 4:
        emit_use_check(g);
        break;
    default:
        emit_use_offset(g);
        break;
    }
}

/* Has a function do something to a slot, or with numbers. */
static void
emit_call(struct gen *g)
{
    emit_mov(g, 1, place(g));
    emit_mov(g, 2, 10);
    emit_add_imm(g, 2, slot(g));
    emit(g, BPF_JMP | BPF_CALL, 0, BPF_CALL_LOCAL, 0,
         CALL + random_below(g->r, N_FUNCTIONS));
    emit(g, BPF_ALU64 | BPF_MOV | BPF_K, 3, 0, 0, 0);
    emit(g, BPF_ALU64 | BPF_MOV | BPF_K, 4, 0, 0, 0);
    if (once_in(g, 2)) {
        emit_mov(g, place(g), 0);
    }
}

static void
emit_simple(struct gen *g)
{
    switch (random_below(g->r, 10)) {
    case 0: case 1: case 2:
        emit_store(g);
        break;
    case 3: case 4:
        emit_number(g);
        break;
    case 5:
        emit_alu(g);
        break;
    case 6:
        emit_zeros(g, slot(g));
        break;
    case 7:
        if (once_in(g, 2)) {
            emit_pointer(g);
        } else if (!g->in_function) {
            emit_lookup(g);
        }
        break;
    case 8:
        if (!g->in_function) {
            emit_call(g);
            break;
        }
        /* Fall through. */
    default:
        emit_use(g);
        break;
    }
}

static void
emit_some(struct gen *g, int max)
{
    for (int n = 1 + random_below(g->r, max); n; n--) {
        emit_simple(g);
    }
}

/* Sets the offset of the jump at 'at' so that it leads here. */
static void
land(struct gen *g, uint32_t at)
{
    g->insns[at].offset = g->n - at - 1;
}

/* Two paths that meet. */
static void
emit_diamond(struct gen *g, int level)
{
    static const uint8_t ops[] = { BPF_JGT, BPF_JLE };
    uint32_t other, end;

    emit(g, BPF_LDX | BPF_MEM | BPF_B, 1, PACKET,
         random_below(g->r, N_BYTES), 0);
    other = g->n;
    emit(g, BPF_JMP | PICK(g, ops) | BPF_K, 1, 0, 0, THRESHOLD);
    emit_some(g, 3);
    if (level && once_in(g, 3)) {
        emit_diamond(g, level - 1);
        emit_some(g, 2);
    }
    end = g->n;
    emit(g, BPF_JMP | BPF_JA, 0, 0, 0, 0);
    land(g, other);
    if (level && once_in(g, 2)) {
        emit_diamond(g, level - 1);
    }
    if (once_in(g, 2)) {
        emit_filler(g);
    }
    if (once_in(g, 2)) {
        emit_some(g, 3);
    }
    land(g, end);
}

static void
emit_rounds(struct gen *g)
{
    uint32_t start;

    emit(g, BPF_ST | BPF_MEM | BPF_DW, 10, 0, ROUND, 0);
    start = g->n;
    if (once_in(g, 2)) {
        emit_diamond(g, 0);
    }
    emit_some(g, 3);
    emit(g, BPF_LDX | BPF_MEM | BPF_DW, 1, 10, ROUND, 0);
    emit_add_imm(g, 1, 1);
    emit(g, BPF_STX | BPF_MEM | BPF_DW, 10, 1, ROUND, 0);
    emit(g, BPF_JMP | BPF_JLT | BPF_K, 1, 0, (int) start - (int) g->n - 1,
         1 + random_below(g->r, 4));
}

static void
emit_parts(struct gen *g, int n)
{
    while (n--) {
        if (once_in(g, 5)) {
            emit_rounds(g);
        } else {
            emit_diamond(g, 1);
        }
        if (once_in(g, 3)) {
            emit_filler(g);
        }
        if (once_in(g, 2)) {
            emit_some(g, 2);
        }
    }
    for (n = 1 + random_below(g->r, 3); n; n--) {
        emit_use(g);
    }
}

/* Leads jumps of the function that begins at 'start' to its end here. */
static void
lead_out(struct gen *g, uint32_t start)
{
    for (uint32_t i = start; i < g->n; i++) {
        if (g->insns[i].offset == OUT) {
            land(g, i);
        }
    }
}

/* Emits the function number 'f', if it is called: it has a number in r1 and
 * the address of the caller's slot in r2. */
static void
emit_callee(struct gen *g, int f)
{
    uint32_t start = g->n;
    bool called = false;
    uint8_t size = PICK(g, sizes);
    int ofs = bytes_of(size) * random_below(g->r, 8 / bytes_of(size));

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
    emit_mov(g, PACKET, 2);     /* No packet here: the caller's slot. */
    emit_mov(g, 8, 1);
    emit_mov(g, 9, 1);
    emit_mov(g, 3, 1);
    emit_mov(g, 4, 1);
    emit(g, BPF_ALU64 | BPF_MOV | BPF_K, LENGTH, 0, 0, 8);
    emit_zeros(g, slots[0]);
    emit_zeros(g, slots[1]);
    emit_zeros(g, slots[2]);
    emit_zeros(g, VALUE_PTR);
    if (once_in(g, 2)) {
        emit(g, BPF_STX | BPF_MEM | size, 2, place(g), ofs, 0);
    }
    emit_parts(g, random_below(g->r, 2));
    if (once_in(g, 2)) {
        emit(g, BPF_STX | BPF_MEM | size, PACKET, place(g), ofs, 0);
    } else if (once_in(g, 2)) {
        emit(g, BPF_LDX | BPF_MEM | size, 8, PACKET, ofs, 0);
    }
    lead_out(g, start);
    emit_mov(g, 0, once_in(g, 8) ? PACKET : 8);
    emit(g, BPF_JMP | BPF_EXIT, 0, 0, 0, 0);
}

static void
generate(struct gen *g, struct random *r)
{
    memset(g, 0, sizeof *g);
    g->r = r;
    g->n_places = 1 + random_below(r, ARRAY_SIZE(places));
    emit_mov(g, PACKET, 1);
    emit_mov(g, LENGTH, 2);
    emit(g, BPF_ALU64 | BPF_MOV | BPF_K, 0, 0, 0, 0);
    emit(g, BPF_JMP | BPF_JLT | BPF_K, 2, 0, OUT, SHORTEST);
    emit(g, BPF_LD | BPF_IMM | BPF_DW, 1, BPF_PSEUDO_MAP_IDX_VALUE, 0,
         ARRAY_MAP);
    emit(g, 0, 0, 0, 0, 0);
    emit(g, BPF_STX | BPF_MEM | BPF_DW, 10, 1, VALUE_PTR, 0);
    for (int i = 0; i < (int) ARRAY_SIZE(places); i++) {
        if (once_in(g, 2)) {
            emit(g, BPF_LDX | BPF_MEM | BPF_B, places[i], PACKET, i, 0);
        } else {
            emit(g, BPF_ALU64 | BPF_MOV | BPF_K, places[i], 0, 0,
                 PICK(g, constants));
        }
    }
    for (int i = 0; i < (int) ARRAY_SIZE(slots); i++) {
        if (!once_in(g, 3)) {
            emit_zeros(g, slots[i]);
        } else if (once_in(g, 2)) {
            emit(g, BPF_STX | BPF_MEM | BPF_DW, 10, place(g), slots[i], 0);
        }
    }
    emit_parts(g, 2 + random_below(r, 3));
    lead_out(g, 0);
    emit_mov(g, 0, 8);
    emit(g, BPF_JMP | BPF_EXIT, 0, 0, 0, 0);
    for (int f = 0; f < N_FUNCTIONS; f++) {
        emit_callee(g, f);
    }
}

/* The test. */

/* Follows each path of the program, which is accepted.  Returns what comes of
 * it, in '*work' what a run takes, and in '*reason' why it is refused, which
 * the caller must free. */
static enum okobpf_status
follow_every_path(const struct gen *g, const struct subject *subject,
                  uint64_t *work, char **reason)
{
    struct okobpf_limits limits = okobpf_default_limits;
    struct image image = subject->image;
    struct okobpf_report report;
    enum okobpf_status status;

    limits.max_visits = 20 * MAX_VISITS;
    limits.max_verify_ns = limits.max_verify_wall_ns = UINT64_MAX;
    limits.max_work = UINT64_MAX;
    image.insns = (struct bpf_insn *) g->insns;
    image.n_insns = g->n;
    memset(&report, 0, sizeof report);
    status = okobpf_verify(&image, &limits, VERIFY_EVERY_PATH, &report);
    *work = report.work;
    *reason = (report.reason
               ? okobpf_report_asprintf("%s (insn %d)\n%s", report.reason,
                                        report.insn, report.state) : NULL);
    okobpf_report_uninit(&report);
    return status;
}

static void
print_program(const struct gen *g)
{
    for (uint32_t i = 0; i < g->n; i++) {
        char code[128];

        okobpf_disasm(g->insns, g->n, i, code, sizeof code);
        print_message("%4"PRIu32": %s\n", i, code);
        i += g->insns[i].opcode == (BPF_LD | BPF_IMM | BPF_DW);
    }
}

/* Runs the program on packets of which each takes some path.  Returns false if
 * it does harm. */
static bool
does_no_harm(struct gen *g, struct subject *subject,
             const struct okobpf_report *report)
{
    bool ok = true;

    for (int i = 0; ok && i < N_PACKETS; i++) {
        struct okobpf_env env;
        uint32_t len = SHORTEST + random_below(g->r, 80);
        uint8_t *packet = malloc(len);

        assert_non_null(packet);
        for (uint32_t j = 0; j < len; j++) {
            packet[j] = (once_in(g, 2) ? random_below(g->r, 12)
                         : THRESHOLD - 1 + random_below(g->r, 156));
        }
        env_init(&env, packet, len, g->r);
        ok = subject_run(subject, g->insns, g->n, &env, report);
        free(packet);
    }
    return ok;
}

static void
init_subject(struct subject *subject)
{
    static const struct map_spec specs[N_MAPS] = {
        [ARRAY_MAP] = {
            .name = (char *) "array",
            .type = OKOBPF_MAP_ARRAY,
            .key_size = 4,
            .value_size = VALUE_BYTES,
            .max_entries = 1,
        },
        [HASH_MAP] = {
            .name = (char *) "hash",
            .type = OKOBPF_MAP_HASH,
            .key_size = 4,
            .value_size = VALUE_BYTES,
            .max_entries = 16,
        },
    };
    static const uint8_t value[VALUE_BYTES];
    struct image image = { .abi = OKOBPF_ABI_PACKET, .n_maps = N_MAPS };

    image.maps = malloc(sizeof specs);
    assert_non_null(image.maps);
    memcpy(image.maps, specs, sizeof specs);
    assert_true(subject_init(subject, &image));
    for (uint32_t key = 0; key < 8; key++) {
        assert_int_equal(okobpf_map_update(subject->prog.maps[HASH_MAP], &key,
                                           sizeof key, value, sizeof value, 0),
                         OKOBPF_MAP_OK);
    }
}

static void
uninit_subject(struct subject *subject)
{
    /* The maps' names are no strings that could be freed. */
    free(subject->image.maps);
    subject->image.maps = NULL;
    subject->image.n_maps = 0;
    subject_uninit(subject);
}

static void
test_pruning(void **state)
{
    static struct gen g;
    struct seeded *run = *state;
    uint32_t count = run->count;
    struct subject subject;
    uint32_t n_accepted = 0, n_followed = 0, n_differ = 0;

    init_subject(&subject);
    for (uint32_t i = 0; i < count; i++) {
        uint64_t seed = run->first_seed + i;
        struct random r = { seed };
        struct okobpf_report report;
        enum okobpf_status status;
        uint64_t work;
        char *reason;

        run->seed = seed;
        generate(&g, &r);
        if (!repair(g.insns, g.n, &subject.image, MAX_VISITS, &report)) {
            continue;
        }
        n_accepted++;
        status = follow_every_path(&g, &subject, &work, &reason);
        n_followed += status != OKOBPF_LIMIT;
        if (status == OKOBPF_REJECTED) {
            n_differ++;
            print_message("seed %"PRIu64": accepted, but on a path that was "
                          "not followed: %s\n", seed, reason);
            if (count == 1) {
                print_program(&g);
            }
            assert_true(does_no_harm(&g, &subject, &report));
        }
        free(reason);
        if (status == OKOBPF_OK && work > report.work) {
            if (count == 1) {
                print_program(&g);
            }
            fail_msg("a run takes %"PRIu64" units of work: expected at most "
                     "%"PRIu64, work, report.work);
        }
    }
    uninit_subject(&subject);

    print_message("%"PRIu32" of %"PRIu32" accepted, %"PRIu32" of them "
                  "followed on every path, %"PRIu32" refused then\n",
                  n_accepted, count, n_followed, n_differ);
    assert_true(count < 100 || n_accepted > count / 10 * 8);
    assert_true(count < 100 || n_followed > n_accepted / 10 * 8);
    assert_int_equal(n_differ, 0);
    run->seed = run->first_seed + count;
}

int
main(int argc, char *argv[])
{
    struct seeded run = { .first_seed = 1, .count = 20000 };

    return seeded_main(&run, test_pruning, "test_pruning", argc, argv);
}
