/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* A BPF runtime for packet filter programs.
 *
 * The library takes an ELF object that clang compiled for the BPF target,
 * checks that the program in it can do no harm, creates the maps it declares
 * and runs it on packets.  It knows nothing of its host: time, packets,
 * deferred reclamation and log lines come from the host through 'struct
 * okobpf_host' and 'struct okobpf_env'.
 *
 * Thread safety
 * =============
 *
 * What a 'struct okobpf_prog' does doesn't change after okobpf_load(): any
 * number of threads may run it, each with its own 'struct okobpf_env'.  All
 * map functions may be called from any thread at any time.  A value pointer
 * that a map lookup hands to a program stays valid, whatever becomes of the
 * entry, until the program's run ends.  To this end, deleted entries go
 * through the host's 'defer' (see 'struct okobpf_host'), except for those of
 * LRU hash tables, which are too many for that: the library waits itself for
 * the runs that could have looked them up. */

#ifndef OKOBPF_H
#define OKOBPF_H 1

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "numbers.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Context.
 *
 * What a program of the second ABI ("SEC("filter") uint64_t f(const struct
 * oko_ctx *)") sees.  Read-only to programs.  It grows only at the end. */
struct oko_ctx {
    uint64_t data;              /* Address of the first byte of the packet. */
    uint64_t data_end;          /* Address just past the last byte. */
    uint32_t in_port;           /* OpenFlow port: 65534 is the local port,
                                 * 65533 the controller, 65535 none. */
    uint32_t pkt_len;           /* data_end - data, in bytes. */
    uint32_t packet_type;       /* OpenFlow packet type (namespace, type), 0
                                 * for Ethernet, host byte order. */
    uint16_t l3_ofs;            /* Offset of L3 header, UINT16_MAX if none. */
    uint16_t l4_ofs;            /* Offset of L4 header, UINT16_MAX if none. */
    uint64_t now_ns;            /* Monotonic time of the batch, in ns. */
    uint32_t hash;              /* Packet hash, 0 if not known. */
    uint32_t slot;              /* Index of the running core's slot. */
};

/* Result of a load. */
enum okobpf_status {
    OKOBPF_OK,                  /* Loaded. */
    OKOBPF_BAD_OBJECT,          /* Not a usable BPF object file. */
    OKOBPF_REJECTED,            /* The verifier refused the program. */
    OKOBPF_LIMIT,               /* Over one of 'struct okobpf_limits'. */
    OKOBPF_NO_MEMORY,           /* Memory allocation failed. */
    OKOBPF_LOSES_MAPS,          /* What is in maps would be lost: see 'enum
                                 * okobpf_keep'. */
};

const char *okobpf_status_to_string(enum okobpf_status);

/* What becomes of a map when a program takes the place of another. */
enum okobpf_map_fate {
    OKOBPF_MAP_KEPT,            /* The new program has the old one's map. */
    OKOBPF_MAP_GROWN,           /* Likewise in effect: a larger map, with
                                 * copies of the entries. */
    OKOBPF_MAP_EMPTIED,         /* The new program has another map of this
                                 * name, without the entries. */
    OKOBPF_MAP_NEW,             /* The old program has none of this name. */
    OKOBPF_MAP_DROPPED,         /* The new program has none of this name. */
};

/* Returns "kept", "grown", "emptied", "new" or "dropped". */
const char *okobpf_map_fate_to_string(enum okobpf_map_fate);

struct okobpf_map_change {
    char *name;                 /* Printable. */
    enum okobpf_map_fate fate;
    uint64_t n_entries;         /* In the old map: kept, copied or lost.  0 if
                                 * it is an array or sketch of zeros. */
    char *why;                  /* "value's member 'dropped' is at offset 8,
                                 * was at 12", or NULL where there is nothing
                                 * to explain. */
};

/* What happened in a load, for people.  'reason' is always set on failure;
 * the other parts are NULL where they do not apply.  All strings are owned by
 * the report; free them with okobpf_report_uninit(). */
