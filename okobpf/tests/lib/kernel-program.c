/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* Programs of ours as programs for the kernel: see kernel.h. */

#include "kernel.h"

#include <stdlib.h>
#include "image.h"
#include "mem.h"

/* What the kernel refuses for sure. */
#define NO_FIELD 4000           /* Offset in the context. */
#define NO_HELPER 0x7fffffff
#define NO_CONSTANT 15          /* Kind of 64-bit constant. */

#define NOWHERE UINT32_MAX      /* In 'last': left out. */

/* Helpers of the kernel's. */
#define KERNEL_DELETE 3
#define KERNEL_CSUM_DIFF 28
#define KERNEL_RANDOM 7

/* Offsets in 'struct __sk_buff', the kernel's context. */
#define KERNEL_MARK 8           /* 32 bits. */
#define KERNEL_CB 48            /* 64 bits. */
#define KERNEL_DATA 76
#define KERNEL_DATA_END 80

/* Kinds of 64-bit constants of the kernel's. */
#define KERNEL_MAP_FD 1
#define KERNEL_MAP_VALUE 2

/* Most instructions that one of ours becomes, and that come before all. */
#define MAX_EXPANSION 4

struct translation {
    const struct image *image;
    const int *map_fds;
    const uint8_t *ways;
    struct holds *holds;        /* By instruction: state before it. */
    uint32_t *first;            /* By instruction: where its own begin. */
    uint32_t *last;             /* By instruction: where its last one is. */
    struct kernel_program *program;
};

static bool
is_wide(const struct bpf_insn *insn)
{
    return insn->opcode == (BPF_LD | BPF_IMM | BPF_DW);
}

static bool
is_call(const struct bpf_insn *insn, int kind)
{
    return insn->opcode == (BPF_JMP | BPF_CALL) && bpf_src(insn) == kind;
}

/* Whether the instruction may go elsewhere than to the next one, and where. */
static bool
jumps(const struct bpf_insn *insn, uint32_t index, int64_t *target)
{
    int class = BPF_CLASS(insn->opcode);
    int op = BPF_OP(insn->opcode);
    bool by_imm = (insn->opcode == (BPF_JMP32 | BPF_JA)
                   || is_call(insn, BPF_CALL_LOCAL));

    *target = (int64_t) index + 1 + (by_imm ? insn->imm : insn->offset);
    return by_imm || ((class == BPF_JMP || class == BPF_JMP32)
                      && op != BPF_CALL && op != BPF_EXIT);
}

/* Where the context is.
 *
 * Its fields are elsewhere in the kernel's, so we must know which loads are
 * from it. */

struct holds {
    bool reached;
    uint16_t regs, other_regs;      /* May hold the context, something else. */
    uint64_t slots, other_slots;    /* The same for slots of the stack. */
};

static uint64_t
slot_bit(const struct bpf_insn *insn)
{
    return (insn->offset < 0 && insn->offset >= -BPF_STACK_SIZE
            ? UINT64_C(1) << (-insn->offset - 1) / 8 : 0);
}

static void
set_reg(struct holds *h, int r, bool context, bool other)
{
    uint16_t bit = 1u << r;

    h->regs = context ? h->regs | bit : h->regs & ~bit;
    h->other_regs = other ? h->other_regs | bit : h->other_regs & ~bit;
}

static void
set_slot(struct holds *h, uint64_t bit, bool context, bool other)
{
    h->slots = context ? h->slots | bit : h->slots & ~bit;
    h->other_slots = other ? h->other_slots | bit : h->other_slots & ~bit;
}

