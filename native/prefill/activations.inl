// What stands between products, row by row: gates and norms. Part of kernels.inl, over its vector type,
// within its namespace.

inline V::Register gelu_of(V::Register x) {
  // √(2/π) · (x + 0.044715 x³)
  const auto inner =
      V::mul(V::mul(V::set(0.797884560802865f), x), V::fmadd(V::mul(V::set(0.044715f), x), x, V::set(1.0f)));
  const auto half = V::mul(V::set(0.5f), x);
  return V::fmadd(half, tanh_of(inner), half);
}

inline V::Register silu_of(V::Register x) {
  // For less the result is 0 within float32's normal numbers, and the power would be none of them.
  const auto power = exp_of(V::min(V::sub(V::zero(), x), V::set(87.0f)), V::zero());
  return V::divide(x, V::add(V::set(1.0f), power));
}

/// `target[i] = of(x[i], y[i])`.
template <class Of>
inline __attribute__((always_inline)) void combine(const float *x, const float *y, float *target,
                                                   int64_t count, const Of &of) {
  const int64_t whole = count - count % V::WIDTH;
  for (int64_t i = 0; i < whole; i += V::WIDTH)
    V::store(target + i, of(V::load(x + i), V::load(y + i)));
  if (whole == count)
    return;
  alignas(64) float first[V::WIDTH] = {}, second[V::WIDTH] = {};
  for (int64_t i = whole; i < count; i++) {
    first[i - whole] = x[i];
    second[i - whole] = y[i];
  }
  V::store(first, of(V::load(first), V::load(second)));
  for (int64_t i = whole; i < count; i++)
    target[i] = first[i - whole];
}

void gated_gelu(const float *gate, const float *up, float *target, int64_t count) {
  combine(gate, up, target, count, [](V::Register x, V::Register y) { return V::mul(gelu_of(x), y); });
}

void gated_silu(const float *gate, const float *up, float *target, int64_t count) {
  combine(gate, up, target, count, [](V::Register x, V::Register y) { return V::mul(silu_of(x), y); });
}

void scale_by(const float *x, float factor, const float *weights, float *target, int64_t count) {
  const auto by = V::set(factor);
  combine(x, weights, target, count,
          [by](V::Register value, V::Register weight) { return V::mul(V::mul(value, by), weight); });
}

double square_sum(const float *x, int64_t count) {
  // As many squares in a float32 sum as leave its error below that of one.
  constexpr int64_t RUN = 32;
  const int64_t whole = count - count % V::WIDTH;
  double sum = 0;
  for (int64_t i = 0; i < whole; i += RUN * V::WIDTH) {
    auto run = V::zero();
    for (int64_t k = i; k < whole && k < i + RUN * V::WIDTH; k += V::WIDTH)
      run = V::fmadd(V::load(x + k), V::load(x + k), run);
    alignas(64) float lanes[V::WIDTH];
    V::store(lanes, run);
    for (const float lane : lanes)
      sum += static_cast<double>(lane);
  }
  for (int64_t i = whole; i < count; i++)
    sum += static_cast<double>(x[i]) * static_cast<double>(x[i]);
  return sum;
}
