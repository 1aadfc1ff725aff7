// AdamW on SIMD lanes; the reference and the formula are in adamw.cpp. Included once per target,
// after adam-inl.hpp.
HWY_BEFORE_NAMESPACE();
namespace fanin::engine {
namespace HWY_NAMESPACE {

struct AdamwRule {
  static constexpr int kStates = 2;
  template <class D, class V>
  static HWY_INLINE void apply(D d, const StepScalars& s, V g, V& w, V& m, V& v) {
    w = hn::Mul(w, hn::Set(d, s.decay_factor));
    AdamRule::apply(d, s, g, w, m, v);  // step_scalars sets weight_decay to 0 for adamw
  }
};

}  // namespace HWY_NAMESPACE
}  // namespace fanin::engine
HWY_AFTER_NAMESPACE();