/* Has 'h' go through the instruction. */
static void
holds_step(struct holds *h, const struct bpf_insn *insn)
{
    int class = BPF_CLASS(insn->opcode);
    int dst = bpf_dst(insn);
    int src = bpf_src(insn);
    bool src_context = h->regs & 1u << src;
    bool src_other = h->other_regs & 1u << src;

    switch (class) {
    case BPF_ALU64:
    case BPF_ALU:
        if (insn->opcode == (BPF_ALU64 | BPF_MOV | BPF_X) && !insn->offset) {
            set_reg(h, dst, src_context, src_other);
        } else if (insn->opcode == (BPF_ALU64 | BPF_ADD | BPF_K)) {
            /* An address within it, if anything. */
        } else {
            set_reg(h, dst, false, true);
        }
        break;

    case BPF_LD:
        set_reg(h, dst, false, true);
        break;

    case BPF_LDX:
        if (src == 10 && insn->opcode == (BPF_LDX | BPF_MEM | BPF_DW)) {
            uint64_t bit = slot_bit(insn);

            set_reg(h, dst, h->slots & bit, !bit || h->other_slots & bit);
        } else {
            set_reg(h, dst, false, true);
        }
        break;

    case BPF_STX:
        if (dst == 10 && insn->opcode == (BPF_STX | BPF_MEM | BPF_DW)) {
            set_slot(h, slot_bit(insn), src_context, src_other);
        }
        break;

    case BPF_JMP:
        for (int r = 0; r <= 5 && insn->opcode == (BPF_JMP | BPF_CALL); r++) {
            set_reg(h, r, false, true);
        }
        break;

    default:
        break;
    }
}

/* Adds 'from' to '*to'.  Returns whether that changed it. */
static bool
holds_merge(struct holds *to, const struct holds *from)
{
    struct holds old = *to;

    to->reached = true;
    to->regs |= from->regs;
    to->other_regs |= from->other_regs;
    to->slots |= from->slots;
    to->other_slots |= from->other_slots;
    return (!old.reached || to->regs != old.regs || to->slots != old.slots
            || to->other_regs != old.other_regs
            || to->other_slots != old.other_slots);
}

static void
find_context(struct translation *t)
{
    const struct image *image = t->image;
    bool changed = true;

    t->holds[0].reached = true;
    t->holds[0].other_regs = UINT16_MAX;
    t->holds[0].other_slots = UINT64_MAX;
    if (image->abi == OKOBPF_ABI_CONTEXT) {
        set_reg(&t->holds[0], 1, true, false);
    }
    while (changed) {
        changed = false;
        for (uint32_t i = 0; i < image->n_insns; i++) {
            const struct bpf_insn *insn = &image->insns[i];
            bool wide = is_wide(insn) && i + 1 < image->n_insns;
            struct holds h = t->holds[i];
            int64_t target;

            if (h.reached && jumps(insn, i, &target) && target >= 0
                && target < image->n_insns) {
                struct holds there = h;

                if (is_call(insn, BPF_CALL_LOCAL)) {
                    there.slots = 0;
                    there.other_slots = UINT64_MAX;
                }
                changed |= holds_merge(&t->holds[target], &there);
            }
            i += wide;
            if (h.reached && i + 1 < image->n_insns
                && insn->opcode != (BPF_JMP | BPF_JA)
                && insn->opcode != (BPF_JMP | BPF_EXIT)
                && insn->opcode != (BPF_JMP32 | BPF_JA)) {
                holds_step(&h, insn);
                changed |= holds_merge(&t->holds[i + 1], &h);
            }
        }
    }
}

/* Instructions. */

static void
emit(struct translation *t, struct bpf_insn insn)
{
    t->program->insns[t->program->n++] = insn;
}

static void
emit_mov(struct translation *t, int dst, int32_t imm)
{
    emit(t, (struct bpf_insn) { BPF_ALU64 | BPF_MOV | BPF_K, dst, 0, imm });
}

/* Loads the address of the value of the map 'fd'. */
static void
emit_value(struct translation *t, int dst, int fd, int32_t ofs)
{
    emit(t, (struct bpf_insn) { BPF_LD | BPF_IMM | BPF_DW,
                                dst | KERNEL_MAP_VALUE << 4, 0, fd });
    emit(t, (struct bpf_insn) { 0, 0, 0, ofs });
}

/* Makes '*insn', which reads from our context, read the like of the kernel's:
 * its packet and its end are 64-bit pointers that one gets by reading 32 bits,
 * the rest is numbers. */
