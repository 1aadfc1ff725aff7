#include "fanin/init/data/learned_scales.hpp"

#include <cmath>

#include "fanin/core/error.hpp"

namespace fanin::init {

LearnedScales::LearnedScales(net::Evaluator& evaluator, std::span<const std::string> fixed, std::string_view scheme)
    : evaluator_(evaluator), start_(parameters_of(evaluator)), tensors_(scalable(evaluator, fixed)) {
  if (!tensors_.empty()) return;
  std::string message =
      "no weight is left whose scale could be learned: all start at zero or have a rule of their own; start from a "
      "random initializer, such as ";
  message.append(scheme).append("(he_normal)");
  throw Error(ErrorCode::bad_value, std::string(scheme), message);
}

ParameterVector LearnedScales::at(std::span<const double> logarithms) const {
  ParameterVector values = start_;
  for (std::size_t k = 0; k < tensors_.size(); ++k) {
    for (float& value : values[tensors_[k]]) {
      value = static_cast<float>(static_cast<double>(value) * std::exp(logarithms[k]));
    }
  }
  return values;
}

void LearnedScales::settle(std::span<const double> logarithms, FitReport& report) const {
  set_parameters(evaluator_, at(logarithms));
  const std::vector<net::ParameterSpec> specs = evaluator_.graph().parameters();
  for (std::size_t k = 0; k < tensors_.size(); ++k) {
    const std::string& name = specs[tensors_[k]].name;
    report.changes.push_back(
        {.parameter = name, .layer = name.substr(0, name.rfind('.')), .factor = std::exp(logarithms[k])});
  }
}

}  // namespace fanin::init
