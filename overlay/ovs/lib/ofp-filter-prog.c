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
#include "ofp-filter-prog-private.h"
#include "openvswitch/dynamic-string.h"
#include "openvswitch/json.h"
#include "openvswitch/list.h"
#include "openvswitch/ofp-msgs.h"
#include "openvswitch/ofpbuf.h"
#include "util.h"

/* Everything here may get bytes from a hostile peer.  ofpraw_pull() has
 * checked that a message has room for its fixed part; lengths in it are
 * checked here, before use. */

/* Pulls 'len' bytes of data, as well as the zeros that pad it to a multiple
 * of 8, from 'msg'.  Returns the data, or NULL if 'msg' is too short.  For
 * a 'len' of zero, returns a pointer that must not be dereferenced. */
const void *
ofputil_filter_pull_padded(struct ofpbuf *msg, uint64_t len)
{
    if (len > msg->size || ROUND_UP(len, 8) > msg->size) {
        return NULL;
    }

    const void *data = msg->data;
    ofpbuf_pull(msg, ROUND_UP(len, 8));
    return data;
}

static bool
prog_id_is_valid(uint32_t prog_id)
{
    return prog_id >= OKO_PROG_MIN && prog_id <= OKO_PROG_MAX;
}

/* Checks 'prog_id' from a message that must name a single program. */
enum ofperr
ofputil_filter_check_prog_id(uint32_t prog_id)
{
    return prog_id_is_valid(prog_id) ? 0 : OFPERR_OKO_BAD_PROG_ID;
}

/* Appends " filter_prog=" and 'prog_id' to 's'. */
void
ofputil_filter_format_prog_id(struct ds *s, uint32_t prog_id)
{
    if (prog_id == OKO_PROG_ALL) {
        ds_put_cstr(s, " filter_prog=all");
    } else {
        ds_put_format(s, " filter_prog=%"PRIu32, prog_id);
    }
}

/* Appends the names of the bits that are set in 'flags', each with a comma in
 * front, to 's'.  'names' has a name for each bit, starting with the least
 * significant one. */
static void
format_flags(struct ds *s, uint32_t flags, const char *const names[],
             size_t n_names)
{
    for (size_t i = 0; i < n_names; i++) {
        if (flags & (UINT32_C(1) << i)) {
            ds_put_format(s, ",%s", names[i]);
            flags &= ~(UINT32_C(1) << i);
        }
    }
    if (flags) {
        ds_put_format(s, ",flags=%#"PRIx32, flags);
    }
}

/* OKOT_PROG_LOAD. */

/* Decodes the OKOT_PROG_LOAD message in 'oh' into '*pl', which then points
 * into 'oh'.  Returns 0 if successful, otherwise an OpenFlow error.
 *
 * A chunk in a decoded message lies within the object: 'offset' + 'chunk_len'
 * <= 'total_len'. */
enum ofperr
ofputil_decode_prog_load(const struct ofp_header *oh,
                         struct ofputil_prog_load *pl)
{
    struct ofpbuf b = ofpbuf_const_initializer(oh, ntohs(oh->length));
    ofpraw_pull_assert(&b);

    const struct oko_prog_load *opl = ofpbuf_pull(&b, sizeof *opl);
    pl->prog_id = ntohl(opl->prog_id);
    pl->total_len = ntohl(opl->total_len);
    pl->offset = ntohl(opl->offset);
    pl->flags = ntohs(opl->flags);
    pl->chunk_len = ntohs(opl->chunk_len);
    pl->chunk = ofputil_filter_pull_padded(&b, pl->chunk_len);

    if (!pl->chunk || b.size) {
        return OFPERR_OFPBRC_BAD_LEN;
    }
    if (pl->flags & ~OKOPLF_ALL
        || (pl->flags & (OKOPLF_KEEP_MAPS | OKOPLF_LOSE_MAPS)
            && !(pl->flags & OKOPLF_REPLACE))) {
        return OFPERR_OKO_BAD_FLAGS;
    }
    if ((uint64_t) pl->offset + pl->chunk_len > pl->total_len
        || (!pl->chunk_len && pl->total_len)) {
        return OFPERR_OKO_BAD_CHUNK;
    }
    return ofputil_filter_check_prog_id(pl->prog_id);
}

