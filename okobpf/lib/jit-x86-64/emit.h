/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* Encoder for the x86-64 instructions that the JIT uses.
 *
 * All functions append to a 'struct x86_code'.  Without a buffer they only
 * count, which is how the JIT measures a program before it allocates memory
 * for it: both passes run the same code, so they cannot disagree. */

#ifndef OKOBPF_JIT_X86_64_EMIT_H
#define OKOBPF_JIT_X86_64_EMIT_H 1

#include <stdbool.h>
#include <stdint.h>

struct x86_code {
    uint8_t *buf;               /* NULL to measure. */
    uint32_t size;              /* Bytes in 'buf'. */
    uint32_t len;               /* Bytes emitted, even those past 'size'. */
};

enum x86_reg {
    RAX, RCX, RDX, RBX, RSP, RBP, RSI, RDI,
    R8, R9, R10, R11, R12, R13, R14, R15,
};

/* Operand widths. */
enum x86_width { W8, W16, W32, W64 };

/* Condition codes, as in Jcc. */
enum x86_cond {
    CC_B = 0x2, CC_AE = 0x3, CC_E = 0x4, CC_NE = 0x5, CC_BE = 0x6, CC_A = 0x7,
    CC_L = 0xc, CC_GE = 0xd, CC_LE = 0xe, CC_G = 0xf,
    CC_ALWAYS = 0x10,           /* Not a code: JMP. */
};

/* Arithmetic operations that share one encoding scheme. */
enum x86_alu {
    X86_ADD = 0, X86_OR = 1, X86_AND = 4, X86_SUB = 5, X86_XOR = 6,
    X86_CMP = 7,
};

/* Shifts and rotates. */
enum x86_shift {
    X86_ROL = 0, X86_SHL = 4, X86_SHR = 5, X86_SAR = 7,
};

/* Unary operations of opcode 0xf7. */
enum x86_unary {
    X86_NEG = 3, X86_MUL = 4, X86_DIV = 6, X86_IDIV = 7,
};

/* Opcodes for x86_rr() and x86_rm().  Those above 0xff start with 0x0f. */
enum x86_opcode {
    X86_OP_MOVSXD = 0x63,       /* reg <- r/m, sign-extends 32 bits. */
    X86_OP_TEST = 0x85,
    X86_OP_XCHG = 0x87,
    X86_OP_STORE8 = 0x88,       /* r/m <- reg. */
    X86_OP_STORE = 0x89,        /* r/m <- reg. */
    X86_OP_LOAD = 0x8b,         /* reg <- r/m. */
    X86_OP_LEA = 0x8d,
    X86_OP_CMOV = 0xf40,        /* reg <- r/m if condition: add that. */
    X86_OP_IMUL = 0xfaf,        /* reg <- reg * r/m. */
    X86_OP_CMPXCHG = 0xfb1,
    X86_OP_MOVZX8 = 0xfb6,
    X86_OP_MOVZX16 = 0xfb7,
    X86_OP_MOVSX8 = 0xfbe,
    X86_OP_MOVSX16 = 0xfbf,
    X86_OP_XADD = 0xfc1,
};

static inline void
x86_byte(struct x86_code *c, uint8_t byte)
{
    if (c->buf && c->len < c->size) {
        c->buf[c->len] = byte;
    }
    c->len++;
}

static inline void
x86_bytes(struct x86_code *c, uint64_t value, int n)
{
    for (int i = 0; i < n; i++) {
        x86_byte(c, value >> (8 * i));
    }
}

static inline bool
x86_fits_s8(int64_t value)
{
    return value >= INT8_MIN && value <= INT8_MAX;
}

static inline bool
x86_fits_s32(int64_t value)
{
    return value >= INT32_MIN && value <= INT32_MAX;
}

/* Emits a REX prefix if the operands ask for one.  'force' is for byte
 * registers, where without a prefix 4 to 7 would mean AH to BH. */
