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
#include "openvswitch/dynamic-string.h"
#include "openvswitch/list.h"
#include "openvswitch/ofp-msgs.h"
#include "openvswitch/ofp-print.h"
#include "openvswitch/ofpbuf.h"
#include "openvswitch/vconn.h"
#include "util.h"

struct ofctl_filter_options ofctl_filter_options;

/* Talking to the switch. */

/* Parses 's' as the number of a filter program.  Exits if it is none. */
uint32_t
ofctl_filter_parse_prog_id(const char *s)
{
    unsigned long long int prog_id;

    if (!str_to_ullong(s, 0, &prog_id)
        || prog_id < OKO_PROG_MIN || prog_id > OKO_PROG_MAX) {
        ovs_fatal(0, "\"%s\" is not a filter program number, which is %u to "
                  "%u", s, OKO_PROG_MIN, OKO_PROG_MAX);
    }
    return prog_id;
}

static enum ofperr
decode_error(const struct ofpbuf *msg)
{
    enum ofperr error = ofperr_decode_msg(msg->data, NULL);
    if (!error) {
        ovs_fatal(0, "received an error message that cannot be decoded");
    }
    return error;
}

/* Sends 'request', which has a reply only if it fails, and waits until the
 * switch has handled it.  Returns 0 if it succeeded, otherwise the error. */
enum ofperr
ofctl_filter_send(struct vconn *vconn, struct ofpbuf *request)
{
    struct ofpbuf *reply;
    enum ofperr error;
    int retval;

    retval = vconn_transact_noreply(vconn, request, &reply);
    if (retval) {
        ovs_fatal(retval, "talking to %s", vconn_get_name(vconn));
    }
    error = reply ? decode_error(reply) : 0;
    ofpbuf_delete(reply);
    return error;
}

/* Sends multipart request 'request' and waits for all parts of the reply.
 * Returns 0 and puts the parts on 'replies' if it succeeded, otherwise the
 * error. */
enum ofperr
ofctl_filter_transact(struct vconn *vconn, struct ofpbuf *request,
                      struct ovs_list *replies)
{
    const struct ofp_header *oh = request->data;
    ovs_be32 xid = oh->xid;
    enum ofpraw request_raw;
    int retval;

    ovs_assert(!ofpraw_decode_partial(&request_raw, request->data,
                                      request->size));
    enum ofpraw reply_raw = ofpraw_stats_request_to_reply(request_raw,
                                                          oh->version);

    ovs_list_init(replies);
    retval = vconn_send_block(vconn, request);
    for (;;) {
        struct ofpbuf *reply;
        enum ofpraw raw;

        if (!retval) {
            retval = vconn_recv_xid(vconn, xid, &reply);
        }
        if (retval) {
            ovs_fatal(retval, "talking to %s", vconn_get_name(vconn));
        }

        enum ofperr error = ofpraw_decode(&raw, reply->data);
        if (!error && raw == OFPRAW_OFPT_ERROR) {
            error = decode_error(reply);
            ofpbuf_delete(reply);
            ofpbuf_list_delete(replies);
            return error;
        }
        if (error || raw != reply_raw) {
            ovs_fatal(0, "%s: received bad reply", vconn_get_name(vconn));
        }

        ovs_list_push_back(replies, &reply->list_node);
        if (!ofpmp_more(reply->data)) {
            return 0;
        }
    }
}

/* Exits with a message that the operation on program 'prog_id' of 'bridge'
 * failed due to 'error'. */
void
ofctl_filter_fatal(const char *bridge, uint32_t prog_id, enum ofperr error)
{
    if (error == OFPERR_OKO_UNKNOWN_PROG) {
        ovs_fatal(0, "%s: there is no filter program %"PRIu32, bridge,
                  prog_id);
    } else if (error == OFPERR_OKO_PROG_EXISTS) {
        ovs_fatal(0, "%s: there is a filter program %"PRIu32" already "
                  "(use --replace to replace it)", bridge, prog_id);
    } else if (error == OFPERR_OFPBRC_BAD_VENDOR) {
        ovs_fatal(0, "%s: the switch does not support filter programs (%s)",
                  bridge, ofperr_get_name(error));
    } else if (prog_id == OKO_PROG_ALL) {
        ovs_fatal(0, "%s: filter programs: %s (%s)", bridge,
                  ofperr_get_description(error), ofperr_get_name(error));
    } else {
        ovs_fatal(0, "%s: filter program %"PRIu32": %s (%s)", bridge, prog_id,
                  ofperr_get_description(error), ofperr_get_name(error));
    }
}

/* Stores the description of program 'prog_id' of 'bridge' in '*pd', which the
 * caller must pass to ofputil_prog_desc_uninit().  Exits if it can't. */
