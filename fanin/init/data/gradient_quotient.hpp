// Private to this room: what MetaInit minimizes.
#pragma once

#include "fanin/init/data/parameter_space.hpp"

namespace fanin::init {

/// GQ = (1/N) Σ |(g − Hg)/(g ± 1e-5) − 1| at `at`, which the evaluator's parameters are left close to; NaN where the
/// gradient is zero or not finite. Three gradients.
double gradient_quotient(net::Evaluator& evaluator, const ParameterVector& at);

}  // namespace fanin::init
