// Nesterov momentum on SIMD lanes; the reference and the formula are in nesterov.cpp. Included once per target.
HWY_BEFORE_NAMESPACE();
namespace fanin::engine {
namespace HWY_NAMESPACE {

struct NesterovRule {
  static constexpr int kStates = 1;
  template <class D, class V>
  static HWY_INLINE void apply(D d, const StepScalars& s, V g, V& w, V& u, V&) {
    const V momentum = hn::Set(d, s.momentum);
    g = hn::MulAdd(hn::Set(d, s.weight_decay), w, g);
    u = hn::MulAdd(momentum, u, g);
    w = hn::NegMulAdd(hn::Set(d, s.learning_rate), hn::MulAdd(momentum, u, g), w);
  }
};

}  // namespace HWY_NAMESPACE
}  // namespace fanin::engine
HWY_AFTER_NAMESPACE();
