/* Loads what there is of 96 bytes. */

#include <oko/filter.h>
SEC("filter") uint64_t f(const struct oko_ctx *ctx) {
  uint8_t tmp[96] = {}; uint32_t n = ctx->pkt_len - 42;
  if (ctx->pkt_len < 42) return 0;
  if (n > sizeof tmp) n = sizeof tmp;
  if (oko_load_bytes(42, tmp, n) < 0) return 0;
  return oko_hash(tmp, n);
}
