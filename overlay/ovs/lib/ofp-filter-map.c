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
#include "openvswitch/ofp-filter-prog.h"

#include "byte-order.h"
#include "okobpf/okobpf.h"
#include "ofp-filter-prog-private.h"
#include "openvswitch/dynamic-string.h"
#include "openvswitch/list.h"
#include "openvswitch/ofp-msgs.h"
#include "openvswitch/ofpbuf.h"
#include "util.h"

/* Returns the name of map type 'type', or 'buf', which has 'bufsize' bytes,
 * with the number in it if the type is not known. */
const char *
ofputil_map_type_to_string(uint32_t type, char *buf, size_t bufsize)
{
    const char *name = okobpf_map_type_to_string(type);
    if (name) {
        return name;
    }
    snprintf(buf, bufsize, "%"PRIu32, type);
    return buf;
}

/* Returns the number of entries of 'key_size' and 'value_size' bytes that fit
 * into 'room' bytes.  Never wraps around, whatever the sizes. */
static uint32_t
max_entries(uint32_t key_size, uint32_t value_size, uint32_t room)
{
    uint64_t entry_size = (uint64_t) key_size + value_size;

    return entry_size ? room / entry_size : 0;
}

/* Pulls 'n' entries of 'key_size' and 'value_size' bytes and the padding after
 * them from 'msg'.  Returns the first of them or NULL if they aren't just what
 * 'msg' holds.  (For no entries, returns a pointer that must not be
 * dereferenced.) */
static const uint8_t *
pull_entries(struct ofpbuf *msg, uint32_t n, uint32_t key_size,
             uint32_t value_size)
{
    /* Dividing, because n * (key_size + value_size) can exceed 64 bits. */
    if (n > max_entries(key_size, value_size, msg->size)) {
        return NULL;
    }

    const uint8_t *entries = ofputil_filter_pull_padded(
        msg, n * ((uint64_t) key_size + value_size));
    return msg->size ? NULL : entries;
}

/* Appends the 'n' entries at 'entries' to 's'. */
static void
format_entries(struct ds *s, const uint8_t *entries, uint32_t n,
               uint32_t key_size, uint32_t value_size)
{
    for (uint32_t i = 0; i < n; i++) {
        ds_put_cstr(s, "\n  key ");
        for (uint32_t j = 0; j < key_size; j++) {
            ds_put_format(s, "%s%02"PRIx8, j ? " " : "", *entries++);
        }
        if (value_size) {
            ds_put_cstr(s, " value ");
        }
        for (uint32_t j = 0; j < value_size; j++) {
            ds_put_format(s, "%s%02"PRIx8, j ? " " : "", *entries++);
        }
    }
}

/* OKOT_MAP_UPDATE. */

static enum ofperr
check_map_update(const struct ofputil_map_update *mu)
{
    switch (mu->op) {
    case OKOMO_SET:
        return mu->mode > OKOMSM_EXIST ? OFPERR_OKO_BAD_FLAGS : 0;

    case OKOMO_RESTORE:
        return mu->mode ? OFPERR_OKO_BAD_FLAGS : 0;

    case OKOMO_DELETE:
        return (mu->value_size ? OFPERR_OKO_BAD_VALUE_SIZE
                : mu->mode ? OFPERR_OKO_BAD_FLAGS
                : 0);

    case OKOMO_CLEAR:
        return (mu->n_entries || mu->key_size ? OFPERR_OKO_BAD_KEY_SIZE
                : mu->value_size ? OFPERR_OKO_BAD_VALUE_SIZE
                : mu->mode ? OFPERR_OKO_BAD_FLAGS
                : 0);

    default:
        return OFPERR_OKO_UNSUPPORTED_MAP_OP;
    }
}

/* Decodes the OKOT_MAP_UPDATE message in 'oh' into '*mu', which then points
 * into 'oh'.  Returns 0 if successful, otherwise an OpenFlow error.  Checks
 * all that can be checked without knowing the map: in particular, there are
 * as many bytes at 'mu->entries' as the sizes promise. */
enum ofperr
ofputil_decode_map_update(const struct ofp_header *oh,
                          struct ofputil_map_update *mu)
{
    struct ofpbuf b = ofpbuf_const_initializer(oh, ntohs(oh->length));
    ofpraw_pull_assert(&b);

