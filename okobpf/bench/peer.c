/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* Makes of a program what librte_bpf takes. */

#ifdef HAVE_CONFIG_H
#include <config.h>
#endif

#include "peer.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "maps/map.h"
#include "mem.h"

/* Helpers, without the 'struct okobpf_env' that the library passes. */

static struct okobpf_map *
map_arg(uint64_t r)
{
    return (struct okobpf_map *) (uintptr_t) r;
}

/* The peer's JIT makes room for just what a program has on its stack, and
 * calls with that: the stack need not be aligned as compilers expect of
 * callers.  Whoever gives it a function that they may compile to aligned
 * accesses has to align the stack. */
#if defined __x86_64__
#define REALIGN __attribute__((__force_align_arg_pointer__))
#else
#define REALIGN
#endif

/* As direct as a function can be that is to serve all kinds of maps. */
static uint64_t REALIGN
peer_map_lookup(uint64_t r1, uint64_t r2, uint64_t r3, uint64_t r4,
                uint64_t r5)
{
    struct okobpf_map *map = map_arg(r1);

    const void *key = (const void *) (uintptr_t) r2;
    void *value = map->ops->lookup(map, key, bench_env.ctx.slot);

    (void) r3, (void) r4, (void) r5;
    return (uintptr_t) value;
}

#define PEER_HELPER(NAME, ID)                                           \
    static uint64_t REALIGN                                             \
    NAME(uint64_t r1, uint64_t r2, uint64_t r3, uint64_t r4,            \
         uint64_t r5)                                                   \
    {                                                                   \
        return okobpf_helpers[ID].function(r1, r2, r3, r4, r5, &bench_env); \
    }
PEER_HELPER(peer_map_update, HELPER_MAP_UPDATE)
PEER_HELPER(peer_map_delete, HELPER_MAP_DELETE)
PEER_HELPER(peer_map_add, HELPER_MAP_ADD)
PEER_HELPER(peer_time_get_ns, HELPER_TIME_GET_NS)
PEER_HELPER(peer_get_slot, HELPER_GET_SLOT)

/* Sizes of keys and values: its functions have one for all maps. */
struct sizes {
    size_t key, value, result;
};

static struct sizes
get_sizes(const struct image *image)
{
    struct sizes sizes = { 1, 1, 1 };

    for (uint32_t i = 0; i < image->n_maps; i++) {
        const struct map_spec *spec = &image->maps[i];

        if (!i || spec->key_size < sizes.key) {
            sizes.key = spec->key_size;
        }
        if (!i || spec->value_size < sizes.value) {
            sizes.value = spec->value_size;
        }
        if (spec->value_size > sizes.result) {
            sizes.result = spec->value_size;
        }
    }
    return sizes;
}

/* The library's argument and result types, in those of the peer. */
static struct peer_arg
convert_arg(enum arg_type type, struct sizes sizes)
{
    switch (type) {
    case ARG_ANY:
    case ARG_MAP:
        return (struct peer_arg) { PEER_NUMBER, sizeof(uint64_t) };
    case ARG_MAP_KEY:
    case ARG_MAP_ITEM:
        return (struct peer_arg) { PEER_POINTER, sizes.key };
    case ARG_MAP_VALUE:
        return (struct peer_arg) { PEER_POINTER, sizes.value };
    case ARG_NONE:
    case ARG_MEM:
    case ARG_MEM_OR_NULL:
    case ARG_MEM_WRITE:
    case ARG_MAP_EVENT:
    case ARG_SIZE:
    case ARG_FMT:
    default:
        return (struct peer_arg) { PEER_NONE, 0 };
    }
}

/* Fills in 'functions', by the numbers of helpers.  Those with sizes in other
 * arguments are left out: the peer cannot check these. */