struct okobpf_report {
    enum okobpf_status status;
    char *reason;               /* What is wrong, one line. */
    int insn;                   /* Index of the instruction, or -1. */
    char *where;                /* "insn 12: r0 = *(u8 *)(r1 + 14)", with the
                                 * section and, where the object has line
                                 * information, "file.c:34: source text". */
    char *state;                /* Register state and path that led there. */
    char *advice;               /* What to do about it. */
    char *notes;                /* What the load made of parts of the object
                                 * that mean nothing here, one to a line,
                                 * whether it succeeded or not. */
    char *log;                  /* Whole verifier log, if it was asked for. */
    bool log_truncated;         /* 'log' reached its limit. */

    /* If the program was to take the place of another and the verifier
     * accepted it: each map of either program that can be written, those of
     * the new one first. */
    struct okobpf_map_change *map_changes;
    size_t n_map_changes;

    uint64_t work;              /* Units of work that a run takes at most, if
                                 * the verifier accepted the program: see
                                 * 'max_work' of struct okobpf_limits. */

    /* Cost of verification. */
    uint32_t insns_visited;
    uint32_t peak_states;
    uint64_t verify_ns;         /* CPU time. */
    uint64_t verify_wall_ns;    /* Time that passed. */
    uint64_t peak_memory;       /* Bytes. */
};

void okobpf_report_uninit(struct okobpf_report *);

/* Returns the four parts of a refusal as text of several lines, without the
 * log, terminated by a new-line.  The caller frees it with free(). */
char *okobpf_report_format(const struct okobpf_report *);

/* Returns what becomes of the maps as text, with a line like "sources: grown,
 * 12 entries: max_entries is 200, was 100" for each of 'map_changes'.  Without
 * any, it is empty.  The caller frees it with free(). */
char *okobpf_report_format_maps(const struct okobpf_report *);

/* Limits.  All are checked before anything is allocated for them. */
struct okobpf_limits {
    size_t max_object_size;     /* ELF file, bytes. */
    uint32_t max_insns;         /* Instructions in a program. */
    uint32_t max_maps;          /* Maps in a program (at most 64). */
    uint64_t max_map_memory;    /* All maps of a program, bytes. */
    uint64_t map_memory_left;   /* For its maps, of what all programs of the
                                 * host may have together, bytes. */
    uint32_t max_entry_size;    /* Key + value of one map entry, bytes. */

    /* Work of one run, on any packet and with any content of the maps, in
     * units of about 1 ns of the interpreter (machine code takes less).  Each
     * instruction and helper has a charge for the worst it may meet with: see
     * work.h.  The verifier refuses a program of which a run may take more. */
    uint64_t max_work;

    uint32_t max_visits;        /* Instructions that the verifier visits. */
    uint64_t max_verify_memory; /* Bytes. */
    uint64_t max_verify_ns;     /* Nanoseconds of CPU time. */
    uint64_t max_verify_wall_ns; /* Nanoseconds that pass, whatever else the
                                  * machine does. */
    size_t max_log_size;        /* Verifier log, bytes. */
};

/* Defaults: 1 MiB, 65,536 instructions, 64 maps, 64 MiB, no limit of all
 * programs together, 32 KiB, 1,000,000 units (1 ms), 400,000 visits, 64 MiB,
 * 100 ms, 500 ms, 1 MiB. */
extern const struct okobpf_limits okobpf_default_limits;

/* What the library needs of its host.  Must outlive the programs. */
struct okobpf_host {
    /* Number of slots for per-core maps: 'slot' in a 'struct oko_ctx' is less
     * than this, or per-core lookups fail. */
    uint32_t n_slots;

    /* Calls 'function(aux)' once no thread can still hold a pointer to memory
     * that was reachable when defer() was called.  If NULL, the library frees
     * at the end of a run: right only for a single thread. */
    void (*defer)(void (*function)(void *aux), void *aux);