    const struct oko_map_update *omu = ofpbuf_pull(&b, sizeof *omu);
    mu->prog_id = ntohl(omu->prog_id);
    mu->map_id = ntohl(omu->map_id);
    mu->op = ntohs(omu->op);
    mu->mode = ntohs(omu->mode);
    mu->n_entries = ntohl(omu->n_entries);
    mu->key_size = ntohl(omu->key_size);
    mu->value_size = ntohl(omu->value_size);
    mu->entries = pull_entries(&b, mu->n_entries, mu->key_size,
                               mu->value_size);
    if (!mu->entries) {
        return OFPERR_OFPBRC_BAD_LEN;
    }

    enum ofperr error = check_map_update(mu);
    return error ? error : ofputil_filter_check_prog_id(mu->prog_id);
}

/* Returns an OKOT_MAP_UPDATE message for '*mu', which must have at most
 * ofputil_map_update_max_entries() entries. */
struct ofpbuf *
ofputil_encode_map_update(enum ofp_version version,
                          const struct ofputil_map_update *mu)
{
    ovs_assert(mu->n_entries <= ofputil_map_update_max_entries(
                   mu->key_size, mu->value_size));

    size_t len = mu->n_entries * ((size_t) mu->key_size + mu->value_size);
    struct ofpbuf *b = ofpraw_alloc(OFPRAW_OKOT_MAP_UPDATE, version,
                                    ROUND_UP(len, 8));
    struct oko_map_update *omu = ofpbuf_put_zeros(b, sizeof *omu);
    omu->prog_id = htonl(mu->prog_id);
    omu->map_id = htonl(mu->map_id);
    omu->op = htons(mu->op);
    omu->mode = htons(mu->mode);
    omu->n_entries = htonl(mu->n_entries);
    omu->key_size = htonl(mu->key_size);
    omu->value_size = htonl(mu->value_size);
    if (len) {
        ofpbuf_put(b, mu->entries, len);
    }
    ofpbuf_put_zeros(b, PAD_SIZE(len, 8));
    return b;
}

/* Returns the number of entries of 'key_size' and 'value_size' bytes that fit
 * into one OKOT_MAP_UPDATE message. */
uint32_t
ofputil_map_update_max_entries(uint32_t key_size, uint32_t value_size)
{
    return max_entries(key_size, value_size, OFPUTIL_MAP_ENTRY_MAX_LEN);
}

/* Appends a description of '*mu' to 's'. */
void
ofputil_format_map_update(struct ds *s, const struct ofputil_map_update *mu)
{
    static const char *const ops[] = { "set", "delete", "clear",
                                        "restore" };
    static const char *const modes[] = { "any", "noexist", "exist" };

    ofputil_filter_format_prog_id(s, mu->prog_id);
    ds_put_format(s, ",map=%"PRIu32",op=%s", mu->map_id, ops[mu->op]);
    if (mu->op == OKOMO_SET) {
        ds_put_format(s, ",mode=%s", modes[mu->mode]);
    }
    if (mu->op != OKOMO_CLEAR) {
        ds_put_format(s, ",n=%"PRIu32, mu->n_entries);
    }
    format_entries(s, mu->entries, mu->n_entries, mu->key_size,
                   mu->value_size);
}

/* OKOST_MAP_DUMP. */

/* Decodes the OKOST_MAP_DUMP request in 'oh' into '*mdr'.  Returns 0 if
 * successful, otherwise an OpenFlow error. */
enum ofperr
ofputil_decode_map_dump_request(const struct ofp_header *oh,
                                struct ofputil_map_dump_request *mdr)
{
    const struct oko_map_dump_request *omdr = ofpmsg_body(oh);
    mdr->prog_id = ntohl(omdr->prog_id);
    mdr->map_id = ntohl(omdr->map_id);
    mdr->cursor = ntohll(omdr->cursor);
    mdr->max_entries = ntohl(omdr->max_entries);
    mdr->flags = ntohs(omdr->flags);
    if (mdr->flags & ~OKOMDUF_ALL) {
        return OFPERR_OKO_BAD_FLAGS;
    }
    return ofputil_filter_check_prog_id(mdr->prog_id);
}

