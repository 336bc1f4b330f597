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
#include "hash.h"
#include "ofproto-filter-prog-private.h"
#include "openvswitch/dynamic-string.h"
#include "openvswitch/hmap.h"
#include "openvswitch/json.h"
#include "openvswitch/ofp-filter-prog.h"
#include "ovs-rcu.h"
#include "unixctl.h"
#include "util.h"

/* Programs of all bridges.  Contains "struct ofproto_filter_prog"s. */
static struct ovs_list all_progs OVS_GUARDED_BY(ofproto_mutex)
    = OVS_LIST_INITIALIZER(&all_progs);

/* The program that a rule uses.  Kept apart from the rule, since few rules use
 * one.  The rule holds the reference until it is destroyed, when no datapath
 * flow is left that was made from it: until then, the program must run. */
struct rule_binding {
    struct hmap_node hmap_node; /* In 'bindings', by address of 'rule'. */
    struct rule *rule;
    struct filter_prog *fp;     /* Owns a reference. */

    /* In the program's 'rules'.  An empty list if 'rule' is not inserted. */
    struct ovs_list list_node;
};

/* Nests inside ofproto_mutex. */
static struct ovs_mutex bindings_mutex = OVS_MUTEX_INITIALIZER;

/* Contains "struct rule_binding"s. */
static struct hmap bindings OVS_GUARDED_BY(bindings_mutex)
    = HMAP_INITIALIZER(&bindings);

static unixctl_cb_func filter_prog_unixctl_show;

/* Initializes the module.  To be called once. */
void
ofproto_filter_prog_init(void)
{
    filter_prog_init();
    unixctl_command_register("filter-prog/show", "[bridge]", 0, 1,
                             filter_prog_unixctl_show, NULL);
}

/* The programs of a bridge. */

static uint32_t
hash_number(uint32_t number)
{
    return hash_int(number, 0);
}

/* Returns program 'number' of 'ofproto', or NULL if it has none.  The
 * result is valid until the thread quiesces, or as long as it holds
 * ofproto_mutex. */
struct ofproto_filter_prog *
ofproto_filter_prog_lookup(const struct ofproto *ofproto, uint32_t number)
{
    struct ofproto_filter_prog *p;

    CMAP_FOR_EACH_WITH_HASH (p, cmap_node, hash_number(number),
                             &ofproto->filter_progs) {
        if (filter_prog_number(p->fp) == number) {
            return p;
        }
    }
    return NULL;
}

/* Makes 'fp' a program of 'ofproto', which must not have one of its number.
 * Takes over the caller's reference to 'fp'. */
void
ofproto_filter_prog_insert(struct ofproto *ofproto, struct filter_prog *fp)
    OVS_REQUIRES(ofproto_mutex)
{
    struct ofproto_filter_prog *p = xmalloc(sizeof *p);

    p->ofproto = ofproto;
    p->fp = fp;
    ovs_list_init(&p->rules);
    p->n_rules = 0;
    ovs_list_push_back(&all_progs, &p->list_node);
    cmap_insert(&ofproto->filter_progs, &p->cmap_node,
                hash_number(filter_prog_number(fp)));
}

static void
free_prog(struct ofproto_filter_prog *p)
{
    filter_prog_unref(p->fp);
    free(p);
}

/* Removes 'p' from its bridge, after the rules that use it. */
static void
remove_prog(struct ofproto_filter_prog *p)
    OVS_REQUIRES(ofproto_mutex)
{
    if (!ovs_list_is_empty(&p->rules)) {
        struct rule_collection rules;
        struct rule_binding *binding;

        rule_collection_init(&rules);
        LIST_FOR_EACH (binding, list_node, &p->rules) {
            rule_collection_add(&rules, binding->rule);
        }
        ofproto_delete_rules(&rules, OFPRR_DELETE);
    }

    cmap_remove(&p->ofproto->filter_progs, &p->cmap_node,
                hash_number(filter_prog_number(p->fp)));
    ovs_list_remove(&p->list_node);
    filter_prog_retire(p->fp);
    ovsrcu_postpone(free_prog, p);
}

