// Adagrad on SIMD lanes; the reference and the formula are in adagrad.cpp. Included once per target.
HWY_BEFORE_NAMESPACE();
namespace fanin::engine {
namespace HWY_NAMESPACE {

struct AdagradRule {
  static constexpr int kStates = 1;
  template <class D, class V>
  static HWY_INLINE void apply(D d, const StepScalars& s, V g, V& w, V& sum, V&) {
    g = hn::MulAdd(hn::Set(d, s.weight_decay), w, g);
    sum = hn::MulAdd(g, g, sum);
    const V root = hn::Add(hn::Sqrt(sum), hn::Set(d, s.epsilon));
    w = hn::Sub(w, hn::Div(hn::Mul(hn::Set(d, s.learning_rate), g), root));
  }
};

}  // namespace HWY_NAMESPACE
}  // namespace fanin::engine
HWY_AFTER_NAMESPACE();
