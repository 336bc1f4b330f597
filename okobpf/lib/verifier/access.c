/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* Loads, stores and atomic operations. */

#ifdef HAVE_CONFIG_H
#include <config.h>
#endif

#include <string.h>
#include "verifier/verifier.h"

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

/* Checks that an access of an instruction, 'atomic' or not, is aligned where
 * it must be: on the stack, of which the verifier knows what is in each eight
 * bytes, and where it is atomic.  The interpreter, too, reads and writes
 * packets and values at any alignment, on all machines. */
static bool
check_alignment(struct verifier *v, const struct val *ptr, int64_t ofs,
                int size, bool atomic)
{
    struct tnum t = okobpf_tnum_add(ptr->s.t, tnum_const((uint64_t) ofs));

    if ((atomic || (ptr->type != V_PKT && ptr->type != V_VALUE))
        && (t.value | t.mask) & (uint64_t) (size - 1)) {
        return okobpf_refuse(
            v,
            atomic ? "align variables that are changed by atomic "
                     "operations to their sizes"
                   : "align variables on the stack to their sizes (don't "
                     "pack structures), or copy them bytewise",
            "misaligned %s of %d bytes to %s at offset %lld%s",
            atomic ? "atomic access" : "access", size,
            okobpf_val_type_name(v, ptr), (long long) (ptr->s.r.smin + ofs),
            t.mask & (uint64_t) (size - 1) ? " or other" : "");
    }
    return true;
}

/* Loads. */

struct field {
    uint32_t ofs, size;
    const char *name;
};

#define FIELD(NAME) { offsetof(struct oko_ctx, NAME), \
                      sizeof ((struct oko_ctx *) 0)->NAME, #NAME },
static const struct field fields[] = {
    OKOBPF_CTX_FIELDS(FIELD)
};
#undef FIELD

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
        return okobpf_refuse(
            v, "access the fields of struct oko_ctx by their names",
            "read of %d bytes at offset %lld of the context, which "
            "are not within one field",
            size, (long long) ofs);
    }
    if (ofs % size) {
        return okobpf_refuse(
            v, "access the fields of struct oko_ctx by their names",
            "misaligned read of %d bytes in the field '%s' of the "
            "context",
            size, f->name);
    }

    bool whole = size == f->size;
    bool is_data = f->ofs == offsetof(struct oko_ctx, data);
    bool is_end = f->ofs == offsetof(struct oko_ctx, data_end);
    if (is_data || is_end) {
        /* Compilers read only the lower halves where a difference of these
         * is all that is wanted. */
        bool low = (size == 4 && ofs == f->ofs
                    && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__);

        if (!whole && !low) {
            return okobpf_refuse(v, "read data and data_end as 64-bit numbers",
                                 "read of %d bytes of the pointer '%s' in the "
                                 "context: expected 8", size, f->name);
        }
        okobpf_val_set_none(result);
        result->type = V_PKT;
        result->s = okobpf_scalar_const(0);
        if (is_end) {
            result->s = okobpf_scalar_range(v->cur->len_min, MAX_PKT_LEN);
            result->id = ID_PKT_LEN;
            result->range = 0;
        }
        if (low) {
            okobpf_address_truncate(result);
        }
        return true;
    }

    okobpf_val_set_scalar(result,
                          okobpf_scalar_range(0, scalar_umax(size * 8)), 0);
    if (f->ofs == offsetof(struct oko_ctx, pkt_len) && whole) {
        result->s = okobpf_scalar_range(v->cur->len_min, MAX_PKT_LEN);
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

    okobpf_val_set_scalar(result,
                          okobpf_scalar_range(0, scalar_umax(size * 8)), 0);
    if (map->read_only && map->init && map->max_entries == 1
        && scalar_is_const(&ptr->s)
        && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__) {
        uint64_t x = 0;

        memcpy(&x, map->init + ptr->s.r.smin + ofs, size);
        result->s = okobpf_scalar_const(x);
    }
}

bool
okobpf_follow_load(struct verifier *v, const struct bpf_insn *insn)
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
        if (!okobpf_check_mem(v, src, what, insn->offset, size, ACCESS_READ)
            || !check_alignment(v, src, insn->offset, size, false)) {
            return false;
        }
        okobpf_charge_access(v, src);
        if (src->type == V_STACK) {
            if (!okobpf_stack_load(v, src, what, insn->offset, size,
                                   &result)) {
                return false;
            }
        } else if (src->type == V_VALUE) {
            value_load(v, src, insn->offset, size, &result);
        } else {
            okobpf_val_set_scalar(
                &result, okobpf_scalar_range(0, scalar_umax(size * 8)), 0);
        }
    }

    if (BPF_MODE(insn->opcode) == BPF_MEMSX
        && result.s.r.umax > scalar_umax(size * 8) >> 1) {
        okobpf_val_set_scalar(
            &result, okobpf_scalar_sign_extend(&result.s, size * 8, 64),
            result.deps);
    }
    *dst = result;
    v->cur->insn++;
    return true;
}

