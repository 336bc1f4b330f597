/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* What can be checked of each instruction by itself. */

#ifdef HAVE_CONFIG_H
#include <config.h>
#endif

#include "verifier/verifier.h"

static bool
bad_insn(struct verifier *v, uint32_t index, const char *what)
{
    return okobpf_refuse_at(
        v, index,
        "compile with clang -target bpf; instructions are those "
        "of RFC 9669",
        "illegal instruction: %s", what);
}

static bool
check_alu(struct verifier *v, uint32_t index)
{
    const struct bpf_insn *insn = &v->insns[index];
    bool is64 = BPF_CLASS(insn->opcode) == BPF_ALU64;
    bool by_reg = BPF_SOURCE(insn->opcode) == BPF_X;
    int op = BPF_OP(insn->opcode);
    int bits = is64 ? 64 : 32;

    switch (op) {
    case BPF_END:
        if (bpf_src(insn) || insn->offset) {
            return bad_insn(v, index, "reserved field of a byte swap is set");
        }
        if (is64 && by_reg) {
            return bad_insn(v, index, "unknown operation code");
        }
        if (insn->imm != 16 && insn->imm != 32 && insn->imm != 64) {
            return bad_insn(v, index,
                            "byte swap of other than 16, 32 or 64 bits");
        }
        return true;

    case BPF_NEG:
        if (by_reg || bpf_src(insn) || insn->offset || insn->imm) {
            return bad_insn(v, index, "reserved field of a negation is set");
        }
        return true;

    case BPF_MOV:
        if (insn->offset
            && !(by_reg && (insn->offset == 8 || insn->offset == 16
                            || (is64 && insn->offset == 32)))) {
            return bad_insn(v, index,
                            "move with sign extension of other than 8, 16 "
                            "or, for 64-bit registers, 32 bits");
        }
        break;

    case BPF_DIV:
    case BPF_MOD:
        if (insn->offset != 0 && insn->offset != 1) {
            return bad_insn(v, index, "reserved field of a division is set");
        }
        if (!by_reg && !insn->imm) {
            return okobpf_refuse_at(v, index, "divide by something else",
                                    "division by the constant 0");
        }
        break;

    case BPF_LSH:
    case BPF_RSH:
    case BPF_ARSH:
        if (!by_reg && (insn->imm < 0 || insn->imm >= bits)) {
            return okobpf_refuse_at(
                v, index, "shift by less than the number of bits",
                "shift by %d: expected 0 to %d", insn->imm, bits - 1);
        }
        /* Fall through. */
    case BPF_ADD:
    case BPF_SUB:
    case BPF_MUL:
    case BPF_OR:
    case BPF_AND:
    case BPF_XOR:
        if (insn->offset) {
            return bad_insn(v, index, "reserved field 'offset' is set");
        }
        break;

    default:
        return bad_insn(v, index, "unknown arithmetic operation");
    }
    if (by_reg ? insn->imm : bpf_src(insn)) {
        return bad_insn(v, index, by_reg ? "reserved field 'imm' is set"
                        : "reserved field 'src' is set");
    }
    return true;
}

static bool
check_jump(struct verifier *v, uint32_t index)
{
    const struct bpf_insn *insn = &v->insns[index];
    bool is64 = BPF_CLASS(insn->opcode) == BPF_JMP;
    bool by_reg = BPF_SOURCE(insn->opcode) == BPF_X;

    switch (BPF_OP(insn->opcode)) {
    case BPF_JA:
        if (by_reg || insn->regs || (is64 ? insn->imm : insn->offset)) {
            return bad_insn(v, index, "reserved field of a jump is set");
        }
        return true;

    case BPF_CALL:
        if (is64 && by_reg) {
            return okobpf_refuse_at(
                v, index,
                "call functions by their names, and "
                "compile with -O2, which inlines what is passed "
                "as a pointer to a function",
                "call of a function by an address in a register "
                "(callx): which one it is can't be known here");
        }
        if (!is64 || bpf_dst(insn) || insn->offset
            || (bpf_src(insn) != BPF_CALL_HELPER
                && bpf_src(insn) != BPF_CALL_LOCAL)) {
            return bad_insn(v, index, "unknown kind of call");
        }
        return true;

    case BPF_EXIT:
        if (!is64 || by_reg || insn->regs || insn->offset || insn->imm) {
            return bad_insn(v, index, "reserved field of an exit is set");
        }
        return true;

    case BPF_JEQ: case BPF_JNE: case BPF_JSET:
    case BPF_JGT: case BPF_JGE: case BPF_JLT: case BPF_JLE:
    case BPF_JSGT: case BPF_JSGE: case BPF_JSLT: case BPF_JSLE:
        if (by_reg ? insn->imm : bpf_src(insn)) {
            return bad_insn(v, index, "reserved field of a branch is set");
        }
        return true;

    default:
        return bad_insn(v, index, "unknown jump");
    }
}

/* Loads of 64-bit constants, of map addresses, and from the packet the old
 * way. */
