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

/* Rate limiter: a token bucket for each IPv4 source address.
 *
 * A packet matches (result 1) while its source's bucket holds a token, and
 * takes it; it does not match (result 0) when the bucket is empty.  The bucket
 * gains 'rate' tokens each second, up to 'burst'.  Packets other than IPv4 are
 * not limited.
 *
 * A source that finds the table full does not match: the limit holds even
 * when somebody floods the switch with forged addresses.
 *
 * Threads do not lock a bucket.  Two that serve one source at the same moment
 * may both take the same token; a bucket never holds more than 'burst'. */

#include <oko/filter.h>
#include <oko/net.h>

#define NSEC_PER_SEC 1000000000ULL

/* Limit for all sources.  0 stands for the default. */
struct limit {
    __u32 rate;                 /* Packets per second. */
    __u32 burst;                /* Packets. */
};

#define DEFAULT_RATE 100
#define DEFAULT_BURST 20

struct bucket {
    __u64 credit_ns;            /* A token is worth 1 s / rate. */
    __u64 last_ns;              /* When 'credit_ns' was right. */
};

OKO_MAP(limits, OKO_MAP_ARRAY, __u32, struct limit, 1);
OKO_MAP(buckets, OKO_MAP_HASH, ipv4_addr, struct bucket, 4096);

/* Returns 1 and takes a token from the bucket of 'source', or returns 0. */
static __always_inline uint64_t
take_token(ipv4_addr source, __u64 now)
{
    __u32 rate = DEFAULT_RATE;
    __u32 burst = DEFAULT_BURST;

    __u32 zero = 0;
    const struct limit *limit = oko_map_lookup(&limits, &zero);
    if (limit) {
        rate = limit->rate ? limit->rate : rate;
        burst = limit->burst ? limit->burst : burst;
    }

    __u64 token_ns = NSEC_PER_SEC / rate;
    __u64 full_ns = token_ns * burst;

    struct bucket *bucket = oko_map_lookup(&buckets, &source);
    if (!bucket) {
        struct bucket new = {
            .credit_ns = full_ns - token_ns,
            .last_ns = now,
        };
        return !oko_map_update(&buckets, &source, &new);
    }

    /* Another thread's batch may have begun a little later than ours. */
    __u64 last = bucket->last_ns;
    __u64 gained = now > last ? now - last : 0;
    __u64 credit = bucket->credit_ns;

    /* 'credit' and 'gained' are each far from 2**63. */
    credit += gained;
    if (credit > full_ns) {
        credit = full_ns;
    }
    if (gained) {
        bucket->last_ns = now;
    }
    if (credit < token_ns) {
        bucket->credit_ns = credit;
        return 0;
    }
    bucket->credit_ns = credit - token_ns;
    return 1;
}

SEC("filter") uint64_t
rate_limiter(const struct oko_ctx *ctx)
{
    const void *end = oko_data_end(ctx);
    const struct eth_hdr *eth = oko_data(ctx);
    const struct ipv4_hdr *ip = (const void *) (eth + 1);

    if ((const void *) (eth + 1) > end
        || eth->type != bpf_htons(ETH_TYPE_IPV4)) {
        return 1;
    }
    if ((const void *) (ip + 1) > end) {
        return 0;
    }
    return take_token(ip->src, ctx->now_ns);
}
