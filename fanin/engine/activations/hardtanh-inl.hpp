// hardtanh on SIMD lanes; the definition is net/activations/hardtanh.cpp. Included once per target.
HWY_BEFORE_NAMESPACE();
namespace fanin::engine {
namespace HWY_NAMESPACE {

struct HardtanhRule {
  static constexpr Saves kSaves = Saves::output;

  template <class D, class V>
  static HWY_INLINE V value(D d, V x, V) {
    return hn::Clamp(x, hn::Set(d, -1.0F), hn::Set(d, 1.0F));
  }
  template <class D, class V>
  static HWY_INLINE V derivative(D d, V y, V) {
    return hn::IfThenElseZero(hn::Lt(hn::Abs(y), hn::Set(d, 1.0F)), hn::Set(d, 1.0F));
  }
};

}  // namespace HWY_NAMESPACE
}  // namespace fanin::engine
HWY_AFTER_NAMESPACE();
