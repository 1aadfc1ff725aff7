// elu on SIMD lanes; the definition is net/activations/elu.cpp. Included once per target.
HWY_BEFORE_NAMESPACE();
namespace fanin::engine {
namespace HWY_NAMESPACE {

struct EluRule {
  static constexpr Saves kSaves = Saves::input;

  template <class D, class V>
  static HWY_INLINE V value(D d, V x, V a) {
    return hn::IfThenElse(hn::Gt(x, hn::Zero(d)), x, hn::Mul(a, hn::Expm1(d, hn::Min(x, hn::Zero(d)))));
  }
  template <class D, class V>
  static HWY_INLINE V derivative(D d, V x, V a) {
    const V negative = hn::Mul(a, hn::Exp(d, hn::Min(x, hn::Zero(d))));
    return hn::IfThenElse(hn::Gt(x, hn::Zero(d)), hn::Set(d, 1.0F), negative);
  }
};

}  // namespace HWY_NAMESPACE
}  // namespace fanin::engine
HWY_AFTER_NAMESPACE();
