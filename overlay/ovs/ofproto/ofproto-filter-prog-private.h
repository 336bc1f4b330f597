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

#ifndef OFPROTO_FILTER_PROG_PRIVATE_H
#define OFPROTO_FILTER_PROG_PRIVATE_H 1

/* What the ofproto-filter-*.c files have in common. */

#include "cmap.h"
#include "ofproto-provider.h"
#include "openvswitch/list.h"
#include "openvswitch/ofp-errors.h"

struct filter_prog;
struct ofconn;

/* A program in a bridge. */
struct ofproto_filter_prog {
    struct cmap_node cmap_node; /* In ofproto's 'filter_progs', by number. */
    struct ovs_list list_node;  /* In 'all_progs'. */
    struct ofproto *ofproto;
    struct filter_prog *fp;     /* Owns a reference. */

    /* Contains "struct rule"s in state RULE_INSERTED. */
    struct ovs_list rules OVS_GUARDED_BY(ofproto_mutex);
};

struct ofproto_filter_prog *ofproto_filter_prog_lookup(const struct ofproto *,
                                                       uint32_t number);
void ofproto_filter_prog_insert(struct ofproto *, struct filter_prog *)
    OVS_REQUIRES(ofproto_mutex);

/* In ofproto-filter-session.c. */
enum ofperr ofproto_filter_handle_prog_load(struct ofconn *,
                                            const struct ofp_header *);
enum ofperr ofproto_filter_handle_prog_log_request(struct ofconn *,
                                                   const struct ofp_header *);

/* In ofproto-filter-map.c. */
enum ofperr ofproto_filter_handle_map_update(struct ofconn *,
                                             const struct ofp_header *);
enum ofperr ofproto_filter_handle_map_dump_request(struct ofconn *,
                                                   const struct ofp_header *);

#endif /* ofproto-filter-prog-private.h */
