/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* Inside of the verifier.
 *
 * The verifier follows every path through the program, with an abstract value
 * for each register and stack slot (a "state"), and refuses the program as
 * soon as one state lets an instruction do harm.
 *
 * So that the number of paths does not matter, it keeps a copy of the state
 * ("checkpoint") at instructions that several paths reach.  A path that gets
 * there with a state that a checkpoint includes can do nothing that was not
 * seen from there: it ends ("is pruned").  Two things make this frequent:
 *
 *   - Liveness.  Registers that are not read any more (liveness.c) and stack
 *     slots that were not read later from a checkpoint on do not count.
 *
 *   - Precision.  The value of a number counts only if what followed from the
 *     checkpoint depended on it: an address, a size, a branch that could only
 *     go one way.  Each number carries the set of registers and slots of the
 *     last checkpoint that it was computed from ('deps'); when it matters,
 *     these become 'precise' there and, by their own 'deps', in the
 *     checkpoints before.
 *
 * Both are known only when all paths from a checkpoint have been followed to
 * their ends ('n_open' is 0), so only such checkpoints prune.
 *
 * The work of a run is bounded on the way: a path carries what its
 * instructions cost, and a checkpoint what paths cost at most from there on:
 * see work.c.
 *
 * Files: verifier.c drives; encoding.c, cfg.c and liveness.c look at the
 * program before; alu.c, branch.c, access.c and call.c follow one instruction,
 * with symbols.c, learn.c, bounds.c and stack.c; state.c and prune.c keep
 * checkpoints; work.c bounds what a run costs; report.c tells people;
 * scalar.c, range.c and tnum.c know numbers. */

#ifndef OKOBPF_VERIFIER_VERIFIER_H
#define OKOBPF_VERIFIER_VERIFIER_H 1

#include <stddef.h>
#include "image.h"
#include "verifier/scalar.h"
#include "work.h"

/* Longest packet that the verifier reckons with in bounds.  Programs are run
 * only on packets up to OKOBPF_MAX_PKT_LEN, which is less. */
#define MAX_PKT_LEN 0x7fffffff

/* Largest constant that a value may differ from its symbol ('delta'). */
#define MAX_DELTA (1 << 29)

/* Numbers of which another one may be subtracted without wrapping. */
#define MAX_REST (INT64_C(1) << 62)

#define N_SLOTS (BPF_STACK_SIZE / 8)

enum val_type {
    V_NONE,                     /* Not initialized. */
    V_SCALAR,
    V_CTX,                      /* The struct oko_ctx. */
    V_PKT,                      /* Into the packet, or just past its end. */
    V_STACK,                    /* Into the stack of frame 'frame'. */
    V_MAP,                      /* A map. */
    V_VALUE,                    /* Into a value of a map. */
    V_VALUE_OR_NULL,            /* Start of a value of a map, or NULL. */

    /* What is made of a packet pointer on the way to a difference of two.
     * Nothing else can be made of them, since they depend on addresses. */
    V_PKT_NEG,                  /* Minus a packet pointer. */
    V_PKT_LOW,                  /* Lower half of a packet pointer. */
    V_PKT_NEG_LOW,              /* Lower half of minus a packet pointer. */

    /* What compilers make to compare several pointers with NULL at once. */
    V_NULLS,                    /* OR of V_VALUE_OR_NULLs. */
    V_NOT_NULL,                 /* One of which not all are NULL. */
};

/* How a value relates to the symbol 'id' (see 'struct val'). */
enum val_form {
    FORM_PLAIN,                 /* id + delta */
    FORM_REST,                  /* pkt_len - (id + delta) */
    FORM_SHIFTED_U,             /* (id + delta) << 32, where id + delta is an
                                 * unsigned number of 32 bits. */
    FORM_SHIFTED_S,             /* The same for a signed number. */
    FORM_SHIFTED_REST_U,        /* The same for pkt_len - (id + delta), as an
                                 * unsigned number of 32 bits... */
    FORM_SHIFTED_REST_S,        /* ...and as a signed one. */
    FORM_QUOTIENT,              /* id / delta, as unsigned numbers, rounded
                                 * down; delta > 0. */
    FORM_MULTIPLE,              /* id / delta * delta.  Compilers subtract it
                                 * from the number for its remainder. */
    FORM_EITHER,                /* The OR of two pointers. */
    FORM_PRODUCT,               /* id * delta, where delta is an unsigned
                                 * number.  Of symbols only (see 'struct
                                 * origin'), with values that don't wrap.
                                 * As FORM_EITHER. */
};

