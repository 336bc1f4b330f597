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

/* Puts back the entry with the key at 'key' and the value behind it. */
static enum okobpf_map_result
restore_entry(struct okobpf_map *map, const struct ofputil_map_update *mu,
              const uint8_t *key)
{
    struct okobpf_map_state_sizes sizes;
    uint32_t key_size = mu->key_size;
    uint32_t index = 0;

    okobpf_map_state_sizes(map, &sizes);
    if (sizes.n_values > 1) {
        if (key_size != sizes.key_size + sizeof index) {
            return OKOBPF_MAP_BAD_KEY_SIZE;
        }
        key_size -= sizeof index;
        memcpy(&index, key + key_size, sizeof index);
    }
    return okobpf_map_restore(map, key, key_size, index, key + mu->key_size,
                              mu->value_size);
}

/* Clearing. */

struct clear_work {
    struct filter_work up;
    struct okobpf_map *map;     /* Owns a reference. */
    uint64_t cursor;            /* For okobpf_map_clear_some(). */
};

static struct clear_work *
clear_work_cast(struct filter_work *work)
{
    return CONTAINER_OF(work, struct clear_work, up);
}

static enum filter_work_result
clear_work_run(struct filter_work *work, enum ofperr *error OVS_UNUSED)
{
    struct clear_work *clear = clear_work_cast(work);

    return (okobpf_map_clear_some(clear->map, &clear->cursor)
            ? FILTER_WORK_MORE : FILTER_WORK_DONE);
}

static void
clear_work_destroy(struct filter_work *work)
{
    struct clear_work *clear = clear_work_cast(work);

    okobpf_map_unref(clear->map);
    free(clear);
}

static const struct filter_work_ops clear_work_ops = {
    .run = clear_work_run,
    .destroy = clear_work_destroy,
};

/* Makes 'ofconn' clear 'map', whatever becomes of its program meanwhile,
 * before it receives another message than 'oh'. */
static void
start_clear_work(struct ofconn *ofconn, const struct ofp_header *oh,
                 struct okobpf_map *map)
{
    struct clear_work *clear = xzalloc(sizeof *clear);

    clear->up.ops = &clear_work_ops;
    clear->map = okobpf_map_ref(map);
    filter_work_start(&clear->up, ofconn, oh);
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
        start_clear_work(ofconn, oh, map);
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
        } else if (mu.op == OKOMO_RESTORE) {
            result = restore_entry(map, &mu, key);
        } else {
            result = okobpf_map_delete(map, key, mu.key_size);
        }
        if (result != OKOBPF_MAP_OK) {
            ofproto_filter_note_failure(ofconn, &mu, map, i, result);
            return map_result_to_ofperr(result);
        }
        key = value + mu.value_size;
    }
    return 0;
}

/* Where the entries of a reply come from. */
struct map_reader {
    struct okobpf_map *map;
    bool state;                 /* OKOMDUF_STATE? */
    uint32_t key_size;          /* Of an entry in the reply, in bytes. */
    uint32_t value_size;        /* Of an entry in the reply, in bytes. */
    uint64_t cursor;

    /* With 'state': a key of the map, its values, and which of them, if any,
     * were not returned yet. */
    struct okobpf_map_state_sizes sizes;
    uint8_t *key;
    uint8_t *values;
    uint32_t next_value;
};

static void
map_reader_init(struct map_reader *reader, struct okobpf_map *map, bool state,
                uint64_t cursor)
{
    *reader = (struct map_reader) {
        .map = map,
        .state = state,
        .cursor = cursor,
    };
    if (state) {
        struct okobpf_map_state_sizes *sizes = &reader->sizes;

        okobpf_map_state_sizes(map, sizes);
        reader->key_size = sizes->key_size;
        if (sizes->n_values > 1) {
            reader->key_size += sizeof reader->next_value;
        }
        reader->value_size = sizes->value_size;
        reader->key = xmalloc(sizes->key_size);
        reader->values = xmalloc((size_t) sizes->n_values * sizes->value_size);
        reader->next_value = sizes->n_values;
    } else {
        okobpf_map_dump_sizes(map, &reader->key_size, &reader->value_size);
    }
}

static void
map_reader_uninit(struct map_reader *reader)
{
    free(reader->key);
    free(reader->values);
}

/* Returns true if 'reader->cursor' says where to go on: not if there are
 * values of the last key left. */
static bool
map_reader_may_stop(const struct map_reader *reader)
{
    return reader->next_value == reader->sizes.n_values;
}

/* Stores the next entry at 'entry'.  Returns false at the end. */
static bool
map_reader_next(struct map_reader *reader, uint8_t *entry)
{
    const struct okobpf_map_state_sizes *sizes = &reader->sizes;

    if (!reader->state) {
        return okobpf_map_next(reader->map, &reader->cursor, entry,
                               entry + reader->key_size);
    }

    if (map_reader_may_stop(reader)) {
        if (!okobpf_map_next_state(reader->map, &reader->cursor, reader->key,
                                   reader->values)) {
            return false;
        }
        reader->next_value = 0;
    }
    memcpy(entry, reader->key, sizes->key_size);
    if (sizes->n_values > 1) {
        memcpy(entry + sizes->key_size, &reader->next_value,
               sizeof reader->next_value);
    }
    memcpy(entry + reader->key_size,
           reader->values + (size_t) reader->next_value * sizes->value_size,
           sizes->value_size);
    reader->next_value++;
    return true;
}

