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

#ifndef OPENFLOW_OKO_EXT_H
#define OPENFLOW_OKO_EXT_H 1

/* OpenFlow extension for BPF filter programs.
 *
 * A filter program is a BPF program that a controller loads into a switch,
 * where it has a 32-bit number of the controller's choice.  A flow that
 * matches on the field "filter_prog=N" applies only to packets for which
 * program N returns a nonzero value.  A program may have maps: tables that it
 * shares with the controller, which can read and change them with the messages
 * below.
 *
 * All of the messages exist in every version of OpenFlow, with the same
 * body.  Every integer is in network byte order.  Keys and values of map
 * entries are opaque bytes, in the layout that the program uses: most
 * programs use the host byte order of the switch.  Every body is a multiple
 * of 8 bytes long: where it ends in data of variable length, zeros follow
 * up to the next multiple of 8. */

#include "openflow/openflow.h"
#include "openvswitch/types.h"

/* Numbers of filter programs. */
#define OKO_PROG_MIN 1          /* Least valid number. */
#define OKO_PROG_MAX 0xfffffffe /* Greatest valid number. */
#define OKO_PROG_ALL 0xffffffff /* All programs, where a message allows it. */

/* Length of names in messages, including at least one null byte.  A longer
 * name is cut off. */
#define OKO_NAME_LEN 64

/* ## --------------- ## */
/* ## OKOT_PROG_LOAD. ## */
/* ## --------------- ## */

/* Loads a filter program from an ELF object.
 *
 * An object may be longer than an OpenFlow message, so it comes in one or more
 * chunks, each in a message of its own.  All the messages have equal
 * 'prog_id', 'total_len' and 'flags'.  The first has 'offset' 0, each of the
 * others starts where the one before it ended, and the one whose chunk ends at
 * 'total_len' completes the upload, upon which the switch verifies and
 * publishes the program.  A chunk may be empty only if 'total_len' is 0.
 *
 * A connection has one upload at a time: a chunk with 'offset' 0 discards
 * an upload that was not completed.  Any error aborts the upload, as does a
 * pause of 10 seconds.  OKO_BAD_OBJECT, OKO_REJECTED, OKO_LIMIT and
 * OKO_LOSES_MAPS leave a text behind that says what was wrong: see
 * OKOST_PROG_LOG.
 *
 * A program that replaces another takes over the maps that both declare alike,
 * with the same types of keys and values, and copies of the entries where a
 * map is larger than before.  If other maps of the old program have entries,
 * the switch refuses the new one with OKO_LOSES_MAPS, unless OKOPLF_LOSE_MAPS
 * is set.  A switch that doesn't know this flag yet answers OKO_BAD_FLAGS; it
 * loses such entries without a word. */
enum oko_prog_load_flags {
    OKOPLF_REPLACE = 1 << 0,    /* Replace the program if there is one.  Flows
                                 * that use it then use the new one. */
    OKOPLF_KEEP_MAPS = 1 << 1,  /* With OKOPLF_REPLACE: keep what can be kept
                                 * of the maps' content, also with
                                 * OKOPLF_LOSE_MAPS. */
    OKOPLF_WANT_LOG = 1 << 2,   /* Record the verifier's log. */
    OKOPLF_LOSE_MAPS = 1 << 3,  /* With OKOPLF_REPLACE: what is in maps may be
                                 * lost: all of it or, with OKOPLF_KEEP_MAPS,
                                 * what can't be kept. */
};
#define OKOPLF_ALL (OKOPLF_REPLACE | OKOPLF_KEEP_MAPS | OKOPLF_WANT_LOG \
                    | OKOPLF_LOSE_MAPS)

struct oko_prog_load {
    ovs_be32 prog_id;           /* OKO_PROG_MIN...OKO_PROG_MAX. */
    ovs_be32 total_len;         /* Length of the whole object, in bytes. */
    ovs_be32 offset;            /* Offset of this chunk in the object. */
    ovs_be16 flags;             /* OKOPLF_*. */
    ovs_be16 chunk_len;         /* Length of this chunk, in bytes. */
    /* Followed by:
     *   - Exactly 'chunk_len' bytes of the object, then
     *   - Zero bytes up to a multiple of 8. */
};
OFP_ASSERT(sizeof(struct oko_prog_load) == 16);