/* Symbols.  Others are numbered as they are needed. */
#define ID_NONE 0               /* No symbol. */
#define ID_PKT_LEN 1            /* Length of the packet. */
#define ID_FIRST 2

#define RANGE_NONE INT32_MIN

/* An abstract value.
 *
 * Symbols express that values depend on each other, so that what a branch says
 * of one is known of the others.  'id' stands for one, unknown 64-bit number
 * (in V_VALUE_OR_NULL and V_NULLS: for one pointer, or the OR of several).  A
 * scalar, or the offset of a packet pointer from the start of the packet, with
 * nonzero 'id' is equal to the 'form' of it, modulo 2**64.
 *
 * 'range', if not RANGE_NONE, says that id + range <= pkt_len, where neither
 * this sum nor pkt_len - id wraps if 'id' is taken as a signed number, which
 * is not less than -2**63 + 2**33 then.  Because of this, at the
 * offset id + delta at least range - delta bytes can be read, provided that
 * the offset is not negative.
 *
 * 'with', if not ID_NONE, is another symbol, of which the same is known
 * together: id + with + with_range <= pkt_len, and this for the sum of the two
 * symbols, which doesn't wrap either.  'id' is no less than -MAX_DELTA then,
 * and 'with' no less than -MAX_REST - MAX_DELTA.  This is what the comparison
 * of a number with what is left of the packet says.
 *
 * Of V_PKT, V_PKT_NEG and their halves, 's' and what relates it to other
 * values are of the pointer's offset: V_PKT_NEG is minus the pointer that has
 * it. */
struct val {
    uint8_t type;               /* enum val_type. */
    uint8_t form;               /* enum val_form. */
    uint8_t frame;              /* V_STACK. */
    bool precise;               /* Scalar in a checkpoint: value counts. */
    union {                     /* Two, since there are many of these. */
        uint32_t map;           /* See val_has_map(): index. */
        int32_t with_range;     /* Others, with a 'with'. */
    };
    uint32_t id;
    int32_t delta;
    int32_t range;
    uint32_t with;
    uint64_t deps;              /* Scalars: see var_of_reg(). */
    struct scalar s;            /* Scalars: number.  Pointers: offset. */
};

/* What a byte of stack holds. */
enum byte_kind {
    B_NONE,                     /* Not initialized. */
    B_BROKEN,                   /* Part of an overwritten pointer. */
    B_MISC,                     /* Some byte. */
    B_ZERO,
    B_SPILL,                    /* Part of 'val'. */
};

/* Eight bytes of stack.  Bytes 'start' to 'start + size' are B_SPILL and hold
 * 'val', if 'size' is not 0; a value of less than 8 bytes is a scalar. */
struct slot {
    uint8_t kind[8];            /* enum byte_kind. */
    uint8_t start, size;
    struct val val;
};

/* Slots are numbered downward from r10: slot 0 is r10 - 8 to r10 - 1. */
struct frame {
    uint32_t call_insn;         /* The call that made it; not in frame 0. */
    uint32_t n_slots;           /* Others are B_NONE. */
    uint64_t written;           /* Slots overwritten since last checkpoint. */
    struct val regs[BPF_N_REGS];
    struct slot slots[N_SLOTS];
};

#define N_TRAIL 12

/* A loop that the path is in. */
struct round {
    uint32_t head;              /* Its first instruction. */
    uint32_t depth;             /* Index of the frame. */
    uint32_t n;                 /* How often the path came to 'head'. */
    uint64_t work;              /* Total of the path, when it first did. */
};

#define MAX_NEST 4

/* State of the path being followed. */
struct state {
    uint32_t insn;              /* Next instruction. */
    uint32_t depth;             /* Index of the innermost frame. */
    uint32_t len_min;           /* The packet has at least so many bytes. */
    struct checkpoint *parent;  /* Last checkpoint on the path. */
    uint32_t n_insns, n_jumps;  /* Since then. */

    struct work work;           /* Of the path. */

    /* For people: the last branches, insn * 2 + taken, and the loops that the
     * path is in, outermost first, without those nested deeper. */
    uint32_t trail[N_TRAIL];
    uint32_t n_trail;           /* Branches on the path. */
    struct round nest[MAX_NEST];
    uint32_t n_nest;

    struct frame frames[BPF_MAX_FRAMES];
};

