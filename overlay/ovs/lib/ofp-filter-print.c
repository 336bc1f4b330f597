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

#include "openvswitch/dynamic-string.h"
#include "openvswitch/ofp-msgs.h"
#include "openvswitch/ofpbuf.h"
#include "util.h"

static enum ofperr
format_prog_load(struct ds *s, const struct ofp_header *oh)
{
    struct ofputil_prog_load pl;
    enum ofperr error = ofputil_decode_prog_load(oh, &pl);
    if (!error) {
        ofputil_format_prog_load(s, &pl);
    }
    return error;
}

static enum ofperr
format_prog_unload(struct ds *s, const struct ofp_header *oh)
{
    struct ofputil_prog_unload pu;
    enum ofperr error = ofputil_decode_prog_unload(oh, &pu);
    if (!error) {
        ofputil_format_prog_unload(s, &pu);
    }
    return error;
}

static enum ofperr
format_map_update(struct ds *s, const struct ofp_header *oh)
{
    struct ofputil_map_update mu;
    enum ofperr error = ofputil_decode_map_update(oh, &mu);
    if (!error) {
        ofputil_format_map_update(s, &mu);
    }
    return error;
}

static enum ofperr
format_prog_request(struct ds *s, const struct ofp_header *oh,
                    enum ofperr (*decode)(const struct ofp_header *,
                                          uint32_t *prog_id))
{
    uint32_t prog_id;
    enum ofperr error = decode(oh, &prog_id);
    if (!error) {
        ofputil_format_prog_request(s, prog_id);
    }
    return error;
}

static enum ofperr
format_prog_desc_reply(struct ds *s, const struct ofp_header *oh)
{
    struct ofpbuf b = ofpbuf_const_initializer(oh, ntohs(oh->length));

    for (;;) {
        struct ofputil_prog_desc pd;
        int error = ofputil_pull_prog_desc(&b, &pd);
        if (error) {
            return error != EOF ? error : 0;
        }
        ofputil_format_prog_desc(s, &pd);
        ofputil_prog_desc_uninit(&pd);
    }
}

static enum ofperr
format_prog_image_reply(struct ds *s, const struct ofp_header *oh)
{
    struct ofputil_prog_image pi;
    enum ofperr error = ofputil_decode_prog_image(oh, &pi);
    if (!error) {
        ofputil_format_prog_image(s, &pi);
    }
    return error;
}

static enum ofperr
format_map_dump_request(struct ds *s, const struct ofp_header *oh)
{
    struct ofputil_map_dump_request mdr;
    enum ofperr error = ofputil_decode_map_dump_request(oh, &mdr);
    if (!error) {
        ofputil_format_map_dump_request(s, &mdr);
    }
    return error;
}

static enum ofperr
format_map_get_request(struct ds *s, const struct ofp_header *oh)
{
    struct ofputil_map_get_request mgr;
    enum ofperr error = ofputil_decode_map_get_request(oh, &mgr);
    if (!error) {
        ofputil_format_map_get_request(s, &mgr);
    }
    return error;
}

static enum ofperr
format_map_dump_reply(struct ds *s, const struct ofp_header *oh)
{
    struct ofputil_map_dump_reply mdr;
    enum ofperr error = ofputil_decode_map_dump_reply(oh, &mdr);
    if (!error) {
        ofputil_format_map_dump_reply(s, &mdr);
    }
    return error;
}

static enum ofperr
format_prog_log_reply(struct ds *s, const struct ofp_header *oh)
{
    struct ofpbuf b = ofpbuf_const_initializer(oh, ntohs(oh->length));

    for (;;) {
        struct ofputil_prog_log pl;
        int error = ofputil_pull_prog_log(&b, &pl);
        if (error) {
            return error != EOF ? error : 0;
        }
        ofputil_format_prog_log(s, &pl);
    }
}

/* Appends a description of the body of 'oh' to 's'.  'type', the type of 'oh',
 * must be one of the OFPTYPE_OKO_* types.  Returns 0 if successful, otherwise
 * an OpenFlow error. */
enum ofperr
ofputil_format_filter_message(struct ds *s, const struct ofp_header *oh,
                              enum ofptype type)
{
    /* One 'if' for each type, since a "switch" would have to list all the
     * types of OpenFlow. */
    if (type == OFPTYPE_OKO_PROG_LOAD) {
        return format_prog_load(s, oh);
    } else if (type == OFPTYPE_OKO_PROG_UNLOAD) {
        return format_prog_unload(s, oh);
    } else if (type == OFPTYPE_OKO_MAP_UPDATE) {
        return format_map_update(s, oh);
    } else if (type == OFPTYPE_OKO_PROG_DESC_REQUEST) {
        return format_prog_request(s, oh, ofputil_decode_prog_desc_request);
    } else if (type == OFPTYPE_OKO_PROG_DESC_REPLY) {
        return format_prog_desc_reply(s, oh);
    } else if (type == OFPTYPE_OKO_PROG_IMAGE_REQUEST) {
        return format_prog_request(s, oh, ofputil_decode_prog_image_request);
    } else if (type == OFPTYPE_OKO_PROG_IMAGE_REPLY) {
        return format_prog_image_reply(s, oh);
    } else if (type == OFPTYPE_OKO_MAP_DUMP_REQUEST) {
        return format_map_dump_request(s, oh);
    } else if (type == OFPTYPE_OKO_MAP_GET_REQUEST) {
        return format_map_get_request(s, oh);
    } else if (type == OFPTYPE_OKO_MAP_DUMP_REPLY
               || type == OFPTYPE_OKO_MAP_GET_REPLY) {
        return format_map_dump_reply(s, oh);
    } else if (type == OFPTYPE_OKO_PROG_LOG_REPLY) {
        return format_prog_log_reply(s, oh);
    } else {
        ovs_assert(type == OFPTYPE_OKO_PROG_LOG_REQUEST);
        return 0;
    }
}