static inline void
x86_rex(struct x86_code *c, enum x86_width w, int reg, int index, int base,
        bool force)
{
    uint8_t rex = 0x40 | (w == W64) << 3 | (reg >> 3) << 2 | (index >> 3) << 1
                  | base >> 3;

    if (rex != 0x40 || force) {
        x86_byte(c, rex);
    }
}

static inline void
x86_opcode(struct x86_code *c, int opcode)
{
    if (opcode > 0xff) {
        x86_byte(c, 0x0f);
    }
    x86_byte(c, opcode);
}

static inline void
x86_modrm_reg(struct x86_code *c, int reg, int rm)
{
    x86_byte(c, 0xc0 | (reg & 7) << 3 | (rm & 7));
}

/* Emits ModRM, SIB and displacement for 'disp'('base'). */
static inline void
x86_modrm_mem(struct x86_code *c, int reg, int base, int32_t disp)
{
    int mod = !disp && (base & 7) != RBP ? 0 : x86_fits_s8(disp) ? 1 : 2;

    x86_byte(c, mod << 6 | (reg & 7) << 3 | (base & 7));
    if ((base & 7) == RSP) {
        x86_byte(c, 0x24);
    }
    if (mod) {
        x86_bytes(c, disp, mod == 1 ? 1 : 4);
    }
}

/* Returns true if 'opcode' reads a byte register in its r/m operand or
 * writes one from its reg operand. */
static inline bool
x86_is_byte_op(int opcode)
{
    return opcode == X86_OP_STORE8 || opcode == X86_OP_MOVZX8
           || opcode == X86_OP_MOVSX8;
}

/* 'opcode' on registers 'reg' and 'rm', in that field order. */
static inline void
x86_rr(struct x86_code *c, enum x86_width w, int opcode, int reg, int rm)
{
    if (w == W16) {
        x86_byte(c, 0x66);
    }
    x86_rex(c, w, reg, 0, rm, x86_is_byte_op(opcode) && rm >= 4);
    x86_opcode(c, opcode);
    x86_modrm_reg(c, reg, rm);
}

/* 'opcode' on register 'reg' and memory 'disp'('base'). */
static inline void
x86_rm(struct x86_code *c, enum x86_width w, int opcode, int reg, int base,
       int32_t disp)
{
    if (w == W16) {
        x86_byte(c, 0x66);
    }
    x86_rex(c, w, reg, 0, base, opcode == X86_OP_STORE8 && reg >= 4);
    x86_opcode(c, opcode);
    x86_modrm_mem(c, reg, base, disp);
}

/* As x86_rm() with the LOCK prefix. */
static inline void
x86_lock_rm(struct x86_code *c, enum x86_width w, int opcode, int reg,
            int base, int32_t disp)
{
    x86_byte(c, 0xf0);
    x86_rm(c, w, opcode, reg, base, disp);
}

/* Returns the opcode of 'alu' with memory or a register as the destination
 * and a register as the source. */
static inline int
x86_alu_opcode(enum x86_alu alu)
{
    return alu << 3 | 1;
}

/* 'dst' = 'dst' 'alu' 'src'. */
static inline void
x86_alu_rr(struct x86_code *c, enum x86_width w, enum x86_alu alu, int dst,
           int src)
{
    x86_rr(c, w, x86_alu_opcode(alu), src, dst);
}

/* 'dst' = 'dst' 'alu' 'imm'. */
static inline void
x86_alu_ri(struct x86_code *c, enum x86_width w, enum x86_alu alu, int dst,
           int32_t imm)
{
    bool s8 = x86_fits_s8(imm);

    x86_rex(c, w, 0, 0, dst, false);
    if (!s8 && dst == RAX) {
        x86_byte(c, alu << 3 | 5);
    } else {
        x86_byte(c, s8 ? 0x83 : 0x81);
        x86_modrm_reg(c, alu, dst);
    }
    x86_bytes(c, imm, s8 ? 1 : 4);
}

