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
#include "ovs-ofctl-filter.h"

#include <stdio.h>
#include <stdlib.h>
#include "command-line.h"
#include "openvswitch/dynamic-string.h"
#include "openvswitch/list.h"
#include "openvswitch/ofp-msgs.h"
#include "openvswitch/ofpbuf.h"
#include "openvswitch/vconn.h"
#include "util.h"

/* A map of a switch, and the connection to the switch. */
struct map_conn {
    const char *bridge;
    struct vconn *vconn;
    uint32_t prog_id;
    uint32_t map_id;
    struct ofputil_map_desc desc;
};

/* Stores the index of the map that the user calls 's' in '*indexp'.  Returns
 * false if 'pd' has no such map. */
static bool
find_map(const struct ofputil_prog_desc *pd, const char *s, size_t *indexp)
{
    unsigned long long int index;

    if (str_to_ullong(s, 0, &index)) {
        *indexp = index;
        return index < pd->n_maps;
    }

    char name[OKO_NAME_LEN];
    ofputil_put_name(name, s);
    for (size_t i = 0; i < pd->n_maps; i++) {
        if (!strcmp(pd->maps[i].name, name)) {
            *indexp = i;
            return true;
        }
    }
    return false;
}

/* Connects to the switch and looks up the map that the first three
 * arguments of the command name.  Exits if that fails. */
static void
map_conn_open(struct map_conn *mc, const struct ovs_cmdl_context *ctx)
{
    struct ofputil_prog_desc pd;
    size_t index;

    mc->bridge = ctx->argv[1];
    mc->prog_id = ofctl_filter_parse_prog_id(ctx->argv[2]);
    mc->vconn = ofctl_open_vconn(mc->bridge);
    ofctl_filter_get_desc(mc->vconn, mc->bridge, mc->prog_id, &pd);
    if (!find_map(&pd, ctx->argv[3], &index)) {
        ovs_fatal(0, "%s: filter program %"PRIu32" has no map \"%s\": it has "
                  "%"PRIuSIZE" map(s)", mc->bridge, mc->prog_id, ctx->argv[3],
                  pd.n_maps);
    }
    mc->map_id = index;
    mc->desc = pd.maps[index];
    ofputil_prog_desc_uninit(&pd);
}

static void
map_conn_close(struct map_conn *mc)
{
    vconn_close(mc->vconn);
}

/* As ofctl_filter_map_fatal(), with 'where' in front of the reason. */
OVS_NO_RETURN static void
map_fatal_at(const char *bridge, uint32_t prog_id,
             const struct ofputil_map_desc *desc, const char *where,
             enum ofperr error)
{
    const char *name = ofperr_get_name(error);
    char type[16];

    if (error == OFPERR_OKO_UNKNOWN_PROG
        || error == OFPERR_OFPBRC_BAD_VENDOR) {
        ofctl_filter_fatal(bridge, prog_id, error);
    }

    struct ds s = DS_EMPTY_INITIALIZER;
    ds_put_format(&s, "map \"%s\" of filter program %"PRIu32": %s",
                  desc->name, prog_id, where);
    if (error == OFPERR_OKO_MAP_FULL) {
        ds_put_format(&s, "map is full, it has room for %"PRIu32" entries",
                      desc->max_entries);
    } else if (error == OFPERR_OKO_NO_ENTRY) {
        ds_put_format(&s, "no entry has that key (%s)", name);
    } else if (error == OFPERR_OKO_ENTRY_EXISTS) {
        ds_put_format(&s, "an entry with that key exists already (%s)", name);
    } else if (error == OFPERR_OKO_BAD_KEY) {
        ds_put_format(&s, "no entry can have that key (%s)", name);
    } else if (error == OFPERR_OKO_READ_ONLY) {
        ds_put_format(&s, "map is read-only (%s)", name);
    } else if (error == OFPERR_OKO_UNSUPPORTED_MAP_OP) {
        ds_put_format(&s, "maps of type %s cannot do that (%s)",
                      ofputil_map_type_to_string(desc->type, type,
                                                 sizeof type), name);
    } else {
        ds_put_format(&s, "%s (%s)", ofperr_get_description(error), name);
    }
    ovs_fatal(0, "%s", ds_cstr(&s));
}

/* Exits with a message that an operation on the map 'desc' of program
 * 'prog_id' of 'bridge' failed due to 'error'. */
void
ofctl_filter_map_fatal(const char *bridge, uint32_t prog_id,
                       const struct ofputil_map_desc *desc, enum ofperr error)
{
    map_fatal_at(bridge, prog_id, desc, "", error);
}

OVS_NO_RETURN static void
map_fatal(const struct map_conn *mc, enum ofperr error)
{
    ofctl_filter_map_fatal(mc->bridge, mc->prog_id, &mc->desc, error);
}