void
ofctl_filter_get_desc(struct vconn *vconn, const char *bridge,
                      uint32_t prog_id, struct ofputil_prog_desc *pd)
{
    struct ovs_list replies;
    enum ofperr error;

    error = ofctl_filter_transact(
        vconn, ofputil_encode_prog_desc_request(vconn_get_version(vconn),
                                                prog_id), &replies);
    if (error) {
        ofctl_filter_fatal(bridge, prog_id, error);
    }

    struct ofpbuf *reply = ofpbuf_from_list(ovs_list_front(&replies));
    if (ofputil_pull_prog_desc(reply, pd) || pd->prog_id != prog_id) {
        ovs_fatal(0, "%s: received bad reply", bridge);
    }
    ofpbuf_list_delete(&replies);
}

/* load-filter-prog. */

/* What the switch has to say about a load. */
struct load_report {
    struct ds texts[OKOPLT_MAPS + 1]; /* Indexed by OKOPLT_*. */
};

static void
load_report_init(struct load_report *report)
{
    for (size_t i = 0; i < ARRAY_SIZE(report->texts); i++) {
        ds_init(&report->texts[i]);
    }
}

static void
load_report_destroy(struct load_report *report)
{
    for (size_t i = 0; i < ARRAY_SIZE(report->texts); i++) {
        ds_destroy(&report->texts[i]);
    }
}

/* Gets the report about the last load from the switch. */
static void
load_report_fetch(struct load_report *report, struct vconn *vconn)
{
    struct ovs_list replies;
    struct ofpbuf *reply;
    enum ofperr error;

    error = ofctl_filter_transact(
        vconn, ofputil_encode_prog_log_request(vconn_get_version(vconn)),
        &replies);
    if (error) {
        ovs_error(0, "cannot get the reason (%s)", ofperr_get_name(error));
        return;
    }

    LIST_FOR_EACH (reply, list_node, &replies) {
        struct ofputil_prog_log pl;
        int retval;

        while (!(retval = ofputil_pull_prog_log(reply, &pl))) {
            if (pl.type < ARRAY_SIZE(report->texts)) {
                ds_put_buffer(&report->texts[pl.type], pl.text, pl.text_len);
            }
        }
        if (retval != EOF) {
            ovs_error(0, "received bad reply (%s)", ofperr_get_name(retval));
        }
    }
    ofpbuf_list_delete(&replies);
}

/* Prints 'text', which comes from the switch, to 'file', without characters
 * that could upset a terminal.  Puts 'indent' in front of each line but the
 * first and makes sure that it ends in a new-line. */
static void
print_text(FILE *file, const struct ds *text, const char *indent)
{
    bool bol = false;

    for (size_t i = 0; i < text->length; i++) {
        unsigned char c = text->string[i];

        if (bol && c != '\n') {
            fputs(indent, file);
        }
        bol = c == '\n';
        putc((c >= ' ' && c != 0x7f) || c == '\n' || c == '\t' ? c : '?',
             file);
    }
    if (!bol && text->length) {
        putc('\n', file);
    }
}

/* Prints all of the report but the log. */
static void
load_report_print(const struct load_report *report)
{
    for (enum oko_prog_log_type type = OKOPLT_REASON; type < OKOPLT_LOG;
         type++) {
        const struct ds *text = &report->texts[type];

        if (text->length) {
            fprintf(stderr, "%s: ", oko_prog_log_type_to_string(type));
            print_text(stderr, text, "  ");
        }
    }
}

/* Reads the whole of 'file_name', or of standard input if it is "-", into
 * '*elf', up to one byte more than a switch accepts. */
static void
read_object(const char *file_name, struct ofpbuf *elf)
{
    FILE *file = strcmp(file_name, "-") ? fopen(file_name, "rb") : stdin;
    if (!file) {
        ovs_fatal(errno, "%s: open", file_name);
    }

    ofpbuf_init(elf, 65536);
    while (elf->size <= OFPUTIL_PROG_MAX_LEN) {
        size_t max = OFPUTIL_PROG_MAX_LEN + 1 - elf->size;

        ofpbuf_prealloc_tailroom(elf, MIN(max, 65536));

        size_t n = fread(ofpbuf_tail(elf), 1,
                         MIN(max, ofpbuf_tailroom(elf)), file);
        if (!n) {
            break;
        }
        elf->size += n;
    }
    if (ferror(file)) {
        ovs_fatal(errno, "%s: read", file_name);
    }
    if (file != stdin) {
        fclose(file);
    }
}

/* Sends the object in 'elf' to the switch.  Returns 0 if the switch accepts
 * it, otherwise the error. */
