// Private to this room: the weight tensors of a network, each times a factor that a scheme learns.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "fanin/init/data/parameter_space.hpp"
#include "fanin/init/data_fit.hpp"
#include "fanin/net/evaluator.hpp"

namespace fanin::init {

class LearnedScales final {
 public:
  /// Starts from the evaluator's parameters. @param scheme  for errors: "metainit".
  /// @throws Error bad_value when no tensor is left whose scale could be learned.
  LearnedScales(net::Evaluator& evaluator, std::span<const std::string> fixed, std::string_view scheme);

  /// The tensors that are scaled, as positions in graph().parameters().
  [[nodiscard]] const std::vector<std::size_t>& tensors() const noexcept { return tensors_; }
  /// All parameters with factors of these logarithms, one for each tensor.
  [[nodiscard]] ParameterVector at(std::span<const double> logarithms) const;
  /// Gives the evaluator the parameters at these logarithms, and adds what changed to `report`.
  void settle(std::span<const double> logarithms, FitReport& report) const;

 private:
  net::Evaluator& evaluator_;
  ParameterVector start_;
  std::vector<std::size_t> tensors_;
};

}  // namespace fanin::init
