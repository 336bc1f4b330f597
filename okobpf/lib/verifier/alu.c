/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* Arithmetic instructions. */

#ifdef HAVE_CONFIG_H
#include <config.h>
#endif

#include "verifier/verifier.h"

#define HOST_IS_LITTLE_ENDIAN (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__)

bool
okobpf_check_reg(struct verifier *v, int r)
{
    const struct val *val = reg(v, r);

    if (val->type == V_NONE) {
        return okobpf_refuse(
            v,
            "initialize the variable on every path (registers r1 "
            "to r5 lose their values in a call)",
            "r%d is not initialized", r);
    }
    return true;
}

/* Bits that may be 1. */
static uint64_t
possible_bits(const struct val *val)
{
    return val->s.t.value | val->s.t.mask;
}

static bool
fits_u32(const struct val *val)
{
    return val->s.r.umax <= UINT32_MAX;
}

static bool
fits_s32(const struct val *val)
{
    return val->s.r.smin >= INT32_MIN && val->s.r.smax <= INT32_MAX;
}

/* Sets '*dst' to a copy of '*src'. */
static void
copy_val(struct verifier *v, struct val *dst, struct val *src)
{
    if (src->type == V_SCALAR || okobpf_val_is_address(src)) {
        okobpf_id_need(v, src);
    }
    *dst = *src;
}

static bool
follow_mov(struct verifier *v, const struct bpf_insn *insn)
{
    struct val *dst = reg(v, bpf_dst(insn));
    struct val *src = reg(v, bpf_src(insn));
    bool is64 = BPF_CLASS(insn->opcode) == BPF_ALU64;

    if (BPF_SOURCE(insn->opcode) == BPF_K) {
        okobpf_val_set_scalar(
            dst,
            okobpf_scalar_const(is64 ? (uint64_t) (int64_t) insn->imm
                                     : (uint32_t) insn->imm),
            0);
        return true;
    }

    if (!okobpf_check_reg(v, bpf_src(insn))) {
        return false;
    }
    if (is64 && !insn->offset) {
        copy_val(v, dst, src);
        return true;
    }
    if (okobpf_val_is_address(src) && !is64 && !insn->offset) {
        copy_val(v, dst, src);
        okobpf_address_truncate(dst);
        return true;
    }
    if (val_is_pointer(src)) {
        return okobpf_refuse(v, "copy pointers with 64-bit moves",
                             "partial copy of r%d, %s", bpf_src(insn),
                             okobpf_val_type_name(v, src));
    }

    struct scalar s;
    if (!insn->offset) {
        s = okobpf_scalar_truncate(&src->s, 32);
    } else {
        s = okobpf_scalar_sign_extend(&src->s, insn->offset, is64 ? 64 : 32);
    }

    /* Does the value stay what it is? */
    int64_t limit = insn->offset ? INT64_C(1) << (insn->offset - 1) : 0;
    if (!insn->offset
        ? fits_u32(src)
        : (src->s.r.smin >= (is64 ? -limit : 0) && src->s.r.smax < limit)) {
        copy_val(v, dst, src);
    } else {
        okobpf_val_set_scalar(dst, s, src->deps);
    }
    return true;
}

static struct tnum
tnum_swap(struct tnum t, int bits)
{
    return (struct tnum) { __builtin_bswap64(t.value) >> (64 - bits),
                           __builtin_bswap64(t.mask) >> (64 - bits) };
}

static bool
follow_end(struct verifier *v, const struct bpf_insn *insn)
{
    struct val *dst = reg(v, bpf_dst(insn));
    bool swap = (BPF_CLASS(insn->opcode) == BPF_ALU64
                 || (BPF_SOURCE(insn->opcode) == BPF_X)
                    == HOST_IS_LITTLE_ENDIAN);
    struct val old = *dst;

    if (swap) {
        struct tnum t = tnum_swap(okobpf_tnum_truncate(old.s.t, insn->imm),
                                  insn->imm);

        okobpf_val_set_scalar(
            dst, okobpf_scalar_make(t, okobpf_range_full(64), 64), old.deps);
    } else if (old.s.r.umax > scalar_umax(insn->imm)) {
        okobpf_val_set_scalar(dst, okobpf_scalar_truncate(&old.s, insn->imm),
                              old.deps);
    }
    return true;
}

/* Pointers. */

/* Sets '*dst' to 'ptr' plus, or with 'subtract' minus, 'number'. */
static bool
follow_pointer_add(struct verifier *v, struct val *dst, struct val *ptr,
                   struct val *number, bool subtract)
{
    struct val result = *ptr;

    /* Whatever is done with the pointer depends on it. */
    mark_val_precise(v, number);

