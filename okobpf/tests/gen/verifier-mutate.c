/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

#include "verifier-mutate.h"

static const uint8_t alu_ops[] = {
    BPF_ADD, BPF_SUB, BPF_MUL, BPF_DIV, BPF_OR, BPF_AND, BPF_LSH, BPF_RSH,
    BPF_NEG, BPF_MOD, BPF_XOR, BPF_MOV, BPF_ARSH,
};
static const int32_t atomic_ops[] = {
    BPF_ADD, BPF_OR, BPF_AND, BPF_XOR, BPF_ADD | BPF_FETCH,
    BPF_OR | BPF_FETCH, BPF_XCHG, BPF_CMPXCHG,
};

/* A constant, most often one at which something changes. */
static int32_t
random_imm(struct random *r)
{
    static const int32_t edges[] = {
        0, 1, 2, 3, 4, 5, 7, 8, 9, 12, 13, 14, 15, 16, 20, 31, 32, 33, 34, 60,
        62, 63, 64, 65, 100, 127, 128, 255, 256, -1, -2, -4, -8, -16, -64,
        -128, 1000, 4096, 0xffff, 0x10000, INT32_MAX, INT32_MIN, 0x40000000,
    };

    return (random_u32(r) % 4 ? PICK(r, edges)
            : (int32_t) (random_u32(r) << 1) >> random_below(r, 31));
}

struct bpf_insn
vgen_alu(struct random *r, int dst, int src)
{
    uint8_t class = random_u32(r) % 3 ? BPF_ALU64 : BPF_ALU;
    uint8_t op = PICK(r, alu_ops);
    bool by_reg = op != BPF_NEG && random_u32(r) % 2;
    struct bpf_insn insn = insn_make(class | op | (by_reg ? BPF_X : BPF_K),
                                     dst, by_reg ? src : 0, 0, 0);

    if (!by_reg && op != BPF_NEG) {
        bool shift = op == BPF_LSH || op == BPF_RSH || op == BPF_ARSH;

        insn.imm = shift ? (int) random_below(r, 32) : random_imm(r);
        if (!insn.imm && (op == BPF_DIV || op == BPF_MOD)) {
            insn.imm = 3;
        }
    }
    if (by_reg && op == BPF_MOV && random_u32(r) % 3 == 0) {
        insn.offset = random_u32(r) % 2 ? 8 : 16;
    }
    if ((op == BPF_DIV || op == BPF_MOD) && random_u32(r) % 3 == 0) {
        insn.offset = 1;
    }
    return insn;
}

struct bpf_insn
vgen_jump(struct random *r, int dst, int src, int offset)
{
    uint8_t class = random_u32(r) % 3 ? BPF_JMP : BPF_JMP32;
    bool by_reg = random_u32(r) % 3 == 0;

    return insn_make(class | PICK(r, jump_ops) | (by_reg ? BPF_X : BPF_K),
                     dst, by_reg ? src : 0, offset,
                     by_reg ? 0 : random_imm(r));
}

/* An instruction for the place 'at' of 'n'. */
static struct bpf_insn
random_insn(struct random *r, uint32_t n, uint32_t at)
{
    int dst = random_below(r, 10);
    int src = random_below(r, 11);
    int slot = -8 * (int) random_below(r, 6);
    uint8_t size = PICK(r, sizes);

    switch (random_below(r, 10)) {
    case 0: case 1: case 2:
        return vgen_alu(r, dst, src);
    case 3: case 4:
        return vgen_jump(r, dst, src,
                         random_u32(r) % 6
                         ? (int) random_below(r, n - at > 8 ? 8 : n - at)
                         : -(int) random_below(r, at + 1));
    case 5: case 6: {
        uint8_t mode = (size != BPF_DW && random_u32(r) % 5 == 0 ? BPF_MEMSX
                        : BPF_MEM);

        return insn_make(BPF_LDX | mode | size, dst, src,
                         random_u32(r) % 2 ? (int) random_below(r, 80) : slot,
                         0);
    }
    case 7:
        dst = random_u32(r) % 2 ? 10 : dst;
        return (random_u32(r) % 3
                ? insn_make(BPF_STX | BPF_MEM | size, dst, src, slot, 0)
                : insn_make(BPF_ST | BPF_MEM | size, dst, 0, slot,
                            random_imm(r)));
    case 8:
        return insn_make((random_u32(r) % 3 ? BPF_ALU : BPF_ALU64) | BPF_END,
                         dst, 0, 0, 16 << random_below(r, 3));
    default:
        return insn_make(BPF_STX | BPF_ATOMIC
                         | (random_u32(r) % 2 ? BPF_W : BPF_DW), src, dst,
                         slot, PICK(r, atomic_ops));
    }
}

