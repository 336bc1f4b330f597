/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

#include "oracle.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "epoch.h"
#include "maps/map.h"
#include "mem.h"

/* One step: what the checks below look at. */
struct step {
    struct oracle *oracle;
    const struct bpf_insn *insn;
    const uint64_t *regs;
    uint64_t stack;             /* Address of the first frame. */
    int depth;
};

static bool trap(struct oracle *, const struct bpf_insn *,
                 const char *format, ...)
    __attribute__((__format__(__printf__, 3, 4)));

/* Returns false. */
static bool
trap(struct oracle *oracle, const struct bpf_insn *insn,
     const char *format, ...)
{
    const struct okobpf_prog *prog = oracle->prog;
    uint64_t index = insn - prog->code;
    char what[128];
    va_list args;

    va_start(args, format);
    vsnprintf(what, sizeof what, format, args);
    va_end(args);

    oracle->trapped = true;
    if (index < prog->info.n_insns) {
        char text[96];

        okobpf_disasm(prog->code, prog->info.n_insns, index, text,
                      sizeof text);
        snprintf(oracle->trap, sizeof oracle->trap,
                 "insn %"PRIu64": %s: %s", index, text, what);
    } else {
        snprintf(oracle->trap, sizeof oracle->trap, "%s", what);
    }
    return false;
}

static void
add_region(struct oracle *oracle, uint64_t start, uint64_t size,
           enum oracle_region_kind kind, uint32_t map)
{
    if (oracle->n_regions >= oracle->allocated_regions) {
        size_t n = 2 * oracle->allocated_regions + 16;
        struct oracle_region *regions;

        regions = okobpf_mem_resize(oracle->regions, n, sizeof *regions);
        if (!regions) {
            return;             /* Later accesses trap. */
        }
        oracle->regions = regions;
        oracle->allocated_regions = n;
    }
    oracle->regions[oracle->n_regions++] = (struct oracle_region) {
        start, size, kind, map
    };
}

/* Adds the value at 'addr' of the map with the given index. */
static void
add_value(struct oracle *oracle, uint32_t index, const void *addr)
{
    const struct okobpf_map_info *info = &oracle->prog->maps[index]->info;

    add_region(oracle, (uintptr_t) addr, info->value_size,
               info->read_only ? REGION_CONSTANT : REGION_WRITABLE, index);
}

static const struct oracle_region *
find_region(const struct oracle *oracle, uint64_t addr, uint64_t size)
{
    for (size_t i = 0; i < oracle->n_regions; i++) {
        const struct oracle_region *r = &oracle->regions[i];

        if (addr >= r->start && addr - r->start <= r->size
            && size <= r->size - (addr - r->start)) {
            return r;
        }
    }
    return NULL;
}

void
oracle_init(struct oracle *oracle, const struct okobpf_prog *prog,
            const struct okobpf_env *env, uint64_t max_steps)
{
    memset(oracle, 0, sizeof *oracle);
    oracle->prog = prog;
    oracle->max_steps = max_steps;
    oracle->max_work = UINT64_MAX;
    oracle->written = 1u << 10 | 1u << 1;
    add_region(oracle, env->ctx.data, env->ctx.pkt_len, REGION_READ_ONLY,
               UINT32_MAX);
    if (prog->info.abi == OKOBPF_ABI_PACKET) {
        oracle->written |= 1u << 2;
    } else {
        add_region(oracle, (uintptr_t) &env->ctx, sizeof env->ctx,
                   REGION_READ_ONLY, UINT32_MAX);
    }
    for (size_t i = 0; i < prog->n_maps; i++) {
        struct okobpf_map *map = prog->maps[i];

        oracle->maps[i] = (struct map_spec) {
            .type = map->info.type,
            .key_size = map->info.key_size,
            .value_size = map->info.value_size,
            .max_entries = map->info.max_entries,
            .n_hash_functions = map->info.n_hash_functions,
        };
        if (map->info.type == OKOBPF_MAP_ARRAY) {
            add_value(oracle, i, okobpf_map_direct_value(map));
        }
    }
    okobpf_work_model_init(&oracle->model, oracle->maps, prog->n_maps);
}

void
oracle_uninit(struct oracle *oracle)
{
    free(oracle->regions);
}

uint64_t
oracle_run(const struct okobpf_prog *prog, struct okobpf_env *env,
           struct oracle *oracle)
{
    struct epoch_thread *thread = okobpf_epoch_enter();
    uint64_t result;

