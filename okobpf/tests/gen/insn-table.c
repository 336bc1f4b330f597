/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

#include "insn-table.h"

#include <stdio.h>

/* From the appendix of the RFC, "Appendix A.  Opcode Table", with these left
 * out: 64-bit immediates other than constants, which the loader replaces by
 * constants or refuses, and calls of helpers by BTF ID, which this runtime
 * does not have. */

/* Arithmetic: both sources, both widths. */
#define ALU(NAME, OP, G32, G64)                                             \
    { NAME "32 imm", GROUP_##G32, BPF_ALU | BPF_K | OP, BY_OPCODE, 0 },     \
    { NAME "32 reg", GROUP_##G32, BPF_ALU | BPF_X | OP, BY_OPCODE, 0 },     \
    { NAME " imm", GROUP_##G64, BPF_ALU64 | BPF_K | OP, BY_OPCODE, 0 },     \
    { NAME " reg", GROUP_##G64, BPF_ALU64 | BPF_X | OP, BY_OPCODE, 0 }
#define DIVIDE(NAME, OP, SIGNED)                                            \
    { NAME "32 imm", GROUP_DIVMUL32, BPF_ALU | BPF_K | OP, BY_OFFSET,       \
      SIGNED },                                                             \
    { NAME "32 reg", GROUP_DIVMUL32, BPF_ALU | BPF_X | OP, BY_OFFSET,       \
      SIGNED },                                                             \
    { NAME " imm", GROUP_DIVMUL64, BPF_ALU64 | BPF_K | OP, BY_OFFSET,       \
      SIGNED },                                                             \
    { NAME " reg", GROUP_DIVMUL64, BPF_ALU64 | BPF_X | OP, BY_OFFSET,       \
      SIGNED }
#define END(NAME, CLASS, SOURCE)                                            \
    { NAME "16", GROUP_BASE32, CLASS | BPF_END | SOURCE, BY_IMM, 16 },      \
    { NAME "32", GROUP_BASE32, CLASS | BPF_END | SOURCE, BY_IMM, 32 },      \
    { NAME "64", GROUP_BASE64, CLASS | BPF_END | SOURCE, BY_IMM, 64 }

/* Jumps under a condition: both sources, both widths. */
#define JUMP(NAME, OP)                                                      \
    { NAME "32 imm", GROUP_BASE32, BPF_JMP32 | BPF_K | OP, BY_OPCODE, 0 },  \
    { NAME "32 reg", GROUP_BASE32, BPF_JMP32 | BPF_X | OP, BY_OPCODE, 0 },  \
    { NAME " imm", GROUP_BASE64, BPF_JMP | BPF_K | OP, BY_OPCODE, 0 },      \
    { NAME " reg", GROUP_BASE64, BPF_JMP | BPF_X | OP, BY_OPCODE, 0 }

/* Memory. */
#define UP_TO_32(NAME, OP, GROUP)                                           \
    { NAME "b", GROUP, OP | BPF_B, BY_OPCODE, 0 },                          \
    { NAME "h", GROUP, OP | BPF_H, BY_OPCODE, 0 },                          \
    { NAME "w", GROUP, OP | BPF_W, BY_OPCODE, 0 }
#define UP_TO_64(NAME, OP)                                                  \
    UP_TO_32(NAME, OP, GROUP_BASE32),                                       \
    { NAME "dw", GROUP_BASE64, OP | BPF_DW, BY_OPCODE, 0 }
#define ATOMIC(NAME, OP)                                                    \
    { NAME "32", GROUP_ATOMIC32, BPF_STX | BPF_ATOMIC | BPF_W, BY_IMM, OP },\
    { NAME, GROUP_ATOMIC64, BPF_STX | BPF_ATOMIC | BPF_DW, BY_IMM, OP }

const struct insn_kind insn_kinds[] = {
    ALU("add", BPF_ADD, BASE32, BASE64),
    ALU("sub", BPF_SUB, BASE32, BASE64),
    ALU("mul", BPF_MUL, DIVMUL32, DIVMUL64),
    DIVIDE("div", BPF_DIV, 0),
    DIVIDE("sdiv", BPF_DIV, 1),
    ALU("or", BPF_OR, BASE32, BASE64),
    ALU("and", BPF_AND, BASE32, BASE64),
    ALU("lsh", BPF_LSH, BASE32, BASE64),
    ALU("rsh", BPF_RSH, BASE32, BASE64),
    { "neg32", GROUP_BASE32, BPF_ALU | BPF_NEG, BY_OPCODE, 0 },
    { "neg", GROUP_BASE64, BPF_ALU64 | BPF_NEG, BY_OPCODE, 0 },
    DIVIDE("mod", BPF_MOD, 0),
    DIVIDE("smod", BPF_MOD, 1),
    ALU("xor", BPF_XOR, BASE32, BASE64),
    { "mov32 imm", GROUP_BASE32, BPF_ALU | BPF_K | BPF_MOV, BY_OFFSET, 0 },
    { "mov32 reg", GROUP_BASE32, BPF_ALU | BPF_X | BPF_MOV, BY_OFFSET, 0 },
    { "movsx32 8", GROUP_BASE32, BPF_ALU | BPF_X | BPF_MOV, BY_OFFSET, 8 },
    { "movsx32 16", GROUP_BASE32, BPF_ALU | BPF_X | BPF_MOV, BY_OFFSET, 16 },
    { "mov imm", GROUP_BASE64, BPF_ALU64 | BPF_K | BPF_MOV, BY_OFFSET, 0 },
    { "mov reg", GROUP_BASE64, BPF_ALU64 | BPF_X | BPF_MOV, BY_OFFSET, 0 },
    { "movsx 8", GROUP_BASE64, BPF_ALU64 | BPF_X | BPF_MOV, BY_OFFSET, 8 },
    { "movsx 16", GROUP_BASE64, BPF_ALU64 | BPF_X | BPF_MOV, BY_OFFSET, 16 },
    { "movsx 32", GROUP_BASE64, BPF_ALU64 | BPF_X | BPF_MOV, BY_OFFSET, 32 },
    ALU("arsh", BPF_ARSH, BASE32, BASE64),
    END("le", BPF_ALU, BPF_K),
    END("be", BPF_ALU, BPF_X),
    END("bswap", BPF_ALU64, BPF_K),

    { "ja", GROUP_BASE32, BPF_JMP | BPF_JA, BY_OPCODE, 0 },
    { "gotol", GROUP_BASE32, BPF_JMP32 | BPF_JA, BY_OPCODE, 0 },
    JUMP("jeq", BPF_JEQ),
    JUMP("jgt", BPF_JGT),
    JUMP("jge", BPF_JGE),
    JUMP("jset", BPF_JSET),
    JUMP("jne", BPF_JNE),
    JUMP("jsgt", BPF_JSGT),
    JUMP("jsge", BPF_JSGE),
    JUMP("jlt", BPF_JLT),
    JUMP("jle", BPF_JLE),
    JUMP("jslt", BPF_JSLT),
    JUMP("jsle", BPF_JSLE),
    { "call helper", GROUP_BASE32, BPF_JMP | BPF_CALL, BY_SRC,
      BPF_CALL_HELPER },
    { "call local", GROUP_BASE32, BPF_JMP | BPF_CALL, BY_SRC,
      BPF_CALL_LOCAL },
    { "exit", GROUP_BASE32, BPF_JMP | BPF_EXIT, BY_OPCODE, 0 },

    { "ld_imm64", GROUP_BASE64, BPF_LD | BPF_IMM | BPF_DW, BY_SRC, 0 },
    UP_TO_32("ld_abs", BPF_LD | BPF_ABS, GROUP_PACKET),
    UP_TO_32("ld_ind", BPF_LD | BPF_IND, GROUP_PACKET),
    UP_TO_64("ldx", BPF_LDX | BPF_MEM),
    { "ldxsb", GROUP_BASE64, BPF_LDX | BPF_MEMSX | BPF_B, BY_OPCODE, 0 },
    { "ldxsh", GROUP_BASE64, BPF_LDX | BPF_MEMSX | BPF_H, BY_OPCODE, 0 },
    { "ldxsw", GROUP_BASE64, BPF_LDX | BPF_MEMSX | BPF_W, BY_OPCODE, 0 },
    UP_TO_64("st", BPF_ST | BPF_MEM),
    UP_TO_64("stx", BPF_STX | BPF_MEM),
    ATOMIC("lock add", BPF_ADD),
    ATOMIC("lock or", BPF_OR),
    ATOMIC("lock and", BPF_AND),
    ATOMIC("lock xor", BPF_XOR),
    ATOMIC("fetch add", BPF_ADD | BPF_FETCH),
    ATOMIC("fetch or", BPF_OR | BPF_FETCH),
    ATOMIC("fetch and", BPF_AND | BPF_FETCH),
    ATOMIC("fetch xor", BPF_XOR | BPF_FETCH),
    ATOMIC("xchg", BPF_XCHG),
    ATOMIC("cmpxchg", BPF_CMPXCHG),
};

const int n_insn_kinds = sizeof insn_kinds / sizeof insn_kinds[0];

static bool noted[sizeof insn_kinds / sizeof insn_kinds[0]];

const char *
insn_group_to_string(enum insn_group group)
{
    static const char *const names[N_GROUPS] = {
        [GROUP_BASE32] = "base32",
        [GROUP_BASE64] = "base64",
        [GROUP_ATOMIC32] = "atomic32",
        [GROUP_ATOMIC64] = "atomic64",
        [GROUP_DIVMUL32] = "divmul32",
        [GROUP_DIVMUL64] = "divmul64",
        [GROUP_PACKET] = "packet",
    };

    return names[group];
}

int
insn_kind_of(const struct bpf_insn *insn)
{
    for (int i = 0; i < n_insn_kinds; i++) {
        const struct insn_kind *kind = &insn_kinds[i];

        if (kind->opcode == insn->opcode
            && (kind->by == BY_OPCODE
                || (kind->by == BY_OFFSET && kind->value == insn->offset)
                || (kind->by == BY_IMM && kind->value == insn->imm)
                || (kind->by == BY_SRC && kind->value == bpf_src(insn)))) {
            return i;
        }
    }
    return -1;
}

void
insn_note(const struct bpf_insn *insn)
{
    int i = insn_kind_of(insn);

    if (i >= 0) {
        noted[i] = true;
    }
}

bool
insn_computes(uint8_t opcode)
{
    int class = BPF_CLASS(opcode);
    int op = BPF_OP(opcode);

    return (class == BPF_ALU || class == BPF_ALU64
            || ((class == BPF_JMP || class == BPF_JMP32)
                && op != BPF_JA && op != BPF_CALL && op != BPF_EXIT));
}

int
insn_print_missing(bool computes)
{
    int n = 0;

    for (int i = 0; i < n_insn_kinds; i++) {
        const struct insn_kind *kind = &insn_kinds[i];

        if (!noted[i] && insn_computes(kind->opcode) == computes) {
            printf("no test of %s (0x%02x, group %s)\n", kind->name,
                   kind->opcode, insn_group_to_string(kind->group));
            n++;
        }
    }
    return n;
}
