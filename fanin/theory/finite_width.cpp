#include "fanin/theory/finite_width.hpp"

#include <cmath>

#include "fanin/core/error.hpp"

namespace fanin::theory {
namespace {

void check_widths(std::span<const std::int64_t> widths) {
  for (const std::int64_t width : widths) {
    if (width < 1) throw Error(ErrorCode::bad_value, "widths", "a layer has at least one unit");
  }
}

}  // namespace

double relu_length_second_moment(std::span<const std::int64_t> widths) {
  check_widths(widths);
  double logarithm = 0;
  for (const std::int64_t width : widths) logarithm += std::log1p(5.0 / static_cast<double>(width));
  return std::exp(logarithm);
}

double born_dead_probability(std::span<const std::int64_t> widths) {
  check_widths(widths);
  double logarithm = 0;  // of the probability to be alive: no digits are lost when death is rare
  for (const std::int64_t width : widths) logarithm += std::log1p(-std::exp2(-static_cast<double>(width)));
  return -std::expm1(logarithm);
}

double residual_variance_factor(double branch_variance, int blocks) {
  if (!(branch_variance >= 0) || blocks < 0) {
    throw Error(ErrorCode::bad_value, "residual", "the branch variance and the number of blocks must be >= 0");
  }
  return std::exp(blocks * std::log1p(branch_variance));
}

}  // namespace fanin::theory