    /* Takes a line that a program printed, without new-line, of printable
     * ASCII characters.  May be NULL.  Called in the thread that runs the
     * program, or destroys it; must not block. */
    void (*print)(const char *prog_name, const char *line);

    /* Lines that each program may print: a minute in the long run, and at
     * once after a time without.  More are counted, and how many they were is
     * told before the next line and when the program is destroyed.  A rate of
     * 0 means no limit.  Time is that of 'now_ns' in the context. */
    uint32_t print_rate;
    uint32_t print_burst;
};

/* Loading. */

enum okobpf_engine {
    OKOBPF_ENGINE_AUTO,         /* The JIT where there is one. */
    OKOBPF_ENGINE_INTERPRETER,
    OKOBPF_ENGINE_JIT,          /* Fails where there is none. */
};

enum okobpf_abi {
    OKOBPF_ABI_PACKET = 1,      /* uint64_t entry(void *pkt, uint64_t len) */
    OKOBPF_ABI_CONTEXT = 2,     /* uint64_t prog(const struct oko_ctx *) */
};

/* What becomes of the maps of a program that is replaced.
 *
 * A map is kept, that is, taken over by reference, if the new program declares
 * one of the same name and kind, with the same sizes and limits, and the types
 * of keys and values mean the same: all their members have the same names,
 * offsets, sizes and kinds, as far as both objects have type information.
 * Names of types don't matter.  Where only 'max_entries' is larger, the map is
 * grown: the entries are copied to a new one, at the end of the load.  (What
 * the old program writes to it after that is lost.  In an LRU hash, how long
 * ago entries were used is lost.)  Sketches and rings cannot grow.
 *
 * Otherwise entries are lost, if there are any.  Arrays and sketches that hold
 * zeros only have none.
 *
 * Global variables start afresh with each program, whatever this says, and a
 * map that programs share (see 'struct okobpf_map_scope') is kept if it is
 * defined alike. */
enum okobpf_keep {
    OKOBPF_KEEP_OR_REFUSE,      /* Refuse the program if entries get lost. */
    OKOBPF_KEEP_OR_EMPTY,       /* Keep what can be kept. */
    OKOBPF_KEEP_NONE,           /* Keep nothing. */
};

/* Maps that programs share.
 *
 * A map that is defined by types, with 'pinning' by name (in the manner of
 * libbpf's users: LIBBPF_PIN_BY_NAME, 1), is one for all programs that were
 * loaded with the same scope.  They must define it alike, but for a program
 * that takes the place of the only one that has it.  It comes with the first
 * of them and goes with the last.  Each is charged for all of it.
 *
 * Without a scope, a program has such a map for itself.
 *
 * Functions may be called from any thread at any time. */
struct okobpf_map_scope;

/* Returns a new scope, or NULL if memory is short. */
struct okobpf_map_scope *okobpf_map_scope_create(void);

/* Gives 'scope', which may be NULL, back.  Programs that were loaded with it
 * go on to share maps. */
void okobpf_map_scope_unref(struct okobpf_map_scope *scope);

struct okobpf_options {
    const struct okobpf_limits *limits; /* NULL for the defaults. */
    const struct okobpf_host *host;     /* NULL for one slot, no host. */
    enum okobpf_engine engine;
    bool want_log;                      /* Fill in 'log' of the report. */
    const char *section;                /* Section or function to load, NULL
                                         * for the first. */
    const char *print_name;             /* What 'print' of the host gets for a
                                         * name, NULL for the function's. */

    /* The program whose place this one takes, or NULL, and what to do with its
     * maps.  It may be running meanwhile. */
    const struct okobpf_prog *keep_maps;
    enum okobpf_keep keep;

    /* Where the program finds maps that it shares with others, or NULL. */
    struct okobpf_map_scope *scope;
};

struct okobpf_prog;

/* Loads the ELF object in the 'size' bytes at 'elf', which may be hostile and
 * need not be aligned.  'options' may be NULL.
 *
 * On success, returns the new program, with 'report->status' OKOBPF_OK.  On
 * failure, returns NULL and describes the failure in '*report'.  In both
 * cases the caller must call okobpf_report_uninit(report) afterward. */
