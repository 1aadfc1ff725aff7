// SGD on SIMD lanes; the reference and the formula are in sgd.cpp. Included once per target.
HWY_BEFORE_NAMESPACE();
namespace fanin::engine {
namespace HWY_NAMESPACE {

struct SgdRule {
  static constexpr int kStates = 0;
  template <class D, class V>
  static HWY_INLINE void apply(D d, const StepScalars& s, V g, V& w, V&, V&) {
    g = hn::MulAdd(hn::Set(d, s.weight_decay), w, g);
    w = hn::NegMulAdd(hn::Set(d, s.learning_rate), g, w);
  }
};

}  // namespace HWY_NAMESPACE
}  // namespace fanin::engine
HWY_AFTER_NAMESPACE();
