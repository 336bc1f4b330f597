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

/* Loads, stores and atomic operations. */

#include <string.h>
#include "verifier.h"

static int
access_size(const struct bpf_insn *insn)
{
    switch (BPF_SIZE(insn->opcode)) {
    case BPF_B:
        return 1;
    case BPF_H:
        return 2;
    case BPF_W:
        return 4;
    default:
        return 8;
    }
}

static const char *
reg_name(int r)
{
    static const char names[BPF_N_REGS][4] = {
        "r0", "r1", "r2", "r3", "r4", "r5", "r6", "r7", "r8", "r9", "r10",
    };

    return names[r];
}

/* Bounds. */

static bool
check_packet_bounds(struct verifier *v, const struct val *ptr,
                    const char *what, int64_t ofs, uint64_t size)
{
    int64_t smin = ptr->s.r.smin;
    int64_t smax = ptr->s.r.smax;

    if (smin < -MAX_DELTA || smin + ofs < 0) {
        return refuse(v, "make offsets unsigned, and bound them, before "
                      "adding them to a pointer",
                      "read of %llu bytes before the start of the packet: the "
                      "offset in %s may be as low as %lld",
                      (unsigned long long) size, what,
                      (long long) (smin < -MAX_DELTA ? smin : smin + ofs));
    }
    if (smax <= MAX_PKT_LEN
        && smax + ofs + size <= (uint64_t) v->cur->len_min) {
        return true;
    }
    if (ptr->id && ptr->range != RANGE_NONE
        && ptr->delta + ofs + (int64_t) size <= (int64_t) ptr->range) {
        return true;
    }

    if (scalar_is_const(&ptr->s)) {
        return refuse(v, v->image->abi == OKOBPF_ABI_PACKET
                      ? "compare the offset of what is read with the packet's "
                        "length first, such as: if (pkt_len < 14 + 20) "
                        "return 0;"
                      : "compare the end of what is read with data_end first, "
                        "such as: if (data + 14 + 20 > data_end) return 0;",
                      "read of %llu bytes at offset %lld of the packet, of "
                      "which %u bytes are known to exist here",
                      (unsigned long long) size, (long long) (smin + ofs),
                      v->cur->len_min);
    }
    return refuse(v, v->image->abi == OKOBPF_ABI_PACKET
                  ? "compare the same variable offset with the packet's "
                    "length first, such as: if (ofs + 20 > pkt_len) return 0;"
                  : "compare the same pointer with data_end first, such as: "
                    "if (ptr + 20 > data_end) return 0;",
                  "read of %llu bytes at a variable offset of the packet, %s "
                  "+ %lld, of which %lld bytes are known to exist here",
                  (unsigned long long) size, what, (long long) ofs,
                  (long long) (ptr->range == RANGE_NONE ? 0
                               : ptr->range - ptr->delta > 0
                               ? ptr->range - ptr->delta : 0));
}

/* Bytes of a value that programs may access. */
static uint32_t
map_value_size(const struct map_spec *map)
{
    /* A sketch gives its answer as a 32-bit integer. */
    return (map->type == OKOBPF_MAP_BLOOM || map->type == OKOBPF_MAP_COUNTMIN
            ? 4 : map->value_size);
}

static bool
map_value_read_only(const struct map_spec *map)
{
    return (map->read_only || map->type == OKOBPF_MAP_BLOOM
            || map->type == OKOBPF_MAP_COUNTMIN);
}

static bool
check_value_bounds(struct verifier *v, const struct val *ptr,
                   const char *what, int64_t ofs, uint64_t size,
                   enum access access)
{
    const struct map_spec *map = &v->image->maps[ptr->map];
    int64_t value_size = map_value_size(map);
    int64_t smin = ptr->s.r.smin;
    int64_t smax = ptr->s.r.smax;