struct okobpf_prog *okobpf_load(const void *elf, size_t size,
                                const struct okobpf_options *options,
                                struct okobpf_report *report);

/* Frees 'prog' at once and drops its references to its maps.  The caller must
 * make sure that no thread still runs it. */
void okobpf_prog_destroy(struct okobpf_prog *);

struct okobpf_prog_info {
    const char *name;           /* Function name, "entry" if unknown. */
    const char *section;        /* Section it came from. */
    enum okobpf_abi abi;
    uint32_t n_insns;           /* 8-byte slots, all functions together. */
    uint32_t jited_len;         /* Bytes of machine code, 0 if interpreted. */
    const char *jit_error;      /* Why there is no machine code, for people,
                                 * or NULL if there is, or if none was asked
                                 * for. */
    uint8_t tag[8];             /* First 8 bytes of SHA-1 of the instructions,
                                 * with map references cleared, as in
                                 * bpftool(8). */
    uint64_t map_memory;        /* Bytes. */
    uint64_t work;              /* Units of work that a run takes at most: see
                                 * 'max_work' of struct okobpf_limits. */
};

const struct okobpf_prog_info *okobpf_prog_info(const struct okobpf_prog *);

/* Running. */

/* Length in bytes of the longest packet that programs are run on. */
#define OKOBPF_MAX_PKT_LEN (128 * 1024)

/* State of one running thread.  The host sets 'ctx' before each run, but for
 * 'data_end'. */
struct okobpf_env {
    struct oko_ctx ctx;
    const struct okobpf_prog *prog; /* Set by okobpf_run(). */
};

/* Runs 'prog' on the packet in 'env->ctx' and returns its result: nonzero if
 * the packet matches.  Programs of the first ABI get 'ctx.data' and
 * 'ctx.pkt_len'.  Sets 'ctx.data_end' to 'ctx.data + ctx.pkt_len': there is
 * one length.  A packet longer than OKOBPF_MAX_PKT_LEN matches nothing. */
uint64_t okobpf_run(const struct okobpf_prog *prog, struct okobpf_env *env);

/* What the packets of a batch differ in.  Programs of the first ABI see 'data'
 * and 'len' only: the rest need not be set for them. */
struct okobpf_packet {
    uint64_t data;              /* As the members of 'struct oko_ctx'. */
    uint32_t len;
    uint32_t in_port;
    uint32_t packet_type;
    uint16_t l3_ofs;
    uint16_t l4_ofs;
    uint32_t hash;
};

#define OKOBPF_MAX_BATCH 64

/* As okobpf_run() for each of the 'n' packets, OKOBPF_MAX_BATCH at most, in
 * order, for less time.  The host sets 'now_ns' and 'slot' in 'env->ctx', all
 * packets' time and slot.  Returns a bit mask: bit i is set if the result for
 * 'packets[i]' is nonzero.  Stores the results themselves in 'results', unless
 * that is NULL.
 *
 * What deleted entries of maps take is given back after the batch. */
uint64_t okobpf_run_batch(const struct okobpf_prog *prog,
                          struct okobpf_env *env,
                          const struct okobpf_packet packets[], uint32_t n,
                          uint64_t results[]);

/* Time that runs take.
 *
 * It is taken, from the monotonic clock, only while a host asks for that:
 * then it costs two readings of the clock a run or batch, some tens of ns,
 * which are part of the time that is told. */
struct okobpf_prog_time {
    uint64_t n_runs;            /* Packets. */
    uint64_t ns;
};

/* Begins or ends to count runs of 'prog' and their time, which may be running
 * meanwhile.  Counters go on from where they were.  Returns false if memory is
 * exhausted. */
bool okobpf_prog_set_timing(struct okobpf_prog *prog, bool on);

/* Stores the sums over all threads in '*time'.  The two members may be of
 * different moments. */
void okobpf_prog_get_time(const struct okobpf_prog *prog,
                          struct okobpf_prog_time *time);

