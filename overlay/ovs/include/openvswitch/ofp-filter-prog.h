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

#ifndef OPENVSWITCH_OFP_FILTER_PROG_H
#define OPENVSWITCH_OFP_FILTER_PROG_H 1

/* Messages for BPF filter programs and their maps, in the form that Open
 * vSwitch works with.  See openflow/oko-ext.h for what they mean. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "openflow/oko-ext.h"
#include "openvswitch/ofp-errors.h"
#include "openvswitch/ofp-msgs.h"

struct ds;
struct ofpbuf;
struct ovs_list;

#ifdef __cplusplus
extern "C" {
#endif

/* Longest ELF object that any message can carry. */
#define OFPUTIL_PROG_MAX_LEN (1024 * 1024)

/* Longest chunk of an ELF object that is put into one message.  Half of a
 * message, so that an error reply has room for the whole request. */
#define OFPUTIL_PROG_CHUNK_LEN 32768

/* Any of the messages. */
enum ofperr ofputil_format_filter_message(struct ds *,
                                          const struct ofp_header *,
                                          enum ofptype);

/* Programs. */

struct ofputil_prog_load {
    uint32_t prog_id;
    uint32_t total_len;         /* Length of the whole object. */
    uint32_t offset;            /* Of this chunk in the object. */
    uint16_t flags;             /* OKOPLF_*. */
    const void *chunk;          /* Not owned. */
    uint16_t chunk_len;
};

enum ofperr ofputil_decode_prog_load(const struct ofp_header *,
                                     struct ofputil_prog_load *);
struct ofpbuf *ofputil_encode_prog_load(enum ofp_version,
                                        const struct ofputil_prog_load *);
void ofputil_format_prog_load(struct ds *, const struct ofputil_prog_load *);

struct ofputil_prog_unload {
    uint32_t prog_id;           /* May be OKO_PROG_ALL. */
    uint16_t flags;             /* OKOPUF_*. */
};

enum ofperr ofputil_decode_prog_unload(const struct ofp_header *,
                                       struct ofputil_prog_unload *);
struct ofpbuf *ofputil_encode_prog_unload(enum ofp_version,
                                          const struct ofputil_prog_unload *);
void ofputil_format_prog_unload(struct ds *,
                                const struct ofputil_prog_unload *);

enum ofperr ofputil_decode_prog_desc_request(const struct ofp_header *,
                                             uint32_t *prog_id);
struct ofpbuf *ofputil_encode_prog_desc_request(enum ofp_version,
                                                uint32_t prog_id);
enum ofperr ofputil_decode_prog_image_request(const struct ofp_header *,
                                              uint32_t *prog_id);
struct ofpbuf *ofputil_encode_prog_image_request(enum ofp_version,
                                                 uint32_t prog_id);
void ofputil_format_prog_request(struct ds *, uint32_t prog_id);

struct ofputil_map_desc {
    char name[OKO_NAME_LEN];
    uint32_t type;
    uint32_t key_size;
    uint32_t value_size;
    uint32_t max_entries;
    uint32_t n_hash_functions;
    uint32_t flags;             /* OKOMDF_*. */
    uint64_t n_entries;
    uint64_t memory;
};

struct ofputil_prog_desc {
    uint32_t prog_id;
    uint32_t handle;
    uint32_t elf_len;
    uint32_t n_insns;
    uint32_t jited_len;
    uint32_t n_rules;
    uint8_t abi;                /* OKO_ABI_*. */
    uint64_t load_time;         /* Milliseconds since the epoch. */
    uint64_t map_memory;
    uint64_t n_runs;
    uint64_t n_matches;
    uint8_t tag[8];
    char name[OKO_NAME_LEN];
    char section[OKO_NAME_LEN];
    size_t n_maps;
    struct ofputil_map_desc *maps; /* Owned. */
};

void ofputil_prog_desc_uninit(struct ofputil_prog_desc *);
void ofputil_append_prog_desc(const struct ofputil_prog_desc *,
                              struct ovs_list *replies);
int ofputil_pull_prog_desc(struct ofpbuf *msg, struct ofputil_prog_desc *);
void ofputil_format_prog_desc(struct ds *, const struct ofputil_prog_desc *);
void ofputil_put_name(char dst[OKO_NAME_LEN], const char *src);

struct ofputil_prog_image {
    uint32_t prog_id;
    uint32_t total_len;
    uint32_t offset;
    const void *chunk;          /* Not owned. */
    uint16_t chunk_len;
};

