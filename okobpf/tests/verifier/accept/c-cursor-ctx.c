/* Pointers into the packet in a structure, moved two functions down. */

#include <oko/filter.h>

struct cursor {
    const uint8_t *next, *end;
    uint32_t hash;
};

static __noinline int
next_byte(struct cursor *c)
{
    return c->next + 1 > c->end ? -1 : *c->next++;
}

static __noinline int
next_half(struct cursor *c)
{
    int high = next_byte(c);
    int low = next_byte(c);

    if (high < 0 || low < 0) {
        return -1;
    }
    c->hash = c->hash * 31 + (high << 8 | low);
    return 0;
}

SEC("filter") uint64_t
prog(const struct oko_ctx *ctx)
{
    struct cursor c = { oko_data(ctx), oko_data_end(ctx), 7 };

    for (int i = 0; i < 8; i++) {
        if (next_half(&c)) {
            break;
        }
    }
    return c.hash;
}