/* Maps. */

enum okobpf_map_type {
#define OKOBPF_KIND(ID, NUMBER, NAME) OKOBPF_MAP_##ID = NUMBER,
    OKOBPF_MAP_KINDS(OKOBPF_KIND)
#undef OKOBPF_KIND
};

/* Returns "array", "hash", ..., or NULL if 'type' is not known. */
const char *okobpf_map_type_to_string(uint32_t type);

struct okobpf_map;

struct okobpf_map_info {
    const char *name;
    uint32_t type;              /* enum okobpf_map_type. */
    uint32_t key_size;          /* Bytes. */
    uint32_t value_size;        /* Bytes. */
    uint32_t max_entries;
    uint32_t n_hash_functions;  /* Bloom filter and count-min sketch only. */
    uint64_t memory;            /* Bytes that it takes at most, as charged
                                 * against the limit: entries, what holds them
                                 * together, and for hash tables deleted ones
                                 * that wait.  Not the table that a clear
                                 * replaced, until that is freed. */
    bool read_only;             /* Not even the user may write (.rodata). */
    bool shared;                /* Pinned by name: see 'struct
                                 * okobpf_map_scope'. */
};

/* Values as in Linux's bpf(2). */
enum okobpf_map_flags {
    OKOBPF_ANY = 0,             /* Create or update. */
    OKOBPF_NOEXIST = 1,         /* Create only. */
    OKOBPF_EXIST = 2,           /* Update only. */
};

enum okobpf_map_result {
    OKOBPF_MAP_OK,
    OKOBPF_MAP_NO_ENTRY,        /* No such key. */
    OKOBPF_MAP_EXISTS,          /* OKOBPF_NOEXIST and the key is there. */
    OKOBPF_MAP_FULL,            /* No room for another entry. */
    OKOBPF_MAP_BAD_KEY_SIZE,
    OKOBPF_MAP_BAD_VALUE_SIZE,
    OKOBPF_MAP_BAD_KEY,         /* Array index or prefix length too large. */
    OKOBPF_MAP_BAD_FLAGS,
    OKOBPF_MAP_READ_ONLY,
    OKOBPF_MAP_UNSUPPORTED,     /* Map type lacks this operation. */
    OKOBPF_MAP_NO_MEMORY,
};

const char *okobpf_map_result_to_string(enum okobpf_map_result);

size_t okobpf_prog_n_maps(const struct okobpf_prog *);
struct okobpf_map *okobpf_prog_map(const struct okobpf_prog *, size_t index);

/* A map lives as long as a program has it.  okobpf_map_ref() lets a host keep
 * it for longer, and returns it; okobpf_map_unref() gives it up again. */
struct okobpf_map *okobpf_map_ref(struct okobpf_map *);
void okobpf_map_unref(struct okobpf_map *);

const struct okobpf_map_info *okobpf_map_info(const struct okobpf_map *);
uint64_t okobpf_map_n_entries(const struct okobpf_map *);

/* For the user outside of the switch, who sees copies.  Sizes are those of
 * the buffers and must be exactly the map's.  For a per-core map a lookup sums
 * the value's 64-bit (or, if its size is not a multiple of 8, 32-bit) words
 * over all slots, and an update writes slot 0 and clears the others. */
enum okobpf_map_result okobpf_map_lookup(struct okobpf_map *,
                                         const void *key, size_t key_size,
                                         void *value, size_t value_size);
enum okobpf_map_result okobpf_map_update(struct okobpf_map *,
                                         const void *key, size_t key_size,
                                         const void *value, size_t value_size,
                                         uint64_t flags);
enum okobpf_map_result okobpf_map_delete(struct okobpf_map *,
                                         const void *key, size_t key_size);

/* Many entries at once.  Each looks at all 'n', whatever becomes of them,
 * stores what did in 'results', unless that is NULL, and returns how many
 * were done.  In okobpf_map_update_many(), each key at 'entries' is followed
 * by its value, without padding; in okobpf_map_delete_many(), the keys follow
 * each other. */