/* Returns an OKOT_PROG_LOAD message for '*pl'. */
struct ofpbuf *
ofputil_encode_prog_load(enum ofp_version version,
                         const struct ofputil_prog_load *pl)
{
    struct ofpbuf *b = ofpraw_alloc(OFPRAW_OKOT_PROG_LOAD, version,
                                    ROUND_UP(pl->chunk_len, 8));
    struct oko_prog_load *opl = ofpbuf_put_zeros(b, sizeof *opl);
    opl->prog_id = htonl(pl->prog_id);
    opl->total_len = htonl(pl->total_len);
    opl->offset = htonl(pl->offset);
    opl->flags = htons(pl->flags);
    opl->chunk_len = htons(pl->chunk_len);

    if (pl->chunk_len) {
        ofpbuf_put(b, pl->chunk, pl->chunk_len);
    }
    ofpbuf_put_zeros(b, PAD_SIZE(pl->chunk_len, 8));
    return b;
}

/* Appends a description of '*pl' to 's'. */
void
ofputil_format_prog_load(struct ds *s, const struct ofputil_prog_load *pl)
{
    static const char *const names[] = { "replace", "keep_maps", "want_log",
                                         "lose_maps" };

    ofputil_filter_format_prog_id(s, pl->prog_id);
    ds_put_format(s, ",total_len=%"PRIu32",offset=%"PRIu32
                  ",chunk_len=%"PRIu16,
                  pl->total_len, pl->offset, pl->chunk_len);
    format_flags(s, pl->flags, names, ARRAY_SIZE(names));
}

/* OKOT_PROG_UNLOAD. */

/* Decodes the OKOT_PROG_UNLOAD message in 'oh' into '*pu'.  Returns 0 if
 * successful, otherwise an OpenFlow error. */
enum ofperr
ofputil_decode_prog_unload(const struct ofp_header *oh,
                           struct ofputil_prog_unload *pu)
{
    const struct oko_prog_unload *opu = ofpmsg_body(oh);
    pu->prog_id = ntohl(opu->prog_id);
    pu->flags = ntohs(opu->flags);

    if (pu->flags & ~OKOPUF_ALL) {
        return OFPERR_OKO_BAD_FLAGS;
    }
    return (pu->prog_id == OKO_PROG_ALL
            ? 0
            : ofputil_filter_check_prog_id(pu->prog_id));
}

/* Returns an OKOT_PROG_UNLOAD message for '*pu'. */
struct ofpbuf *
ofputil_encode_prog_unload(enum ofp_version version,
                           const struct ofputil_prog_unload *pu)
{
    struct ofpbuf *b = ofpraw_alloc(OFPRAW_OKOT_PROG_UNLOAD, version, 0);
    struct oko_prog_unload *opu = ofpbuf_put_zeros(b, sizeof *opu);
    opu->prog_id = htonl(pu->prog_id);
    opu->flags = htons(pu->flags);
    return b;
}

/* Appends a description of '*pu' to 's'. */
void
ofputil_format_prog_unload(struct ds *s, const struct ofputil_prog_unload *pu)
{
    static const char *const names[] = { "force" };

    ofputil_filter_format_prog_id(s, pu->prog_id);
    format_flags(s, pu->flags, names, ARRAY_SIZE(names));
}

/* OKOST_PROG_DESC and OKOST_PROG_IMAGE requests. */

/* Decodes the OKOST_PROG_DESC request in 'oh', and stores the program
 * number, which may be OKO_PROG_ALL, in '*prog_id'.  Returns 0 if
 * successful, otherwise an OpenFlow error. */
enum ofperr
ofputil_decode_prog_desc_request(const struct ofp_header *oh,
                                 uint32_t *prog_id)
{
    const struct oko_prog_request *opr = ofpmsg_body(oh);
    *prog_id = ntohl(opr->prog_id);
    return (*prog_id == OKO_PROG_ALL
            ? 0
            : ofputil_filter_check_prog_id(*prog_id));
}

/* Decodes the OKOST_PROG_IMAGE request in 'oh', and stores the program number
 * in '*prog_id'.  Returns 0 if successful, otherwise an OpenFlow error. */
