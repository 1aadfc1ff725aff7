// erf on SIMD lanes; the definition is net/activations/erf.cpp. Included once per target.
HWY_BEFORE_NAMESPACE();
namespace fanin::engine {
namespace HWY_NAMESPACE {

struct ErfRule {
  static constexpr Saves kSaves = Saves::input;

  template <class D, class V>
  static HWY_INLINE V value(D d, V x, V) {
    return Erf(d, x);
  }
  template <class D, class V>
  static HWY_INLINE V derivative(D d, V x, V) {
    const V bounded = hn::Min(hn::Abs(x), hn::Set(d, 1e4F));  // x^2 stays finite
    return hn::Mul(hn::Set(d, 1.1283791671F), hn::Exp(d, hn::Neg(hn::Mul(bounded, bounded))));
  }
};

}  // namespace HWY_NAMESPACE
}  // namespace fanin::engine
HWY_AFTER_NAMESPACE();