size_t okobpf_map_update_many(struct okobpf_map *, const void *entries,
                              size_t key_size, size_t value_size, size_t n,
                              uint64_t flags,
                              enum okobpf_map_result results[]);
size_t okobpf_map_delete_many(struct okobpf_map *, const void *keys,
                              size_t key_size, size_t n,
                              enum okobpf_map_result results[]);

void okobpf_map_clear(struct okobpf_map *);

/* Clears a part of a map, which takes a millisecond or so, and advances
 * '*cursor', which must be 0 at first.  Returns true if there is more to do.
 * What was in the map before the first call is not after the last; what
 * programs add meanwhile may go, or stay. */
bool okobpf_map_clear_some(struct okobpf_map *, uint64_t *cursor);

/* Replacing the whole content of a map at once.
 *
 * The host makes an empty map like the one that it wants to replace, fills it
 * and makes a copy of the program that has it instead.  Then it runs this copy
 * in place of the program, as if it had loaded another: a run sees the old
 * content or the new, never both.  Nothing is verified again, and machine code
 * costs nothing more.  The copy shares all other maps, global variables, the
 * limit on printing and the counters of time.
 *
 * Together, the two maps take twice the memory, until the program of the old
 * one is destroyed. */

/* Creates an empty map of the same kind, sizes and limits as 'map', which the
 * caller must give up with okobpf_map_unref().  Returns NULL if memory is
 * exhausted. */
struct okobpf_map *okobpf_map_create_like(const struct okobpf_map *map);

/* Returns a copy of 'prog' that has 'map' in place of its map number 'index',
 * or NULL if memory is exhausted, or if the map holds global variables, is
 * shared with other programs (see 'struct okobpf_map_scope') or is not like
 * 'map'.  The copy takes a reference to 'map'; either program may be
 * destroyed first. */
struct okobpf_prog *okobpf_prog_with_map(const struct okobpf_prog *prog,
                                         size_t index, struct okobpf_map *map);

/* Rings of events, which programs put in and the host takes out.  Entries are
 * the events that wait; okobpf_map_next() shows them, numbered, and leaves
 * them where they are; okobpf_map_clear() takes all out.
 *
 * okobpf_ring_take() takes the oldest event out and copies it to 'event',
 * which has room for 'max_size' bytes, the map's value size, with zeros after
 * the event.  Stores its size in '*size', unless that is NULL.  Returns
 * OKOBPF_MAP_OK, or OKOBPF_MAP_NO_ENTRY if there is none.  Any thread may call
 * it, but threads that do get different events. */
enum okobpf_map_result okobpf_ring_take(struct okobpf_map *, void *event,
                                        size_t max_size, uint32_t *size);

/* Returns how many events were lost, ever, for want of room. */
uint64_t okobpf_ring_n_lost(const struct okobpf_map *);

/* Iteration that can be resumed while writers go on.  Start with '*cursor' 0.
 * Copies the next entry to 'key' and 'value', which must have room for the
 * map's sizes, advances '*cursor' and returns true; returns false at the end.
 * An entry that stays in the map throughout is returned at least once.  A
 * sketch yields its cells (Bloom filter: its 64-bit words), with the key a
 * 32-bit index: see okobpf_map_dump_sizes(). */
bool okobpf_map_next(struct okobpf_map *, uint64_t *cursor,
                     void *key, void *value);

/* Stores the sizes in bytes of the keys and values that okobpf_map_next()
 * yields: the map's own, except for sketches. */
void okobpf_map_dump_sizes(const struct okobpf_map *,
                           uint32_t *key_size, uint32_t *value_size);

/* Saving and restoring.
 *
 * What okobpf_map_next() yields is for people: it sums the values of per-core
 * maps, and tells nothing of where a sketch has its items.  These functions
 * yield, and put back, the content as it is, into a map that is declared alike
 * and that was cleared before.  Two things are not restored: which entries of
 * an LRU hash table were looked up last, and on which core the thread that
 * has a slot runs.
 *
 * The keys of a sketch are indexes of its cells and, from UINT32_MAX downward,
 * of the words of its hash functions' secret; its values have 64 bits. */