static bool
check_ld(struct verifier *v, uint32_t index)
{
    const struct bpf_insn *insn = &v->insns[index];
    int mode = BPF_MODE(insn->opcode);

    if (mode == BPF_ABS || mode == BPF_IND) {
        if (BPF_SIZE(insn->opcode) == BPF_DW || bpf_dst(insn) || insn->offset
            || (mode == BPF_ABS && bpf_src(insn))) {
            return bad_insn(v, index,
                            "reserved field of a packet load is set");
        }
        return true;
    }

    if (mode != BPF_IMM || BPF_SIZE(insn->opcode) != BPF_DW) {
        return bad_insn(v, index, "unknown load");
    }
    if (index + 1 >= v->n_insns) {
        return bad_insn(v, index,
                        "the second half of a 64-bit constant is missing");
    }
    const struct bpf_insn *second = insn + 1;
    if (insn->offset || second->opcode || second->regs || second->offset) {
        return bad_insn(v, index, "garbled load of a 64-bit constant");
    }

    int kind = bpf_src(insn);
    if (kind == BPF_PSEUDO_NONE) {
        return true;
    }
    if (kind != BPF_PSEUDO_MAP_IDX && kind != BPF_PSEUDO_MAP_IDX_VALUE) {
        return bad_insn(v, index, "unknown kind of 64-bit constant");
    }
    if (insn->imm < 0 || insn->imm >= v->image->n_maps) {
        return okobpf_refuse_at(
            v, index, "refer to a map by its symbol",
            "reference to map %d of a program with %u map%s", insn->imm,
            v->image->n_maps, v->image->n_maps == 1 ? "" : "s");
    }

    const struct map_spec *map = &v->image->maps[insn->imm];
    if (kind == BPF_PSEUDO_MAP_IDX && second->imm) {
        return bad_insn(v, index, "garbled reference to a map");
    }
    if (kind == BPF_PSEUDO_MAP_IDX_VALUE
        && (map->type != OKOBPF_MAP_ARRAY || !map->max_entries)) {
        return okobpf_refuse_at(
            v, index, "look the value up",
            "address of a value in a map that is not an array");
    }
    if (kind == BPF_PSEUDO_MAP_IDX_VALUE
        && (uint32_t) second->imm >= map->value_size) {
        return okobpf_refuse_at(v, index,
                                "refer to variables by their symbols",
                                "address %u bytes into a value of %u bytes",
                                (uint32_t) second->imm, map->value_size);
    }
    return true;
}

static bool
check_memory(struct verifier *v, uint32_t index)
{
    const struct bpf_insn *insn = &v->insns[index];
    int class = BPF_CLASS(insn->opcode);
    int size = BPF_SIZE(insn->opcode);
    int op = insn->imm & ~BPF_FETCH;

    switch (BPF_MODE(insn->opcode)) {
    case BPF_MEM:
        if (class == BPF_ST ? bpf_src(insn) : insn->imm) {
            return bad_insn(v, index,
                            "reserved field of a memory access is set");
        }
        return true;

    case BPF_MEMSX:
        if (class != BPF_LDX || size == BPF_DW || insn->imm) {
            return bad_insn(v, index, "unknown load with sign extension");
        }
        return true;

    case BPF_ATOMIC:
        if (class != BPF_STX) {
            return bad_insn(v, index, "unknown memory access");
        }
        if (size != BPF_W && size != BPF_DW) {
            return bad_insn(v, index,
                            "atomic operation on other than 4 or 8 bytes");
        }
        if (op != BPF_ADD && op != BPF_OR && op != BPF_AND && op != BPF_XOR
            && insn->imm != BPF_XCHG && insn->imm != BPF_CMPXCHG) {
            return bad_insn(v, index, "unknown atomic operation");
        }
        return true;

    default:
        return bad_insn(v, index, "unknown memory access");
    }
}

/* Whether the instruction changes the register 'dst'. */
static bool
writes_dst(const struct bpf_insn *insn)
{
    int class = BPF_CLASS(insn->opcode);

    return (class == BPF_ALU || class == BPF_ALU64 || class == BPF_LDX
            || (class == BPF_LD && BPF_MODE(insn->opcode) == BPF_IMM));
}

bool
okobpf_check_encoding(struct verifier *v)
{
    for (uint32_t i = 0; i < v->n_insns; i++) {
        const struct bpf_insn *insn = &v->insns[i];
        bool ok;

        if (bpf_dst(insn) >= BPF_N_REGS || bpf_src(insn) >= BPF_N_REGS) {
            return bad_insn(v, i, "no such register");
        }
        switch (BPF_CLASS(insn->opcode)) {
        case BPF_ALU:
        case BPF_ALU64:
            ok = check_alu(v, i);
            break;
        case BPF_JMP:
        case BPF_JMP32:
            ok = check_jump(v, i);
            break;
        case BPF_LD:
            ok = check_ld(v, i);
            break;
        default:
            ok = check_memory(v, i);
            break;
        }
        if (!ok) {
            return false;
        }
        bool fetches = (BPF_CLASS(insn->opcode) == BPF_STX
                        && BPF_MODE(insn->opcode) == BPF_ATOMIC
                        && insn->imm & BPF_FETCH
                        && insn->imm != BPF_CMPXCHG);
        if ((writes_dst(insn) && bpf_dst(insn) == 10)
            || (fetches && bpf_src(insn) == 10)) {
            return okobpf_refuse_at(
                v, i, "copy r10 and change the copy",
                "write to r10, the frame pointer, which can "
                "only be read");
        }
        if (insn->opcode == (BPF_LD | BPF_IMM | BPF_DW)) {
            v->info[++i].second = true;
        }
    }
    return true;
}
