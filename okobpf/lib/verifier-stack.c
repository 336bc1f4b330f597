/*
 * Copyright (c) 2026 The Oko authors.
 *
 * Licensed under the Apache License, Version 2.0 (the "License");
 * you may not use this file except in compliance with the License.
 * You may obtain a copy of the License at:
 *
 *     http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS,
 * WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 * See the License for the specific language governing permissions and
 * limitations under the License.
 */

#ifdef HAVE_CONFIG_H
#include <config.h>
#endif

/* The stack. */

#include <string.h>
#include "verifier.h"

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

/* Gives up the value in 'slot', keeping that its bytes are initialized. */
static void
slot_forget(struct slot *slot)
{
    uint8_t kind = (val_is_pointer(&slot->val) ? B_BROKEN : B_MISC);

    if (slot->size) {
        memset(slot->kind + slot->start, kind, slot->size);
        slot->size = 0;
    }
}

static enum byte_kind
byte_kind(const struct verifier *v, const struct val *ptr, int64_t ofs)
{
    const struct frame *frame = &v->cur->frames[ptr->frame];
    int byte;
    uint32_t slot = slot_index(ptr->s.r.smin + ofs, &byte);

    return slot < frame->n_slots ? frame->slots[slot].kind[byte] : B_NONE;
}

bool
check_stack_read(struct verifier *v, const struct val *ptr, const char *what,
                 int64_t ofs, uint64_t size)
{
    struct frame *frame = &v->cur->frames[ptr->frame];

    for (uint64_t i = 0; i < size; i++) {
        int64_t at = ofs + (int64_t) i;
        int byte;
        uint32_t index = slot_index(ptr->s.r.smin + at, &byte);

        switch (byte_kind(v, ptr, at)) {
        case B_NONE:
            return refuse(v, "initialize the whole variable, padding "
                          "included, such as: struct key key = { 0 };, or "
                          "memset(&key, 0, sizeof key)",
                          "byte %llu of the %llu at r10 %lld (%s) is not "
                          "initialized", (unsigned long long) i,
                          (unsigned long long) size,
                          (long long) (ptr->s.r.smin + ofs), what);
        case B_BROKEN:
            return refuse(v, "don't overwrite part of a pointer",
                          "byte %llu of the %llu at r10 %lld (%s) is left of "
                          "a half-overwritten pointer",
                          (unsigned long long) i, (unsigned long long) size,
                          (long long) (ptr->s.r.smin + ofs), what);
        case B_SPILL:
            if (val_is_pointer(&frame->slots[index].val)) {
                return refuse(v, "don't read or pass on addresses as data",
                              "byte %llu of the %llu at r10 %lld (%s) is part "
                              "of %s", (unsigned long long) i,
                              (unsigned long long) size,
                              (long long) (ptr->s.r.smin + ofs), what,
                              val_type_name(&frame->slots[index].val));
            }
            break;
        case B_MISC:
        case B_ZERO:
            break;
        }
        mark_slot_read(v, ptr->frame, index);
    }
    return true;
}

void
stack_clobber(struct verifier *v, const struct val *ptr, int64_t ofs,
              uint64_t size, uint64_t sure)
{
    struct frame *frame = &v->cur->frames[ptr->frame];
    int64_t start = ptr->s.r.smin + ofs;

    for (uint64_t i = 0; i < size; i++) {
        int byte;
        uint32_t index = slot_index(start + (int64_t) i, &byte);
        struct slot *slot = slot_make(frame, index);

        slot_forget(slot);
        if (i < sure || slot->kind[byte] >= B_MISC) {
            slot->kind[byte] = B_MISC;
        }
        if (!byte && i + 8 <= sure) {
            frame->written |= UINT64_C(1) << index;
        }
    }
}

void
stack_store(struct verifier *v, const struct val *ptr, int64_t ofs, int size,
            struct val *val)
{
    struct frame *frame = &v->cur->frames[ptr->frame];
    int byte;
    uint32_t index = slot_index(ptr->s.r.smin + ofs, &byte);
    struct slot *slot = slot_make(frame, index);
    bool zero = val_is_const(val) && !val->s.r.umax;

    slot_forget(slot);
    if (size >= 4) {
        if (val->type == V_SCALAR || val->type == V_PKT) {
            id_need(v, val);
        }
        slot->val = *val;
        if (size < 8 && val->s.r.umax > scalar_umax(size * 8)) {
            val_set_scalar(&slot->val, scalar_truncate(&val->s, size * 8),
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
stack_load(struct verifier *v, const struct val *ptr, const char *what,
           int64_t ofs, int size, struct val *result)
{
    struct frame *frame = &v->cur->frames[ptr->frame];
    int byte;
    uint32_t index = slot_index(ptr->s.r.smin + ofs, &byte);
    struct slot *slot = index < frame->n_slots ? &frame->slots[index] : NULL;

    if (slot && slot->size && slot->start == byte && slot->size == size) {
        mark_slot_read(v, ptr->frame, index);
        if (slot->val.type == V_SCALAR || slot->val.type == V_PKT) {
            id_need(v, &slot->val);
        }
        *result = slot->val;
        return true;
    }
    if (!check_stack_read(v, ptr, what, ofs, size)) {
        return false;
    }

    if (slot->size && byte >= slot->start
        && byte + size <= slot->start + slot->size) {
        struct scalar shift = scalar_const((byte - slot->start) * 8);
        struct scalar s = scalar_alu(BPF_RSH, 64, false, &slot->val.s, &shift);

        if (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__) {
            val_set_scalar(result, scalar_truncate(&s, size * 8),
                           slot->val.deps);
            return true;
        }
    }

    bool zero = true;
    for (int i = 0; i < size; i++) {
        zero = zero && slot->kind[byte + i] == B_ZERO;
    }
    val_set_scalar(result,
                   scalar_range(0, zero ? 0 : scalar_umax(size * 8)), 0);
    return true;
}
