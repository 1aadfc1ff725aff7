#include "fanin/theory/solve.hpp"

#include <boost/math/tools/toms748_solve.hpp>
#include <cmath>
#include <cstdint>

namespace fanin::theory {

std::string_view to_string(SolveStatus status) noexcept {
  switch (status) {
    case SolveStatus::converged: return "converged";
    case SolveStatus::diverges: return "diverges";
    case SolveStatus::no_solution: return "no_solution";
    case SolveStatus::not_converged: return "not_converged";
  }
  return "unknown";
}

std::string_view to_string(Stability stability) noexcept {
  switch (stability) {
    case Stability::stable: return "stable";
    case Stability::marginal: return "marginal";
    case Stability::unstable: return "unstable";
  }
  return "unknown";
}

Stability stability_of(double slope) noexcept {
  const double excess = std::fabs(slope) - 1;
  if (std::fabs(excess) <= 1e-9) return Stability::marginal;
  return excess < 0 ? Stability::stable : Stability::unstable;
}

Root find_root(const std::function<double(double)>& f, double low, double high, int bits) {
  Root root;
  bool finite = true;
  const auto counted = [&](double x) {
    ++root.iterations;
    const double y = f(x);
    finite = finite && std::isfinite(y);
    return finite ? y : 0;  // a zero ends the search
  };
  const double at_low = counted(low), at_high = counted(high);
  if (finite && (at_low > 0) == (at_high > 0) && at_low != 0 && at_high != 0) return root;
  constexpr std::uintmax_t kMost = 200;
  if (at_low == 0 || at_high == 0) {
    root.x = at_low == 0 ? low : high;
  } else {
    std::uintmax_t most = kMost;
    const auto bracket = boost::math::tools::toms748_solve(counted, low, high, at_low, at_high,
                                                           boost::math::tools::eps_tolerance<double>(bits), most);
    const double left = f(bracket.first), right = f(bracket.second);
    root.x = std::fabs(left) <= std::fabs(right) ? bracket.first : bracket.second;
    finite = finite && most < kMost;
  }
  root.residual = f(root.x);
  root.status = finite && std::isfinite(root.residual) ? SolveStatus::converged : SolveStatus::not_converged;
  return root;
}

std::vector<Root> scan_roots(const std::function<double(double)>& f, double low, double high, int steps, double noise) {
  std::vector<Root> roots;
  double signed_x = 0, signed_y = 0;  // the last grid point with a sign
  const double ratio = std::log(high / low) / steps;
  for (int i = 0; i <= steps; ++i) {
    const double x = low * std::exp(ratio * i), y = f(x);
    if (!std::isfinite(y) || std::fabs(y) <= noise) continue;
    if (signed_y != 0 && (y > 0) != (signed_y > 0)) {
      roots.push_back(find_root(f, signed_x, x));
      roots.back().iterations += i + 1;
    }
    signed_x = x, signed_y = y;
  }
  return roots;
}

}  // namespace fanin::theory
