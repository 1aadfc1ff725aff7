// Adam on SIMD lanes; the reference and the formula are in adam.cpp. Included once per target.
HWY_BEFORE_NAMESPACE();
namespace fanin::engine {
namespace HWY_NAMESPACE {

struct AdamRule {
  static constexpr int kStates = 2;
  template <class D, class V>
  static HWY_INLINE void apply(D d, const StepScalars& s, V g, V& w, V& m, V& v) {
    g = hn::MulAdd(hn::Set(d, s.weight_decay), w, g);
    m = hn::MulAdd(hn::Set(d, s.beta1), m, hn::Mul(g, hn::Set(d, s.one_minus_beta1)));
    v = hn::MulAdd(hn::Set(d, s.beta2), v, hn::Mul(hn::Mul(g, g), hn::Set(d, s.one_minus_beta2)));
    const V root = hn::MulAdd(hn::Sqrt(v), hn::Set(d, s.inverse_sqrt_correction2), hn::Set(d, s.epsilon));
    w = hn::Sub(w, hn::Div(hn::Mul(hn::Set(d, s.step_size), m), root));
  }
};

}  // namespace HWY_NAMESPACE
}  // namespace fanin::engine
HWY_AFTER_NAMESPACE();
