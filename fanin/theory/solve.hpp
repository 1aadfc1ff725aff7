// What every solver of this room answers with, and the two root finders they share. A numerical
// outcome is a value: nothing here throws because an equation has no solution.
#pragma once

#include <functional>
#include <string_view>
#include <vector>

namespace fanin::theory {

enum class SolveStatus {
  converged,
  diverges,       ///< the iteration grows without bound
  no_solution,    ///< none in the range searched
  not_converged,  ///< a bracket was found but the iterations ran out, or the function was not finite
};
/// "converged", "diverges", …
std::string_view to_string(SolveStatus status) noexcept;

/// Of a fixed point x* of a map f, by the slope f'(x*).
enum class Stability {
  stable,    ///< |slope| < 1
  marginal,  ///< |slope| = 1 to 1e-9
  unstable,  ///< |slope| > 1
};
std::string_view to_string(Stability stability) noexcept;
Stability stability_of(double slope) noexcept;

struct Root {
  double x = 0;
  double residual = 0;  ///< f(x)
  int iterations = 0;   ///< evaluations of f
  SolveStatus status = SolveStatus::no_solution;
};

/// A root of f between `low` and `high`, where f has opposite signs (otherwise no_solution).
/// @param bits  of x wanted: fewer where f itself carries an error.
/// @source    Alefeld, Potra & Shi 1995 (TOMS 748).
Root find_root(const std::function<double(double)>& f, double low, double high, int bits = 51);

/// The roots of f over (low, high), 0 < low < high, that a geometric grid of `steps` intervals
/// separates, ascending. Values within `noise` of zero have no sign.
std::vector<Root> scan_roots(const std::function<double(double)>& f, double low, double high, int steps, double noise);

}  // namespace fanin::theory