    result.s = okobpf_scalar_alu(subtract ? BPF_SUB : BPF_ADD, 64, false,
                                 &ptr->s, &number->s);
    switch ((enum val_type) ptr->type) {
    case V_VALUE:
        break;

    case V_STACK:
        /* So that further offsets can be added without wrapping. */
        if (result.s.r.smin < -MAX_DELTA || result.s.r.smax > MAX_DELTA) {
            return okobpf_refuse(
                v,
                "bound the index before use, such as: "
                "if (i < N) ... array[i], and make it unsigned",
                "stack pointer with an offset that may be far out "
                "of the stack");
        }
        break;

    case V_CTX:
        if (!scalar_is_const(&number->s) || number->s.r.umax) {
            return okobpf_refuse(
                v, "access the fields of the context by their names",
                "modified context pointer");
        }
        break;

    case V_VALUE_OR_NULL:
        return okobpf_refuse(
            v, "compare the result of map_lookup() with NULL first",
            "arithmetic on %s", okobpf_val_type_name(v, ptr));

    case V_MAP:
        return okobpf_refuse(v, "pass maps to helpers as they are",
                             "arithmetic on %s", okobpf_val_type_name(v, ptr));

    case V_NULLS:
    case V_NOT_NULL:
        return okobpf_refuse(
            v,
            "compare the results of map_lookup() with NULL one "
            "by one",
            "arithmetic on %s", okobpf_val_type_name(v, ptr));

    case V_PKT_LOW:
    case V_PKT_NEG_LOW:
        return okobpf_refuse(
            v,
            "do arithmetic on pointers in 64 bits, or all of it "
            "in 32",
            "64-bit arithmetic on %s", okobpf_val_type_name(v, ptr));

    case V_PKT:
    case V_PKT_NEG:             /* See okobpf_follow_address_alu(). */
        return okobpf_refuse(
            v,
            "add numbers to pointers, or subtract numbers from "
            "them; nothing else",
            "forbidden arithmetic on %s", okobpf_val_type_name(v, ptr));

    case V_NONE:
    case V_SCALAR:
        break;
    }
    *dst = result;
    return true;
}

/* Whether 'ptr | number' is the sum, as compilers know of arrays on the stack:
 * r10 is a multiple of 8. */
static bool
or_is_sum(const struct val *ptr, const struct val *number)
{
    return (ptr->type == V_STACK && number->s.r.umax < 8
            && !(possible_bits(ptr) & possible_bits(number)));
}

/* Whether 'val' is NULL or a value of a map, or an OR of these. */
static bool
is_nullable(const struct val *val)
{
    return ((val_is_const(val) && !val->s.r.umax)
            || (val->type == V_VALUE && scalar_is_const(&val->s)
                && !val->s.r.umax)
            || val->type == V_VALUE_OR_NULL || val->type == V_NULLS
            || val->type == V_NOT_NULL);
}

/* Sets '*dst' to the OR of itself and 'src', which are nullable: compilers
 * compare with NULL what they make of "!a && !b".  That it is NULL says that
 * both are; nothing else can be done with it. */
static bool
follow_nulls_or(struct verifier *v, struct val *dst, struct val *src)
{
    struct val result;

    if (dst->type == V_SCALAR) {
        mark_val_precise(v, dst);
        *dst = *src;
        return true;
    } else if (src->type == V_SCALAR) {
        mark_val_precise(v, src);
        return true;
    }
    okobpf_val_set_none(&result);
    result.s = okobpf_scalar_const(0);
    if (dst->type == V_VALUE || dst->type == V_NOT_NULL
        || src->type == V_VALUE || src->type == V_NOT_NULL) {
        result.type = V_NOT_NULL;
    } else if (dst->id == src->id) {
        return true;
    } else {
        result.type = V_NULLS;
        if (!okobpf_relate_either(v, &result, dst, src)) {
            return false;
        }
    }
    *dst = result;
    return true;
}

static bool
follow_pointer_alu(struct verifier *v, const struct bpf_insn *insn,
                   struct val *dst, struct val *src)
{
    int op = BPF_OP(insn->opcode);
    struct val *ptr = val_is_pointer(dst) ? dst : src;

    bool done = false;