enum ofperr
ofputil_decode_prog_image_request(const struct ofp_header *oh,
                                  uint32_t *prog_id)
{
    const struct oko_prog_request *opr = ofpmsg_body(oh);
    *prog_id = ntohl(opr->prog_id);
    return ofputil_filter_check_prog_id(*prog_id);
}

static struct ofpbuf *
encode_prog_request(enum ofpraw raw, enum ofp_version version,
                    uint32_t prog_id)
{
    struct ofpbuf *b = ofpraw_alloc(raw, version, 0);
    struct oko_prog_request *opr = ofpbuf_put_zeros(b, sizeof *opr);
    opr->prog_id = htonl(prog_id);
    return b;
}

/* Returns an OKOST_PROG_DESC request for program 'prog_id', which may be
 * OKO_PROG_ALL. */
struct ofpbuf *
ofputil_encode_prog_desc_request(enum ofp_version version, uint32_t prog_id)
{
    return encode_prog_request(OFPRAW_OKOST_PROG_DESC_REQUEST, version,
                               prog_id);
}

/* Returns an OKOST_PROG_IMAGE request for program 'prog_id'. */
struct ofpbuf *
ofputil_encode_prog_image_request(enum ofp_version version, uint32_t prog_id)
{
    return encode_prog_request(OFPRAW_OKOST_PROG_IMAGE_REQUEST, version,
                               prog_id);
}

/* Appends a description of a request for program 'prog_id' to 's'. */
void
ofputil_format_prog_request(struct ds *s, uint32_t prog_id)
{
    ofputil_filter_format_prog_id(s, prog_id);
}

/* OKOST_PROG_DESC reply. */

/* Copies 'src' to 'dst', cutting it off if it is too long, and fills up 'dst'
 * with null bytes.  'src' may be NULL. */
void
ofputil_put_name(char dst[OKO_NAME_LEN], const char *src)
{
    size_t len = src ? strnlen(src, OKO_NAME_LEN - 1) : 0;

    memset(dst, 0, OKO_NAME_LEN);
    if (len) {
        memcpy(dst, src, len);
    }
}

/* Copies 'src', from a message, to 'dst' and makes sure that it ends in a null
 * byte. */
static void
get_name(char dst[OKO_NAME_LEN], const char src[OKO_NAME_LEN])
{
    ovs_strlcpy(dst, src, OKO_NAME_LEN);
}

/* Frees what is in '*pd', but not 'pd' itself. */
void
ofputil_prog_desc_uninit(struct ofputil_prog_desc *pd)
{
    free(pd->maps);
    pd->maps = NULL;
    pd->n_maps = 0;
}

/* Appends '*pd' to the reply in 'replies'. */
void
ofputil_append_prog_desc(const struct ofputil_prog_desc *pd,
                         struct ovs_list *replies)
{
    size_t len = (sizeof(struct oko_prog_desc)
                  + pd->n_maps * sizeof(struct oko_map_desc));
    ovs_assert(len <= UINT16_MAX / 2);

    struct ofpbuf *b = ofpmp_reserve(replies, len);
    struct oko_prog_desc *opd = ofpbuf_put_zeros(b, sizeof *opd);
    opd->length = htons(len);
    opd->n_maps = htons(pd->n_maps);
    opd->prog_id = htonl(pd->prog_id);
    opd->handle = htonl(pd->handle);
    opd->elf_len = htonl(pd->elf_len);
    opd->n_insns = htonl(pd->n_insns);
    opd->jited_len = htonl(pd->jited_len);
    opd->n_rules = htonl(pd->n_rules);
    opd->abi = pd->abi;
    opd->load_time = htonll(pd->load_time);
    opd->map_memory = htonll(pd->map_memory);
    opd->n_runs = htonll(pd->n_runs);
    opd->n_matches = htonll(pd->n_matches);
    memcpy(opd->tag, pd->tag, sizeof opd->tag);
    ofputil_put_name(opd->name, pd->name);
    ofputil_put_name(opd->section, pd->section);