static inline void
x86_mov(struct x86_code *c, enum x86_width w, int dst, int src)
{
    x86_rr(c, w, X86_OP_LOAD, dst, src);
}

/* 64-bit move between registers that may be the same. */
static inline void
x86_mov_if_other(struct x86_code *c, int dst, int src)
{
    if (dst != src) {
        x86_mov(c, W64, dst, src);
    }
}

/* Sets all 64 bits of 'dst'.  Changes the flags. */
static inline void
x86_mov_imm(struct x86_code *c, int dst, uint64_t imm)
{
    if (!imm) {
        x86_alu_rr(c, W32, X86_XOR, dst, dst);
    } else if (imm <= UINT32_MAX) {
        x86_rex(c, W32, 0, 0, dst, false);
        x86_byte(c, 0xb8 | (dst & 7));
        x86_bytes(c, imm, 4);
    } else if (x86_fits_s32((int64_t) imm)) {
        x86_rex(c, W64, 0, 0, dst, false);
        x86_byte(c, 0xc7);
        x86_modrm_reg(c, 0, dst);
        x86_bytes(c, imm, 4);
    } else {
        x86_rex(c, W64, 0, 0, dst, false);
        x86_byte(c, 0xb8 | (dst & 7));
        x86_bytes(c, imm, 8);
    }
}

/* Stores 'imm', sign-extended to 'w', to memory. */
static inline void
x86_store_imm(struct x86_code *c, enum x86_width w, int base, int32_t disp,
              int32_t imm)
{
    if (w == W16) {
        x86_byte(c, 0x66);
    }
    x86_rex(c, w, 0, 0, base, false);
    x86_byte(c, w == W8 ? 0xc6 : 0xc7);
    x86_modrm_mem(c, 0, base, disp);
    x86_bytes(c, imm, w == W8 ? 1 : w == W16 ? 2 : 4);
}

/* Sets the flags from 'reg' & 'imm': ZF only is reliable. */
static inline void
x86_test_imm_zf(struct x86_code *c, enum x86_width w, int reg, int32_t imm)
{
    if (imm >= 0 && imm <= UINT8_MAX) {
        x86_rex(c, W8, 0, 0, reg, reg >= 4);
        x86_byte(c, 0xf6);
        x86_modrm_reg(c, 0, reg);
        x86_byte(c, imm);
    } else {
        /* Zero- and sign-extension agree for nonnegative masks. */
        x86_rex(c, imm >= 0 ? W32 : w, 0, 0, reg, false);
        x86_byte(c, 0xf7);
        x86_modrm_reg(c, 0, reg);
        x86_bytes(c, imm, 4);
    }
}

/* Shifts by a constant, which must be in range for 'w'. */
static inline void
x86_shift_ri(struct x86_code *c, enum x86_width w, enum x86_shift shift,
             int dst, uint8_t count)
{
    if (w == W16) {
        x86_byte(c, 0x66);
    }
    x86_rex(c, w, 0, 0, dst, false);
    x86_byte(c, count == 1 ? 0xd1 : 0xc1);
    x86_modrm_reg(c, shift, dst);
    if (count != 1) {
        x86_byte(c, count);
    }
}

/* Shifts by CL. */
static inline void
x86_shift_cl(struct x86_code *c, enum x86_width w, enum x86_shift shift,
             int dst)
{
    x86_rex(c, w, 0, 0, dst, false);
    x86_byte(c, 0xd3);
    x86_modrm_reg(c, shift, dst);
}

static inline void
x86_unary(struct x86_code *c, enum x86_width w, enum x86_unary op, int rm)
{
    x86_rex(c, w, 0, 0, rm, false);
    x86_byte(c, 0xf7);
    x86_modrm_reg(c, op, rm);
}