static void
translate_field(struct bpf_insn *insn)
{
    static const struct {
        int ofs, size;
    } fields[] = {
#define FIELD(NAME) { offsetof(struct oko_ctx, NAME), \
                      sizeof ((struct oko_ctx *) 0)->NAME }
        FIELD(in_port), FIELD(pkt_len), FIELD(packet_type), FIELD(l3_ofs),
        FIELD(l4_ofs), FIELD(now_ns), FIELD(hash), FIELD(slot),
#undef FIELD
    };
    int ofs = insn->offset;
    int size = (BPF_SIZE(insn->opcode) == BPF_B ? 1
                : BPF_SIZE(insn->opcode) == BPF_H ? 2
                : BPF_SIZE(insn->opcode) == BPF_W ? 4 : 8);

    insn->offset = NO_FIELD;
    if (insn->opcode == (BPF_LDX | BPF_MEM | BPF_DW)
        && (ofs == offsetof(struct oko_ctx, data)
            || ofs == offsetof(struct oko_ctx, data_end))) {
        insn->opcode = BPF_LDX | BPF_MEM | BPF_W;
        insn->offset = (ofs == offsetof(struct oko_ctx, data) ? KERNEL_DATA
                        : KERNEL_DATA_END);
        return;
    }
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        if (ofs >= fields[i].ofs && !(ofs % size)
            && ofs + size <= fields[i].ofs + fields[i].size) {
            insn->offset = size == 8 ? KERNEL_CB : KERNEL_MARK + ofs % 4;
        }
    }
}

static const char *
translate_helper(struct translation *t, struct bpf_insn *insn)
{
    switch (insn->imm) {
    case HELPER_MAP_LOOKUP:
    case HELPER_MAP_DELETE:
    case HELPER_TIME_GET_NS:
    case HELPER_GET_SLOT:
        return NULL;            /* The kernel's have the same numbers. */

    case HELPER_MAP_UPDATE:
        emit_mov(t, 4, 0);      /* Its flags. */
        return NULL;

    case HELPER_MAP_ADD:
        insn->imm = KERNEL_DELETE; /* It takes map and key, too. */
        return NULL;

    case HELPER_HASH:
        emit_mov(t, 3, 0);
        emit_mov(t, 4, 0);
        emit_mov(t, 5, 0);
        insn->imm = KERNEL_CSUM_DIFF;
        return NULL;

    case HELPER_RANDOM:
        insn->imm = KERNEL_RANDOM;
        return NULL;

    case HELPER_CSUM_DIFF:
        insn->imm = KERNEL_CSUM_DIFF;
        return NULL;

    case HELPER_MAP_UPDATE_FLAGS:
        insn->imm = HELPER_MAP_UPDATE; /* The kernel's takes flags. */
        return NULL;

    case HELPER_PRINTF:
    case HELPER_LOAD_BYTES:
    case HELPER_RING_OUTPUT:
        return "the kernel's helper takes other arguments";

    default:
        insn->imm = NO_HELPER;
        return NULL;
    }
}

static void
translate_constant(const struct translation *t, struct bpf_insn *insn)
{
    int kind = bpf_src(insn);
    bool known = insn->imm >= 0 && insn->imm < t->image->n_maps;

    if (kind == BPF_PSEUDO_NONE) {
        return;
    } else if (kind == BPF_PSEUDO_MAP_IDX && known) {
        kind = KERNEL_MAP_FD;
        insn->imm = t->map_fds[insn->imm];
    } else if (kind == BPF_PSEUDO_MAP_IDX_VALUE && known) {
        kind = KERNEL_MAP_VALUE;
        insn->imm = t->map_fds[insn->imm];
    } else {
        kind = NO_CONSTANT;
    }
    insn->regs = bpf_dst(insn) | kind << 4;
}

/* Whether the instruction is a conditional branch. */
static bool
is_branch(const struct bpf_insn *insn)
{
    int class = BPF_CLASS(insn->opcode);
    int op = BPF_OP(insn->opcode);

    return ((class == BPF_JMP || class == BPF_JMP32)
            && op != BPF_JA && op != BPF_CALL && op != BPF_EXIT);
}

