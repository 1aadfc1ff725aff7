// mish on SIMD lanes; the definition is net/activations/mish.cpp. Included once per target.
HWY_BEFORE_NAMESPACE();
namespace fanin::engine {
namespace HWY_NAMESPACE {

struct MishRule {
  static constexpr Saves kSaves = Saves::input;
  // tanh(softplus(x)) = n / (n + 2) with n = e (e + 2), e = exp(x); 1 in f32 beyond x = 20.
  template <class D, class V>
  static HWY_INLINE V numerator(D d, V x) {
    const V e = hn::Exp(d, hn::Min(x, hn::Set(d, 20.0F)));
    return hn::Mul(e, hn::Add(e, hn::Set(d, 2.0F)));
  }

  template <class D, class V>
  static HWY_INLINE V value(D d, V x, V) {
    const V n = numerator(d, x);
    return hn::Mul(x, hn::Div(n, hn::Add(n, hn::Set(d, 2.0F))));
  }
  template <class D, class V>
  static HWY_INLINE V derivative(D d, V x, V) {
    const V two = hn::Set(d, 2.0F);
    const V n = numerator(d, x);
    const V inverse = hn::Div(hn::Set(d, 1.0F), hn::Add(n, two));
    // 1 - tanh^2 = 4 (n + 1) / (n + 2)^2, and softplus' = sigmoid.
    const V sech2 = hn::Mul(hn::Mul(hn::Set(d, 4.0F), hn::Add(n, hn::Set(d, 1.0F))), hn::Mul(inverse, inverse));
    const V bounded = hn::Clamp(x, hn::Set(d, -1e4F), hn::Set(d, 20.0F));  // the product is 0 in f32 beyond
    return hn::MulAdd(hn::Mul(bounded, sech2), Logistic(d, x), hn::Mul(n, inverse));
  }
};

}  // namespace HWY_NAMESPACE
}  // namespace fanin::engine
HWY_AFTER_NAMESPACE();
