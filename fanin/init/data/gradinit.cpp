// gradinit(start, optimizer, lr, gamma, iterations): scales of the weight tensors for which one step of the optimizer
// lowers the loss most, while the gradient's norm stays within a bound.
// Source: Zhu, Ni, Xu, Kong, Huang & Goldstein 2021, arXiv:2102.08098, equation 1 and algorithm 1:
//   minimize over m ≥ 0.01:  L(θ_m − η A(g_m))  subject to  ‖g_m‖ ≤ γ,  θ_m = m·θ by tensor,
// with A(g) = g and the Euclidean norm for SGD, A(g) = sgn g and the 1-norm for Adam. Where the norm is above γ, a
// step lowers it; else a step lowers the loss after the step. The derivatives are exact up to Hessian-vector products
// by differences of gradients:  ∂L̃/∂ln m_k = θ_k·[(I − ηH) ∇L(θ_m − ηg)]_k for SGD (no H for Adam, whose sign is
// flat), ∂‖g‖/∂ln m_k = θ_k·[H g/‖g‖]_k, or θ_k·[H sgn g]_k.
// Departures: one batch of the data for both losses; Adam's 1-norm is divided by √N, so that one γ serves every size
// of network; scales move by signs with a step each; the best feasible point is kept.
#include <algorithm>
#include <cmath>
#include <vector>

#include "fanin/core/error.hpp"
#include "fanin/init/data/learned_scales.hpp"
#include "fanin/init/data/linear_layers.hpp"
#include "fanin/init/data/parameter_space.hpp"
#include "fanin/init/data/schemes.hpp"
#include "fanin/init/text.hpp"

namespace fanin::init {
namespace {

struct GradInitOptions {
  bool adam = true;
  double learning_rate = 0.001;
  double gamma = 1;
  std::int64_t iterations = 50;
};

constexpr double kFirstStep = 0.05;
const double kLowest = std::log(0.01);

ParameterVector signs_of(const ParameterVector& values) {
  ParameterVector signs = values;
  for (std::vector<float>& tensor : signs) {
    for (float& value : tensor) value = value > 0 ? 1.0F : value < 0 ? -1.0F : 0.0F;
  }
  return signs;
}

class GradInit {
 public:
  GradInit(net::Evaluator& evaluator, std::span<const std::string> fixed, const GradInitOptions& options)
      : evaluator_(evaluator),
        options_(options),
        scales_(evaluator, fixed, "gradinit"),
        values_(static_cast<double>(evaluator.graph().parameter_count())) {}

  FitReport run() {
    const ScaleSearch search =
        minimize_over_scales(scales_.tensors().size(), options_.iterations, kFirstStep,
                             [this](std::span<const double> at, std::span<double> slope) { return look(at, slope); });
    if (!std::isfinite(search.start_value)) {
      throw Error(ErrorCode::bad_value, "gradinit",
                  "the loss or its gradient is not finite where it starts; start from another initializer, such as "
                  "gradinit(he_normal)");
    }
    FitReport report{.quantity = "loss after one step, and the excess of the gradient's norm over gamma",
                     .passes = passes_,
                     .objective_before = search.start_value,
                     .objective_after = search.value};
    scales_.settle(clamped(search.best), report);
    return report;
  }

 private:
  static std::vector<double> clamped(std::span<const double> logarithms) {
    std::vector<double> allowed(logarithms.begin(), logarithms.end());
    for (double& logarithm : allowed) logarithm = std::max(logarithm, kLowest);
    return allowed;
  }

  void project(const ParameterVector& at, const ParameterVector& gradient, std::span<double> slope) const {
    const std::vector<std::size_t>& tensors = scales_.tensors();
    for (std::size_t k = 0; k < tensors.size(); ++k) slope[k] = dot(at[tensors[k]], gradient[tensors[k]]);
  }

  // The value of an infeasible point is above that of every feasible one that lowers the loss at all: it grows with
  // the excess from the loss before the step.
  double look(std::span<const double> logarithms, std::span<double> slope) {
    const ParameterVector at = scales_.at(clamped(logarithms));
    ParameterVector gradient;
    set_parameters(evaluator_, at);
    const double loss = evaluator_.gradients(gradient);
    const ParameterVector direction = options_.adam ? signs_of(gradient) : gradient;
    double norm = norm_of(gradient);
    if (options_.adam) {
      norm = 0;
      for (std::size_t t = 0; t < gradient.size(); ++t) norm += dot(gradient[t], direction[t]);
      norm /= std::sqrt(values_);
    }
    ++passes_;
    if (!std::isfinite(loss) || !std::isfinite(norm)) return std::nan("");
    if (norm > options_.gamma) {
      project(at, hessian_times(evaluator_, at, direction), slope);
      passes_ += 2;
      return loss + kInfeasible * (norm / options_.gamma);
    }
    const ParameterVector after = moved(at, -options_.learning_rate, direction);
    ParameterVector ahead;
    set_parameters(evaluator_, after);
    const double next = evaluator_.gradients(ahead);
    ++passes_;
    if (!std::isfinite(next)) return next;
    if (!options_.adam) {
      ahead = moved(ahead, -options_.learning_rate, hessian_times(evaluator_, at, ahead));
      passes_ += 2;
    }
    project(at, ahead, slope);
    return next;
  }

  static constexpr double kInfeasible = 1e6;

  net::Evaluator& evaluator_;
  GradInitOptions options_;
  LearnedScales scales_;
  double values_;
  std::int64_t passes_ = 0;
};

bool parse_optimizer(CallReader& reader) {
  const std::string name = reader.text("optimizer").value_or("adam");
  if (name == "adam" || name == "sgd") return name == "adam";
  throw Error(ErrorCode::bad_value, "scheme gradinit",
              "optimizer is '" + name.substr(0, 64) + "'; adam or sgd is known");
}

NetworkScheme parse(CallReader& reader, Dialect dialect) {
  const NetworkScheme start = read_start(reader, "gradinit", "he_normal", dialect);
  GradInitOptions options;
  options.adam = parse_optimizer(reader);
  const double rate = options.adam ? 0.001 : 0.1;
  options.learning_rate = reader.number("lr", rate);
  options.gamma = reader.number("gamma", options.gamma);
  options.iterations = reader.integer("iterations", options.iterations);
  check_fit_number("gradinit", "lr", options.learning_rate, 1e-12, 1e6);
  check_fit_number("gradinit", "gamma", options.gamma, 1e-12, 1e12);
  check_fit_number("gradinit", "iterations", static_cast<double>(options.iterations), 1, 100'000);
  const std::string text = CallText("gradinit")
                               .add_unless("start", start.text(), "he_normal")
                               .add_unless("optimizer", options.adam ? "adam" : "sgd", "adam")
                               .add_unless("lr", options.learning_rate, rate)
                               .add_unless("gamma", options.gamma, 1)
                               .add_unless("iterations", static_cast<double>(options.iterations), 50)
                               .str();
  return with_fit(text, start, [options](net::Evaluator& evaluator, std::span<const std::string> fixed) {
    return GradInit(evaluator, fixed, options).run();
  });
}

}  // namespace

const NetworkSchemeEntry kGradinitScheme{
    {"gradinit", "start=he_normal, optimizer=adam, lr, gamma=1, iterations=50",
     "scales of the weights that minimize the loss after one step, with ‖gradient‖ ≤ gamma", kNeedsData,
     "Zhu et al. 2021, arXiv:2102.08098", ""},
    parse};

}  // namespace fanin::init