/* Removes all programs of 'ofproto' and the rules that use them.  Unlike flows
 * and groups, programs and what is in their maps stay when a bridge only gets
 * or loses its controllers, or changes its fail mode. */
void
ofproto_filter_prog_flush(struct ofproto *ofproto)
    OVS_REQUIRES(ofproto_mutex)
{
    struct ofproto_filter_prog *p;

    CMAP_FOR_EACH (p, cmap_node, &ofproto->filter_progs) {
        remove_prog(p);
    }
}

static int
compare_progs(const void *a_, const void *b_)
{
    const struct ofproto_filter_prog *const *ap = a_;
    const struct ofproto_filter_prog *const *bp = b_;
    uint32_t a = filter_prog_number((*ap)->fp);
    uint32_t b = filter_prog_number((*bp)->fp);

    return a < b ? -1 : a > b;
}

/* Returns the programs of 'ofproto' in order of their numbers, as an array
 * that the caller must free, and stores their number in '*np'. */
static struct ofproto_filter_prog **
sort_progs(const struct ofproto *ofproto, size_t *np)
    OVS_REQUIRES(ofproto_mutex)
{
    struct ofproto_filter_prog **progs, *p;
    size_t n = 0;

    progs = xcalloc(cmap_count(&ofproto->filter_progs), sizeof *progs);
    CMAP_FOR_EACH (p, cmap_node, &ofproto->filter_progs) {
        progs[n++] = p;
    }
    qsort(progs, n, sizeof *progs, compare_progs);

    *np = n;
    return progs;
}

/* Rules. */

/* Returns the binding of 'rule', or NULL if it has none. */
static struct rule_binding *
find_binding(const struct rule *rule)
    OVS_REQUIRES(bindings_mutex)
{
    struct rule_binding *binding;

    HMAP_FOR_EACH_WITH_HASH (binding, hmap_node, hash_pointer(rule, 0),
                             &bindings) {
        if (binding->rule == rule) {
            return binding;
        }
    }
    return NULL;
}

static void
destroy_binding(struct rule_binding *binding)
    OVS_REQUIRES(bindings_mutex)
{
    hmap_remove(&bindings, &binding->hmap_node);
    filter_prog_unref(binding->fp);
    free(binding);
}

/* Makes 'rule', if its match names a program, hold a reference to the program
 * of its bridge that has that number, instead of what it held before.  Returns
 * 0 if successful, otherwise an OpenFlow error, in which case 'rule' is as it
 * was.
 *
 * 'rule' must not have been inserted into its bridge.  Unless the caller holds
 * ofproto_mutex, the program can be unloaded at any time, so that this has to
 * be repeated before the insertion. */
enum ofperr
ofproto_rule_bind_filter_prog(struct rule *rule)
{
    uint32_t number = rule->cr.match.filter_prog;
    struct filter_prog *fp = NULL;

    ovs_assert(rule->state != RULE_INSERTED);
    if (number) {
        const struct ofproto_filter_prog *p;

        p = ofproto_filter_prog_lookup(rule->ofproto, number);
        if (!p || !filter_prog_try_ref(p->fp)) {
            return OFPERR_OKO_UNKNOWN_PROG;
        }
        fp = p->fp;
    }

    ofproto_rule_unbind_filter_prog(rule);
    if (fp) {
        struct rule_binding *binding = xmalloc(sizeof *binding);

        binding->rule = rule;
        binding->fp = fp;
        ovs_list_init(&binding->list_node);
        ovs_mutex_lock(&bindings_mutex);
        hmap_insert(&bindings, &binding->hmap_node, hash_pointer(rule, 0));
        ovs_mutex_unlock(&bindings_mutex);
    }
    return 0;
}

/* Drops the reference of 'rule', if it holds one.  To be called before its
 * match is destroyed. */