/* Parsing of entries. */

/* Entries that the user gave: keys, each followed by its value. */
struct entries {
    struct ofpbuf buf;
    uint32_t n;
};

/* Appends the bytes of 's', in hexadecimal without a prefix, to 'buf'. */
static void
parse_hex(const char *s, struct ofpbuf *buf)
{
    if (!*s || strlen(s) % 2) {
        ovs_fatal(0, "\"%s\": hexadecimal bytes have two digits each", s);
    }
    for (; *s; s += 2) {
        bool ok;
        int byte = hexits_value(s, 2, &ok);

        if (!ok) {
            ovs_fatal(0, "\"%s\" is not in hexadecimal", s);
        }
        uint8_t b = byte;
        ofpbuf_put(buf, &b, 1);
    }
}

/* Parses the bytes of a key or value in the arguments from 'args' up to the
 * next keyword, and appends them to 'buf'.  'what', "key" or "value", must
 * have 'size' bytes.  Returns the first argument that is not part of it. */
static char **
parse_bytes(char **args, const struct map_conn *mc, const char *what,
            uint32_t size, struct ofpbuf *buf)
{
    size_t start = buf->size;
    bool hex = false;

    if (*args && !strcmp(*args, "hex")) {
        hex = true;
        args++;
    }
    for (; *args; args++) {
        unsigned int byte;

        if (hex && (*args)[strspn(*args, "0123456789abcdefABCDEF")] == '\0') {
            parse_hex(*args, buf);
        } else if ((*args)[0] >= '0' && (*args)[0] <= '9') {
            if (!str_to_uint(*args, 0, &byte) || byte > UINT8_MAX) {
                ovs_fatal(0, "\"%s\" is not a byte, which is 0 to 255",
                          *args);
            }
            uint8_t b = byte;
            ofpbuf_put(buf, &b, 1);
        } else {
            break;
        }
    }

    if (buf->size - start != size) {
        ovs_fatal(0, "map \"%s\" of filter program %"PRIu32": %s is %"PRIuSIZE
                  " bytes, expected %"PRIu32, mc->desc.name, mc->prog_id, what,
                  buf->size - start, size);
    }
    return args;
}

/* Parses keys and, if 'value_size' is nonzero, values from 'args'.  Returns
 * the first argument that is not part of them. */
static char **
parse_entries(char **args, const struct map_conn *mc, uint32_t key_size,
              uint32_t value_size, struct entries *entries)
{
    ofpbuf_init(&entries->buf, 0);
    entries->n = 0;

    do {
        if (!*args || strcmp(*args, "key")) {
            ovs_fatal(0, "expected \"key\"%s%s%s", *args ? ", got \"" : "",
                      *args ? *args : "", *args ? "\"" : "");
        }
        args = parse_bytes(args + 1, mc, "key", key_size, &entries->buf);

        if (value_size) {
            if (!*args || strcmp(*args, "value")) {
                ovs_fatal(0, "expected \"value\" after the key%s%s%s",
                          *args ? ", got \"" : "", *args ? *args : "",
                          *args ? "\"" : "");
            }
            args = parse_bytes(args + 1, mc, "value", value_size,
                               &entries->buf);
        }
        entries->n++;
    } while (*args && !strcmp(*args, "key"));

    return args;
}

static void
no_more_arguments(char **args)
{
    if (*args) {
        ovs_fatal(0, "unexpected argument \"%s\"", *args);
    }
}

/* Commands that write. */

/* Asks the switch how many entries of the last message, which failed, were
 * handled, and stores that in '*n'.  Returns false if it doesn't say. */
static bool
get_n_applied(const struct map_conn *mc, uint32_t *n)
{
    struct ovs_list replies;
    struct ofpbuf *reply;
    bool found = false;

    if (ofctl_filter_transact(
            mc->vconn,
            ofputil_encode_prog_log_request(vconn_get_version(mc->vconn)),
            &replies)) {
        return false;
    }
    LIST_FOR_EACH (reply, list_node, &replies) {
        struct ofputil_prog_log pl;

        while (!ofputil_pull_prog_log(reply, &pl)) {
            if (pl.type == OKOPLT_APPLIED) {
                char *s = xmemdup0((const char *) pl.text, pl.text_len);

                found = str_to_uint(s, 10, n);
                free(s);
            }
        }
    }
    ofpbuf_list_delete(&replies);
    return found;
}

/* Exits with a message that one of 'n' entries failed due to 'error', in a
 * message after the first 'n_sent' of them. */
OVS_NO_RETURN static void
entry_fatal(const struct map_conn *mc, uint32_t n_sent, uint32_t n,
            enum ofperr error)
{
    uint32_t n_applied;