    if (op == BPF_OR && BPF_CLASS(insn->opcode) == BPF_ALU64
        && is_nullable(dst) && is_nullable(src)) {
        return follow_nulls_or(v, dst, src);
    }
    if (!okobpf_follow_address_alu(v, insn, dst, src, &done)) {
        return false;
    } else if (done) {
        return true;
    }
    if (op == BPF_SUB && val_is_pointer(dst) && val_is_pointer(src)) {
        return okobpf_refuse(v, "subtract only pointers into the packet",
                             "difference of %s and %s",
                             okobpf_val_type_name(v, dst),
                             okobpf_val_type_name(v, src));
    }
    if (BPF_CLASS(insn->opcode) == BPF_ALU) {
        return okobpf_refuse(v, "do arithmetic on pointers in 64 bits",
                             "32-bit arithmetic on %s",
                             okobpf_val_type_name(v, ptr));
    }
    if (val_is_pointer(dst) && val_is_pointer(src)) {
        /* Nothing but differences. */
    } else if (op == BPF_ADD || (op == BPF_SUB && ptr == dst)
               || (op == BPF_OR && BPF_SOURCE(insn->opcode) == BPF_X
                   && or_is_sum(ptr, ptr == dst ? src : dst))) {
        return follow_pointer_add(v, dst, ptr, ptr == dst ? src : dst,
                                  op == BPF_SUB);
    }
    return okobpf_refuse(
        v,
        "add numbers to pointers, or subtract numbers from them; "
        "nothing else",
        "forbidden arithmetic on %s", okobpf_val_type_name(v, ptr));
}

/* Numbers. */

/* Whether 'op' on 'a' and 'b' in 32 bits gives the same as in 64 if that is an
 * unsigned number of 32 bits.  'by_reg': whether 'b' is no constant of the
 * instruction. */
static bool
may_be_same_in_64_bits(int op, const struct val *a, const struct val *b,
                       bool by_reg)
{
    return ((op == BPF_ADD || op == BPF_SUB || op == BPF_OR || op == BPF_AND
             || op == BPF_MUL || op == BPF_DIV || op == BPF_RSH)
            && fits_u32(a)
            && ((!by_reg && op != BPF_MUL && op != BPF_DIV) || fits_u32(b))
            && (op != BPF_RSH || b->s.r.umax < 32));
}

/* The form of what a value of the form 'form' is when it is shifted up by 32
 * bits, as an unsigned number if 'is_unsigned', or FORM_PLAIN if there is
 * none. */
static enum val_form
shifted_form(enum val_form form, bool is_unsigned)
{
    return (form == FORM_PLAIN ? (is_unsigned ? FORM_SHIFTED_U
                                  : FORM_SHIFTED_S)
            : form == FORM_REST ? (is_unsigned ? FORM_SHIFTED_REST_U
                                   : FORM_SHIFTED_REST_S)
            : FORM_PLAIN);
}

/* The other way around: the form of what was shifted up to give a value of the
 * form 'form', if shifting down gives that back.  'is_unsigned': without sign;
 * 'either': the sign is 0. */
static bool
unshifted_form(enum val_form form, bool is_unsigned, bool either,
               enum val_form *to)
{
    static const enum val_form forms[] = { FORM_PLAIN, FORM_REST };

    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        *to = forms[i];
        if (form == shifted_form(*to, is_unsigned)
            || (either && form == shifted_form(*to, !is_unsigned))) {
            return true;
        }
    }
    return false;
}

/* Sets in '*to', the result of 'op' on 'a' and 'b' in 64 bits, how it relates
 * to other values. */
static bool
relate_result(struct verifier *v, int op, struct val *to,
              struct val *a, struct val *b)
{
    bool disjoint = !(possible_bits(a) & possible_bits(b));
    uint64_t n = b->s.r.umin;
    enum val_form form;

    switch (op) {
    case BPF_OR:
        if (!disjoint) {
            return true;
        }
        /* Fall through. */
    case BPF_ADD:
        okobpf_id_need(v, a);
        okobpf_id_need(v, b);
        return okobpf_relate_sum(v, to, a, b);

    case BPF_SUB:
        okobpf_id_need(v, a);
        okobpf_id_need(v, b);
        return okobpf_relate_difference(v, to, a, b);

    case BPF_AND:
        if (scalar_is_const(&b->s) && !(possible_bits(a) & ~n)) {
            okobpf_id_need(v, a);
            okobpf_relate_same(to, a);
        }
        return true;

    case BPF_DIV:
        if (scalar_is_const(&b->s)) {
            okobpf_id_need(v, a);
            return okobpf_relate_quotient(v, to, a, n);
        }
        return true;

    case BPF_MUL:
        if (scalar_is_const(&b->s)) {
            okobpf_id_need(v, a);
            return okobpf_relate_multiple(v, to, a, n);
        }
        return true;

    case BPF_LSH:
        if (scalar_is_const(&b->s) && n == 32 && (fits_u32(a) || fits_s32(a))
            && (!a->id || shifted_form(a->form, true) != FORM_PLAIN)) {
            okobpf_id_need(v, a);
            okobpf_relate_same(to, a);
            if (to->id) {
                to->form = shifted_form(a->form, fits_u32(a));
            }
        }
        return true;

    case BPF_RSH:
    case BPF_ARSH:
        /* Back: "(x << 32) >> 32" is x. */
        if (scalar_is_const(&b->s) && n == 32 && a->id
            && unshifted_form(a->form, op == BPF_RSH, a->s.r.smin >= 0,
                              &form)) {
            okobpf_relate_same(to, a);
            if (to->id) {
                to->form = form;
            }
        } else if (op == BPF_RSH && scalar_is_const(&b->s) && n < 64) {
            okobpf_id_need(v, a);
            return okobpf_relate_shifted_down(v, to, a, n);
        }
        return true;

    default:
        return true;
    }
}