void
ofproto_rule_unbind_filter_prog(struct rule *rule)
{
    if (OVS_UNLIKELY(rule->cr.match.filter_prog)) {
        struct rule_binding *binding;

        ovs_mutex_lock(&bindings_mutex);
        binding = find_binding(rule);
        if (binding) {
            destroy_binding(binding);
        }
        ovs_mutex_unlock(&bindings_mutex);
    }
}

/* Adds 'rule', which is being inserted into its bridge, to the rules that keep
 * its program from being unloaded.  The caller must have called
 * ofproto_rule_bind_filter_prog(rule) since it took ofproto_mutex. */
void
ofproto_rule_insert_filter_prog(struct rule *rule)
    OVS_REQUIRES(ofproto_mutex)
{
    if (OVS_UNLIKELY(rule->cr.match.filter_prog)) {
        struct ofproto_filter_prog *p;

        p = ofproto_filter_prog_lookup(rule->ofproto,
                                       rule->cr.match.filter_prog);
        ovs_mutex_lock(&bindings_mutex);
        struct rule_binding *binding = find_binding(rule);
        ovs_assert(p && binding && p->fp == binding->fp);
        ovs_list_push_back(&p->rules, &binding->list_node);
        p->n_rules++;
        ovs_mutex_unlock(&bindings_mutex);
    }
}

/* Reverses ofproto_rule_insert_filter_prog(rule). */
void
ofproto_rule_remove_filter_prog(struct rule *rule)
    OVS_REQUIRES(ofproto_mutex)
{
    if (OVS_UNLIKELY(rule->cr.match.filter_prog)) {
        struct rule_binding *binding;

        ovs_mutex_lock(&bindings_mutex);
        binding = find_binding(rule);
        if (binding && !ovs_list_is_empty(&binding->list_node)) {
            ovs_list_remove(&binding->list_node);
            ovs_list_init(&binding->list_node);
            ofproto_filter_prog_lookup(rule->ofproto,
                                       rule->cr.match.filter_prog)->n_rules--;
        }
        ovs_mutex_unlock(&bindings_mutex);
    }
}

/* Returns the handle of the program that the match of 'rule' names.  If it is
 * being unloaded, along with the rule, returns 0, which is no program's. */
uint32_t
ofproto_rule_filter_prog_handle(const struct rule *rule)
{
    const struct ofproto_filter_prog *p;

    p = ofproto_filter_prog_lookup(rule->ofproto, rule->cr.match.filter_prog);
    return p ? filter_prog_handle(p->fp) : 0;
}

static enum ofperr
handle_prog_unload(struct ofconn *ofconn, const struct ofp_header *oh)
{
    struct ofproto *ofproto = ofconn_get_ofproto(ofconn);
    struct ofputil_prog_unload pu;
    enum ofperr error;

    error = ofputil_decode_prog_unload(oh, &pu);
    if (error) {
        return error;
    }

    bool force = pu.flags & OKOPUF_FORCE;
    struct ofproto_filter_prog *p;

    ovs_mutex_lock(&ofproto_mutex);
    if (pu.prog_id == OKO_PROG_ALL) {
        if (!force) {
            CMAP_FOR_EACH (p, cmap_node, &ofproto->filter_progs) {
                if (!ovs_list_is_empty(&p->rules)) {
                    error = OFPERR_OKO_PROG_IN_USE;
                }
            }
        }
        if (!error) {
            ofproto_filter_prog_flush(ofproto);
        }
    } else {
        p = ofproto_filter_prog_lookup(ofproto, pu.prog_id);
        if (!p) {
            error = OFPERR_OKO_UNKNOWN_PROG;
        } else if (!force && !ovs_list_is_empty(&p->rules)) {
            error = OFPERR_OKO_PROG_IN_USE;
        } else {
            remove_prog(p);
        }
    }
    ovs_mutex_unlock(&ofproto_mutex);

    return error;
}

/* Describing. */

