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

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include "command-line.h"
#include "okobpf/okobpf.h"
#include "openvswitch/dynamic-string.h"
#include "openvswitch/list.h"
#include "openvswitch/ofpbuf.h"
#include "openvswitch/vconn.h"
#include "util.h"

/* The content of maps as text.
 *
 * The first line is MAGIC.  Each map begins with a line that tells how it is
 * declared.  A line for each entry follows: its key and its value, as
 * OKOMDUF_STATE has them, in hexadecimal, with a space in between.  The last
 * line is END, to tell a file that was cut off. */
#define MAGIC "ovs-ofctl save-maps 1"
#define END "end"

/* A program of a switch. */
struct prog_conn {
    const char *bridge;
    struct vconn *vconn;
    uint32_t prog_id;
    struct ofputil_prog_desc desc;
};

/* Connects to the switch and looks up the program that the first two
 * arguments of the command name.  Exits if that fails. */
static void
prog_conn_open(struct prog_conn *pc, const struct ovs_cmdl_context *ctx)
{
    pc->bridge = ctx->argv[1];
    pc->prog_id = ofctl_filter_parse_prog_id(ctx->argv[2]);
    pc->vconn = ofctl_open_vconn(pc->bridge);
    ofctl_filter_get_desc(pc->vconn, pc->bridge, pc->prog_id, &pc->desc);
}

static void
prog_conn_close(struct prog_conn *pc)
{
    ofputil_prog_desc_uninit(&pc->desc);
    vconn_close(pc->vconn);
}

/* Returns true if the content of map 'md' comes with the object. */
static bool
is_constant(const struct ofputil_map_desc *md)
{
    return md->flags & OKOMDF_READ_ONLY;
}

/* Appends the line for the map with index 'i' and description 'md' to 's'. */
static void
put_map_line(struct ds *s, size_t i, const struct ofputil_map_desc *md)
{
    char type[16];

    ds_put_format(s, "map %"PRIuSIZE" type=%s key_size=%"PRIu32
                  " value_size=%"PRIu32" max_entries=%"PRIu32
                  " n_hash_functions=%"PRIu32" name=", i,
                  ofputil_map_type_to_string(md->type, type, sizeof type),
                  md->key_size, md->value_size, md->max_entries,
                  md->n_hash_functions);
    for (const char *p = md->name; *p; p++) {
        /* A name comes from an object, which may have anything there. */
        ds_put_char(s, *p > ' ' && *p < 0x7f ? *p : '?');
    }
}

/* save-maps. */

/* Returns true if entries of a map of type 'type' that was cleared exist, with
 * zeros for values.  (So the seed of a sketch must not be zero.) */
static bool
is_zero_by_default(uint32_t type)
{
    return (type == OKOBPF_MAP_ARRAY || type == OKOBPF_MAP_PERCPU_ARRAY
            || type == OKOBPF_MAP_BLOOM || type == OKOBPF_MAP_COUNTMIN);
}

static void
put_hex(FILE *file, const uint8_t *bytes, size_t n, char end)
{
    for (size_t i = 0; i < n; i++) {
        fprintf(file, "%02"PRIx8, bytes[i]);
    }
    putc(end, file);
}

static void
save_entries(FILE *file, uint32_t type,
             const struct ofputil_map_dump_reply *mdr)
{
    const uint8_t *key = mdr->entries;

    for (uint32_t i = 0; i < mdr->n_entries; i++) {
        const uint8_t *value = key + mdr->key_size;

        if (!is_zero_by_default(type)
            || !is_all_zeros(value, mdr->value_size)) {
            put_hex(file, key, mdr->key_size, ' ');
            put_hex(file, value, mdr->value_size, '\n');
        }
        key = value + mdr->value_size;
    }
}

/* Writes the content of map 'map_id' to 'file'. */
static void
save_map(const struct prog_conn *pc, uint32_t map_id, FILE *file)
{
    const struct ofputil_map_desc *md = &pc->desc.maps[map_id];
    struct ofputil_map_dump_request request = {
        .prog_id = pc->prog_id,
        .map_id = map_id,
        .flags = OKOMDUF_STATE,
    };
    bool more;

    do {
        uint64_t old_cursor = request.cursor;
        struct ovs_list replies;
        struct ofpbuf *reply;

        enum ofperr error = ofctl_filter_transact(
            pc->vconn, ofputil_encode_map_dump_request(
                vconn_get_version(pc->vconn), &request), &replies);
        if (error) {
            ofctl_filter_map_fatal(pc->bridge, pc->prog_id, md, error);
        }
        more = false;
        LIST_FOR_EACH (reply, list_node, &replies) {
            struct ofputil_map_dump_reply mdr;

            if (ofputil_decode_map_dump_reply(reply->data, &mdr)) {
                ovs_fatal(0, "%s: received bad reply", pc->bridge);
            }
            save_entries(file, md->type, &mdr);
            more = mdr.flags & OKOMDRF_MORE;
            request.cursor = mdr.cursor;
        }
        if (more && request.cursor == old_cursor) {
            ovs_fatal(0, "%s: received bad reply", pc->bridge);
        }
        ofpbuf_list_delete(&replies);
    } while (more);
}