/* 'dst' = 'src' * 'imm'. */
static inline void
x86_imul_imm(struct x86_code *c, enum x86_width w, int dst, int src,
             int32_t imm)
{
    bool s8 = x86_fits_s8(imm);

    x86_rex(c, w, dst, 0, src, false);
    x86_byte(c, s8 ? 0x6b : 0x69);
    x86_modrm_reg(c, dst, src);
    x86_bytes(c, imm, s8 ? 1 : 4);
}

/* 'dst' = 'base' + ('index' << 'scale').  'index' must not be RSP. */
static inline void
x86_lea_index(struct x86_code *c, enum x86_width w, int dst, int base,
              int index, int scale)
{
    bool disp8 = (base & 7) == RBP;

    x86_rex(c, w, dst, index, base, false);
    x86_byte(c, X86_OP_LEA);
    x86_byte(c, disp8 << 6 | (dst & 7) << 3 | 4);
    x86_byte(c, scale << 6 | (index & 7) << 3 | (base & 7));
    if (disp8) {
        x86_byte(c, 0);
    }
}

static inline void
x86_bswap(struct x86_code *c, enum x86_width w, int reg)
{
    x86_rex(c, w, 0, 0, reg, false);
    x86_byte(c, 0x0f);
    x86_byte(c, 0xc8 | (reg & 7));
}

/* CDQ for W32, CQO for W64. */
static inline void
x86_sign_extend_rax(struct x86_code *c, enum x86_width w)
{
    x86_rex(c, w, 0, 0, 0, false);
    x86_byte(c, 0x99);
}

/* Three-operand VEX instruction of opcode map 0F 38. */
static inline void
x86_vex38(struct x86_code *c, enum x86_width w, int pp, int opcode, int reg,
          int vvvv, int rm)
{
    x86_byte(c, 0xc4);
    x86_byte(c, (reg < 8) << 7 | 1 << 6 | (rm < 8) << 5 | 2);
    x86_byte(c, (w == W64) << 7 | (~vvvv & 0xf) << 3 | pp);
    x86_byte(c, opcode);
    x86_modrm_reg(c, reg, rm);
}

/* BMI2: 'dst' = 'src' 'shift' 'count'. */
static inline void
x86_shiftx(struct x86_code *c, enum x86_width w, enum x86_shift shift,
           int dst, int src, int count)
{
    int pp = shift == X86_SHL ? 1 : shift == X86_SAR ? 2 : 3;

    x86_vex38(c, w, pp, 0xf7, dst, count, src);
}

/* BMI2: 'hi':'lo' = RDX * 'src', unsigned. */
static inline void
x86_mulx(struct x86_code *c, enum x86_width w, int hi, int lo, int src)
{
    x86_vex38(c, w, 3, 0xf6, hi, lo, src);
}

static inline void
x86_push(struct x86_code *c, int reg)
{
    x86_rex(c, W32, 0, 0, reg, false);
    x86_byte(c, 0x50 | (reg & 7));
}

static inline void
x86_pop(struct x86_code *c, int reg)
{
    x86_rex(c, W32, 0, 0, reg, false);
    x86_byte(c, 0x58 | (reg & 7));
}

static inline void
x86_ret(struct x86_code *c)
{
    x86_byte(c, 0xc3);
}

/* Emits a short jump forward, to be completed by x86_patch_short(), and
 * returns what that function needs. */
static inline uint32_t
x86_jump_short(struct x86_code *c, enum x86_cond cond)
{
    x86_byte(c, cond == CC_ALWAYS ? 0xeb : 0x70 | cond);
    x86_byte(c, 0);
    return c->len;
}

/* Makes the jump that ended at 'from' go to the current position, which must
 * be at most 127 bytes on. */
static inline void
x86_patch_short(struct x86_code *c, uint32_t from)
{
    if (c->buf && c->len <= c->size) {
        c->buf[from - 1] = c->len - from;
    }
}

#endif /* emit.h */
