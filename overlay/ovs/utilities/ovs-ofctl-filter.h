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

#ifndef OVS_OFCTL_FILTER_H
#define OVS_OFCTL_FILTER_H 1

/* Commands of ovs-ofctl for filter programs and their maps. */

#include <stdbool.h>
#include <stdint.h>
#include "openvswitch/ofp-errors.h"
#include "openvswitch/ofp-filter-prog.h"

struct ofpbuf;
struct ovs_cmdl_context;
struct ovs_list;
struct vconn;

/* Options. */
struct ofctl_filter_options {
    bool replace;               /* --replace. */
    bool keep_maps;             /* --keep-maps. */
    bool lose_maps;             /* --lose-maps. */
    bool force;                 /* --force. */
    const char *log;            /* --verifier-log=FILE. */
};
extern struct ofctl_filter_options ofctl_filter_options;

/* In ovs-ofctl.c: connects to 'name' or exits. */
struct vconn *ofctl_open_vconn(const char *name);

/* Commands, in ovs-ofctl-filter-prog.c. */
void ofctl_load_filter_prog(struct ovs_cmdl_context *);
void ofctl_unload_filter_prog(struct ovs_cmdl_context *);
void ofctl_dump_filter_progs(struct ovs_cmdl_context *);
void ofctl_save_filter_prog(struct ovs_cmdl_context *);

/* Commands, in ovs-ofctl-filter-map.c. */
void ofctl_update_map(struct ovs_cmdl_context *);
void ofctl_del_map_entry(struct ovs_cmdl_context *);
void ofctl_clear_map(struct ovs_cmdl_context *);
void ofctl_get_map_entry(struct ovs_cmdl_context *);
void ofctl_dump_map(struct ovs_cmdl_context *);

/* Commands, in ovs-ofctl-filter-save.c. */
void ofctl_save_maps(struct ovs_cmdl_context *);
void ofctl_restore_maps(struct ovs_cmdl_context *);

/* What the commands have in common, in ovs-ofctl-filter-prog.c. */
uint32_t ofctl_filter_parse_prog_id(const char *);
enum ofperr ofctl_filter_send(struct vconn *, struct ofpbuf *request);
enum ofperr ofctl_filter_transact(struct vconn *, struct ofpbuf *request,
                                  struct ovs_list *replies);
OVS_NO_RETURN void ofctl_filter_fatal(const char *bridge, uint32_t prog_id,
                                      enum ofperr);
void ofctl_filter_get_desc(struct vconn *, const char *bridge,
                           uint32_t prog_id, struct ofputil_prog_desc *);

/* What the commands have in common, in ovs-ofctl-filter-map.c. */
OVS_NO_RETURN void ofctl_filter_map_fatal(const char *bridge, uint32_t prog_id,
                                          const struct ofputil_map_desc *,
                                          enum ofperr);

#endif /* ovs-ofctl-filter.h */
