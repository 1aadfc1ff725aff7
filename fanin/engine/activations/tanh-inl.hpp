// tanh on SIMD lanes; the definition is net/activations/tanh.cpp. Included once per target.
HWY_BEFORE_NAMESPACE();
namespace fanin::engine {
namespace HWY_NAMESPACE {

struct TanhRule {
  static constexpr Saves kSaves = Saves::output;

  template <class D, class V>
  static HWY_INLINE V value(D d, V x, V) {
    return hn::Tanh(d, x);
  }
  template <class D, class V>
  static HWY_INLINE V derivative(D d, V y, V) {
    return hn::NegMulAdd(y, y, hn::Set(d, 1.0F));
  }
};

}  // namespace HWY_NAMESPACE
}  // namespace fanin::engine
HWY_AFTER_NAMESPACE();