    if (n > 1 && get_n_applied(mc, &n_applied)) {
        n_applied += n_sent;

        char *where = xasprintf("entry %"PRIu32" of %"PRIu32", after %"PRIu32
                                " that succeeded: ", n_applied + 1, n,
                                n_applied);
        map_fatal_at(mc->bridge, mc->prog_id, &mc->desc, where, error);
    }
    map_fatal(mc, error);
}

/* Sends '*mu', with all 'entries', in as many messages as it takes. */
static void
send_map_update(struct map_conn *mc, struct ofputil_map_update *mu,
                const struct entries *entries)
{
    size_t entry_size = (size_t) mu->key_size + mu->value_size;
    uint32_t max = ofputil_map_update_max_entries(mu->key_size,
                                                  mu->value_size);
    uint32_t left = entries ? entries->n : 0;

    if (left && !max) {
        map_fatal(mc, OFPERR_OKO_LIMIT);
    }

    mu->prog_id = mc->prog_id;
    mu->map_id = mc->map_id;
    mu->entries = entries ? entries->buf.data : NULL;
    do {
        mu->n_entries = MIN(left, max);

        enum ofperr error = ofctl_filter_send(
            mc->vconn,
            ofputil_encode_map_update(vconn_get_version(mc->vconn), mu));
        if (error) {
            entry_fatal(mc, entries ? entries->n - left : 0,
                        entries ? entries->n : 0, error);
        }
        left -= mu->n_entries;
        if (left) {
            mu->entries += mu->n_entries * entry_size;
        }
    } while (left);
}

void
ofctl_update_map(struct ovs_cmdl_context *ctx)
{
    struct ofputil_map_update mu = { .op = OKOMO_SET, .mode = OKOMSM_ANY };
    struct entries entries;
    struct map_conn mc;

    map_conn_open(&mc, ctx);
    mu.key_size = mc.desc.key_size;
    mu.value_size = mc.desc.value_size;

    char **args = parse_entries(&ctx->argv[4], &mc, mu.key_size,
                                mu.value_size, &entries);
    if (*args) {
        if (!strcmp(*args, "noexist")) {
            mu.mode = OKOMSM_NOEXIST;
        } else if (!strcmp(*args, "exist")) {
            mu.mode = OKOMSM_EXIST;
        } else if (strcmp(*args, "any")) {
            ovs_fatal(0, "unexpected argument \"%s\": expected \"key\", "
                      "\"any\", \"noexist\" or \"exist\"", *args);
        }
        args++;
    }
    no_more_arguments(args);

    send_map_update(&mc, &mu, &entries);
    ofpbuf_uninit(&entries.buf);
    map_conn_close(&mc);
}

void
ofctl_del_map_entry(struct ovs_cmdl_context *ctx)
{
    struct ofputil_map_update mu = { .op = OKOMO_DELETE };
    struct entries entries;
    struct map_conn mc;

    map_conn_open(&mc, ctx);
    mu.key_size = mc.desc.key_size;
    no_more_arguments(parse_entries(&ctx->argv[4], &mc, mu.key_size, 0,
                                    &entries));
    send_map_update(&mc, &mu, &entries);
    ofpbuf_uninit(&entries.buf);
    map_conn_close(&mc);
}

void
ofctl_clear_map(struct ovs_cmdl_context *ctx)
{
    struct ofputil_map_update mu = { .op = OKOMO_CLEAR };
    struct map_conn mc;

    map_conn_open(&mc, ctx);
    send_map_update(&mc, &mu, NULL);
    map_conn_close(&mc);
}

/* dump-map. */

/* What is in a map. */
struct map_content {
    struct ofpbuf entries;      /* Keys, each followed by its value. */
    uint64_t n_entries;
    uint32_t key_size;
    uint32_t value_size;
};

/* Adds the parts of a reply in 'replies' to 'content'.  Stores whether and
 * where the entries go on in '*more' and '*cursor'.  Returns true if
 * successful, false if the reply is a bad one. */
static bool
add_replies(const struct ovs_list *replies, struct map_content *content,
            bool *more, uint64_t *cursor)
{
    struct ofpbuf *reply;

    LIST_FOR_EACH (reply, list_node, replies) {
        struct ofputil_map_dump_reply mdr;

        if (ofputil_decode_map_dump_reply(reply->data, &mdr)
            || (content->n_entries
                && (mdr.key_size != content->key_size
                    || mdr.value_size != content->value_size))) {
            return false;
        }

        content->key_size = mdr.key_size;
        content->value_size = mdr.value_size;
        content->n_entries += mdr.n_entries;
        ofpbuf_put(&content->entries, mdr.entries,
                   mdr.n_entries * ((size_t) mdr.key_size + mdr.value_size));
        *more = mdr.flags & OKOMDRF_MORE;
        *cursor = mdr.cursor;
    }
    return true;
}