/* Returns an OKOST_MAP_DUMP request for '*mdr'. */
struct ofpbuf *
ofputil_encode_map_dump_request(enum ofp_version version,
                                const struct ofputil_map_dump_request *mdr)
{
    struct ofpbuf *b = ofpraw_alloc(OFPRAW_OKOST_MAP_DUMP_REQUEST, version, 0);
    struct oko_map_dump_request *omdr = ofpbuf_put_zeros(b, sizeof *omdr);
    omdr->prog_id = htonl(mdr->prog_id);
    omdr->map_id = htonl(mdr->map_id);
    omdr->cursor = htonll(mdr->cursor);
    omdr->max_entries = htonl(mdr->max_entries);
    omdr->flags = htons(mdr->flags);
    return b;
}

/* Appends a description of '*mdr' to 's'. */
void
ofputil_format_map_dump_request(struct ds *s,
                                const struct ofputil_map_dump_request *mdr)
{
    ofputil_filter_format_prog_id(s, mdr->prog_id);
    ds_put_format(s, ",map=%"PRIu32, mdr->map_id);
    if (mdr->cursor) {
        ds_put_format(s, ",cursor=%#"PRIx64, mdr->cursor);
    }
    if (mdr->max_entries) {
        ds_put_format(s, ",max_entries=%"PRIu32, mdr->max_entries);
    }
    if (mdr->flags & OKOMDUF_STATE) {
        ds_put_cstr(s, ",state");
    }
}

/* Appends '*mdr', which must have at most ofputil_map_dump_max_entries()
 * entries, to 'replies' as a part of its own.  'replies' must have been used
 * with ofpmp_init() and this function only. */
void
ofputil_append_map_dump_reply(const struct ofputil_map_dump_reply *mdr,
                              struct ovs_list *replies)
{
    ovs_assert(mdr->n_entries <= ofputil_map_dump_max_entries(
                   mdr->key_size, mdr->value_size));

    struct ofpbuf *last = ofpbuf_from_list(ovs_list_back(replies));
    if (ofpbuf_msgsize(last)) {
        /* The last part is in use: start a new one, by asking for more than
         * there can be room for. */
        ofpmp_reserve(replies, UINT16_MAX - sizeof(struct oko_map_dump_reply));
    }

    size_t len = mdr->n_entries * ((size_t) mdr->key_size + mdr->value_size);
    struct ofpbuf *b = ofpmp_reserve(replies, sizeof(struct oko_map_dump_reply)
                                              + ROUND_UP(len, 8));
    struct oko_map_dump_reply *omdr = ofpbuf_put_zeros(b, sizeof *omdr);
    omdr->prog_id = htonl(mdr->prog_id);
    omdr->map_id = htonl(mdr->map_id);
    omdr->key_size = htonl(mdr->key_size);
    omdr->value_size = htonl(mdr->value_size);
    omdr->n_entries = htonl(mdr->n_entries);
    omdr->flags = htonl(mdr->flags);
    omdr->cursor = htonll(mdr->cursor);
    if (len) {
        ofpbuf_put(b, mdr->entries, len);
    }
    ofpbuf_put_zeros(b, PAD_SIZE(len, 8));
}

/* Returns the number of entries of 'key_size' and 'value_size' bytes that fit
 * into one part of an OKOST_MAP_DUMP reply. */
uint32_t
ofputil_map_dump_max_entries(uint32_t key_size, uint32_t value_size)
{
    return max_entries(key_size, value_size, OFPUTIL_MAP_ENTRY_MAX_LEN);
}

/* Decodes the part of an OKOST_MAP_DUMP reply in 'oh' into '*mdr', which then
 * points into 'oh'.  Returns 0 if successful, otherwise an OpenFlow error. */
enum ofperr
ofputil_decode_map_dump_reply(const struct ofp_header *oh,
                              struct ofputil_map_dump_reply *mdr)
{
    struct ofpbuf b = ofpbuf_const_initializer(oh, ntohs(oh->length));
    ofpraw_pull_assert(&b);

