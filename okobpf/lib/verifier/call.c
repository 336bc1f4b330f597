/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* Calls and returns. */

#ifdef HAVE_CONFIG_H
#include <config.h>
#endif

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include "object/linux-names.h"
#include "verifier/verifier.h"

/* Largest size that is passed to a helper. */
#define MAX_MEM_SIZE (1 << 29)

/* What is known of a call while its arguments are checked. */
struct call {
    const struct helper *helper;
    const struct map_spec *map; /* NULL before a map. */
    uint32_t map_index;
    bool odd;                   /* An argument is nothing like what the helper
                                 * takes. */
    uint64_t size;              /* Of all memory whose size is an argument, at
                                 * most. */
};

static const char *
map_name(const struct map_spec *map)
{
    return map->name ? map->name : "?";
}

/* Checks that argument 'r' has a value. */
static bool
check_arg_reg(struct verifier *v, struct call *call, int r)
{
    call->odd = !okobpf_check_reg(v, r);
    return !call->odd;
}

static bool
check_number(struct verifier *v, struct call *call, int r)
{
    if (!check_arg_reg(v, call, r)) {
        return false;
    }
    if (val_is_pointer(reg(v, r))) {
        call->odd = true;
        return okobpf_refuse(v, "pass numbers where numbers are expected",
                             "argument %d of %s(): expected a number, got %s",
                             r, call->helper->name,
                             okobpf_val_type_name(v, reg(v, r)));
    }
    return true;
}

static bool
check_map(struct verifier *v, struct call *call, int r)
{
    const struct val *val = reg(v, r);

    if (!check_arg_reg(v, call, r)) {
        return false;
    }
    if (val->type != V_MAP) {
        call->odd = true;
        return okobpf_refuse(v, "pass the address of a map definition",
                             "argument %d of %s(): expected a map, got %s", r,
                             call->helper->name, okobpf_val_type_name(v, val));
    }

    call->map = &v->image->maps[val->map];
    call->map_index = val->map;
    if (call->map->type >= 32
        || !(call->helper->map_types & (UINT32_C(1) << call->map->type))) {
        const char *type = okobpf_map_type_to_string(call->map->type);

        return okobpf_refuse(v, "use a helper that the kind of map has",
                             "%s() can't be used on the map '%s' of type %s",
                             call->helper->name, map_name(call->map),
                             type ? type : "unknown");
    }
    if (call->map->globals) {
        return okobpf_refuse(
            v, "use the variables by their names",
            "%s() on '%s', which holds the program's variables",
            call->helper->name, map_name(call->map));
    }
    return true;
}

/* Checks that argument 'r' points to memory of 'size' bytes, of which at least
 * 'sure' will be accessed. */
static bool
check_mem_arg(struct verifier *v, struct call *call, int r,
              uint64_t size, uint64_t sure, enum access access)
{
    const struct val *ptr = reg(v, r);
    char what[64] = "";

    if (!check_arg_reg(v, call, r)) {
        return false;
    }
    snprintf(what, sizeof what, "argument %d of %s()", r, call->helper->name);
    if (!okobpf_check_mem(v, ptr, what, 0, size, access)) {
        return false;
    }
    if (ptr->type == V_STACK) {
        if (access == ACCESS_READ) {
            return okobpf_check_stack_read(v, ptr, what, 0, size);
        }
        okobpf_stack_clobber(v, ptr, 0, size, sure);
    }
    return true;
}

/* Stores in '*has' whether as many bytes as 'size' says can be read at 'ptr'
 * because 'size' was compared with the length of the packet, or with what is
 * left of it, or is that: the sum of the two is within the packet.  With both
 * of them in these bounds, the sum doesn't wrap, so that its range is true of
 * it as a number. */