/* How often the result of 'op' is in the first operand at least, if it is not
 * larger and 'src' is the second one. */
static uint64_t
times_first(int op, const struct val *src)
{
    uint64_t n = src->s.r.umin;

    return (!scalar_is_const(&src->s) ? 1
            : op == BPF_DIV && n ? n
            : op == BPF_RSH && n < 32 ? UINT64_C(1) << n : 1);
}

/* Whether the result of 'op' on unsigned numbers is not larger than the first
 * of them. */
static bool
is_at_most_first(int op)
{
    return (op == BPF_AND || op == BPF_RSH || op == BPF_DIV
            || op == BPF_MOD);
}

static bool
follow_number_alu(struct verifier *v, const struct bpf_insn *insn,
                  struct val *dst, struct val *src)
{
    bool is64 = BPF_CLASS(insn->opcode) == BPF_ALU64;
    bool is_signed = insn->offset == 1;
    int op = BPF_OP(insn->opcode);
    struct val result;

    if (dst == src && (op == BPF_XOR || op == BPF_SUB)) {
        okobpf_val_set_scalar(dst, okobpf_scalar_const(0), 0);
        return true;
    }
    uint64_t deps = dst->deps | src->deps;
    bool wide = (!is_signed
                 && (is64
                     || may_be_same_in_64_bits(op, dst, src,
                                               BPF_SOURCE(insn->opcode)
                                               == BPF_X)));
    if (wide) {
        struct val below = *src;

        if (!is64 && op == BPF_ADD && src->s.h.smax < 0) {
            /* A number below 0, of 32 bits: "n - k - 1" is "n + ~k". */
            below.s = okobpf_scalar_sign_extend(&src->s, 32, 64);
            okobpf_val_set_unrelated(&below);
            src = &below;
        }
        okobpf_val_set_scalar(
            &result, okobpf_scalar_alu(op, 64, false, &dst->s, &src->s), deps);
        if (!relate_result(v, op, &result, dst, src)) {
            return false;
        }
    }
    if (!wide || (!is64 && !fits_u32(&result))) {
        okobpf_val_set_scalar(
            &result,
            okobpf_scalar_alu(op, is64 ? 64 : 32, is_signed, &dst->s, &src->s),
            deps);
    }
    if (!is_signed && is_at_most_first(op)
        && (!okobpf_relate_at_most(v, &result, dst, times_first(op, src))
            || (op == BPF_AND
                && !okobpf_relate_at_most(v, &result, src, 1)))) {
        return false;
    }
    *dst = result;
    return true;
}

bool
okobpf_follow_alu(struct verifier *v, const struct bpf_insn *insn)
{
    struct val *dst = reg(v, bpf_dst(insn));
    struct val *src = reg(v, bpf_src(insn));
    int op = BPF_OP(insn->opcode);
    struct val imm;

    v->cur->insn++;
    if (op == BPF_MOV) {
        return follow_mov(v, insn);
    }
    if (!okobpf_check_reg(v, bpf_dst(insn))) {
        return false;
    }
    if (op == BPF_END) {
        if (val_is_pointer(dst)) {
            return okobpf_refuse(
                v,
                "add numbers to pointers, or subtract numbers "
                "from them; nothing else",
                "forbidden arithmetic on %s", okobpf_val_type_name(v, dst));
        }
        return follow_end(v, insn);
    }
    if (BPF_SOURCE(insn->opcode) == BPF_K) {
        /* As unsigned numbers, 32-bit constants are used for 32-bit
         * arithmetic only, which ignores the upper half. */
        okobpf_val_set_scalar(
            &imm, okobpf_scalar_const((uint64_t) (int64_t) insn->imm), 0);
        src = &imm;
    } else if (!okobpf_check_reg(v, bpf_src(insn))) {
        return false;
    }
    return (val_is_pointer(dst) || val_is_pointer(src)
            ? follow_pointer_alu(v, insn, dst, src)
            : follow_number_alu(v, insn, dst, src));
}
