// selu on SIMD lanes; the definition is net/activations/selu.cpp. Included once per target.
HWY_BEFORE_NAMESPACE();
namespace fanin::engine {
namespace HWY_NAMESPACE {

struct SeluRule {
  static constexpr Saves kSaves = Saves::input;
  static constexpr float kScale = 1.0507009873554805F;       // Klambauer et al. 2017
  static constexpr float kScaleAlpha = 1.7580993408473766F;  // scale * alpha

  template <class D, class V>
  static HWY_INLINE V value(D d, V x, V) {
    const V negative = hn::Mul(hn::Set(d, kScaleAlpha), hn::Expm1(d, hn::Min(x, hn::Zero(d))));
    return hn::IfThenElse(hn::Gt(x, hn::Zero(d)), hn::Mul(hn::Set(d, kScale), x), negative);
  }
  template <class D, class V>
  static HWY_INLINE V derivative(D d, V x, V) {
    const V negative = hn::Mul(hn::Set(d, kScaleAlpha), hn::Exp(d, hn::Min(x, hn::Zero(d))));
    return hn::IfThenElse(hn::Gt(x, hn::Zero(d)), hn::Set(d, kScale), negative);
  }
};

}  // namespace HWY_NAMESPACE
}  // namespace fanin::engine
HWY_AFTER_NAMESPACE();
