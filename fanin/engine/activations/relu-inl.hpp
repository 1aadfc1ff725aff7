// relu on SIMD lanes; the definition is net/activations/relu.cpp. Included once per target.
HWY_BEFORE_NAMESPACE();
namespace fanin::engine {
namespace HWY_NAMESPACE {

struct ReluRule {
  static constexpr Saves kSaves = Saves::output;

  template <class D, class V>
  static HWY_INLINE V value(D d, V x, V) {
    return hn::IfThenElse(hn::Lt(x, hn::Zero(d)), hn::Zero(d), x);  // keeps NaN
  }
  template <class D, class V>
  static HWY_INLINE V derivative(D d, V y, V) {
    return hn::IfThenElse(hn::Le(y, hn::Zero(d)), hn::Zero(d), hn::Set(d, 1.0F));
  }
};

}  // namespace HWY_NAMESPACE
}  // namespace fanin::engine
HWY_AFTER_NAMESPACE();