    if (access == ACCESS_WRITE && map_value_read_only(map)) {
        return refuse(v, map->read_only ? "make the variable non-const"
                      : "change sketches with map_add() only",
                      "write to a value of the map '%s', which can only be "
                      "read", map->name ? map->name : "?");
    }
    if (smin < -MAX_DELTA || smin + ofs < 0
        || size > value_size || smax > UINT32_MAX
        || smax + ofs + (int64_t) size > value_size) {
        return refuse(v, "bound the index before use, such as: "
                      "if (i < N) ... value[i], and make it unsigned",
                      "access of %llu bytes at offset %lld to %lld (%s) of a "
                      "value of the map '%s', which has %lld bytes",
                      (unsigned long long) size,
                      (long long) (smin < -MAX_DELTA ? smin : smin + ofs),
                      (long long) (smax > UINT32_MAX ? smax : smax + ofs),
                      what, map->name ? map->name : "?",
                      (long long) value_size);
    }
    return true;
}

static bool
check_stack_bounds(struct verifier *v, const struct val *ptr,
                   const char *what, int64_t ofs, uint64_t size)
{
    int64_t start = ptr->s.r.smin + ofs;

    if (start < -BPF_STACK_SIZE || size > BPF_STACK_SIZE
        || start + (int64_t) size > 0) {
        return refuse(v, "put large variables into a map",
                      "access of %llu bytes at offset %lld (%s) of the "
                      "stack: expected between -%d and 0",
                      (unsigned long long) size, (long long) start, what,
                      BPF_STACK_SIZE);
    }
    return true;
}

bool
check_mem(struct verifier *v, const struct val *ptr, const char *what,
          int64_t ofs, uint64_t size, enum access access)
{
    switch ((enum val_type) ptr->type) {
    case V_PKT:
        if (access == ACCESS_WRITE) {
            return refuse(v, "copy what is to be changed to the stack",
                          "write to the packet, which can only be read");
        }
        return check_packet_bounds(v, ptr, what, ofs, size);

    case V_VALUE:
        return check_value_bounds(v, ptr, what, ofs, size, access);

    case V_STACK:
        return check_stack_bounds(v, ptr, what, ofs, size);

    case V_VALUE_OR_NULL:
        return refuse(v, "check the result of the lookup before use: "
                      "if (!value) return 0;",
                      "%s may be NULL: it is the unchecked result of a lookup "
                      "in the map '%s'", what,
                      v->image->maps[ptr->map].name
                      ? v->image->maps[ptr->map].name : "?");

    case V_CTX:
        return refuse(v, "copy what is needed to the stack",
                      "%s is the context, of which only single fields can be "
                      "read", what);

    case V_MAP:
        return refuse(v, "look up values with map_lookup()",
                      "%s is a map, whose memory can't be accessed", what);

    case V_SCALAR:
        return refuse(v, "use only the program's arguments, addresses of "
                      "variables and results of lookups as pointers",
                      "%s is a number, not a pointer", what);

    case V_NONE:
        break;
    }
    return refuse(v, "initialize the variable on every path",
                  "%s is not initialized", what);
}

/* Checks that an access of an instruction is aligned where it must be. */
static bool
check_alignment(struct verifier *v, const struct val *ptr, int64_t ofs,
                int size)
{
    struct tnum t = tnum_add(ptr->s.t, tnum_const((uint64_t) ofs));

    if (ptr->type != V_PKT && (t.value | t.mask) & (uint64_t) (size - 1)) {
        return refuse(v, "align variables and fields to their sizes (don't "
                      "pack structures), or copy them bytewise",
                      "misaligned access of %d bytes to %s at offset %lld%s",
                      size, val_type_name(ptr),
                      (long long) (ptr->s.r.smin + ofs),
                      t.mask & (uint64_t) (size - 1) ? " or other" : "");
    }
    return true;
}

/* The stack. */

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

static void
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

/* Sets '*result' to the 'size' bytes of stack, zero-extended. */
static bool
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

/* Loads. */

struct field {
    uint32_t ofs, size;
    const char *name;
};

#define FIELD(NAME) { offsetof(struct oko_ctx, NAME), \
                      sizeof ((struct oko_ctx *) 0)->NAME, #NAME }
static const struct field fields[] = {
    FIELD(data), FIELD(data_end), FIELD(in_port), FIELD(pkt_len),
    FIELD(packet_type), FIELD(l3_ofs), FIELD(l4_ofs), FIELD(now_ns),
    FIELD(hash), FIELD(slot),
};

