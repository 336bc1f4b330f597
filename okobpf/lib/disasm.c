/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* Instructions as text, in the manner of clang's assembly for BPF. */

#ifdef HAVE_CONFIG_H
#include <config.h>
#endif

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include "image.h"

static const char *
size_name(uint8_t opcode)
{
    switch (BPF_SIZE(opcode)) {
    case BPF_B:
        return "8";
    case BPF_H:
        return "16";
    case BPF_W:
        return "32";
    default:
        return "64";
    }
}

/* Stores the second operand, register or immediate, in 'buf'. */
static void
operand(const struct bpf_insn *insn, char reg, char buf[16])
{
    if (BPF_SOURCE(insn->opcode) == BPF_X) {
        snprintf(buf, 16, "%c%d", reg, bpf_src(insn));
    } else {
        snprintf(buf, 16, "%"PRId32, insn->imm);
    }
}

static int
disasm_illegal(const struct bpf_insn *insn, char *buf, size_t size)
{
    return snprintf(buf, size, "illegal opcode 0x%02x (dst %d, src %d, "
                    "offset %d, imm %"PRId32")", insn->opcode, bpf_dst(insn),
                    bpf_src(insn), insn->offset, insn->imm);
}

static int
disasm_alu(const struct bpf_insn *insn, char *buf, size_t size)
{
    static const char *const ops[16] = {
        "+=", "-=", "*=", "/=", "|=", "&=", "<<=", ">>=", NULL, "%=", "^=",
        "=", "s>>=", NULL, NULL, NULL
    };
    bool is_64 = BPF_CLASS(insn->opcode) == BPF_ALU64;
    char reg = is_64 ? 'r' : 'w';
    int dst = bpf_dst(insn);
    const char *sign = "";
    char rhs[16];

    operand(insn, reg, rhs);
    switch (BPF_OP(insn->opcode)) {
    case BPF_NEG:
        return snprintf(buf, size, "%c%d = -%c%d", reg, dst, reg, dst);
    case BPF_END:
        return snprintf(buf, size, "r%d = %s%"PRId32" r%d", dst,
                        is_64 ? "bswap"
                        : BPF_SOURCE(insn->opcode) == BPF_X ? "be" : "le",
                        insn->imm, dst);
    case BPF_MOV:
        if (insn->offset) {
            return snprintf(buf, size, "%c%d = (s%d)%s", reg, dst,
                            insn->offset, rhs);
        }
        break;
    case BPF_DIV:
    case BPF_MOD:
        sign = insn->offset ? "s" : "";
        break;
    }
    if (!ops[BPF_OP(insn->opcode) >> 4]) {
        return disasm_illegal(insn, buf, size);
    }
    return snprintf(buf, size, "%c%d %s%s %s", reg, dst, sign,
                    ops[BPF_OP(insn->opcode) >> 4], rhs);
}

static int
disasm_call(const struct bpf_insn *insn, char *buf, size_t size)
{
    if (bpf_src(insn) == BPF_CALL_LOCAL) {
        return snprintf(buf, size, "call pc%+"PRId32, insn->imm);
    }
    if (bpf_src(insn) == BPF_CALL_HELPER && insn->imm > 0
        && insn->imm < N_HELPERS && okobpf_helpers[insn->imm].name) {
        return snprintf(buf, size, "call %s#%"PRId32,
                        okobpf_helpers[insn->imm].name, insn->imm);
    }
    return snprintf(buf, size, "call #%"PRId32, insn->imm);
}

static int
disasm_jmp(const struct bpf_insn *insn, char *buf, size_t size)
{
    static const char *const ops[16] = {
        NULL, "==", ">", ">=", "&", "!=", "s>", "s>=", NULL, NULL, "<", "<=",
        "s<", "s<=", NULL, NULL
    };
    bool is_64 = BPF_CLASS(insn->opcode) == BPF_JMP;
    char reg = is_64 ? 'r' : 'w';
    char rhs[16];

    if (insn->opcode == (BPF_JMP | BPF_JA)) {
        return snprintf(buf, size, "goto %+d", insn->offset);
    } else if (insn->opcode == (BPF_JMP32 | BPF_JA)) {
        return snprintf(buf, size, "gotol %+"PRId32, insn->imm);
    } else if (insn->opcode == (BPF_JMP | BPF_EXIT)) {
        return snprintf(buf, size, "exit");
    } else if (insn->opcode == (BPF_JMP | BPF_CALL)) {
        return disasm_call(insn, buf, size);
    } else if (!ops[BPF_OP(insn->opcode) >> 4]) {
        return disasm_illegal(insn, buf, size);
    }
    operand(insn, reg, rhs);
    return snprintf(buf, size, "if %c%d %s %s goto %+d", reg, bpf_dst(insn),
                    ops[BPF_OP(insn->opcode) >> 4], rhs, insn->offset);
}

