// What __builtin_cpu_supports() reads. The runtime libraries of GCC and of Apple's compiler have it, zig's has not: what zig builds for x64
// would find a processor that can nothing. It is compiled and linked, but not run.
#define HIDDEN __attribute__((visibility("hidden")))

HIDDEN struct {
  unsigned vendor, type, subtype, features[1];
} __cpu_model;
HIDDEN unsigned __cpu_features2[4];

HIDDEN int __cpu_indicator_init(void) {
  return 0;
}