    for (size_t i = 0; i < pd->n_maps; i++) {
        const struct ofputil_map_desc *md = &pd->maps[i];
        struct oko_map_desc *omd = ofpbuf_put_zeros(b, sizeof *omd);
        omd->type = htonl(md->type);
        omd->key_size = htonl(md->key_size);
        omd->value_size = htonl(md->value_size);
        omd->max_entries = htonl(md->max_entries);
        omd->n_hash_functions = htonl(md->n_hash_functions);
        omd->flags = htonl(md->flags);
        omd->n_entries = htonll(md->n_entries);
        omd->memory = htonll(md->memory);
        ofputil_put_name(omd->name, md->name);
    }
}

/* Pulls a description of a program from the OKOST_PROG_DESC reply in 'msg'
 * into '*pd'.  Returns 0 if successful, EOF if no descriptions were left in
 * 'msg', otherwise an OpenFlow error.
 *
 * Multiple descriptions can be packed into a single OpenFlow message.
 * Calling this function multiple times for a single 'msg' iterates through
 * them.  The caller must initially leave 'msg''s layer pointers null and
 * not modify them between calls, and must pass each description to
 * ofputil_prog_desc_uninit(). */
int
ofputil_pull_prog_desc(struct ofpbuf *msg, struct ofputil_prog_desc *pd)
{
    memset(pd, 0, sizeof *pd);
    if (!msg->header) {
        ofpraw_pull_assert(msg);
    }
    if (!msg->size) {
        return EOF;
    }

    const struct oko_prog_desc *opd = ofpbuf_try_pull(msg, sizeof *opd);
    if (!opd) {
        return OFPERR_OFPBRC_BAD_LEN;
    }
    size_t n_maps = ntohs(opd->n_maps);
    size_t maps_len = n_maps * sizeof(struct oko_map_desc);
    if (ntohs(opd->length) != sizeof *opd + maps_len) {
        return OFPERR_OFPBRC_BAD_LEN;
    }
    const struct oko_map_desc *omd = ofpbuf_try_pull(msg, maps_len);
    if (!omd) {
        return OFPERR_OFPBRC_BAD_LEN;
    }

    pd->prog_id = ntohl(opd->prog_id);
    pd->handle = ntohl(opd->handle);
    pd->elf_len = ntohl(opd->elf_len);
    pd->n_insns = ntohl(opd->n_insns);
    pd->jited_len = ntohl(opd->jited_len);
    pd->n_rules = ntohl(opd->n_rules);
    pd->abi = opd->abi;
    pd->load_time = ntohll(opd->load_time);
    pd->map_memory = ntohll(opd->map_memory);
    pd->n_runs = ntohll(opd->n_runs);
    pd->n_matches = ntohll(opd->n_matches);
    memcpy(pd->tag, opd->tag, sizeof pd->tag);
    get_name(pd->name, opd->name);
    get_name(pd->section, opd->section);

    pd->n_maps = n_maps;
    pd->maps = xcalloc(n_maps, sizeof *pd->maps);
    for (size_t i = 0; i < n_maps; i++, omd++) {
        struct ofputil_map_desc *md = &pd->maps[i];

        md->type = ntohl(omd->type);
        md->key_size = ntohl(omd->key_size);
        md->value_size = ntohl(omd->value_size);
        md->max_entries = ntohl(omd->max_entries);
        md->n_hash_functions = ntohl(omd->n_hash_functions);
        md->flags = ntohl(omd->flags);
        md->n_entries = ntohll(omd->n_entries);
        md->memory = ntohll(omd->memory);
        get_name(md->name, omd->name);
    }
    return 0;
}

static void
format_map_desc(struct ds *s, size_t index, const struct ofputil_map_desc *md)
{
    char type[16];

    ds_put_format(s, "\n  map=%"PRIuSIZE", name=", index);
    json_string_escape(md->name, s);
    ds_put_format(s, ", type=%s, key_size=%"PRIu32", value_size=%"PRIu32
                  ", max_entries=%"PRIu32", entries=%"PRIu64
                  ", bytes=%"PRIu64,
                  ofputil_map_type_to_string(md->type, type, sizeof type),
                  md->key_size, md->value_size, md->max_entries,
                  md->n_entries, md->memory);
    if (md->n_hash_functions) {
        ds_put_format(s, ", hash_functions=%"PRIu32, md->n_hash_functions);
    }
    if (md->flags & OKOMDF_READ_ONLY) {
        ds_put_cstr(s, ", read_only");
    }
}

