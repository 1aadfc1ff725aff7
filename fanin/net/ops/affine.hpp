// What the normalization ops share: the check of ε, the scale and shift parameters, the cost.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "fanin/net/op.hpp"

namespace fanin::net {

/// @throws Error bad_value unless 0 < epsilon <= 1.
double checked_epsilon(double epsilon, std::string_view op);
/// "eps=1e-05, affine=false"; only what differs from `fallback` and true.
std::string norm_attributes(double epsilon, double fallback, bool affine);
/// "weight" (scale) and, with `shift`, "bias" (shift), one value per channel each.
std::vector<ParameterSpec> affine_parameters(std::int64_t channels, bool shift);
/// About eight operations per element forward and twelve backward.
Cost norm_cost(const Shape& shape);

}  // namespace fanin::net
