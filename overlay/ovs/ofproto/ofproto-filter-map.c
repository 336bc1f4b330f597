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

#include <config.h>
#include "ofproto-filter-prog.h"

#include "connmgr.h"
#include "filter-prog.h"
#include "ofproto-filter-prog-private.h"
#include "openvswitch/list.h"
#include "openvswitch/ofp-filter-prog.h"
#include "util.h"

/* Most work for one OKOST_MAP_DUMP request. */
#define MAP_DUMP_MAX_ENTRIES 4096
#define MAP_DUMP_MAX_BYTES (1024 * 1024)

/* Stores map 'map_id' of program 'prog_id' of 'ofproto' in '*mapp'.  The
 * map is valid until the thread quiesces.  Returns 0 if successful,
 * otherwise an OpenFlow error. */
static enum ofperr
find_map(const struct ofproto *ofproto, uint32_t prog_id, uint32_t map_id,
         struct okobpf_map **mapp)
{
    const struct ofproto_filter_prog *p;

    p = ofproto_filter_prog_lookup(ofproto, prog_id);
    if (!p) {
        return OFPERR_OKO_UNKNOWN_PROG;
    }

    const struct okobpf_prog *prog = filter_prog_image(p->fp);
    if (map_id >= okobpf_prog_n_maps(prog)) {
        return OFPERR_OKO_UNKNOWN_MAP;
    }

    *mapp = okobpf_prog_map(prog, map_id);
    return 0;
}

static enum ofperr
map_result_to_ofperr(enum okobpf_map_result result)
{
    switch (result) {
    case OKOBPF_MAP_OK:
        return 0;
    case OKOBPF_MAP_NO_ENTRY:
        return OFPERR_OKO_NO_ENTRY;
    case OKOBPF_MAP_EXISTS:
        return OFPERR_OKO_ENTRY_EXISTS;
    case OKOBPF_MAP_FULL:
        return OFPERR_OKO_MAP_FULL;
    case OKOBPF_MAP_BAD_KEY_SIZE:
        return OFPERR_OKO_BAD_KEY_SIZE;
    case OKOBPF_MAP_BAD_VALUE_SIZE:
        return OFPERR_OKO_BAD_VALUE_SIZE;
    case OKOBPF_MAP_BAD_KEY:
        return OFPERR_OKO_BAD_KEY;
    case OKOBPF_MAP_BAD_FLAGS:
        return OFPERR_OKO_BAD_FLAGS;
    case OKOBPF_MAP_READ_ONLY:
        return OFPERR_OKO_READ_ONLY;
    case OKOBPF_MAP_UNSUPPORTED:
        return OFPERR_OKO_UNSUPPORTED_MAP_OP;
    case OKOBPF_MAP_NO_MEMORY:
        return OFPERR_OKO_NO_MEMORY;
    default:
        OVS_NOT_REACHED();
    }
}

enum ofperr
ofproto_filter_handle_map_update(struct ofconn *ofconn,
                                 const struct ofp_header *oh)
{
    const struct ofproto *ofproto = ofconn_get_ofproto(ofconn);
    struct ofputil_map_update mu;
    struct okobpf_map *map;
    enum ofperr error;

    error = ofputil_decode_map_update(oh, &mu);
    if (!error) {
        error = find_map(ofproto, mu.prog_id, mu.map_id, &map);
    }
    if (error) {
        return error;
    }
    if (okobpf_map_info(map)->read_only) {
        return OFPERR_OKO_READ_ONLY;
    }

    if (mu.op == OKOMO_CLEAR) {
        okobpf_map_clear(map);
        return 0;
    }

    const uint8_t *key = mu.entries;
    for (uint32_t i = 0; i < mu.n_entries; i++) {
        const uint8_t *value = key + mu.key_size;
        enum okobpf_map_result result;

        if (mu.op == OKOMO_SET) {
            /* OKOMSM_* and OKOBPF_* have the same values. */
            result = okobpf_map_update(map, key, mu.key_size, value,
                                       mu.value_size, mu.mode);
        } else {
            result = okobpf_map_delete(map, key, mu.key_size);
        }
        if (result != OKOBPF_MAP_OK) {
            return map_result_to_ofperr(result);
        }
        key = value + mu.value_size;
    }
    return 0;
}

/* Appends at most 'max_total' entries of 'map' to 'replies'.  '*mdr' must be
 * complete up to the sizes, and its cursor say where to start. */
static void
append_map_entries(struct okobpf_map *map, struct ofputil_map_dump_reply *mdr,
                   uint32_t max_total, struct ovs_list *replies)
{
    uint32_t max_part = ofputil_map_dump_max_entries(mdr->key_size,
                                                     mdr->value_size);
    size_t entry_size = (size_t) mdr->key_size + mdr->value_size;
    uint8_t *entries = xmalloc(max_part * entry_size);
    uint32_t total = 0;
    bool more;

    mdr->entries = entries;
    do {
        uint32_t max = MIN(max_part, max_total - total);

        more = true;
        for (mdr->n_entries = 0; mdr->n_entries < max; mdr->n_entries++) {
            uint8_t *key = entries + mdr->n_entries * entry_size;

            more = okobpf_map_next(map, &mdr->cursor, key,
                                   key + mdr->key_size);
            if (!more) {
                break;
            }
        }
        total += mdr->n_entries;

        mdr->flags = more ? OKOMDRF_MORE : 0;
        ofputil_append_map_dump_reply(mdr, replies);
    } while (more && total < max_total);

    mdr->entries = NULL;
    free(entries);
}

enum ofperr
ofproto_filter_handle_map_dump_request(struct ofconn *ofconn,
                                       const struct ofp_header *oh)
{
    const struct ofproto *ofproto = ofconn_get_ofproto(ofconn);
    struct ofputil_map_dump_request request;
    struct okobpf_map *map;
    enum ofperr error;

    error = ofputil_decode_map_dump_request(oh, &request);
    if (!error) {
        error = find_map(ofproto, request.prog_id, request.map_id, &map);
    }
    if (error) {
        return error;
    }

    struct ofputil_map_dump_reply reply = {
        .prog_id = request.prog_id,
        .map_id = request.map_id,
        .cursor = request.cursor,
    };
    okobpf_map_dump_sizes(map, &reply.key_size, &reply.value_size);
    if (!ofputil_map_dump_max_entries(reply.key_size, reply.value_size)) {
        /* An entry doesn't fit into a message. */
        return OFPERR_OKO_LIMIT;
    }

    uint64_t entry_size = (uint64_t) reply.key_size + reply.value_size;
    uint32_t max_total = MIN(MAP_DUMP_MAX_ENTRIES,
                             MAX(1, MAP_DUMP_MAX_BYTES / entry_size));
    if (request.max_entries) {
        max_total = MIN(max_total, request.max_entries);
    }

    struct ovs_list replies;
    ofpmp_init(&replies, oh);
    append_map_entries(map, &reply, max_total, &replies);
    ofconn_send_replies(ofconn, &replies);
    return 0;
}
