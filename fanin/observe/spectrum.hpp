// Singular values of small matrices, for ranks.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace fanin::observe {

/// Eigenvalues of a symmetric matrix, ascending.
/// @param matrix  [n, n], row-major; overwritten.
/// @accuracy  ‖A‖·n·2^-52 or so each: Householder's reduction to three diagonals, then Sturm's count and bisection.
/// @cost      4/3·n³ multiply-adds.
std::vector<double> symmetric_eigenvalues(std::vector<double> matrix, std::int64_t n);

/// What the singular values of a matrix [rows, columns] say of it. All NaN for one that is zero or not finite.
struct Spectrum {
  double largest = 0;
  double stable_rank = 0;     ///< ‖A‖²_F / largest²
  double effective_rank = 0;  ///< exp of the entropy of σ/Σσ. Source: Roy & Vetterli 2007
};
/// @cost  rows·columns·m + 4/3·m³ multiply-adds, m the smaller side. Singular values below 1e-7 of the largest are
///        noise: they come from A Aᵀ.
Spectrum spectrum(std::span<const float> values, std::int64_t rows, std::int64_t columns);

}  // namespace fanin::observe
