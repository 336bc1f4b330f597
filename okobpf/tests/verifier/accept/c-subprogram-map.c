/* A function that works on a value of its caller. */

#include <oko/filter.h>
#include <oko/net.h>

struct stat {
    __u64 packets, bytes;
};

OKO_MAP(stats, OKO_MAP_ARRAY, __u32, struct stat, 256);

static __noinline void
count(struct stat *s, __u64 bytes)
{
    if (s) {
        __sync_fetch_and_add(&s->packets, 1);
        s->bytes += bytes;
    }
}

SEC("filter") uint64_t
prog(const struct oko_ctx *ctx)
{
    __u32 key = ctx->in_port & 0xff;
    struct stat *s = oko_map_lookup(&stats, &key);

    count(s, ctx->pkt_len);
    return s ? s->packets > 10 : 0;
}