static void
describe_map(const struct okobpf_map *map, struct ofputil_map_desc *md)
{
    const struct okobpf_map_info *info = okobpf_map_info(map);

    ofputil_put_name(md->name, info->name);
    md->type = info->type;
    md->key_size = info->key_size;
    md->value_size = info->value_size;
    md->max_entries = info->max_entries;
    md->n_hash_functions = info->n_hash_functions;
    md->flags = info->read_only ? OKOMDF_READ_ONLY : 0;
    md->n_entries = okobpf_map_n_entries(map);
    md->memory = info->memory;
}

/* Initializes '*pd', which the caller must pass to
 * ofputil_prog_desc_uninit(). */
static void
describe_prog(const struct ofproto_filter_prog *p,
              struct ofputil_prog_desc *pd)
    OVS_REQUIRES(ofproto_mutex)
{
    const struct okobpf_prog *prog = filter_prog_image(p->fp);
    const struct okobpf_prog_info *info = okobpf_prog_info(prog);
    struct filter_prog_stats stats;
    size_t elf_len;

    filter_prog_elf(p->fp, &elf_len);
    filter_prog_get_stats(p->fp, &stats);
    *pd = (struct ofputil_prog_desc) {
        .prog_id = filter_prog_number(p->fp),
        .handle = filter_prog_handle(p->fp),
        .elf_len = elf_len,
        .n_insns = info->n_insns,
        .jited_len = info->jited_len,
        .n_rules = p->n_rules,
        .abi = info->abi,
        .load_time = filter_prog_load_time(p->fp),
        .map_memory = info->map_memory,
        .n_runs = stats.n_runs,
        .n_matches = stats.n_matches,
        .n_maps = okobpf_prog_n_maps(prog),
    };
    BUILD_ASSERT_DECL(sizeof pd->tag == sizeof info->tag);
    memcpy(pd->tag, info->tag, sizeof pd->tag);
    ofputil_put_name(pd->name, info->name);
    ofputil_put_name(pd->section, info->section);

    pd->maps = xcalloc(pd->n_maps, sizeof *pd->maps);
    for (size_t i = 0; i < pd->n_maps; i++) {
        describe_map(okobpf_prog_map(prog, i), &pd->maps[i]);
    }
}

static void
append_prog_desc(const struct ofproto_filter_prog *p,
                 struct ovs_list *replies)
    OVS_REQUIRES(ofproto_mutex)
{
    struct ofputil_prog_desc pd;

    describe_prog(p, &pd);
    ofputil_append_prog_desc(&pd, replies);
    ofputil_prog_desc_uninit(&pd);
}

static enum ofperr
handle_prog_desc_request(struct ofconn *ofconn, const struct ofp_header *oh)
{
    const struct ofproto *ofproto = ofconn_get_ofproto(ofconn);
    uint32_t prog_id;
    enum ofperr error;

    error = ofputil_decode_prog_desc_request(oh, &prog_id);
    if (error) {
        return error;
    }

    struct ovs_list replies;
    ofpmp_init(&replies, oh);

    ovs_mutex_lock(&ofproto_mutex);
    if (prog_id == OKO_PROG_ALL) {
        struct ofproto_filter_prog **progs;
        size_t n;

        progs = sort_progs(ofproto, &n);
        for (size_t i = 0; i < n; i++) {
            append_prog_desc(progs[i], &replies);
        }
        free(progs);
    } else {
        const struct ofproto_filter_prog *p;

        p = ofproto_filter_prog_lookup(ofproto, prog_id);
        if (p) {
            append_prog_desc(p, &replies);
        } else {
            error = OFPERR_OKO_UNKNOWN_PROG;
        }
    }
    ovs_mutex_unlock(&ofproto_mutex);

    if (error) {
        ofpbuf_list_delete(&replies);
    } else {
        ofconn_send_replies(ofconn, &replies);
    }
    return error;
}

