/* Compares prefixes and addresses of IPv6. */

#include <oko/filter.h>
#include <oko/net.h>
static const uint8_t net[16] = { 0x20, 0x01, 0x0d, 0xb8 };
SEC("filter") uint64_t f(const struct oko_ctx *ctx) {
  const uint8_t *end = oko_data_end(ctx), *p = oko_data(ctx);
  if (p + 54 > end || p[12] != 0x86 || p[13] != 0xdd) return 0;
  return !__builtin_memcmp(p + 22, net, 4) && memcmp(p + 22, p + 38, 16) != 0;
}
