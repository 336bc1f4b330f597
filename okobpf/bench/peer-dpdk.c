/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* librte_bpf itself, if HAVE_RTE_BPF says that it is there. */

#ifdef HAVE_CONFIG_H
#include <config.h>
#endif

#include "peer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "mem.h"

#ifdef HAVE_RTE_BPF
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wbad-function-cast"
#include <rte_bpf.h>
#include <rte_errno.h>
#include <rte_log.h>
#include <rte_version.h>
#pragma GCC diagnostic pop

struct peer {
    struct rte_bpf *bpf;
    struct rte_bpf_jit jit;
};

static struct rte_bpf_arg
convert(const struct peer_arg *arg)
{
    return (struct rte_bpf_arg) {
        .type = (arg->type == PEER_POINTER ? RTE_BPF_ARG_PTR
                 : arg->type == PEER_NUMBER ? RTE_BPF_ARG_RAW
                 : RTE_BPF_ARG_UNDEF),
        .size = arg->size,
    };
}

static void
make_xsyms(struct rte_bpf_xsym xsyms[],
           const struct peer_function functions[], uint32_t n)
{
    memset(xsyms, 0, n * sizeof *xsyms);
    for (uint32_t i = 0; i < n; i++) {
        struct rte_bpf_xsym *xsym = &xsyms[i];

        xsym->name = functions[i].name;
        xsym->type = RTE_BPF_XTYPE_FUNC;
        xsym->func.val = functions[i].function;
        while (xsym->func.nb_args < PEER_MAX_ARGS
               && functions[i].args[xsym->func.nb_args].type != PEER_NONE) {
            uint32_t arg = xsym->func.nb_args++;

            xsym->func.args[arg] = convert(&functions[i].args[arg]);
        }
        xsym->func.ret = convert(&functions[i].ret);
    }
}

/* Calls rte_bpf_load() and stores what it logs in 'log'. */
static struct rte_bpf *
load_with_log(const struct rte_bpf_prm *prm, char *log, size_t size)
{
    struct rte_bpf *bpf;
    FILE *stream;

    memset(log, 0, size);
    stream = fmemopen(log, size - 1, "w");
    if (stream) {
        setvbuf(stream, NULL, _IONBF, 0);
        rte_openlog_stream(stream);
    }
    bpf = rte_bpf_load(prm);
    if (stream) {
        rte_openlog_stream(NULL);
        fclose(stream);
    }
    return bpf;
}

struct peer *
peer_load_insns(const void *insns, uint32_t n_insns,
                const struct peer_function functions[], uint32_t n_functions,
                char *refusal, size_t size)
{
    struct rte_bpf_xsym *xsyms = okobpf_mem_alloc(n_functions, sizeof *xsyms);
    struct peer *peer = okobpf_mem_alloc(1, sizeof *peer);
    const struct rte_bpf_prm prm = {
        .ins = insns,
        .nb_ins = n_insns,
        .xsym = xsyms,
        .nb_xsym = n_functions,
        .prog_arg = {
            .type = RTE_BPF_ARG_PTR,
            .size = sizeof(struct packet),
        },
    };
    char log[1024];

    if (!xsyms || !peer) {
        snprintf(refusal, size, "out of memory");
        free(xsyms);
        free(peer);
        return NULL;
    }
    make_xsyms(xsyms, functions, n_functions);
    peer->bpf = load_with_log(&prm, log, sizeof log);
    free(xsyms);
    if (!peer->bpf) {
        log[strcspn(log, "\n")] = '\0';
        snprintf(refusal, size, "%s", log[0] ? log : rte_strerror(rte_errno));
        free(peer);
        return NULL;
    }
    if (rte_bpf_get_jit(peer->bpf, &peer->jit)) {
        memset(&peer->jit, 0, sizeof peer->jit);
    }
    return peer;
}

void
peer_free(struct peer *peer)
{
    if (peer) {
        rte_bpf_destroy(peer->bpf);
        free(peer);
    }
}

entry_function *
peer_jit(const struct peer *peer)
{
    /* More arguments than a function takes do no harm in the calling
     * conventions of the machines that it has a JIT for. */
    return (entry_function *) (void (*)(void)) peer->jit.func;
}

static inline uint64_t
call_interpreter(const struct packet *packet, const void *aux)
{
    const struct peer *peer = aux;

    return rte_bpf_exec(peer->bpf, (struct packet *) packet);
}

void
peer_run_interpreter(uint32_t n_passes, const void *aux)
{
    run_passes(n_passes, call_interpreter, aux);
}

const char *
peer_version(void)
{
    return rte_version();
}

#else

struct peer *
peer_load_insns(const void *insns, uint32_t n_insns,
                const struct peer_function functions[], uint32_t n_functions,
                char *refusal, size_t size)
{
    (void) insns, (void) n_insns, (void) functions, (void) n_functions;
    snprintf(refusal, size, "the benchmark was built without DPDK");
    return NULL;
}

void
peer_free(struct peer *peer)
{
    (void) peer;
}

entry_function *
peer_jit(const struct peer *peer)
{
    (void) peer;
    return NULL;
}

void
peer_run_interpreter(uint32_t n_passes, const void *aux)
{
    (void) n_passes, (void) aux;
}

const char *
peer_version(void)
{
    return NULL;
}
#endif