/* ## ----------------- ## */
/* ## OKOT_PROG_UNLOAD. ## */
/* ## ----------------- ## */

/* Unloads one filter program or all of them.  Fails with OKO_PROG_IN_USE if
 * flows use a program and OKOPUF_FORCE is not set.  Nothing is unloaded upon
 * failure. */
enum oko_prog_unload_flags {
    OKOPUF_FORCE = 1 << 0,      /* Delete the flows that use a program. */
};
#define OKOPUF_ALL OKOPUF_FORCE

struct oko_prog_unload {
    ovs_be32 prog_id;           /* OKO_PROG_MIN...OKO_PROG_MAX or _ALL. */
    ovs_be16 flags;             /* OKOPUF_*. */
    uint8_t zeros[2];
};
OFP_ASSERT(sizeof(struct oko_prog_unload) == 8);

/* ## ---------------- ## */
/* ## OKOST_PROG_DESC. ## */
/* ## ---------------- ## */

/* Request for a description of one filter program or, with OKO_PROG_ALL, of
 * all of them.  Also the request of OKOST_PROG_IMAGE, without
 * OKO_PROG_ALL. */
struct oko_prog_request {
    ovs_be32 prog_id;
    uint8_t zeros[4];
};
OFP_ASSERT(sizeof(struct oko_prog_request) == 8);

/* How a program is called. */
enum oko_prog_abi {
    OKO_ABI_PACKET = 1,         /* With the packet and its length. */
    OKO_ABI_CONTEXT = 2,        /* With a context. */
};

/* Description of a map, part of struct oko_prog_desc. */
enum oko_map_desc_flags {
    OKOMDF_READ_ONLY = 1 << 0,  /* No one may write it. */
};

struct oko_map_desc {
    ovs_be32 type;              /* Type of map, 1 = array, 4 = hash... */
    ovs_be32 key_size;          /* Size of a key, in bytes. */
    ovs_be32 value_size;        /* Size of a value, in bytes. */
    ovs_be32 max_entries;
    ovs_be32 n_hash_functions;  /* Of a sketch, otherwise 0. */
    ovs_be32 flags;             /* OKOMDF_*. */
    ovs_be64 n_entries;         /* Entries in the map now. */
    ovs_be64 memory;            /* Allocated for the map, in bytes. */
    char name[OKO_NAME_LEN];    /* Null-terminated. */
};
OFP_ASSERT(sizeof(struct oko_map_desc) == 104);

/* The body of a reply is a sequence of these, in order of 'prog_id'. */
struct oko_prog_desc {
    ovs_be16 length;            /* Length of this description, in bytes. */
    ovs_be16 n_maps;            /* Number of maps. */
    ovs_be32 prog_id;
    ovs_be32 handle;            /* Name of the program in datapath flows. */
    ovs_be32 elf_len;           /* Length of the ELF object, in bytes. */
    ovs_be32 n_insns;           /* Length of the program, in instructions. */
    ovs_be32 jited_len;         /* Length of machine code, 0 if interpreted. */
    ovs_be32 n_rules;           /* Flows that use the program. */
    uint8_t abi;                /* OKO_ABI_*. */
    uint8_t zeros[3];
    ovs_be64 load_time;         /* Milliseconds since the epoch. */
    ovs_be64 map_memory;        /* Of all maps, in bytes. */
    ovs_be64 n_runs;            /* Packets that the program was run on. */
    ovs_be64 n_matches;         /* Packets that it returned nonzero for. */
    uint8_t tag[8];             /* Digest of the instructions. */
    char name[OKO_NAME_LEN];    /* Function name, null-terminated. */
    char section[OKO_NAME_LEN]; /* Name of ELF section, null-terminated. */
    /* Followed by exactly 'n_maps' struct oko_map_desc. */
};
OFP_ASSERT(sizeof(struct oko_prog_desc) == 200);