/* Sets '*result' to what the context has at 'ofs'. */
static bool
context_load(struct verifier *v, int64_t ofs, int size, struct val *result)
{
    const struct field *f = NULL;

    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        if (ofs >= fields[i].ofs
            && ofs + size <= (int64_t) fields[i].ofs + fields[i].size) {
            f = &fields[i];
        }
    }
    if (!f) {
        return refuse(v, "access the fields of struct oko_ctx by their names",
                      "read of %d bytes at offset %lld of the context, which "
                      "are not within one field", size, (long long) ofs);
    }
    if (ofs % size) {
        return refuse(v, "access the fields of struct oko_ctx by their names",
                      "misaligned read of %d bytes in the field '%s' of the "
                      "context", size, f->name);
    }

    bool whole = size == f->size;
    bool is_data = f->ofs == offsetof(struct oko_ctx, data);
    bool is_end = f->ofs == offsetof(struct oko_ctx, data_end);
    if (is_data || is_end) {
        if (!whole) {
            return refuse(v, "read data and data_end as 64-bit numbers",
                          "read of %d bytes of the pointer '%s' in the "
                          "context: expected 8", size, f->name);
        }
        val_set_none(result);
        result->type = V_PKT;
        result->s = scalar_const(0);
        if (is_end) {
            result->s = scalar_range(v->cur->len_min, MAX_PKT_LEN);
            result->id = ID_PKT_LEN;
            result->range = 0;
        }
        return true;
    }

    val_set_scalar(result, scalar_range(0, scalar_umax(size * 8)), 0);
    if (f->ofs == offsetof(struct oko_ctx, pkt_len) && whole) {
        result->s = scalar_range(v->cur->len_min, MAX_PKT_LEN);
        result->id = ID_PKT_LEN;
        result->range = 0;
    }
    return true;
}

/* Sets '*result' to what a map's value has at 'ptr + ofs': a number that is
 * known if it can't change. */
static void
value_load(struct verifier *v, const struct val *ptr, int64_t ofs, int size,
           struct val *result)
{
    const struct map_spec *map = &v->image->maps[ptr->map];

    val_set_scalar(result, scalar_range(0, scalar_umax(size * 8)), 0);
    if (map->read_only && map->init && map->max_entries == 1
        && scalar_is_const(&ptr->s)
        && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__) {
        uint64_t x = 0;

        memcpy(&x, map->init + ptr->s.r.smin + ofs, size);
        result->s = scalar_const(x);
    }
}

bool
follow_load(struct verifier *v, const struct bpf_insn *insn)
{
    struct val *dst = reg(v, bpf_dst(insn));
    const struct val *src = reg(v, bpf_src(insn));
    const char *what = reg_name(bpf_src(insn));
    int size = access_size(insn);
    struct val result;

    if (src->type == V_CTX) {
        if (!context_load(v, src->s.r.smin + insn->offset, size, &result)) {
            return false;
        }
    } else {
        if (!check_mem(v, src, what, insn->offset, size, ACCESS_READ)
            || !check_alignment(v, src, insn->offset, size)) {
            return false;
        }
        if (src->type == V_STACK) {
            if (!stack_load(v, src, what, insn->offset, size, &result)) {
                return false;
            }
        } else if (src->type == V_VALUE) {
            value_load(v, src, insn->offset, size, &result);
        } else {
            val_set_scalar(&result, scalar_range(0, scalar_umax(size * 8)), 0);
        }
    }

    if (BPF_MODE(insn->opcode) == BPF_MEMSX
        && result.s.r.umax > scalar_umax(size * 8) >> 1) {
        val_set_scalar(&result, scalar_sign_extend(&result.s, size * 8, 64),
                       result.deps);
    }
    *dst = result;
    v->cur->insn++;
    return true;
}