/* Appends a description of '*pd' to 's': one line for the program and one for
 * each of its maps, each with a new-line in front. */
void
ofputil_format_prog_desc(struct ds *s, const struct ofputil_prog_desc *pd)
{
    ds_put_char(s, '\n');
    ofputil_filter_format_prog_id(s, pd->prog_id);
    ds_put_cstr(s, ", name=");
    json_string_escape(pd->name, s);
    ds_put_cstr(s, ", section=");
    json_string_escape(pd->section, s);

    ds_put_cstr(s, ", abi=");
    if (pd->abi == OKO_ABI_PACKET) {
        ds_put_cstr(s, "packet");
    } else if (pd->abi == OKO_ABI_CONTEXT) {
        ds_put_cstr(s, "context");
    } else {
        ds_put_format(s, "%"PRIu8, pd->abi);
    }

    ds_put_cstr(s, ", tag=");
    for (size_t i = 0; i < sizeof pd->tag; i++) {
        ds_put_format(s, "%02"PRIx8, pd->tag[i]);
    }

    ds_put_format(s, ", handle=%"PRIu32", loaded_at=%"PRIu64".%03"PRIu64
                  ", elf_bytes=%"PRIu32", insns=%"PRIu32
                  ", jited_bytes=%"PRIu32", map_bytes=%"PRIu64
                  ", rules=%"PRIu32", runs=%"PRIu64", matches=%"PRIu64,
                  pd->handle, pd->load_time / 1000, pd->load_time % 1000,
                  pd->elf_len, pd->n_insns, pd->jited_len, pd->map_memory,
                  pd->n_rules, pd->n_runs, pd->n_matches);

    for (size_t i = 0; i < pd->n_maps; i++) {
        format_map_desc(s, i, &pd->maps[i]);
    }
}

/* OKOST_PROG_IMAGE reply. */

/* Appends the 'elf_len' bytes at 'elf', the ELF object of program
 * 'prog_id', to 'replies', one chunk to a part.  'replies' must be as
 * ofpmp_init() left it. */
void
ofputil_append_prog_image(uint32_t prog_id, const void *elf, size_t elf_len,
                          struct ovs_list *replies)
{
    size_t offset = 0;

    do {
        size_t chunk_len = MIN(elf_len - offset, OFPUTIL_PROG_CHUNK_LEN);
        if (offset) {
            /* The last part has its chunk: start a new part, by asking for
             * more than there can be room for. */
            ofpmp_reserve(replies, UINT16_MAX - sizeof(struct oko_prog_image));
        }

        struct ofpbuf *b = ofpmp_reserve(replies,
                                         sizeof(struct oko_prog_image)
                                         + ROUND_UP(chunk_len, 8));
        struct oko_prog_image *opi = ofpbuf_put_zeros(b, sizeof *opi);
        opi->prog_id = htonl(prog_id);
        opi->total_len = htonl(elf_len);
        opi->offset = htonl(offset);
        opi->chunk_len = htons(chunk_len);
        if (chunk_len) {
            ofpbuf_put(b, (const uint8_t *) elf + offset, chunk_len);
        }
        ofpbuf_put_zeros(b, PAD_SIZE(chunk_len, 8));

        offset += chunk_len;
    } while (offset < elf_len);
}

/* Decodes the part of an OKOST_PROG_IMAGE reply in 'oh' into '*pi', which then
 * points into 'oh'.  Returns 0 if successful, otherwise an OpenFlow error. */
enum ofperr
ofputil_decode_prog_image(const struct ofp_header *oh,
                          struct ofputil_prog_image *pi)
{
    struct ofpbuf b = ofpbuf_const_initializer(oh, ntohs(oh->length));
    ofpraw_pull_assert(&b);

    const struct oko_prog_image *opi = ofpbuf_pull(&b, sizeof *opi);
    pi->prog_id = ntohl(opi->prog_id);
    pi->total_len = ntohl(opi->total_len);
    pi->offset = ntohl(opi->offset);
    pi->chunk_len = ntohs(opi->chunk_len);
    pi->chunk = ofputil_filter_pull_padded(&b, pi->chunk_len);
    if (!pi->chunk || b.size) {
        return OFPERR_OFPBRC_BAD_LEN;
    }
    if ((uint64_t) pi->offset + pi->chunk_len > pi->total_len) {
        return OFPERR_OKO_BAD_CHUNK;
    }
    return 0;
}