    env->prog = prog;
    result = (prog->info.abi == OKOBPF_ABI_PACKET
              ? interpret_checked(prog, env->ctx.data, env->ctx.pkt_len, env,
                                  oracle)
              : interpret_checked(prog, (uintptr_t) &env->ctx, 0, env,
                                  oracle));
    okobpf_epoch_exit(thread);
    return result;
}

void
oracle_illegal(struct oracle *oracle, const struct bpf_insn *insn)
{
    trap(oracle, insn, "illegal instruction");
}

/* Registers. */

static bool
check_read(struct step *s, int reg)
{
    return (reg <= 10 && s->oracle->written & 1u << reg
            ? true
            : trap(s->oracle, s->insn, "r%d is not initialized", reg));
}

static bool
check_write(struct step *s, int reg)
{
    if (reg >= 10) {
        return trap(s->oracle, s->insn, "r%d is written", reg);
    }
    s->oracle->written |= 1u << reg;
    return true;
}

/* Memory. */

enum access {
    READ = 1,
    WRITE = 2,
};

static bool
check_memory(struct step *s, uint64_t addr, uint64_t size, enum access access)
{
    uint64_t stack_size = (s->depth + 1) * (uint64_t) BPF_STACK_SIZE;
    uint64_t ofs = addr - s->stack;
    const struct oracle_region *r;

    if (!size) {
        return true;
    }
    if (ofs < stack_size && size <= stack_size - ofs) {
        bool *written = &s->oracle->stack_written[ofs];

        for (uint64_t i = 0; i < size; i++) {
            if (access & READ && !written[i]) {
                return trap(s->oracle, s->insn, "stack at offset %d of frame "
                            "%d is not initialized",
                            (int) ((ofs + i) % BPF_STACK_SIZE)
                            - BPF_STACK_SIZE,
                            (int) ((ofs + i) / BPF_STACK_SIZE));
            }
            written[i] = written[i] || access & WRITE;
        }
        return true;
    }
    r = find_region(s->oracle, addr, size);
    if (!r) {
        return trap(s->oracle, s->insn, "%"PRIu64" bytes at 0x%"PRIx64
                    " are out of bounds (stack: 0x%"PRIx64")", size, addr,
                    s->stack);
    }
    if (access & WRITE && r->kind != REGION_WRITABLE) {
        return trap(s->oracle, s->insn, "read-only memory is written");
    }
    return true;
}

/* The same for an access of the instruction, which is charged. */
static bool
check_access(struct step *s, uint64_t addr, uint64_t size, enum access access)
{
    const struct oracle_region *r = find_region(s->oracle, addr, size);

    if (r && r->map != UINT32_MAX) {
        okobpf_work_add_access(&s->oracle->work, &s->oracle->model, r->map);
    }
    return check_memory(s, addr, size, access);
}

static int
access_size(const struct bpf_insn *insn)
{
    switch (BPF_SIZE(insn->opcode)) {
    case BPF_B:
        return 1;
    case BPF_H:
        return 2;
    case BPF_W:
        return 4;
    default:
        return 8;
    }
}

/* Instructions by class. */

static bool
check_alu(struct step *s)
{
    const struct bpf_insn *insn = s->insn;
    int op = BPF_OP(insn->opcode);

    return ((op == BPF_MOV || check_read(s, bpf_dst(insn)))
            && (op == BPF_NEG || op == BPF_END
                || BPF_SOURCE(insn->opcode) == BPF_K
                || check_read(s, bpf_src(insn)))
            && check_write(s, bpf_dst(insn)));
}

static bool
check_load(struct step *s)
{
    const struct bpf_insn *insn = s->insn;

    return (check_read(s, bpf_src(insn))
            && check_access(s, s->regs[bpf_src(insn)] + insn->offset,
                            access_size(insn), READ)
            && check_write(s, bpf_dst(insn)));
}

static bool
check_atomic(struct step *s)
{
    const struct bpf_insn *insn = s->insn;
    uint64_t addr = s->regs[bpf_dst(insn)] + insn->offset;
    int size = access_size(insn);

    if (!check_read(s, bpf_dst(insn)) || !check_read(s, bpf_src(insn))
        || !check_access(s, addr, size, READ | WRITE)) {
        return false;
    }
    if (addr % size) {
        return trap(s->oracle, insn, "misaligned atomic operation");
    }
    if (insn->imm == BPF_CMPXCHG) {
        return check_read(s, 0);
    }
    return !(insn->imm & BPF_FETCH) || check_write(s, bpf_src(insn));
}