void
ofctl_save_maps(struct ovs_cmdl_context *ctx)
{
    const char *file_name = ctx->argv[3];
    struct prog_conn pc;

    prog_conn_open(&pc, ctx);

    FILE *file = strcmp(file_name, "-") ? fopen(file_name, "w") : stdout;
    if (!file) {
        ovs_fatal(errno, "%s: open", file_name);
    }

    fprintf(file, "%s\n", MAGIC);
    for (size_t i = 0; i < pc.desc.n_maps; i++) {
        const struct ofputil_map_desc *md = &pc.desc.maps[i];

        if (!is_constant(md)) {
            struct ds line = DS_EMPTY_INITIALIZER;

            put_map_line(&line, i, md);
            fprintf(file, "%s\n", ds_cstr(&line));
            ds_destroy(&line);
            save_map(&pc, i, file);
        }
    }
    fprintf(file, "%s\n", END);
    if (ferror(file) || (file == stdout ? fflush(file) : fclose(file))) {
        ovs_fatal(errno, "%s: write", file_name);
    }
    prog_conn_close(&pc);
}

/* restore-maps. */

/* What a file has of a map. */
struct saved_map {
    bool present;
    uint32_t key_size;          /* Of the entries, in bytes. */
    uint32_t value_size;        /* Of the entries, in bytes. */
    uint32_t n_entries;
    struct ofpbuf entries;      /* Keys, each followed by its value. */
};

/* A file that is being read. */
struct map_file {
    const char *name;
    FILE *stream;
    int line_number;
    struct ds line;
};

/* Exits with a message that 'what' is wrong with the line read last. */
OVS_NO_RETURN static void OVS_PRINTF_FORMAT(2, 3)
bad_file(const struct map_file *file, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    char *what = xvasprintf(format, args);
    va_end(args);
    ovs_fatal(0, "%s:%d: %s", file->name, file->line_number, what);
}

/* Reads the next line. */
static void
next_line(struct map_file *file)
{
    file->line_number++;
    if (ds_get_line(&file->line, file->stream)) {
        bad_file(file, "expected \"%s\" or an entry, got the end of the file",
                 END);
    }
}

/* Appends the bytes that 's' has in hexadecimal to 'buf' and stores their
 * number in '*n'.  Returns what is after them. */
static const char *
read_hex(const struct map_file *file, const char *s, struct ofpbuf *buf,
         uint32_t *n)
{
    for (*n = 0; *s && *s != ' '; s += 2, *n += 1) {
        int high = hexit_value(s[0]);
        int low = high < 0 ? -1 : hexit_value(s[1]);
        uint8_t byte = high * 16 + low;

        if (low < 0) {
            bad_file(file, "expected bytes in hexadecimal");
        }
        ofpbuf_put(buf, &byte, 1);
    }
    return s;
}

/* Adds the entry in the line to 'map'. */
static void
read_entry(const struct map_file *file, struct saved_map *map)
{
    uint32_t key_size, value_size;
    const char *s;

    s = read_hex(file, ds_cstr_ro(&file->line), &map->entries, &key_size);
    s = read_hex(file, s + (*s == ' '), &map->entries, &value_size);
    if (*s || !key_size || !value_size) {
        bad_file(file, "expected a key, a space, and a value");
    }
    if (!map->n_entries) {
        map->key_size = key_size;
        map->value_size = value_size;
    } else if (key_size != map->key_size || value_size != map->value_size) {
        bad_file(file, "expected %"PRIu32" bytes of key and %"PRIu32" of "
                 "value, as in the map's first entry, got %"PRIu32" and "
                 "%"PRIu32, map->key_size, map->value_size, key_size,
                 value_size);
    }
    map->n_entries++;
}

/* Returns the index of the map that the line is about.  Exits unless the
 * program has it just so, and not yet in 'maps'. */
