// softplus on SIMD lanes; the definition is net/activations/softplus.cpp. Included once per target.
HWY_BEFORE_NAMESPACE();
namespace fanin::engine {
namespace HWY_NAMESPACE {

struct SoftplusRule {
  static constexpr Saves kSaves = Saves::input;

  template <class D, class V>
  static HWY_INLINE V value(D d, V x, V) {
    return hn::Add(hn::Max(x, hn::Zero(d)), hn::Log1p(d, hn::Exp(d, hn::Neg(hn::Abs(x)))));
  }
  template <class D, class V>
  static HWY_INLINE V derivative(D d, V x, V) {
    return Logistic(d, x);
  }
};

}  // namespace HWY_NAMESPACE
}  // namespace fanin::engine
HWY_AFTER_NAMESPACE();
