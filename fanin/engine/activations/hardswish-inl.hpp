// hardswish on SIMD lanes; the definition is net/activations/hardswish.cpp. Included once per target.
HWY_BEFORE_NAMESPACE();
namespace fanin::engine {
namespace HWY_NAMESPACE {

struct HardswishRule {
  static constexpr Saves kSaves = Saves::input;

  template <class D, class V>
  static HWY_INLINE V value(D d, V x, V) {
    const V six = hn::Set(d, 6.0F);
    const V gate = hn::Clamp(hn::Add(x, hn::Set(d, 3.0F)), hn::Zero(d), six);
    return hn::Div(hn::Mul(x, gate), six);
  }
  template <class D, class V>
  static HWY_INLINE V derivative(D d, V x, V) {
    const V three = hn::Set(d, 3.0F);
    const V inside = hn::Add(hn::Div(x, three), hn::Set(d, 0.5F));
    const V above = hn::IfThenElse(hn::Ge(x, three), hn::Set(d, 1.0F), inside);
    return hn::IfThenElse(hn::Lt(x, hn::Neg(three)), hn::Zero(d), above);
  }
};

}  // namespace HWY_NAMESPACE
}  // namespace fanin::engine
HWY_AFTER_NAMESPACE();