/* ## ----------------- ## */
/* ## OKOST_PROG_IMAGE. ## */
/* ## ----------------- ## */

/* Each part of the reply has part of the ELF object as it was loaded, in
 * order.  (The request is struct oko_prog_request.) */
struct oko_prog_image {
    ovs_be32 prog_id;
    ovs_be32 total_len;         /* Length of the whole object, in bytes. */
    ovs_be32 offset;            /* Offset of this chunk in the object. */
    ovs_be16 chunk_len;         /* Length of this chunk, in bytes. */
    uint8_t zeros[2];
    /* Followed by:
     *   - Exactly 'chunk_len' bytes of the object, then
     *   - Zero bytes up to a multiple of 8. */
};
OFP_ASSERT(sizeof(struct oko_prog_image) == 16);

/* ## --------------- ## */
/* ## OKOST_PROG_LOG. ## */
/* ## --------------- ## */

/* What the last load, or the last OKOT_MAP_UPDATE that failed, on this
 * connection led to, for people.  The request has no body.  The reply is a
 * sequence of records, empty if there is nothing to tell, or if it was told
 * before.  Text that is too long for one record continues in the next ones,
 * with the same type. */
enum oko_prog_log_type {
    OKOPLT_REASON = 1,          /* What is wrong, in one line. */
    OKOPLT_WHERE = 2,           /* Which instruction, which source line. */
    OKOPLT_STATE = 3,           /* Register state and how it came about. */
    OKOPLT_ADVICE = 4,          /* What to do about it. */
    OKOPLT_LOG = 5,             /* The verifier's log, if it was asked for. */
    OKOPLT_MAPS = 6,            /* If the program was to replace another: a
                                 * line for each map of either, what became or
                                 * would become of its entries, and why. */
    OKOPLT_APPLIED = 7,         /* Of an OKOT_MAP_UPDATE that failed: how many
                                 * entries were handled before the one that
                                 * failed, in decimal. */
};

struct oko_prog_log {
    ovs_be32 prog_id;           /* The program that was to be loaded, or that
                                 * has the map. */
    ovs_be16 type;              /* OKOPLT_*. */
    ovs_be16 text_len;          /* Length of the text, in bytes. */
    /* Followed by:
     *   - Exactly 'text_len' bytes of UTF-8, without a null byte, then
     *   - Zero bytes up to a multiple of 8. */
};
OFP_ASSERT(sizeof(struct oko_prog_log) == 8);

/* ## ---------------- ## */
/* ## OKOT_MAP_UPDATE. ## */
/* ## ---------------- ## */

/* Changes a map.  The entries are handled in order, up to the first that
 * fails.  OKOST_PROG_LOG says which one that is, if it could be one: not if
 * there is no such program or map, or if no one may write the map.
 *
 * OKOMO_CLEAR of a large map takes a while, in which other connections are
 * served: what they or programs add to it meanwhile may go, or stay. */
enum oko_map_op {
    OKOMO_SET = 0,              /* Create or update entries. */
    OKOMO_DELETE = 1,           /* Delete entries: 'value_size' is 0. */
    OKOMO_CLEAR = 2,            /* Delete all entries or zero an array:
                                 * 'n_entries' and both sizes are 0. */
    OKOMO_RESTORE = 3,          /* Put back entries from an OKOST_MAP_DUMP
                                 * reply to a request with OKOMDUF_STATE. */
};

enum oko_map_set_mode {
    OKOMSM_ANY = 0,             /* Create or update. */
    OKOMSM_NOEXIST = 1,         /* Create only. */
    OKOMSM_EXIST = 2,           /* Update only. */
};

struct oko_map_update {
    ovs_be32 prog_id;
    ovs_be32 map_id;            /* Index of the map in the program. */
    ovs_be16 op;                /* OKOMO_*. */
    ovs_be16 mode;              /* OKOMSM_*, 0 unless 'op' is OKOMO_SET. */
    ovs_be32 n_entries;
    ovs_be32 key_size;          /* Size of each key, in bytes. */
    ovs_be32 value_size;        /* Size of each value, in bytes. */
    /* Followed by:
     *   - Exactly 'n_entries' keys, each followed by its value, without
     *     padding, then
     *   - Zero bytes up to a multiple of 8. */
};
OFP_ASSERT(sizeof(struct oko_map_update) == 24);