/* A state in less space, without what is dead.  One block of memory. */
struct saved {
    size_t size;                /* Of the block, bytes. */
    uint32_t insn, depth, len_min;
    uint32_t n_insns, n_jumps;
    struct checkpoint *parent;
    struct work work;
    uint32_t trail[N_TRAIL];
    uint32_t n_trail;
    struct round nest[MAX_NEST];
    uint32_t n_nest;

    struct saved_frame *frames; /* 'depth' + 1 of them. */
    struct val *vals;           /* Registers, then slots, of frame 0, then of
                                 * frame 1... */
    struct saved_slot *slots;   /* Of frame 0, then of frame 1... */
};

struct saved_frame {
    uint32_t call_insn;
    uint32_t n_slots;
    uint32_t regs;              /* Bit N: rN is in 'vals'. */
    uint64_t spills;            /* Bit N: slot N has a value in 'vals'. */
    uint64_t written;           /* Slots overwritten since 'parent'. */
    uint64_t read;              /* Slots that are read later (checkpoint). */
};

struct saved_slot {
    uint8_t kind[8];
    uint8_t start, size;
};

/* Kept in 'struct join'. */
struct checkpoint {
    struct checkpoint *next;
    struct checkpoint *parent;
    uint32_t n_open;            /* Paths from here not followed to the end. */
    uint32_t n_hits, n_misses;
    uint64_t ids[4];            /* Symbols in 'saved', bit 'id % 256'. */
    struct work work_left;      /* Of paths from here, followed so far, at
                                 * most. */
    struct saved *saved;
};

/* The checkpoints of an instruction. */
struct join {
    struct checkpoint *open;    /* With 'n_open', newest (innermost) first. */
    struct checkpoint *done;    /* Without. */
    uint32_t n_open;
};

/* A branch still to be taken, with the state before it. */
struct pending {
    struct pending *next;
    struct saved *saved;
    bool taken;
    int which;                  /* See okobpf_branch_go(). */
};

/* What cfg.c knows of an instruction. */
struct insn_info {
    uint16_t live;              /* Registers read later, bit N for rN. */
    bool target;                /* More than one way leads here. */
    bool second;                /* Second slot of a 64-bit immediate. */
    uint32_t function;          /* Index in 'functions'. */
    uint32_t loop_end;          /* Where jumps back to here end: just past the
                                 * last of them, or 0 if there are none. */
    uint32_t n_visits;
};

struct function {
    uint32_t start, end;        /* Instructions, 'end' excluded. */
    bool called;
};

struct verifier {
    const struct image *image;
    const struct okobpf_limits *limits;
    struct okobpf_report *report;
    bool every_path;            /* Checkpoints don't end paths. */
    const struct bpf_insn *insns;
    uint32_t n_insns;

    struct insn_info *info;
    struct function *functions;
    uint32_t n_functions;

    struct state *cur;
    uint32_t at;                /* Instruction being followed. */
    struct pending *pending;
    uint32_t n_pending;
    struct join *joins;         /* By instruction. */
    uint32_t n_checkpoints;
    uint32_t n_saved, peak_saved; /* Pending branches and checkpoints. */
    uint32_t next_id;
    struct derivations *derivations; /* See symbols.c. */

    /* Work. */
    struct work_model model;
    uint64_t work_before;       /* Total of the path, before the instruction
                                 * being followed. */
    uint64_t work;              /* Total of paths followed so far, at most. */

    /* Costs. */
    uint32_t n_visits;
    uint64_t start_ns;          /* CPU time. */
    uint64_t start_wall_ns;
    uint64_t memory;            /* Bytes in use. */
    uint64_t peak_memory;

    /* The result, once it is not OKOBPF_OK. */
    enum okobpf_status status;

    /* Log. */
    bool want_log;
    char *log;
    size_t log_len;             /* Without terminator. */
    size_t log_size;            /* Allocated. */
};

static inline struct frame *
cur_frame(struct verifier *v)
{
    return &v->cur->frames[v->cur->depth];
}

static inline struct val *
reg(struct verifier *v, int r)
{
    return &cur_frame(v)->regs[r];
}

static inline bool
val_is_const(const struct val *val)
{
    return val->type == V_SCALAR && scalar_is_const(&val->s);
}

/* Whether 'val' has something to do with a map. */
static inline bool
val_has_map(const struct val *val)
{
    return (val->type == V_MAP || val->type == V_VALUE
            || val->type == V_VALUE_OR_NULL);
}

static inline bool
val_is_pointer(const struct val *val)
{
    return val->type > V_SCALAR;
}

