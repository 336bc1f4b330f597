/* Hashes many megabytes, again and again. */
/* expect: too much work in one run: this instruction alone may take */

#include <oko/filter.h>

static uint64_t data[4 << 20];

SEC("filter") uint64_t
prog(const struct oko_ctx *ctx)
{
    uint64_t x = 0;

#pragma clang loop unroll(disable)
    for (uint32_t i = 0; i < 10000; i++) {
        x += oko_hash(data, sizeof data);
        data[0] = x;
    }
    return x & 1;
}
