// Momentum on SIMD lanes; the reference and the formula are in momentum.cpp. Included once per target.
HWY_BEFORE_NAMESPACE();
namespace fanin::engine {
namespace HWY_NAMESPACE {

struct MomentumRule {
  static constexpr int kStates = 1;
  template <class D, class V>
  static HWY_INLINE void apply(D d, const StepScalars& s, V g, V& w, V& u, V&) {
    g = hn::MulAdd(hn::Set(d, s.weight_decay), w, g);
    // The buffer starts as zeros, so the first step needs no case of its own: 0 * momentum + g = g.
    u = hn::MulAdd(hn::Set(d, s.momentum), u, g);
    w = hn::NegMulAdd(hn::Set(d, s.learning_rate), u, w);
  }
};

}  // namespace HWY_NAMESPACE
}  // namespace fanin::engine
HWY_AFTER_NAMESPACE();