/* verifier.c */

/* Allocates 'size' zeroed bytes within the limits.  Returns NULL, with
 * 'v->status' and the report set, if they don't allow it. */
void *okobpf_v_alloc(struct verifier *, size_t size);
void okobpf_v_free(struct verifier *, void *, size_t size);

/* Leaves it for later to go on from the branch at the current instruction, as
 * 'taken' and 'which' say: see okobpf_branch_go(). */
bool okobpf_v_push(struct verifier *, bool taken, int which);

/* cfg.c.  Checks encoding and control flow and fills in 'info' and
 * 'functions'. */
bool okobpf_check_code(struct verifier *);

/* Ways on from an instruction. */
struct ways {
    uint32_t to[3];
    int n;
};

/* Returns the ways on from 'index' within its function and, with 'calls', into
 * the functions it calls. */
struct ways okobpf_ways_from(const struct verifier *, uint32_t index,
                             bool calls);
bool okobpf_is_local_call(const struct bpf_insn *);

/* encoding.c.  Checks each instruction by itself and fills in 'second' in
 * 'info'. */
bool okobpf_check_encoding(struct verifier *);

/* liveness.c.  Fills in 'live' in 'info'. */
bool okobpf_find_live(struct verifier *);

/* The functions below follow an instruction.  They return false, with the
 * report filled in, if it could do harm. */

/* alu.c */
bool okobpf_follow_alu(struct verifier *, const struct bpf_insn *);

/* Refuses if 'r' is not initialized. */
bool okobpf_check_reg(struct verifier *, int r);

/* addresses.c */

/* Whether 'val' is a packet pointer or what is made of one on the way to a
 * difference of two. */
bool okobpf_val_is_address(const struct val *);

/* Makes of 'val', an address, its lower half. */
void okobpf_address_truncate(struct val *);

/* Adds to the offset of 'ptr', an address, 'number', or subtracts it. */
bool okobpf_address_move(struct verifier *, struct val *ptr,
                         struct val *number, bool subtract);

/* Follows an instruction with a pointer among its operands if these are
 * addresses and numbers of which a number or an address can be made.  Sets
 * '*done' if so, otherwise it changes nothing. */
bool okobpf_follow_address_alu(struct verifier *, const struct bpf_insn *,
                               struct val *dst, struct val *src, bool *done);

/* symbols.c */
/* Makes 'val' independent of all others. */
void okobpf_val_set_unrelated(struct val *);
void okobpf_val_set_none(struct val *);
void okobpf_val_set_scalar(struct val *, struct scalar, uint64_t deps);

/* Gives 'val', a scalar that is not constant or a packet pointer, a symbol if
 * it has none, because there will be another value that depends on it. */
void okobpf_id_need(struct verifier *, struct val *);

/* Makes 'id', 'form', 'delta' and 'range' of '*to' say what is true of the sum
 * or difference of 'a' and 'b' in all 64 bits.  '*to' has all else already. */
bool okobpf_relate_sum(struct verifier *, struct val *to,
                       const struct val *a, const struct val *b);
bool okobpf_relate_difference(struct verifier *, struct val *to,
                              const struct val *a, const struct val *b);
void okobpf_relate_same(struct val *to, const struct val *from);
/* The same for the OR of 'a' and 'b', which are V_VALUE_OR_NULL or V_NULLS. */
bool okobpf_relate_either(struct verifier *, struct val *to,
                          const struct val *a, const struct val *b);
/* The same for the quotient of 'a' and a constant, for 'a >> shift', as
 * unsigned numbers, and for a multiple of 'a'. */
bool okobpf_relate_quotient(struct verifier *, struct val *to,
                            const struct val *a, uint64_t divisor);
bool okobpf_relate_shifted_down(struct verifier *, struct val *to,
                                const struct val *a, int shift);
bool okobpf_relate_multiple(struct verifier *, struct val *to,
                            const struct val *a, uint64_t factor);

/* Whether 'a - b' is known to be the remainder of 'a' and 'b->delta'. */
bool okobpf_is_remainder(const struct verifier *, const struct val *a,
                         const struct val *b);

/* Stores the symbol for the sum of two in '*id'.  Returns false if memory is
 * exhausted; okobpf_id_find_sum() if nothing has that symbol. */
bool okobpf_id_sum(struct verifier *, uint32_t a, uint32_t b, uint32_t *id);
bool okobpf_id_find_sum(const struct verifier *, uint32_t a, uint32_t b,
                        uint32_t *id);