static enum ofperr
send_object(struct vconn *vconn, uint32_t prog_id, const struct ofpbuf *elf)
{
    struct ofputil_prog_load pl = {
        .prog_id = prog_id,
        .total_len = elf->size,
        .flags = ((ofctl_filter_options.replace ? OKOPLF_REPLACE : 0)
                  | (ofctl_filter_options.keep_maps ? OKOPLF_KEEP_MAPS : 0)
                  | (ofctl_filter_options.lose_maps ? OKOPLF_LOSE_MAPS : 0)
                  | (ofctl_filter_options.log ? OKOPLF_WANT_LOG : 0)),
    };
    enum ofperr error;

    do {
        pl.chunk = (const uint8_t *) elf->data + pl.offset;
        pl.chunk_len = MIN(elf->size - pl.offset, OFPUTIL_PROG_CHUNK_LEN);
        error = ofctl_filter_send(
            vconn, ofputil_encode_prog_load(vconn_get_version(vconn), &pl));
        pl.offset += pl.chunk_len;
    } while (!error && pl.offset < elf->size);

    return error;
}

/* Tells the user about the failure 'error' to load 'file_name' as program
 * 'prog_id' of 'bridge', and exits. */
OVS_NO_RETURN static void
load_failed(const char *bridge, uint32_t prog_id, const char *file_name,
            enum ofperr error, const struct load_report *report)
{
    if (error == OFPERR_OKO_BAD_OBJECT) {
        ovs_error(0, "%s: %s is not a usable BPF object", bridge, file_name);
    } else if (error == OFPERR_OKO_REJECTED) {
        ovs_error(0, "%s: filter program %"PRIu32" was refused by the "
                  "verifier", bridge, prog_id);
    } else if (error == OFPERR_OKO_LIMIT) {
        ovs_error(0, "%s: filter program %"PRIu32" is over a limit", bridge,
                  prog_id);
    } else if (error == OFPERR_OKO_NO_MEMORY) {
        ovs_error(0, "%s: the switch has not enough memory for filter program "
                  "%"PRIu32, bridge, prog_id);
    } else if (error == OFPERR_OKO_LOSES_MAPS) {
        ovs_error(0, "%s: filter program %"PRIu32" was not replaced, for what "
                  "is in its maps would be lost (use --lose-maps to lose it)",
                  bridge, prog_id);
    } else {
        ofctl_filter_fatal(bridge, prog_id, error);
    }
    load_report_print(report);
    exit(EXIT_FAILURE);
}

void
ofctl_load_filter_prog(struct ovs_cmdl_context *ctx)
{
    const char *bridge = ctx->argv[1];
    uint32_t prog_id = ofctl_filter_parse_prog_id(ctx->argv[2]);
    const char *file_name = ctx->argv[3];
    const char *log_name = ofctl_filter_options.log;

    if (ofctl_filter_options.keep_maps && !ofctl_filter_options.replace) {
        ovs_fatal(0, "--keep-maps has a meaning only with --replace");
    }
    if (ofctl_filter_options.lose_maps && !ofctl_filter_options.replace) {
        ovs_fatal(0, "--lose-maps has a meaning only with --replace");
    }

    struct load_report report;
    load_report_init(&report);

    struct ofpbuf elf;
    read_object(file_name, &elf);
    if (!elf.size) {
        ds_put_cstr(&report.texts[OKOPLT_REASON], "file is empty");
        load_failed(bridge, prog_id, file_name, OFPERR_OKO_BAD_OBJECT,
                    &report);
    }
    if (elf.size > OFPUTIL_PROG_MAX_LEN) {
        ds_put_format(&report.texts[OKOPLT_REASON],
                      "%s is longer than the limit of %d bytes",
                      file_name, OFPUTIL_PROG_MAX_LEN);
        load_failed(bridge, prog_id, file_name, OFPERR_OKO_LIMIT, &report);
    }

    FILE *log = NULL;
    if (log_name) {
        log = strcmp(log_name, "-") ? fopen(log_name, "w") : stderr;
        if (!log) {
            ovs_fatal(errno, "%s: open", log_name);
        }
    }

    struct vconn *vconn = ofctl_open_vconn(bridge);
    enum ofperr error = send_object(vconn, prog_id, &elf);
    if (error || log || ofctl_filter_options.replace) {
        load_report_fetch(&report, vconn);
    }
    if (log) {
        print_text(log, &report.texts[OKOPLT_LOG], "");
        if (fflush(log) || (log != stderr && fclose(log))) {
            ovs_error(errno, "%s: write", log_name);
        }
    }
    if (error) {
        load_failed(bridge, prog_id, file_name, error, &report);
    }
    print_text(stdout, &report.texts[OKOPLT_MAPS], "");

    load_report_destroy(&report);
    ofpbuf_uninit(&elf);
    vconn_close(vconn);
}

/* unload-filter-prog. */

