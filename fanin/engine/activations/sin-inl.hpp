// sin on SIMD lanes; the definition is net/activations/sin.cpp. Included once per target.
HWY_BEFORE_NAMESPACE();
namespace fanin::engine {
namespace HWY_NAMESPACE {

struct SinRule {
  static constexpr Saves kSaves = Saves::input;
  static constexpr float kRange = 39000.0F;  // of the vector sine; beyond it, the C library's

  template <class D, class V>
  static HWY_INLINE V value(D d, V x, V) {
    if (HWY_LIKELY(hn::AllTrue(d, hn::Lt(hn::Abs(x), hn::Set(d, kRange))))) return hn::Sin(d, x);
    return ByLane(d, x, [](float z) { return std::sin(z); });
  }
  template <class D, class V>
  static HWY_INLINE V derivative(D d, V x, V) {
    if (HWY_LIKELY(hn::AllTrue(d, hn::Lt(hn::Abs(x), hn::Set(d, kRange))))) return hn::Cos(d, x);
    return ByLane(d, x, [](float z) { return std::cos(z); });
  }
};

}  // namespace HWY_NAMESPACE
}  // namespace fanin::engine
HWY_AFTER_NAMESPACE();