static bool
packet_has(struct verifier *v, const struct val *ptr, const struct val *size,
           bool *has)
{
    *has = false;
    if (ptr->type == V_PKT && ptr->s.r.smin >= 0
        && ptr->s.r.smax <= MAX_PKT_LEN
        && size->s.r.smin >= 0 && size->s.r.smax <= MAX_REST
        && !scalar_is_const(&size->s)) {
        struct val end = *ptr;

        end.s = okobpf_scalar_alu(BPF_ADD, 64, false, &ptr->s, &size->s);
        okobpf_val_set_unrelated(&end);
        if (!okobpf_relate_sum(v, &end, ptr, size)) {
            return false;
        }
        *has = (end.id && end.form == FORM_PLAIN && end.range != RANGE_NONE
                && end.delta <= end.range);
    }
    return true;
}

/* Checks memory in argument 'r' with its size in 'r + 1'. */
static bool
check_sized_mem(struct verifier *v, struct call *call, int r,
                enum access access)
{
    const struct val *size = reg(v, r + 1);

    if (!check_arg_reg(v, call, r) || !check_number(v, call, r + 1)) {
        return false;
    }
    mark_val_precise(v, size);
    if (access == ACCESS_READ) {
        bool has;

        if (!packet_has(v, reg(v, r), size, &has)) {
            return false;
        } else if (has) {
            call->size += (size->s.r.umax < OKOBPF_MAX_PKT_LEN
                           ? size->s.r.umax : OKOBPF_MAX_PKT_LEN);
            return true;
        }
    }
    if (size->s.r.umax > MAX_MEM_SIZE) {
        return okobpf_refuse(
            v,
            "bound the size before the call: if (size > 64) "
            "return 0;",
            "argument %d of %s(): the size may be as large as %llu", r + 1,
            call->helper->name, (unsigned long long) size->s.r.umax);
    }
    call->size += size->s.r.umax;
    return check_mem_arg(v, call, r, size->s.r.umax, size->s.r.umin, access);
}

/* As check_sized_mem(), where the memory may be NULL if the size is 0. */
static bool
check_sized_mem_or_null(struct verifier *v, struct call *call, int r)
{
    const struct val *size = reg(v, r + 1);

    if (!check_arg_reg(v, call, r) || !check_number(v, call, r + 1)) {
        return false;
    }
    mark_val_precise(v, size);
    return (scalar_is_const(&size->s) && !size->s.r.umin
            ? true : check_sized_mem(v, call, r, ACCESS_READ));
}

/* Checks an event in argument 'r', with its size, which may be 0, in 'r + 1',
 * for the ring in the argument before. */
static bool
check_event(struct verifier *v, struct call *call, int r)
{
    const struct val *size = reg(v, r + 1);
    bool has;

    if (!check_arg_reg(v, call, r) || !check_number(v, call, r + 1)) {
        return false;
    }
    mark_val_precise(v, size);
    if (size->s.r.umax > call->map->value_size) {
        return okobpf_refuse(
            v,
            "bound the size before the call, or define the ring "
            "with larger values",
            "argument %d of %s(): events in the ring '%s' have at "
            "most %"PRIu32" bytes, and the size may be as large as "
            "%"PRIu64,
            r + 1, call->helper->name, map_name(call->map),
            call->map->value_size, size->s.r.umax);
    }
    call->size += size->s.r.umax;
    if (!packet_has(v, reg(v, r), size, &has)) {
        return false;
    }
    return (has || !size->s.r.umax
            || check_mem_arg(v, call, r, size->s.r.umax, size->s.r.umin,
                             ACCESS_READ));
}

