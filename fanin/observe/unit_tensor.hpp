// A tensor seen as [rows, units, inner]: what its rows have in common and what its units have in common. The outputs of
// a dense layer are [rows, units, 1], those of a convolution [rows, channels, positions], a weight [1, out, in].
#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <vector>

namespace fanin::observe {

/// Row-major; `values` has rows·units·inner elements, each of them >= 1.
struct UnitTensor {
  std::span<const float> values;
  std::int64_t rows = 1;
  std::int64_t units = 1;
  std::int64_t inner = 1;
};

/// How alike the rows are. NaN where a value is not finite, or where fewer than two rows are not all zero.
struct RowFacts {
  double correlation = std::numeric_limits<double>::quiet_NaN();   ///< mean cosine of pairs of rows that are not zero
  double row_variance = std::numeric_limits<double>::quiet_NaN();  ///< over rows, divided by their number; mean of all
};
/// Pairs are never formed: the mean cosine of R unit vectors is (‖Σ x̂‖² − R)/(R(R−1)).
RowFacts row_facts(const UnitTensor& tensor);

/// Sums over rows and inner elements, by unit.
struct UnitSums {
  std::vector<double> magnitude;   ///< of |x|
  std::vector<double> square;      ///< of x²
  std::vector<double> projection;  ///< of x times fixed weights: equal units have equal ones, others hardly ever
};
UnitSums unit_sums(const UnitTensor& tensor);

/// Fraction of units that are zero everywhere.
double zero_units(const UnitSums& sums) noexcept;
/// Fraction of units with mean |x| below `below` times that of the tensor; 1 where all is zero. Source: Sokar et al.
/// 2023, arXiv:2302.12902, definition 3.1.
double dormant_units(const UnitSums& sums, double below = 0.025) noexcept;

/// When two units count as equal.
struct UnitEquality {
  double relative = 0;      ///< ‖x_i − x_j‖ up to this times the larger norm of the two; 0: equal to the bit
  double absolute = 0;      ///< or up to this
  bool zero_units = false;  ///< whether units that are zero everywhere count
};
/// Fraction of units that equal another one; NaN where a value is not finite.
double equal_units(const UnitTensor& tensor, const UnitSums& sums, const UnitEquality& equality);

}  // namespace fanin::observe
