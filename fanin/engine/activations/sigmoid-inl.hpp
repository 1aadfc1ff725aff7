// sigmoid on SIMD lanes; the definition is net/activations/sigmoid.cpp. Included once per target.
HWY_BEFORE_NAMESPACE();
namespace fanin::engine {
namespace HWY_NAMESPACE {

struct SigmoidRule {
  static constexpr Saves kSaves = Saves::output;

  template <class D, class V>
  static HWY_INLINE V value(D d, V x, V) {
    return Logistic(d, x);
  }
  template <class D, class V>
  static HWY_INLINE V derivative(D d, V y, V) {
    return hn::Mul(y, hn::Sub(hn::Set(d, 1.0F), y));
  }
};

}  // namespace HWY_NAMESPACE
}  // namespace fanin::engine
HWY_AFTER_NAMESPACE();