/* Checks a format string in argument 'r' and the numbers that follow it. */
static bool
check_format(struct verifier *v, struct call *call, int r)
{
    const struct val *val = reg(v, r);
    const char *name = call->helper->name;
    int n_args;

    if (!check_arg_reg(v, call, r)) {
        return false;
    }

    const struct map_spec *map = (val->type == V_VALUE
                                  ? &v->image->maps[val->map] : NULL);
    if (!map || !map->read_only || !map->init || map->max_entries != 1
        || !scalar_is_const(&val->s)) {
        call->odd = true;
        return okobpf_refuse(
            v,
            "use a constant string: "
            "static const char fmt[] = \"...\";",
            "argument %d of %s(): expected a constant string, got "
            "%s",
            r, name, okobpf_val_type_name(v, val));
    }
    if (val->s.r.smin < 0 || val->s.r.smin >= map->value_size) {
        return okobpf_refuse(
            v, "use the string by its name",
            "argument %d of %s(): address outside of the constants", r, name);
    }

    const char *problem = okobpf_printf_format_check(
        (const char *) map->init + val->s.r.smin,
        map->value_size - val->s.r.smin, &n_args);
    if (problem) {
        return okobpf_refuse(v, "change the format string",
                             "argument %d of %s(): %s", r, name, problem);
    }
    if (r + n_args > MAX_HELPER_ARGS) {
        return okobpf_refuse(
            v, "print fewer numbers",
            "%s(): the format wants %d numbers: expected at most %d", name,
            n_args, MAX_HELPER_ARGS - r);
    }
    for (int i = 1; i <= n_args; i++) {
        if (reg(v, r + i)->type == V_NONE) {
            return okobpf_refuse(
                v,
                "pass as many numbers after the format as it has "
                "conversions",
                "%s(): the format wants %d number%s, and the "
                "program passes %d",
                name, n_args, n_args > 1 ? "s" : "", i - 1);
        }
        if (!check_number(v, call, r + i)) {
            return false;
        }
    }
    return true;
}

static bool
check_arg(struct verifier *v, struct call *call, int r)
{
    enum arg_type type = call->helper->args[r - 1];
    bool sized = (type == ARG_MAP_KEY || type == ARG_MAP_VALUE
                  || type == ARG_MAP_ITEM || type == ARG_MAP_EVENT);

    if (sized && !call->map) {
        return okobpf_refuse(v, NULL, "%s() takes no map before argument %d",
                             call->helper->name, r);
    }
    switch (type) {
    case ARG_NONE:
    case ARG_SIZE:
        return true;            /* ARG_SIZE: with the memory before it. */
    case ARG_ANY:
        return check_number(v, call, r);
    case ARG_MAP:
        return check_map(v, call, r);
    case ARG_MAP_KEY:
    case ARG_MAP_ITEM:
        return check_mem_arg(v, call, r, call->map->key_size,
                             call->map->key_size, ACCESS_READ);
    case ARG_MAP_VALUE:
        return check_mem_arg(v, call, r, call->map->value_size,
                             call->map->value_size, ACCESS_READ);
    case ARG_MEM:
        return check_sized_mem(v, call, r, ACCESS_READ);
    case ARG_MAP_EVENT:
        return check_event(v, call, r);
    case ARG_MEM_OR_NULL:
        return check_sized_mem_or_null(v, call, r);
    case ARG_MEM_WRITE:
        return check_sized_mem(v, call, r, ACCESS_WRITE);
    case ARG_FMT:
        return check_format(v, call, r);
    }
    return okobpf_refuse(v, NULL, "unknown kind of argument");
}

/* Adds to the refusal of a call of helper 'number' what that helper is in
 * Linux, and in other machines for BPF, unless the program was certainly made
 * for this one. */
static void
tell_others_helper(struct verifier *v, int32_t number)
{
    const char *name = okobpf_linux_helper_name(number);
    const char *ubpf = (number == 8 ? " (and ubpf_adjust_head() in uBPF)"
                        : number == 9 ? " (and ubpf_packet_data() in uBPF)"
                        : number == 11 ? " (and ubpf_truncate_packet() in "
                                         "uBPF)"
                        : "");
    struct okobpf_report *report = v->report;

    if (name && !v->image->made_here) {
        char *advice = okobpf_report_asprintf(
            "%s%sin Linux, helper %"PRId32" is %s()%s; here numbers mean "
            "something else: compile programs for XDP with clang -include "
            "oko/xdp.h, others with the helpers of <oko/filter.h>",
            report->advice ? report->advice : "", report->advice ? "; " : "",
            number, name, ubpf);

        free(report->advice);
        report->advice = advice;
    }
}

