/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* What passes between the stages of a load.
 *
 *    ELF bytes --(object/)--> struct image --(verifier/)--> accepted image
 *        --(prog.c: creates the maps)--> struct okobpf_prog
 *        --(interp/ or jit-x86-64/)--> runs
 *
 * An image is relocated but not yet trusted: the verifier must check every
 * field of every instruction. */

#ifndef OKOBPF_IMAGE_H
#define OKOBPF_IMAGE_H 1

#include <stdatomic.h>
#include "insn.h"
#include "okobpf.h"

#define OKOBPF_MAX_MAPS 64

struct layout;

/* A map as the object declares it.  Not checked: see
 * okobpf_map_spec_check(). */
struct map_spec {
    char *name;
    uint32_t type;              /* enum okobpf_map_type. */
    uint32_t key_size;
    uint32_t value_size;
    uint32_t max_entries;
    uint32_t n_hash_functions;
    bool shared;                /* By its name, with other programs. */

    /* For maps that hold the program's globals: their initial content,
     * 'value_size' bytes, or NULL. */
    const uint8_t *init;

    /* What the bytes of keys and values mean: see layout.h.  NULL if that is
     * not known. */
    const struct layout *key_layout;
    const struct layout *value_layout;
    bool globals;               /* Holds the globals of a data section. */
    bool read_only;             /* .rodata: programs may only read. */
};

/* Source line of the instructions from 'insn' to the next entry. */
struct insn_line {
    uint32_t insn;
    uint32_t line;              /* 1-based. */
    const char *file;           /* Owned by the image. */
    const char *text;           /* Source text, "" if not in the object. */
};

/* A program of the object, by its function's name. */
struct program_name {
    char *section;
    char *name;
};

struct image {
    char *name;                 /* Function name. */
    char *section;
    enum okobpf_abi abi;
    bool made_here;             /* Its makers certainly had this runtime in
                                 * mind, not Linux. */

    struct bpf_insn *insns;     /* Main function first, at index 0. */
    uint32_t n_insns;

    struct program_name *programs; /* Of the object, chosen or not, up to a
                                    * number that people read. */
    uint32_t n_programs;

    struct map_spec *maps;
    uint32_t n_maps;

    struct insn_line *lines;    /* By increasing 'insn'. */
    uint32_t n_lines;

    void *arena;                /* Backs strings and "init" bytes. */
};

void okobpf_image_uninit(struct image *);

/* report.c.  Makes '*report' a failure with 'status', a reason in the manner
 * of printf() and 'advice' (NULL for none), in place of what it said before,
 * and returns 'status'.  Leaves log and statistics alone. */
enum okobpf_status okobpf_report_fail(struct okobpf_report *,
                                      enum okobpf_status, const char *advice,
                                      const char *reason, ...)
    __attribute__((__format__(__printf__, 4, 5)));

/* Adds a line to the notes of '*report', in the manner of printf(). */
void okobpf_report_note(struct okobpf_report *, const char *note, ...)
    __attribute__((__format__(__printf__, 2, 3)));

/* Returns a string in the manner of sprintf() that the caller must free(), or
 * NULL if memory is exhausted. */
char *okobpf_report_asprintf(const char *format, ...)
    __attribute__((__format__(__printf__, 1, 2)));

/* object/load.c.  Returns OKOBPF_OK and fills in '*image', or fills in
 * '*report'. */
enum okobpf_status okobpf_elf_load(const void *elf, size_t size,
                                   const char *section,
                                   const struct okobpf_limits *,
                                   struct image *, struct okobpf_report *);

enum verify_flags {
    VERIFY_LOG = 1 << 0,        /* Fill in 'log' of the report. */

    /* Follow each path to its end, whatever other paths have shown.  Takes
     * exponential time.  For tests: the answer must be the same. */
    VERIFY_EVERY_PATH = 1 << 1,
};

/* verifier/verifier.c.  Returns OKOBPF_OK if the program in '*image' can do no
 * harm, else OKOBPF_REJECTED, OKOBPF_LIMIT or OKOBPF_NO_MEMORY and fills in
 * '*report'.  Fills in the statistics of '*report' in every case.  'flags' are
 * those of enum verify_flags. */
enum okobpf_status okobpf_verify(const struct image *,
                                 const struct okobpf_limits *, uint32_t flags,
                                 struct okobpf_report *);

/* disasm.c.  Writes the instruction at 'insns[index]' as text, such as
 * "r0 = *(u8 *)(r1 + 14)", to the 'size' bytes at 'buf' (snprintf() rules). */
void okobpf_disasm(const struct bpf_insn *insns, uint32_t n_insns,
                   uint32_t index, char *buf, size_t size);

/* Helper functions. */

enum helper_id {
#define HELPER(ID, NUMBER, NAME) HELPER_##ID = NUMBER,
    OKOBPF_HELPERS(HELPER)
#undef HELPER
    N_HELPERS
};

/* What the verifier has to know of an argument. */
enum arg_type {
    ARG_NONE,                   /* Unused: may be anything, is not read. */
    ARG_ANY,                    /* Initialized scalar. */
    ARG_MAP,                    /* A map. */
    ARG_MAP_KEY,                /* Readable memory, the map's key size. */
    ARG_MAP_VALUE,              /* Readable memory, the map's value size. */
    ARG_MAP_ITEM,               /* Readable memory, the map's key size
                                 * (Bloom filter, count-min sketch). */
    ARG_MEM,                    /* Readable memory, size in next argument. */
    ARG_MAP_EVENT,              /* Likewise, from 0 to the map's value
                                 * size. */
    ARG_MEM_OR_NULL,            /* Likewise, or anything if the size is always
                                 * 0. */
    ARG_MEM_WRITE,              /* Writable memory (stack, map value), size in
                                 * next argument, becomes initialized. */
    ARG_SIZE,                   /* Size, nonzero, of the previous argument. */
    ARG_FMT,                    /* Constant address within a read-only map
                                 * value from which on
                                 * okobpf_printf_format_check() accepts the
                                 * bytes of 'init'.  As many scalars follow in
                                 * the next registers as it says in
                                 * '*n_args'. */
};