/* Mutation. */

static bool
is_second(const struct bpf_insn *insns, uint32_t index)
{
    bool second = false;

    for (uint32_t i = 0; i < index; i++) {
        second = !second && is_wide(&insns[i]);
    }
    return second;
}

/* Makes room for one instruction at 'at', moving jumps with what they jump
 * to. */
static void
insert(struct bpf_insn *insns, uint32_t n, uint32_t at,
       const struct bpf_insn *new)
{
    for (uint32_t i = 0; i < n; i++) {
        struct bpf_insn *insn = &insns[i];
        int class = BPF_CLASS(insn->opcode);
        int op = BPF_OP(insn->opcode);
        bool call = insn->opcode == (BPF_JMP | BPF_CALL);
        bool wide = (call && bpf_src(insn) == BPF_CALL_LOCAL)
                    || insn->opcode == (BPF_JMP32 | BPF_JA);

        if (is_wide(insn)) {
            i++;
        } else if (wide || ((class == BPF_JMP || class == BPF_JMP32)
                            && op != BPF_CALL && op != BPF_EXIT)) {
            int64_t target = (int64_t) i + 1 + (wide ? insn->imm
                                                : insn->offset);
            int64_t from = i >= at ? i + 1 : i;
            int64_t to = target > at ? target + 1 : target;

            if (wide) {
                insn->imm = to - from - 1;
            } else {
                insn->offset = to - from - 1;
            }
        }
    }
    memmove(&insns[at + 1], &insns[at], (n - at) * sizeof *insns);
    insns[at] = *new;
}

uint32_t
vgen_mutate(struct random *r, struct bpf_insn *insns, uint32_t n)
{
    uint32_t at = random_below(r, n);
    struct bpf_insn *insn = &insns[at];
    int class = BPF_CLASS(insn->opcode);
    bool has_op = (class == BPF_ALU || class == BPF_ALU64 || class == BPF_JMP
                   || class == BPF_JMP32);

    if (is_second(insns, at)) {
        return n;
    }
    switch (random_below(r, 12)) {
    case 0:
        insn->imm = random_imm(r);
        break;
    case 1:
        insn->imm = (int32_t) ((uint32_t) insn->imm + random_below(r, 9) - 4);
        break;
    case 2:
        insn->offset += (int) random_below(r, 17) - 8;
        break;
    case 3:
        insn->regs = (insn->regs & 0xf0) | random_below(r, 11);
        break;
    case 4:
        insn->regs = (insn->regs & 0x0f) | random_below(r, 11) << 4;
        break;
    case 5:
        if (has_op) {
            insn->opcode = (insn->opcode & 0x0f) | random_below(r, 14) << 4;
        } else {
            insn->opcode = (insn->opcode & ~0x18) | PICK(r, sizes);
        }
        break;
    case 6:
        if (has_op) {
            insn->opcode ^= BPF_ALU ^ BPF_ALU64; /* Or BPF_JMP ^ BPF_JMP32. */
        }
        break;
    case 7:
        if (!is_wide(insn)) {
            *insn = insn_make(BPF_JMP | BPF_JA, 0, 0, 0, 0);
        }
        break;
    case 8:
        if (at + 1 < n && !is_wide(insn) && !is_wide(insn + 1)) {
            struct bpf_insn first = insn[0];

            insn[0] = insn[1];
            insn[1] = first;
        }
        break;
    case 9: {
        uint32_t from = random_below(r, n);

        if (!is_wide(insn) && !is_wide(&insns[from])
            && !is_second(insns, from)) {
            *insn = insns[from];
        }
        break;
    }
    default:
        if (n < VGEN_MAX_INSNS) {
            struct bpf_insn new = random_insn(r, n, at);

            insert(insns, n++, at, &new);
        }
        break;
    }
    return n;
}
