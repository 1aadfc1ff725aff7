// linear on SIMD lanes; the definition is net/activations/linear.cpp. Included once per target.
HWY_BEFORE_NAMESPACE();
namespace fanin::engine {
namespace HWY_NAMESPACE {

struct LinearRule {
  static constexpr Saves kSaves = Saves::output;

  template <class D, class V>
  static HWY_INLINE V value(D, V x, V) {
    return x;
  }
  template <class D, class V>
  static HWY_INLINE V derivative(D d, V, V) {
    return hn::Set(d, 1.0F);
  }
};

}  // namespace HWY_NAMESPACE
}  // namespace fanin::engine
HWY_AFTER_NAMESPACE();
