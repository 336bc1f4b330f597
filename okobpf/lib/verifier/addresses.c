/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* Arithmetic in which packet pointers take part with either sign, whole or by
 * their lower halves.
 *
 * Of "uint32_t n = end - p", compilers make a difference of the pointers'
 * lower halves, and of "end - p - 1" the sum "end + ~p".  All of these are
 *
 *     sign * (address of the packet + offset), modulo 2**64 or 2**32,
 *
 * where the sign is 1 or -1, and stay so when numbers are added, since
 * ~x = -x - 1.  A sum in which the signs cancel out is a difference of
 * offsets: a number, on which the address has no influence, neither in 64
 * bits nor, as the lower half of a sum depends only on the lower halves of
 * what is added, in 32.  Anything else that could be made of such a value
 * would depend on the address, so nothing else is allowed: they count as
 * pointers, of which only V_PKT can be compared and lead to memory. */

#ifdef HAVE_CONFIG_H
#include <config.h>
#endif

#include "verifier/verifier.h"

bool
okobpf_val_is_address(const struct val *val)
{
    return (val->type == V_PKT || val->type == V_PKT_NEG
            || val->type == V_PKT_LOW || val->type == V_PKT_NEG_LOW);
}

static bool
is_low(const struct val *val)
{
    return val->type == V_PKT_LOW || val->type == V_PKT_NEG_LOW;
}

/* Returns how often the packet's address is in 'val': -1, 0 or 1. */
static int
sign_of(const struct val *val)
{
    return (!okobpf_val_is_address(val) ? 0
            : val->type == V_PKT || val->type == V_PKT_LOW ? 1 : -1);
}

static enum val_type
address_type(int sign, bool low)
{
    return (sign > 0 ? (low ? V_PKT_LOW : V_PKT)
            : (low ? V_PKT_NEG_LOW : V_PKT_NEG));
}

void
okobpf_address_truncate(struct val *val)
{
    val->type = address_type(sign_of(val), true);
}

bool
okobpf_address_move(struct verifier *v, struct val *ptr, struct val *number,
                    bool subtract)
{
    struct val result = *ptr;

    result.s = okobpf_scalar_alu(subtract ? BPF_SUB : BPF_ADD, 64, false,
                                 &ptr->s, &number->s);
    okobpf_val_set_unrelated(&result);

    /* A constant has no symbol, but is no obstacle. */
    if (!scalar_is_const(&result.s)) {
        okobpf_id_need(v, ptr);
        okobpf_id_need(v, number);
        if (!(subtract ? okobpf_relate_difference
              : okobpf_relate_sum)(v, &result, ptr, number)) {
            return false;
        }
        if (result.form == FORM_REST) {
            okobpf_relate_rest_as_offset(v, &result);
        } else if (result.form != FORM_PLAIN) {
            okobpf_val_set_unrelated(&result);
        }
        okobpf_id_need(v, &result);
    }
    *ptr = result;
    return true;
}

/* Sets '*dst' to the offset of 'a' minus that of 'b', or, if 'low', to the
 * lower half of this. */
static bool
offset_difference(struct verifier *v, struct val *dst, struct val *a,
                  struct val *b, bool low)
{
    struct val result;

    okobpf_id_need(v, a);
    okobpf_id_need(v, b);
    okobpf_val_set_scalar(
        &result, okobpf_scalar_alu(BPF_SUB, 64, false, &a->s, &b->s), 0);
    if (!okobpf_relate_difference(v, &result, a, b)) {
        return false;
    }
    if (low && result.s.r.umax > UINT32_MAX) {
        okobpf_val_set_scalar(dst, okobpf_scalar_truncate(&result.s, 32),
                              result.deps);
    } else {
        *dst = result;
    }
    return true;
}

/* Whether 'val' is the constant -1 as far as its lower half, or with 'whole'
 * all of it, is concerned. */
static bool
is_minus_one(const struct val *val, bool whole)
{
    return (val_is_const(val)
            && (whole ? val->s.r.smin == -1
                : (uint32_t) val->s.r.umin == UINT32_MAX));
}

/* Sets '*dst' to 'a' plus 'b', or with 'sign' -1 minus 'b', in 64 bits or, if
 * 'low', in 32.  '*done' becomes false if that cannot be allowed. */
static bool
follow_sum(struct verifier *v, struct val *dst, struct val *a, struct val *b,
           int sign, bool low, bool *done)
{
    int sign_a = sign_of(a);
    int sign_b = sign * sign_of(b);

    if (sign_a && sign_b) {
        *done = sign_a == -sign_b;
        return (!*done
                || offset_difference(v, dst, sign_a > 0 ? a : b,
                                     sign_a > 0 ? b : a, low));
    }

    struct val *number = sign_a ? b : a;
    struct val *ptr = sign_a ? a : b;
    int result_sign = sign_a ? sign_a : sign_b;

    /* s * (address + offset) + n is s * (address + offset + s * n). */
    mark_val_precise(v, number);
    okobpf_id_need(v, ptr);

    struct val result = *ptr;
    if (!okobpf_address_move(v, &result, number,
                             result_sign * (sign_a ? sign : 1) < 0)) {
        return false;
    }
    result.type = address_type(result_sign, low);
    *dst = result;
    return true;
}

bool
okobpf_follow_address_alu(struct verifier *v, const struct bpf_insn *insn,
                          struct val *dst, struct val *src, bool *done)
{
    bool low = BPF_CLASS(insn->opcode) == BPF_ALU;
    int op = BPF_OP(insn->opcode);
    struct val one;

    /* The upper half of a value that is a half would depend on the carry. */
    *done = ((okobpf_val_is_address(dst) || !val_is_pointer(dst))
             && (op == BPF_NEG || okobpf_val_is_address(src)
                 || !val_is_pointer(src))
             && (low || !(is_low(dst) || (op != BPF_NEG && is_low(src)))));
    if (!*done) {
        return true;
    }

    switch (op) {
    case BPF_ADD:
    case BPF_SUB:
        return follow_sum(v, dst, dst, src, op == BPF_ADD ? 1 : -1, low,
                          done);

    case BPF_XOR:
        if (!okobpf_val_is_address(dst) || !is_minus_one(src, !low)) {
            break;
        }
        /* -(s * (address + offset)) - 1 is
         * -s * (address + offset + s). */
        mark_val_precise(v, src);
        okobpf_val_set_scalar(&one, okobpf_scalar_const(1), 0);
        if (!okobpf_address_move(v, dst, &one, sign_of(dst) < 0)) {
            return false;
        }
        /* Fall through. */
    case BPF_NEG:
        dst->type = address_type(-sign_of(dst), low);
        return true;

    default:
        break;
    }
    *done = false;
    return true;
}