/* What a symbol stands for: the sum of two others or, with FORM_EITHER, their
 * OR; or, if 'parts[1]' is ID_NONE, the 'form' of 'parts[0]' with 'delta'. */
struct origin {
    uint32_t parts[2];
    uint32_t form;              /* enum val_form. */
    int32_t delta;
};

/* Returns what 'id' stands for, or NULL for just some number. */
const struct origin *okobpf_id_origin(const struct verifier *, uint32_t id);
void okobpf_derivations_free(struct verifier *);

/* Calls 'function' for each initialized value of the current state. */
void okobpf_for_each_val(struct verifier *,
                         void (*function)(struct verifier *, struct val *,
                                          void *),
                         void *aux);

/* Notes that something follows from what is known of 'val', which
 * okobpf_for_each_val() came by.  A slot of the stack counts as read then. */
void okobpf_note_use(struct verifier *, const struct val *val);

/* limits.c.  What is known of a number because it is not larger than
 * another. */

/* Makes 'range' and 'with' of '*to' say what follows from 'to * times <= a',
 * as unsigned numbers that don't wrap, if '*to' isn't related to others.
 * Returns false if memory is exhausted. */
bool okobpf_relate_at_most(struct verifier *, struct val *to,
                           const struct val *a, uint64_t times);

/* Makes '*to', an address whose offset is what is left of the packet from
 * somewhere, have a symbol of its own, with what is known of how far it is
 * from the end. */
void okobpf_relate_rest_as_offset(struct verifier *, struct val *to);

/* Learns from the bounds of 'val', which are new. */
void okobpf_learn_bounds(struct verifier *, const struct val *val,
                         uint64_t deps);

/* branch.c */
bool okobpf_follow_branch(struct verifier *);
/* Goes on from the branch at the current instruction.  'which' is the first
 * that is not NULL, of several pointers that this says not to be all NULL. */
void okobpf_branch_go(struct verifier *, bool taken, int which);

/* learn.c */

/* Tells all values with the symbol 'id' that id + range is within the
 * packet. */
void okobpf_tell_range(struct verifier *, uint32_t id, int64_t range,
                       uint64_t deps);
/* The packet has at least 'len' bytes. */
void okobpf_learn_len(struct verifier *, int64_t len, uint64_t deps);
/* Returns the range that the symbol of 'rest', what is left of the packet, has
 * because this is not less than it can be; or RANGE_NONE. */
int32_t okobpf_range_of_rest(const struct val *rest);

/* Takes for granted that the comparison 'op' (BPF_OP) in 'width' bits of the
 * numbers '*dst' and '*src', or of the offsets of these packet pointers, has
 * come out as 'taken': refines these and others. */
void okobpf_learn(struct verifier *, int op, int width, bool taken,
                  struct val *dst, struct val *src);

static inline bool
is_signed_jump(int op)
{
    return (op == BPF_JSGT || op == BPF_JSGE
            || op == BPF_JSLT || op == BPF_JSLE);
}

/* access.c */
bool okobpf_follow_load(struct verifier *, const struct bpf_insn *);
bool okobpf_follow_store(struct verifier *, const struct bpf_insn *);
bool okobpf_follow_atomic(struct verifier *, const struct bpf_insn *);
bool okobpf_follow_packet_load(struct verifier *, const struct bpf_insn *);

/* bounds.c */
enum access { ACCESS_READ, ACCESS_WRITE };

/* Checks that the 'size' bytes at 'ptr + ofs' can be accessed; not aligned.
 * 'what' names the pointer in messages, such as "r1".  For the stack, only the
 * bounds are checked. */
bool okobpf_check_mem(struct verifier *, const struct val *ptr,
                      const char *what, int64_t ofs, uint64_t size,
                      enum access);

/* stack.c.  All are for memory that okobpf_check_mem() has let pass.  Where
 * the offset of 'ptr' is variable, each byte that it may lead to is read, or
 * may or may not be written. */

/* Whether byte 'i' of 'slot' is part of its value. */
bool okobpf_slot_byte_in_val(const struct slot *, int i);

/* Whether byte 'i' of 'slot' is known to be 0.  If this rests on a number,
 * adds what that was computed from to '*deps'. */
bool okobpf_slot_byte_is_zero(const struct slot *, int i, uint64_t *deps);

/* Checks that the bytes of stack are initialized and no pointers. */
bool okobpf_check_stack_read(struct verifier *, const struct val *ptr,
                             const char *what, int64_t ofs, uint64_t size);