/* Legacy loads from the packet, which check bounds when they run. */
bool
follow_packet_load(struct verifier *v, const struct bpf_insn *insn)
{
    const struct val *r6 = reg(v, 6);
    bool by_reg = BPF_MODE(insn->opcode) == BPF_IND;

    if (v->cur->depth) {
        return refuse(v, "read the packet in the main function",
                      "legacy packet load in a function that was called");
    }
    if (!check_reg(v, 6) || (by_reg && !check_reg(v, bpf_src(insn)))) {
        return false;
    }
    if (v->image->abi == OKOBPF_ABI_PACKET
        ? r6->type != V_PKT || !scalar_is_const(&r6->s) || r6->s.r.umax
        : r6->type != V_CTX) {
        return refuse(v, "keep the program's first argument in r6",
                      "legacy packet load: expected the program's first "
                      "argument in r6, got %s", val_type_name(r6));
    }
    if (by_reg && val_is_pointer(reg(v, bpf_src(insn)))) {
        return refuse(v, "use a number as offset",
                      "legacy packet load with %s as offset",
                      val_type_name(reg(v, bpf_src(insn))));
    }
    for (int r = 1; r <= 5; r++) {
        val_set_none(reg(v, r));
    }
    val_set_scalar(reg(v, 0),
                   scalar_range(0, scalar_umax(access_size(insn) * 8)), 0);
    v->cur->insn++;
    return true;
}

/* Stores. */

bool
follow_store(struct verifier *v, const struct bpf_insn *insn)
{
    const struct val *ptr = reg(v, bpf_dst(insn));
    const char *what = reg_name(bpf_dst(insn));
    int size = access_size(insn);
    struct val *val;
    struct val imm;

    if (BPF_CLASS(insn->opcode) == BPF_ST) {
        val_set_scalar(&imm, scalar_const((uint64_t) (int64_t) insn->imm), 0);
        val = &imm;
    } else {
        val = reg(v, bpf_src(insn));
        if (!check_reg(v, bpf_src(insn))) {
            return false;
        }
    }
    if (!check_mem(v, ptr, what, insn->offset, size, ACCESS_WRITE)
        || !check_alignment(v, ptr, insn->offset, size)) {
        return false;
    }
    if (ptr->type != V_STACK) {
        if (val_is_pointer(val)) {
            return refuse(v, "store numbers in maps, never addresses",
                          "store of %s in a map", val_type_name(val));
        }
    } else {
        if (val_is_pointer(val) && size != 8) {
            return refuse(v, "store addresses whole",
                          "store of %d bytes of %s: expected 8", size,
                          val_type_name(val));
        }
        if (val->type == V_STACK && val->frame > ptr->frame) {
            return refuse(v, "don't keep the address of a variable of a "
                          "function for longer than the function runs",
                          "store of %s of a function in the stack of its "
                          "caller", val_type_name(val));
        }
        stack_store(v, ptr, insn->offset, size, val);
    }
    v->cur->insn++;
    return true;
}

bool
follow_atomic(struct verifier *v, const struct bpf_insn *insn)
{
    const struct val *ptr = reg(v, bpf_dst(insn));
    const char *what = reg_name(bpf_dst(insn));
    int size = access_size(insn);
    bool compares = insn->imm == BPF_CMPXCHG;

    if (!check_reg(v, bpf_src(insn)) || (compares && !check_reg(v, 0))) {
        return false;
    }
    if (val_is_pointer(reg(v, bpf_src(insn)))
        || (compares && val_is_pointer(reg(v, 0)))) {
        return refuse(v, "do atomic operations with numbers only",
                      "atomic operation with an address as operand");
    }
    if (ptr->type == V_PKT || ptr->type == V_CTX) {
        return refuse(v, "do atomic operations on map values",
                      "atomic operation on %s, which can only be read",
                      val_type_name(ptr));
    }
    if (!check_mem(v, ptr, what, insn->offset, size, ACCESS_WRITE)
        || !check_alignment(v, ptr, insn->offset, size)) {
        return false;
    }
    if (ptr->type == V_STACK) {
        if (!check_stack_read(v, ptr, what, insn->offset, size)) {
            return false;
        }
        stack_clobber(v, ptr, insn->offset, size, size);
    }
    if (insn->imm & BPF_FETCH) {
        val_set_scalar(reg(v, compares ? 0 : bpf_src(insn)),
                       scalar_range(0, scalar_umax(size * 8)), 0);
    }
    v->cur->insn++;
    return true;
}