    const struct oko_map_dump_reply *omdr = ofpbuf_pull(&b, sizeof *omdr);
    mdr->prog_id = ntohl(omdr->prog_id);
    mdr->map_id = ntohl(omdr->map_id);
    mdr->key_size = ntohl(omdr->key_size);
    mdr->value_size = ntohl(omdr->value_size);
    mdr->n_entries = ntohl(omdr->n_entries);
    mdr->flags = ntohl(omdr->flags);
    mdr->cursor = ntohll(omdr->cursor);
    mdr->entries = pull_entries(&b, mdr->n_entries, mdr->key_size,
                                mdr->value_size);
    return mdr->entries ? 0 : OFPERR_OFPBRC_BAD_LEN;
}

/* Appends a description of '*mdr' to 's'. */
void
ofputil_format_map_dump_reply(struct ds *s,
                              const struct ofputil_map_dump_reply *mdr)
{
    ofputil_filter_format_prog_id(s, mdr->prog_id);
    ds_put_format(s, ",map=%"PRIu32",n=%"PRIu32, mdr->map_id, mdr->n_entries);
    if (mdr->flags & OKOMDRF_MORE) {
        ds_put_format(s, ",more,cursor=%#"PRIx64, mdr->cursor);
    }
    format_entries(s, mdr->entries, mdr->n_entries, mdr->key_size,
                   mdr->value_size);
}

/* OKOST_MAP_GET. */

/* Decodes the OKOST_MAP_GET request in 'oh' into '*mgr', which then points
 * into 'oh'.  Returns 0 if successful, otherwise an OpenFlow error. */
enum ofperr
ofputil_decode_map_get_request(const struct ofp_header *oh,
                               struct ofputil_map_get_request *mgr)
{
    struct ofpbuf b = ofpbuf_const_initializer(oh, ntohs(oh->length));
    ofpraw_pull_assert(&b);

    const struct oko_map_get_request *omgr = ofpbuf_pull(&b, sizeof *omgr);
    mgr->prog_id = ntohl(omgr->prog_id);
    mgr->map_id = ntohl(omgr->map_id);
    mgr->n_keys = ntohl(omgr->n_keys);
    mgr->key_size = ntohl(omgr->key_size);
    mgr->keys = pull_entries(&b, mgr->n_keys, mgr->key_size, 0);
    return (mgr->keys ? ofputil_filter_check_prog_id(mgr->prog_id)
            : OFPERR_OFPBRC_BAD_LEN);
}

/* Returns an OKOST_MAP_GET request for '*mgr', which must have at most
 * ofputil_map_get_max_keys() keys. */
struct ofpbuf *
ofputil_encode_map_get_request(enum ofp_version version,
                               const struct ofputil_map_get_request *mgr)
{
    ovs_assert(mgr->n_keys <= ofputil_map_get_max_keys(mgr->key_size, 0));

    size_t len = mgr->n_keys * (size_t) mgr->key_size;
    struct ofpbuf *b = ofpraw_alloc(OFPRAW_OKOST_MAP_GET_REQUEST, version,
                                    ROUND_UP(len, 8));
    struct oko_map_get_request *omgr = ofpbuf_put_zeros(b, sizeof *omgr);
    omgr->prog_id = htonl(mgr->prog_id);
    omgr->map_id = htonl(mgr->map_id);
    omgr->n_keys = htonl(mgr->n_keys);
    omgr->key_size = htonl(mgr->key_size);
    if (len) {
        ofpbuf_put(b, mgr->keys, len);
    }
    ofpbuf_put_zeros(b, PAD_SIZE(len, 8));
    return b;
}

/* Returns the number of keys of 'key_size' bytes, for values of 'value_size'
 * bytes, that one OKOST_MAP_GET request may have. */
uint32_t
ofputil_map_get_max_keys(uint32_t key_size, uint32_t value_size)
{
    uint32_t n = MIN(max_entries(key_size, 0, OFPUTIL_MAP_ENTRY_MAX_LEN),
                     max_entries(key_size, value_size, OKO_MAP_GET_MAX_BYTES));

    return MIN(n, OKO_MAP_GET_MAX_KEYS);
}

/* Appends a description of '*mgr' to 's'. */
void
ofputil_format_map_get_request(struct ds *s,
                               const struct ofputil_map_get_request *mgr)
{
    ofputil_filter_format_prog_id(s, mgr->prog_id);
    ds_put_format(s, ",map=%"PRIu32",n=%"PRIu32, mgr->map_id, mgr->n_keys);
    format_entries(s, mgr->keys, mgr->n_keys, mgr->key_size, 0);
}