void ofputil_append_prog_image(uint32_t prog_id, const void *elf,
                               size_t elf_len, struct ovs_list *replies);
enum ofperr ofputil_decode_prog_image(const struct ofp_header *,
                                      struct ofputil_prog_image *);
void ofputil_format_prog_image(struct ds *, const struct ofputil_prog_image *);

struct ofputil_prog_log {
    uint32_t prog_id;
    enum oko_prog_log_type type;
    const char *text;           /* Not owned, not null-terminated. */
    uint16_t text_len;
};

struct ofpbuf *ofputil_encode_prog_log_request(enum ofp_version);
void ofputil_append_prog_log(uint32_t prog_id, enum oko_prog_log_type,
                             const char *text, struct ovs_list *replies);
int ofputil_pull_prog_log(struct ofpbuf *msg, struct ofputil_prog_log *);
void ofputil_format_prog_log(struct ds *, const struct ofputil_prog_log *);
const char *oko_prog_log_type_to_string(enum oko_prog_log_type);

/* Maps. */

struct ofputil_map_update {
    uint32_t prog_id;
    uint32_t map_id;
    enum oko_map_op op;
    enum oko_map_set_mode mode;
    uint32_t n_entries;
    uint32_t key_size;
    uint32_t value_size;
    const uint8_t *entries;     /* Keys, each followed by its value: not
                                 * owned. */
};

enum ofperr ofputil_decode_map_update(const struct ofp_header *,
                                      struct ofputil_map_update *);
struct ofpbuf *ofputil_encode_map_update(enum ofp_version,
                                         const struct ofputil_map_update *);
uint32_t ofputil_map_update_max_entries(uint32_t key_size,
                                        uint32_t value_size);
void ofputil_format_map_update(struct ds *, const struct ofputil_map_update *);

struct ofputil_map_dump_request {
    uint32_t prog_id;
    uint32_t map_id;
    uint64_t cursor;
    uint32_t max_entries;       /* 0 for no limit. */
    uint16_t flags;             /* OKOMDUF_*. */
};

enum ofperr ofputil_decode_map_dump_request(const struct ofp_header *,
                                            struct ofputil_map_dump_request *);
struct ofpbuf *ofputil_encode_map_dump_request(
    enum ofp_version, const struct ofputil_map_dump_request *);
void ofputil_format_map_dump_request(struct ds *,
                                     const struct ofputil_map_dump_request *);

struct ofputil_map_dump_reply {
    uint32_t prog_id;
    uint32_t map_id;
    uint32_t key_size;
    uint32_t value_size;
    uint32_t n_entries;
    uint32_t flags;             /* OKOMDRF_*. */
    uint64_t cursor;
    const uint8_t *entries;     /* Keys, each followed by its value: not
                                 * owned. */
};

/* Longest key plus value that fits into a part of a reply. */
#define OFPUTIL_MAP_ENTRY_MAX_LEN 65000

void ofputil_append_map_dump_reply(const struct ofputil_map_dump_reply *,
                                   struct ovs_list *replies);
uint32_t ofputil_map_dump_max_entries(uint32_t key_size, uint32_t value_size);
enum ofperr ofputil_decode_map_dump_reply(const struct ofp_header *,
                                          struct ofputil_map_dump_reply *);
void ofputil_format_map_dump_reply(struct ds *,
                                   const struct ofputil_map_dump_reply *);

/* OKOST_MAP_GET request.  (Replies are like those of OKOST_MAP_DUMP.) */
struct ofputil_map_get_request {
    uint32_t prog_id;
    uint32_t map_id;            /* Index of the map in the program. */
    uint32_t n_keys;
    uint32_t key_size;          /* Bytes. */
    const uint8_t *keys;        /* Not owned. */
};

enum ofperr ofputil_decode_map_get_request(const struct ofp_header *,
                                           struct ofputil_map_get_request *);
struct ofpbuf *ofputil_encode_map_get_request(
    enum ofp_version, const struct ofputil_map_get_request *);
uint32_t ofputil_map_get_max_keys(uint32_t key_size, uint32_t value_size);
void ofputil_format_map_get_request(struct ds *,
                                    const struct ofputil_map_get_request *);

const char *ofputil_map_type_to_string(uint32_t type, char *buf,
                                       size_t bufsize);

#ifdef __cplusplus
}
#endif

#endif /* ofp-filter-prog.h */
