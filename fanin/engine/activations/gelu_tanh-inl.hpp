// gelu_tanh on SIMD lanes; the definition is net/activations/gelu_tanh.cpp. Included once per target.
HWY_BEFORE_NAMESPACE();
namespace fanin::engine {
namespace HWY_NAMESPACE {

struct GeluTanhRule {
  static constexpr Saves kSaves = Saves::input;
  static constexpr float kRootTwoOverPi = 0.7978845608F;  // Hendrycks & Gimpel 2016
  static constexpr float kCubic = 0.044715F;

  template <class D, class V>
  static HWY_INLINE V value(D d, V x, V) {
    const V bounded = hn::Clamp(x, hn::Set(d, -50.0F), hn::Set(d, 50.0F));  // tanh is +-1 there in f32
    const V square = hn::Mul(bounded, bounded);
    const V inner =
        hn::Mul(hn::Mul(hn::Set(d, kRootTwoOverPi), bounded), hn::MulAdd(hn::Set(d, kCubic), square, hn::Set(d, 1.0F)));
    // 0.5 (1 + tanh u) = 1 / (1 + exp(-2u)), without cancellation for u << 0.
    return hn::Mul(x, Logistic(d, hn::Add(inner, inner)));
  }
  template <class D, class V>
  static HWY_INLINE V derivative(D d, V x, V) {
    const V bounded = hn::Clamp(x, hn::Set(d, -50.0F), hn::Set(d, 50.0F));
    const V square = hn::Mul(bounded, bounded);
    const V one = hn::Set(d, 1.0F);
    const V scaled = hn::Mul(hn::Set(d, kRootTwoOverPi), bounded);
    const V inner = hn::Mul(scaled, hn::MulAdd(hn::Set(d, kCubic), square, one));
    const V gate = Logistic(d, hn::Add(inner, inner));
    const V slope = hn::Mul(scaled, hn::MulAdd(hn::Set(d, 3 * kCubic), square, one));  // x du/dx
    return hn::MulAdd(hn::Mul(hn::Set(d, 2.0F), slope), hn::Mul(gate, hn::Sub(one, gate)), gate);
  }
};

}  // namespace HWY_NAMESPACE
}  // namespace fanin::engine
HWY_AFTER_NAMESPACE();