static void
make_functions(struct peer_function functions[N_HELPERS], struct sizes sizes)
{
    memset(functions, 0, N_HELPERS * sizeof *functions);
    functions[HELPER_MAP_LOOKUP].function = peer_map_lookup;
    functions[HELPER_MAP_UPDATE].function = peer_map_update;
    functions[HELPER_MAP_DELETE].function = peer_map_delete;
    functions[HELPER_MAP_ADD].function = peer_map_add;
    functions[HELPER_TIME_GET_NS].function = peer_time_get_ns;
    functions[HELPER_GET_SLOT].function = peer_get_slot;

    for (int id = 0; id < N_HELPERS; id++) {
        struct peer_function *f = &functions[id];

        if (!f->function) {
            /* The peer insists on something. */
            f->name = "none";
            f->function = peer_get_slot;
            continue;
        }
        f->name = okobpf_helpers[id].name;
        for (int i = 0; i < PEER_MAX_ARGS; i++) {
            f->args[i] = convert_arg(okobpf_helpers[id].args[i], sizes);
        }
        f->ret = (okobpf_helpers[id].ret == RET_MAP_VALUE_OR_NULL
                  ? (struct peer_arg) { PEER_POINTER, sizes.result }
                  : (struct peer_arg) { PEER_NUMBER, sizeof(uint64_t) });
    }
}

/* Puts maps and functions in place of their numbers.  Returns false, and
 * stores the reason in 'refusal', if there is a helper that the peer was not
 * given. */
static bool
translate(struct bpf_insn *insns, uint32_t n,
          struct okobpf_map *const maps[],
          const struct peer_function functions[N_HELPERS],
          char *refusal, size_t size)
{
    for (uint32_t i = 0; i < n; i++) {
        struct bpf_insn *insn = &insns[i];

        if (insn->opcode == (BPF_LD | BPF_IMM | BPF_DW)) {
            uint64_t addr;

            if (bpf_src(insn) == BPF_PSEUDO_MAP_IDX) {
                addr = (uintptr_t) maps[insn->imm];
            } else if (bpf_src(insn) == BPF_PSEUDO_MAP_IDX_VALUE) {
                uint8_t *value = okobpf_map_direct_value(maps[insn->imm]);

                addr = (uintptr_t) value + insn[1].imm;
            } else {
                i++;
                continue;
            }
            insn->regs = bpf_dst(insn);
            insn[0].imm = (uint32_t) addr;
            insn[1].imm = addr >> 32;
            i++;
        } else if (insn->opcode == (BPF_JMP | BPF_CALL)
                   && bpf_src(insn) == BPF_CALL_HELPER) {
            if (insn->imm <= 0 || insn->imm >= N_HELPERS
                || !strcmp(functions[insn->imm].name, "none")) {
                snprintf(refusal, size, "helper %"PRId32" takes a size that "
                         "its validator cannot check", insn->imm);
                return false;
            }
        }
    }
    return true;
}

struct peer *
peer_load(const struct image *image, struct okobpf_map *const maps[],
          char *refusal, size_t size)
{
    enum { N_PROLOGUE = 2 };
    struct peer_function functions[N_HELPERS];
    struct peer *peer = NULL;
    struct bpf_insn *insns;

    if (image->abi != OKOBPF_ABI_PACKET) {
        snprintf(refusal, size, "its programs take no context with pointers "
                 "to the packet");
        return NULL;
    }
    insns = okobpf_mem_alloc((uint64_t) image->n_insns + N_PROLOGUE,
                             sizeof *insns);
    if (!insns) {
        snprintf(refusal, size, "out of memory");
        return NULL;
    }
    insns[0] = (struct bpf_insn) {
        .opcode = BPF_LDX | BPF_MEM | BPF_DW,
        .regs = 2 | 1 << 4,
        .offset = offsetof(struct packet, len),
    };
    insns[1] = (struct bpf_insn) {
        .opcode = BPF_ALU64 | BPF_ADD | BPF_K,
        .regs = 1,
        .imm = offsetof(struct packet, data),
    };
    memcpy(&insns[N_PROLOGUE], image->insns,
           image->n_insns * sizeof *insns);
    make_functions(functions, get_sizes(image));
    if (translate(&insns[N_PROLOGUE], image->n_insns, maps, functions,
                  refusal, size)) {
        peer = peer_load_insns(insns, image->n_insns + N_PROLOGUE, functions,
                               N_HELPERS, refusal, size);
    }
    free(insns);
    return peer;
}