/* Appends a description of '*pi' to 's'. */
void
ofputil_format_prog_image(struct ds *s, const struct ofputil_prog_image *pi)
{
    ofputil_filter_format_prog_id(s, pi->prog_id);
    ds_put_format(s, ",total_len=%"PRIu32",offset=%"PRIu32
                  ",chunk_len=%"PRIu16,
                  pi->total_len, pi->offset, pi->chunk_len);
}

/* OKOST_PROG_LOG. */

/* Returns an OKOST_PROG_LOG request. */
struct ofpbuf *
ofputil_encode_prog_log_request(enum ofp_version version)
{
    return ofpraw_alloc(OFPRAW_OKOST_PROG_LOG_REQUEST, version, 0);
}

/* Returns the name of 'type', or NULL if it is not a known one. */
const char *
oko_prog_log_type_to_string(enum oko_prog_log_type type)
{
    switch (type) {
    case OKOPLT_REASON:
        return "reason";
    case OKOPLT_WHERE:
        return "where";
    case OKOPLT_STATE:
        return "state";
    case OKOPLT_ADVICE:
        return "advice";
    case OKOPLT_LOG:
        return "log";
    case OKOPLT_MAPS:
        return "maps";
    case OKOPLT_APPLIED:
        return "applied";
    default:
        return NULL;
    }
}

/* Appends 'text', which is about the load of program 'prog_id', to the
 * reply in 'replies', in as many records as it takes. */
void
ofputil_append_prog_log(uint32_t prog_id, enum oko_prog_log_type type,
                        const char *text, struct ovs_list *replies)
{
    size_t left = strlen(text);

    while (left) {
        size_t text_len = MIN(left, OFPUTIL_PROG_CHUNK_LEN);
        struct ofpbuf *b = ofpmp_reserve(replies, sizeof(struct oko_prog_log)
                                                  + ROUND_UP(text_len, 8));
        struct oko_prog_log *opl = ofpbuf_put_zeros(b, sizeof *opl);
        opl->prog_id = htonl(prog_id);
        opl->type = htons(type);
        opl->text_len = htons(text_len);
        ofpbuf_put(b, text, text_len);
        ofpbuf_put_zeros(b, PAD_SIZE(text_len, 8));

        text += text_len;
        left -= text_len;
    }
}

/* Pulls a record from the OKOST_PROG_LOG reply in 'msg' into '*pl', which then
 * points into 'msg'.  Returns 0 if successful, EOF if no records were left in
 * 'msg', otherwise an OpenFlow error.
 *
 * The caller must initially leave 'msg''s layer pointers null and not modify
 * them between calls. */
int
ofputil_pull_prog_log(struct ofpbuf *msg, struct ofputil_prog_log *pl)
{
    if (!msg->header) {
        ofpraw_pull_assert(msg);
    }
    if (!msg->size) {
        return EOF;
    }

    const struct oko_prog_log *opl = ofpbuf_try_pull(msg, sizeof *opl);
    if (!opl) {
        return OFPERR_OFPBRC_BAD_LEN;
    }
    pl->prog_id = ntohl(opl->prog_id);
    pl->type = ntohs(opl->type);
    pl->text_len = ntohs(opl->text_len);
    pl->text = ofputil_filter_pull_padded(msg, pl->text_len);
    return pl->text ? 0 : OFPERR_OFPBRC_BAD_LEN;
}

/* Appends a description of '*pl' to 's', with a new-line in front. */
void
ofputil_format_prog_log(struct ds *s, const struct ofputil_prog_log *pl)
{
    const char *type = oko_prog_log_type_to_string(pl->type);

    ds_put_char(s, '\n');
    ofputil_filter_format_prog_id(s, pl->prog_id);
    if (type) {
        ds_put_format(s, ", %s=", type);
    } else {
        ds_put_format(s, ", %d=", (int) pl->type);
    }

    char *text = xmemdup0(pl->text, pl->text_len);
    json_string_escape(text, s);
    free(text);
}