static bool
check_store(struct step *s)
{
    const struct bpf_insn *insn = s->insn;

    if (BPF_CLASS(insn->opcode) == BPF_STX) {
        if (BPF_MODE(insn->opcode) == BPF_ATOMIC) {
            return check_atomic(s);
        } else if (!check_read(s, bpf_src(insn))) {
            return false;
        }
    }
    return (check_read(s, bpf_dst(insn))
            && check_access(s, s->regs[bpf_dst(insn)] + insn->offset,
                            access_size(insn), WRITE));
}

static bool
check_ld(struct step *s)
{
    const struct bpf_insn *insn = s->insn;

    if (BPF_MODE(insn->opcode) == BPF_IMM) {
        return check_write(s, bpf_dst(insn));
    }
    if (BPF_MODE(insn->opcode) == BPF_IND && !check_read(s, bpf_src(insn))) {
        return false;
    }
    s->oracle->written &= ~0x3fu;
    return check_write(s, 0);
}

/* Calls. */

static uint32_t
map_index(const struct oracle *oracle, const struct okobpf_map *map)
{
    uint32_t i = 0;

    while (oracle->prog->maps[i] != map) {
        i++;
    }
    return i;
}

/* Returns the map whose address 'addr' is, or NULL. */
static struct okobpf_map *
find_map(const struct okobpf_prog *prog, uint64_t addr)
{
    for (size_t i = 0; i < prog->n_maps; i++) {
        if ((uintptr_t) prog->maps[i] == addr) {
            return prog->maps[i];
        }
    }
    return NULL;
}

/* The format must be a string that no program can change. */
static bool
check_format(struct step *s, uint64_t addr)
{
    const struct oracle_region *r = find_region(s->oracle, addr, 1);
    const char *error;
    int n_args;

    if (!r || r->kind != REGION_CONSTANT) {
        return trap(s->oracle, s->insn, "format is not constant");
    }
    error = okobpf_printf_format_check((const char *) (uintptr_t) addr,
                                       r->start + r->size - addr, &n_args);
    if (error) {
        return trap(s->oracle, s->insn, "bad format: %s", error);
    }
    for (int i = 0; i < n_args; i++) {
        if (!check_read(s, 2 + i)) {
            return false;
        }
    }
    return true;
}

static bool
check_helper_arg(struct step *s, const struct helper *helper, int i,
                 struct okobpf_map **map)
{
    uint64_t reg = s->regs[i + 1];

    if (helper->args[i] == ARG_NONE) {
        return true;
    }
    if (!check_read(s, i + 1)) {
        return false;
    }
    switch (helper->args[i]) {
    case ARG_MAP:
        *map = find_map(s->oracle->prog, reg);
        return ((*map && helper->map_types & 1u << (*map)->info.type)
                || trap(s->oracle, s->insn, "r%d is no map that this helper "
                        "takes", i + 1));
    case ARG_MAP_KEY:
    case ARG_MAP_ITEM:
        return check_memory(s, reg, (*map)->info.key_size, READ);
    case ARG_MAP_VALUE:
        return check_memory(s, reg, (*map)->info.value_size, READ);
    case ARG_MEM:
        return check_memory(s, reg, s->regs[i + 2], READ);
    case ARG_MAP_EVENT:
        return ((s->regs[i + 2] <= (*map)->info.value_size
                 || trap(s->oracle, s->insn, "r%d is longer than events of "
                         "the map", i + 2))
                && (!s->regs[i + 2]
                    || check_memory(s, reg, s->regs[i + 2], READ)));
    case ARG_MEM_OR_NULL:
        return (!s->regs[i + 2]
                || check_memory(s, reg, s->regs[i + 2], READ));
    case ARG_MEM_WRITE:
        return check_memory(s, reg, s->regs[i + 2], WRITE);
    case ARG_FMT:
        return check_format(s, reg);
    case ARG_NONE:
    case ARG_ANY:
    case ARG_SIZE:
        break;
    }
    return true;
}

