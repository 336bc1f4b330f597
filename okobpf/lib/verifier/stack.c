/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* The stack. */

#ifdef HAVE_CONFIG_H
#include <config.h>
#endif

#include <stdio.h>
#include <string.h>
#include "verifier/verifier.h"

/* Splits the offset 'ofs' from r10 into slot and byte. */
static uint32_t
slot_index(int64_t ofs, int *byte)
{
    uint32_t slot = (uint32_t) (-ofs - 1) / 8;

    *byte = (int) (ofs + 8 * ((int64_t) slot + 1));
    return slot;
}

/* Returns slot number 'index' of 'frame', making it if necessary. */
static struct slot *
slot_make(struct frame *frame, uint32_t index)
{
    while (frame->n_slots <= index) {
        memset(&frame->slots[frame->n_slots++], 0, sizeof frame->slots[0]);
    }
    return &frame->slots[index];
}

/* Gives up the value in 'slot', keeping that its bytes are initialized, and
 * zeros. */
static void
slot_forget(struct verifier *v, struct slot *slot)
{
    uint8_t kind = B_MISC;

    if (!slot->size) {
        return;
    }
    if (val_is_pointer(&slot->val)) {
        kind = B_BROKEN;
    } else if (val_is_const(&slot->val) && !slot->val.s.r.umax) {
        mark_val_precise(v, &slot->val);
        kind = B_ZERO;
    }
    memset(slot->kind + slot->start, kind, slot->size);
    slot->size = 0;
}

bool
okobpf_slot_byte_in_val(const struct slot *slot, int i)
{
    return slot->size && i >= slot->start && i < slot->start + slot->size;
}

bool
okobpf_slot_byte_is_zero(const struct slot *slot, int i, uint64_t *deps)
{
    if (okobpf_slot_byte_in_val(slot, i) && val_is_const(&slot->val)
        && !slot->val.s.r.umax) {
        *deps |= slot->val.deps;
        return true;
    }
    return slot->kind[i] == B_ZERO;
}

/* Bytes of the stack that an access may touch: bit 'r10 offset +
 * BPF_STACK_SIZE' is set for each. */
struct touched {
    uint64_t bits[BPF_STACK_SIZE / 64];
};

static bool
is_touched(const struct touched *t, int64_t ofs)
{
    uint64_t bit = (uint64_t) (ofs + BPF_STACK_SIZE);

    return t->bits[bit / 64] >> bit % 64 & 1;
}

/* Sets '*t' to the bytes that an access to 'size' bytes at 'ptr + ofs', which
 * are in bounds, may touch. */
static void
find_touched(const struct val *ptr, int64_t ofs, uint64_t size,
             struct touched *t)
{
    int64_t done = -BPF_STACK_SIZE;

    memset(t, 0, sizeof *t);
    for (int64_t at = ptr->s.r.smin; at <= ptr->s.r.smax; at++) {
        if (!tnum_includes(ptr->s.t, tnum_const((uint64_t) at))) {
            continue;
        }
        if (done < at + ofs) {
            done = at + ofs;
        }
        for (; done < at + ofs + (int64_t) size; done++) {
            uint64_t bit = (uint64_t) (done + BPF_STACK_SIZE);

            t->bits[bit / 64] |= UINT64_C(1) << bit % 64;
        }
    }
}

/* Refuses a read of 'size' bytes at 'ptr + ofs' because the one at the offset
 * 'at' from r10 'is'. */
static bool
refuse_read(struct verifier *v, const struct val *ptr, const char *what,
            int64_t ofs, uint64_t size, int64_t at, const char *is,
            const char *advice)
{
    int64_t start = ptr->s.r.smin + ofs;

    if (scalar_is_const(&ptr->s)) {
        return okobpf_refuse(
            v, advice, "byte %lld of the %llu at r10 %lld (%s) %s",
            (long long) (at - start), (unsigned long long) size,
            (long long) start, what, is);
    }
    return okobpf_refuse(v, advice,
                         "the byte at r10 %lld, which a read of %llu "
                         "bytes at r10 %lld to r10 %lld (%s) may get to, %s",
                         (long long) at, (unsigned long long) size,
                         (long long) start, (long long) (ptr->s.r.smax + ofs),
                         what, is);
}

bool
okobpf_check_stack_read(struct verifier *v, const struct val *ptr,
                        const char *what, int64_t ofs, uint64_t size)
{
    struct frame *frame = &v->cur->frames[ptr->frame];
    int64_t end = ptr->s.r.smax + ofs + (int64_t) size;
    struct touched touched;

    find_touched(ptr, ofs, size, &touched);
    for (int64_t at = ptr->s.r.smin + ofs; at < end; at++) {
        int byte;
        uint32_t index = slot_index(at, &byte);
        const struct slot *slot = (index < frame->n_slots
                                   ? &frame->slots[index] : NULL);
        char is[80];

        if (!is_touched(&touched, at)) {
            continue;
        }
        switch (slot ? (enum byte_kind) slot->kind[byte] : B_NONE) {
        case B_NONE:
            return refuse_read(v, ptr, what, ofs, size, at,
                               "is not initialized",
                               "initialize the whole variable, padding "
                               "included, such as: struct key key = { 0 };, "
                               "or memset(&key, 0, sizeof key)");
        case B_BROKEN:
            return refuse_read(v, ptr, what, ofs, size, at,
                               "is left of a half-overwritten pointer",
                               "don't overwrite part of a pointer");
        case B_SPILL:
            if (val_is_pointer(&slot->val)) {
                snprintf(is, sizeof is, "is part of %s",
                         okobpf_val_type_name(v, &slot->val));
                return refuse_read(v, ptr, what, ofs, size, at, is,
                                   "don't read or pass on addresses as data");
            }
            break;
        case B_MISC:
        case B_ZERO:
            break;
        }
        okobpf_mark_slot_read(v, ptr->frame, index);
    }
    return true;
}