enum ret_type {
    RET_SCALAR,
    RET_U32,                    /* A number of 32 bits. */
    RET_MAP_VALUE_OR_NULL,
};

#define MAX_HELPER_ARGS 5

struct helper {
    const char *name;
    /* Arguments are 64-bit registers; unused ones hold garbage. */
    uint64_t (*function)(uint64_t, uint64_t, uint64_t, uint64_t, uint64_t,
                         struct okobpf_env *);
    enum ret_type ret;
    enum arg_type args[MAX_HELPER_ARGS];
    uint32_t map_types;         /* Bit N set: map type N is allowed. */
    uint32_t work;              /* Charge for a call, without that for a map
                                 * and for sized memory: see work.h. */
};

/* Indexed by enum helper_id; 'function' NULL where there is none. */
extern const struct helper okobpf_helpers[N_HELPERS];

/* Checks that the 'size' bytes at 'fmt' begin with a null-terminated format
 * string that the printf helper can print: of conversions only %%, %c and
 * integers (d, i, u, x, X; flags, width, l and ll are fine), at most 4.  On
 * success, returns NULL and stores the number of arguments that it takes in
 * '*n_args'.  Otherwise, returns what is wrong with it. */
const char *okobpf_printf_format_check(const char *fmt, size_t size,
                                       int *n_args);

/* Returns the helper with 'name', with or without a "bpf_", "ubpf_" or "oko_"
 * in front, or 0 if there is none. */
enum helper_id okobpf_helper_from_name(const char *name);

/* Programs. */

struct interp_step;

#define RUN_GUARDED 1u          /* Maps wait for the end of runs. */
#define RUN_TIMED 2u            /* Runs are counted and their time taken. */

/* Of the runs in a slot. */
struct run_time {
    _Atomic uint64_t n_runs;
    _Atomic uint64_t ns;
    uint64_t pad[6];            /* A cache line each. */
};

struct okobpf_prog {
    struct okobpf_prog_info info;

    /* The program that this one is a copy of, with other maps, or NULL: it
     * owns the memory of 'image', 'printer' and 'times'.  How many use these,
     * the owner included, is its 'n_users'. */
    struct okobpf_prog *owner;
    atomic_uint n_users;
    struct image image;         /* With 'insns' as the verifier saw them. */
    struct okobpf_map *maps[OKOBPF_MAX_MAPS];
    size_t n_maps;
    const struct okobpf_host *host;
    struct okobpf_map_scope *scope; /* Of its shared maps, or NULL. */
    struct printer *printer;    /* NULL if it does not print. */

    /* What is to be done at the beginning and end of runs: RUN_*. */
    atomic_uint run_flags;
    _Atomic(struct run_time *) times; /* One for each slot and another for
                                       * threads without; NULL until time is
                                       * taken.  Only the owner's counts. */

    struct bpf_insn *code;      /* As 'image.insns', with map references
                                 * resolved to 64-bit addresses, for the
                                 * engines. */
    struct interp_step *steps;  /* For the interpreter: see interp/interp.h. */
    uint64_t (*jited)(uint64_t r1, uint64_t r2, struct okobpf_env *);
    void *jit_mem;
    size_t jit_mem_len;
};

/* prog.c.  Replaces each reference to a map among the 'n' instructions at
 * 'code' by the address that 'resolve' returns for it. */
void okobpf_prog_resolve_maps(struct bpf_insn *code, uint32_t n,
                              uint64_t (*resolve)(const struct bpf_insn *,
                                                  const void *aux),
                              const void *aux);

/* Completes 'env->ctx' for a run.  Returns false if its packet is longer than
 * programs may see. */
static inline bool
env_set_packet(struct okobpf_env *env)
{
    env->ctx.data_end = env->ctx.data + env->ctx.pkt_len;

    /* The verifier reckons with packets up to this length. */
    return env->ctx.pkt_len <= OKOBPF_MAX_PKT_LEN;
}

/* interp/interp.c.  Makes of 'prog->code' what okobpf_interpret() runs.
 * Returns false if memory is exhausted. */
bool okobpf_interpret_prepare(struct okobpf_prog *);
void okobpf_interpret_free(struct okobpf_prog *);

/* Runs 'prog' with registers r1 and r2.  It need not be prepared, but then
 * takes a lot longer, and returns 0 if memory is exhausted. */
uint64_t okobpf_interpret(const struct okobpf_prog *, uint64_t r1, uint64_t r2,
                          struct okobpf_env *);

/* jit-x86-64/jit.c, which does nothing unless OKOBPF_HAVE_JIT is defined.
 * Compiles 'prog->code' and sets the 'jit' members.  Returns false, leaving
 * them alone but for 'info.jit_error', if this machine has no JIT or memory.
 * Lookups in arrays may be inlined: see 'struct map_array' in maps/map.h. */
#if defined __x86_64__ && !defined OKOBPF_NO_JIT
#define OKOBPF_HAVE_JIT 1
#endif
bool okobpf_jit_compile(struct okobpf_prog *);
void okobpf_jit_free(struct okobpf_prog *);

#endif /* image.h */