static bool
check_helper(struct step *s)
{
    struct oracle *oracle = s->oracle;
    struct okobpf_map *map = NULL;
    const struct helper *helper;
    uint64_t size = 0;

    if (s->insn->imm <= 0 || s->insn->imm >= N_HELPERS
        || !okobpf_helpers[s->insn->imm].function) {
        return trap(oracle, s->insn, "unknown helper");
    }
    helper = &okobpf_helpers[s->insn->imm];
    for (int i = 0; i < MAX_HELPER_ARGS; i++) {
        if (!check_helper_arg(s, helper, i, &map)) {
            return false;
        }
        size += helper->args[i] == ARG_SIZE ? s->regs[i + 1] : 0;
    }
    okobpf_work_add_helper(&oracle->work, &oracle->model, helper,
                           map ? map_index(oracle, map) : 0, size);
    oracle->written = (oracle->written & ~0x3fu) | 1u << 0;
    if (helper->ret == RET_MAP_VALUE_OR_NULL) {
        oracle->looked_up = map;
    }
    return true;
}

static bool
check_local_call(struct step *s)
{
    struct oracle *oracle = s->oracle;

    if (s->depth + 1 >= BPF_MAX_FRAMES) {
        return trap(oracle, s->insn, "too many frames");
    }
    oracle->saved[s->depth] = oracle->written;
    oracle->written = (oracle->written & 0x3eu) | 1u << 10;
    memset(&oracle->stack_written[(s->depth + 1) * BPF_STACK_SIZE], 0,
           BPF_STACK_SIZE);
    return true;
}

static bool
check_exit(struct step *s)
{
    struct oracle *oracle = s->oracle;

    if (s->depth) {
        /* A function need not have a result. */
        oracle->written = ((oracle->saved[s->depth - 1] & ~0x3fu)
                           | (oracle->written & 1u << 0));
        return true;
    }
    return check_read(s, 0);
}

static bool
check_jump(struct step *s)
{
    const struct bpf_insn *insn = s->insn;

    switch (insn->opcode) {
    case BPF_JMP | BPF_JA:
    case BPF_JMP32 | BPF_JA:
        return true;
    case BPF_JMP | BPF_CALL:
        return (bpf_src(insn) == BPF_CALL_LOCAL ? check_local_call(s)
                : bpf_src(insn) == BPF_CALL_HELPER ? check_helper(s)
                : trap(s->oracle, insn, "illegal call"));
    case BPF_JMP | BPF_EXIT:
        return check_exit(s);
    default:
        return (check_read(s, bpf_dst(insn))
                && (BPF_SOURCE(insn->opcode) == BPF_K
                    || check_read(s, bpf_src(insn))));
    }
}

static bool
check_insn(struct step *s)
{
    switch (BPF_CLASS(s->insn->opcode)) {
    case BPF_LD:
        return check_ld(s);
    case BPF_LDX:
        return check_load(s);
    case BPF_ST:
    case BPF_STX:
        return check_store(s);
    case BPF_ALU:
    case BPF_ALU64:
        return check_alu(s);
    default:
        return check_jump(s);
    }
}

bool
oracle_step(struct oracle *oracle, const struct bpf_insn *insn,
            const uint64_t regs[], const uint8_t *stack, int depth)
{
    const struct okobpf_prog *prog = oracle->prog;
    struct step s = { oracle, insn, regs, (uintptr_t) stack, depth };
    uint64_t work;

    if (insn < prog->code || insn >= prog->code + prog->info.n_insns) {
        return trap(oracle, insn, "outside of the program");
    }
    if (++oracle->n_steps > oracle->max_steps) {
        return trap(oracle, insn, "no end after %"PRIu64" instructions",
                    oracle->max_steps);
    }
    if (oracle->looked_up) {
        const struct okobpf_map_info *info = &oracle->looked_up->info;

        if (regs[0] && !find_region(oracle, regs[0], info->value_size)) {
            add_value(oracle, map_index(oracle, oracle->looked_up),
                      (void *) (uintptr_t) regs[0]);
        }
        oracle->looked_up = NULL;
    }

    okobpf_work_add_insn(&oracle->work, insn);
    if (!check_insn(&s)) {
        return false;
    }
    work = okobpf_work_total(&oracle->model, &oracle->work);
    return (work <= oracle->max_work
            || trap(oracle, insn, "%"PRIu64" units of work: expected at most "
                    "%"PRIu64, work, oracle->max_work));
}
