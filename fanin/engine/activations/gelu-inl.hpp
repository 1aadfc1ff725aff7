// gelu on SIMD lanes; the definition is net/activations/gelu.cpp. Included once per target.
HWY_BEFORE_NAMESPACE();
namespace fanin::engine {
namespace HWY_NAMESPACE {

struct GeluRule {
  static constexpr Saves kSaves = Saves::input;

  template <class D, class V>
  static HWY_INLINE V value(D d, V x, V) {
    return hn::Mul(x, NormalCdf(d, x));
  }
  template <class D, class V>
  static HWY_INLINE V derivative(D d, V x, V) {
    const V bounded = hn::Clamp(x, hn::Set(d, -1e4F), hn::Set(d, 1e4F));  // x^2 stays finite
    const V pdf = hn::Mul(hn::Set(d, 0.3989422804F), hn::Exp(d, hn::Mul(hn::Set(d, -0.5F), hn::Mul(bounded, bounded))));
    return hn::MulAdd(bounded, pdf, NormalCdf(d, x));
  }
};

}  // namespace HWY_NAMESPACE
}  // namespace fanin::engine
HWY_AFTER_NAMESPACE();