/* Appends about 'max_total' entries at most to 'replies'.  '*mdr' must be
 * complete up to the sizes. */
static void
append_map_entries(struct map_reader *reader,
                   struct ofputil_map_dump_reply *mdr,
                   uint32_t max_total, struct ovs_list *replies)
{
    uint32_t max_part = ofputil_map_dump_max_entries(mdr->key_size,
                                                     mdr->value_size);
    size_t entry_size = (size_t) mdr->key_size + mdr->value_size;
    uint8_t *entries = xmalloc(max_part * entry_size);
    uint32_t total = 0;
    bool more = true;
    bool full = false;

    mdr->entries = entries;
    do {
        mdr->n_entries = 0;
        while (more && !full && mdr->n_entries < max_part) {
            more = map_reader_next(reader,
                                   entries + mdr->n_entries * entry_size);
            if (more) {
                mdr->n_entries++;
                total++;
                full = total >= max_total && map_reader_may_stop(reader);
            }
        }

        mdr->cursor = reader->cursor;
        mdr->flags = more ? OKOMDRF_MORE : 0;
        ofputil_append_map_dump_reply(mdr, replies);
    } while (more && !full);

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

    struct map_reader reader;
    map_reader_init(&reader, map, request.flags & OKOMDUF_STATE,
                    request.cursor);

    struct ofputil_map_dump_reply reply = {
        .prog_id = request.prog_id,
        .map_id = request.map_id,
        .key_size = reader.key_size,
        .value_size = reader.value_size,
    };
    if (!ofputil_map_dump_max_entries(reply.key_size, reply.value_size)) {
        /* An entry doesn't fit into a message. */
        map_reader_uninit(&reader);
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
    append_map_entries(&reader, &reply, max_total, &replies);
    map_reader_uninit(&reader);
    ofconn_send_replies(ofconn, &replies);
    return 0;
}

/* Getting entries. */

/* Appends the entries of 'map' that '*mgr' asks for to 'replies'.  '*mdr' must
 * be complete up to the sizes.  Returns 0 if successful, otherwise an OpenFlow
 * error. */
static enum ofperr
append_map_lookups(struct okobpf_map *map,
                   const struct ofputil_map_get_request *mgr,
                   struct ofputil_map_dump_reply *mdr,
                   struct ovs_list *replies)
{
    uint32_t max_part = ofputil_map_dump_max_entries(mdr->key_size,
                                                     mdr->value_size);
    size_t entry_size = (size_t) mdr->key_size + mdr->value_size;
    uint8_t *entries = xmalloc(max_part * entry_size);
    const uint8_t *key = mgr->keys;
    enum ofperr error = 0;
    bool any = false;

    mdr->entries = entries;
    for (uint32_t i = 0; i < mgr->n_keys && !error; i++) {
        uint8_t *entry = entries + mdr->n_entries * entry_size;
        enum okobpf_map_result result;

        result = okobpf_map_lookup(map, key, mdr->key_size,
                                   entry + mdr->key_size, mdr->value_size);
        if (result == OKOBPF_MAP_OK) {
            memcpy(entry, key, mdr->key_size);
            if (++mdr->n_entries == max_part) {
                ofputil_append_map_dump_reply(mdr, replies);
                mdr->n_entries = 0;
                any = true;
            }
        } else if (result != OKOBPF_MAP_NO_ENTRY) {
            error = map_result_to_ofperr(result);
        }
        key += mdr->key_size;
    }
    if (mdr->n_entries || !any) {
        ofputil_append_map_dump_reply(mdr, replies);
    }
    free(entries);
    return error;
}

enum ofperr
ofproto_filter_handle_map_get_request(struct ofconn *ofconn,
                                      const struct ofp_header *oh)
{
    const struct ofproto *ofproto = ofconn_get_ofproto(ofconn);
    struct ofputil_map_get_request request;
    struct okobpf_map *map;
    enum ofperr error;

    error = ofputil_decode_map_get_request(oh, &request);
    if (!error) {
        error = find_map(ofproto, request.prog_id, request.map_id, &map);
    }
    if (error) {
        return error;
    }

    struct ofputil_map_dump_reply reply = {
        .prog_id = request.prog_id,
        .map_id = request.map_id,
        .key_size = okobpf_map_info(map)->key_size,
        .value_size = okobpf_map_info(map)->value_size,
    };
    if (request.key_size != reply.key_size) {
        return OFPERR_OKO_BAD_KEY_SIZE;
    }
    if (!ofputil_map_dump_max_entries(reply.key_size, reply.value_size)
        || request.n_keys > ofputil_map_get_max_keys(reply.key_size,
                                                     reply.value_size)) {
        return OFPERR_OKO_LIMIT;
    }

    struct ovs_list replies;
    ofpmp_init(&replies, oh);
    error = append_map_lookups(map, &request, &reply, &replies);
    if (error) {
        ofpbuf_list_delete(&replies);
    } else {
        ofconn_send_replies(ofconn, &replies);
    }
    return error;
}