/* ## --------------- ## */
/* ## OKOST_MAP_DUMP. ## */
/* ## --------------- ## */

/* Asks for entries of a map.
 *
 * By default the entries are as people want to see them: the value of a key in
 * a per-core map is the sum of the cores', and a sketch shows its cells.  With
 * OKOMDUF_STATE they are what it takes to fill another map, which was declared
 * alike and then cleared, with the same: the key of a per-core map has the
 * 32-bit number of a core at its end, and a sketch has also the seed of its
 * hash functions.
 *
 * A request starts with 'cursor' 0.  The switch bounds the work for a single
 * request: if the last part of the reply has OKOMDRF_MORE set, the client can
 * go on with another request whose 'cursor' is the last part's. */
enum oko_map_dump_flags {
    OKOMDUF_STATE = 1 << 0,     /* Entries for OKOMO_RESTORE. */
};
#define OKOMDUF_ALL OKOMDUF_STATE

struct oko_map_dump_request {
    ovs_be32 prog_id;
    ovs_be32 map_id;            /* Index of the map in the program. */
    ovs_be64 cursor;            /* 0, or as in a reply. */
    ovs_be32 max_entries;       /* Most entries to return, 0 for no limit of
                                 * the client's. */
    ovs_be16 flags;             /* OKOMDUF_*. */
    uint8_t zeros[2];
};
OFP_ASSERT(sizeof(struct oko_map_dump_request) == 24);

enum oko_map_dump_reply_flags {
    OKOMDRF_MORE = 1 << 0,      /* There may be entries after these. */
};

/* Every part of the reply has the following body. */
struct oko_map_dump_reply {
    ovs_be32 prog_id;
    ovs_be32 map_id;            /* Index of the map in the program. */
    ovs_be32 key_size;          /* Size of each key, in bytes. */
    ovs_be32 value_size;        /* Size of each value, in bytes. */
    ovs_be32 n_entries;         /* Entries in this part. */
    ovs_be32 flags;             /* OKOMDRF_*. */
    ovs_be64 cursor;            /* Where the entries after these start. */
    /* Followed by:
     *   - Exactly 'n_entries' keys, each followed by its value, without
     *     padding, then
     *   - Zero bytes up to a multiple of 8. */
};
OFP_ASSERT(sizeof(struct oko_map_dump_reply) == 32);

/* ## -------------- ## */
/* ## OKOST_MAP_GET. ## */
/* ## -------------- ## */

/* Asks for the entries with some keys.
 *
 * Every part of the reply is a struct oko_map_dump_reply, with 'flags' and
 * 'cursor' 0, and has entries in the order in which the request has their
 * keys.  A key without an entry is left out.  Values are as in OKOST_MAP_DUMP
 * without flags: the value of a key in a per-core map is the sum of the
 * cores'.
 *
 * The switch bounds the work for a single request: it answers OKO_LIMIT if
 * there are more than OKO_MAP_GET_MAX_KEYS keys, or if entries for all of them
 * would have more than OKO_MAP_GET_MAX_BYTES. */
#define OKO_MAP_GET_MAX_KEYS 4096
#define OKO_MAP_GET_MAX_BYTES (1024 * 1024)

struct oko_map_get_request {
    ovs_be32 prog_id;
    ovs_be32 map_id;            /* Index of the map in the program. */
    ovs_be32 n_keys;
    ovs_be32 key_size;          /* Size of each key, in bytes. */
    /* Followed by:
     *   - Exactly 'n_keys' keys, without padding, then
     *   - Zero bytes up to a multiple of 8. */
};
OFP_ASSERT(sizeof(struct oko_map_get_request) == 16);

#endif /* openflow/oko-ext.h */