/* Translates instruction 'i', but for where it jumps. */
static const char *
translate_insn(struct translation *t, uint32_t i)
{
    struct bpf_insn insn = t->image->insns[i];
    const struct holds *holds = &t->holds[i];
    int class = BPF_CLASS(insn.opcode);
    int base = class == BPF_LDX ? bpf_src(&insn) : bpf_dst(&insn);
    const char *problem = NULL;

    if (t->ways && (!(t->ways[i] & WAY_HERE)
                    || (is_branch(&insn) && !(t->ways[i] & WAY_OFF)))) {
        t->last[i] = NOWHERE;
        return NULL;
    }
    if (is_wide(&insn)) {
        translate_constant(t, &insn);
    } else if (is_call(&insn, BPF_CALL_HELPER)) {
        problem = translate_helper(t, &insn);
    } else if (class == BPF_LD && (BPF_MODE(insn.opcode) == BPF_ABS
                                   || BPF_MODE(insn.opcode) == BPF_IND)) {
        problem = "programs of type LWT_IN have no legacy packet loads";
    } else if ((class == BPF_LDX || class == BPF_ST || class == BPF_STX)
               && holds->regs & 1u << base) {
        if (holds->other_regs & 1u << base) {
            problem = "a register holds the context on some paths only";
        } else if (class == BPF_LDX) {
            translate_field(&insn);
        } else {
            insn.offset = NO_FIELD;     /* The kernel's can be written. */
        }
    } else if (is_branch(&insn) && t->ways && !(t->ways[i] & WAY_ON)) {
        insn = (struct bpf_insn) { BPF_JMP | BPF_JA, 0, insn.offset, 0 };
    }
    t->last[i] = t->program->n;
    emit(t, insn);
    return problem;
}

/* Has the jump at 'i' go where what it jumps to has gone. */
static const char *
translate_jump(struct translation *t, uint32_t i)
{
    const struct bpf_insn *insn = &t->image->insns[i];
    struct bpf_insn *new = &t->program->insns[t->last[i]];
    int64_t target;

    if (t->last[i] != NOWHERE && jumps(insn, i, &target)) {
        int64_t to = (target < 0 ? -1
                      : target >= t->image->n_insns ? t->program->n
                      : t->first[target]);
        int64_t distance = to - t->last[i] - 1;

        if (insn->opcode == (BPF_JMP32 | BPF_JA)
            || is_call(insn, BPF_CALL_LOCAL)) {
            new->imm = distance;
        } else if (distance >= INT16_MIN && distance <= INT16_MAX) {
            new->offset = distance;
        } else {
            return "a jump gets too long";
        }
    }
    return NULL;
}

const char *
kernel_translate(const struct image *image, const int map_fds[],
                 const struct kernel_packet *packet, const uint8_t *ways,
                 struct kernel_program *program)
{
    size_t n = image->n_insns;
    struct translation t = {
        .image = image,
        .map_fds = map_fds,
        .ways = ways,
        .holds = okobpf_mem_alloc(n, sizeof *t.holds),
        .first = okobpf_mem_alloc(n, sizeof *t.first),
        .last = okobpf_mem_alloc(n, sizeof *t.last),
        .program = program,
    };
    const char *problem = NULL;

    program->insns
        = okobpf_mem_alloc(n + 1, MAX_EXPANSION * sizeof *program->insns);
    program->n = 0;
    if (!t.holds || !t.first || !t.last || !program->insns) {
        problem = "out of memory";
        goto out;
    }

    find_context(&t);
    if (image->abi == OKOBPF_ABI_PACKET) {
        emit_value(&t, 1, packet->fd, 0);
        emit_mov(&t, 2, packet->len);
    }
    for (uint32_t i = 0; i < n && !problem; i++) {
        t.first[i] = program->n;
        problem = translate_insn(&t, i);
        if (is_wide(&image->insns[i]) && i + 1 < n) {
            i++;
            t.first[i] = program->n;
            if (t.last[i - 1] != NOWHERE) {
                emit(&t, image->insns[i]);
            }
        }
    }
    for (uint32_t i = 0; i < n && !problem; i++) {
        problem = translate_jump(&t, i);
        i += is_wide(&image->insns[i]);
    }

out:
    free(t.holds);
    free(t.first);
    free(t.last);
    if (problem) {
        free(program->insns);
        program->insns = NULL;
    }
    return problem;
}