/* Gets all entries of the map. */
static void
fetch_map(const struct map_conn *mc, struct map_content *content)
{
    struct ofputil_map_dump_request request = {
        .prog_id = mc->prog_id,
        .map_id = mc->map_id,
    };
    bool more;

    memset(content, 0, sizeof *content);
    ofpbuf_init(&content->entries, 0);
    do {
        uint64_t old_n_entries = content->n_entries;
        struct ovs_list replies;

        enum ofperr error = ofctl_filter_transact(
            mc->vconn, ofputil_encode_map_dump_request(
                vconn_get_version(mc->vconn), &request), &replies);
        if (error) {
            map_fatal(mc, error);
        }
        /* A switch that says that there is more without sending anything would
         * keep us here for ever. */
        if (!add_replies(&replies, content, &more, &request.cursor)
            || (more && content->n_entries == old_n_entries)) {
            ovs_fatal(0, "%s: received bad reply", mc->bridge);
        }
        ofpbuf_list_delete(&replies);
    } while (more);
}

/* Prints 'what' and the 'n' bytes at 'bytes' in a line. */
static void
print_bytes(const char *what, const uint8_t *bytes, size_t n, bool hex)
{
    printf("%s:", what);
    for (size_t i = 0; i < n; i++) {
        printf(hex ? " %02x" : " %u", bytes[i]);
    }
    putchar('\n');
}

static void
print_entries(const struct map_content *content, bool hex)
{
    const uint8_t *p = content->entries.data;

    for (uint64_t i = 0; i < content->n_entries; i++) {
        print_bytes("Key", p, content->key_size, hex);
        p += content->key_size;
        print_bytes("Value", p, content->value_size, hex);
        p += content->value_size;
    }
}

/* Parses the arguments at the end of a command that prints entries. */
static bool
parse_hex_option(char **args)
{
    if (!*args) {
        return false;
    }
    if (strcmp(*args, "hex")) {
        ovs_fatal(0, "unexpected argument \"%s\": expected \"hex\"", *args);
    }
    no_more_arguments(args + 1);
    return true;
}

void
ofctl_dump_map(struct ovs_cmdl_context *ctx)
{
    bool hex = parse_hex_option(&ctx->argv[4]);
    struct map_content content;
    struct map_conn mc;

    map_conn_open(&mc, ctx);
    fetch_map(&mc, &content);
    printf("The map contains %"PRIu64" element(s)\n", content.n_entries);
    print_entries(&content, hex);
    ofpbuf_uninit(&content.entries);
    map_conn_close(&mc);
}

/* get-map-entry. */

/* Gets the entries with the given 'keys'. */
static void
get_entries(const struct map_conn *mc, const struct entries *keys,
            struct map_content *content)
{
    const struct ofputil_map_desc *desc = &mc->desc;
    uint32_t max = ofputil_map_get_max_keys(desc->key_size, desc->value_size);
    struct ofputil_map_get_request request = {
        .prog_id = mc->prog_id,
        .map_id = mc->map_id,
        .key_size = desc->key_size,
        .keys = keys->buf.data,
    };

    if (!max) {
        map_fatal(mc, OFPERR_OKO_LIMIT);
    }

    memset(content, 0, sizeof *content);
    ofpbuf_init(&content->entries, 0);
    for (uint32_t left = keys->n; left; left -= request.n_keys) {
        struct ovs_list replies;
        uint64_t cursor;
        bool more;

        request.n_keys = MIN(left, max);

        enum ofperr error = ofctl_filter_transact(
            mc->vconn, ofputil_encode_map_get_request(
                vconn_get_version(mc->vconn), &request), &replies);
        if (error) {
            map_fatal(mc, error);
        }
        if (!add_replies(&replies, content, &more, &cursor)) {
            ovs_fatal(0, "%s: received bad reply", mc->bridge);
        }
        ofpbuf_list_delete(&replies);
        request.keys += request.n_keys * (size_t) request.key_size;
    }
}

void
ofctl_get_map_entry(struct ovs_cmdl_context *ctx)
{
    struct map_content content;
    struct entries keys;
    struct map_conn mc;

    map_conn_open(&mc, ctx);
    bool hex = parse_hex_option(parse_entries(&ctx->argv[4], &mc,
                                              mc.desc.key_size, 0, &keys));
    get_entries(&mc, &keys, &content);
    print_entries(&content, hex);
    if (content.n_entries < keys.n) {
        fflush(stdout);
        ovs_fatal(0, "map \"%s\" of filter program %"PRIu32": %"PRIu64" of "
                  "%"PRIu32" keys have no entry (%s)", mc.desc.name,
                  mc.prog_id, keys.n - content.n_entries, keys.n,
                  ofperr_get_name(OFPERR_OKO_NO_ENTRY));
    }
    ofpbuf_uninit(&content.entries);
    ofpbuf_uninit(&keys.buf);
    map_conn_close(&mc);
}
