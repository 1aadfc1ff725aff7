// silu on SIMD lanes; the definition is net/activations/silu.cpp. Included once per target.
HWY_BEFORE_NAMESPACE();
namespace fanin::engine {
namespace HWY_NAMESPACE {

struct SiluRule {
  static constexpr Saves kSaves = Saves::input;

  template <class D, class V>
  static HWY_INLINE V value(D d, V x, V) {
    return hn::Mul(x, Logistic(d, x));
  }
  template <class D, class V>
  static HWY_INLINE V derivative(D d, V x, V) {
    const V gate = Logistic(d, x);
    return hn::Mul(gate, hn::MulAdd(x, hn::Sub(hn::Set(d, 1.0F), gate), hn::Set(d, 1.0F)));
  }
};

}  // namespace HWY_NAMESPACE
}  // namespace fanin::engine
HWY_AFTER_NAMESPACE();