/* Legacy loads from the packet, which check bounds when they run. */
bool
okobpf_follow_packet_load(struct verifier *v, const struct bpf_insn *insn)
{
    const struct val *r6 = reg(v, 6);
    bool by_reg = BPF_MODE(insn->opcode) == BPF_IND;

    if (v->cur->depth) {
        return okobpf_refuse(
            v, "read the packet in the main function",
            "legacy packet load in a function that was called");
    }
    if (!okobpf_check_reg(v, 6)
        || (by_reg && !okobpf_check_reg(v, bpf_src(insn)))) {
        return false;
    }
    if (v->image->abi == OKOBPF_ABI_PACKET
        ? r6->type != V_PKT || !scalar_is_const(&r6->s) || r6->s.r.umax
        : r6->type != V_CTX) {
        return okobpf_refuse(
            v, "keep the program's first argument in r6",
            "legacy packet load: expected the program's first "
            "argument in r6, got %s",
            okobpf_val_type_name(v, r6));
    }
    if (by_reg && val_is_pointer(reg(v, bpf_src(insn)))) {
        return okobpf_refuse(v, "use a number as offset",
                             "legacy packet load with %s as offset",
                             okobpf_val_type_name(v, reg(v, bpf_src(insn))));
    }
    for (int r = 1; r <= 5; r++) {
        okobpf_val_set_none(reg(v, r));
    }
    okobpf_val_set_scalar(
        reg(v, 0), okobpf_scalar_range(0, scalar_umax(access_size(insn) * 8)),
        0);
    v->cur->insn++;
    return true;
}

/* Stores. */

bool
okobpf_follow_store(struct verifier *v, const struct bpf_insn *insn)
{
    const struct val *ptr = reg(v, bpf_dst(insn));
    const char *what = reg_name(bpf_dst(insn));
    int size = access_size(insn);
    struct val *val;
    struct val imm;

    if (BPF_CLASS(insn->opcode) == BPF_ST) {
        okobpf_val_set_scalar(
            &imm, okobpf_scalar_const((uint64_t) (int64_t) insn->imm), 0);
        val = &imm;
    } else {
        val = reg(v, bpf_src(insn));
        if (!okobpf_check_reg(v, bpf_src(insn))) {
            return false;
        }
    }
    if (!okobpf_check_mem(v, ptr, what, insn->offset, size, ACCESS_WRITE)
        || !check_alignment(v, ptr, insn->offset, size, false)) {
        return false;
    }
    okobpf_charge_access(v, ptr);
    if (ptr->type != V_STACK) {
        if (val_is_pointer(val)) {
            return okobpf_refuse(v, "store numbers in maps, never addresses",
                                 "store of %s in a map",
                                 okobpf_val_type_name(v, val));
        }
    } else {
        if (val_is_pointer(val) && size != 8) {
            return okobpf_refuse(v, "store addresses whole",
                                 "store of %d bytes of %s: expected 8", size,
                                 okobpf_val_type_name(v, val));
        }
        if (val_is_pointer(val) && !scalar_is_const(&ptr->s)) {
            return okobpf_refuse(
                v,
                "store addresses in variables of their own, or "
                "with constant indexes",
                "store of %s at a variable offset of the stack",
                okobpf_val_type_name(v, val));
        }
        if (val->type == V_STACK && val->frame > ptr->frame) {
            return okobpf_refuse(
                v,
                "don't keep the address of a variable of a "
                "function for longer than the function runs",
                "store of %s of a function in the stack of its "
                "caller",
                okobpf_val_type_name(v, val));
        }
        okobpf_stack_store(v, ptr, insn->offset, size, val);
    }
    v->cur->insn++;
    return true;
}

bool
okobpf_follow_atomic(struct verifier *v, const struct bpf_insn *insn)
{
    const struct val *ptr = reg(v, bpf_dst(insn));
    const char *what = reg_name(bpf_dst(insn));
    int size = access_size(insn);
    bool compares = insn->imm == BPF_CMPXCHG;

    if (!okobpf_check_reg(v, bpf_src(insn))
        || (compares && !okobpf_check_reg(v, 0))) {
        return false;
    }
    if (val_is_pointer(reg(v, bpf_src(insn)))
        || (compares && val_is_pointer(reg(v, 0)))) {
        return okobpf_refuse(v, "do atomic operations with numbers only",
                             "atomic operation with an address as operand");
    }
    if (ptr->type == V_PKT || ptr->type == V_CTX) {
        return okobpf_refuse(v, "do atomic operations on map values",
                             "atomic operation on %s, which can only be read",
                             okobpf_val_type_name(v, ptr));
    }
    if (!okobpf_check_mem(v, ptr, what, insn->offset, size, ACCESS_WRITE)
        || !check_alignment(v, ptr, insn->offset, size, true)) {
        return false;
    }
    okobpf_charge_access(v, ptr);
    if (ptr->type == V_STACK) {
        if (!okobpf_check_stack_read(v, ptr, what, insn->offset, size)) {
            return false;
        }
        okobpf_stack_clobber(v, ptr, insn->offset, size, size);
    }
    if (insn->imm & BPF_FETCH) {
        okobpf_val_set_scalar(reg(v, compares ? 0 : bpf_src(insn)),
                              okobpf_scalar_range(0, scalar_umax(size * 8)),
                              0);
    }
    v->cur->insn++;
    return true;
}
