// hardsigmoid on SIMD lanes; the definition is net/activations/hardsigmoid.cpp. Included once per target.
HWY_BEFORE_NAMESPACE();
namespace fanin::engine {
namespace HWY_NAMESPACE {

struct HardsigmoidRule {
  static constexpr Saves kSaves = Saves::input;

  template <class D, class V>
  static HWY_INLINE V value(D d, V x, V) {
    const V shifted = hn::Div(hn::Add(x, hn::Set(d, 3.0F)), hn::Set(d, 6.0F));
    return hn::Clamp(shifted, hn::Zero(d), hn::Set(d, 1.0F));
  }
  template <class D, class V>
  static HWY_INLINE V derivative(D d, V x, V) {
    return hn::IfThenElseZero(hn::Lt(hn::Abs(x), hn::Set(d, 3.0F)), hn::Set(d, 1.0F / 6.0F));
  }
};

}  // namespace HWY_NAMESPACE
}  // namespace fanin::engine
HWY_AFTER_NAMESPACE();