static int
disasm_ld(const struct bpf_insn *insn, bool has_next, char *buf, size_t size)
{
    const char *bits = size_name(insn->opcode);

    if (insn->opcode == (BPF_LD | BPF_IMM | BPF_DW) && has_next) {
        switch (bpf_src(insn)) {
        case BPF_PSEUDO_NONE:
            return snprintf(buf, size, "r%d = 0x%"PRIx64" ll", bpf_dst(insn),
                            (uint32_t) insn[0].imm
                            | (uint64_t) (uint32_t) insn[1].imm << 32);
        case BPF_PSEUDO_MAP_IDX:
            return snprintf(buf, size, "r%d = map[%"PRId32"] ll",
                            bpf_dst(insn), insn->imm);
        case BPF_PSEUDO_MAP_IDX_VALUE:
            return snprintf(buf, size, "r%d = map[%"PRId32"].value%+"PRId32
                            " ll", bpf_dst(insn), insn->imm, insn[1].imm);
        }
    } else if (BPF_SIZE(insn->opcode) != BPF_DW) {
        switch (BPF_MODE(insn->opcode)) {
        case BPF_ABS:
            return snprintf(buf, size, "r0 = *(u%s *)%s[%"PRId32"]", bits,
                            "skb", insn->imm);
        case BPF_IND:
            return snprintf(buf, size, "r0 = *(u%s *)%s[r%d %c %"PRIu32"]",
                            bits, "skb", bpf_src(insn),
                            insn->imm < 0 ? '-' : '+',
                            insn->imm < 0 ? -(uint32_t) insn->imm
                            : (uint32_t) insn->imm);
        }
    }
    return disasm_illegal(insn, buf, size);
}

static int
disasm_atomic(const struct bpf_insn *insn, const char *mem, char *buf,
              size_t size)
{
    char reg = BPF_SIZE(insn->opcode) == BPF_DW ? 'r' : 'w';
    int src = bpf_src(insn);
    const char *name, *op;

    switch (insn->imm & ~BPF_FETCH) {
    case BPF_ADD:
        name = "add", op = "+=";
        break;
    case BPF_OR:
        name = "or", op = "|=";
        break;
    case BPF_AND:
        name = "and", op = "&=";
        break;
    case BPF_XOR:
        name = "xor", op = "^=";
        break;
    case BPF_XCHG & ~BPF_FETCH:
        return snprintf(buf, size, "%c%d = xchg(%s, %c%d)", reg, src, mem,
                        reg, src);
    case BPF_CMPXCHG & ~BPF_FETCH:
        return snprintf(buf, size, "%c0 = cmpxchg(%s, %c0, %c%d)", reg, mem,
                        reg, reg, src);
    default:
        return disasm_illegal(insn, buf, size);
    }
    if (insn->imm & BPF_FETCH) {
        return snprintf(buf, size, "%c%d = atomic_fetch_%s(%s, %c%d)", reg,
                        src, name, mem, reg, src);
    }
    return snprintf(buf, size, "lock %s %s %c%d", mem, op, reg, src);
}

static int
disasm_mem(const struct bpf_insn *insn, char *buf, size_t size)
{
    int class = BPF_CLASS(insn->opcode);
    int mode = BPF_MODE(insn->opcode);
    int base = class == BPF_LDX ? bpf_src(insn) : bpf_dst(insn);
    char mem[32];

    snprintf(mem, sizeof mem, "*(%c%s *)(r%d %c %d)",
             mode == BPF_MEMSX ? 's' : 'u', size_name(insn->opcode), base,
             insn->offset < 0 ? '-' : '+',
             insn->offset < 0 ? -insn->offset : insn->offset);
    if (class == BPF_LDX && (mode == BPF_MEM || mode == BPF_MEMSX)) {
        return snprintf(buf, size, "r%d = %s", bpf_dst(insn), mem);
    } else if (class == BPF_ST && mode == BPF_MEM) {
        return snprintf(buf, size, "%s = %"PRId32, mem, insn->imm);
    } else if (class == BPF_STX && mode == BPF_MEM) {
        return snprintf(buf, size, "%s = r%d", mem, bpf_src(insn));
    } else if (class == BPF_STX && mode == BPF_ATOMIC) {
        return disasm_atomic(insn, mem, buf, size);
    }
    return disasm_illegal(insn, buf, size);
}

void
okobpf_disasm(const struct bpf_insn *insns, uint32_t n_insns, uint32_t index,
              char *buf, size_t size)
{
    const struct bpf_insn *insn = &insns[index];

    switch (BPF_CLASS(insn->opcode)) {
    case BPF_LD:
        disasm_ld(insn, index + 1 < n_insns, buf, size);
        break;
    case BPF_LDX:
    case BPF_ST:
    case BPF_STX:
        disasm_mem(insn, buf, size);
        break;
    case BPF_ALU:
    case BPF_ALU64:
        disasm_alu(insn, buf, size);
        break;
    default:
        disasm_jmp(insn, buf, size);
        break;
    }
}
