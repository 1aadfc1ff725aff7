// metainit(start, iterations): scales of the weight tensors for which the gradient changes least over the step that it
// suggests, measured by the gradient quotient.
// Source: Dauphin & Schoenholz 2019, "MetaInit: Initializing learning by learning to initialize", equation 2:
//   GQ(θ) = (1/N) Σ_i |(g_i − (Hg)_i) / (g_i + ε sgn g_i) − 1|,  ε = 1e-5, sgn 0 = 1.
// Departures: the batch is of the data, not of random inputs and labels; Hg comes from central differences of the
// gradient, and the derivative of GQ along each tensor's norm from forward differences, so no third derivative is
// needed; the norms move by the signs of those derivatives with a step of their own each, instead of signs with one
// step and momentum; and the best point is kept.
#include <cmath>
#include <vector>

#include "fanin/core/error.hpp"
#include "fanin/init/data/gradient_quotient.hpp"
#include "fanin/init/data/learned_scales.hpp"
#include "fanin/init/data/linear_layers.hpp"
#include "fanin/init/data/parameter_space.hpp"
#include "fanin/init/data/schemes.hpp"
#include "fanin/init/text.hpp"

namespace fanin::init {
namespace {

constexpr std::int64_t kIterations = 30;
constexpr double kFirstStep = 0.1;
constexpr double kDifference = 0.02;  // of a logarithm of a scale

class MetaInit {
 public:
  MetaInit(net::Evaluator& evaluator, std::span<const std::string> fixed)
      : evaluator_(evaluator), scales_(evaluator, fixed, "metainit") {}

  FitReport run(std::int64_t iterations) {
    const ScaleSearch search =
        minimize_over_scales(scales_.tensors().size(), iterations, kFirstStep,
                             [this](std::span<const double> at, std::span<double> slope) { return look(at, slope); });
    if (!std::isfinite(search.start_value)) {
      throw Error(ErrorCode::bad_value, "metainit",
                  "the gradient is zero or not finite where it starts, so there is nothing to compare; start from "
                  "another initializer, such as metainit(orthogonal)");
    }
    FitReport report{.quantity = "gradient quotient",
                     .passes = passes_,
                     .objective_before = search.start_value,
                     .objective_after = search.value};
    scales_.settle(search.best, report);
    return report;
  }

 private:
  double quotient(std::span<const double> at) {
    passes_ += 3;
    return gradient_quotient(evaluator_, scales_.at(at));
  }

  double look(std::span<const double> at, std::span<double> slope) {
    const double here = quotient(at);
    if (!std::isfinite(here)) return here;
    std::vector<double> beside(at.begin(), at.end());
    for (std::size_t k = 0; k < slope.size(); ++k) {
      beside[k] += kDifference;
      slope[k] = quotient(beside) - here;
      beside[k] = at[k];
    }
    return here;
  }

  net::Evaluator& evaluator_;
  LearnedScales scales_;
  std::int64_t passes_ = 0;
};

NetworkScheme parse(CallReader& reader, Dialect dialect) {
  const NetworkScheme start = read_start(reader, "metainit", "he_normal", dialect);
  const std::int64_t iterations = reader.integer("iterations", kIterations);
  check_fit_number("metainit", "iterations", static_cast<double>(iterations), 1, 100'000);
  const std::string text =
      CallText("metainit")
          .add_unless("start", start.text(), "he_normal")
          .add_unless("iterations", static_cast<double>(iterations), static_cast<double>(kIterations))
          .str();
  return with_fit(text, start, [iterations](net::Evaluator& evaluator, std::span<const std::string> fixed) {
    return MetaInit(evaluator, fixed).run(iterations);
  });
}

}  // namespace

double gradient_quotient(net::Evaluator& evaluator, const ParameterVector& at) {
  constexpr double kEpsilon = 1e-5;
  ParameterVector gradient;
  set_parameters(evaluator, at);
  const double loss = evaluator.gradients(gradient);
  const double length = norm_of(gradient);
  if (!std::isfinite(loss) || !std::isfinite(length) || length == 0) return std::nan("");
  const ParameterVector product = hessian_times(evaluator, at, gradient);
  double sum = 0;
  double count = 0;
  for (std::size_t t = 0; t < gradient.size(); ++t) {
    for (std::size_t i = 0; i < gradient[t].size(); ++i) {
      const auto g = static_cast<double>(gradient[t][i]);
      const double quotient = (g - static_cast<double>(product[t][i])) / (g + (g >= 0 ? kEpsilon : -kEpsilon));
      sum += std::fabs(quotient - 1);
    }
    count += static_cast<double>(gradient[t].size());
  }
  return sum / count;
}

const NetworkSchemeEntry kMetainitScheme{
    {"metainit", "start=he_normal, iterations=30",
     "scales of the weights that minimize the gradient quotient mean |(g − Hg)/g − 1|", kNeedsData,
     "Dauphin & Schoenholz 2019, NeurIPS", ""},
    parse};

}  // namespace fanin::init
