#include "fanin/init/data/lsuv.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>
#include <vector>

#include "fanin/core/error.hpp"
#include "fanin/init/data/linear_layers.hpp"
#include "fanin/init/data/schemes.hpp"
#include "fanin/init/network/structure.hpp"
#include "fanin/init/text.hpp"

namespace fanin::init {
namespace {

bool is_norm(std::string_view kind) {
  static constexpr std::array<std::string_view, 6> kNorms{"batch_norm", "layer_norm", "rms_norm",
                                                          "group_norm", "softmax",    "log_softmax"};
  return std::ranges::find(kNorms, kind) != kNorms.end();
}

bool usable(double std_dev) { return std::isfinite(std_dev) && std_dev > 1e-30; }

[[noreturn]] void refuse(const LinearLayer& layer, const Spread& spread) {
  throw Error(ErrorCode::bad_value, "lsuv",
              "the output of " + layer.name +
                  (std::isfinite(spread.std_dev)
                       ? " does not vary over the batch (its input is constant or dead), so no scale gives it unit "
                         "variance; look at the data and at the layers before it with fanin check"
                       : " is not finite, so no scale can be measured; look at the data with fanin check"));
}

class Lsuv {
 public:
  Lsuv(net::Evaluator& evaluator, std::span<const std::string> fixed, const LsuvOptions& options)
      : evaluator_(evaluator), options_(options), layers_(linear_layers_besides(evaluator.graph(), fixed)) {
    report_.quantity = "standard deviation of the output";
    leave_out_zeros();
    for (const LinearLayer& layer : layers_) {
      report_.changes.push_back({.parameter = layer.weight, .layer = layer.name});
    }
  }

  FitReport run() {
    std::size_t done = 0;  // the layers before it have unit variance, and nothing will change them again
    std::int64_t corrections = 0;
    while (done < layers_.size()) {
      spreads_ = measure(evaluator_, layers_);
      note_measurements();
      const std::size_t before = done;
      while (done < layers_.size() && is_unit(done)) ++done;
      if (done == layers_.size()) break;
      if (done > before) corrections = 0;
      if (!usable(spreads_[done].std_dev)) refuse(layers_[done], spreads_[done]);
      if (corrections == options_.iterations) {
        report_.notes.push_back(layers_[done].name + " stays at a standard deviation of " +
                                number_text(std::round(spreads_[done].std_dev * 1e4) / 1e4) + " after " +
                                std::to_string(corrections) + " corrections");
        corrections = 0;
        ++done;
        continue;
      }
      ++corrections;
      correct_from(done);
    }
    return std::move(report_);
  }

 private:
  void leave_out_zeros() {
    std::erase_if(layers_, [&](const LinearLayer& layer) {
      if (norm_of(evaluator_.parameter(layer.weight)) > 0) return false;
      report_.notes.push_back(layer.name + " starts at zero and stays there");
      return true;
    });
    if (!layers_.empty()) return;
    throw Error(ErrorCode::bad_value, "lsuv",
                "no layer is left whose output a scale could set: every dense layer and convolution starts at zero or "
                "has a rule of its own; start from a random initializer, such as lsuv(he_normal)");
  }

  [[nodiscard]] bool is_unit(std::size_t i) const {
    const double std_dev = spreads_[i].std_dev;
    return std::fabs(std_dev * std_dev - 1) <= options_.tolerance;
  }

  void note_measurements() {
    ++report_.passes;
    for (std::size_t i = 0; i < layers_.size(); ++i) {
      if (report_.passes == 1) report_.changes[i].before = spreads_[i].std_dev;
      report_.changes[i].after = spreads_[i].std_dev;
    }
  }

  // Layer `first` is corrected by what was measured; those behind it by what follows if changes pass through all ops
  // but normalizations. The next pass tells whether they did.
  void correct_from(std::size_t first) {
    const auto& nodes = evaluator_.graph().nodes();
    std::vector<double> change(nodes.size(), 1);  // of the size of each node's output
    std::size_t next = first;
    for (net::NodeId id = 0; id < nodes.size(); ++id) {
      const auto& inputs = nodes[id].inputs;
      if (inputs.empty() || is_norm(kind_of(nodes[id]))) continue;
      double sum = 0;
      for (const net::NodeId input : inputs) sum += change[input];
      change[id] = sum / static_cast<double>(inputs.size());
      if (next == layers_.size() || layers_[next].node != id) continue;
      const double expected = spreads_[next].std_dev * change[id];
      if (usable(expected)) {
        scale_parameter(evaluator_, layers_[next].weight, 1 / expected);
        report_.changes[next].factor /= expected;
        change[id] /= expected;
      }
      ++next;
    }
  }

  net::Evaluator& evaluator_;
  LsuvOptions options_;
  std::vector<LinearLayer> layers_;
  std::vector<Spread> spreads_;
  FitReport report_;
};

NetworkScheme parse(CallReader& reader, Dialect dialect) {
  const NetworkScheme start = read_start(reader, "lsuv", "he_normal", dialect);
  LsuvOptions options;
  options.tolerance = reader.number("tolerance", options.tolerance);
  options.iterations = reader.integer("iterations", options.iterations);
  check_fit_number("lsuv", "tolerance", options.tolerance, 1e-6, 1);
  check_fit_number("lsuv", "iterations", static_cast<double>(options.iterations), 1, 1000);
  const std::string text = CallText("lsuv")
                               .add_unless("start", start.text(), "he_normal")
                               .add_unless("tolerance", options.tolerance, LsuvOptions{}.tolerance)
                               .add_unless("iterations", static_cast<double>(options.iterations), 10)
                               .str();
  return with_fit(text, start, [options](net::Evaluator& evaluator, std::span<const std::string> fixed) {
    return fit_lsuv(evaluator, fixed, options);
  });
}

}  // namespace

FitReport fit_lsuv(net::Evaluator& evaluator, std::span<const std::string> fixed, const LsuvOptions& options) {
  return Lsuv(evaluator, fixed, options).run();
}

const NetworkSchemeEntry kLsuvScheme{{"lsuv", "start=he_normal, tolerance=0.01, iterations=10",
                                      "each layer's weight ÷ the standard deviation of its output, layer by layer",
                                      kNeedsData, "Mishkin & Matas 2016, arXiv:1511.06422", ""},
                                     parse};

}  // namespace fanin::init