static enum ofperr
handle_prog_image_request(struct ofconn *ofconn, const struct ofp_header *oh)
{
    const struct ofproto *ofproto = ofconn_get_ofproto(ofconn);
    uint32_t prog_id;
    enum ofperr error;

    error = ofputil_decode_prog_image_request(oh, &prog_id);
    if (error) {
        return error;
    }

    const struct ofproto_filter_prog *p;

    p = ofproto_filter_prog_lookup(ofproto, prog_id);
    if (!p) {
        return OFPERR_OKO_UNKNOWN_PROG;
    }

    size_t elf_len;
    const void *elf = filter_prog_elf(p->fp, &elf_len);

    struct ovs_list replies;
    ofpmp_init(&replies, oh);
    ofputil_append_prog_image(prog_id, elf, elf_len, &replies);
    ofconn_send_replies(ofconn, &replies);
    return 0;
}

/* Handles 'oh', which has one of the OFPTYPE_OKO_* types 'type' and arrived
 * on 'ofconn'.  Returns an ofperr that, if nonzero, the caller should send
 * back to the controller. */
enum ofperr
ofproto_filter_prog_handle_message(struct ofconn *ofconn,
                                   const struct ofp_header *oh,
                                   enum ofptype type)
    OVS_EXCLUDED(ofproto_mutex)
{
    bool writes = (type == OFPTYPE_OKO_PROG_LOAD
                   || type == OFPTYPE_OKO_PROG_UNLOAD
                   || type == OFPTYPE_OKO_MAP_UPDATE);
    if (writes && ofconn_get_role(ofconn) == OFPCR12_ROLE_SECONDARY) {
        return OFPERR_OFPBRC_IS_SECONDARY;
    }

    if (type == OFPTYPE_OKO_PROG_LOAD) {
        return ofproto_filter_handle_prog_load(ofconn, oh);
    } else if (type == OFPTYPE_OKO_PROG_UNLOAD) {
        return handle_prog_unload(ofconn, oh);
    } else if (type == OFPTYPE_OKO_MAP_UPDATE) {
        return ofproto_filter_handle_map_update(ofconn, oh);
    } else if (type == OFPTYPE_OKO_PROG_DESC_REQUEST) {
        return handle_prog_desc_request(ofconn, oh);
    } else if (type == OFPTYPE_OKO_PROG_IMAGE_REQUEST) {
        return handle_prog_image_request(ofconn, oh);
    } else if (type == OFPTYPE_OKO_PROG_LOG_REQUEST) {
        return ofproto_filter_handle_prog_log_request(ofconn, oh);
    } else if (type == OFPTYPE_OKO_MAP_GET_REQUEST) {
        return ofproto_filter_handle_map_get_request(ofconn, oh);
    } else {
        ovs_assert(type == OFPTYPE_OKO_MAP_DUMP_REQUEST);
        return ofproto_filter_handle_map_dump_request(ofconn, oh);
    }
}

/* unixctl. */

static void
filter_prog_unixctl_show(struct unixctl_conn *conn, int argc,
                         const char *argv[], void *aux OVS_UNUSED)
{
    const char *bridge = argc > 1 ? argv[1] : NULL;
    if (bridge && !ofproto_lookup(bridge)) {
        unixctl_command_reply_error(conn, "no such bridge");
        return;
    }

    struct ds s = DS_EMPTY_INITIALIZER;
    const struct ofproto_filter_prog *p;

    ovs_mutex_lock(&ofproto_mutex);
    LIST_FOR_EACH (p, list_node, &all_progs) {
        if (bridge && strcmp(bridge, p->ofproto->name)) {
            continue;
        }

        struct filter_prog_stats stats;
        filter_prog_get_stats(p->fp, &stats);
        ds_put_format(&s, "handle=%"PRIu32", bridge=%s, filter_prog=%"PRIu32
                      ", name=", filter_prog_handle(p->fp), p->ofproto->name,
                      filter_prog_number(p->fp));
        json_string_escape(okobpf_prog_info(filter_prog_image(p->fp))->name,
                           &s);
        ds_put_format(&s, ", rules=%"PRIuSIZE", runs=%"PRIu64
                      ", matches=%"PRIu64"\n",
                      p->n_rules, stats.n_runs,
                      stats.n_matches);
    }
    ovs_mutex_unlock(&ofproto_mutex);

    unixctl_command_reply(conn, ds_cstr(&s));
    ds_destroy(&s);
}
