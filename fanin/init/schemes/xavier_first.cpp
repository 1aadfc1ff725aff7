// U(±1/√fan_in): the form that Glorot & Bengio 2010 (equation 1) start from and improve on; PyTorch
// still gives it to Linear and Conv layers, written as kaiming_uniform with a = √5. Its variance is
// 1/(3·fan_in): a linear layer keeps a third of the variance, a ReLU layer a sixth.
#include <cmath>

#include "fanin/init/schemes/all.hpp"
#include "fanin/init/text.hpp"
#include "fanin/init/variance_scaled.hpp"

namespace fanin::init {
namespace {

RulePtr rule(std::string_view name, double gain, Dialect dialect) {
  return variance_scaled_rule(CallText(name).str(dialect), {gain, FanMode::fan_in, Distribution::uniform, dialect});
}

RulePtr parse_first(CallReader&, Dialect dialect) {
  if (dialect != Dialect::fanin)
    refuse_dialect("xavier_first", dialect, "write pytorch_linear, or leave the dialect out");
  return rule("xavier_first", std::sqrt(1.0 / 3.0), dialect);
}

RulePtr parse_linear(CallReader&, Dialect dialect) {
  if (dialect == Dialect::keras || dialect == Dialect::jax) {
    refuse_dialect("pytorch_linear", dialect, "leave the dialect out");
  }
  const double slope = std::sqrt(5.0);
  return rule("pytorch_linear", std::sqrt(2 / (1 + slope * slope)), dialect);  // √(1/3), rounded as PyTorch does
}

}  // namespace

const Scheme kXavierFirst{{"xavier_first", "", "U(±1/√fan_in)", "Glorot & Bengio 2010, equation 1", ""}, parse_first};
const Scheme kPytorchLinear{
    {"pytorch_linear", "", "U(±1/√fan_in), PyTorch's default for Linear and Conv", "pytorch/pytorch issue 5168", ""},
    parse_linear};

}  // namespace fanin::init