/* Exits with a message that program 'prog_id' of 'bridge' is in use. */
OVS_NO_RETURN static void
unload_in_use(struct vconn *vconn, const char *bridge, uint32_t prog_id)
{
    if (prog_id == OKO_PROG_ALL) {
        ovs_fatal(0, "%s: some filter programs are in use by flows; delete "
                  "these flows first, or use --force to delete them as well",
                  bridge);
    }

    struct ofputil_prog_desc pd;
    ofctl_filter_get_desc(vconn, bridge, prog_id, &pd);
    ovs_fatal(0, "%s: filter program %"PRIu32" is in use by %"PRIu32
              " flow(s); delete these flows first, or use --force to delete "
              "them as well", bridge, prog_id, pd.n_rules);
}

void
ofctl_unload_filter_prog(struct ovs_cmdl_context *ctx)
{
    const char *bridge = ctx->argv[1];
    struct ofputil_prog_unload pu = {
        .prog_id = (strcmp(ctx->argv[2], "all")
                    ? ofctl_filter_parse_prog_id(ctx->argv[2])
                    : OKO_PROG_ALL),
        .flags = ofctl_filter_options.force ? OKOPUF_FORCE : 0,
    };

    struct vconn *vconn = ofctl_open_vconn(bridge);
    enum ofperr error = ofctl_filter_send(
        vconn, ofputil_encode_prog_unload(vconn_get_version(vconn), &pu));
    if (error == OFPERR_OKO_PROG_IN_USE) {
        unload_in_use(vconn, bridge, pu.prog_id);
    } else if (error) {
        ofctl_filter_fatal(bridge, pu.prog_id, error);
    }
    vconn_close(vconn);
}

/* dump-filter-progs. */

void
ofctl_dump_filter_progs(struct ovs_cmdl_context *ctx)
{
    const char *bridge = ctx->argv[1];
    uint32_t prog_id = (ctx->argc > 2
                        ? ofctl_filter_parse_prog_id(ctx->argv[2])
                        : OKO_PROG_ALL);
    struct ovs_list replies;
    struct ofpbuf *reply;

    struct vconn *vconn = ofctl_open_vconn(bridge);
    enum ofperr error = ofctl_filter_transact(
        vconn, ofputil_encode_prog_desc_request(vconn_get_version(vconn),
                                                prog_id), &replies);
    if (error) {
        ofctl_filter_fatal(bridge, prog_id, error);
    }
    LIST_FOR_EACH (reply, list_node, &replies) {
        ofp_print(stdout, reply->data, reply->size, NULL, NULL, 1);
    }
    ofpbuf_list_delete(&replies);
    vconn_close(vconn);
}

/* save-filter-prog. */

/* Puts the object that is in 'replies' together in '*elf'.  Returns true if
 * successful, false if parts of it are missing or don't fit together. */
static bool
join_object(const struct ovs_list *replies, uint32_t prog_id,
            struct ofpbuf *elf)
{
    uint32_t total_len = 0;
    struct ofpbuf *reply;

    LIST_FOR_EACH (reply, list_node, replies) {
        struct ofputil_prog_image pi;

        if (ofputil_decode_prog_image(reply->data, &pi)
            || pi.prog_id != prog_id
            || pi.offset != elf->size
            || (elf->size && pi.total_len != total_len)) {
            return false;
        }
        total_len = pi.total_len;
        ofpbuf_put(elf, pi.chunk, pi.chunk_len);
    }
    return elf->size == total_len;
}

void
ofctl_save_filter_prog(struct ovs_cmdl_context *ctx)
{
    const char *bridge = ctx->argv[1];
    uint32_t prog_id = ofctl_filter_parse_prog_id(ctx->argv[2]);
    const char *file_name = ctx->argv[3];
    struct ovs_list replies;

    struct vconn *vconn = ofctl_open_vconn(bridge);
    enum ofperr error = ofctl_filter_transact(
        vconn, ofputil_encode_prog_image_request(vconn_get_version(vconn),
                                                 prog_id), &replies);
    if (error) {
        ofctl_filter_fatal(bridge, prog_id, error);
    }

    struct ofpbuf elf;
    ofpbuf_init(&elf, 65536);
    if (!join_object(&replies, prog_id, &elf)) {
        ovs_fatal(0, "%s: received bad reply", bridge);
    }
    ofpbuf_list_delete(&replies);
    vconn_close(vconn);

    FILE *file = strcmp(file_name, "-") ? fopen(file_name, "wb") : stdout;
    if (!file) {
        ovs_fatal(errno, "%s: open", file_name);
    }
    if (fwrite(elf.data, 1, elf.size, file) != elf.size
        || (file == stdout ? fflush(file) : fclose(file))) {
        ovs_fatal(errno, "%s: write", file_name);
    }
    ofpbuf_uninit(&elf);
}