void
okobpf_stack_clobber(struct verifier *v, const struct val *ptr, int64_t ofs,
                     uint64_t size, uint64_t sure)
{
    struct frame *frame = &v->cur->frames[ptr->frame];
    int64_t start = ptr->s.r.smin + ofs;
    int64_t end = ptr->s.r.smax + ofs + (int64_t) size;
    struct touched touched;

    /* At a variable offset, each byte may be one that is not written. */
    int64_t sure_end = (scalar_is_const(&ptr->s) ? start + (int64_t) sure
                        : start);

    find_touched(ptr, ofs, size, &touched);
    for (int64_t at = start; at < end; at++) {
        int byte;
        uint32_t index = slot_index(at, &byte);

        if (!is_touched(&touched, at)) {
            continue;
        }

        struct slot *slot = slot_make(frame, index);
        slot_forget(v, slot);
        if (at < sure_end || slot->kind[byte] >= B_MISC) {
            slot->kind[byte] = B_MISC;
        }
        if (!byte && at + 8 <= sure_end) {
            frame->written |= UINT64_C(1) << index;
        }
    }
}

void
okobpf_stack_store(struct verifier *v, const struct val *ptr, int64_t ofs,
                   int size, struct val *val)
{
    if (!scalar_is_const(&ptr->s)) {
        okobpf_stack_clobber(v, ptr, ofs, size, 0);
        return;
    }

    struct frame *frame = &v->cur->frames[ptr->frame];
    int byte;
    uint32_t index = slot_index(ptr->s.r.smin + ofs, &byte);
    struct slot *slot = slot_make(frame, index);
    bool zero = val_is_const(val) && !val->s.r.umax;

    slot_forget(v, slot);
    if (size >= 4) {
        if (val->type == V_SCALAR || okobpf_val_is_address(val)) {
            okobpf_id_need(v, val);
        }
        slot->val = *val;
        if (size < 8 && val->s.r.umax > scalar_umax(size * 8)) {
            okobpf_val_set_scalar(&slot->val,
                                  okobpf_scalar_truncate(&val->s, size * 8),
                                  val->deps);
        }
        slot->start = byte;
        slot->size = size;
        memset(slot->kind + byte, B_SPILL, size);
        if (size == 8) {
            frame->written |= UINT64_C(1) << index;
        }
    } else {
        if (zero) {
            mark_val_precise(v, val);
        }
        memset(slot->kind + byte, zero ? B_ZERO : B_MISC, size);
    }
}

bool
okobpf_stack_load(struct verifier *v, const struct val *ptr, const char *what,
                  int64_t ofs, int size, struct val *result)
{
    if (!scalar_is_const(&ptr->s)) {
        okobpf_val_set_scalar(
            result, okobpf_scalar_range(0, scalar_umax(size * 8)), 0);
        return okobpf_check_stack_read(v, ptr, what, ofs, size);
    }

    struct frame *frame = &v->cur->frames[ptr->frame];
    int byte;
    uint32_t index = slot_index(ptr->s.r.smin + ofs, &byte);
    struct slot *slot = index < frame->n_slots ? &frame->slots[index] : NULL;

    if (slot && slot->size && slot->start == byte && slot->size == size) {
        okobpf_mark_slot_read(v, ptr->frame, index);
        if (slot->val.type == V_SCALAR || okobpf_val_is_address(&slot->val)) {
            okobpf_id_need(v, &slot->val);
        }
        *result = slot->val;
        return true;
    }
    if (!okobpf_check_stack_read(v, ptr, what, ofs, size)) {
        return false;
    }

    if (slot->size && byte >= slot->start
        && byte + size <= slot->start + slot->size) {
        struct scalar shift = okobpf_scalar_const((byte - slot->start) * 8);
        struct scalar s
            = okobpf_scalar_alu(BPF_RSH, 64, false, &slot->val.s, &shift);

        if (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__) {
            okobpf_val_set_scalar(result, okobpf_scalar_truncate(&s, size * 8),
                                  slot->val.deps);
            return true;
        }
    }

    uint64_t deps = 0;
    bool zero = true;
    for (int i = 0; i < size; i++) {
        zero = zero && okobpf_slot_byte_is_zero(slot, byte + i, &deps);
    }
    okobpf_val_set_scalar(
        result, okobpf_scalar_range(0, zero ? 0 : scalar_umax(size * 8)),
        zero ? deps : 0);
    return true;
}
