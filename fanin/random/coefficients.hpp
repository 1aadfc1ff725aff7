// The polynomials and rational functions that define the values of a stream, lowest power first.
// fit_coefficients.py makes them. They are frozen: a change of one bit changes every weight ever drawn.
#pragma once

#include <array>

namespace fanin::random::coefficients {

// -log1p(f) = f P(f) on [-1/2, 0]; relative error 2.5e-7 in f32.
inline constexpr std::array<float, 8> kLogF32 = {-9.999999e-01F,  5.000322e-01F, -3.3200684e-01F, 2.7047703e-01F,
                                                 -4.8358057e-02F, 7.545884e-01F, 1.036039e+00F,   1.158614e+00F};
// log m = 2 s (1 + z R(z)) with s = (m - 1) / (m + 1), z = s^2 <= 1/9; relative error of R 1.4e-16.
inline constexpr std::array<double, 10> kLogF64 = {
    0.3333333333333333,  0.20000000000007292, 0.1428571428355438,  0.11111111358713932, 0.09090894718066429,
    0.07692785032479312, 0.06657072104827468, 0.06000536404795356, 0.04400369243072337, 0.08082022805971766};
// sin(v pi/2) = v S(v^2), cos(v pi/2) = C(v^2) on |v| <= 1/2; errors 8e-8 and 1.1e-7 in f32.
inline constexpr std::array<float, 4> kSinF32 = {1.5707964e+00F, -6.459635e-01F, 7.968022e-02F, -4.602149e-03F};
inline constexpr std::array<float, 4> kCosF32 = {1.0F, -1.233697e+00F, 2.5359857e-01F, -2.040816e-02F};
// The same in f64 with the angle a = v pi/2: Taylor, whose first term left out is below 5e-17.
inline constexpr std::array<double, 8> kSinF64 = {
    1.0,           -1.0 / 6.0,       1.0 / 120.0,        -1.0 / 5040.0,
    1.0 / 362880., -1.0 / 39916800., 1.0 / 6227020800.0, -1.0 / 1307674368000.0};
inline constexpr std::array<double, 9> kCosF64 = {1.0,
                                                  -1.0 / 2.0,
                                                  1.0 / 24.0,
                                                  -1.0 / 720.0,
                                                  1.0 / 40320.,
                                                  -1.0 / 3628800.,
                                                  1.0 / 479001600.0,
                                                  -1.0 / 87178291200.0,
                                                  1.0 / 20922789888000.0};

// The normal quantile at 1/2 + y is y N(r) / D(r), r = 1/4 - y^2, for |y| <= kCentreF32 (|z| <= 2.014);
// relative error 2.6e-7 in f32.
inline constexpr float kCentreF32 = 0.478F;
inline constexpr std::array<float, 5> kCentreNumeratorF32 = {6.2314982e+00F, 1.0722894e+03F, 2.4991281e+04F,
                                                             9.907983e+04F, 3.66493e+04F};
inline constexpr std::array<float, 5> kCentreDenominatorF32 = {1.0F, 2.3343262e+02F, 7.448164e+03F, 4.5832734e+04F,
                                                               4.25679e+04F};
// The quantile of the upper tail q is N(t) / D(t), t = sqrt(-log q) - kTailShiftF32, for
// exp(-25) <= q <= 0.0235 (z <= 6.7); relative error 2.4e-7 in f32.
inline constexpr float kTailShiftF32 = 1.9F;
inline constexpr std::array<float, 4> kTailNumeratorF32 = {1.9260056e+00F, 2.8666317e+00F, 1.1305517e+00F,
                                                           1.2626705e-01F};
inline constexpr std::array<float, 3> kTailDenominatorF32 = {1.0F, 6.334755e-01F, 8.918478e-02F};

// f64: Wichura, "Algorithm AS 241: the percentage points of the normal distribution", Applied
// Statistics 37 (1988), PPND16; relative error about 1e-16 for tails down to 1e-316.
inline constexpr double kCentreF64 = 0.425;
inline constexpr double kCentreShiftF64 = 0.180625;  // kCentreF64 squared
inline constexpr std::array<double, 8> kCentreNumeratorF64 = {
    3.3871328727963666080e0, 1.3314166789178437745e2, 1.9715909503065514427e3, 1.3731693765509461125e4,
    4.5921953931549871457e4, 6.7265770927008700853e4, 3.3430575583588128105e4, 2.5090809287301226727e3};
inline constexpr std::array<double, 8> kCentreDenominatorF64 = {1.0,
                                                                4.2313330701600911252e1,
                                                                6.8718700749205790830e2,
                                                                5.3941960214247511077e3,
                                                                2.1213794301586595867e4,
                                                                3.9307895800092710610e4,
                                                                2.8729085735721942674e4,
                                                                5.2264952788528545610e3};
inline constexpr double kTailSplitF64 = 5.0;  // in sqrt(-log q): near tail below, far tail above
inline constexpr double kNearShiftF64 = 1.6;
inline constexpr std::array<double, 8> kNearNumeratorF64 = {
    1.42343711074968357734e0, 4.63033784615654529590e0,  5.76949722146069140550e0,  3.64784832476320460504e0,
    1.27045825245236838258e0, 2.41780725177450611770e-1, 2.27238449892691845833e-2, 7.74545014278341407640e-4};
inline constexpr std::array<double, 8> kNearDenominatorF64 = {1.0,
                                                              2.05319162663775882187e0,
                                                              1.67638483018380384940e0,
                                                              6.89767334985100004550e-1,
                                                              1.48103976427480074590e-1,
                                                              1.51986665636164571966e-2,
                                                              5.47593808499534494600e-4,
                                                              1.05075007164441684324e-9};
inline constexpr double kFarShiftF64 = 5.0;
inline constexpr std::array<double, 8> kFarNumeratorF64 = {
    6.65790464350110377720e0,  5.46378491116411436990e0,  1.78482653991729133580e0,  2.96560571828504891230e-1,
    2.65321895265761230930e-2, 1.24266094738807843860e-3, 2.71155556874348757815e-5, 2.01033439929228813265e-7};
inline constexpr std::array<double, 8> kFarDenominatorF64 = {1.0,
                                                             5.99832206555887937690e-1,
                                                             1.36929880922735805310e-1,
                                                             1.48753612908506148525e-2,
                                                             7.86869131145613259100e-4,
                                                             1.84631831751005468180e-5,
                                                             1.42151175831644588870e-7,
                                                             2.04426310338993978564e-15};

}  // namespace fanin::random::coefficients
