// Functions on SIMD lanes that several activations share. Included once per target.
HWY_BEFORE_NAMESPACE();
namespace fanin::engine {
namespace HWY_NAMESPACE {

/// 1 / (1 + exp(-x)); below -88 the true value is under 1e-38 and 0 is returned at -104.
template <class D, class V>
HWY_INLINE V Logistic(D d, V x) {
  const V one = hn::Set(d, 1.0F);
  // exp of a number <= 0 only: e / (1 + e) below zero, 1 / (1 + e) above.
  const V e = hn::Exp(d, hn::Neg(hn::Abs(x)));
  const V numerator = hn::IfThenElse(hn::Lt(x, hn::Zero(d)), e, one);
  return hn::Div(numerator, hn::Add(one, e));
}

/// erfc(x) exp(x^2) for x >= 1. With t = 1/(x + 2), t times a polynomial in t fitted by weighted
/// least squares at Chebyshev nodes on [1, 10]; relative error 3e-9 before rounding.
template <class D, class V>
HWY_INLINE V ScaledErfc(D d, V x) {
  const V t = hn::Div(hn::Set(d, 1.0F), hn::Add(x, hn::Set(d, 2.0F)));
  V p = hn::Set(d, -20.5571881F);
  for (const float c :
       {57.9221965F, -52.8981231F, 14.6359164F, -0.264815329F, 3.18566558F, 1.94691925F, 1.12956337F, 0.564167901F}) {
    p = hn::MulAdd(p, t, hn::Set(d, c));
  }
  return hn::Mul(p, t);
}

/// erf(x)/x as a polynomial in x^2 for |x| <= 1, fitted the same way; relative error 2e-9.
template <class D, class V>
HWY_INLINE V ErfOverX(D d, V square) {
  V p = hn::Set(d, 7.84725913e-05F);
  for (const float c : {-0.000800818932F, 0.00518809889F, -0.0268536911F, 0.112835822F, -0.376126256F, 1.12837917F}) {
    p = hn::MulAdd(p, square, hn::Set(d, c));
  }
  return p;
}

/// erf, absolute error below 2e-7.
template <class D, class V>
HWY_INLINE V Erf(D d, V x) {
  const V magnitude = hn::Abs(x);
  const V inner = hn::Mul(x, ErfOverX(d, hn::Mul(x, x)));
  const V bounded = hn::Clamp(magnitude, hn::Set(d, 1.0F), hn::Set(d, 9.0F));
  const V tail = hn::Mul(hn::Exp(d, hn::Neg(hn::Mul(bounded, bounded))), ScaledErfc(d, bounded));
  const V outer = hn::CopySign(hn::Sub(hn::Set(d, 1.0F), tail), x);
  return hn::IfThenElse(hn::Gt(magnitude, hn::Set(d, 1.0F)), outer, inner);
}

/// The normal distribution function, without cancellation in the lower tail.
template <class D, class V>
HWY_INLINE V NormalCdf(D d, V x) {
  const V half = hn::Set(d, 0.5F);
  const V one = hn::Set(d, 1.0F);
  const V u = hn::Mul(x, hn::Set(d, 0.7071067812F));
  const V magnitude = hn::Abs(u);
  const V inner = hn::MulAdd(hn::Mul(half, u), ErfOverX(d, hn::Mul(u, u)), half);
  const V bounded = hn::Clamp(magnitude, one, hn::Set(d, 10.0F));  // exp(-100) is 0 in f32
  const V tail = hn::Mul(hn::Mul(half, hn::Exp(d, hn::Neg(hn::Mul(bounded, bounded)))), ScaledErfc(d, bounded));
  const V outer = hn::IfThenElse(hn::Lt(x, hn::Zero(d)), tail, hn::Sub(one, tail));
  return hn::IfThenElse(hn::Gt(magnitude, one), outer, inner);
}

/// A scalar function applied lane by lane: for rare inputs only.
template <class D, class V, class F>
HWY_INLINE V ByLane(D d, V x, const F& function) {
  HWY_ALIGN float lanes[hn::MaxLanes(d)];
  hn::Store(x, d, lanes);
  for (std::size_t i = 0; i < hn::Lanes(d); ++i) lanes[i] = function(lanes[i]);
  return hn::Load(d, lanes);
}

}  // namespace HWY_NAMESPACE
}  // namespace fanin::engine
HWY_AFTER_NAMESPACE();
