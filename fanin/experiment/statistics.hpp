// Means with their error: Student's t intervals over a handful of runs.
//
//     const Estimate accuracy = estimate_mean(values);   // mean ± half_width, 95 %
#pragma once

#include <cstdint>
#include <span>

namespace fanin::experiment {

/// A mean with the half-width of its 95 % confidence interval.
struct Estimate {
  std::int64_t count = 0;  ///< values it was made from
  double mean = 0;         ///< NaN for no values
  double std_dev = 0;      ///< sample standard deviation (n - 1); NaN below two values
  double half_width = 0;   ///< Student's t; NaN below two values
};

/// @param values  independent and finite; a non-finite one makes the results NaN.
/// @accuracy      mean and std_dev by two passes in double: relative error below n·2^-52.
Estimate estimate_mean(std::span<const double> values);

/// Whether all values are the same but for rounding. Accuracies are counts, so that two or three differences of them
/// are often equal by chance: the spread is then unknown, not zero.
bool is_without_spread(const Estimate& estimate) noexcept;

/// True when the interval does not contain zero: the sign of the mean is established. Values without spread establish
/// it from six on, whose equal signs have a probability of 3 % by chance.
bool excludes_zero(const Estimate& estimate) noexcept;

/// The value below which Student's t with `degrees` degrees of freedom lies with `probability`.
/// @param probability  in (0, 1). @param degrees  finite, > 0.
/// @throws Error bad_value.
double student_quantile(double probability, double degrees);

}  // namespace fanin::experiment