/* Makes bytes of stack B_MISC; those from 'sure' on may stay as they are. */
void okobpf_stack_clobber(struct verifier *, const struct val *ptr,
                          int64_t ofs, uint64_t size, uint64_t sure);

/* Stores the lower 'size' bytes of 'val', which is no pointer if the offset is
 * variable. */
void okobpf_stack_store(struct verifier *, const struct val *ptr, int64_t ofs,
                        int size, struct val *val);

/* Sets '*result' to the 'size' bytes of stack, zero-extended. */
bool okobpf_stack_load(struct verifier *, const struct val *ptr,
                       const char *what, int64_t ofs, int size,
                       struct val *result);

/* call.c */
bool okobpf_follow_helper(struct verifier *, const struct bpf_insn *);
bool okobpf_follow_local_call(struct verifier *, const struct bpf_insn *);
/* Sets *ended if it ends the program. */
bool okobpf_follow_exit(struct verifier *, bool *ended);

/* work.c */

/* Fills in 'loop_end' in 'info'. */
void okobpf_find_loops(struct verifier *);

/* Charges the current path for the instruction that it comes to, and for an
 * access to a value of a map or a call of a helper in it. */
void okobpf_charge_insn(struct verifier *, const struct bpf_insn *);
void okobpf_charge_access(struct verifier *, const struct val *ptr);
void okobpf_charge_helper(struct verifier *, const struct helper *,
                          uint32_t map, uint64_t size);

/* Refuses the program if the current path costs too much. */
bool okobpf_check_work(struct verifier *);

/* For prune.c.  'cp' prunes the current path, which is charged for
 * what follows from 'cp'. */
void okobpf_work_inherit(struct verifier *, const struct checkpoint *cp);
/* The current path has ended. */
void okobpf_work_ended(struct verifier *);
/* 'cp' is finished: its parent learns what it costs. */
void okobpf_work_finished(struct checkpoint *cp);

/* Stores in '*text' the loop where the verifier was for most of the time, if
 * there is one, for the end of a message; or else an empty string. */
void okobpf_describe_busy_loop(const struct verifier *, char *text,
                               size_t size);

/* state.c */

/* Initializes what a function finds in its frame but its arguments. */
void okobpf_frame_init(struct frame *, uint32_t index);

/* Saves the current state without registers that are not read any more.  With
 * 'telling', keeps those of which more about others may be learnt, for a state
 * that is not compared with others. */
struct saved *okobpf_state_save(struct verifier *, bool telling);
void okobpf_state_restore(struct verifier *, const struct saved *);
void okobpf_saved_free(struct verifier *, struct saved *);

/* prune.c */

/* Called at an instruction where paths meet.  Sets '*pruned' if the current
 * path need not be followed further.  Returns false if it will go on for
 * ever. */
bool okobpf_checkpoint_visit(struct verifier *, bool *pruned);
/* Called when the current path has ended. */
void okobpf_path_ended(struct verifier *);
void okobpf_checkpoints_free(struct verifier *);

/* The values that 'deps' names have mattered. */
void okobpf_mark_precise(struct verifier *, uint64_t deps);
/* The value 'val' has mattered. */
static inline void
mark_val_precise(struct verifier *v, const struct val *val)
{
    if (val->type == V_SCALAR && val->deps) {
        okobpf_mark_precise(v, val->deps);
    }
}
/* Slot 'slot' of frame 'frame' has been read. */
void okobpf_mark_slot_read(struct verifier *, uint32_t frame, uint32_t slot);

/* report.c.  The 'refuse' functions return false. */
bool okobpf_refuse(struct verifier *, const char *advice, const char *reason,
                   ...) __attribute__((__format__(__printf__, 3, 4)));
bool okobpf_refuse_at(struct verifier *, uint32_t insn, const char *advice,
                      const char *reason, ...)
    __attribute__((__format__(__printf__, 4, 5)));
bool okobpf_over_limit(struct verifier *, enum okobpf_status,
                       const char *advice, const char *reason, ...)
    __attribute__((__format__(__printf__, 4, 5)));
const char *okobpf_val_type_name(const struct verifier *, const struct val *);
void okobpf_log_step(struct verifier *);
void okobpf_log_note(struct verifier *, const char *format, ...)
    __attribute__((__format__(__printf__, 2, 3)));
void okobpf_log_finish(struct verifier *);

#endif /* verifier.h */