struct okobpf_map_state_sizes {
    uint32_t key_size;          /* Bytes. */
    uint32_t value_size;        /* Bytes. */
    uint32_t n_values;          /* Values of each key: one for each slot in
                                 * per-core maps, otherwise 1. */
};
void okobpf_map_state_sizes(const struct okobpf_map *,
                            struct okobpf_map_state_sizes *);

/* As okobpf_map_next().  'values' must have room for the 'n_values' values. */
bool okobpf_map_next_state(struct okobpf_map *, uint64_t *cursor,
                           void *key, void *values);

/* Puts back value number 'index' of 'key'. */
enum okobpf_map_result okobpf_map_restore(struct okobpf_map *,
                                          const void *key, size_t key_size,
                                          uint32_t index, const void *value,
                                          size_t value_size);

/* Runs without effect.
 *
 * okobpf_run_scratch() answers what a program would do with a packet, and
 * why.  Maps and global variables are as they were afterward, to the last
 * bit: what the program writes, adds and deletes goes to private memory, where
 * it sees it itself, and what it looks up doesn't count as used. */

enum okobpf_trace_op {
    OKOBPF_TRACE_LOOKUP,
    OKOBPF_TRACE_UPDATE,
    OKOBPF_TRACE_DELETE,
    OKOBPF_TRACE_ADD,           /* To a sketch. */
    OKOBPF_TRACE_OUTPUT,        /* To a ring: an event, without a key. */
};

/* Returns "lookup", "update", "delete", "add" or "output". */
const char *okobpf_trace_op_to_string(enum okobpf_trace_op);

/* What a program asked of a map. */
struct okobpf_trace_call {
    enum okobpf_trace_op op;
    uint32_t map;               /* For okobpf_prog_map(). */
    enum okobpf_map_result result; /* Of a lookup: OKOBPF_MAP_OK if it hit,
                                    * otherwise OKOBPF_MAP_NO_ENTRY. */
    uint32_t key_size;          /* Bytes. */
    uint32_t value_size;        /* Bytes, 0 if there is no value. */
    const uint8_t *key;
    const uint8_t *value;       /* Found, at that time, or given. */
};

struct okobpf_trace {
    uint64_t result;            /* What okobpf_run() would return. */
    struct okobpf_trace_call *calls; /* In order. */
    size_t n_calls;
    uint64_t n_left_out;        /* Calls and lines for which there was no
                                 * room. */
    char *printed;              /* Lines that the program printed, each with a
                                 * new-line, or NULL. */
    size_t printed_len;

    /* For the library. */
    size_t max_calls;
    void *memory;
};

struct okobpf_trace_limits {
    uint32_t max_calls;         /* Recorded. */
    uint64_t max_memory;        /* Bytes, for what is recorded and again for
                                 * what the program sees in private. */
};

/* Runs 'prog' on the packet in 'env->ctx', in the interpreter, and describes
 * the run in '*trace', which the caller must pass to okobpf_trace_uninit() in
 * each case.  'limits' may be NULL for 256 calls and 1 MiB.  As to what the
 * calling thread must do, this is like okobpf_run().
 *
 * Returns OKOBPF_OK if the result is what okobpf_run() would return now;
 * OKOBPF_LIMIT or OKOBPF_NO_MEMORY if it may differ, since the program wanted
 * more than the limits or memory allow.  One thing is not foreseen: an LRU
 * hash that is full would have to give up an entry for one that is added. */
enum okobpf_status okobpf_run_scratch(const struct okobpf_prog *prog,
                                      struct okobpf_env *env,
                                      const struct okobpf_trace_limits *limits,
                                      struct okobpf_trace *trace);
void okobpf_trace_uninit(struct okobpf_trace *);

#ifdef __cplusplus
}
#endif

#endif /* okobpf.h */
