// softsign on SIMD lanes; the definition is net/activations/softsign.cpp. Included once per target.
HWY_BEFORE_NAMESPACE();
namespace fanin::engine {
namespace HWY_NAMESPACE {

struct SoftsignRule {
  static constexpr Saves kSaves = Saves::input;

  template <class D, class V>
  static HWY_INLINE V value(D d, V x, V) {
    return hn::Div(x, hn::Add(hn::Set(d, 1.0F), hn::Abs(x)));
  }
  template <class D, class V>
  static HWY_INLINE V derivative(D d, V x, V) {
    const V r = hn::Div(hn::Set(d, 1.0F), hn::Add(hn::Set(d, 1.0F), hn::Abs(x)));
    return hn::Mul(r, r);
  }
};

}  // namespace HWY_NAMESPACE
}  // namespace fanin::engine
HWY_AFTER_NAMESPACE();