static size_t
read_map_line(const struct map_file *file, const struct prog_conn *pc,
              const struct saved_map *maps)
{
    const char *line = ds_cstr_ro(&file->line);
    unsigned int i;

    if (!ovs_scan(line, "map %u ", &i)) {
        bad_file(file, "expected \"map\" or \"%s\"", END);
    }
    if (i >= pc->desc.n_maps) {
        bad_file(file, "filter program %"PRIu32" has %"PRIuSIZE" map(s)",
                 pc->prog_id, pc->desc.n_maps);
    }

    struct ds expected = DS_EMPTY_INITIALIZER;
    put_map_line(&expected, i, &pc->desc.maps[i]);
    if (strcmp(line, ds_cstr(&expected)) || is_constant(&pc->desc.maps[i])
        || maps[i].present) {
        bad_file(file, "not the map of filter program %"PRIu32", which is "
                 "\"%s\"", pc->prog_id, ds_cstr(&expected));
    }
    ds_destroy(&expected);
    return i;
}

/* Reads the file into 'maps', of which there is one for each map of the
 * program.  Exits if it doesn't have all of them. */
static void
read_maps(struct map_file *file, const struct prog_conn *pc,
          struct saved_map *maps)
{
    struct saved_map *map = NULL;

    next_line(file);
    if (strcmp(ds_cstr(&file->line), MAGIC)) {
        bad_file(file, "expected \"%s\", which is how a file of \"ovs-ofctl "
                 "save-maps\" begins", MAGIC);
    }
    for (next_line(file); strcmp(ds_cstr(&file->line), END);
         next_line(file)) {
        if (!map || strchr(ds_cstr(&file->line), '=')) {
            map = &maps[read_map_line(file, pc, maps)];
            map->present = true;
        } else {
            read_entry(file, map);
        }
    }
    for (size_t i = 0; i < pc->desc.n_maps; i++) {
        if (!maps[i].present && !is_constant(&pc->desc.maps[i])) {
            bad_file(file, "map \"%s\" of filter program %"PRIu32" is missing",
                     pc->desc.maps[i].name, pc->prog_id);
        }
    }
}

static void
send_update(const struct prog_conn *pc, const struct ofputil_map_update *mu)
{
    enum ofperr error = ofctl_filter_send(
        pc->vconn,
        ofputil_encode_map_update(vconn_get_version(pc->vconn), mu));
    if (error) {
        ofctl_filter_map_fatal(pc->bridge, pc->prog_id,
                               &pc->desc.maps[mu->map_id], error);
    }
}

/* Makes map 'map_id' of the switch equal to 'map'. */
static void
restore_map(const struct prog_conn *pc, uint32_t map_id,
            const struct saved_map *map)
{
    struct ofputil_map_update clear = {
        .prog_id = pc->prog_id,
        .map_id = map_id,
        .op = OKOMO_CLEAR,
    };
    struct ofputil_map_update restore = {
        .prog_id = pc->prog_id,
        .map_id = map_id,
        .op = OKOMO_RESTORE,
        .key_size = map->key_size,
        .value_size = map->value_size,
        .entries = map->entries.data,
    };
    size_t entry_size = (size_t) map->key_size + map->value_size;
    uint32_t max = ofputil_map_update_max_entries(map->key_size,
                                                  map->value_size);

    if (map->n_entries && !max) {
        ofctl_filter_map_fatal(pc->bridge, pc->prog_id,
                               &pc->desc.maps[map_id], OFPERR_OKO_LIMIT);
    }
    send_update(pc, &clear);
    for (uint32_t left = map->n_entries; left; left -= restore.n_entries) {
        restore.n_entries = MIN(left, max);
        send_update(pc, &restore);
        restore.entries += restore.n_entries * entry_size;
    }
}

void
ofctl_restore_maps(struct ovs_cmdl_context *ctx)
{
    struct map_file file = {
        .name = ctx->argv[3],
        .line = DS_EMPTY_INITIALIZER,
    };
    struct prog_conn pc;

    file.stream = strcmp(file.name, "-") ? fopen(file.name, "r") : stdin;
    if (!file.stream) {
        ovs_fatal(errno, "%s: open", file.name);
    }
    prog_conn_open(&pc, ctx);

    struct saved_map *maps = xcalloc(pc.desc.n_maps, sizeof *maps);
    for (size_t i = 0; i < pc.desc.n_maps; i++) {
        ofpbuf_init(&maps[i].entries, 0);
    }
    read_maps(&file, &pc, maps);
    for (size_t i = 0; i < pc.desc.n_maps; i++) {
        if (maps[i].present) {
            restore_map(&pc, i, &maps[i]);
        }
        ofpbuf_uninit(&maps[i].entries);
    }
    free(maps);
    ds_destroy(&file.line);
    if (file.stream != stdin) {
        fclose(file.stream);
    }
    prog_conn_close(&pc);
}