bool
okobpf_follow_helper(struct verifier *v, const struct bpf_insn *insn)
{
    struct call call = { .helper = NULL };

    if (insn->imm <= 0 || insn->imm >= N_HELPERS
        || !okobpf_helpers[insn->imm].function) {
        okobpf_refuse(v,
                      "call the helpers of <oko/filter.h>, and inline other "
                      "functions",
                      "call of unknown helper %d: expected 1 to %d", insn->imm,
                      N_HELPERS - 1);
        tell_others_helper(v, insn->imm);
        return false;
    }

    call.helper = &okobpf_helpers[insn->imm];
    for (int r = 1; r <= MAX_HELPER_ARGS; r++) {
        if (!check_arg(v, &call, r)) {
            if (call.odd) {
                tell_others_helper(v, insn->imm);
            }
            return false;
        }
    }

    okobpf_charge_helper(v, call.helper, call.map_index, call.size);

    struct val *r0 = reg(v, 0);
    if (call.helper->ret == RET_MAP_VALUE_OR_NULL) {
        if (!call.map) {
            return okobpf_refuse(v, NULL, "%s() takes no map",
                                 call.helper->name);
        }
        okobpf_val_set_none(r0);
        r0->type = V_VALUE_OR_NULL;
        r0->map = call.map_index;
        r0->id = v->next_id++;
        r0->s = okobpf_scalar_const(0);
    } else {
        bool is_u32 = call.helper->ret == RET_U32;

        okobpf_val_set_scalar(r0, is_u32 ? okobpf_scalar_range(0, UINT32_MAX)
                              : okobpf_scalar_unknown(), 0);
    }
    for (int r = 1; r <= 5; r++) {
        okobpf_val_set_none(reg(v, r));
    }
    v->cur->insn++;
    return true;
}

bool
okobpf_follow_local_call(struct verifier *v, const struct bpf_insn *insn)
{
    struct state *cur = v->cur;

    if (cur->depth + 1 >= BPF_MAX_FRAMES) {
        return okobpf_refuse(v, "let the compiler inline some functions",
                             "calls nested more than %d deep", BPF_MAX_FRAMES);
    }

    struct frame *caller = cur_frame(v);
    struct frame *callee = &cur->frames[++cur->depth];
    okobpf_frame_init(callee, cur->depth);
    callee->call_insn = cur->insn;
    for (int r = 1; r <= 5; r++) {
        callee->regs[r] = caller->regs[r];
    }
    for (int r = 0; r <= 5; r++) {
        okobpf_val_set_none(&caller->regs[r]);
    }
    cur->insn += 1 + insn->imm;
    return true;
}

bool
okobpf_follow_exit(struct verifier *v, bool *ended)
{
    struct state *cur = v->cur;
    const struct val *r0 = reg(v, 0);

    if (cur->depth) {
        struct frame *callee = cur_frame(v);

        if (r0->type == V_STACK) {
            return okobpf_refuse(
                v,
                "let the caller pass the address of a variable "
                "of its own",
                "return of %s from a function", okobpf_val_type_name(v, r0));
        }
        cur->depth--;
        *reg(v, 0) = callee->regs[0];
        cur->insn = callee->call_insn + 1;
        return true;
    }

    if (!okobpf_check_reg(v, 0)) {
        return false;
    }
    if (val_is_pointer(r0)) {
        return okobpf_refuse(v, "return a number", "the program returns %s",
                             okobpf_val_type_name(v, r0));
    }
    *ended = true;
    return true;
}
